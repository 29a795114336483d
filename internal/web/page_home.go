package web

import (
	"net/url"
	"slices"
	"strconv"
	"time"

	"jard/internal/count"
	"jard/internal/result"
	"jard/internal/stocktake"
)

// homePage says what needs who looks now, then what runs.
type homePage struct {
	Counter bool // who looks only counts, on a handheld
	Tasks   []task
	Running []strip
	First   bool // nothing was ever set up: say how to begin
}

// task is one thing that waits, with the place where it is done.
type task struct {
	Key     string // of the text; it takes N
	N       int
	Session stocktake.Name
	Link    string
	Tone    string // wrong, check or unknown
}

// silence is how long a device that has joined a running session may be quiet before it is somebody's business.
const silence = 30 * time.Minute

func (k *console) homePages() []route { return []route{{path: "/", get: k.showHome}} }

func (k *console) showHome(v *visit) error {
	p := homePage{Counter: !v.by.Is(watchers...)}
	if v.by.Is(resultReaders...) {
		running, rest, err := k.strips(v)
		if err != nil {
			return err
		}
		p.Running, p.First = running, len(running)+len(rest) == 0
		for _, s := range running {
			p.Tasks = append(p.Tasks, k.sessionTasks(v.by, s)...)
		}
		refused, err := k.refusedResults(v)
		if err != nil {
			return err
		}
		p.Tasks = append(p.Tasks, refused...)
		plans, err := k.planTasks(v)
		if err != nil {
			return err
		}
		p.Tasks = append(p.Tasks, plans...)
		late, err := k.Sessions.LateSessions(v.Request().Context(), v.by)
		if err != nil {
			return err
		}
		for _, x := range late {
			p.Tasks = append(p.Tasks, task{Key: "home.late", N: x.Events, Session: x.Name, Link: "/sessions/" + url.PathEscape(string(x.Session)) + "/after", Tone: "check"})
		}
	}
	return v.show("home", frame{Title: "home.title", Nav: "home", Data: p})
}

// sessionTasks is what waits in one running session.
func (k *console) sessionTasks(by stocktake.Person, s strip) []task {
	at := "/sessions/" + url.PathEscape(string(s.Session))
	if s.View == nil {
		return []task{{Key: "home.damaged", N: 1, Session: s.Name, Link: at, Tone: "wrong"}}
	}
	held, unknown, mine, lower, gaps, silent := 0, 0, 0, 0, 0, 0
	for i := range s.View.Held {
		if s.View.Held[i].Open() {
			held++
		}
	}
	for _, u := range s.View.Unknown {
		if u.Open() {
			unknown++
		}
	}
	tiers := sortedTiers(s.View.Plan.Tiers)
	for _, l := range s.View.Lines {
		if own, too := waitsFor(s.View, tiers, by, l); own {
			mine++
		} else if too {
			lower++
		}
	}
	for _, p := range s.View.Passes {
		if p.Status == count.PassHasGap {
			gaps++
		}
	}
	if k.Presence != nil {
		there := k.Presence.Present(by.Society)
		for _, x := range s.View.Streams {
			if c := there[x.Device]; x.Awaited && !c.Online && !c.Seen.IsZero() && k.Now().Sub(c.Seen) > silence {
				silent++
			}
		}
	}
	var tasks []task
	for _, t := range []task{
		{Key: "home.disputes", N: len(s.View.Disputes), Link: at + "/disputes", Tone: "check"},
		{Key: "home.held", N: held, Link: at + "/quarantine", Tone: "unknown"},
		{Key: "home.unknown", N: unknown, Link: at + "/codes", Tone: "unknown"},
		{Key: "home.gaps", N: gaps, Link: at + "/passes", Tone: "check"},
		{Key: "home.approve", N: mine, Link: at + "/sheet", Tone: "check"},
		{Key: "home.approve-too", N: lower, Link: at + "/sheet", Tone: "check"},
		{Key: "home.silent", N: silent, Link: "/devices", Tone: "wrong"},
	} {
		if t.N > 0 {
			t.Session = s.Name
			tasks = append(tasks, t)
		}
	}
	return tasks
}

// planTasks are, for managers, a policy by which nothing can be issued; and the plans whose count was to be issued by itself and was not, and those whose planners are all gone: for who can do something
// about it.
func (k *console) planTasks(v *visit) (tasks []task, err error) {
	if !v.by.Is(planners...) {
		return nil, nil
	}
	if v.by.Is(stocktake.Manager) {
		p, err := k.Sessions.Policy(v.Request().Context(), v.by)
		if err != nil {
			return nil, err
		}
		if p != nil {
			if _, some := p.Unreached(); some {
				tasks = append(tasks, task{Key: "home.policy-unreached", N: 1, Session: p.Name, Link: "/policy", Tone: "wrong"})
			}
		}
	}
	plans, err := k.Sessions.CountPlans(v.Request().Context(), v.by)
	if err != nil {
		return nil, err
	}
	refused, err := k.Sessions.Refusals(v.Request().Context(), v.by)
	if err != nil {
		return nil, err
	}
	for n := range plans {
		p := &plans[n]
		at := "/plans/" + url.PathEscape(p.ID)
		if p.Orphan {
			tasks = append(tasks, task{Key: "home.plan-orphan", N: 1, Session: p.Name, Link: at, Tone: "wrong"})
		}
		if slices.ContainsFunc(refused, func(r count.Refusal) bool { return r.Plan == p.ID }) {
			tasks = append(tasks, task{Key: "home.plan-refused", N: 1, Session: p.Name, Link: at, Tone: "wrong"})
		}
	}
	return tasks, nil
}

// refusedResults are the sealed documents that the ministry has refused.
func (k *console) refusedResults(v *visit) ([]task, error) {
	if k.Results == nil {
		return nil, nil
	}
	var tasks []task
	from := result.Ref{Series: 1, Number: 1}
	for {
		list, err := k.Results.Results(v.Request().Context(), v.by, from, maxPage)
		if err != nil {
			return nil, err
		}
		for _, r := range list {
			if r.Verdict == "refused" {
				at := "/results/" + strconv.FormatUint(r.Series, 10) + "/" + strconv.FormatUint(r.Number, 10)
				tasks = append(tasks, task{Key: "home.refused", N: int(r.Number), Link: at, Tone: "wrong"})
			}
		}
		if len(list) < maxPage {
			return tasks, nil
		}
		last := list[len(list)-1]
		from = result.Ref{Series: last.Series, Number: last.Number + 1}
	}
}
