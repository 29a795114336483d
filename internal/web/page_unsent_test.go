package web_test

import (
	"context"
	"html"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"jard/internal/account"
	"jard/internal/boltdb"
	"jard/internal/count"
	"jard/internal/stocktake"
	"jard/internal/web"
)

// carriedBy are the hidden fields of a page's body, as a browser sends them.
func carriedBy(body string) url.Values {
	v := url.Values{}
	for _, m := range hiddenField.FindAllStringSubmatch(body[strings.Index(body, "<main"):], -1) {
		v.Add(m[1], html.UnescapeString(m[2]))
	}
	return v
}

// hosted are two societies, asked as a store is: not in a request that has ended.
type hosted struct{}

func (hosted) Societies(ctx context.Context) ([]stocktake.Society, error) {
	return []stocktake.Society{{ID: "rawda"}, {ID: "salwa"}}, ctx.Err()
}

// TestWhatWasTypedOutlivesTheSignIn holds that a form sent after the sign-in has ended is not lost: nothing is done, and once
// signed in it can be sent again as it was, but for passwords.
func TestWhatWasTypedOutlivesTheSignIn(t *testing.T) {
	d := open(t, unhurried, func(c *web.Config) { c.Societies = hosted{} })
	d.who.signIn = func(s stocktake.SocietyID, id stocktake.PersonID, password account.Secret, _ string) (account.Grant, error) {
		if password != "right" {
			return account.Grant{}, account.SignInWrong.New()
		}
		return account.Grant{Token: "supervisor", Person: stocktake.Person{Society: s, ID: id, Roles: []stocktake.Role{stocktake.Supervisor}}}, nil
	}
	typed := url.Values{"do": {"choose"}, "line": {"a\tb", "c\td"}, "reason": {`"لأن" & so <b>`}, "password": {"hush-1"}, "pin": {"hush-2"}, "repeat": {"hush-3"}}
	w := d.browse("", "POST", "/sessions/s1/disputes?from=100", typed, "Cookie", "lang=en")
	body := w.Body.String()
	if w.Code != http.StatusUnauthorized || !strings.Contains(body, "what you typed is kept") || strings.Contains(body, "hush") {
		t.Fatalf("%d: %s", w.Code, body)
	}
	carried := carriedBy(body)
	carried.Set("society", "rawda")
	carried.Set("person", "salem")
	carried.Set("password", "wrong")
	w = d.browse("", "POST", "/sign-in", carried, "Cookie", "lang=en")
	if w.Code != http.StatusUnprocessableEntity || carriedBy(w.Body.String()).Get("unsent") != carried.Get("unsent") {
		t.Fatalf("after a wrong password: %d: %s", w.Code, w.Body)
	}
	carried.Set("password", "right")
	// Somebody else signs in first: they are neither shown the form nor asked to send it.
	carried.Set("person", "mona")
	w = d.browse("", "POST", "/sign-in", carried, "Cookie", "lang=en")
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/?done=done.unsent-dropped" {
		t.Fatalf("somebody else: %d to %s: %s", w.Code, w.Header().Get("Location"), w.Body)
	}
	carried.Set("person", "salem")
	last := d.browse("", "POST", "/sign-in", url.Values{"society": {"rawda"}, "person": {"salem"}, "password": {"right"}}).Result().Cookies()
	mine := ""
	for _, c := range last {
		if strings.HasSuffix(c.Name, "-last") {
			mine = c.Name + "=" + c.Value
		}
	}
	w = d.browse("", "POST", "/sign-in", carried, "Cookie", "lang=en; "+mine)
	body = w.Body.String()
	if w.Code != http.StatusOK || w.Header().Get("Set-Cookie") == "" || !strings.Contains(body, "Send what was typed") ||
		!strings.Contains(body, `action="/sessions/s1/disputes?from=100"`) {
		t.Fatalf("signed in: %d: %s", w.Code, body)
	}
	main := carriedBy(body)
	for _, name := range []string{"password", "pin", "repeat"} {
		typed.Del(name)
	}
	if main.Encode() != typed.Encode() {
		t.Errorf("it would send %q, not %q", main.Encode(), typed.Encode())
	}

	big := url.Values{"reason": {strings.Repeat("x", 300<<10)}}
	if body := d.browse("", "POST", "/sessions/s1/disputes", big, "Cookie", "lang=en").Body.String(); !strings.Contains(body, "could not be kept") || len(body) > 100<<10 {
		t.Errorf("what is too large: %d bytes", len(body))
	}
	if w := d.browse("", "POST", "/sign-out", url.Values{}); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/sign-in" {
		t.Errorf("signing out of nothing: %d to %q", w.Code, w.Header().Get("Location"))
	}
}

