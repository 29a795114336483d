package count

import (
	"slices"

	"jard/internal/stocktake"
)

// history knows who counted what in which round, for the rule that the recounter is not the counter and the approver
// counted nothing on the sheet.
type history struct {
	observers map[lineKey]map[stocktake.PersonID]int // who met the item in the section → their first round of it
	walkers   map[stocktake.SectionID]map[stocktake.PersonID]bool
	asked     map[lineKey]map[stocktake.PersonID]bool // who walked for these items only
}

func (f *Fold) history(passes []*Pass) *history {
	h := &history{
		observers: map[lineKey]map[stocktake.PersonID]int{}, walkers: map[stocktake.SectionID]map[stocktake.PersonID]bool{},
		asked: map[lineKey]map[stocktake.PersonID]bool{},
	}
	for _, p := range passes {
		for item := range p.tally.items {
			k := lineKey{p.Section, item}
			if h.observers[k] == nil {
				h.observers[k] = make(map[stocktake.PersonID]int, 1)
			}
			if first, ok := h.observers[k][p.Person]; !ok || p.Round < first {
				h.observers[k][p.Person] = p.Round
			}
		}
		whole, items := f.asked(p)
		if whole {
			if h.walkers[p.Section] == nil {
				h.walkers[p.Section] = map[stocktake.PersonID]bool{}
			}
			h.walkers[p.Section][p.Person] = true
		}
		for _, item := range items {
			k := lineKey{p.Section, item}
			if h.asked[k] == nil {
				h.asked[k] = map[stocktake.PersonID]bool{}
			}
			h.asked[k][p.Person] = true
		}
	}
	return h
}

// counted lists everybody who counted the line, in any way: met it, or walked a part of its section and so said that
// there was none. None of them may approve it.
func (h *history) counted(line lineKey) []stocktake.PersonID {
	set := map[stocktake.PersonID]bool{}
	for p := range h.observers[line] {
		set[p] = true
	}
	for p := range h.walkers[line.section] {
		set[p] = true
	}
	for p := range h.asked[line] {
		set[p] = true
	}
	list := make([]stocktake.PersonID, 0, len(set))
	for p := range set {
		list = append(list, p)
	}
	slices.Sort(list)
	return list
}

// didCount reports whether one person is among counted.
func (h *history) didCount(line lineKey, who stocktake.PersonID) bool {
	_, met := h.observers[line][who]
	return met || h.walkers[line.section][who] || h.asked[line][who]
}

// offenders lists who in a recount had counted the line before: met the item in the section, or walked this location
// in an earlier round.
func (h *history) offenders(g *group, s *spot, item stocktake.ItemID) []stocktake.PersonID {
	if g.round == 1 {
		return nil
	}
	var list []stocktake.PersonID
	for _, p := range g.passes {
		first, met := h.observers[lineKey{s.location.Section, item}][p.Person]
		before := met && first < g.round
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
