package boltdb_test

import (
	"context"
	"errors"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"jard/internal/boltdb"
	"jard/internal/count"
	"jard/internal/stocktake"
)

// inOneBatch runs functions that each submit one write, so that the writer finds them all queued at once.
func inOneBatch(db *boltdb.DB, submit ...func()) {
	release := db.Hold()
	var group sync.WaitGroup
	for n, f := range submit {
		group.Go(f)
		for db.Queued() < n+1 { // in this order
			runtime.Gosched()
		}
	}
	release()
	group.Wait()
}

// A write that is refused, fails half-way or panics harms no other write of its batch.
func TestBadWritesInABatch(t *testing.T) {
	db := mustOpen(t, filepath.Join(t.TempDir(), "jard.db"))
	issue(t, db, "s1")
	d1, d2 := newDevice(1), newDevice(2)
	gap := newDevice(3).batch("s1", 3)
	gap.First = 7
	var good1, good2, refused, failed, panicked error
	inOneBatch(db,
		func() { good1 = d1.push(t.Context(), db, d1.batch("s1", 3)) },
		func() { _, refused = db.Append(t.Context(), gap) },
		func() { failed = db.Spoil(t.Context(), false) },
		func() { panicked = db.Spoil(t.Context(), true) },
		func() { good2 = d2.push(t.Context(), db, d2.batch("s1", 3)) },
	)
	if good1 != nil || good2 != nil {
		t.Fatalf("good writes fail: %v, %v", good1, good2)
	}
	if _, ok := errors.AsType[*count.NotFollowing](refused); !ok {
		t.Errorf("a gap gives %v", refused)
	}
	if stocktake.CodeOf(failed) != stocktake.Internal || stocktake.CodeOf(panicked) != stocktake.Internal {
		t.Errorf("defects give %v, %v", failed, panicked)
	}
	entries, err := db.Read(t.Context(), "c1", "s1", 1, 100)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 7 {
		t.Errorf("%d entries, want the issue and six events", len(entries))
	}
	previous := count.Genesis("c1", "s1")
	for _, e := range entries {
		if e.Hash != count.Chain(previous, e.AppendStored(nil)) {
			t.Fatalf("entry %d breaks the chain", e.Offset)
		}
		previous = e.Hash
	}
}

// A batch that follows another of its stream within one commit is taken; of two equal ones one is.
func TestOneStreamInABatch(t *testing.T) {
	db := mustOpen(t, filepath.Join(t.TempDir(), "jard.db"))
	issue(t, db, "s1")
	d := newDevice(1)
	first := d.batch("s1", 3)
	d.mark = count.Mark{Acked: 3, Digest: first.Digest}
	second := d.batch("s1", 2)
	errs := make([]error, 3)
	inOneBatch(db,
		func() { _, errs[0] = db.Append(t.Context(), first) },
		func() { _, errs[1] = db.Append(t.Context(), second) },
		func() { _, errs[2] = db.Append(t.Context(), second) },
	)
	if errs[0] != nil || errs[1] != nil {
		t.Fatal(errs)
	}
	n, ok := errors.AsType[*count.NotFollowing](errs[2])
	if !ok || n.Mark.Acked != 5 || n.Mark.Digest != second.Digest {
		t.Fatalf("a duplicate gives %v", errs[2])
	}
	if head, err := db.Head(t.Context(), "c1", "s1"); err != nil || head.Offset != 6 {
		t.Fatalf("head %d, %v", head.Offset, err)
	}
}

// Who gives up while queued is told so, and nothing is written for them.
func TestGiveUpWhileQueued(t *testing.T) {
	db := mustOpen(t, filepath.Join(t.TempDir(), "jard.db"))
	issue(t, db, "s1")
	release := db.Hold()
	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan error)
	d := newDevice(1)
	b := d.batch("s1", 3)
	go func() {
		_, err := db.Append(ctx, b)
		result <- err
	}()
	for db.Queued() == 0 {
		runtime.Gosched()
	}
	cancel()
	err := <-result
	if !errors.Is(err, boltdb.GaveUp) || !errors.Is(err, context.Canceled) {
		t.Errorf("giving up gives %v", err)
	}
	release()
	if _, err := db.Append(t.Context(), b); err != nil {
		t.Errorf("the same batch later gives %v", err)
	}
	if _, err := db.Append(ctx, b); !errors.Is(err, context.Canceled) {
		t.Errorf("an ended context gives %v", err)
	}
	if _, err := db.Read(ctx, "c1", "s1", 1, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("an ended context gives %v", err)
	}
}

// Close answers what is queued: it is on disk, not lost.
func TestCloseDrains(t *testing.T) {
	path := filepath.Join(t.TempDir(), "jard.db")
	db := mustOpen(t, path)
	issue(t, db, "s1")
	release := db.Hold()
	var group sync.WaitGroup
	errs := make([]error, 8)
	for n := range errs {
		group.Go(func() {
			d := newDevice(n)
			errs[n] = d.push(t.Context(), db, d.batch("s1", 5))
		})
	}
	for db.Queued() < len(errs) {
		runtime.Gosched()
	}
	closed := make(chan error)
	go func() { closed <- db.Close() }()
	release()
	group.Wait()
	if err := <-closed; err != nil {
		t.Fatal(err)
	}
	for _, err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
	if head, err := mustOpen(t, path).Head(t.Context(), "c1", "s1"); err != nil || head.Offset != 41 {
		t.Errorf("head %d, %v", head.Offset, err)
	}
}
