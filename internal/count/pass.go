package count

import (
	"cmp"
	"slices"
	"strings"

	"jard/internal/reconcile"
	"jard/internal/stocktake"
)

// passFacts is all that has arrived about one pass, in any order.
type passFacts struct {
	id       stocktake.PassID
	opened   []openedFact
	observed []observedFact
	reversed []reversedFact
	closed   []closedFact
	photos   map[factID]string // of the few observations that name one; nil in most passes
	tally    *tally            // of these facts; nil once they have changed
	shown    *tally            // as the last view has it
}

type openedFact struct {
	fact                factID
	location            stocktake.LocationID
	round               int
	person              stocktake.PersonID
	assignment          string
	continues, replaces stocktake.PassID
	at, mono            int64
	undirected          bool
}

// observedFact is small and holds no pointer: there are millions.
type observedFact struct {
	amount, pack      stocktake.Quantity
	start, end        int64 // server time by the last measurement, ms: from the scan to the last key
	mono              int64 // at the last key
	fact              factID
	item              word
	code, lot, expiry word
	condition, note   word
	allHere           bool
}

type reversedFact struct {
	fact            factID
	reverses        key
	item, code, lot word
	condition       word
	amount, pack    stocktake.Quantity
}

type closedFact struct {
	fact         factID
	observations int64
	quantity     stocktake.Quantity
	at, mono     int64
}

// file files an event that ingest let pass.
func (f *Fold) file(e *Entry, event *Event) {
	body := bodyKey(e.Body)
	if len(f.quarantine) > 0 {
		f.vouch(body, e.Author.Stream)
	}
	f.fileFact(e.Offset, e.Author.Stream, e.Author.Seq, body, e.Kind, event)
}

func (f *Fold) fileFact(offset uint64, from Stream, seq uint64, body key, kind Kind, event *Event) {
	id := idKey(event.ID)
	stream := f.kept(from)
	var p *passFacts
	if event.Pass != "" && kind != Clocked { // which is evidence for bands and changes no tally; a move belongs to no pass
		if p = f.passes[event.Pass]; p == nil {
			p = &passFacts{id: keep(f, event.Pass)}
			f.passes[p.id] = p
		}
	}
	x := fact{id, body, offset, stream, seq, p}
	n := f.facts.next()
	if first, ok := f.events[id]; !ok {
		f.events[id] = n
	} else if had := f.fact(first); had.body == body {
		f.carry(p, body, had.stream.Device, stream.Device)
		f.again(body, first, borne{stream, seq, offset}, kind, event)
		return // an event id counts once, whichever stream brings it
	} else {
		c := f.conflicted[id]
		if c == nil {
			c = &conflict{}
			c.add(had.held())
			f.conflicted[id] = c
		}
		if known := c.find(body); known != nil {
			f.carry(p, body, known.Stream.Device, stream.Device)
			f.again(body, n, borne{stream, seq, offset}, kind, event)
			return
		}
		c.add(x.held())
		f.soilAll()
		f.outdate()
	}
	f.facts.add(x)
	f.measured(n, stream, seq, kind, event)
	at := event.At
	if event.Offset != nil {
		at += *event.Offset
	}
	if kind == Clocked {
		return
	}
	if p == nil {
		f.fileMove(n, kind, event, at)
		f.outdate()
		return
	}
	p.tally = nil
	f.late.walked(p)
	switch kind {
	case PassOpened:
		p.opened = append(p.opened, openedFact{n, keep(f, event.Location), event.Round, keep(f, event.Person), keep(f, event.Assignment),
			keep(f, event.Continues), keep(f, event.Replaces), at, event.Mono, event.Undirected})
	case Observed:
		start := at
		if event.ScannedAt != 0 {
			start = at - (event.At - event.ScannedAt)
		}
		if len(p.observed) == cap(p.observed) {
			p.observed = slices.Grow(p.observed, max(8, len(p.observed))) // append by itself would copy a long one thrice as often
		}
		p.observed = append(p.observed, observedFact{
			fact: n, item: f.word(string(event.Item)), code: f.word(event.Code), lot: f.word(event.Lot), expiry: f.word(event.Expiry),
			condition: f.word(string(event.Condition)), amount: event.Amount, pack: event.Pack, start: start, end: at, mono: event.Mono, allHere: event.AllHere,
			note: f.word(event.Note),
		})
		if event.Photo != "" {
			if p.photos == nil {
				p.photos = map[factID]string{}
			}
			p.photos[n] = strings.Clone(event.Photo) // the event's texts are parts of its body
		}
	case Reversed:
		p.reversed = append(p.reversed, reversedFact{
			fact: n, reverses: idKey(event.Reverses), item: f.word(string(event.Item)), code: f.word(event.Code), lot: f.word(event.Lot),
			condition: f.word(string(event.Condition)), amount: event.Amount, pack: event.Pack,
		})
	case PassClosed:
		p.closed = append(p.closed, closedFact{n, event.Observations, event.Quantity, at, event.Mono})
	}
}

func (f *Fold) fact(n factID) *fact { return f.facts.at(n) }

