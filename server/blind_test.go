package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/labstack/echo/v4"

	"jard/internal/count"
	"jard/internal/stocktake"
	"jard/internal/web"
	"jard/internal/wire"
)

// The book of this test is made of numbers that stand nowhere else, so that any of them in an answer is a leak.
const (
	tellTaleQuantity = 7_654_321_000 // thousandths; lines add multiples of 1,000
	tellTaleCost     = 8_912_345_000 // thousandths of a fils
)

// blind is a society with a blind session, a counter with a handheld, and everything that the counter was ever sent.
type blind struct {
	*job
	t     *testing.T
	token string
	seen  bytes.Buffer
}

func newBlind(t *testing.T) *blind {
	ctx, dir := t.Context(), t.TempDir()
	made, err := newShop(3, 40, 8)
	if err != nil {
		t.Fatal(err)
	}
	for n := range made.book {
		made.book[n].Quantity = tellTaleQuantity + stocktake.Quantity(1000*n)
		made.book[n].Cost = tellTaleCost + stocktake.Cost(1000*n)
	}
	c := &storyCmd{Data: dir, Seed: 3, Counters: 3}
	for path, content := range map[*string][]byte{&c.ItemsFile: made.itemsFile(), &c.Places: made.placesFile(), &c.Book: made.bookFile()} {
		*path = filepath.Join(dir, stocktake.RandomID()+".csv")
		if err := os.WriteFile(*path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b := &blind{t: t, job: &job{
		storyCmd: c, out: &streams{Out: io.Discard, Err: io.Discard}, log: slog.New(slog.DiscardHandler), begun: time.Now(), people: map[string]*client{},
	}}
	t.Cleanup(func() {
		for n := len(b.ended) - 1; n >= 0; n-- {
			if err := b.ended[n](); err != nil {
				t.Error(err)
			}
		}
	})
	for _, step := range []func(context.Context) error{b.start, b.hire, b.stock, b.issue} {
		if err := step(ctx); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// call makes one request as the counter, on the API or as the device, and keeps what comes back, headers and all.
func (b *blind) call(method, path, token, body string) (int, []byte) {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.url+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	fmt.Fprintf(&b.seen, "%s %s\n%v\n%s\n", method, path, answer.Header, content)
	return answer.StatusCode, content
}

// TestCounterNeverSeesTheBook walks every response that a counter can obtain in a blind session and looks for the
// book's quantities and costs.
func TestCounterNeverSeesTheBook(t *testing.T) {
	t.Parallel()
	b := newBlind(t)
	b.walkAPI()
	b.walkGateway()
	text := b.seen.String()
	for n := range 200 {
		q, c := stocktake.Quantity(tellTaleQuantity+1000*n), stocktake.Cost(tellTaleCost+1000*n)
		for _, secret := range []string{fmt.Sprint(int64(q)), q.String(), fmt.Sprint(int64(c)), c.String(), dinars(c)} {
			if at := strings.Index(text, secret); at >= 0 {
				t.Fatalf("%s leaks: …%s…", secret, text[max(0, at-200):min(len(text), at+100)])
			}
		}
	}
	// The search would be worth nothing if the numbers were not there for somebody who may see them.
	lines, err := b.people["salem"].lines(t.Context(), b.session, "")
	if err != nil || len(lines) == 0 || lines[0].Book < tellTaleQuantity {
		t.Fatalf("the supervisor sees no book: %v %v", lines, err)
	}
}

// walkAPI tries every route of the people's API as somebody who is only a counter.
func (b *blind) walkAPI() {
	person := b.people["counter-2"].token
	for _, route := range b.routes() {
		body := ""
		if route.Method == http.MethodPost {
			body = "{}"
		}
		b.call(route.Method, b.fill(route.Path), person, body)
	}
	b.call(http.MethodGet, "/api/sessions/~late/log", person, "")
}

// routes lists the people's API, but for signing out.
func (b *blind) routes() []*echo.Route {
	e, err := web.New(web.Config{Accounts: b.society.accounts, Sessions: routesOnly, Logger: b.log})
	if err != nil {
		b.t.Fatal(err)
	}
	routes := slices.DeleteFunc(e.Routes(), func(r *echo.Route) bool {
		return !strings.HasPrefix(r.Path, "/api") || r.Method == echo.RouteNotFound || strings.HasSuffix(r.Path, "/*") || r.Path == "/api/sign-out"
	})
	if len(routes) < 40 {
		b.t.Fatalf("only %d routes", len(routes))
	}
	return routes
}

// fill puts names that exist into a route.
func (b *blind) fill(path string) string {
	return strings.NewReplacer(":session", b.session, ":person", "counter-2", ":series", "1", ":number", "1", ":kind", "book", ":device", "x").Replace(path)
}

// routesOnly is never asked anything: only the routes' names are of interest.
var routesOnly *count.Service

// walkGateway does everything that a handheld can do, and asks for documents that it was never told of.
func (b *blind) walkGateway() {
	m := b.members[1]
	_, content := b.call(http.MethodPost, wire.Base+"/enrol", "", fmt.Sprintf(`{"code":%q,"name":"spy"}`, m.Code))
	var enrolled struct {
		Token string `json:"token"`
	}
	b.decode(content, &enrolled)
	b.token = enrolled.Token
	epoch := stocktake.RandomID()
	b.call(http.MethodPost, wire.Base+"/signin", b.token, fmt.Sprintf(`{"person":%q,"pin":%q}`, m.Person, m.PIN))
	b.call(http.MethodGet, wire.Base+"/sessions", b.token, "")
	status, content := b.call(http.MethodPost, wire.Base+"/join", b.token, fmt.Sprintf(`{"session":%q,"epoch":%q}`, b.session, epoch))
	var pack struct {
		Catalogue stocktake.Catalogue `json:"catalogue"`
		Book      json.RawMessage     `json:"book"`
	}
	b.decode(content, &pack)
	if status != http.StatusOK || len(pack.Catalogue.Chunks) == 0 || pack.Book != nil {
		b.t.Fatalf("join: %d %s", status, content)
	}
	for _, hash := range pack.Catalogue.Chunks {
		if status, _ := b.call(http.MethodGet, wire.Base+"/chunks/"+hash.String(), b.token, ""); status != http.StatusOK {
			b.t.Fatalf("chunk: %d", status)
		}
	}
	for _, name := range []string{"snapshot/central", "site/central", "catalogue"} {
		hash, _, err := b.society.db.Published(b.t.Context(), "rawda", name)
		if err != nil {
			b.t.Fatal(err)
		}
		if status, _ := b.call(http.MethodGet, wire.Base+"/chunks/"+hash.String(), b.token, ""); status != http.StatusNotFound {
			b.t.Errorf("%s was handed out as a chunk: %d", name, status)
		}
	}
	hello := wire.Encode(&wire.Hello{Epoch: epoch, Oldest: 1, App: "1.0.0", Time: time.Now().UnixMilli(), Sessions: []stocktake.SessionID{stocktake.SessionID(b.session)}})
	b.call(http.MethodPost, wire.Base+"/push", b.token, string(hello))
	b.listen(hello)
}

// listen keeps the frames of a socket until the feed of the session has come.
func (b *blind) listen(hello []byte) {
	dialer := websocket.Dialer{Subprotocols: []string{wire.Subprotocol}, HandshakeTimeout: 40 * time.Second}
	conn, response, err := dialer.Dial("ws"+strings.TrimPrefix(b.url, "http")+wire.Base+"/stream", http.Header{"Authorization": {"Bearer " + b.token}})
	if err != nil {
		b.t.Fatal(err, response)
	}
	defer conn.Close()
	if err := conn.WriteMessage(websocket.TextMessage, hello); err != nil {
		b.t.Fatal(err)
	}
	_ = conn.SetReadDeadline(time.Now().Add(40 * time.Second)) // a bound, not a wait
	for feed := false; !feed; {
		_, message, err := conn.ReadMessage()
		if err != nil {
			b.t.Fatal(err)
		}
		fmt.Fprintf(&b.seen, "%s\n", message)
		feed = bytes.HasPrefix(message, []byte(`{"t":"feed"`))
	}
}

func (b *blind) decode(content []byte, v any) {
	b.t.Helper()
	if err := json.Unmarshal(content, v); err != nil {
		b.t.Fatalf("%v: %s", err, content)
	}
}
