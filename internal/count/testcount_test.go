package count_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// tests orders a test of items at a location and returns the edit that takes it.
func (s *script) tests(at stocktake.LocationID, items ...stocktake.ItemID) func(*count.Event) {
	s.t.Helper()
	round := s.view().Rounds
	t := count.Task{ID: s.newID("t"), Round: round, Location: at, Items: items}
	s.decide("layla", count.TestOrdered, count.TestCount{Tasks: []count.Task{t}, Reason: "a sample"}, stocktake.CommitteeMember)
	return func(e *count.Event) { e.Round, e.Assignment = round, t.ID }
}

func TestTestIsNeverAdoptedAndCompetesWithNothing(t *testing.T) {
	s := write(t)
	s.whole("ali", "C1", found{"ice": 4})
	s.whole("huda", "C1", found{"ice": 3, "tea": 2}, s.tests("C1", "ice"))
	l := s.want("cold", "ice", count.LineWithin, 4)
	if len(l.Tests) != 1 || l.Tests[0].Agrees || l.Tests[0].Counted != 4000 || l.Tests[0].Found != 3000 || !l.TestDiffers || len(l.Rounds) != 1 {
		t.Fatalf("%+v", l)
	}
	if v := s.view(); len(v.Disputes) != 0 || v.Line("cold", "tea") != nil {
		t.Fatalf("the test left %+v, %+v", v.Disputes, v.Line("cold", "tea"))
	}
	if blockers(s.view())[count.BlockTest] != 1 {
		t.Fatalf("%v", s.view().Blockers)
	}
}

func TestTestThatAgreesKeepsNothingOpen(t *testing.T) {
	s := write(t)
	s.whole("ali", "C1", found{"ice": 4})
	w := s.open("huda", "C1", s.tests("C1", "ice"))
	if b := blockers(s.view()); b[count.BlockTask] != 1 || b[count.BlockOpenPass] != 1 {
		t.Fatalf("out: %v", b)
	}
	w.see("ice", 4)
	w.close()
	l := s.want("cold", "ice", count.LineWithin, 4)
	if !l.Tests[0].Agrees || l.TestDiffers || blockers(s.view())[count.BlockTest]+blockers(s.view())[count.BlockTask] != 0 {
		t.Fatalf("%+v: %v", l.Tests, s.view().Blockers)
	}
}

// A test says nothing of what its tester had begun to count before, whichever of the two is heard of first; and its task is not done.
func TestTesterCountedBefore(t *testing.T) {
	for name, begin := range map[string]func(*script, func()){
		"heard of before": func(s *script, count func()) { count() },
		"heard of after":  func(*script, func()) {},
	} {
		t.Run(name, func(t *testing.T) {
			s := write(t)
			s.walked("ali", "B1", 60, 70, found{"rice": 3})
			counts := func() { s.walked("huda", "S1", 80, 90, nil) }
			begin(s, counts)
			s.walked("huda", "B1", 100, 110, found{"rice": 2}, s.tests("B1", "rice"))
			if name == "heard of after" {
				if l := s.view().Line("dry", "rice"); !l.Tests[0].Differs() || !s.view().Tasks[0].Done {
					t.Fatalf("%+v, %+v", l.Tests, s.view().Tasks)
				}
				counts()
			}
			v := s.view()
			if x := v.Line("dry", "rice").Tests[0]; x.Void != count.TesterCounted.Key || x.Differs() {
				t.Fatalf("%+v", x)
			}
			if x := v.Tasks[0]; x.Done || x.Void != count.TesterCounted.Key || blockers(v)[count.BlockTask] != 1 {
				t.Fatalf("void and done: %+v, %v", x, v.Blockers)
			}
			s.walked("badr", "B1", 200, 210, found{"rice": 2}, s.tests("B1", "rice"))
			s.decide("layla", count.TestOrdered, count.TestCount{Withdraw: []string{v.Tasks[0].ID}}, stocktake.CommitteeMember)
			if v = s.view(); blockers(v)[count.BlockTask] != 0 || len(v.Untested) != 1 || v.Untested[0].By != "layla" {
				t.Fatalf("%v, %+v", v.Blockers, v.Untested)
			}
		})
	}
}

