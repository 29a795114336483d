package simulate_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"jard/internal/count"
	"jard/internal/simulate"
	"jard/internal/stocktake"
	"jard/internal/wire"
)

func withKill(t *testing.T) (context.Context, func()) {
	ctx, cancel := context.WithCancel(t.Context())
	return ctx, cancel
}

// steps gives a counter who stops after some records: as a kill does, at any point of a pass.
func walkUntil(t *testing.T, c *simulate.Counter, records uint64) {
	t.Helper()
	ctx, kill := withKill(t)
	defer kill()
	c.Pace = simulate.Pace{Look: time.Microsecond}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			changed := c.Device.Changed()
			if c.Device.Status().Recorded >= records {
				kill()
				return
			}
			select {
			case <-changed:
			case <-ctx.Done():
				return
			}
		}
	}()
	if err := c.Walk(ctx); err != nil && !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	kill()
	<-done
}

func ledger(t *testing.T, devices ...*simulate.Device) *simulate.Ledger {
	t.Helper()
	l := new(simulate.Ledger)
	for _, d := range devices {
		if err := l.Add(d); err != nil {
			t.Fatal(err)
		}
	}
	return l
}

// Killed at any point, a device resumes in the middle of a pass, with a torn event cut off, and the count comes out
// exactly as if nothing had happened.
func TestKillAndResume(t *testing.T) {
	whole := newShop(t, 3, 60)
	d := whole.device(t, whole.fit(t.TempDir()))
	if err := walker(whole, d).Walk(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := contents(ledger(t, d))

	s := newShop(t, 3, 60)
	dir := t.TempDir()
	d = s.device(t, s.fit(dir))
	for kill := uint64(1); kill < uint64(len(want)); kill += 7 {
		walkUntil(t, walker(s, d), kill)
		epoch := d.Status().Stream
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		tear(t, dir, `{"v":1,"id":"half an ev`)
		d = open(t, s.fit(dir))
		if d.Status().Stream != epoch {
			t.Fatal("a kill made a new epoch")
		}
	}
	connect(t, d)
	if err := walker(s, d).Walk(t.Context()); err != nil {
		t.Fatal(err)
	}
	settle(t, d)
	l := ledger(t, d)
	s.arrived(t, l)
	if got := contents(l); !slices.Equal(got, want) {
		t.Errorf("the kills changed the count: %d records instead of %d", len(got), len(want))
	}
}

// contents gives what was recorded, in order, without what is random or of the clock.
func contents(l *simulate.Ledger) []string {
	var list []string
	for _, r := range l.Records {
		var e count.Event
		_ = json.Unmarshal(r.Event, &e)
		if e.Name == "clock" {
			continue
		}
		e.ID, e.Pass, e.At, e.Mono, e.Offset, e.RTT, e.ScannedAt = "", "", 0, 0, nil, 0, 0
		if e.Reverses != "" {
			e.Reverses = "it"
		}
		b, _ := json.Marshal(e)
		list = append(list, string(r.Location)+string(b))
	}
	return list
}

func tear(t *testing.T, dir, half string) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(dir, "events"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(half); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func wait(t *testing.T, d *simulate.Device, done func(simulate.Status) bool) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		changed := d.Changed()
		if done(d.Status()) {
			return
		}
		select {
		case <-changed:
		case <-deadline:
			t.Fatalf("never came: %+v", d.Status())
		}
	}
}

// A session that closes is drained: what was seen last is measured, pushed and confirmed; nothing more is recorded. A
// fenced stream drains through its successor.
func TestDrain(t *testing.T) {
	s := newShop(t, 3, 40)
	d := s.device(t, s.fit(t.TempDir()))
	c := walker(s, d)
	connect(t, d)
	walkUntil(t, c, 12)
	settle(t, d)
	d.Radio().Off()
	walkUntilOffline(t, c, 20)
	s.mu.Lock()
	for _, x := range s.streams {
		x.fenced = true
	}
	s.mu.Unlock()
	s.change(session, func(f *wire.Feed) { f.State = wire.StateClosing })
	d.Radio().On()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := d.Drained(ctx, session); err != nil {
		t.Fatalf("%v: %+v", err, d.Status())
	}
	x := d.Status()
	if last, ok := s.sessions[session].drained[count.Stream{Device: x.Device, Epoch: x.Stream}]; !ok || last != x.Last || x.Unsettled != 0 {
		t.Errorf("drained at %d (%v) of %+v", last, ok, x)
	}
	s.arrived(t, ledger(t, d))
	_, err := d.Record(count.Event{Name: "observed", Session: session, Pass: "p", Code: "1", Pack: 1000})
	if !errors.Is(err, simulate.SessionClosing) {
		t.Errorf("recorded while closing: %v", err)
	}
	if err := c.Walk(t.Context()); err != nil {
		t.Errorf("walk: %v", err)
	}
	// Opened and closed again: the device drains once more, whether it heard of the opening or not.
	stream := count.Stream{Device: x.Device, Epoch: x.Stream}
	s.mu.Lock()
	delete(s.sessions[session].drained, stream)
	s.mu.Unlock()
	s.change(session, func(*wire.Feed) {})
	wait(t, d, func(simulate.Status) bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		_, again := s.sessions[session].drained[stream]
		return again
	})
	s.change(session, func(f *wire.Feed) { f.State = wire.StateSealed })
	wait(t, d, func(simulate.Status) bool { a, _ := d.Attending(session); return a.State == wire.StateSealed })
}

