package web_test

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"

	"jard/internal/stocktake"
	"jard/internal/web"
)

const plan = `{"session":"جرد/١","name":{"ar":"جرد السوق"},"site":"central","kind":"full",
	"tiers":[{"role":"supervisor","up_to":100000},{"role":"manager"}],"due":"2026-12-31T23:00:00+03:00"}`

var one = "/api/sessions/" + url.PathEscape("جرد/١")

func TestSession(t *testing.T) {
	d := open(t)
	var issued struct {
		Session, Kind, Hash string
		Offset              uint64
	}
	d.ok(d.ask("supervisor", "POST", "/api/sessions", plan), 201, &issued)
	if issued.Session != "جرد/١" || issued.Offset != 1 || issued.Kind != "issued" || len(issued.Hash) != 64 {
		t.Fatalf("got %+v", issued)
	}
	d.refused(d.ask("supervisor", "POST", "/api/sessions", plan), 409, "session-exists")

	var list struct {
		Total int
		List  []struct {
			Session, State string
			Blind          bool
		}
	}
	d.ok(d.ask("counter", "GET", "/api/sessions", ""), 200, &list)
	if list.Total != 1 || !list.List[0].Blind || list.List[0].State != "open" {
		t.Fatalf("a session is not blind unless open was asked for: %+v", list)
	}
	var summary struct {
		State  string
		Totals struct{ Lines int }
		Plan   struct{ Due string }
	}
	d.ok(d.ask("witness", "GET", one, ""), 200, &summary)
	if summary.State != "issued" || summary.Totals.Lines != 2 || summary.Plan.Due != "2026-12-31T20:00:00Z" {
		t.Fatalf("got %+v", summary)
	}

	d.ok(d.ask("supervisor", "POST", one+"/assignments", `{"tasks":[{"id":"t1","round":1,"location":"A1","person":"fahad"}]}`), 200, &issued)
	if issued.Kind != "assigned" || issued.Offset != 2 {
		t.Fatalf("got %+v", issued)
	}
	d.refused(d.ask("supervisor", "POST", one+"/assignments", `{"tasks":[{"id":"t1","round":1,"location":"A1"}]}`), 409, "task-exists")
	d.refused(d.ask("supervisor", "POST", one+"/passes/complete", `{"pass":"none","reason":"x"}`), 404, "not-found")
	d.refused(d.ask("supervisor", "POST", one+"/seal", `{}`), 503, "not-offered")
	d.ok(d.ask("supervisor", "POST", one+"/closing", `{}`), 200, nil)
	d.refused(d.ask("supervisor", "POST", one+"/reopen", `{}`), 400, "reason-needed")
	d.ok(d.ask("supervisor", "POST", one+"/reopen", `{"reason":"too early"}`), 200, &issued)
	if issued.Kind != "reopened" {
		t.Fatalf("got %+v", issued)
	}
	d.refused(d.ask("supervisor", "POST", one+"/reopen", `{"reason":"too early"}`), 409, "not-closing")
	d.refused(d.ask("supervisor", "POST", one+"/cancel", `{"reason":"mistake"}`), 403, "role-missing")
	d.ok(d.ask("manager", "POST", one+"/cancel", `{"reason":"mistake"}`), 200, nil)
	d.refused(d.ask("manager", "POST", one+"/cancel", `{"reason":"mistake"}`), 409, "session-closed")

	var log struct {
		Entries []struct {
			Offset uint64
			Kind   string
			Author struct{ Person string }
			Body   json.RawMessage
		}
	}
	d.ok(d.ask("administrative-controller", "GET", one+"/log?from=2&limit=2", ""), 200, &log)
	if len(log.Entries) != 2 || log.Entries[0].Kind != "assigned" || log.Entries[0].Author.Person != "the-supervisor" ||
		!strings.Contains(string(log.Entries[0].Body), `"t1"`) {
		t.Fatalf("got %+v", log)
	}
	d.ok(d.ask("supervisor", "GET", "/api/sessions/~late/log", ""), 200, &log)
	for _, part := range []string{"passes", "locations", "disputes", "quarantine", "codes", "streams", "tasks", "asides", "disputes/settled", "codes/resolved", "quarantine/accepted"} {
		var page struct {
			Offset uint64
			List   []any
		}
		d.ok(d.ask("manager", "GET", one+"/"+part, ""), 200, &page)
		if page.List == nil || page.Offset != 5 {
			t.Errorf("%s: got %+v", part, page)
		}
	}
}

