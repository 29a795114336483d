package link_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"jard/internal/link"
	"jard/internal/stocktake"
)

func (s *shelf) PublishedNames(_ context.Context, society stocktake.SocietyID, prefix string) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var names []string
	for key := range s.names {
		if name, ours := strings.CutPrefix(key, string(society)+"\x00"); ours && strings.HasPrefix(name, prefix) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, nil
}

func TestSitesAreEditedOnWhatWasSeen(t *testing.T) {
	im := link.NewImporter(newShelf(), link.Limits{})
	as := func(roles ...stocktake.Role) stocktake.Person {
		return stocktake.Person{Society: "rawda", ID: "p", Roles: roles}
	}
	key := func(err error) string {
		if e, ok := errors.AsType[*stocktake.Error](err); ok {
			return e.Reason.Key
		}
		return ""
	}
	name := stocktake.Name{Arabic: "المخزن"}
	site := stocktake.Site{ID: "store", Name: name, Kind: stocktake.Warehouse}
	for _, role := range []stocktake.Role{stocktake.Counter, stocktake.FinancialController, stocktake.Integrator, stocktake.Witness} {
		if err := im.SaveSite(t.Context(), as(role), site, stocktake.Hash{}); key(err) != "role-missing" {
			t.Errorf("%s saves a site: %v", role, err)
		}
	}
	if _, err := im.Sites(t.Context(), as(stocktake.Counter)); key(err) != "role-missing" {
		t.Errorf("a counter reads sites: %v", err)
	}
	manager := as(stocktake.Manager)
	if err := im.SaveSite(t.Context(), manager, site, stocktake.Hash{}); err != nil {
		t.Fatal(err)
	}
	if err := im.SaveSite(t.Context(), manager, stocktake.Site{ID: "store", Name: name, Kind: stocktake.Branch}, stocktake.Hash{}); key(err) != "site-exists" {
		t.Errorf("a second site of one id: %v", err)
	}
	seen, was, err := im.Site(t.Context(), manager, "store")
	if err != nil || seen.Name != name {
		t.Fatal(seen, err)
	}
	seen.Sections = []stocktake.Section{{ID: "dry", Name: name}}
	seen.Locations = []stocktake.Location{{ID: "A-01", Section: "nowhere", Kind: stocktake.Store}}
	if err := im.SaveSite(t.Context(), manager, seen, was); err == nil {
		t.Error("a location in no section was saved")
	}
	seen.Locations[0].Section = "dry"
	if err := im.SaveSite(t.Context(), manager, seen, was); err != nil {
		t.Fatal(err)
	}
	seen.Locations = nil
	if err := im.SaveSite(t.Context(), manager, seen, was); key(err) != "site-changed" {
		t.Errorf("an edit of an older plan: %v", err)
	}
	if _, _, err := im.Site(t.Context(), manager, "elsewhere"); !errors.Is(err, stocktake.Missing) {
		t.Errorf("no such site: %v", err)
	}
	sites, err := im.Sites(t.Context(), manager)
	if err != nil || len(sites) != 1 || len(sites[0].Locations) != 1 {
		t.Errorf("got %v, %v", sites, err)
	}
	others, err := im.Sites(t.Context(), stocktake.Person{Society: "salmiya", ID: "p", Roles: []stocktake.Role{stocktake.Manager}})
	if err != nil || len(others) != 0 {
		t.Errorf("another society sees %v, %v", others, err)
	}
}
