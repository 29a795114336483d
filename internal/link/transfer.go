package link

import (
	"cmp"
	"context"
	"slices"
	"time"

	"jard/internal/stocktake"
)

// Movements is where the movement log of each site is kept: dense offsets 1, 2, 3 …, chained as Chain says, never changed.
type Movements interface {
	// Move takes a transfer in one transaction, for a site that need not have sent anything before. Its rows that were left out
	// are appended first (LeftOut) and wait; one that is in the log already (LeftRow.Key) has no effect, whether it still waits or not, and where
	// more than MaxWaiting would wait after it the transfer is refused. A row awaited under an id that the log has is kept without it. Of its movements one
	// whose id is new is appended (Booked), and what waits under the id is settled; one that is in the log already with the same content has no effect; one whose
	// id stands for other content is not taken: it is appended as Conflict, once for each content, and told each time. Then
	// rows are settled that a person takes out (all of them must wait), and
	// the claim and the watermark are taken as Cover and Advance say, the watermark appended (Completed) where that changed
	// it. While rows wait, both are held (FeedState.Held), and taken with the transfer that settles the last one. What fails has no effect at all. With DryRun nothing is written and the answer is what it would have been.
	Move(ctx context.Context, society stocktake.SocietyID, site stocktake.SiteID, t Transfer) (Taken, error)

	// Moved gives up to limit entries of a site's log from an offset on (1 is the first), in order; none behind its end, or
	// for a site that never sent anything.
	Moved(ctx context.Context, society stocktake.SocietyID, site stocktake.SiteID, from uint64, limit int) ([]Entry, error)

	// Posted gives the movements of a site's log behind an offset that post a result (they name what they post), with those that take
	// such a movement back, or that one again, wherever what they take back lies, in order. It costs by how many the whole log has of these, not
	// by the log.
	Posted(ctx context.Context, society stocktake.SocietyID, site stocktake.SiteID, after uint64) ([]stocktake.Movement, error)

	// Feed says where the feed of a site stands; for one that never sent anything, NoFeed.
	Feed(ctx context.Context, society stocktake.SocietyID, site stocktake.SiteID) (FeedState, error)

	// Feeds is Feed for every site that ever sent anything, by site in byte order.
	Feeds(ctx context.Context, society stocktake.SocietyID) ([]FeedState, error)

	// Conflicts gives up to limit conflicts of a site's log from an offset on, in order.
	Conflicts(ctx context.Context, society stocktake.SocietyID, site stocktake.SiteID, from uint64, limit int) ([]Entry, error)

	// LastConflicts gives the last conflicts of a site's log, up to limit, the newest first.
	LastConflicts(ctx context.Context, society stocktake.SocietyID, site stocktake.SiteID, limit int) ([]Entry, error)

	// Waiting gives up to limit rows of a site's quarantine that wait, by the offset of their entries (LeftOut), from one on.
	Waiting(ctx context.Context, society stocktake.SocietyID, site stocktake.SiteID, from uint64, limit int) ([]Entry, error)

	// LastSettled gives the last settlements of rows, up to limit, the newest first.
	LastSettled(ctx context.Context, society stocktake.SocietyID, site stocktake.SiteID, limit int) ([]Entry, error)
}

// MaxTransfer is how many movements one transfer may hold: few enough that counting does not notice its commit.
const MaxTransfer = 4000

// Transfer is what one transaction takes of a site's feed.
type Transfer struct {
	By        stocktake.PersonID
	LeftOut   []LeftRow
	Movements []stocktake.Movement
	Resolve   []Resolution
	Claim     Claim
	Watermark stocktake.Watermark // without a site; zero Through says nothing, zero Since goes on from where the last one began
	DryRun    bool
}

