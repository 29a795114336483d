package count_test

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"jard/internal/boltdb"
	"jard/internal/count"
	"jard/internal/reconcile"
	"jard/internal/stocktake"
)

// office is a floor whose clock is moved by hand.
type office struct {
	*floor
	now time.Time
}

func openOffice(t *testing.T) *office {
	t.Helper()
	o := &office{now: kuwait("2026-12-01 09:00")}
	now := func() time.Time { return o.now }
	db, err := boltdb.Open(filepath.Join(t.TempDir(), "jard.db"), boltdb.Options{Clock: now, InitialMmapSize: 16 << 20})
	if err != nil {
		t.Fatal(err)
	}
	o.floor = &floor{t: t, db: db, svc: count.NewService(db, db, db, now)}
	t.Cleanup(func() {
		o.svc.Close()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	o.publish(society)
	return o
}

func kuwait(s string) time.Time {
	at, err := time.ParseInLocation("2006-01-02 15:04", s, count.Kuwait)
	if err != nil {
		panic(err)
	}
	return at
}

func nightly() count.CountPlan {
	return count.CountPlan{
		Name: stocktake.Name{Arabic: "جرد الثلاجات", English: "The cold store"}, Kind: count.PlanAnnual, Site: "central",
		Scope: count.Scope{Sections: []stocktake.SectionID{"cold"}}, Minutes: 300,
		Recurrence: count.Recurrence{Unit: count.EveryWeek, Start: "2026-12-01", Time: "22:00"},
	}
}

func (o *office) save(by stocktake.Person, p count.CountPlan) count.CountPlan {
	o.t.Helper()
	p, err := o.svc.SavePlan(o.t.Context(), by, p)
	o.check(err)
	return p
}

func (o *office) states(by stocktake.Person, from, to string) string {
	o.t.Helper()
	list, err := o.svc.Calendar(o.t.Context(), by, kuwait(from), kuwait(to))
	o.check(err)
	var said []string
	for _, x := range list {
		said = append(said, x.At.In(count.Kuwait).Format("01-02 15:04 ")+string(x.State))
	}
	return strings.Join(said, ", ")
}

func TestRecurrences(t *testing.T) {
	for name, c := range map[string]struct {
		r    count.Recurrence
		want string
	}{
		"once":                {count.Recurrence{Unit: count.Once, Start: "2027-01-03", Time: "08:00"}, "2027-01-03 08:00"},
		"every third day":     {count.Recurrence{Unit: count.EveryDay, Every: 3, Start: "2026-12-25", End: "2027-01-05", Time: "23:30"}, "2027-01-03 23:30"},
		"every second week":   {count.Recurrence{Unit: count.EveryWeek, Every: 2, Start: "2026-12-20", Time: "06:00"}, "2027-01-03 06:00 2027-01-17 06:00 2027-01-31 06:00 2027-02-14 06:00 2027-02-28 06:00"},
		"the last of a month": {count.Recurrence{Unit: count.EveryMon, Start: "2026-10-31", Time: "22:00"}, "2027-01-31 22:00 2027-02-28 22:00"},
		"every year":          {count.Recurrence{Unit: count.EveryYear, Start: "2020-02-29", Time: "00:00"}, "2027-02-28 00:00"},
		"long ago":            {count.Recurrence{Unit: count.EveryDay, Every: 30, Start: "2021-01-01", Time: "10:00"}, "2027-01-30 10:00"},
		"still to come":       {count.Recurrence{Unit: count.EveryDay, Start: "2027-03-01", Time: "10:00"}, ""},
		"malformed":           {count.Recurrence{Unit: count.EveryDay, Start: "1.1.2027", Time: "10:00"}, ""},
	} {
		var got []string
		for _, at := range c.r.Times(kuwait("2027-01-01 00:00"), kuwait("2027-03-01 00:00")) {
			got = append(got, at.In(count.Kuwait).Format("2006-01-02 15:04"))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v, want %s", name, got, c.want)
		}
	}
}

// An occurrence goes from planned to issued and done, or late, or missed; a year's are counted.
func TestOccurrencesAndCompliance(t *testing.T) {
	at := kuwait("2026-12-01 22:00").UTC()
	p := nightly()
	p.ID = "p"
	out := func(state count.LogState, sealed string) map[int64]count.Outcome {
		o := count.Outcome{Planned: count.Planned{Plan: "p", At: at}, Session: "s", State: state}
		if sealed != "" {
			o.Sealed = kuwait(sealed)
		}
		return map[int64]count.Outcome{at.Unix(): o}
	}
	for name, c := range map[string]struct {
		now  string
		out  map[int64]count.Outcome
		want count.OccurrenceState
	}{
		"to come":                      {"2026-11-30 10:00", nil, count.OccurrencePlanned},
		"in its window":                {"2026-12-01 23:00", nil, count.OccurrencePlanned},
		"its window is over":           {"2026-12-02 10:00", nil, count.OccurrenceLate},
		"the next has come":            {"2026-12-08 22:00", nil, count.OccurrenceMissed},
		"issued":                       {"2026-12-02 10:00", out(count.LogOpen, ""), count.OccurrenceIssued},
		"issued, and nobody ends it":   {"2026-12-20 10:00", out(count.LogOpen, ""), count.OccurrenceLate},
		"sealed within the week":       {"2026-12-20 10:00", out(count.LogSealed, "2026-12-05 10:00"), count.OccurrenceDone},
		"sealed later":                 {"2026-12-20 10:00", out(count.LogSealed, "2026-12-19 10:00"), count.OccurrenceLate},
		"cancelled, in time for other": {"2026-12-01 23:00", out(count.LogCancelled, ""), count.OccurrencePlanned},
		"cancelled":                    {"2026-12-30 10:00", out(count.LogCancelled, ""), count.OccurrenceMissed},
	} {
		list := p.Occurrences(at, at.Add(time.Hour), kuwait(c.now), c.out)
		if len(list) != 1 || list[0].State != c.want {
			t.Errorf("%s: %+v", name, list)
		}
	}
	list := p.Occurrences(at, at.AddDate(0, 0, 35), kuwait("2026-12-23 10:00"), out(count.LogSealed, "2026-12-05 10:00"))
	if got, want := count.Comply(list), (count.Compliance{Planned: 4, Done: 1, Late: 1, Missed: 2, Percent: 25}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// What was missed stays missed when the plan's times are changed.
func TestChangedTimesHideNothing(t *testing.T) {
	o := openOffice(t)
	p := o.save(sara, nightly())
	o.now = kuwait("2026-12-10 09:00")
	p.Recurrence.Start, p.Recurrence.Unit = "2026-12-30", count.EveryMon
	p = o.save(sara, p)
	if got, want := o.states(sara, "2026-11-01 00:00", "2027-02-01 00:00"),
		"12-01 22:00 missed, 12-08 22:00 late, 12-30 22:00 planned, 01-30 22:00 planned"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	o.now = kuwait("2027-01-05 09:00")
	_, err := o.svc.EndPlan(t.Context(), mona, p.ID, p.Version, "the cold store is closed")
	o.check(err)
	if got := o.states(sara, "2026-12-20 00:00", "2027-04-01 00:00"); got != "12-30 22:00 late" {
		t.Errorf("an ended plan asks for %s", got)
	}
	if _, err := o.svc.SavePlan(t.Context(), sara, p); !errors.Is(err, count.PlanChanged) {
		t.Errorf("changing what somebody else ended: %v", err)
	}
}

// Of two who change one version of a plan, one is told; whoever changes another plan is not in their way.
func TestNoChangeOfAPlanIsLost(t *testing.T) {
	o := openOffice(t)
	p, other := o.save(sara, nightly()), o.save(sara, nightly())
	var work sync.WaitGroup
	errs := make([]error, 6)
	for n := range errs {
		work.Go(func() {
			x := p
			x.Minutes = 60 + n
			_, errs[n] = o.svc.SavePlan(t.Context(), mona, x)
		})
	}
	work.Wait()
	changed := 0
	for _, err := range errs {
		if err == nil {
			changed++
		} else if !errors.Is(err, count.PlanChanged) {
			t.Error(err)
		}
	}
	now, err := o.svc.CountPlan(t.Context(), sara, p.ID)
	o.check(err)
	if changed != 1 || now.Version != 2 || len(now.History) != 2 || now.History[1].By != "mona" || now.Planner.ID != "mona" {
		t.Errorf("%d were taken; it is now %+v", changed, now)
	}
	other.Minutes = 30
	o.save(omar, other)
}

func TestPlansAreChecked(t *testing.T) {
	o := openOffice(t)
	for name, c := range map[string]struct {
		edit func(*count.CountPlan)
		want error
	}{
		"no name":              {func(p *count.CountPlan) { p.Name = stocktake.Name{} }, nil},
		"an unknown kind":      {func(p *count.CountPlan) { p.Kind = "weekly" }, count.PlanKindUnknown},
		"an unknown section":   {func(p *count.CountPlan) { p.Scope.Sections[0] = "attic" }, stocktake.Missing},
		"an unknown site":      {func(p *count.CountPlan) { p.Site = "moon" }, stocktake.Missing},
		"cycle, no frequency":  {func(p *count.CountPlan) { p.Kind = count.PlanCycle }, count.PlanFrequency},
		"cycle of nothing":     {func(p *count.CountPlan) { p.Kind, p.Cycle = count.PlanCycle, &count.Frequency{Random: 5} }, count.PlanFrequency},
		"spot without a list":  {func(p *count.CountPlan) { p.Kind = count.PlanSpot }, count.PlanSpotList},
		"a secret of no kind":  {func(p *count.CountPlan) { p.KnownTo = []stocktake.PersonID{"omar"} }, count.PlanKindUnknown},
		"no such day":          {func(p *count.CountPlan) { p.Recurrence.Start = "2026-02-30" }, count.RecurrenceWrong},
		"an end before":        {func(p *count.CountPlan) { p.Recurrence.End = "2026-11-30" }, count.RecurrenceWrong},
		"no window":            {func(p *count.CountPlan) { p.Minutes = 0 }, count.PlanWindow},
		"a tier of no role":    {func(p *count.CountPlan) { p.Tiers = []count.Tier{{Role: "king"}} }, nil},
		"another one's of old": {func(p *count.CountPlan) { p.ID = "nothing" }, stocktake.Missing},
	} {
		p := nightly()
		c.edit(&p)
		_, err := o.svc.SavePlan(t.Context(), sara, p)
		if err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	list, err := o.svc.CountPlans(t.Context(), sara)
	o.check(err)
	if len(list) > 0 {
		t.Errorf("%d plans were made", len(list))
	}
}

// An occurrence is issued once, by whoever presses first; after a cancellation again. Its session is what the plan says.
func TestAnOccurrenceIsIssuedOnce(t *testing.T) {
	o := openOffice(t)
	p := o.save(sara, nightly())
	at := kuwait("2026-12-01 22:00")
	var work sync.WaitGroup
	errs := make([]error, 6)
	for n := range errs {
		work.Go(func() { _, errs[n] = o.svc.IssueOccurrence(t.Context(), omar, p.ID, at) })
	}
	work.Wait()
	for _, err := range errs {
		if err != nil && !errors.Is(err, count.OccurrenceTaken) && !errors.Is(err, count.SessionOverlap) {
			t.Error(err)
		}
	}
	heads, err := o.db.Heads(t.Context(), society)
	o.check(err)
	if len(heads) != 1 {
		t.Fatalf("%d sessions were issued", len(heads))
	}
	v := o.view(sara, heads[0].Session)
	if v.Plan.Planned == nil || v.Plan.Planned.Plan != p.ID || !v.Plan.Planned.At.Equal(at) || v.Plan.Name != p.Name || v.Plan.Kind != count.Partial ||
		!v.Plan.Due.Equal(at.Add(5*time.Hour)) || !v.Plan.Blind || v.IssuedBy.Person != "omar" {
		t.Errorf("issued is %+v by %+v", v.Plan, v.IssuedBy)
	}
	if got := o.states(sara, "2026-12-01 00:00", "2026-12-02 00:00"); got != "12-01 22:00 issued" {
		t.Error(got)
	}
	_, err = o.svc.Cancel(t.Context(), mona, heads[0].Session, count.Because{Reason: "a drill"})
	o.check(err)
	again, err := o.svc.IssueOccurrence(t.Context(), omar, p.ID, at)
	o.check(err)
	if again == heads[0].Session {
		t.Error("the cancelled session was issued again")
	}
	for _, when := range []time.Time{at.Add(time.Second), at.AddDate(0, 0, 1)} {
		if _, err := o.svc.IssueOccurrence(t.Context(), omar, p.ID, when); !errors.Is(err, count.NoOccurrence) {
			t.Errorf("issuing what nobody planned: %v", err)
		}
	}
}

// The server issues at the time, once however often it looks, on behalf of the plan: nobody did, and the log says so; not before, not after the window, not what was cancelled.
func TestIssuedByTheServer(t *testing.T) {
	o := openOffice(t)
	p := nightly()
	p.Automatic = true
	p = o.save(sara, p)
	manual := nightly()
	manual.Scope.Sections[0] = "dry"
	o.save(sara, manual)
	who := func(_ context.Context, by stocktake.Person) (stocktake.Person, error) { return by, nil }
	due := func() []count.Issuing {
		t.Helper()
		list, err := o.svc.IssueDue(t.Context(), society, who)
		o.check(err)
		return list
	}
	o.now = kuwait("2026-12-01 21:59")
	if list := due(); len(list) > 0 {
		t.Fatalf("issued too early: %+v", list)
	}
	o.now = kuwait("2026-12-01 22:00")
	list := due()
	if len(list) != 1 || list[0].Err != nil || list[0].Plan.ID != p.ID {
		t.Fatalf("issued at the time: %+v", list)
	}
	if list := due(); len(list) > 0 {
		t.Fatalf("issued again: %+v", list)
	}
	v := o.view(mona, list[0].Session)
	if v.IssuedBy.Person != "" || !v.Plan.Planned.Automatic || v.Plan.Planned.Planner != "sara" || v.Plan.Planned.Version != 1 {
		t.Errorf("issued by %+v as %+v", v.IssuedBy, v.Plan.Planned)
	}
	o.now = kuwait("2026-12-08 22:10") // the last week's still runs
	for range 3 {
		if list = due(); len(list) != 1 || !errors.Is(list[0].Err, count.SessionOverlap) {
			t.Fatalf("issued beside the last: %+v", list)
		}
	}
	refusals := func(by stocktake.Person) []count.Refusal {
		t.Helper()
		list, err := o.svc.Refusals(t.Context(), by)
		o.check(err)
		return list
	}
	if list := refusals(omar); len(list) != 1 || list[0].Plan != p.ID || list[0].Key != count.SessionOverlap.Key || !list[0].At.Equal(kuwait("2026-12-08 22:00")) || list[0].Why.Arabic == "" {
		t.Fatalf("its planners are told %+v", list)
	}
	_, err := o.svc.Cancel(t.Context(), mona, v.Plan.Session, count.Because{Reason: "a drill"})
	o.check(err)
	if list = due(); len(list) != 1 || list[0].Err != nil {
		t.Fatalf("issued once the last is over: %+v", list)
	}
	if list := refusals(omar); len(list) > 0 {
		t.Fatalf("issued, and they are still told %+v", list)
	}
	_, err = o.svc.Cancel(t.Context(), mona, list[0].Session, count.Because{Reason: "a drill"})
	o.check(err)
	if list := due(); len(list) > 0 {
		t.Fatalf("what was cancelled is issued again: %+v", list)
	}
	o.now = kuwait("2026-12-16 03:01")
	if list := due(); len(list) > 0 {
		t.Fatalf("issued after its window: %+v", list)
	}
	o.now = kuwait("2026-12-22 22:00")
	gone := errors.New("gone")
	who = func(context.Context, stocktake.Person) (stocktake.Person, error) { return stocktake.Person{}, gone }
	if list := due(); len(list) != 1 || !errors.Is(list[0].Err, gone) {
		t.Fatalf("issued for somebody who has left: %+v", list)
	}
}

// A surprise is known to its planner and those whom it names; no reader tells anybody else, of the plan or of its times, until it is issued.
func TestASurpriseIsSecretUntilItIsIssued(t *testing.T) {
	o := openOffice(t)
	p := nightly()
	p.Kind, p.KnownTo, p.Name = count.PlanSurprise, []stocktake.PersonID{"omar"}, stocktake.Name{English: "Ambush"}
	p.Committee, p.Witness = []stocktake.PersonID{"jaber"}, "latifa"
	p = o.save(sara, p)
	at := kuwait("2026-12-01 22:00")
	strangers := []stocktake.Person{mona, person("jaber", stocktake.CommitteeMember), person("latifa", stocktake.Witness),
		person("faisal", stocktake.FinancialController), person("ali", stocktake.Counter)}
	told := func(by stocktake.Person) string {
		var said []any
		keep := func(x any, err error) {
			said = append(said, x)
			if err != nil {
				said = append(said, err.Error())
			}
		}
		ctx := t.Context()
		keep(o.svc.CountPlans(ctx, by))
		keep(o.svc.CountPlan(ctx, by, p.ID))
		keep(o.svc.Calendar(ctx, by, at.AddDate(-1, 0, 0), at.AddDate(1, 0, 0)))
		keep(o.svc.Outlook(ctx, by, count.CountPlan{ID: p.ID, Site: "central", Recurrence: p.Recurrence, Minutes: 60}))
		keep(o.svc.EndPlan(ctx, by, p.ID, 7, "a try"))
		keep(o.svc.SavePlan(ctx, by, count.CountPlan{ID: p.ID, Version: 7}))
		keep(o.svc.Sessions(ctx, by))
		keep(o.svc.Open(ctx, by.Society))
		b, err := json.Marshal(said)
		o.check(err)
		return strings.ReplaceAll(string(b), p.ID, "") // which they named themselves
	}
	for _, by := range strangers {
		if s := told(by); strings.Contains(s, "Ambush") || strings.Contains(s, "2026-12") || strings.Contains(s, "changed since") {
			t.Errorf("%s is told %s", by.ID, s)
		}
		if _, err := o.svc.IssueOccurrence(t.Context(), by, p.ID, at); !errors.Is(err, stocktake.Missing) && by.Is(stocktake.Manager) {
			t.Errorf("%s issues it: %v", by.ID, err)
		}
	}
	for _, by := range []stocktake.Person{sara, omar} {
		if !strings.Contains(told(by), "Ambush") {
			t.Errorf("%s is not told", by.ID)
		}
	}
	_, err := o.svc.IssueOccurrence(t.Context(), omar, p.ID, at)
	o.check(err)
	for _, by := range strangers[:4] {
		list, err := o.svc.Calendar(t.Context(), by, at.AddDate(-1, 0, 0), at.AddDate(1, 0, 0))
		o.check(err)
		if len(list) != 1 || list[0].State != count.OccurrenceIssued {
			t.Errorf("%s is told of %+v once one was issued", by.ID, list)
		}
	}
}

// Whoever saves a plan is its planner: what the server does for it then is for them, and a secret is kept by those who knew it.
func TestWhoSavesAPlanIsItsPlanner(t *testing.T) {
	o := openOffice(t)
	p := nightly()
	p.Kind, p.KnownTo, p.Automatic = count.PlanSurprise, []stocktake.PersonID{"omar"}, true
	p = o.save(sara, p)
	p.Minutes, p.KnownTo = 60, nil
	p = o.save(omar, p)
	if p.Planner.ID != "omar" || !slices.Equal(p.KnownTo, []stocktake.PersonID{"sara"}) {
		t.Fatalf("%+v known to %v", p.Planner, p.KnownTo)
	}
	o.now = kuwait("2026-12-01 22:00")
	list, err := o.svc.IssueDue(t.Context(), society, func(_ context.Context, by stocktake.Person) (stocktake.Person, error) {
		if by.ID == "sara" { // has left
			by.Roles = nil
		}
		return by, nil
	})
	o.check(err)
	if len(list) != 1 || list[0].Err != nil {
		t.Fatalf("%+v", list)
	}
}

// A secret whose last planner has left is told to managers, and to nobody else: else a count would never be made, and nobody would know.
func TestASecretThatNobodyCanKeepIsTheManagers(t *testing.T) {
	o := openOffice(t)
	p := nightly()
	p.Kind, p.KnownTo, p.Automatic = count.PlanSurprise, []stocktake.PersonID{"omar"}, true
	p = o.save(sara, p)
	gone := map[stocktake.PersonID]bool{"sara": true}
	var down error
	who := func(_ context.Context, by stocktake.Person) (stocktake.Person, error) {
		by.Roles = []stocktake.Role{stocktake.Supervisor}
		if gone[by.ID] {
			by.Roles = nil
		}
		return by, down
	}
	o.svc.Ask(who)
	known := func(by stocktake.Person) int {
		t.Helper()
		list, err := o.svc.CountPlans(t.Context(), by)
		o.check(err)
		dates, err := o.svc.Calendar(t.Context(), by, o.now, o.now.AddDate(0, 0, 7))
		o.check(err)
		if len(list) != len(dates) {
			t.Fatalf("%s knows %d plans and %d occurrences", by.ID, len(list), len(dates))
		}
		return len(list)
	}
	if known(mona) != 0 {
		t.Fatal("told while omar can plan")
	}
	gone["omar"] = true
	strangers := []stocktake.Person{person("zaid", stocktake.Supervisor), person("faisal", stocktake.FinancialController), person("jaber", stocktake.CommitteeMember)}
	for _, by := range strangers {
		if known(by) != 0 {
			t.Errorf("%s is told", by.ID)
		}
	}
	down = errors.New("the store does not answer")
	if known(mona) != 0 {
		t.Error("told though nobody knows whether they have left")
	}
	down = nil
	o.now = kuwait("2026-12-01 22:00")
	_, err := o.svc.IssueDue(t.Context(), society, who)
	o.check(err)
	refused, err := o.svc.Refusals(t.Context(), mona)
	o.check(err)
	if known(mona) != 1 || len(refused) != 1 {
		t.Fatalf("dead for ever: %+v", refused)
	}
	if list, err := o.svc.Refusals(t.Context(), strangers[0]); len(list) > 0 || err != nil {
		t.Errorf("a stranger is told %+v, %v", list, err)
	}
	now, err := o.svc.CountPlan(t.Context(), mona, p.ID)
	o.check(err)
	if !now.Orphan {
		t.Error("a manager is not told why they see it")
	}
	gone["mona"] = false
	if now = o.save(mona, now); now.Orphan || now.Planner.ID != "mona" {
		t.Fatalf("%+v", now)
	}
	if known(strangers[0]) != 0 || known(person("other", stocktake.Manager)) != 0 {
		t.Error("it is no secret again")
	}
}

// A plan that asks less than the policy is a manager's: a supervisor may issue it, and not make it theirs.
func TestALaxPlanIsAManagers(t *testing.T) {
	o := openOffice(t)
	_, err := o.svc.PublishPolicy(t.Context(), mona, usualPolicy())
	o.check(err)
	p := nightly()
	p.Tolerance = units(9)
	if _, err := o.svc.SavePlan(t.Context(), sara, p); !errors.Is(err, count.PlanTolerant) {
		t.Fatal(err)
	}
	p = o.save(mona, p)
	if _, err := o.svc.SavePlan(t.Context(), sara, p); !errors.Is(err, count.PlanTolerant) {
		t.Fatal(err)
	}
	_, err = o.svc.IssueOccurrence(t.Context(), sara, p.ID, kuwait("2026-12-01 22:00"))
	o.check(err)

	// The word was given beside that policy, and does not beat the next.
	next := usualPolicy()
	next.Number = 2
	_, err = o.svc.PublishPolicy(t.Context(), mona, next)
	o.check(err)
	p.Scope, p.Automatic = count.Scope{Sections: []stocktake.SectionID{"dry"}}, true
	p.Recurrence.Start = "2026-12-02"
	p = o.save(mona, p)
	next.Number = 3
	_, err = o.svc.PublishPolicy(t.Context(), mona, next)
	o.check(err)
	at := kuwait("2026-12-02 22:00")
	if _, err := o.svc.IssueOccurrence(t.Context(), sara, p.ID, at); !errors.Is(err, count.PlanTolerant) {
		t.Fatalf("beside a later policy: %v", err)
	}
	o.now = at
	due := func() error {
		t.Helper()
		list, err := o.svc.IssueDue(t.Context(), society, func(_ context.Context, by stocktake.Person) (stocktake.Person, error) { return by, nil })
		o.check(err)
		if len(list) != 1 {
			t.Fatalf("%+v", list)
		}
		return list[0].Err
	}
	if err := due(); !errors.Is(err, count.PlanTolerant) {
		t.Fatalf("by itself, beside a later policy: %v", err)
	}
	if told, err := o.svc.Refusals(t.Context(), sara); err != nil || len(told) != 1 || told[0].Key != "plan-tolerant" {
		t.Fatalf("%+v, %v", told, err)
	}
	p = o.save(mona, p)
	o.check(due())
	p.Tolerance = reconcile.Tolerance{}
	if p = o.save(mona, p); p.Allowed != nil {
		t.Error("a plan that leaves all to the policy needs no word")
	}
}

// Who takes over a secret that names as many as may be named is not refused for the one whom the server adds.
func TestASecretAtItsBoundIsTakenOver(t *testing.T) {
	o := openOffice(t)
	p := nightly()
	p.Kind, p.KnownTo = count.PlanSurprise, []stocktake.PersonID{"omar"}
	for n := range 49 {
		p.KnownTo = append(p.KnownTo, stocktake.PersonID("k"+strconv.Itoa(n)))
	}
	p = o.save(sara, p)
	p = o.save(omar, p)
	if len(p.KnownTo) != 51 || !slices.Contains(p.KnownTo, "sara") {
		t.Errorf("known to %d", len(p.KnownTo))
	}
}

// Whoever is not named for it neither sees plans nor changes them.
func TestPlansByRole(t *testing.T) {
	o := openOffice(t)
	p := o.save(sara, nightly())
	ctx := t.Context()
	for _, role := range roles {
		var held []stocktake.Role
		if role != "" {
			held = append(held, role)
		}
		by := person("zaid", held...)
		for name, c := range map[string]struct {
			may []stocktake.Role
			run func() error
		}{
			"list":     {lookers, func() error { _, err := o.svc.CountPlans(ctx, by); return err }},
			"look":     {lookers, func() error { _, err := o.svc.CountPlan(ctx, by, p.ID); return err }},
			"calendar": {lookers, func() error { _, err := o.svc.Calendar(ctx, by, o.now, o.now.AddDate(0, 1, 0)); return err }},
			"outlook":  {lookers, func() error { _, err := o.svc.Outlook(ctx, by, nightly()); return err }},
			"save":     {runners, func() error { _, err := o.svc.SavePlan(ctx, by, count.CountPlan{ID: "nothing"}); return err }},
			"end":      {runners, func() error { _, err := o.svc.EndPlan(ctx, by, "nothing", 1, "no"); return err }},
			"issue":    {runners, func() error { _, err := o.svc.IssueOccurrence(ctx, by, "nothing", o.now); return err }},
		} {
			if err := c.run(); errors.Is(err, stocktake.NotAllowed) == slices.Contains(c.may, role) {
				t.Errorf("%s as %q: %v", name, role, err)
			}
		}
	}
}
