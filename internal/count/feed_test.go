package count_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"jard/internal/count"
	"jard/internal/reconcile"
	"jard/internal/stocktake"
)

// minute is an instant in minutes since dawn, at which the books were taken and the session issued.
func minute(n int64) time.Time { return time.UnixMilli(dawn + n*60_000).UTC() }

// book adds a movement to the site's feed. Its id is its place in the log; what it says besides, edit says.
func (s *script) book(kind stocktake.MovementKind, item stocktake.ItemID, units, at int64, edit ...func(*stocktake.Movement)) stocktake.MovementID {
	s.t.Helper()
	m := &stocktake.Movement{
		ID: stocktake.MovementID(fmt.Sprint("m", len(s.bookings)+1)), Kind: kind, Item: item, Quantity: stocktake.Quantity(units * 1000), Booked: minute(at),
	}
	for _, f := range edit {
		f(m)
	}
	if err := m.Check(); err != nil {
		s.t.Fatal(err)
	}
	s.feed(count.Booking{Movement: m})
	return m.ID
}

// complete says that the feed is complete from the day before until a minute.
func (s *script) complete(until int64) {
	s.feed(count.Booking{Watermark: stocktake.Watermark{Since: minute(-24 * 60), Through: minute(until)}})
}

func (s *script) feed(b count.Booking) {
	b.Offset, b.RecordedAt = uint64(len(s.bookings)+1), minute(-10)
	b.Hash[0] = byte(b.Offset)
	s.bookings = append(s.bookings, b)
	s.running.Book([]count.Booking{b})
}

func in(section stocktake.SectionID) func(*stocktake.Movement) {
	return func(m *stocktake.Movement) { m.Section = section }
}

func at(location stocktake.LocationID) func(*stocktake.Movement) {
	return func(m *stocktake.Movement) { m.Location = location }
}

// measure has a device measure its clock.
func (s *script) measure(stream count.Stream, n int64) {
	s.push(stream, timed(count.Event{Version: 1, ID: stocktake.EventID(s.newID("c")), Name: "clock", Session: session}, n))
}

// timed puts an event at a minute of a device whose clocks are right.
func timed(e count.Event, n int64) count.Event {
	zero := int64(0)
	e.At, e.Mono, e.Offset, e.RTT = minute(n).UnixMilli(), 1_000_000+n*60_000, &zero, 0
	return e
}

// walked is a walk from one minute to another by a device that measured its clock before and after.
func (s *script) walked(person stocktake.PersonID, where stocktake.LocationID, from, to int64, what found, edit ...func(*count.Event)) *walk {
	s.t.Helper()
	w := s.unopened(person)
	s.measure(w.stream, from-1)
	opened := timed(w.event("pass.opened"), from)
	opened.Location, opened.Round, opened.Person, opened.Mode = where, 1, person, "quantity"
	for _, f := range edit {
		f(&opened)
	}
	s.push(w.stream, opened)
	for _, item := range []stocktake.ItemID{"milk", "eggs", "rice", "oil", "ice", "tea"} {
		if units, ok := what[item]; ok {
			e := timed(w.seen(item, units), (from+to)/2)
			s.push(w.stream, e)
			w.keep(e)
		}
	}
	closed := timed(w.event("pass.closed"), to)
	closed.Observations, closed.Quantity = w.n, w.q
	s.push(w.stream, closed)
	s.measure(w.stream, to+1)
	return w
}

// wantBand holds a line's variance and band against units.
func (s *script) wantBand(section stocktake.SectionID, item stocktake.ItemID, variance, low, high int64) *count.Line {
	s.t.Helper()
	l := s.line(section, item)
	v := l.Variance
	if v == nil {
		s.t.Fatalf("line %s / %s is %s and has no variance", section, item, l.Status)
	}
	if v.Quantity != stocktake.Quantity(variance*1000) || v.Low != stocktake.Quantity(low*1000) || v.High != stocktake.Quantity(high*1000) {
		s.t.Fatalf("line %s / %s varies by %s in [%s, %s]; want %d in [%d, %d]", section, item, v.Quantity, v.Low, v.High, variance, low, high)
	}
	if v.Exact != (low == high) {
		s.t.Fatalf("line %s / %s: exact %t", section, item, v.Exact)
	}
	return l
}

