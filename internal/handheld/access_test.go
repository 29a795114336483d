package handheld_test

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"jard/internal/count"
	"jard/internal/handheld"
	"jard/internal/stocktake"
	"jard/internal/wire"
)

func TestEnrolment(t *testing.T) {
	w := start(t, func(c *handheld.Config) { c.Rates.Enrol = handheld.Rate{Every: time.Hour, Burst: 4} })
	status, body, header := w.call("POST", "/enrol", "", `{"code":"ABCD-EFGH","name":"TC26-7","colour":"grey"}`)
	if want := `{"device":"d1","name":"TC26-7","token":"t-d1","society":{"id":"salwa","name":{"ar":"جمعية","en":"salwa"}}}`; status != 200 || body != want {
		t.Fatalf("%d %s", status, body)
	}
	if header.Get("Cache-Control") != "no-store" {
		t.Error("a token may be cached")
	}
	if status, body, _ := w.call("POST", "/enrol", "", `{"code":"wrong"}`); status != 401 || !strings.Contains(body, `"ar"`) {
		t.Errorf("wrong code: %d %s", status, body)
	}
	for body, want := range map[string]int{`{"code":`: 400, `{"code":"` + strings.Repeat("A", 5000) + `"}`: 413} {
		if status, answer, _ := w.call("POST", "/enrol", "", body); status != want {
			t.Errorf("%.20s: %d %s", body, status, answer)
		}
	}
	if status, body, header := w.call("POST", "/enrol", "", `{"code":"ABCD-EFGH"}`); status != 429 || header.Get("Retry-After") == "" {
		t.Errorf("the fifth try: %d %s", status, body)
	}
	if strings.Contains(w.log.String(), "t-d1") || strings.Contains(w.log.String(), "ABCD") {
		t.Errorf("a secret is in the log:\n%s", w.log)
	}
}

func TestSignInIsLimited(t *testing.T) {
	w := start(t, func(c *handheld.Config) { c.Rates.SignIn = handheld.Rate{Every: time.Hour, Burst: 3} })
	try := func(token string) int {
		status, _, _ := w.call("POST", "/signin", token, `{"person":"yousef","pin":"0000"}`)
		return status
	}
	for range 3 {
		if status := try("t-d1"); status != 401 {
			t.Fatalf("status %d", status)
		}
	}
	if status := try("t-d1"); status != 429 {
		t.Fatalf("status %d", status)
	}
	if status := try("t-d2"); status != 401 {
		t.Fatalf("another device: %d", status)
	}
}

func TestTokens(t *testing.T) {
	w := start(t)
	for _, c := range [][2]string{
		{"POST", "/signin"}, {"GET", "/sessions"}, {"POST", "/join"}, {"GET", "/chunks/" + strings.Repeat("0", 64)}, {"POST", "/push"}, {"GET", "/stream"}, {"PUT", "/photos/" + strings.Repeat("0", 64)},
	} {
		for _, token := range []string{"", "t-x9"} {
			if status, body, header := w.call(c[0], c[1], token, nil); status != 401 || header.Get("WWW-Authenticate") == "" || !strings.Contains(body, `"unauthenticated"`) {
				t.Errorf("%s with %q: %d %s", c[1], token, status, body)
			}
		}
	}
	if status, _, _ := w.call("GET", "/sessions?token=t-d1", "", nil); status != 401 {
		t.Errorf("a token in the address is taken: %d", status)
	}
}

func TestAHostilePageCannotOpenASocket(t *testing.T) {
	w := start(t, func(c *handheld.Config) { c.Origins = []string{"https://jard.example"} })
	url := "ws" + strings.TrimPrefix(w.server.URL, "http") + wire.Base + "/stream"
	dial := func(origin string, protocols ...string) (*websocket.Conn, int) {
		header := http.Header{}
		if origin != "" {
			header.Set("Origin", origin)
		}
		dialer := websocket.Dialer{Subprotocols: protocols, HandshakeTimeout: 40 * time.Second}
		conn, response, err := dialer.Dial(url, header)
		if err != nil {
			return nil, response.StatusCode
		}
		t.Cleanup(func() { _ = conn.Close() })
		return conn, response.StatusCode
	}
	// A browser offers its token as a subprotocol, which the server does not repeat.
	for _, origin := range []string{"", w.server.URL, "https://jard.example"} {
		conn, status := dial(origin, wire.Subprotocol, wire.TokenPrefix+"t-d1")
		if status != http.StatusSwitchingProtocols || conn.Subprotocol() != wire.Subprotocol {
			t.Errorf("origin %q: %d", origin, status)
		}
	}
	if _, status := dial("https://evil.example", wire.Subprotocol, wire.TokenPrefix+"t-d1"); status != 403 {
		t.Errorf("another origin: %d", status)
	}
	if _, status := dial("", "jard.handheld.v7", wire.TokenPrefix+"t-d1"); status != 400 {
		t.Errorf("another version: %d", status)
	}
	if _, status := dial("", wire.Subprotocol, wire.TokenPrefix+"t-x9"); status != 401 {
		t.Errorf("another token: %d", status)
	}
}

