package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestEventsFromAFile: what a handheld held is taken in by a store that no server serves, once, and a damaged file not at
// all. The file is the one that the app's tests make.
func TestEventsFromAFile(t *testing.T) {
	t.Parallel()
	golden, err := os.ReadFile("../internal/wire/testdata/rescue.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	data, password := filepath.Join(dir, "society"), filepath.Join(dir, "password")
	file := func(name string, b []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	file("password", []byte("kunafa with cheese\n"))
	whole := file("whole.jsonl", golden)
	jard := shell(t)
	take := func(want int, path, society string) string {
		t.Helper()
		return jard(want, "import", "events", path, "--society", society, "--data", data)
	}
	if said := take(1, whole, "rawda"); !strings.Contains(said, "no store") {
		t.Error(said)
	}
	for _, society := range []string{"rawda", "salwa"} {
		jard(0, "society", "add", society, "--arabic", "جمعية", "--governorate", "KW-KU", "--admin", "admin", "--password-file", password, "--data", data)
	}
	said := take(0, whole, "rawda")
	for _, want := range []string{"handheld d1 (TC26-1) of rawda", `Device "d1" is not this society's`, "الجهاز", "night0", "night1", "0 known", "in quarantine", "in the late log"} {
		if !strings.Contains(said, want) {
			t.Errorf("it lacks %q:\n%s", want, said)
		}
	}
	if said := take(0, whole, "rawda"); !strings.Contains(said, "0 new") || strings.Contains(said, " 0 known") {
		t.Errorf("again:\n%s", said)
	}
	if said := take(1, whole, "salwa"); !strings.Contains(said, `of society "rawda"`) {
		t.Errorf("of another society: %s", said)
	}
	if said := take(1, whole, "nobody"); !strings.Contains(said, "nobody") {
		t.Errorf("of a society that is not there: %s", said)
	}
	torn := file("torn.jsonl", bytes.Replace(golden, []byte(`\"amount\":5000`), []byte(`\"amount\":6000`), 1))
	if said := take(1, torn, "rawda"); !strings.Contains(said, "Event 4 (line 5)") || !strings.Contains(said, "الحدث 4") {
		t.Errorf("damaged: %s", said)
	}
	if said := jard(1, "import", "events", whole, "--society", "rawda", "--as", "salem"); !strings.Contains(said, "--password-file") {
		t.Errorf("nobody asks: %s", said)
	}
	if said := jard(0, "import", "events", whole, "--society", "rawda", "--data", data, "--json"); !strings.Contains(said, `"held":"device-unknown"`) {
		t.Errorf("as JSON: %s", said)
	}
	large := file("large.jsonl", nil)
	if err := os.Truncate(large, 1<<40); err != nil { // a hole: nobody could read it whole
		t.Fatal(err)
	}
	if said := take(1, large, "rawda"); !strings.Contains(said, "larger than 64 MB") {
		t.Errorf("too large: %s", said)
	}
	codes, err := os.ReadFile("../internal/wire/testdata/rescue-codes.txt")
	if err != nil {
		t.Fatal(err)
	}
	if said := take(0, file("codes.txt", codes), "rawda"); !strings.Contains(said, "0 new, 1 known") {
		t.Errorf("the codes: %s", said)
	}
}