// dairy is counted from minute 600 to 610, milk at A1 and eggs at A2.
func dairy(t *testing.T, milk, eggs int64, edit ...func(*count.Plan, *count.Material)) *script {
	t.Helper()
	s := write(t, edit...)
	s.walked("ali", "A1", 600, 610, found{"milk": milk})
	s.walked("badr", "A2", 600, 610, found{"eggs": eggs})
	return s
}

func TestSalesBesideACount(t *testing.T) {
	for name, x := range map[string]struct {
		milk               int64
		edit               func(*script)
		variance, low, top int64
	}{
		"long before: the tin is gone from the shelf and from the book":   {7, func(s *script) { s.book(stocktake.Sale, "milk", -3, 500) }, 0, 0, 0},
		"long after: neither shelf nor book knew":                         {10, func(s *script) { s.book(stocktake.Sale, "milk", -3, 700) }, 0, 0, 0},
		"picked before the count, paid for after it: not a loss for sure": {7, func(s *script) { s.book(stocktake.Sale, "milk", -3, 620) }, -3, -3, 0},
		"a receipt put away some time within hours":                       {10, func(s *script) { s.book(stocktake.Receipt, "milk", 5, 700) }, 0, -5, 0},
		"goods written off long before":                                   {6, func(s *script) { s.book(stocktake.WriteOff, "milk", -4, 60) }, 0, 0, 0},
		"another section's":                                               {10, func(s *script) { s.book(stocktake.Sale, "milk", -3, 500, in("dry")) }, 0, 0, 0},
		"in the snapshot by position, though the goods left after the count": {13, func(s *script) {
			s.book(stocktake.Sale, "milk", -3, 700, func(m *stocktake.Movement) { m.Position = 77 })
		}, 0, 0, 0},
		"not in the snapshot by position, though booked before it": {7, func(s *script) {
			s.book(stocktake.Sale, "milk", -3, -400, func(m *stocktake.Movement) { m.Position = 78 })
		}, 0, 0, 0},
		"without a position, shortly before the snapshot: either": {10, func(s *script) { s.book(stocktake.Sale, "milk", -3, -100) }, 0, 0, 3},
		"a sale and its void move nothing": {10, func(s *script) {
			sale := s.book(stocktake.Sale, "milk", -3, 300)
			s.book(stocktake.Sale, "milk", 3, 305, func(m *stocktake.Movement) { m.Voids = sale })
		}, 0, 0, 0},
		"what posts an earlier result moves no goods": {10, func(s *script) {
			s.book(stocktake.WriteOff, "milk", -3, 620, func(m *stocktake.Movement) { m.Posts = "1/3" })
		}, 3, 3, 3},
	} {
		t.Run(name, func(t *testing.T) {
			s := dairy(t, x.milk, 6, func(_ *count.Plan, m *count.Material) { m.Snapshot.Position = "77" })
			x.edit(s)
			s.complete(1500)
			l := s.wantBand("dairy", "milk", x.variance, x.low, x.top)
			if len(l.Provisional) > 0 {
				t.Fatalf("provisional for %v", l.Provisional)
			}
		})
	}
}

// A location that the feed names is judged by its own walk alone.
func TestFeedThatNamesLocations(t *testing.T) {
	s := write(t)
	s.walked("ali", "A1", 600, 610, found{"milk": 4})
	s.walked("badr", "A2", 800, 810, found{"milk": 4, "eggs": 6})
	s.complete(2000)
	s.wantBand("dairy", "milk", -2, -2, -2)
	s.book(stocktake.Sale, "milk", -2, 700) // from A1, which had been counted, or from A2, which had not
	s.wantBand("dairy", "milk", -2, -2, 0)
	s.bookings, s.running = nil, fold(t, s.material, s.entries)
	s.book(stocktake.Sale, "milk", -2, 700, at("A2"))
	s.complete(2000)
	s.wantBand("dairy", "milk", 0, 0, 0)
}

