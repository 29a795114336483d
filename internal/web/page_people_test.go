package web_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"jard/internal/account"
	"jard/internal/stocktake"
)

func (p *people) AddPerson(_ context.Context, _ stocktake.Person, n account.NewPerson) (account.Profile, error) {
	if n.ID == "ali" {
		return account.Profile{}, account.PersonExists.New(string(n.ID))
	}
	return account.Profile{ID: n.ID}, nil
}

func TestAFormKeepsWhatWasTyped(t *testing.T) {
	d := open(t)
	typed := url.Values{"id": {"ali"}, "name-ar": {"علي <b>"}, "roles": {"counter", "supervisor"}, "password": {"a long secret"}, "pin": {"47118205"}}
	for lang, want := range map[string]string{"ar": "اختر اسمًا آخر", "en": "Choose another id"} {
		w := d.browse("society-administrator", "POST", "/people/new", typed, "Cookie", "lang="+lang)
		body := w.Body.String()
		if w.Code != http.StatusUnprocessableEntity {
			t.Fatalf("%s: %d %s", lang, w.Code, body)
		}
		_, beside, _ := strings.Cut(body, `id="id-fault"`)
		if fault, _, _ := strings.Cut(beside, "</p>"); !strings.Contains(fault, want) {
			t.Errorf("%s: beside the field stands %q", lang, fault)
		}
		for _, part := range []string{`value="ali"`, `علي &lt;b&gt;`, `value="supervisor" checked`, `aria-invalid="true"`, `aria-describedby="id-hint id-fault"`} {
			if !strings.Contains(body, part) {
				t.Errorf("%s: the form lacks %s", lang, part)
			}
		}
		for _, secret := range []string{"a long secret", "47118205"} {
			if strings.Contains(body, secret) {
				t.Errorf("%s: the form gives %q back", lang, secret)
			}
		}
	}
	w := d.browse("society-administrator", "POST", "/people/new", url.Values{"roles": {"counter"}})
	if body := w.Body.String(); strings.Count(body, "املأ هذه الخانة") != 2 {
		t.Errorf("of an empty form not both missing fields are named: %s", body)
	}
	typed.Set("id", "new/one")
	w = d.browse("society-administrator", "POST", "/people/new", typed)
	if to := w.Header().Get("Location"); w.Code != http.StatusSeeOther || to != "/people/new%2Fone?done=done.person-added" {
		t.Errorf("added: %d to %q", w.Code, to)
	}
}

// TestWhatIsWrongWithAPersonIsSaidAtOnce holds that a PIN that is none is named beside what is missing, and that what is needed
// is not called optional.
func TestWhatIsWrongWithAPersonIsSaidAtOnce(t *testing.T) {
	d := open(t)
	w := d.browse("society-administrator", "POST", "/people/new", url.Values{"roles": {"counter"}, "pin": {"12"}, "password": {"short"}}, "Cookie", "lang=en")
	for _, want := range []string{`id="id-fault"`, `id="name-ar-fault"`, `id="pin-fault">A PIN has 4 to 8 digits`, `id="password-fault">A password has`} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("%d: the form lacks %s: %s", w.Code, want, w.Body)
		}
	}
	if label := between(w.Body.String(), `<label for="name-ar">`, "</label>"); strings.Contains(label, "optional") {
		t.Errorf("the name is called optional: %s", label)
	}
}

// TestPairingSaysTheSameBeforeAndAfter holds that a code's life is that of the service in both places, and that who cannot
// pair is told who can.
func TestPairingSaysTheSameBeforeAndAfter(t *testing.T) {
	d := open(t)
	d.who.roll = []account.Profile{{ID: "root", Name: stocktake.Name{English: "Root"}, Roles: []stocktake.Role{stocktake.SocietyAdministrator}},
		{ID: "mona", Name: stocktake.Name{English: "Mona"}, Roles: []stocktake.Role{stocktake.Manager}}}
	page := func(as, method, path string) string {
		return strings.NewReplacer("\u2066", "", "\u2068", "", "\u2069", "").Replace(d.browse(as, method, path, url.Values{}, "Cookie", "lang=en").Body.String())
	}
	if body := page("society-administrator", "GET", "/devices/pair"); !strings.Contains(body, "It is valid for 15 minutes") {
		t.Errorf("before: %s", body)
	}
	if body := page("society-administrator", "POST", "/devices/pair"); !strings.Contains(body, "Valid for 15 minutes, until") {
		t.Errorf("after: %s", body)
	}
	if body := page("supervisor", "GET", "/devices"); !strings.Contains(body, "by the society administrator: <b>Root</b>") {
		t.Errorf("a supervisor is not told who pairs: %s", body)
	}
	if body := page("society-administrator", "GET", "/devices/D1"); !strings.Contains(body, "· Mona") {
		t.Errorf("the device does not name who paired it: %s", body)
	}
}
