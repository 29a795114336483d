package count_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// soon is an instant just after all that a script has written.
func (s *script) soon() time.Time { return s.entries[len(s.entries)-1].RecordedAt.Add(time.Second) }

func (s *script) plans(w count.Want, people ...stocktake.PersonID) count.RecountPlan {
	s.t.Helper()
	return s.view().PlanRecount(w, people, s.soon())
}

// ali counted A1, badr A2 and C1, dana B1 last. Milk and ice are outside their tolerance.
func counters(t *testing.T) *script {
	s := write(t, func(_ *count.Plan, m *count.Material) {
		milk := m.Items["milk"]
		milk.Category = "fresh"
		m.Items["milk"] = milk
	})
	s.whole("ali", "A1", found{"milk": 4, "eggs": 3})
	s.whole("badr", "A2", found{"eggs": 3})
	s.whole("badr", "C1", found{"ice": 1})
	s.whole("dana", "B1", found{"rice": 8})
	s.whole("ali", "S1", nil)
	return s
}

func TestRecountOfAKindGoesToWhoMayAndIsNear(t *testing.T) {
	s := counters(t)
	p := s.plans(count.Want{Of: count.PickOutside}, "ali", "badr", "dana", "eman")
	if p.Round != 2 || len(p.Tasks) != 2 || len(p.Lines) != 2 {
		t.Fatalf("round %d, %+v", p.Round, p.Tasks)
	}
	milk, ice := p.Tasks[0], p.Tasks[1]
	// ali met the milk; badr, who did not, is at C1, three places on; dana is nearer by one, and eman has no handheld that anybody heard.
	if milk.Location != "A1" || milk.Person != "dana" || !slices.Equal(milk.Barred, []stocktake.PersonID{"ali"}) || milk.May[2].Person != "eman" || milk.May[2].Lately {
		t.Errorf("milk: %+v", milk)
	}
	if ice.Location != "C1" || ice.Person != "ali" || !slices.Equal(ice.Barred, []stocktake.PersonID{"badr"}) {
		t.Errorf("ice: %+v", ice)
	}
	// Heard long ago, nobody is sent: it is for anyone who may.
	for _, x := range s.view().PlanRecount(count.Want{Of: count.PickOutside}, []stocktake.PersonID{"badr", "dana"}, s.soon().Add(time.Hour)).Tasks {
		if x.Person != "" || len(x.May) == 0 || x.May[0].Lately {
			t.Errorf("an hour later: %+v", x)
		}
	}
}

// What is uncertain at A1 is sent to somebody in the same section rather than to one next door in another.
func TestNeighbourOfTheSameSectionComesFirst(t *testing.T) {
	s := write(t)
	s.whole("ali", "A2", found{"milk": 4})
	s.whole("badr", "A1", found{"eggs": 6})
	s.whole("dana", "B1", nil)
	p := s.plans(count.Want{Lines: []count.LineRef{{Section: "dairy", Item: "milk"}}}, "badr", "dana", "ali")
	if len(p.Tasks) != 1 || p.Tasks[0].Person != "badr" || !p.Tasks[0].May[0].Same || p.Tasks[0].May[1].Person != "dana" || p.Tasks[0].May[1].Away != 1 {
		t.Fatalf("%+v", p.Tasks)
	}
}

func TestRecountOfACategoryOfDisputesAndOfWhatIsOut(t *testing.T) {
	s := counters(t)
	if p := s.plans(count.Want{Category: "fresh"}, "badr"); len(p.Tasks) != 1 || p.Tasks[0].Items[0] != "milk" {
		t.Errorf("fresh: %+v", p.Tasks)
	}
	if p := s.plans(count.Want{Category: "fresh", Of: count.PickUncertain}, "badr"); len(p.Tasks) != 0 {
		t.Errorf("fresh and uncertain: %+v", p.Tasks)
	}
	s.whole("eman", "A1", found{"milk": 5, "eggs": 3})
	p := s.plans(count.Want{Of: count.PickDisputes}, "badr", "eman")
	if len(p.Tasks) != 1 || p.Tasks[0].Location != "A1" || !slices.Equal(p.Tasks[0].Items, []stocktake.ItemID{"milk"}) || p.Tasks[0].Person != "badr" {
		t.Fatalf("disputes: %+v", p.Tasks)
	}
	s.decide("sara", count.RecountOrdered, p.Recount(count.Want{}))
	if p := s.plans(count.Want{Of: count.PickDisputes}, "badr"); len(p.Tasks) != 0 || p.Out != 1 {
		t.Errorf("ordered twice: %+v", p)
	}
	if p := s.plans(count.Want{Category: "fresh"}, "badr"); len(p.Tasks) != 0 || p.Out != 1 {
		t.Errorf("what is out is ordered again: %+v", p)
	}
}