func TestLinesInParts(t *testing.T) {
	d := open(t)
	d.ok(d.ask("supervisor", "POST", "/api/sessions", plan), 201, nil)
	type part struct {
		Offset uint64
		List   []struct {
			Section, Item, Status, Digest, Unit string
			Name                                stocktake.Name
			Book                                int64
		}
		Next *struct{ Section, Item string }
	}
	var first, second, none part
	d.ok(d.ask("manager", "GET", one+"/lines?limit=1", ""), 200, &first)
	if len(first.List) != 1 || first.Next == nil || first.List[0].Item != "tuna" || first.List[0].Book != 98765000 || first.List[0].Name.Arabic != "تونة" {
		t.Fatalf("got %+v", first)
	}
	query := url.Values{"after_section": {first.Next.Section}, "after_item": {first.Next.Item}}
	d.ok(d.ask("manager", "GET", one+"/lines?"+query.Encode(), ""), 200, &second)
	if len(second.List) != 1 || second.Next != nil || second.List[0].Item != "رز/١" {
		t.Fatalf("got %+v", second)
	}
	d.ok(d.ask("manager", "GET", one+"/lines?status=approved", ""), 200, &none)
	if none.List == nil || len(none.List) != 0 {
		t.Fatalf("got %+v", none)
	}
	d.ok(d.ask("manager", "POST", one+"/rest-zero",
		`{"lines":[{"section":"dry","item":"tuna","digest":"`+first.List[0].Digest+`"}],"reason":"looked everywhere"}`), 200, nil)
	d.ok(d.ask("manager", "GET", one+"/lines?item=tuna", ""), 200, &first)
	d.ok(d.ask("manager", "POST", one+"/rest-zero",
		`{"lines":[{"section":"dry","item":"tuna","digest":"`+first.List[0].Digest+`"}],"take_back":true,"reason":"not everywhere"}`), 200, nil)
	d.refused(d.ask("manager", "POST", one+"/rest-zero",
		`{"lines":[{"section":"dry","item":"tuna","digest":"stale"}],"reason":"looked everywhere"}`), 409, "changed-since")
}

// A location that nobody can walk is set aside with a reason, and stands in the list of what was.
func TestLocationIsSetAside(t *testing.T) {
	d := open(t)
	d.ok(d.ask("supervisor", "POST", "/api/sessions", plan), 201, nil)
	var page struct {
		List []struct{ Location, Section, Status, Digest, Kind, Key, Reason string }
	}
	d.ok(d.ask("manager", "GET", one+"/locations", ""), 200, &page)
	at := page.List[0]
	body := `{"location":"` + at.Location + `","digest":"` + at.Digest + `","reason":"the roof fell in"}`
	d.refused(d.ask("supervisor", "POST", one+"/locations/set-aside", strings.Replace(body, at.Digest, "stale", 1)), 409, "changed-since")
	d.ok(d.ask("supervisor", "POST", one+"/locations/set-aside", body), 200, nil)
	d.ok(d.ask("witness", "GET", one+"/asides", ""), 200, &page)
	if len(page.List) != 1 || page.List[0].Kind != "location" || page.List[0].Key != at.Location || page.List[0].Reason != "the roof fell in" {
		t.Fatalf("set aside are %+v", page.List)
	}
	back := `{"location":"` + at.Location + `","take_back":true,"reason":"it was mended"}`
	d.ok(d.ask("supervisor", "POST", one+"/locations/set-aside", back), 200, nil)
	d.refused(d.ask("supervisor", "POST", one+"/locations/set-aside", back), 409, "nothing-to-take-back")
}

