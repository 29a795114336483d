package reconcile_test

import (
	"testing"
	"time"

	"jard/internal/reconcile"
	"jard/internal/stocktake"
)

// The worked examples: each line with its V and band. Instants are minutes after noon; the snapshot is of noon and names position 10;
// clocks are right to the millisecond.
type example struct {
	name      string
	line      reconcile.Line
	blind     bool // the snapshot names no position
	rules     func(*reconcile.Rules)
	through   int // of the watermark; zero: far
	since     int
	v         int
	low, high int
	more      func(v reconcile.Variance) bool
}

func at(minutes int) reconcile.Instant { return reconcile.At(noon) + reconcile.Instant(minutes)*60_000 }

func during(from, to int) reconcile.Span { return reconcile.Span{From: at(from), To: at(to)} }

func shelf(pieces, from, to int) reconcile.Place {
	return reconcile.Place{Span: during(from, to), Quantity: stocktake.Quantity(pieces) * 1000, Kind: reconcile.PlaceKindOf(stocktake.Floor), Holds: true}
}

func store(pieces, from, to int) reconcile.Place {
	p := shelf(pieces, from, to)
	p.Kind = reconcile.PlaceKindOf(stocktake.Store)
	return p
}

// moved is a movement booked since the snapshot.
func moved(k reconcile.Kind, pieces, booked int) reconcile.Movement {
	return reconcile.Movement{Kind: k, Quantity: stocktake.Quantity(pieces) * 1000, Booked: at(booked), Position: 11}
}

func with(m reconcile.Movement, change func(*reconcile.Movement)) reconcile.Movement {
	change(&m)
	return m
}

func late(m reconcile.Movement, ms reconcile.Instant) reconcile.Movement {
	m.Booked += ms
	return m
}

func line(book int, places []reconcile.Place, movements ...reconcile.Movement) reconcile.Line {
	return reconcile.Line{Book: stocktake.Quantity(book) * 1000, Places: places, Movements: movements}
}

type placesOf = []reconcile.Place

