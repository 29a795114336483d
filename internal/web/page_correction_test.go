package web_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"jard/internal/count"
	"jard/internal/result"
	"jard/internal/result/resulttest"
	"jard/internal/stocktake"
	"jard/internal/web"
)

// replaced is a society's result and the correction of it.
type replaced struct {
	shelf
	documents []*result.Document
}

func (r *replaced) Result(_ context.Context, _ stocktake.Person, at result.Ref) (web.ResultDocument, error) {
	n := slices.IndexFunc(r.documents, func(d *result.Document) bool { return d.Ref() == at })
	if n < 0 {
		return web.ResultDocument{}, stocktake.NoSuch("result", at.String())
	}
	d := r.documents[n]
	b, err := d.Canonical()
	return web.ResultDocument{ResultInfo: web.ResultInfo{Series: d.Series, Number: d.Number, Kind: "result", Session: d.Session.ID}, Signed: result.Signed{Document: b}}, err
}

// underCorrection is a society whose sessions have one correction.
type underCorrection struct {
	sessions
	correction *count.Corrected
}

func (u *underCorrection) CorrectionOf(context.Context, stocktake.Person, stocktake.SessionID) (*count.Corrected, error) {
	return u.correction, nil
}

// TestVouchersOfAReplacedResult: nobody gets the vouchers of a result that a sealed correction has replaced; while it is open they are told of it.
func TestVouchersOfAReplacedResult(t *testing.T) {
	f, u := &filed{document: resulttest.Document(3, society, result.Start(), 40)}, &underCorrection{}
	for i := range f.document.Lines {
		f.document.Lines[i].Status = "approved"
	}
	s := &story{desk: open(t, func(c *web.Config) {
		u.sessions = c.Sessions
		c.Results, c.Sessions = f, u
	})}
	vouchers := func() int {
		var answer struct{ Vouchers []result.Voucher }
		s.ok(s.ask("manager", "GET", "/api/results/1/1/adjustments", ""), http.StatusOK, &answer)
		return len(answer.Vouchers)
	}
	const at, file = "/results/1/1/adjustments", "/results/1/1/adjustments/file?as=csv"
	if body := s.page("manager", at, "as=csv"); strings.Contains(body, "A correction") || vouchers() != 2 {
		t.Error("nothing corrects it")
	}
	u.correction = &count.Corrected{Session: "again", Name: stocktake.Name{English: "Again"}, State: count.LogOpen}
	s.page("manager", at, "as=csv", "A correction of this result is open", `href="/sessions/again"`)
	if w := s.browse("manager", "GET", file, nil); w.Code != http.StatusOK || vouchers() != 2 {
		t.Errorf("while the correction is open: %d", w.Code)
	}
	u.correction.State, u.correction.Series, u.correction.Number = count.LogSealed, 1, 2
	if body := s.page("manager", at, "post its vouchers no more", `href="/results/1/2/adjustments"`, "Not to be posted"); strings.Contains(body, "as=csv") {
		t.Error("the replaced vouchers are offered")
	}
	w := s.browse("manager", "GET", file, nil)
	if w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), "حلّ تصحيح محل هذه النتيجة") || vouchers() != 0 {
		t.Errorf("%d %s, %d vouchers", w.Code, w.Body, vouchers())
	}
}

// TestCorrectionOnPaperAndForTheBooks: the record says why and what has changed; the vouchers say what is left, and what of the first is not to be posted.
func TestCorrectionOnPaperAndForTheBooks(t *testing.T) {
	first := resulttest.Document(3, society, result.Start(), 40)
	for i := range first.Lines {
		first.Lines[i].Status = "approved"
	}
	b, err := first.Canonical()
	must(t, err)
	next, err := result.Parse(b)
	must(t, err)
	next.Number, next.Previous, next.Type, next.Session.ID = 2, stocktake.HashOf(b), result.Correction, "again"
	next.Corrects = &result.Corrects{Series: 1, Number: 1, Hash: stocktake.HashOf(b), Session: first.Session.ID, Reason: "تأخر وصول جهاز"}
	l := &next.Lines[0]
	l.Snapshot += 7000
	*l, err = result.NewLine(*l)
	must(t, err)
	l.Low, l.High = min(l.Low, l.Variance), max(l.High, l.Variance)
	vouchers, err := first.Vouchers()
	must(t, err)
	moved := []stocktake.Movement{{ID: "m1", Item: vouchers[0].Lines[0].Item, Section: vouchers[0].Lines[0].Section, Quantity: vouchers[0].Lines[0].Quantity, Posts: "1/1"}}
	next.Posted, err = result.PostedFor([]*result.Document{first}, moved)
	must(t, err)
	must(t, next.Total())
	r := &replaced{documents: []*result.Document{first, next}}
	s := &story{desk: open(t, func(c *web.Config) { c.Results = r })}

	s.page("manager", "/results/1/2", "Replaces", `href="/results/1/1"`, "تأخر وصول جهاز", `href="/sessions/again/after"`)
	s.page("manager", "/results/1/2/record", "This record replaces record 1/1 in full.", "Reason for the correction: <bdi>تأخر وصول جهاز", "What has changed against the first record", string(l.Item))
	if strings.Contains(s.page("manager", "/results/1/1/record"), "What has changed") {
		t.Error("an original has changed against nothing")
	}
	told := len(vouchers[0].Lines) + len(vouchers[1].Lines)
	var answer struct{ Unposted int }
	s.ok(s.ask("manager", "GET", "/api/results/1/2/adjustments", ""), http.StatusOK, &answer)
	if answer.Unposted != told-1 {
		t.Errorf("%d of %d lines were not posted", answer.Unposted, told)
	}
	s.page("manager", "/results/1/2/adjustments", "This result replaces 1/1", "do not post that one&#39;s vouchers")
}
