package web

import (
	"jard/internal/result"
	"jard/internal/stocktake"
)

// recordChange is a line whose difference is another than in the document that was corrected. Nil: it had none there, or has none here.
type recordChange struct {
	In   stocktake.Name // the section
	Name stocktake.Name
	Item stocktake.ItemID
	Unit stocktake.Unit
	Was  *stocktake.Quantity
	Is   *stocktake.Quantity
}

// against sets a correction beside the document that it replaces.
func (r *record) against(before *result.Document) {
	r.Was = &before.Totals
	type key struct {
		section stocktake.SectionID
		item    stocktake.ItemID
	}
	was := map[key]*result.Line{}
	for i := range before.Lines {
		l := &before.Lines[i]
		was[key{l.Section, l.Item}] = l
	}
	for i := range r.Lines {
		l := &r.Lines[i]
		k := key{l.Section, l.Item}
		c := recordChange{In: r.SectionName(l.Section), Name: l.Name, Item: l.Item, Unit: l.Unit, Is: &l.Variance}
		if old := was[k]; old != nil {
			c.Was = &old.Variance
		}
		delete(was, k)
		if c.Was == nil || *c.Was != *c.Is {
			r.Changes = append(r.Changes, c)
		}
	}
	for i := range before.Lines {
		if l := &before.Lines[i]; was[key{l.Section, l.Item}] != nil {
			r.Changes = append(r.Changes, recordChange{In: before.SectionName(l.Section), Name: l.Name, Item: l.Item, Unit: l.Unit, Was: &l.Variance})
		}
	}
}
