package reconcile_test

import (
	"slices"

	"jard/internal/reconcile"
	"jard/internal/stocktake"
)

// schedule plans what happens on its own account; the rest follows.
func (s *shop) schedule() {
	h := s.habits
	any := func(n int, do func(at int64)) {
		for range n {
			s.plan(between(s.r, h.begin, h.end), do)
		}
	}
	if h.saleTimes != nil {
		for _, x := range h.saleTimes {
			s.plan(x.at, func(at int64) { s.sell(at, x.pieces) })
		}
	} else {
		any(s.times(h.sales), func(at int64) { s.sell(at, 1+s.r.Int64N(4)) })
	}
	for section, lost := range s.lost {
		if lost != 0 && s.chance(h.posting) {
			any(1, func(at int64) {
				kind := reconcile.WriteOff
				if lost > 0 {
					kind = reconcile.Receipt
				}
				s.book(&booking{kind: kind, section: section, quantity: lost, at: at, posts: true}, nil).loose = false
			})
		}
	}
	any(s.times(h.returns), s.takeBack)
	any(s.times(h.receipts), s.receive)
	any(s.times(h.transfers), s.transfer)
	any(s.times(h.writeOffs), s.writeOff)
	any(s.times(h.moves), s.replenish)
	any(s.times(h.crossings), s.cross)
}

// sell is a customer who picks now and pays soon, and now and then does not want it after all, or never had it: the till was wrong.
func (s *shop) sell(at, pieces int64) {
	if s.chance(s.habits.void / 2) { // a mistake of the till: nothing leaves the shelf
		if p := s.some(s.sellers(), func(*spot) bool { return true }); p != nil {
			sale := s.book(&booking{kind: reconcile.Sale, section: p.section, quantity: stocktake.Quantity(-pieces * 1000), at: at}, p)
			s.void(sale, -sale.quantity)
		}
		return
	}
	p := s.some(s.sellers(), func(p *spot) bool { return p.stock >= 1000 })
	if p == nil {
		return
	}
	want := min(stocktake.Quantity(pieces)*1000, p.stock)
	p.change(at, -want)
	where := p
	if s.chance(s.habits.splitting) { // some more of it from elsewhere, a little later
		other := s.some(s.sellers(), func(o *spot) bool { return o != p && o.section == p.section && o.stock >= 1000 })
		if other != nil {
			other.change(at, -1000)
			want, where = want+1000, nil
		}
	}
	sale := s.book(&booking{kind: reconcile.Sale, section: p.section, quantity: -want, at: at + s.upTo(s.rules.Sale.Early)}, where)
	if s.chance(s.habits.void) {
		back := want
		if s.chance(s.habits.partVoid) {
			back = 1000
		}
		v := s.void(sale, back)
		s.plan(v.at+s.upTo(s.rules.Return.Late), func(at int64) { p.change(at, back) })
	}
}

func (s *shop) void(sale *booking, back stocktake.Quantity) *booking {
	return s.book(&booking{kind: reconcile.Sale, section: sale.section, quantity: back, voids: sale,
		at: sale.at + s.upTo(s.rules.Voiding)}, nil)
}

// takeBack is a return that is booked now and put back on a shelf later.
func (s *shop) takeBack(at int64) {
	p := s.some(s.sellers(), func(*spot) bool { return true })
	if p == nil {
		return
	}
	q := stocktake.Quantity(1+s.r.IntN(2)) * 1000
	s.book(&booking{kind: reconcile.Return, section: p.section, quantity: q, at: at}, p)
	s.plan(at+s.upTo(s.rules.Return.Late), func(at int64) { p.change(at, q) })
}

// backs are where goods that come in are put: homes that are no shelves of the floor; where a shop or a section has none,
// wherever there is room.
func (s *shop) backs() []*spot {
	var list []*spot
	for _, p := range s.places {
		if p.kind != stocktake.Floor && p.home {
			list = append(list, p)
		}
	}
	if len(list) == 0 {
		return s.known()
	}
	for section := range s.opening {
		if s.habits.sectionless == 0 && !slices.ContainsFunc(list, func(p *spot) bool { return p.section == section }) {
			for _, p := range s.known() {
				if p.section == section {
					list = append(list, p)
				}
			}
		}
	}
	return list
}

// known are all places but shelves of the floor that nobody knows the item to be on.
func (s *shop) known() []*spot {
	return slices.DeleteFunc(slices.Clone(s.places), func(p *spot) bool { return p.kind == stocktake.Floor && !p.home && !p.named })
}

