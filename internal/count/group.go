package count

import (
	"cmp"
	"slices"
	"time"

	"jard/internal/reconcile"
	"jard/internal/stocktake"
)

// PassStatus says whether a pass counts.
type PassStatus string

// The statuses of a pass. Only closed and completed ones count; an abandoned one counts with the pass that continues it.
const (
	PassIsOpen       PassStatus = "open"
	PassIsClosed     PassStatus = "closed"
	PassHasGap       PassStatus = "gap"       // closed with totals that do not fit what has arrived
	PassIsCompleted  PassStatus = "completed" // by a supervisor
	PassIsAbandoned  PassStatus = "abandoned"
	PassIsSuperseded PassStatus = "superseded" // replaced by its own counter
)

// Pass is one person's walk over one location in one round, as folded.
type Pass struct {
	ID           stocktake.PassID     `json:"pass"`
	Location     stocktake.LocationID `json:"location"`
	Section      stocktake.SectionID  `json:"section"`
	Round        int                  `json:"round"`
	Task         string               `json:"task,omitempty"`
	Person       stocktake.PersonID   `json:"person"`
	Device       stocktake.DeviceID   `json:"device"`
	Status       PassStatus           `json:"status"`
	OpenedAt     time.Time            `json:"opened_at"`
	ClosedAt     time.Time            `json:"closed_at,omitzero"`
	Observations int64                `json:"observations"` // that stand
	Quantity     stocktake.Quantity   `json:"quantity"`     // their sum as understood on the device
	Declared     *Totals              `json:"declared,omitempty"`
	Continues    stocktake.PassID     `json:"continues,omitempty"`
	Replaces     stocktake.PassID     `json:"replaces,omitempty"`
	Undirected   bool                 `json:"undirected,omitempty"`
	Test         bool                 `json:"test,omitempty"`   // it tests what was counted, and is never adopted
	Reason       string               `json:"reason,omitempty"` // of the supervisor who completed or abandoned it
	Lapsed       bool                 `json:"lapsed,omitempty"` // it was completed or abandoned, and has changed since
	Digest       Digest               `json:"digest"`

	tally *tally
	facts *passFacts
	spot  *spot
	whole bool // it answers for everything at its location; else for these
	items []stocktake.ItemID
}

// compare puts passes in the order in which views list them.
func (p *Pass) compare(o *Pass) int {
	return cmp.Or(cmp.Compare(p.Location, o.Location), cmp.Compare(p.Round, o.Round), p.OpenedAt.Compare(o.OpenedAt), cmp.Compare(p.ID, o.ID))
}

// Totals is what a closing pass says of itself.
type Totals struct {
	Observations int64              `json:"observations"`
	Quantity     stocktake.Quantity `json:"quantity"`
}

// passState folds one pass; nil for one that cannot be placed (its events are held).
func (f *Fold) passState(facts *passFacts) *Pass {
	t := f.reckon(facts)
	if t.fault != "" {
		return nil
	}
	o, id := t.opened, facts.id
	p := &Pass{
		ID: id, Location: o.location, Section: f.locationIndex()[o.location].Section, Round: o.round, Task: o.assignment,
		Person: o.person, Device: slices.Min(f.bearers(f.fact(o.fact))), OpenedAt: instant(o.at), Observations: t.observations, Quantity: t.quantity,
		Continues: o.continues, Replaces: o.replaces, tally: t, facts: facts, Status: PassIsOpen, Test: f.tasks[o.assignment].Test,
		Undirected: o.undirected || (o.round > 1 && o.assignment == "") || !f.inScope(o.location),
	}
	var closings []Totals
	for i := range t.closed {
		c := &t.closed[i]
		said := Totals{c.observations, c.quantity}
		if !slices.Contains(closings, said) {
			closings = append(closings, said)
		}
		switch {
		case said != Totals{t.observations, t.quantity}:
			p.Status = PassHasGap // of two closings that contradict each other, one does
		case p.Status == PassIsOpen:
			p.Status = PassIsClosed
		}
		if p.Declared == nil || said.less(*p.Declared) {
			p.Declared = &said
		}
		if at := instant(c.at); at.After(p.ClosedAt) {
			p.ClosedAt = at
		}
	}
	p.Digest = p.digest(closings)
	f.ruled(p)
	if p.ClosedAt.IsZero() {
		p.ClosedAt = instant(max(o.at, t.last))
	}
	return p
}

