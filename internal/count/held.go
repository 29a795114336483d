package count

import (
	"bytes"
	"cmp"
	"slices"

	"jard/internal/stocktake"
)

// Held is an event that does not count: quarantined at ingest, or contradicting another when folded. It stands in the
// log raw; a person lets it count or sets it aside. Key names it in that decision.
type Held struct {
	Key      string               `json:"key"`
	Reason   string               `json:"reason"`
	Offset   uint64               `json:"offset"`
	Log      stocktake.SessionID  `json:"log,omitempty"` // the log that it stands in, where that is not the session's own
	Stream   Stream               `json:"stream"`
	Pass     stocktake.PassID     `json:"pass,omitempty"`
	Location stocktake.LocationID `json:"location,omitempty"`
	Readable bool                 `json:"readable"` // can be let count
	SetAside string               `json:"set_aside,omitempty"`
	Accepted string               `json:"accepted,omitempty"` // why a person let it count: see View.Accepted
	Digest   Digest               `json:"digest"`             // of all that, and of its bytes

	event   *Event
	kind    Kind
	body    key
	streams []Stream // all that brought it to the quarantine
	trusted []Stream // all that brought it on a way that is trusted; an epoch may be missing
}

// bind gives held events the digests that decisions on them name, and says where they stand. Their keys are of their bytes.
func (f *Fold) bind(list []Held) {
	for n := range list {
		h := &list[n]
		h.Log, h.Offset = f.origin(h.Offset)
		d := newDigester("held").text(h.Key).text(h.Reason) // not who brought it: that may be several, in any order
		h.Digest = d.text(string(h.Pass)).text(string(h.Location)).text(h.SetAside).text(h.Accepted).sum()
	}
}

// Open reports whether the event still waits for a person.
func (h *Held) Open() bool { return h.SetAside == "" }

// Reasons for which the fold holds an event by itself: stable keys, shown with their texts by the screens.
const (
	HeldConflict    = "event-conflict"     // one event id came with different bytes
	HeldPassUnknown = "pass-unknown"       // its pass was never opened, as far as is known
	HeldPassTwice   = "pass-twice"         // another event opened the same pass
	HeldForeign     = "pass-foreign"       // the pass is another device's
	HeldLocation    = "location-unknown"   // the site has no such location
	HeldRound       = "round-unknown"      // no such round was ordered
	HeldAssignment  = "assignment-unknown" // no such task, or for another location or round
	HeldReversal    = "reversal-unmatched" // what it takes back is not there, or was something else
	HeldInexact     = "quantity-inexact"   // the resolved code's pack gives no whole number of thousandths, or far too much
)

// conflict is an event id that came with several bodies. None of them counts until a supervisor, having seen them all,
// lets one: the key of each names all, so that a decision lapses when a further body arrives.
type conflict struct {
	bodies []Held // by body
	keyed  bool   // their keys are those of all that are there
}

func (c *conflict) search(body key) (int, bool) {
	return slices.BinarySearchFunc(c.bodies, body, func(h Held, k key) int { return slices.Compare(h.body[:], k[:]) })
}

func (c *conflict) add(h Held) {
	n, _ := c.search(h.body)
	c.bodies = slices.Insert(c.bodies, n, h)
	c.keyed = false
}

func (c *conflict) find(body key) *Held {
	if c != nil {
		if n, ok := c.search(body); ok {
			return &c.bodies[n]
		}
	}
	return nil
}

// all gives the bodies with their keys.
func (c *conflict) all() []Held {
	if !c.keyed {
		var set []byte
		for i := range c.bodies {
			set = append(set, c.bodies[i].body[:]...)
		}
		named := bodyKey(set)
		for i := range c.bodies {
			c.bodies[i].Key = bodyKey(append(named[:], c.bodies[i].body[:]...)).String()
		}
		c.keyed = true
	}
	return c.bodies
}

// winner is the body that a supervisor let count; of several the last. There is none once that word was taken back.
func (f *Fold) winner(c *conflict) (body key, ok bool) {
	last := uint64(0)
	for _, h := range c.all() {
		if at := f.admitted[h.Key]; at > last {
			last, body, ok = at, h.body, f.released[h.Key].word.Accept
		}
	}
	return body, ok
}

// hold files an entry that ingest quarantined. Copies of the same bytes are one.
func (f *Fold) hold(e Entry, reason string) {
	body := bodyKey(e.Body)
	h, again := f.quarantine[body]
	switch {
	case !again:
		h = Held{Key: body.String(), Reason: reason, Offset: e.Offset, Stream: e.Author.Stream, body: body}
		if event, kind, err := ParseEvent(bytes.Clone(e.Body)); err == nil && f.concerns(event.Session) {
			h.event, h.kind, h.Readable, h.Pass, h.Location = event, kind, true, event.Pass, event.Location
			h.trusted = f.bringers(idKey(event.ID), body)
		}
	case reason < h.Reason:
		h.Reason = reason // copies may have been judged differently; the choice must not depend on their order
	}
	if f.arrived(e.Offset) < f.arrived(h.Offset) {
		h.Offset = e.Offset
	}
	if !slices.Contains(h.streams, e.Author.Stream) {
		h.streams = append(slices.Clip(h.streams), e.Author.Stream)
	}
	f.quarantine[body] = h
	if f.released[h.Key].word.Accept {
		f.admit(h)
	}
}

// bringers lists who has brought an event's bytes so that they count.
func (f *Fold) bringers(id, body key) []Stream {
	var list []Stream
	if first, ok := f.events[id]; ok && f.fact(first).body == body {
		list = append(list, *f.fact(first).stream)
	} else if known := f.conflicted[id].find(body); known != nil {
		list = append(list, known.Stream)
	} else {
		return nil
	}
	for _, device := range f.carried[body] {
		list = append(list, Stream{Device: device})
	}
	return list
}

