package count

import (
	"slices"

	"jard/internal/stocktake"
)

// Where a plan asks for it, every location needs two complete counts of round 1 by different people. A shared location is counted once: its
// walks are parts of one count, and nothing tells which of them would be the second.

// Twice reports whether a location is to be counted by two people.
func (v *View) Twice(id stocktake.LocationID) bool {
	return v.Plan.Double && !v.Material.index[id].Shared
}

func (f *Fold) twice(s *spot) bool { return f.plan.Double && !s.location.Shared }

// paired reports whether two of the walks have nobody in common. A second one by the same person is no second count.
func paired(groups []*group) bool {
	for n, a := range groups {
		for _, b := range groups[:n] {
			if !slices.ContainsFunc(a.passes, func(p *Pass) bool { return b.person(p.Person) }) {
				return true
			}
		}
	}
	return false
}

// answered reports whether there are as many walks at a spot as it needs, of those that count for a question.
func (f *Fold) answered(s *spot, counts func(*group) bool) bool {
	if !f.twice(s) {
		return slices.ContainsFunc(s.groups, counts)
	}
	var list []*group
	for _, g := range s.groups {
		if g.round == 1 && counts(g) {
			list = append(list, g)
		}
	}
	return paired(list)
}

// simplify notes that everything at a spot was walked whole in round 1, and by as many as it needs.
func (f *Fold) simplify(s *spot) {
	switch {
	case len(s.tests) > 0: // each item has to be looked at
	case len(s.groups) == 1 && !f.twice(s):
		s.simple = s.groups[0]
	case len(s.groups) == 2 && f.twice(s) && paired(s.groups):
		a, b := rival{groups: s.groups[:1]}, rival{groups: s.groups[1:]}
		s.simple, s.second = s.groups[0], s.groups[1]
		if b.later(&a, "") { // by when they were there, as for an item that neither met
			s.simple, s.second = s.second, s.simple
		}
	}
}

// meets is met; there may be no such walk.
func (g *group) meets(item stocktake.ItemID) bool { return g != nil && g.met(item) }

// checkDouble refuses to give one person both counts of a location.
func (v *View) checkDouble(a Assignment) error {
	if !v.Plan.Double {
		return nil
	}
	type given struct {
		at  stocktake.LocationID
		who stocktake.PersonID
	}
	has := map[given]bool{}
	for i := range v.Tasks {
		if t := &v.Tasks[i]; t.Round == 1 && !t.Test && !slices.Contains(a.Withdraw, t.ID) {
			has[given{t.Location, t.Person}] = true
		}
	}
	for _, t := range a.Tasks {
		k := given{t.Location, t.Person}
		if t.Round != 1 || t.Person == "" || len(t.Items) > 0 || !v.Twice(t.Location) {
			continue
		}
		if has[k] {
			return DoubleSame.New(string(t.Person), string(t.Location))
		}
		has[k] = true
	}
	return nil
}

// DoubleSame answers an assignment that would have one person count a location twice.
var DoubleSame = stocktake.NewReason(stocktake.Forbidden, "double-same",
	"%s has the count of %s already: the second must be somebody else's.",
	"سبق أن أُسند إلى %s عدّ %s: يجب أن يكون العدّ الثاني لشخص آخر.")