func examples() []example {
	sale, back, receipt, transfer := reconcile.Sale, reconcile.Return, reconcile.Receipt, reconcile.Transfer
	before := func(m *reconcile.Movement) { m.Position = 9 }
	voids := func(of int32) func(*reconcile.Movement) { return func(m *reconcile.Movement) { m.Voids = of } }
	looseSale := with(moved(sale, -1, 30), func(m *reconcile.Movement) { m.Loose = true })
	return []example{
		// A tin is taken, its shelf counted, then it is paid for.
		{name: "a tin on its way to the till", line: line(10, placesOf{shelf(9, 60, 61)}, moved(sale, -1, 75)), v: -1, low: -1},
		{name: "paid long before", line: line(10, placesOf{shelf(9, 60, 61)}, moved(sale, -1, 30))},
		{name: "picked after", line: line(10, placesOf{shelf(10, 60, 61)}, moved(sale, -1, 120))},
		// Edges: what could have happened in the very millisecond is undecided.
		{name: "paid in the millisecond before", line: line(10, placesOf{shelf(9, 60, 61)}, late(moved(sale, -1, 60), -1))},
		{name: "paid in that millisecond", line: line(10, placesOf{shelf(9, 60, 61)}, moved(sale, -1, 60)), low: -1, v: 0},
		{name: "picked in the last millisecond", line: line(10, placesOf{shelf(10, 60, 61)}, moved(sale, -1, 61+45)), v: 0, high: 1},
		{name: "picked in the millisecond after", line: line(10, placesOf{shelf(10, 60, 61)}, late(moved(sale, -1, 61+45), 1))},
		// The snapshot includes it, the shelf not yet, or the other way round.
		{name: "returned before the snapshot, put back after the count", line: line(10, placesOf{shelf(9, 60, 61)}, with(moved(back, 1, -30), before)), v: -1, low: -1},
		{name: "in the book, and counted before it was sold", line: line(9, placesOf{shelf(10, 60, 61)}, with(moved(sale, -1, 180), before))},
		{name: "no position: near the snapshot", blind: true, line: line(9, placesOf{shelf(9, 60, 61)}, moved(sale, -1, -30)), high: 1},
		{name: "no position: long before the snapshot", blind: true, line: line(9, placesOf{shelf(9, 60, 61)}, moved(sale, -1, -241))},
		{name: "no position: after the snapshot", blind: true, line: line(10, placesOf{shelf(9, 60, 61)}, moved(sale, -1, 5))},
		// Two shelves, one counted before a sale and one after: which one it was from only the feed can say.
		{name: "one shelf before, one after", line: line(20, placesOf{shelf(10, 10, 11), shelf(10, 300, 301)}, moved(sale, -1, 120)), low: 0, high: 1, v: 0},
		{name: "… the feed names the first", line: line(20, placesOf{shelf(10, 10, 11), shelf(10, 300, 301)},
			with(moved(sale, -1, 120), func(m *reconcile.Movement) { m.Place = 1 }))},
		{name: "… the feed names the second", line: line(20, placesOf{shelf(10, 10, 11), shelf(9, 300, 301)},
			with(moved(sale, -1, 120), func(m *reconcile.Movement) { m.Place = 2 }))},
		{name: "… the likelier holds more", line: line(30, placesOf{shelf(10, 10, 11), shelf(19, 300, 301)}, moved(sale, -1, 120)), v: 0, low: -1},
		{name: "a store is no place to buy from", line: line(20, placesOf{store(10, 10, 11), shelf(9, 300, 301)}, moved(sale, -1, 120))},
		{name: "a transfer may be from any place", line: reconcile.Line{Book: 20_000, Places: placesOf{shelf(20, 600, 601)}, Around: during(0, 10),
			Movements: []reconcile.Movement{moved(transfer, -1, 120)}}, low: 0, high: 1, v: 1},
		{name: "a shelf that does not hold it is none, either", line: line(10, placesOf{{Span: during(10, 11), Kind: reconcile.PlaceKindOf(stocktake.Floor)}, shelf(9, 300, 301)}, moved(sale, -1, 120))},
		// No section named, and two that hold the item.
		{name: "another section's, perhaps", line: reconcile.Line{Book: 10_000, Places: placesOf{shelf(10, 120, 121)}, Elsewhere: 1, Movements: []reconcile.Movement{looseSale}}, high: 1},
		{name: "… and taken to be here", line: reconcile.Line{Book: 10_000, Places: placesOf{shelf(9, 120, 121)}, Elsewhere: 1, First: 1, Movements: []reconcile.Movement{looseSale}}, low: -1},
		{name: "… not from a section without shelves", line: reconcile.Line{Book: 10_000, Places: placesOf{store(10, 120, 121)}, Elsewhere: 1, Movements: []reconcile.Movement{looseSale}}},
		{name: "… nor when its place is named", line: reconcile.Line{Book: 10_000, Places: placesOf{shelf(9, 120, 121)}, Elsewhere: 1,
			Movements: []reconcile.Movement{with(looseSale, func(m *reconcile.Movement) { m.Place = 1 })}}},
		// The posting of an earlier count's shortage, after this count: or it would be found, and posted, twice.
		{name: "posted since", line: line(10, placesOf{shelf(7, 60, 61)}, with(moved(reconcile.WriteOff, -3, 600), func(m *reconcile.Movement) { m.Posts = true }))},
		{name: "posted before the snapshot", line: line(7, placesOf{shelf(7, 60, 61)}, with(moved(reconcile.WriteOff, -3, -60), func(m *reconcile.Movement) { m.Posts, m.Position = true, 9 }))},
		// Voids.
		{name: "a void long before", line: line(10, placesOf{shelf(10, 400, 401)}, moved(sale, -2, 10), with(moved(sale, 2, 12), voids(1)))},
		{name: "half of it", line: line(10, placesOf{shelf(9, 400, 401)}, moved(sale, -2, 10), with(moved(sale, 1, 12), voids(1)))},
		{name: "a void while the goods may be at the till", line: line(10, placesOf{shelf(10, 60, 61)}, moved(sale, -2, 10), with(moved(sale, 2, 12), voids(1))), low: 0, high: 2},
		{name: "… put back in the store, or where it was", line: line(10, placesOf{shelf(10, 60, 61), store(0, 1000, 1001)}, moved(sale, -2, 10), with(moved(sale, 2, 12), voids(1))),
			rules: func(r *reconcile.Rules) { r.Return.Places = []stocktake.LocationKind{stocktake.Store} }, high: 2},
		{name: "the book has the sale and not its void", line: line(8, placesOf{shelf(10, 400, 401)}, with(moved(sale, -2, -60), before), with(moved(sale, 2, 12), voids(1)))},
		{name: "a void whose sale has not come", line: line(8, placesOf{shelf(10, 400, 401)}, with(moved(sale, 2, 12), voids(reconcile.Missing))), low: 0, high: 2},
		{name: "a void of more than there was", line: line(10, placesOf{shelf(10, 400, 401)}, moved(sale, -1, 10), with(moved(sale, 2, 12), voids(1))), v: -1, low: -1, high: 1},
		{name: "a receipt that was typed wrong", line: line(120, placesOf{store(12, 60, 61)}, with(moved(receipt, 120, -600), before), with(moved(receipt, -108, 600), voids(1)))},
		// Moves.
		{name: "carried between two counts", line: reconcile.Line{Book: 10_000, Places: placesOf{store(10, 10, 11), shelf(4, 60, 61)},
			Moves: []reconcile.Move{{Quantity: 4000, Taken: during(30, 30), Placed: during(35, 35), From: 1, To: 2}}}},
		{name: "… and counted on the way", line: reconcile.Line{Book: 10_000, Places: placesOf{store(6, 32, 33), shelf(0, 33, 34)},
			Moves: []reconcile.Move{{Quantity: 4000, Taken: during(30, 30), Placed: during(35, 35), From: 1, To: 2}}}},
		{name: "a transfer whose instant is known", line: reconcile.Line{Book: 10_000, Places: placesOf{shelf(6, 60, 61)}, Movements: []reconcile.Movement{moved(transfer, -4, 90)},
			Moves: []reconcile.Move{{Quantity: 4000, Taken: during(30, 30), Placed: during(35, 35), From: 1}}}},
		{name: "… by one of two moves", line: reconcile.Line{Book: 10_000, Places: placesOf{shelf(6, 60, 61)}, Movements: []reconcile.Movement{moved(transfer, -4, 90)},
			Moves: []reconcile.Move{{Quantity: 4000, Taken: during(30, 30), Placed: during(35, 35), From: 1}, {Quantity: 4000, Taken: during(80, 80), Placed: during(85, 85), From: 1}}},
			v: -4, low: -4, more: func(v reconcile.Variance) bool { return v.Unbooked == -4000 }},
		{name: "… in the other direction", line: reconcile.Line{Book: 10_000, Places: placesOf{shelf(6, 60, 61)}, Movements: []reconcile.Movement{moved(transfer, 4, 90)},
			Moves: []reconcile.Move{{Quantity: 4000, Taken: during(30, 30), Placed: during(35, 35), From: 1}}}, v: -4, low: -8, high: -4,
			more: func(v reconcile.Variance) bool { return v.Unbooked == -4000 }},
		{name: "a move that no transfer is booked for", line: reconcile.Line{Book: 10_000, Places: placesOf{shelf(6, 60, 61)},
			Moves: []reconcile.Move{{Quantity: 4000, Taken: during(30, 30), Placed: during(35, 35), From: 1}}}, v: -4, low: -4, high: -4,
			more: func(v reconcile.Variance) bool { return v.Unbooked == -4000 }},
		{name: "… yet", through: 60, line: reconcile.Line{Book: 10_000, Places: placesOf{shelf(6, 60, 61)},
			Moves: []reconcile.Move{{Quantity: 4000, Taken: during(30, 30), Placed: during(35, 35), From: 1}}}, v: -4, low: -4, high: -4,
			more: func(v reconcile.Variance) bool { return v.Unbooked == 0 && v.Provisional == reconcile.FeedBehind }},
		// Figures for people: the book and the count at the last observation.
		{name: "at the last observation", line: line(20, placesOf{shelf(10, 10, 11), store(6, 300, 301)}, moved(sale, -3, 200), moved(sale, -1, 301), moved(sale, -5, 400)), v: -4, low: -4, high: -4,
			more: func(v reconcile.Variance) bool {
				return v.Observed == 16_000 && v.Expected == 16_000 && v.Counted == 12_000
			}},
		// What the feed has to have brought.
		{name: "complete", through: 61 + 240, since: -240, line: line(1, placesOf{shelf(1, 60, 61)})},
		{name: "a minute short of complete", through: 61 + 239, since: -240, line: line(1, placesOf{shelf(1, 60, 61)}),
			more: func(v reconcile.Variance) bool { return v.Provisional == reconcile.FeedBehind }},
		{name: "a minute too late", through: 61 + 240, since: -239, line: line(1, placesOf{shelf(1, 60, 61)}),
			more: func(v reconcile.Variance) bool { return v.Provisional == reconcile.FeedShort }},
		{name: "an open clock", line: line(1, placesOf{{Span: during(60, 61), Quantity: 1000, Holds: true, Open: true}}),
			more: func(v reconcile.Variance) bool { return v.Provisional == reconcile.ClockOpen }},
	}
}