// kept gives the one copy of a stream.
func (f *Fold) kept(s Stream) *Stream {
	if f.last != nil && *f.last == s {
		return f.last
	}
	if f.last = f.bearer[s]; f.last == nil {
		f.last = &Stream{s.Device, s.Epoch}
		f.bearer[s] = f.last
	}
	return f.last
}

// held is one side of a conflict.
func (x *fact) held() Held {
	h := Held{Reason: HeldConflict, Offset: x.offset, Stream: *x.stream, Readable: true, body: x.body}
	if x.pass != nil {
		h.Pass = x.pass.id
	}
	return h
}

// carry notes that a further device brought the same event: one that was enrolled anew keeps what it holds. Whose event
// it is must not depend on who was faster.
func (f *Fold) carry(p *passFacts, body key, first, device stocktake.DeviceID) {
	if device == first || slices.Contains(f.carried[body], device) {
		return
	}
	f.carried[body] = append(f.carried[body], device)
	f.outdate()
	if p != nil {
		p.tally = nil
	}
}

// again notes a further stream that brought the same event: when it happened is bracketed there, too.
func (f *Fold) again(body key, n factID, way borne, kind Kind, event *Event) {
	list := f.copies[body]
	known := slices.IndexFunc(list, func(b borne) bool { return b.stream == way.stream && b.seq == way.seq })
	if known >= 0 && f.arrived(list[known].offset) <= f.arrived(way.offset) {
		return
	}
	f.outdate()
	if known >= 0 {
		list[known] = way
		return
	}
	f.copies[body] = append(list, way)
	if n != f.facts.next() || kind != Clocked { // else a measurement that contradicts another of its name
		f.measured(n, way.stream, way.seq, kind, event)
	}
}

// bearers lists the devices that brought a fact.
func (f *Fold) bearers(x *fact) []stocktake.DeviceID {
	list := []stocktake.DeviceID{x.stream.Device}
	if len(f.carried) > 0 {
		list = append(list, f.carried[x.body]...)
	}
	return list
}

// sameDevice reports whether one device brought both facts.
func (f *Fold) sameDevice(a, b *fact) bool {
	if a.stream.Device == b.stream.Device {
		return true
	}
	if len(f.carried) == 0 {
		return false
	}
	others := f.bearers(b)
	return slices.ContainsFunc(f.bearers(a), func(d stocktake.DeviceID) bool { return slices.Contains(others, d) })
}

func (f *Fold) soilAll() {
	for _, p := range f.passes {
		p.tally = nil
	}
}

// met is what a pass found of one item.
type met struct {
	cells    []Cell
	interval reconcile.Interval // of the one entry that declared all of it; else zero: the pass's own
	entry    *observedFact      // that entry; else nil
	entries  int
}

// subject is what a note or a photo is of: an item, or a code while nobody knows what it means. One text may be both.
type subject struct {
	item stocktake.ItemID
	code string
}

// tally is a pass's facts reduced: what stands, by item, and what could not be placed.
type tally struct {
	opened       *openedFact
	items        map[stocktake.ItemID]*met
	unknown      map[string]stocktake.Quantity // unknown code → quantity as understood
	notes        map[subject][]string          // what its counter told; mostly nil
	photos       map[subject][]string          // … and the hashes of what they show
	observations int64
	quantity     stocktake.Quantity // as understood on the device
	content      content            // of opening and observations
	last         int64              // when the last of them ended
	closed       []closedFact
	fault        string // why the pass cannot be placed; "" when it can
	held         []Held
}

// reckon reduces a pass's facts.
func (f *Fold) reckon(p *passFacts) *tally {
	if p.tally != nil {
		return p.tally
	}
	t := &tally{items: make(map[stocktake.ItemID]*met, len(p.observed)), unknown: map[string]stocktake.Quantity{}, fault: HeldPassUnknown}
	p.tally = t
	t.opened = f.opening(p, t)
	var location stocktake.LocationID
	if t.opened != nil {
		location, t.fault = t.opened.location, f.fault(t.opened)
		t.content.add(f.fact(t.opened.fact).body)
	}
	hold := func(x *fact, reason string) {
		t.held = append(t.held, Held{Key: x.body.String(), Reason: reason, Offset: x.offset, Stream: *x.stream, Pass: p.id, Location: location})
	}
	if t.opened != nil && t.fault != "" {
		hold(f.fact(t.opened.fact), t.fault)
	}
	place := func(x *fact) bool {
		switch {
		case !f.counted(x.id, x.body):
			return false // listed with its conflict
		case t.fault != "":
			hold(x, t.fault)
			return false
		case !f.sameDevice(x, f.fact(t.opened.fact)):
			hold(x, HeldForeign)
			return false
		}
		return true
	}
	for i := range p.closed {
		if place(f.fact(p.closed[i].fact)) {
			t.closed = append(t.closed, p.closed[i])
		}
	}
	var reversals map[key][]*reversedFact // by what they take back
	var matched map[*reversedFact]bool
	for i := range p.reversed {
		if r := &p.reversed[i]; place(f.fact(r.fact)) {
			if reversals == nil {
				reversals, matched = map[key][]*reversedFact{}, map[*reversedFact]bool{}
			}
			reversals[r.reverses] = append(reversals[r.reverses], r)
		}
	}
	for i := range p.observed {
		o := &p.observed[i]
		x := f.fact(o.fact)
		if !place(x) {
			continue
		}
		taken := false
		for _, r := range reversals[x.id] {
			if f.takesBack(r, o) {
				taken, matched[r] = true, true // a second one has no effect
			}
		}
		if !taken {
			t.content.add(x.body)
			f.meet(t, o, p.photos[o.fact], hold)
		}
	}
	for _, list := range reversals {
		for _, r := range list {
			if !matched[r] {
				hold(f.fact(r.fact), HeldReversal)
			}
		}
	}
	return t
}

