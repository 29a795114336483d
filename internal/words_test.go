package internal_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestNoticesAreNoWarnings: «تنبيه» is the first step of a disciplinary ladder at the ministry, so what the system notices is
// «إشعار», in every text that people read.
func TestNoticesAreNoWarnings(t *testing.T) {
	read := 0
	for _, root := range []string{".", "../server"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			switch filepath.Ext(path) {
			case ".go", ".html", ".json":
			default:
				return err
			}
			if strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			if read++; strings.Contains(string(text), "تنبيه") {
				t.Errorf("%s says «تنبيه»: say «إشعار»", path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if read < 200 {
		t.Fatalf("only %d files were read", read)
	}
}
