package reconcile_test

import (
	"cmp"
	"math/rand/v2"
	"slices"

	"jard/internal/reconcile"
	"jard/internal/stocktake"
)

// shop is one item in one shop, piece by piece, with everything that nobody in the real one knows. It is written from what
// shops do, and knows nothing of how lines are reconciled. Instants are milliseconds; the rules' lengths of time are facts here:
// a customer pays at most 45 minutes after picking, and so on.
type shop struct {
	r        *rand.Rand
	habits   habits
	rules    reconcile.Rules
	places   []*spot
	opening  []stocktake.Quantity // the books of the sections when it begins
	lost     []stocktake.Quantity // by how much shelves and books of each section truly differ from the beginning on
	booked   []*booking           // the feed, in the order of posting once it is settled
	moves    []*carried
	todo     []chore
	devices  []*device
	numbered stocktake.Quantity
}

// habits are how a shop works: how often things happen over the time from begin to end, and what its feed says.
type habits struct {
	begin, end int64

	// How often, in the mean.
	sales, returns, receipts, transfers, writeOffs, moves, crossings float64

	void      float64 // share of sales
	partVoid  float64 // of voids: not of everything
	splitting float64 // of sales and receipts: at two places
	missing   float64 // of crossings: never booked
	lost      float64 // of sections: whose books were wrong before
	posting   float64 // of losses: known from an earlier count, and posted now
	late      float64 // of whatever takes time: takes all that it may, or none

	names       float64 // of movements: the feed names a location
	sectionless float64 // … names not even a section
	positions   float64 // of snapshots: name a feed position
	short       float64 // of feeds: begin late

	sections, spots int    // at most, and spots a section
	stock           int    // pieces at each home, at most
	saleTimes       []sold // in place of random ones
}

type sold struct {
	at     int64
	pieces int64
}

// spot is a location with what is truly there, and when.
type spot struct {
	section  int
	kind     stocktake.LocationKind
	home     bool
	named    bool // by the feed or by a recorded move
	start    stocktake.Quantity
	stock    stocktake.Quantity // now, while the shop is played
	changes  []change
	findings []finding
}

type change struct {
	at       int64
	by       stocktake.Quantity
	unbooked bool // in no feed, ever
}

// booking is a movement with its true instants.
type booking struct {
	kind     reconcile.Kind
	section  int
	quantity stocktake.Quantity
	at       int64 // truly booked
	stamped  int64 // as the feed says
	posted   int64 // in the book from then on
	position stocktake.Position
	place    *spot // that the feed names
	loose    bool  // names no section
	voids    *booking
	posts    bool // the variance that an earlier count found
}

// carried is a move that a handheld recorded.
type carried struct {
	quantity      stocktake.Quantity
	from, to      *spot
	taken, placed int64
	device        *device
	unbooked      bool
}

// chore is something that happens at an instant; what it does may depend on what is on the shelves then.
type chore struct {
	at int64
	do func(at int64)
}

func (s *shop) plan(at int64, do func(at int64)) {
	n, _ := slices.BinarySearchFunc(s.todo, at, func(c chore, at int64) int {
		if c.at < at {
			return -1
		}
		return 1
	})
	s.todo = slices.Insert(s.todo, n, chore{at, do})
}

// play opens a shop and lets it work until nothing is left to do.
func play(r *rand.Rand, h habits, rules reconcile.Rules, devices []*device) *shop {
	s := &shop{r: r, habits: h, rules: rules, devices: devices}
	s.furnish()
	s.schedule()
	for len(s.todo) > 0 {
		next := s.todo[0]
		s.todo = s.todo[1:]
		next.do(next.at)
	}
	s.post()
	return s
}

func (s *shop) chance(p float64) bool { return s.r.Float64() < p }

// times is how often something happens that happens mean times in the mean.
func (s *shop) times(mean float64) (n int) {
	for x := s.r.ExpFloat64(); x < mean; x += s.r.ExpFloat64() {
		n++
	}
	return n
}

// upTo is a length of time of at most limit, often all or nothing of it.
func (s *shop) upTo(limit reconcile.Seconds) int64 {
	most := int64(limit) * second
	switch {
	case s.chance(s.habits.late):
		return most
	case s.chance(s.habits.late):
		return 0
	}
	return s.r.Int64N(most + 1)
}

