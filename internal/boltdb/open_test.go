package boltdb_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"jard/internal/boltdb"
	"jard/internal/stocktake"
)

func TestReopen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "jard.db")
	db := mustOpen(t, path)
	issue(t, db, "s1")
	d := newDevice(1)
	if err := d.push(t.Context(), db, d.batch("s1", 10)); err != nil {
		t.Fatal(err)
	}
	before, err := db.Incarnation(t.Context())
	if err != nil || len(before) != 22 {
		t.Fatalf("incarnation %q, %v", before, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Head(t.Context(), "c1", "s1"); !errors.Is(err, boltdb.StoreClosed) {
		t.Errorf("a closed store answers %v", err)
	}
	if err := d.push(t.Context(), db, d.batch("s1", 1)); !errors.Is(err, boltdb.StoreClosed) {
		t.Errorf("a closed store answers %v", err)
	}
	if err := db.Close(); err != nil {
		t.Errorf("closing again: %v", err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	db = mustOpen(t, path)
	if after, err := db.Incarnation(t.Context()); err != nil || after != before {
		t.Errorf("incarnation %q became %q, %v", before, after, err)
	}
	if err := d.push(t.Context(), db, d.batch("s1", 10)); err != nil {
		t.Error(err)
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(path), ".*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestTorn(t *testing.T) {
	whole := filepath.Join(t.TempDir(), "jard.db")
	db := mustOpen(t, whole)
	issue(t, db, "s1")
	d := newDevice(1)
	for range 20 {
		if err := d.push(t.Context(), db, d.batch("s1", 100)); err != nil {
			t.Fatal(err)
		}
	}
	backup := filepath.Join(t.TempDir(), "backup.db")
	if err := errors.Join(db.Backup(backup), db.Close()); err != nil {
		t.Fatal(err)
	}
	bytes, err := os.ReadFile(backup)
	if err != nil {
		t.Fatal(err)
	}
	page := os.Getpagesize()
	for name, torn := range map[string][]byte{
		"empty":        {},
		"text":         []byte("society,item,quantity\n"),
		"other":        make([]byte, 1<<20),
		"one page":     bytes[:page],
		"cut short":    bytes[:len(bytes)-page],
		"cut in half":  bytes[:len(bytes)/2],
		"no meta page": append(make([]byte, 2*page), bytes[2*page:]...),
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "jard.db")
			if err := os.WriteFile(path, torn, 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := boltdb.Open(path, boltdb.Options{InitialMmapSize: 64 << 20}); !errors.Is(err, boltdb.StoreDamaged) {
				t.Errorf("opening gives %v", err)
			}
			if err := boltdb.Check(path); !errors.Is(err, boltdb.StoreDamaged) {
				t.Errorf("checking gives %v", err)
			}
			if err := boltdb.Restore(path, path+".new"); !errors.Is(err, boltdb.StoreDamaged) {
				t.Errorf("restoring gives %v", err)
			}
			if _, err := os.Stat(path + ".new"); err == nil {
				t.Error("a torn backup was restored")
			}
			if after, err := os.ReadFile(path); err != nil || len(after) != len(torn) {
				t.Errorf("the torn file was changed: %d bytes, %v", len(after), err)
			}
		})
	}
	t.Run("one meta page", func(t *testing.T) { // what a power cut in the middle of a commit leaves
		for n := range 2 {
			path := filepath.Join(t.TempDir(), "jard.db")
			torn := append([]byte{}, bytes...)
			clear(torn[n*page : (n+1)*page])
			if err := os.WriteFile(path, torn, 0o600); err != nil {
				t.Fatal(err)
			}
			db := mustOpen(t, path)
			if _, err := db.Head(t.Context(), "c1", "s1"); err != nil {
				t.Error(err)
			}
		}
	})
}

// A torn page anywhere is refused with an error: bbolt by itself would end the process.
func TestTornPages(t *testing.T) {
	dir := t.TempDir()
	db := mustOpen(t, filepath.Join(dir, "jard.db"))
	issue(t, db, "s1")
	d := newDevice(1)
	for range 4 {
		if err := d.push(t.Context(), db, d.batch("s1", 100)); err != nil {
			t.Fatal(err)
		}
	}
	whole := filepath.Join(dir, "whole.db")
	if err := errors.Join(db.Backup(whole), db.Close()); err != nil {
		t.Fatal(err)
	}
	bytes, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	page := os.Getpagesize()
	random := rand.NewChaCha8([32]byte{1})
	damaged := 0
	for at := 2 * page; at < len(bytes); at += page {
		for name, tear := range map[string]func(b []byte){
			"zeros": func(b []byte) { clear(b) },
			"noise": func(b []byte) { _, _ = random.Read(b) },
			"half":  func(b []byte) { clear(b[len(b)/2:]) },
			"front": func(b []byte) { _, _ = random.Read(b[16:64]) },
		} {
			torn := append([]byte{}, bytes...)
			tear(torn[at : at+page])
			path := filepath.Join(dir, fmt.Sprintf("%s-%d.db", name, at/page))
			if err := os.WriteFile(path, torn, 0o600); err != nil {
				t.Fatal(err)
			}
			db, err := boltdb.Open(path, boltdb.Options{InitialMmapSize: 1 << 20})
			switch {
			case err == nil: // the page is free, or only values were torn: the logs' hashes tell those
				err = db.Close()
			case errors.Is(err, boltdb.StoreDamaged):
				damaged++
				err = nil
			}
			if err = errors.Join(err, os.Remove(path)); err != nil {
				t.Errorf("%s on page %d: %v", name, at/page, err)
			}
		}
	}
	if pages := len(bytes)/page - 2; damaged < pages {
		t.Errorf("only %d torn files of %d pages were refused", damaged, pages)
	}
}

// A second process (to flock, a second opening) is locked out and told what to do.
func TestLocked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "jard.db")
	db := mustOpen(t, path)
	_, err := boltdb.Open(path, boltdb.Options{})
	if !errors.Is(err, boltdb.StoreLocked) || stocktake.CodeOf(err) != stocktake.Unavailable || !strings.Contains(err.Error(), path) {
		t.Errorf("opening again gives %v", err)
	}
	if err := boltdb.Check(path); !errors.Is(err, boltdb.StoreLocked) {
		t.Errorf("checking gives %v", err)
	}
	issue(t, db, "s1")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	mustOpen(t, path)
}

