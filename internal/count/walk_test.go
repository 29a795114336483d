package count_test

import (
	"testing"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// walk is one person's pass over one location, as their handheld records it. Its own totals are kept as the device
// keeps them.
type walk struct {
	s       *script
	stream  count.Stream
	id      stocktake.PassID
	at      int64
	n       int64
	q       stocktake.Quantity
	entries map[stocktake.EventID]count.Event
}

// open begins a walk: the device is named after the person. Edit changes the opening.
func (s *script) open(person stocktake.PersonID, at stocktake.LocationID, edit ...func(*count.Event)) *walk {
	s.t.Helper()
	w := s.unopened(person)
	e := w.event("pass.opened")
	e.Location, e.Round, e.Person, e.Mode = at, 1, person, "quantity"
	for _, f := range edit {
		f(&e)
	}
	s.push(w.stream, e)
	return w
}

// unopened is a walk whose opening has not arrived.
func (s *script) unopened(person stocktake.PersonID) *walk {
	device := count.Stream{Device: stocktake.DeviceID("d-" + string(person)), Epoch: "e1"}
	return &walk{
		s: s, stream: device, id: stocktake.PassID(s.newID("p")), at: dawn + int64(len(s.entries))*1000,
		entries: map[stocktake.EventID]count.Event{},
	}
}

func (w *walk) event(kind string) count.Event {
	w.at += 1000
	return count.Event{Version: 1, ID: stocktake.EventID(w.s.newID("e")), Name: kind, Session: session, At: w.at, Pass: w.id}
}

// seen makes an observation of so many single units without sending it.
func (w *walk) seen(item stocktake.ItemID, units int64, edit ...func(*count.Event)) count.Event {
	e := w.event("observed")
	e.Code, e.Item, e.Pack, e.Amount = "code-"+string(item), item, 1000, stocktake.Quantity(units*1000)
	for _, f := range edit {
		f(&e)
	}
	return e
}

// see observes so many single units of an item and gives the event.
func (w *walk) see(item stocktake.ItemID, units int64, edit ...func(*count.Event)) count.Event {
	w.s.t.Helper()
	e := w.seen(item, units, edit...)
	w.s.push(w.stream, e)
	w.keep(e)
	return e
}

// scan observes a code that the device knew no item for.
func (w *walk) scan(code string, units int64, edit ...func(*count.Event)) count.Event {
	w.s.t.Helper()
	return w.see("", units, append([]func(*count.Event){func(e *count.Event) { e.Code = code }}, edit...)...)
}

func (w *walk) keep(e count.Event) {
	q, err := stocktake.Times(e.Amount, e.Pack)
	if err != nil {
		w.s.t.Fatal(err)
	}
	w.entries[e.ID] = e
	w.n++
	w.q += q
}

// reversal takes an observation back, without sending it.
func (w *walk) reversal(of count.Event) count.Event {
	e := of
	made := w.event("reversed")
	e.ID, e.Name, e.At, e.Reverses, e.ScannedAt, e.AllHere = made.ID, made.Name, made.At, of.ID, 0, false
	return e
}

// undo takes an observation back.
func (w *walk) undo(of count.Event) count.Event {
	w.s.t.Helper()
	e := w.reversal(of)
	w.s.push(w.stream, e)
	q, _ := stocktake.Times(of.Amount, of.Pack)
	w.n--
	w.q -= q
	return e
}

// close ends the walk with the device's own totals.
func (w *walk) close() count.Event {
	w.s.t.Helper()
	return w.closeAs(w.n, w.q)
}

func (w *walk) closeAs(observations int64, quantity stocktake.Quantity) count.Event {
	w.s.t.Helper()
	e := w.event("pass.closed")
	e.Observations, e.Quantity = observations, quantity
	w.s.push(w.stream, e)
	return e
}

// found is what a walk meets.
type found map[stocktake.ItemID]int64

// whole walks a location from opening to closing.
func (s *script) whole(person stocktake.PersonID, at stocktake.LocationID, what found, edit ...func(*count.Event)) *walk {
	s.t.Helper()
	w := s.open(person, at, edit...)
	for _, item := range []stocktake.ItemID{"milk", "eggs", "rice", "oil", "ice", "tea"} {
		if units, ok := what[item]; ok {
			w.see(item, units)
		}
	}
	w.close()
	return w
}

// task gives a task and returns the edit that takes it.
func (s *script) task(round int, at stocktake.LocationID, items ...stocktake.ItemID) func(*count.Event) {
	s.t.Helper()
	t := count.Task{ID: s.newID("t"), Round: round, Location: at, Items: items}
	if round == 1 {
		s.decide("sara", count.Assigned, count.Assignment{Tasks: []count.Task{t}})
	} else {
		s.decide("sara", count.RecountOrdered, count.Recount{Round: round, Tasks: []count.Task{t}})
	}
	return func(e *count.Event) { e.Round, e.Assignment = round, t.ID }
}

func continues(w *walk) func(*count.Event) { return func(e *count.Event) { e.Continues = w.id } }

func replaces(w *walk) func(*count.Event) { return func(e *count.Event) { e.Replaces = w.id } }

// abandon gives a pass up as it is shown.
func (s *script) abandon(id stocktake.PassID, reason string) {
	s.t.Helper()
	s.decide("sara", count.PassAbandoned, count.PassDecision{Pass: id, Digest: s.pass(id).Digest, Reason: reason})
}

// asideCode sets an unknown code aside as it is shown.
func (s *script) asideCode(code, reason string) {
	s.t.Helper()
	for _, u := range s.view().Unknown {
		if u.Code == code {
			s.decide("sara", count.CodeResolved, count.Resolution{Code: code, SetAside: true, Digest: u.Digest, Reason: reason})
			return
		}
	}
	s.t.Fatalf("code %s is not unknown", code)
}

// dairyCounted is where most stories start: both locations of dairy walked, milk and eggs as the books say.
func dairyCounted(t testing.TB) (*script, *walk, *walk) {
	t.Helper()
	s := write(t)
	a1 := s.whole("ali", "A1", found{"milk": 10})
	a2 := s.whole("badr", "A2", found{"eggs": 6})
	s.want("dairy", "milk", count.LineWithin, 10)
	s.want("dairy", "eggs", count.LineWithin, 6)
	return s, a1, a2
}
