package count

import (
	"cmp"
	"maps"
	"slices"

	"jard/internal/reconcile"
	"jard/internal/stocktake"
)

// sectionState gathers what the lines of a section need.
type sectionState struct {
	whole       bool    // the scope holds every location of it
	aside       bool    // one of them was set aside: part of it was not looked at
	inScope     bool    // … or some
	list        []*spot // its spots, in the order of the site's plan
	tangled     []*spot // … but those with one simple walk
	spots       map[stocktake.LocationID]*spot
	looked      bool           // around was reckoned
	around      reconcile.Span // when its spots with one simple walk were observed
	provisional []string
	disputes    []Dispute
	settled     []Settled
}

// spots puts walks and tasks at their locations, in the order of the site's plan.
func (f *Fold) spots(byLocation map[stocktake.LocationID][]*Pass) ([]*spot, map[stocktake.SectionID]*sectionState) {
	sections := map[stocktake.SectionID]*sectionState{}
	tasks := map[stocktake.LocationID][]*TaskState{}
	for _, t := range f.tasks {
		if t.withdrawn {
			continue
		}
		state := &TaskState{Task: t.Task}
		if len(t.Items) > 0 {
			state.only = make(map[stocktake.ItemID]bool, len(t.Items))
			for _, i := range t.Items {
				state.only[i] = true
			}
		}
		tasks[t.Location] = append(tasks[t.Location], state)
	}
	for _, s := range f.material.Site.Sections {
		sections[s.ID] = f.newSection(s.ID)
	}
	for _, line := range f.material.Snapshot.Lines {
		if sections[line.Section] == nil { // the books know a section that the site's plan does not
			sections[line.Section] = f.newSection(line.Section)
		}
	}
	var list []*spot
	for _, location := range f.material.Site.Locations {
		here := tasks[location.ID]
		slices.SortFunc(here, func(a, b *TaskState) int { return cmp.Or(cmp.Compare(a.Round, b.Round), cmp.Compare(a.ID, b.ID)) })
		s := f.spot(location, len(list), byLocation[location.ID], here)
		sec := sections[location.Section]
		if sec == nil {
			sec = f.newSection(location.Section)
			sections[location.Section] = sec
		}
		sec.list = append(sec.list, s)
		list = append(list, s)
	}
	for _, sec := range sections {
		sec.gather()
	}
	return list, sections
}

// spot puts walks and tasks at one location.
func (f *Fold) spot(location stocktake.Location, order int, passes []*Pass, tasks []*TaskState) *spot {
	s := &spot{location: location, inScope: f.inScope(location.ID), passes: passes, tasks: tasks, order: order}
	if f.testing {
		f.setTests(s)
	} else {
		s.groups = f.groups(passes)
	}
	for _, p := range passes {
		p.spot = s
	}
	f.leaveOut(s, passes)
	idle := true
	for _, g := range s.groups {
		s.rounds = max(s.rounds, g.round)
	}
	for _, t := range s.tasks {
		s.rounds = max(s.rounds, t.Round)
		t.done = slices.ContainsFunc(s.groups, func(g *group) bool { return g.does(t) })
		idle = idle && t.done && t.only == nil
	}
	if idle && s.rounds == 1 && !slices.ContainsFunc(s.groups, func(g *group) bool { return !g.complete || !g.whole }) {
		f.simplify(s)
	}
	s.state = f.locationState(s)
	return s
}

// gather looks at the spots of a section again. What no location of it says holds as it was.
func (sec *sectionState) gather() {
	if len(sec.list) == 0 {
		return
	}
	sec.whole, sec.inScope, sec.aside, sec.tangled = true, false, false, nil
	for _, s := range sec.list {
		if s.simple == nil {
			sec.tangled = append(sec.tangled, s)
		}
		sec.spots[s.location.ID] = s
		sec.whole, sec.inScope = sec.whole && s.inScope, sec.inScope || s.inScope
		sec.aside = sec.aside || s.aside != ""
	}
	sec.looked = false
}

// newSection is a section as long as no location of it is known: its books are in scope with it.
func (f *Fold) newSection(id stocktake.SectionID) *sectionState {
	s := f.plan.Scope
	in := len(s.Sections)+len(s.Locations) == 0 || slices.Contains(s.Sections, id)
	return &sectionState{whole: in, inScope: in, spots: map[stocktake.LocationID]*spot{}}
}

// does reports whether the walk has finished the task: a pass taken for it, by the person asked for if one was.
func (g *group) does(t *TaskState) bool {
	return g.complete && slices.ContainsFunc(g.passes, func(p *Pass) bool {
		return p.Task == t.ID && (t.Person == "" || p.Person == t.Person)
	})
}

// blank reports whether nobody has finished a walk at a spot of the scope: for no item is it covered.
func (s *spot) blank() bool {
	return s.inScope && !slices.ContainsFunc(s.groups, func(g *group) bool { return g.complete })
}

// blankBeside reports whether another spot of the section is blank, so that no line of it can have a variance.
func (sec *sectionState) blankBeside(x *spot) bool {
	return slices.ContainsFunc(sec.list, func(s *spot) bool { return s.order != x.order && s.blank() })
}

// alike reports whether a group is to lines that nobody has met anew in it what it was.
func (g *group) alike(o *group) bool {
	return g.walks(o) && g.complete == o.complete && g.dead == o.dead
}

// walks reports whether a group is the same passes over the same.
func (g *group) walks(o *group) bool {
	return g.round == o.round && g.whole == o.whole && slices.Equal(g.ids, o.ids) && maps.Equal(g.items, o.items)
}

// markProvisional marks the sections whose figures may still change. What cannot be placed might belong to any.
func (f *Fold) markProvisional(v *View, sections map[stocktake.SectionID]*sectionState) {
	mark := func(id stocktake.SectionID, why string) {
		for name, sec := range sections {
			if (id == "" || id == name) && !slices.Contains(sec.provisional, why) {
				sec.provisional = append(sec.provisional, why)
			}
		}
	}
	for i := range v.Held {
		if h := &v.Held[i]; h.Open() {
			mark(f.locationIndex()[h.Location].Section, BlockHeld)
		}
	}
	for _, u := range v.Unknown {
		if u.Open() {
			for _, s := range u.counted {
				mark(s, BlockUnknown)
			}
		}
	}
	for _, p := range v.Passes {
		if p.Status == PassHasGap && !p.Test {
			mark(p.Section, BlockGap)
		}
	}
	for _, sec := range sections {
		slices.Sort(sec.provisional)
	}
}
