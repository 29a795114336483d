package link_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"jard/internal/account"
	"jard/internal/link"
	"jard/internal/stocktake"
)

// keys are whose keys they are.
type keys map[account.Secret]stocktake.Person

func (k keys) PersonByToken(_ context.Context, token account.Secret) (stocktake.Person, error) {
	p, ok := k[token]
	if !ok {
		return p, account.SignInFirst.New()
	}
	return p, nil
}

// openAPIFile is openapi.json as far as tests look at it.
type openAPIFile struct {
	Paths map[string]map[string]json.RawMessage `json:"paths"`
}

// caller sends requests, and notes which answers each address gave.
type caller struct {
	t       *testing.T
	handler http.Handler
	seen    map[string]map[int]bool
}

func newCaller(t *testing.T, im *link.Importer, more func(*link.APIConfig)) *caller {
	t.Helper()
	c := link.APIConfig{Importer: im, Logger: slog.New(slog.DiscardHandler), TempDir: t.TempDir(), Now: func() time.Time { return asOf },
		Accounts: keys{"machine": machine, "counter": person(stocktake.Counter), "manager": person(stocktake.Manager), "theirs": {Society: "s2", ID: "x", Roles: []stocktake.Role{stocktake.Integrator}}}}
	if more != nil {
		more(&c)
	}
	h, err := link.NewAPI(c)
	if err != nil {
		t.Fatal(err)
	}
	return &caller{t, h, map[string]map[int]bool{}}
}

type sending struct {
	method, path, key, kind string
	body                    io.Reader
	length                  int64 // said, where it is not the body's
}

