package count

import (
	"cmp"
	"slices"
	"time"

	"jard/internal/stocktake"
)

// OccurrenceState is where one occurrence of a plan stands. It is derived from the time and from its session, never set.
type OccurrenceState string

// The states of an occurrence.
const (
	OccurrencePlanned OccurrenceState = "planned" // not issued, and its window is not over
	OccurrenceIssued  OccurrenceState = "issued"  // its session runs, and its window is not over
	OccurrenceDone    OccurrenceState = "done"    // its session was sealed in time: within a week after its window
	OccurrenceLate    OccurrenceState = "late"    // it runs on, was sealed later, or was not issued though its window is over
	OccurrenceMissed  OccurrenceState = "missed"  // never issued, and the next one has come, or a month has gone by
)

// Time that a count may take.
const (
	sealWithin = 7 * 24 * time.Hour // after its window: recounts and approvals take days
	issueUntil = 30 * 24 * time.Hour
)

// Occurrence is one time that a plan asks for.
type Occurrence struct {
	Plan    string              `json:"plan"`
	Name    stocktake.Name      `json:"name"`
	Kind    PlanKind            `json:"kind"`
	Site    stocktake.SiteID    `json:"site"`
	At      time.Time           `json:"at"`
	Until   time.Time           `json:"until"` // the window's end
	State   OccurrenceState     `json:"state"`
	Session stocktake.SessionID `json:"session,omitempty"` // where it was issued
	Sealed  time.Time           `json:"sealed,omitzero"`
}

// Outcome is what became of one occurrence's session.
type Outcome struct {
	Planned   Planned
	Session   stocktake.SessionID
	State     LogState
	Sealed    time.Time
	Cancelled int // sessions of the same occurrence that were cancelled before
}

// Compliance is how far a plan was kept to, over those occurrences whose window is over or that were issued.
type Compliance struct {
	Planned int `json:"planned"`
	Done    int `json:"done"`
	Late    int `json:"late"`
	Missed  int `json:"missed"`
	Open    int `json:"open"`    // issued, and in time so far
	Percent int `json:"percent"` // done of planned without the open ones; 100 where there are none
}

// Occurrences gives a plan's occurrences that begin in [from, to), with their states at now. Outcomes are of its sessions, by the
// second at which their occurrence begins.
func (p *CountPlan) Occurrences(from, to, now time.Time, outcomes map[int64]Outcome) []Occurrence {
	var list []Occurrence
	seen := map[int64]bool{}
	add := func(at time.Time, minutes int) {
		if !seen[at.Unix()] {
			seen[at.Unix()] = true
			list = append(list, Occurrence{Plan: p.ID, Name: p.Name, Kind: p.Kind, Site: p.Site, At: at, Until: at.Add(time.Duration(minutes) * time.Minute)})
		}
	}
	since := time.Time{}
	// One more behind the range tells whether the last in it was missed.
	eras := append(slices.Clone(p.Earlier), Era{p.Recurrence, p.Minutes, to.AddDate(2, 0, 0)})
	for n := range eras {
		e := &eras[n]
		end := earlier(e.Until, p.EndedAt)
		for _, at := range e.Recurrence.Times(later(from, since), end) {
			if add(at, e.Minutes); !at.Before(to) {
				break
			}
		}
		since = e.Until
	}
	for _, o := range outcomes { // whatever its times are now
		if o.State != LogCancelled && !o.Planned.At.Before(from) && o.Planned.At.Before(to) {
			add(o.Planned.At.UTC(), p.Minutes)
		}
	}
	slices.SortFunc(list, func(a, b Occurrence) int { return a.At.Compare(b.At) })
	for n := range list {
		next := list[n].Until.Add(issueUntil)
		if n+1 < len(list) {
			next = earlier(next, later(list[n].Until, list[n+1].At))
		}
		list[n].judge(now, next, outcomes[list[n].At.Unix()])
	}
	return slices.DeleteFunc(list, func(o Occurrence) bool { return !o.At.Before(to) })
}

// judge says where an occurrence stands; after next it is too late to issue it.
func (o *Occurrence) judge(now, next time.Time, x Outcome) {
	issued := x.Session != "" && x.State != LogCancelled
	if issued {
		o.Session = x.Session
	}
	deadline := o.Until.Add(sealWithin)
	switch {
	case issued && x.State == LogSealed:
		o.Sealed, o.State = x.Sealed, OccurrenceDone
		if x.Sealed.After(deadline) {
			o.State = OccurrenceLate
		}
	case issued && now.After(deadline):
		o.State = OccurrenceLate
	case issued:
		o.State = OccurrenceIssued
	case now.Before(o.Until):
		o.State = OccurrencePlanned
	case now.Before(next):
		o.State = OccurrenceLate
	default:
		o.State = OccurrenceMissed
	}
}

// Comply counts occurrences by their states; those that are still to come do not count.
func Comply(list []Occurrence) (c Compliance) {
	for n := range list {
		c.Planned++
		switch list[n].State {
		case OccurrencePlanned:
			c.Planned--
		case OccurrenceIssued:
			c.Open++
		case OccurrenceDone:
			c.Done++
		case OccurrenceLate:
			c.Late++
		case OccurrenceMissed:
			c.Missed++
		}
	}
	c.Percent = 100
	if judged := c.Planned - c.Open; judged > 0 {
		c.Percent = 100 * c.Done / judged
	}
	return c
}

func (o *Occurrence) compare(x Occurrence) int {
	return cmp.Or(o.At.Compare(x.At), cmp.Compare(o.Plan, x.Plan))
}

// earlier is the earlier of two instants; an instant that is none does not count.
func earlier(a, b time.Time) time.Time {
	if b.IsZero() || !a.IsZero() && a.Before(b) {
		return a
	}
	return b
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