// tell keeps something said of an item or code, once.
func tell(all *map[subject][]string, of subject, said string) {
	if said == "" {
		return
	}
	if *all == nil {
		*all = map[subject][]string{}
	}
	if n, told := slices.BinarySearch((*all)[of], said); !told {
		(*all)[of] = slices.Insert((*all)[of], n, said)
	}
}

// opening picks the event that opened the pass; any other that claims to is held.
func (f *Fold) opening(p *passFacts, t *tally) *openedFact {
	var first *openedFact
	for i := range p.opened {
		o := &p.opened[i]
		x := f.fact(o.fact)
		if f.counted(x.id, x.body) && (first == nil || slices.Compare(x.body[:], f.fact(first.fact).body[:]) < 0) {
			first = o
		}
	}
	for i := range p.opened {
		o := &p.opened[i]
		if x := f.fact(o.fact); o != first && f.counted(x.id, x.body) {
			t.held = append(t.held, Held{Key: x.body.String(), Reason: HeldPassTwice, Offset: x.offset, Stream: *x.stream, Pass: p.id, Location: o.location})
		}
	}
	return first
}

// fault says why a pass cannot be placed in the session; "" when it can.
func (f *Fold) fault(o *openedFact) string {
	if _, ok := f.locationIndex()[o.location]; !ok {
		return HeldLocation
	}
	if o.round > f.rounds {
		return HeldRound
	}
	if o.assignment != "" {
		if task, ok := f.tasks[o.assignment]; !ok || task.Location != o.location || task.Round != o.round {
			return HeldAssignment
		}
	}
	return ""
}

func (f *Fold) takesBack(r *reversedFact, o *observedFact) bool {
	return f.sameDevice(f.fact(r.fact), f.fact(o.fact)) && r.item == o.item && r.code == o.code && r.lot == o.lot &&
		r.condition == o.condition && r.amount == o.amount && r.pack == o.pack
}

// understand says which item an event means and how much of it: the one that it names, if the catalogue has it, else the one
// that its code was resolved to. Item is empty while nobody knows; fault says why the quantity is none.
func (f *Fold) understand(named, code string, amount, pack stocktake.Quantity) (item stocktake.ItemID, quantity stocktake.Quantity, fault string) {
	quantity, _ = stocktake.Times(amount, pack) // checked at ingest
	if _, known := f.material.Items[stocktake.ItemID(named)]; known {
		return stocktake.ItemID(named), quantity, ""
	}
	r, resolved := f.resolved[cmp.Or(code, named)]
	if !resolved || r.word.SetAside {
		return "", quantity, ""
	}
	if r.word.Pack != 0 {
		var err error
		if quantity, err = stocktake.Times(amount, r.word.Pack); err != nil || quantity > stocktake.MaxObserved {
			return "", 0, HeldInexact
		}
	}
	return r.word.Item, quantity, ""
}

// meet adds a standing observation to the tally: under its item as the device understood it, else under the item that
// its code was resolved to, else as unknown.
func (f *Fold) meet(t *tally, o *observedFact, photo string, hold func(*fact, string)) {
	understood, _ := stocktake.Times(o.amount, o.pack) // checked at ingest
	t.observations++
	t.quantity += understood
	t.last = max(t.last, o.end)
	item, quantity, fault := f.understand(f.texts[o.item], f.texts[o.code], o.amount, o.pack)
	if fault != "" {
		hold(f.fact(o.fact), fault)
		return
	}
	if item == "" {
		code := f.texts[cmp.Or(o.code, o.item)]
		t.unknown[code] += understood
		tell(&t.notes, subject{code: code}, f.texts[o.note])
		tell(&t.photos, subject{code: code}, photo)
		return
	}
	tell(&t.notes, subject{item: item}, f.texts[o.note])
	tell(&t.photos, subject{item: item}, photo)
	m := t.items[item]
	if m == nil {
		m = &met{}
		t.items[item] = m
	}
	m.cells = addCell(m.cells, Cell{cellKey{f.texts[o.lot], f.texts[o.expiry], Condition(f.texts[o.condition])}, quantity})
	m.entries++
	m.interval, m.entry = reconcile.Interval{}, nil
	if m.entries == 1 && o.allHere {
		m.interval, m.entry = reconcile.Interval{Start: instant(o.start), End: instant(o.end)}, o
	}
}
