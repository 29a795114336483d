package simulate

import (
	"context"
	"errors"
	"slices"

	"jard/internal/count"
	"jard/internal/stocktake"
	"jard/internal/wire"
)

// Counter is one person with a device in hand, who walks location by location and records what stands there.
type Counter struct {
	Device  *Device
	Person  stocktake.PersonID
	Session stocktake.SessionID
	Truth   Truth
	Seed    uint64
	Habits  Habits
	Pace    Pace

	// Of counters who share what is assigned to nobody, this is number Index. Where the session has no tasks at all,
	// they share its locations instead.
	Index, Of int
	// Overlap is the chance that a location of nobody's is counted by two of them, who may come to differ.
	Overlap float64
	// Continues names passes of dead devices that this counter goes on with, by location.
	Continues map[stocktake.LocationID]stocktake.PassID
}

// Walk counts what there is to count for this person now, and returns when nothing is left, or the session closes. After
// a kill it goes on in the middle of a pass.
func (c *Counter) Walk(ctx context.Context) error {
	defer c.Device.Radio().On()
	for {
		t, err := c.next()
		if err != nil || t == nil {
			return err
		}
		err = c.pass(ctx, *t)
		if errors.Is(err, SessionClosing) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// Stay walks, and walks again whenever a feed brings more, until the session closes; then it hands everything in.
func (c *Counter) Stay(ctx context.Context) error {
	for {
		changed := c.Device.Changed()
		a, ok := c.Device.Attending(c.Session)
		switch {
		case !ok:
			return PackMissing.New(string(c.Session))
		case a.over():
			return nil
		case a.State == wire.StateClosing:
			return c.Device.Drained(ctx, c.Session)
		}
		if err := c.Walk(ctx); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		}
	}
}

// next gives what to count next: an open pass first, then tasks by round and in the order of the site's plan.
func (c *Counter) next() (*wire.Task, error) {
	a, ok := c.Device.Attending(c.Session)
	if !ok {
		return nil, PackMissing.New(string(c.Session))
	}
	if !a.open() {
		return nil, nil
	}
	pack, err := c.Device.Pack(c.Session)
	if err != nil {
		return nil, err
	}
	order := pack.locations()
	walks := slices.DeleteFunc(c.Device.Walks(c.Session), func(w Walk) bool { return w.Opened.Person != c.Person })
	tasks := a.Tasks
	if len(tasks) == 0 {
		for _, l := range order {
			tasks = append(tasks, wire.Task{Round: 1, Location: l})
		}
	}
	for _, w := range walks {
		if !w.Closed {
			return resumed(&w, tasks), nil
		}
	}
	slices.SortStableFunc(tasks, func(a, b wire.Task) int {
		if a.Round != b.Round {
			return a.Round - b.Round
		}
		return slices.Index(order, a.Location) - slices.Index(order, b.Location)
	})
	for _, t := range tasks {
		if !c.mine(&t, slices.Index(order, t.Location)) {
			continue
		}
		done := slices.ContainsFunc(walks, func(w Walk) bool {
			again := t.Person == "" && w.Opened.Location == t.Location && w.Opened.Round < t.Round // the recounter is another
			return again || (w.Opened.Location == t.Location && w.Opened.Round == t.Round && w.Opened.Assignment == t.Assignment)
		})
		if !done {
			return &t, nil
		}
	}
	return nil, nil
}

// resumed is the task of a pass that was left open, as it was when the pass was opened.
func resumed(w *Walk, tasks []wire.Task) *wire.Task {
	t := wire.Task{Assignment: w.Opened.Assignment, Round: w.Opened.Round, Location: w.Opened.Location}
	for _, known := range tasks {
		if known.Assignment == t.Assignment && known.Location == t.Location && known.Round == t.Round {
			return &known
		}
	}
	return &t
}

// mine reports whether a task is this counter's: by name, or by its turn among those who share what is nobody's. A
// recount of nobody's falls to the next one who has not been there.
func (c *Counter) mine(t *wire.Task, rank int) bool {
	if t.Person != "" {
		return t.Person == c.Person
	}
	if c.Of <= 1 {
		return true
	}
	overlapped := dice(c.Seed, "overlap", string(t.Location)).Float64() < c.Overlap
	turn := (c.Index - max(rank, 0)%c.Of + c.Of) % c.Of // 0: this counter's by rank
	switch {
	case t.Round == 1:
		return turn == 0 || (overlapped && turn == 1)
	case overlapped:
		return turn == t.Round%c.Of
	}
	return turn == (t.Round-1)%c.Of
}

// pass counts one location: opens, walks the script from where the device remembers, and closes with the totals.
func (c *Counter) pass(ctx context.Context, t wire.Task) error {
	pack, err := c.Device.Pack(c.Session)
	if err != nil {
		return err
	}
	items, err := c.Device.fit.Larder.Items(pack.Catalogue)
	if err != nil {
		return err
	}
	labels, err := readScale(pack.Schemes)
	if err != nil {
		return err
	}
	s := writeScript(c.Seed, c, t, c.Truth.At(t.Location), items, labels)
	w, err := c.open(ctx, t, &s)
	if err != nil {
		return err
	}
	for n := len(w.Steps); n < len(s.steps); n++ {
		if s.back && n == len(s.steps)/2 {
			c.Device.Radio().On()
		}
		e, err := c.take(ctx, w, &s.steps[n])
		if err != nil {
			return err
		}
		w.Steps = append(w.Steps, e)
	}
	if s.back {
		c.Device.Radio().On()
	}
	return c.close(w)
}

// open finds the pass that the device remembers as open, or opens one.
func (c *Counter) open(ctx context.Context, t wire.Task, s *script) (*Walk, error) {
	for _, w := range c.Device.Walks(c.Session) {
		o := &w.Opened
		if !w.Closed && o.Person == c.Person && o.Location == t.Location && o.Round == t.Round && o.Assignment == t.Assignment {
			return &w, nil
		}
	}
	if err := pause(ctx, c.Device.fit.Clock, c.Pace.Walk); err != nil {
		return nil, err
	}
	if s.offline {
		c.Device.Radio().Off()
	} else {
		c.Device.Radio().On()
	}
	e, err := c.Device.Record(count.Event{
		Name: opened, Session: c.Session, Pass: stocktake.PassID(stocktake.RandomID()), Location: t.Location, Round: t.Round,
		Person: c.Person, Mode: s.mode, Assignment: t.Assignment, Continues: c.Continues[t.Location],
	})
	if err != nil {
		return nil, err
	}
	return &Walk{Opened: e}, nil
}

// take does one step. An observation spans from its scan to its last key.
func (c *Counter) take(ctx context.Context, w *Walk, s *step) (count.Event, error) {
	e := s.event
	e.Session, e.Pass = c.Session, w.Opened.Pass
	if err := pause(ctx, c.Device.fit.Clock, s.look); err != nil {
		return e, err
	}
	if s.event.Name == reversed {
		// It repeats what it takes back as the device holds it.
		taken, ok := w.latest()
		if !ok {
			return e, nil // a counter of another seed left this pass open
		}
		e = taken
		e.Name, e.Reverses, e.At, e.Offset, e.RTT = reversed, taken.ID, 0, nil, 0
	} else {
		e.ScannedAt = c.Device.Now()
	}
	if err := pause(ctx, c.Device.fit.Clock, s.key); err != nil {
		return e, err
	}
	e.At = max(c.Device.Now(), e.ScannedAt) // a clock that was set back in between must not lose the entry
	return c.Device.Record(e)
}

func (c *Counter) close(w *Walk) error {
	observations, quantity := c.Device.totals(w.Opened.Pass)
	_, err := c.Device.Record(count.Event{
		Name: closed, Session: c.Session, Pass: w.Opened.Pass, Observations: observations, Quantity: quantity,
	})
	return err
}
