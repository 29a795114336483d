package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"jard/internal/account"
	"jard/internal/boltdb"
	"jard/internal/count"
	"jard/internal/stocktake"
	"jard/internal/web"
)

const society stocktake.SocietyID = "rawda"

// people is Accounts with fixed tokens: the token is the role, or several joined by '+'.
type people struct {
	web.Accounts                   // what a test does not set up panics, which is a test of its own
	roll         []account.Profile // who there is; two where empty
	devices      error             // … and why nobody is told of the devices
	signIn       func(stocktake.SocietyID, stocktake.PersonID, account.Secret, string) (account.Grant, error)
}

func (p *people) Prove(_ context.Context, _ stocktake.Person, password account.Secret, _ string) error {
	if password != "right" {
		return account.PasswordWrong.New()
	}
	return nil
}

func (p *people) PersonByToken(_ context.Context, token account.Secret) (stocktake.Person, error) {
	switch token {
	case "":
		return stocktake.Person{}, account.SignInFirst.New()
	case "broken":
		return stocktake.Person{}, errors.New("disk full at /var/lib/secret-place")
	}
	who := stocktake.Person{Society: society, ID: stocktake.PersonID("the-" + string(token))}
	for role := range strings.SplitSeq(string(token), "+") {
		who.Roles = append(who.Roles, stocktake.Role(role))
	}
	return who, nil
}

func (p *people) SignIn(_ context.Context, s stocktake.SocietyID, id stocktake.PersonID, pass account.Secret, remote string) (account.Grant, error) {
	return p.signIn(s, id, pass, remote)
}

func (p *people) SignOut(context.Context, account.Secret) error { return nil }

func (p *people) Me(_ context.Context, by stocktake.Person) (account.Profile, error) {
	return account.Profile{ID: by.ID, Name: stocktake.Name{Arabic: "سالم", English: "Salem"}, Roles: by.Roles}, nil
}

func (p *people) People(_ context.Context, by stocktake.Person) ([]account.Profile, error) {
	if !by.Is(stocktake.SocietyAdministrator, stocktake.Supervisor, stocktake.Manager, stocktake.FinancialController, stocktake.AdministrativeController) {
		return nil, stocktake.NotAllowed.New()
	}
	if p.roll != nil {
		return p.roll, nil
	}
	return []account.Profile{
		{ID: "ali", Name: stocktake.Name{Arabic: "علي"}, Roles: []stocktake.Role{stocktake.Counter}, HasPIN: true},
		{ID: "mona", Name: stocktake.Name{Arabic: "منى"}, Roles: []stocktake.Role{stocktake.Manager}, HasPassword: true},
	}, nil
}

func (p *people) Counters(context.Context, stocktake.SocietyID) ([]account.PersonInfo, error) {
	return []account.PersonInfo{{ID: "ali", Name: stocktake.Name{Arabic: "علي"}}, {ID: "badr", Name: stocktake.Name{English: "Badr"}}}, nil
}

func (p *people) CodeFor() time.Duration { return 15 * time.Minute }

func (p *people) NewEnrolment(context.Context, stocktake.Person, string) (account.Code, error) {
	return account.Code{Secret: "K7Q2", ExpiresAt: time.Unix(900, 0)}, nil
}

func (p *people) Devices(context.Context, stocktake.Person) ([]account.Device, error) {
	if p.devices != nil {
		return nil, p.devices
	}
	return []account.Device{{Society: society, ID: "D1", Name: "TC26-1", EnrolledBy: "mona", EnrolledAt: time.Unix(0, 0)}}, nil
}

func (p *people) Trail(context.Context, stocktake.Person, uint64, int) ([]account.Act, error) {
	return []account.Act{{Offset: 1, Kind: account.PersonAdded, Person: "ali", By: "mona"}}, nil
}

func (p *people) SignOutEverywhere(context.Context, stocktake.Person) error { return nil }

// desk is the API over a real count.Service and store.
type desk struct {
	cookie string // that holds the sign-in; the society's where empty
	t      *testing.T
	db     *boltdb.DB
	e      *echo.Echo
	logs   *bytes.Buffer
	who    *people
}

