package boltdb_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"jard/internal/boltdb"
	"jard/internal/count"
	"jard/internal/stocktake"
)

func mustOpen(tb testing.TB, path string) *boltdb.DB {
	tb.Helper()
	db, err := boltdb.Open(path, boltdb.Options{InitialMmapSize: 64 << 20})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = db.Close() })
	return db
}

func issue(tb testing.TB, db *boltdb.DB, session stocktake.SessionID) {
	tb.Helper()
	_, err := db.Write(context.Background(), count.Draft{
		Society: "c1", Session: session, Kind: count.Issued, Author: count.Author{Person: "amal"}, Body: []byte(`{}`),
	})
	if err != nil {
		tb.Fatal(err)
	}
}

// device pushes batches of one stream, as the gateway does.
type device struct {
	stream count.Stream
	mark   count.Mark
}

func newDevice(n int) *device {
	d := &device{stream: count.Stream{Device: stocktake.DeviceID(fmt.Sprintf("d%04d", n)), Epoch: "e1"}}
	return d
}

func body(device stocktake.DeviceID, session stocktake.SessionID, seq uint64) []byte {
	return fmt.Appendf(nil, `{"v":1,"id":"%s-%020d","kind":"observed","session":"%s","at":1767000000000,"pass":"p1","code":"6271234567890","item":"100%d","pack":1000,"amount":12000,"all_here":true,"scanned_at":1767000000000}`, device, seq, session, seq%1000)
}

func (d *device) batch(session stocktake.SessionID, n int) count.Batch {
	b := count.Batch{Society: "c1", Stream: d.stream, First: d.mark.Acked + 1, Prev: d.mark.Digest, Digest: d.mark.Digest}
	for seq := b.First; seq < b.First+uint64(n); seq++ {
		bytes := body(d.stream.Device, session, seq)
		b.Digest = count.NextDigest(b.Digest, bytes)
		b.Events = append(b.Events, count.Received{Session: session, Kind: count.Observed, Body: bytes})
	}
	return b
}

func (d *device) push(ctx context.Context, db *boltdb.DB, b count.Batch) error {
	mark, err := db.Append(ctx, b)
	if following, ok := errors.AsType[*count.NotFollowing](err); ok {
		d.mark = following.Mark
		return err
	}
	if err == nil {
		d.mark = mark
	}
	return err
}

func TestIngest(t *testing.T) {
	path := filepath.Join(t.TempDir(), "jard.db")
	db := mustOpen(t, path)
	issue(t, db, "s1")
	var group sync.WaitGroup
	for n := range 20 {
		group.Go(func() {
			d := newDevice(n)
			for range 10 {
				if err := d.push(t.Context(), db, d.batch("s1", 7)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	entries, err := db.Read(t.Context(), "c1", "s1", 1, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 1401 {
		t.Fatalf("%d entries", len(entries))
	}
	previous := count.Genesis("c1", "s1")
	for n, e := range entries {
		if e.Offset != uint64(n+1) || e.Hash != count.Chain(previous, e.AppendStored(nil)) {
			t.Fatalf("entry %d breaks the chain", e.Offset)
		}
		previous = e.Hash
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// BenchmarkAppend measures durable events a second of devices × events a frame, each device waiting for its answer.
func BenchmarkAppend(b *testing.B) {
	for _, shape := range []struct{ devices, events int }{{1, 1}, {50, 1}, {500, 1}, {1, 200}, {50, 200}, {500, 200}} {
		b.Run(fmt.Sprintf("%dx%d", shape.devices, shape.events), func(b *testing.B) {
			db, err := boltdb.Open(filepath.Join(b.TempDir(), "jard.db"), boltdb.Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer db.Close()
			issue(b, db, "s1")
			rounds := max(1, b.N/(shape.devices*shape.events))
			devices := make([]*device, shape.devices)
			batches := make([][]count.Batch, shape.devices)
			for n := range devices {
				devices[n] = newDevice(n)
				for range rounds {
					batch := devices[n].batch("s1", shape.events)
					devices[n].mark = count.Mark{Acked: batch.First + uint64(shape.events) - 1, Digest: batch.Digest}
					batches[n] = append(batches[n], batch)
				}
			}
			b.ReportAllocs()
			b.ResetTimer()
			start := time.Now()
			var group sync.WaitGroup
			for n := range devices {
				group.Go(func() {
					for _, batch := range batches[n] {
						if _, err := db.Append(context.Background(), batch); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			group.Wait()
			b.StopTimer()
			b.ReportMetric(float64(rounds*shape.devices*shape.events)/time.Since(start).Seconds(), "events/s")
		})
	}
}

// BenchmarkMillion opens a store of a million entries, and reads its log.
func BenchmarkMillion(b *testing.B) {
	path := filepath.Join(b.TempDir(), "jard.db")
	db, err := boltdb.Open(path, boltdb.Options{})
	if err != nil {
		b.Fatal(err)
	}
	issue(b, db, "s1")
	var group sync.WaitGroup
	for n := range 50 {
		group.Go(func() {
			d := newDevice(n)
			for range 100 {
				if err := d.push(context.Background(), db, d.batch("s1", 200)); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
	b.Run("open", func(b *testing.B) {
		for range b.N {
			if err := db.Close(); err != nil {
				b.Fatal(err)
			}
			if db, err = boltdb.Open(path, boltdb.Options{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("read", func(b *testing.B) {
		for range b.N {
			for from := uint64(1); ; {
				entries, err := db.Read(context.Background(), "c1", "s1", from, 10_000)
				if err != nil {
					b.Fatal(err)
				}
				if len(entries) == 0 {
					break
				}
				from += uint64(len(entries))
			}
		}
	})
	b.Run("backup", func(b *testing.B) {
		for range b.N {
			_ = os.Remove(path + ".backup")
			if err := db.Backup(path + ".backup"); err != nil {
				b.Fatal(err)
			}
		}
	})
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
	if info, err := os.Stat(path); err == nil {
		b.Logf("%d bytes an entry", info.Size()/1_000_000)
	}
}