func (x *example) basis() *reconcile.Basis {
	rules := reconcile.DefaultRules()
	rules.Clock = 0
	if x.rules != nil {
		x.rules(&rules)
	}
	snapshot := stocktake.Snapshot{AsOf: noon, Position: "10"}
	if x.blind {
		snapshot.Position = ""
	}
	w := stocktake.Watermark{Site: "s", Through: noon.AddDate(0, 0, 9)}
	if x.through != 0 {
		w.Through = noon.Add(time.Duration(x.through) * time.Minute)
	}
	if x.since != 0 {
		w.Since = noon.Add(time.Duration(x.since) * time.Minute)
	}
	return reconcile.NewBasis(rules, &snapshot, w)
}

func TestExamples(t *testing.T) {
	for _, x := range examples() {
		v, err := x.basis().Line(&x.line)
		if err != nil {
			t.Fatalf("%s: %v", x.name, err)
		}
		if v.Quantity != stocktake.Quantity(x.v)*1000 || v.Low != stocktake.Quantity(x.low)*1000 || v.High != stocktake.Quantity(x.high)*1000 {
			t.Errorf("%s: V %s from %s to %s; want %d from %d to %d", x.name, v.Quantity, v.Low, v.High, x.v, x.low, x.high)
		}
		if x.more != nil && !x.more(v) || x.more == nil && v.Provisional != 0 {
			t.Errorf("%s: %+v", x.name, v)
		}
	}
}

