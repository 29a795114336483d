package simulate

import (
	"context"
	"net/http"
	"time"

	"jard/internal/stocktake"
	"jard/internal/wire"
)

// pushOver hands everything over by HTTP, one hello and push a request, for networks that block websockets. It returns
// when all is acknowledged and, where websockets are not even tried, waits for more. Feeds and the clock need a socket.
func (d *Device) pushOver(ctx context.Context) (pushed bool, err error) {
	for {
		d.mu.Lock()
		changed := d.changed
		hello := d.hello()
		d.mu.Unlock()
		p, err := d.push(hello.Acked+1, defaultEvents, defaultBytes)
		if err != nil {
			return pushed, err
		}
		if p == nil {
			if !d.fit.PushOnly {
				return pushed, nil
			}
			select {
			case <-ctx.Done():
				return pushed, nil
			case <-changed:
			}
			continue
		}
		answer, err := d.raw(ctx, http.MethodPost, "/push", wire.Append(append(wire.Encode(hello), '\n'), p))
		if err != nil {
			return pushed, err
		}
		f, err := wire.Parse(answer, wire.DeviceLimits)
		if err != nil {
			return pushed, AnswerUnreadable.Wrap(err, "/push")
		}
		if err := d.answeredOver(ctx, f); err != nil {
			return pushed, err
		}
		pushed = true
	}
}

func (d *Device) answeredOver(ctx context.Context, f wire.Frame) error {
	switch f := f.(type) {
	case *wire.Ack:
		return d.markedOver(&wire.Mark{Acked: f.Through, Digest: f.Digest})
	case *wire.MarkFrame:
		d.count(func(s *Status) { s.Marks++ })
		return d.markedOver(&f.Mark)
	case *wire.Busy:
		d.count(func(s *Status) { s.Busy++ })
		return pause(ctx, d.fit.Clock, time.Duration(f.RetryMS)*time.Millisecond)
	case *wire.Bye:
		if f.Code == wire.ByeUnsupported {
			return ByeUnsupported.New()
		}
		return ByeSaid.New(string(f.Code))
	}
	return FrameUnexpected.New(f.Type())
}

// markedOver judges a mark that came by HTTP, where no fence can be sent: the new epoch's hello says which one it
// succeeds, and that is enough for the events to arrive.
func (d *Device) markedOver(m *wire.Mark) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	digest, ours := d.base.Digest(m.Acked)
	if m.Fenced || !ours || digest != m.Digest {
		return d.renew()
	}
	d.base.state.Acked = m.Acked
	d.announce()
	return d.base.save()
}

// Settle waits until the server has acknowledged everything that the device recorded, and the clock has been measured
// after the last observation. It needs Connect to run.
func (d *Device) Settle(ctx context.Context) error {
	return d.await(ctx, func(s *Status) bool {
		if s.Unsettled > 0 && s.Online && !s.Revoked && !d.fit.PushOnly {
			d.Measure()
			return false
		}
		return s.Held == 0 && (s.Unsettled == 0 || d.fit.PushOnly || s.Revoked)
	})
}

// Drained waits until the server has confirmed that the device holds nothing more of a closing session. It needs
// Connect to run.
func (d *Device) Drained(ctx context.Context, session stocktake.SessionID) error {
	return d.await(ctx, func(*Status) bool {
		a, ok := d.Attending(session)
		return ok && (a.Drained || a.over())
	})
}

func (d *Device) await(ctx context.Context, done func(*Status) bool) error {
	for {
		changed := d.Changed()
		s := d.Status()
		if done(&s) {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		}
	}
}
