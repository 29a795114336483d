package web_test

import (
	"cmp"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"jard/internal/account"
	"jard/internal/stocktake"
	"jard/internal/web"
)

// browse sends a browser's request: a sign-in in the cookie, a form in the body.
func (d *desk) browse(token, method, path string, form url.Values, headers ...string) *httptest.ResponseRecorder {
	d.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if token != "" {
		r.AddCookie(&http.Cookie{Name: cmp.Or(d.cookie, "jard"), Value: token})
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	d.e.ServeHTTP(w, r)
	return w
}

// consolePages are the addresses of all pages, with something that exists where a parameter stands.
func (d *desk) consolePages() []web.ConsolePage {
	d.t.Helper()
	pages, err := web.ConsolePages()
	must(d.t, err)
	for i := range pages {
		pages[i].Path = fill.Replace(pages[i].Path)
	}
	return pages
}

var fill = strings.NewReplacer(":session", "night1", ":site", "central", ":person", "ali", ":device", "D1", ":section", "dry", ":kind", "items",
	":series", "1", ":number", "1")

func TestEveryAnswerToABrowserIsGuarded(t *testing.T) {
	d := open(t, unhurried)
	paths := []string{"/", "/sign-in", "/nowhere", "/static/tokens.css", "/static/style/console.css", "/static/none.js", "/app/", "/app/worker.json"}
	for _, p := range d.consolePages() {
		paths = append(paths, p.Path)
	}
	for _, path := range paths {
		for _, method := range []string{"GET", "HEAD", "POST"} {
			h := d.browse("", method, path, nil).Header()
			policy := h.Get("Content-Security-Policy")
			if !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors 'none'") || strings.Contains(policy, "unsafe-inline") {
				t.Errorf("%s %s: policy %q", method, path, policy)
			}
			// The camera and the reader of its pictures are the app's alone.
			app := strings.HasPrefix(path, "/app/") && method != "POST"
			if strings.Contains(policy, "wasm-unsafe-eval") != app || strings.Contains(h.Get("Permissions-Policy"), "camera=(self)") != app || strings.Contains(policy, "'unsafe-eval'") {
				t.Errorf("%s %s: policy %q, permissions %q", method, path, policy, h.Get("Permissions-Policy"))
			}
			if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "no-referrer" {
				t.Errorf("%s %s: headers %v", method, path, h)
			}
			if cache := h.Get("Cache-Control"); cache == "" || strings.Contains(cache, "immutable") {
				t.Errorf("%s %s: Cache-Control %q", method, path, cache)
			}
		}
	}
}

func TestNoPageHoldsScriptOrStyle(t *testing.T) {
	d := open(t, unhurried)
	for _, p := range append(d.consolePages(), web.ConsolePage{Path: "/sign-in"}, web.ConsolePage{Path: "/nowhere"}) {
		body := d.browse("supervisor+manager+society-administrator+financial-controller", "GET", p.Path, nil).Body.String()
		for _, wrong := range []string{" style=", "<style", "javascript:", " onclick=", " onload=", "⟦", "http://", "//cdn"} {
			if strings.Contains(body, wrong) {
				t.Errorf("%s holds %q", p.Path, wrong)
			}
		}
	}
}

func TestPagesAreDeniedByDefault(t *testing.T) {
	d := open(t, unhurried)
	for _, p := range d.consolePages() {
		w := d.browse("", "GET", p.Path, nil)
		if p.Get && (w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), "/sign-in")) {
			t.Errorf("%s without a sign-in: %d to %s", p.Path, w.Code, w.Header().Get("Location"))
		}
		if p.Post {
			if w := d.browse("", "POST", p.Path, url.Values{}); w.Code != http.StatusUnauthorized && p.Path != "/sign-out" {
				t.Errorf("POST %s without a sign-in: %d", p.Path, w.Code)
			}
		}
		if len(p.Roles) == 0 {
			continue
		}
		for _, role := range []string{"counter", "integrator", "ministry-officer"} {
			if w := d.browse(role, "GET", p.Path, nil); p.Get && w.Code != http.StatusForbidden {
				t.Errorf("GET %s as %s: %d", p.Path, role, w.Code)
			}
			if w := d.browse(role, "POST", p.Path, url.Values{}); p.Post && w.Code != http.StatusForbidden {
				t.Errorf("POST %s as %s: %d", p.Path, role, w.Code)
			}
		}
	}
}

