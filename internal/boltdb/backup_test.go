package boltdb_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"jard/internal/account"
	"jard/internal/boltdb"
	"jard/internal/count"
	"jard/internal/stocktake"
)

// A backup taken while devices push is whole: it checks, and its log is an unbroken beginning of the store's.
func TestBackupWhileWriting(t *testing.T) {
	dir := t.TempDir()
	db := mustOpen(t, filepath.Join(dir, "jard.db"))
	issue(t, db, "s1")
	done := make(chan struct{})
	var group sync.WaitGroup
	for n := range 4 {
		group.Go(func() {
			d := newDevice(n)
			for {
				select {
				case <-done:
					return
				default:
				}
				if err := d.push(t.Context(), db, d.batch("s1", 50)); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for n := range 5 {
		target := filepath.Join(dir, fmt.Sprintf("backup%d.db", n))
		before, err := db.Head(t.Context(), "c1", "s1")
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Backup(target); err != nil {
			t.Fatal(err)
		}
		if err := boltdb.Check(target); err != nil {
			t.Fatal(err)
		}
		copied := mustOpen(t, target)
		entries, err := copied.Read(t.Context(), "c1", "s1", 1, 1<<30)
		if err != nil {
			t.Fatal(err)
		}
		head, err := copied.Head(t.Context(), "c1", "s1")
		if err != nil || head.Offset < before.Offset || head.Offset != uint64(len(entries)) {
			t.Fatalf("the backup holds %d of %d entries, begun at %d, %v", len(entries), head.Offset, before.Offset, err)
		}
		same, err := db.Read(t.Context(), "c1", "s1", head.Offset, 1)
		if err != nil || same[0].Hash != head.Hash {
			t.Fatalf("the backup is no beginning of the log: %v", err)
		}
		if err := copied.Close(); err != nil {
			t.Fatal(err)
		}
	}
	close(done)
	group.Wait()
	var stream bytes.Buffer
	if n, err := db.WriteTo(&stream); err != nil || n != int64(stream.Len()) {
		t.Errorf("%d of %d bytes, %v", stream.Len(), n, err)
	}
	path := filepath.Join(dir, "stream.db")
	if err := errors.Join(os.WriteFile(path, stream.Bytes(), 0o600), boltdb.Check(path)); err != nil {
		t.Error(err)
	}
}

func TestRestore(t *testing.T) {
	dir := t.TempDir()
	db := mustOpen(t, filepath.Join(dir, "jard.db"))
	enrol(t, db, "c1", "d0001")
	enrol(t, db, "c1", "gone")
	enrol(t, db, "c2", "elsewhere")
	if _, err := db.RevokeDevice(t.Context(), "c1", account.Act{Device: "gone", Kind: account.DeviceDismissed}); err != nil {
		t.Fatal(err)
	}
	issue(t, db, "s1")
	issue(t, db, "s2")
	cancelled := count.Draft{Society: "c1", Session: "s2", Kind: count.Cancelled, Author: count.Author{Person: "amal"}, Body: []byte(`{}`)}
	if _, err := db.Write(t.Context(), cancelled); err != nil {
		t.Fatal(err)
	}
	d := newDevice(1)
	if err := d.push(t.Context(), db, d.batch("s1", 10)); err != nil {
		t.Fatal(err)
	}
	backup := filepath.Join(dir, "backup.db")
	if err := db.Backup(backup); err != nil {
		t.Fatal(err)
	}
	if err := db.Backup(backup); !errors.Is(err, boltdb.FileExists) {
		t.Errorf("backing up over a file gives %v", err)
	}
	if err := boltdb.Restore(db.Path(), filepath.Join(dir, "live.db")); !errors.Is(err, boltdb.StoreLocked) {
		t.Errorf("restoring from a store that is being served gives %v", err)
	}
	before, err := os.ReadFile(backup)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.push(t.Context(), db, d.batch("s1", 5)); err != nil { // lost by the restore
		t.Fatal(err)
	}
	old, err := db.Incarnation(t.Context())
	if err != nil {
		t.Fatal(err)
	}

	target := filepath.Join(dir, "restored.db")
	if err := boltdb.Restore(backup, target); err != nil {
		t.Fatal(err)
	}
	if err := boltdb.Restore(backup, target); !errors.Is(err, boltdb.FileExists) {
		t.Errorf("restoring over a file gives %v", err)
	}
	if after, err := os.ReadFile(backup); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the backup was changed, %v", err)
	}
	restored := mustOpen(t, target)
	incarnation, err := restored.Incarnation(t.Context())
	if err != nil || incarnation == old || len(incarnation) != 22 {
		t.Errorf("incarnation %q was %q, %v", incarnation, old, err)
	}
	for _, society := range []stocktake.SocietyID{"c1", "c2", "never seen"} {
		if chain, err := restored.Chain(t.Context(), society); err != nil || !chain.Locked {
			t.Errorf("signing of %s is not locked, %v", society, err)
		}
		if chain, err := db.Chain(t.Context(), society); err != nil || chain.Locked {
			t.Errorf("signing of %s is locked in the old store, %v", society, err)
		}
	}
	if mark, err := restored.Mark(t.Context(), "c1", d.stream); err != nil || mark.Acked != 10 {
		t.Errorf("mark %v, %v", mark, err)
	}
	entries, err := restored.Read(t.Context(), "c1", "s1", 1, 100)
	if err != nil {
		t.Fatal(err)
	}
	last := entries[len(entries)-1]
	var body count.RestoredBody
	if err := json.Unmarshal(last.Body, &body); err != nil {
		t.Fatal(err)
	}
	if len(entries) != 12 || last.Kind != count.Restored || last.Author.Person != "" || body.Incarnation != incarnation ||
		len(body.Devices) != 1 || body.Devices[0] != "d0001" {
		t.Errorf("%d entries, the last %v %v", len(entries), last.Kind, body)
	}
	if head, err := restored.Head(t.Context(), "c1", "s2"); err != nil || head.Offset != 2 {
		t.Errorf("a cancelled session grew to %d, %v", head.Offset, err)
	}
	if left, err := filepath.Glob(filepath.Join(dir, ".*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func enrol(t *testing.T, db *boltdb.DB, society stocktake.SocietyID, device stocktake.DeviceID) {
	t.Helper()
	at := db.Now()
	code := stocktake.HashOf([]byte("code " + device))
	err := db.PutEnrolment(t.Context(), account.Enrolment{Code: code, Society: society, By: "amal", At: at, ExpiresAt: at.AddDate(0, 0, 1)}, account.Act{At: at})
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.Redeem(t.Context(), account.Redemption{Code: code, At: at, Device: device, Name: "TC26", Token: stocktake.HashOf([]byte(device))})
	if err != nil {
		t.Fatal(err)
	}
}

// Where files cannot be linked, a finished file still gets its name, and still replaces none. No file system without links
// is at hand, but a directory cannot be linked on any.
func TestPlaceWithoutLinks(t *testing.T) {
	dir := t.TempDir()
	finished, path := filepath.Join(dir, ".finished"), filepath.Join(dir, "backup.db")
	for _, name := range []string{finished, filepath.Join(dir, "taken")} {
		if err := os.Mkdir(name, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := boltdb.Place(finished, filepath.Join(dir, "taken")); !errors.Is(err, boltdb.FileExists) {
		t.Errorf("placing over a file gives %v", err)
	}
	if err := boltdb.Place(finished, path); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}

// A copy that breaks off, or comes over damaged, gets no name.
func TestWriteBackupOfABrokenCopy(t *testing.T) {
	dir := t.TempDir()
	db := mustOpen(t, filepath.Join(dir, "jard.db"))
	var whole bytes.Buffer
	if _, err := db.WriteTo(&whole); err != nil {
		t.Fatal(err)
	}
	path, cut := filepath.Join(dir, "backup.db"), errors.New("the line was cut")
	for name, x := range map[string]struct {
		bytes []byte
		err   error
		want  error
	}{
		"broken off": {whole.Bytes()[:9000], cut, cut},
		"damaged":    {whole.Bytes()[:9000], nil, boltdb.StoreDamaged},
	} {
		err := boltdb.WriteBackup(path, func(w io.Writer) error {
			_, err := w.Write(x.bytes)
			return errors.Join(err, x.err)
		})
		if !errors.Is(err, x.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*backup*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// A mark that says more, or less, than the backup holds of its stream is found: devices drop what lies below it.
func TestReadBackupHoldsMarksAgainstEvents(t *testing.T) {
	dir := t.TempDir()
	db := mustOpen(t, filepath.Join(dir, "jard.db"))
	issue(t, db, "s1")
	d := newDevice(1)
	for _, session := range []stocktake.SessionID{"s1", "unknown", "s1"} { // one of the late log is no less there
		if err := d.push(t.Context(), db, d.batch(session, 2)); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, "backup.db")
	if err := db.Backup(path); err != nil {
		t.Fatal(err)
	}
	_, marks, err := boltdb.ReadBackup(path)
	if err != nil || marks["c1"][d.stream].Acked != 6 {
		t.Fatalf("%v, %v", marks, err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	mark := append([]byte{0, 0, 0, 0, 0, 0, 0, 6}, d.mark.Digest[:]...)
	if bytes.Count(whole, mark) == 0 {
		t.Fatal("the mark is not there")
	}
	for _, acked := range []byte{5, 7} {
		wrong := bytes.Clone(mark)
		wrong[7] = acked
		torn := filepath.Join(dir, fmt.Sprint("torn", acked))
		if err := os.WriteFile(torn, bytes.ReplaceAll(whole, mark, wrong), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := boltdb.ReadBackup(torn); !errors.Is(err, boltdb.StoreDamaged) {
			t.Errorf("a mark of %d where 6 events are: %v", acked, err)
		}
	}
}
