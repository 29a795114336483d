package storetest

import (
	"fmt"
	"sync"
	"time"

	"jard/internal/count"
	"jard/internal/stocktake"
)

var watches = []guarantee{
	{"each entry is shown once, in commit order, as it was stored", watchOrder},
	{"nothing is shown after stop", watchStop},
}

// logName is one log of one society.
type logName struct {
	society stocktake.SocietyID
	session stocktake.SessionID
}

// watched collects what Watch shows until something is seen.
type watched struct {
	mu    sync.Mutex
	logs  map[logName][]count.Entry
	order []logName // of all entries
	grown chan struct{}
}

func (t *trial) watch() (*watched, func()) {
	w := &watched{logs: map[logName][]count.Entry{}, grown: make(chan struct{}, 1)}
	stop := t.Watch(func(c count.Committed) {
		w.mu.Lock()
		defer w.mu.Unlock()
		log := logName{c.Society, c.Session}
		w.logs[log] = append(w.logs[log], c.Entries...)
		for range c.Entries {
			w.order = append(w.order, log)
		}
		select {
		case w.grown <- struct{}{}:
		default:
		}
	})
	return w, stop
}

// await waits until n entries were shown.
func (t *trial) await(w *watched, n int) {
	t.Helper()
	late := time.After(soon)
	for {
		w.mu.Lock()
		shown := len(w.order)
		w.mu.Unlock()
		if shown >= n {
			return
		}
		select {
		case <-w.grown:
		case <-late:
			t.Fatalf("%d entries were shown, want %d", shown, n)
		}
	}
}

func watchOrder(t *trial) {
	w, stop := t.watch()
	defer stop()
	t.issue(s1, s2)
	const devices, batches = 10, 6
	var group sync.WaitGroup
	for n := range devices {
		group.Go(func() {
			d := newDevice(stocktake.DeviceID(fmt.Sprint("d", n)))
			for range batches {
				mark, err := t.Append(t.Context(), d.batch(d.observed(s1, d.mark.Acked+1), d.observed(s2, d.mark.Acked+2)))
				if err != nil {
					t.Error(err)
					return
				}
				d.mark = mark
			}
		})
	}
	group.Wait()
	t.write(draft(s1, count.Closing, planner))
	t.await(w, 2+devices*batches*2+1)
	for _, session := range []stocktake.SessionID{s1, s2} {
		stored, shown := t.entries(ours, session), w.logs[logName{ours, session}]
		if len(shown) != len(stored) {
			t.Fatalf("%d entries of %q were shown, want %d", len(shown), session, len(stored))
		}
		for n := range stored {
			if shown[n].Hash != stored[n].Hash || string(shown[n].Body) != string(stored[n].Body) {
				t.Fatalf("entry %d of %q was shown out of order or otherwise", n+1, session)
			}
		}
	}
	equal(t, "the first shown", w.order[0], logName{ours, s1})
	equal(t, "the last shown", w.order[len(w.order)-1], logName{ours, s1})
}

func watchStop(t *trial) {
	first, stop := t.watch()
	t.issue(s1)
	t.await(first, 1)
	stop()
	second, stop := t.watch()
	defer stop()
	t.write(draft(s1, count.Closing, planner))
	t.await(second, 1)
	first.mu.Lock()
	defer first.mu.Unlock()
	equal(t, "what the first was shown", len(first.order), 1)
	equal(t, "what the second was shown", kinds(second.logs[logName{ours, s1}]), "closing ")
}
