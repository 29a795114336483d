package count

import (
	"cmp"
	"context"
	"slices"
	"time"

	"jard/internal/stocktake"
)

// Pick is a kind of lines.
type Pick string

// The kinds of lines that a recount is ordered of in one gesture.
const (
	PickDisputes  Pick = "disputes"
	PickOutside   Pick = "outside"
	PickUncertain Pick = "uncertain"
	PickRejected  Pick = "rejected" // somebody did not believe the figure
	PickTests     Pick = "tests"    // a test found otherwise
)

// Want says what is to be counted again: the lines that are named and those of a kind. A category narrows the kind; by itself it is
// every line of the category that was counted.
type Want struct {
	Lines    []LineRef `json:"lines,omitempty"`
	Of       Pick      `json:"of,omitempty"`
	Category string    `json:"category,omitempty"`
	Due      time.Time `json:"due,omitzero"`
	Reason   string    `json:"reason,omitempty"`
}

// RecountPlan is a recount before it is ordered: what would be asked of whom.
type RecountPlan struct {
	Round int        `json:"round"`
	Tasks []Proposal `json:"tasks"` // in the order of the site's plan
	Lines []LineRef  `json:"lines"` // that it is for, as they were seen
	Out   int        `json:"out"`   // places at which nothing is left to ask for: a recount of it is out
}

// Proposal is one task to be. Person is the one to send: empty where nobody who may was heard lately, so that it is for anyone who may.
type Proposal struct {
	Location stocktake.LocationID `json:"location"`
	Section  stocktake.SectionID  `json:"section"`
	Items    []stocktake.ItemID   `json:"items"`
	Person   stocktake.PersonID   `json:"person,omitempty"`
	May      []Nearby             `json:"may"`    // the nearest of those heard lately first
	Barred   []stocktake.PersonID `json:"barred"` // who counted some of it
}

// Nearby is somebody who may take a task.
type Nearby struct {
	Person stocktake.PersonID   `json:"person"`
	At     stocktake.LocationID `json:"at,omitempty"` // of their last walk; empty before the first
	Away   int                  `json:"away"`         // places between there and the task's, in the order of the site's plan
	Same   bool                 `json:"same_section"`
	Heard  time.Time            `json:"heard,omitzero"` // when the server last heard of the handheld of that walk
	Lately bool                 `json:"lately"`         // … which is not long ago
}

// lately is how long after a handheld was heard its person is taken to be at work.
const lately = 15 * time.Minute

// PlanRecount works out what a wish asks for, of which people, as of an instant. A line is counted again where it is disputed, else where it was
// found, else everywhere in scope in its section. A person is sent whole walks: places that follow each other.
func (v *View) PlanRecount(w Want, people []stocktake.PersonID, now time.Time) RecountPlan {
	p := RecountPlan{Round: 2, Tasks: []Proposal{}, Lines: []LineRef{}}
	items := v.wanted(w, &p)
	for _, x := range v.Passes {
		if len(items[x.Location]) > 0 {
			p.Round = max(p.Round, x.Round+1)
		}
	}
	p.Round = min(p.Round, v.Rounds+1)
	near := v.whereabouts(people, now)
	out := map[stocktake.LocationID][]*TaskState{} // recounts that are out
	for n := range v.Tasks {
		if t := &v.Tasks[n]; !t.Done && !t.Test && t.Round > 1 {
			out[t.Location] = append(out[t.Location], t)
		}
	}
	for _, l := range v.Locations {
		list := items[l.Location]
		if len(list) == 0 {
			continue
		}
		left := slices.DeleteFunc(list, func(i stocktake.ItemID) bool {
			return slices.ContainsFunc(out[l.Location], func(t *TaskState) bool { return t.asks(i) })
		})
		if len(left) == 0 {
			p.Out++
			continue
		}
		x := Proposal{Location: l.Location, Section: l.Section, Items: left, May: []Nearby{}, Barred: []stocktake.PersonID{}}
		x.May, x.Barred = near.split(l.Location, func(who stocktake.PersonID) bool { return v.MayRecount(who, l.Location, left, p.Round) })
		p.Tasks = append(p.Tasks, x)
	}
	p.send()
	return p
}

