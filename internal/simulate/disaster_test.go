package simulate_test

import (
	"slices"
	"testing"

	"jard/internal/count"
	"jard/internal/simulate"
)

// The server went back to a backup: with a new incarnation, or without noticing. The device refills it either way.
func TestRestoredServerIsRefilled(t *testing.T) {
	for name, aware := range map[string]bool{"announced": true, "unnoticed": false} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, 4, 80)
			d := s.device(t, s.fit(t.TempDir()))
			c := walker(s, d)
			connect(t, d)
			walkUntil(t, c, 20)
			settle(t, d)
			backup := s.backup()
			walkUntil(t, c, 50)
			settle(t, d)
			epoch := d.Status().Stream
			s.restore(backup, aware)
			if err := c.Walk(t.Context()); err != nil {
				t.Fatal(err)
			}
			settle(t, d)
			wait(t, d, func(x simulate.Status) bool { return x.Restored == 1 && x.Held == 0 })
			settle(t, d)
			s.arrived(t, ledger(t, d))
			if x := d.Status(); x.Stream != epoch || x.Fenced != 0 {
				t.Errorf("a restore is no reason for a new epoch: %+v", x)
			}
		})
	}
}

// A restored server may lack events of an epoch that was given up since: its marks cannot be asked for any more, so all
// that the device holds goes out again.
func TestRestoreAfterAFenceRefillsEarlierEpochs(t *testing.T) {
	s := newShop(t, 4, 80)
	d := s.device(t, s.fit(t.TempDir()))
	c := walker(s, d)
	connect(t, d)
	walkUntil(t, c, 10)
	settle(t, d)
	backup := s.backup()
	walkUntil(t, c, 30)
	settle(t, d)
	s.mu.Lock()
	for _, x := range s.streams {
		x.fenced = true // a clone was here
	}
	s.mu.Unlock()
	s.cut()
	walkUntil(t, c, 50)
	settle(t, d)
	if d.Status().Fenced != 1 {
		t.Fatalf("not fenced: %+v", d.Status())
	}
	s.restore(backup, true)
	if err := c.Walk(t.Context()); err != nil {
		t.Fatal(err)
	}
	wait(t, d, func(x simulate.Status) bool { return x.Restored == 1 && x.Held == 0 })
	settle(t, d)
	s.arrived(t, ledger(t, d))
}

// A copied device and its original both go on counting. Neither loses anything; at least one is fenced and goes on in an
// epoch that names the one it succeeds.
func TestCloneIsFencedAndLosesNothing(t *testing.T) {
	for _, first := range []string{"original", "clone"} {
		t.Run(first+" first", func(t *testing.T) {
			s := newShop(t, 6, 120)
			dir := t.TempDir()
			original := s.device(t, s.fit(dir))
			unplug := connect(t, original)
			walkUntil(t, walker(s, original), 25)
			settle(t, original)
			unplug()
			walkUntil(t, walker(s, original), 31) // some that are not acknowledged
			copied := open(t, s.fit(clone(t, dir)))
			if copied.Status().Stream != original.Status().Stream {
				t.Fatal("the copy is no clone")
			}
			other := walker(s, copied)
			other.Seed = 99 // another pair of hands
			both := []*simulate.Device{original, copied}
			if first == "clone" {
				slices.Reverse(both)
			}
			walks := map[*simulate.Device]*simulate.Counter{original: walker(s, original), copied: other}
			walkUntil(t, walks[both[0]], 60)
			connect(t, both[0])
			settle(t, both[0])
			walkUntil(t, walks[both[1]], 45)
			connect(t, both[1])
			settle(t, both[1])
			walkUntil(t, walks[both[0]], 80)
			settle(t, both[0])
			s.arrived(t, ledger(t, both...))
			if both[1].Status().Fenced != 1 {
				t.Errorf("the second to come was not fenced: %+v", both[1].Status())
			}
			if both[0].Status().Stream == both[1].Status().Stream {
				t.Error("both go on in one epoch")
			}
			for _, d := range both {
				if x := d.Status(); x.Fenced > 0 && s.streams[count.Stream{Device: x.Device, Epoch: x.Stream}].succeeds != x.Succeeds {
					t.Errorf("the server does not know what %s succeeds", x.Stream)
				}
			}
		})
	}
}

// A clone is found out over HTTP too.
func TestCloneOverHTTP(t *testing.T) {
	s := newShop(t, 3, 40)
	s.blocked = true
	dir := t.TempDir()
	original := s.device(t, s.fit(dir))
	walkUntil(t, walker(s, original), 12)
	copied := open(t, s.fit(clone(t, dir)))
	for n, d := range []*simulate.Device{original, copied} {
		c := walker(s, d)
		c.Seed = uint64(n)
		walkUntil(t, c, 30)
		unplug := connect(t, d)
		settle(t, d)
		unplug()
	}
	if x := copied.Status(); x.Fenced != 1 || !s.streams[count.Stream{Device: x.Device, Epoch: x.Succeeds}].fenced {
		t.Errorf("not fenced: %+v", x)
	}
	s.arrived(t, ledger(t, original, copied))
}
