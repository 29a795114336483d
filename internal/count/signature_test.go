package count_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"jard/internal/count"
	"jard/internal/stocktake"
)

var (
	jaber  = person("jaber", stocktake.CommitteeMember)
	hessa  = person("hessa", stocktake.CommitteeMember)
	latifa = person("latifa", stocktake.Witness)
)

func proved(context.Context) error { return nil }

// toSign is a session that waits for nothing but the signatures of its committee and its witness.
func toSign(t *testing.T) (*floor, *device) {
	t.Helper()
	f := openFloor(t)
	p := coldPlan(session)
	p.Committee, p.Witness = []stocktake.PersonID{"jaber", "hessa"}, "latifa"
	_, err := f.svc.Issue(t.Context(), sara, p)
	f.check(err)
	d := f.device(society, "d1")
	f.check(f.svc.Join(t.Context(), society, session, d.stream, ""))
	d.push(walkOf(session, "p1", "ali", 4)...)
	return f, d
}

func (f *floor) close(d *device) {
	f.t.Helper()
	_, err := f.svc.BeginClosing(f.t.Context(), sara, session, count.Because{})
	f.check(err)
	f.check(f.svc.Drained(f.t.Context(), society, session, d.stream, d.mark.Acked))
}

func (f *floor) sign(by stocktake.Person, as count.Capacity) error {
	f.t.Helper()
	_, err := f.svc.Sign(f.t.Context(), by, session, count.Signature{Capacity: as, Digest: f.view(sara, session).Figures}, proved)
	return err
}

// stand is where each signature stands, in the order of the plan.
func (f *floor) stand() (list []count.SignatoryState) {
	f.t.Helper()
	for _, s := range f.view(sara, session).Signatories {
		list = append(list, s.State)
	}
	return list
}

func (f *floor) wantStand(want ...count.SignatoryState) {
	f.t.Helper()
	if got := f.stand(); !slices.Equal(got, want) {
		f.t.Fatalf("signatures stand at %v, want %v", got, want)
	}
}

func (f *floor) seal() error {
	f.t.Helper()
	_, err := f.svc.Seal(f.t.Context(), sara, session, f.view(sara, session).Seen, &issuer{})
	return err
}

func wantReason(t *testing.T, err error, want *stocktake.Reason) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("%v, want %s", err, want.Key)
	}
}

func TestSealWaitsForSignatures(t *testing.T) {
	f, d := toSign(t)
	wantReason(t, f.sign(jaber, count.AsCommittee), count.SignEarly)
	f.close(d)
	wantReason(t, f.seal(), count.SealBlocked)
	f.wantStand(count.SignatureAwaited, count.SignatureAwaited, count.SignatureAwaited)
	for _, x := range []struct {
		by stocktake.Person
		as count.Capacity
	}{{jaber, count.AsCommittee}, {hessa, count.AsCommittee}, {latifa, count.AsWitness}} {
		f.check(f.sign(x.by, x.as))
	}
	f.wantStand(count.SignatureGiven, count.SignatureGiven, count.SignatureGiven)
	f.check(f.seal())
	f.wantStand(count.SignatureGiven, count.SignatureGiven, count.SignatureGiven)
	wantReason(t, f.sign(jaber, count.AsCommittee), count.LogClosed)
}

func TestOnlySignatoriesSignAndProveWhoTheyAre(t *testing.T) {
	f, d := toSign(t)
	f.close(d)
	wantReason(t, f.sign(mona, count.AsCommittee), count.NotSignatory)
	wantReason(t, f.sign(jaber, count.AsWitness), count.NotSignatory)
	wantReason(t, f.sign(person("jaber", stocktake.Counter), count.AsCommittee), stocktake.NotAllowed)
	wrong := errors.New("wrong password")
	head := f.view(sara, session).Offset
	g := count.Signature{Capacity: count.AsCommittee, Digest: f.view(sara, session).Figures}
	if _, err := f.svc.Sign(t.Context(), jaber, session, g, func(context.Context) error { return wrong }); !errors.Is(err, wrong) {
		t.Fatalf("signing without proof: %v", err)
	}
	g.Digest = "of something else"
	_, err := f.svc.Sign(t.Context(), jaber, session, g, func(context.Context) error {
		t.Error("a password was asked for in vain")
		return nil
	})
	wantReason(t, err, count.ChangedSince)
	if now := f.view(sara, session).Offset; now != head {
		t.Fatalf("the log went on from %d to %d", head, now)
	}
}

