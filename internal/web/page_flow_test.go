package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"jard/internal/boltdb"
	"jard/internal/link"
	"jard/internal/stocktake"
	"jard/internal/web"
)

// files is web.Importer over link's, as the server has it.
type files struct{ *link.Importer }

func (f files) Import(ctx context.Context, by stocktake.Person, u web.Upload) (any, error) {
	var m link.Mapping
	if len(u.Mapping) > 0 {
		if err := json.Unmarshal(u.Mapping, &m); err != nil {
			return nil, err
		}
	}
	r, err := f.ImportItems(ctx, by, link.File{Name: u.Name, Size: u.Size, Data: u.Data}, m,
		link.Options{DryRun: u.DryRun, Merge: u.Merge, ReplaceAll: u.ReplaceAll, Basis: u.Basis})
	if r == nil {
		return nil, err
	}
	return r, err
}

// planning is a desk with places and an importer on a store of their own.
func planning(t *testing.T, edit ...func(*web.Config)) (*desk, *link.Importer, string) {
	t.Helper()
	db, err := boltdb.Open(filepath.Join(t.TempDir(), "places.db"), boltdb.Options{InitialMmapSize: 1 << 20})
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	publish(t, db)
	im := link.NewImporter(db, link.Limits{})
	spool := t.TempDir()
	set := func(c *web.Config) { c.Places, c.Importer, c.TempDir = im, files{im}, spool }
	return open(t, append([]func(*web.Config){set}, edit...)...), im, spool
}

func manager() stocktake.Person {
	return stocktake.Person{Society: society, ID: "the-manager", Roles: []stocktake.Role{stocktake.Manager}}
}

