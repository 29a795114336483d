package handheld_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"jard/internal/count"
	"jard/internal/handheld"
	"jard/internal/stocktake"
	"jard/internal/wire"
)

// The whole of a device's day, frame by frame.
func TestConversation(t *testing.T) {
	w := start(t)
	ctx := context.Background()
	d := w.device("d1", "day")
	pack := w.join(d.token, "s1", d.epoch)
	d.sessions = []stocktake.SessionID{"s1"}

	welcome := d.connect()
	if welcome.Mark != (wire.Mark{Epoch: d.epoch}) || welcome.Echo != 1795000000000 || welcome.Window < 2 || welcome.Revoked {
		t.Fatalf("welcome is %+v", welcome)
	}
	feed := expect[*wire.Feed](d)
	if feed.Session != "s1" || feed.State != wire.StateOpen || len(feed.Tasks) != 0 || !strings.Contains(pack, feed.Cursor) {
		t.Fatalf("feed is %+v, pack %s", feed, pack)
	}
	d.send(&wire.Ping{Time: 77, Mono: 5})
	if p := expect[*wire.Pong](d); p.Echo != 77 || time.Since(time.UnixMilli(p.Time)).Abs() > time.Minute {
		t.Fatalf("pong is %+v", p)
	}

	d.record(opened("s1", 1, "fatima"), observed("s1", 1), observed("s1", 2))
	d.push(1, 3)
	d.acknowledged(3)
	for n, e := range w.entries("salwa", "s1")[2:] {
		if string(e.Body) != string(d.events[n]) || e.Author.Stream.Epoch != d.epoch || e.Author.Seq != uint64(n+1) {
			t.Fatalf("entry %d holds %s by %+v", e.Offset, e.Body, e.Author)
		}
	}

	_, err := w.sessions.Assign(ctx, boss, "s1", count.Assignment{Tasks: []count.Task{{ID: "a1", Round: 1, Location: "A-01"}}})
	w.check(err)
	if f := expect[*wire.Feed](d); len(f.Tasks) != 1 || f.Tasks[0].Location != "A-01" || f.Cursor == feed.Cursor {
		t.Fatalf("feed is %+v", f)
	}

	_, err = w.sessions.BeginClosing(ctx, boss, "s1", count.Because{})
	w.check(err)
	if f := expect[*wire.Feed](d); f.State != wire.StateClosing {
		t.Fatalf("feed is %+v", f)
	}
	d.send(&wire.Drained{Session: "s1", Last: 3})
	if a := expect[*wire.Drained](d); a.Session != "s1" || a.Last != 3 || a.Error != nil {
		t.Fatalf("drained is %+v", a)
	}
	d.send(&wire.Drained{Session: "s1", Last: 3})
	if a := expect[*wire.Drained](d); a.Error != nil {
		t.Fatalf("drained again is %+v", a)
	}
	// Closed too early: the device counts again, and drains again.
	_, err = w.sessions.Reopen(ctx, boss, "s1", count.Because{Reason: "an aisle was forgotten"})
	w.check(err)
	if f := expect[*wire.Feed](d); f.State != wire.StateOpen || len(f.Tasks) != 1 {
		t.Fatalf("feed is %+v", f)
	}
	d.send(&wire.Drained{Session: "s1", Last: 3})
	if a := expect[*wire.Drained](d); a.Error == nil || a.Error.Key != count.NotClosing.Key {
		t.Fatalf("drained while open is %+v", a)
	}
	d.record(observed("s1", 1))
	d.push(4, 4)
	d.acknowledged(4)
	_, err = w.sessions.BeginClosing(ctx, boss, "s1", count.Because{})
	w.check(err)
	if f := expect[*wire.Feed](d); f.State != wire.StateClosing {
		t.Fatalf("feed is %+v", f)
	}
	d.send(&wire.Drained{Session: "s1", Last: 4})
	if a := expect[*wire.Drained](d); a.Error != nil {
		t.Fatalf("drained of the second closing is %+v", a)
	}
	if n := w.noted("salwa", "s1"); n["drained"] != 2 || n["joined"] != 1 || n["observed"] != 3 {
		t.Fatalf("the log holds %v", n)
	}
}