// walkUntilOffline is walkUntil for a counter whose pass is open already, so that the radio stays off.
func walkUntilOffline(t *testing.T, c *simulate.Counter, records uint64) {
	t.Helper()
	for c.Device.Status().Recorded < records {
		if _, err := c.Device.Record(count.Event{
			Name: "observed", Session: session, Pass: c.Device.Walks(session)[0].Opened.Pass, Code: "loose", Pack: 1000, Amount: 1000,
		}); err != nil {
			t.Fatal(err)
		}
	}
}

// A device whose clock is wrong says by how much, before and after what it observed.
func TestClockIsMeasured(t *testing.T) {
	s := newShop(t, 2, 20)
	fit := s.fit(t.TempDir())
	fit.Skew = 3 * time.Hour
	d := s.device(t, fit)
	connect(t, d)
	wait(t, d, func(x simulate.Status) bool { return x.Online })
	if err := walker(s, d).Walk(t.Context()); err != nil {
		t.Fatal(err)
	}
	settle(t, d)
	clocks := 0
	for _, e := range s.received() {
		if e.Offset == nil || *e.Offset > -3*3600*1000+20_000 || *e.Offset < -3*3600*1000-20_000 {
			t.Errorf("%s says its clock is off by %v ms", e.Name, e.Offset)
		}
		if e.Name == "clock" {
			clocks++
		}
	}
	if clocks == 0 {
		t.Error("no clock event after the last observation")
	}
	before := d.Status().Recorded
	d.Measure()
	wait(t, d, func(simulate.Status) bool { return true })
	settle(t, d)
	if after := d.Status().Recorded; after != before {
		t.Errorf("%d events were recorded for nothing", after-before)
	}
}

// Where websockets do not get through, pushes go by HTTP.
func TestBlockedWebsocketFallsBack(t *testing.T) {
	for name, only := range map[string]bool{"refused by a proxy": false, "not even tried": true} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, 3, 40)
			s.blocked, s.busyEvery = true, 3
			fit := s.fit(t.TempDir())
			fit.PushOnly = only
			d := s.device(t, fit)
			connect(t, d)
			if err := walker(s, d).Walk(t.Context()); err != nil {
				t.Fatal(err)
			}
			settle(t, d)
			s.arrived(t, ledger(t, d))
			if only {
				s.change(session, func(f *wire.Feed) { f.State = wire.StateClosing })
				d.Measure() // ask for feeds now
				wait(t, d, func(simulate.Status) bool { a, _ := d.Attending(session); return a.Drained })
			}
		})
	}
}

// The device keeps the window full, so that a slow link does not cost a round trip a push. This server does not answer
// before it is.
func TestPushesArePipelined(t *testing.T) {
	s := newShop(t, 1, 4)
	s.hold, s.window = true, 5
	fit := s.fit(t.TempDir())
	fit.Batch = 1
	d := s.device(t, fit)
	for range 15 {
		if err := d.RecordRaw([]byte(`{"v":1,"id":"` + stocktake.RandomID() + `","kind":"clock","session":"x","at":1,"offset":0}`)); err != nil {
			t.Fatal(err)
		}
	}
	connect(t, d)
	wait(t, d, func(x simulate.Status) bool { return x.Held == 0 })
}

// Events go when their session is over and a verified backup holds them; a server that was restored to less is shown the
// gap, and the rest arrives in a new epoch.
func TestReleasedEventsLeaveAGap(t *testing.T) {
	s := newShop(t, 2, 20)
	d := s.device(t, s.fit(t.TempDir()))
	unplug := connect(t, d)
	if err := walker(s, d).Walk(t.Context()); err != nil {
		t.Fatal(err)
	}
	settle(t, d)
	unplug()
	last := d.Status().Last
	s.mu.Lock()
	safe := last - 3
	s.safe = &safe
	s.mu.Unlock()
	connect(t, d)
	s.change(session, func(f *wire.Feed) { f.State = wire.StateSealed })
	wait(t, d, func(simulate.Status) bool { a, _ := d.Attending(session); return a.State == wire.StateSealed })
	s.restore(nil, true)
	wait(t, d, func(x simulate.Status) bool { return x.Fenced == 1 && x.Held == 0 && x.Last > 0 })
	if x := d.Status(); x.Last != 3 {
		t.Errorf("%d events went out again; only the last 3 were still held", x.Last)
	}
}

func TestUnknownDeviceStops(t *testing.T) {
	s := newShop(t, 1, 4)
	d := open(t, s.fit(t.TempDir()))
	if err := d.Adopt("D9", "nobody's"); err != nil {
		t.Fatal(err)
	}
	if err := d.Connect(t.Context()); !errors.Is(err, simulate.DeviceRefused) {
		t.Errorf("connect: %v", err)
	}
}

func TestTwoAppsOnOneDatabase(t *testing.T) {
	s := newShop(t, 1, 4)
	fit := s.fit(t.TempDir())
	open(t, fit)
	if _, err := simulate.OpenDevice(fit); !errors.Is(err, simulate.DatabaseInUse) {
		t.Errorf("opened twice: %v", err)
	}
}

// What cannot be stored was not recorded: the counter is told, and nothing else changes.
func TestFullDisk(t *testing.T) {
	s := newShop(t, 1, 4)
	d := s.device(t, s.fit(t.TempDir()))
	if err := d.Close(); err != nil { // the file can be written no more
		t.Fatal(err)
	}
	_, err := d.Record(count.Event{Name: "observed", Session: session, Pass: "p", Code: "1", Pack: 1000})
	if !errors.Is(err, simulate.DatabaseFull) || d.Status().Recorded != 0 {
		t.Errorf("error %v, status %+v", err, d.Status())
	}
	for name, event := range map[string][]byte{"empty": nil, "two lines": []byte("{}\n{}"), "too large": make([]byte, count.MaxEvent+1)} {
		if err := d.RecordRaw(event); !errors.Is(err, simulate.EventShape) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
