package count

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"jard/internal/stocktake"
)

// RoundRow is an item at a location with all that was ever counted of it there, round beside round. It is for those who may see a view:
// a recount is told none of it.
type RoundRow struct {
	Section  stocktake.SectionID  `json:"section"`
	Location stocktake.LocationID `json:"location"`
	Item     stocktake.ItemID     `json:"item"`
	Counts   []RoundCount         `json:"counts"` // by round and by when they were made
}

// RoundCount is what one pass says of the item: what it found, or that it answers for it and found none.
type RoundCount struct {
	Round    int                `json:"round"`
	Pass     stocktake.PassID   `json:"pass"`
	Person   stocktake.PersonID `json:"person"`
	Status   PassStatus         `json:"status"`
	At       time.Time          `json:"at"` // when it was looked at last
	Quantity stocktake.Quantity `json:"quantity"`
	Met      bool               `json:"met"` // entered by its counter; else the walk did not meet it
	Adopted  bool               `json:"adopted"`
	Test     bool               `json:"test,omitempty"`
}

// RoundsOf puts the rounds of a line side by side, in the order of the site's plan.
func (v *View) RoundsOf(section stocktake.SectionID, item stocktake.ItemID) []RoundRow {
	var list []RoundRow
	for _, at := range v.Locations {
		if at.Section == section {
			if row, ok := v.roundsAt(at.Location, section, item); ok {
				list = append(list, row)
			}
		}
	}
	return list
}

// AllRounds puts the rounds side by side of every item at every location of which more than one pass says something.
func (v *View) AllRounds() []RoundRow {
	var list []RoundRow
	for _, at := range v.Locations {
		passes := v.passesAt(at.Location)
		if len(passes) < 2 {
			continue
		}
		items := map[stocktake.ItemID]bool{}
		for _, p := range passes {
			for item := range p.tally.items {
				items[item] = true
			}
		}
		for _, item := range slices.Sorted(maps.Keys(items)) {
			if row, _ := v.roundsAt(at.Location, at.Section, item); len(row.Counts) > 1 {
				list = append(list, row)
			}
		}
	}
	return list
}

// roundsAt is one row; there is none where nobody met the item.
func (v *View) roundsAt(at stocktake.LocationID, section stocktake.SectionID, item stocktake.ItemID) (RoundRow, bool) {
	row := RoundRow{Section: section, Location: at, Item: item}
	l, anybody := v.Line(section, item), false
	for _, p := range v.passesAt(at) {
		m := p.tally.items[item]
		if m == nil && (!p.counts() || !p.whole && !slices.Contains(p.items, item)) {
			continue
		}
		c := RoundCount{Round: p.Round, Pass: p.ID, Person: p.Person, Status: p.Status, At: p.ClosedAt, Test: p.Test}
		if m != nil {
			c.Met, c.Quantity, anybody = true, total(m.cells), true
			if !m.interval.End.IsZero() {
				c.At = m.interval.End
			}
		}
		c.Adopted = l != nil && slices.ContainsFunc(l.Adopted, func(a Adopted) bool { return a.Location == at && slices.Contains(a.Passes, p.ID) })
		row.Counts = append(row.Counts, c)
	}
	slices.SortStableFunc(row.Counts, func(a, b RoundCount) int {
		return cmp.Or(cmp.Compare(a.Round, b.Round), a.At.Compare(b.At), cmp.Compare(a.Pass, b.Pass))
	})
	return row, anybody
}
