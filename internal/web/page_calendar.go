package web

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"

	"jard/internal/count"
	"jard/internal/reconcile"
	"jard/internal/stocktake"
)

func (k *console) calendarPages() []route {
	return []route{
		{path: "/plans", roles: resultReaders, get: k.showCalendar},
		{path: "/plans/new", roles: planners, get: k.showNewPlan, post: k.newPlan},
		{path: "/plans/:plan", roles: resultReaders, get: k.showCountPlan, post: k.changeCountPlan},
		{path: "/plans/:plan/edit", roles: planners, get: k.showEditPlan, post: k.editPlan},
	}
}

// calendarPage is a month of all plans' occurrences.
type calendarPage struct {
	Month      time.Time // its first day, in Kuwait
	Before     string    // the months beside it
	After      string
	Weeks      [][]calendarDay
	List       []count.Occurrence // of the month
	Plans      []count.CountPlan
	Sites      map[stocktake.SiteID]stocktake.Name
	Year       int
	Compliance count.Compliance // of the year so far

	now time.Time
}

// States are those that an occurrence may be in, for the key of the colours.
func (p calendarPage) States() []count.OccurrenceState {
	return []count.OccurrenceState{count.OccurrencePlanned, count.OccurrenceIssued, count.OccurrenceDone, count.OccurrenceLate, count.OccurrenceMissed}
}

// calendarDay is a field of the grid.
type calendarDay struct {
	Number  int
	Date    string
	Outside bool // of another month
	Weekend bool // Friday or Saturday
	Today   bool
	List    []count.Occurrence
}

// MonthName is the key of a month's name.
func (p calendarPage) MonthName() string { return "time.month-" + strconv.Itoa(int(p.Month.Month())) }

// DayNames are the keys of the days of the week, Sunday first.
func (p calendarPage) DayNames() []string {
	names := make([]string, 7)
	for n := range names {
		names[n] = "calendar.day-" + strconv.Itoa(n)
	}
	return names
}

// Next is when a plan is due next; zero for never.
func (p calendarPage) Next(plan count.CountPlan) time.Time {
	if times := plan.Recurrence.Times(p.now, p.now.AddDate(2, 0, 0)); len(times) > 0 {
		return times[0]
	}
	return time.Time{}
}

func (k *console) showCalendar(v *visit) error {
	now := k.Now().In(kuwait)
	month := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, kuwait)
	if s := v.QueryParam("month"); s != "" {
		at, err := time.ParseInLocation("2006-01", latin(s), kuwait)
		if err != nil || at.Year() < 2000 || at.Year() > 2200 {
			return QueryWrong.New("month")
		}
		month = at
	}
	ctx := v.Request().Context()
	p := calendarPage{Month: month, Before: month.AddDate(0, -1, 0).Format("2006-01"), After: month.AddDate(0, 1, 0).Format("2006-01"), Year: month.Year(), now: now}
	first := month.AddDate(0, 0, -int(month.Weekday())) // the week begins on Sunday
	end := month.AddDate(0, 1, 0)
	for end.Weekday() != time.Sunday {
		end = end.AddDate(0, 0, 1)
	}
	list, err := k.Sessions.Calendar(ctx, v.by, first, end)
	if err != nil {
		return err
	}
	for at := first; at.Before(end); at = at.AddDate(0, 0, 1) {
		d := calendarDay{Number: at.Day(), Date: at.Format(time.DateOnly), Outside: at.Month() != month.Month(),
			Weekend: at.Weekday() == time.Friday || at.Weekday() == time.Saturday, Today: at.Format(time.DateOnly) == now.Format(time.DateOnly)}
		for _, o := range list {
			if o.At.In(kuwait).Format(time.DateOnly) == d.Date {
				d.List = append(d.List, o)
				if !d.Outside {
					p.List = append(p.List, o)
				}
			}
		}
		if at.Weekday() == time.Sunday {
			p.Weeks = append(p.Weeks, nil)
		}
		p.Weeks[len(p.Weeks)-1] = append(p.Weeks[len(p.Weeks)-1], d)
	}
	year := time.Date(month.Year(), 1, 1, 0, 0, 0, 0, kuwait)
	whole, err := k.Sessions.Calendar(ctx, v.by, year, year.AddDate(1, 0, 0))
	if err != nil {
		return err
	}
	p.Compliance = count.Comply(whole)
	if p.Plans, err = k.Sessions.CountPlans(ctx, v.by); err != nil {
		return err
	}
	if p.Sites, err = k.siteNames(v); err != nil {
		return err
	}
	return v.show("plans", frame{Title: "plans.title", Nav: "plans", Data: p})
}

