package live_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"jard/internal/count"
	"jard/internal/live"
	"jard/internal/stocktake"
)

func TestWholeThenChanges(t *testing.T) {
	w := open(t)
	b := w.watch("")
	m := b.next()
	if m.Type != "all" || len(m.Lines) != 40 || len(m.Places) != 2 || len(m.Sections) != 1 || m.Summary.Totals.NotCounted != 40 || m.Offset != 1 {
		t.Fatalf("first message: %+v", m)
	}
	if name := m.Lines[0][13]; name != `السوق "المركزي"` {
		t.Fatalf("the item is called %v", name)
	}
	w.openPass()
	b.until(2)
	w.see(7)
	lines := map[string][]any{}
	var observations int64
	for m = b.next(); ; m = b.next() {
		for _, l := range m.Lines {
			lines[l[1].(string)] = l
		}
		for _, c := range m.Counters {
			observations = c.Observations
			if c.Device != "d1" || c.Name != "TC52" || c.Person != "ali" || c.Called.Arabic != "علي" || !c.Online || c.Unsent == nil || *c.Unsent != 3 {
				t.Fatalf("counter: %+v", c)
			}
		}
		if m.Offset == 3 {
			break
		}
	}
	if l := lines["i07"]; len(lines) != 1 || l[2] != "counting" || observations != 1 {
		t.Fatalf("changed lines: %v, observations %d", lines, observations)
	}
	if n := m.Beat; len(n) > 0 && n[len(n)-1]+n[len(n)-2] != 1 {
		t.Fatalf("scans a minute: %v", n)
	}
}

func TestResume(t *testing.T) {
	w := open(t)
	w.openPass()
	b := w.watch("")
	b.until(2)
	at := b.last
	w.must(b.conn.Close())
	w.see(1)
	w.see(2)
	again := w.watch(fmt.Sprintf("?feed=%s&number=%d", at.Feed, at.Number))
	again.last = at
	seen := map[string]bool{}
	for {
		m := again.next() // next itself insists that one follows the other
		if m.Type != "change" {
			t.Fatalf("who comes back gets %q", m.Type)
		}
		for _, l := range m.Lines {
			seen[l[1].(string)] = true
		}
		if m.Offset == 4 {
			break
		}
	}
	if len(seen) != 2 || !seen["i01"] || !seen["i02"] {
		t.Fatalf("changed since: %v", seen)
	}
	for _, query := range []string{"?feed=elsewhere&number=1", fmt.Sprintf("?feed=%s&number=99999", at.Feed), "?number=x"} {
		if m := w.watch(query).next(); m.Type != "all" || len(m.Lines) != 40 {
			t.Errorf("%s: got %q with %d lines", query, m.Type, len(m.Lines))
		}
	}
}

// A board that does not read is sent away and holds nobody up; when it comes back it has lost nothing.
func TestSlowBoardIsDropped(t *testing.T) {
	w := open(t)
	w.openPass()
	p := newPipes(t, w.hub)
	slow, _, err := w.dial("rawda/sara/supervisor", "", &websocket.Dialer{NetDial: p.dial})
	w.must(err)
	fast := w.watch("")
	first := slow.next()
	fast.until(2)
	for n := range 40 {
		w.see(n)
		fast.until(uint64(3 + n))
	}
	for m := first; ; m = slow.last {
		_ = slow.conn.SetReadDeadline(time.Now().Add(20 * time.Second))
		var next message
		if err := slow.conn.ReadJSON(&next); err != nil {
			if !websocket.IsCloseError(err, websocket.CloseTryAgainLater) {
				t.Fatalf("the slow board ends with %v", err)
			}
			break
		}
		if next.Type == "change" && next.From != m.Number {
			t.Fatalf("message %d follows %d", next.From, m.Number)
		}
		slow.last = next
	}
	if slow.last.Offset >= 42 {
		t.Fatal("the slow board was held in memory to the end")
	}
	back := w.watch(fmt.Sprintf("?feed=%s&number=%d", slow.last.Feed, slow.last.Number))
	if m := back.until(42); m.Offset != 42 {
		t.Fatalf("who comes back is at %d", m.Offset)
	}
}

func newPipes(t *testing.T, h http.Handler) *pipes {
	p := &pipes{conns: make(chan net.Conn, 4), done: make(chan struct{})}
	server := httptest.NewUnstartedServer(h)
	w := server.Listener
	_ = w.Close()
	server.Listener = p
	server.Start()
	t.Cleanup(server.Close)
	return p
}

func TestWhoGetsNothing(t *testing.T) {
	w := open(t, func(c *live.Config) { c.Most = 20 })
	w.openPass()
	for as, status := range map[string]int{
		"rawda/ali/counter":                http.StatusForbidden,
		"rawda/adam/society-administrator": http.StatusForbidden,
		"rawda/erp/integrator":             http.StatusForbidden,
		"other/sara/supervisor":            http.StatusNotFound, // its own society has no such session
	} {
		_, answer, err := w.dial(as, "", websocket.DefaultDialer)
		if err == nil || answer == nil || answer.StatusCode != status {
			t.Errorf("%s: %v, %+v", as, err, answer)
		}
	}
	for name, spoil := range map[string]func(http.Header){
		"no cookie":    func(h http.Header) { h.Del("Cookie") },
		"no origin":    func(h http.Header) { h.Del("Origin") },
		"other origin": func(h http.Header) { h.Set("Origin", "https://evil.example") },
	} {
		h := w.header("rawda/sara/supervisor")
		spoil(h)
		if _, _, err := websocket.DefaultDialer.Dial("ws"+w.http.URL[4:]+"/live/sessions/s1", h); err == nil {
			t.Errorf("%s: opened", name)
		}
	}
	for n := range 3 {
		_, answer, err := w.dial("rawda/sara/supervisor", "", websocket.DefaultDialer)
		if n < 2 {
			w.must(err)
		} else if err == nil || answer.StatusCode != http.StatusTooManyRequests {
			t.Error("one person may take all sockets")
		}
	}
}

