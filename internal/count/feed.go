package count

import (
	"cmp"
	"context"
	"slices"
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

	// Of a correction: what posts the results that it corrects, and everything that takes a movement back, by what it takes back. That may
	// be a posting which is still to come.
	postings map[stocktake.MovementID]*Booking
	voids    map[stocktake.MovementID][]*Booking
	listed   []stocktake.Movement // the postings and what takes them back; nil once they have changed
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
		if e.Movement != nil && !f.posted(e) {
			f.book(e)
		}
	}
}

func (f *Fold) book(e *Booking) {
	if !f.matters(e) {
		return
	}
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
	m, x := e.Movement, &f.feed
	if len(f.basis.seals) == 0 {
		return false
	}
	posts := m.Posts != "" && slices.ContainsFunc(f.basis.seals, func(s Seal) bool { return m.PostsResult(s.Called()) })
	if !posts && m.Voids == "" {
		return false
	}
	if x.postings == nil {
		x.postings, x.voids = map[stocktake.MovementID]*Booking{}, map[stocktake.MovementID][]*Booking{}
	}
	kept := &Booking{Offset: e.Offset, Movement: m}
	if m.Voids != "" {
		x.voids[m.Voids] = append(x.voids[m.Voids], kept)
	}
	if !posts {
		if x.postings[m.Voids] == nil {
			return false
		}
		x.listed = nil
		return true
	}
	x.postings[m.ID], x.listed = kept, nil
	for _, v := range x.voids[m.ID] { // which came before what it takes back
		f.unbook(v)
	}
	return true
}

// unbook takes a movement out of the lines that turns out to be no part of them.
func (f *Fold) unbook(e *Booking) {
	id := idKey(e.Movement.ID)
	list := f.feed.items[e.Movement.Item]
	if n := slices.IndexFunc(list, func(b booked) bool { return b.id == id }); n >= 0 {
		f.feed.items[e.Movement.Item] = slices.Delete(slices.Clone(list), n, n+1)
		f.outdate()
	}
}

// postings lists what posts the results that this session corrects, and what takes such a posting back, by when they were booked.
func (f *Fold) postings() []stocktake.Movement {
	x := &f.feed
	if x.listed == nil && len(x.postings) > 0 {
		for id, p := range x.postings {
			if p.Movement.Voids == "" || x.postings[p.Movement.Voids] == nil { // else it stands among what takes that one back
				x.listed = append(x.listed, *p.Movement)
			}
			for _, v := range x.voids[id] {
				x.listed = append(x.listed, *v.Movement)
			}
		}
		slices.SortFunc(x.listed, func(a, b stocktake.Movement) int { return cmp.Or(a.Booked.Compare(b.Booked), cmp.Compare(a.ID, b.ID)) })
	}
	return x.listed
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
	x.listed = nil
	for id, p := range x.postings {
		if p.Offset <= x.Offset {
			continue
		}
		delete(x.postings, id)
		for _, v := range x.voids[id] { // which take back what this session never hears of
			if v.Offset <= x.Offset && x.postings[v.Movement.ID] == nil {
				f.book(v)
			}
		}
	}
	for id, list := range x.voids {
		x.voids[id] = slices.DeleteFunc(list, func(v *Booking) bool { return v.Offset > x.Offset })
	}
}
