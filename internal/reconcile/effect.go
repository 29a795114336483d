package reconcile

import "jard/internal/stocktake"

// effect is what one movement does to the difference between shelf and book that the counters met: quantity × (b − s), at
// least, as taken, and at most. V is what was observed less the book less all effects.
type effect struct{ low, mid, high stocktake.Quantity }

// add adds quantity times something that is from low to high and taken to be mid.
func (e *effect) add(q stocktake.Quantity, low, mid, high int8) {
	a, z := q*stocktake.Quantity(low), q*stocktake.Quantity(high)
	e.low += min(a, z)
	e.mid += q * stocktake.Quantity(mid)
	e.high += max(a, z)
}

// perhaps is for a movement that may be another section's.
func (e *effect) perhaps(m membership) {
	e.low, e.high = min(e.low, 0), max(e.high, 0)
	if m == maybe {
		e.mid = 0
	}
}

// scratch is what the movements of one line share: the candidates of each kind, gathered when the first movement of the kind comes,
// and what voids take back of each.
type scratch struct {
	classes [kinds]class
	ready   uint8
	voided  []voided
}

func (s *scratch) class(b *Basis, l *Line, k Kind) *class {
	if s.ready&(1<<k) == 0 {
		s.classes[k] = b.class(l, k)
		s.ready |= 1 << k
	}
	return &s.classes[k]
}

// placed is a movement with its candidates and its window.
func (s *scratch) placed(b *Basis, l *Line, m *Movement, room *class) (*class, Span) {
	c := s.class(b, l, m.Kind)
	if m.Place > 0 {
		span := l.Places[m.Place-1].seen()
		*room = class{all: span, pivot: span.middle(), fits: true}
		c = room
	}
	return c, b.windows[m.Kind].span(m.Booked)
}

// plain is the effect of a movement that neither voids nor is voided, and that no recorded move is known for.
func (b *Basis) plain(l *Line, m *Movement, s *scratch) (effect, membership) {
	var e effect
	var room class
	c, window := s.placed(b, l, m, &room)
	who := surely
	if m.Loose {
		if who = l.member(m, c.fits); who == never {
			return e, never
		}
	}
	bLow, bMid, bHigh := c.had(window, m.Booked)
	if m.Posts {
		bLow, bMid, bHigh = 1, 1, 1
	}
	sLow, sMid, sHigh := b.holds(m)
	e.add(m.Quantity, bLow-sHigh, bMid-sMid, bHigh-sLow)
	if who != surely {
		e.perhaps(who)
	}
	return e, who
}

// special is the effect of any movement of a line with voids or recorded moves.
func (b *Basis) special(l *Line, i int, s *scratch) (effect, membership) {
	m := &l.Movements[i]
	var e effect
	var room class
	c, window := s.placed(b, l, m, &room)
	who := l.member(m, c.fits)
	if who == never {
		return e, never
	}
	sLow, sMid, sHigh := b.holds(m)
	if m.Voids != 0 {
		if !s.fitting(l, m) {
			b.orphan(l, m, c, s, &e)
		} else {
			e.add(m.Quantity, -sHigh, -sMid, -sLow) // in the books only
		}
	} else {
		taken, voided := s.voids(l, i)
		booked := m.Booked
		if move := b.recorded(l, i); move != nil {
			window, booked = move.span(m), move.span(m).middle()
			if at := move.place(m); at > 0 {
				span := l.Places[at-1].seen()
				c = &class{all: span, pivot: span.middle(), fits: true}
			}
		}
		bLow, bMid, bHigh := c.had(window, booked)
		if m.Posts {
			bLow, bMid, bHigh = 1, 1, 1
		}
		if taken == 0 {
			e.add(m.Quantity, bLow-sHigh, bMid-sMid, bHigh-sLow)
		} else {
			e.add(m.Quantity, -sHigh, -sMid, -sLow)
			e.add(m.Quantity+taken, bLow, bMid, bHigh)
			if m.Kind == Sale {
				b.away(l, -taken, c, window, voided, s, &e)
			}
		}
	}
	if who != surely {
		e.perhaps(who)
	}
	return e, who
}

// orphan is the effect of a void whose movement has not arrived. Between them they moved nothing; but the snapshot may
// include the other one.
func (b *Basis) orphan(l *Line, m *Movement, c *class, s *scratch, e *effect) {
	sLow, sMid, sHigh := b.holds(m)
	e.add(m.Quantity, 1-sHigh, 1-sMid, 1-sLow)
	if sHigh == 0 {
		e.add(m.Quantity, -1, 0, 0)
	}
	if m.Kind == Sale {
		window := Span{m.Booked - b.voiding - b.windows[Sale].early - b.clock, m.Booked + b.windows[Sale].late}
		b.away(l, -m.Quantity, c, window, Span{m.Booked, m.Booked}, s, e)
	}
}