// By how much the first place of a line can have changed between two looks.
func TestChange(t *testing.T) {
	half := with(moved(reconcile.Sale, 1, 121), func(m *reconcile.Movement) { m.Voids = 1 })
	named := with(moved(reconcile.Transfer, -4, 90), func(m *reconcile.Movement) { m.Place = 1 })
	out := func(minute int) reconcile.Move {
		return reconcile.Move{Quantity: 4000, Taken: during(minute, minute), Placed: during(minute+5, minute+5), From: 1}
	}
	one, two := placesOf{shelf(0, 0, 1)}, placesOf{shelf(0, 0, 1), shelf(0, 0, 1)}
	for _, x := range []struct {
		name          string
		line          reconcile.Line
		first, second reconcile.Span
		low, high     stocktake.Quantity
	}{
		{"a sale between", line(0, one, moved(reconcile.Sale, -3, 120)), during(10, 11), during(300, 301), -3000, -3000},
		{"… of one of two shelves", line(0, two, moved(reconcile.Sale, -3, 120)), during(10, 11), during(300, 301), -3000, 0},
		{"… looked at backwards", line(0, one, moved(reconcile.Sale, -3, 120)), during(300, 301), during(10, 11), 3000, 3000},
		{"before both", line(0, one, moved(reconcile.Sale, -3, 0)), during(10, 11), during(300, 301), 0, 0},
		{"looks that overlap", line(0, one, moved(reconcile.Sale, -3, 20)), during(10, 30), during(10, 30), -3000, 3000},
		{"half of it void", line(0, one, moved(reconcile.Sale, -3, 120), half), during(10, 11), during(600, 601), -3000, -1000},
		{"carried off, and booked", reconcile.Line{Places: one, Movements: []reconcile.Movement{moved(reconcile.Transfer, -4, 90)}, Moves: []reconcile.Move{out(30)}},
			during(10, 11), during(60, 61), -4000, -4000},
		{"carried off twice, and booked once", reconcile.Line{Places: one, Movements: []reconcile.Movement{named}, Moves: []reconcile.Move{out(30), out(80)}},
			during(-300, -299), during(400, 401), -12_000, -8000},
		{"a posting", line(0, one, with(moved(reconcile.WriteOff, -3, 120), func(m *reconcile.Movement) { m.Posts = true })), during(-300, -299), during(600, 601), 0, 0},
	} {
		basis := (&example{}).basis()
		if low, high := basis.Change(&x.line, 0, x.first, x.second); low != x.low || high != x.high {
			t.Errorf("%s: from %s to %s; want %s to %s", x.name, low, high, x.low, x.high)
		}
	}
}

