package count

import (
	"cmp"
	"slices"

	"jard/internal/reconcile"
	"jard/internal/stocktake"
)

// late is what has come since the last view was made, as far as the next can be made out of that one.
type late struct {
	base     *View                     // the last view; nil: it tells nothing of the next
	items    map[stocktake.ItemID]bool // to which the feed has booked something
	passes   map[*passFacts]bool       // of which handhelds have told something
	passed   bool                      // the watermark has moved on
	measured bool                      // … or measured their clocks
}

// await begins to note what comes after a view.
func (f *Fold) await(v *View) {
	f.view, f.late = v, late{base: v, items: map[stocktake.ItemID]bool{}, passes: map[*passFacts]bool{}}
}

// outdate says that something has changed of which all of a view may tell.
func (f *Fold) outdate() { f.view, f.late = nil, late{} }

// walked notes a pass of which something has come.
func (l *late) walked(p *passFacts) {
	if l.base != nil {
		l.passes[p] = true
	}
}

// heardWatermark notes that the feed is complete further on. Where it says otherwise than before, everything is looked at again.
func (f *Fold) heardWatermark(w stocktake.Watermark) {
	old := f.feed.Watermark
	if !w.Since.Equal(old.Since) || w.Through.Before(old.Through) {
		f.outdate()
	}
	f.late.passed = true
}

// touched is what of the last view has to be folded anew for the next.
type touched struct {
	*View                                 // the next, on its way
	base     *View                        // the last
	items    map[stocktake.ItemID]bool    // in whatever section
	sections map[stocktake.SectionID]bool // all lines of them
	lines    map[lineKey]bool             // and besides
	walked   bool                         // some pass has changed
}

// refold makes a view out of the last one and of what has come since; nil where that does not do, or is most of the work.
func (f *Fold) refold() *View {
	base := f.late.base
	if base == nil {
		return nil
	}
	v := *base
	v.Offset, v.Head, v.Feed, v.Comments, v.Postings = f.head.Offset, f.head.Hash, f.feed.FeedState, f.comments, f.postings()
	x := &touched{View: &v, base: base, items: f.late.items, sections: map[stocktake.SectionID]bool{}, lines: map[lineKey]bool{}}
	if len(f.late.passes) > 0 && !f.rewalk(x) {
		return nil
	}
	if f.late.passed {
		f.scene.basis = reconcile.NewBasis(f.plan.rules(), f.material.Snapshot, f.feed.Watermark)
		f.reached(x)
	}
	if f.late.measured && !f.reclock(x) {
		return nil
	}
	if !f.relines(x) {
		return nil
	}
	if v.Offset != base.Offset {
		v.Streams, v.heard = f.streamStates(), f.heard.now()
	}
	if x.walked {
		v.listTasks(f.scene.spots)
	}
	if x.walked || len(v.Disputes)+len(base.Disputes) > 0 {
		f.locations(&v, f.scene.spots)
	}
	v.Asides = f.asides(&v)
	if len(x.lines) > 0 {
		f.sign(&v, nil)
	} else {
		f.sign(&v, base)
	}
	v.rulings = f.rulings(&v)
	v.total()
	v.block()
	v.State, v.Seen = f.state(&v), v.seen()
	return &v
}

