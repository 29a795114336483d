package count_test

import (
	"slices"
	"testing"

	"jard/internal/count"
	"jard/internal/stocktake"
)

func (s *script) wantState(want count.State) {
	s.t.Helper()
	if got := s.view().State; got != want {
		s.t.Fatalf("the session is %s; want %s; blockers %v", got, want, s.view().Blockers)
	}
}

func (s *script) wantBlockers(keys ...string) {
	s.t.Helper()
	var got []string
	for _, b := range s.view().Blockers {
		got = append(got, b.Key)
	}
	slices.Sort(got)
	slices.Sort(keys)
	if !slices.Equal(got, keys) {
		s.t.Fatalf("blockers are %v; want %v", got, keys)
	}
}

// onlyCold is a session of one location, so that it gets to its end in a few steps.
func onlyCold(t testing.TB) *script {
	return write(t, func(p *count.Plan, _ *count.Material) { p.Scope.Sections = []stocktake.SectionID{"cold"} })
}

func TestStatesOfASession(t *testing.T) {
	s := onlyCold(t)
	s.wantState(count.StateIssued)
	s.wantBlockers(count.BlockNotClosing, count.BlockUncounted)
	w := s.open("ali", "C1")
	s.wantState(count.StateCounting)
	w.see("ice", 3)
	w.close()
	s.wantState(count.StateReview)
	task := s.task(2, "C1", "ice")
	s.wantState(count.StateRecount)
	s.whole("badr", "C1", found{"ice": 3}, task)
	s.wantState(count.StateReview)
	s.wantBlockers(count.BlockNotClosing, count.BlockWaiting)
	s.approve("omar", "cold", "ice")
	s.wantState(count.StateApproved)
	s.wantBlockers(count.BlockNotClosing)
	s.decide("omar", count.Closing, count.Because{})
	s.wantBlockers()
	s.decide("omar", count.Sealed, count.Seal{})
	s.wantState(count.StateSealed)
}

func TestCancelledSession(t *testing.T) {
	s := onlyCold(t)
	s.decide("mona", count.Cancelled, count.Because{Reason: "a power cut"}, stocktake.Manager)
	s.wantState(count.StateCancelled)
}

// Each thing that stands between a counted session and its seal, by itself.
func TestBlockersOfTheSeal(t *testing.T) {
	for key, c := range map[string]struct {
		put    func(*script)
		settle func(*script)
	}{
		count.BlockOpenPass: {
			func(s *script) { s.open("ali", "A1") },
			func(s *script) {
				s.abandon(s.view().Passes[0].ID, "opened by mistake")
			},
		},
		count.BlockTask: {
			func(s *script) { s.task(1, "A1") },
			func(s *script) {
				s.decide("sara", count.Assigned, count.Assignment{Withdraw: []string{s.view().Tasks[0].ID}})
			},
		},
		count.BlockHeld: {
			func(s *script) { s.quarantine(count.Stream{Device: "d", Epoch: "e"}, "event-unreadable", []byte("x")) },
			func(s *script) { s.rule("event-unreadable", false) },
		},
		count.BlockUnknown: {
			func(s *script) { w := s.open("ali", "A1"); w.scan("c1", 1); w.close() },
			func(s *script) {
				s.asideCode("c1", "torn")
			},
		},
		count.BlockStream: {
			func(s *script) {
				s.server(count.Stream{Device: "d", Epoch: "e"}, count.Joined, count.JoinedBody{Epoch: "e"})
			},
			func(s *script) {
				s.decide("sara", count.StreamWrittenOff, count.WriteOff{Device: "d", Epoch: "e", Reason: "fell into the freezer"})
			},
		},
		count.BlockGap: {
			func(s *script) { s.open("ali", "A1").closeAs(1, 1000) },
			func(s *script) {
				p := s.view().Passes[0]
				s.decide("sara", count.PassCompleted, count.PassDecision{Pass: p.ID, Digest: p.Digest, Reason: "an empty shelf"})
			},
		},
		count.BlockDispute: {
			func(s *script) { s.whole("badr", "C1", found{"ice": 1}) },
			func(s *script) {
				d := s.view().Disputes[0]
				s.decide("omar", count.DisputeChosen, count.Choice{Location: "C1", Item: "ice", Pass: d.Competitors[0].Pass, Digest: d.Digest, Reason: "seen"})
			},
		},
		count.BlockWaiting: {
			func(s *script) { s.whole("ali", "C1", found{"ice": 1}, replaces(&walk{id: "p-1"})) },
			func(s *script) { s.approve("omar", "cold", "ice") },
		},
		count.BlockUncounted: {
			func(s *script) {
				s.decide("mona", count.ScopeExtended, count.Scope{Sections: []stocktake.SectionID{"dairy"}})
			},
			func(s *script) { s.whole("ali", "A1", nil); s.whole("ali", "A2", nil) },
		},
		count.BlockCounting: {
			func(s *script) { s.whole("ali", "C1", found{"ice": 4}, s.task(2, "C1", "ice")) }, // who had counted it before
			func(s *script) {
				task := s.view().Tasks[0].ID
				s.whole("badr", "C1", found{"ice": 4}, func(e *count.Event) { e.Round, e.Assignment = 2, task })
			},
		},
	} {
		t.Run(key, func(t *testing.T) {
			s := onlyCold(t)
			s.whole("ali", "C1", found{"ice": 4}) // p-1
			s.decide("sara", count.Closing, count.Because{})
			s.wantBlockers()
			c.put(s)
			s.wantBlockers(key)
			c.settle(s)
			s.wantBlockers()
		})
	}
}

