package simulate_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"jard/internal/count"
	"jard/internal/gs1"
	"jard/internal/simulate"
	"jard/internal/stocktake"
	"jard/internal/wire"
)

func TestEveryCounterArrivesWhole(t *testing.T) {
	s := newShop(t, 12, 240)
	c := s.config(t, 3)
	c.Ledger = filepath.Join(t.TempDir(), "ledger.jsonl")
	var last simulate.Progress
	c.Progress = func(p simulate.Progress) { last = p }
	r, err := simulate.Run(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	s.arrived(t, r.Ledger)
	if r.Passes != 12 || r.Held != 0 || r.Events < 240 || last != r.Progress {
		t.Errorf("report %+v, last progress %+v", r.Progress, last)
	}
	read, err := simulate.ReadLedger(c.Ledger)
	if err != nil {
		t.Fatal(err)
	}
	s.arrived(t, read)
	closings := map[stocktake.PassID]*count.Event{}
	for _, e := range s.received() {
		if e.Name == "pass.closed" {
			closings[e.Pass] = e
		}
	}
	for _, p := range r.Ledger.Passes(session) {
		closing := closings[p.Pass]
		if closing == nil || closing.Observations != p.Observations || closing.Quantity != p.Quantity {
			t.Errorf("pass %+v was closed as %+v", p, closing)
		}
	}
}

// Whoever never errs counts the truth, every item of it.
func TestFaultlessCountersCountTheTruth(t *testing.T) {
	s := newShop(t, 10, 200)
	c := s.config(t, 2)
	c.Habits = simulate.Faultless
	r, err := simulate.Run(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]stocktake.Quantity{}
	for _, x := range s.tallies(session) {
		got[fmt.Sprint(x.Location, x.Item, x.Lot)] += x.Quantity
	}
	for _, x := range s.truth {
		if q, ok := got[fmt.Sprint(x.Location, x.Item, x.Lot)]; !ok || q != x.Quantity {
			t.Errorf("%s at %s: %s counted, %s there", x.Item, x.Location, q, x.Quantity)
		}
	}
	if len(got) != len(s.truth) {
		t.Errorf("%d kinds counted, %d there", len(got), len(s.truth))
	}
	s.arrived(t, r.Ledger)
}

// What scales labelled is scanned by its labels, and whoever reads an event can work its weight out again.
func TestLabelsOfScalesAreScanned(t *testing.T) {
	scanLabels(t, scaleSchemes)
	coarse := []string{"prefix=21,item=5,value=5,kind=weight,decimals=1", "prefix=22,item=5,value=5,kind=price,decimals=1"} // a hundred grams, a hundred fils
	scanLabels(t, coarse)
}

func scanLabels(t *testing.T, texts []string) {
	t.Helper()
	s := newShop(t, 10, 200)
	s.sessions[session].pack["schemes"] = texts
	c := s.config(t, 1)
	c.Habits = simulate.Habits{Label: 1, Zero: 1, Find: 1}
	if _, err := simulate.Run(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	schemes, err := gs1.ParseSchemes(texts)
	if err != nil {
		t.Fatal(err)
	}
	d, err := gs1.NewDecoder(schemes)
	if err != nil {
		t.Fatal(err)
	}
	byWeight, byPrice := 0, 0
	for _, stream := range s.streams {
		for _, body := range stream.events {
			e, kind, err := count.ParseEvent(body)
			if err != nil {
				t.Fatal(err)
			}
			scan := d.Decode(e.Raw)
			if kind != count.Observed || scan.Kind != gs1.VariableMeasure {
				continue
			}
			if scan.PriceFils != nil {
				byPrice++
				scan.Weigh(int64(e.UnitPrice))
				if int64(e.Price) != *scan.PriceFils {
					t.Errorf("%s says %d fils, and the event %d", e.Raw, *scan.PriceFils, e.Price)
				}
			} else {
				byWeight++
			}
			if scan.WeightG == nil || *scan.WeightG != int64(e.Amount) || e.Pack != 1000 || e.Code != gs1.Normalize(e.Raw) {
				t.Errorf("%s: %+v", e.Raw, e)
			}
		}
	}
	if byWeight < 30 || byPrice < 15 { // coarse ones are rounded, not left out
		t.Errorf("%s: %d labels with a weight, %d with a price", texts, byWeight, byPrice)
	}
}

// Cut, torn, doubled and stale frames, lost acknowledgements, a busy server, skewed clocks: nothing is lost, nothing
// counts twice, and what is counted is what a perfect network would have brought.
func TestBadWeatherLosesNothing(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			s := newShop(t, 9, 180)
			s.torn, s.busyEvery, s.loseEvery, s.events = true, 7, 9, 8
			c := s.config(t, 3)
			c.Seed, c.Overlap, c.NoSync = seed, 0.3, false
			c.Weather = simulate.Weather{Cut: 0.4, CutAfter: 4000, Torn: 0.05, Duplicate: 0.2, Stale: 0.2, Latency: time.Microsecond, Rate: 50 << 20}
			c.Members[1].Skew = -42 * time.Minute
			r, err := simulate.Run(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			s.arrived(t, r.Ledger)
			fair := newShop(t, 9, 180)
			calm := fair.config(t, 3)
			calm.Seed, calm.Overlap = c.Seed, c.Overlap
			again, err := simulate.Run(t.Context(), calm)
			if err != nil {
				t.Fatal(err)
			}
			if diff := simulate.Compare(nameless(again.Ledger), nameless(r.Ledger)); !diff.None() {
				t.Errorf("the weather changed what was counted:\n%s", diff)
			}
			var marks, busy, refused int
			for _, m := range r.Members {
				marks, busy, refused = marks+m.Status.Marks, busy+m.Status.Busy, refused+m.Status.Refused
				if m.Status.Fenced > 0 || m.Status.Restored > 0 {
					t.Errorf("%s was fenced for the weather: %+v", m.Name, m.Status)
				}
			}
			if marks == 0 || busy == 0 || refused == 0 {
				t.Errorf("what weather? %d marks, %d busy, %d refused", marks, busy, refused)
			}
		})
	}
}