// wanted lists the items to be counted again by location, and notes the lines that they are of.
func (v *View) wanted(w Want, p *RecountPlan) map[stocktake.LocationID][]stocktake.ItemID {
	named, disputed := map[lineKey]bool{}, map[lineKey][]stocktake.LocationID{}
	for _, ref := range w.Lines {
		named[lineKey{ref.Section, ref.Item}] = true
	}
	for _, d := range v.Disputes {
		k := lineKey{d.Section, d.Item}
		disputed[k] = append(disputed[k], d.Location)
	}
	items := map[stocktake.LocationID][]stocktake.ItemID{}
	for _, l := range v.Lines {
		k := lineKey{l.Section, l.Item}
		if !named[k] && !v.picks(w, l, len(disputed[k]) > 0) {
			continue
		}
		p.Lines = append(p.Lines, LineRef{l.Section, l.Item, l.Digest})
		for _, at := range v.placesOf(l, disputed[k]) {
			items[at] = append(items[at], l.Item)
		}
	}
	return items
}

func (v *View) picks(w Want, l *Line, disputed bool) bool {
	if w.Category != "" && v.Material.Items[l.Item].Category != w.Category {
		return false
	}
	switch w.Of {
	case PickDisputes:
		return disputed
	case PickOutside:
		return l.Status == LineOutside
	case PickUncertain:
		return l.Status == LineUncertain
	case PickRejected:
		return l.Status == LineRejected
	case PickTests:
		return l.TestDiffers
	}
	return w.Category != "" && w.Of == "" && l.Status != LineNotCounted
}

// placesOf lists where a line is to be looked at again.
func (v *View) placesOf(l *Line, disputed []stocktake.LocationID) []stocktake.LocationID {
	if len(disputed) > 0 {
		return disputed
	}
	var list []stocktake.LocationID
	for _, a := range l.Adopted {
		list = append(list, a.Location)
	}
	for n := range l.Tests {
		if t := &l.Tests[n]; t.Differs() && !slices.Contains(list, t.Location) {
			list = append(list, t.Location)
		}
	}
	if len(list) > 0 {
		return list
	}
	for _, x := range v.Locations {
		if x.Section == l.Section && x.InScope && x.SetAside == "" {
			list = append(list, x.Location)
		}
	}
	return list
}

// whereabouts is where people walked last, and when they were heard.
type whereabouts struct {
	people []Nearby
	order  map[stocktake.LocationID]int
	index  map[stocktake.LocationID]stocktake.Location
}

func (v *View) whereabouts(people []stocktake.PersonID, now time.Time) *whereabouts {
	w := &whereabouts{order: make(map[stocktake.LocationID]int, len(v.Locations)), index: v.Material.index}
	for n, l := range v.Locations {
		w.order[l.Location] = n
	}
	last := map[stocktake.PersonID]*Pass{}
	for _, p := range v.Passes {
		was := last[p.Person]
		if was == nil || cmp.Or(p.OpenedAt.Compare(was.OpenedAt), cmp.Compare(p.ID, was.ID)) > 0 {
			last[p.Person] = p
		}
	}
	for _, id := range people {
		x := Nearby{Person: id}
		if p := last[id]; p != nil {
			x.At, x.Heard = p.Location, v.heard.of(p.Device)
			x.Lately = !x.Heard.IsZero() && now.Sub(x.Heard) <= lately
		}
		w.people = append(w.people, x)
	}
	return w
}

// split tells those who may count at a location from the others. Whoever was heard lately comes first, then whoever walks in the same
// section, then the nearest.
func (w *whereabouts) split(at stocktake.LocationID, may func(stocktake.PersonID) bool) (can []Nearby, barred []stocktake.PersonID) {
	can, barred = []Nearby{}, []stocktake.PersonID{}
	for _, x := range w.people {
		if !may(x.Person) {
			barred = append(barred, x.Person)
			continue
		}
		if x.At != "" {
			x.Away = max(w.order[at]-w.order[x.At], w.order[x.At]-w.order[at])
			x.Same = w.index[at].Section == w.index[x.At].Section
		}
		can = append(can, x)
	}
	rank := func(x Nearby) int {
		switch {
		case x.Lately && x.Same:
			return 0
		case x.Lately:
			return 1
		case x.At != "":
			return 2
		}
		return 3
	}
	slices.SortFunc(can, func(a, b Nearby) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Away, b.Away), cmp.Compare(a.Person, b.Person))
	})
	return can, barred
}

