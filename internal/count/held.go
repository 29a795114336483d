package count

import (
	"jard/internal/stocktake"
)

// Held is an event that does not count: quarantined at ingest, or contradicting another when folded. It stands in the
// log raw; a person lets it count or sets it aside. Key names it in that decision.
type Held struct {
	Key      string               `json:"key"`
	Reason   string               `json:"reason"`
	Offset   uint64               `json:"offset"`
	Stream   Stream               `json:"stream"`
	Pass     stocktake.PassID     `json:"pass,omitempty"`
	Location stocktake.LocationID `json:"location,omitempty"`
	Readable bool                 `json:"readable"` // can be let count
	SetAside string               `json:"set_aside,omitempty"`

	event *Event
	kind  Kind
	body  key
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
	HeldInexact     = "quantity-inexact"   // the resolved code's pack gives no whole number of thousandths
)

// hold files an entry that ingest quarantined. Copies of the same bytes are one.
func (f *Fold) hold(e Entry, reason string) {
	body := bodyKey(e.Body)
	if had, ok := f.quarantine[body]; ok {
		if reason < had.Reason {
			had.Reason = reason // copies may have been judged differently; the choice must not depend on their order
			f.quarantine[body] = had
		}
		return
	}
	h := Held{Key: body.String(), Reason: reason, Offset: e.Offset, Stream: e.Author.Stream, body: body}
	if event, kind, err := ParseEvent(e.Body); err == nil && event.Session == f.session {
		h.event, h.kind, h.Readable, h.Pass, h.Location = event, kind, true, event.Pass, event.Location
	}
	f.quarantine[body] = h
	if r, ok := f.released[h.Key]; ok && r.word.Accept {
		f.admit(h)
	}
}

// release files a supervisor's word on a held event.
func (f *Fold) release(r signed[Release]) {
	f.released[r.word.Key] = r
	if !r.word.Accept {
		return
	}
	for _, h := range f.quarantine {
		if h.Key == r.word.Key {
			f.admit(h)
			return
		}
	}
	for id, bodies := range f.conflicted {
		for body, h := range bodies {
			if h.Key == r.word.Key {
				f.accepted[id] = body
				f.soil(h.Pass)
				return
			}
		}
	}
}

// admit lets a quarantined event count after all.
func (f *Fold) admit(h Held) {
	if h.event != nil {
		f.fileFact(h.Offset, h.Stream, h.body, h.kind, h.event)
	}
}

// counted reports whether the body counts for its event id.
func (f *Fold) counted(id, body key) bool {
	if len(f.conflicted) == 0 {
		return true
	}
	if _, conflict := f.conflicted[id]; !conflict {
		return true
	}
	return f.accepted[id] == body
}

// soil has a pass tallied again.
func (f *Fold) soil(pass stocktake.PassID) {
	if p := f.passes[pass]; p != nil {
		p.tally = nil
	}
}

// heldNow lists what is held, without what has arrived in order since.
func (f *Fold) heldNow(found []Held) []Held {
	var list []Held
	add := func(h Held) {
		if r, ok := f.released[h.Key]; ok {
			if r.word.Accept && h.Readable {
				return
			}
			h.SetAside = r.word.Reason
		}
		list = append(list, h)
	}
	for _, h := range f.quarantine {
		if h.event != nil && f.events[idKey(h.event.ID)] == h.body {
			continue // the same bytes came again on a way that could be trusted
		}
		add(h)
	}
	for id, bodies := range f.conflicted {
		if _, settled := f.accepted[id]; settled {
			continue
		}
		for _, h := range bodies {
			add(h)
		}
	}
	for _, h := range found {
		add(h)
	}
	return list
}
