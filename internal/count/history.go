package count

import (
	"maps"
	"slices"

	"jard/internal/stocktake"
)

// history knows who counted what in which round, for the rule that the recounter is not the counter and the approver
// counted nothing on the sheet.
type history struct {
	observers map[lineKey]*meeting                                 // who met the item in the section
	since     map[lineKey]*meeting                                 // what holds instead of some of them; nil where nobody has met it after all
	walkers   map[stocktake.SectionID]map[stocktake.PersonID]int64 // since when
	asked     map[lineKey][]sighting                               // who walked for these items only
	testers   map[lineKey][]sighting                               // who tested these lines
}

// meeting is who met one item in a section, and at which spots, by their order.
type meeting struct {
	people []sighting
	spots  []int32
}

// sighting is somebody who met an item: in which round first, and when the first of those walks began.
type sighting struct {
	person stocktake.PersonID
	round  int
	since  int64 // Unix milliseconds
}

func (p *Pass) sighting() sighting { return sighting{p.Person, p.Round, p.OpenedAt.UnixMilli()} }

// with adds a sighting to a list, which is changed in place where its person stands in it.
func (x sighting) with(list []sighting) []sighting {
	if n := slices.IndexFunc(list, func(s sighting) bool { return s.person == x.person }); n >= 0 {
		list[n].round, list[n].since = min(list[n].round, x.round), min(list[n].since, x.since)
		return list
	}
	return append(list, x)
}

func (f *Fold) history(passes []*Pass, lines int) *history {
	h := &history{
		observers: make(map[lineKey]*meeting, lines), walkers: map[stocktake.SectionID]map[stocktake.PersonID]int64{},
		asked: map[lineKey][]sighting{},
	}
	for _, p := range passes {
		if p.Test {
			h.test(p)
			continue
		}
		for item := range p.tally.items {
			k := lineKey{p.Section, item}
			m := h.observers[k]
			if m == nil {
				m = &meeting{}
				h.observers[k] = m
			}
			m.add(p)
		}
		f.credit(h, p)
	}
	return h
}

func (m *meeting) add(p *Pass) {
	if at := int32(p.spot.order); !slices.Contains(m.spots, at) {
		m.spots = append(m.spots, at)
	}
	m.people = p.sighting().with(m.people)
}

// test notes the lines that a test was to look at, and those that it met besides.
func (h *history) test(p *Pass) {
	if h.testers == nil {
		h.testers = map[lineKey][]sighting{}
	}
	note := func(item stocktake.ItemID) {
		k := lineKey{p.Section, item}
		h.testers[k] = p.sighting().with(h.testers[k])
	}
	for _, item := range p.items {
		note(item)
	}
	for item := range p.tally.items {
		note(item)
	}
}

// credit notes what the pass was to answer for.
func (f *Fold) credit(h *history, p *Pass) {
	whole, items := f.asked(p)
	if whole {
		if h.walkers[p.Section] == nil {
			h.walkers[p.Section] = map[stocktake.PersonID]int64{}
		}
		since, walked := h.walkers[p.Section][p.Person]
		if at := p.OpenedAt.UnixMilli(); !walked || at < since {
			h.walkers[p.Section][p.Person] = at
		}
	}
	for _, item := range items {
		k := lineKey{p.Section, item}
		h.asked[k] = p.sighting().with(slices.Clone(h.asked[k])) // earlier views hold the list
	}
}

// meeting is who met the item in the section; nil where nobody did.
func (h *history) meeting(line lineKey) *meeting {
	if m, ok := h.since[line]; ok {
		return m
	}
	return h.observers[line]
}

// maxSince bounds what is copied with each view before it becomes one with the rest.
const maxSince = 2000

// next is a history that can be changed while this one is still looked at.
func (h *history) next(walks bool) *history {
	n := *h
	if len(h.since) > maxSince {
		n.observers, n.since = maps.Clone(h.observers), nil
		for k, m := range h.since {
			if n.observers[k] = m; m == nil {
				delete(n.observers, k)
			}
		}
	}
	if n.since = maps.Clone(n.since); n.since == nil {
		n.since = map[lineKey]*meeting{}
	}
	if walks {
		n.asked, n.walkers = maps.Clone(h.asked), maps.Clone(h.walkers)
		for id, people := range n.walkers {
			n.walkers[id] = maps.Clone(people)
		}
	}
	return &n
}

// met gives the round in which somebody first met the item in the section; tests are not asked.
func (h *history) met(line lineKey, who stocktake.PersonID) (first int, ok bool) {
	if m := h.meeting(line); m != nil {
		for _, s := range m.people {
			if s.person == who {
				return s.round, true
			}
		}
	}
	return 0, false
}

// tested gives the instant at which somebody first began to test the line.
func (h *history) tested(line lineKey, who stocktake.PersonID) (since int64, ok bool) {
	for _, s := range h.testers[line] {
		if s.person == who {
			return s.since, true
		}
	}
	return 0, false
}

// began gives the instant at which somebody first began to count the line, in any way but by testing it.
func (h *history) began(line lineKey, who stocktake.PersonID) (since int64, ok bool) {
	note := func(at int64) {
		if !ok || at < since {
			since, ok = at, true
		}
	}
	if m := h.meeting(line); m != nil {
		for _, s := range m.people {
			if s.person == who {
				note(s.since)
			}
		}
	}
	for _, s := range h.asked[line] {
		if s.person == who {
			note(s.since)
		}
	}
	if at, walked := h.walkers[line.section][who]; walked {
		note(at)
	}
	return since, ok
}

// persons lists who met the item in the section.
func (m *meeting) persons() []stocktake.PersonID {
	if m == nil {
		return nil
	}
	list := make([]stocktake.PersonID, 0, len(m.people))
	for _, s := range m.people {
		list = append(list, s.person)
	}
	slices.Sort(list)
	return list
}

// counted lists everybody who counted the line, in any way: met it, or walked a part of its section and so said that
// there was none. None of them may approve it.
func (h *history) counted(line lineKey) []stocktake.PersonID {
	list := h.meeting(line).persons()
	for p := range h.walkers[line.section] {
		list = append(list, p)
	}
	for _, s := range slices.Concat(h.asked[line], h.testers[line]) {
		list = append(list, s.person)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// didCount reports whether one person is among counted.
func (h *history) didCount(line lineKey, who stocktake.PersonID) bool {
	_, counted := h.began(line, who)
	_, tested := h.tested(line, who)
	return counted || tested
}

// offenders lists who in a recount had counted the line before: met the item in the section, or walked this location
// in an earlier round, or tested the line before the recount was begun: a test's round says only when it was ordered.
func (h *history) offenders(g *group, s *spot, item stocktake.ItemID) []stocktake.PersonID {
	if g.round == 1 {
		return nil
	}
	var list []stocktake.PersonID
	for _, p := range g.passes {
		line := lineKey{s.location.Section, item}
		first, met := h.met(line, p.Person)
		since, tested := h.tested(line, p.Person)
		before := met && first < g.round || tested && since < g.start.UnixMilli()
		for _, earlier := range s.groups {
			before = before || (earlier.round < g.round && earlier.covers(item) && earlier.person(p.Person))
		}
		if before && !slices.Contains(list, p.Person) {
			list = append(list, p.Person)
		}
	}
	return list
}

// barred reports whether the walk is a recount by somebody who had counted the line: it is kept and shown, and never
// adopted.
func (h *history) barred(g *group, s *spot, item stocktake.ItemID) bool {
	return g.round > 1 && len(h.offenders(g, s, item)) > 0
}