// Three places to count again and two who may: one walks two that follow each other.
func TestPersonIsSentWholeWalks(t *testing.T) {
	s := write(t)
	for _, at := range []stocktake.LocationID{"A1", "A2", "B1", "C1"} {
		s.whole("ali", at, found{map[stocktake.LocationID]stocktake.ItemID{"A1": "milk", "A2": "eggs", "B1": "rice", "C1": "ice"}[at]: 1})
	}
	s.whole("ali", "S1", nil)
	s.whole("badr", "A1", found{"tea": 1})
	s.whole("dana", "S1", found{"tea": 1})
	p := s.plans(count.Want{Lines: []count.LineRef{{Section: "dairy", Item: "eggs"}, {Section: "dry", Item: "rice"}, {Section: "cold", Item: "ice"}}}, "badr", "dana", "ali")
	got := make([]stocktake.PersonID, 0, 3)
	for _, x := range p.Tasks {
		got = append(got, x.Person)
	}
	if !slices.Equal(got, []stocktake.PersonID{"badr", "badr", "dana"}) {
		t.Fatalf("sent are %v: %+v", got, p.Tasks)
	}
}

func TestDueOfARecountAgesOnlyWhileItIsOut(t *testing.T) {
	s := counters(t)
	due := s.soon().Add(2 * time.Hour)
	s.decide("sara", count.RecountOrdered, count.Recount{Round: 2, Due: due, Tasks: []count.Task{
		{ID: "t1", Round: 2, Location: "C1", Items: []stocktake.ItemID{"ice"}}, {ID: "t2", Round: 2, Location: "A1", Due: due.Add(time.Hour)},
	}})
	task := func() count.TaskState { return s.view().Tasks[0] }
	x := task()
	if late := x.Overdue; late(due) != 0 || late(due.Add(90*time.Minute)) != 90*time.Minute {
		t.Fatalf("%+v", x)
	}
	if two := &s.view().Tasks[1]; two.Overdue(due.Add(time.Hour)) != 0 {
		t.Fatalf("its own instant: %+v", two)
	}
	w := s.open("dana", "C1", func(e *count.Event) { e.Round, e.Assignment = 2, "t1" })
	w.see("ice", 4)
	w.close()
	if x = task(); !x.Done || x.Overdue(due.Add(time.Hour)) != 0 {
		t.Fatalf("done: %+v", x)
	}
}

func TestRoundsStandSideBySide(t *testing.T) {
	s := counters(t)
	s.decide("sara", count.RecountOrdered, count.Recount{Round: 2, Tasks: []count.Task{{ID: "t1", Round: 2, Location: "C1", Items: []stocktake.ItemID{"ice"}}}})
	w := s.open("dana", "C1", func(e *count.Event) { e.Round, e.Assignment = 2, "t1" })
	w.close() // she found none
	all := s.view().AllRounds()
	if len(all) != 1 || all[0].Item != "ice" || len(all[0].Counts) != 2 {
		t.Fatalf("%+v", all)
	}
	first, second := all[0].Counts[0], all[0].Counts[1]
	if first.Person != "badr" || first.Quantity != 1000 || first.Adopted || second.Person != "dana" || second.Met || second.Quantity != 0 {
		t.Fatalf("%+v", all[0].Counts)
	}
	if rows := s.view().RoundsOf("dairy", "milk"); len(rows) != 1 || len(rows[0].Counts) != 1 || !rows[0].Counts[0].Adopted {
		t.Fatalf("milk: %+v", rows)
	}
}

func TestRecountIsOrderedInOneGesture(t *testing.T) {
	f := openFloor(t)
	f.issue(sara, session)
	want := count.Want{Of: count.PickOutside}
	for name, refused := range map[string]struct {
		want   count.Want
		people []stocktake.PersonID
		reason error
	}{
		"nothing is outside": {want, []stocktake.PersonID{"badr"}, count.RecountNothing},
	} {
		if _, err := f.svc.OrderWanted(t.Context(), sara, session, refused.want, refused.people); !errors.Is(err, refused.reason) {
			t.Errorf("%s: %v", name, err)
		}
	}
	f.device(society, "d1").push(walkOf(session, "p1", "ali", 3)...)
	if _, err := f.svc.OrderWanted(t.Context(), sara, session, want, []stocktake.PersonID{"ali"}); !errors.Is(err, count.RecountNobody) {
		t.Errorf("of its counter alone: %v", err)
	}
	late := want
	late.Due = time.UnixMilli(dawn).UTC()
	if _, err := f.svc.OrderWanted(t.Context(), sara, session, late, []stocktake.PersonID{"badr"}); !errors.Is(err, count.RecountDue) {
		t.Errorf("due before now: %v", err)
	}
	want.Due = time.UnixMilli(dawn).UTC().Add(time.Hour)
	_, err := f.svc.OrderWanted(t.Context(), sara, session, want, []stocktake.PersonID{"ali", "badr"})
	f.check(err)
	v := f.view(sara, session)
	if len(v.Tasks) != 1 || v.Tasks[0].Person != "" || !v.Tasks[0].Due.Equal(want.Due) || v.Rounds != 2 {
		t.Fatalf("%+v", v.Tasks)
	}
	tasks, err := f.svc.Tasks(t.Context(), society, session)
	f.check(err)
	if len(tasks.Tasks) != 1 || !tasks.Tasks[0].Due.Equal(want.Due) {
		t.Fatalf("handhelds are told %+v", tasks)
	}
}
