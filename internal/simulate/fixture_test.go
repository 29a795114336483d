package simulate_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"jard/internal/simulate"
	"jard/internal/stocktake"
	"jard/internal/wire"
)

const session stocktake.SessionID = "2026-11"

// quick is a clock whose short waits are over at once. Long ones (a ping's) never end: tests ask for what they want.
type quick struct{}

func (quick) Now() time.Time { return time.Now() }

func (quick) After(d time.Duration) <-chan time.Time {
	c := make(chan time.Time, 1)
	if d < time.Second {
		c <- time.Now()
	}
	return c
}

var patience = simulate.Patience{First: time.Millisecond, Most: 8 * time.Millisecond}

// shop is a site with its catalogue, its shelves and a session on a strict server.
type shop struct {
	*strict
	site  stocktake.Site
	items []stocktake.Item
	truth simulate.Truth
}

// scaleSchemes declare the shop's labels of weighed goods.
var scaleSchemes = []string{"prefix=21,item=5,value=5,kind=weight,decimals=3", "prefix=22,item=5,value=5,kind=price,decimals=2", "prefix=23,item=5,value=5,kind=count"}

func newShop(t *testing.T, locations, items int) *shop {
	t.Helper()
	s := &shop{strict: newStrict(t), site: stocktake.Site{
		ID: "central", Name: stocktake.Name{Arabic: "السوق المركزي"}, Kind: stocktake.CentralMarket,
		Sections: []stocktake.Section{{ID: "food", Name: stocktake.Name{Arabic: "الأغذية"}}},
	}}
	for n := range locations {
		s.site.Locations = append(s.site.Locations, stocktake.Location{
			ID: stocktake.LocationID(fmt.Sprintf("A-%02d", n+1)), Section: "food", Kind: stocktake.Floor,
		})
	}
	for n := range items {
		item := stocktake.Item{ID: stocktake.ItemID(fmt.Sprintf("i%04d", n)), Name: stocktake.Name{Arabic: "صنف"}, Unit: stocktake.Piece}
		switch n % 5 {
		case 0:
			item.Barcodes = []stocktake.Barcode{
				{Code: fmt.Sprintf("62910030%05d", n), Pack: 1000}, {Code: fmt.Sprintf("162910030%05d", n), Pack: 12000},
			}
		case 1:
			item.Unit = stocktake.Kilogram // and no barcode: searched by name
			if n%2 == 0 {                  // but for what scales label
				item.Price = stocktake.Fils(310 + 70*n)
				item.Barcodes = []stocktake.Barcode{{Code: fmt.Sprintf("%05d", 40_000+n), Pack: 1000, Kind: stocktake.VariableMeasure}}
			}
		case 2:
			item.Lots = true
			fallthrough
		default:
			item.Barcodes = []stocktake.Barcode{{Code: strconv.Itoa(7000 + n), Pack: 1000, Kind: stocktake.LocalCode}}
		}
		s.items = append(s.items, item)
	}
	s.truth = simulate.Stock(7, s.site.Locations, s.items)
	head, chunks, err := stocktake.NewCatalogue(s.items)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range chunks {
		s.chunks[c.Hash] = c.Bytes
	}
	s.sessions[session] = &sessionState{
		feed: wire.Feed{Session: session, Cursor: "1", State: wire.StateOpen, Round: 1},
		pack: map[string]any{
			"session": session, "site": s.site, "plan": map[string]any{"kind": "full", "blind": true},
			"catalogue": rawJSON(head.Bytes), "schemes": scaleSchemes, "people": []any{},
		},
		drained: map[streamID]uint64{},
	}
	return s
}

// config is a run of so many counters, each enrolled by its own code.
func (s *shop) config(t *testing.T, members int) simulate.Config {
	c := simulate.Config{
		Server: s.http.URL, Dir: t.TempDir(), Session: session, Truth: s.truth, Seed: 11, Habits: simulate.Ordinary,
		Clock: quick{}, Patience: patience, NoSync: true,
	}
	for n := range members {
		c.Members = append(c.Members, simulate.Member{
			Name: fmt.Sprintf("tc-%d", n+1), Code: "CODE-" + strconv.Itoa(n), Person: stocktake.PersonID(fmt.Sprintf("p%d", n+1)), PIN: "1234",
		})
	}
	return c
}

// fit is what a single device of the shop is made with.
func (s *shop) fit(dir string) simulate.Fitting {
	return simulate.Fitting{Server: s.http.URL, Dir: dir, Name: "tc", Clock: quick{}, Patience: patience, Batch: 5}
}

// device is one device in hand: enrolled, signed in, joined.
func (s *shop) device(t *testing.T, fit simulate.Fitting) *simulate.Device {
	t.Helper()
	d := open(t, fit)
	ctx := t.Context()
	if err := d.Enrol(ctx, "CODE-X"); err != nil {
		t.Fatal(err)
	}
	if err := d.SignIn(ctx, "amal", "1234"); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Join(ctx, session); err != nil {
		t.Fatal(err)
	}
	return d
}

func open(t *testing.T, fit simulate.Fitting) *simulate.Device {
	t.Helper()
	d, err := simulate.OpenDevice(fit)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() }) // once more where the test has done it
	return d
}

// connect plugs a device in; the function pulls the plug and waits.
func connect(t *testing.T, d *simulate.Device) func() {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() {
		if err := d.Connect(ctx); err != nil {
			t.Errorf("connect: %v", err)
		}
	})
	unplug := func() { cancel(); running.Wait() }
	t.Cleanup(unplug)
	return unplug
}

func settle(t *testing.T, d *simulate.Device) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := d.Settle(ctx); err != nil {
		t.Fatalf("settle: %v, %+v", err, d.Status())
	}
}

func walker(s *shop, d *simulate.Device) *simulate.Counter {
	return &simulate.Counter{
		Device: d, Person: "amal", Session: session, Truth: s.truth, Seed: 3, Habits: simulate.Habits{AllHere: 1, Mistake: 0.3}, Of: 1,
	}
}

// clone copies a device's directory, in whatever state it is.
func clone(t *testing.T, dir string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "clone")
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o700)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), b, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
	return to
}

// arrived fails unless the server's tallies are those of the ledger, and it holds every event.
func (s *shop) arrived(t *testing.T, l *simulate.Ledger) {
	t.Helper()
	if diff := simulate.Compare(l.Tallies(session), s.tallies(session)); !diff.None() {
		t.Errorf("the server differs from the counters:\n%s", diff)
	}
	got := s.received()
	for _, r := range l.Records {
		if got[r.ID] == nil {
			t.Errorf("event %s (%s, seq %d, acked %v) never arrived", r.ID, r.Kind, r.Seq, r.Acked)
		}
	}
	if len(got) != len(l.Records) {
		t.Errorf("%d events arrived, %d were recorded", len(got), len(l.Records))
	}
	if n := l.Unacked(); n > 0 {
		t.Errorf("%d events are not acknowledged", n)
	}
}
