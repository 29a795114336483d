package reconcile

import "jard/internal/stocktake"

// Line computes the variance of a line with its band. It costs time in proportion to its movements and its places, and no
// memory, unless goods were moved or movements voided. It fails when a sum leaves the range of exact numbers.
func (b *Basis) Line(l *Line) (Variance, error) {
	var v Variance
	var s scratch
	var sum total
	special := len(l.Moves) > 0
	for i := range l.Movements {
		special = special || l.Movements[i].Voids != 0
	}
	for i := range l.Places {
		sum.observed += l.Places[i].Quantity
		if sum.broken() {
			return Variance{}, overflow()
		}
	}
	last := l.last()
	for i := range l.Movements {
		m := &l.Movements[i]
		var e effect
		var who membership
		if special {
			e, who = b.special(l, i, &s)
		} else {
			e, who = b.plain(l, m, &s)
		}
		if e.low != e.high {
			v.Undecided++
		}
		sum.effect.low += e.low
		sum.effect.mid += e.mid
		sum.effect.high += e.high
		if who <= first { // the book at the last observation
			_, held, _ := b.holds(m)
			sum.moved -= m.Quantity * stocktake.Quantity(held)
			if m.Booked <= last {
				sum.moved += m.Quantity
			}
		}
		if sum.broken() {
			return Variance{}, overflow()
		}
	}
	for i := range l.Moves {
		if move := &l.Moves[i]; move.From > 0 && move.To > 0 {
			e := l.moved(move)
			if e.low != e.high {
				v.Undecided++
			}
			sum.effect.low += e.low
			sum.effect.mid += e.mid
			sum.effect.high += e.high
			if sum.broken() {
				return Variance{}, overflow()
			}
		}
	}
	v.Unbooked = b.unbooked(l)
	v.Provisional = b.provisional(l)
	return v.fill(l, &sum)
}

// total is a line's sums. They stay far inside 64 bits: each step adds less than 2⁵⁶, and is followed by a look.
type total struct {
	observed, moved stocktake.Quantity
	effect          effect
}

func (t *total) broken() bool {
	const limit = 1 << 60
	return t.observed.Abs() > limit || t.moved.Abs() > limit || t.effect.mid.Abs() > limit || t.effect.low < -limit || t.effect.high > limit
}

func overflow() error {
	_, err := stocktake.Quantity(stocktake.MaxNumber).Add(1)
	return err
}

// fill sets the figures of a variance from the sums, each within the range of exact numbers.
func (v Variance) fill(l *Line, sum *total) (Variance, error) {
	v.Observed = sum.observed
	v.Quantity = sum.observed - l.Book - sum.effect.mid
	v.Low = sum.observed - l.Book - sum.effect.high
	v.High = sum.observed - l.Book - sum.effect.low
	v.Expected = l.Book + sum.moved
	v.Counted = v.Quantity + v.Expected
	for _, q := range [...]stocktake.Quantity{v.Observed, v.Quantity, v.Low, v.High, v.Expected, v.Counted, v.Unbooked} {
		if q.Abs() > stocktake.MaxNumber {
			return Variance{}, overflow()
		}
	}
	var err error
	if v.Value, err = stocktake.Value(v.Quantity, l.Cost); err != nil {
		return Variance{}, err
	}
	v.Exact = v.Undecided == 0
	return v, nil
}

// unbooked adds up the recorded moves across the section's edge for which the feed, complete as far as it would have to be, has
// no transfer.
func (b *Basis) unbooked(l *Line) (sum stocktake.Quantity) {
	var used []bool
	for i := range l.Moves {
		move := &l.Moves[i]
		if (move.From == 0) == (move.To == 0) {
			continue
		}
		if used == nil {
			used = make([]bool, len(l.Movements))
		}
		found := false
		for n := range l.Movements {
			if !used[n] && b.fits(l, &l.Movements[n], move) {
				used[n], found = true, true
				break
			}
		}
		sign, span := stocktake.Quantity(1), move.Placed
		if move.From > 0 {
			sign, span = -1, move.Taken
		}
		if !found && b.through >= span.To+b.windows[Transfer].early {
			sum += sign * move.Quantity
		}
	}
	return sum
}

// Placing is where a movement stands beside what was observed, for people who ask why a line says what it says. Window is when
// its goods moved; Low, Taken and High are what it adds to V at least, as V has it, and at most. They are equal where it is
// decided.
type Placing struct {
	Window           Span
	Low, Taken, High stocktake.Quantity
}

// Explain says how a movement of a line, by its index, was placed.
func (b *Basis) Explain(l *Line, i int) Placing {
	var s scratch
	m := &l.Movements[i]
	window := b.windows[m.Kind].span(m.Booked)
	if move := b.recorded(l, i); move != nil {
		window = move.span(m)
	}
	e, _ := b.special(l, i, &s)
	return Placing{window, -e.high, -e.mid, -e.low}
}