func TestRecordedAt(t *testing.T) {
	at := time.Date(2026, 3, 1, 9, 30, 0, 123456789, time.FixedZone("Kuwait", 3*3600))
	db, err := boltdb.Open(filepath.Join(t.TempDir(), "jard.db"), boltdb.Options{
		InitialMmapSize: 64 << 20, Clock: func() time.Time { return at },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	issue(t, db, "s1")
	entries, err := db.Read(t.Context(), "c1", "s1", 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	if want := at.UTC().Truncate(time.Microsecond); entries[0].RecordedAt != want {
		t.Errorf("recorded at %v, want %v", entries[0].RecordedAt, want)
	}
	if head, err := db.Head(t.Context(), "c1", "s1"); err != nil || head.IssuedAt != entries[0].RecordedAt {
		t.Errorf("issued at %v, %v", head.IssuedAt, err)
	}
}

func TestSocieties(t *testing.T) {
	db := mustOpen(t, filepath.Join(t.TempDir(), "jard.db"))
	want := stocktake.Society{ID: "rawda", Name: stocktake.Name{Arabic: "الروضة"}, Governorate: stocktake.Hawalli, Schemes: []string{"x"}}
	if err := db.PutSociety(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	if err := db.PutSociety(t.Context(), stocktake.Society{ID: "adan"}); err != nil {
		t.Fatal(err)
	}
	if err := db.PutSociety(t.Context(), stocktake.Society{ID: "a\x00b"}); stocktake.CodeOf(err) != stocktake.Invalid {
		t.Errorf("a malformed id gives %v", err)
	}
	if got, err := db.Society(t.Context(), "rawda"); err != nil || got.Name != want.Name || len(got.Schemes) != 1 {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := db.Society(t.Context(), "none"); !errors.Is(err, stocktake.Missing) {
		t.Errorf("got %v", err)
	}
	if all, err := db.Societies(t.Context()); err != nil || len(all) != 2 || all[0].ID != "adan" {
		t.Errorf("got %v, %v", all, err)
	}
}
