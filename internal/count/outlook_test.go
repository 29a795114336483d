package count_test

import (
	"fmt"
	"testing"
	"time"

	"jard/internal/count"
	"jard/internal/link"
	"jard/internal/stocktake"
)

// The pace is the median of the walks, kind by kind, and says of how many; where nobody walked it is a stated guess.
func TestPaceIsTheMedianOfWalks(t *testing.T) {
	past := []count.Past{
		{Walks: []count.Walk{{Kind: stocktake.Floor, Lines: 50, Seconds: 1800}, {Kind: stocktake.Floor, Lines: 10, Seconds: 3600}}},
		{Walks: []count.Walk{{Kind: stocktake.Floor, Lines: 60, Seconds: 1200}, {Kind: stocktake.Cold, Lines: 30, Seconds: 3600}}},
	}
	for _, p := range count.Paces(past) {
		want := map[stocktake.LocationKind][2]int{
			stocktake.Floor: {100, 3}, stocktake.Cold: {30, 1}, stocktake.Store: {count.UsualPace, 0}, stocktake.Receiving: {count.UsualPace, 0},
		}[p.Kind]
		if p.PerHour != want[0] || p.Walks != want[1] {
			t.Errorf("%+v, want %v", p, want)
		}
	}
}

// Work is lines over pace, and persons are those who finish within the window.
func TestWorkloadOfAScope(t *testing.T) {
	m := shop()
	var lines []stocktake.BookLine
	for n := range 300 {
		lines = append(lines, stocktake.BookLine{Section: "dairy", Item: stocktake.ItemID(fmt.Sprint("i", n)), Quantity: 1000})
	}
	book := &stocktake.Snapshot{Lines: lines}
	past := []count.Past{{Lines: 100, Places: 150, Walks: []count.Walk{{Kind: stocktake.Floor, Lines: 90, Seconds: 3600}}}}
	from := kuwait("2026-12-01 22:00")
	w := count.Reckon(&count.Scope{Sections: []stocktake.SectionID{"dairy"}}, m.Site, book, past, from, 2*time.Hour)
	if w.Lines != 300 || w.Places != 2 || w.Walked != 450 || w.Minutes != 300 || w.Persons != 3 || w.Guess {
		t.Errorf("%+v", w)
	}
	if f := w.Finishes[1]; f.Persons != 3 || !f.At.Equal(from.Add(100*time.Minute)) {
		t.Errorf("%+v", w.Finishes)
	}
	half := count.Reckon(&count.Scope{Locations: []stocktake.LocationID{"A1"}}, m.Site, book, nil, from, 2*time.Hour)
	if half.Walked != 150 || half.Minutes != 75 || half.Persons != 1 || !half.Guess {
		t.Errorf("half a section: %+v", half)
	}
	if none := count.Reckon(&count.Scope{Sections: []stocktake.SectionID{"cold"}}, m.Site, book, past, from, 2*time.Hour); none.Lines != 0 || none.Persons != 0 {
		t.Errorf("a section without lines: %+v", none)
	}
}

