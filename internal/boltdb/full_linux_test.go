package boltdb_test

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"jard/internal/boltdb"
	"jard/internal/stocktake"
)

// On a full disk writes are refused with a clear error and lose nothing, reads go on, and writes go on by themselves
// once there is space.
func TestDiskFull(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=48m"); err != nil {
		t.Skipf("cannot mount a small disk: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	path := filepath.Join(dir, "jard.db")
	db := mustOpen(t, path)
	issue(t, db, "s1")
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 32<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	d := newDevice(1)
	var err error
	for range 1000 {
		if err = d.push(t.Context(), db, d.batch("s1", 500)); err != nil {
			break
		}
	}
	full := func(err error) {
		t.Helper()
		fault := stocktake.Fault(err)
		if !errors.Is(err, boltdb.StoreFull) || fault.Reason.Code != stocktake.Unavailable || fault.Arabic() == "" {
			t.Fatalf("a full disk gives %v", err)
		}
	}
	full(err)
	acked := d.mark
	for range 3 { // devices repeat themselves
		full(d.push(t.Context(), db, d.batch("s1", 500)))
	}
	if mark, err := db.Mark(t.Context(), "c1", d.stream); err != nil || mark.Acked != acked.Acked || mark.Digest != acked.Digest {
		t.Fatalf("mark %v, want %v, %v", mark, acked, err)
	}
	if head, err := db.Head(t.Context(), "c1", "s1"); err != nil || head.Offset != acked.Acked+1 {
		t.Fatalf("head %d, want %d, %v", head.Offset, acked.Acked+1, err)
	}
	if err := db.Backup(filepath.Join(dir, "backup.db")); !errors.Is(err, boltdb.StoreFull) {
		t.Errorf("a backup to a full disk gives %v", err)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	for range 10 {
		if err := d.push(t.Context(), db, d.batch("s1", 500)); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := boltdb.Check(path); err != nil {
		t.Fatal(err)
	}
	db = mustOpen(t, path)
	entries, err := db.Read(t.Context(), "c1", "s1", 1, 1<<30)
	if err != nil || uint64(len(entries)) != acked.Acked+5001 {
		t.Fatalf("%d entries, want %d, %v", len(entries), acked.Acked+5001, err)
	}
}

// Photos are refused while there is room for entries still.
func TestPhotosLeaveRoomForEntries(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=400m"); err != nil {
		t.Skipf("cannot mount a small disk: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	db := mustOpen(t, filepath.Join(dir, "jard.db"))
	issue(t, db, "s1")
	photo := func(text string) error {
		return db.PutPhoto(t.Context(), "c1", stocktake.Document{Hash: stocktake.HashOf([]byte(text)), Bytes: []byte(text)})
	}
	if err := photo("first"); err != nil {
		t.Fatal(err)
	}
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		t.Fatal(err)
	}
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, int64(s.Bavail)*s.Bsize-19<<20), 0o600); err != nil { // a twentieth is 20 MiB
		t.Fatal(err)
	}
	err := photo("second")
	if fault := stocktake.Fault(err); !errors.Is(err, boltdb.PhotosWait) || fault.Reason.Code != stocktake.Unavailable || fault.Arabic() == "" {
		t.Fatalf("with little room: %v", err)
	}
	d := newDevice(1)
	if err := d.push(t.Context(), db, d.batch("s1", 500)); err != nil {
		t.Fatalf("and entries: %v", err)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if err := photo("second"); err != nil {
		t.Fatal(err)
	}
}

// A store that is started while its disk is full serves what it has, and no half-made store is left there.
func TestDiskFullAtStart(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=8m"); err != nil {
		t.Skipf("cannot mount a small disk: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	path := filepath.Join(dir, "jard.db")
	db := mustOpen(t, path)
	issue(t, db, "s1")
	d := newDevice(1)
	if err := errors.Join(d.push(t.Context(), db, d.batch("s1", 200)), db.Close()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "ballast"), make([]byte, 16<<20), 0o600); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("the disk did not fill: %v", err)
	}
	db = mustOpen(t, path)
	if counted := verifyLog(t, db, "s1"); counted[d.stream] != 200 {
		t.Errorf("%d events are there, want 200", counted[d.stream])
	}
	if _, err := boltdb.Open(filepath.Join(dir, "other.db"), boltdb.Options{}); !errors.Is(err, boltdb.StoreFull) {
		t.Errorf("making a store on a full disk gives %v", err)
	}
	left, err := filepath.Glob(filepath.Join(dir, "*other*"))
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
