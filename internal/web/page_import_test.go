package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"jard/internal/stocktake"
	"jard/internal/web"
)

// columnReader is an Importer that finds the columns a and b, unless told others, and notes how it was to read.
type columnReader struct{ took []web.Upload }

func (r *columnReader) Import(_ context.Context, _ stocktake.Person, u web.Upload) (any, error) {
	r.took = append(r.took, u)
	mapping := map[string]any{"columns": map[string]string{"item": "a", "name": "b"}}
	if strings.Contains(string(u.Mapping), `"name":"c"`) {
		mapping = map[string]any{"columns": map[string]string{"item": "a", "name": "c"}}
	}
	return map[string]any{"mapping": mapping, "ignored": []string{"b", "c"}, "rows": 1, "published": !u.DryRun}, nil
}

func TestFileIsTakenInAsItWasSeen(t *testing.T) {
	r := &columnReader{}
	d := open(t, func(c *web.Config) { c.Importer = r })
	w := d.send("manager", "/import/items", "a;b;c\n1;2;3\n")
	if w.Code != http.StatusOK || len(r.took) != 1 || !r.took[0].DryRun {
		t.Fatalf("%d, took %+v: %s", w.Code, r.took, w.Body)
	}
	f := url.Values{"do": {"take"}, "kept": hidden(t, w.Body.String(), "kept"), "column-item": {"a"}, "column-name": {"c"}}
	take := func() string {
		w := d.browse("manager", "POST", "/import/items", f, "Cookie", "lang=en")
		if w.Code != http.StatusOK {
			t.Fatalf("%d: %s", w.Code, w.Body)
		}
		return w.Body.String()
	}
	if body := take(); !r.took[1].DryRun || !strings.Contains(body, "looked at again and not applied") {
		t.Fatalf("other columns were taken in unseen: %s", body)
	}
	f.Set("merge", "yes")
	if take(); !r.took[2].DryRun {
		t.Fatal("a merge was done unseen")
	}
	if body := take(); r.took[3].DryRun || !strings.Contains(body, "The whole file was applied") {
		t.Fatalf("what was seen is not taken in: %s", body)
	}
}

func TestUploadIsBoundedAndLeavesNothing(t *testing.T) {
	temp := filepath.Join(t.TempDir(), "[data]") // a name, not a pattern
	must(t, os.Mkdir(temp, 0o700))
	stale := filepath.Join(temp, "jard-upload-of-a-server-that-was-killed")
	must(t, os.WriteFile(stale, []byte("x"), 0o600))
	must(t, os.WriteFile(filepath.Join(temp, "jard.db"), nil, 0o600))
	d := open(t, func(c *web.Config) { c.Importer, c.TempDir = &columnReader{}, temp })
	var fields []string
	for n := range 1000 {
		fields = append(fields, fmt.Sprint("f", n), strings.Repeat("x", 2000))
	}
	if w := d.send("manager", "/import/items", "a;b\n", fields...); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("2 MB of fields: %d", w.Code)
	}
	left, err := os.ReadDir(temp)
	must(t, err)
	if len(left) != 1 || left[0].Name() != "jard.db" {
		t.Errorf("the directory holds %v", left)
	}
}