// TestWhatWasTypedOutlivesAFailure holds the same of a server that is too busy, or cannot write; and that nobody is led to
// send on what another site's page made up.
func TestWhatWasTypedOutlivesAFailure(t *testing.T) {
	typed := url.Values{"do": {"choose"}, "reason": {"seen by me"}}
	slow := open(t, func(c *web.Config) { c.Rate, c.Burst = 0.001, 1 })
	slow.browse("", "GET", "/sign-in", nil)
	w := slow.browse("manager", "POST", "/sessions/s1/disputes", typed, "Cookie", "lang=en")
	body := w.Body.String()
	if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") == "" || !strings.Contains(body, "Wait ") || carriedBy(body).Get("reason") != "seen by me" ||
		strings.Contains(body, "look before you send") {
		t.Errorf("too busy: %d: %s", w.Code, body)
	}
	body = slow.browse("manager", "POST", "/sessions/s1/disputes", typed, "Sec-Fetch-Site", "cross-site").Body.String()
	if strings.Contains(body, "seen by me") {
		t.Errorf("another site's form is carried: %s", body)
	}
	d := open(t, unhurried)
	body = d.browse("broken", "POST", "/sessions/s1/disputes", typed, "Cookie", "lang=en").Body.String()
	if carriedBy(body).Get("reason") != "seen by me" || !strings.Contains(body, "look before you send") || strings.Contains(body, "secret-place") {
		t.Errorf("a server that failed: %s", body)
	}
}

// fullDisk is a service whose store has no room left.
type fullDisk struct{ sessions }

type sessions = web.Sessions

func (fullDisk) AbandonPass(context.Context, stocktake.Person, stocktake.SessionID, count.PassDecision) (count.Entry, error) {
	return count.Entry{}, boltdb.StoreFull.New()
}

func TestFullDiskIsSaidAboveTheForm(t *testing.T) {
	s := openStory(t, func(c *web.Config) { c.Sessions = fullDisk{c.Sessions} })
	s.walk("p1", "ali", "tuna", 5)
	s.holds(s.post("supervisor", "/sessions/s1/passes", url.Values{"do": {"abandon"}, "key": {"p1"}, "reason": {"seen by me"}}),
		http.StatusUnprocessableEntity, "disk is full: nothing of this request was saved", "Free space on the disk", `value="seen by me"`)
}

// TestSecretsDoNotComeBack holds that every field for a secret is known as one.
func TestSecretsDoNotComeBack(t *testing.T) {
	pages, err := filepath.Glob("html/*.html")
	must(t, err)
	found := 0
	for _, file := range pages {
		b, err := os.ReadFile(file)
		must(t, err)
		for _, m := range regexp.MustCompile(`Field "([^"]+)" "[^"]+"[^}]*"type=password"`).FindAllSubmatch(b, -1) {
			found++
			if !slices.Contains(web.SecretFields, string(m[1])) {
				t.Errorf("%s: what is typed as %s would be carried in a page", file, m[1])
			}
		}
	}
	if found < 5 {
		t.Errorf("found %d fields for secrets: the test shows nothing", found)
	}
}

// alone hosts one society.
type alone struct{}

func (alone) Societies(ctx context.Context) ([]stocktake.Society, error) {
	return []stocktake.Society{{ID: "rawda"}}, ctx.Err()
}

// TestWrongSignInBlamesOnlyWhatWasAsked: where the form asks for no society, nobody is told to check it.
func TestWrongSignInBlamesOnlyWhatWasAsked(t *testing.T) {
	for hosts, c := range map[string]struct {
		societies web.Societies
		blamed    bool
	}{"one": {alone{}, false}, "two": {hosted{}, true}} {
		d := open(t, unhurried, func(x *web.Config) { x.Societies = c.societies })
		d.who.signIn = func(stocktake.SocietyID, stocktake.PersonID, account.Secret, string) (account.Grant, error) {
			return account.Grant{}, account.SignInWrong.New()
		}
		w := d.browse("", "POST", "/sign-in", url.Values{"society": {"rawda"}, "person": {"salem"}, "password": {"x"}}, "Cookie", "lang=en")
		if body := w.Body.String(); w.Code != http.StatusUnprocessableEntity || !strings.Contains(body, "password is wrong") || strings.Contains(body, "The society, the name") != c.blamed {
			t.Errorf("hosting %s: %d: %s", hosts, w.Code, body)
		}
	}
}
