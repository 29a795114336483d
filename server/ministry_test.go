package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFirstOfficer: the ministry's first officer goes into a ministry's store and no other, and only once.
func TestFirstOfficer(t *testing.T) {
	dir := t.TempDir()
	password, office, society, nowhere := filepath.Join(dir, "password"), filepath.Join(dir, "office"), filepath.Join(dir, "society"), filepath.Join(dir, "nowhere")
	if err := os.WriteFile(password, []byte("kunafa with cheese\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	jard := shell(t)
	officer := func(want int, who, data string) string {
		t.Helper()
		return jard(want, "ministry", "officer", who, "--arabic", "نورة", "--password-file", password, "--data", data)
	}
	jard(0, "ministry", "code", "rawda", "--arabic", "جمعية الروضة", "--governorate", "KW-KU", "--data", office)
	jard(0, "society", "add", "rawda", "--arabic", "جمعية الروضة", "--governorate", "KW-KU", "--admin", "admin", "--password-file", password, "--data", society)

	if said := officer(1, "noura", society); !strings.Contains(said, "no ministry's") {
		t.Error(said)
	}
	if said := officer(1, "noura", nowhere); !strings.Contains(said, "no store") {
		t.Error(said)
	}
	if _, err := os.Stat(nowhere); !os.IsNotExist(err) {
		t.Errorf("a store was made: %v", err)
	}
	if said := officer(0, "noura", office); !strings.Contains(said, "noura may sign in") {
		t.Error(said)
	}
	if said := officer(1, "dalal", office); !strings.Contains(said, "under People") || strings.Contains(said, "Society") {
		t.Error(said)
	}
}

// TestStoryIsToldOnce: a directory that holds a story is left as it is.
func TestStoryIsToldOnce(t *testing.T) {
	dir := t.TempDir()
	held := filepath.Join(dir, "society", "jard.db")
	if err := os.Mkdir(filepath.Dir(held), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(held, []byte("a store"), 0o600); err != nil {
		t.Fatal(err)
	}
	var errs bytes.Buffer
	if code := run(t.Context(), []string{"story", "--data", dir}, &streams{Out: io.Discard, Err: &errs}); code != 1 || !strings.Contains(errs.String(), "holds a story already") {
		t.Errorf("status %d: %s", code, &errs)
	}
	if b, err := os.ReadFile(held); err != nil || string(b) != "a store" {
		t.Errorf("%q, %v", b, err)
	}
}