// countPlanPage is one plan with what is to be expected of it.
type countPlanPage struct {
	count.CountPlan
	Site      stocktake.Site
	Names     roll
	Past      []count.Occurrence // the last ones, newest first
	Coming    []count.Occurrence // the next ones
	Keeping   count.Compliance   // over the year before
	Outlook   count.Outlook
	NoOutlook bool // the site has no books to look at
	May       bool // change and issue
	Bars      []hourBar
	Picked    places
	Refusals  []count.Refusal // occurrences that were to be issued by themselves and were not

	now time.Time
}

// HasTolerance and Judges say whether the plan sets tolerances, or anything by which variances are judged, of its own.
func (p countPlanPage) HasTolerance() bool { return p.Tolerance != (reconcile.Tolerance{}) }
func (p countPlanPage) Judges() bool       { return p.HasTolerance() || len(p.Exceptions)+len(p.Tiers) > 0 }

// issueAhead is how long before its time the console offers to issue a count: so that its locations can be assigned.
const issueAhead = 7 * 24 * time.Hour

// hourBar is one hour of the day in the picture of the feed.
type hourBar struct {
	Hour, Movements int
	X, Y, Height    int
	Named           bool // written under it
	Window          bool // of the plan
	Quiet           bool // of what is recommended
}

// Window is how long the counting window is.
func (p countPlanPage) Window() time.Duration { return time.Duration(p.Minutes) * time.Minute }

// Takes is how long one person would count.
func (p countPlanPage) Takes() time.Duration {
	return time.Duration(p.Outlook.Workload.Minutes) * time.Minute
}

// Person is what somebody is called.
func (p countPlanPage) Person(id stocktake.PersonID) stocktake.Name {
	return p.Names.name(id)
}

// Better reports whether another window is much quieter than the plan's.
func (p countPlanPage) Better() bool {
	return p.Outlook.Quietest.Hour != p.Outlook.Planned.Hour && 2*p.Outlook.Quietest.Movements < p.Outlook.Planned.Movements
}

// Clock is an hour of the day.
func (p countPlanPage) Clock(hour int) string { return fmt.Sprintf("%02d:00", (hour+48)%24) }

// Ends is when a window that begins at an hour is over.
func (p countPlanPage) Ends(hour, minutes int) string {
	return fmt.Sprintf("%02d:%02d", (hour+minutes/60)%24, minutes%60)
}

// Share is so many of a thousand as a percentage.
func (p countPlanPage) Share(n int) string { return fmt.Sprintf("%d.%d", n/10, n%10) }

// PerHour is a sum over days as a mean with one decimal.
func (p countPlanPage) PerHour(n int) string {
	if p.Outlook.Hours.Days == 0 {
		return "0"
	}
	tenths := 10 * n / p.Outlook.Hours.Days
	return fmt.Sprintf("%d.%d", tenths/10, tenths%10)
}

// Rows are the occurrences that are listed: what is to come, and what was.
func (p countPlanPage) Rows() (rows []occurrenceRow) {
	for _, o := range slices.Concat(p.Coming, p.Past) {
		rows = append(rows, occurrenceRow{o, p.mayIssue(o)})
	}
	return rows
}

// mayIssue reports whether an occurrence can still be issued by hand.
func (p countPlanPage) mayIssue(o count.Occurrence) bool {
	return p.May && p.EndedAt.IsZero() && o.Session == "" && o.State != count.OccurrenceMissed && o.At.Before(p.now.Add(issueAhead))
}

func (k *console) showCountPlan(v *visit) error {
	p, err := k.countPlanPage(v)
	if err != nil {
		return err
	}
	return v.show("count-plan", frame{Title: "plans.one", Nav: "plans", Data: p, Form: v.newForm()})
}

