package handheld_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"jard/internal/count"
	"jard/internal/handheld"
	"jard/internal/stocktake"
	"jard/internal/wire"
)

func TestBadEventsAreQuarantinedAndAcknowledged(t *testing.T) {
	w := start(t)
	d := w.device("d1", "bad")
	w.join(d.token, "s1", d.epoch)
	d.record(
		opened("s1", 1, "fatima"),
		[]byte("no json at all"),
		[]byte{0xff, 0x00, 0xfe},
		longScan(10_000),
		[]byte(`{"v":9,"id":"x","kind":"observed","session":"s1","at":1}`),
		[]byte(`{"v":1,"id":"y","kind":"danced","session":"s1","at":1}`),
		opened("s1", 2, "stranger"),
		moved("s1", 3, "stranger"),
		observed("nowhere", 1),
		observed("~late", 2),
		observed("s1", 3),
	)
	d.connect()
	d.push(1, d.last())
	d.acknowledged(d.last())
	d.send(&wire.Ping{})
	expect[*wire.Pong](d) // and the socket lives on
	want := map[string]int{
		"quarantined event-unreadable": 2, "quarantined event-too-large": 1, "quarantined event-version": 1, "quarantined event-kind": 1,
		"quarantined person-not-signed-in": 2, "pass.opened": 1, "observed": 1,
	}
	got := w.noted("salwa", "s1")
	for kind, n := range want {
		if got[kind] != n {
			t.Errorf("%d %q in the log, want %d: %v", got[kind], kind, n, got)
		}
	}
	late := w.noted("salwa", count.LateLog)
	if late["observed session-unknown"] != 1 {
		t.Errorf("the late log holds %v", late)
	}
	raw := 0
	for _, e := range w.entries("salwa", "s1") {
		for _, event := range d.events {
			if bytes.Equal(e.Body, event) {
				raw++
			}
		}
	}
	if raw != 10 && raw != 9 {
		t.Errorf("%d events kept byte for byte in the session's log", raw)
	}
	// Nor does a stream that joined nothing lose what cannot be read.
	other := w.device("d2", "bad2").record([]byte("no json"))
	other.connect()
	other.push(1, 1)
	other.acknowledged(1)
	if n := w.noted("salwa", count.LateLog); n["quarantined event-unreadable"] != 1 {
		t.Errorf("the late log holds %v", n)
	}
}

func TestSigningInOpensThePass(t *testing.T) {
	w := start(t)
	d := w.device("d1", "signin").record(opened("s1", 1, "yousef"), opened("s1", 2, "yousef"))
	d.connect()
	d.push(1, 1)
	d.acknowledged(1)
	if status, body, _ := w.call("POST", "/signin", d.token, map[string]string{"person": "yousef", "pin": "1234"}); status != 200 || !strings.Contains(body, `"yousef"`) {
		t.Fatalf("sign-in: %d %s", status, body)
	}
	d.push(2, 2)
	d.acknowledged(2)
	if n := w.noted("salwa", "s1"); n["quarantined person-not-signed-in"] != 1 || n["pass.opened"] != 1 {
		t.Fatalf("the log holds %v", n)
	}
}

