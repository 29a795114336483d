package web_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"jard/internal/account"
	"jard/internal/result"
	"jard/internal/result/resulttest"
	"jard/internal/stocktake"
	"jard/internal/web"
)

// office is a ministry with one society of three that has sent one result.
type office struct {
	web.Ministry
	document *result.Document
	hash     stocktake.Hash
	proofs   []web.Proof
}

func (o *office) member() web.Member {
	return web.Member{Society: "rawda", Name: stocktake.Name{Arabic: "جمعية الروضة", English: "Rawda"}, Governorate: stocktake.Capital, Head: result.Start()}
}

func (o *office) Overview(context.Context, stocktake.Person, time.Time, time.Time) (web.Overview, error) {
	at := time.Date(2026, 1, 15, 9, 0, 0, 0, time.UTC)
	f := web.Figures{Results: 1, Shortage: result.Count{Lines: 2, Value: -1500}, Found: web.Coverage{With: 2, Of: 3, Oldest: at, Newest: at.AddDate(0, 0, 5)}}
	v := web.Overview{At: at, Figures: f}
	for _, g := range stocktake.Governorates() {
		v.Governorates = append(v.Governorates, web.GovernorateFigures{Governorate: g})
	}
	v.Governorates[0].Societies = []web.SocietyFigures{{Member: o.member(), Figures: f}}
	return v, nil
}

func (o *office) filed() web.FiledDocument {
	return web.FiledDocument{
		Member: o.member(), At: o.document.Ref(), Kind: "result", Hash: o.hash, Name: o.document.Session.Name, Count: "full", Verdict: "accepted", Receipt: 1,
		Totals: &o.document.Totals,
	}
}

func (o *office) Filed(context.Context, stocktake.Person, stocktake.SocietyID) (web.FiledSociety, error) {
	return web.FiledSociety{Member: o.member(), Documents: []web.FiledDocument{o.filed()}}, nil
}

func (o *office) Open(context.Context, stocktake.Person, stocktake.SocietyID, stocktake.Hash) (*web.OpenedDocument, error) {
	d := &web.OpenedDocument{FiledDocument: o.filed(), Document: o.document, Proofs: o.proofs, Sound: true}
	for _, p := range o.proofs {
		d.Sound = d.Sound && len(p.Faults) == 0
	}
	return d, nil
}

func (o *office) Reverify(context.Context, stocktake.Person, stocktake.SocietyID) (int, []web.FiledFault, error) {
	return 1, []web.FiledFault{{Place: "1/1", Fault: result.NewFault("", result.ChainWrong.New())}}, nil
}

func (o *office) Troubles(context.Context, stocktake.Person) ([]web.FiledDocument, error) {
	d := o.filed()
	d.Verdict, d.Faults = "refused", []result.Fault{result.NewFault("/totals/lines", result.TotalWrong.New(stocktake.Name{Arabic: "البنود", English: "lines"}, 8, 7))}
	return []web.FiledDocument{d}, nil
}

func (o *office) Codes(context.Context, stocktake.Person) ([]web.IssuedCode, error) {
	return []web.IssuedCode{{Society: "rawda", Name: o.member().Name, Governorate: stocktake.Capital}}, nil
}

func (o *office) IssueCode(_ context.Context, _ stocktake.Person, _ stocktake.SocietyID, _ stocktake.Name, g stocktake.Governorate) (string, error) {
	return "ABCD-EFGH", g.Check()
}

func openMinistry(t *testing.T) (*desk, *office) {
	t.Helper()
	o := &office{document: resulttest.Document(1, "rawda", result.Start(), 20), proofs: []web.Proof{{Of: "hash"}, {Of: "signature"}}}
	b, err := o.document.Canonical()
	must(t, err)
	o.hash = stocktake.HashOf(b)
	d := &desk{t: t, who: &people{}, cookie: "jard-ministry"}
	d.e, err = web.NewMinistry(web.MinistryConfig{
		Accounts: d.who, Ministry: o, Logger: slog.New(slog.DiscardHandler),
		Society: stocktake.Society{ID: society, Name: stocktake.Name{Arabic: "الوزارة", English: "Ministry"}},
	})
	must(t, err)
	return d, o
}

func ministryPaths(o *office) []string {
	at := "/documents/rawda/" + o.hash.String()
	return []string{"/", "/?from=2026-01-01&to=2026-01-31", "/societies", "/societies/rawda", at, at + "?show=shortage", at + "/record", "/troubles"}
}

func english(r *http.Request) { r.AddCookie(&http.Cookie{Name: "lang", Value: "en"}) }

func (d *desk) look(token, path string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", path, nil)
	r.AddCookie(&http.Cookie{Name: d.cookie, Value: token})
	english(r)
	w := httptest.NewRecorder()
	d.e.ServeHTTP(w, r)
	return w
}

// home reports whether a path is that of the page to which a sign-in leads, which sends on whoever may not see it.
func home(path string) bool { return path == "/" || strings.HasPrefix(path, "/?") }

