package count

import (
	"cmp"
	"context"
	"slices"
	"time"

	"jard/internal/stocktake"
)

// TestCount is the body of TestOrdered: the committee or the witness has lines counted once more, by somebody who counted nothing of them, to see
// what the count is worth. Such a walk is never adopted and competes with none. Withdraw takes tasks of tests back: those of the committee
// themselves, or a manager, with a reason.
type TestCount struct {
	Tasks    []Task    `json:"tasks,omitempty"`
	Lines    []LineRef `json:"lines,omitempty"` // that are tested, as they were seen
	Draw     *Draw     `json:"draw,omitempty"`  // how some of them were drawn
	Withdraw []string  `json:"withdraw,omitempty"`
	Due      time.Time `json:"due,omitzero"`
	Reason   string    `json:"reason,omitempty"`
}

// Draw is a random sample that anybody can draw again: of the lines that have a variance as of the entry at Offset, and are of the section and
// the category if one is named, those Count for which SHA-256(seed, zero byte, section, zero byte, item) is least.
type Draw struct {
	Seed     string              `json:"seed"`
	Section  stocktake.SectionID `json:"section,omitempty"`
	Category string              `json:"category,omitempty"`
	Count    int                 `json:"count"`
	Of       int                 `json:"of"` // so many were drawn from
	Offset   uint64              `json:"offset"`
}

// Drawn is a sample that somebody had drawn.
type Drawn struct {
	Draw
	Person stocktake.PersonID `json:"person"`
	At     time.Time          `json:"at"`
}

// TestWithdrawn is a test that was taken back before it was done.
type TestWithdrawn struct {
	Task
	By     stocktake.PersonID `json:"by"`
	At     time.Time          `json:"at"`
	Reason string             `json:"reason,omitempty"`
}

// TestWant says what is to be tested: the lines named, and so many drawn at random. Without a person it is for whoever may and is near.
// Tests that are taken back in the same word are so before the others are ordered: so a void one is asked for again.
type TestWant struct {
	Lines    []LineRef           `json:"lines,omitempty"`
	Draw     int                 `json:"draw,omitempty"`
	Section  stocktake.SectionID `json:"section,omitempty"`
	Category string              `json:"category,omitempty"`
	Person   stocktake.PersonID  `json:"person,omitempty"`
	Withdraw []string            `json:"withdraw,omitempty"`
	Due      time.Time           `json:"due,omitzero"`
	Reason   string              `json:"reason,omitempty"`
}

// TestFound is what a test found of an item at a location, beside what is adopted there.
type TestFound struct {
	Task     string               `json:"task"`
	Location stocktake.LocationID `json:"location"`
	Passes   []stocktake.PassID   `json:"passes"`
	Persons  []stocktake.PersonID `json:"persons"`
	At       time.Time            `json:"at"` // when it ended
	Counted  stocktake.Quantity   `json:"counted"`
	Low      stocktake.Quantity   `json:"low"` // what the test finds at its instant if that is right, at least
	High     stocktake.Quantity   `json:"high"`
	Found    stocktake.Quantity   `json:"found"`
	Agrees   bool                 `json:"agrees"`
	Void     string               `json:"void,omitempty"`     // why it says nothing: a rule's key
	Answered bool                 `json:"answered,omitempty"` // a recount that was begun after it is adopted now
}

// Differs reports whether the test speaks against what is adopted, and nobody has counted again since.
func (t *TestFound) Differs() bool { return !t.Agrees && t.Void == "" && !t.Answered }

// setTests tells the walks and tasks of tests at a spot from the others.
func (f *Fold) setTests(s *spot) {
	slices.SortFunc(s.passes, func(a, b *Pass) int { return a.compare(b) })
	var counts, tests []*Pass
	for _, p := range s.passes {
		if p.Test {
			tests = append(tests, p)
		} else {
			counts = append(counts, p)
		}
	}
	s.groups, s.tests = f.groups(counts), f.groups(tests)
	all := s.tasks
	s.tasks = nil
	for _, t := range all {
		if t.Test {
			s.asked = append(s.asked, t)
		} else {
			s.tasks = append(s.tasks, t)
		}
	}
}

// tested compares the tests at a spot with what is adopted there.
func (f *Fold) tested(l *Line, r *row, place int32, s *spot, found *finding, h *history) {
	for _, g := range s.tests {
		if !g.complete || !g.covers(l.Item) || found.adopted == nil {
			continue
		}
		a := rival{groups: found.groups, cells: found.adopted.Cells}
		b := rival{groups: []*group{g}, cells: g.cells(l.Item)}
		x := TestFound{
			Task: g.lead().Task, Location: s.location.ID, Passes: slices.Clip(g.ids), At: g.interval(l.Item).End,
			Counted: found.adopted.Quantity, Low: found.adopted.Quantity, High: found.adopted.Quantity, Found: total(b.cells),
			Agrees: f.agree(r, place, l.Item, &a, &b), Void: h.voids(g, lineKey{l.Section, l.Item}),
		}
		// Not by the rounds: those of a test say only when it was ordered, and a recount may have been walked before it.
		x.Answered = found.adopted.Round > 1 && !slices.ContainsFunc(found.groups, func(c *group) bool { return !c.start.After(x.At) })
		if r.active && place > 0 {
			first, _ := f.seen(a.groups, l.Item)
			second, _ := f.seen(b.groups, l.Item)
			low, high := f.scene.basis.Change(&r.Line, int(place-1), first, second)
			x.Low, x.High = x.Low+low, x.High+high
			r.argued = true
		}
		for _, p := range g.passes {
			if !slices.Contains(x.Persons, p.Person) {
				x.Persons = append(x.Persons, p.Person)
			}
		}
		l.Tests = append(l.Tests, x)
	}
}

