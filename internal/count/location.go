package count

import (
	"slices"

	"jard/internal/stocktake"
)

// LocationState is how far one location is.
type LocationState struct {
	Location stocktake.LocationID `json:"location"`
	Section  stocktake.SectionID  `json:"section"`
	InScope  bool                 `json:"in_scope"`
	Status   string               `json:"status"` // not-started, counting, partial, given-up, set-aside, closed or disputed
	Passes   int                  `json:"passes"`
	SetAside string               `json:"set_aside,omitempty"`
	Lapsed   string               `json:"lapsed,omitempty"` // the reason for which it was set aside, before something came from there
	Digest   Digest               `json:"digest"`           // of what came from there

	uncounted bool
}

// Uncounted reports whether nobody has walked all of what is in scope there, or is on the way: it keeps the session open
// unless it is set aside.
func (l *LocationState) Uncounted() bool { return l.uncounted }

func (f *Fold) locations(v *View, spots []*spot) {
	disputed := map[stocktake.LocationID]bool{}
	for _, d := range v.Disputes {
		disputed[d.Location] = true
	}
	list := v.Locations // the last view's, if any: this one has the same as long as nothing there is different
	own := len(list) != len(spots)
	if own {
		list = make([]LocationState, len(spots))
	}
	for n, s := range spots {
		state := s.state
		if disputed[s.location.ID] {
			state.Status = "disputed"
		}
		if !own && state != list[n] {
			list, own = slices.Clone(list), true
		}
		if own {
			list[n] = state
		}
	}
	v.Locations = list
}

// locationState is how far a location is, but for disputes.
func (f *Fold) locationState(s *spot) LocationState {
	state := LocationState{
		Location: s.location.ID, Section: s.location.Section, InScope: s.inScope, Status: "not-started",
		SetAside: s.aside, Lapsed: s.lapsed, Digest: s.digest, uncounted: f.uncounted(s),
	}
	pending, dead := false, len(s.groups) > 0
	for _, g := range s.groups {
		state.Passes += len(g.passes)
		pending = pending || (!g.complete && !g.dead)
		dead = dead && g.dead
	}
	for _, t := range s.tasks {
		pending = pending || !t.done
	}
	switch {
	case !pending && f.walked(s, func(g *group) bool { return g.complete }):
		state.Status = "closed"
	case s.aside != "":
		state.Status = "set-aside"
	case dead:
		state.Status = "given-up" // every walk was abandoned and nobody goes on
	case len(s.groups) > 0 && !pending && !f.twice(s):
		state.Status = "partial" // walked for some items only
	case len(s.groups) > 0:
		state.Status = "counting"
	}
	return state
}

// walked reports whether those walks over a location that count for the question answer together for all that is in
// scope there.
func (f *Fold) walked(s *spot, counts func(*group) bool) bool {
	if f.answered(s, func(g *group) bool { return g.whole && counts(g) }) {
		return true
	}
	items := f.plan.Scope.Items
	return len(items) > 0 && len(s.groups) > 0 && !slices.ContainsFunc(items, func(item stocktake.ItemID) bool {
		return !f.answered(s, func(g *group) bool { return g.covers(item) && counts(g) })
	})
}

func (f *Fold) uncounted(s *spot) bool { return !f.walked(s, func(g *group) bool { return !g.dead }) }

// leaveOut applies the word that a location in scope is set aside. It holds as long as nothing comes from there and
// nobody has walked it after all.
func (f *Fold) leaveOut(s *spot, passes []*Pass) {
	d := newDigester("location").text(string(s.location.ID))
	for _, p := range passes { // in order: see groups
		d = d.text(string(p.Digest))
	}
	s.digest = d.sum()
	r, ok := f.leftOut[s.location.ID]
	switch {
	case !ok || !s.inScope:
	case r.word.Digest == s.digest && f.uncounted(s):
		s.aside = r.word.Reason
	default:
		s.lapsed = r.word.Reason
	}
}
