package web

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"jard/internal/count"
	"jard/internal/report"
	"jard/internal/result"
	"jard/internal/stocktake"
)

// Postings reads back from a site's feed what was posted. The server fills it in; nothing is asked of the site's own systems.
type Postings interface {
	// Posted gives the movements behind a position of the site's movement log that post a result or take another movement back.
	Posted(ctx context.Context, by stocktake.Person, site stocktake.SiteID, after uint64) ([]stocktake.Movement, error)
}

// adjustments are the vouchers of a result and how they stand in the books.
type adjustments struct {
	Result   result.Ref                  `json:"result"`
	Corrects *result.Corrects            `json:"corrects,omitempty"`
	Vouchers []result.Voucher            `json:"vouchers"` // none for the books once a correction has replaced the result
	Postings []result.Posting            `json:"postings"` // absent where this server reads no feeds
	States   map[result.PostingState]int `json:"states"`
	AsOf     time.Time                   `json:"as_of"`

	// Replaced is the sealed correction of this result, whose vouchers count now; Correcting an open one. Unposted is how many lines of the result that this one corrects were
	// not in the books as its voucher says when this one was sealed: they are in these vouchers, and are not to be posted any more.
	Replaced   *count.Corrected `json:"replaced,omitempty"`
	Correcting *count.Corrected `json:"correcting,omitempty"`
	Unposted   int              `json:"unposted,omitempty"`

	document *result.Document
}

// SectionName is what a section was called.
func (a *adjustments) SectionName(id stocktake.SectionID) stocktake.Name {
	return a.document.SectionName(id)
}

func (a *api) adjust(c echo.Context, by stocktake.Person) (*adjustments, error) {
	series, err := pathNumber(c, "series")
	if err != nil {
		return nil, err
	}
	n, err := pathNumber(c, "number")
	if err != nil {
		return nil, err
	}
	return a.adjustmentsOf(c.Request().Context(), by, result.Ref{Series: series, Number: n})
}

func (a *api) adjustmentsOf(ctx context.Context, by stocktake.Person, at result.Ref) (*adjustments, error) {
	if err := a.keeps(); err != nil {
		return nil, err
	}
	sealed, err := a.Results.Result(ctx, by, at)
	if err != nil {
		return nil, err
	}
	if sealed.Kind != "" && sealed.Kind != "result" {
		return nil, NoRecord.New(strconv.FormatUint(sealed.Series, 10) + "/" + strconv.FormatUint(sealed.Number, 10))
	}
	d, err := result.Parse(sealed.Signed.Document)
	if err != nil {
		return nil, err
	}
	x := &adjustments{Result: d.Ref(), Corrects: d.Corrects, States: map[result.PostingState]int{}, AsOf: a.Now(), document: d}
	if x.Vouchers, err = d.Vouchers(); err != nil {
		return nil, err
	}
	switch c, err := a.Sessions.CorrectionOf(ctx, by, d.Session.ID); {
	case err != nil:
		return nil, err
	case c != nil && c.State == count.LogSealed:
		x.Replaced = c
	default:
		x.Correcting = c
	}
	var replaced []*result.Document // as far as they are at hand
	for c := d.Corrects; c != nil; c = replaced[len(replaced)-1].Corrects {
		before, err := a.documentAt(ctx, by, c.Ref())
		if errors.Is(err, stocktake.Missing) {
			break
		}
		if err != nil {
			return nil, err
		}
		replaced = append(replaced, before)
	}
	if len(replaced) > 0 {
		if x.Unposted, err = d.Unposted(replaced[0]); err != nil {
			return nil, err
		}
	}
	if a.Postings == nil {
		return x, nil
	}
	moved, err := a.Postings.Posted(ctx, by, d.Session.Site, d.Movements.Position)
	if err != nil {
		return nil, err
	}
	all := moved
	if len(replaced) > 0 {
		if all, err = a.Postings.Posted(ctx, by, d.Session.Site, 0); err != nil {
			return nil, err
		}
	}
	if x.Postings, err = d.PostingsSince(all, moved, replaced); err != nil {
		return nil, err
	}
	for _, p := range x.Postings {
		x.States[p.State]++
	}
	return x, nil
}

// documentAt reads a result of the society.
func (a *api) documentAt(ctx context.Context, by stocktake.Person, at result.Ref) (*result.Document, error) {
	sealed, err := a.Results.Result(ctx, by, at)
	if err != nil {
		return nil, err
	}
	return result.Parse(sealed.Signed.Document)
}

func (a *api) adjustments(c echo.Context, by stocktake.Person) error {
	x, err := a.adjust(c, by)
	if err != nil {
		return err
	}
	if x.Replaced != nil { // a machine would post them
		x.Vouchers = []result.Voucher{}
	}
	return c.JSON(http.StatusOK, x)
}

