package reconcile_test

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"jard/internal/reconcile"
	"jard/internal/stocktake"
)

// counting is how a shop is counted: when, in passes of what length, and with what devices.
type counting struct {
	begin, end        int64
	shortest, longest int64   // passes
	allHere           float64 // share of entries that are declared to be all of it
	again             float64 // share of places that are counted a second time
}

// finding is what one pass found.
type finding struct {
	from, to       int64 // truly: of the entry, or of the pass
	opened, closed int64
	quantity       stocktake.Quantity
	unbooked       stocktake.Quantity // of it: what came or went by moves that no book will ever have
	device         *device
	span, pass     reconcile.Span
	certain        bool
}

// count walks all places of a shop. Pieces that come or go while somebody looks are seen or not, each by itself.
func (s *shop) count(c counting) {
	for _, p := range s.places {
		p.findings = nil
		s.walk(p, c)
		if s.chance(c.again) {
			s.walk(p, c)
		}
		slices.SortFunc(p.findings, func(a, b finding) int { return cmp.Compare(a.to, b.to) })
	}
}

func (s *shop) walk(p *spot, c counting) {
	r := s.r
	f := finding{opened: between(r, c.begin, c.end), device: s.anyDevice()}
	f.closed = f.opened + between(r, c.shortest, c.longest)
	f.from, f.to = f.opened, f.closed
	entry := s.chance(c.allHere)
	if entry {
		f.from = between(r, f.opened, f.closed)
		f.to = min(f.from+5*second+r.Int64N(90*second), f.closed)
	}
	once, together := between(r, f.from, f.to+1), r.IntN(2) == 0
	look := func() {
		f.quantity, f.unbooked = p.start, 0
		for _, x := range p.changes {
			at := once
			if !together {
				at = between(r, f.from, f.to+1)
			}
			if x.at < at {
				f.quantity += x.by
				if x.unbooked {
					f.unbooked += x.by
				}
			}
		}
	}
	if look(); f.quantity == 0 && entry { // not met: the whole pass says so
		f.from, f.to, together = f.opened, f.closed, true
		look()
	}
	var certain bool
	f.span, f.certain = f.device.when(f.from, f.to)
	f.pass, certain = f.device.when(f.opened, f.closed)
	f.certain = f.certain && certain
	p.findings = append(p.findings, f)
}

// adopted is the finding that counts: the last.
func (p *spot) adopted() *finding { return &p.findings[len(p.findings)-1] }

// truth is the variance of a section that is to be found: what was lost and nobody is known to have booked, and what had been
// carried off unbooked when its places were looked at.
func (s *shop) truth(t *told, section int) stocktake.Quantity {
	sum := s.lost[section]
	for _, b := range s.booked {
		if b.posts && b.section == section && (b.stamped <= t.through || b.posted <= t.asOf) {
			sum -= b.quantity
		}
	}
	for _, p := range s.places {
		if p.section == section {
			sum += p.adopted().unbooked
		}
	}
	return sum
}

// held is whether anybody knows that the item is at a place.
func (p *spot) held() bool {
	return p.home || p.named || slices.ContainsFunc(p.findings, func(f finding) bool { return f.quantity != 0 })
}

// told is what a server knows of a shop at some time.
type told struct {
	rules     reconcile.Rules
	snapshot  stocktake.Snapshot
	watermark stocktake.Watermark
	basis     *reconcile.Basis
	lines     []*reconcile.Line
	index     []map[*spot]int32 // of each line's places, plus one
	whole     bool              // every movement has come
	asOf      int64             // truly
	through   int64
}

const forever = int64(1) << 52

