package count

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"jard/internal/reconcile"
	"jard/internal/stocktake"
)

// Feed is the store of the movement logs of sites, as far as folds read them. Log.Watch tells of what is added.
type Feed interface {
	// Booked gives up to limit entries of a site's movement log from an offset on (1 is the first), in order; none behind
	// its end, or for a site that never sent anything.
	Booked(ctx context.Context, society stocktake.SocietyID, site stocktake.SiteID, from uint64, limit int) ([]Booking, error)
}

// Booking is one entry of a site's movement log: a movement that is part of the books from then on, or a watermark, or
// neither, where one was refused.
type Booking struct {
	Offset     uint64
	Hash       stocktake.Hash
	RecordedAt time.Time
	Movement   *stocktake.Movement
	Watermark  stocktake.Watermark // zero: says nothing
}

// FeedState names the part of a site's movement log that a view was folded from, and how far it is complete. Offset zero is a
// site without a feed: what moved while people counted is not known.
type FeedState struct {
	Offset    uint64              `json:"offset"`
	Hash      stocktake.Hash      `json:"hash"`
	Watermark stocktake.Watermark `json:"watermark,omitzero"`
}

// feedFacts is what a fold keeps of the movement log: what could touch a line of the session.
type feedFacts struct {
	FeedState
	items map[stocktake.ItemID][]booked
	steps []step    // watermarks, by offset: a seal may name an earlier one than the last
	from  time.Time // bookedFrom
	ended bool      // the session is sealed: its result names the part of the log that counts, up to end
	end   uint64

	postings []posting // of a correction: what posts the results that it corrects, and everything that takes a movement back
}

type posting struct {
	stocktake.Movement
	offset uint64
	posts  bool // one of these results; else it takes something back
}

type step struct {
	offset    uint64
	watermark stocktake.Watermark
}

// booked is a movement without what no line asks for.
type booked struct {
	id, voids         key
	at                reconcile.Instant
	quantity          stocktake.Quantity
	position          stocktake.Position
	offset            uint64
	section, location word
	kind              reconcile.Kind
	voiding, posts    bool
}

func (b *booked) compare(o *booked) int {
	return cmp.Or(cmp.Compare(b.at, o.at), slices.Compare(b.id[:], o.id[:]))
}

// Book files entries of the site's movement log behind those that it has. Entries recorded before FeedFrom need not be given. Those
// behind the position that the session's seal names have no effect.
func (f *Fold) Book(entries []Booking) {
	for i := range entries {
		e := &entries[i]
		if e.Offset <= f.feed.Offset || f.feed.ended && e.Offset > f.feed.end {
			continue
		}
		if f.feed.Offset == 0 {
			f.outdate()
		}
		f.feed.Offset, f.feed.Hash, f.view = e.Offset, e.Hash, nil
		if e.RecordedAt.Before(f.FeedFrom()) {
			continue
		}
		if !e.Watermark.Through.IsZero() {
			f.heardWatermark(e.Watermark)
			f.feed.Watermark = e.Watermark
			f.feed.steps = append(f.feed.steps, step{e.Offset, e.Watermark})
		}
		if e.Movement != nil && !f.posted(e) && f.matters(e) {
			f.book(e)
		}
	}
}

func (f *Fold) book(e *Booking) {
	m := e.Movement
	b := booked{
		id: idKey(m.ID), at: reconcile.At(m.Booked), quantity: m.Quantity, position: m.Position, offset: e.Offset,
		section: f.word(string(m.Section)), location: f.word(string(m.Location)), posts: m.Posts != "", voiding: m.Voids != "",
	}
	if b.voiding {
		b.voids = idKey(m.Voids)
	}
	var known bool
	if b.kind, known = reconcile.KindOf(m.Kind); !known {
		return // the store refuses it
	}
	if f.feed.items == nil {
		f.feed.items = map[stocktake.ItemID][]booked{}
	}
	item := keep(f, m.Item)
	list := f.feed.items[item] // by when they were booked: what comes late is put where it belongs
	n, _ := slices.BinarySearchFunc(list, &b, func(x booked, b *booked) int { return x.compare(b) })
	f.feed.items[item] = slices.Insert(list, n, b)
	if f.late.base != nil {
		f.late.items[item] = true
	}
}