// rewalk puts passes of which something has come at their places again, and notes what lines that touches. It reports false for what
// cannot be placed, or could not before.
func (f *Fold) rewalk(x *touched) bool {
	at := map[*spot][]*passFacts{} // what is new there
	begun := false
	met := map[lineKey]bool{}
	for p := range f.late.passes {
		t, old := f.reckon(p), p.shown
		if t.fault != "" || len(t.held) > 0 || old != nil && (old.fault != "" || len(old.held) > 0) {
			return false
		}
		if f.testing && f.tasks[t.opened.assignment].Test {
			return false // seldom, and of what no line's figure tells
		}
		l := f.locationIndex()[t.opened.location]
		s := f.scene.sections[l.Section].spots[l.ID]
		if old == nil {
			begun = true
			at[s] = append(at[s], p)
		} else if _, there := at[s]; !there {
			at[s] = nil
		}
		for item, m := range t.items {
			if of := (subject{item: item}); old == nil || !m.same(old.items[item]) || !slices.Equal(t.photos[of], old.photos[of]) {
				met[lineKey{l.Section, item}] = true
			}
		}
		if old != nil {
			for item := range old.items {
				if t.items[item] == nil {
					met[lineKey{l.Section, item}] = true
				}
			}
		}
		p.shown = t
	}
	x.walked = true
	x.history = x.history.next(begun)
	x.Passes = slices.Clone(x.Passes)
	for old, more := range at {
		f.respot(x, old, more)
	}
	for k := range met {
		x.items[k.item] = true
		x.history.since[k] = f.scene.sections[k.section].meeting(k.item)
	}
	x.Unknown = f.unknown(x.Passes, x.Moves)
	provisional := map[stocktake.SectionID][]string{}
	for id, sec := range f.scene.sections {
		provisional[id], sec.provisional = sec.provisional, nil
	}
	f.markProvisional(x.View, f.scene.sections)
	for id, sec := range f.scene.sections {
		if !slices.Equal(sec.provisional, provisional[id]) {
			x.sections[id] = true
		}
	}
	return true
}

// same reports whether a pass has found the same of an item as before.
func (m *met) same(o *met) bool {
	if o == nil || m.entries != o.entries || m.interval != o.interval || (m.entry == nil) != (o.entry == nil) {
		return false
	}
	return (m.entry == nil || m.entry.fact == o.entry.fact) && slices.Equal(m.cells, o.cells)
}

// meeting is who met the item in the section; nil where nobody did.
func (sec *sectionState) meeting(item stocktake.ItemID) *meeting {
	var m *meeting
	for _, s := range sec.list {
		for _, p := range s.passes {
			if p.Test || p.tally.items[item] == nil {
				continue
			}
			if m == nil {
				m = &meeting{}
			}
			m.add(p)
		}
	}
	return m
}

// respot puts the walks at a location together anew, some of them for the first time.
func (f *Fold) respot(x *touched, old *spot, more []*passFacts) {
	var passes []*Pass
	for _, p := range old.passes {
		passes = append(passes, f.passState(p.facts))
	}
	for _, p := range more {
		passes = append(passes, f.passState(p))
	}
	tasks := make([]*TaskState, 0, len(old.tasks)+len(old.asked))
	for _, t := range slices.Concat(old.tasks, old.asked) { // earlier views have copies, and it is to be seen what changes
		task := *t
		tasks = append(tasks, &task)
	}
	s := f.spot(old.location, old.order, passes, tasks)
	sec := f.scene.sections[s.location.Section]
	f.scene.spots[s.order], sec.list[slices.Index(sec.list, old)] = s, s
	from, _ := slices.BinarySearchFunc(x.Passes, s.location.ID, func(p *Pass, id stocktake.LocationID) int { return cmp.Compare(p.Location, id) })
	x.Passes = slices.Replace(x.Passes, from, from+len(old.passes), s.passes...)
	f.touch(x, sec, old, s)
	sec.gather()
	for _, p := range more {
		f.begun(x, s, p)
	}
}

// touch notes which lines another state of a spot may change, besides those of which its walks have met anything else.
func (f *Fold) touch(x *touched, sec *sectionState, old, s *spot) {
	id, first, done := s.location.Section, true, false // tasks of the first round only; any is done that was not, or the other way round
	for n, t := range s.tasks {
		if t.done != old.tasks[n].done {
			first, done = first && t.Round == 1, true
		}
	}
	switch {
	case old.aside != s.aside, len(s.tests) > 0:
	case done:
	case len(old.groups) == 0 && len(s.groups) == 1 && s.groups[0].round == 1 && !s.groups[0].complete && !s.groups[0].dead:
		return // somebody has begun where nobody was: it is as uncovered as before
	case slices.EqualFunc(old.groups, s.groups, (*group).alike) && !slices.ContainsFunc(s.groups, f.changed):
		return // what came is of walks that are not finished
	}
	if old.aside == s.aside && len(s.tests) == 0 && first && sec.blankBeside(s) && len(old.groups) == 1 && len(s.groups) == 1 && s.groups[0].round == 1 && old.groups[0].walks(s.groups[0]) {
		// The only walk has been finished, or is not any more; the section's lines wait for another one all the same.
		for _, p := range s.passes {
			for item := range p.tally.items {
				x.lines[lineKey{id, item}] = true
			}
		}
		for _, l := range x.base.linesOf(id) {
			if l.open {
				x.lines[lineKey{id, l.Item}] = true
			}
		}
		return
	}
	x.sections[id] = true
}