// One entry that declares all of the item narrows the walk to itself.
func TestAllOfItHereNarrowsTheBand(t *testing.T) {
	s := write(t)
	s.walked("badr", "A2", 600, 610, found{"eggs": 6})
	w := s.unopened("ali")
	s.measure(w.stream, 399)
	opened := timed(w.event("pass.opened"), 400)
	opened.Location, opened.Round, opened.Person, opened.Mode = "A1", 1, "ali", "quantity"
	s.push(w.stream, opened)
	e := timed(w.seen("milk", 7), 402)
	e.AllHere, e.ScannedAt = true, e.At-10_000
	s.push(w.stream, e)
	w.keep(e)
	closed := timed(w.event("pass.closed"), 800)
	closed.Observations, closed.Quantity = w.n, w.q
	s.push(w.stream, closed)
	s.measure(w.stream, 801)
	s.book(stocktake.Sale, "milk", -3, 500) // picked after 07:00 + 455 min, within the walk, long after the entry
	s.complete(2000)
	s.wantBand("dairy", "milk", -3, -3, -3)
	again := timed(w.seen("milk", 0), 403) // … which voids the declaration
	again.Pass = w.id
	s.push(w.stream, again)
	s.decide("omar", count.PassCompleted, count.PassDecision{Pass: w.id, Digest: s.pass(w.id).Digest, Reason: "told me so"})
	s.wantBand("dairy", "milk", 0, -3, 0)
}

// How long somebody keyed is told by the wall clock. One that was set back meanwhile makes the entry no shorter than it may have been.
func TestClockSetBackWhileKeying(t *testing.T) {
	for _, back := range []int64{0, 100_000} {
		s := write(t)
		s.walked("badr", "A2", 600, 610, found{"eggs": 6})
		w := s.unopened("ali")
		s.measure(w.stream, 599)
		opened := timed(w.event("pass.opened"), 600)
		opened.Location, opened.Round, opened.Person, opened.Mode = "A1", 1, "ali", "quantity"
		s.push(w.stream, opened)
		e := timed(w.seen("milk", 10), 608)
		e.AllHere, e.ScannedAt, e.At = true, minute(606).UnixMilli(), e.At-back
		s.push(w.stream, e)
		w.keep(e)
		closed := timed(w.event("pass.closed"), 610)
		closed.At -= back
		closed.Observations, closed.Quantity = w.n, w.q
		s.push(w.stream, closed)
		s.measure(w.stream, 611)
		s.book(stocktake.Sale, "milk", -3, 606) // taken before the scan, or during it
		s.complete(2000)
		s.wantBand("dairy", "milk", 3, 0, 3)
	}
}

// Goods carried from a shelf that was counted to one that was not are found twice, and booked nowhere.
func TestMovesInsideASection(t *testing.T) {
	carried := func(taken, placed int64) (*script, count.Event) {
		s := write(t)
		s.walked("ali", "A1", 600, 610, found{"milk": 10})
		s.walked("badr", "A2", 800, 810, found{"milk": 4, "eggs": 6})
		s.recorded = minute(900)
		zero := int64(0)
		e := count.Event{
			Version: 1, ID: stocktake.EventID(s.newID("e")), Name: "moved", Session: session, Person: "badr", Code: "code-milk", Item: "milk", Pack: 1000, Amount: 4000,
			From: "A1", To: "A2", At: minute(placed).UnixMilli(), TakenAt: minute(taken).UnixMilli(), Mono: 1_000_000 + placed*60_000, Offset: &zero,
		}
		return s, e
	}
	badr, huda := count.Stream{Device: "d-badr", Epoch: "e2"}, count.Stream{Device: "d-huda", Epoch: "e1"}
	s, e := carried(700, 705)
	s.wantBand("dairy", "milk", 4, 4, 4)
	s.push(huda, e)
	if l := s.wantBand("dairy", "milk", 0, 0, 4); !slices.Contains(l.Provisional, count.ProvisionalClock) {
		t.Fatalf("nobody knows yet when it was carried, and it is provisional for %v", l.Provisional)
	}
	s, e = carried(700, 705)
	// Within the numbering of its stream, between measurements on both sides.
	s.measure(badr, 699)
	s.push(badr, e)
	s.measure(badr, 706)
	s.wantBand("dairy", "milk", 0, 0, 0)
	s, e = carried(605, 705) // while the first shelf was being counted
	s.measure(badr, 604)
	s.push(badr, e)
	s.measure(badr, 706)
	s.wantBand("dairy", "milk", 0, 0, 4)
}