// tell makes the lines of a shop's sections: the book as of an instant, and the movements that were booked until another, in
// any order. Twist lets a test break what the lines say.
func (s *shop) tell(asOf, through int64, twist func(*told)) *told {
	t := &told{rules: s.rules, whole: through == forever, asOf: asOf, through: through}
	stamped := asOf
	if c := int64(s.rules.Clock) * second; c > 0 {
		stamped += s.r.Int64N(2*c+1) - c
	}
	t.snapshot = stocktake.Snapshot{AsOf: time.UnixMilli(stamped)}
	t.watermark = stocktake.Watermark{Site: "s", Through: time.UnixMilli(through)}
	since := int64(0)
	if s.chance(s.habits.short) { // the feed begins late
		since, t.whole = min(between(s.r, s.habits.begin, s.habits.end), through), false
		t.watermark.Since = time.UnixMilli(since)
	}
	books := slices.Clone(s.opening)
	position := stocktake.Position(1)
	var feed []*booking
	for _, b := range s.booked {
		if b.posted <= asOf {
			books[b.section] += b.quantity
			position = b.position
		}
		if b.stamped >= since && b.stamped <= through {
			feed = append(feed, b)
			if s.chance(0.1) { // again: a feed that is not sure sends once more
				feed = append(feed, b)
			}
		}
	}
	if s.chance(s.habits.positions) {
		t.snapshot.Position = strconv.FormatInt(int64(position), 10)
	}
	s.r.Shuffle(len(feed), func(i, j int) { feed[i], feed[j] = feed[j], feed[i] })
	for section := range s.opening {
		l, index := s.line(section, books[section], feed)
		t.lines, t.index = append(t.lines, l), append(t.index, index)
	}
	if twist != nil {
		twist(t)
	}
	t.basis = reconcile.NewBasis(t.rules, &t.snapshot, t.watermark)
	t.basis.Share(t.lines...)
	return t
}

func (s *shop) line(section int, book stocktake.Quantity, feed []*booking) (*reconcile.Line, map[*spot]int32) {
	l := &reconcile.Line{Book: book, Cost: 1000}
	index := map[*spot]int32{nil: 0}
	for _, p := range s.places {
		switch f := p.adopted(); {
		case p.section != section:
		case p.held(), s.chance(0.3): // one that holds nothing may be named, too
			l.Places = append(l.Places, reconcile.Place{
				Span: f.span, Quantity: f.quantity, Kind: reconcile.PlaceKindOf(p.kind), Holds: p.held(), Open: !f.certain,
			})
			index[p] = int32(len(l.Places))
		case l.Around == reconcile.Span{}:
			l.Around = f.pass
		default:
			l.Around.From, l.Around.To = min(l.Around.From, f.pass.From), max(l.Around.To, f.pass.To)
		}
	}
	at := map[*booking]int32{}
	for _, b := range feed {
		if at[b] == 0 && (b.section == section || b.loose) { // one id, one movement
			l.Movements = append(l.Movements, reconcile.Movement{
				Booked: reconcile.Instant(b.stamped), Quantity: b.quantity, Position: b.position, Place: index[b.place], Kind: b.kind, Loose: b.loose, Posts: b.posts,
			})
			at[b] = int32(len(l.Movements))
		}
	}
	for b, n := range at {
		if b.voids != nil {
			l.Movements[n-1].Voids = reconcile.Missing
			if of := at[b.voids]; of != 0 {
				l.Movements[n-1].Voids = of
			}
		}
	}
	for _, m := range s.moves {
		if m.from.section == section || m.to.section == section {
			taken, _ := m.device.when(m.taken, m.taken)
			placed, _ := m.device.when(m.placed, m.placed)
			l.Moves = append(l.Moves, reconcile.Move{Quantity: m.quantity, Taken: taken, Placed: placed, From: index[m.from], To: index[m.to]})
		}
	}
	return l, index
}

func (s *shop) anyDevice() *device { return s.devices[s.r.IntN(len(s.devices))] }

// handhelds are a few devices for a count.
func handhelds(r *rand.Rand, n int, begin, end int64) []*device {
	var list []*device
	for range n {
		list = append(list, newDevice(r, begin, end))
	}
	return list
}
