package count

import (
	"cmp"
	"slices"

	"jard/internal/reconcile"
	"jard/internal/stocktake"
)

// scene is what the lines of one view share, besides their sections.
type scene struct {
	basis      *reconcile.Basis
	fed        bool // the site has a feed
	tolerances *tolerances
	moves      map[stocktake.ItemID][]*Move
	sections   map[stocktake.SectionID]*sectionState
	spots      []*spot                    // in the order of the site's plan
	shares     map[lineKey]reconcile.Line // of items whose movements may be several sections': Elsewhere and First
}

// row is one line as reconcile takes it. Its slices are used again for the next.
type row struct {
	reconcile.Line
	active bool    // when anything was looked at matters: there is a feed, or something was carried
	spots  []*spot // that have a say, in the order of the site's plan
	places []int32 // of each spot its index in Places plus one; 0: it does not hold the item
	argued bool    // walks found other quantities: whether they agree goes by clocks
}

// setScene gathers what lines share.
func (f *Fold) setScene(v *View, spots []*spot, sections map[stocktake.SectionID]*sectionState) {
	f.scene = scene{basis: reconcile.Still(), fed: f.feed.Offset > 0, spots: spots, sections: sections, tolerances: f.tolerances()}
	if f.scene.fed {
		f.scene.basis = reconcile.NewBasis(f.plan.rules(), f.material.Snapshot, f.feed.Watermark)
	}
	f.scene.moves = movesByItem(v.Moves)
	f.share(v)
}

func movesByItem(list []Move) map[stocktake.ItemID][]*Move {
	var moves map[stocktake.ItemID][]*Move
	for i := range list {
		if m := &list[i]; m.Item != "" {
			if moves == nil {
				moves = map[stocktake.ItemID][]*Move{}
			}
			moves[m.Item] = append(moves[m.Item], m)
		}
	}
	return moves
}

// place gives the section and location that a movement is known to be of; a location that the site does not have says nothing.
func (f *Fold) place(b *booked) (stocktake.SectionID, stocktake.LocationID) {
	if b.location != 0 {
		if l, known := f.locationIndex()[stocktake.LocationID(f.texts[b.location])]; known {
			return l.Section, l.ID
		}
	}
	return stocktake.SectionID(f.texts[b.section]), ""
}

// loose reports whether any movement of the item names no section.
func (f *Fold) loose(item stocktake.ItemID) bool {
	return slices.ContainsFunc(f.feed.items[item], func(b booked) bool { id, _ := f.place(&b); return id == "" })
}

// share works out which sections movements may be of that name none: those that hold the item by the books, by what was met, or by
// what was brought there. The section of which the books hold most comes first; of
// one in which nobody met the item, every location may hold it.
func (f *Fold) share(v *View) {
	if len(f.feed.items) == 0 {
		return
	}
	holders := map[stocktake.ItemID][]holder{}
	loose := map[stocktake.ItemID]bool{}
	for item := range f.feed.items {
		loose[item] = f.loose(item)
	}
	for _, line := range f.material.Snapshot.Lines {
		if loose[line.Item] && line.Quantity != 0 {
			holders[line.Item] = append(holders[line.Item], holder{lineKey{line.Section, line.Item}, line.Quantity})
		}
	}
	for k := range v.history.observers {
		if loose[k.item] && !slices.ContainsFunc(holders[k.item], func(h holder) bool { return h.key == k }) {
			holders[k.item] = append(holders[k.item], holder{key: k})
		}
	}
	for item := range loose {
		if loose[item] {
			holders[item] = f.addNamed(item, holders[item])
		}
	}
	f.scene.shares = map[lineKey]reconcile.Line{}
	for _, list := range holders {
		f.shareOut(list, v.history)
	}
}

// holder is a section that holds an item, and how much by its books.
type holder struct {
	key  lineKey
	book stocktake.Quantity
}

// shareItem works it out for one item, of which a movement has come.
func (f *Fold) shareItem(item stocktake.ItemID, h *history) {
	if !f.loose(item) {
		return
	}
	var list []holder
	for id := range f.scene.sections {
		k := lineKey{id, item}
		delete(f.scene.shares, k)
		if book := f.bookLine(k).Quantity; book != 0 || h.meeting(k) != nil {
			list = append(list, holder{k, book})
		}
	}
	f.shareOut(f.addNamed(item, list), h)
}