// Somebody was there, but looked for one item only: the rest of the location is as uncounted as if nobody had been.
func TestLocationWalkedForAnItemOnlyBlocks(t *testing.T) {
	s := onlyCold(t)
	s.whole("ali", "C1", nil, s.task(1, "C1", "milk"))
	s.decide("sara", count.Closing, count.Because{})
	s.wantBlockers(count.BlockUncounted)
	if l := s.view().Locations[4]; l.Status != "partial" {
		t.Fatalf("the location is %+v", l)
	}
	s.whole("badr", "C1", found{"ice": 4})
	s.wantBlockers()
}

// Where the session asks for some items only, tasks for all of them are the whole.
func TestLocationWalkedForEachItemOfTheScope(t *testing.T) {
	s := write(t, func(p *count.Plan, _ *count.Material) {
		p.Scope = count.Scope{Sections: []stocktake.SectionID{"cold"}, Items: []stocktake.ItemID{"ice", "tea"}}
	})
	s.decide("sara", count.Closing, count.Because{})
	s.whole("ali", "C1", found{"ice": 4}, s.task(1, "C1", "ice"))
	s.wantBlockers(count.BlockUncounted)
	s.whole("badr", "C1", nil, s.task(1, "C1", "tea"))
	s.wantBlockers()
	if l := s.view().Locations[4]; l.Status != "closed" {
		t.Fatalf("the location is %+v", l)
	}
}

func TestProgressOfLocations(t *testing.T) {
	s := write(t)
	status := func() string {
		for _, l := range s.view().Locations {
			if l.Location == "C1" {
				return l.Status
			}
		}
		return ""
	}
	for _, step := range []struct {
		do   func()
		want string
	}{
		{func() {}, "not-started"},
		{func() { s.open("ali", "C1") }, "counting"},
		{func() {
			s.abandon("p-1", "dead")
			s.whole("badr", "C1", found{"ice": 4}, continues(&walk{id: "p-1"}))
		}, "closed"},
		{func() { s.whole("dana", "C1", found{"ice": 1}) }, "disputed"},
	} {
		step.do()
		if got := status(); got != step.want {
			t.Fatalf("C1 is %s; want %s", got, step.want)
		}
	}
	if got := s.view().Totals; got.LocationsTotal != 5 || got.LocationsDone != 0 {
		t.Fatalf("%d of %d locations are done; want 0 of 5", got.LocationsDone, got.LocationsTotal)
	}
}

// A task is done by a finished pass that was taken for it, by the person asked for.
func TestTaskIsDoneByWhoWasAsked(t *testing.T) {
	s := write(t)
	s.decide("sara", count.Assigned, count.Assignment{Tasks: []count.Task{{ID: "t-1", Round: 1, Location: "C1", Person: "ali"}}})
	take := func(e *count.Event) { e.Assignment = "t-1" }
	s.whole("badr", "C1", found{"ice": 4}, take)
	if s.view().Tasks[0].Done {
		t.Fatal("badr did what was asked of ali")
	}
	s.want("cold", "ice", count.LineCounting, 4)
	s.whole("ali", "C1", found{"ice": 4}, take)
	if !s.view().Tasks[0].Done {
		t.Fatal("the task is not done")
	}
	s.want("cold", "ice", count.LineWithin, 4)
}

func TestLogOutOfOrderIsRefused(t *testing.T) {
	s := onlyCold(t)
	f := fold(t, s.material, s.entries)
	if err := f.Apply(count.Entry{Offset: 3, Kind: count.Closing, Body: []byte("{}")}); err == nil {
		t.Fatal("entry 3 was applied after entry 1")
	}
	if err := f.Apply(count.Entry{Offset: 2, Kind: count.Issued, Body: s.entries[0].Body}); err == nil {
		t.Fatal("a session was issued twice")
	}
	if err := f.Apply(count.Entry{Offset: 2, Kind: 99}); err == nil {
		t.Fatal("an entry of an unknown kind was passed over")
	}
	if err := f.Apply(count.Entry{Offset: 2, Kind: count.Assigned, Body: []byte("{")}); err == nil {
		t.Fatal("a torn decision was passed over")
	}
}
