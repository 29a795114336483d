package web_test

import (
	"net/http"
	"strings"
	"testing"

	"jard/internal/stocktake"
)

// TestPartOfASectionIsSaidEverywhere holds that nobody seals a session of a part of a section in the belief that its lines
// were compared, or signs what may lie in the rest of it as zero.
func TestPartOfASectionIsSaidEverywhere(t *testing.T) {
	s := openStory(t)
	s.build("A1", "A2")
	s.ok(s.ask("supervisor", "POST", "/api/sessions", `{"session":"part","name":{"ar":"جرد"},"site":"north","kind":"partial",
		"scope":{"locations":["A1"]},"tolerance":{"quantity":0},"tiers":[{"role":"manager"}]}`), http.StatusCreated, nil)
	const said = "Only some locations are counted of"
	for _, page := range []string{"", "/seal", "/rest"} {
		s.page("supervisor", "/sessions/part"+page, said, "Dry food")
		if body := s.page("supervisor", "/sessions/s1"+page); strings.Contains(body, said) {
			t.Errorf("%q: a session of the whole site is said to be one of a part", page)
		}
	}
	s.page("supervisor", "/sessions/part/seal", "Seal 0 lines")
	if body := s.page("supervisor", "/sessions/part/rest"); strings.Contains(body, "رز") {
		t.Error("an item that may lie outside the scope is offered as zero")
	}
	if body := s.page("supervisor", "/sessions/s1/rest"); !strings.Contains(body, "رز") {
		t.Error("an item of a whole section is not offered as zero: the test shows nothing")
	}
}

// build adds a branch of one section with shelves, and books like the central market's.
func (s *story) build(shelves ...stocktake.LocationID) {
	s.t.Helper()
	name := stocktake.Name{Arabic: "الأغذية الجافة", English: "Dry food"}
	site := stocktake.Site{ID: "north", Name: name, Kind: stocktake.Branch, Sections: []stocktake.Section{{ID: "dry", Name: name, Custodian: name}}}
	for _, id := range shelves {
		site.Locations = append(site.Locations, stocktake.Location{ID: id, Name: stocktake.Name{English: "The shelf " + string(id)}, Section: "dry", Kind: stocktake.Floor})
	}
	doc, err := stocktake.NewDocument(site)
	must(s.t, err)
	must(s.t, s.db.Publish(s.t.Context(), society, "site/north", doc))
	publishBook(s.t, s.db, "north")
}