// What changes the figures takes every signature along; another signature does not.
func TestSignaturesLapseWithTheFigures(t *testing.T) {
	f, d := toSign(t)
	f.close(d)
	f.check(f.sign(jaber, count.AsCommittee))
	f.check(f.sign(latifa, count.AsWitness))
	d.push(walkOf(session, "p2", "badr", 3)...) // late, and another figure
	f.wantStand(count.SignatureLapsed, count.SignatureAwaited, count.SignatureLapsed)
	wantReason(t, f.sign(hessa, count.AsCommittee), count.SignEarly) // the two differ
	v := f.view(sara, session)
	dispute := v.Disputes[0]
	_, err := f.svc.ChooseDispute(t.Context(), omar, session, count.Choice{
		Location: dispute.Location, Item: dispute.Item, Pass: "p2", Digest: dispute.Digest, Reason: "seen again",
	})
	f.check(err)
	l := f.view(sara, session).Line("cold", "ice")
	_, err = f.svc.DecideLines(t.Context(), mona, session, count.LinesVerdict{Verdict: count.Approve, Reason: "melted",
		Lines: []count.LineRef{{Section: l.Section, Item: l.Item, Digest: l.Digest}}})
	f.check(err)
	f.check(f.sign(hessa, count.AsCommittee))
	f.wantStand(count.SignatureLapsed, count.SignatureGiven, count.SignatureLapsed)
	f.check(f.sign(jaber, count.AsCommittee))
	f.check(f.sign(latifa, count.AsWitness))
	f.wantStand(count.SignatureGiven, count.SignatureGiven, count.SignatureGiven)
	// The same figures by another word: nobody signed that.
	_, err = f.svc.DecideLines(t.Context(), mona, session, count.LinesVerdict{Verdict: count.Approve, Reason: "stolen",
		Lines: []count.LineRef{{Section: l.Section, Item: l.Item, Digest: f.view(sara, session).Line("cold", "ice").Digest}}})
	f.check(err)
	f.wantStand(count.SignatureLapsed, count.SignatureLapsed, count.SignatureLapsed)
	f.check(f.sign(jaber, count.AsCommittee))
	f.check(f.sign(hessa, count.AsCommittee))
	f.check(f.sign(latifa, count.AsWitness))
	f.check(f.seal())
}

func TestRefusedAndMissingSignaturesAreSetAside(t *testing.T) {
	f, d := toSign(t)
	refuse := func(reason string) error {
		_, err := f.svc.RefuseSignature(t.Context(), hessa, session,
			count.Signature{Capacity: count.AsCommittee, Digest: f.view(sara, session).Figures, Reason: reason}, proved)
		return err
	}
	wantReason(t, refuse("too early"), count.NotClosing)
	f.close(d)
	wantReason(t, refuse(""), count.ReasonNeeded)
	aside := func(by stocktake.Person, n int, back bool) error {
		s := f.view(sara, session).Signatories[n]
		_, err := f.svc.AsideSignature(t.Context(), by, session, count.SignatureAside{
			Person: s.Person, Capacity: s.Capacity, Digest: s.Digest, TakeBack: back, Reason: "ill",
		})
		return err
	}
	f.check(f.sign(jaber, count.AsCommittee))
	wantReason(t, aside(sara, 1, false), stocktake.NotAllowed)
	f.check(aside(mona, 1, false))
	f.wantStand(count.SignatureGiven, count.SignatureLeft, count.SignatureAwaited)
	f.check(refuse("the cold store was open at night")) // whoever was thought to be absent has spoken
	f.wantStand(count.SignatureGiven, count.SignatureDeclined, count.SignatureAwaited)
	f.check(aside(mona, 2, false))
	wantReason(t, f.seal(), count.SealBlocked)
	wantReason(t, aside(mona, 0, false), count.ChangedSince) // signed
	f.check(aside(mona, 1, false))
	f.wantStand(count.SignatureGiven, count.SignatureLeft, count.SignatureLeft)
	f.check(aside(mona, 2, true))
	f.wantStand(count.SignatureGiven, count.SignatureLeft, count.SignatureAwaited)
	f.check(f.sign(latifa, count.AsWitness))
	f.check(f.seal())
	said := f.view(sara, session).Signatories[1].Decisions
	if len(said) != 3 || said[0].Verdict != count.LeaveUnsigned || !said[0].Lapsed || said[1].Verdict != count.Refuse || !said[2].Standing {
		t.Fatalf("said of hessa: %+v", said)
	}
}

