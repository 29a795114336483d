package simulate

import (
	"slices"
	"time"

	"jard/internal/count"
	"jard/internal/stocktake"
	"jard/internal/wire"
)

// greet says hello. The welcome comes through handle like every other frame.
func (l *link) greet() error {
	d := l.d
	d.mu.Lock()
	hello := d.hello()
	d.mu.Unlock()
	l.epoch = hello.Epoch
	return l.send(hello)
}

// hello says where the device's stream stands. The caller holds the lock.
func (d *Device) hello() *wire.Hello {
	s := &d.base.state
	h := &wire.Hello{
		Epoch: s.Epoch, Last: d.base.Last(), Oldest: min(d.base.Oldest(), d.base.Last()+1), Acked: s.Acked, App: d.fit.App,
		Time: d.watch.wall(), Mono: d.watch.mono(), Incarnation: s.Incarnation, Succeeds: s.Succeeds,
	}
	for id, a := range s.Sessions {
		if a.over() {
			continue
		}
		h.Sessions = append(h.Sessions, id)
		if a.Cursor != "" {
			if h.Cursors == nil {
				h.Cursors = make(map[stocktake.SessionID]string)
			}
			h.Cursors[id] = a.Cursor
		}
	}
	slices.Sort(h.Sessions)
	if len(h.Sessions) > wire.MaxSessions {
		h.Sessions = h.Sessions[:wire.MaxSessions]
	}
	return h
}

// handle acts on one frame of the server.
func (l *link) handle(f wire.Frame) error {
	if bye, ok := f.(*wire.Bye); ok {
		return l.farewell(bye)
	}
	if w, ok := f.(*wire.Welcome); ok {
		return l.welcomed(w)
	}
	if l.welcome == nil {
		return FrameUnexpected.New(f.Type())
	}
	switch f := f.(type) {
	case *wire.Ack:
		return l.acked(f)
	case *wire.MarkFrame:
		return l.marked(&f.Mark)
	case *wire.Busy:
		l.d.count(func(s *Status) { s.Busy++ })
		l.answered()
		l.rewinding = true
		// A random part on top, so that a thousand devices do not come back at once.
		wait := time.Duration(f.RetryMS) * time.Millisecond
		l.quiet = l.d.fit.Clock.After(wait + l.d.radio.jitter(wait/2))
	case *wire.Pong:
		return l.d.met(f.Echo, f.Time)
	case *wire.Feed:
		return l.d.fed(f)
	case *wire.Drained:
		return l.confirmed(f)
	default:
		return FrameUnexpected.New(f.Type())
	}
	return nil
}

func (l *link) farewell(bye *wire.Bye) error {
	switch bye.Code {
	case wire.ByeUnsupported:
		return ByeUnsupported.New()
	case wire.ByeRevoked:
		l.d.count(func(s *Status) { s.Revoked = true })
	}
	return ByeSaid.New(string(bye.Code))
}

func (d *Device) count(f func(*Status)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f(&d.status)
	d.announce()
}

func (l *link) welcomed(w *wire.Welcome) error {
	if l.welcome != nil {
		return FrameUnexpected.New(w.Type())
	}
	l.welcome = w
	if err := l.d.welcomed(w); err != nil {
		return err
	}
	l.tick = l.d.fit.Clock.After(l.d.fit.Ping)
	return l.judge(&w.Mark)
}

// welcomed takes in what a welcome says beside the mark.
func (d *Device) welcomed(w *wire.Welcome) error {
	if err := d.met(w.Echo, w.Time); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.status.Connected++
	d.status.Online, d.status.Revoked = true, w.Revoked
	if w.SafeThrough != nil {
		d.status.safe = *w.SafeThrough
	}
	again, err := d.incarnate(w.Incarnation, &w.Mark)
	d.announce()
	if err == nil && again {
		return errAgain
	}
	return err
}

// incarnate takes note of which history the server tells. After a restore it may have forgotten anything: the hello
// joins the sessions again, what is acknowledged is what the new mark says, and where events lie in earlier epochs, whose marks
// cannot be asked for any more, everything that the device holds goes out once more in a new one. Ids lie in the bytes,
// so nothing counts twice. The caller holds the lock.
func (d *Device) incarnate(incarnation string, m *wire.Mark) (again bool, err error) {
	s := &d.base.state
	if s.Incarnation == incarnation {
		return false, nil
	}
	known := s.Incarnation != ""
	s.Incarnation = incarnation
	if !known {
		return false, d.base.save()
	}
	d.status.Restored++
	d.log.Info("server restored", "stream", s.Epoch, "seq", m.Acked)
	for _, a := range s.Sessions {
		a.Cursor = ""
	}
	if s.Base > 0 {
		return true, d.base.Renew(0)
	}
	if digest, ours := d.base.Digest(m.Acked); ours && digest == m.Digest {
		s.Acked = m.Acked
	} else {
		s.Acked = 0 // nothing of what was verified is known to be there
	}
	d.base.unsettle()
	return true, d.base.save()
}