func TestAnotherSitesPageDoesNothing(t *testing.T) {
	d := open(t, unhurried)
	for _, p := range d.consolePages() {
		if !p.Post {
			continue
		}
		w := d.browse("manager", "POST", p.Path, url.Values{}, "Sec-Fetch-Site", "cross-site")
		if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "موقع آخر") {
			t.Errorf("%s from another site: %d", p.Path, w.Code)
		}
	}
}

func TestSignInOnThePage(t *testing.T) {
	d := open(t, unhurried)
	d.who.signIn = func(s stocktake.SocietyID, id stocktake.PersonID, password account.Secret, _ string) (account.Grant, error) {
		if s != society || id != "salem" || password != "right" {
			return account.Grant{}, account.SignInWrong.New()
		}
		return account.Grant{Token: "supervisor"}, nil
	}
	typed := url.Values{"society": {"rawda"}, "person": {"salem"}, "password": {"wrong-one"}, "next": {"/people?x=1"}}
	w := d.browse("", "POST", "/sign-in", typed)
	body := w.Body.String()
	if w.Code != http.StatusUnprocessableEntity || !strings.Contains(body, `value="salem"`) || strings.Contains(body, "wrong-one") ||
		!strings.Contains(body, account.SignInWrong.Arabic) {
		t.Errorf("a wrong password: %d %s", w.Code, body)
	}
	typed.Set("password", "right")
	w = d.browse("", "POST", "/sign-in", typed)
	cookie := w.Header().Get("Set-Cookie")
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/people?x=1" {
		t.Errorf("signed in: %d to %q", w.Code, w.Header().Get("Location"))
	}
	for _, want := range []string{"jard=supervisor", "HttpOnly", "SameSite=Strict", "Path=/"} {
		if !strings.Contains(cookie, want) {
			t.Errorf("the cookie %q lacks %s", cookie, want)
		}
	}
	r := httptest.NewRequest("POST", "https://jard.example/sign-in", strings.NewReader(typed.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w = httptest.NewRecorder()
	d.e.ServeHTTP(w, r)
	if cookie := w.Header().Get("Set-Cookie"); !strings.HasPrefix(cookie, "__Host-jard=") || !strings.Contains(cookie, "Secure") {
		t.Errorf("the cookie under TLS is %q", cookie)
	}
}

func TestProxyOnThisMachineSpeaksTLS(t *testing.T) {
	d := open(t, unhurried)
	for from, want := range map[string]string{"127.0.0.1:4711": "__Host-jard", "[::1]:4711": "__Host-jard", "192.0.2.7:4711": "jard"} {
		r := httptest.NewRequest("POST", "/sign-out", nil)
		r.RemoteAddr = from
		r.Header.Set("X-Forwarded-Proto", "https")
		r.AddCookie(&http.Cookie{Name: want, Value: "supervisor"})
		w := httptest.NewRecorder()
		d.e.ServeHTTP(w, r)
		secure := strings.Contains(w.Header().Get("Set-Cookie"), "Secure") && w.Header().Get("Strict-Transport-Security") != ""
		if w.Code != http.StatusSeeOther || secure != (want != "jard") {
			t.Errorf("from %s: %d, %v", from, w.Code, w.Header())
		}
	}
}

// TestOnlyANameIsHeldToTLS: a browser told so of localhost or an address would refuse everything else that is found there.
func TestOnlyANameIsHeldToTLS(t *testing.T) {
	d := open(t, unhurried)
	for host, held := range map[string]bool{
		"https://stock.example/sign-in": true, "https://stock.example:8443/sign-in": true, "http://stock.example/sign-in": false,
		"https://localhost:8420/sign-in": false, "https://app.localhost/sign-in": false, "https://LOCALHOST./sign-in": false,
		"https://192.168.1.20/sign-in": false, "https://192.168.1.20:8420/api/me": false, "https://[::1]:8420/sign-in": false,
		"https://stock.example/api/me": true,
	} {
		w := httptest.NewRecorder()
		d.e.ServeHTTP(w, httptest.NewRequest("GET", host, nil))
		if got := w.Header().Get("Strict-Transport-Security") != ""; got != held {
			t.Errorf("%s: held to TLS %v", host, got)
		}
	}
}

func TestNobodyIsSentElsewhere(t *testing.T) {
	d := open(t, unhurried)
	d.who.signIn = func(stocktake.SocietyID, stocktake.PersonID, account.Secret, string) (account.Grant, error) {
		return account.Grant{Token: "supervisor"}, nil
	}
	for _, next := range []string{"https://evil.example/", "//evil.example", `/\evil.example`, "javascript:alert(1)", "evil", "/\r\nX: y"} {
		w := d.browse("", "POST", "/sign-in", url.Values{"society": {"rawda"}, "person": {"a"}, "password": {"b"}, "next": {next}})
		if to := w.Header().Get("Location"); to != "/" {
			t.Errorf("%q leads to %q", next, to)
		}
	}
}

var signInLink = regexp.MustCompile(`id="sign-in" href="([^"]*)"`)

// Who was signed out before a board or a desk comes back to it.
func TestSigningInAgainLeadsBack(t *testing.T) {
	s := openStory(t)
	s.who.signIn = func(stocktake.SocietyID, stocktake.PersonID, account.Secret, string) (account.Grant, error) {
		return account.Grant{Token: "supervisor"}, nil
	}
	for _, path := range []string{"/sessions/s1", "/sessions/s1/desk"} {
		m := signInLink.FindStringSubmatch(s.page("supervisor", path))
		if m == nil {
			t.Fatalf("%s has no link to sign in", path)
		}
		next := hidden(t, s.browse("", "GET", html.UnescapeString(m[1]), nil).Body.String(), "next")
		last := next[len(next)-1:] // after that of the preferences
		w := s.browse("", "POST", "/sign-in", url.Values{"society": {"rawda"}, "person": {"a"}, "password": {"b"}, "next": last})
		to := w.Header().Get("Location")
		if w.Code != http.StatusSeeOther || to != "/sessions/s1" {
			t.Fatalf("from %s, signing in leads to %q: %d", path, to, w.Code)
		}
		s.page("supervisor", to)
	}
}

func TestLanguageThemeAndDigits(t *testing.T) {
	d := open(t, unhurried)
	if body := d.browse("", "GET", "/sign-in", nil).Body.String(); !strings.Contains(body, `<html lang="ar" dir="rtl">`) {
		t.Errorf("Arabic does not come first: %s", body)
	}
	w := d.browse("", "POST", "/prefer", url.Values{"lang": {"en"}, "next": {"/sign-in"}})
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/sign-in" || !strings.Contains(w.Header().Get("Set-Cookie"), "lang=en") {
		t.Errorf("switch: %d %v", w.Code, w.Header())
	}
	body := d.browse("", "GET", "/sign-in", nil, "Cookie", "lang=en; theme=dark").Body.String()
	if !strings.Contains(body, `<html lang="en" dir="ltr" data-theme="dark">`) || !strings.Contains(body, "Password") {
		t.Errorf("English, dark: %s", body)
	}
	if body := d.browse("", "GET", "/sign-in", nil, "Cookie", `lang=fr; theme="><script>`).Body.String(); strings.Contains(body, "<script>") || !strings.Contains(body, `lang="ar"`) {
		t.Errorf("unknown preferences: %s", body)
	}
}