// TestMinistryIsForOfficers holds that nobody else sees a page of the ministry, and that an officer sees each, in both
// languages, without a word missing or anything that the policy forbids.
func TestMinistryIsForOfficers(t *testing.T) {
	d, o := openMinistry(t)
	for _, path := range ministryPaths(o) {
		if w := d.browse("", "GET", path, nil); w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), "/sign-in") {
			t.Errorf("%s without a sign-in: %d", path, w.Code)
		}
		for _, role := range []string{"society-administrator", "manager", "witness", "integrator", "financial-controller"} {
			w := d.browse(role, "GET", path, nil)
			if to := w.Header().Get("Location"); home(path) && w.Code == http.StatusSeeOther && (to == "/people" || to == "/me") && w.Body.Len() == 0 {
				continue
			}
			if w.Code != http.StatusForbidden {
				t.Errorf("%s as %s: %d", path, role, w.Code)
			}
		}
		for _, w := range []*httptest.ResponseRecorder{d.browse("ministry-officer", "GET", path, nil), d.look("ministry-officer", path)} {
			body := w.Body.String()
			if w.Code != http.StatusOK {
				t.Errorf("%s as an officer: %d", path, w.Code)
			}
			for _, wrong := range []string{"⟦", " style=", "<style", "onclick", "%!"} {
				if strings.Contains(body, wrong) {
					t.Errorf("%s holds %q", path, wrong)
				}
			}
			if w.Header().Get("Cache-Control") != "no-store" || !strings.Contains(w.Header().Get("Content-Security-Policy"), "default-src 'none'") {
				t.Errorf("%s: headers %v", path, w.Header())
			}
		}
	}
	for _, path := range []string{"/societies", "/societies/rawda"} {
		if w := d.browse("society-administrator", "POST", path, url.Values{}); w.Code != http.StatusForbidden {
			t.Errorf("POST %s as an administrator: %d", path, w.Code)
		}
		if w := d.browse("ministry-officer", "POST", path, url.Values{}, "Sec-Fetch-Site", "cross-site"); w.Code != http.StatusForbidden {
			t.Errorf("POST %s from another site: %d", path, w.Code)
		}
	}
	if w := d.browse("ministry-officer", "GET", "/sessions", nil); w.Code != http.StatusNotFound {
		t.Errorf("a society's page at the ministry: %d", w.Code)
	}
}

// TestFiguresSayWhatTheyCover holds that coverage and age stand beside the figures.
func TestFiguresSayWhatTheyCover(t *testing.T) {
	d, _ := openMinistry(t)
	body := d.look("ministry-officer", "/").Body.String()
	for _, want := range []string{"\u20662\u2069 of \u20663\u2069 societies", "15 Jan 2026", "1.500"} {
		if !strings.Contains(body, want) {
			t.Errorf("the overview does not say %q", want)
		}
	}
	rows := strings.Split(body, "<tr")
	for _, row := range rows {
		if strings.Contains(row, "Rawda") && (strings.Contains(row, "societies,") || !strings.Contains(row, `<a href="/societies/rawda"><bdi dir="ltr" class="number">1.500`) || !strings.Contains(row, "20 Jan 2026")) {
			t.Errorf("a society's row repeats its coverage, leads nowhere or has no age: %s", row)
		}
	}
	w := d.look("ministry-officer", "/?from=yesterday")
	if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "is no day") {
		t.Errorf("a day that is none: %d", w.Code)
	}
}

// TestSectionsAreNamed holds that a document is read by what its sections are called, and by their ids where it does not say.
func TestSectionsAreNamed(t *testing.T) {
	d, o := openMinistry(t)
	o.document.Sections = []result.Called[stocktake.SectionID]{{ID: "canned", Name: stocktake.Name{Arabic: "معلبات", English: "Tins"}}}
	path := "/documents/rawda/" + o.hash.String()
	for _, page := range []string{path, path + "/record"} {
		body := d.look("ministry-officer", page).Body.String()
		if !strings.Contains(body, "Tins") || !strings.Contains(body, "dairy") {
			t.Errorf("%s does not name its sections: %s", page, body)
		}
	}
}

// TestPeopleAreNamed holds that a document is read by what its people are called, in the language of who reads it, and by
// their ids where it does not say; and that nobody is made head of a committee by standing first in it.
func TestPeopleAreNamed(t *testing.T) {
	d, o := openMinistry(t)
	o.document.People = []result.Called[stocktake.PersonID]{{ID: "p-fc", Name: stocktake.Name{Arabic: "هند", English: "Hind"}}, {ID: "p-member", Name: stocktake.Name{Arabic: "سالم", English: "Salem"}}}
	path := "/documents/rawda/" + o.hash.String()
	for _, as := range []struct{ body, fc, member string }{
		{d.look("ministry-officer", path+"/record").Body.String(), "Hind", "Salem"},
		{d.browse("ministry-officer", "GET", path+"/record", nil).Body.String(), "هند", "سالم"},
	} {
		if strings.Contains(as.body, "p-fc") || !strings.Contains(as.body, as.fc) || !strings.Contains(as.body, as.member) {
			t.Errorf("the record does not name who decided and signs: %s", as.body)
		}
		if !strings.Contains(as.body, "p-super") {
			t.Error("who is not named has no id either")
		}
		if strings.Contains(as.body, "رئيس لجنة") || strings.Contains(as.body, "Head of the") {
			t.Error("a head of the committee is made up")
		}
	}
	o.document.People = []result.Called[stocktake.PersonID]{{ID: "p-super", Name: stocktake.Name{English: "Mona"}}}
	if body := d.look("ministry-officer", path).Body.String(); !strings.Contains(body, "Mona") || strings.Contains(body, "p-super") {
		t.Errorf("a line's decision does not name its person: %s", body)
	}
}

