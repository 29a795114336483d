package count

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"slices"

	"jard/internal/stocktake"
)

// Capacity is what somebody signs a session as.
type Capacity string

// The capacities.
const (
	AsCommittee Capacity = "committee"
	AsWitness   Capacity = "witness"
)

// Signature is the body of Signed and SignatureRefused: a member of the plan's committee, or its witness, signs what was shown
// or refuses to, and says why.
type Signature struct {
	Capacity Capacity `json:"capacity"`
	Digest   Digest   `json:"digest"`           // of what was shown: View.Figures
	Reason   string   `json:"reason,omitempty"` // of a refusal; beside a signature a remark, if any
}

// SignatureAside is the body of SignatureSetAside: the seal no longer waits for a signature. It holds until the person says something.
type SignatureAside struct {
	Person   stocktake.PersonID `json:"person"`
	Capacity Capacity           `json:"capacity"`
	Digest   Digest             `json:"digest"` // of the signatory as shown
	TakeBack bool               `json:"take_back,omitempty"`
	Reason   string             `json:"reason"`
}

// The verdicts on a session as a whole.
const (
	Sign          Verdict = "sign"
	Refuse        Verdict = "refuse"
	LeaveUnsigned Verdict = "set-aside"
)

// SignatoryState is where somebody's signature stands.
type SignatoryState string

// The states of a signature. The seal waits for all but those signed, set aside or given on paper.
const (
	SignatureAwaited  SignatoryState = "awaited"
	SignatureGiven    SignatoryState = "signed"
	SignatureLapsed   SignatoryState = "lapsed" // what was signed, or refused, has changed since
	SignatureDeclined SignatoryState = "refused"
	SignatureLeft     SignatoryState = "set-aside"
	SignatureBarred   SignatoryState = "barred"   // the person counted, and cannot sign
	SignatureOnPaper  SignatoryState = "on-paper" // the session was issued before signatures were asked here
)

// MaxWords is how often somebody may sign or refuse in one session: each word takes back what was said of their signature before.
const MaxWords = 20

// Signatory is somebody whom the plan has sign the session, with all that was said of it in order.
type Signatory struct {
	Person    stocktake.PersonID `json:"person"`
	Capacity  Capacity           `json:"capacity"`
	State     SignatoryState     `json:"state"`
	Decisions []Decision         `json:"decisions,omitempty"` // sign, refuse and set-aside; the standing one makes the state
	Digest    Digest             `json:"digest"`              // of who it is and the person's last word
}

// Missing reports whether the seal waits for the signature.
func (s *Signatory) Missing() bool {
	return s.State != SignatureGiven && s.State != SignatureLeft && s.State != SignatureOnPaper
}

// words is how often the person has signed or refused.
func (s *Signatory) words() (n int) {
	for i := range s.Decisions {
		if s.Decisions[i].Verdict != LeaveUnsigned {
			n++
		}
	}
	return n
}

type signatoryKey struct {
	person   stocktake.PersonID
	capacity Capacity
}

func (f *Fold) signed(e Entry, g Signature, verdict Verdict) {
	f.say(signatoryKey{e.Author.Person, g.Capacity}, e, verdict, g.Reason, g.Digest)
}

func (f *Fold) leaveUnsigned(e Entry, a SignatureAside) {
	k := signatoryKey{a.Person, a.Capacity}
	if a.TakeBack { // that which stands: what a word has let lapse since is of before
		digest := k.digest(f.lastWord(k))
		f.signing[k] = slices.DeleteFunc(f.signing[k], func(x verdictFact) bool { return x.Verdict == LeaveUnsigned && x.digest == digest })
		return
	}
	f.say(k, e, LeaveUnsigned, a.Reason, a.Digest)
}

func (f *Fold) say(k signatoryKey, e Entry, verdict Verdict, reason string, seen Digest) {
	d := Decision{Offset: e.Offset, At: e.RecordedAt, Person: e.Author.Person, Roles: e.Author.Roles, Verdict: verdict, Reason: reason}
	f.signing[k] = append(f.signing[k], verdictFact{d, seen})
}