// Check puts the transfer's instants into the form in which they are kept, and refuses what no movement, claim or watermark
// may be.
func (t *Transfer) Check() error {
	if len(t.Movements) > MaxTransfer {
		return transferTooLong.New(len(t.Movements), MaxTransfer)
	}
	if err := stocktake.CheckID("person", string(t.By)); err != nil {
		return err
	}
	if len(t.LeftOut) > MaxWaiting || len(t.Resolve) > MaxWaiting {
		return QuarantineFull.New(max(len(t.LeftOut), len(t.Resolve)), MaxWaiting)
	}
	for n := range t.LeftOut {
		if err := t.LeftOut[n].check(); err != nil {
			return err
		}
	}
	for n := range t.Resolve {
		if err := t.Resolve[n].check(); err != nil {
			return err
		}
	}
	for n := range t.Movements {
		m := &t.Movements[n]
		m.Booked = kept(m.Booked)
		if err := m.Check(); err != nil {
			return err
		}
	}
	t.Watermark.Since, t.Watermark.Through = kept(t.Watermark.Since), kept(t.Watermark.Through)
	if !t.Watermark.Through.IsZero() && t.Watermark.Through.Before(t.Watermark.Since) || t.Watermark.Through.IsZero() && !t.Watermark.Since.IsZero() {
		return watermarkBackwards.New()
	}
	return t.Claim.check()
}

// kept is an instant as movement logs keep it: UTC, milliseconds.
func kept(at time.Time) time.Time {
	if at.IsZero() {
		return time.Time{}
	}
	return at.UTC().Truncate(time.Millisecond)
}

// Same reports whether two movements of one id have the same content.
func Same(a, b *stocktake.Movement) bool {
	if !a.Booked.Equal(b.Booked) {
		return false
	}
	x, y := *a, *b
	x.Booked, y.Booked = time.Time{}, time.Time{}
	return x == y
}

// Claim says of a delivery that it holds every movement of the feed behind one position and up to another. Zero claims
// nothing.
type Claim struct {
	After   stocktake.Position `json:"after"`
	Through stocktake.Position `json:"through"`
}

func (c Claim) check() error {
	if c.After < 0 || c.Through < 0 || c.Through > stocktake.MaxNumber || c.Through < c.After || c.After > 0 && c.Through == 0 {
		return claimBackwards.New()
	}
	return nil
}

// Taken is what came of a transfer.
type Taken struct {
	New       int                 `json:"new"`
	Same      int                 `json:"same"`               // were there already: no effect
	Late      int                 `json:"late"`               // of the new ones, booked when the watermark had passed already
	LeftOut   int                 `json:"left_out,omitempty"` // rows that wait in quarantine from now on
	Settled   int                 `json:"settled,omitempty"`  // rows that wait no more
	Waits     int                 `json:"waits,omitempty"`    // of the rows of this transfer, those that wait afterwards
	Conflicts []Entry             `json:"-"`                  // of this transfer, those told before too, in its order
	State     FeedState           `json:"-"`                  // afterwards
	Watermark stocktake.Watermark `json:"-"`                  // as it stands afterwards
}

// FeedState says where the feed of movements of one site stands.
type FeedState struct {
	Site         stocktake.SiteID    `json:"site"`
	Offset       uint64              `json:"offset"` // of the log's last entry
	Hash         stocktake.Hash      `json:"hash"`   // of it
	Movements    uint64              `json:"movements"`
	Conflicts    uint64              `json:"conflicts"`
	Late         uint64              `json:"late"` // arrived when the watermark had passed them already
	Watermark    stocktake.Watermark `json:"watermark,omitzero"`
	Position     stocktake.Position  `json:"position,omitempty"`     // the greatest that a movement or a claim named
	Covered      []Claim             `json:"covered,omitempty"`      // what the claims make up, in order, none touching the next
	Waiting      int                 `json:"waiting,omitempty"`      // rows in quarantine
	WaitingSince time.Time           `json:"waiting_since,omitzero"` // when the oldest of them came
	Held         *Held               `json:"held,omitempty"`         // what was said of completeness while rows wait
	ReceivedAt   time.Time           `json:"received_at,omitzero"`
	ReceivedBy   stocktake.PersonID  `json:"received_by,omitempty"`
}

// Held is what a feed says of its completeness beside what is believed of it, while rows of it wait in quarantine.
type Held struct {
	Watermark stocktake.Watermark `json:"watermark,omitzero"`
	Covered   []Claim             `json:"covered,omitempty"`
}

// Say is what the feed says of its completeness after a claim and a watermark: as it stands, and, while rows wait, as it is held.
func (s *FeedState) Say(claim Claim, w stocktake.Watermark) error {
	said := Held{s.Watermark, s.Covered}
	if s.Held != nil {
		said = *s.Held
	}
	var err error
	if said.Watermark, err = Advance(said.Watermark, w); err != nil {
		return err
	}
	said.Covered = Cover(said.Covered, claim)
	if s.Held = nil; s.Waiting == 0 {
		s.Watermark, s.Covered = said.Watermark, said.Covered
	} else if said.Watermark != s.Watermark || !slices.Equal(said.Covered, s.Covered) {
		s.Held = &said
	}
	return nil
}

