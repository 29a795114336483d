package web_test

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"net/http"
	"os"
	"strings"
	"testing"

	"jard/internal/count"
	"jard/internal/stocktake"
	"jard/internal/web"
	"jard/internal/wire"
)

func TestAPhotoIsShownWhereItsThingIs(t *testing.T) {
	var s *story
	s = openStory(t, func(c *web.Config) { c.Photos = held{&s} })
	var b bytes.Buffer
	must(t, jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8)), nil))
	hash := stocktake.HashOf(b.Bytes())
	page := stocktake.HashOf([]byte("<script>"))
	must(t, s.db.PutDocuments(t.Context(), society, stocktake.Document{Hash: hash, Bytes: b.Bytes()}, stocktake.Document{Hash: page, Bytes: []byte("<script>")}))
	s.push("device-ali", count.Event{Name: "pass.opened", Pass: "p1", Location: "A1", Round: 1, Person: "ali", Mode: "quantity"},
		count.Event{Name: "observed", Pass: "p1", Code: "who-knows", Pack: 1000, Amount: 2000, Photo: hash.String()},
		count.Event{Name: "observed", Pass: "p2", Code: "held", Pack: 1000, Amount: 2000, Photo: hash.String()}, // of no pass
		count.Event{Name: "pass.closed", Pass: "p1", Observations: 1, Quantity: 2000})
	at := "/sessions/s1/photos/" + hash.String()
	for _, path := range []string{"/sessions/s1/codes", "/sessions/s1/codes?code=who-knows", "/sessions/s1/quarantine", "/sessions/s1/log"} {
		s.page("supervisor", path, `<img class="photo" src="`+at+`"`)
	}
	w := s.browse("supervisor", "GET", at, nil)
	if w.Code != http.StatusOK || !bytes.Equal(w.Body.Bytes(), b.Bytes()) {
		t.Fatalf("%d, %d bytes", w.Code, w.Body.Len())
	}
	for name, want := range map[string]string{
		"Content-Type": "image/jpeg", "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox", "Cache-Control": "no-store",
	} {
		if got := w.Header().Get(name); !strings.Contains(got, want) {
			t.Errorf("%s: %q", name, got)
		}
	}
	for path, status := range map[string]int{
		"/sessions/s1/photos/" + page.String():              404, // the store holds it, and it is no photo
		"/sessions/s1/photos/" + strings.Repeat("0", 64):    404,
		"/sessions/s1/photos/x":                             404,
		"/sessions/other/photos/" + hash.String():           404,
		"/sessions/s1/photos/" + hash.String() + "/../../x": 404,
	} {
		if w := s.browse("supervisor", "GET", path, nil); w.Code != status {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	w = s.browse("supervisor", "GET", "/sessions/s1/photos/x", nil)
	if !strings.Contains(w.Body.String(), "الصورة") {
		t.Errorf("a photo that is not there: %s", w.Body)
	}
	if w := s.browse("counter", "GET", at, nil); w.Code == http.StatusOK {
		t.Error("a counter sees it")
	}
	if w := s.browse("", "GET", at, nil); w.Code == http.StatusOK {
		t.Error("a stranger sees it")
	}
}

// held gives the documents of a story's store.
type held struct{ story **story }

func (h held) Document(ctx context.Context, society stocktake.SocietyID, hash stocktake.Hash) (stocktake.Document, error) {
	return (*h.story).db.Document(ctx, society, hash)
}

// porter is an EventImporter that remembers what it was given.
type porter struct {
	by   stocktake.Person
	file string
}

func (p *porter) ImportEvents(_ context.Context, by stocktake.Person, file []byte) (any, error) {
	p.by, p.file = by, string(file)
	if p.file == "bad" {
		return nil, stocktake.Missing.New("line", "3")
	}
	return map[string]int{"photos": 2}, nil
}

func TestEventsAreImportedByWhoMay(t *testing.T) {
	p := &porter{}
	d := open(t, func(c *web.Config) { c.Events = p })
	for _, who := range []string{"supervisor", "society-administrator"} {
		w := d.ask(who, "POST", "/api/import/events", "the file of "+who)
		d.ok(w, 200, nil)
		if p.file != "the file of "+who || p.by.Society != society || !strings.Contains(w.Body.String(), `"photos":2`) {
			t.Errorf("%s: %+v, %s", who, p, w.Body)
		}
	}
	d.refused(d.ask("supervisor", "POST", "/api/import/events", "bad"), 404, "not-found")
	d.refused(d.ask("supervisor", "POST", "/api/import/events?society=other", "x"), 400, "query-wrong")
	p.file = ""
	for _, who := range []string{"counter", "integrator", "witness", "ministry-officer", "no-role"} {
		d.refused(d.ask(who, "POST", "/api/import/events", "x"), 403, "role-missing")
	}
	if p.file != "" {
		t.Errorf("it was given %q", p.file)
	}
	none := open(t)
	none.refused(none.ask("supervisor", "POST", "/api/import/events", "x"), 503, "not-offered")
}

func TestEventsAreImportedOnTheConsole(t *testing.T) {
	p := &porter{}
	spool := t.TempDir()
	d := open(t, func(c *web.Config) { c.Events, c.TempDir = p, spool })
	if w := d.browse("supervisor", "GET", "/import", nil); !strings.Contains(w.Body.String(), `href="/import/events"`) {
		t.Error("the page of imports does not lead there")
	}
	w := d.send("supervisor", "/import/events", "what a handheld held")
	if w.Code != http.StatusOK || p.file != "what a handheld held" || !strings.Contains(w.Body.String(), "صورتان") {
		t.Errorf("%d, given %q: %s", w.Code, p.file, w.Body)
	}
	if w := d.send("supervisor", "/import/events", "bad"); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `role="alert"`) {
		t.Errorf("a bad file: %d", w.Code)
	}
	if w := d.send("supervisor", "/import/events", strings.Repeat("x", wire.MaxRescue+1)); w.Code == http.StatusOK {
		t.Error("a file of any size is taken")
	}
	p.file = ""
	for _, who := range []string{"manager", "financial-controller", "counter", "witness", "no-role"} {
		if w := d.send(who, "/import/events", "x"); w.Code == http.StatusOK || p.file != "" {
			t.Errorf("%s: %d, given %q", who, w.Code, p.file)
		}
	}
	if w := d.browse("manager", "GET", "/import", nil); strings.Contains(w.Body.String(), "/import/events") {
		t.Error("who may not send it is led there")
	}
	if left, err := os.ReadDir(spool); err != nil || len(left) > 0 {
		t.Errorf("%d files are left: %v", len(left), err)
	}
}