func (k *console) countPlanPage(v *visit) (*countPlanPage, error) {
	plan, err := k.planAt(v, v.by)
	if err != nil {
		return nil, err
	}
	if k.Places == nil {
		return nil, NotOffered.New()
	}
	ctx, now := v.Request().Context(), k.Now()
	p := &countPlanPage{CountPlan: plan, May: v.by.Is(planners...), now: now}
	sites, err := k.Places.Sites(ctx, v.by)
	if err != nil {
		return nil, err
	}
	for _, s := range sites {
		if s.ID == plan.Site {
			p.Site = s
		}
	}
	p.Picked = scopePlaces(&plan.Scope, &p.Site)
	if p.Names, err = v.roll(); err != nil {
		return nil, err
	}
	refused, err := k.Sessions.Refusals(ctx, v.by)
	if err != nil {
		return nil, err
	}
	p.Refusals = slices.DeleteFunc(refused, func(r count.Refusal) bool { return r.Plan != plan.ID })
	list, err := k.Sessions.Calendar(ctx, v.by, now.AddDate(-1, 0, 0), now.AddDate(1, 0, 1))
	if err != nil {
		return nil, err
	}
	for _, o := range list {
		switch {
		case o.Plan != plan.ID:
		case o.At.After(now) && o.Session == "":
			p.Coming = append(p.Coming, o)
		default:
			p.Past = append(p.Past, o)
		}
	}
	p.Keeping = count.Comply(p.Past)
	slices.Reverse(p.Past)
	p.Past, p.Coming = p.Past[:min(len(p.Past), 12)], p.Coming[:min(len(p.Coming), 6)]
	if p.Outlook, err = k.Sessions.Outlook(ctx, v.by, plan); err != nil {
		return nil, err
	}
	p.NoOutlook = p.Outlook.Workload.Lines == 0
	p.Bars = barsOf(&p.Outlook, plan.Minutes)
	return p, nil
}

// occurrenceRow is one occurrence in a plan's list.
type occurrenceRow struct {
	count.Occurrence
	May bool
}

// Stamp is its beginning as a form carries it.
func (r occurrenceRow) Stamp() string { return r.At.UTC().Format(time.RFC3339) }

func barsOf(o *count.Outlook, minutes int) []hourBar {
	if len(o.Practices) == 0 {
		return nil
	}
	const high = 96
	most := slices.Max(o.Hours.ByHour[:])
	bars := make([]hourBar, 24)
	for n := range bars {
		height := (o.Hours.ByHour[n]*high + most - 1) / most
		bars[n] = hourBar{Hour: n, Movements: o.Hours.ByHour[n], X: n * 24, Y: high - height, Height: height, Named: n%3 == 0}
	}
	for n := range min((minutes+59)/60, 24) {
		bars[(o.Planned.Hour+n)%24].Window = true
		bars[(o.Quietest.Hour+n)%24].Quiet = true
	}
	return bars
}

func (k *console) changeCountPlan(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	plan, err := k.planAt(v, v.by)
	if err != nil {
		return err
	}
	ctx, here := v.Request().Context(), "/plans/"+url.PathEscape(plan.ID)
	switch f.Get("do") {
	case "issue":
		at, err := readMoment(f.Get("at"))
		if err != nil {
			return FormMalformed.New()
		}
		session, err := k.Sessions.IssueOccurrence(ctx, v.by, plan.ID, at)
		if err == nil {
			return v.done("/sessions/"+url.PathEscape(string(session))+"/assign", "done.session-issued")
		}
		if err := f.blame(err); err != nil {
			return err
		}
	case "end":
		version, err := strconv.Atoi(f.Get("version"))
		if err != nil {
			return FormMalformed.New()
		}
		if reason := f.need("end-reason"); reason != "" {
			_, err := k.Sessions.EndPlan(ctx, v.by, plan.ID, version, reason)
			if err == nil {
				return v.done(here, "done.plan-ended")
			}
			if err := f.blame(err, "reason-needed", "end-reason"); err != nil {
				return err
			}
		}
	default:
		return FormMalformed.New()
	}
	p, err := k.countPlanPage(v)
	if err != nil {
		return err
	}
	return v.again("count-plan", frame{Title: "plans.one", Nav: "plans", Data: p, Form: f})
}