// TestEveryRouteNeedsAPerson walks the routes themselves, so that one added later cannot be forgotten.
func TestEveryRouteNeedsAPerson(t *testing.T) {
	d := open(t)
	tried := 0
	for _, r := range d.e.Routes() {
		if r.Method == "echo_route_not_found" || !strings.HasPrefix(r.Path, "/api/") || slices.Contains([]string{"/api/sign-in", "/api/sign-out"}, r.Path) {
			continue
		}
		tried++
		path := strings.NewReplacer(":session", "s", ":person", "p", ":device", "d", ":kind", "items", ":series", "1", ":number", "1").Replace(r.Path)
		d.refused(d.ask("", r.Method, path, `{}`), 401, "sign-in-first")
	}
	if tried < 40 {
		t.Fatalf("only %d routes tried", tried)
	}
}

// TestCountersAreToldNoBooks is blind by construction: whatever a counter asks of a session, it is refused, and the one
// answer that they get holds no quantity.
func TestCountersAreToldNoBooks(t *testing.T) {
	d := open(t, func(c *web.Config) { c.Results = shelf{} })
	d.ok(d.ask("supervisor", "POST", "/api/sessions", plan), 201, nil)
	bodies := map[string]string{
		"/passes/complete": `{"pass":"p","reason":"x"}`, "/passes/abandon": `{"pass":"p","reason":"x"}`,
		"/disputes/choose": `{"location":"A1","item":"tuna","pass":"p","digest":"d","reason":"x"}`,
		"/codes/resolve":   `{"code":"1","set_aside":true,"reason":"x"}`, "/quarantine/resolve": `{"key":"k","reason":"x"}`,
		"/rest-zero":  `{"lines":[{"section":"dry","item":"tuna","digest":"d"}],"reason":"x"}`,
		"/decisions":  `{"verdict":"approve","lines":[{"section":"dry","item":"tuna","digest":"d"}]}`,
		"/signatures": `{"capacity":"committee","digest":"d","password":"p"}`, "/signatures/refuse": `{"capacity":"committee","digest":"d","password":"p"}`,
		"/signatures/set-aside": `{"person":"p","capacity":"committee","digest":"d","reason":"x"}`,
		"/streams/write-off":    `{"device":"d","reason":"x"}`, "/locations/set-aside": `{"location":"A1","digest":"d","reason":"x"}`,
		"/comments": `{"section":"dry","item":"tuna","text":"x"}`,
	}
	// Roles that see no session either: what is not allowed is denied.
	for _, token := range []string{"counter", "integrator", "society-administrator", "ministry-officer", "no-role"} {
		for _, r := range d.e.Routes() {
			tail, isSession := strings.CutPrefix(r.Path, "/api/sessions/:session")
			if !isSession && !strings.HasPrefix(r.Path, "/api/results") || r.Method == "echo_route_not_found" || tail == "/seal" {
				continue
			}
			body := "{}"
			if b, ok := bodies[tail]; ok && isSession {
				body = b
			}
			path := strings.NewReplacer("/api/sessions/:session", one, ":series", "1", ":number", "1").Replace(r.Path)
			w := d.ask(token, r.Method, path, body)
			d.refused(w, 403, "role-missing")
			if strings.Contains(w.Body.String(), "98765000") || strings.Contains(w.Body.String(), "tuna") {
				t.Errorf("%s %s tells %s: %s", r.Method, r.Path, token, w.Body)
			}
		}
		d.refused(d.ask(token, "POST", "/api/sessions", plan), 403, "role-missing")
	}
	w := d.ask("counter", "GET", "/api/sessions", "")
	d.ok(w, 200, nil)
	for _, leak := range []string{"98765000", "book", "variance", "quantity", "cost", "tuna", "shortage", "tolerance", "tiers"} {
		if strings.Contains(w.Body.String(), leak) {
			t.Errorf("a counter is told of %s: %s", leak, w.Body)
		}
	}
	d.refused(d.ask("no-role", "GET", "/api/sessions", ""), 403, "role-missing")
}
