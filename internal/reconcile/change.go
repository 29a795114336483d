package reconcile

import "jard/internal/stocktake"

// Change is by how much, at least and at most, the quantity at a place of a line, by its index, can have changed from one look
// at it to another. Two counts of the place agree if the second less the first lies between.
func (b *Basis) Change(l *Line, place int, first, second Span) (low, high stocktake.Quantity) {
	var e effect
	var s scratch
	for i := range l.Movements {
		m := &l.Movements[i]
		if m.Voids != 0 || m.Posts || b.recorded(l, i) != nil {
			continue // it moves nothing; or its goods are looked at with those of the movement that it takes back, or of the move that it is
		}
		sure := int(m.Place) == place+1
		if !sure {
			c := b.class(l, m.Kind)
			p, w := &l.Places[place], &b.windows[m.Kind]
			who := l.member(m, c.fits)
			if m.Place > 0 || who == never || (!w.anywhere && c.fits && !(p.Holds && w.places&p.Kind != 0)) {
				continue
			}
			sure = c.only && who == surely
		}
		q, window := m.Quantity, b.windows[m.Kind].span(m.Booked)
		if taken, voided := s.voids(l, i); taken != 0 {
			away := window.Join(Span{voided.From, voided.To + b.back})
			if m.Kind == Sale && away.meets(first.Join(second)) {
				e.add(-taken, -1, 0, 1)
			}
			q += taken
		}
		low, high := between(window, first, second)
		for n := range l.Moves {
			sure = sure && !b.fits(l, m, &l.Moves[n])
		}
		if !sure {
			low, high = min(low, 0), max(high, 0)
		}
		e.add(q, low, 0, high)
	}
	for i := range l.Moves {
		v := &l.Moves[i]
		if int(v.From) == place+1 {
			low, high := between(v.Taken, first, second)
			e.add(-v.Quantity, low, 0, high)
		}
		if int(v.To) == place+1 {
			low, high := between(v.Placed, first, second)
			e.add(v.Quantity, low, 0, high)
		}
	}
	return e.low, e.high
}

// between says how often, at least and at most, what happened once within a window had happened for the second look and not for
// the first: −1 is that the first saw it and the second, which overlaps it, did not.
func between(window, first, second Span) (low, high int8) {
	a, b := class{all: first}, class{all: second}
	aLow, _, aHigh := a.had(window, window.From)
	bLow, _, bHigh := b.had(window, window.From)
	low, high = bLow-aHigh, bHigh-aLow
	switch {
	case first.To <= second.From:
		low = max(low, 0)
	case second.To <= first.From:
		high = min(high, 0)
	}
	return low, high
}
