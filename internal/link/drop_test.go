package link_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"jard/internal/link"
	"jard/internal/stocktake"
)

func TestNameParcel(t *testing.T) {
	sites := []stocktake.SiteID{"m1", "m1-north", "central"}
	for name, want := range map[string]string{
		"items.csv": "items ", "Items-2026.xlsx": "items ", "book-m1-20261124.csv": "book m1", "book-m1.csv": "book m1", "book-m1-2026-11-24 0800.csv": "book m1",
		"movements-m1-north-20261124.json": "movements m1-north", "movements-m1-north.csv": "movements m1-north", "movements-m2-20261124.csv": "movements m2",
		"movements-m11.csv": "movements m11", "MOVEMENTS-central-20261124.CSV": "movements central",
	} {
		if kind, site, ok := link.NameParcel(name, sites); string(kind)+" "+string(site) != want || !ok {
			t.Errorf("%s: %s %s %v", name, kind, site, ok)
		}
	}
	// What may be of a site that nobody has told of is not another's.
	for name, want := range map[string]link.Kind{"movements-central-2.csv": "movements", "book-m1-south-20261124.csv": "book", "movements-m1-north-7.csv": "movements",
		"movements-new-2.csv": "movements", "movements-.csv": "movements", "readme.txt": "", "itemsold.csv": ""} {
		if kind, site, ok := link.NameParcel(name, sites); kind != want || site != "" || ok {
			t.Errorf("%s: %s %s %v", name, kind, site, ok)
		}
	}
	if _, site, ok := link.NameParcel("book-a-20261124-20261125.csv", []stocktake.SiteID{"a", "a-20261124"}); ok {
		t.Errorf("two sites may be meant, and %s is taken", site)
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
	put("movements-m1-20261121.csv", oneSale)
	scan(0)
	scan(20 * time.Second)
	put("movements-m1-20261121.csv", oneSale+"2,sale,200,-1,2026-11-24 08:00\n")
	scan(20 * time.Second)
	scan(20 * time.Second)
	if got := lies(); !slices.Equal(got, []string{"movements-m1-20261121.csv"}) {
		t.Fatalf("taken too early: %q", got)
	}
	scan(10 * time.Second)
	if got := lies(); !slices.Equal(got, []string{"done/movements-m1-20261121.csv", "done/movements-m1-20261121.csv.report.json"}) {
		t.Fatalf("%q", got)
	}

	// A marked one is taken at once, with what its marker says; items come before movements, whatever their names.
	put("a.part", "x")
	put("movements-m1-20261122.csv", "id,kind,item,barcode,quantity,booked\n3,sale,,4711999,-1,2026-11-24 08:00\n")
	put("movements-m1-20261122.csv.complete", `{"complete_since":"2026-11-01T00:00:00Z","complete_through":"2026-11-24T05:30:00Z","positions":{"after":0,"through":3}}`)
	put("items-new.csv", "item,name,barcode\n400,جديد,4711999\n")
	put("items-new.csv.complete", "")
	scan(0)
	state, err := db.Feed(t.Context(), "s1", "m1")
	if err != nil || state.Movements != 3 || state.Position != 3 || state.Watermark.Through.IsZero() || state.ReceivedBy != "drop-folder" {
		t.Errorf("%+v %v: %q", state, err, lies())
	}

	// What is refused lies in failed with the reason; the same name again replaces nothing.
	for range 2 {
		put("movements-m1-20261123.csv", dirty)
		put("movements-m1-20261123.csv.complete", "")
		scan(0)
	}
	for name, text := range map[string]string{"readme.txt": "", "movements-m9-20261121.csv": "", "book-m1-20261121.csv": "", "movements-m1-20261124.csv": `{"x":1}`} {
		put(name, map[bool]string{true: bookText, false: oneSale}[strings.HasPrefix(name, "book")])
		put(name+".complete", text)
	}
	scan(0)
	got := lies()
	for _, want := range []string{"a.part", "failed/movements-m1-20261123.csv", "failed/movements-m1-20261123.csv.1", "failed/movements-m1-20261123.csv.1.report.json",
		"failed/readme.txt", "failed/movements-m9-20261121.csv", "failed/book-m1-20261121.csv", "failed/movements-m1-20261124.csv", "failed/movements-m1-20261124.csv.complete"} {
		if !slices.Contains(got, want) {
			t.Errorf("%s is not there: %q", want, got)
		}
	}
	for name, want := range map[string]string{"movements-m1-20261123.csv": "movement-two-contents", "readme.txt": "drop-name", "movements-m9-20261121.csv": "not-found",
		"book-m1-20261121.csv": "as-of-missing", "movements-m1-20261124.csv": "drop-marker"} {
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
	put("movements-m1-20261125.csv", "id,kind,item,quantity,booked\n9,sale,200,-1,2026-11-24 08:00\n")
	put("movements-m1-20261125.csv.complete", "")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := d.Scan(t.Context()); err == nil {
		t.Error("the store is closed, and nobody hears of it")
	}
	if !slices.Contains(lies(), "movements-m1-20261125.csv") {
		t.Errorf("it was put away: %q", lies())
	}
}

// dropIn gives a drop folder in which a scan takes marked files at once, with a way to look at a file in it.
func dropIn(t *testing.T) (im *link.Importer, dir string, scan func() error, report func(name string) string) {
	t.Helper()
	im, _ = linked(t)
	top := t.TempDir()
	dir = filepath.Join(top, "s1")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	d := link.Drop{Importer: im, Dir: top, Logger: slog.New(slog.DiscardHandler)}
	return im, dir, func() error { return d.Scan(t.Context()) }, func(name string) string {
		text, err := os.ReadFile(filepath.Join(dir, name+".report.json"))
		if err != nil {
			return err.Error()
		}
		return string(text)
	}
}

func must(t *testing.T, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}

func write(dir, name, text string) error {
	return os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600)
}

// Whoever may write into the drop folder leads the server nowhere else.
func TestDropFollowsNothing(t *testing.T) {
	im, dir, scan, report := dropIn(t)
	outside := t.TempDir()
	must(t, write(outside, "theirs", "theirs"), os.Mkdir(filepath.Join(dir, "done"), 0o700),
		write(dir, "movements-m1-20261124.csv", oneSale), write(dir, "movements-m1-20261124.csv.complete", ""),
		os.Symlink(filepath.Join(outside, "theirs"), filepath.Join(dir, "done", "movements-m1-20261124.csv.report.json")),
		write(dir, "movements-m1-20261125.csv", oneSale), os.Symlink("/dev/zero", filepath.Join(dir, "movements-m1-20261125.csv.complete")),
		write(dir, "movements-m1-20261126.csv", oneSale), syscall.Mkfifo(filepath.Join(dir, "movements-m1-20261126.csv.complete"), 0o600),
		write(dir, "movements-m1-20261127.csv", oneSale), write(dir, "movements-m1-20261127.csv.complete", strings.Repeat(" ", 1<<20)))
	must(t, scan())
	if text, err := os.ReadFile(filepath.Join(outside, "theirs")); err != nil || string(text) != "theirs" {
		t.Errorf("%s %v", text, err)
	}
	if s, err := im.Feed(t.Context(), machine, "m1"); err != nil || s.Movements != 1 {
		t.Errorf("%+v %v", s, err)
	}
	for name, want := range map[string]string{"done/movements-m1-20261124.csv.1": "report", "failed/movements-m1-20261125.csv": "drop-unreadable",
		"failed/movements-m1-20261126.csv": "drop-unreadable", "failed/movements-m1-20261127.csv": "drop-marker"} {
		if got := report(name); !strings.Contains(got, want) {
			t.Errorf("%s: %s", name, got)
		}
	}
	must(t, os.RemoveAll(filepath.Join(dir, "done")), os.Symlink(outside, filepath.Join(dir, "done")),
		write(dir, "movements-m1-20261128.csv", oneSale), write(dir, "movements-m1-20261128.csv.complete", ""))
	if err := scan(); err == nil {
		t.Error("done is a link, and nobody hears of it")
	}
	if list, err := os.ReadDir(outside); err != nil || len(list) != 1 {
		t.Errorf("%v %v", list, err)
	}
}

// One file that cannot be read keeps no other back, and is told of.
func TestDropGoesOnAfterABadFile(t *testing.T) {
	im, dir, scan, report := dropIn(t)
	must(t, write(dir, "items-1.csv", itemsText), os.Mkdir(filepath.Join(dir, "items-1.csv.complete"), 0o700),
		write(dir, "movements-m1-20261124.csv", oneSale), write(dir, "movements-m1-20261124.csv.complete", ""))
	must(t, scan())
	if s, err := im.Feed(t.Context(), machine, "m1"); err != nil || s.Movements != 1 {
		t.Errorf("%+v %v", s, err)
	}
	if got := report("failed/items-1.csv"); !strings.Contains(got, "drop-unreadable") {
		t.Error(got)
	}
	if h, err := im.Health(t.Context(), machine); err != nil || len(h.Troubles) != 1 || h.Troubles[0].Reason.Key != "drop-unreadable" {
		t.Errorf("%+v %v", h, err)
	}
}

// A marker says the site where the name does not for certain, and is refused where it says what nobody reads.
func TestDropMarkers(t *testing.T) {
	im, dir, scan, report := dropIn(t)
	for name, marker := range map[string]string{
		"movements-m1-2.csv": `{"site":"m1"}`, "movements-m1-3.csv": ``, "movements-m1-20261121.csv": `{"faults":"quarantin"}`, "movements-m1-20261122.csv": `{"mode":"replace"}`,
		"movements-m1-20261123.csv": `{} {"complete_through":"2026-11-24T05:30:00Z"}`, "items-1.csv": `{"mode":"all"}`, "items-2.csv": `{"faults":"quarantine"}`,
	} {
		must(t, write(dir, name, oneSale), write(dir, name+".complete", marker))
	}
	must(t, scan())
	for name, want := range map[string]string{"done/movements-m1-2.csv": `"new": 1`, "failed/movements-m1-3.csv": "drop-site", "failed/movements-m1-20261121.csv": "drop-marker",
		"failed/movements-m1-20261122.csv": "drop-marker", "failed/movements-m1-20261123.csv": "drop-marker", "failed/items-1.csv": "drop-marker", "failed/items-2.csv": "drop-marker"} {
		if got := report(name); !strings.Contains(got, want) {
			t.Errorf("%s: %s", name, got)
		}
	}
	if s, err := im.Feed(t.Context(), machine, "m1"); err != nil || s.Movements != 1 {
		t.Errorf("%+v %v", s, err)
	}
}

// A scan that broke off anywhere leaves no marker that speaks for another file, and loses nothing.
func TestDropBreaksOff(t *testing.T) {
	im, dir, scan, report := dropIn(t)
	at := func(name string) string {
		must(t, os.MkdirAll(filepath.Join(dir, "taking", name), 0o700))
		return filepath.Join(dir, "taking", name)
	}
	// Its marker was claimed and it was not: the two belong together still.
	must(t, write(dir, "movements-m1-20261121.csv", oneSale), write(at("movements-m1-20261121.csv"), "movements-m1-20261121.csv.complete", `{"positions":{"after":0,"through":5}}`))
	// Both were claimed, and nothing came of them yet. Another file has come under the name since, and waits.
	must(t, write(at("movements-m1-20261122.csv"), "movements-m1-20261122.csv", strings.Replace(oneSale, "\n1,", "\n2,", 1)),
		write(at("movements-m1-20261122.csv"), "movements-m1-20261122.csv.complete", `{"positions":{"after":5,"through":9}}`),
		write(dir, "movements-m1-20261122.csv", strings.Replace(oneSale, "\n1,", "\n3,", 1)))
	// It was delivered, and put away in part: its marker speaks for no other.
	must(t, write(at("movements-m1-20261123.csv"), "movements-m1-20261123.csv.complete", `{"positions":{"after":0,"through":99}}`),
		write(at("movements-m1-20261123.csv"), "report", "{}"), write(dir, "movements-m1-20261123.csv", strings.Replace(oneSale, "\n1,", "\n4,", 1)))
	must(t, scan())
	if s, err := im.Feed(t.Context(), machine, "m1"); err != nil || s.Movements != 2 || s.Position != 9 {
		t.Errorf("%+v %v", s, err)
	}
	for _, name := range []string{"done/movements-m1-20261121.csv", "done/movements-m1-20261122.csv"} {
		if got := report(name); !strings.Contains(got, `"new": 1`) {
			t.Errorf("%s: %s", name, got)
		}
	}
	for _, name := range []string{"movements-m1-20261122.csv", "movements-m1-20261123.csv"} {
		if _, err := os.Lstat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
	if list, err := os.ReadDir(filepath.Join(dir, "taking")); err != nil || len(list) > 0 {
		t.Errorf("%v %v", list, err)
	}
}
