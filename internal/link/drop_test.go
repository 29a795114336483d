package link_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"jard/internal/link"
	"jard/internal/stocktake"
)

func TestNameParcel(t *testing.T) {
	sites := []stocktake.SiteID{"m1", "m1-north", "central"}
	for name, want := range map[string]string{
		"items.csv": "items ", "Items-2026.xlsx": "items ", "itemsold.csv": " ", "book-m1-20261124.csv": "book m1", "book-m1.csv": "book m1",
		"movements-m1-north-7.json": "movements m1-north", "movements-m1-north.csv": "movements m1-north", "movements-m2-7.csv": "movements m2",
		"movements-m11.csv": "movements m11", "movements-.csv": "movements ", "readme.txt": " ", "MOVEMENTS-central-1.CSV": "movements central",
	} {
		kind, site, ok := link.NameParcel(name, sites)
		if got := string(kind) + " " + string(site); got != want || ok != (strings.TrimSpace(want) != "" && want != "movements ") {
			t.Errorf("%s: %q %v", name, got, ok)
		}
	}
}

func TestDrop(t *testing.T) {
	im, db := linked(t)
	now := asOf
	im.Clock = func() time.Time { return now }
	dir := t.TempDir()
	d := link.Drop{Importer: im, Dir: dir, Logger: slog.New(slog.DiscardHandler)}
	put := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, "s1", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	scan := func(after time.Duration) {
		t.Helper()
		now = now.Add(after)
		if err := d.Scan(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	lies := func() []string {
		t.Helper()
		var all []string
		for _, at := range []string{"", "done", "failed"} {
			list, err := os.ReadDir(filepath.Join(dir, "s1", at))
			if err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
			for _, f := range list {
				if !f.IsDir() {
					all = append(all, filepath.Join(at, f.Name()))
				}
			}
		}
		return all
	}
	scan(0) // an empty folder

	// A file that grows is left alone, one that rests is taken.
	put("movements-m1-1.csv", oneSale)
	scan(0)
	scan(20 * time.Second)
	put("movements-m1-1.csv", oneSale+"2,sale,200,-1,2026-11-24 08:00\n")
	scan(20 * time.Second)
	scan(20 * time.Second)
	if got := lies(); !slices.Equal(got, []string{"movements-m1-1.csv"}) {
		t.Fatalf("taken too early: %q", got)
	}
	scan(10 * time.Second)
	if got := lies(); !slices.Equal(got, []string{"done/movements-m1-1.csv", "done/movements-m1-1.csv.report.json"}) {
		t.Fatalf("%q", got)
	}

	// A marked one is taken at once, with what its marker says; items come before movements, whatever their names.
	put("a.part", "x")
	put("movements-m1-2.csv", "id,kind,item,barcode,quantity,booked\n3,sale,,4711999,-1,2026-11-24 08:00\n")
	put("movements-m1-2.csv.complete", `{"complete_since":"2026-11-01T00:00:00Z","complete_through":"2026-11-24T05:30:00Z","positions":{"after":0,"through":3}}`)
	put("items-new.csv", "item,name,barcode\n400,جديد,4711999\n")
	put("items-new.csv.complete", "")
	scan(0)
	state, err := db.Feed(t.Context(), "s1", "m1")
	if err != nil || state.Movements != 3 || state.Position != 3 || state.Watermark.Through.IsZero() || state.ReceivedBy != "drop-folder" {
		t.Errorf("%+v %v: %q", state, err, lies())
	}

	// What is refused lies in failed with the reason; the same name again replaces nothing.
	for range 2 {
		put("movements-m1-3.csv", dirty)
		put("movements-m1-3.csv.complete", "")
		scan(0)
	}
	for name, text := range map[string]string{"readme.txt": "", "movements-m9-1.csv": "", "book-m1-1.csv": "", "movements-m1-4.csv": `{"x":1}`} {
		put(name, map[bool]string{true: bookText, false: oneSale}[strings.HasPrefix(name, "book")])
		put(name+".complete", text)
	}
	scan(0)
	got := lies()
	for _, want := range []string{"a.part", "failed/movements-m1-3.csv", "failed/movements-m1-3.csv.1", "failed/movements-m1-3.csv.1.report.json",
		"failed/readme.txt", "failed/movements-m9-1.csv", "failed/book-m1-1.csv", "failed/movements-m1-4.csv", "failed/movements-m1-4.csv.complete"} {
		if !slices.Contains(got, want) {
			t.Errorf("%s is not there: %q", want, got)
		}
	}
	for name, want := range map[string]string{"movements-m1-3.csv": "movement-two-contents", "readme.txt": "drop-name", "movements-m9-1.csv": "not-found",
		"book-m1-1.csv": "as-of-missing", "movements-m1-4.csv": "drop-marker"} {
		report, err := os.ReadFile(filepath.Join(dir, "s1", "failed", name+".report.json"))
		if err != nil || !strings.Contains(string(report), want) {
			t.Errorf("%s: %v %.300s", name, err, report)
		}
	}
	if state, err := db.Feed(t.Context(), "s1", "m1"); err != nil || state.Movements != 3 {
		t.Errorf("%+v %v", state, err)
	}
	if h, err := im.Health(t.Context(), machine); err != nil || len(h.Troubles) != 3 {
		t.Errorf("%+v %v", h, err)
	}

	// With the store away nothing is moved: it is taken when the store is back.
	put("movements-m1-5.csv", "id,kind,item,quantity,booked\n9,sale,200,-1,2026-11-24 08:00\n")
	put("movements-m1-5.csv.complete", "")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := d.Scan(t.Context()); err == nil {
		t.Error("the store is closed, and nobody hears of it")
	}
	if !slices.Contains(lies(), "movements-m1-5.csv") {
		t.Errorf("it was put away: %q", lies())
	}
}