// sign lists the plan's signatories and what their words are worth as things stand. Nothing is put to them until the session is closing: what
// they said before it was opened again stands again once it closes with the same figures. Base is the view that this one was made out of, if its
// lines are the same.
func (f *Fold) sign(v, base *View) {
	v.Signatories, v.Figures = nil, ""
	if len(v.Plan.Committee) == 0 && v.Plan.Witness == "" {
		return
	}
	switch {
	case !v.Closing:
	case base != nil && base.Figures != "" && slices.Equal(v.Asides, base.Asides):
		v.Figures = base.Figures
	default:
		v.Figures = v.figures()
	}
	for _, p := range v.Plan.Committee {
		if p != "" && v.signatory(signatoryKey{p, AsCommittee}) == nil {
			v.Signatories = append(v.Signatories, f.signatory(signatoryKey{p, AsCommittee}, v))
		}
	}
	if p := v.Plan.Witness; p != "" {
		v.Signatories = append(v.Signatories, f.signatory(signatoryKey{p, AsWitness}, v))
	}
}

// asksSignatures reports whether the seal waits for signatures: those who issued earlier sessions were never told that it would.
func (v *View) asksSignatures() bool { return v.Plan.Policy != policyPaper }

// Signs reports whether somebody is to sign the session, and so counts nothing in it.
func (v *View) Signs(who stocktake.PersonID) bool { return v.asksSignatures() && v.Tests(who) }

// digest is what a setting aside binds to: whose signature, and the last word of the person on it.
func (k signatoryKey) digest(word uint64) Digest {
	return newDigester("signatory").text(string(k.person)).text(string(k.capacity)).number(int64(word)).sum()
}

// lastWord is the offset of the person's last word; 0 where there is none.
func (f *Fold) lastWord(k signatoryKey) (at uint64) {
	for _, x := range f.signing[k] {
		if x.Verdict != LeaveUnsigned {
			at = x.Offset
		}
	}
	return at
}

func (f *Fold) signatory(k signatoryKey, v *View) Signatory {
	s := Signatory{Person: k.person, Capacity: k.capacity, State: SignatureAwaited, Digest: k.digest(f.lastWord(k))}
	counted := v.asksSignatures() && v.Counted(k.person)
	word, left := -1, -1 // the last of the person, and the last setting aside
	for n, x := range f.signing[k] {
		d := x.Decision
		if d.Verdict == LeaveUnsigned {
			left, d.Lapsed = n, x.digest != s.Digest
		} else {
			word, d.Lapsed = n, v.Figures == "" || x.digest != v.Figures
		}
		if counted && d.Verdict == Sign {
			d.Void = SignerCounted.Key
		}
		s.Decisions = append(s.Decisions, d)
	}
	switch {
	case word >= 0 && s.Decisions[word].Verdict == Sign && !s.Decisions[word].Lapsed && !counted:
		s.State, s.Decisions[word].Standing = SignatureGiven, true
	case left >= 0 && !s.Decisions[left].Lapsed:
		s.State, s.Decisions[left].Standing = SignatureLeft, true
	case counted:
		s.State = SignatureBarred
	case word < 0 && !v.asksSignatures():
		s.State = SignatureOnPaper
	case word >= 0 && s.Decisions[word].Lapsed:
		s.State = SignatureLapsed
	case word >= 0:
		s.State, s.Decisions[word].Standing = SignatureDeclined, true
	}
	return s
}

// signatory finds somebody among those who are to sign; nil where the plan does not name them.
func (v *View) signatory(k signatoryKey) *Signatory {
	for n := range v.Signatories {
		if s := &v.Signatories[n]; s.Person == k.person && s.Capacity == k.capacity {
			return s
		}
	}
	return nil
}

// figures is the digest of all that a signature is put to: each line's figures, where it stands, by whose word and for which reason, and
// what is left out.
func (v *View) figures() Digest {
	h := sha256.New()
	for _, l := range v.Lines {
		var word uint64
		for _, d := range l.Decisions {
			if d.Standing {
				word = d.Offset
			}
		}
		h.Write(newDigester("line").text(string(l.Section)).text(string(l.Item)).text(string(l.Digest)).text(string(l.Status)).number(int64(word)))
	}
	for _, a := range v.Asides {
		h.Write(newDigester("aside").text(a.Kind).text(a.Key).text(a.Reason))
	}
	return Digest(base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:16]))
}