// A difference that was found does not vanish because its tester walks on, at the same place or another of the section.
func TestDifferenceOutlivesItsTestersLaterWalk(t *testing.T) {
	for _, at := range []stocktake.LocationID{"B1", "S1"} {
		t.Run(string(at), func(t *testing.T) {
			s := write(t)
			s.walked("ali", "B1", 60, 70, found{"rice": 3})
			s.walked("ali", "S1", 80, 90, nil)
			s.walked("huda", "B1", 100, 110, found{"rice": 2}, s.tests("B1", "rice"))
			if l := s.line("dry", "rice"); !l.TestDiffers {
				t.Fatalf("%+v", l)
			}
			s.walked("huda", at, 200, 210, map[stocktake.LocationID]found{"B1": {"rice": 3}}[at])
			if l := s.line("dry", "rice"); !l.TestDiffers || l.Tests[0].Void != "" || !s.view().Tasks[0].Done {
				t.Fatalf("gone: %+v", l)
			}
		})
	}
}

// A test that is walked after a recount speaks of that recount, whatever rounds the two are of.
func TestRecountAnswersOnlyTheTestsBeforeIt(t *testing.T) {
	s := write(t)
	s.walked("ali", "C1", 60, 70, found{"ice": 4})
	take := s.tests("C1", "ice")
	s.walked("badr", "C1", 100, 110, found{"ice": 4}, s.task(2, "C1", "ice"))
	s.walked("huda", "C1", 200, 210, found{"ice": 3}, take)
	if l := s.line("cold", "ice"); l.Tests[0].Answered || !l.TestDiffers {
		t.Fatalf("a recount answers what came after it: %+v", l.Tests)
	}
	again := s.task(2, "C1", "ice")
	s.walked("huda", "C1", 300, 310, found{"ice": 3}, again)
	if l := s.line("cold", "ice"); !l.TestDiffers || !slices.Contains(l.Duty, "huda") {
		t.Fatalf("a tester recounts in the round of their test: %+v", l)
	}
	s.walked("dana", "C1", 400, 410, found{"ice": 4}, s.task(3, "C1", "ice"))
	if l := s.line("cold", "ice"); l.TestDiffers || !l.Tests[0].Answered {
		t.Fatalf("counted again: %+v", l.Tests)
	}
}

// What nobody counted is not counted for having been tested, and what a test does not meet it found none of.
func TestTestOfWhatIsNotThere(t *testing.T) {
	s := write(t)
	s.whole("ali", "C1", nil)
	s.whole("huda", "C1", found{"ice": 4}, s.tests("C1", "ice"))
	if l := s.want("cold", "ice", count.LineNotCounted, 0); len(l.Tests) != 0 {
		t.Fatalf("%+v", l.Tests)
	}
	s.whole("badr", "C1", found{"ice": 4})
	s.want("cold", "ice", count.LineDisputed, 0)
	s.whole("dana", "C1", found{"ice": 4}, s.task(2, "C1", "ice"))
	s.whole("eman", "C1", nil, s.tests("C1", "ice"))
	l := s.want("cold", "ice", count.LineWithin, 4)
	if len(l.Tests) != 2 || !l.Tests[0].Agrees || l.Tests[1].Agrees || l.Tests[1].Found != 0 || !l.Tests[1].Differs() {
		t.Fatalf("%+v", l.Tests)
	}
}