// met takes a measurement of the clock, and records it where observations wait for one: those before it are bracketed.
func (d *Device) met(sent, server int64) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := measure(sent, server, d.watch.wall())
	d.base.state.Contact = &c
	for session := range d.notes.dirty {
		if a := d.base.state.Sessions[session]; a != nil && a.over() {
			delete(d.notes.dirty, session)
			continue
		}
		if _, err := d.record(count.Event{Name: clocked, Session: session}); err != nil {
			return err
		}
	}
	d.announce()
	return nil
}

func (l *link) measure() error {
	if l.welcome == nil || l.welcome.Revoked {
		return nil
	}
	return l.send(&wire.Ping{Time: l.d.watch.wall(), Mono: l.d.watch.mono()})
}

// judge compares a mark with the device's own chain. On it: everything up to it is safe, the rest goes out from there.
// Off it, or beyond its end: somebody else writes under this name.
func (l *link) judge(m *wire.Mark) error {
	d := l.d
	if m.Epoch != l.epoch {
		return FrameUnexpected.New("mark of another epoch")
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if m.Fenced {
		return d.renew()
	}
	digest, ours := d.base.Digest(m.Acked)
	if !ours || digest != m.Digest {
		return l.fence()
	}
	d.base.state.Acked = m.Acked
	l.next, l.rewinding = m.Acked+1, len(l.asked) > 0
	d.announce()
	return nil
}

// fence asks the server to end the stream. The device moves on when that is confirmed: should the socket break before,
// the next welcome leads here again. The caller holds the lock.
func (l *link) fence() error {
	if l.fenced {
		return nil
	}
	l.fenced = true
	l.d.log.Warn("stream off its chain", "stream", l.epoch, "seq", l.d.base.state.Acked)
	return l.send(&wire.Fence{})
}

// renew goes on in a new epoch, with all that no verified mark covers. The caller holds the lock.
func (d *Device) renew() error {
	d.status.Fenced++
	b := d.base
	base := b.state.Base + max(b.state.Acked, b.Oldest()-1)
	if err := b.Renew(base); err != nil {
		return err
	}
	d.log.Info("new epoch", "stream", b.state.Epoch)
	d.announce()
	return errAgain
}

// acked takes an acknowledgement, which answers every push up to it, and checks it like any mark.
func (l *link) acked(a *wire.Ack) error {
	for len(l.asked) > 0 && l.asked[0].push != 0 && l.asked[0].push <= a.Through {
		l.asked = l.asked[1:]
	}
	d := l.d
	d.mu.Lock()
	defer d.mu.Unlock()
	digest, ours := d.base.Digest(a.Through)
	if !ours || digest != a.Digest {
		return l.fence()
	}
	d.base.state.Acked = max(d.base.state.Acked, a.Through)
	d.announce()
	return nil
}

// answered strikes out the oldest push that waits for an answer.
func (l *link) answered() {
	if n := slices.IndexFunc(l.asked, func(r request) bool { return r.push != 0 }); n >= 0 {
		l.asked = slices.Delete(l.asked, n, n+1)
	}
}

func (l *link) marked(m *wire.Mark) error {
	if !m.Fenced {
		l.d.count(func(s *Status) { s.Marks++ })
		l.answered()
	}
	return l.judge(m)
}

// fed takes a feed in, durably: the hello of the next connection names its cursor.
func (d *Device) fed(f *wire.Feed) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	a := d.attend(f.Session)
	was := a.State
	a.take(f)
	if was != f.State {
		d.log.Info("session", "session", f.Session, "state", string(f.State))
	}
	a.Drained = false // of an earlier closing, perhaps: the session may have been open in between
	d.release()
	d.announce()
	return d.base.save()
}

// release lets go of events once a verified backup holds them and every session that the device knows is over. (The
// app looks at each event's own session; a simulated device has few.) The caller holds the lock.
func (d *Device) release() {
	for _, a := range d.base.state.Sessions {
		if !a.over() {
			return
		}
	}
	if through := min(d.status.safe, d.base.state.Acked); through >= d.base.Oldest() {
		d.base.state.Oldest = through + 1
	}
}

func (l *link) confirmed(f *wire.Drained) error {
	if n := slices.Index(l.asked, request{}); n >= 0 {
		l.asked = slices.Delete(l.asked, n, n+1)
	}
	if f.Error == nil {
		delete(l.drains, f.Session)
	}
	return l.d.confirmed(f)
}

// confirmed takes note that the server holds all of a session. What it refuses is said again on the next connection.
func (d *Device) confirmed(f *wire.Drained) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if f.Error != nil {
		d.log.Warn("drain refused", "session", f.Session, "error", f.Error.English)
		return nil
	}
	d.attend(f.Session).Drained = true
	d.announce()
	return d.base.save()
}