// posted keeps what posts a result that this session corrects, and what takes such a posting back: it tells how much of the differences is in the
// books already, and is no part of any line, or a correction would find that nothing had been missing. It reports whether the movement is one.
func (f *Fold) posted(e *Booking) bool {
	m := e.Movement
	posts := m.Posts != "" && slices.ContainsFunc(f.basis.results, func(ref string) bool { return m.Posts == ref || strings.HasPrefix(m.Posts, ref+"-") })
	if len(f.basis.results) == 0 || !posts && m.Voids == "" {
		return false
	}
	f.feed.postings = append(f.feed.postings, posting{*m, e.Offset, posts})
	if !posts {
		return slices.ContainsFunc(f.feed.postings, func(p posting) bool { return p.posts && p.ID == m.Voids })
	}
	of := idKey(m.ID) // what takes it back may have come before
	if list := f.feed.items[m.Item]; slices.ContainsFunc(list, func(b booked) bool { return b.voiding && b.voids == of }) {
		f.feed.items[m.Item] = slices.DeleteFunc(slices.Clone(list), func(b booked) bool { return b.voiding && b.voids == of })
		f.outdate()
	}
	return true
}

// postings lists what posts the results that this session corrects, and what takes such a posting back, by when they were booked.
func (f *Fold) postings() []stocktake.Movement {
	posts := map[stocktake.MovementID]bool{}
	for n := range f.feed.postings {
		if p := &f.feed.postings[n]; p.posts {
			posts[p.ID] = true
		}
	}
	var list []stocktake.Movement
	for n := range f.feed.postings {
		if p := &f.feed.postings[n]; posts[p.ID] || posts[p.Voids] {
			list = append(list, p.Movement)
		}
	}
	slices.SortFunc(list, func(a, b stocktake.Movement) int { return cmp.Or(a.Booked.Compare(b.Booked), cmp.Compare(a.ID, b.ID)) })
	return list
}

// backlog is how long before a snapshot the site's server may have had a movement that the snapshot's position does not include.
const backlog = 7 * 24 * time.Hour

// FeedFrom is since when recorded entries of the movement log can matter to the session. It is known once there is material.
func (f *Fold) FeedFrom() time.Time { return f.bookedFrom().Add(-backlog) }

// bookedFrom is since when movements can matter: what was booked before was in the book, and its goods in their place, before anybody
// counted.
func (f *Fold) bookedFrom() time.Time {
	if !f.feed.from.IsZero() {
		return f.feed.from
	}
	rules, from := f.plan.rules(), f.began
	if t := f.material.Snapshot.AsOf; t.Before(from) {
		from = t
	}
	f.feed.from = from.Add(-rules.Lookback())
	return f.feed.from
}

// matters reports whether an entry's movement can touch a line. By position a book may lack even what was booked long ago.
func (f *Fold) matters(e *Booking) bool {
	included := stocktake.ReadPosition(f.material.Snapshot.Position)
	return included > 0 && e.Movement.Position > included || !e.Movement.Booked.Before(f.bookedFrom())
}

// endFeed keeps the part of the movement log that a seal names, and nothing later.
func (f *Fold) endFeed(s Seal) {
	x := &f.feed
	x.ended, x.end = true, s.Movements
	if x.Offset <= s.Movements {
		return // nothing later has come; what is missing yet is read up to there
	}
	x.FeedState = FeedState{Offset: s.Movements, Hash: s.MovementsHash}
	for _, s := range x.steps {
		if s.offset <= x.Offset {
			x.Watermark = s.watermark
		}
	}
	for item, list := range x.items {
		x.items[item] = slices.DeleteFunc(list, func(b booked) bool { return b.offset > x.Offset })
	}
	x.postings = slices.DeleteFunc(x.postings, func(p posting) bool { return p.offset > x.Offset })
}