func TestMalformedFramesCloseAndChangeNothing(t *testing.T) {
	w := start(t)
	good := w.device("d1", "good").record(observed("s1", 1), observed("s1", 2))
	whole := wire.Encode(good.pushed(1, 2))
	for name, message := range map[string][]byte{
		"torn in the header":  whole[:40],
		"torn in an event":    append(bytes.Clone(whole[:len(whole)-30]), '\n'),
		"a line short":        whole[:bytes.LastIndexByte(whole, '\n')],
		"trailing line feed":  append(bytes.Clone(whole), '\n'),
		"an unknown frame":    []byte(`{"t":"shout"}`),
		"the server's frame":  wire.Encode(&wire.Ack{Through: 1}),
		"a second hello":      wire.Encode(good.hello()),
		"no JSON":             []byte("GET / HTTP/1.1"),
		"nothing":             {},
		"too many events":     []byte(`{"t":"push","first":1,"prev":"` + strings.Repeat("0", 64) + `","n":1001}` + strings.Repeat("\n{}", 1001)),
		"a negative number":   []byte(`{"t":"drained","session":"s1","last":-1}`),
		"a name out of bound": []byte(`{"t":"drained","session":"~late","last":1}`),
	} {
		t.Run(name, func(t *testing.T) {
			d := w.device("d1", "good")
			d.TB = t
			d.connect()
			d.sendRaw(message)
			d.byes(wire.ByeMalformed)
		})
	}
	t.Run("no hello", func(t *testing.T) {
		d := w.device("d1", "good")
		d.dial()
		d.sendRaw(whole)
		d.byes(wire.ByeMalformed)
	})
	t.Run("over HTTP", func(t *testing.T) {
		for _, body := range []string{"", "{}", string(whole), string(wire.Encode(good.hello())) + "\n", string(wire.Encode(good.hello())) + "\n{\"t\":\"ack\"}"} {
			if status, answer, _ := w.call("POST", "/push", good.token, body); status != 200 || !strings.Contains(answer, `"malformed"`) {
				t.Errorf("%q: %d %s", body, status, answer)
			}
		}
	})
	t.Run("larger than may be", func(t *testing.T) {
		d := w.device("d1", "good")
		d.TB = t
		d.connect()
		_ = d.conn.WriteMessage(websocket.TextMessage, make([]byte, wire.ServerLimits.Bytes+1))
		if _, err := d.receive(); !websocket.IsCloseError(err, websocket.CloseMessageTooBig) {
			t.Fatalf("closed by %v", err)
		}
	})
	if m := w.mark("salwa", "d1", good.epoch); m.Acked != 0 {
		t.Fatalf("something was written: %+v", m)
	}
	good.connect() // and a good frame is still taken
	good.push(1, 2)
	good.acknowledged(2)
}

// A connection that breaks in the middle of a frame leaves no part of it.
func TestTornFrames(t *testing.T) {
	w := start(t)
	d := w.device("d1", "torn").record(observed("s1", 1), observed("s1", 2))
	d.connect()
	d.push(1, 1)
	d.acknowledged(1)
	writer, err := d.conn.NextWriter(websocket.TextMessage)
	w.check(err)
	_, err = writer.Write(wire.Encode(d.pushed(2, 2))[:100])
	w.check(err)
	_ = d.conn.NetConn().Close()
	if m := d.connect().Mark; m.Acked != 1 {
		t.Fatalf("mark is %+v", m)
	}
	d.push(2, 2)
	d.acknowledged(2)
}

func TestACloneIsFencedAndGoesOn(t *testing.T) {
	w := start(t)
	one := w.device("d1", "original")
	w.join(one.token, "s1", one.epoch)
	one.sessions = []stocktake.SessionID{"s1"}
	one.record(observed("s1", 1), observed("s1", 2))
	one.connect()
	expect[*wire.Feed](one)
	one.push(1, 2)
	one.acknowledged(2)

	two := w.device("d1", "original").record(one.events...)
	two.sessions, two.acked, two.incarnation = one.sessions, one.acked, one.incarnation
	one.record(observed("s1", 3))
	one.push(3, 3)
	one.acknowledged(3)

	two.record(observed("s1", 4), observed("s1", 5)) // the clone counts on by itself
	mark := two.connect().Mark
	if mark.Acked != 3 || mark.Digest == two.digests[3] {
		t.Fatalf("mark is %+v", mark)
	}
	expect[*wire.Feed](two)
	two.send(&wire.Fence{})
	two.marked(3, true)
	two.push(4, 4)
	two.marked(3, true) // nothing more goes in

	next := w.device("d1", "successor").record(two.events[2:]...)
	next.sessions, next.succeeds, next.incarnation = two.sessions, two.epoch, two.incarnation
	if m := next.connect().Mark; m.Fenced || m.Acked != 0 {
		t.Fatalf("mark is %+v", m)
	}
	expect[*wire.Feed](next)
	next.push(1, 2)
	next.acknowledged(2)
	if n := w.noted("salwa", "s1"); n["fenced"] != 1 || n["joined"] != 2 || n["observed"] != 5 {
		t.Fatalf("the log holds %v", n)
	}
}

