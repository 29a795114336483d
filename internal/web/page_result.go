package web

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"

	"jard/internal/result"
	"jard/internal/stocktake"
)

// resultPages show a society's sealed documents and where each stands with the ministry.
func (k *console) resultPages() []route {
	return []route{
		{path: "/results", roles: resultReaders, get: k.showResults},
		{path: "/results/:series/:number", roles: resultReaders, get: k.showResult},
		{path: "/results/:series/:number/adjustments", roles: resultReaders, get: k.showAdjustments},
		{path: "/results/:series/:number/adjustments/file", roles: resultReaders, get: k.downloadAdjustments},
		{path: "/results/:series/:number/document", roles: resultReaders, get: func(v *visit) error { return k.document(v.Context, v.by) }},
		{path: "/results/:series/:number/receipt", roles: resultReaders, get: func(v *visit) error { return k.receipt(v.Context, v.by) }},
	}
}

// resultsPage lists documents, the last first, with what their sessions are called.
type resultsPage struct {
	List  piece[ResultInfo]
	Names map[stocktake.SessionID]stocktake.Name
}

// oneResultPage is one document.
type oneResultPage struct {
	ResultInfo
	Result   *result.Document // nil for a change of key
	Answered bool
	Said     *ReceiptInfo // the receipt; nil where there is none, or it does not verify
	Signed   string       // the receipt as it was signed, indented
}

func (k *console) showResults(v *visit) error {
	if err := k.keeps(); err != nil {
		return err
	}
	var all []ResultInfo
	for at := (result.Ref{}); ; {
		list, err := k.Results.Results(v.Request().Context(), v.by, at, 100)
		if err != nil {
			return err
		}
		all = append(all, list...)
		if len(list) < 100 {
			break
		}
		at = result.Ref{Series: list[99].Series, Number: list[99].Number + 1}
	}
	slices.Reverse(all)
	sessions, err := k.Sessions.Sessions(v.Request().Context(), v.by)
	if err != nil {
		return err
	}
	names := make(map[stocktake.SessionID]stocktake.Name, len(sessions))
	for _, i := range sessions {
		names[i.Session] = i.Name
	}
	return v.show("results", frame{Title: "result.title", Nav: "results", Data: resultsPage{List: pieceOf(v, all), Names: names}})
}

func (k *console) showResult(v *visit) error {
	d, err := k.oneResult(v.Context, v.by)
	if err != nil {
		return err
	}
	p := oneResultPage{ResultInfo: d.ResultInfo, Answered: d.Receipt != nil, Said: d.Said}
	if d.Kind == "result" {
		p.Result = new(result.Document)
		if err := json.Unmarshal(d.Signed.Document, p.Result); err != nil {
			return stocktake.Broken.Wrap(err)
		}
	}
	if d.Receipt != nil {
		var out bytes.Buffer
		if json.Indent(&out, d.Receipt.Document, "", "  ") == nil {
			p.Signed = out.String()
		}
	}
	return v.show("result", frame{Title: "result.one", Nav: "results", Data: p})
}

// Path is the address of a document.
func (r ResultInfo) Path() string {
	return "/results/" + strconv.FormatUint(r.Series, 10) + "/" + strconv.FormatUint(r.Number, 10)
}