// voids says why a test says nothing of a line, as a rule's key: one of its people had begun to count the line before they looked. What they
// count afterwards takes nothing back of what they found: else a tester could have a difference vanish by walking on.
func (h *history) voids(g *group, line lineKey) string {
	end := g.interval(line.item).End.UnixMilli()
	for _, p := range g.passes {
		if at, ok := h.began(line, p.Person); ok && at <= end {
			return TesterCounted.Key
		}
	}
	return ""
}

// testState says whether the task of a test is done, which no walk does that says nothing of some of what it was for; and why not, where
// there was one.
func (h *history) testState(s *spot, t *TaskState) (done bool, void string) {
	items := t.Items
	if len(items) == 0 {
		items = []stocktake.ItemID{""} // all that is there
	}
	for _, g := range s.tests {
		if !g.does(t) {
			continue
		}
		why := ""
		for _, item := range items {
			why = cmp.Or(why, h.voids(g, lineKey{s.location.Section, item}))
		}
		if why == "" {
			return true, ""
		}
		void = why
	}
	return false, void
}

// Sample draws lines: see Draw. Of is filled in.
func (v *View) Sample(d *Draw) []LineRef {
	type ticket struct {
		line *Line
		rank stocktake.Hash
	}
	var all []ticket
	for _, l := range v.Lines {
		if l.Variance == nil || d.Section != "" && l.Section != d.Section || d.Category != "" && v.Material.Items[l.Item].Category != d.Category {
			continue
		}
		all = append(all, ticket{l, stocktake.HashOf([]byte(d.Seed + "\x00" + string(l.Section) + "\x00" + string(l.Item)))})
	}
	d.Of = len(all)
	slices.SortFunc(all, func(a, b ticket) int { return slices.Compare(a.rank[:], b.rank[:]) })
	var list []LineRef
	for _, t := range all[:min(max(d.Count, 0), len(all))] {
		list = append(list, LineRef{t.line.Section, t.line.Item, t.line.Digest})
	}
	slices.SortFunc(list, func(a, b LineRef) int { return cmp.Or(cmp.Compare(a.Section, b.Section), cmp.Compare(a.Item, b.Item)) })
	return list
}

// MayTest reports whether a person may test a line: they neither counted nor decided nor settled anything of it.
func (v *View) MayTest(who stocktake.PersonID, l *Line) bool {
	return !v.TookPart(who, l) && !slices.ContainsFunc(l.Decisions, func(d Decision) bool { return d.Person == who && !d.Lapsed })
}

// OrderTest has lines tested, takes tests back, or both. Only the committee and the witness may ask for a test. They take it back too; so
// does a manager who has no part in what it is to test, with a reason, so that a test that nobody takes does not keep a session open for ever.
func (s *Service) OrderTest(ctx context.Context, by stocktake.Person, session stocktake.SessionID, w TestWant, people []stocktake.PersonID) (Entry, error) {
	t := TestCount{Withdraw: w.Withdraw, Due: w.Due, Reason: w.Reason}
	return s.decideAs(ctx, by, readers, session, TestOrdered, &t, func(v *View) error {
		orders := len(w.Withdraw) == 0 || len(w.Lines) > 0 || w.Draw > 0
		switch {
		case !v.Tests(by.ID) && (orders || !by.Is(stocktake.Manager)):
			return TestCommittee.New()
		case v.Closing && orders:
			return NoMoreTasks.New()
		case len(w.Reason) > MaxReason:
			return reasonNeeded()
		}
		for _, id := range w.Withdraw {
			n := slices.IndexFunc(v.Tasks, func(t TaskState) bool { return t.ID == id && t.Test && !t.Done })
			if n < 0 {
				return stocktake.NoSuch("test", id)
			}
			if v.Tests(by.ID) {
				continue
			}
			if !v.mayWithdraw(by.ID, &v.Tasks[n]) {
				return TestOwn.New()
			}
			if err := checkReason(w.Reason); err != nil {
				return err
			}
		}
		if !orders {
			return nil
		}
		return v.planTest(&t, w, people, s.clock())
	})
}

// MayWithdrawTest reports whether somebody may take a test back.
func (v *View) MayWithdrawTest(by stocktake.Person, t *TaskState) bool {
	return t.Test && !t.Done && (v.Tests(by.ID) || by.Is(stocktake.Manager) && v.mayWithdraw(by.ID, t))
}

