package main

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"

	"jard/internal/simulate"
	"jard/internal/stocktake"
)

// walk has somebody count the locations of one turn, without an error, whether the handheld is connected or not.
func (s *story) walk(t *testing.T, d *simulate.Device, person stocktake.PersonID, turn int) {
	t.Helper()
	c := &simulate.Counter{
		Device: d, Person: person, Session: stocktake.SessionID(s.session), Truth: s.shop.truth, Seed: s.seed,
		Habits: simulate.Faultless, Index: turn, Of: len(s.shop.site.Locations) / 2,
	}
	if err := c.Walk(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// connected keeps a handheld connected until the function that it gives is called.
func connected(t *testing.T, d *simulate.Device) (unplug func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var link sync.WaitGroup
	var broken error
	link.Go(func() { broken = d.Connect(ctx) })
	return func() {
		cancel()
		link.Wait()
		if err := errors.Join(broken, d.Close()); err != nil {
			t.Error(err)
		}
	}
}

// settled waits until a handheld has an acknowledgement for everything.
func settled(t *testing.T, d *simulate.Device) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := d.Settle(ctx); err != nil {
		t.Fatalf("%+v: %v", d.Status(), err)
	}
}

// clone copies a handheld's database while it counts, as a device restored from its maker's cloud is, and lets both go
// on: neither may lose anything, and the server must notice.
func (s *story) clone(t *testing.T) {
	const name, copied = "device-twin", "device-twin-copy"
	person := s.others["twin"].Person
	one := s.device(t, name)
	unplug := connected(t, one)
	s.walk(t, one, person, 0)
	settled(t, one)
	epoch := one.Status().Stream
	unplug()
	copyAll(t, filepath.Join(s.devices(), copied), filepath.Join(s.devices(), name))
	one, other := s.device(t, name), s.device(t, copied)
	s.walk(t, one, person, 1)
	s.walk(t, other, person, 2)
	unplugOne := connected(t, one)
	settled(t, one)
	unplugOther := connected(t, other) // the mark that it is told is not on its chain
	settled(t, other)
	s.walk(t, one, person, 3) // into a stream that has ended meanwhile
	settled(t, one)
	for _, d := range []*simulate.Device{one, other} {
		if v := d.Status(); v.Fenced != 1 || v.Stream == epoch {
			t.Errorf("after the fence the handheld is at %+v", v)
		}
	}
	if one.Status().Stream == other.Status().Stream {
		t.Error("both go on in one stream")
	}
	unplugOne()
	unplugOther()
	entries := s.log(t, s.session)
	inOrder(t, entries)
	l := s.recorded(t, name, copied)
	holds(t, l, true, events(t, entries))
	s.folds(t, l)
}

// recorded is what switched-off handhelds hold.
func (s *story) recorded(t *testing.T, names ...string) *simulate.Ledger {
	t.Helper()
	var dirs []string
	for _, name := range names {
		dirs = append(dirs, filepath.Join(s.devices(), name))
	}
	l, err := simulate.Collect(dirs...)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// lose has a handheld count without a network; nobody finds it before the seal.
func (s *story) lose(t *testing.T) {
	d := s.device(t, "device-lost")
	s.walk(t, d, s.others["lost"].Person, 4)
	if v := d.Status(); v.Held == 0 || v.Held != v.Recorded {
		t.Errorf("the lost handheld holds %+v", v)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
}

// late has the lost handheld found after the seal: what it counted is kept, and changes nothing.
func (s *story) late(t *testing.T) {
	sealed := s.standing(t)
	s.online(t, []string{"device-lost"}, func(ctx context.Context, d *simulate.Device) error { return d.Settle(ctx) })
	late := s.log(t, "~late")
	sent := events(t, late)
	holds(t, s.recorded(t, "device-lost"), false, sent)
	if len(sent) == 0 {
		t.Error("nothing is late")
	}
	for _, e := range late {
		if e.Author.Seq > 0 && (e.Note != "session-sealed" || e.Author.Stream.Device != s.enrolled["device-lost"]) {
			t.Errorf("the late log holds %+v", e)
		}
	}
	if now := s.standing(t); now.Offset != sealed.Offset || now.Totals != sealed.Totals {
		t.Errorf("the sealed session went from %+v to %+v", sealed, now)
	}
}