// What each movement is explained to add to V makes up V and its band.
func TestExplainAddsUp(t *testing.T) {
	for n := range uint64(4000) {
		s, asOf := wildShop(6, n)
		told := s.tell(asOf, forever, nil)
		for _, l := range told.lines {
			v, err := told.basis.Line(l)
			if err != nil {
				t.Fatal(err)
			}
			l := *l
			var low, mid, high stocktake.Quantity
			for i := range l.Movements {
				p := told.basis.Explain(&l, i)
				low, mid, high = low+p.Low, mid+p.Taken, high+p.High
				if p.Window.From > p.Window.To {
					t.Fatalf("shop %d: a window from %d to %d", n, p.Window.From, p.Window.To)
				}
			}
			moves := l.Moves[:0:0]
			for _, m := range l.Moves {
				if m.From == 0 || m.To == 0 {
					moves = append(moves, m)
				}
			}
			if len(moves) < len(l.Moves) {
				continue // moves inside the section have their own share
			}
			base := v.Observed - l.Book
			if base+low != v.Low || base+mid != v.Quantity || base+high != v.High {
				t.Fatalf("shop %d: %s %s %s; want %s %s %s", n, base+low, base+mid, base+high, v.Low, v.Quantity, v.High)
			}
		}
	}
}

func TestRulesCheck(t *testing.T) {
	if r := reconcile.DefaultRules(); r.Check() != nil {
		t.Error(r.Check())
	}
	for name, change := range map[string]func(*reconcile.Rules){
		"negative":  func(r *reconcile.Rules) { r.Sale.Early = -1 },
		"excessive": func(r *reconcile.Rules) { r.Posting = 101 * 24 * 3600 },
		"clock":     func(r *reconcile.Rules) { r.Clock = -1 },
		"nowhere":   func(r *reconcile.Rules) { r.Sale.Places = nil },
		"unknown":   func(r *reconcile.Rules) { r.Receipt.Places = []stocktake.LocationKind{"roof"} },
	} {
		r := reconcile.DefaultRules()
		if change(&r); r.Check() == nil {
			t.Error(name)
		}
	}
	for _, k := range []stocktake.MovementKind{stocktake.Sale, stocktake.Return, stocktake.Receipt, stocktake.Transfer, stocktake.WriteOff} {
		if n, ok := reconcile.KindOf(k); !ok || (n == reconcile.Sale) != (k == stocktake.Sale) {
			t.Error(k, n, ok)
		}
	}
	if _, ok := reconcile.KindOf("gift"); ok {
		t.Error("a gift has a kind")
	}
}