// nameless gives tallies by person instead of pass, whose ids are random.
func nameless(l *simulate.Ledger) []simulate.Tally {
	who := map[stocktake.PassID]stocktake.PersonID{}
	for _, p := range l.Passes(session) {
		who[p.Pass] = p.Person
	}
	list := l.Tallies(session)
	for n := range list {
		list[n].Pass = stocktake.PassID(who[list[n].Pass])
	}
	return list
}

func TestOverlapMakesTwoPasses(t *testing.T) {
	s := newShop(t, 6, 60)
	c := s.config(t, 3)
	c.Overlap = 1
	r, err := simulate.Run(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	people := map[stocktake.LocationID]map[stocktake.PersonID]bool{}
	for _, p := range r.Ledger.Passes(session) {
		if people[p.Location] == nil {
			people[p.Location] = map[stocktake.PersonID]bool{}
		}
		people[p.Location][p.Person] = true
	}
	for _, l := range s.site.Locations {
		if len(people[l.ID]) != 2 {
			t.Errorf("%s was counted by %v", l.ID, people[l.ID])
		}
	}
}

// A recount of nobody's comes by feed, falls to another person, and the closing of the session ends the work.
func TestStayTakesRecountsAndDrains(t *testing.T) {
	s := newShop(t, 4, 40)
	for n, l := range s.site.Locations {
		x := s.sessions[session]
		x.feed.Tasks = append(x.feed.Tasks, wire.Task{Assignment: fmt.Sprint("a", n), Round: 1, Location: l.ID})
	}
	c := s.config(t, 2)
	c.Stay, c.Every = true, time.Millisecond
	recount := wire.Task{Assignment: "r1", Round: 2, Location: "A-01", Items: []stocktake.ItemID{s.truth.At("A-01")[0].Item}}
	step := 0
	c.Progress = func(p simulate.Progress) {
		switch {
		case step == 0 && p.Passes == 4:
			step = 1
			s.change(session, func(f *wire.Feed) { f.Round, f.Tasks = 2, append(f.Tasks, recount) })
		case step == 1 && p.Passes == 5:
			step = 2
			s.change(session, func(f *wire.Feed) { f.State = wire.StateClosing })
		}
	}
	r, err := simulate.Run(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	s.arrived(t, r.Ledger)
	var by []stocktake.PersonID
	for _, p := range r.Ledger.Passes(session) {
		if p.Location == "A-01" {
			by = append(by, p.Person)
		}
	}
	if len(by) != 2 || by[0] == by[1] {
		t.Errorf("A-01 was counted by %v", by)
	}
	if got := len(s.sessions[session].drained); got != 2 {
		t.Errorf("%d streams drained", got)
	}
}

// A run that is killed goes on where it was, on the same directory.
func TestRunResumes(t *testing.T) {
	s := newShop(t, 8, 160)
	c := s.config(t, 2)
	ctx, kill := withKill(t)
	c.Every = time.Microsecond
	c.Progress = func(p simulate.Progress) {
		if p.Passes >= 2 {
			kill()
		}
	}
	if _, err := simulate.Run(ctx, c); err != nil && ctx.Err() == nil {
		t.Fatal(err)
	}
	c.Progress = nil
	r, err := simulate.Run(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if r.Passes != 8 {
		t.Errorf("%d passes", r.Passes)
	}
	s.arrived(t, r.Ledger)
	if len(s.tokens) != 2 {
		t.Errorf("%d devices were enrolled", len(s.tokens))
	}
}

func TestRunReportsWhoFailed(t *testing.T) {
	s := newShop(t, 4, 20)
	c := s.config(t, 2)
	c.Members[1].Code = "WRONG"
	r, err := simulate.Run(t.Context(), c)
	failed := r.Failed()
	if err == nil || len(failed) != 1 || failed[0].Name != "tc-2" || stocktake.CodeOf(failed[0].Err) != stocktake.Conflict {
		t.Fatalf("error %v, failed %+v", err, failed)
	}
	fault, _ := errors.AsType[*stocktake.Error](err)
	if fault.Reason.Key != "code-unknown" || fault.English() != "100% no" {
		t.Errorf("the server's reason became %v", fault)
	}
	if r.Passes == 0 {
		t.Error("the other member stopped too")
	}
}

func TestConfigIsChecked(t *testing.T) {
	s := newShop(t, 2, 10)
	for name, spoil := range map[string]func(*simulate.Config){
		"no server":       func(c *simulate.Config) { c.Server = "" },
		"no directory":    func(c *simulate.Config) { c.Dir = "" },
		"no truth":        func(c *simulate.Config) { c.Truth = nil },
		"nobody":          func(c *simulate.Config) { c.Members = nil },
		"chance above 1":  func(c *simulate.Config) { c.Habits.Miss = 1.5 },
		"no chance":       func(c *simulate.Config) { c.Weather.Cut = -0.1 },
		"name twice":      func(c *simulate.Config) { c.Members[1].Name = c.Members[0].Name },
		"name is a path":  func(c *simulate.Config) { c.Members[0].Name = "../x" },
		"no person":       func(c *simulate.Config) { c.Members[0].Person = "" },
		"half enrolled":   func(c *simulate.Config) { c.Members[0].Token = "t" },
		"negative pace":   func(c *simulate.Config) { c.Pace.Key = -1 },
		"negative truth":  func(c *simulate.Config) { c.Truth[0].Quantity = -1 },
		"truth repeated":  func(c *simulate.Config) { c.Truth = append(c.Truth, c.Truth[0]) },
		"truth of naught": func(c *simulate.Config) { c.Truth[0].Item = "" },
	} {
		c := s.config(t, 2)
		c.Truth = append(simulate.Truth(nil), s.truth...)
		spoil(&c)
		_, err := simulate.Run(t.Context(), c)
		if stocktake.CodeOf(err) != stocktake.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}