func TestAGapIsShownAndWorkGoesOn(t *testing.T) {
	w := start(t)
	d := w.device("d1", "gap")
	w.join(d.token, "s1", d.epoch)
	d.record(observed("s1", 1), observed("s1", 2), observed("s1", 3), observed("s1", 4))
	h := d.hello()
	h.Oldest = 3
	d.dial()
	if m := d.greet(h).Mark; !m.Fenced || m.Acked != 0 {
		t.Fatalf("mark is %+v", m)
	}
	next := w.device("d1", "aftergap").record(d.events[2:]...)
	next.sessions, next.succeeds = []stocktake.SessionID{"s1"}, d.epoch
	next.connect()
	expect[*wire.Feed](next)
	next.push(1, 2)
	next.acknowledged(2)
	log := w.entries("salwa", "s1")
	found := false
	for _, e := range log {
		found = found || (e.Kind == count.Fenced && strings.Contains(string(e.Body), `"from":1,"to":2`))
	}
	if n := w.noted("salwa", "s1"); !found || n["observed"] != 2 {
		t.Fatalf("the log holds %v", n)
	}
	again := w.device("d1", "gap") // the gap is logged once
	again.dial()
	again.greet(h)
	if n := w.noted("salwa", "s1"); n["fenced"] != 1 {
		t.Fatalf("the log holds %v", n)
	}
}

// An older copy of the store was put in place: the first device that shows it renews the incarnation, everybody says
// hello again, and what was lost comes back.
func TestARestoredStoreIsRefilled(t *testing.T) {
	w := start(t)
	d, other := w.device("d1", "restored"), w.device("d2", "witness")
	d.sessions = []stocktake.SessionID{"s1"}
	d.record(observed("s1", 1), observed("s1", 2), observed("s1", 3))
	before := d.connect().Incarnation
	d.cursors = map[stocktake.SessionID]string{"s1": expect[*wire.Feed](d).Cursor}
	other.connect()
	_ = d.conn.Close()
	d.acked = 3 // it was acknowledged three by a store that is gone; this one holds none
	welcome := d.connect()
	if welcome.Incarnation == before || welcome.Mark.Acked != 0 {
		t.Fatalf("welcome is %+v", welcome)
	}
	other.byes(wire.ByeRestored)
	if f := expect[*wire.Feed](d); f.Cursor == d.cursors["s1"] {
		t.Fatal("a cursor of another incarnation was taken for this one's")
	}
	d.push(1, 2)
	d.acknowledged(2)
	d.acked = 3 // a device that goes on saying so is no second finding
	_ = d.conn.Close()
	if again := d.connect(); again.Incarnation != welcome.Incarnation {
		t.Fatal("renewed twice over one loss")
	}
	expect[*wire.Feed](d)
	d.push(3, 3)
	d.acknowledged(3)
}

// A copy from before the last change of its name knows nothing of the name that devices were promised under: that explains
// no loss, it is one. A device that names none was promised nothing.
func TestAnOlderCopyThatNeverHadItsLastName(t *testing.T) {
	w := start(t)
	locked := func() bool {
		t.Helper()
		chain, err := w.db.Chain(t.Context(), "salwa")
		w.check(err)
		return chain.Locked
	}
	d := w.device("d1", "of a later store").record(observed("s1", 1))
	d.acked = 1
	first := d.connect().Incarnation
	if locked() {
		t.Fatal("a device that was never welcomed has locked signing")
	}
	_ = d.conn.Close()
	d.incarnation = "a later name"
	second := d.connect().Incarnation
	if second == first || !locked() {
		t.Fatalf("the loss was not seen: %s, then %s", first, second)
	}
	other := w.device("d2", "of it too").record(observed("s1", 2))
	other.acked, other.incarnation = 1, "a later name"
	if got := other.connect().Incarnation; got != second {
		t.Fatal("renewed twice over one loss")
	}
}

