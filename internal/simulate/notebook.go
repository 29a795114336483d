package simulate

import (
	"slices"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// Walk is a pass as the device remembers it: rebuilt from its own events when it is switched on, so that a counter goes
// on where the kill came.
type Walk struct {
	Opened   count.Event
	Steps    []count.Event // observations and reversals, in order
	Closed   bool
	Standing int64              // observations that stand
	Quantity stocktake.Quantity // their sum, as understood on the device
}

// latest is the newest observation that nobody has taken back.
func (w *Walk) latest() (count.Event, bool) {
	taken := make(map[stocktake.EventID]bool)
	for _, e := range slices.Backward(w.Steps) {
		if e.Name == reversed {
			taken[e.Reverses] = true
		} else if !taken[e.ID] {
			return e, true
		}
	}
	return count.Event{}, false
}

// notebook indexes the passes that a device recorded, and what still wants a measurement of the clock.
type notebook struct {
	walks map[stocktake.PassID]*Walk
	order []stocktake.PassID
	dirty map[stocktake.SessionID]bool // observed since the last clock event
}

func newNotebook() *notebook {
	return &notebook{walks: make(map[stocktake.PassID]*Walk), dirty: make(map[stocktake.SessionID]bool)}
}

// note takes an event in, after it was stored.
func (n *notebook) note(e *count.Event) {
	switch e.Name {
	case opened:
		n.walks[e.Pass] = &Walk{Opened: *e}
		n.order = append(n.order, e.Pass)
	case observed, reversed:
		n.dirty[e.Session] = true
		w := n.walks[e.Pass]
		if w == nil {
			return
		}
		w.Steps = append(w.Steps, *e)
		quantity, _ := stocktake.Times(e.Amount, e.Pack)
		if e.Name == observed {
			w.Standing++
			w.Quantity += quantity
		} else {
			w.Standing--
			w.Quantity -= quantity
		}
	case closed:
		if w := n.walks[e.Pass]; w != nil {
			w.Closed = true
		}
	case clocked:
		delete(n.dirty, e.Session)
	}
}

// The names of events.
const (
	opened   = "pass.opened"
	closed   = "pass.closed"
	observed = "observed"
	reversed = "reversed"
	clocked  = "clock"
)
