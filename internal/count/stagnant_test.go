package count_test

import (
	"testing"
	"time"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// Goods are stagnant where the feed reaches back half a year and tells of no sale and no receipt; where it does not reach, nobody says so.
func TestStagnantGoods(t *testing.T) {
	f, _ := toSign(t)
	now := time.UnixMilli(dawn).UTC()
	moved := func(kind stocktake.MovementKind, item stocktake.ItemID, days int) count.Booking {
		at := now.AddDate(0, 0, -days)
		q := stocktake.Quantity(1000)
		if kind == stocktake.Sale {
			q = -q
		}
		return count.Booking{RecordedAt: at, Movement: &stocktake.Movement{ID: stocktake.MovementID(stocktake.RandomID()), Kind: kind, Item: item, Quantity: q, Booked: at}}
	}
	late := moved(stocktake.Sale, "milk", 300) // told today of what was long ago
	late.RecordedAt = now
	for name, c := range map[string]struct {
		feed  bookings
		since int // days before from which on the feed is complete; 0: always
		known bool
		lies  bool
	}{
		"no feed":                     {nil, 0, false, false},
		"a feed of a month":           {bookings{moved(stocktake.Sale, "milk", 30)}, 0, false, false},
		"complete for a month only":   {bookings{moved(stocktake.Sale, "milk", 300)}, 30, false, false},
		"nothing sold for long":       {bookings{moved(stocktake.Sale, "ice", 200), moved(stocktake.Sale, "milk", 30)}, 0, true, true},
		"told late of what was":       {bookings{late}, 0, true, true},
		"sold last month":             {bookings{moved(stocktake.Sale, "milk", 300), moved(stocktake.Sale, "ice", 30)}, 0, true, false},
		"received last month, unsold": {bookings{moved(stocktake.Sale, "milk", 300), moved(stocktake.Receipt, "ice", 30)}, 0, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			v := *f.view(sara, session)
			for n := range c.feed {
				c.feed[n].Offset = uint64(n + 1)
				v.Feed.Watermark.Through = now
			}
			v.Feed.Offset = uint64(len(c.feed))
			if c.since > 0 {
				v.Feed.Watermark.Since = now.AddDate(0, 0, -c.since)
			}
			svc := count.NewService(f.db, f.db, c.feed, clock())
			defer svc.Close()
			got, err := svc.Stagnant(t.Context(), &v)
			f.check(err)
			if (got != nil) != c.known {
				t.Fatalf("stagnant goods: %+v", got)
			}
			if got != nil && (len(got.Lines) == 1) != c.lies {
				t.Fatalf("stagnant goods: %+v", got)
			}
		})
	}
}
