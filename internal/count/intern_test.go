package count_test

import (
	"runtime"
	"strings"
	"testing"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// A fold keeps what it needs of an event, never its whole body for one text of it.
func TestFoldLetsGoOfBodies(t *testing.T) {
	const events, padding = 1000, 4000
	for name, edit := range map[string]func(*count.Event){
		"opened": func(e *count.Event) {
			e.Name, e.Location, e.Round, e.Person, e.Mode = "pass.opened", "C1", 1, "ali", "each"
			e.Assignment, e.Replaces = "t1", "p-before"
		},
		"continued": func(e *count.Event) {
			e.Name, e.Location, e.Round, e.Person, e.Mode, e.Continues = "pass.opened", "C1", 1, "ali", "each", "p-before"
		},
		"observed": func(e *count.Event) { e.Name = "observed" },
		"reversed": func(e *count.Event) { e.Name, e.Reverses = "reversed", "e-before" },
		"moved": func(e *count.Event) {
			e.Name, e.Pass, e.Person, e.From, e.To, e.TakenAt = "moved", "", "ali", "A1", "C1", dawn
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := fold(t, shop(), write(t).entries)
			before := heap()
			for n := range events {
				e := count.Event{Version: 1, Session: session, Pass: "p1", At: dawn, Item: "ice", Code: "code-ice", Lot: "L1", Condition: count.Damaged, Pack: 1000, Amount: 1000}
				e.ID, e.Raw = stocktake.EventID(stocktake.RandomID()), strings.Repeat("x", padding)
				edit(&e)
				body := encode(t, e)
				_, kind, err := count.ParseEvent(body)
				if err != nil {
					t.Fatal(err)
				}
				entry := count.Entry{Offset: uint64(n + 2), Kind: kind, Author: count.Author{Stream: count.Stream{Device: "d1", Epoch: "e1"}}, Body: body}
				if err := f.Apply(entry); err != nil {
					t.Fatal(err)
				}
			}
			if kept := heap() - before; kept > events*padding/2 {
				t.Fatalf("%d events of %d bytes keep %d bytes", events, padding, kept)
			}
			runtime.KeepAlive(f)
		})
	}
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
