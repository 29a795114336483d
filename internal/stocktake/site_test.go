package stocktake_test

import (
	"strings"
	"testing"

	"jard/internal/stocktake"
)

func site() stocktake.Site {
	name := stocktake.Name{Arabic: "السوق المركزي"}
	return stocktake.Site{
		ID: "central", Name: name, Kind: stocktake.CentralMarket,
		Sections: []stocktake.Section{{ID: "dairy", Name: name}, {ID: "dry", Name: name}},
		Locations: []stocktake.Location{
			{ID: "A1", Section: "dairy", Kind: stocktake.Floor}, {ID: "B1", Section: "dry", Kind: stocktake.Store, Shared: true},
		},
	}
}

func TestSiteCheck(t *testing.T) {
	good := site()
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	for want, edits := range map[string][]func(*stocktake.Site){
		"id-empty":              {func(s *stocktake.Site) { s.ID = "" }, func(s *stocktake.Site) { s.Sections[0].ID = "" }, func(s *stocktake.Site) { s.Locations[0].ID = "" }},
		"id-characters":         {func(s *stocktake.Site) { s.ID = "~x" }, func(s *stocktake.Site) { s.Locations[1].ID = "a\n" }},
		"site-kind-unknown":     {func(s *stocktake.Site) { s.Kind = "kiosk" }},
		"location-kind-unknown": {func(s *stocktake.Site) { s.Locations[0].Kind = "roof" }},
		"name-empty":            {func(s *stocktake.Site) { s.Name = stocktake.Name{} }, func(s *stocktake.Site) { s.Sections[1].Name = stocktake.Name{} }},
		"name-too-long":         {func(s *stocktake.Site) { s.Name.English = strings.Repeat("x", stocktake.MaxName+1) }},
		"id-repeated":           {func(s *stocktake.Site) { s.Sections[1].ID = "dairy" }, func(s *stocktake.Site) { s.Locations[1].ID = "A1" }},
		"section-unknown":       {func(s *stocktake.Site) { s.Locations[1].Section = "roof" }},
	} {
		for n, edit := range edits {
			s := site()
			edit(&s)
			if err := s.Check(); err == nil || stocktake.Fault(err).Reason.Key != want {
				t.Errorf("%s %d: %v", want, n, err)
			}
		}
	}
}

func TestKnownWords(t *testing.T) {
	for _, g := range []stocktake.Governorate{"KW-KU", "KW-HA", "KW-FA", "KW-AH", "KW-JA", "KW-MU"} {
		if g.Check() != nil {
			t.Errorf("%s is refused", g)
		}
	}
	if stocktake.Governorate("KW-XX").Check() == nil || stocktake.Governorate("").Check() == nil {
		t.Error("an unknown governorate is taken")
	}
	for _, r := range []stocktake.Role{
		"counter", "supervisor", "manager", "financial-controller", "administrative-controller", "committee-member", "witness",
		"society-administrator", "ministry-officer", "integrator",
	} {
		if r.Check() != nil {
			t.Errorf("%s is refused", r)
		}
	}
	if stocktake.Role("root").Check() == nil || stocktake.Role("").Check() == nil {
		t.Error("an unknown role is taken")
	}
}

func TestPersonIs(t *testing.T) {
	p := stocktake.Person{Roles: []stocktake.Role{stocktake.Counter, stocktake.Supervisor}}
	if !p.Is(stocktake.Manager, stocktake.Supervisor) || p.Is(stocktake.Manager) || p.Is() || (stocktake.Person{}).Is(stocktake.Counter) {
		t.Error("roles are told wrongly")
	}
}

func TestNameSpeaksArabicFirst(t *testing.T) {
	if n := (stocktake.Name{Arabic: "حليب", English: "Milk"}); n.String() != "حليب" {
		t.Error(n)
	}
	if n := (stocktake.Name{English: "Milk"}); n.String() != "Milk" {
		t.Error(n)
	}
}