func TestDifferenceWaitsForARecountOrAReason(t *testing.T) {
	tell := func() *script {
		s := write(t)
		s.whole("ali", "C1", found{"ice": 4})
		s.whole("huda", "C1", found{"ice": 3}, s.tests("C1", "ice"))
		return s
	}
	s := tell()
	s.approve("omar", "cold", "ice")
	if l := s.want("cold", "ice", count.LineWithin, 4); void(l) != count.ReasonNeeded.Key {
		t.Fatalf("approved without a reason: %+v", l.Decisions)
	}
	s.decide("omar", count.LinesDecided, count.LinesVerdict{Verdict: count.Approve, Reason: "seen the shelf", Lines: s.refs([2]string{"cold", "ice"})})
	s.want("cold", "ice", count.LineApproved, 4)
	if blockers(s.view())[count.BlockTest] != 0 {
		t.Fatal("a reason is not enough")
	}

	s = tell()
	p := s.plans(count.Want{Of: count.PickTests}, "ali", "huda", "badr")
	if len(p.Tasks) != 1 || p.Round != 2 || !slices.Equal(p.Tasks[0].Barred, []stocktake.PersonID{"ali", "huda"}) {
		t.Fatalf("%+v", p)
	}
	s.whole("badr", "C1", found{"ice": 4}, s.task(2, "C1", "ice"))
	l := s.want("cold", "ice", count.LineWithin, 4)
	if l.TestDiffers || !l.Tests[0].Answered {
		t.Fatalf("counted again: %+v", l.Tests)
	}
}

// A decision was about a line that no test spoke against.
func TestDecisionLapsesWhenATestDiffers(t *testing.T) {
	s := write(t)
	s.whole("ali", "C1", found{"ice": 3})
	s.approve("omar", "cold", "ice")
	s.want("cold", "ice", count.LineApproved, 3)
	take := s.tests("C1", "ice")
	s.want("cold", "ice", count.LineApproved, 3)
	s.whole("huda", "C1", found{"ice": 4}, take)
	if l := s.want("cold", "ice", count.LineOutside, 3); void(l) != "lapsed" {
		t.Fatalf("%+v", l.Decisions)
	}
}

func TestTesterCountedNothingAndApprovesNothing(t *testing.T) {
	s := write(t)
	s.whole("ali", "C1", found{"ice": 3})
	s.whole("ali", "C1", found{"ice": 4}, s.tests("C1", "ice"))
	l := s.want("cold", "ice", count.LineOutside, 3)
	if l.Tests[0].Void != count.TesterCounted.Key || l.TestDiffers {
		t.Fatalf("ali tests himself: %+v", l.Tests)
	}
	s.whole("omar", "C1", found{"ice": 3}, s.tests("C1", "ice"))
	s.approve("omar", "cold", "ice")
	if l := s.want("cold", "ice", count.LineOutside, 3); void(l) != count.ApproverCounted.Key {
		t.Fatalf("omar approves what he tested: %+v", l.Decisions)
	}
	s.whole("omar", "C1", found{"ice": 4}, s.task(2, "C1", "ice"))
	if l := s.want("cold", "ice", count.LineRecounting, 3); !slices.Contains(l.Duty, "omar") {
		t.Fatalf("omar recounts what he tested: %+v", l)
	}
}

// A feed's sale between count and test: the test is compared with what was left by then.
func TestTestIsComparedAtItsInstant(t *testing.T) {
	for name, c := range map[string]struct {
		finds  int64
		agrees bool
	}{"all sold": {3, true}, "one too few": {2, false}} {
		t.Run(name, func(t *testing.T) {
			s := write(t)
			s.walked("ali", "C1", 60, 120, found{"ice": 4})
			s.book(stocktake.Sale, "ice", -1, 360, in("cold"))
			s.walked("huda", "C1", 720, 780, found{"ice": c.finds}, s.tests("C1", "ice"))
			s.complete(2400)
			l := s.line("cold", "ice")
			if len(l.Tests) != 1 || l.Tests[0].Agrees != c.agrees || l.Tests[0].Low != 3000 || l.Tests[0].High != 3000 {
				t.Fatalf("%+v", l.Tests)
			}
		})
	}
}

