// Package internal_test holds the rules that no single package can keep by itself: which package may import which, and
// that each says what it is for.
package internal_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// core lists the packages that hold rules, each with the others of this module that it may import. They import
// nothing outside the standard library but what own names.
var core = map[string][]string{
	"gs1":       {},
	"stocktake": {"gs1"},
	"reconcile": {"stocktake", "gs1"},
	"count":     {"reconcile", "stocktake", "gs1"},
	"account":   {"stocktake", "gs1"},
	"result":    {"stocktake", "gs1"},
}

// leaves may be imported by every adapter.
var leaves = []string{"wire", "label", "report"}

// own lists the libraries that only certain packages may import: the place where a replacement would be made.
var own = map[string][]string{
	"go.etcd.io/bbolt":                      {"boltdb"},
	"github.com/jackc/pgx":                  {"postgres"},
	"github.com/gorilla/websocket":          {"handheld", "live", "simulate"},
	"github.com/labstack/echo":              {"web", "server"},
	"github.com/go-playground/validator":    {"web"},
	"github.com/boombuler/barcode":          {"label"},
	"github.com/xuri/excelize":              {"link", "report"},
	"github.com/alecthomas/kong":            {"server"},
	"golang.org/x/crypto/argon2":            {"account"},
	"golang.org/x/time/rate":                {"account", "handheld", "web", "ministry", "link"},
	"github.com/gowebpki/jcs":               {"result"},
	"golang.org/x/text":                     {"link", "account", "stocktake"},
	"golang.org/x/sys":                      {"boltdb", "simulate"},
	"golang.org/x/net":                      {"web", "server"},
	"golang.org/x/term":                     {"server"},
	"golang.org/x/sync":                     {"handheld", "ministry", "server", "simulate", "link", "account"},
	"github.com/santhosh-tekuri/jsonschema": {"result"},
}

type listed struct {
	ImportPath  string
	Doc         string
	Imports     []string
	GoFiles     []string
	Standard    bool
	TestImports []string
}

func packages(t *testing.T) []listed {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Doc,Imports,GoFiles", "jard/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if len(p.GoFiles) > 0 {
			all = append(all, p)
		}
	}
	if len(all) < len(core) {
		t.Fatalf("only %d packages listed", len(all))
	}
	return all
}

// name is the package's short name; adapters have sub-packages only for what they embed.
func name(path string) string {
	path = strings.TrimPrefix(strings.TrimPrefix(path, "jard/"), "internal/")
	first, _, _ := strings.Cut(path, "/")
	return first
}

func TestImportsPointOneWay(t *testing.T) {
	for _, p := range packages(t) {
		from := name(p.ImportPath)
		allowed, isCore := core[from]
		for _, path := range p.Imports {
			if path != "jard" && !strings.HasPrefix(path, "jard/") {
				continue
			}
			to := name(path)
			_, toCore := core[to]
			switch {
			case from == to, from == "server":
			case isCore && !slices.Contains(allowed, to):
				t.Errorf("%s imports %s: the core may import only %v there", from, to, allowed)
			case !isCore && slices.Contains(leaves, from) && to != "stocktake" && to != "gs1":
				t.Errorf("leaf %s imports %s", from, to)
			case !isCore && !toCore && !slices.Contains(leaves, to) && !implements(from, to) && to != "static":
				t.Errorf("adapter %s imports adapter %s: adapters share only the core and the leaves %v", from, to, leaves)
			}
		}
	}
}

// implements allows a store to import the package whose interface it satisfies, for the types in its verbs: link and
// ministry declare theirs as consumers.
func implements(from, to string) bool {
	stores := []string{"boltdb", "postgres", "storetest"}
	return slices.Contains(stores, from) && slices.Contains([]string{"ministry", "link"}, to)
}

func TestLibrariesStayInTheirPlace(t *testing.T) {
	for _, p := range packages(t) {
		from := name(p.ImportPath)
		for _, path := range p.Imports {
			if first, _, _ := strings.Cut(path, "/"); !strings.Contains(first, ".") {
				continue // the standard library, or this module
			}
			known := false
			for library, places := range own {
				if path == library || strings.HasPrefix(path, library+"/") {
					known = true
					if !slices.Contains(places, from) {
						t.Errorf("%s imports %s, which belongs to %v", from, path, places)
					}
				}
			}
			if !known {
				t.Errorf("%s imports %s, which nobody has claimed: add it to the list, with its place, or do without", from, path)
			}
		}
	}
}

func TestPackagesSayWhatTheyAreFor(t *testing.T) {
	for _, p := range packages(t) {
		if len(p.Doc) < 60 {
			t.Errorf("%s has no package comment worth the name: say what it is for and what it may not touch", p.ImportPath)
		}
	}
}