var hiddenField = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`)

// hiddenIn are the hidden fields of a page.
func hiddenIn(body string) url.Values {
	v := url.Values{}
	for _, m := range hiddenField.FindAllStringSubmatch(body, -1) {
		if m[1] != "next" {
			v.Add(m[1], m[2])
		}
	}
	return v
}

func TestASessionIsIssuedInSteps(t *testing.T) {
	d, _, _ := planning(t)
	at := "/sessions/new"
	step := func(add url.Values, from string) (string, url.Values) {
		t.Helper()
		w := d.browse("manager", "POST", at, add)
		if w.Code != http.StatusOK {
			t.Fatalf("after %s: %d %s", from, w.Code, w.Body)
		}
		return w.Body.String(), hiddenIn(w.Body.String())
	}
	past := url.Values{"step": {"place"}, "do": {"next"}, "site": {"central"}, "kind": {"partial"}, "name-ar": {"جرد الجاف"}, "due": {"2001-01-01T00:00"},
		"tier-manager": {"any"}, "blind": {"yes"}, "where": {"whole"}, "what": {"all"}}
	if w := d.browse("manager", "POST", at, past); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `id="due-fault"`) || !strings.Contains(w.Body.String(), `value="جرد الجاف"`) {
		t.Errorf("due in the past: %d", w.Code)
	}
	past.Del("due")
	_, form := step(past, "place")
	form.Set("do", "next")
	form.Set("where", "locations")
	form.Set("locations", "A1, Z9")
	form.Set("what", "items")
	form.Set("items", "tuna\nnothing")
	w := d.browse("manager", "POST", at, form)
	for _, want := range []string{`id="locations-fault"`, "Z9", `id="items-fault"`, "nothing", "A1, Z9"} {
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), want) {
			t.Errorf("a wrong scope: %d, lacks %s", w.Code, want)
		}
	}
	form.Set("locations", "A1")
	form.Set("items", "tuna")
	_, form = step(form, "scope")
	form.Set("do", "next")
	form.Set("tier-manager", "any")
	form.Set("blind", "yes")
	form.Set("tolerance-quantity", "١٫٥")
	form.Set("tolerance-percent", "0.125")
	if w := d.browse("manager", "POST", at, form); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `id="tolerance-percent-fault"`) {
		t.Errorf("an eighth of a percent: %d", w.Code)
	}
	form.Set("tolerance-percent", "2.5")
	_, form = step(form, "rules")
	form.Set("do", "next")
	form["committee"] = []string{"mona"}
	review, form := step(form, "people")
	if places := between(review, `<ul class="places">`, "</ul>"); !strings.Contains(places, "السوق المركزي") || !strings.Contains(places, ">A1<") {
		t.Errorf("the review does not list the locations: %s", places)
	}
	form.Set("do", "issue")
	w = d.browse("manager", "POST", at, form)
	to := w.Header().Get("Location")
	if w.Code != http.StatusSeeOther || !strings.Contains(to, "/assign?done=") {
		t.Fatalf("issued: %d %s %s", w.Code, to, w.Body)
	}
	id := strings.Split(to, "/")[2]
	var plan struct {
		Plan struct {
			Name      stocktake.Name
			Blind     bool
			Scope     struct{ Locations, Items []string }
			Tolerance struct{ Quantity, Percent int64 }
			Committee []string
		}
	}
	d.ok(d.ask("manager", "GET", "/api/sessions/"+id, ""), 200, &plan)
	p := plan.Plan
	if p.Name.Arabic != "جرد الجاف" || !p.Blind || len(p.Scope.Locations) != 1 || p.Scope.Items[0] != "tuna" || p.Tolerance.Quantity != 1500 || p.Tolerance.Percent != 250 || p.Committee[0] != "mona" {
		t.Errorf("issued %+v", p)
	}
	d.manages(t, id)
}

// between is what stands between two texts.
func between(s, from, to string) string {
	_, s, _ = strings.Cut(s, from)
	s, _, _ = strings.Cut(s, to)
	return s
}

// manages goes through what is done to a session that runs.
func (d *desk) manages(t *testing.T, id string) {
	t.Helper()
	assign, plan := "/sessions/"+id+"/assign", "/sessions/"+id+"/plan"
	w := d.browse("manager", "POST", assign, url.Values{"do": {"assign"}, "sections": {"dry"}})
	if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `id="people-fault"`) {
		t.Errorf("assigned to nobody: %d", w.Code)
	}
	for _, c := range []struct {
		do   string
		code int
	}{{"assign", 303}, {"assign", 422}, {"withdraw", 303}, {"withdraw", 422}} {
		if w := d.browse("manager", "POST", assign, url.Values{"do": {c.do}, "sections": {"dry"}, "people": {"ali"}}); w.Code != c.code {
			t.Errorf("%s: %d, want %d: %s", c.do, w.Code, c.code, w.Body)
		}
	}
	if w := d.browse("manager", "POST", plan, url.Values{"do": {"extend"}, "sections": {"dry"}}); w.Code != http.StatusSeeOther {
		t.Errorf("extended: %d %s", w.Code, w.Body)
	}
	body := d.browse("manager", "GET", plan, nil, "Cookie", "lang=en").Body.String()
	if !strings.Contains(between(body, `<ul class="places">`, "</ul>"), ">A1<") {
		t.Errorf("the plan does not list the locations once: %s", body)
	}
	if w := d.browse("manager", "POST", plan, url.Values{"do": {"cancel"}}); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `id="cancel-reason-fault"`) {
		t.Errorf("cancelled without a reason: %d", w.Code)
	}
	if w := d.browse("supervisor", "POST", plan, url.Values{"do": {"cancel"}, "cancel-reason": {"x"}}); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("cancelled by a supervisor: %d", w.Code)
	}
	if w := d.browse("manager", "POST", plan, url.Values{"do": {"cancel"}, "cancel-reason": {"نُظّم من جديد"}}); w.Code != http.StatusSeeOther {
		t.Errorf("cancelled: %d %s", w.Code, w.Body)
	}
	if body := d.browse("supervisor", "GET", plan, nil, "Cookie", "lang=en").Body.String(); !strings.Contains(body, "نُظّم من جديد") || !strings.Contains(body, "the-manager") {
		t.Errorf("the plan does not say who cancelled the session and why: %s", body)
	}
	if body := d.browse("manager", "GET", "/sessions", nil, "Cookie", "lang=en").Body.String(); !strings.Contains(body, "cancelled") {
		t.Errorf("the list does not say that the session was cancelled")
	}
}

func TestLocationsAreMadeByRange(t *testing.T) {
	d, im, _ := planning(t)
	at := "/sites/central/sections/dry"
	form := hiddenIn(d.browse("manager", "GET", at, nil).Body.String())
	form.Set("do", "range")
	form.Set("from", "B-01")
	form.Set("to", "C-40")
	form.Set("location-kind", "floor")
	form.Set("pattern-ar", "رف #")
	form.Set("pattern-en", "Shelf")
	if w := d.browse("manager", "POST", at, form); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `id="to-fault"`) || !strings.Contains(w.Body.String(), `value="C-40"`) {
		t.Errorf("no range: %d", w.Code)
	}
	form.Set("to", "B-40")
	if w := d.browse("manager", "POST", at, form); w.Code != http.StatusSeeOther {
		t.Fatalf("a range: %d %s", w.Code, w.Body)
	}
	site, _, err := im.Site(t.Context(), manager(), "central")
	if err != nil || len(site.Locations) != 41 || site.Locations[40].ID != "B-40" || site.Locations[2].Name != (stocktake.Name{Arabic: "رف 2", English: "Shelf 2"}) {
		t.Errorf("got %d locations, %v", len(site.Locations), err)
	}
	if w := d.browse("manager", "POST", at, form); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("an edit of an older plan: %d", w.Code)
	}
	form = hiddenIn(d.browse("manager", "GET", at, nil).Body.String())
	form.Set("do", "tick-all")
	if w := d.browse("manager", "POST", at, form); w.Code != http.StatusOK || strings.Count(w.Body.String(), `" checked></td>`) != 41 {
		t.Errorf("chose all: %d, %d are ticked", w.Code, strings.Count(w.Body.String(), `" checked></td>`))
	}
	form.Set("do", "remove")
	form["location"] = []string{"B-01", "B-02"}
	w := d.browse("manager", "POST", at, form)
	if site, _, _ := im.Site(t.Context(), manager(), "central"); w.Code != http.StatusOK || len(site.Locations) != 41 || !strings.Contains(w.Body.String(), `value="remove-sure"`) {
		t.Fatalf("removed without asking: %d", w.Code)
	}
	form.Set("do", "remove-sure")
	if w := d.browse("manager", "POST", at, form); w.Code != http.StatusSeeOther {
		t.Errorf("removed: %d", w.Code)
	}
	if site, _, _ := im.Site(t.Context(), manager(), "central"); len(site.Locations) != 39 {
		t.Errorf("%d locations are left", len(site.Locations))
	}
}