func TestProvisionalUntilTheFeedHasPassed(t *testing.T) {
	s := dairy(t, 10, 6)
	if l := s.want("dairy", "milk", count.LineWithin, 10); len(l.Provisional) > 0 || blockers(s.view())[count.BlockUnsettled] > 0 {
		t.Fatalf("without a feed it waits for %v", l.Provisional)
	}
	s.complete(600)
	l := s.wantBand("dairy", "milk", 0, 0, 0)
	if !slices.Equal(l.Provisional, []string{count.ProvisionalFeed}) {
		t.Fatalf("provisional for %v", l.Provisional)
	}
	if n := blockers(s.view())[count.BlockUnsettled]; n != 2 {
		t.Fatalf("%d lines keep the seal waiting", n)
	}
	s.approve("sara", "dairy", "milk")
	if l := s.line("dairy", "milk"); l.Decisions[0].Void != count.ReasonNeeded.Key {
		t.Fatalf("approved without a reason: %+v", l.Decisions)
	}
	s.decide("sara", count.LinesDecided, count.LinesVerdict{Verdict: count.Approve, Reason: "the tills are down", Lines: s.refs([2]string{"dairy", "milk"})})
	s.want("dairy", "milk", count.LineApproved, 10)
	s.complete(1200)
	if v := s.view(); blockers(v)[count.BlockUnsettled] != 0 || v.Feed.Offset != 2 || !v.Feed.Watermark.Through.Equal(minute(1200)) {
		t.Fatalf("the feed has passed: %v %+v", blockers(v), v.Feed)
	}
	s.feed(count.Booking{Watermark: stocktake.Watermark{Since: minute(500), Through: minute(1300)}})
	if l := s.line("dairy", "eggs"); !slices.Equal(l.Provisional, []string{count.ProvisionalShort}) {
		t.Fatalf("of what was sold before minute 500 nobody knows: %v", l.Provisional)
	}
}

func TestWithoutASecondMeasurementALineIsProvisional(t *testing.T) {
	s := write(t)
	s.walked("badr", "A2", 600, 610, found{"eggs": 6})
	w := s.whole("ali", "A1", found{"milk": 10}, func(e *count.Event) { *e = timed(*e, 300) })
	s.complete(3000)
	if l := s.line("dairy", "milk"); !slices.Contains(l.Provisional, count.ProvisionalClock) {
		t.Fatalf("provisional for %v", l.Provisional)
	}
	s.measure(w.stream, 301)
	if l := s.line("dairy", "milk"); slices.Contains(l.Provisional, count.ProvisionalClock) {
		t.Fatalf("still provisional for %v", l.Provisional)
	}
}

// What comes late and changes the figures takes back what was decided on them; what changes none does not.
func TestLateMovementsAndDecisions(t *testing.T) {
	s := dairy(t, 7, 6)
	s.complete(2000)
	s.wantBand("dairy", "milk", -3, -3, -3)
	s.approve("sara", "dairy", "milk")
	s.want("dairy", "milk", count.LineApproved, 7)
	s.book(stocktake.Sale, "milk", -1, 900)
	s.want("dairy", "milk", count.LineApproved, 7)
	s.book(stocktake.Sale, "milk", -3, 500)
	l := s.want("dairy", "milk", count.LineWithin, 7)
	if !l.Decisions[0].Lapsed {
		t.Fatalf("the approval of a shortage of 3 stands: %+v", l.Decisions)
	}
	s.wantBand("dairy", "milk", 0, 0, 0)
}

