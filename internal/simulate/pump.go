package simulate

import (
	"jard/internal/stocktake"
	"jard/internal/wire"
)

// pushHeader is more than the first line of a push ever takes.
const pushHeader = 256

// defaultBytes and defaultEvents hold where no welcome has said otherwise: pushes over HTTP.
const (
	defaultBytes  = 256 << 10
	defaultEvents = 200
)

// work sends what may be sent now: pushes while the window has room, then drains. It never waits.
func (l *link) work() error {
	if l.welcome == nil || l.fenced || l.quiet != nil {
		return nil
	}
	if l.rewinding {
		if len(l.asked) > 0 {
			return nil
		}
		l.rewinding = false
		l.d.mu.Lock()
		l.next = l.d.base.state.Acked + 1
		l.d.mu.Unlock()
	}
	for len(l.asked) < l.welcome.Window {
		p, err := l.d.push(l.next, l.welcome.MaxEvents, l.welcome.MaxBytes)
		if err != nil {
			return err
		}
		if p == nil {
			return l.drain()
		}
		if err := l.push(p); err != nil {
			return err
		}
		l.next = p.Last() + 1
	}
	return nil
}

// push takes the next events off the database; nil when there is none to send.
func (d *Device) push(first uint64, events, size int) (*wire.Push, error) {
	if d.fit.Batch > 0 {
		events = min(events, d.fit.Batch)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if first < d.base.Oldest() {
		return nil, nil // gone from here: the server shows the gap and says how to go on
	}
	lines, err := d.base.Read(first, events, size-pushHeader)
	if err != nil || len(lines) == 0 {
		return nil, err
	}
	prev, _ := d.base.Digest(first - 1)
	last, _ := d.base.Digest(first + uint64(len(lines)) - 1)
	d.status.Pushed++
	return &wire.Push{First: first, Prev: prev, Digest: last, Events: lines}, nil
}

// push sends one frame, through the weather: half of it, twice, or after an old one.
func (l *link) push(p *wire.Push) error {
	radio, w := l.d.radio, l.d.fit.Weather
	message := wire.Encode(p)
	if radio.chance(w.Torn) {
		if err := l.write(message[:len(message)/2]); err != nil {
			return err
		}
		return errCut
	}
	if p.First > 1 && radio.chance(w.Stale) {
		old, err := l.d.push(max(l.d.oldest(), p.First/2), l.welcome.MaxEvents, l.welcome.MaxBytes)
		if err != nil {
			return err
		}
		if old != nil && old.First < p.First && len(l.asked)+1 < l.welcome.Window {
			if err := l.ask(wire.Encode(old), old.Last()); err != nil {
				return err
			}
		}
	}
	if err := l.ask(message, p.Last()); err != nil {
		return err
	}
	if radio.chance(w.Duplicate) && len(l.asked) < l.welcome.Window {
		return l.ask(message, p.Last())
	}
	return nil
}

func (d *Device) oldest() uint64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.base.Oldest()
}

func (l *link) ask(message []byte, last uint64) error {
	l.asked = append(l.asked, request{push: last})
	return l.write(message)
}

// drain tells the server, for each session that is closing, that nothing is left of it.
func (l *link) drain() error {
	if l.welcome.Revoked || len(l.asked) > 0 {
		return nil
	}
	done := l.d.drainable(l.drains)
	if done == nil {
		return nil
	}
	l.drains[done.Session] = true
	l.asked = append(l.asked, request{})
	return l.send(done)
}

// drainable gives what to say of a closing session: once the clock has been measured for what was observed, which it
// asks for, and everything recorded is acknowledged. Nil when there is nothing to say; asked are not asked again.
func (d *Device) drainable(asked map[stocktake.SessionID]bool) *wire.Drained {
	d.mu.Lock()
	defer d.mu.Unlock()
	for id, a := range d.base.state.Sessions {
		switch {
		case a.State != wire.StateClosing || a.Drained || asked[id]:
		case d.notes.dirty[id]:
			d.Measure()
		case d.base.state.Acked == d.base.Last():
			return &wire.Drained{Session: id, Last: d.base.Last()}
		}
	}
	return nil
}

// Measure asks for a measurement of the clock as soon as the device is connected.
func (d *Device) Measure() {
	select {
	case d.ping <- struct{}{}:
	default:
	}
}
