package count_test

import (
	"slices"
	"testing"
	"time"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// correctionOf begins the fold of a correction of a script's session.
func (s *script) correctionOf(issued time.Time) *count.Fold {
	s.t.Helper()
	plan := s.plan
	plan.Session, plan.Basis = again, &count.Basis{Session: session, Offset: uint64(len(s.entries))}
	f := count.NewFold(society, again)
	if err := f.Apply(count.Entry{Offset: 1, Kind: count.Issued, RecordedAt: issued, Body: encode(s.t, plan)}); err != nil {
		s.t.Fatal(err)
	}
	f.SetMaterial(s.material)
	for _, e := range s.entries {
		if err := f.Inherit(session, e); err != nil {
			s.t.Fatal(err)
		}
	}
	f.Book(s.bookings)
	return f
}

// unmeasured is dairy whose milk was walked by a device that was never heard again: nothing but its arrival says when that ended.
func unmeasured(t *testing.T) *script {
	t.Helper()
	s := write(t)
	s.walked("badr", "A2", 600, 610, found{"eggs": 6})
	w := s.unopened("ali")
	s.measure(w.stream, 599)
	s.recorded = minute(615)
	opened := timed(w.event("pass.opened"), 600)
	opened.Location, opened.Round, opened.Person, opened.Mode = "A1", 1, "ali", "quantity"
	s.push(w.stream, opened)
	e := timed(w.seen("milk", 8), 605)
	s.push(w.stream, e)
	w.keep(e)
	closed := timed(w.event("pass.closed"), 610)
	closed.Observations, closed.Quantity = w.n, w.q
	s.push(w.stream, closed)
	s.book(stocktake.Sale, "milk", -3, 3000)
	s.complete(5000)
	return s
}

// What happened is bounded by when word of it came, not by when word of anything else did: else an approved line would change by itself.
func TestCorrectionLeavesOpenClocksAlone(t *testing.T) {
	s := unmeasured(t)
	l := s.wantBand("dairy", "milk", -2, -2, -2)
	if !slices.Contains(l.Provisional, count.ProvisionalClock) {
		t.Fatalf("provisional for %v", l.Provisional)
	}
	s.decide("mona", count.LinesDecided, count.LinesVerdict{Verdict: count.Approve, Reason: "the device is lost", Lines: []count.LineRef{{Section: "dairy", Item: "milk", Digest: l.Digest}}}, stocktake.Manager)
	elsewhere := func(id string, of stocktake.SessionID, n int64) count.Entry {
		e := timed(count.Event{Version: 1, ID: stocktake.EventID("e-" + id), Name: "pass.opened", Session: of, Pass: stocktake.PassID("p-" + id)}, n)
		e.Location, e.Round, e.Person, e.Mode = "B1", 1, "dana", "quantity"
		return count.Entry{Kind: count.PassOpened, RecordedAt: minute(n), Author: count.Author{Stream: count.Stream{Device: "d-dana", Epoch: "e1"}, Seq: 1}, Body: encode(t, e)}
	}
	f := s.correctionOf(minute(4000))
	want := string(encode(t, f.View().Line("dairy", "milk")))
	check := func(after string) {
		t.Helper()
		l := f.View().Line("dairy", "milk")
		if got := string(encode(t, l)); got != want || l.Status != count.LineApproved {
			t.Fatalf("after %s:\n%s\nwant\n%s", after, got, want)
		}
	}
	check("nothing")
	e := elsewhere("own", again, 6000)
	e.Offset = 2
	if err := f.Apply(e); err != nil {
		t.Fatal(err)
	}
	check("an opening in another section")
	late := elsewhere("late", session, 7000)
	late.Offset = 1
	if err := f.TakeLate(lateLog([]count.Entry{late}, 1), 1); err != nil {
		t.Fatal(err)
	}
	check("what came late of another section")
}

// So in one session: what a supervisor approved does not lapse because somebody counts elsewhere.
func TestOpenClocksAreBoundedByTheirArrival(t *testing.T) {
	s := unmeasured(t)
	s.recorded = minute(6000)
	s.open("dana", "B1")
	s.wantBand("dairy", "milk", -2, -2, -2)
}

// What a correction has counted was counted after the correction was issued, not after the session that it corrects.
func TestCorrectionBoundsItsOwnWalks(t *testing.T) {
	s := dairy(t, 8, 6)
	s.book(stocktake.Sale, "milk", -3, 20_000)
	s.complete(40_000)
	f := s.correctionOf(minute(29_000))
	stream := count.Stream{Device: "d-huda", Epoch: "e9"} // which has measured nothing yet
	n := uint64(1)
	add := func(author count.Author, kind count.Kind, body any) {
		n++
		author.Seq = 0
		if author.Stream == stream {
			author.Seq = n
		}
		if err := f.Apply(count.Entry{Offset: n, RecordedAt: minute(30_020), Author: author, Kind: kind, Body: encode(t, body)}); err != nil {
			t.Fatal(err)
		}
	}
	add(count.Author{Person: "sara", Roles: []stocktake.Role{stocktake.Supervisor}}, count.RecountOrdered, count.Recount{Round: 2, Tasks: []count.Task{{ID: "t2", Round: 2, Location: "A1"}}})
	event := func(name string, at int64) count.Event {
		e := timed(count.Event{Version: 1, ID: stocktake.EventID("e9-" + name), Name: name, Session: again, Pass: "p9"}, at)
		e.Offset = nil
		return e
	}
	opened := event("pass.opened", 30_000)
	opened.Location, opened.Round, opened.Person, opened.Mode, opened.Assignment = "A1", 2, "huda", "quantity", "t2"
	add(count.Author{Stream: stream}, count.PassOpened, opened)
	seen := event("observed", 30_005)
	seen.Item, seen.Code, seen.Pack, seen.Amount = "milk", "milk", 1000, 5000
	add(count.Author{Stream: stream}, count.Observed, seen)
	closed := event("pass.closed", 30_010)
	closed.Observations, closed.Quantity = 1, 5000
	add(count.Author{Stream: stream}, count.PassClosed, closed)
	measured := timed(event("clock", 30_011), 30_011)
	measured.Pass = ""
	add(count.Author{Stream: stream}, count.Clocked, measured)
	v := f.View().Line("dairy", "milk").Variance
	if v == nil || v.Quantity != -2000 || !v.Exact {
		t.Fatalf("varies by %+v", v)
	}
}