// changed reports whether something has come of a finished walk.
func (f *Fold) changed(g *group) bool {
	return g.complete && slices.ContainsFunc(g.passes, func(p *Pass) bool { return f.late.passes[p.facts] })
}

// begun notes who has begun to walk, and the decisions that may not be theirs any more.
func (f *Fold) begun(x *touched, s *spot, facts *passFacts) {
	n := slices.IndexFunc(s.passes, func(p *Pass) bool { return p.facts == facts })
	p := s.passes[n]
	f.credit(x.history, p)
	for k := range f.verdicts {
		if k.section == p.Section {
			x.lines[k] = true
		}
	}
	for k := range x.history.testers { // a test says nothing once its tester counts there
		if k.section == p.Section {
			x.lines[k] = true
		}
	}
}

// reached adds the items of which a line waited for the watermark.
func (f *Fold) reached(x *touched) {
	through := reconcile.At(f.feed.Watermark.Through)
	for _, l := range x.base.Lines {
		if l.Variance != nil && l.Variance.Provisional&reconcile.FeedBehind != 0 && l.until <= through {
			x.items[l.Item] = true
		}
	}
	for item := range f.scene.moves { // of which the feed may now turn out to have nothing
		x.items[item] = true
	}
}

// reclock looks again at what no measurement bounds, or none did. It reports false where moves have to be put in order anew.
func (f *Fold) reclock(x *touched) bool {
	moved := map[stocktake.SectionID]bool{} // some walk there was at another time than was known
	again := func(s *spot, groups []*group) {
		for _, g := range groups {
			if !g.open {
				continue
			}
			old := g.span
			g.span, g.open = reconcile.Span{}, false
			if span, _ := f.visited(g); span != old {
				moved[s.location.Section] = true
				f.scene.sections[s.location.Section].looked = false
			}
		}
	}
	for _, s := range f.scene.spots {
		again(s, s.groups)
		again(s, s.tests)
	}
	for id := range moved {
		for _, l := range x.base.linesOf(id) {
			if l.Variance != nil {
				x.lines[lineKey{id, l.Item}] = true
			}
		}
	}
	if x.base.sums.open > 0 {
		for _, l := range x.base.Lines {
			if l.open {
				x.lines[lineKey{l.Section, l.Item}] = true
			}
		}
	}
	if len(f.moved) == 0 {
		return true
	}
	moves, _ := f.moves(nil)
	if len(moves) != len(x.Moves) {
		return false
	}
	for n := range moves {
		m, old := &moves[n], &x.Moves[n]
		if m.id != old.id {
			return false
		}
		if m.taken != old.taken || m.placed != old.placed || m.open != old.open {
			x.items[m.Item] = true
		}
	}
	x.Moves = moves
	f.scene.moves = movesByItem(moves)
	return true
}

// linesOf gives the lines of a section.
func (v *View) linesOf(id stocktake.SectionID) []*Line {
	at := func(bound int) int {
		n, _ := slices.BinarySearchFunc(v.Lines, id, func(l *Line, id stocktake.SectionID) int { return cmp.Or(cmp.Compare(l.Section, id), bound) })
		return n
	}
	return v.Lines[at(1):at(-1)]
}

// few lines are folded anew by themselves, whatever part of all they are.
const few = 64

