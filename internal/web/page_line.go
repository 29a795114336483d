package web

import (
	"slices"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// linePage is the story of one line: why a supervisor believes its number.
type linePage struct {
	*seen
	Line     *count.Line
	Findings []count.Finding
	Moves    []count.Move
	Booked   []count.Booked // of the feed, that matter to it
	Others   int            // booked since the snapshot, which change nothing here
	Axis     axis
	Why      *why
	Limit    stocktake.Quantity
	Bounded  bool
	Disputed bool
	Ref      string
	Comments []count.Comment
	Hints    []count.Hint

	Rounds     []roundsRow // side by side, place by place
	RoundNames []int
	MayAsk     bool // whoever looks may have it tested
}

// OfDesk reports whether it was opened from the desk, to which it leads back.
func (p linePage) OfDesk() bool { return p.tab == "/desk" }

// Posts is what an approval posts where the variance is a band; nil where it is one figure.
func (p linePage) Posts() (*posted, error) { return postsOf(p.Line) }

func (k *console) showLine(v *visit) error {
	f, err := k.line(v)
	if err != nil {
		return err
	}
	return v.show("line", f)
}

// commentLine writes a comment beside a line.
func (k *console) commentLine(v *visit) error {
	r := count.Remark{Section: stocktake.SectionID(v.QueryParam("section")), Item: stocktake.ItemID(v.QueryParam("item"))}
	return v.decide("line", k.line, func(f *form, id stocktake.SessionID) (string, string, error) {
		r.Text = f.Get("text")
		_, err := k.Sessions.CommentLine(v.Request().Context(), v.by, id, r)
		return "/line?" + lineQuery(r.Section, r.Item), "done.commented", err
	})
}

func (k *console) line(v *visit) (frame, error) {
	tab := ""
	if v.QueryParam("of") == "desk" { // opened from the desk
		tab = "/desk"
	}
	s, err := v.see(tab)
	if err != nil {
		return frame{}, err
	}
	section, item := stocktake.SectionID(v.QueryParam("section")), stocktake.ItemID(v.QueryParam("item"))
	l := s.View.Line(section, item)
	if l == nil {
		return frame{}, stocktake.NoSuch("line", string(section)+" / "+string(item))
	}
	p := linePage{seen: s, Line: l, Findings: s.Findings(section, item), Moves: s.MovesOf(section, item), Ref: lineName(l)}
	booked, err := k.Sessions.Story(v.Request().Context(), v.by, s.Plan.Session, section, item)
	if err != nil {
		return frame{}, err
	}
	p.Axis = axisOf(l, p.Findings, booked, s.Material.Snapshot.AsOf, v.tongue.dir() == "rtl")
	p.Why = whyOf(l, booked)
	for _, b := range booked {
		if b.Taken == 0 && !b.Undecided() {
			p.Others++
		} else {
			p.Booked = append(p.Booked, b)
		}
	}
	p.RoundNames, p.MayAsk = s.rounds(), s.View.Tests(s.Me.ID)
	p.Rounds = sideBySide(s.RoundsOf(section, item), p.RoundNames)
	p.Limit = l.Limit
	p.Bounded = p.Limit < stocktake.MaxNumber
	p.Disputed = slices.ContainsFunc(s.Disputes, func(d count.Dispute) bool { return d.Section == section && d.Item == item })
	p.Hints = s.HintsOf(section, item)
	p.Comments = s.CommentsOf(section, item)
	return sessionFrame("line.title", p), nil
}
