package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"jard/internal/account"
	"jard/internal/stocktake"
)

// aisles is a desk whose only site has two sections with three locations each.
func aisles(t *testing.T) *desk {
	d, im, _ := planning(t)
	site, was, err := im.Site(t.Context(), manager(), "central")
	must(t, err)
	site.Sections = append(site.Sections, stocktake.Section{ID: "cold", Name: stocktake.Name{Arabic: "المبرّد", English: "Chiller"}, Custodian: site.Name})
	for _, id := range []stocktake.LocationID{"A2", "A3", "C-01", "C-02", "C-03"} {
		l := stocktake.Location{ID: id, Name: stocktake.Name{Arabic: "ممر " + string(id)}, Section: "dry", Kind: stocktake.Floor}
		if id[0] == 'C' {
			l.Section = "cold"
		}
		site.Locations = append(site.Locations, l)
	}
	must(t, im.SaveSite(t.Context(), manager(), site, was))
	return d
}

// TestLocationsArePickedWithoutScript holds that looking for locations and ticking all that are shown are asked of the server,
// and lose nothing that was ticked before.
func TestLocationsArePickedWithoutScript(t *testing.T) {
	d := aisles(t)
	send := func(status int, form url.Values) string {
		t.Helper()
		w := d.browse("manager", "POST", "/sessions/new", form, "Cookie", "lang=en")
		if w.Code != status || strings.Contains(w.Body.String(), "⟦") {
			t.Fatalf("%d: %s", w.Code, w.Body)
		}
		return w.Body.String()
	}
	form := url.Values{"step": {"scope"}, "site": {"central"}, "kind": {"partial"}, "blind": {"yes"}, "tier-manager": {"any"}, "where": {"locations"}, "what": {"all"}}
	form["do"], form["find"], form["picked"] = []string{"find"}, []string{"c-"}, []string{"A2"}
	body := send(http.StatusOK, form)
	if !strings.Contains(body, `value="C-02"`) || strings.Contains(body, `value="A1"`) || !strings.Contains(body, `type="hidden" name="picked" value="A2"`) {
		t.Fatalf("looked for c-: %s", body)
	}
	form["do"] = []string{"tick:cold"}
	body = send(http.StatusOK, form)
	if n := strings.Count(body, " checked> <span>ممر ") + strings.Count(body, `" checked> <span><bdi>ممر`); n != 3 {
		t.Fatalf("%d of three are ticked: %s", n, body)
	}
	form["do"], form["picked"], form["locations"] = []string{"next"}, []string{"A2", "C-01", "gone"}, []string{"C-02…C-03"}
	form["step"] = []string{"people"}
	body = send(http.StatusOK, form)
	places := between(body, `<ul class="places">`, "</ul>")
	for _, want := range []string{">A2<", ">C-01<", ">C-02<", ">C-03<", "part of the section", "the whole section"} {
		if !strings.Contains(places, want) {
			t.Errorf("the review lacks %s: %s", want, places)
		}
	}
	for _, want := range []string{"covers part of a section", "No committee was chosen"} {
		if !strings.Contains(body, want) {
			t.Errorf("the review does not warn: %q", want)
		}
	}
}

func TestWhatIsWrongWithLocationsIsSaidAtOnce(t *testing.T) {
	d := aisles(t)
	w := d.browse("manager", "POST", "/sessions/new", url.Values{"step": {"scope"}, "do": {"next"}, "site": {"central"}, "tier-manager": {"any"},
		"where": {"locations"}, "what": {"items"}, "locations": {"C-01…\nC-03…C-01\nZ9"}, "items": {"nothing"}}, "Cookie", "lang=en")
	fault := between(w.Body.String(), `id="locations-fault">`, "</p>")
	for _, want := range []string{"half a range", "C-03", "is no range", "Z9"} {
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(fault, want) {
			t.Errorf("%d, %q lacks %q", w.Code, fault, want)
		}
	}
	if !strings.Contains(w.Body.String(), `id="items-fault"`) {
		t.Error("what is wrong with the items is not said")
	}
}

// TestCommitteeIsOfThoseWhoMayServe holds that the list says what people do, and leaves out who only counts or administers.
func TestCommitteeIsOfThoseWhoMayServe(t *testing.T) {
	d := aisles(t)
	d.who.roll = []account.Profile{
		{ID: "ali", Name: stocktake.Name{English: "Ali"}, Roles: []stocktake.Role{stocktake.Counter}},
		{ID: "root", Name: stocktake.Name{English: "Root"}, Roles: []stocktake.Role{stocktake.SocietyAdministrator}},
		{ID: "mona", Name: stocktake.Name{English: "Mona"}, Roles: []stocktake.Role{stocktake.Manager}},
		{ID: "zaid", Name: stocktake.Name{English: "Zaid"}, Roles: []stocktake.Role{stocktake.CommitteeMember}},
		{ID: "gone", Name: stocktake.Name{English: "Gone"}, Roles: []stocktake.Role{stocktake.CommitteeMember}, Disabled: true},
	}
	body := d.browse("manager", "POST", "/sessions/new", url.Values{"step": {"rules"}, "do": {"next"}, "site": {"central"}, "where": {"whole"}, "what": {"all"},
		"tier-manager": {"any"}}, "Cookie", "lang=en").Body.String()
	list := between(between(body, "<main", "</main>"), "<legend>", "</fieldset>")
	if zaid, mona := strings.Index(list, "Zaid"), strings.Index(list, "Mona"); zaid < 0 || mona < zaid || !strings.Contains(list, "Committee member") {
		t.Errorf("the committee's list: %s", list)
	}
	for _, who := range []string{"Ali", "Root", "Gone"} {
		if strings.Contains(list, who) {
			t.Errorf("%s may not serve: %s", who, list)
		}
	}
}