// addNamed adds the sections of which a movement of the item, or something carried, names the section: what was brought there may have
// been sold there since, though the books had none and nobody met it.
func (f *Fold) addNamed(item stocktake.ItemID, list []holder) []holder {
	add := func(id stocktake.SectionID) {
		k := lineKey{id, item}
		if id != "" && !slices.ContainsFunc(list, func(h holder) bool { return h.key == k }) {
			list = append(list, holder{key: k})
		}
	}
	for i := range f.feed.items[item] {
		section, _ := f.place(&f.feed.items[item][i])
		add(section)
	}
	for _, m := range f.scene.moves[item] {
		add(f.locationIndex()[m.From].Section)
		add(f.locationIndex()[m.To].Section)
	}
	return list
}

// shareOut settles which kinds of movement each of an item's holders could have.
func (f *Fold) shareOut(list []holder, h *history) {
	if len(list) < 2 {
		return
	}
	slices.SortFunc(list, func(a, b holder) int {
		return cmp.Or(-cmp.Compare(a.book, b.book), cmp.Compare(a.key.section, b.key.section))
	})
	lines := make([]*reconcile.Line, len(list))
	for n, x := range list {
		lines[n] = &reconcile.Line{Places: f.holding(x.key, h.meeting(x.key))}
	}
	f.scene.basis.Share(lines...)
	if f.scene.shares == nil {
		f.scene.shares = map[lineKey]reconcile.Line{}
	}
	for n, x := range list {
		f.scene.shares[x.key] = reconcile.Line{Elsewhere: lines[n].Elsewhere, First: lines[n].First}
	}
}

// booksSince lists the lines to which something was booked that the snapshot does not include, where the feed names the section.
func (f *Fold) booksSince() map[lineKey]bool {
	list := map[lineKey]bool{}
	for item := range f.feed.items {
		f.bookedSince(item, list)
	}
	return list
}

// bookedSince adds the lines of one item.
func (f *Fold) bookedSince(item stocktake.ItemID, list map[lineKey]bool) {
	included, asOf := stocktake.ReadPosition(f.material.Snapshot.Position), reconcile.At(f.material.Snapshot.AsOf)
	for i := range f.feed.items[item] {
		b := &f.feed.items[item][i]
		since := b.at > asOf
		if included > 0 && b.position > 0 {
			since = b.position > included
		}
		if section, _ := f.place(b); since && section != "" {
			list[lineKey{section, item}] = true
		}
	}
}

// holding lists the kinds of location that hold an item in a section.
func (f *Fold) holding(k lineKey, met *meeting) []reconcile.Place {
	var all reconcile.PlaceKind
	if met != nil {
		for _, n := range met.spots {
			all |= reconcile.PlaceKindOf(f.scene.spots[n].location.Kind)
		}
	} else {
		for _, l := range f.material.Site.Locations {
			if l.Section == k.section {
				all |= reconcile.PlaceKindOf(l.Kind)
			}
		}
	}
	return []reconcile.Place{{Kind: all, Holds: true}}
}

