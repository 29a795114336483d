package web

import (
	"slices"
	"strconv"
	"time"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// testsPage lists what was tested and what came of it, and lets the committee ask for more.
type testsPage struct {
	*seen
	Found    piece[testRow]
	Out      []testTask
	Draws    []testDraw
	Lines    []string // chosen on another page
	Names    []stocktake.ItemID
	Sections []option
	Testers  []option
	Asks     bool // whoever looks may have lines tested now
}

// testRow is one item at one location, counted and tested.
type testRow struct {
	count.TestFound
	Line *count.Line
	Band bool // what the test was to find is no single figure
}

// testTask is a test that is out, or that was walked by somebody whose test says nothing.
type testTask struct {
	recountTask
	Refs []string // its lines
	Back bool     // whoever looks may take it back
}

// testDraw is a sample as it was drawn, by which it can be drawn again.
type testDraw struct {
	count.Draw
	By stocktake.PersonID
	At time.Time
}

func (k *console) tests(v *visit) (frame, error) {
	s, err := v.see("/tests")
	if err != nil {
		return frame{}, err
	}
	p := testsPage{seen: s, Sections: s.sectionOptions(v.tongue), Asks: s.View.Tests(s.Me.ID) && !s.Over() && !s.Closing}
	var rows []testRow
	for _, l := range s.View.Lines {
		for _, t := range l.Tests {
			rows = append(rows, testRow{t, l, t.Low != t.High})
		}
	}
	slices.SortStableFunc(rows, func(a, b testRow) int {
		if a.Differs() != b.Differs() {
			if a.Differs() {
				return -1
			}
			return 1
		}
		return -a.At.Compare(b.At)
	})
	p.Found = pieceOf(v, rows)
	for _, t := range s.View.Tasks {
		if t.Test && !t.Done {
			x := testTask{recountTask: recountTask{t, t.Overdue(k.Now())}, Back: !s.Over() && s.MayWithdrawTest(v.by, &t)}
			for _, l := range s.linesOf(&t) {
				x.Refs = append(x.Refs, lineName(l))
			}
			p.Out = append(p.Out, x)
		}
	}
	for _, d := range s.View.Draws {
		p.Draws = append(p.Draws, testDraw{d.Draw, d.Person, d.At})
	}
	p.Lines = v.QueryParams()["line"]
	if form := v.Request().PostForm; v.Request().Method == "POST" && form.Get("do") != "again" {
		p.Lines = form["line"]
	}
	for _, ref := range lineNames(&form{Values: map[string][]string{"line": p.Lines}}) {
		p.Names = append(p.Names, ref.Item)
	}
	p.Testers = []option{{Text: v.tongue.t("test.anyone")}}
	if p.Asks {
		list, err := v.testers()
		if err != nil {
			return frame{}, err
		}
		p.Testers = append(p.Testers, list...)
	}
	return sessionFrame("test.title", p), nil
}

// linesOf are the lines that a test's task is for and that have a variance.
func (s *seen) linesOf(t *count.TaskState) (list []*count.Line) {
	for _, x := range s.View.Locations {
		if x.Location != t.Location {
			continue
		}
		for _, item := range t.Items {
			if l := s.Line(x.Section, item); l != nil && l.Variance != nil {
				list = append(list, l)
			}
		}
	}
	return list
}

// testers are those who may sign in on a handheld. The committee may not see all people, but whom it can send.
func (v *visit) testers() ([]option, error) {
	people, err := v.k.Accounts.Counters(v.Request().Context(), v.by.Society)
	list := make([]option, 0, len(people))
	for _, p := range people {
		list = append(list, option{Value: string(p.ID), Text: v.tongue.name(named(p.Name, string(p.ID)))})
	}
	return list, err
}

func (k *console) showTests(v *visit) error {
	f, err := k.tests(v)
	if err != nil {
		return err
	}
	return v.show("tests", f)
}

// orderTest has lines tested, or takes a test back.
func (k *console) orderTest(v *visit) error {
	return v.decide("tests", k.tests, func(f *form, id stocktake.SessionID) (string, string, error) {
		w := count.TestWant{
			Lines: lineNames(f), Section: stocktake.SectionID(f.Get("section")), Person: stocktake.PersonID(f.Get("person")), Reason: f.Get("reason"),
		}
		if f.Get("do") == "withdraw" {
			w = count.TestWant{Withdraw: []string{f.Get("task")}, Reason: f.Get("withdraw-reason")}
			_, err := k.Sessions.OrderTest(v.Request().Context(), v.by, id, w, nil)
			return "/tests", "done.test-withdrawn", err
		}
		if f.Get("do") == "again" {
			w.Withdraw = []string{f.Get("task")}
		}
		if s := latin(f.Get("draw")); s != "" {
			n, err := strconv.Atoi(s)
			if err != nil || n < 0 || n > count.MaxTested {
				f.wrong("draw", AmountWrong.New())
				return "", "", nil
			}
			w.Draw = n
		}
		var err error
		if w.Due, err = f.due(); err != nil {
			return "", "", err
		}
		people, err := v.testers()
		if err != nil {
			return "", "", err
		}
		ids := make([]stocktake.PersonID, 0, len(people))
		for _, x := range people {
			ids = append(ids, stocktake.PersonID(x.Value))
		}
		_, err = k.Sessions.OrderTest(v.Request().Context(), v.by, id, w, ids)
		return "/tests", "done.test-ordered", err
	})
}

// TestsDiffer is how many lines wait for what a test found.
func (s *seen) TestsDiffer() (n int) {
	for _, l := range s.View.Lines {
		if l.TestDiffers && l.Status != count.LineApproved {
			n++
		}
	}
	return n
}
