package web

import (
	"jard/internal/count"
	"jard/internal/stocktake"
)

// restPage lists the lines met nowhere, before the eyes of whoever signs them as zero.
type restPage struct {
	*seen
	Lines    []restLine
	Total    int // of all that are left in the section
	Value    stocktake.Fils
	Only     stocktake.SectionID
	Sections []option
	Signed   piece[*count.Line]
}

type restLine struct {
	*count.Line
	Ref   string
	Value stocktake.Fils
}

func (k *console) rest(v *visit) (frame, error) {
	s, err := v.see("/rest")
	if err != nil {
		return frame{}, err
	}
	p := restPage{seen: s, Only: stocktake.SectionID(v.QueryParam("section")), Sections: s.sectionOptions(v.tongue)}
	if v.Request().Method == "POST" {
		p.Only = stocktake.SectionID(v.FormValue("section"))
	}
	var signed []*count.Line
	for _, l := range s.View.Lines {
		if p.Only != "" && l.Section != p.Only {
			continue
		}
		if l.RestZero {
			signed = append(signed, l)
		}
		if l.Status != count.LineNotCounted || l.Undirected { // of a part of a section nobody can say what is in the rest
			continue
		}
		p.Total++
		if len(p.Lines) == maxSheet {
			continue
		}
		value, err := stocktake.Value(l.Book, l.Cost)
		if err != nil {
			return frame{}, err
		}
		p.Value += value
		p.Lines = append(p.Lines, restLine{l, lineName(l), value})
	}
	p.Signed = pieceOf(v, signed)
	return sessionFrame("rest.title", p), nil
}

func (k *console) showRest(v *visit) error {
	f, err := k.rest(v)
	if err != nil {
		return err
	}
	return v.show("rest", f)
}

func (k *console) signRest(v *visit) error {
	return v.decide("rest", k.rest, func(f *form, id stocktake.SessionID) (string, string, error) {
		r := count.Rest{Lines: lineNames(f), TakeBack: f.Get("do") == "take-back", Reason: f.Get("reason")}
		_, err := k.Sessions.SignRestZero(v.Request().Context(), v.by, id, r)
		to := "/rest?section=" + seg(f.Get("section"))
		if r.TakeBack {
			return to, "done.taken-back", err
		}
		return to, "done.rest-signed", err
	})
}
