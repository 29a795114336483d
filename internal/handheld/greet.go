package handheld

import (
	"context"
	"fmt"
	"sync"
	"time"

	"jard/internal/count"
	"jard/internal/stocktake"
	"jard/internal/wire"
)

// greet answers a hello: where the stream stands here. On the way it finds out whether the store has lost what the
// device was promised, or the device what the store still wants, and has the stream join what it holds.
func (g *Gateway) greet(ctx context.Context, i identity, h *wire.Hello) (*wire.Welcome, error) {
	stream := count.Stream{Device: i.ID, Epoch: h.Epoch}
	mark, err := g.store.Mark(ctx, i.Society, stream)
	if err != nil {
		return nil, err
	}
	incarnation, err := g.store.Incarnation(ctx)
	if err != nil {
		return nil, err
	}
	if !mark.Fenced && !i.Revoked && h.Incarnation != "" && h.Acked > mark.Acked { // who was promised something knows by whom
		if incarnation, err = g.renew(ctx, i, h, mark); err != nil {
			return nil, err
		}
	}
	if !mark.Fenced && !i.Revoked {
		// Before a gap is recorded: it belongs to the sessions that a restored store may have forgotten this stream joined.
		for _, session := range h.Sessions {
			if err := g.rejoin(ctx, i, session, stream, h.Succeeds); err != nil {
				return nil, err
			}
		}
	}
	if !mark.Fenced && h.Oldest > mark.Acked+1 {
		if mark, err = g.gap(ctx, i, stream, mark.Acked+1, h.Oldest-1); err != nil {
			return nil, err
		}
	}
	w := &wire.Welcome{
		Incarnation: incarnation, Mark: wire.Mark(mark), Time: g.now().UnixMilli(), Echo: h.Time, Window: Window,
		MaxEvents: wire.ServerLimits.Events, MaxBytes: maxPush, Server: g.version, MinApp: g.minApp, Revoked: i.Revoked,
	}
	through, known, err := g.store.SafeThrough(ctx, i.Society, stream)
	if err != nil {
		return nil, err
	}
	if known {
		w.SafeThrough = &through
	}
	return w, nil
}

// rejoin makes sure that the seal waits for a stream that holds a session's pack: a store restored from a backup may
// have forgotten it, and a successor takes the place of a fenced stream. Of sessions that are over or unknown the feed
// tells.
func (g *Gateway) rejoin(ctx context.Context, i identity, session stocktake.SessionID, stream count.Stream, succeeds string) error {
	err := g.sessions.Join(ctx, i.Society, session, stream, succeeds)
	if err == nil {
		return nil
	}
	switch stocktake.CodeOf(err) {
	case stocktake.NotFound, stocktake.Conflict:
		return nil
	}
	return err
}

// gap fences a stream whose device no longer holds the event that the store wants next: what follows cannot be appended
// to it without claiming the digest of events that nobody has. The device goes on in a new epoch with what it still
// holds, as after any fence, and a person is shown what is nowhere.
func (g *Gateway) gap(ctx context.Context, i identity, stream count.Stream, from, to uint64) (count.Mark, error) {
	g.log.ErrorContext(ctx, "device no longer holds events that the store wants", "society", i.Society, "device", i.ID,
		"stream", stream.Epoch, "seq", from, "to", to)
	why := Fencing{Why: Gap, Device: i.ID, Epoch: stream.Epoch, From: from, To: to}
	if err := g.sessions.Fence(ctx, i.Society, stream, why); err != nil {
		return count.Mark{}, err
	}
	return g.store.Mark(ctx, i.Society, stream)
}

// history remembers which devices have shown that the store lost events, and when: a device that keeps saying so while
// it refills the store is no second finding, and one that lies, under ever new epochs, does not get to lock its society's
// seals again and again. A second loss within the hour is shown by any other device.
type history struct {
	mu    sync.Mutex
	shown map[string]time.Time
}

const (
	// maxShown bounds the devices remembered.
	maxShown = 10_000
	// shownFor is how long one device's word is not taken again.
	shownFor = time.Hour
)

// renew gives the store's history a new name, because a device was promised under an earlier one what it does not hold,
// and nothing that happened to its society's since explains it: somebody put an older copy in the store's place. Every
// device says hello again, so that none is promised anything more under the old name; but only this society's seals are
// locked, for one device's word is not to stop all others. If theirs is lost too, their own devices show it by what they
// were promised under the names before.
func (g *Gateway) renew(ctx context.Context, i identity, h *wire.Hello, mark count.Mark) (string, error) {
	g.history.mu.Lock()
	defer g.history.mu.Unlock()
	current, err := g.store.Incarnation(ctx)
	if err != nil {
		return "", err
	}
	if known, err := g.store.Renewed(ctx, i.Society, h.Incarnation); err != nil || known {
		return current, err // a restore, or another device has shown it
	}
	key := i.key().String()
	if at, shown := g.history.shown[key]; shown && g.now().Sub(at) < shownFor {
		return current, nil
	}
	why := fmt.Sprintf("device %s shows event %d of epoch %s acknowledged, the store knows %d", i.ID, h.Acked, h.Epoch, mark.Acked)
	g.log.ErrorContext(ctx, "store is older than a device", "society", i.Society, "device", i.ID, "stream", h.Epoch, "seq", h.Acked, "known", mark.Acked)
	renewed, err := g.store.RenewIncarnation(ctx, i.Society, why)
	if err != nil {
		return "", err
	}
	if g.history.shown == nil || len(g.history.shown) >= maxShown {
		g.history.shown = map[string]time.Time{}
	}
	g.history.shown[key] = g.now()
	g.feeds.forgetAll()
	g.live.each(func(s *socket) {
		if s.incarnation.Load() != nil { // it was welcomed under the old name
			s.end(wire.ByeRestored, Renewed.New())
		}
	})
	return renewed, nil
}