// cast begins a line: its spots, the places that hold the item, and what moved. What was found there is filled in by the caller.
func (f *Fold) cast(k lineKey, book stocktake.BookLine, sec *sectionState, met *meeting) *row {
	r := &f.row
	moves, bookings := f.scene.moves[k.item], f.feed.items[k.item]
	r.active, r.argued = f.scene.fed || f.within(k, moves, false), false
	r.Line = reconcile.Line{Book: book.Quantity, Cost: book.Cost, Places: r.Places[:0], Movements: r.Movements[:0], Moves: r.Moves[:0]}
	r.spots = append(r.spots[:0], sec.tangled...)
	add := func(s *spot) {
		if s != nil && !slices.Contains(r.spots, s) {
			r.spots = append(r.spots, s)
		}
	}
	if met != nil {
		for _, n := range met.spots {
			if s := f.scene.spots[n]; r.active || s.simple != nil && (s.simple.met(k.item) || s.second.meets(k.item)) {
				add(s)
			}
		}
	}
	var named []*spot
	name := func(id stocktake.LocationID) {
		if s := sec.spots[id]; s != nil {
			named = append(named, s)
			add(s)
		}
	}
	for i := range bookings {
		if section, location := f.place(&bookings[i]); section == k.section && location != "" {
			name(location)
		}
	}
	for _, m := range moves {
		name(m.From)
		name(m.To)
	}
	slices.SortFunc(r.spots, func(a, b *spot) int { return cmp.Compare(a.order, b.order) })
	r.places = r.places[:0]
	for _, s := range r.spots {
		at := int32(0)
		if slices.Contains(named, s) || met != nil && slices.Contains(met.spots, int32(s.order)) {
			r.Places = append(r.Places, reconcile.Place{Kind: reconcile.PlaceKindOf(s.location.Kind), Holds: true})
			at = int32(len(r.Places))
		}
		r.places = append(r.places, at)
	}
	if !r.active {
		return r
	}
	r.Around = f.around(sec)
	if share, ok := f.scene.shares[k]; ok {
		r.Elsewhere, r.First = share.Elsewhere, share.First
	}
	f.castMovements(r, k, bookings)
	for _, m := range moves {
		from, to := r.at(m.From), r.at(m.To)
		if from > 0 && to > 0 || f.scene.fed && from+to > 0 { // across sections only a feed tells what a move was
			r.Moves = append(r.Moves, reconcile.Move{Quantity: m.Quantity, Taken: m.taken, Placed: m.placed, From: from, To: to})
		}
	}
	return r
}

// at is the index of a location in Places plus one.
func (r *row) at(id stocktake.LocationID) int32 {
	for n, s := range r.spots {
		if s.location.ID == id {
			return r.places[n]
		}
	}
	return 0
}

func (f *Fold) castMovements(r *row, k lineKey, bookings []booked) {
	voids := false
	for i := range bookings {
		b := &bookings[i]
		section, location := f.place(b)
		if section != "" && section != k.section {
			continue
		}
		m := reconcile.Movement{Booked: b.at, Quantity: b.quantity, Position: b.position, Kind: b.kind, Loose: section == "", Posts: b.posts}
		if location != "" {
			m.Place = r.at(location)
		}
		voids = voids || b.voiding
		r.Movements = append(r.Movements, m)
	}
	if !voids {
		return
	}
	index, n := map[key]int32{}, int32(0)
	mine := func(visit func(b *booked)) {
		n = 0
		for i := range bookings {
			if section, _ := f.place(&bookings[i]); section == "" || section == k.section {
				n++
				visit(&bookings[i])
			}
		}
	}
	mine(func(b *booked) { index[b.id] = n })
	mine(func(b *booked) {
		if b.voiding {
			r.Movements[n-1].Voids = cmp.Or(index[b.voids], reconcile.Missing)
		}
	})
}

// around is when the locations of a section were observed that have one simple walk; the others have their say line by line.
func (f *Fold) around(sec *sectionState) reconcile.Span {
	if !sec.looked {
		sec.looked, sec.around = true, reconcile.Span{}
		for _, s := range sec.list {
			if s.simple != nil {
				span, _ := f.visited(s.simple)
				sec.around = sec.around.Join(span)
			}
		}
	}
	return sec.around
}

// visited is when a group was at its location, from its first opening to its last closing.
func (f *Fold) visited(g *group) (reconcile.Span, bool) {
	if g.span.IsZero() {
		for _, p := range g.passes {
			span, open := f.passed(p)
			g.span = g.span.Join(span)
			g.open = g.open || open
		}
	}
	return g.span, g.open
}

func (f *Fold) passed(p *Pass) (reconcile.Span, bool) {
	t := p.tally
	span, open := f.when(t.opened.fact, t.opened.mono, t.opened.at)
	for i := range t.closed {
		end, unmeasured := f.when(t.closed[i].fact, t.closed[i].mono, t.closed[i].at)
		span, open = span.Join(end), open || unmeasured
	}
	if len(t.closed) == 0 { // a supervisor completed it
		for i := range p.facts.observed {
			o := &p.facts.observed[i]
			end, unmeasured := f.when(o.fact, o.mono, o.end)
			span, open = span.Join(end), open || unmeasured
		}
	}
	return span, open
}

