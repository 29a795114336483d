package wire_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"jard/internal/wire"
)

// The specification's examples are frames, and there is one of each.
func TestProtocolExamples(t *testing.T) {
	spec, err := os.ReadFile("PROTOCOL.md")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, m := range regexp.MustCompile("(?s)```(device|server)\n(.*?)\n```").FindAllStringSubmatch(string(spec), -1) {
		limits := wire.ServerLimits
		if m[1] == "server" {
			limits = wire.DeviceLimits
		}
		f, err := wire.Parse([]byte(m[2]), limits)
		if err != nil {
			t.Errorf("%s\n%v", m[2], err)
			continue
		}
		seen[f.Type()] = true
		if got := string(wire.Encode(f)); got != m[2] {
			t.Errorf("the example is not as it is sent:\n%s\n%s", m[2], got)
		}
	}
	for name := range strings.FieldsSeq("hello welcome push ack mark ping pong feed drained fence busy bye") {
		if !seen[name] {
			t.Errorf("the specification has no example of %s", name)
		}
	}
}

// The invariants name tests that exist.
func TestProtocolInvariantsAreTested(t *testing.T) {
	spec, err := os.ReadFile("PROTOCOL.md")
	if err != nil {
		t.Fatal(err)
	}
	_, invariants, _ := strings.Cut(string(spec), "## 14. Invariants")
	names := regexp.MustCompile(`\b(?:Test|Fuzz)[A-Z]\w+`).FindAllString(invariants, -1)
	if len(names) < 23 {
		t.Fatalf("only %d tests are named", len(names))
	}
	declared := map[string]bool{}
	err = filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		for _, m := range regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)[A-Z]\w+)`).FindAllSubmatch(source, -1) {
			declared[string(m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if !declared[name] {
			t.Errorf("there is no %s", name)
		}
	}
}

// Every reason that the codec gives is in the specification.
func TestProtocolNamesEveryFault(t *testing.T) {
	spec, err := os.ReadFile("PROTOCOL.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range goldens(t) {
		if g.Error != "" && !strings.Contains(string(spec), "`"+g.Error+"`") {
			t.Errorf("%s is not explained", g.Error)
		}
	}
}