// receive is a delivery that is put away in one go or two, before or after it is booked.
func (s *shop) receive(at int64) {
	backs := s.backs()
	p := s.some(backs, func(*spot) bool { return true })
	if p == nil {
		return
	}
	q := stocktake.Quantity(6+s.r.IntN(7)) * 1000
	early, late := s.upTo(s.rules.Receipt.Early), s.upTo(s.rules.Receipt.Late)
	booked := at + early
	if s.r.IntN(2) == 0 {
		booked = at - late
	}
	where, rest := p, stocktake.Quantity(0)
	if s.chance(s.habits.splitting) {
		other := s.some(backs, func(o *spot) bool { return o.section == p.section })
		rest = 2000
		last := booked + int64(s.rules.Receipt.Late)*second
		s.plan(between(s.r, at, max(last, at+1)), func(at int64) { other.change(at, rest) })
		if other != p {
			where = nil
		}
	}
	p.change(at, q-rest)
	s.book(&booking{kind: reconcile.Receipt, section: p.section, quantity: q, at: booked}, where)
}

// around is an instant of booking for goods that move now.
func (s *shop) around(at int64, w reconcile.Window) int64 {
	if s.r.IntN(2) == 0 {
		return at + s.upTo(w.Early)
	}
	return at - s.upTo(w.Late)
}

// transfer is one to or from another site.
func (s *shop) transfer(at int64) {
	q := s.odd()
	if s.r.IntN(2) == 0 {
		p := s.some(s.known(), func(*spot) bool { return true })
		if p != nil {
			p.change(at, q)
			s.book(&booking{kind: reconcile.Transfer, section: p.section, quantity: q, at: s.around(at, s.rules.Transfer)}, p)
		}
		return
	}
	if p := s.some(s.places, func(p *spot) bool { return p.stock >= q }); p != nil {
		p.change(at, -q)
		s.book(&booking{kind: reconcile.Transfer, section: p.section, quantity: -q, at: s.around(at, s.rules.Transfer)}, p)
	}
}

// odd is a quantity that no other transfer has: two of one quantity within hours of each other cannot be told apart.
func (s *shop) odd() stocktake.Quantity {
	s.numbered++
	return stocktake.Quantity(2+s.r.IntN(4))*1000 + s.numbered
}

func (s *shop) writeOff(at int64) {
	if p := s.some(s.places, func(p *spot) bool { return p.stock >= 1000 }); p != nil {
		p.change(at, -1000)
		s.book(&booking{kind: reconcile.WriteOff, section: p.section, quantity: -1000, at: s.around(at, s.rules.WriteOff)}, p)
	}
}

// carry takes goods from one place to another, with a handheld that records it.
func (s *shop) carry(at int64, from, to *spot, q stocktake.Quantity) *carried {
	missing := from.section != to.section && s.chance(s.habits.missing)
	from.change(at, -q)
	from.changes[len(from.changes)-1].unbooked = missing
	m := &carried{quantity: q, from: from, to: to, taken: at, placed: at + s.r.Int64N(40*minute), device: s.anyDevice(), unbooked: missing}
	from.named, to.named = true, true
	s.plan(m.placed, func(at int64) {
		to.change(at, q)
		to.changes[len(to.changes)-1].unbooked = missing
	})
	s.moves = append(s.moves, m)
	return m
}

func (s *shop) replenish(at int64) {
	from := s.some(s.places, func(p *spot) bool { return p.stock >= 2000 })
	if from == nil {
		return
	}
	if to := s.some(s.places, func(p *spot) bool { return p != from && p.section == from.section }); to != nil {
		s.carry(at, from, to, 2000)
	}
}

// cross carries goods into another section. Most are booked as a transfer, as two movements.
func (s *shop) cross(at int64) {
	q := s.odd()
	from := s.some(s.places, func(p *spot) bool { return p.stock >= q })
	if from == nil {
		return
	}
	to := s.some(s.places, func(p *spot) bool { return p.section != from.section })
	if to == nil {
		return
	}
	m := s.carry(at, from, to, q)
	if m.unbooked {
		return
	}
	s.book(&booking{kind: reconcile.Transfer, section: from.section, quantity: -q, at: s.around(m.taken, s.rules.Transfer)}, from).loose = false
	s.book(&booking{kind: reconcile.Transfer, section: to.section, quantity: q, at: s.around(m.placed, s.rules.Transfer)}, to).loose = false
}