// The band decides: inside the tolerance, outside, or uncertain.
func TestBandBesideTheTolerance(t *testing.T) {
	two := stocktake.Quantity(2000)
	s := dairy(t, 7, 6, func(p *count.Plan, _ *count.Material) { p.Tolerance = reconcile.Tolerance{Quantity: &two} })
	s.complete(2000)
	s.want("dairy", "milk", count.LineOutside, 7)
	s.book(stocktake.Sale, "milk", -2, 620)
	s.want("dairy", "milk", count.LineUncertain, 7)
	s.book(stocktake.Sale, "milk", -1, 500)
	s.want("dairy", "milk", count.LineWithin, 7)
}

// Two counts that differ by what was sold between them agree; the later is adopted.
func TestWalksAgreeOverASale(t *testing.T) {
	s := write(t)
	s.walked("ali", "A1", 600, 610, found{"milk": 10})
	s.walked("huda", "A1", 800, 810, found{"milk": 8})
	s.walked("badr", "A2", 600, 610, found{"eggs": 6})
	s.want("dairy", "milk", count.LineDisputed, 0)
	s.book(stocktake.Sale, "milk", -2, 720)
	s.complete(2000)
	s.want("dairy", "milk", count.LineWithin, 8)
	s.wantBand("dairy", "milk", 0, 0, 0)
	s.book(stocktake.Sale, "milk", -1, 50) // long before both
	s.want("dairy", "milk", count.LineOutside, 8)
	s.book(stocktake.Return, "milk", 1, 805) // perhaps between them, perhaps not
	s.want("dairy", "milk", count.LineUncertain, 8)
}

// A movement that names no section is one section's, and nobody knows whose.
func TestMovementOfSeveralSections(t *testing.T) {
	s := write(t, func(_ *count.Plan, m *count.Material) {
		m.Snapshot.Lines = append(m.Snapshot.Lines, stocktake.BookLine{Section: "cold", Item: "milk", Quantity: 2000, Cost: 250_000})
	})
	s.walked("ali", "A1", 600, 610, found{"milk": 10})
	s.walked("badr", "A2", 600, 610, found{"eggs": 6})
	s.walked("huda", "C1", 600, 610, found{"milk": 2, "ice": 4})
	s.book(stocktake.Sale, "milk", -1, 300)
	s.complete(2000)
	s.wantBand("dairy", "milk", 1, 0, 1)
	s.wantBand("cold", "milk", 0, 0, 1)
	s.wantBand("dairy", "eggs", 0, 0, 0)
}

// Goods that were brought into a section during the day can be sold out of it, though its books held none and nobody has been there.
func TestMovementOfASectionThatWasSuppliedSince(t *testing.T) {
	s := dairy(t, 10, 6)
	s.book(stocktake.Transfer, "milk", 5, 100, in("cold"))
	s.book(stocktake.Sale, "milk", -5, 400)
	s.complete(2000)
	s.wantBand("dairy", "milk", 5, 0, 5)
	s.walked("huda", "C1", 620, 630, found{"ice": 4, "milk": 0})
	s.wantBand("dairy", "milk", 5, 0, 5)
	s.wantBand("cold", "milk", -5, -5, 0)
}

// What the feed books where the books had nothing is a line to be looked for.
func TestFeedMakesLines(t *testing.T) {
	s := dairy(t, 10, 6)
	if l := s.view().Line("dairy", "tea"); l != nil {
		t.Fatal("there is a line of tea already")
	}
	s.book(stocktake.Receipt, "tea", 12, 100, in("dairy"))
	s.want("dairy", "tea", count.LineNotCounted, 0)
}

// A sealed session keeps the part of the movement log that its seal names, whenever the fold hears of more.
func TestSealNamesThePositionOfTheFeed(t *testing.T) {
	s := dairy(t, 10, 6)
	s.book(stocktake.Sale, "milk", -3, 620)
	s.complete(2000)
	s.wantBand("dairy", "milk", 0, 0, 3)
	s.book(stocktake.Sale, "milk", -4, 630)
	s.wantBand("dairy", "milk", 0, 0, 7)
	two := s.bookings[1]
	s.decide("mona", count.Sealed, count.Seal{Movements: two.Offset, MovementsHash: two.Hash}, stocktake.Manager)
	s.wantBand("dairy", "milk", 0, 0, 3)
	if v := s.view(); v.Feed.Offset != 2 || v.Feed.Hash != two.Hash || !v.Feed.Watermark.Through.Equal(minute(2000)) {
		t.Fatalf("sealed at %+v", v.Feed)
	}
	f := fold(t, s.material, s.entries[:len(s.entries)-1]) // heard of the feed before the seal
	f.Book(s.bookings)
	if err := f.Apply(s.entries[len(s.entries)-1]); err != nil {
		t.Fatal(err)
	}
	if a, b := whole(t, f.View()), whole(t, s.view()); a != b {
		t.Fatal(firstDifference(a, b))
	}
}

