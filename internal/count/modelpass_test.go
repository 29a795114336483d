package count_test

import (
	"crypto/sha256"
	"fmt"
	"slices"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// mpass is the model's pass.
type mpass struct {
	id         stocktake.PassID
	open       *count.Event
	devices    map[stocktake.DeviceID]bool
	location   *stocktake.Location
	finds      []find // standing observations of known items
	n          int64
	q          stocktake.Quantity
	last       int64 // when the last standing observation ended
	declared   []count.Totals
	bodies     []string // of its opening and its standing observations
	closedAt   int64
	shown      string // what a supervisor sees of it
	status     count.PassStatus
	lapsed     bool
	start, end int64
}

type find struct {
	item       stocktake.ItemID
	code       string // where it is no item's
	cell       string
	quantity   stocktake.Quantity
	start, end int64
	all        bool
}

// server is an instant of the device's clock in the server's time.
func server(e *count.Event, at int64) int64 {
	if e.Offset != nil {
		return at + *e.Offset
	}
	return at
}

func share(a, b map[stocktake.DeviceID]bool) bool {
	for d := range a {
		if b[d] {
			return true
		}
	}
	return false
}

// smaller compares the hashes of bytes, as far as 128 bits.
func smaller(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return slices.Compare(x[:16], y[:16]) < 0
}

// placePasses makes a pass of each opening and gives it its events: Facts 3 to 6.
func (a *answer) placePasses() {
	a.unknown, a.moved, a.aside = map[string]stocktake.Quantity{}, map[string]stocktake.Quantity{}, map[string]string{}
	done := map[stocktake.PassID]bool{}
	for _, d := range a.docs {
		if a.counts(d) && d.event.Pass != "" && !done[d.event.Pass] {
			done[d.event.Pass] = true
			a.placePass(d.event.Pass)
		}
	}
}

func (a *answer) placePass(id stocktake.PassID) {
	var mine []*doc
	var opening *doc
	for _, d := range a.docs {
		if !a.counts(d) || d.event.Pass != id {
			continue
		}
		mine = append(mine, d)
		if d.kind == count.PassOpened && (opening == nil || smaller(d.body, opening.body)) {
			opening = d
		}
	}
	fault := count.HeldPassUnknown
	var where stocktake.LocationID
	if opening != nil {
		fault, where = a.fault(opening.event), opening.event.Location
	}
	var placed []*doc
	for _, d := range mine {
		switch {
		case d.kind == count.PassOpened && d != opening:
			a.hold(d, count.HeldPassTwice, d.event.Location)
		case fault != "":
			a.hold(d, fault, where)
		case !share(d.trusted, opening.trusted):
			a.hold(d, count.HeldForeign, where)
		default:
			placed = append(placed, d)
		}
	}
	if fault != "" {
		return
	}
	p := &mpass{id: id, open: opening.event, devices: opening.trusted, location: a.location(where), status: count.PassIsOpen}
	p.bodies = []string{short(opening.body)}
	p.start = server(p.open, p.open.At)
	a.passes = append(a.passes, p)
	for _, r := range placed {
		matched := false
		for _, o := range placed {
			matched = matched || takesBack(r, o)
		}
		if r.kind == count.Reversed && !matched {
			a.hold(r, count.HeldReversal, where)
		}
	}
	for _, d := range placed {
		switch d.kind {
		case count.PassClosed:
			said := count.Totals{Observations: d.event.Observations, Quantity: d.event.Quantity}
			if !slices.Contains(p.declared, said) {
				p.declared = append(p.declared, said)
			}
			p.closedAt = max(p.closedAt, server(d.event, d.event.At))
		case count.Observed:
			taken := false
			for _, r := range placed {
				taken = taken || takesBack(r, d)
			}
			if !taken {
				p.bodies = append(p.bodies, short(d.body))
				a.observe(p, d)
			}
		}
	}
	p.end = p.closedAt
	if len(p.declared) == 0 {
		p.end = max(p.start, p.last)
	}
}

func (a *answer) fault(o *count.Event) string {
	if a.location(o.Location) == nil {
		return count.HeldLocation
	}
	if o.Round > a.rounds {
		return count.HeldRound
	}
	if o.Assignment != "" {
		if t := a.task(o.Assignment); t == nil || t.Location != o.Location || t.Round != o.Round {
			return count.HeldAssignment
		}
	}
	return ""
}

func takesBack(r, o *doc) bool {
	x, y := r.event, o.event
	return r.kind == count.Reversed && o.kind == count.Observed && x.Reverses == y.ID && share(r.trusted, o.trusted) &&
		x.Item == y.Item && x.Code == y.Code && x.Lot == y.Lot && x.Condition == y.Condition && x.Amount == y.Amount && x.Pack == y.Pack
}

// observe counts a standing observation under its item, or the one its code means, or as unknown.
func (a *answer) observe(p *mpass, d *doc) {
	e := d.event
	understood := e.Amount * e.Pack / 1000
	p.n++
	p.q += understood
	at := server(e, e.At)
	p.last = max(p.last, at)
	f := find{item: e.Item, cell: fmt.Sprintf("%q %q %q", e.Lot, e.Expiry, e.Condition), quantity: understood, start: at, end: at, all: e.AllHere}
	if e.ScannedAt != 0 {
		f.start = server(e, e.ScannedAt)
	}
	if _, known := a.m.material.Items[e.Item]; !known {
		code, means := a.means(e)
		if means == nil || means.SetAside {
			p.finds = append(p.finds, find{code: code, quantity: understood})
			return
		}
		f.item = means.Item
		if means.Pack != 0 {
			if e.Amount*means.Pack%1000 != 0 || e.Amount*means.Pack/1000 > stocktake.MaxObserved {
				a.hold(d, count.HeldInexact, p.location.ID)
				return
			}
			f.quantity = e.Amount * means.Pack / 1000
		}
	}
	p.finds = append(p.finds, f)
}

// means is the code under which an event's item is unknown, and what somebody said that it means.
func (a *answer) means(e *count.Event) (code string, means *count.Resolution) {
	if code = e.Code; code == "" {
		code = string(e.Item)
	}
	for _, r := range bodies[count.Resolution](a, count.CodeResolved) {
		if r.body.Code == code {
			if means = &r.body; r.body.TakeBack {
				means = nil
			}
		}
	}
	return code, means
}

// placeMoves lists the moves that stand: Moves.
func (a *answer) placeMoves() {
	for _, d := range a.docs {
		if !a.counts(d) || d.event.Pass != "" {
			continue
		}
		e, where := d.event, stocktake.LocationID("")
		if a.location(e.From) != nil {
			where = e.From
		} else if a.location(e.To) != nil {
			where = e.To
		}
		matched := false
		for _, x := range a.docs {
			if a.counts(x) && x.event.Pass == "" && (putsBack(x, d) || putsBack(d, x)) {
				matched = true
			}
		}
		switch item, quantity := e.Item, e.Amount*e.Pack/1000; {
		case matched:
		case d.kind == count.Reversed:
			a.hold(d, count.HeldReversal, where)
		case a.location(e.From) == nil || a.location(e.To) == nil:
			a.hold(d, count.HeldLocation, where)
		default:
			if _, known := a.m.material.Items[item]; !known {
				item = ""
				if code, means := a.means(e); means == nil || means.SetAside {
					a.moved[code] += quantity
				} else {
					if item = means.Item; means.Pack != 0 {
						if quantity = e.Amount * means.Pack / 1000; e.Amount*means.Pack%1000 != 0 || quantity > stocktake.MaxObserved {
							a.hold(d, count.HeldInexact, where)
							continue
						}
					}
				}
			}
			a.moves = append(a.moves, fmt.Sprint("move ", e.Person, " ", item, " ", e.Code, " ", int64(quantity), " ", e.From, " ", e.To, " ", e.Lot, " ", e.Expiry, " ", e.Condition, " ",
				server(e, e.TakenAt), " ", server(e, e.At)))
		}
	}
	slices.Sort(a.moves)
}

func putsBack(r, m *doc) bool {
	x, y := r.event, m.event
	return r.kind == count.Reversed && m.kind == count.Moved && x.Reverses == y.ID && share(r.trusted, m.trusted) && x.From == y.From && x.To == y.To &&
		x.TakenAt == y.TakenAt && x.Item == y.Item && x.Code == y.Code && x.Lot == y.Lot && x.Condition == y.Condition && x.Amount == y.Amount && x.Pack == y.Pack
}

// judgePasses says of each pass whether it counts: Passes.
func (a *answer) judgePasses() {
	for _, p := range a.passes {
		right := count.Totals{Observations: p.n, Quantity: p.q}
		switch {
		case len(p.declared) == 1 && p.declared[0] == right:
			p.status = count.PassIsClosed
		case len(p.declared) > 0:
			p.status = count.PassHasGap
		}
		sorted := fmt.Sprint(p.declared)
		if len(p.declared) > 1 { // in whatever order they came
			var texts []string
			for _, d := range p.declared {
				texts = append(texts, fmt.Sprint(d))
			}
			slices.Sort(texts)
			sorted = fmt.Sprint(texts)
		}
		slices.Sort(p.bodies)
		p.shown = fmt.Sprint(p.id, right, sorted, p.bodies)
		var completed *said[count.PassDecision]
		for _, d := range bodies[count.PassDecision](a, count.PassCompleted) {
			if d.body.Pass == p.id {
				completed = &d
			}
		}
		same := func(d *said[count.PassDecision]) bool {
			return a.unchanged(d.offset, func(b *answer) string { return b.showPass(p.id) }, p.shown)
		}
		last := completed
		if last != nil && last.entry.Author.Person == p.open.Person {
			last = nil
		}
		for _, d := range bodies[count.PassDecision](a, count.PassAbandoned) {
			if d.body.Pass == p.id && (last == nil || last.offset < d.offset) {
				last = &d
			}
		}
		switch {
		case last == nil:
		case last.entry.Kind == count.PassAbandoned:
			if p.lapsed = !same(last); !p.lapsed {
				p.status = count.PassIsAbandoned
			}
		case p.status == count.PassIsOpen, p.status == count.PassHasGap && same(last):
			p.status = count.PassIsCompleted
		case p.status == count.PassHasGap:
			p.lapsed = true
		}
	}
	finished := map[stocktake.PassID]bool{}
	for _, p := range a.passes {
		finished[p.id] = p.status == count.PassIsClosed || p.status == count.PassIsCompleted
	}
	for _, p := range a.passes {
		for _, old := range a.passes {
			if finished[p.id] && p.open.Replaces == old.id && a.before(p) == old {
				old.status = count.PassIsSuperseded
			}
		}
	}
	for _, p := range a.passes {
		for _, f := range p.finds {
			if f.code != "" && p.status != count.PassIsSuperseded {
				a.unknown[f.code] += f.quantity
			}
		}
	}
	for _, code := range a.codes() {
		for _, r := range bodies[count.Resolution](a, count.CodeResolved) {
			if r.body.Code == code {
				delete(a.aside, code)
				if r.body.SetAside && a.unchanged(r.offset, func(b *answer) string { return b.showCode(code) }, a.showCode(code)) {
					a.aside[code] = r.body.Reason
				}
			}
		}
	}
}

// codes are those under which something was counted or moved.
func (a *answer) codes() []string {
	return slices.Compact(slices.Sorted(func(yield func(string) bool) {
		for _, of := range []map[string]stocktake.Quantity{a.unknown, a.moved} {
			for code := range of {
				if !yield(code) {
					return
				}
			}
		}
	}))
}

// showCode is what was counted under a code, pass by pass.
func (a *answer) showCode(code string) string {
	sums := map[string]stocktake.Quantity{}
	for _, p := range a.passes {
		for _, f := range p.finds {
			if f.code == code && p.status != count.PassIsSuperseded {
				sums[string(p.id)] += f.quantity
			}
		}
	}
	return sortedMap(sums)
}

func (a *answer) showPass(id stocktake.PassID) string {
	for _, p := range a.passes {
		if p.id == id {
			return p.shown
		}
	}
	return "none"
}

// unchanged reports whether what is shown now is what the author of a decision saw.
func (a *answer) unchanged(offset uint64, show func(*answer) string, now string) bool {
	n, looked := a.m.seen[offset]
	return looked && show(a.m.at(n)) == now
}

func sameWalk(p, q *mpass) bool {
	return p.location == q.location && p.open.Round == q.open.Round
}

func earlier(p, q *mpass) bool {
	return p.start < q.start || (p.start == q.start && p.id < q.id)
}

// before is the pass that another one continues or replaces, where that leads in no ring.
func (a *answer) before(p *mpass) *mpass {
	names := func(p *mpass) *mpass {
		for _, old := range a.passes {
			if sameWalk(old, p) && (old.id == p.open.Continues || (old.id == p.open.Replaces && old.open.Person == p.open.Person)) {
				return old
			}
		}
		return nil
	}
	first := names(p)
	for n, old := 0, first; old != nil && n <= len(a.passes); n, old = n+1, names(old) {
		if old == p {
			return nil
		}
	}
	return first
}

// mgroup is the model's group: passes that continue each other.
type mgroup struct {
	location       *stocktake.Location
	round          int
	passes         []*mpass
	complete, dead bool
	all            bool
	items          []stocktake.ItemID
}

func (a *answer) gather() {
	sorted := slices.Clone(a.passes)
	slices.SortFunc(sorted, func(p, q *mpass) int {
		if earlier(p, q) {
			return -1
		}
		return 1
	})
	in := map[*mpass]*mgroup{}
	var join func(p *mpass)
	join = func(p *mpass) {
		if in[p] != nil || p.status == count.PassIsSuperseded {
			return
		}
		g := &mgroup{location: p.location, round: p.open.Round}
		if old := a.before(p); old != nil && p.open.Continues == old.id && old.status != count.PassIsSuperseded {
			join(old)
			g = in[old]
		} else {
			a.groups = append(a.groups, g)
		}
		g.passes = append(g.passes, p)
		in[p] = g
	}
	for _, p := range sorted {
		join(p)
	}
	tasks := a.tasks()
	for _, g := range a.groups {
		g.complete, g.dead = false, true
		finished := 0
		for _, p := range g.passes {
			switch p.status {
			case count.PassIsClosed, count.PassIsCompleted:
				finished++
				g.dead = false
			case count.PassIsOpen, count.PassHasGap:
				g.dead = false
				finished = -1000
			}
			if p.open.Assignment == "" {
				g.all = g.all || g.round == 1
				continue
			}
			for _, t := range tasks {
				if t.ID == p.open.Assignment {
					g.all = g.all || len(t.Items) == 0
					g.items = append(g.items, t.Items...)
				}
			}
		}
		g.complete = finished > 0
	}
}

func (g *mgroup) covers(item stocktake.ItemID) bool { return g.all || slices.Contains(g.items, item) }

func (g *mgroup) has(person stocktake.PersonID) bool {
	for _, p := range g.passes {
		if p.open.Person == person {
			return true
		}
	}
	return false
}

func (p *mpass) met(item stocktake.ItemID) bool {
	for _, f := range p.finds {
		if f.item == item {
			return true
		}
	}
	return false
}

func (g *mgroup) met(item stocktake.ItemID) bool {
	for _, p := range g.passes {
		if p.met(item) {
			return true
		}
	}
	return false
}

// span is when the group observed the item.
func (g *mgroup) span(item stocktake.ItemID) (start, end int64) {
	var finds []find
	for i, p := range g.passes {
		for _, f := range p.finds {
			if f.item == item {
				finds = append(finds, f)
			}
		}
		if i == 0 || p.start < start {
			start = p.start
		}
		end = max(end, p.end)
	}
	if len(finds) == 1 && finds[0].all {
		return finds[0].start, finds[0].end
	}
	return start, end
}