func TestDrainedIsRefusedWithAReason(t *testing.T) {
	w := start(t)
	d := w.device("d1", "early").record(observed("s1", 1))
	w.join(d.token, "s1", d.epoch)
	d.connect()
	d.send(&wire.Drained{Session: "s1", Last: 0})
	if a := expect[*wire.Drained](d); a.Error == nil || a.Error.Code != stocktake.Conflict || a.Error.Arabic == "" {
		t.Fatalf("not closing: %+v", a)
	}
	d.send(&wire.Drained{Session: "nowhere", Last: 0})
	if a := expect[*wire.Drained](d); a.Error == nil || a.Error.Code != stocktake.NotFound {
		t.Fatalf("unknown: %+v", a)
	}
	d.send(&wire.Drained{Session: "s1", Last: 1}) // before the event was pushed
	d.marked(0, false)
	d.push(1, 1) // and in its turn behind a push
	d.send(&wire.Drained{Session: "s1", Last: 1})
	d.acknowledged(1)
	if a := expect[*wire.Drained](d); a.Error == nil || a.Error.Code != stocktake.Conflict {
		t.Fatalf("behind a push: %+v", a)
	}
}

func TestResumeAfterACut(t *testing.T) {
	w := start(t)
	d := w.device("d1", "cut")
	for n := range 10 {
		d.record(observed("s1", n))
	}
	d.connect()
	d.push(1, 4)
	d.acknowledged(4)
	release := w.store.hold()
	d.push(5, 8) // the answer is lost with the socket
	w.eventually(func() bool { return w.store.appends.Load() == 2 })
	_ = d.conn.Close()
	release()
	again := d.connect() // waits for the older socket to let go of the stream, so that the mark is the last word
	if again.Mark.Acked != 8 || again.Mark.Digest != d.digests[8] {
		t.Fatalf("mark is %+v", again.Mark)
	}
	d.push(9, 10)
	d.acknowledged(10)
	if n := w.noted("salwa", "s1")["observed"]; n != 10 {
		t.Fatalf("%d of 10 in the log", n)
	}
}

func TestDuplicatesHaveNoEffect(t *testing.T) {
	w := start(t)
	d := w.device("d1", "twice").record(observed("s1", 1), observed("s1", 2), observed("s1", 3))
	d.connect()
	d.push(1, 2)
	d.acknowledged(2)
	d.push(1, 2)
	d.marked(2, false)
	d.push(2, 3) // overlaps
	d.marked(2, false)
	d.push(3, 3)
	d.acknowledged(3)
	// The same in one go: a duplicate does not take down what goes on from it.
	release := w.store.hold()
	d.record(observed("s1", 4), observed("s1", 5))
	d.push(4, 4)
	w.eventually(func() bool { return w.store.appends.Load() == 5 })
	d.push(4, 4)
	d.push(5, 5)
	release()
	d.acknowledged(4)
	d.marked(4, false)
	d.acknowledged(5)
	if n := w.noted("salwa", "s1")["observed"]; n != 5 {
		t.Fatalf("%d of 5 in the log", n)
	}
}

func TestGapsAndForeignChainsAreRefused(t *testing.T) {
	w := start(t)
	d := w.device("d1", "gaps").record(observed("s1", 1), observed("s1", 2), observed("s1", 3))
	d.connect()
	d.push(2, 3)
	d.marked(0, false)
	d.push(1, 1)
	d.acknowledged(1)
	p := d.pushed(2, 3)
	p.Prev[0] ^= 1
	d.send(wire.NewPush(p.First, p.Prev, p.Events...)) // whole in itself, and another chain's
	d.marked(1, false)
	if n := w.noted("salwa", "s1")["observed"]; n != 1 {
		t.Fatalf("%d entries written", n)
	}
	d.push(2, 3)
	d.acknowledged(3)
}

// Several pushes on their way are written together and acknowledged together, and no more than the window are taken in.
func TestWindowHoldsTheDeviceBack(t *testing.T) {
	w := start(t)
	d := w.device("d1", "window")
	const pushes = 60
	size := 3000 / 200
	for n := range pushes * size {
		d.record(observed("s1", n))
	}
	welcome := d.connect()
	release := w.store.hold()
	sent := make(chan error, 1)
	go func() {
		for n := range uint64(pushes) {
			first := n*uint64(size) + 1
			if err := d.conn.WriteMessage(websocket.TextMessage, wire.Encode(d.pushed(first, first+uint64(size)-1))); err != nil {
				sent <- err
				return
			}
		}
		sent <- nil
	}()
	w.eventually(func() bool { return w.store.appends.Load() >= 1 })
	release()
	acks := 0
	for d.acked < pushes*uint64(size) {
		a := expect[*wire.Ack](d)
		if a.Through <= d.acked || (a.Through-d.acked) > uint64(welcome.Window*size) || a.Digest != d.digests[a.Through] {
			t.Fatalf("acknowledged %d after %d", a.Through, d.acked)
		}
		d.acked = a.Through
		acks++
	}
	w.check(<-sent)
	if acks > pushes || int(w.store.appends.Load()) != acks {
		t.Fatalf("%d acks of %d appends for %d pushes", acks, w.store.appends.Load(), pushes)
	}
}