// send uploads a file to the console's import.
func (d *desk) send(token, path, text string, fields ...string) *httptest.ResponseRecorder {
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for i := 0; i < len(fields); i += 2 {
		must(d.t, form.WriteField(fields[i], fields[i+1]))
	}
	part, err := form.CreateFormFile("file", "items.csv")
	must(d.t, err)
	_, err = part.Write([]byte(text))
	must(d.t, errors.Join(err, form.Close()))
	r := httptest.NewRequest("POST", path, &b)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.AddCookie(&http.Cookie{Name: "jard", Value: token})
	w := httptest.NewRecorder()
	d.e.ServeHTTP(w, r)
	return w
}

func TestAFileIsLookedAtBeforeItIsApplied(t *testing.T) {
	now := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	d, im, spool := planning(t, func(c *web.Config) { c.Now = func() time.Time { return now } })
	items := func() int {
		list, err := im.Items(t.Context(), manager())
		must(t, err)
		return len(list)
	}
	w := d.send("manager", "/import/items", "رقم الصنف,الاسم,الباركود\nX1,تونة,6.29E+12\n,بلا رقم,1\n")
	body := w.Body.String()
	if w.Code != http.StatusOK || !strings.Contains(body, "6.29E") || strings.Contains(body, `value="take"`) || items() != 2 {
		t.Errorf("a bad file: %d, %d items, %s", w.Code, items(), body)
	}
	w = d.send("manager", "/import/items", "رقم الصنف,وصف\nX1,شاي\n", "merge", "yes")
	form := hiddenIn(w.Body.String())
	if form.Get("kept") == "" {
		t.Fatalf("the file is not kept: %s", w.Body)
	}
	form.Set("merge", "yes")
	form.Set("column-item", "رقم الصنف")
	form.Set("column-name_ar", "وصف")
	w = d.browse("manager", "POST", "/import/items", form)
	if !strings.Contains(w.Body.String(), `value="take"`) || items() != 2 {
		t.Fatalf("looked at with other columns: %d items, %s", items(), w.Body)
	}
	form.Set("do", "take")
	if w := d.browse("supervisor", "POST", "/import/items", form); w.Code != http.StatusUnprocessableEntity || items() != 2 {
		t.Errorf("somebody else takes the file: %d", w.Code)
	}
	if w := d.browse("manager", "POST", "/import/items", form); w.Code != http.StatusOK || items() != 3 {
		t.Errorf("applied: %d, %d items", w.Code, items())
	}
	if left, err := os.ReadDir(spool); err != nil || len(left) > 0 {
		t.Errorf("left on disk: %v, %v", left, err)
	}
	form = hiddenIn(d.send("manager", "/import/items", "رقم الصنف,الاسم\nX9,ملح\n", "merge", "yes").Body.String())
	now = now.Add(time.Hour)
	form.Set("do", "take")
	if w := d.browse("manager", "POST", "/import/items", form); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `id="file-fault"`) || items() != 3 {
		t.Errorf("a file that waited an hour: %d, %d items", w.Code, items())
	}
	if w := d.send("financial-controller", "/import/items", "رقم الصنف,الاسم\nX9,ملح\n"); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("a role that may not: %d %s", w.Code, w.Body)
	}
}