// adjustmentsPage shows the vouchers, and beside each line what was posted.
type adjustmentsPage struct {
	*adjustments
	Path string
	Days int // since the result was sealed
	Of   result.PostingState
	List piece[result.Posting]
}

func (k *console) showAdjustments(v *visit) error {
	x, err := k.adjust(v.Context, v.by)
	if err != nil {
		return err
	}
	p := adjustmentsPage{adjustments: x, Path: "/results/" + x.Result.String(), Of: result.PostingState(v.QueryParam("state")),
		Days: int(x.AsOf.Sub(x.Vouchers[0].Sealed.Time()) / (24 * time.Hour))}
	var list []result.Posting
	for _, l := range x.Postings {
		if p.Of == "" || l.State == p.Of {
			list = append(list, l)
		}
	}
	p.List = pieceOf(v, list)
	return v.show("adjustments", frame{Title: "adjustment.title", Nav: "results", Data: p})
}

// downloadAdjustments gives the vouchers as a file for the books: ?as=csv, xlsx or json, both or, with ?voucher=, one. Those of a
// result that was replaced are refused: posted beside the correction's they would count twice.
func (k *console) downloadAdjustments(v *visit) error {
	x, err := k.adjust(v.Context, v.by)
	if err != nil {
		return err
	}
	if c := x.Replaced; c != nil {
		return VouchersReplaced.New(result.Ref{Series: c.Series, Number: c.Number}.String())
	}
	chosen := x.Vouchers[:0:0]
	for _, o := range x.Vouchers {
		if only := v.QueryParam("voucher"); only == "" || only == o.Kind {
			chosen = append(chosen, o)
		}
	}
	if len(chosen) == 0 {
		return QueryWrong.New("voucher")
	}
	var out bytes.Buffer
	as, kind := v.QueryParam("as"), ""
	switch as {
	case "csv":
		kind = "text/csv; charset=utf-8"
		all := voucherTable("")
		for _, o := range chosen {
			all.Rows = append(all.Rows, voucherRows(o)...)
		}
		err = all.CSV(&out)
	case "xlsx":
		kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
		var sheets []report.Table
		for _, o := range chosen {
			t := voucherTable(o.Kind)
			t.Name, t.RightToLeft = v.tongue.t("paper.shortage"), v.tongue.dir() == "rtl"
			if o.Kind == result.Surplus {
				t.Name = v.tongue.t("paper.surplus")
			}
			for n, key := range t.Head {
				t.Head[n] = v.tongue.t("voucher." + key)
			}
			t.Rows = voucherRows(o)
			sheets = append(sheets, t)
		}
		err = report.XLSX(&out, sheets...)
	case "json":
		return v.JSON(http.StatusOK, chosen)
	default:
		return QueryWrong.New("as")
	}
	if err != nil {
		return err
	}
	name := "vouchers-" + strconv.FormatUint(x.Result.Series, 10) + "-" + strconv.FormatUint(x.Result.Number, 10) + "." + as
	v.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="`+name+`"`)
	return v.Blob(http.StatusOK, kind, out.Bytes())
}

func voucherTable(name string) report.Table {
	return report.Table{Name: name, Head: []string{
		"voucher", "kind", "site", "section", "item", "gtin14", "name", "unit", "quantity", "unit-cost", "value", "code", "reason",
	}}
}

// voucherRows are a voucher's lines: quantities in units, costs in fils, values in dinars.
func voucherRows(o result.Voucher) [][]report.Cell {
	rows := make([][]report.Cell, 0, len(o.Lines))
	for _, l := range o.Lines {
		name := l.Name.Arabic
		if name == "" {
			name = l.Name.English
		}
		rows = append(rows, []report.Cell{
			report.Text(o.Number), report.Text(o.Kind), report.Text(string(o.Site)), report.Text(string(l.Section)), report.Text(string(l.Item)),
			report.Text(l.GTIN), report.Text(name), report.Text(string(l.Unit)), report.Number(l.Quantity.String()), report.Number(l.Cost.String()),
			report.Number(l.Value.String()), report.Text(l.Code), report.Text(l.Reason),
		})
	}
	return rows
}

// VouchersReplaced is of the vouchers of a result that a correction has replaced.
var VouchersReplaced = stocktake.NewReason(stocktake.Conflict, "vouchers-replaced",
	"A correction has replaced this result, and its vouchers are not to be posted any more: take those of result %s.",
	"حلّ تصحيح محل هذه النتيجة ولا تُرحَّل سنداتها بعد الآن: خذ سندات النتيجة %s.")
