package web

import (
	"net/url"
	"slices"
	"strings"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// boardPage is a session's lines: all of them over the live feed, and without it a part at a time.
type boardPage struct {
	*seen
	Lines    piece[*count.Line]
	Statuses []option
	Sections []option
	Query    struct{ Status, Section, Text string }
	More     string // the query of the other parts
	Live     liveBoard
}

// liveBoard is what the island begins with.
type liveBoard struct {
	Session stocktake.SessionID `json:"session"`
	Base    string              `json:"base"`
	Most    int                 `json:"most"` // lines on one sheet
	Lang    string              `json:"lang"`
	Indic   bool                `json:"indic"`
	Words   map[string]any      `json:"words"`
}

// lineStatuses are the statuses that a line may be looked for by, the urgent ones first.
var lineStatuses = []count.LineStatus{
	count.LineOutside, count.LineUncertain, count.LineDisputed, count.LineReturned, count.LineRejected, count.LineRecounting,
	count.LineCounting, count.LineNotCounted, count.LinePartial, count.LineOverflow, count.LineApproved, count.LineWithin,
}

// boardWords are the texts that the island says.
var boardWords = []string{
	"session-state.issued", "session-state.counting", "session-state.recount", "session-state.review", "session-state.approved",
	"session-state.sealed", "session-state.cancelled",
	"line.status-not-counted", "line.status-partial", "line.status-counting", "line.status-recounting", "line.status-disputed",
	"line.status-overflow", "line.status-within", "line.status-outside", "line.status-uncertain", "line.status-approved",
	"line.status-rejected", "line.status-returned", "line.match", "line.may-match", "line.shortage", "line.surplus", "unit.kd", "unit.", "unit.piece", "unit.kg", "unit.litre", "unit.metre",
	"location.status-not-started", "location.status-counting", "location.status-partial", "location.status-given-up",
	"location.status-closed", "location.status-disputed", "location.status-set-aside",
	"column.name", "column.item", "column.section", "column.category", "column.status", "column.book", "column.counted",
	"column.unit", "column.variance", "column.bar", "column.value", "column.round",
	"board.comma", "board.nobody-yet", "board.observations", "board.online", "board.offline", "board.unsent", "board.battery",
	"board.ago-now", "board.ago-minutes", "board.ago-hours", "board.ago-days", "board.scans-a-minute", "board.choose", "board.choose-all",
	"board.bar-exact", "board.bar-band", "board.chosen", "board.lines", "board.in-lines", "board.settle", "board.link-connecting",
	"board.link-live", "board.link-stale", "board.link-signed-out",
}

func (k *console) showBoard(v *visit) error {
	s, err := v.see("")
	if err != nil {
		return err
	}
	p := boardPage{seen: s, Sections: s.sectionOptions(v.tongue)}
	p.Query.Status, p.Query.Section, p.Query.Text = v.QueryParam("status"), v.QueryParam("section"), strings.TrimSpace(v.QueryParam("q"))
	p.Statuses = []option{{Value: "", Text: v.tongue.t("board.all-statuses")}, {Value: "waits", Text: v.tongue.t("board.waits")}}
	for _, x := range lineStatuses {
		p.Statuses = append(p.Statuses, option{Value: string(x), Text: v.tongue.t("line.status-" + string(x))})
	}
	want := stocktake.Fold(p.Query.Text)
	var list []*count.Line
	for _, l := range s.View.Lines {
		if p.Query.Section != "" && p.Query.Section != string(l.Section) ||
			p.Query.Status == "waits" && !l.Waits() || p.Query.Status != "" && p.Query.Status != "waits" && p.Query.Status != string(l.Status) {
			continue
		}
		if want != "" {
			item := s.Material.Items[l.Item]
			if !strings.Contains(stocktake.Fold(item.Name.Arabic+" "+item.Name.English+" "+string(l.Item)), want) {
				continue
			}
		}
		list = append(list, l)
	}
	p.Lines = pieceOf(v, list)
	p.More = url.Values{"status": {p.Query.Status}, "section": {p.Query.Section}, "q": {p.Query.Text}}.Encode()
	p.Live = s.live(v, maxSheet, boardWords)
	return v.show("board", sessionFrame("board.title", p))
}

// maxSheet bounds the lines of one sheet: what a person can be said to have looked at.
const maxSheet = 500

// lineNames reads the lines that a form names as section and item with a tab between, as the board sends them; a digest
// may follow.
func lineNames(f *form) []count.LineRef {
	var list []count.LineRef
	for _, s := range f.lines() {
		section, rest, _ := strings.Cut(s, "\t")
		item, digest, _ := strings.Cut(rest, "\t")
		list = append(list, count.LineRef{Section: stocktake.SectionID(section), Item: stocktake.ItemID(item), Digest: count.Digest(digest)})
	}
	return list
}

// lines are the lines of a form: a field each, or many in one, under each other.
func (f *form) lines() []string {
	list := slices.Clone(f.All("line"))
	for _, many := range f.All("lines") {
		for s := range strings.Lines(many) {
			if s = strings.TrimRight(s, "\r\n"); s != "" {
				list = append(list, s)
			}
		}
	}
	return list
}

// lineName is what lineNames reads.
func lineName(l *count.Line) string {
	return string(l.Section) + "\t" + string(l.Item) + "\t" + string(l.Digest)
}

// quantity reads a decimal quantity typed with either kind of digits.
func (f *form) quantity(name string) stocktake.Quantity {
	s := latin(f.need(name))
	if s == "" {
		return 0
	}
	n, err := stocktake.ParseThousandths(s)
	if err != nil {
		f.wrong(name, stocktake.Fault(err))
	}
	return stocktake.Quantity(n)
}
