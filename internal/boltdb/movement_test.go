package boltdb_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"jard/internal/boltdb"
	"jard/internal/link"
	"jard/internal/stocktake"
)

// BenchmarkMove takes movements of twelve tills in transfers of the largest size, one op a movement; -benchtime 3000000x is a
// season of a large market.
func BenchmarkMove(b *testing.B) {
	db, err := boltdb.Open(filepath.Join(b.TempDir(), "jard.db"), boltdb.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			b.Error(err)
		}
	}()
	began := time.Date(2026, 1, 15, 7, 0, 0, 0, time.UTC)
	sold := func(n int) stocktake.Movement {
		return stocktake.Movement{
			ID: stocktake.MovementID(fmt.Sprintf("till-%02d/%07d/%d", n%12, n/36, n/12%3)), Kind: stocktake.Sale, Item: stocktake.ItemID(fmt.Sprintf("%05d", n*7919%40000)),
			Quantity: -1000, Booked: began.Add(time.Duration(n) * time.Second), Position: stocktake.Position(n + 1), Section: "dry-goods",
		}
	}
	send := func(from, to int) link.Taken {
		x := link.Transfer{By: "erp"}
		for n := from; n < to; n++ {
			x.Movements = append(x.Movements, sold(n))
		}
		taken, err := db.Move(b.Context(), "rawda", "central", x)
		if err != nil {
			b.Fatal(err)
		}
		return taken
	}
	b.ResetTimer()
	var longest time.Duration
	for n := 0; n < b.N; n += link.MaxTransfer {
		start := time.Now()
		if taken := send(n, min(n+link.MaxTransfer, b.N)); taken.New != min(link.MaxTransfer, b.N-n) {
			b.Fatalf("%d are new", taken.New)
		}
		longest = max(longest, time.Since(start))
	}
	b.StopTimer()
	b.ReportMetric(float64(longest.Milliseconds()), "ms/longest")
	start := time.Now()
	read := 0
	for {
		page, err := db.Moved(b.Context(), "rawda", "central", uint64(read)+1, 50_000)
		if err != nil {
			b.Fatal(err)
		}
		if read += len(page); len(page) == 0 {
			break
		}
	}
	if read != b.N {
		b.Fatalf("%d read", read)
	}
	b.ReportMetric(float64(time.Since(start).Nanoseconds())/float64(b.N), "ns/read")
	start = time.Now()
	again := min(b.N, 10*link.MaxTransfer)
	for n := b.N - again; n < b.N; n += link.MaxTransfer {
		if taken := send(n, min(n+link.MaxTransfer, b.N)); taken.New != 0 {
			b.Fatalf("%d are new again", taken.New)
		}
	}
	b.ReportMetric(float64(time.Since(start).Nanoseconds())/float64(again), "ns/again")
}