func open(t *testing.T, edit ...func(*web.Config)) *desk {
	t.Helper()
	db, err := boltdb.Open(filepath.Join(t.TempDir(), "jard.db"), boltdb.Options{InitialMmapSize: 1 << 20})
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	counts := count.NewService(db, db, db, time.Now)
	t.Cleanup(counts.Close)
	publish(t, db)
	d := &desk{t: t, db: db, logs: &bytes.Buffer{}, who: &people{}}
	c := web.Config{Accounts: d.who, Sessions: counts, Logger: slog.New(slog.NewTextHandler(d.logs, &slog.HandlerOptions{Level: slog.LevelDebug})), TempDir: t.TempDir(), Rate: 1e6, Burst: 1e6}
	for _, f := range edit {
		f(&c)
	}
	d.e, err = web.New(c)
	must(t, err)
	return d
}

func publish(t *testing.T, db *boltdb.DB) {
	t.Helper()
	name := stocktake.Name{Arabic: "السوق المركزي"}
	catalogue, chunks, err := stocktake.NewCatalogue([]stocktake.Item{
		{ID: "tuna", Name: stocktake.Name{Arabic: "تونة"}, Unit: stocktake.Piece},
		{ID: "رز/١", Name: stocktake.Name{Arabic: "رز"}, Unit: stocktake.Kilogram},
	})
	must(t, err)
	must(t, db.Publish(t.Context(), society, "catalogue", catalogue, chunks...))
	site, err := stocktake.NewDocument(stocktake.Site{ID: "central", Name: name, Kind: stocktake.CentralMarket,
		Sections:  []stocktake.Section{{ID: "dry", Name: name, Custodian: name}},
		Locations: []stocktake.Location{{ID: "A1", Name: name, Section: "dry", Kind: stocktake.Floor}}})
	must(t, err)
	must(t, db.Publish(t.Context(), society, "site/central", site))
	publishBook(t, db, "central")
}