func TestPackOfABlindCountHoldsNoBook(t *testing.T) {
	w := start(t)
	blind := w.join("t-d1", "s1", epochOf("blind"))
	for _, secret := range []string{"73331000", "9117791177", `"book"`, `"cost"`, `"quantity"`, "tolerance", "tiers", "snapshot"} {
		if strings.Contains(blind, secret) {
			t.Errorf("the pack holds %s: %s", secret, blind)
		}
	}
	open := w.join("t-r1", "s2", epochOf("open"))
	if !strings.Contains(open, `"book":[{"section":"dairy","item":"milk","quantity":73331000}]`) || strings.Contains(open, "9117791177") {
		t.Errorf("the pack of an open count is %s", open)
	}
	var pack struct {
		Tasks  wire.Feed `json:"tasks"`
		Cursor string    `json:"cursor"`
		People []struct {
			ID string `json:"id"`
		} `json:"people"`
		Catalogue stocktake.Catalogue `json:"catalogue"`
	}
	w.check(json.Unmarshal([]byte(blind), &pack))
	if pack.Tasks.Session != "s1" || pack.Cursor == "" || pack.Cursor != pack.Tasks.Cursor || len(pack.People) != 1 || len(pack.Catalogue.Chunks) != 1 {
		t.Errorf("the pack is %s", blind)
	}

	// Whatever else the store keeps by hash, the chunk call gives chunks alone.
	ctx := context.Background()
	for _, name := range []string{"snapshot/central", "site/central", "catalogue"} {
		hash, _, err := w.db.Published(ctx, "salwa", name)
		w.check(err)
		if status, body, _ := w.call("GET", "/chunks/"+hash.String(), "t-d1", nil); status != 404 || strings.Contains(body, "73331000") {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
	lines, err := stocktake.NewDocument([]stocktake.BookLine{{Section: "dairy", Item: "milk", Quantity: 73331000}})
	w.check(err)
	w.check(w.db.PutDocuments(ctx, "salwa", lines))
	if status, body, _ := w.call("GET", "/chunks/"+lines.Hash.String(), "t-d1", nil); status != 404 {
		t.Errorf("a list of book lines: %d %s", status, body)
	}
	chunk := pack.Catalogue.Chunks[0].String()
	status, body, header := w.call("GET", "/chunks/"+chunk, "t-d1", nil)
	if status != 200 || !strings.Contains(body, "Milk of salwa") || !strings.Contains(header.Get("Cache-Control"), "immutable") || stocktake.HashOf([]byte(body)).String() != chunk {
		t.Errorf("chunk: %d %s", status, body)
	}
	for _, bad := range []string{"xyz", strings.Repeat("f", 64), "../../etc/passwd"} {
		if status, _, _ := w.call("GET", "/chunks/"+bad, "t-d1", nil); status != 404 {
			t.Errorf("%s: %d", bad, status)
		}
	}
}

func TestChunksAreCompressed(t *testing.T) {
	w := start(t)
	hash, _, err := w.db.Published(context.Background(), "salwa", "catalogue")
	w.check(err)
	list, err := w.db.Document(context.Background(), "salwa", hash)
	w.check(err)
	var catalogue stocktake.Catalogue
	w.check(json.Unmarshal(list.Bytes, &catalogue))
	r, err := http.NewRequest("GET", w.server.URL+wire.Base+"/chunks/"+catalogue.Chunks[0].String(), nil)
	w.check(err)
	r.Header.Set("Authorization", "Bearer t-d1")
	r.Header.Set("Accept-Encoding", "br, gzip;q=1.0")
	response, err := http.DefaultClient.Do(r)
	w.check(err)
	defer response.Body.Close()
	z, err := gzip.NewReader(response.Body)
	w.check(err)
	body, err := io.ReadAll(z)
	w.check(err)
	if stocktake.HashOf(body) != catalogue.Chunks[0] {
		t.Fatalf("the chunk is %s", body)
	}
	r.Header.Set("If-None-Match", response.Header.Get("ETag"))
	again, err := http.DefaultClient.Do(r)
	w.check(err)
	defer again.Body.Close()
	if again.StatusCode != http.StatusNotModified {
		t.Fatalf("asked again: %d", again.StatusCode)
	}
}

// The least app version refuses new work, and never what was counted.
func TestOldAppsMayPush(t *testing.T) {
	w := start(t, func(c *handheld.Config) { c.MinApp, c.Version = "1.10", "jard 2" })
	for app, want := range map[string]int{"1.9.9": 409, "": 409, "x": 409, "1.10": 200, "1.10.0": 200, "2": 200, "1.10-rc1": 200} {
		status, body, _ := w.call("POST", "/join", "t-d1", map[string]string{"session": "s1", "epoch": epochOf("old" + app), "app": app})
		if status != want || (want == 409 && !strings.Contains(body, "app-too-old")) {
			t.Errorf("%q: %d %s", app, status, body)
		}
	}
	d := w.device("d1", "old").record(observed("s1", 1))
	if welcome := d.connect(); welcome.MinApp != "1.10" || welcome.Server != "jard 2" {
		t.Fatalf("welcome is %+v", welcome)
	}
	d.push(1, 1)
	d.acknowledged(1)
}

func TestClosingSessionsTakeNobodyIn(t *testing.T) {
	w := start(t)
	w.join("t-d1", "s1", epochOf("first"))
	_, err := w.sessions.BeginClosing(context.Background(), boss, "s1", count.Because{})
	w.check(err)
	join := func(body map[string]string) int {
		status, _, _ := w.call("POST", "/join", "t-d1", body)
		return status
	}
	if status := join(map[string]string{"session": "s1", "epoch": epochOf("second")}); status != 409 {
		t.Errorf("a new stream: %d", status)
	}
	if status := join(map[string]string{"session": "s1", "epoch": epochOf("third"), "succeeds": epochOf("first")}); status != 200 {
		t.Errorf("a successor: %d", status)
	}
	if n := w.noted("salwa", "s1"); n["joined"] != 2 {
		t.Errorf("the log holds %v", n)
	}
}

// Whatever one society's device asks for or sends, it reaches nothing of another's.
func TestSocietiesAreApart(t *testing.T) {
	w := start(t)
	mine := w.device("d1", "same").record(observed("s2", 1), observed("s1", 2))
	theirs := w.device("r1", "same").record(observed("s1", 9))
	before := len(w.entries("rumaithiya", "s2"))

	_, list, _ := w.call("GET", "/sessions", mine.token, nil)
	if strings.Contains(list, `"s2"`) || !strings.Contains(list, `"s1"`) {
		t.Errorf("sessions: %s", list)
	}
	if status, body, _ := w.call("POST", "/join", mine.token, map[string]string{"session": "s2", "epoch": mine.epoch}); status != 404 {
		t.Errorf("join: %d %s", status, body)
	}
	hash, _, err := w.db.Published(context.Background(), "rumaithiya", "catalogue")
	w.check(err)
	document, err := w.db.Document(context.Background(), "rumaithiya", hash)
	w.check(err)
	var catalogue stocktake.Catalogue
	w.check(json.Unmarshal(document.Bytes, &catalogue))
	if status, body, _ := w.call("GET", "/chunks/"+catalogue.Chunks[0].String(), mine.token, nil); status != 404 || strings.Contains(body, "rumaithiya") {
		t.Errorf("chunk: %d %s", status, body)
	}
	if pack := w.join(mine.token, "s1", mine.epoch); strings.Contains(pack, "rumaithiya") {
		t.Errorf("pack: %s", pack)
	}

	mine.sessions = []stocktake.SessionID{"s2", "s1"}
	mine.connect()
	for range 2 {
		f := expect[*wire.Feed](mine)
		if want := map[stocktake.SessionID]wire.SessionState{"s1": wire.StateOpen, "s2": wire.StateUnknown}[f.Session]; f.State != want {
			t.Errorf("feed is %+v", f)
		}
	}
	mine.push(1, 2)
	mine.acknowledged(2)
	mine.send(&wire.Drained{Session: "s2", Last: 2})
	if a := expect[*wire.Drained](mine); a.Error == nil || a.Error.Code != stocktake.NotFound {
		t.Errorf("drained: %+v", a)
	}
	if m := theirs.connect().Mark; m.Acked != 0 { // the same epoch, another device of another society
		t.Errorf("mark is %+v", m)
	}
	mine.send(&wire.Fence{})
	mine.marked(2, true)
	theirs.push(1, 1)
	theirs.acknowledged(1)
	if online := w.gateway.Online("rumaithiya"); len(online) != 1 || online[0].Device != "r1" {
		t.Errorf("online: %+v", online)
	}

	// A change in one society tells nobody in the other.
	by := boss
	by.Society = "rumaithiya"
	_, err = w.sessions.Assign(context.Background(), by, "s2", count.Assignment{Tasks: []count.Task{{ID: "a1", Round: 1, Location: "A-01"}}})
	w.check(err)
	mine.send(&wire.Ping{Time: 5})
	if f, err := mine.receive(); err != nil || f.Type() != "pong" {
		t.Errorf("got %v, %v", f, err)
	}
	if n := len(w.entries("rumaithiya", "s2")); n != before+1 {
		t.Errorf("%d entries in the other's log, want %d", n, before+1)
	}
	if n := w.noted("salwa", count.LateLog); n["observed session-unknown"] != 1 {
		t.Errorf("the late log holds %v", n)
	}
}

func TestHTTPFallback(t *testing.T) {
	w := start(t)
	d := w.device("d1", "fallback").record(observed("s1", 1), observed("s1", 2), observed("s1", 3))
	w.join(d.token, "s1", d.epoch)
	d.sessions = []stocktake.SessionID{"s1"}
	hello := d.post(nil)
	if len(hello) != 2 || hello[0].Type() != "welcome" || hello[1].Type() != "feed" {
		t.Fatalf("hello is answered by %v", hello)
	}
	d.incarnation, d.cursors = hello[0].(*wire.Welcome).Incarnation, map[stocktake.SessionID]string{"s1": hello[1].(*wire.Feed).Cursor}
	if again := d.post(nil); len(again) != 1 {
		t.Fatalf("a feed came again: %v", again)
	}
	one := func(f wire.Frame) wire.Frame {
		t.Helper()
		frames := d.post(f)
		if len(frames) != 1 {
			t.Fatalf("%d frames answer", len(frames))
		}
		return frames[0]
	}
	if a, ok := one(d.pushed(1, 2)).(*wire.Ack); !ok || a.Through != 2 || a.Digest != d.digests[2] {
		t.Fatalf("push: %+v", a)
	}
	if m, ok := one(d.pushed(1, 2)).(*wire.MarkFrame); !ok || m.Mark.Acked != 2 {
		t.Fatalf("again: %+v", m)
	}
	d.connect() // a socket goes on where HTTP stopped, and the other way round
	d.push(3, 3)
	d.acknowledged(3)
	_, err := w.sessions.BeginClosing(context.Background(), boss, "s1", count.Because{})
	w.check(err)
	if closing := d.post(nil); len(closing) != 2 || closing[1].(*wire.Feed).State != wire.StateClosing {
		t.Fatalf("closing: %v", closing)
	}
	if a, ok := one(&wire.Drained{Session: "s1", Last: 3}).(*wire.Drained); !ok || a.Error != nil {
		t.Fatalf("drained: %+v", a)
	}
	if m, ok := one(&wire.Fence{}).(*wire.MarkFrame); !ok || !m.Mark.Fenced {
		t.Fatalf("fence: %+v", m)
	}
	if status, _, _ := w.call("POST", "/push", d.token, make([]byte, 2<<20)); status != 413 {
		t.Fatalf("two megabytes: %d", status)
	}
}

func TestWelcomeSaysWhatABackupHolds(t *testing.T) {
	w := start(t)
	d := w.device("d1", "safe").record(observed("s1", 1), observed("s1", 2), observed("s1", 3))
	if safe := d.connect().SafeThrough; safe != nil {
		t.Fatalf("safe through %d without a backup", *safe)
	}
	d.push(1, 2)
	d.acknowledged(2)
	incarnation, err := w.db.Incarnation(t.Context())
	w.check(err)
	marks := map[count.Stream]count.Mark{{Device: "d1", Epoch: d.epoch}: w.mark("salwa", "d1", d.epoch)}
	d.push(3, 3)
	d.acknowledged(3)
	w.check(w.db.ConfirmBackup(t.Context(), incarnation, map[stocktake.SocietyID]map[count.Stream]count.Mark{"salwa": marks}))
	_ = d.conn.Close()
	if welcome := d.connect(); welcome.SafeThrough == nil || *welcome.SafeThrough != 2 || welcome.Mark.Acked != 3 {
		t.Fatalf("welcome is %+v", welcome)
	}
	if safe := w.device("d2", "not in the backup").connect().SafeThrough; safe == nil || *safe != 0 {
		t.Fatalf("safe through %v", safe)
	}
}