func (s *shop) furnish() {
	h := s.habits
	sections := 1
	if h.sections > 1 && s.r.IntN(3) == 0 {
		sections = 2 + s.r.IntN(h.sections-1)
	}
	s.opening, s.lost = make([]stocktake.Quantity, sections), make([]stocktake.Quantity, sections)
	for section := range sections {
		for n := range 1 + s.r.IntN(h.spots) {
			p := &spot{section: section, kind: stocktake.Floor, home: n == 0 || s.r.IntN(3) > 0}
			if s.r.IntN(2) == 0 && (n > 0 || s.r.IntN(3) == 0) {
				p.kind = []stocktake.LocationKind{stocktake.Store, stocktake.Cold, stocktake.Receiving}[s.r.IntN(3)]
			}
			if p.home {
				p.start = stocktake.Quantity(s.r.IntN(h.stock+1)) * 1000
			}
			p.stock = p.start
			s.places = append(s.places, p)
			s.opening[section] += p.start
		}
		s.settle(section)
		if s.chance(h.lost) { // stolen, broken, found, miscounted last time: before any of this
			gone := stocktake.Quantity(s.r.IntN(9)-4) * 1000
			s.opening[section] += gone
			s.lost[section] = -gone
		}
	}
}

// settle keeps a section to its ways: where no shelf of the floor is the item's home, there are no shelves at all, and where no
// store is, no stores. What is sold from the store one day and from a shelf the next, nobody could tell.
func (s *shop) settle(section int) {
	var floor, back bool
	for _, p := range s.places {
		if p.section == section && p.home {
			floor = floor || p.kind == stocktake.Floor
			back = back || p.kind != stocktake.Floor
		}
	}
	for _, p := range s.places {
		switch {
		case p.section != section:
		case !floor && p.kind == stocktake.Floor:
			p.kind = stocktake.Store
		case !back && p.kind != stocktake.Floor:
			p.kind = stocktake.Floor
		}
	}
}

// sellers are where customers find the item, and where it is put back.
func (s *shop) sellers() []*spot {
	var floor []*spot
	for _, p := range s.places {
		if p.kind == stocktake.Floor && (p.home || p.named) {
			floor = append(floor, p)
		}
	}
	if len(floor) == 0 {
		return s.places
	}
	// Where the feed names sections, one without a floor sells from wherever it is.
	for section := range s.opening {
		if !slices.ContainsFunc(floor, func(p *spot) bool { return p.section == section }) && s.habits.sectionless == 0 {
			for _, p := range s.places {
				if p.section == section {
					floor = append(floor, p)
				}
			}
		}
	}
	return floor
}

// some picks one of the places that pass, or nil.
func (s *shop) some(list []*spot, pass func(*spot) bool) *spot {
	var fit []*spot
	for _, p := range list {
		if pass(p) {
			fit = append(fit, p)
		}
	}
	if len(fit) == 0 {
		return nil
	}
	return fit[s.r.IntN(len(fit))]
}

func (p *spot) change(at int64, by stocktake.Quantity) {
	p.stock += by
	p.changes = append(p.changes, change{at: at, by: by})
}

// book writes a movement down. Where must be nil if its goods came from several places.
func (s *shop) book(b *booking, where *spot) *booking {
	b.stamped = b.at
	if c := int64(s.rules.Clock) * second; c > 0 {
		b.stamped += s.r.Int64N(2*c+1) - c
	}
	b.posted = b.at + s.upTo(s.rules.Posting)
	if b.voids != nil {
		b.posted = max(b.posted, b.voids.posted)
		b.loose = b.voids.loose
	} else {
		b.loose = s.chance(s.habits.sectionless)
	}
	if where != nil && s.chance(s.habits.names) {
		b.place, b.loose = where, false
		where.named = true
	}
	s.booked = append(s.booked, b)
	return b
}

// post puts the movements in the order in which the book took them and numbers them, with gaps.
func (s *shop) post() {
	slices.SortStableFunc(s.booked, func(a, b *booking) int { return cmp.Compare(a.posted, b.posted) })
	position := stocktake.Position(1000)
	for _, b := range s.booked {
		position += stocktake.Position(1 + s.r.IntN(3))
		b.position = position
	}
}
