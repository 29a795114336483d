package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"jard/internal/count"
	"jard/internal/stocktake"
)

var contexts = []guarantee{
	{"a context that has ended writes and reads nothing", endedContext},
	{"a context that ends meanwhile leaves a batch whole or absent", endingContext},
}

func endedContext(t *trial) {
	t.issue(s1)
	d := newDevice("d1")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	refused := func(err error) {
		t.Helper()
		if !errors.Is(err, context.Canceled) || stocktake.CodeOf(err) != stocktake.Unavailable {
			t.Errorf("answers %v", err)
		}
	}
	_, err := t.Append(ended, d.run(s1, 2))
	refused(err)
	_, err = t.Store.Write(ended, draft(s2, count.Issued, planner))
	refused(err)
	refused(t.PutDocuments(ended, ours, document(1, 100)))
	_, err = t.Read(ended, ours, s1, 1, 10)
	refused(err)
	equal(t, "the log", kinds(t.entries(ours, s1)), "issued ")
	t.push(d, d.run(s1, 2))
}

// The write of a caller who stopped waiting may still happen, but never by half: the stream's mark says which.
func endingContext(t *trial) {
	t.issue(s1)
	var group sync.WaitGroup
	for n := range 16 {
		group.Go(func() {
			d := newDevice(stocktake.DeviceID(fmt.Sprintf("d%02d", n)))
			for range 10 {
				b := d.run(s1, 3)
				ctx, cancel := context.WithCancel(t.Context())
				go cancel()
				_, err := t.Append(ctx, b)
				if err != nil && !errors.Is(err, context.Canceled) {
					t.Error(err)
				}
				mark, err := t.Mark(t.Context(), ours, d.stream)
				if err != nil {
					t.Error(err)
					return
				}
				if mark.Acked != d.mark.Acked && (mark.Acked != d.mark.Acked+3 || mark.Digest != b.Digest) {
					t.Errorf("the mark went from %d to %d", d.mark.Acked, mark.Acked)
				}
				// It may be on its way still: pushing it again is refused with the mark, or taken.
				if _, err := t.Append(t.Context(), b); err == nil || mark.Acked == d.mark.Acked {
					mark, err = t.Mark(t.Context(), ours, d.stream)
					if err != nil {
						t.Error(err)
						return
					}
				}
				d.mark = mark
				if mark.Acked != b.First+2 {
					t.Errorf("after a repetition the mark is %d", mark.Acked)
				}
			}
		})
	}
	group.Wait()
	equal(t, "the number of entries", len(t.entries(ours, s1)), 1+16*10*3)
}