func TestBusyWhileTheDiskIsFull(t *testing.T) {
	w := start(t)
	d := w.device("d1", "full").record(observed("s1", 1), observed("s1", 2))
	d.connect()
	w.store.full.Store(true)
	d.push(1, 1)
	if b := expect[*wire.Busy](d); b.RetryMS <= 0 {
		t.Fatalf("busy is %+v", b)
	}
	if f := d.post(d.pushed(1, 1))[0]; f.Type() != "busy" {
		t.Fatalf("over HTTP: %s", wire.Encode(f))
	}
	w.accounts.fail(true) // nor is anything lost while nobody can say who the device is
	d.push(1, 1)
	expect[*wire.Busy](d)
	w.accounts.fail(false)
	w.store.full.Store(false)
	d.push(1, 2)
	d.acknowledged(2)
}

func TestANewerSocketReplacesTheOlder(t *testing.T) {
	w := start(t)
	one, two := w.device("d1", "tab"), w.device("d1", "tab")
	one.record(observed("s1", 1))
	two.record(one.events...)
	other := w.device("d2", "bystander")
	one.connect()
	other.connect()
	release := w.store.hold()
	one.push(1, 1)
	w.eventually(func() bool { return w.store.appends.Load() == 1 })
	two.dial()
	two.send(two.hello())
	release()
	one.acknowledged(1) // what was read is answered before the bye
	one.byes(wire.ByeReplaced)
	if m := expect[*wire.Welcome](two).Mark; m.Acked != 1 {
		t.Fatalf("mark is %+v", m)
	}
	other.send(&wire.Ping{})
	expect[*wire.Pong](other)
	if online := w.gateway.Online("salwa"); len(online) != 2 {
		t.Fatalf("online: %+v", online)
	}
}

// The second is ended while it waits for the first: the third must wait for the first all the same.
func TestAThirdSocketWaitsForTheFirst(t *testing.T) {
	w := start(t)
	one := w.device("d1", "tab").record(observed("s1", 1))
	other := w.device("d2", "bystander")
	one.connect()
	other.connect()
	release := w.store.hold()
	defer release()
	one.push(1, 1)
	w.eventually(func() bool { return w.store.appends.Load() == 1 })
	var third *device
	for _, app := range []string{"2.0.0", "3.0.0"} {
		third = w.device("d1", "tab").record(one.events...)
		third.dial()
		h := third.hello()
		h.App = app
		third.send(h)
		w.eventually(func() bool {
			return slices.ContainsFunc(w.gateway.Online("salwa"), func(o handheld.Online) bool { return o.App == app })
		})
	}
	for range 50 { // time for a welcome that comes too soon
		other.send(&wire.Ping{})
		expect[*wire.Pong](other)
	}
	release()
	if m := expect[*wire.Welcome](third).Mark; m.Acked != 1 {
		t.Fatalf("welcomed before what the first had read was written: %+v", m)
	}
}

func TestShutdownAnswersWhatWasRead(t *testing.T) {
	w := start(t)
	d := w.device("d1", "stop").record(observed("s1", 1))
	silent := w.device("d2", "mute")
	silent.dial() // and never says hello
	d.connect()
	release := w.store.hold()
	d.push(1, 1)
	w.eventually(func() bool { return w.store.appends.Load() == 1 })
	down := make(chan error, 1)
	go func() { down <- w.gateway.Shutdown(context.Background()) }()
	silent.byes(wire.ByeShutdown)
	release()
	d.acknowledged(1)
	d.byes(wire.ByeShutdown)
	_ = d.conn.Close()
	_ = silent.conn.Close()
	w.check(<-down)
	if status, body, _ := w.call("GET", "/stream", d.token, nil); status != 400 && status != 503 {
		t.Fatalf("after the end: %d %s", status, body)
	}
}

// eventually waits for something that another goroutine does, without a sleep that would hide how long it takes.
func (w *world) eventually(done func() bool) {
	w.Helper()
	deadline := time.NewTimer(40 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(200 * time.Microsecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-deadline.C:
			w.Fatalf("it never happened\n%s", w.log)
		case <-tick.C:
		}
	}
}

func longScan(n int) []byte {
	return fmt.Appendf(nil, `{"v":1,"id":"long","kind":"observed","session":"s1","at":1795000000000,"pass":"p1","code":"%s","pack":1000,"amount":1000}`, strings.Repeat("7", n))
}