// relines folds the lines anew that are touched. It reports false where those are most of them.
func (f *Fold) relines(x *touched) bool {
	for id := range x.sections {
		for _, l := range x.base.linesOf(id) {
			x.lines[lineKey{id, l.Item}] = true
		}
	}
	moved := map[lineKey]bool{}
	for item := range x.items {
		f.shareItem(item, x.history)
		f.bookedSince(item, moved)
		for id := range f.scene.sections {
			k := lineKey{id, item}
			if moved[k] || x.history.meeting(k) != nil || x.base.history.meeting(k) != nil {
				x.lines[k] = true
			}
		}
		for _, n := range f.books(item) {
			x.lines[lineKey{f.material.Snapshot.Lines[n].Section, item}] = true
		}
	}
	if len(x.lines) > few+len(x.base.Lines)/2 {
		return false
	}
	for _, sec := range f.scene.sections {
		sec.disputes, sec.settled = nil, nil
	}
	x.Lines = slices.Clone(x.Lines)
	for k := range x.lines {
		n, there := slices.BinarySearchFunc(x.Lines, k, (*Line).compare)
		book, sec, met := f.bookLine(k), f.scene.sections[k.section], x.history.meeting(k)
		stands := there
		if x.items[k.item] {
			stands = f.stands(k, book.Quantity, sec, met, moved)
		}
		if there {
			x.sums.remove(x.Lines[n])
		}
		switch {
		case there && stands:
			x.Lines[n] = f.line(book, sec, met, x.history)
		case stands:
			x.Lines = slices.Insert(x.Lines, n, f.line(book, sec, met, x.history))
		case there:
			x.Lines = slices.Delete(x.Lines, n, n+1)
		}
		if stands {
			x.sums.add(x.Lines[n])
		}
	}
	x.sums.firsts(x.Lines)
	x.redispute(f.scene.sections)
	return true
}

// redispute puts the disputes of the lines that were folded anew in the place of those that they had.
func (x *touched) redispute(sections map[stocktake.SectionID]*sectionState) {
	disputes, settled := x.Disputes, x.Settled
	x.Disputes, x.Settled = nil, nil
	for _, d := range disputes {
		if !x.lines[lineKey{d.Section, d.Item}] {
			x.Disputes = append(x.Disputes, d)
		}
	}
	for _, s := range settled {
		if !x.lines[lineKey{s.Section, s.Item}] {
			x.Settled = append(x.Settled, s)
		}
	}
	for _, sec := range sections {
		x.Disputes = append(x.Disputes, sec.disputes...)
		x.Settled = append(x.Settled, sec.settled...)
	}
	x.sortDisputes()
}

func (l *Line) compare(k lineKey) int {
	return cmp.Or(cmp.Compare(l.Section, k.section), cmp.Compare(l.Item, k.item))
}

// books gives the places of the snapshot's lines of an item.
func (f *Fold) books(item stocktake.ItemID) []int32 {
	m, lines := f.material, f.material.Snapshot.Lines
	if m.byItem == nil {
		m.byItem = make([]int32, len(lines))
		for n := range m.byItem {
			m.byItem[n] = int32(n)
		}
		slices.SortFunc(m.byItem, func(a, b int32) int { return cmp.Compare(lines[a].Item, lines[b].Item) })
	}
	n, _ := slices.BinarySearchFunc(m.byItem, item, func(n int32, item stocktake.ItemID) int { return cmp.Compare(lines[n].Item, item) })
	end := n
	for end < len(m.byItem) && lines[m.byItem[end]].Item == item {
		end++
	}
	return m.byItem[n:end]
}

// bookLine is what the snapshot says of a line.
func (f *Fold) bookLine(k lineKey) stocktake.BookLine {
	line, _ := f.booked(k)
	return line
}

// booked is what the snapshot says of a line, and whether it says anything.
func (f *Fold) booked(k lineKey) (stocktake.BookLine, bool) {
	for _, n := range f.books(k.item) {
		if line := f.material.Snapshot.Lines[n]; line.Section == k.section {
			return line, true
		}
	}
	return stocktake.BookLine{Section: k.section, Item: k.item}, false
}
