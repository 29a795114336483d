package main

import (
	"bytes"
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
	jard := func(want int, args ...string) string {
		t.Helper()
		var out bytes.Buffer
		if code := run(t.Context(), args, &streams{Out: &out, Err: &out}); code != want {
			t.Fatalf("%v: status %d\n%s", args, code, &out)
		}
		return out.String()
	}
	copied, other, torn := filepath.Join(dir, "copy.db"), filepath.Join(dir, "other.db"), filepath.Join(dir, "torn.db")
	jard(0, "backup", "--data", society, copied)
	jard(0, "backup", "--data", ministry, other)
	text, err := os.ReadFile(copied)
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.LastIndex(text, []byte(`"amount":`))
	if at < 0 {
		t.Fatal("the backup holds no event")
	}
	text[at+len(`"amount":`)] ^= 1 // another digit: no page is damaged, only what somebody counted
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
	safe(false)
	if said := jard(0, "backup-confirm", "--data", society, copied); !strings.Contains(said, "is whole") {
		t.Error(said)
	}
	safe(true)
}
