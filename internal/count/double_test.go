package count_test

import (
	"errors"
	"testing"

	"jard/internal/count"
	"jard/internal/stocktake"
)

func twice(p *count.Plan, _ *count.Material) { p.Double = true }

func TestEveryLocationIsCountedByTwo(t *testing.T) {
	s := write(t, twice)
	s.whole("ali", "C1", found{"ice": 4})
	s.want("cold", "ice", count.LineCounting, 4)
	if l := s.location("C1"); l.Status != "counting" || !l.Uncounted() {
		t.Fatalf("counted once: %+v", l)
	}
	s.whole("ali", "C1", found{"ice": 4}) // by himself again: no second count
	s.want("cold", "ice", count.LineCounting, 4)
	s.whole("badr", "C1", found{"ice": 4})
	s.want("cold", "ice", count.LineWithin, 4)
	if l := s.location("C1"); l.Status != "closed" || l.Uncounted() {
		t.Fatalf("counted twice: %+v", l)
	}
}

func TestTwoCountsThatDifferAreADispute(t *testing.T) {
	s := write(t, twice)
	s.whole("ali", "C1", found{"ice": 4})
	s.whole("badr", "C1", nil) // who did not meet it
	s.want("cold", "ice", count.LineDisputed, 0)
	w := s.whole("dana", "C1", found{"ice": 4}, s.task(2, "C1", "ice"))
	l := s.want("cold", "ice", count.LineWithin, 4)
	if l.Adopted[0].Passes[0] != w.id {
		t.Fatalf("adopted is %+v", l.Adopted)
	}
}

// Nothing is taken for there being none that only one has looked for.
func TestOneWalkThatMetNothingIsNotEnough(t *testing.T) {
	s := write(t, twice)
	s.whole("ali", "A1", found{"milk": 10})
	s.whole("badr", "A1", found{"milk": 10})
	s.whole("ali", "A2", nil)
	s.want("dairy", "milk", count.LineCounting, 10)
	s.whole("badr", "A2", nil)
	s.want("dairy", "milk", count.LineWithin, 10)
}

// The parts of a shared location are one count.
func TestSharedLocationIsCountedOnce(t *testing.T) {
	s := write(t, twice)
	for _, who := range []stocktake.PersonID{"ali", "badr"} {
		s.whole(who, "B1", found{"rice": 3})
	}
	s.whole("dana", "S1", found{"rice": 5})
	s.want("dry", "rice", count.LineWithin, 8)
}

func TestPassThatGoesOnIsNoSecondCount(t *testing.T) {
	s := write(t, twice)
	a := s.whole("ali", "C1", found{"ice": 1})
	s.whole("badr", "C1", found{"ice": 3}, continues(a))
	s.want("cold", "ice", count.LineCounting, 4)
	s.whole("ali", "C1", found{"ice": 4}) // who walked in the first
	s.want("cold", "ice", count.LineCounting, 4)
	s.whole("dana", "C1", found{"ice": 4})
	s.want("cold", "ice", count.LineWithin, 4)
}

func TestBothCountsAreNotGivenToOnePerson(t *testing.T) {
	f := openFloor(t)
	plan := coldPlan(session)
	plan.Double = true
	_, err := f.svc.Issue(t.Context(), sara, plan)
	f.check(err)
	give := func(id string, who stocktake.PersonID, withdraw ...string) error {
		_, err := f.svc.Assign(t.Context(), sara, session, count.Assignment{
			Tasks: []count.Task{{ID: id, Round: 1, Location: "C1", Person: who}}, Withdraw: withdraw,
		})
		return err
	}
	f.check(give("t1", "ali"))
	if err := give("t2", "ali"); !errors.Is(err, count.DoubleSame) {
		t.Fatalf("ali is given both: %v", err)
	}
	f.check(give("t2", "badr"))
	f.check(give("t3", "ali", "t1"))
}

// Who is to test a location was not given its count.
func TestTestIsNeitherOfTheTwoCounts(t *testing.T) {
	f := openFloor(t)
	plan := coldPlan(session)
	plan.Double, plan.Committee = true, []stocktake.PersonID{"layla"}
	_, err := f.svc.Issue(t.Context(), sara, plan)
	f.check(err)
	f.device(society, "d1").push(walkOf(session, "p1", "ali", 3)...)
	f.device(society, "d2").push(walkOf(session, "p2", "badr", 3)...)
	_, err = f.svc.OrderTest(t.Context(), person("layla", stocktake.CommitteeMember), session,
		count.TestWant{Lines: []count.LineRef{{Section: "cold", Item: "ice"}}, Person: "huda"}, nil)
	f.check(err)
	if v := f.view(sara, session); len(v.Tasks) != 1 || v.Tasks[0].Person != "huda" || v.Tasks[0].Round != 1 {
		t.Fatalf("%+v", v.Tasks)
	}
	_, err = f.svc.Assign(t.Context(), sara, session, count.Assignment{Tasks: []count.Task{{ID: "t1", Round: 1, Location: "C1", Person: "huda"}}})
	f.check(err)
}

func TestDoubleModelAgrees(t *testing.T) {
	sessions(t, 60, func(t *testing.T, r *random) {
		v := fold(t, r.material, r.entries).View()
		if got, want := describe(r, v), r.model.at(len(r.entries)).describe(); got != want {
			t.Fatalf("model (−) and fold (+) differ:\n%s\nlog:\n%s", firstDifference(want, got), listing(r.entries))
		}
	}, twice)
}

func TestDoubleIncrementalIsFromScratch(t *testing.T) {
	sessions(t, 40, func(t *testing.T, r *random) { r.stepwise(t) }, twice)
}

// stepwise holds a fold that was looked at after every entry against fresh ones, beside a feed.
func (r *random) stepwise(t *testing.T) {
	t.Helper()
	var feed []count.Booking
	f := count.NewFold(society, session)
	for n, e := range r.entries {
		if err := f.Apply(e); err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			f.SetMaterial(r.material)
		}
		if n > 0 && r.IntN(3) == 0 {
			feed = append(feed, r.booking(uint64(len(feed))+1))
			f.Book(feed[len(feed)-1:])
		}
		fresh := fold(t, r.material, r.entries[:n+1])
		fresh.Book(feed)
		if got, want := whole(t, f.View()), whole(t, fresh.View()); got != want {
			t.Fatalf("after entry %d (%s):\n%s\nlog:\n%s", n+1, e.Kind, firstDifference(want, got), listing(r.entries[:n+1]))
		}
	}
}
