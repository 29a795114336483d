package link_test

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"jard/internal/boltdb"
	"jard/internal/link"
	"jard/internal/stocktake"
)

// openStore gives a store that takes movements.
func openStore(t *testing.T) *boltdb.DB {
	t.Helper()
	db, err := boltdb.Open(filepath.Join(t.TempDir(), "jard.db"), boltdb.Options{Clock: func() time.Time { return asOf }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// tampered changes what is read of a log.
type tampered struct {
	link.Movements
	with func([]link.Entry) []link.Entry
}

func (m tampered) Moved(ctx context.Context, society stocktake.SocietyID, site stocktake.SiteID, from uint64, limit int) ([]link.Entry, error) {
	entries, err := m.Movements.Moved(ctx, society, site, from, limit)
	return m.with(entries), err
}

func TestVerifyMovements(t *testing.T) {
	db := openStore(t)
	x := link.Transfer{By: "till", Watermark: stocktake.Watermark{Since: asOf, Through: asOf}}
	for n := range 30 {
		x.Movements = append(x.Movements, stocktake.Movement{
			ID: stocktake.MovementID(fmt.Sprint(n)), Kind: stocktake.Sale, Item: "100", Quantity: -1000, Booked: asOf,
		})
	}
	other := x.Movements[3]
	other.Quantity = -2000
	x.Movements = append(x.Movements, other)
	taken, err := db.Move(t.Context(), "s1", "m1", x)
	if err != nil {
		t.Fatal(err)
	}
	as := func(e []link.Entry) []link.Entry { return e }
	for what, c := range map[string]struct {
		with  func([]link.Entry) []link.Entry
		state func(*link.FeedState)
		at    uint64
	}{
		"nothing":               {as, func(*link.FeedState) {}, 0},
		"a quantity":            {func(e []link.Entry) []link.Entry { e[4].Movement.Quantity--; return e }, func(*link.FeedState) {}, 5},
		"who sent it":           {func(e []link.Entry) []link.Entry { e[7].By = "x"; return e }, func(*link.FeedState) {}, 8},
		"a watermark":           {func(e []link.Entry) []link.Entry { e[31].Watermark.Through = asOf.Add(1e9); return e }, func(*link.FeedState) {}, 32},
		"an entry":              {func(e []link.Entry) []link.Entry { return append(e[:9:9], e[10:]...) }, func(*link.FeedState) {}, 10},
		"the end":               {func([]link.Entry) []link.Entry { return nil }, func(*link.FeedState) {}, 1},
		"the state's hash":      {as, func(s *link.FeedState) { s.Hash[0]++ }, 32},
		"the state's count":     {as, func(s *link.FeedState) { s.Movements++ }, 32},
		"the state's conflicts": {as, func(s *link.FeedState) { s.Conflicts = 0 }, 32},
		"the state's watermark": {as, func(s *link.FeedState) { s.Watermark.Since = time.Time{} }, 32},
	} {
		state := taken.State
		c.state(&state)
		var at []uint64
		if _, err := link.VerifyMovements(t.Context(), tampered{db, c.with}, "s1", state, func(offset uint64, _ string) { at = append(at, offset) }); err != nil {
			t.Fatal(err)
		}
		if c.at == 0 && len(at) > 0 || c.at > 0 && (len(at) != 1 || at[0] != c.at) {
			t.Errorf("%s: found at %v, want %d", what, at, c.at)
		}
	}
}

// FuzzReadEntry holds the stored form: what can be read is written again as it was.
func FuzzReadEntry(f *testing.F) {
	for _, e := range []link.Entry{
		{Kind: link.Booked, By: "till", RecordedAt: asOf, Movement: stocktake.Movement{ID: "1", Kind: stocktake.WriteOff, Item: "x", Quantity: -5, Booked: asOf, Posts: "1/2"}},
		{Kind: link.Conflict, By: "till", RecordedAt: asOf, Against: 300, Movement: stocktake.Movement{ID: "1", Kind: stocktake.Return, Item: "x", Quantity: 5, Booked: asOf, Section: "s"}},
		{Kind: link.Completed, By: "till", RecordedAt: asOf, Watermark: stocktake.Watermark{Through: asOf}},
	} {
		f.Add(e.AppendStored(nil))
	}
	long := link.Entry{Kind: link.Completed, By: "till", RecordedAt: asOf}
	f.Add(append(long.AppendStored(nil)[:15], 0x82, 0x00, 0x82, 0x00)) // numbers that are longer than they need be
	f.Fuzz(func(t *testing.T, stored []byte) {
		e, err := link.ReadEntry(1, stocktake.Hash{}, stored)
		if err != nil {
			return
		}
		if again := e.AppendStored(nil); !bytes.Equal(again, stored) {
			t.Errorf("%x is written again as %x", stored, again)
		}
	})
}
