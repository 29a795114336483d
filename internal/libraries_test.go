package internal_test

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestLibrariesAreExplained: ARCHITECTURE.md says of every module and package that is named in go.mod or package.json why it
// was chosen.
func TestLibrariesAreExplained(t *testing.T) {
	read := func(name string) []byte {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	_, chosen, _ := strings.Cut(string(read("../ARCHITECTURE.md")), "\n## Chosen libraries\n")
	chosen, _, _ = strings.Cut(chosen, "\n## ")
	var first strings.Builder // what is named, not why
	for row := range strings.Lines(chosen) {
		if cells := strings.Split(row, "|"); len(cells) > 2 {
			first.WriteString(cells[1] + "\n")
		}
	}
	var names []string
	for _, m := range regexp.MustCompile(`(?m)^\t(\S+) v\S+$`).FindAllStringSubmatch(string(read("../go.mod")), -1) { // the others are indirect
		names = append(names, regexp.MustCompile(`^github\.com/|/v\d+$`).ReplaceAllString(m[1], ""))
	}
	var app struct {
		Dependencies    map[string]string `json:"dependencies"`
		DevDependencies map[string]string `json:"devDependencies"`
	}
	if err := json.Unmarshal(read("../scanner-app/package.json"), &app); err != nil {
		t.Fatal(err)
	}
	for _, list := range []map[string]string{app.Dependencies, app.DevDependencies} {
		for name := range list {
			names = append(names, name)
		}
	}
	if len(names) < 25 {
		t.Fatalf("only %d libraries were found: %v", len(names), names)
	}
	for _, name := range names {
		if !regexp.MustCompile(`(^|[\s,])` + regexp.QuoteMeta(name) + `([\s,]|$)`).MatchString(first.String()) {
			t.Errorf("ARCHITECTURE.md does not say why %s", name)
		}
	}
}
