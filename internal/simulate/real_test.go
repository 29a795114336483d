package simulate_test

import (
	"context"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"jard/internal/count"
	"jard/internal/simulate"
	"jard/internal/stocktake"
	"jard/internal/wire"
)

// The same stories as on the strict server, on the real gateway, fold and store.

func TestRealServerInBadWeather(t *testing.T) {
	k := newStack(t, 9, 180)
	c := k.config(t, 3)
	c.Weather = simulate.Weather{Cut: 0.3, CutAfter: 4000, Torn: 0.05, Duplicate: 0.2, Stale: 0.2}
	c.Members[2].Skew = 5 * time.Hour
	r, err := simulate.Run(t.Context(), c)
	check(t, err)
	k.arrived(t, r.Ledger)
	if v := k.view(t); v.Totals.LocationsDone != 9 {
		t.Errorf("%d locations done", v.Totals.LocationsDone)
	}
}

func TestRealServerIsRefilled(t *testing.T) {
	for name, proper := range map[string]bool{"restored": true, "an old copy in its place": false} {
		t.Run(name, func(t *testing.T) {
			k := newStack(t, 4, 80)
			d := k.device(t, k.fit(t.TempDir()))
			c := walker(k.shop, d)
			connect(t, d)
			walkUntil(t, c, 20)
			settle(t, d)
			backup := filepath.Join(k.dir, "backup.db")
			check(t, k.db.Backup(backup))
			walkUntil(t, c, 50)
			settle(t, d)
			k.goBack(t, backup, proper)
			check(t, c.Walk(t.Context()))
			wait(t, d, func(x simulate.Status) bool { return x.Restored == 1 && x.Held == 0 })
			settle(t, d)
			k.arrived(t, ledger(t, d))
			if x := d.Status(); x.Fenced != 0 {
				t.Errorf("a restore is no reason for a new epoch: %+v", x)
			}
		})
	}
}

func TestRealServerFencesAClone(t *testing.T) {
	k := newStack(t, 6, 120)
	dir := t.TempDir()
	original := k.device(t, k.fit(dir))
	unplug := connect(t, original)
	walkUntil(t, walker(k.shop, original), 25)
	settle(t, original)
	unplug()
	copied := open(t, k.fit(clone(t, dir)))
	for n, d := range []*simulate.Device{original, copied, original} {
		c := walker(k.shop, d)
		c.Seed = uint64(n)
		check(t, c.Walk(t.Context()))
		unplug := connect(t, d)
		settle(t, d)
		unplug()
	}
	x := copied.Status()
	if x.Fenced != 1 {
		t.Errorf("the copy was not fenced: %+v", x)
	}
	l := ledger(t, original, copied)
	v := k.view(t)
	if len(v.Passes) != len(l.Passes(session)) || len(v.Held) > 0 {
		t.Errorf("%d passes of %d, held %+v", len(v.Passes), len(l.Passes(session)), v.Held)
	}
	for _, s := range v.Streams {
		if s.Epoch == x.Succeeds && (!s.Fenced || s.Awaited) {
			t.Errorf("the fenced stream is %+v", s)
		}
	}
}

// A device that was revoked while it was offline still hands over what it holds, into quarantine.
func TestRealServerQuarantinesTheRevoked(t *testing.T) {
	k := newStack(t, 3, 30)
	d := k.device(t, k.fit(t.TempDir()))
	c := walker(k.shop, d)
	connect(t, d)
	walkUntil(t, c, 10)
	settle(t, d)
	d.Radio().Off()
	before := d.Status().Recorded
	walkUntilOffline(t, c, before+7)
	k.people.mu.Lock()
	k.people.revoked = true
	k.people.mu.Unlock()
	d.Radio().On()
	wait(t, d, func(x simulate.Status) bool { return x.Revoked && x.Held == 0 })
	offline := int(d.Status().Recorded - before) // the seven, and the clock measured after them
	if v := k.view(t); offline != 8 || len(v.Held) != offline || v.Held[0].Reason != count.DeviceRevoked.Key {
		t.Errorf("%d of %d are held: %+v", len(v.Held), offline, v.Held)
	}
}

// A recount by feed, then closing: every stream drains, and nobody is awaited any more.
func TestRealServerRecountsAndDrains(t *testing.T) {
	for name, only := range map[string]bool{"websocket": false, "http": true} {
		t.Run(name, func(t *testing.T) {
			k := newStack(t, 4, 40)
			c := k.config(t, 3)
			c.Stay, c.Every, c.PushOnly, c.Habits = true, time.Millisecond, only, simulate.Faultless
			if only {
				c.Clock = polling{}
			}
			var item stocktake.ItemID // that p3 meets nowhere: who has met it may not recount it
			for _, x := range k.truth.At("A-01") {
				if k.truth.Total(x.Item, "A-01") == k.truth.Total(x.Item, k.truth.Locations()...) {
					item = x.Item
				}
			}
			step := 0
			c.Progress = func(p simulate.Progress) {
				switch {
				case step == 0 && p.Passes == 4 && p.Held == 0:
					step = 1
					_, err := k.sessions.OrderRecount(context.Background(), boss, session, count.Recount{
						Round: 2, Reason: "to be sure",
						Tasks: []count.Task{{ID: "r1", Round: 2, Location: "A-01", Items: []stocktake.ItemID{item}, Person: "p3"}},
					})
					if err != nil {
						t.Error(err)
					}
				case step == 1 && p.Passes == 5 && p.Held == 0:
					step = 2
					if _, err := k.sessions.BeginClosing(context.Background(), boss, session, count.Because{Reason: "done"}); err != nil {
						t.Error(err)
					}
				}
			}
			r, err := simulate.Run(t.Context(), c)
			check(t, err)
			v := k.view(t)
			if len(v.Streams) != 3 || r.Passes != 5 {
				t.Errorf("%d streams, %d passes", len(v.Streams), r.Passes)
			}
			for _, s := range v.Streams {
				if !s.Drained || s.Awaited {
					t.Errorf("%+v", s)
				}
			}
		})
	}
}

// polling is quick, but a minute passes in a moment: devices that poll do so at once.
type polling struct{ quick }

func (polling) After(d time.Duration) <-chan time.Time {
	if d == wire.PingEvery {
		d = time.Millisecond
	}
	return time.After(min(d, time.Millisecond))
}

func TestRealServerUnderLoad(t *testing.T) {
	k := newStack(t, 3, 20)
	var codes []string
	for n := range 6 {
		codes = append(codes, "CODE-"+strconv.Itoa(n))
	}
	devices, err := simulate.EnrolAll(t.Context(), k.server.URL, "load", codes)
	check(t, err)
	l := simulate.Load{
		Server: k.server.URL, Devices: devices, Session: session, Join: true, Person: "amal", PIN: "1234",
		Locations: []stocktake.LocationID{"A-01", "A-02", "A-03"}, Batch: 20, Pushes: 10, Warmup: 1,
		Items: []simulate.LoadItem{{Item: "i0000", Code: "6291003000000"}, {Item: "i0003", Code: "7003"}},
	}
	r, err := l.Run(t.Context())
	check(t, err)
	v := k.view(t)
	if r.Events != 6*20*10 || len(v.Passes) != 6 || len(v.Held) > 0 {
		t.Errorf("%s; %d passes, %d held", r, len(v.Passes), len(v.Held))
	}
	for _, p := range v.Passes {
		if p.Status != count.PassIsClosed {
			t.Errorf("%+v", p)
		}
	}
	t.Log(r)
}
