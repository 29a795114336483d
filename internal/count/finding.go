package count

import (
	"cmp"
	"slices"

	"jard/internal/reconcile"
	"jard/internal/stocktake"
)

// Finding is what one pass found of an item, for people who ask why a line says what it says.
type Finding struct {
	*Pass
	Cells    []Cell             `json:"cells,omitempty"`
	Found    stocktake.Quantity `json:"found"`
	Interval reconcile.Interval `json:"interval"` // of the one entry that declared all of it; else the pass's own
	AllHere  bool               `json:"all_here,omitempty"`
	Adopted  bool               `json:"adopted,omitempty"`
	Notes    []string           `json:"notes,omitempty"`  // what its counter told of it
	Photos   []string           `json:"photos,omitempty"` // hashes of what the counter shows of it
}

// Findings lists what each pass found of a line's item in its section, by when it was found; passes that did not meet it are
// not named.
func (v *View) Findings(section stocktake.SectionID, item stocktake.ItemID) []Finding {
	if v.history.meeting(lineKey{section, item}) == nil {
		return nil
	}
	var adopted []Adopted
	if l := v.Line(section, item); l != nil {
		adopted = l.Adopted
	}
	var list []Finding
	for _, p := range v.Passes {
		t := p.tally.items[item]
		if p.Section != section || t == nil {
			continue
		}
		f := Finding{
			Pass: p, Cells: slices.Clone(t.cells), Found: total(t.cells), Interval: t.interval, AllHere: !t.interval.End.IsZero(),
			Notes: p.tally.notes[subject{item: item}], Photos: p.tally.photos[subject{item: item}],
		}
		if !f.AllHere {
			f.Interval = reconcile.Interval{Start: p.OpenedAt, End: p.ClosedAt}
		}
		f.Adopted = slices.ContainsFunc(adopted, func(a Adopted) bool {
			return a.Location == p.Location && slices.Contains(a.Passes, p.ID)
		})
		list = append(list, f)
	}
	slices.SortFunc(list, func(a, b Finding) int {
		return cmp.Or(a.Interval.Start.Compare(b.Interval.Start), cmp.Compare(a.ID, b.ID))
	})
	return list
}

// MayRecount reports whether a person may recount items at a location in a round: they met none of them in the section,
// and did not walk the location, in an earlier one.
func (v *View) MayRecount(who stocktake.PersonID, location stocktake.LocationID, items []stocktake.ItemID, round int) bool {
	return !v.Signs(who) && !v.hasCounted(Task{Location: location, Items: items, Person: who, Round: round})
}