// A view made out of the one before and what the feed has brought since is the one that all the facts give.
func TestLateMovementsMakeTheViewThatAllFactsMake(t *testing.T) {
	items := []stocktake.ItemID{"milk", "rice", "eggs", "ice", "oil", "tea"}
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 8))
		s := write(t, func(p *count.Plan, m *count.Material) {
			m.Site.Locations[1].Kind = stocktake.Store
			m.Snapshot.Lines = append(m.Snapshot.Lines, stocktake.BookLine{Section: "dry", Item: "milk", Quantity: 3000, Cost: 250_000})
			if seed%4 == 0 {
				p.Scope.Items = items[:4]
			}
		})
		for _, l := range []stocktake.LocationID{"A1", "A2", "B1", "S1", "C1", "A1"}[:3+r.IntN(4)] {
			begin := 400 + r.Int64N(400)
			s.walked(pick(r, []stocktake.PersonID{"ali", "badr", "huda"}), l, begin, begin+1+r.Int64N(30), found{"milk": r.Int64N(5), "rice": r.Int64N(3), "eggs": r.Int64N(4)})
		}
		if r.IntN(2) == 0 {
			s.decide("sara", count.Closing, struct{}{}, stocktake.Supervisor)
		}
		through := int64(500)
		s.complete(through)
		s.view()
		for range 25 {
			for range r.IntN(3) {
				kind, units := pick(r, []stocktake.MovementKind{stocktake.Sale, stocktake.Receipt, stocktake.Transfer}), 1+r.Int64N(3)
				if kind == stocktake.Sale {
					units = -units
				}
				s.book(kind, pick(r, items), units, r.Int64N(1400)-300, func(m *stocktake.Movement) {
					switch r.IntN(4) {
					case 0:
						m.Section = pick(r, []stocktake.SectionID{"dairy", "dry", "cold"})
					case 1:
						m.Location = pick(r, []stocktake.LocationID{"A1", "B1", "C1"})
					}
				})
			}
			if r.IntN(3) == 0 {
				through += r.Int64N(200)
				s.complete(through)
			}
			s.view() // holds the running fold's against that of a new one
		}
	}
}