// Sign puts a signatory's name to the session as it was shown. Prove has the person prove once more who they are: it is asked last, and
// nothing is written unless it succeeds.
func (s *Service) Sign(ctx context.Context, by stocktake.Person, session stocktake.SessionID, g Signature, prove func(context.Context) error) (Entry, error) {
	return s.sign(ctx, by, session, Signed, g, prove, func(v *View) error {
		if len(g.Reason) > MaxReason {
			return reasonNeeded()
		}
		switch {
		case v.asksSignatures() && v.Counted(by.ID):
			return SignerCounted.New()
		case slices.ContainsFunc(v.Blockers, func(b Blocker) bool { return b.Key != BlockUnsigned }):
			return SignEarly.New()
		}
		return nil
	})
}

// RefuseSignature records that a signatory will not sign what was shown, and why. Prove is as for Sign.
func (s *Service) RefuseSignature(ctx context.Context, by stocktake.Person, session stocktake.SessionID, g Signature, prove func(context.Context) error) (Entry, error) {
	return s.sign(ctx, by, session, SignatureRefused, g, prove, func(v *View) error {
		if !v.Closing {
			return NotClosing.New(string(session))
		}
		return checkReason(g.Reason)
	})
}

func (s *Service) sign(ctx context.Context, by stocktake.Person, session stocktake.SessionID, kind Kind, g Signature,
	prove func(context.Context) error, check func(*View) error,
) (Entry, error) {
	return s.decideAs(ctx, by, readers, session, kind, g, func(v *View) error {
		if v.signatory(signatoryKey{by.ID, g.Capacity}) == nil {
			return NotSignatory.New()
		}
		if err := check(v); err != nil {
			return err
		}
		if v.signatory(signatoryKey{by.ID, g.Capacity}).words() >= MaxWords {
			return WordsSpent.New(MaxWords)
		}
		if g.Digest != v.Figures {
			return ChangedSince.New(v.Plan.Name)
		}
		return prove(ctx)
	})
}

// AsideSignature ends the waiting for a signature that will not come, with a reason that the record prints; or takes that back.
func (s *Service) AsideSignature(ctx context.Context, by stocktake.Person, session stocktake.SessionID, a SignatureAside) (Entry, error) {
	return s.decide(ctx, by, session, SignatureSetAside, a, func(v *View) error {
		if err := checkReason(a.Reason); err != nil {
			return err
		}
		if err := may(by, stocktake.Manager); err != nil {
			return err
		}
		x := v.signatory(signatoryKey{a.Person, a.Capacity})
		switch {
		case x == nil:
			return stocktake.NoSuch("signatory", a.Person)
		case a.Person == by.ID:
			return OwnSignature.New()
		case a.TakeBack && x.State != SignatureLeft:
			return NothingToTakeBack.New(string(a.Person))
		case !a.TakeBack && (!x.Missing() || x.Digest != a.Digest):
			return ChangedSince.New(string(a.Person))
		}
		return nil
	})
}

// Reasons for which a signature is refused.
var (
	NotSignatory = stocktake.NewReason(stocktake.Forbidden, "not-signatory",
		"The session's plan does not name you to sign in that capacity.",
		"خطة الجلسة لا تسمّيك موقّعًا بهذه الصفة.")
	SignEarly = stocktake.NewReason(stocktake.Conflict, "sign-early",
		"Something still stands between this session and its seal. Sign once it is settled, so that what you sign is what is sealed.",
		"ما زال هناك ما يمنع ختم هذه الجلسة. وقّع بعد معالجته ليكون ما توقّعه هو ما يُختم.")
	WordsSpent = stocktake.NewReason(stocktake.Conflict, "words-spent",
		"You have signed or refused %d times in this session, and that is the most. What you said last stands: a manager sets your signature aside with a reason.",
		"وقّعت أو رفضت %d مرة في هذه الجلسة، وهذا هو الحد الأقصى. يبقى آخر ما قلته قائمًا، وينحّي أحد المديرين توقيعك مع ذكر السبب.")
	OwnSignature = stocktake.NewReason(stocktake.Forbidden, "own-signature",
		"Your own signature is set aside by another manager: sign, or refuse with a reason.",
		"توقيعك أنت ينحّيه مدير آخر: وقّع أو ارفض مع ذكر السبب.")
)
