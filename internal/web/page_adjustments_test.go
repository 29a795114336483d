package web_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"jard/internal/result"
	"jard/internal/result/resulttest"
	"jard/internal/stocktake"
	"jard/internal/web"
)

// filed is a society's only result, approved whole, with what was posted of it.
type filed struct {
	shelf
	document *result.Document
	moved    []stocktake.Movement
}

func (f *filed) Result(ctx context.Context, by stocktake.Person, at result.Ref) (web.ResultDocument, error) {
	d, err := f.shelf.Result(ctx, by, at)
	if err == nil {
		d.Signed.Document, err = f.document.Canonical()
	}
	return d, err
}

func (f *filed) Posted(context.Context, stocktake.Person, stocktake.SiteID, uint64) ([]stocktake.Movement, error) {
	return f.moved, nil
}

// TestAdjustmentsAreToldAndReadBack: the books are told differences, as files, and what the feed says was posted stands beside them.
func TestAdjustmentsAreToldAndReadBack(t *testing.T) {
	f := &filed{document: resulttest.Document(3, society, result.Start(), 40)}
	for i := range f.document.Lines {
		f.document.Lines[i].Status = "approved"
	}
	f.document.Lines[0].Reason = "=HYPERLINK(1)"
	vouchers, err := f.document.Vouchers()
	must(t, err)
	first := vouchers[0].Lines[0]
	f.moved = []stocktake.Movement{{ID: "m1", Kind: stocktake.WriteOff, Item: first.Item, Section: first.Section, Quantity: first.Quantity, Posts: "1/1-shortage"}}
	d := open(t, func(c *web.Config) { c.Results, c.Postings = f, f })
	var answer struct {
		Vouchers []result.Voucher
		States   map[result.PostingState]int
	}
	d.ok(d.ask("manager", "GET", "/api/results/1/1/adjustments", ""), http.StatusOK, &answer)
	told := len(vouchers[0].Lines) + len(vouchers[1].Lines)
	if len(answer.Vouchers) != 2 || answer.States[result.PostingExact] != 1 || answer.States[result.PostingMissing] != told-1 {
		t.Fatalf("%+v", answer.States)
	}
	s := &story{desk: d}
	s.page("manager", "/results/1/1/adjustments?state=posted", "posted exactly", "1/1-shortage", "1/1-surplus", string(first.Item))
	file := func(query string) string {
		w := d.browse("manager", "GET", "/results/1/1/adjustments/file?"+query, nil)
		if w.Code != http.StatusOK {
			t.Fatalf("%s: %d %s", query, w.Code, w.Body)
		}
		return w.Body.String()
	}
	csv := file("as=csv&voucher=shortage")
	if lines := strings.Count(csv, "\r\n"); lines != 1+len(vouchers[0].Lines) || strings.Contains(csv, "surplus") || strings.Contains(csv, ",=") {
		t.Errorf("%d lines of %s", lines, csv)
	}
	if !strings.HasPrefix(file("as=xlsx"), "PK") || !strings.Contains(file("as=json"), `"number":"1/1-surplus"`) {
		t.Error("a file is of another kind")
	}
	for _, query := range []string{"", "as=pdf", "as=csv&voucher=all"} {
		if w := d.browse("manager", "GET", "/results/1/1/adjustments/file?"+query, nil); w.Code != http.StatusBadRequest {
			t.Errorf("%q: %d", query, w.Code)
		}
	}
}
