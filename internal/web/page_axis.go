package web

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// axis is the time that a line's story is drawn on, in the units of its picture: 1000 wide. From above it shows the book and its
// steps, what was observed and when, and when the goods of each movement moved. Time runs as the page is read.
type axis struct {
	Height, Foot int
	Marks        []mark
	Book         steps
	Spans        []span
	Windows      []window
	Band         *bandBar
	More         int // movements that are not drawn: the table has them
}

type mark struct {
	X   int
	At  time.Time
	Day bool // another day than the mark before: the date is said
}

// Clock is the mark's time of day in Kuwait.
func (m mark) Clock() string { return m.At.In(kuwait).Format("15:04") }

func (m mark) date() string { return m.At.In(kuwait).Format(time.DateOnly) }

// bar is a stretch of time with a text beside it.
type bar struct {
	X, Width, Y, Text int
	Ends              bool // the text ends at Text and does not begin there
}

// span is one finding on the axis.
type span struct {
	bar
	Adopted, AllHere bool
	Finding          *count.Finding
}

// window is when the goods of a movement may have moved, with the instant at which it was booked.
type window struct {
	bar
	Tick   int
	Booked *count.Booked
}

// steps is the book as it went: a line that steps at each movement.
type steps struct {
	Y           int
	Points      string // of a polyline
	First, Last stocktake.Quantity
	FirstX      int // where the first figure is written, and the last
	LastX       int
	Dots        []int
}

// bandBar is the variance with its band against what is tolerated: shortage to the left, in both languages.
type bandBar struct {
	Y                         int
	From, Width, At           int
	Inside, InsideWidth, Zero int
	Bounded                   bool
}

const (
	axisWidth  = 1000
	axisRow    = 28
	axisTop    = 24
	axisGap    = 6
	axisBook   = 44
	axisWindow = 22
	axisBand   = 34
)

// maxWindows is how many windows are drawn.
const maxWindows = 12

// axisOf draws a line's story from the first to the last thing that it rests on, with a little room.
func axisOf(l *count.Line, found []count.Finding, booked []count.Booked, asOf time.Time, leftwards bool) axis {
	var a axis
	if len(found) == 0 {
		return a
	}
	var drawn []*count.Booked
	for _, undecided := range [...]bool{true, false} { // what makes the band is drawn before the rest
		for n := range booked {
			if b := &booked[n]; b.Undecided() == undecided && (undecided || b.Taken != 0) {
				drawn = append(drawn, b)
			}
		}
	}
	a.More = max(len(drawn)-maxWindows, 0)
	drawn = drawn[:min(len(drawn), maxWindows)]
	slices.SortStableFunc(drawn, func(a, b *count.Booked) int { return a.At.Compare(b.At) })

	from, to := found[0].Interval.Start, found[0].Interval.End
	reach := func(at ...time.Time) {
		for _, t := range at {
			if t.Before(from) {
				from = t
			}
			if t.After(to) {
				to = t
			}
		}
	}
	for _, f := range found {
		reach(f.Interval.Start, f.Interval.End)
	}
	for _, b := range drawn {
		reach(b.Window.Start, b.Window.End, b.At)
	}
	length := max(to.Sub(from), 4*time.Minute) // no two marks in one minute
	from = from.Add(-length / 20)
	length += length/20 + length/4 // a bar of all its length leaves room for a name
	x := func(at time.Time) int {
		n := min(max(int(int64(at.Sub(from))/1000*axisWidth/(int64(length)/1000)), 0), axisWidth)
		if leftwards {
			return axisWidth - n
		}
		return n
	}
	between := func(start, end time.Time, y int) bar {
		one, other := x(start), x(end)
		b := bar{X: min(one, other), Width: max(one, other) - min(one, other), Y: y}
		if b.Width < 4 {
			b.X, b.Width = min(b.X, axisWidth-4), 4
		}
		if b.Text = b.X + b.Width + axisGap; b.X > axisWidth-b.X-b.Width { // on the side with more room
			b.Text, b.Ends = b.X-axisGap, true
		}
		return b
	}
	for n := range 5 {
		at := from.Add(length * time.Duration(n) / 4)
		m := mark{X: min(max(x(at), 2), axisWidth-2), At: at}
		m.Day = n == 0 || m.date() != a.Marks[n-1].date()
		a.Marks = append(a.Marks, m)
	}
	y := axisTop
	a.Book = stepsOf(l, booked, asOf, y, func(at time.Time) int { return x(at) }, from, from.Add(length))
	y += axisBook
	for n := range found {
		f := &found[n]
		a.Spans = append(a.Spans, span{between(f.Interval.Start, f.Interval.End, y+6), f.Adopted, f.AllHere, f})
		y += axisRow
	}
	for _, b := range drawn {
		a.Windows = append(a.Windows, window{between(b.Window.Start, b.Window.End, y+5), x(b.At), b})
		y += axisWindow
	}
	a.Foot = y
	if l.Variance != nil {
		a.Band = bandOf(l, y+8)
		y += axisBand
	}
	a.Height = y + 8
	return a
}