// Events and movements in whatever order, interleaved in whatever way, give the same lines.
func TestOrderOfMovementsLeavesNoTrace(t *testing.T) {
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 5))
		s := write(t, func(_ *count.Plan, m *count.Material) {
			m.Site.Locations[1].Kind = stocktake.Store
			m.Snapshot.Lines = append(m.Snapshot.Lines, stocktake.BookLine{Section: "dry", Item: "milk", Quantity: 3000, Cost: 250_000})
		})
		people := []stocktake.PersonID{"ali", "badr", "huda"}
		for _, l := range []stocktake.LocationID{"A1", "A2", "B1", "S1", "C1", "A1", "B1"} {
			begin := 400 + r.Int64N(400)
			s.walked(pick(r, people), l, begin, begin+1+r.Int64N(30), found{"milk": r.Int64N(5), "rice": r.Int64N(3), "eggs": r.Int64N(4)})
		}
		kinds := []stocktake.MovementKind{stocktake.Sale, stocktake.Return, stocktake.Receipt, stocktake.Transfer, stocktake.WriteOff}
		for range 30 {
			kind, units := pick(r, kinds), 1+r.Int64N(3)
			if kind == stocktake.Sale || kind == stocktake.WriteOff {
				units = -units
			}
			s.book(kind, pick(r, []stocktake.ItemID{"milk", "rice", "eggs"}), units, r.Int64N(1400)-300, func(m *stocktake.Movement) {
				switch r.IntN(4) {
				case 0:
					m.Section = "dairy"
				case 1:
					m.Location = pick(r, []stocktake.LocationID{"A1", "B1"})
				}
			})
		}
		s.complete(1000)
		want := settledLines(t, s.view())
		for range 6 {
			entries := slices.Clone(s.entries)
			r.Shuffle(len(entries)-1, func(i, j int) { entries[i+1], entries[j+1] = entries[j+1], entries[i+1] })
			feed := slices.Clone(s.bookings)
			r.Shuffle(len(feed), func(i, j int) { feed[i], feed[j] = feed[j], feed[i] })
			f := count.NewFold(society, session)
			booked := 0
			for n, e := range entries {
				e.Offset = uint64(n) + 1
				if err := f.Apply(e); err != nil {
					t.Fatal(err)
				}
				if n == 0 {
					f.SetMaterial(s.material)
				}
				for booked < len(feed) && r.IntN(3) == 0 {
					b := feed[booked]
					b.Offset = uint64(booked) + 1
					f.Book([]count.Booking{b})
					booked++
				}
				if r.IntN(20) == 0 {
					f.View() // looking leaves no trace either
				}
			}
			for ; booked < len(feed); booked++ {
				b := feed[booked]
				b.Offset = uint64(booked) + 1
				f.Book([]count.Booking{b})
			}
			if got := settledLines(t, f.View()); got != want {
				t.Fatalf("seed %d: %s", seed, firstDifference(want, got))
			}
		}
	}
}

func settledLines(t *testing.T, v *count.View) string {
	t.Helper()
	return string(encode(t, v.Lines)) + string(encode(t, v.Disputes))
}

// A quick recount of an uncertain item, by somebody else and declared to be all of it there, settles it.
func TestRecountSettlesAnUncertainLine(t *testing.T) {
	s := dairy(t, 7, 6)
	s.book(stocktake.Sale, "milk", -3, 620)
	s.complete(3000)
	s.want("dairy", "milk", count.LineUncertain, 7)
	s.walked("huda", "A1", 900, 910, found{"milk": 7}, s.task(2, "A1", "milk"))
	s.want("dairy", "milk", count.LineWithin, 7)
	s.wantBand("dairy", "milk", 0, 0, 0)
}

// Where a scan was is known however the wall clock was set between two measurements.
func TestClocksThatJump(t *testing.T) {
	s := write(t)
	s.walked("badr", "A2", 600, 610, found{"eggs": 6})
	s.book(stocktake.Sale, "milk", -3, 500)
	s.complete(3000)
	w := s.unopened("ali")
	s.measure(w.stream, 599)
	jumped := func(e count.Event, n int64) count.Event {
		e = timed(e, n)
		e.At -= 3 * 3_600_000 // somebody set it back three hours, and right again before the next measurement
		return e
	}
	opened := jumped(w.event("pass.opened"), 600)
	opened.Location, opened.Round, opened.Person, opened.Mode = "A1", 1, "ali", "quantity"
	s.push(w.stream, opened)
	e := jumped(w.seen("milk", 7), 605)
	s.push(w.stream, e)
	w.keep(e)
	closed := jumped(w.event("pass.closed"), 610)
	closed.Observations, closed.Quantity = w.n, w.q
	s.push(w.stream, closed)
	s.measure(w.stream, 611)
	s.wantBand("dairy", "milk", 0, 0, 0)
}

// A seal binds to the lines that were looked at, and a feed that changes none of them does not stop it.
func TestSealBindsToWhatTheFeedSays(t *testing.T) {
	s := dairy(t, 10, 6)
	s.complete(2000)
	s.decide("sara", count.Closing, count.Because{})
	seen := s.view().Seen
	s.book(stocktake.Sale, "milk", -1, 1500)
	if s.view().Seen != seen {
		t.Fatal("a sale after the count stops the seal")
	}
	s.book(stocktake.Sale, "milk", -1, 500)
	if s.view().Seen == seen {
		t.Fatal("a sale before the count is sealed unseen")
	}
}