// away is what a sale and its void may have done between them. Nothing, if the till was wrong, or if everything was seen
// before or after; but if a customer changed their mind, the goods were carried to the till and back, and not always back
// to where they came from: they may have been missed at both places, or met at both.
func (b *Basis) away(l *Line, sold stocktake.Quantity, from *class, taken, voided Span, s *scratch, e *effect) {
	low, _, high := from.had(taken, taken.To)
	to := *s.class(b, l, Return)
	to.all = to.all.Join(from.all)
	backLow, _, backHigh := to.had(Span{voided.From - b.clock, voided.To + b.back}, voided.To)
	e.add(sold, min(low-backHigh, 0), 0, max(high-backLow, 0))
}

// voided is what voids took back of a movement, and when they were booked. Voids that do not fit it, for want of sign or by taking
// back more than there is, are none.
type voided struct {
	sum    stocktake.Quantity
	booked Span
	unfit  bool
}

// voids is what was taken back of a movement.
func (s *scratch) voids(l *Line, i int) (stocktake.Quantity, Span) {
	if s.voided == nil {
		s.voided = make([]voided, len(l.Movements))
		for n := range l.Movements {
			m := &l.Movements[n]
			if m.Voids <= 0 || int(m.Voids) > len(l.Movements) {
				continue
			}
			of, v := &l.Movements[m.Voids-1], &s.voided[m.Voids-1]
			v.sum += m.Quantity
			v.booked = v.booked.Join(Span{m.Booked, m.Booked})
			v.unfit = v.unfit || (m.Quantity < 0) == (of.Quantity < 0) || v.sum.Abs() > of.Quantity.Abs()
		}
	}
	if v := &s.voided[i]; !v.unfit {
		return v.sum, v.booked
	}
	return 0, Span{}
}

// fitting reports whether the movement that a void takes back is here and can be what the void says.
func (s *scratch) fitting(l *Line, m *Movement) bool {
	if m.Voids <= 0 || int(m.Voids) > len(l.Movements) {
		return false
	}
	of := &l.Movements[m.Voids-1]
	if of == m || of.Voids != 0 {
		return false
	}
	sum, _ := s.voids(l, int(m.Voids-1))
	return sum != 0
}

// recorded gives the move across the section's edge that is this transfer: the one of its quantity and direction whose instant
// lies in its window, if it is the only one, and the transfer the only one for it.
func (b *Basis) recorded(l *Line, i int) *Move {
	if len(l.Moves) == 0 || l.Movements[i].Kind != Transfer {
		return nil
	}
	var found *Move
	for n := range l.Moves {
		if b.fits(l, &l.Movements[i], &l.Moves[n]) {
			if found != nil {
				return nil
			}
			found = &l.Moves[n]
		}
	}
	if found == nil {
		return nil
	}
	for n := range l.Movements {
		if n != i && b.fits(l, &l.Movements[n], found) {
			return nil
		}
	}
	return found
}

// fits says whether a transfer of the feed can be a recorded move across the section's edge.
func (b *Basis) fits(l *Line, m *Movement, move *Move) bool {
	if m.Kind != Transfer || m.Posts || (move.From == 0) == (move.To == 0) || m.Quantity.Abs() != move.Quantity {
		return false
	}
	if (m.Quantity < 0) != (move.From > 0) || (m.Place > 0 && m.Place != move.place(m)) {
		return false
	}
	return move.span(m).meets(b.windows[Transfer].span(m.Booked))
}

// span is when the goods left the section, for a movement that leaves, or came into it.
func (v *Move) span(m *Movement) Span {
	if m.Quantity < 0 {
		return v.Taken
	}
	return v.Placed
}

// place is where, as an index plus one.
func (v *Move) place(m *Movement) int32 {
	if m.Quantity < 0 {
		return v.From
	}
	return v.To
}

// moved is the effect of a recorded move from one place of the line to another, which no book knows.
func (l *Line) moved(v *Move) effect {
	var e effect
	out, in := l.Places[v.From-1].seen(), l.Places[v.To-1].seen()
	c := class{all: out, pivot: out.middle()}
	low, mid, high := c.had(v.Taken, v.Taken.middle())
	e.add(-v.Quantity, low, mid, high)
	c = class{all: in, pivot: in.middle()}
	low, mid, high = c.had(v.Placed, v.Placed.middle())
	e.add(v.Quantity, low, mid, high)
	return e
}
