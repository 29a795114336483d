package web

import (
	"context"
	"slices"
	"time"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// Places gives the sites and the catalogue that people plan with. The server fills it in.
type Places interface {
	Sites(ctx context.Context, by stocktake.Person) ([]stocktake.Site, error)
	Site(ctx context.Context, by stocktake.Person, id stocktake.SiteID) (stocktake.Site, stocktake.Hash, error)
	SaveSite(ctx context.Context, by stocktake.Person, site stocktake.Site, was stocktake.Hash) error
	Items(ctx context.Context, by stocktake.Person) ([]stocktake.Item, error)
}

var planners = []stocktake.Role{stocktake.Supervisor, stocktake.Manager}

func (k *console) planPages() []route {
	return []route{
		{path: "/sessions", roles: resultReaders, get: k.showSessions},
		{path: "/sessions/new", roles: planners, get: k.showNewSession, post: k.newSession},
		{path: "/sessions/:session/plan", roles: resultReaders, get: k.showPlan, post: k.changePlan},
		{path: "/sessions/:session/assign", roles: planners, get: k.showAssign, post: k.assign},
	}
}

// strip is a running session in one row.
type strip struct {
	count.SessionInfo
	Site     stocktake.Name
	View     *count.View // nil where it cannot be read
	Parts    []part
	Counters int           // people with an open pass
	Left     time.Duration // until it is due; negative when it is late
}

// part is a share of a session's locations, as a piece of a bar a hundred wide.
type part struct {
	Status   string
	N        int
	X, Width float64
}

// statuses in the order in which the bar draws them.
var locationStatuses = []string{"closed", "disputed", "partial", "given-up", "counting", "not-started"}

func partsOf(v *count.View) []part {
	total, by := 0, map[string]int{}
	for _, l := range v.Locations {
		if l.InScope {
			total++
			by[l.Status]++
		}
	}
	var parts []part
	x := 0.0
	for _, status := range locationStatuses {
		if n := by[status]; n > 0 {
			w := 100 * float64(n) / float64(total)
			parts = append(parts, part{status, n, x, w})
			x += w
		}
	}
	return parts
}

// over reports whether a session takes nothing any more.
func over(i count.SessionInfo) bool { return i.State == "sealed" || i.State == "cancelled" }

// strips gives the running sessions with their views, and the others.
func (k *console) strips(v *visit) (running []strip, rest []count.SessionInfo, err error) {
	ctx := v.Request().Context()
	list, err := k.Sessions.Sessions(ctx, v.by)
	if err != nil {
		return nil, nil, err
	}
	slices.SortStableFunc(list, func(a, b count.SessionInfo) int { return b.IssuedAt.Compare(a.IssuedAt) })
	sites, err := k.siteNames(v)
	if err != nil {
		return nil, nil, err
	}
	for _, i := range list {
		if over(i) {
			rest = append(rest, i)
			continue
		}
		s := strip{SessionInfo: i, Site: sites[i.Site]}
		if s.Site == (stocktake.Name{}) {
			s.Site = stocktake.Name{English: string(i.Site)}
		}
		if view, err := k.Sessions.View(ctx, v.by, i.Session); err == nil {
			s.View, s.Parts = view, partsOf(view)
			counting := map[stocktake.PersonID]bool{}
			for _, p := range view.Passes {
				if p.Status == count.PassIsOpen {
					counting[p.Person] = true
				}
			}
			s.Counters = len(counting)
		} else if ctx.Err() != nil {
			return nil, nil, err
		}
		if !i.Due.IsZero() {
			s.Left = i.Due.Sub(k.Now())
		}
		running = append(running, s)
	}
	return running, rest, nil
}

// siteNames is what sites are called, as far as is known.
func (k *console) siteNames(v *visit) (map[stocktake.SiteID]stocktake.Name, error) {
	names := map[stocktake.SiteID]stocktake.Name{}
	if k.Places == nil {
		return names, nil
	}
	sites, err := k.Places.Sites(v.Request().Context(), v.by)
	for _, s := range sites {
		names[s.ID] = s.Name
	}
	return names, err
}

// sessionsPage lists sessions.
type sessionsPage struct {
	Running []strip
	Over    []count.SessionInfo
	Sites   map[stocktake.SiteID]stocktake.Name
}

func (k *console) showSessions(v *visit) error {
	running, rest, err := k.strips(v)
	if err != nil {
		return err
	}
	sites, err := k.siteNames(v)
	if err != nil {
		return err
	}
	return v.show("sessions", frame{Title: "sessions.title", Nav: "sessions", Data: sessionsPage{running, rest, sites}})
}