// TestTamperedDocumentShowsAsSuch holds that what does not verify is said to be so before its figures.
func TestTamperedDocumentShowsAsSuch(t *testing.T) {
	d, o := openMinistry(t)
	path := "/documents/rawda/" + o.hash.String()
	if body := d.look("ministry-officer", path).Body.String(); !strings.Contains(body, "everything below holds") || strings.Contains(body, "does not verify") {
		t.Error("a sound document is not said to hold")
	}
	o.proofs[1].Faults = []result.Fault{result.NewFault("", result.SignatureWrong.New())}
	body := d.look("ministry-officer", path).Body.String()
	for _, want := range []string{"does not verify", "does not hold", result.SignatureWrong.New().English()} {
		if !strings.Contains(body, want) {
			t.Errorf("a tampered document is shown without %q", want)
		}
	}
	if strings.Contains(body, "everything below holds") {
		t.Error("a tampered document is said to hold")
	}
	if body := d.look("ministry-officer", path+"/record").Body.String(); !strings.Contains(body, "does not verify") {
		t.Error("the record of a tampered document does not say so")
	}
	if body := d.browse("ministry-officer", "POST", "/societies/rawda", url.Values{}).Body.String(); !strings.Contains(body, result.ChainWrong.New().Arabic()) {
		t.Error("a broken chain is not shown")
	}
}

// TestCodeIsShownOnce holds that a form says what is wrong beside its fields, and that a code stands in no address.
func TestCodeIsShownOnce(t *testing.T) {
	d, _ := openMinistry(t)
	w := d.browse("ministry-officer", "POST", "/societies", url.Values{"society": {"new"}, "governorate": {"KW-KU"}})
	if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `id="arabic-fault"`) {
		t.Errorf("no name: %d", w.Code)
	}
	w = d.browse("ministry-officer", "POST", "/societies", url.Values{"society": {"new"}, "arabic": {"جديدة"}, "governorate": {"KW-XX"}})
	if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `id="governorate-fault"`) {
		t.Errorf("no governorate: %d", w.Code)
	}
	w = d.browse("ministry-officer", "POST", "/societies", url.Values{"society": {"new"}, "arabic": {"جديدة"}, "governorate": {"KW-KU"}})
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "ABCD-EFGH") || w.Header().Get("Location") != "" {
		t.Errorf("a code: %d", w.Code)
	}
}

// Whoever signs in at the ministry lands on a page that they may see.
func TestHomeOfTheMinistryIsForEverybody(t *testing.T) {
	d, _ := openMinistry(t)
	for who, to := range map[string]string{"society-administrator": "/people", "witness": "/me"} {
		if w := d.browse(who, "GET", "/", nil); w.Code != http.StatusSeeOther || w.Header().Get("Location") != to {
			t.Errorf("a %s: %d to %q", who, w.Code, w.Header().Get("Location"))
		}
		if w := d.browse(who, "GET", to, nil); w.Code != http.StatusOK {
			t.Errorf("a %s at %s: %d", who, to, w.Code)
		}
	}
}

// TestTwoServersOnOneMachineKeepTheirSignIns holds that the ministry's server leaves the sign-in at a society's alone, which
// the browser sends along to another port of the same machine.
func TestTwoServersOnOneMachineKeepTheirSignIns(t *testing.T) {
	d, _ := openMinistry(t)
	d.who.signIn = func(stocktake.SocietyID, stocktake.PersonID, account.Secret, string) (account.Grant, error) {
		return account.Grant{Token: "ministry-officer"}, nil
	}
	if w := d.browse("", "GET", "/", nil, "Cookie", "jard=ministry-officer"); w.Code != http.StatusSeeOther {
		t.Errorf("a society's sign-in opens the ministry: %d", w.Code)
	}
	w := d.browse("", "POST", "/sign-in", url.Values{"person": {"badria"}, "password": {"right"}}, "Cookie", "jard=manager")
	cookies := strings.Join(w.Header().Values("Set-Cookie"), "\n")
	if w.Code != http.StatusSeeOther || !strings.Contains(cookies, "jard-ministry=ministry-officer") || strings.Contains(cookies, "jard=ministry-officer") {
		t.Errorf("signed in at the ministry: %d, %s", w.Code, cookies)
	}
}