// vouch notes that quarantined bytes came on a way that is trusted: they count from now on, whatever people say.
func (f *Fold) vouch(body key, from Stream) {
	if h, ok := f.quarantine[body]; ok && !slices.ContainsFunc(h.trusted, func(s Stream) bool { return s.Device == from.Device }) {
		h.trusted = append(slices.Clip(h.trusted), from)
		f.quarantine[body] = h
		f.outdate()
	}
}

// release files a supervisor's word on a held event. The last one stands.
func (f *Fold) release(r signed[Release]) {
	name := r.word.Key
	accepted := f.released[name].word.Accept
	f.released[name] = r
	switch {
	case r.word.Accept:
		f.admitted[name] = r.offset
	case r.word.TakeBack:
		delete(f.released, name)
	}
	for _, h := range f.quarantine {
		switch {
		case h.Key != name:
			continue
		case r.word.Accept:
			f.admit(h)
		case accepted:
			f.expel(h)
		}
		return
	}
	if len(f.conflicted) > 0 {
		f.soilAll()
	}
}

// expel takes back what admit did: the event counts only as far as it came on a way that is trusted.
func (f *Fold) expel(h Held) {
	if h.event == nil {
		return
	}
	f.unfile(idKey(h.event.ID), h.body)
	for _, s := range h.trusted {
		f.fileFact(h.Offset, s, 0, h.body, h.kind, h.event)
	}
}

// unfile forgets an event's bytes, whoever brought them.
func (f *Fold) unfile(id, body key) {
	first := *f.fact(f.events[id])
	p := first.pass
	if c := f.conflicted[id]; c == nil {
		delete(f.events, id)
	} else {
		n, _ := c.search(body)
		p = f.passes[c.bodies[n].Pass]
		c.bodies, c.keyed = slices.Delete(c.bodies, n, n+1), false
		if left := c.bodies[0]; first.body == body {
			f.events[id] = f.facts.next()
			f.facts.add(fact{id, left.body, left.Offset, f.kept(left.Stream), 0, f.passes[left.Pass]})
		}
		if len(c.bodies) == 1 {
			delete(f.conflicted, id)
		}
		f.soilAll()
	}
	delete(f.carried, body)
	delete(f.copies, body)
	gone := func(n factID) bool { return f.fact(n).body == body }
	if p == nil {
		for _, c := range f.clocks {
			c.readings = slices.DeleteFunc(c.readings, func(x clockFact) bool { return gone(x.fact) })
		}
		f.moved = slices.DeleteFunc(f.moved, func(x movedFact) bool { return gone(x.fact) })
		return
	}
	// Views made before keep what they have.
	p.opened = slices.DeleteFunc(slices.Clone(p.opened), func(x openedFact) bool { return gone(x.fact) })
	p.observed = slices.DeleteFunc(slices.Clone(p.observed), func(x observedFact) bool { return gone(x.fact) })
	p.reversed = slices.DeleteFunc(slices.Clone(p.reversed), func(x reversedFact) bool { return gone(x.fact) })
	p.closed = slices.DeleteFunc(slices.Clone(p.closed), func(x closedFact) bool { return gone(x.fact) })
	p.tally = nil
}

// accepted lists what a person let count, and what that excludes, so that the word can be changed.
func (f *Fold) accepted() []Held {
	var list []Held
	for _, h := range f.quarantine {
		if r := f.released[h.Key].word; r.Accept && h.event != nil && len(h.trusted) == 0 {
			h.Accepted = r.Reason
			list = append(list, h)
		}
	}
	for _, c := range f.conflicted {
		won, settled := f.winner(c)
		for _, h := range c.all() {
			if h.body == won {
				h.Accepted = f.released[h.Key].word.Reason
			}
			if settled {
				list = append(list, h)
			}
		}
	}
	slices.SortFunc(list, func(a, b Held) int { return cmp.Compare(a.Key, b.Key) })
	return list
}

// admit lets a quarantined event count after all.
func (f *Fold) admit(h Held) {
	if h.event == nil {
		return
	}
	for _, s := range h.streams {
		f.fileFact(h.Offset, s, 0, h.body, h.kind, h.event)
	}
}

// counted reports whether the body counts for its event id.
func (f *Fold) counted(id, body key) bool {
	if len(f.conflicted) == 0 {
		return true
	}
	c := f.conflicted[id]
	if c == nil {
		return true
	}
	won, ok := f.winner(c)
	return ok && won == body
}

// heldNow lists what is held, without what has arrived in order since.
func (f *Fold) heldNow(found []Held) []Held {
	var list []Held
	add := func(h Held) {
		// A word on one fault says nothing of another: where it is held for a new one, a person must look again.
		if r, ok := f.released[h.Key]; ok && !r.word.Accept && (r.word.Fault == "" || r.word.Fault == h.Reason) {
			h.SetAside = r.word.Reason
		}
		list = append(list, h)
	}
	for _, h := range f.quarantine {
		if h.event != nil {
			id := idKey(h.event.ID)
			if first, came := f.events[id]; came && f.fact(first).body == h.body || f.conflicted[id].find(h.body) != nil {
				continue // let count, or the same bytes came again on a way that could be trusted
			}
		}
		add(h)
	}
	for _, c := range f.conflicted {
		if _, settled := f.winner(c); !settled {
			for _, h := range c.all() {
				add(h)
			}
		}
	}
	for _, h := range found {
		add(h)
	}
	return list
}
