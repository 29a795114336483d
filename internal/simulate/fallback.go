package simulate

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"jard/internal/stocktake"
	"jard/internal/wire"
)

// over is a conversation by HTTP, for networks that block websockets: each request is a hello and one frame.
type over struct {
	d      *Device
	drains map[stocktake.SessionID]bool
	tick   <-chan time.Time
	fenced bool // a fence was sent
}

// converseOver says hello, hands everything over and hears the feeds. Where websockets are merely blocked now, it ends
// there; where they are not even tried, it goes on, and asks for feeds as often as a socket measures the clock.
func (d *Device) converseOver(ctx context.Context) (welcomed bool, err error) {
	o := &over{d: d, drains: make(map[stocktake.SessionID]bool)}
	if err := o.listen(ctx); err != nil {
		return false, err
	}
	for {
		changed := d.Changed()
		if err := o.give(ctx); err != nil {
			return true, err
		}
		asked := false
		select { // what giving all has shown to be wanted
		case <-d.ping:
			asked = true
		default:
		}
		switch {
		case asked:
		case !d.fit.PushOnly:
			return true, errBlocked
		default:
			select {
			case <-ctx.Done():
				return true, nil
			case <-changed:
				continue
			case <-d.ping:
			case <-o.tick:
			}
		}
		if err := o.listen(ctx); err != nil {
			return true, err
		}
	}
}

// listen says hello alone: the answer measures the clock and brings the feeds.
func (o *over) listen(ctx context.Context) error {
	o.tick = o.d.fit.Clock.After(o.d.fit.Ping)
	return o.exchange(ctx, nil)
}

// give pushes all there is, then drains what is closing.
func (o *over) give(ctx context.Context) error {
	for {
		o.d.mu.Lock()
		next := o.d.base.state.Acked + 1
		o.d.mu.Unlock()
		p, err := o.d.push(next, defaultEvents, defaultBytes)
		if err != nil {
			return err
		}
		var f wire.Frame = p
		if p == nil {
			drained := o.d.drainable(o.drains)
			if drained == nil {
				return nil
			}
			o.drains[drained.Session], f = true, drained
		}
		if err := o.exchange(ctx, f); err != nil {
			return err
		}
	}
}

// exchange makes one request and acts on every frame of the answer.
func (o *over) exchange(ctx context.Context, request wire.Frame) error {
	o.d.mu.Lock()
	hello := o.d.hello()
	o.d.mu.Unlock()
	body := wire.Encode(hello)
	if request != nil {
		body = wire.Append(append(body, '\n'), request)
	}
	answer, err := o.d.raw(ctx, http.MethodPost, "/push", body)
	if err != nil {
		return err
	}
	for line := range bytes.SplitSeq(answer, []byte{'\n'}) {
		f, err := wire.Parse(line, wire.DeviceLimits)
		if err != nil {
			return AnswerUnreadable.Wrap(err, "/push")
		}
		if err := o.handle(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

func (o *over) handle(ctx context.Context, f wire.Frame) error {
	d := o.d
	switch f := f.(type) {
	case *wire.Welcome:
		if err := d.welcomed(f); err != nil {
			return err
		}
		return o.judge(ctx, &f.Mark)
	case *wire.Feed:
		return d.fed(f)
	case *wire.Ack:
		return o.judge(ctx, &wire.Mark{Acked: f.Through, Digest: f.Digest})
	case *wire.MarkFrame:
		d.count(func(s *Status) { s.Marks++ })
		return o.judge(ctx, &f.Mark)
	case *wire.Drained:
		if f.Error == nil {
			delete(o.drains, f.Session)
		}
		return d.confirmed(f)
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

// judge compares a mark with the device's own chain, like a link's; a fence is a request of its own, and its answer the
// fenced mark.
func (o *over) judge(ctx context.Context, m *wire.Mark) error {
	d := o.d
	d.mu.Lock()
	digest, ours := d.base.Digest(m.Acked)
	if ours = ours && digest == m.Digest; !ours && !m.Fenced {
		d.mu.Unlock()
		if o.fenced {
			return FrameUnexpected.New("mark after a fence")
		}
		o.fenced = true
		return o.exchange(ctx, &wire.Fence{})
	}
	defer d.mu.Unlock()
	if m.Fenced {
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
		if s.Unsettled > 0 && !s.Revoked {
			d.Measure()
			return false
		}
		return s.Held == 0
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