// send gives the status, the answer and its error's key.
func (c *caller) send(s sending) (int, string, string) {
	c.t.Helper()
	r := httptest.NewRequest(s.method, s.path, s.body)
	if s.key != "" {
		r.Header.Set("Authorization", "Bearer "+s.key)
	}
	if s.kind != "" {
		r.Header.Set("Content-Type", s.kind)
	}
	if s.length > 0 {
		r.ContentLength = s.length
	}
	w := httptest.NewRecorder()
	c.handler.ServeHTTP(w, r)
	template, _, _ := strings.Cut(s.path, "?")
	for _, site := range []string{"m1", "none"} {
		template = strings.Replace(template, "/sites/"+site+"/", "/sites/{site}/", 1)
	}
	at := strings.ToLower(s.method) + " " + template
	if c.seen[at] == nil {
		c.seen[at] = map[int]bool{}
	}
	c.seen[at][w.Code] = true
	var failed struct {
		Error struct {
			Key     string `json:"key"`
			English string `json:"en"`
			Arabic  string `json:"ar"`
		} `json:"error"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &failed); err != nil && strings.HasPrefix(s.path, link.APIBase) {
		c.t.Errorf("%s: %v: %s", s.path, err, w.Body)
	}
	if w.Code != http.StatusOK && (failed.Error.English == "" || failed.Error.Arabic == "") {
		c.t.Errorf("%s answers %d without saying why: %s", s.path, w.Code, w.Body)
	}
	if wait := w.Header().Get("Retry-After"); (wait != "") != (w.Code == http.StatusTooManyRequests || w.Code == http.StatusServiceUnavailable) {
		c.t.Errorf("%s answers %d with Retry-After %q", s.path, w.Code, wait)
	}
	return w.Code, w.Body.String(), failed.Error.Key
}

const oneSale = "id,kind,item,quantity,booked\n1,sale,200,-1,2026-11-24 08:00\n"

// TestAPIAnswersAsDescribed asks for every answer that openapi.json names, and for no other.
func TestAPIAnswersAsDescribed(t *testing.T) {
	im, _ := linked(t)
	c := newCaller(t, im, func(c *link.APIConfig) {
		c.Bytes, c.Wait, c.Files, c.Rate, c.Burst = 1<<20+100, time.Millisecond, 1, 1000, 1000
	})
	const base = link.APIBase
	book := "sites/m1/book?as_of=2026-11-24T08:00:00%2B03:00"
	for path, good := range map[string]string{"items?mode=merge": itemsText, book: bookText, "sites/m1/movements?complete_since=2026-11-01T00:00:00Z&complete_through=2026-11-24T05:30:00Z": oneSale} {
		join := "?"
		if strings.Contains(path, "?") {
			join = "&"
		}
		for _, x := range []struct {
			s      sending
			status int
			key    string
		}{
			{sending{"POST", path + join + "dry=1", "machine", "text/csv", strings.NewReader(good), 0}, 200, ""},
			{sending{"POST", path, "machine", "application/octet-stream", strings.NewReader(good), 0}, 200, ""},
			{sending{"POST", path, "machine", "text/csv; charset=utf-8", strings.NewReader(good), 0}, 200, ""},
			{sending{"POST", path, "machine", "application/json", strings.NewReader("[]"), 0}, 400, "file-empty"},
			{sending{"POST", path, "machine", "text/csv", strings.NewReader(good + "\"lost\n"), 0}, 400, "file-refused"},
			{sending{"POST", path + join + "drry=1", "machine", "text/csv", strings.NewReader(good), 0}, 400, "query-wrong"},
			{sending{"POST", path + join + "dry=yes", "machine", "text/csv", strings.NewReader(good), 0}, 400, "query-wrong"},
			{sending{"POST", path + join + "mapping=%7B%22x%22:1%7D", "machine", "text/csv", strings.NewReader(good), 0}, 400, "query-wrong"},
			{sending{"POST", path, "", "text/csv", strings.NewReader(good), 0}, 401, "link-key-missing"},
			{sending{"POST", path, "revoked", "text/csv", strings.NewReader(good), 0}, 401, "link-key-refused"},
			{sending{"POST", path, "counter", "text/csv", strings.NewReader(good), 0}, 403, "role-missing"},
			{sending{"DELETE", path, "machine", "", nil, 0}, 405, "method-unknown"},
			{sending{"POST", path, "machine", "text/csv", strings.NewReader(good), 5 << 20}, 413, "file-too-large"},
			{sending{"POST", path, "machine", "text/csv", io.MultiReader(strings.NewReader(good), strings.NewReader(strings.Repeat("x", 2<<20))), -1}, 413, "file-too-large"},
			{sending{"POST", path, "machine", "text/html", strings.NewReader(good), 0}, 415, "body-type"},
		} {
			x.s.path = base + x.s.path
			if status, body, key := c.send(x.s); status != x.status || key != x.key {
				t.Errorf("%s %s %s %q: %d %s, want %d %s: %.300s", x.s.method, x.s.path, x.s.key, x.s.kind, status, key, x.status, x.key, body)
			}
		}
		if strings.HasPrefix(path, "sites") {
			if status, _, key := c.send(sending{"POST", base + strings.Replace(path, "m1", "none", 1), "machine", "text/csv", strings.NewReader(good), 0}); status != 404 || key != "not-found" {
				t.Errorf("%s: %d %s", path, status, key)
			}
		}
		c.busy(base+path, good)
	}
	for _, x := range []struct {
		s      sending
		status int
		key    string
	}{
		{sending{"POST", "items?mode=replace", "machine", "text/csv", strings.NewReader("item,name\n100,x\n"), 0}, 409, "catalogue-shrinks"},
		{sending{"POST", "sites/m1/watermark", "machine", "application/json", strings.NewReader(`{"through":"2026-11-24T05:40:00Z","positions":{"after":0,"through":5}}`), 0}, 200, ""},
		{sending{"POST", "sites/m1/watermark?dry=1", "machine", "application/json", strings.NewReader(`{"through":"2026-11-24T05:50:00Z"}`), 0}, 200, ""},
		{sending{"POST", "sites/m1/watermark", "machine", "application/json", strings.NewReader(`{"until":"2026-11-24T05:40:00Z"}`), 0}, 400, "body-broken"},
		{sending{"POST", "sites/m1/watermark", "machine", "application/json", strings.NewReader(`{"through":"2026-11-24T05:40:00Z"} {"through":"2026-11-24T05:30:00Z"}`), 0}, 400, "body-broken"},
		{sending{"POST", "sites/m1/watermark", "machine", "application/json", strings.NewReader(`{"through":"2027-11-24T05:40:00Z"}`), 0}, 400, "watermark-ahead"},
		{sending{"POST", "sites/m1/watermark", "machine", "application/json", strings.NewReader(`{"through":"2026-11-24T10:20:00"}`), 0}, 400, "instant-wrong"},
		{sending{"POST", "sites/m1/book?as_of=2026-11-24T10:20:00", "machine", "text/csv", strings.NewReader(bookText), 0}, 400, "instant-wrong"},
		{sending{"POST", "sites/m1/watermark", "machine", "text/csv", strings.NewReader(`{}`), 0}, 415, "body-type"},
		{sending{"POST", "sites/m1/watermark", "", "application/json", strings.NewReader(`{}`), 0}, 401, "link-key-missing"},
		{sending{"POST", "sites/m1/watermark", "counter", "application/json", strings.NewReader(`{"through":"2026-11-24T05:40:00Z"}`), 0}, 403, "role-missing"},
		{sending{"POST", "sites/none/watermark", "machine", "application/json", strings.NewReader(`{"through":"2026-11-24T05:40:00Z"}`), 0}, 404, "not-found"},
		{sending{"GET", "sites/m1/watermark", "machine", "", nil, 0}, 405, "method-unknown"},
		{sending{"GET", "nothing", "machine", "", nil, 0}, 404, "route-unknown"},
		{sending{"POST", "sites/m1/movements?after=5&through=x", "machine", "text/csv", strings.NewReader(oneSale), 0}, 400, "query-wrong"},
		{sending{"POST", "sites/m1/movements?faults=all", "machine", "text/csv", strings.NewReader(oneSale), 0}, 400, "query-wrong"},
		{sending{"POST", "sites/m1/book", "machine", "text/csv", strings.NewReader(bookText), 0}, 400, "as-of-missing"},
		{sending{"POST", "sites/m1/movements?faults=quarantine", "machine", "text/csv", strings.NewReader(oneSale + "77,gift,200,-1,2026-11-24 08:00\n"), 0}, 200, ""},
		{sending{"POST", "sites/m1/movements?faults=quarantine", "machine", "text/csv", strings.NewReader("id,kind,item,quantity,booked\n" + strings.Repeat("78,gift,200,-1,2026-11-24 08:00\n", link.MaxWaiting)), 0}, 409, "quarantine-full"},
		{sending{"POST", "sites/m1/quarantine", "machine", "application/json", strings.NewReader(`{"rows":[2],"reason":"a test"}`), 0}, 403, "role-missing"},
		{sending{"POST", "sites/m1/quarantine", "", "application/json", strings.NewReader(`{"rows":[2],"reason":"a test"}`), 0}, 401, "link-key-missing"},
		{sending{"POST", "sites/m1/quarantine", "manager", "text/csv", strings.NewReader(`{}`), 0}, 415, "body-type"},
		{sending{"POST", "sites/m1/quarantine", "manager", "application/json", strings.NewReader(`{"row":[2],"reason":"a test"}`), 0}, 400, "body-broken"},
		{sending{"POST", "sites/m1/quarantine", "manager", "application/json", strings.NewReader(`{"rows":[4],"reason":" "}`), 0}, 400, "row-reason"},
		{sending{"POST", "sites/m1/quarantine", "manager", "application/json", strings.NewReader(`{"rows":[1],"reason":"a test"}`), 0}, 409, "row-not-waiting"},
		{sending{"POST", "sites/none/quarantine", "manager", "application/json", strings.NewReader(`{"rows":[4],"reason":"a test"}`), 0}, 404, "not-found"},
		{sending{"POST", "sites/m1/quarantine", "manager", "application/json", strings.NewReader(`{"rows":[4],"reason":"a test"}`), 0}, 200, ""},
		// Another society has neither the site nor the items.
		{sending{"POST", "sites/m1/movements", "theirs", "text/csv", strings.NewReader(oneSale), 0}, 404, "not-found"},
		{sending{"GET", "sites/m1/feed", "theirs", "", nil, 0}, 404, "not-found"},
	} {
		x.s.path = base + x.s.path
		if status, body, key := c.send(x.s); status != x.status || key != x.key {
			t.Errorf("%s %s: %d %s, want %d %s: %.300s", x.s.method, x.s.path, status, key, x.status, x.key, body)
		}
	}
	for _, path := range []string{"sites/m1/feed", "sites/m1/conflicts", "sites/m1/quarantine", "health"} {
		for _, x := range []struct {
			method, query, key string
			status             int
		}{{"GET", "", "machine", 200}, {"GET", "?x=1", "machine", 400}, {"GET", "", "", 401}, {"GET", "", "counter", 403}, {"PUT", "", "machine", 405}} {
			if status, body, _ := c.send(sending{x.method, base + path + x.query, x.key, "", nil, 0}); status != x.status {
				t.Errorf("%s %s%s: %d, want %d: %s", x.method, path, x.query, status, x.status, body)
			}
		}
		if path != "health" {
			if status, _, _ := c.send(sending{"GET", base + strings.Replace(path, "m1", "none", 1), "machine", "", nil, 0}); status != 404 {
				t.Errorf("%s of no site: %d", path, status)
			}
		}
	}
	bare := link.NewImporter(openStore(t), link.Limits{}) // a site and no items
	bare.Clock = im.Clock
	if _, err := bare.ImportPlaces(t.Context(), person(stocktake.Manager), file(placesText), plan, link.Mapping{}, link.Options{}); err != nil {
		t.Fatal(err)
	}
	other := newCaller(t, bare, nil)
	if status, _, key := other.send(sending{"POST", base + book, "machine", "text/csv", strings.NewReader(bookText), 0}); status != 409 || key != "catalogue-first" {
		t.Errorf("a book without items: %d %s", status, key)
	}
	c.merge(other)
	c.merge(tooFastEverywhere(t, im))
	c.agreesWithDescription()
}

// busy has a file take the only place, and another find none.
func (c *caller) busy(path, good string) {
	read, write := io.Pipe()
	began := make(chan struct{})
	ended := make(chan int)
	go func() {
		status, _, _ := c.quiet().send(sending{"POST", path + "", "machine", "text/csv", io.MultiReader(strings.NewReader(good), signalled(began), read), -1})
		ended <- status
	}()
	<-began
	if status, _, key := c.send(sending{"POST", path, "machine", "text/csv", strings.NewReader(good), 0}); status != 503 || key != "import-busy" {
		c.t.Errorf("%s while another file is read: %d %s", path, status, key)
	}
	_ = write.Close()
	if status := <-ended; status != 200 {
		c.t.Errorf("%s, the one that was read: %d", path, status)
	}
}

func (c *caller) quiet() *caller { return &caller{c.t, c.handler, map[string]map[int]bool{}} }

func (c *caller) merge(o *caller) {
	for at, codes := range o.seen {
		if c.seen[at] == nil {
			c.seen[at] = map[int]bool{}
		}
		maps.Copy(c.seen[at], codes)
	}
}

// signalled is a reader that says when it is reached, and holds nothing.
func signalled(reached chan<- struct{}) io.Reader { return &signal{reached} }

type signal struct{ reached chan<- struct{} }

func (s *signal) Read([]byte) (int, error) {
	if s.reached != nil {
		close(s.reached)
		s.reached = nil
	}
	return 0, io.EOF
}

// tooFastEverywhere asks each address more often than an integrator may.
func tooFastEverywhere(t *testing.T, im *link.Importer) *caller {
	c := newCaller(t, im, func(c *link.APIConfig) { c.Rate, c.Burst = 1, 1 })
	c.quiet().send(sending{"GET", link.APIBase + "health", "machine", "", nil, 0})
	for _, path := range []string{"items", "sites/m1/book", "sites/m1/movements", "sites/m1/watermark", "sites/m1/quarantine"} {
		if status, _, key := c.send(sending{"POST", link.APIBase + path, "machine", "", nil, 0}); status != 429 || key != "too-fast" {
			t.Errorf("%s: %d %s", path, status, key)
		}
	}
	for _, path := range []string{"sites/m1/feed", "sites/m1/conflicts", "sites/m1/quarantine", "health"} {
		c.send(sending{"GET", link.APIBase + path, "machine", "", nil, 0})
	}
	return c
}

func (c *caller) agreesWithDescription() {
	status, body, _ := c.quiet().send(sending{"GET", link.DocsBase + "/openapi.json", "", "", nil, 0})
	var f openAPIFile
	if err := json.Unmarshal([]byte(body), &f); err != nil || status != 200 {
		c.t.Fatal(status, err)
	}
	described := map[string][]string{}
	for path, methods := range f.Paths {
		for method, raw := range methods {
			if method == "parameters" || !strings.HasPrefix(path, link.APIBase) { // others are web's, and held against by it
				continue
			}
			var o struct {
				Responses map[string]any `json:"responses"`
			}
			if err := json.Unmarshal(raw, &o); err != nil {
				c.t.Fatal(err)
			}
			described[method+" "+path] = slices.Sorted(maps.Keys(o.Responses))
		}
	}
	for at, codes := range described {
		for code := range c.seen[at] {
			if !slices.Contains(codes, itoa(code)) {
				c.t.Errorf("%s answers %d, which is not described", at, code)
			}
		}
		for _, code := range codes {
			found := false
			for have := range c.seen[at] {
				found = found || itoa(have) == code
			}
			if !found && code != "405" { // asked for by another method
				c.t.Errorf("%s never answered %s", at, code)
			}
		}
	}
}

func itoa(n int) string {
	b, _ := json.Marshal(n)
	return string(b)
}

func TestAPIKeepsWhatWentWrong(t *testing.T) {
	im, _ := linked(t)
	c := newCaller(t, im, nil)
	post := func(path, body string) string {
		_, answer, _ := c.send(sending{"POST", link.APIBase + path, "machine", "text/csv", strings.NewReader(body), 0})
		return answer
	}
	post("sites/m1/movements?name=good", oneSale)
	post("sites/m1/movements?dry=1", dirty)
	health := func() link.Health {
		h, err := im.Health(t.Context(), machine)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	if h := health(); len(h.Troubles) != 0 || len(h.Feeds) != 1 || h.Feeds[0].Movements != 1 || !h.Feeds[0].ReceivedAt.Equal(asOf) {
		t.Errorf("%+v", h)
	}
	for range 2 { // the same file again is no news
		post("sites/m1/movements?name=night.csv", dirty)
		post("sites/m1/book?as_of=2026-11-24T05:00:00Z", "section,item,qty,cost\n99,100,1,1\n")
	}
	h := health()
	if len(h.Troubles) != 2 {
		t.Fatalf("%+v", h.Troubles)
	}
	book, moved := h.Troubles[0], h.Troubles[1]
	if book.Kind != link.BookFile || book.Reason.Key != "file-refused" || len(book.List) != 1 || book.List[0].Key != "section-not-in-site" {
		t.Errorf("%+v", book)
	}
	if moved.File != "night.csv" || moved.Site != "m1" || moved.By != "p1" || moved.Refused != 15 || len(moved.List) != 15 || moved.List[0].Arabic == "" || !moved.Previous.IsZero() {
		t.Errorf("%+v", moved)
	}
	post("sites/m1/movements?faults=quarantine", dirty)
	if h := health(); h.Troubles[1].Quarantined != 15 || h.Troubles[1].Reason.Key != "" || h.Troubles[1].Previous.IsZero() {
		t.Errorf("%+v", h.Troubles[1])
	}
	post("sites/m1/movements", strings.Replace(oneSale, "-1", "-7", 1))
	if h := health(); h.Troubles[1].Conflicts != 1 || h.Troubles[1].List[0].Severity != link.Conflicting {
		t.Errorf("%+v", h.Troubles[1])
	}
	_, answer, _ := c.send(sending{"GET", link.APIBase + "sites/m1/conflicts", "machine", "", nil, 0})
	for _, want := range []string{`"quantity":-7`, `"against":1`, `"id":"1"`} {
		if !strings.Contains(answer, want) {
			t.Errorf("%s lacks %s", answer, want)
		}
	}
	if _, err := im.Health(t.Context(), person(stocktake.Counter)); err == nil {
		t.Error("a counter sees it")
	}
}

// A body that is too large for memory waits on disk, and leaves nothing there.
func TestAPILargeFile(t *testing.T) {
	im, db := linked(t)
	c := newCaller(t, im, nil)
	var b strings.Builder
	b.WriteString("id,kind,item,quantity,booked\n")
	for n := range 30_000 {
		b.WriteString(itoa(n) + ",sale,200,-1,2026-11-24 08:00:00.000\n")
	}
	if b.Len() <= 1<<20 {
		t.Fatal("it fits into memory")
	}
	if status, body, _ := c.send(sending{"POST", link.APIBase + "sites/m1/movements", "machine", "text/csv", strings.NewReader(b.String()), 0}); status != 200 || !strings.Contains(body, `"new":30000`) {
		t.Errorf("%d %s", status, body)
	}
	if s, err := db.Feed(t.Context(), "s1", "m1"); err != nil || s.Movements != 30_000 {
		t.Errorf("%+v %v", s, err)
	}
}

func TestDocs(t *testing.T) {
	im, _ := linked(t)
	c := newCaller(t, im, func(c *link.APIConfig) { c.Version = "jard 9" })
	w := httptest.NewRecorder()
	c.handler.ServeHTTP(w, httptest.NewRequest("GET", link.DocsBase, nil))
	page := w.Body.String()
	for _, want := range []string{`dir="rtl"`, "/api/v1/link/sites/{site}/movements", "complete_through", "علامة الاكتمال", "jard 9", "till-3/9917/1", "Send the book stock"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, never := range []string{"<script", "style=", "http://", "https://"} {
		if strings.Contains(page, never) {
			t.Errorf("the page has %q", never)
		}
	}
	if policy := w.Header().Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") {
		t.Errorf("the policy is %q", policy)
	}
	_, body, _ := c.send(sending{"GET", link.DocsBase + "/openapi.json", "", "", nil, 0})
	var walk func(at string, v any)
	walk = func(at string, v any) { // every text for people is there in both languages
		switch x := v.(type) {
		case map[string]any:
			_, english := x["description"].(string)
			_, arabic := x["x-ar"].(string)
			if english && !arabic && !strings.Contains(at, "/schemas") {
				t.Errorf("%s has no Arabic", at)
			}
			for k, inner := range x {
				walk(at+"/"+k, inner)
			}
		case []any:
			for n, inner := range x {
				walk(at+"/"+itoa(n), inner)
			}
		}
	}
	var v any
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatal(err)
	}
	walk("", v)
}
