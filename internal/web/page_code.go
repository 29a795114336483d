package web

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// Catalogue adds codes to a society's published catalogue. The server fills it in; without it codes are attached to a
// session only.
type Catalogue interface {
	AttachCode(ctx context.Context, by stocktake.Person, item stocktake.ItemID, code string, pack stocktake.Quantity) error
}

// codesPage lists codes that mean no item of the catalogue. One of them may be open, with a search for its item.
type codesPage struct {
	*seen
	Open     piece[count.Unknown]
	Aside    []count.Unknown
	Resolved []count.Resolved
	Code     *count.Unknown // that an item is looked for
	Text     string
	Found    []stocktake.Item
	Lasting  bool // the server can add a code to the catalogue
}

// maxFound bounds the items that a search shows.
const maxFound = 30

func (k *console) codes(v *visit) (frame, error) {
	s, err := v.see("/codes")
	if err != nil {
		return frame{}, err
	}
	p := codesPage{seen: s, Resolved: s.Resolved, Lasting: k.Catalogue != nil, Text: strings.TrimSpace(v.QueryParam("q"))}
	code := cmp.Or(v.QueryParam("code"), v.FormValue("code"))
	var open []count.Unknown
	for n := range s.Unknown {
		u := &s.Unknown[n]
		if u.Code == code {
			p.Code = u
		}
		if u.SetAside == "" {
			open = append(open, *u)
		} else {
			p.Aside = append(p.Aside, *u)
		}
	}
	p.Open = pieceOf(v, open)
	if p.Code != nil && p.Text != "" {
		p.Found = findItems(s.Material.Items, p.Text)
	}
	return sessionFrame("code.title", p), nil
}

// findItems looks for items by parts of their names, id or a barcode, whatever seat or mark Arabic letters have.
func findItems(items map[stocktake.ItemID]stocktake.Item, text string) []stocktake.Item {
	words := strings.Fields(stocktake.Fold(text))
	var found []stocktake.Item
	for _, item := range items {
		said := item.Name.Arabic + " " + item.Name.English + " " + string(item.ID)
		for _, b := range item.Barcodes {
			said += " " + b.Code
		}
		said = stocktake.Fold(said)
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(said, w) }) {
			found = append(found, item)
		}
	}
	slices.SortFunc(found, func(a, b stocktake.Item) int {
		return cmp.Or(cmp.Compare(len(a.Name.String()), len(b.Name.String())), cmp.Compare(a.ID, b.ID))
	})
	return found[:min(len(found), maxFound)]
}

func (k *console) showCodes(v *visit) error {
	f, err := k.codes(v)
	if err != nil {
		return err
	}
	return v.show("codes", f)
}

func (k *console) settleCode(v *visit) error {
	return v.decide("codes", k.codes, func(f *form, id stocktake.SessionID) (string, string, error) {
		ctx := v.Request().Context()
		r := count.Resolution{Code: f.Get("code"), Reason: f.Get("reason"), Digest: count.Digest(f.Get("digest"))}
		done := "done.code-attached"
		switch f.Get("do") {
		case "aside":
			r.SetAside, done = true, "done.code-aside"
		case "take-back":
			r.TakeBack, done = true, "done.taken-back"
		default:
			r.Item, r.Digest = stocktake.ItemID(f.Get("item")), ""
			if r.Pack = f.quantity("pack"); !f.good() {
				return "", "", nil
			}
		}
		if _, err := k.Sessions.ResolveCode(ctx, v.by, id, r); err != nil {
			return "", "", err
		}
		if f.Get("lasting") != "" && r.Item != "" && k.Catalogue != nil {
			// The session has it; that the catalogue could not take it must be said, and is tried again with the same form.
			if err := k.Catalogue.AttachCode(ctx, v.by, r.Item, r.Code, r.Pack); err != nil {
				return "", "", err
			}
			done = "done.code-lasting"
		}
		return "/codes", done, nil
	})
}