// One device's word locks the seals of its own society alone. When the store is an older copy indeed, a device of another
// society shows that by what it was promised under the name before.
func TestALossConcernsTheSocietyThatShowsIt(t *testing.T) {
	w := start(t)
	locks := func(salwa, rumaithiya bool) {
		t.Helper()
		for society, want := range map[stocktake.SocietyID]bool{"salwa": salwa, "rumaithiya": rumaithiya} {
			chain, err := w.db.Chain(t.Context(), society)
			w.check(err)
			restored := w.noted(society, "s1")["restored"]
			if chain.Locked != want || (restored == 1) != want {
				t.Fatalf("signing of %s is locked: %v; its session was restored %d times", society, chain.Locked, restored)
			}
		}
	}
	honest, other := w.device("d1", "honest"), w.device("r1", "of another society").record(observed("s1", 1))
	first := honest.connect().Incarnation
	other.connect()
	liar := w.device("d2", "liar").record(observed("s1", 2))
	liar.incarnation, liar.acked = first, 1
	second := liar.connect().Incarnation
	if second == first {
		t.Fatal("not renewed")
	}
	locks(true, false)
	other.byes(wire.ByeRestored)
	other.incarnation = first // nothing it was promised is missing
	if got := other.connect().Incarnation; got != second {
		t.Fatalf("renewed to %s", got)
	}
	locks(true, false)
	_ = other.conn.Close()
	honest.record(observed("s1", 3)) // another one of the first society, which was promised more, tells nothing new
	honest.incarnation, honest.acked = first, 1
	if got := honest.connect().Incarnation; got != second {
		t.Fatalf("renewed to %s", got)
	}
	other.incarnation, other.acked = first, 1
	if got := other.connect().Incarnation; got == second {
		t.Fatal("a loss of the other society was not seen, for it was shown under the name before")
	}
	locks(true, true)
}

// A device that claims losses under ever new epochs is believed once: every belief locks the seals of its society.
func TestALyingDeviceRenewsTheStoreOnce(t *testing.T) {
	w := start(t)
	first := w.device("d1", "honest").connect().Incarnation
	said := map[string]bool{}
	for n := range 4 {
		d := w.device("d1", fmt.Sprint("lie ", n)).record(observed("s1", n))
		d.acked = 1
		now, err := w.store.Incarnation(t.Context())
		w.check(err)
		d.incarnation = now
		said[d.connect().Incarnation] = true
		_ = d.conn.Close()
	}
	if said[first] || len(said) != 1 {
		t.Fatalf("the store was renamed to each of %v", said)
	}
}

func TestARevokedDeviceMayOnlyPush(t *testing.T) {
	w := start(t)
	d := w.device("d1", "revoked")
	w.join(d.token, "s1", d.epoch)
	d.sessions = []stocktake.SessionID{"s1"}
	d.record(opened("s1", 1, "fatima"), observed("s1", 1), observed("s1", 2), observed("s1", 3))
	d.connect()
	expect[*wire.Feed](d)
	w.accounts.revoke("d1")
	d.push(1, 2)
	d.acknowledged(2) // it takes effect at once: into quarantine
	d.byes(wire.ByeRevoked)
	if welcome := d.connect(); !welcome.Revoked || welcome.Mark.Acked != 2 {
		t.Fatalf("welcome is %+v", welcome)
	}
	d.push(3, 3) // no feed came before
	d.acknowledged(3)
	if f := d.post(d.pushed(4, 4))[0]; f.Type() != "ack" {
		t.Fatalf("over HTTP: %s", wire.Encode(f))
	}
	if f := d.post(&wire.Drained{Session: "s1", Last: 4})[0]; f.Type() != "bye" {
		t.Fatalf("drained over HTTP: %s", wire.Encode(f))
	}
	if f := d.post(nil); len(f) != 1 || f[0].Type() != "welcome" {
		t.Fatalf("hello over HTTP brings %d frames", len(f))
	}
	d.send(&wire.Drained{Session: "s1", Last: 4})
	d.byes(wire.ByeRevoked)
	if n := w.noted("salwa", "s1"); n["quarantined device-revoked"] != 4 || n["observed"] != 0 || n["drained"] != 0 {
		t.Fatalf("the log holds %v", n)
	}
	for _, c := range [][2]string{{"GET", "/sessions"}, {"POST", "/join"}, {"POST", "/signin"}, {"GET", "/chunks/" + strings.Repeat("0", 64)}} {
		if status, body, _ := w.call(c[0], c[1], d.token, map[string]string{"session": "s1", "epoch": d.epoch}); status != 403 || !strings.Contains(body, "device-revoked") {
			t.Errorf("%s: %d %s", c[1], status, body)
		}
	}
}