// seen is when groups observed an item, as interval says it, with all that is not known about clocks.
func (f *Fold) seen(groups []*group, item stocktake.ItemID) (span reconcile.Span, open bool) {
	for _, g := range groups {
		var one reconcile.Span
		var unmeasured bool
		if o := g.entry(item); o != nil {
			one, unmeasured = f.when(o.fact, o.mono, o.end)
			before := o.end - o.start + f.stepped(o) // the scan was told by the wall clock, which may have been set since
			begun, _ := f.when(o.fact, max(o.mono-before, 0), o.end-before)
			one = one.Join(begun)
		} else {
			one, unmeasured = f.visited(g)
		}
		span, open = span.Join(one), open || unmeasured
	}
	return span, open
}

// entry is the one entry of the group that declared all of the item there; nil when there is none.
func (g *group) entry(item stocktake.ItemID) *observedFact {
	var only *met
	for _, p := range g.passes {
		if m := p.tally.items[item]; m != nil {
			if only != nil {
				return nil
			}
			only = m
		}
	}
	if only == nil {
		return nil
	}
	return only.entry
}

// empty notes a place where the item may be, and that a walk did not meet there.
func (r *row) empty(place int32, f *Fold, g *group) {
	if r.active && place > 0 {
		p := &r.Places[place-1]
		p.Span, p.Open = f.visited(g)
	}
}

// within reports whether any of the moves stayed within a line's section; unmeasured: and waits for a measurement of its device's clock.
func (f *Fold) within(k lineKey, moves []*Move, unmeasured bool) bool {
	index := f.locationIndex()
	return slices.ContainsFunc(moves, func(m *Move) bool {
		return (m.open || !unmeasured) && index[m.From].Section == k.section && index[m.To].Section == k.section
	})
}

// agree reports whether two walks of one place found the same, lot by lot, but for what may have moved between them.
func (f *Fold) agree(r *row, place int32, item stocktake.ItemID, a, b *rival) bool {
	if slices.Equal(a.cells, b.cells) {
		return true
	}
	if !r.active || place == 0 {
		return false
	}
	r.argued = true
	first, _ := f.seen(a.groups, item)
	second, _ := f.seen(b.groups, item)
	low, high := f.scene.basis.Change(&r.Line, int(place-1), first, second)
	sum := total(b.cells) - total(a.cells)
	if sum < low || sum > high {
		return false
	}
	least, most := min(low, 0), max(high, 0)
	within := func(d stocktake.Quantity) bool { return d >= least && d <= most }
	of := func(cells []Cell, k cellKey) (q stocktake.Quantity) {
		for _, c := range cells {
			if c.cellKey == k {
				q += c.Quantity
			}
		}
		return q
	}
	for _, cells := range [][]Cell{a.cells, b.cells} {
		for _, c := range cells {
			if !within(of(b.cells, c.cellKey) - of(a.cells, c.cellKey)) {
				return false
			}
		}
	}
	return true
}

// The keys of what makes a line provisional besides the blockers of its section.
const (
	ProvisionalFeed  = "feed-behind" // the watermark has not passed all that could touch the line
	ProvisionalShort = "feed-short"  // the feed begins too late
	ProvisionalClock = "clock-open"  // a device's clock has not been measured since
)

// awaits adds why a line's figures may still change for what the feed has not brought.
func (l *Line) awaits(p reconcile.Provisional) {
	for _, x := range [...]struct {
		cause reconcile.Provisional
		key   string
	}{{reconcile.ClockOpen, ProvisionalClock}, {reconcile.FeedBehind, ProvisionalFeed}, {reconcile.FeedShort, ProvisionalShort}} {
		if p&x.cause != 0 {
			l.Provisional = append(l.Provisional, x.key)
		}
	}
	slices.Sort(l.Provisional)
}

// Certain reports whether the line's variance is one figure, which nothing that is still to come may change: only of such a line
// it is said that it matches the books.
func (l *Line) Certain() bool {
	return l.Variance != nil && l.Variance.Exact && len(l.Provisional) == 0
}

// Unsettled reports whether the line's figures wait for the feed or a clock, so that nobody but a person with a reason may take them
// as they are.
func (l *Line) Unsettled() bool {
	return l.Variance != nil && l.Variance.Provisional != 0
}