// stepsOf is the book from the snapshot on, as movements were booked; before it, the book as it was taken.
func stepsOf(l *count.Line, booked []count.Booked, asOf time.Time, y int, x func(time.Time) int, from, to time.Time) steps {
	s := steps{Y: y, First: l.Book, Last: l.Book, FirstX: x(from), LastX: x(to)}
	type step struct {
		at    time.Time
		after stocktake.Quantity
	}
	low, high := l.Book, l.Book
	var list []step
	for n := range booked {
		b := &booked[n]
		if b.At.Before(asOf) {
			continue
		}
		s.Last += b.Quantity
		low, high = min(low, s.Last), max(high, s.Last)
		list = append(list, step{b.At, s.Last})
	}
	level := func(q stocktake.Quantity) int {
		if high == low {
			return y + 24
		}
		return y + 36 - int(int64(q-low)*24/int64(high-low))
	}
	var b strings.Builder
	at := level(s.First)
	fmt.Fprintf(&b, "%d,%d", s.FirstX, at)
	for _, t := range list {
		px := x(t.at)
		fmt.Fprintf(&b, " %d,%d", px, at)
		at = level(t.after)
		fmt.Fprintf(&b, " %d,%d", px, at)
		s.Dots = append(s.Dots, px)
	}
	fmt.Fprintf(&b, " %d,%d", s.LastX, at)
	s.Points = b.String()
	return s
}

// bandOf puts zero in the middle, shortage left of it.
func bandOf(l *count.Line, y int) *bandBar {
	v := l.Variance
	b := &bandBar{Y: y, Zero: axisWidth / 2, Bounded: l.Limit < stocktake.MaxNumber}
	half := max(v.Low.Abs(), v.High.Abs(), 1)
	if b.Bounded {
		half = max(half, l.Limit)
	}
	at := func(q stocktake.Quantity) int {
		return axisWidth/2 + int(float64(q)/float64(half)*(axisWidth/2-60)) // a place in a picture, not a figure
	}
	b.From, b.At = at(v.Low), at(v.Quantity)
	b.Width = max(at(v.High)-b.From, 3)
	if b.Bounded {
		b.Inside = at(-l.Limit)
		b.InsideWidth = max(at(l.Limit)-b.Inside, 3)
	}
	return b
}

// why is how a variance comes about: what was counted, less the book, and what of the movements was counted with it or without.
type why struct {
	Counted, Book, Moved, Variance stocktake.Quantity
	Undecided                      int
	Low, High                      stocktake.Quantity
}

// whyOf is nil where the figures do not add up to the variance: a line without one, or whose story has another part.
func whyOf(l *count.Line, booked []count.Booked) *why {
	v := l.Variance
	if v == nil {
		return nil
	}
	w := why{Counted: v.Observed, Book: l.Book, Variance: v.Quantity, Low: v.Low, High: v.High}
	for n := range booked {
		w.Moved += booked[n].Taken
		if booked[n].Undecided() {
			w.Undecided++
		}
	}
	if w.Counted-w.Book+w.Moved != w.Variance {
		return nil
	}
	return &w
}

// Net is a quantity that is added or taken away, in a formula.
func (w *why) Net(q stocktake.Quantity) string {
	if q < 0 {
		return "− " + q.Abs().String()
	}
	return "+ " + q.String()
}

// Signed is a quantity with its sign; zero has none.
func (w *why) Signed(q stocktake.Quantity) string {
	switch {
	case q < 0:
		return "−" + q.Abs().String()
	case q > 0:
		return "+" + q.String()
	}
	return q.String()
}