func TestNobodySetsTheirOwnSignatureAside(t *testing.T) {
	f := openFloor(t)
	p := coldPlan(session)
	p.Committee = []stocktake.PersonID{"mona"}
	_, err := f.svc.Issue(t.Context(), sara, p)
	f.check(err)
	s := f.view(sara, session).Signatories[0]
	_, err = f.svc.AsideSignature(t.Context(), mona, session, count.SignatureAside{Person: "mona", Capacity: s.Capacity, Digest: s.Digest, Reason: "busy"})
	wantReason(t, err, count.OwnSignature)
}

// A session that was open before signatures were asked here is sealed as its people expect, and signed on paper; who signs here all the same is
// heard.
func TestSessionsOfBeforeAreSignedOnPaper(t *testing.T) {
	s := write(t, signers, func(p *count.Plan, _ *count.Material) { p.Policy = "1" })
	s.whole("ali", "C1", found{"ice": 4})
	s.decide("omar", count.Closing, count.Because{})
	s.wantBlockers()
	for _, x := range s.view().Signatories {
		if x.State != count.SignatureOnPaper {
			t.Fatalf("%s is %s", x.Person, x.State)
		}
	}
	s.decide("jaber", count.SignatureRefused, count.Signature{Capacity: count.AsCommittee, Digest: s.view().Figures, Reason: "no"}, stocktake.CommitteeMember)
	s.wantBlockers(count.BlockUnsigned)
	s.decide("jaber", count.Signed, count.Signature{Capacity: count.AsCommittee, Digest: s.view().Figures}, stocktake.CommitteeMember)
	s.wantBlockers()
	s.whole("latifa", "C1", found{"ice": 4})
	s.wantDuties("signer-counted latifa [counter witness] stands")
	if x := s.view().Signatories[2]; x.State != count.SignatureOnPaper {
		t.Fatalf("the witness, who counted, is %s", x.State)
	}
}

func TestWordsOnASignatureAreBounded(t *testing.T) {
	f, d := toSign(t)
	f.close(d)
	refuse := func() error {
		_, err := f.svc.RefuseSignature(t.Context(), hessa, session,
			count.Signature{Capacity: count.AsCommittee, Digest: f.view(sara, session).Figures, Reason: "no"}, proved)
		return err
	}
	for range count.MaxWords {
		f.check(refuse())
	}
	wantReason(t, refuse(), count.WordsSpent)
	wantReason(t, f.sign(hessa, count.AsCommittee), count.WordsSpent)
	x := f.view(sara, session).Signatories[1]
	_, err := f.svc.AsideSignature(t.Context(), mona, session, count.SignatureAside{Person: x.Person, Capacity: x.Capacity, Digest: x.Digest, Reason: "enough"})
	f.check(err)
	f.check(f.sign(jaber, count.AsCommittee))
	f.check(f.sign(latifa, count.AsWitness))
	f.check(f.seal())
}

// Taking back what was said of a signature brings back that, and not what was said before the person spoke.
func TestTakingBackASettingAside(t *testing.T) {
	s := write(t, signers)
	s.decide("omar", count.Closing, count.Because{})
	aside := func(reason string, back bool) {
		x := s.view().Signatories[0]
		s.decide("mona", count.SignatureSetAside, count.SignatureAside{Person: x.Person, Capacity: x.Capacity, Digest: x.Digest, TakeBack: back, Reason: reason}, stocktake.Manager)
	}
	aside("ill", false)
	s.decide("jaber", count.SignatureRefused, count.Signature{Capacity: count.AsCommittee, Digest: s.view().Figures, Reason: "no"}, stocktake.CommitteeMember)
	aside("stubborn", false)
	aside("a mistake", true)
	x := s.view().Signatories[0]
	if x.State != count.SignatureDeclined || len(x.Decisions) != 2 || x.Decisions[0].Reason != "ill" || !x.Decisions[0].Lapsed {
		t.Fatalf("after taking back: %+v", x)
	}
}

// What was signed stands again once the session closes with the same figures; while it is open nothing is put to anybody.
func TestSignaturesOfASessionOpenedAgain(t *testing.T) {
	f, d := toSign(t)
	f.close(d)
	f.check(f.sign(jaber, count.AsCommittee))
	_, err := f.svc.Reopen(t.Context(), sara, session, count.Because{Reason: "an aisle was forgotten"})
	f.check(err)
	f.wantStand(count.SignatureLapsed, count.SignatureAwaited, count.SignatureAwaited)
	if v := f.view(sara, session); v.Figures != "" {
		t.Fatal("figures are put to people while they may count")
	}
	f.close(d)
	f.wantStand(count.SignatureGiven, count.SignatureAwaited, count.SignatureAwaited)
}