// mayWithdraw reports whether a test does not concern a manager's own work: they did not issue the session, and took no part in the lines.
func (v *View) mayWithdraw(who stocktake.PersonID, t *TaskState) bool {
	section := v.Material.index[t.Location].Section
	if v.IssuedBy.Person == who || v.Plan.Planned != nil && v.Plan.Planned.Planner == who {
		return false
	}
	return !slices.ContainsFunc(t.Items, func(item stocktake.ItemID) bool {
		l := v.Line(section, item)
		return l != nil && !v.MayTest(who, l)
	})
}

// Tests reports whether somebody is of the committee, or its witness, and so may have lines tested.
func (v *View) Tests(who stocktake.PersonID) bool {
	return who != "" && (slices.Contains(v.Plan.Committee, who) || v.Plan.Witness == who)
}

// planTest works out the tasks of a test.
func (v *View) planTest(t *TestCount, w TestWant, people []stocktake.PersonID, now time.Time) error {
	t.Lines = slices.Clone(w.Lines)
	if w.Draw > 0 {
		t.Draw = &Draw{Seed: stocktake.RandomID(), Section: w.Section, Category: w.Category, Count: w.Draw, Offset: v.Offset}
		t.Lines = append(t.Lines, v.Sample(t.Draw)...)
	}
	slices.SortFunc(t.Lines, func(a, b LineRef) int { return cmp.Or(cmp.Compare(a.Section, b.Section), cmp.Compare(a.Item, b.Item)) })
	t.Lines = slices.CompactFunc(t.Lines, func(a, b LineRef) bool { return a.Section == b.Section && a.Item == b.Item })
	if len(t.Lines) == 0 || len(t.Lines) > MaxTested {
		return tooMany.New(len(t.Lines), MaxTested)
	}
	if w.Person != "" {
		people = []stocktake.PersonID{w.Person}
	}
	at := map[stocktake.LocationID][]*Line{}
	for n, ref := range t.Lines {
		l := v.Line(ref.Section, ref.Item)
		switch {
		case l == nil || l.Variance == nil:
			return NotDecidable.New(v.called(ref.Item))
		case w.Person != "" && !v.MayTest(w.Person, l):
			return TesterCounted.New(v.called(ref.Item))
		}
		t.Lines[n].Digest = l.Digest
		for _, place := range v.placesOf(l, nil) {
			at[place] = append(at[place], l)
		}
	}
	near, p := v.whereabouts(people, now), RecountPlan{}
	for _, x := range v.Locations {
		if lines := at[x.Location]; len(lines) > 0 {
			may := func(who stocktake.PersonID) bool {
				return !slices.ContainsFunc(lines, func(l *Line) bool { return !v.MayTest(who, l) })
			}
			task := Proposal{Location: x.Location}
			for _, l := range lines {
				task.Items = append(task.Items, l.Item)
			}
			if task.May, task.Barred = near.split(x.Location, may); len(task.May) == 0 {
				return TestNobody.New(string(x.Location))
			}
			p.Tasks = append(p.Tasks, task)
		}
	}
	p.send()
	for _, x := range p.Tasks {
		t.Tasks = append(t.Tasks, Task{ID: stocktake.RandomID(), Round: v.Rounds, Location: x.Location, Items: x.Items, Person: cmp.Or(w.Person, x.Person), Test: true})
	}
	return (&Recount{Due: w.Due}).checkDue(now)
}

// MaxTested bounds the lines of one test.
const MaxTested = 1000

// Reasons for which nothing is tested.
var (
	TestCommittee = stocktake.NewReason(stocktake.Forbidden, "test-committee",
		"Only the session's committee and its witness have lines tested: ask one of them.",
		"لا يطلب العدّ الاختباري إلا أعضاء لجنة الجرد والشاهد على الجرد: اطلبه من أحدهم.")
	TesterCounted = stocktake.NewReason(stocktake.Forbidden, "tester-counted",
		"Whoever counted or decided %s does not test it: choose somebody else.",
		"من عدّ %s أو بتّ فيه لا يختبره: اختر شخصًا آخر.")
	TestNobody = stocktake.NewReason(stocktake.Conflict, "test-nobody",
		"Nobody may test what is at %s: everybody who could has counted or decided some of it. Name a tester or choose other lines.",
		"لا أحد يجوز له اختبار ما في %s: كل من يمكنه ذلك عدّ بعضه أو بتّ فيه. سمِّ مختبِرًا أو اختر بنودًا أخرى.")
	TestTheirs = stocktake.NewReason(stocktake.Forbidden, "test-theirs",
		"Task %s is a test of the committee's: its members, the witness or a manager take it back, on the page of tests.",
		"المهمة %s عدّ اختباري للجنة: يسحبها أعضاؤها أو الشاهد على الجرد أو مدير، من صفحة الاختبارات.")
	TestOwn = stocktake.NewReason(stocktake.Forbidden, "test-own",
		"This test checks a session that you issued or lines that you took part in: the committee, the witness or another manager takes it back.",
		"هذا الاختبار يفحص جلسة أصدرتها أو بنودًا شاركت فيها: يسحبه أعضاء اللجنة أو الشاهد على الجرد أو مدير آخر.")
)