// NoFeed is where the feed of a site stands that never sent anything.
func NoFeed(society stocktake.SocietyID, site stocktake.SiteID) FeedState {
	return FeedState{Site: site, Hash: Genesis(society, site)}
}

// Gaps are the positions between what deliveries claimed to be whole: movements that should have come and did not.
func (s *FeedState) Gaps() []Claim {
	var gaps []Claim
	for n := 1; n < len(s.Covered); n++ {
		gaps = append(gaps, Claim{After: s.Covered[n-1].Through, Through: s.Covered[n].After})
	}
	return gaps
}

// Lag is how far the watermark is behind; false for a feed that has none.
func (s *FeedState) Lag(now time.Time) (time.Duration, bool) {
	if s.Watermark.Through.IsZero() {
		return 0, false
	}
	return max(0, now.Sub(s.Watermark.Through)), true
}

// maxCovered bounds what is kept of claims. Beyond it the second oldest is forgotten, which makes a gap larger and never
// hides one.
const maxCovered = 500

// Cover adds a claim to what is covered.
func Cover(covered []Claim, c Claim) []Claim {
	if c.Through == 0 || c.Through == c.After {
		return covered
	}
	all := append(slices.Clone(covered), c)
	slices.SortFunc(all, func(a, b Claim) int { return cmp.Compare(a.After, b.After) })
	joined := all[:1]
	for _, next := range all[1:] {
		if last := &joined[len(joined)-1]; next.After <= last.Through {
			last.Through = max(last.Through, next.Through)
		} else {
			joined = append(joined, next)
		}
	}
	if len(joined) > maxCovered {
		joined = slices.Delete(joined, 1, 2)
	}
	return joined
}

// Advance is the watermark after a claim. It never goes back: an older claim changes nothing. One that says no beginning goes
// on from where the last began, and is refused where there was none. One that begins behind the last one's end leaves a
// time of which nobody says that it is complete: then only what comes after counts.
func Advance(have, claim stocktake.Watermark) (stocktake.Watermark, error) {
	switch {
	case claim.Through.IsZero():
		return have, nil
	case have.Through.IsZero() && claim.Since.IsZero():
		return have, watermarkBeginning.New()
	case have.Through.IsZero():
		return stocktake.Watermark{Since: claim.Since, Through: claim.Through}, nil
	case claim.Since.After(have.Through):
		return stocktake.Watermark{Since: claim.Since, Through: claim.Through}, nil
	}
	if !claim.Since.IsZero() && claim.Since.Before(have.Since) && !claim.Through.Before(have.Since) {
		have.Since = claim.Since
	}
	if claim.Through.After(have.Through) {
		have.Through = claim.Through
	}
	return have, nil
}

var (
	transferTooLong = stocktake.NewReason(stocktake.Invalid, "transfer-too-long",
		"%d movements in one transfer; at most %d are taken at a time. Send them in parts.",
		"في الدفعة %d حركة، والحد الأقصى %d في المرة الواحدة. أرسلها على أجزاء.")
	claimBackwards = stocktake.NewReason(stocktake.Invalid, "claim-backwards",
		"The delivery says that it holds the feed's movements from one position to another, and the two are not in order: send after below through, both from 0 to 2⁵³−1.",
		"تذكر الدفعة أنها تضم حركات الربط من موضع إلى موضع وليسا بالترتيب: أرسل after أصغر من through، وكلاهما بين 0 و2⁵³−1.")
	watermarkBackwards = stocktake.NewReason(stocktake.Invalid, "watermark-backwards",
		"The watermark ends before it begins, or has no end: send since before through.",
		"علامة الاكتمال تنتهي قبل أن تبدأ، أو لا نهاية لها: أرسل since قبل through.")
	watermarkBeginning = stocktake.NewReason(stocktake.Invalid, "watermark-beginning",
		"This site's feed has no watermark yet: say since when its movements are complete (since), as well as through when.",
		"لا علامة اكتمال لهذا الموقع بعد: حدّد منذ متى حركاته مكتملة (since) وإلى متى (through).")
)