// ruled applies what a supervisor said of the pass: of completing and abandoning the later, as long as the pass is what
// it was then. An open pass stands as completed whatever observations arrive later.
func (f *Fold) ruled(p *Pass) {
	completed, done := f.completed[p.ID]
	given, abandoned := f.abandoned[p.ID]
	done = done && completed.by != p.Person
	if done && (!abandoned || completed.offset > given.offset) {
		switch {
		case p.Status == PassIsClosed: // by its own counter
		case p.Status == PassIsOpen, completed.word.Digest == p.Digest:
			p.Status, p.Reason = PassIsCompleted, completed.word.Reason
		default:
			p.Lapsed, p.Reason = true, completed.word.Reason
		}
		return
	}
	if abandoned {
		p.Lapsed, p.Reason = given.word.Digest != p.Digest, given.word.Reason
		if !p.Lapsed {
			p.Status = PassIsAbandoned
		}
	}
}

func (t Totals) less(o Totals) bool {
	return cmp.Or(cmp.Compare(t.Observations, o.Observations), cmp.Compare(t.Quantity, o.Quantity)) < 0
}

// digest is over who walks where, what stands in the pass and all that its closings say. Equal totals are not the same
// goods: a reversal and another observation leave them as they were.
func (p *Pass) digest(closings []Totals) Digest {
	d := newDigester("pass").text(string(p.ID)).number(p.Observations).number(int64(p.Quantity))
	d = d.number(int64(p.tally.content[0])).number(int64(p.tally.content[1]))
	slices.SortFunc(closings, func(a, b Totals) int {
		return cmp.Or(cmp.Compare(a.Observations, b.Observations), cmp.Compare(a.Quantity, b.Quantity))
	})
	for _, c := range closings {
		d = d.number(c.Observations).number(int64(c.Quantity))
	}
	return d.sum()
}

// counts reports whether the pass is finished as far as adoption is concerned.
func (p *Pass) counts() bool { return p.Status == PassIsClosed || p.Status == PassIsCompleted }

// group is a chain of passes over one location in one round that continue each other: together one walk.
type group struct {
	round    int
	passes   []*Pass
	complete bool // every pass is closed or abandoned, and one at least is closed
	dead     bool // every pass is abandoned: somebody must continue it
	whole    bool // it looked at everything there
	items    map[stocktake.ItemID]bool
	start    time.Time
	end      time.Time
	ids      []stocktake.PassID // of its passes
	span     reconcile.Span     // when it was there: see visited
	open     bool
}

// covers reports whether the group answers for the item, met or not.
func (g *group) covers(item stocktake.ItemID) bool { return g.whole || g.items[item] }

// met reports whether the group found the item (or looked for it and said zero).
func (g *group) met(item stocktake.ItemID) bool {
	for _, p := range g.passes {
		if p.tally.items[item] != nil {
			return true
		}
	}
	return false
}

// person reports whether a person walked in the group.
func (g *group) person(who stocktake.PersonID) bool {
	return slices.ContainsFunc(g.passes, func(p *Pass) bool { return p.Person == who })
}

// lead is the pass that names the group in decisions: its first.
func (g *group) lead() *Pass { return g.passes[0] }

// cells adds up what the group found of an item, without empty cells; none is zero. They may be the tally's own.
func (g *group) cells(item stocktake.ItemID) []Cell {
	if len(g.passes) == 1 {
		m := g.passes[0].tally.items[item]
		if m == nil {
			return nil
		}
		if !slices.ContainsFunc(m.cells, func(c Cell) bool { return c.Quantity == 0 }) {
			return m.cells
		}
	}
	var sum []Cell
	for _, p := range g.passes {
		if m := p.tally.items[item]; m != nil {
			sum = addCells(sum, m.cells)
		}
	}
	return sum
}

