package main

import (
	"context"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"time"

	"jard/internal/boltdb"
	"jard/internal/count"
	"jard/internal/stocktake"
)

// BenchmarkColdStart prints how soon a server of a million entries can be used: what it is when all sessions are over,
// and when one open session holds all, whose fold must be made again from its log. The file is in the page cache.
func BenchmarkColdStart(b *testing.B) {
	rows := []string{
		"| a million entries in | store opened | sessions listed, first tasks | first view | file | bytes an event | resident before / after |",
		"|---|---|---|---|---|---|---|",
	}
	for _, x := range []struct {
		name     string
		sessions int
		over     bool
	}{{"10 cancelled sessions", 10, true}, {"one open session", 1, false}} {
		b.Run(strings.ReplaceAll(x.name, " ", "-"), func(b *testing.B) {
			dir := tempDir(b)
			defer os.RemoveAll(dir)
			path := dir + "/jard.db"
			fill(b, dir, x.sessions, 1_000_000/x.sessions, x.over)
			debug.FreeOSMemory() // what filling it left
			before, began := resident(b), time.Now()
			db, err := boltdb.Open(path, boltdb.Options{})
			must(b, err)
			opened := time.Since(began)
			service := count.NewService(db, db, db, time.Now)
			boss := stocktake.Person{Society: benchSociety, ID: "boss", Roles: []stocktake.Role{stocktake.Manager}}
			open, err := service.Open(context.Background(), benchSociety)
			must(b, err)
			for _, s := range open {
				_, err := service.Tasks(context.Background(), benchSociety, s.Session)
				must(b, err)
			}
			listed, viewed := time.Since(began), "–"
			for _, s := range open {
				v, err := service.View(context.Background(), boss, s.Session)
				must(b, err)
				if len(v.Held) > 0 || v.Offset != 1_000_001 {
					b.Fatalf("the fold ends at %d and holds %d", v.Offset, len(v.Held))
				}
				viewed = rounded(time.Since(began))
			}
			after := resident(b)
			service.Close()
			must(b, db.Close())
			info, err := os.Stat(path)
			must(b, err)
			rows = append(rows, fmt.Sprintf("| %s | %s | %s | %s | %d MB | %d | %d / %d MB |", x.name, rounded(opened), rounded(listed), viewed,
				info.Size()>>20, info.Size()/1_000_000, before>>20, after>>20))
		})
	}
	fmt.Printf("\n%s\n\n", strings.Join(rows, "\n"))
}

func rounded(d time.Duration) string { return d.Round(time.Millisecond).String() }

// resident is what this process holds of memory now, mapped pages of the store among it.
func resident(tb testing.TB) int64 {
	b, err := os.ReadFile("/proc/self/statm")
	must(tb, err)
	var size, pages int64
	_, err = fmt.Sscan(string(b), &size, &pages)
	must(tb, err)
	return pages * int64(os.Getpagesize())
}

// fill makes a store in which devices have counted so many events in each of so many sessions.
func fill(tb testing.TB, dir string, sessions, events int, over bool) {
	const devices, batch = 50, 200
	ctx := context.Background()
	s := startBenchServer(tb, dir, 1)
	var all []stocktake.SessionID
	for n := range sessions {
		id := stocktake.SessionID(fmt.Sprintf("session-%d", n))
		_, err := s.sessions.Issue(ctx, s.boss, count.Plan{
			Session: id, Name: stocktake.Name{Arabic: "جرد"}, Site: "central", Kind: count.Full, Blind: true,
			Tiers: []count.Tier{{Role: stocktake.Manager}},
		})
		must(tb, err)
		all = append(all, id)
	}
	var work sync.WaitGroup
	for n := range devices {
		work.Go(func() {
			stream := count.Stream{Device: stocktake.DeviceID(fmt.Sprintf("D%d", n)), Epoch: stocktake.RandomID()}
			var mark count.Mark
			for _, session := range all {
				for done := 0; done < events/devices; done += batch {
					b := count.Batch{Society: benchSociety, Stream: stream, First: mark.Acked + 1, Prev: mark.Digest, Digest: mark.Digest}
					bodies := make([][]byte, batch)
					for k := range bodies {
						bodies[k] = fillEvent(session, n, done+k, s.items[(n+done+k)%benchItems].Code)
						b.Digest = count.NextDigest(b.Digest, bodies[k])
					}
					b.Events = count.Receive(bodies)
					var err error
					if mark, err = s.db.Append(ctx, b); err != nil {
						tb.Error(err)
						return
					}
				}
			}
		})
	}
	work.Wait()
	cancelled := []stocktake.SessionID{benchSession}
	if over {
		cancelled = append(cancelled, all...)
	}
	for _, id := range cancelled {
		_, err := s.sessions.Cancel(ctx, s.boss, id, count.Because{Reason: "benchmark"})
		must(tb, err)
	}
	s.stop(tb)
}

// fillEvent is the k-th event of a device in a session: a pass every thousand.
func fillEvent(session stocktake.SessionID, device, k int, code string) []byte {
	head := fmt.Sprintf(`{"v":1,"id":"%s","kind":"%%s","session":"%s","at":%d,"mono":%d,"offset":0,"rtt":1,"pass":"p-%d-%d"`,
		stocktake.RandomID(), session, 1_767_000_000_000+k, k, device, k/1000)
	if k%1000 == 0 {
		return fmt.Appendf(nil, head+`,"location":"A-%03d","round":1,"person":"amal","mode":"quantity"}`, "pass.opened", (20*device+k/1000)%500)
	}
	return fmt.Appendf(nil, head+`,"scanned_at":%d,"raw":"%s","code":"%s","item":"i%s","pack":1000,"amount":2000,"entry":"scan"}`,
		"observed", 1_767_000_000_000+k, code, code, code[len(code)-4:])
}
