package web_test

import (
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"jard/internal/count"
	"jard/internal/result"
	"jard/internal/stocktake"
	"jard/internal/web"
)

// dock is an Importer that remembers what it was given.
type dock struct {
	got     web.Upload
	data    string
	refuse  bool
	entered chan struct{}
	leave   chan struct{}
}

func (d *dock) Import(_ context.Context, by stocktake.Person, u web.Upload) (any, error) {
	if d.entered != nil {
		d.entered <- struct{}{}
		<-d.leave
	}
	b, err := io.ReadAll(io.NewSectionReader(u.Data, 0, u.Size))
	d.got, d.data = u, string(b)
	if d.refuse {
		err = stocktake.NoSuch("column", "price")
	}
	return map[string]int{"refused": 3}, err
}

func TestImport(t *testing.T) {
	dock := &dock{}
	temp := t.TempDir()
	d := open(t, func(c *web.Config) { c.Importer, c.MaxImport, c.TempDir = dock, 1000, temp })
	w := d.ask("integrator", "POST", "/api/import/book?site=central&as_of=2026-12-20T09:00:00%2B03:00&name=b.csv&dry_run=true&position=p7&mapping=%7B%22kind%22:%22book%22%7D", "a;b\n1;2\n", "Content-Type", "text/csv")
	d.ok(w, 200, nil)
	if dock.data != "a;b\n1;2\n" || dock.got.Kind != web.ImportBook || dock.got.Site != "central" || dock.got.Name != "b.csv" ||
		!dock.got.DryRun || dock.got.Merge || dock.got.ReplaceAll || dock.got.Position != "p7" || string(dock.got.Mapping) != `{"kind":"book"}` ||
		!dock.got.AsOf.Equal(time.Date(2026, 12, 20, 6, 0, 0, 0, time.UTC)) || !strings.Contains(w.Body.String(), `"refused":3`) {
		t.Fatalf("got %+v %q %s", dock.got, dock.data, w.Body)
	}

	var form bytes.Buffer
	m := multipart.NewWriter(&form)
	part, err := m.CreateFormFile("file", "../../أصناف.xlsx")
	must(t, err)
	_, err = part.Write([]byte("PK"))
	must(t, err)
	must(t, m.Close())
	d.ok(d.ask("manager", "POST", "/api/import/items?replace_all=true", form.String(), "Content-Type", m.FormDataContentType()), 200, nil)
	if dock.data != "PK" || dock.got.Name != "أصناف.xlsx" || dock.got.Size != 2 || !dock.got.ReplaceAll || dock.got.Merge {
		t.Fatalf("got %+v", dock.got)
	}

	dock.refuse = true
	r := d.refused(d.ask("society-administrator", "POST", "/api/import/places", "x"), 404, "not-found")
	if !strings.Contains(string(r.Report), "3") {
		t.Fatalf("got %s", r.Report)
	}
	d.refused(d.ask("manager", "POST", "/api/import/items", strings.Repeat("x", 1001)), 413, "body-too-large")
	d.refused(d.ask("manager", "POST", "/api/import/other", "x"), 404, "route-unknown")
	d.refused(d.ask("manager", "POST", "/api/import/book?as_of=yesterday", "x"), 400, "query-wrong")
	d.refused(d.ask("manager", "POST", "/api/import/book?mapping=%7B", "x"), 400, "query-wrong")
	d.refused(d.ask("manager", "POST", "/api/import/book?merge=maybe", "x"), 400, "query-wrong")
	d.refused(d.ask("manager", "POST", "/api/import/items", "x", "Content-Type", "multipart/form-data; boundary=b"), 400, "body-malformed")
	for _, token := range []string{"counter", "administrative-controller", "witness", "ministry-officer", "no-role"} {
		d.refused(d.ask(token, "POST", "/api/import/items", "x"), 403, "role-missing")
	}
	left, err := os.ReadDir(temp)
	must(t, err)
	if len(left) != 0 {
		t.Errorf("uploads stay behind: %v", left)
	}
	d.refused(open(t).ask("manager", "POST", "/api/import/items", "x"), 503, "not-offered")
}

func TestImportsAtATimeAreBounded(t *testing.T) {
	dock := &dock{entered: make(chan struct{}), leave: make(chan struct{})}
	d := open(t, func(c *web.Config) { c.Importer, c.Imports = dock, 1 })
	first := make(chan *httptest.ResponseRecorder)
	go func() { first <- d.ask("manager", "POST", "/api/import/items", "x") }()
	<-dock.entered
	d.refused(d.ask("manager", "POST", "/api/import/items", "x"), 503, "import-busy")
	close(dock.leave)
	d.ok(<-first, 200, nil)
}