// interval is when the group observed the item: the entry that declared all of it, else from opening to closing.
func (g *group) interval(item stocktake.ItemID) reconcile.Interval {
	var only *met
	for _, p := range g.passes {
		if m := p.tally.items[item]; m != nil {
			if only != nil {
				return reconcile.Interval{Start: g.start, End: g.end}
			}
			only = m
		}
	}
	if only == nil || only.interval.End.IsZero() {
		return reconcile.Interval{Start: g.start, End: g.end}
	}
	return only.interval
}

// groups gathers the passes over one location into walks, in an order that depends on nothing but their content.
func (f *Fold) groups(passes []*Pass) []*group {
	slices.SortFunc(passes, func(a, b *Pass) int {
		return cmp.Or(cmp.Compare(a.Round, b.Round), a.OpenedAt.Compare(b.OpenedAt), cmp.Compare(a.ID, b.ID))
	})
	before := named(passes)
	var old []*Pass
	for n, p := range passes { // one may replace one's own pass, once the new one is finished
		if before[n] >= 0 && p.Replaces != "" && p.counts() {
			old = append(old, passes[before[n]])
		}
	}
	for _, p := range old {
		p.Status = PassIsSuperseded
	}
	of := make([]*group, len(passes))
	var list []*group
	var place func(n int) *group
	place = func(n int) *group {
		if of[n] != nil {
			return of[n]
		}
		p := passes[n]
		if first := before[n]; first >= 0 && p.Continues != "" && passes[first].Status != PassIsSuperseded {
			of[n] = place(first)
			of[n].passes = append(of[n].passes, p)
		} else {
			of[n] = &group{round: p.Round, passes: []*Pass{p}}
			list = append(list, of[n])
		}
		return of[n]
	}
	for n, p := range passes {
		if p.Status != PassIsSuperseded {
			place(n)
		}
	}
	for _, g := range list {
		f.settle(g)
	}
	return list
}

// named gives the place of the pass of the same round that each one continues or, of one's own, replaces; −1 where there is
// none. That it names the other says that it came after it, whatever the clocks said: they may have been set in between.
// Passes that name each other in a ring name none.
func named(passes []*Pass) []int {
	at := make(map[stocktake.PassID]int, len(passes))
	for n, p := range passes {
		at[p.ID] = n
	}
	before := make([]int, len(passes))
	for n, p := range passes {
		before[n] = -1
		if old, ok := at[cmp.Or(p.Continues, p.Replaces)]; ok && passes[old].Round == p.Round && (p.Continues != "" || passes[old].Person == p.Person) {
			before[n] = old
		}
	}
	seen := make([]int, len(passes)) // from which pass one came by, plus 1
	for n := range passes {
		m := n
		for m >= 0 && seen[m] == 0 {
			seen[m], m = n+1, before[m]
		}
		for m >= 0 && seen[m] == n+1 { // a ring, opened all the way round
			next := before[m]
			before[m], m = -1, next
		}
	}
	return before
}

// asked says what a pass answers for: everything at its location, or some items. One of a later round without a task was
// asked for nothing.
func (f *Fold) asked(p *Pass) (whole bool, items []stocktake.ItemID) {
	if p.Task == "" {
		return p.Round == 1, nil
	}
	items = f.tasks[p.Task].Items
	return len(items) == 0, items
}

func (f *Fold) settle(g *group) {
	closed, abandoned := 0, 0
	for _, p := range g.passes {
		g.ids = append(g.ids, p.ID)
		switch {
		case p.counts():
			closed++
		case p.Status == PassIsAbandoned:
			abandoned++
		}
		p.whole, p.items = f.asked(p)
		g.whole = g.whole || p.whole
		for _, item := range p.items {
			if g.items == nil {
				g.items = map[stocktake.ItemID]bool{}
			}
			g.items[item] = true
		}
		if g.start.IsZero() || p.OpenedAt.Before(g.start) {
			g.start = p.OpenedAt
		}
		if p.ClosedAt.After(g.end) {
			g.end = p.ClosedAt
		}
	}
	g.complete = closed > 0 && closed+abandoned == len(g.passes)
	g.dead = abandoned == len(g.passes)
}