func TestSignedOutSeesNothingMore(t *testing.T) {
	w := open(t, func(c *live.Config) { c.Pulse = 20 * time.Millisecond })
	b := w.watch("")
	b.next()
	w.out.Store(true)
	if code := b.closed(); code != websocket.ClosePolicyViolation {
		t.Fatalf("closed with %d", code)
	}
}

func TestTalkativeClientIsCutOff(t *testing.T) {
	w := open(t)
	b := w.watch("")
	b.next()
	w.must(b.conn.WriteMessage(websocket.TextMessage, []byte("hello")))
	if code := b.closed(); code != websocket.ClosePolicyViolation {
		t.Fatalf("closed with %d", code)
	}
	b, _, err := w.dial("rawda/sara/supervisor", "", websocket.DefaultDialer)
	w.must(err)
	b.next()
	w.must(b.conn.WriteMessage(websocket.TextMessage, make([]byte, 4096)))
	if code := b.closed(); code != websocket.ClosePolicyViolation && code != websocket.CloseMessageTooBig {
		t.Fatalf("closed with %d", code)
	}
}

func TestCloseSendsEverybodyAway(t *testing.T) {
	w := open(t)
	b := w.watch("")
	b.next()
	closed := make(chan struct{})
	go func() { w.hub.Close(); close(closed) }()
	if code := b.closed(); code != websocket.CloseGoingAway {
		t.Fatalf("closed with %d", code)
	}
	<-closed
	if _, answer, err := w.dial("rawda/sara/supervisor", "", websocket.DefaultDialer); err == nil || answer.StatusCode != http.StatusServiceUnavailable {
		t.Fatal("a closed hub opens sockets")
	}
}

// Nobody need come for what the last board left behind to go.
func TestUnwatchedSessionIsLetGo(t *testing.T) {
	w := open(t, func(c *live.Config) { c.Linger = 20 * time.Millisecond })
	b := w.watch("")
	b.next()
	if w.hub.Rooms() != 1 {
		t.Fatal("a session that is watched has no room")
	}
	w.must(b.conn.Close())
	look, late := time.NewTicker(time.Millisecond), time.After(20*time.Second)
	defer look.Stop()
	for w.hub.Rooms() > 0 {
		select {
		case <-look.C:
		case <-late:
			t.Fatal("its picture is held for ever")
		}
	}
}

// looking has a room look until the hub stops, once it is armed, and a socket wait in its pulse until it has been told.
type looking struct {
	live.Sessions
	armed         atomic.Bool
	begun, looked chan struct{}
}

func (l *looking) View(ctx context.Context, by stocktake.Person, session stocktake.SessionID) (*count.View, error) {
	if !l.armed.CompareAndSwap(true, false) {
		return l.Sessions.View(ctx, by, session)
	}
	close(l.begun)
	<-ctx.Done()
	defer close(l.looked)
	return nil, ctx.Err()
}

// TestStoppingBreaksNothingOff: that the hub stops while a room looks is no fault of the feed, and no socket is told so, however
// late it comes to hear of it.
func TestStoppingBreaksNothingOff(t *testing.T) {
	l := &looking{begun: make(chan struct{}), looked: make(chan struct{})}
	pulses := make(chan struct{})
	var opened atomic.Bool
	w := open(t, func(c *live.Config) {
		who := c.Authenticate
		l.Sessions, c.Sessions, c.Pulse = c.Sessions, l, time.Second
		c.Authenticate = func(r *http.Request) (stocktake.Person, error) {
			if opened.Swap(true) { // a pulse
				select {
				case pulses <- struct{}{}:
					<-l.looked
					for range 1000 {
						runtime.Gosched() // the room does with it what it does
					}
				case <-l.looked:
				}
			}
			return who(r)
		}
	})
	b := w.watch("")
	b.next()
	<-pulses // the socket waits
	l.armed.Store(true)
	w.openPass()
	<-l.begun
	go w.hub.Close()
	if code := b.closed(); code != websocket.CloseGoingAway {
		t.Fatalf("closed with %d", code)
	}
}

// Of a surprise that is planned no board hears before it is issued: not the boards that are open, and not one that asks for its session.
func TestASurpriseIsOnNoBoardBeforeItIsIssued(t *testing.T) {
	w := open(t)
	b := w.watch("")
	told := fmt.Sprintf("%+v", b.next())
	sessions := count.NewService(w.db, w.db, w.db, time.Now)
	defer sessions.Close()
	at := time.Now().In(count.Kuwait).AddDate(0, 0, 3)
	_, err := sessions.SavePlan(t.Context(), stocktake.Person{Society: society, ID: "mona", Roles: []stocktake.Role{stocktake.Manager}}, count.CountPlan{
		Name: stocktake.Name{English: "Ambush"}, Kind: count.PlanSurprise, Site: "central", Minutes: 60,
		Recurrence: count.Recurrence{Unit: count.Once, Start: at.Format(time.DateOnly), Time: "09:00"},
	})
	w.must(err)
	w.openPass() // something of the running session: whatever was told of the plan came before it
	for m := b.next(); ; m = b.next() {
		if told += fmt.Sprintf("%+v", m); m.Offset == 2 {
			break
		}
	}
	if strings.Contains(told, "Ambush") || strings.Contains(told, at.Format(time.DateOnly)) {
		t.Errorf("a board is told %s", told)
	}
}
