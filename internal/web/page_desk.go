package web

import (
	"cmp"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// deskPage is the variance desk: what waits for a decision, all variances once the session is over, under the section and the person that answers for it. The island shows all
// lines and filters them; without it what waits is listed a part at a time.
type deskPage struct {
	*seen
	Groups   []deskGroup
	Sum      sheetSum
	Rows     piece[*count.Line]
	Statuses []option
	More     string
	Live     liveDesk
}

// deskGroup is a section with what waits there.
type deskGroup struct {
	Section stocktake.SectionID
	Sum     sheetSum
}

// liveDesk is what the island begins with.
type liveDesk struct {
	liveBoard
	Shows      string                                 `json:"shows"`     // the lines that it opens with: those that wait, or all variances where nothing waits any more
	Recounted  int                                    `json:"recounted"` // lines of one recount
	Custodians map[stocktake.SectionID]stocktake.Name `json:"custodians"`
}

// deskWords are the texts that the desk's island says besides those of the board.
var deskWords = []string{
	"line.custodian", "line.shortage", "line.surplus", "desk.choose-group", "desk.nobody", "desk.lapsed", "desk.lapsed-means", "desk.comments",
	"desk.about", "desk.notes", "hint.pack", "hint.swap", "hint.transfer", "hint.section", "hint.unit",
}

// maxRecountLines bounds the lines that are ordered to be counted again at once from the desk: its form names each of them and where it is.
const maxRecountLines = 5000

func (k *console) showDesk(v *visit) error {
	s, err := v.see("/desk")
	if err != nil {
		return err
	}
	p := deskPage{seen: s, More: url.Values{}.Encode()}
	p.Statuses = []option{{"waits", v.tongue.t("board.waits"), ""}, {"variance", v.tongue.t("desk.any-variance"), ""}, {"", v.tongue.t("board.all-statuses"), ""}}
	for _, x := range lineStatuses {
		p.Statuses = append(p.Statuses, option{Value: string(x), Text: v.tongue.t("line.status-" + string(x))})
	}
	var waiting []*count.Line
	sums := map[stocktake.SectionID]*sheetSum{}
	for _, l := range s.View.Lines {
		if s.Over() && (l.Variance == nil || l.Variance.Quantity == 0) || !s.Over() && !l.Waits() {
			continue
		}
		waiting = append(waiting, l)
		if sums[l.Section] == nil {
			sums[l.Section] = &sheetSum{}
		}
		sums[l.Section].add(l)
		p.Sum.add(l)
	}
	for _, id := range slices.Sorted(maps.Keys(sums)) {
		p.Groups = append(p.Groups, deskGroup{id, *sums[id]})
	}
	slices.SortStableFunc(waiting, func(a, b *count.Line) int {
		return cmp.Or(cmp.Compare(a.Section, b.Section), cmp.Compare(b.Variance.Value.Abs(), a.Variance.Value.Abs()))
	})
	p.Rows = pieceOf(v, waiting)
	p.Live = liveDesk{liveBoard: s.live(v, count.MaxLines, boardWords, deskWords), Shows: "waits", Recounted: maxRecountLines, Custodians: map[stocktake.SectionID]stocktake.Name{}}
	if s.Over() {
		p.Live.Shows = "variance"
	}
	for _, x := range s.Material.Site.Sections {
		p.Live.Custodians[x.ID] = x.Custodian
	}
	return v.show("desk", sessionFrame("desk.title", p))
}

// hintAnswer is a hint as the desk shows it.
type hintAnswer struct {
	Section stocktake.SectionID `json:"section"`
	Item    stocktake.ItemID    `json:"item"`
	Kind    count.HintKind      `json:"kind"`
	Text    string              `json:"text"`
}

// deskHints answers the island with what variances are likely to be.
func (k *console) deskHints(v *visit) error {
	id, err := param(v.Context, "session")
	if err != nil {
		return err
	}
	list, err := k.Sessions.Hints(v.Request().Context(), v.by, stocktake.SessionID(id))
	if err != nil {
		return err
	}
	answer := make([]hintAnswer, 0, len(list))
	for _, h := range list {
		answer = append(answer, hintAnswer{h.Section, h.Item, h.Kind, v.tongue.digits(v.tongue.name(h.Text))})
	}
	return v.JSON(http.StatusOK, answer)
}

// live is what an island of the session begins with, its words among it.
func (s *seen) live(v *visit, most int, words ...[]string) liveBoard {
	b := liveBoard{Session: s.ID, Base: s.Base(), Most: most, Lang: v.tongue.lang, Indic: v.tongue.indic, Words: map[string]any{}}
	for _, key := range slices.Concat(words...) {
		x := v.tongue.phrase[key]
		if b.Words[key] = any(x.text); x.forms != nil {
			b.Words[key] = x.forms
		}
	}
	return b
}
