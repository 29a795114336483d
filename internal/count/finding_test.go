package count_test

import (
	"testing"

	"jard/internal/stocktake"
)

func TestFindingsTellWhatEachPassFound(t *testing.T) {
	f := openFloor(t)
	f.issue(sara, session)
	f.device(society, "d1").push(walkOf(session, "p1", "ali", 3)...)
	f.device(society, "d2").push(walkOf(session, "p2", "huda", 5)...)
	v := f.view(sara, session)
	list := v.Findings("cold", "ice")
	if len(list) != 2 || list[0].Person != "ali" || list[0].Found != 3000 || list[1].Found != 5000 || list[0].Interval.End.Before(list[0].Interval.Start) {
		t.Fatalf("findings: %+v", list)
	}
	if list[0].Adopted || list[1].Adopted {
		t.Fatal("a side of an open dispute is called adopted")
	}
	if v.Findings("cold", "tea") != nil || v.Findings("dry", "ice") != nil {
		t.Fatal("findings of what nobody met")
	}
	for who, may := range map[stocktake.PersonID]bool{"ali": false, "huda": false, "omar": true} {
		if v.MayRecount(who, "C1", []stocktake.ItemID{"ice"}, 2) != may {
			t.Errorf("%s may recount: %t", who, !may)
		}
	}
}
