package main

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"jard/internal/boltdb"
)

// TestBackupConfirm: what a whole copy of this store holds becomes safe; what another or a damaged file says does not.
func TestBackupConfirm(t *testing.T) {
	dir := t.TempDir()
	demo := &storyCmd{Data: dir, Seed: 6, Items: 60, Locations: 8, Counters: 3}
	if err := demo.Run(t.Context(), &streams{Out: io.Discard, Err: io.Discard}); err != nil {
		t.Fatal(err)
	}
	society, ministry := filepath.Join(dir, "society"), filepath.Join(dir, "ministry")
	jard := shell(t)
	copied, other, torn := filepath.Join(dir, "copy.db"), filepath.Join(dir, "other.db"), filepath.Join(dir, "torn.db")
	beside, linked, pointed := filepath.Join(society, "kept", "copy.db"), filepath.Join(dir, "linked.db"), filepath.Join(dir, "pointed.db")
	jard(0, "backup", "--data", society, copied)
	jard(0, "backup", "--data", ministry, other)
	text, err := os.ReadFile(copied)
	if err != nil {
		t.Fatal(err)
	}
	amount := []byte(`"amount":`)
	if !bytes.Contains(text, amount) {
		t.Fatal("the backup holds no event")
	}
	for at := 0; bytes.Contains(text[at:], amount); text[at] ^= 1 { // another digit each: no page is damaged, only what somebody counted
		at += bytes.Index(text[at:], amount) + len(amount)
	}
	if err := os.WriteFile(torn, text, 0o600); err != nil {
		t.Fatal(err)
	}
	_, marks, err := boltdb.ReadBackup(copied)
	if err != nil || len(marks["rawda"]) < 3 {
		t.Fatalf("%v, %v", marks, err)
	}
	// safe checks what each stream is told.
	safe := func(confirmed bool) {
		t.Helper()
		n, err := openNode(dataFlags{society}, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := n.close(); err != nil {
				t.Error(err)
			}
		}()
		for stream, mark := range marks["rawda"] {
			through, known, err := n.db.SafeThrough(t.Context(), "rawda", stream)
			if err != nil || known != confirmed || confirmed && through != mark.Acked || !confirmed && through != 0 {
				t.Errorf("%v: safe through %d, %v, %v", stream, through, known, err)
			}
		}
	}
	if said := jard(1, "backup-confirm", "--data", society, other); !strings.Contains(said, "no backup of this store") {
		t.Error(said)
	}
	if said := jard(1, "backup-confirm", "--data", society, torn); !strings.Contains(said, "breaks at entry") {
		t.Error(said)
	}
	if err := errors.Join(
		os.Mkdir(filepath.Dir(beside), 0o700), os.Link(copied, beside), os.Symlink(beside, pointed), os.Link(filepath.Join(society, "jard.db"), linked),
	); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{filepath.Join(society, "jard.db"), linked, beside, pointed} {
		if said := jard(1, "backup-confirm", "--data", society, file); !strings.Contains(said, "lost with it") {
			t.Errorf("%s: %s", file, said)
		}
	}
	// By a link to a folder of the store's directory, and a name in it.
	shortcut, was := filepath.Join(dir, "shortcut"), dir
	if err := os.Symlink(filepath.Dir(beside), shortcut); err != nil {
		t.Fatal(err)
	}
	t.Chdir(shortcut)
	if said := jard(1, "backup-confirm", "--data", society, "copy.db"); !strings.Contains(said, "lost with it") {
		t.Error(said)
	}
	t.Chdir(was)
	if said := jard(2, "backup-confirm", "--data", society, filepath.Join(dir, "gone.db")); !strings.Contains(said, "gone.db is no file") || !strings.Contains(said, "ليس ملفًا") {
		t.Error(said)
	}
	if said := jard(1, "backup-confirm", "--data", society, "--elsewhere", copied); !strings.Contains(said, "another file system") {
		t.Error(said)
	}
	safe(false)
	if said := jard(0, "backup-confirm", "--data", society, copied); !strings.Contains(said, "is whole") || !strings.Contains(said, "the same file system") {
		t.Error(said)
	}
	safe(true)
}

// TestBackupConfirmElsewhere: what lies on another file system than the store needs no looking at.
func TestBackupConfirmElsewhere(t *testing.T) {
	dir, away := t.TempDir(), "/dev/shm"
	if same, told := sameFileSystem(away, dir); same || !told {
		t.Skip(away + " is no other file system here")
	}
	away, err := os.MkdirTemp(away, "jard")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(away); err != nil {
			t.Error(err)
		}
	})
	n, err := openNode(dataFlags{dir}, slog.New(slog.DiscardHandler))
	if err == nil {
		err = n.close()
	}
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(away, "copy.db")
	shell(t)(0, "backup", "--data", dir, file)
	if said := shell(t)(0, "backup-confirm", "--data", dir, "--elsewhere", file); !strings.Contains(said, "is whole") || strings.Contains(said, "Warning") {
		t.Error(said)
	}
}
