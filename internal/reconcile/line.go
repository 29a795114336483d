package reconcile

import "jard/internal/stocktake"

// Line is all that is known of one item in one section: its book, its places with what was observed there, and what moved.
type Line struct {
	Book stocktake.Quantity // of the snapshot
	Cost stocktake.Cost

	// Places are the section's locations that hold the item or are named below: its homes, and wherever any pass, adopted or
	// not, found it. Those where it was found and those that are its homes but empty are both observed.
	Places []Place
	// Around is when the section's other locations were observed, all together from the first to the last; zero when there are
	// none. One that nobody walked makes the line have no variance, so that it need not be said here.
	Around Span

	Movements []Movement // of the item, in this section or in none; in any order, each once
	Moves     []Move     // of the item, from or to this section

	// Elsewhere and First are about movements that name no section: which kinds of them another section could have, and which
	// are taken to be this line's where several could. Basis.Share sets both.
	Elsewhere Reach
	First     Reach
}

// Place is one location of a line.
type Place struct {
	Span     Span               // when it was observed, widened by the uncertainty of the device's clock; zero: it was not
	Quantity stocktake.Quantity // all lots and conditions together
	Kind     PlaceKind
	Holds    bool // it is the item's home, or a pass found it there
	Open     bool // the device's clock has not been measured since, so that Span may be wrong
}

// Movement is one movement of the feed, as it concerns a line.
type Movement struct {
	Booked   Instant
	Quantity stocktake.Quantity
	Position stocktake.Position
	Place    int32 // of the location that the feed names: its index in Places plus one; zero: it names none
	Voids    int32 // what it takes back: its index in Movements plus one; Missing: a movement that is not here; zero: nothing
	Kind     Kind
	Loose    bool // it names no section
	Posts    bool // it posts the variance of an earlier result: its goods had gone, or come, before anything here
}

// Missing is what a void names that takes back a movement which has not arrived.
const Missing int32 = -1

// Move is a move inside the site that somebody recorded. Both spans are widened by the uncertainty of the device's clock.
type Move struct {
	Quantity stocktake.Quantity // positive
	Taken    Span
	Placed   Span
	From, To int32 // index in Places plus one; zero: in another section
}

// Reach is a set of kinds of movement that a section could have, and whether it holds the item at all.
type Reach uint8

const holds Reach = 1 << 7

func (r Reach) has(k Kind) bool { return r&(1<<k) != 0 }

// Reach is what movements that name no section could be a line's.
func (b *Basis) Reach(places []Place) Reach {
	var r Reach
	for i := range places {
		p := &places[i]
		if !p.Holds {
			continue
		}
		r |= holds
		for k := range kinds {
			if w := &b.windows[k]; w.anywhere || w.places&p.Kind != 0 {
				r |= 1 << k
			}
		}
	}
	return r
}

// Share sets Elsewhere and First of all lines of one item, the section that has most to do with it first.
func (b *Basis) Share(lines ...*Line) {
	var all Reach
	for _, l := range lines {
		l.First = b.Reach(l.Places) &^ all
		all |= l.First
	}
	for i, l := range lines {
		l.Elsewhere = 0
		for j, o := range lines {
			if i != j {
				l.Elsewhere |= b.Reach(o.Places)
			}
		}
	}
}

// membership is whether a movement is a line's.
type membership uint8

const (
	surely membership = iota
	first             // maybe: and taken to be here
	maybe             // … taken to be elsewhere
	never
)

// member says whether a movement that names no section could be this line's. Fits says that a place of the line suits it.
func (l *Line) member(m *Movement, fits bool) membership {
	switch {
	case !m.Loose || m.Place != 0:
		return surely
	case fits && !l.Elsewhere.has(m.Kind), !fits && l.Elsewhere == 0:
		return surely
	case !fits && l.Elsewhere.has(m.Kind):
		return never
	case l.First.has(m.Kind), !fits && l.First&holds != 0:
		return first
	}
	return maybe
}