// TestTwoImportsAtOnce holds that the second is told that the catalogue has changed since they looked, and that a file whose
// sender was interrupted waits for them.
func TestTwoImportsAtOnce(t *testing.T) {
	d, _, _ := planning(t)
	file := func(name string) string { return "item,name,unit\ntuna," + name + ",piece\n" }
	look := func(as, name string) url.Values {
		w := d.send(as, "/import/items", file(name), "merge", "yes")
		if w.Code != http.StatusOK {
			t.Fatalf("%d: %s", w.Code, w.Body)
		}
		return url.Values{"do": {"take"}, "kept": hidden(t, w.Body.String(), "kept"), "merge": {"yes"}, "column-item": {"item"}, "column-name": {"name"}, "column-unit": {"unit"}}
	}
	mine, theirs := look("manager", "one"), look("supervisor", "two")
	body := d.browse("supervisor", "GET", "/import/items", nil, "Cookie", "lang=en").Body.String()
	if !strings.Contains(body, "waits for your word") || !strings.Contains(body, `value="`+theirs.Get("kept")+`"`) {
		t.Errorf("a file that waits is not shown: %s", body)
	}
	take := func(as string, f url.Values) string {
		w := d.browse(as, "POST", "/import/items", f, "Cookie", "lang=en")
		if w.Code != http.StatusOK {
			t.Fatalf("%d: %s", w.Code, w.Body)
		}
		return w.Body.String()
	}
	if body := take("manager", mine); !strings.Contains(body, "The whole file was applied") {
		t.Fatalf("the first: %s", body)
	}
	if body := take("supervisor", theirs); !strings.Contains(body, "Something else was published since") || !strings.Contains(body, `value="take"`) {
		t.Fatalf("the second: %s", body)
	}
	if body := take("supervisor", theirs); !strings.Contains(body, "The whole file was applied") {
		t.Fatalf("the second, having looked again: %s", body)
	}
	if body := d.browse("supervisor", "GET", "/import/items", nil, "Cookie", "lang=en").Body.String(); strings.Contains(body, "waits for your word") {
		t.Error("what was applied waits still")
	}
}

// TestProgressIsTheReadersOwn holds that the figure shown is how far the file was read, and nobody else's business.
func TestProgressIsTheReadersOwn(t *testing.T) {
	var d *desk
	var during []string
	d = open(t, func(c *web.Config) {
		c.Importer = importerFunc(func(u web.Upload) {
			for _, done := range []int64{43, 100} {
				u.Progress(done, 100)
				for _, as := range []string{"manager", "supervisor"} {
					w := d.browse(as, "GET", "/import/items/progress", nil, "Cookie", "lang=en")
					during = append(during, fmt.Sprint(w.Code, strings.NewReplacer("\u2066", "", "\u2069", "").Replace(strings.TrimSpace(w.Body.String()))))
				}
			}
		})
	})
	d.send("manager", "/import/items", "a;b;c\n1;2;3\n")
	want := []string{`200{"said":"43% of the file is read …"}`, "204", `200{"said":"The whole file is read, and being worked through …"}`, "204"}
	if fmt.Sprint(during) != fmt.Sprint(want) {
		t.Errorf("while it was read: %q", during)
	}
	if w := d.browse("manager", "GET", "/import/items/progress", nil); w.Code != http.StatusNoContent {
		t.Errorf("afterwards: %d %s", w.Code, w.Body)
	}
}

// faultFinder is an Importer that finds one thing wrong.
type faultFinder struct{ english, arabic string }

func (f faultFinder) Import(context.Context, stocktake.Person, web.Upload) (any, error) {
	list := []map[string]any{{"line": 2, "severity": "warned", "en": f.english, "ar": f.arabic}}
	return map[string]any{"rows": 1, "faults": map[string]any{"warned": 1, "list": list}}, nil
}

// TestFaultsOfAFileReadRight holds that what is wrong is said in the reader's language, the words of the file kept in their
// order.
func TestFaultsOfAFileReadRight(t *testing.T) {
	d := open(t, func(c *web.Config) {
		c.Importer = faultFinder{`The name "Basmati Rice 5kg" is there twice.`, `الاسم "Basmati Rice 5kg" مكرر.`}
	})
	body := d.send("manager", "/import/items", "a;b\n").Body.String()
	if want := "الاسم \u2066&#34;Basmati Rice 5kg&#34;\u2069 مكرر."; !strings.Contains(body, want) {
		t.Errorf("no %q in %s", want, body)
	}
}

type importerFunc func(web.Upload)

func (f importerFunc) Import(_ context.Context, _ stocktake.Person, u web.Upload) (any, error) {
	f(u)
	return map[string]any{"rows": 1}, nil
}