// shelf is Results of one document.
type shelf struct{}

func (shelf) Results(_ context.Context, by stocktake.Person, from result.Ref, limit int) ([]web.ResultInfo, error) {
	if err := count.MayRead(by); err != nil {
		return nil, err
	}
	if by.Society != society || from.Number > 1 || limit < 1 {
		return nil, nil
	}
	return []web.ResultInfo{{Series: 1, Number: 1, Kind: "result", Verdict: "accepted", Answer: 7}}, nil
}

func (s shelf) Result(ctx context.Context, by stocktake.Person, at result.Ref) (web.ResultDocument, error) {
	list, err := s.Results(ctx, by, at, 1)
	if err != nil {
		return web.ResultDocument{}, err
	}
	if len(list) == 0 {
		return web.ResultDocument{}, stocktake.NoSuch("result", at.String())
	}
	return web.ResultDocument{ResultInfo: list[0], Signed: result.Signed{Document: []byte(`{"a": 1}`), Signature: []byte("x..y\nz..w")}}, nil
}

func TestResults(t *testing.T) {
	d := open(t, func(c *web.Config) { c.Results = shelf{} })
	var list struct{ List []web.ResultInfo }
	d.ok(d.ask("financial-controller", "GET", "/api/results?limit=5", ""), 200, &list)
	if len(list.List) != 1 || list.List[0].Answer != 7 {
		t.Fatalf("got %+v", list)
	}
	d.ok(d.ask("manager", "GET", "/api/results?series=1&number=2", ""), 200, &list)
	if list.List == nil {
		t.Fatal("null")
	}
	d.ok(d.ask("manager", "GET", "/api/results/1/1", ""), 200, nil)
	w := d.ask("manager", "GET", "/api/results/1/1/document", "")
	if w.Code != 200 || w.Body.String() != `{"a": 1}` || strings.Join(w.Header()["Jard-Signature"], " ") != "x..y z..w" || len(w.Header().Get("Jard-Hash")) != 64 {
		t.Fatalf("got %d %s %v", w.Code, w.Body, w.Header())
	}
	d.refused(open(t).ask("manager", "GET", "/api/results", ""), 503, "not-offered")
	d.refused(d.ask("manager", "GET", "/api/results/1/1/receipt", ""), 404, "receipt-awaited")
	d.refused(d.ask("manager", "GET", "/api/results/1/2", ""), 404, "not-found")
	d.refused(d.ask("manager", "GET", "/api/results/1/x", ""), 400, "query-wrong")
}

// answered is a document that the ministry has answered; its receipt verifies unless Forged.
type answered struct {
	shelf
	forged bool
}

func (a answered) Result(ctx context.Context, by stocktake.Person, at result.Ref) (web.ResultDocument, error) {
	d, err := a.shelf.Result(ctx, by, at)
	d.Kind, d.Receipt = "key-change", &result.Signed{Document: []byte(`{"number":7}`)}
	if !a.forged {
		d.Said = &web.ReceiptInfo{Number: 7, Verdict: "refused", ReceivedAt: time.Date(2026, 1, 16, 8, 0, 0, 0, time.UTC), Document: stocktake.HashOf([]byte("d")),
			Faults: []result.Fault{result.NewFault("/number", result.SignatureWrong.New())}, Ministry: "https://ministry.example", Key: "fingerprint-of-it"}
	}
	return d, err
}

func TestReceiptIsReadable(t *testing.T) {
	for forged, wants := range map[bool][]string{
		false: {"refused by the ministry", "/number", "https://ministry.example", "fingerprint-of-it", stocktake.HashOf([]byte("d")).String(), "verified with the ministry", "<details>"},
		true:  {"does not match the ministry", ">7<", "<details>"},
	} {
		d := open(t, func(c *web.Config) { c.Results = answered{forged: forged} })
		body := d.browse("manager", "GET", "/results/1/1", nil, "Cookie", "lang=en").Body.String()
		for _, want := range wants {
			if !strings.Contains(body, want) {
				t.Errorf("forged %v: the page lacks %q: %s", forged, want, body)
			}
		}
		if forged && strings.Contains(body, "verified with") {
			t.Error("a receipt that nobody verified is said to be verified")
		}
	}
}