// A device that does not read is let go of, holds nobody up, and has the whole feed when it comes back.
func TestASlowSubscriberIsLetGo(t *testing.T) {
	w := start(t, func(c *handheld.Config) { c.Timing.Write = 5 * time.Second })
	ctx := context.Background()
	slow, quick := w.device("d1", "slow"), w.device("d2", "quick")
	for _, d := range []*device{slow, quick} {
		w.join(d.token, "s1", d.epoch)
		d.sessions = []stocktake.SessionID{"s1"}
	}
	slow.dial()
	_ = slow.conn.NetConn().(*net.TCPConn).SetReadBuffer(4 << 10)
	slow.send(slow.hello()) // and reads nothing, ever
	quick.connect()
	closing := make(chan []byte, 1)
	go func() { // reads at once and decodes later: it is the other that is slow
		defer close(closing)
		for {
			_, message, err := quick.conn.ReadMessage()
			if err != nil {
				return
			}
			if bytes.Contains(message, []byte(`"state":"closing"`)) {
				closing <- message
				return
			}
		}
	}()
	for n := range 4 {
		tasks := make([]count.Task, 1000)
		for k := range tasks {
			tasks[k] = count.Task{ID: fmt.Sprintf("task-%06d-%06d", n, k), Round: 1, Location: "A-01"}
		}
		_, err := w.sessions.Assign(ctx, boss, "s1", count.Assignment{Tasks: tasks})
		w.check(err)
	}
	w.eventually(func() bool {
		online := w.gateway.Online("salwa")
		return len(online) == 1 && online[0].Device == "d2"
	})
	_, err := w.sessions.BeginClosing(ctx, boss, "s1", count.Because{})
	w.check(err)
	f, err := wire.Parse(<-closing, wire.DeviceLimits)
	last, ok := f.(*wire.Feed)
	if err != nil || !ok || len(last.Tasks) != 4000 {
		t.Fatalf("the quick one did not have the whole feed: %v", err)
	}
	back := w.device("d1", "slow")
	back.sessions = slow.sessions
	back.connect()
	if f := expect[*wire.Feed](back); f.Cursor != last.Cursor || len(f.Tasks) != 4000 {
		t.Fatalf("resumed with %d tasks", len(f.Tasks))
	}
	back.cursors = map[stocktake.SessionID]string{"s1": last.Cursor}
	_ = back.conn.Close()
	back.connect()
	back.send(&wire.Ping{})
	expect[*wire.Pong](back) // no feed: it has this one
}

// A socket that says nothing is not kept for long: neither before its hello nor after. Each by a server of its own, since one that
// is hurried in both may lose its patience with the hello on a busy machine.
func TestSilenceEndsASocket(t *testing.T) {
	mute := start(t, func(c *handheld.Config) { c.Timing.Hello = 50 * time.Millisecond }).device("d1", "mute")
	mute.dial()
	mute.byes(wire.ByeSlow)
	w := start(t, func(c *handheld.Config) { c.Timing.Silent, c.Timing.Ping = 50*time.Millisecond, time.Hour })
	silent := w.device("d1", "silent")
	silent.connect()
	silent.byes(wire.ByeSlow)
}

func TestUnknownSessionsAreTold(t *testing.T) {
	w := start(t)
	d := w.device("d1", "lost")
	d.sessions = []stocktake.SessionID{"gone"}
	d.connect()
	if f := expect[*wire.Feed](d); f.State != wire.StateUnknown || f.Session != "gone" {
		t.Fatalf("feed is %+v", f)
	}
}

// A pong overtakes what stands unanswered, also when the store stands still and a whole window of pushes waits for it.
func TestPongOvertakesAWindowOfPushes(t *testing.T) {
	w := start(t)
	release := w.store.hold()
	defer release()
	d := w.device("d1", "e")
	welcome := d.connect()
	event := bytes.Repeat([]byte("x"), 6000)
	each := welcome.MaxBytes/len(event) - 1
	for n := range welcome.Window {
		for range each {
			d.record(event)
		}
		d.push(uint64(n*each)+1, uint64((n+1)*each))
	}
	d.send(&wire.Ping{Time: 1795000030000, Mono: 5})
	f, err := d.receive()
	if _, ok := f.(*wire.Pong); !ok {
		t.Fatalf("%T, %v came in place of the pong", f, err)
	}
}