func publishBook(t *testing.T, db *boltdb.DB, site stocktake.SiteID) {
	t.Helper()
	book, err := stocktake.NewSnapshot(stocktake.Snapshot{Site: site, AsOf: time.Now(), Lines: []stocktake.BookLine{
		{Section: "dry", Item: "tuna", Quantity: 98765000, Cost: 250000}, {Section: "dry", Item: "رز/١", Quantity: 4000, Cost: 1},
	}})
	must(t, err)
	must(t, db.Publish(t.Context(), society, "snapshot/"+string(site), book))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// ask sends a request; a body that is a text is JSON.
func (d *desk) ask(token, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	d.t.Helper()
	var r io.Reader
	if body != "" {
		r = strings.NewReader(body)
	}
	req := httptest.NewRequest(method, path, r)
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	d.e.ServeHTTP(w, req)
	return w
}

type refused struct {
	Error struct {
		Code, Key, En, Ar, Request string
		Fields                     []struct{ Field, Key, En, Ar string }
	}
	Report json.RawMessage
}

func (d *desk) refused(w *httptest.ResponseRecorder, status int, key string) refused {
	d.t.Helper()
	var r refused
	if err := json.Unmarshal(w.Body.Bytes(), &r); err != nil {
		d.t.Fatalf("%d %s: %v", w.Code, w.Body, err)
	}
	if w.Code != status || r.Error.Key != key || r.Error.En == "" || r.Error.Ar == "" || r.Error.Code == "" {
		d.t.Fatalf("got %d %s, want %d %s", w.Code, w.Body, status, key)
	}
	return r
}

func (d *desk) ok(w *httptest.ResponseRecorder, status int, into any) {
	d.t.Helper()
	if w.Code != status {
		d.t.Fatalf("got %d %s", w.Code, w.Body)
	}
	if into != nil {
		if err := json.Unmarshal(w.Body.Bytes(), into); err != nil {
			d.t.Fatalf("%s: %v", w.Body, err)
		}
	}
}

func TestRefusalsHaveOneForm(t *testing.T) {
	d := open(t)
	d.refused(d.ask("", "GET", "/api/me", ""), 401, "sign-in-first")
	d.refused(d.ask("supervisor", "GET", "/api/nothing", ""), 404, "route-unknown")
	d.refused(d.ask("supervisor", "GET", "/api/elsewhere", ""), 404, "route-unknown")
	d.refused(d.ask("supervisor", "DELETE", "/api/sessions", ""), 404, "route-unknown")
	d.refused(d.ask("supervisor", "GET", "/api/sessions/none", ""), 404, "not-found")
	d.refused(d.ask("supervisor", "GET", "/api/sessions/~late", ""), 400, "id-characters")
	d.refused(d.ask("supervisor", "GET", "/api/sessions?form=1", ""), 400, "query-wrong")
	d.refused(d.ask("supervisor", "GET", "/api/sessions?from=-1", ""), 400, "query-wrong")
	d.refused(d.ask("supervisor", "GET", "/api/sessions?from=1&from=2", ""), 400, "query-wrong")
	w := d.ask("", "GET", "/api/me", "", "Authorization", "Basic c3VwZXJ2aXNvcjp4")
	d.refused(w, 401, "sign-in-first")
	if w.Header().Get("WWW-Authenticate") != "Bearer" {
		t.Error("no challenge")
	}
}

func TestBodiesAreReadStrictly(t *testing.T) {
	d := open(t)
	d.who.signIn = func(stocktake.SocietyID, stocktake.PersonID, account.Secret, string) (account.Grant, error) {
		t.Error("a bad body got through")
		return account.Grant{}, account.SignInWrong.New()
	}
	good := `{"society":"rawda","person":"p","password":"opensesame"}`
	for body, want := range map[string]struct {
		status int
		key    string
	}{
		"":                             {400, "body-malformed"},
		"{":                            {400, "body-malformed"},
		"null null":                    {400, "body-malformed"},
		good + good:                    {400, "body-malformed"},
		good + "x":                     {400, "body-malformed"},
		`["opensesame"]`:               {400, "body-malformed"},
		`{"society":{"opensesame":1}}`: {400, "body-malformed"},
		`{"society":"r","person":"p","password":"opensesame","admin":true}`:                                   {400, "body-malformed"},
		`{"society":"r","person":"p","password":"opensesame","opensesame` + strings.Repeat("x", 500) + `":1}`: {400, "body-malformed"},
		`{"person":"p","password":"opensesame"}`:                                                              {400, "fields-wrong"},
		`{"society":"` + strings.Repeat("x", 65) + `","person":"p","password":"opensesame"}`:                  {400, "fields-wrong"},
		`{"society":"r","person":"` + strings.Repeat("x", 17<<20) + `"}`:                                      {413, "body-too-large"},
	} {
		w := d.ask("", "POST", "/api/sign-in", body)
		d.refused(w, want.status, want.key)
		if strings.Contains(w.Body.String(), "opensesame\"") && want.key != "body-malformed" || w.Body.Len() > 1000 {
			t.Errorf("the body is echoed: %s", w.Body)
		}
	}
	d.refused(d.ask("", "POST", "/api/sign-in", good, "Content-Type", "text/plain"), 415, "body-type")
	r := d.refused(d.ask("supervisor", "POST", "/api/sessions/s/recounts",
		`{"round":2,"tasks":[{"id":"1","location":"A1"},{"id":"`+strings.Repeat("x", 65)+`"}],"reason":"`+strings.Repeat("y", 1001)+`"}`),
		400, "fields-wrong")
	var fields []string
	for _, f := range r.Error.Fields {
		fields = append(fields, f.Field+" "+f.Key)
	}
	if got := strings.Join(fields, ", "); got != "tasks[1].id max, tasks[1].location required, reason max" {
		t.Errorf("got fields %s", got)
	}
}

func TestSignIn(t *testing.T) {
	d := open(t)
	var remote string
	d.who.signIn = func(s stocktake.SocietyID, id stocktake.PersonID, pass account.Secret, from string) (account.Grant, error) {
		remote = from
		if pass != "opensesame" {
			return account.Grant{}, account.SlowDown.New(17)
		}
		return account.Grant{Token: "jp_secret", Person: stocktake.Person{Society: s, ID: id}, ExpiresAt: time.Unix(0, 0).UTC()}, nil
	}
	var got map[string]any
	w := d.ask("", "POST", "/api/sign-in", `{"society":"rawda","person":"p","password":"opensesame"}`, "X-Forwarded-For", "9.9.9.9")
	d.ok(w, 200, &got)
	if got["token"] != "jp_secret" || got["person"] != "p" || got["roles"] == nil || remote != "192.0.2.1" {
		t.Errorf("got %v from %s", got, remote)
	}
	w = d.ask("", "POST", "/api/sign-in", `{"society":"rawda","person":"p","password":"wrong"}`)
	d.refused(w, 429, "slow-down")
	if w.Header().Get("Retry-After") != "17" {
		t.Error("does not say when to try again")
	}
	d.ok(d.ask("jp_secret", "POST", "/api/sign-out", ""), 204, nil)
	if strings.Contains(d.logs.String(), "opensesame") || strings.Contains(d.logs.String(), "jp_secret") {
		t.Errorf("a secret is logged: %s", d.logs)
	}
	// Requests are logged for who debugs: a whole day of them would bury what matters.
	if strings.Count(d.logs.String(), "level=DEBUG msg=request") != 3 || strings.Count(d.logs.String(), "level=") != 3 {
		t.Errorf("logged %s", d.logs)
	}
}

func TestHeaders(t *testing.T) {
	d := open(t)
	for _, path := range []string{"/api/sessions", "/api/nothing", "/api/me"} {
		h := d.ask("supervisor", "GET", path, "", "X-Request-Id", "forged").Header()
		if h.Get("Cache-Control") != "no-store" || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("X-Frame-Options") != "DENY" ||
			!strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") || len(h.Get("X-Request-Id")) != 22 {
			t.Errorf("%s: got %v", path, h)
		}
	}
}