// A site that sells by day is recommended the night, and shown what of its lines would be exact then, and by other means.
func TestOutlookOfASiteThatSellsByDay(t *testing.T) {
	o := openOffice(t)
	o.now = kuwait("2026-11-10 00:00")
	n := 0
	for day := range 20 {
		o.now = o.now.AddDate(0, 0, 1)
		var list []stocktake.Movement
		for k := range 60 {
			n++
			list = append(list, stocktake.Movement{ID: stocktake.MovementID(fmt.Sprint("m", n)), Kind: stocktake.Sale,
				Item: []stocktake.ItemID{"milk", "eggs", "rice", "ice"}[(k+day)%4], Quantity: -1000, Booked: o.now.Add(-time.Duration(2+k%14) * time.Hour).Add(time.Duration(k*7%60) * time.Minute).UTC()})
		}
		_, err := o.db.Move(t.Context(), society, "central", link.Transfer{By: "till", Movements: list, Watermark: stocktake.Watermark{Since: kuwait("2026-11-10 00:00"), Through: o.now}})
		o.check(err)
	}
	p := nightly()
	p.Scope, p.Minutes, p.Recurrence.Time = count.Scope{}, 240, "12:00"
	out, err := o.svc.Outlook(t.Context(), sara, p)
	o.check(err)
	if out.Hours.Days < 19 || out.Hours.Days > 21 || out.Hours.Movements != 1200 || out.Hours.Named != 0 {
		t.Errorf("heard: %+v", out.Hours)
	}
	if q := out.Quietest; q.Hour < 0 || q.Hour > 5 && q.Hour < 22 || q.Movements >= out.Planned.Movements/4 {
		t.Errorf("recommended is %+v instead of %+v", q, out.Planned)
	}
	exact := map[string]int{}
	for _, x := range out.Practices {
		exact[x.Key] = x.Exact
	}
	t.Log(exact)
	if exact["planned"] > 950 || exact["quietest"] < exact["planned"]+50 || exact["long-passes"] > exact["short-passes"] || exact["short-passes"] > exact["planned"] || exact["all"] < exact["quietest"] {
		t.Errorf("exact: %v", exact)
	}
	if out.Workload.Lines != 4 || !out.Workload.Guess || out.Sessions != 0 {
		t.Errorf("work: %+v", out.Workload)
	}
}

// What sealed sessions counted is not due again, and how fast it was counted is the pace of the next.
func TestPlansRememberSealedSessions(t *testing.T) {
	o := openOffice(t)
	p := nightly()
	p.Kind, p.Cycle = count.PlanCycle, &count.Frequency{A: 4, B: 2, C: 1}
	p = o.save(sara, p)
	out, err := o.svc.Outlook(t.Context(), sara, p)
	o.check(err)
	if out.Due != 1 || out.Sessions != 0 {
		t.Fatalf("due to begin with: %+v", out)
	}
	first, err := o.svc.IssueOccurrence(t.Context(), sara, p.ID, kuwait("2026-12-01 22:00"))
	o.check(err)
	if v := o.view(sara, first); len(v.Plan.Scope.Items) != 1 || v.Plan.Scope.Items[0] != "ice" || v.Plan.Planned.Due != 1 || v.Plan.Planned.Seed == 0 {
		t.Fatalf("issued is %+v of %+v", v.Plan.Scope, v.Plan.Planned)
	}
	walk := walkOf(first, "p1", "ali", 4)
	for n := range walk {
		walk[n].At = o.now.Add(time.Duration(n) * time.Minute).UnixMilli()
	}
	o.device(society, "d1").push(walk...)
	o.seal(first)
	o.now = o.now.AddDate(0, 0, 1)
	if out, err = o.svc.Outlook(t.Context(), sara, p); err != nil || out.Due != 0 || out.Sessions != 1 {
		t.Fatalf("after it was counted: %+v, %v", out, err)
	}
	whole := nightly()
	if out, err = o.svc.Outlook(t.Context(), sara, whole); err != nil || out.Workload.Guess || out.Workload.Paces[0].PerHour != 30 || out.Workload.Paces[0].Walks != 1 {
		t.Fatalf("the pace of the next: %+v, %v", out.Workload, err)
	}
	if _, err := o.svc.IssueOccurrence(t.Context(), sara, p.ID, kuwait("2026-12-08 22:00")); err == nil {
		t.Error("a cycle with nothing due was issued")
	}
	o.now = o.now.AddDate(1, 0, 0)
	if out, err = o.svc.Outlook(t.Context(), sara, p); err != nil || out.Due != 1 {
		t.Fatalf("a year later: %+v, %v", out, err)
	}
}

// seal ends a session in which nothing differs.
func (o *office) seal(id stocktake.SessionID) {
	o.t.Helper()
	_, err := o.svc.BeginClosing(o.t.Context(), mona, id, count.Because{})
	o.check(err)
	v := o.view(mona, id)
	_, err = o.svc.Seal(o.t.Context(), mona, id, v.Seen, &issuer{})
	o.check(err)
}