func TestSampleCanBeDrawnAgain(t *testing.T) {
	s := write(t)
	for at, what := range map[stocktake.LocationID]found{"A1": {"milk": 10, "eggs": 6}, "A2": nil, "B1": {"rice": 8, "oil": 1}, "C1": {"ice": 4}} {
		s.whole("ali", at, what)
	}
	s.whole("ali", "S1", nil)
	draw := count.Draw{Seed: "a seed", Count: 2}
	first := s.view().Sample(&draw)
	if len(first) != 2 || draw.Of != 5 || !slices.Equal(first, s.view().Sample(&draw)) {
		t.Fatalf("%+v of %d", first, draw.Of)
	}
	drawn := map[stocktake.ItemID]bool{}
	for seed := range 40 {
		d := count.Draw{Seed: time.Unix(int64(seed), 0).String(), Count: 1}
		drawn[s.view().Sample(&d)[0].Item] = true
	}
	if len(drawn) != 5 {
		t.Fatalf("some lines are never drawn: %v", drawn)
	}
	cold := count.Draw{Seed: "x", Section: "cold", Count: 9}
	if list := s.view().Sample(&cold); len(list) != 1 || list[0].Item != "ice" {
		t.Fatalf("%+v", list)
	}
}

func TestOnlyCommitteeAndWitnessOrderTests(t *testing.T) {
	f := openFloor(t)
	plan := coldPlan(session)
	plan.Committee, plan.Witness = []stocktake.PersonID{"layla"}, "noura"
	_, err := f.svc.Issue(t.Context(), sara, plan)
	f.check(err)
	f.device(society, "d1").push(walkOf(session, "p1", "ali", 3)...)
	layla, noura := person("layla", stocktake.CommitteeMember), person("noura", stocktake.Witness)
	ice := []count.LineRef{{Section: "cold", Item: "ice"}}
	people := []stocktake.PersonID{"ali", "huda"}
	for name, c := range map[string]struct {
		by   stocktake.Person
		want count.TestWant
		why  string
	}{
		"a supervisor":         {sara, count.TestWant{Lines: ice}, count.TestCommittee.Key},
		"another member":       {person("zaid", stocktake.CommitteeMember), count.TestWant{Lines: ice}, count.TestCommittee.Key},
		"by its counter":       {layla, count.TestWant{Lines: ice, Person: "ali"}, count.TesterCounted.Key},
		"of what is not there": {layla, count.TestWant{Lines: []count.LineRef{{Section: "cold", Item: "milk"}}}, count.NotDecidable.Key},
		"due before now":       {noura, count.TestWant{Lines: ice, Due: time.UnixMilli(dawn).UTC()}, count.RecountDue.Key},
		"of nothing":           {layla, count.TestWant{}, "too-many"},
	} {
		if _, err := f.svc.OrderTest(t.Context(), c.by, session, c.want, people); err == nil || stocktake.Fault(err).Reason.Key != c.why {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := f.svc.OrderTest(t.Context(), layla, session, count.TestWant{Lines: ice}, []stocktake.PersonID{"ali"}); !errors.Is(err, count.TestNobody) {
		t.Errorf("nobody is left: %v", err)
	}
	_, err = f.svc.OrderTest(t.Context(), layla, session, count.TestWant{Draw: 3}, people)
	f.check(err)
	v := f.view(sara, session)
	if len(v.Tasks) != 1 || !v.Tasks[0].Test || v.State == count.StateRecount {
		t.Fatalf("%s: %+v", v.State, v.Tasks)
	}
	task := v.Tasks[0].ID
	if _, err := f.svc.Assign(t.Context(), sara, session, count.Assignment{Withdraw: []string{task}}); !errors.Is(err, count.TestTheirs) {
		t.Errorf("a supervisor takes a test back: %v", err)
	}
	_, err = f.svc.OrderTest(t.Context(), noura, session, count.TestWant{Withdraw: []string{task}}, people)
	f.check(err)
	if v := f.view(sara, session); len(v.Tasks) != 0 {
		t.Fatalf("%+v", v.Tasks)
	}
}

// A test that nobody takes would keep a session open for ever: a manager without a part in it takes it back, saying why.
func TestManagerTakesATestBack(t *testing.T) {
	f := openFloor(t)
	plan := coldPlan(session)
	plan.Committee = []stocktake.PersonID{"layla"}
	_, err := f.svc.Issue(t.Context(), person("mona", stocktake.Manager), plan)
	f.check(err)
	f.device(society, "d1").push(walkOf(session, "p1", "ali", 3)...)
	layla := person("layla", stocktake.CommitteeMember)
	ice := []count.LineRef{{Section: "cold", Item: "ice"}}
	_, err = f.svc.OrderTest(t.Context(), layla, session, count.TestWant{Lines: ice}, []stocktake.PersonID{"huda"})
	f.check(err)
	task := f.view(sara, session).Tasks[0].ID
	back := count.TestWant{Withdraw: []string{task}, Reason: "nobody is left to take it"}
	for name, c := range map[string]struct {
		by   stocktake.Person
		want count.TestWant
		why  string
	}{
		"a supervisor":        {sara, back, count.TestCommittee.Key},
		"who issued it":       {person("mona", stocktake.Manager), back, count.TestOwn.Key},
		"who counted it":      {person("ali", stocktake.Manager, stocktake.Counter), back, count.TestOwn.Key},
		"without a reason":    {person("dana", stocktake.Manager), count.TestWant{Withdraw: []string{task}}, "reason-needed"},
		"and orders another":  {person("dana", stocktake.Manager), count.TestWant{Withdraw: []string{task}, Lines: ice, Reason: "better"}, count.TestCommittee.Key},
		"one that is no test": {person("dana", stocktake.Manager), count.TestWant{Withdraw: []string{"t9"}, Reason: "x"}, "not-found"},
		"one that never was":  {layla, count.TestWant{Withdraw: []string{"t9"}}, "not-found"},
	} {
		if _, err := f.svc.OrderTest(t.Context(), c.by, session, c.want, nil); err == nil || stocktake.Fault(err).Reason.Key != c.why {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err = f.svc.OrderTest(t.Context(), person("dana", stocktake.Manager), session, back, nil)
	f.check(err)
	v := f.view(sara, session)
	if len(v.Tasks) != 0 || len(v.Untested) != 1 || v.Untested[0].By != "dana" || v.Untested[0].Reason != back.Reason || v.Untested[0].ID != task {
		t.Fatalf("%+v, %+v", v.Tasks, v.Untested)
	}
	// What is ordered again and taken back in one word is out once.
	_, err = f.svc.OrderTest(t.Context(), layla, session, count.TestWant{Lines: ice}, []stocktake.PersonID{"huda"})
	f.check(err)
	first := f.view(sara, session).Tasks[0].ID
	_, err = f.svc.OrderTest(t.Context(), layla, session, count.TestWant{Lines: ice, Withdraw: []string{first}}, []stocktake.PersonID{"huda"})
	f.check(err)
	if v := f.view(sara, session); len(v.Tasks) != 1 || v.Tasks[0].ID == first || len(v.Untested) != 2 {
		t.Fatalf("%+v", v.Tasks)
	}
}

func committee(p *count.Plan, _ *count.Material) { p.Committee = []stocktake.PersonID{"layla"} }

func TestTestsIncrementalIsFromScratch(t *testing.T) {
	compared := 0
	sessions(t, 160, func(t *testing.T, r *random) {
		r.stepwise(t)
		for _, l := range r.running.View().Lines {
			compared += len(l.Tests)
		}
	}, committee)
	if compared == 0 {
		t.Fatal("no test was compared with anything")
	}
}

func TestTestsLeaveNoTraceOfOrder(t *testing.T) {
	sessions(t, 60, func(t *testing.T, r *random) {
		want := settled(t, fold(t, r.material, r.entries).View())
		for try := range 3 {
			entries := shuffle(rand.New(rand.NewPCG(uint64(try), 11)), r.entries, try)
			if got := settled(t, fold(t, r.material, entries).View()); got != want {
				t.Fatalf("try %d differs:\n%s\nlog:\n%s", try, firstDifference(want, got), listing(r.entries))
			}
		}
	}, committee)
}
