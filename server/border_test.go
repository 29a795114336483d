package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"jard/internal/count"
	"jard/internal/stocktake"
	"jard/internal/wire"
)

// TestNothingCrossesBetweenSocieties gives somebody of another society every role and a handheld, and lets them ask
// for everything of the first one by its right name.
func TestNothingCrossesBetweenSocieties(t *testing.T) {
	t.Parallel()
	b := newBlind(t)
	ctx := t.Context()
	before, err := b.society.db.Head(ctx, "rawda", stocktake.SessionID(b.session))
	if err != nil {
		t.Fatal(err)
	}
	password := stocktake.RandomID()
	foreign := stocktake.Society{ID: "salwa", Name: stocktake.Name{English: "Salwa"}, Governorate: stocktake.Hawalli}
	if _, err := b.society.addSociety(ctx, foreign); err != nil {
		t.Fatal(err)
	}
	if _, err := b.society.addAdministrator(ctx, administrator{"salwa", "admin", stocktake.Name{English: "A"}, password, nil}); err != nil {
		t.Fatal(err)
	}
	admin, err := newClient(ctx, b.url, "salwa", "admin", password)
	if err != nil {
		t.Fatal(err)
	}
	spy := newPerson{ID: "spy", Name: stocktake.Name{English: "Spy"}, Password: stocktake.RandomID(), PIN: "58213", Roles: []string{
		"counter", "supervisor", "manager", "financial-controller", "administrative-controller", "committee-member", "witness",
		"society-administrator",
	}}
	if err := admin.addPerson(ctx, spy); err != nil {
		t.Fatal(err)
	}
	asSpy, err := newClient(ctx, b.url, "salwa", "spy", spy.Password)
	if err != nil {
		t.Fatal(err)
	}
	code, err := admin.enrolmentCode(ctx, "spy's")
	if err != nil {
		t.Fatal(err)
	}

	b.seen.Reset()
	for _, route := range b.routes() {
		body := ""
		if route.Method == http.MethodPost {
			body = "{}"
		}
		path := b.fill(route.Path)
		status, content := b.call(route.Method, path, asSpy.token, body)
		if strings.HasPrefix(path, "/api/sessions/"+b.session) && status < 400 {
			t.Errorf("%s %s answered %d to a stranger: %s", route.Method, path, status, content)
		}
	}
	b.tryGateway(t, code, spy.PIN)

	for _, secret := range []string{"السوق المركزي", "قائم بالعد", "salem", "سالم", "A01-01", b.society.firstItem(t)} {
		if at := strings.Index(b.seen.String(), secret); at >= 0 {
			t.Errorf("%q was shown to a stranger: …%s…", secret, b.seen.String()[max(0, at-300):at+20])
		}
	}
	after, err := b.society.db.Head(ctx, "rawda", stocktake.SessionID(b.session))
	if err != nil || after != before {
		t.Errorf("the log moved from %+v to %+v: %v", before, after, err)
	}
	late, err := b.society.db.Read(ctx, "salwa", count.LateLog, 1, 10)
	if err != nil || len(late) != 1 || late[0].Note != "session-unknown" {
		t.Errorf("the stranger's event should be in their own late log: %+v %v", late, err)
	}
}

// tryGateway has a stranger's handheld ask for the session, its parts, and push into it.
func (b *blind) tryGateway(t *testing.T, code, pin string) {
	_, content := b.call(http.MethodPost, wire.Base+"/enrol", "", fmt.Sprintf(`{"code":%q,"name":"spy"}`, code))
	var enrolled struct {
		Token string `json:"token"`
	}
	b.decode(content, &enrolled)
	epoch := stocktake.RandomID()
	refused := func(what string, status int) {
		if status < 400 {
			t.Errorf("%s was answered %d", what, status)
		}
	}
	if status, _ := b.call(http.MethodPost, wire.Base+"/signin", enrolled.Token, fmt.Sprintf(`{"person":"spy","pin":%q}`, pin)); status != http.StatusOK {
		t.Fatalf("the stranger cannot even sign in: %d", status)
	}
	status, _ := b.call(http.MethodPost, wire.Base+"/signin", enrolled.Token, `{"person":"sara","pin":"66132"}`)
	refused("signing in as one of theirs", status)
	status, _ = b.call(http.MethodPost, wire.Base+"/join", enrolled.Token, fmt.Sprintf(`{"session":"demo","epoch":%q}`, epoch))
	refused("joining their session", status)
	for _, name := range []string{"catalogue", "site/central", "snapshot/central"} {
		hash, _, err := b.society.db.Published(t.Context(), "rawda", name)
		if err != nil {
			t.Fatal(err)
		}
		status, _ = b.call(http.MethodGet, wire.Base+"/chunks/"+hash.String(), enrolled.Token, "")
		refused(name, status)
	}
	event := fmt.Appendf(nil, `{"v":1,"id":%q,"kind":"clock","session":"demo","at":%d,"offset":0}`, stocktake.RandomID(), time.Now().UnixMilli())
	body := wire.Encode(&wire.Hello{Epoch: epoch, Last: 1, Oldest: 1, App: "1.0.0", Time: time.Now().UnixMilli(), Sessions: []stocktake.SessionID{"demo"}})
	body = append(append(body, '\n'), wire.Encode(wire.NewPush(1, stocktake.Hash{}, event))...)
	if status, content := b.call(http.MethodPost, wire.Base+"/push", enrolled.Token, string(body)); status != http.StatusOK {
		t.Errorf("push: %d %s", status, content)
	}
}

// firstItem is the name of an item that only the first society has.
func (n *node) firstItem(t *testing.T) string {
	hash, _, err := n.db.Published(t.Context(), "rawda", "catalogue")
	if err != nil {
		t.Fatal(err)
	}
	d, err := n.db.Document(t.Context(), "rawda", hash)
	if err != nil {
		t.Fatal(err)
	}
	var list stocktake.Catalogue
	(&blind{t: t}).decode(d.Bytes, &list)
	if d, err = n.db.Document(t.Context(), "rawda", list.Chunks[0]); err != nil {
		t.Fatal(err)
	}
	items, err := stocktake.ReadItems(d)
	if err != nil {
		t.Fatal(err)
	}
	return items[0].Name.Arabic
}
