package count

import (
	"cmp"
	"slices"
	"time"

	"jard/internal/reconcile"
	"jard/internal/stocktake"
)

// Move is stock that somebody carried from one location of the site to another while people counted. No feed tells of it,
// so the one who carried it does. It is kept as a fact beside the passes: it is in no tally, and changes no line's digest.
type Move struct {
	Person    stocktake.PersonID
	Item      stocktake.ItemID // empty while nobody has said what the code means
	Code      string
	Quantity  stocktake.Quantity // greater than zero
	Lot       string
	Expiry    string
	Condition Condition
	From      stocktake.LocationID
	To        stocktake.LocationID // another one
	Taken     time.Time
	Placed    time.Time // not before it was taken

	id      key
	taken   reconcile.Span
	placed  reconcile.Span
	open    bool   // the device's clock has not been measured since
	unknown string // the code under which its item is unknown
}

// movedFact is a move, or takes one back: there are few.
type movedFact struct {
	fact       factID
	reverses   key // zero for a move
	person     stocktake.PersonID
	goods      cellKey
	item, code string
	from, to   stocktake.LocationID
	amount     stocktake.Quantity
	pack       stocktake.Quantity
	taken      int64 // as the device's clock said
	mono       int64 // when it was placed
	start, end int64 // server time, ms: taken and placed
}

func (f *Fold) fileMove(n factID, kind Kind, e *Event, at int64) {
	m := movedFact{
		fact: n, person: keep(f, e.Person), item: keep(f, string(e.Item)), code: keep(f, e.Code), from: keep(f, e.From), to: keep(f, e.To),
		goods:  cellKey{keep(f, e.Lot), keep(f, e.Expiry), keep(f, e.Condition)},
		amount: e.Amount, pack: e.Pack, taken: e.TakenAt, mono: e.Mono, start: at - (e.At - e.TakenAt), end: at,
	}
	if kind == Reversed {
		m.reverses = idKey(e.Reverses)
	}
	f.moved = append(f.moved, m)
}

// moves lists the moves that stand, and adds what cannot be placed to what is held.
func (f *Fold) moves(held []Held) ([]Move, []Held) {
	hold := func(m *movedFact, reason string) {
		x := f.fact(m.fact)
		h := Held{Key: x.body.String(), Reason: reason, Offset: x.offset, Stream: *x.stream}
		for _, end := range []stocktake.LocationID{m.from, m.to} { // the first end that the site has
			if _, known := f.locationIndex()[end]; known && h.Location == "" {
				h.Location = end
			}
		}
		held = append(held, h)
	}
	reversals := map[key][]*movedFact{}
	matched := map[*movedFact]bool{}
	for i := range f.moved {
		m := &f.moved[i]
		if x := f.fact(m.fact); m.reverses != (key{}) && f.counted(x.id, x.body) {
			reversals[m.reverses] = append(reversals[m.reverses], m)
		}
	}
	var list []Move
	for i := range f.moved {
		m := &f.moved[i]
		x := f.fact(m.fact)
		if m.reverses != (key{}) || !f.counted(x.id, x.body) {
			continue
		}
		taken := false
		for _, r := range reversals[x.id] {
			if f.putsBack(r, m) {
				taken, matched[r] = true, true
			}
		}
		if taken {
			continue
		}
		move, fault := f.move(m)
		if fault != "" {
			hold(m, fault)
			continue
		}
		move.id = x.id
		list = append(list, move)
	}
	for i := range f.moved {
		m := &f.moved[i]
		if x := f.fact(m.fact); m.reverses != (key{}) && !matched[m] && f.counted(x.id, x.body) {
			hold(m, HeldReversal)
		}
	}
	slices.SortFunc(list, func(a, b Move) int {
		return cmp.Or(a.Taken.Compare(b.Taken), a.Placed.Compare(b.Placed), slices.Compare(a.id[:], b.id[:]))
	})
	return list, held
}

// putsBack reports whether a reversal repeats a move of the same device.
func (f *Fold) putsBack(r, m *movedFact) bool {
	return f.sameDevice(f.fact(r.fact), f.fact(m.fact)) && r.goods.Lot == m.goods.Lot && r.goods.Condition == m.goods.Condition &&
		r.item == m.item && r.code == m.code && r.from == m.from && r.to == m.to && r.amount == m.amount && r.pack == m.pack && r.taken == m.taken
}

// move is what a fact says, or why it cannot be placed in the session.
func (f *Fold) move(m *movedFact) (Move, string) {
	for _, end := range []stocktake.LocationID{m.from, m.to} {
		if _, known := f.locationIndex()[end]; !known {
			return Move{}, HeldLocation
		}
	}
	move := Move{
		Person: m.person, Code: m.code, Lot: m.goods.Lot, Expiry: m.goods.Expiry, Condition: m.goods.Condition, From: m.from, To: m.to,
		Taken: instant(m.start), Placed: instant(m.end),
	}
	var open bool
	move.taken, open = f.when(m.fact, max(m.mono-(m.end-m.start), 0), m.start)
	move.placed, move.open = f.when(m.fact, m.mono, m.end)
	move.open = move.open || open
	item, quantity, fault := f.understand(m.item, m.code, m.amount, m.pack)
	move.Item, move.Quantity = item, quantity
	if item == "" {
		move.unknown = cmp.Or(m.code, m.item)
	}
	return move, fault
}

// MovesOf lists the moves of an item out of a section, into it and within it.
func (v *View) MovesOf(section stocktake.SectionID, item stocktake.ItemID) []Move {
	var list []Move
	for _, m := range v.Moves {
		if m.Item == item && (v.sectionAt(m.From) == section || v.sectionAt(m.To) == section) {
			list = append(list, m)
		}
	}
	return list
}

func (v *View) sectionAt(id stocktake.LocationID) stocktake.SectionID {
	return v.Material.index[id].Section
}
