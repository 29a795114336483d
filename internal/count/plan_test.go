package count_test

import (
	"testing"

	"jard/internal/count"
	"jard/internal/reconcile"
	"jard/internal/stocktake"
)

// An item's own tolerance comes before its category's, and that before the usual one.
func TestExceptionsToTheTolerance(t *testing.T) {
	most := func(units int64) reconcile.Tolerance {
		q := stocktake.Quantity(units * 1000)
		return reconcile.Tolerance{Quantity: &q}
	}
	s := write(t, func(p *count.Plan, m *count.Material) {
		for _, id := range []stocktake.ItemID{"milk", "eggs"} {
			item := m.Items[id]
			item.Category = "fresh"
			m.Items[id] = item
		}
		p.Exceptions = []count.Exception{
			{Category: "fresh", Tolerance: most(3)}, {Items: []stocktake.ItemID{"eggs"}, Tolerance: most(1)}, {Items: []stocktake.ItemID{"eggs"}, Tolerance: most(9)},
		}
	})
	s.whole("ali", "A1", found{"milk": 7})
	s.whole("badr", "A2", found{"eggs": 4})
	s.whole("huda", "C1", found{"ice": 3})
	for _, x := range []struct {
		section stocktake.SectionID
		item    stocktake.ItemID
		status  count.LineStatus
		counted int64
		limit   stocktake.Quantity
	}{{"dairy", "milk", count.LineWithin, 7, 3000}, {"dairy", "eggs", count.LineOutside, 4, 1000}, {"cold", "ice", count.LineOutside, 3, 0}} {
		if l := s.want(x.section, x.item, x.status, x.counted); l.Limit != x.limit {
			t.Errorf("%s may be off by %s, want %s", x.item, l.Limit, x.limit)
		}
	}
	for _, x := range []count.Exception{{}, {Category: "fresh", Items: []stocktake.ItemID{"eggs"}}, {Items: []stocktake.ItemID{""}}, {Category: "fresh", Tolerance: most(-1)}} {
		p := s.plan
		p.Exceptions = []count.Exception{x}
		if p.Check(s.material.Site) == nil {
			t.Errorf("exception %+v passes", x)
		}
	}
}