func TestServerFaultsAreLoggedAndNotShown(t *testing.T) {
	d := open(t)
	w := d.ask("supervisor", "POST", "/api/people/ali/enable", "{}") // nil Accounts: a panic
	r := d.refused(w, 500, "internal")
	if r.Error.Request == "" || r.Error.Request != w.Header().Get("X-Request-Id") || strings.Contains(w.Body.String(), "nil pointer") {
		t.Errorf("got %s", w.Body)
	}
	if !strings.Contains(d.logs.String(), "level=ERROR") || !strings.Contains(d.logs.String(), "nil pointer") || !strings.Contains(d.logs.String(), r.Error.Request) {
		t.Errorf("logged %s", d.logs)
	}
	w = d.ask("broken", "GET", "/api/me", "")
	d.refused(w, 500, "internal")
	if strings.Contains(w.Body.String(), "secret-place") || !strings.Contains(d.logs.String(), "secret-place") {
		t.Errorf("got %s", w.Body)
	}
}

func TestRequestsAreBounded(t *testing.T) {
	at := time.Unix(1_800_000_000, 0)
	d := open(t, func(c *web.Config) { c.Rate, c.Burst, c.Now = 1, 3, func() time.Time { return at } })
	for range 3 {
		d.ok(d.ask("supervisor", "GET", "/api/sessions", ""), 200, nil)
	}
	w := d.ask("supervisor", "GET", "/api/sessions", "")
	d.refused(w, 429, "too-fast")
	if w.Header().Get("Retry-After") != "1" {
		t.Errorf("got %v", w.Header())
	}
	at = at.Add(time.Second)
	d.ok(d.ask("supervisor", "GET", "/api/sessions", ""), 200, nil)
}

func TestTimeoutIsUnavailable(t *testing.T) {
	d := open(t, func(c *web.Config) { c.Timeout = time.Nanosecond })
	if w := d.ask("supervisor", "GET", "/api/sessions", ""); w.Code != 503 { // in the words of whoever noticed first
		t.Errorf("got %d %s", w.Code, w.Body)
	}
}