// send names whom to send where: of those heard lately the nearest, who then goes on to the places that follow, as far as they may and as
// long as it is no more than a fair share.
func (p *RecountPlan) send() {
	able := map[stocktake.PersonID]int{}
	for _, t := range p.Tasks {
		for _, x := range t.May {
			if x.Lately {
				able[x.Person] = 0
			}
		}
	}
	if len(able) == 0 {
		return
	}
	share := (len(p.Tasks) + len(able) - 1) / len(able)
	var at stocktake.PersonID
	for n := range p.Tasks {
		t := &p.Tasks[n]
		best := slices.IndexFunc(t.May, func(x Nearby) bool { return x.Lately && x.Person == at && able[at] < share })
		if best < 0 {
			best = slices.IndexFunc(t.May, func(x Nearby) bool { return x.Lately && able[x.Person] < share })
		}
		if best < 0 {
			best = slices.IndexFunc(t.May, func(x Nearby) bool { return x.Lately })
		}
		if best >= 0 {
			at = t.May[best].Person
			t.Person = at
			able[at]++
		}
	}
}

// Recount is the order of what was planned, without what nobody may count.
func (p *RecountPlan) Recount(w Want) Recount {
	r := Recount{Round: p.Round, Lines: p.Lines, Due: w.Due, Reason: w.Reason}
	for _, x := range p.Tasks {
		if len(x.May) > 0 {
			r.Tasks = append(r.Tasks, Task{ID: stocktake.RandomID(), Round: p.Round, Location: x.Location, Items: x.Items, Person: x.Person})
		}
	}
	return r
}

// OrderWanted orders a recount of what a wish asks for in one gesture, of those people who may count it.
func (s *Service) OrderWanted(ctx context.Context, by stocktake.Person, session stocktake.SessionID, w Want, people []stocktake.PersonID) (Entry, error) {
	var r Recount
	return s.decide(ctx, by, session, RecountOrdered, &r, func(v *View) error {
		if v.Closing {
			return NoMoreTasks.New()
		}
		p := v.PlanRecount(w, people, s.clock())
		r = p.Recount(w)
		switch {
		case len(p.Tasks) == 0:
			return RecountNothing.New()
		case len(r.Tasks) == 0:
			return RecountNobody.New()
		case len(r.Tasks) > MaxTasks:
			return tooMany.New(len(r.Tasks), MaxTasks)
		case p.Round > MaxRounds:
			return RecountRound.New(p.Round, MaxRounds)
		}
		if len(r.Reason) > MaxReason {
			return reasonNeeded()
		}
		r.Lines = r.Lines[:min(len(r.Lines), MaxLines)]
		return r.checkDue(s.clock())
	})
}

// dueBy gives tasks that do not say when they are to be done the instant given.
func dueBy(tasks []Task, due time.Time) []Task {
	list := slices.Clone(tasks)
	for n := range list {
		if list[n].Due.IsZero() {
			list[n].Due = due
		}
	}
	return list
}

func (r *Recount) checkDue(now time.Time) error {
	for _, t := range dueBy(append([]Task{{}}, r.Tasks...), r.Due) {
		if !t.Due.IsZero() && !t.Due.After(now) {
			return RecountDue.New()
		}
	}
	return nil
}

// Overdue is how long ago a task was due that is not done; zero for any other.
func (t *TaskState) Overdue(now time.Time) time.Duration {
	if t.Done || t.Due.IsZero() {
		return 0
	}
	return max(now.Sub(t.Due), 0)
}

// Reasons for which nothing can be ordered.
var (
	RecountNothing = stocktake.NewReason(stocktake.Conflict, "recount-nothing",
		"There is nothing to count again: no line is of this kind, or a recount of each is out already.",
		"لا شيء لإعادة عدّه: لا بنود من هذا النوع، أو صدر أمر إعادة عدّها كلها من قبل.")
	RecountNobody = stocktake.NewReason(stocktake.Conflict, "recount-nobody",
		"Nobody may count this again: everybody who counts here has counted it. Add a counter, or choose the pass that is right.",
		"لم يبقَ من يجوز له إعادة هذا العد: كل من يعدّ هنا سبق أن عدّه. أضف من يعدّ أو اختر الجولة الصحيحة.")
	RecountDue = stocktake.NewReason(stocktake.Invalid, "recount-due",
		"The recount is due before now: give an instant that lies ahead.",
		"موعد إنجاز إعادة العد سابق للآن: حدّد موعدًا لاحقًا.")
)
