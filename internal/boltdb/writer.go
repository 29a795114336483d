package boltdb

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"syscall"
	"time"

	"jard/internal/count"
	"jard/internal/stocktake"
)

const (
	queueLength = 1024
	maxRequests = 1024  // in one commit
	maxWeight   = 8_000 // in one commit: an event weighs 1, so do about 250 bytes of a document
)

// request is a write that waits for its commit.
type request struct {
	ctx    context.Context
	weight int
	run    func(t *turn) error
	err    error
	done   chan struct{}
}

var requests = sync.Pool{New: func() any { return &request{done: make(chan struct{}, 1)} }}

// write hands run to the writer and waits until the commit that holds it is on disk. run may be called more than once
// and from another goroutine; when it returns an error it must not have written anything. A caller whose context ends
// stops waiting and gets GaveUp, while the write may still happen: what run refers to must not be changed afterwards.
func (db *DB) write(ctx context.Context, weight int, run func(t *turn) error) error {
	if err := ctx.Err(); err != nil {
		return GaveUp.Wrap(err)
	}
	select {
	case <-db.quit:
		return StoreClosed.New()
	default:
	}
	r := requests.Get().(*request)
	r.ctx, r.weight, r.run, r.err = ctx, weight, run, nil
	select {
	case db.queue <- r:
	case <-db.quit:
		return StoreClosed.New()
	case <-ctx.Done():
		return GaveUp.Wrap(ctx.Err())
	}
	select {
	case <-r.done:
	case <-ctx.Done():
		return GaveUp.Wrap(ctx.Err()) // r is not reused: the writer still holds it
	case <-db.stopped:
		select {
		case <-r.done:
		default:
			return StoreClosed.New()
		}
	}
	err := r.err
	r.ctx, r.run = nil, nil
	requests.Put(r)
	return err
}

// writer is the one goroutine that writes: it drains whatever is queued into one transaction, never waits for more,
// and releases the callers once the commit is on disk.
type writer struct {
	db      *DB
	turn    turn
	batch   []*request
	full    bool  // the last commit failed for want of space
	refusal error // once set, every write gets it: what is on disk is not known

	to       []*watcher // what the last commit appended, and who is told
	appended []count.Committed
}

func newWriter(db *DB) *writer {
	return &writer{db: db, turn: turn{logs: map[logID]*openLog{}, streams: map[streamID]*stream{}}}
}

func (w *writer) run() {
	defer close(w.db.stopped)
	for {
		select {
		case r := <-w.db.queue:
			w.serve(r)
		case <-w.db.quit:
			for {
				select {
				case r := <-w.db.queue:
					w.serve(r)
				default:
					return
				}
			}
		}
	}
}

func (w *writer) serve(first *request) {
	w.batch = append(w.batch[:0], first)
	weight := first.weight
drain:
	for len(w.batch) < maxRequests && weight < maxWeight {
		select {
		case r := <-w.db.queue:
			w.batch = append(w.batch, r)
			weight += r.weight
		default:
			break drain
		}
	}
	w.to, w.appended = nil, nil
	w.commit(w.batch)
	for _, r := range w.batch {
		r.done <- struct{}{}
	}
	clear(w.batch)
	w.db.notifier.tell(w.to, w.appended)
}

// commit runs the requests in one transaction and leaves each its error. A request that fails after it has written
// (a defect) is thrown out, and the others are run again without it.
func (w *writer) commit(batch []*request) {
	live := make([]*request, 0, len(batch))
	for _, r := range batch {
		if err := r.ctx.Err(); err != nil {
			r.err = GaveUp.Wrap(err)
			continue
		}
		live = append(live, r)
	}
	fail := func(err error) {
		for _, r := range live {
			if r.err == nil {
				r.err = err
			}
		}
	}
	if w.refusal == nil && w.full && !spaceLeft(w.db.path) {
		fail(StoreFull.New())
		return
	}
	for len(live) > 0 {
		if w.refusal != nil {
			fail(w.refusal)
			return
		}
		bad, err := w.attempt(live)
		if bad < 0 {
			if err != nil {
				fail(err)
			}
			return
		}
		live[bad].err = err
		live = append(live[:bad], live[bad+1:]...)
	}
}

// attempt runs the requests in one transaction. It gives the index of one that must be left out, or −1, with the error
// of the transaction as a whole.
func (w *writer) attempt(live []*request) (bad int, err error) {
	w.db.notifier.turns.Lock()
	defer w.db.notifier.turns.Unlock()
	w.to = w.db.notifier.watching()
	tx, err := w.db.bolt.Begin(true)
	if err != nil {
		return -1, writeFault(err)
	}
	t := &w.turn
	t.start(tx, w.db.clock().UTC().Truncate(time.Microsecond), len(w.to) > 0)
	for n, r := range live {
		before := t.writes
		r.err = guard(r.run, t)
		if r.err != nil && t.writes != before {
			err, r.err = fmt.Errorf("write failed half-way: %w", r.err), nil
			t.dropped()
			return n, errors.Join(err, tx.Rollback())
		}
	}
	if t.writes == 0 { // all refused: nothing to commit
		t.settled()
		return -1, tx.Rollback()
	}
	if err := t.end(); err != nil {
		t.dropped()
		return -1, errors.Join(writeFault(err), tx.Rollback())
	}
	id := tx.ID()
	if err := commitTx(tx.Commit); err != nil {
		t.dropped()
		return -1, w.failed(id, err)
	}
	w.full = false
	w.appended = t.settled()
	return -1, nil
}

// guard turns a panic of one request into its error, so that it harms no other.
func guard(run func(*turn) error, t *turn) (err error) {
	defer func() {
		if p := recover(); p != nil {
			t.writes++ // what it did is not known
			err = fmt.Errorf("write panicked: %v", p)
		}
	}()
	return run(t)
}

// commitTx turns bbolt's panic over a store whose pages cannot be walked after a failed commit into an error.
func commitTx(commit func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", errUncertain, p)
		}
	}()
	return commit()
}

var errUncertain = errors.New("the commit's outcome is not known")

// failed judges a failed commit. Usually nothing of it is visible and the store goes on. When its meta page was written
// and only the sync failed, the file may or may not hold it after a crash: no write may follow.
func (w *writer) failed(id int, err error) error {
	w.full = noSpace(err)
	if !errors.Is(err, errUncertain) {
		tx, begin := w.db.bolt.Begin(false)
		if begin == nil {
			visible := tx.ID() >= id
			_ = tx.Rollback()
			if !visible {
				return writeFault(err)
			}
		}
	}
	w.refusal = StoreUncertain.Wrap(err)
	return w.refusal
}

// noSpace reports whether err came of a full disk. bbolt turns some system errors into text.
func noSpace(err error) bool {
	for _, full := range []error{syscall.ENOSPC, syscall.EDQUOT} {
		if errors.Is(err, full) || strings.Contains(err.Error(), full.Error()) {
			return true
		}
	}
	return false
}

// writeFault gives the reason of a failed write.
func writeFault(err error) error {
	switch {
	case err == nil:
		return nil
	case noSpace(err):
		return StoreFull.Wrap(err)
	case stocktake.CodeOf(err) != stocktake.Internal:
		return err
	}
	return StoreFailed.Wrap(err)
}

var _ count.Log = (*DB)(nil)