func TestFilesSayHowLongTheyKeep(t *testing.T) {
	d := open(t, unhurried)
	for path, want := range map[string]string{
		"/app/": "no-cache", "/app/worker.json": "no-cache", "/app/index.html": "no-cache", "/static/tokens.css": "no-cache", "/static/tokens.css?v=old": "no-cache",
	} {
		w := d.browse("", "GET", path, nil)
		if got := w.Header().Get("Cache-Control"); w.Code != http.StatusOK || got != want {
			t.Errorf("%s: %d, %q", path, w.Code, got)
		}
	}
	page := d.browse("", "GET", "/sign-in", nil).Body.String()
	_, rest, _ := strings.Cut(page, `href="/static/tokens.css?v=`)
	version, _, _ := strings.Cut(rest, `"`)
	w := d.browse("", "GET", "/static/tokens.css?v="+version, nil, "Accept-Encoding", "gzip")
	if !strings.Contains(w.Header().Get("Cache-Control"), "immutable") || w.Header().Get("Content-Encoding") != "gzip" {
		t.Errorf("a file under its version: %v", w.Header())
	}
	if w := d.browse("", "GET", "/static/tokens.css", nil, "If-None-Match", w.Header().Get("ETag")); w.Code != http.StatusNotModified || w.Body.Len() > 0 {
		t.Errorf("a file that is known: %d", w.Code)
	}
	for _, path := range []string{"/app/../tokens.css", "/static/embed.go", "/static/scanner/index.html", "/static/"} {
		if w := d.browse("", "GET", path, nil); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

// unhurried asks for every page from one address at once.
func unhurried(c *web.Config) { c.Rate, c.Burst = 1e6, 1e6 }
