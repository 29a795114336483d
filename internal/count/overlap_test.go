package count_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// scoped is a plan of a scope of its own.
func scoped(id stocktake.SessionID, s count.Scope) count.Plan {
	p := coldPlan(id)
	p.Name, p.Scope = stocktake.Name{Arabic: "عدّ", English: "Count " + string(id)}, s
	return p
}

// No two open sessions hold the same section and item; what one of them leaves out the other may hold.
func TestOverlapsAreRefused(t *testing.T) {
	cold, dry := []stocktake.SectionID{"cold"}, []stocktake.SectionID{"dry"}
	item := func(ids ...stocktake.ItemID) []stocktake.ItemID { return ids }
	shelf := func(ids ...stocktake.LocationID) []stocktake.LocationID { return ids }
	for name, c := range map[string]struct {
		open, next count.Scope
		want       error
	}{
		"the same section":              {count.Scope{Sections: cold}, count.Scope{Sections: cold}, count.SessionOverlap},
		"the whole site":                {count.Scope{Sections: cold}, count.Scope{}, count.SessionOverlap},
		"of the whole site":             {count.Scope{}, count.Scope{Sections: cold}, count.SessionOverlap},
		"a shelf of it":                 {count.Scope{Sections: cold}, count.Scope{Locations: shelf("C1")}, count.SessionOverlap},
		"another shelf of one section":  {count.Scope{Locations: shelf("A1")}, count.Scope{Locations: shelf("A2")}, count.SessionOverlap},
		"an item of it":                 {count.Scope{Sections: cold}, count.Scope{Items: item("ice")}, count.SessionOverlapItems},
		"one item of two":               {count.Scope{Items: item("ice", "milk")}, count.Scope{Items: item("ice", "rice")}, count.SessionOverlapItems},
		"another section":               {count.Scope{Sections: cold}, count.Scope{Sections: dry}, nil},
		"a shelf of another":            {count.Scope{Sections: cold}, count.Scope{Locations: shelf("B1")}, nil},
		"another item of one section":   {count.Scope{Sections: cold, Items: item("ice")}, count.Scope{Sections: cold, Items: item("milk")}, nil},
		"the same item in another":      {count.Scope{Sections: cold, Items: item("ice")}, count.Scope{Sections: dry, Items: item("ice")}, nil},
		"one of several of the section": {count.Scope{Sections: append(dry, cold...)}, count.Scope{Sections: cold}, count.SessionOverlap},
	} {
		t.Run(name, func(t *testing.T) {
			f := openFloor(t)
			_, err := f.svc.Issue(t.Context(), sara, scoped("first", c.open))
			f.check(err)
			_, err = f.svc.Issue(t.Context(), sara, scoped("second", c.next))
			if !errors.Is(err, c.want) {
				t.Fatalf("issuing beside it: %v", err)
			}
			if err != nil && !(strings.Contains(err.Error(), "Count first") && strings.Contains(err.Error(), "(first)")) {
				t.Fatalf("the refusal does not say which session: %v", err)
			}
			if errors.Is(err, count.SessionOverlapItems) && !strings.Contains(err.Error(), "ice") {
				t.Fatalf("the refusal does not say which items: %v", err)
			}
			heads, err := f.db.Heads(t.Context(), society)
			f.check(err)
			if want := map[bool]int{true: 1, false: 2}[c.want != nil]; len(heads) != want {
				t.Fatalf("there are %d sessions", len(heads))
			}
			_, err = f.svc.Cancel(t.Context(), mona, "first", count.Because{Reason: "a drill"})
			f.check(err)
			if _, err = f.svc.Issue(t.Context(), sara, scoped("third", c.open)); err != nil && c.want != nil {
				t.Fatalf("issuing after it was cancelled: %v", err)
			}
		})
	}
}

// A scope is extended only by what no other open session holds, and what it was extended by is held.
func TestOverlapsOfExtendedScopes(t *testing.T) {
	f := openFloor(t)
	for _, section := range []stocktake.SectionID{"cold", "dry"} {
		_, err := f.svc.Issue(t.Context(), sara, scoped(stocktake.SessionID(section), count.Scope{Sections: []stocktake.SectionID{section}}))
		f.check(err)
	}
	extend := func(by stocktake.SectionID) error {
		_, err := f.svc.ExtendScope(t.Context(), sara, "cold", count.Scope{Sections: []stocktake.SectionID{by}})
		return err
	}
	if err := extend("dry"); !errors.Is(err, count.SessionOverlap) {
		t.Fatalf("extending by what another session holds: %v", err)
	}
	f.check(extend("dairy"))
	_, err := f.svc.Issue(t.Context(), sara, scoped("dairy", count.Scope{Sections: []stocktake.SectionID{"dairy"}}))
	if !errors.Is(err, count.SessionOverlap) {
		t.Fatalf("issuing what another was extended by: %v", err)
	}
}

// Of many that are issued at once, one is.
func TestOverlapsOfSessionsIssuedAtOnce(t *testing.T) {
	f := openFloor(t)
	var work sync.WaitGroup
	errs := make([]error, 8)
	for n := range errs {
		work.Go(func() {
			_, errs[n] = f.svc.Issue(t.Context(), sara, scoped(stocktake.SessionID(rune('a'+n)), count.Scope{}))
		})
	}
	work.Wait()
	issued := 0
	for _, err := range errs {
		switch {
		case err == nil:
			issued++
		case !errors.Is(err, count.SessionOverlap):
			t.Error(err)
		}
	}
	if issued != 1 {
		t.Fatalf("%d of them were issued", issued)
	}
}
