package web

import (
	"slices"
	"time"

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
	Limit    stocktake.Quantity
	Bounded  bool
	Disputed bool
	Ref      string
	Comments []count.Comment
	Hints    []count.Hint
}

// axis is the time that a line's story is drawn on, in the units of its picture: 1000 wide.
type axis struct {
	Height, Foot int
	Marks        []mark
	Spans        []span
	Windows      []window
	Now          int // where the story ends
}

type mark struct {
	X   int
	At  time.Time
	Day bool // another day than the mark before: the date is said
}

// Clock is the mark's time of day in Kuwait.
func (m mark) Clock() string { return m.At.In(kuwait).Format("15:04") }

func (m mark) date() string { return m.At.In(kuwait).Format(time.DateOnly) }

// span is one finding on the axis.
type span struct {
	X, Width, Y, Text int
	Ends              bool // the text ends at Text and does not begin there
	Adopted, AllHere  bool
	Finding           *count.Finding
}

// window is when the goods of a movement moved that is not decided.
type window struct {
	X, Width, Y int
	Booked      *count.Booked
}

const (
	axisWidth = 1000
	axisRow   = 28
	axisTop   = 24
	axisGap   = 6

	axisWindow = 14
)

// maxWindows is how many windows are drawn: the table has all.
const maxWindows = 12

// axisOf draws findings under each other, and below them the windows of the movements that make the band, from the first to the last
// finding with a little room. Time runs as the page is read.
func axisOf(list []count.Finding, booked []count.Booked, leftwards bool) axis {
	booked = slices.DeleteFunc(slices.Clone(booked), func(b count.Booked) bool { return !b.Undecided() })
	booked = booked[:min(len(booked), maxWindows)]
	foot := axisTop + axisRow*len(list) + axisWindow*len(booked)
	a := axis{Height: foot + 8, Foot: foot}
	if len(list) == 0 {
		return a
	}
	from, to := list[0].Interval.Start, list[0].Interval.End
	for _, f := range list {
		if f.Interval.Start.Before(from) {
			from = f.Interval.Start
		}
		if f.Interval.End.After(to) {
			to = f.Interval.End
		}
	}
	length := max(to.Sub(from), 4*time.Minute) // no two marks in one minute
	from = from.Add(-length / 20)
	length += length/20 + length/4 // a bar of all its length leaves room for a name
	x := func(at time.Time) int {
		return min(max(int(int64(at.Sub(from))/1000*axisWidth/(int64(length)/1000)), 0), axisWidth)
	}
	for n := range 5 {
		at := from.Add(length * time.Duration(n) / 4)
		m := mark{X: min(max(x(at), 2), axisWidth-2), At: at}
		m.Day = n == 0 || m.date() != a.Marks[n-1].date()
		a.Marks = append(a.Marks, m)
	}
	for n := range list {
		f := &list[n]
		begin := x(f.Interval.Start)
		a.Spans = append(a.Spans, span{X: begin, Width: max(x(f.Interval.End)-begin, 4), Y: axisTop + axisRow*n + 6, Adopted: f.Adopted,
			AllHere: f.AllHere, Finding: f})
	}
	for n := range booked {
		b := &booked[n]
		begin := x(b.Window.Start)
		a.Windows = append(a.Windows, window{X: begin, Width: max(x(b.Window.End)-begin, 4), Y: axisTop + axisRow*len(list) + axisWindow*n + 3, Booked: b})
	}
	if leftwards {
		for n := range a.Windows {
			a.Windows[n].X = axisWidth - a.Windows[n].X - a.Windows[n].Width
		}
		for n := range a.Marks {
			a.Marks[n].X = axisWidth - a.Marks[n].X
		}
		for n := range a.Spans {
			a.Spans[n].X = axisWidth - a.Spans[n].X - a.Spans[n].Width
		}
	}
	for n := range a.Spans { // beside its bar, on the side with more room
		s := &a.Spans[n]
		if s.Text = s.X + s.Width + axisGap; s.X > axisWidth-s.X-s.Width {
			s.Text, s.Ends = s.X-axisGap, true
		}
	}
	return a
}

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
	s, err := v.see("")
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
	for _, b := range booked {
		if b.Taken == 0 && !b.Undecided() {
			p.Others++
		} else {
			p.Booked = append(p.Booked, b)
		}
	}
	p.Axis = axisOf(p.Findings, p.Booked, v.tongue.dir() == "rtl")
	p.Limit = l.Limit
	p.Bounded = p.Limit < stocktake.MaxNumber
	p.Disputed = slices.ContainsFunc(s.Disputes, func(d count.Dispute) bool { return d.Section == section && d.Item == item })
	p.Hints = s.HintsOf(section, item)
	p.Comments = s.CommentsOf(section, item)
	return sessionFrame("line.title", p), nil
}
