package ministry

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"jard/internal/stocktake"
)

// Courier delivers what societies have sealed. It goes through the outbox one document after the other, in order of
// place for each society, and never holds counting up: it reads what seals have queued.
type Courier struct {
	box    Outbox
	signer *Signer
	http   *http.Client
	clock  Clock
	random func() float64
	log    *slog.Logger

	wake    chan struct{}
	recover map[stocktake.SocietyID]*recovery
}

// recovery is how far the courier is in holding a society's chain against the ministry's.
type recovery struct {
	done     bool // since this server started
	attempts int
	next     time.Time
}

// idle is how long the courier sleeps when nothing is due: a result sealed by another replica is found then.
const idle = time.Minute

// maxDue bounds the deliveries looked at in one round.
const maxDue = 1000

// NewCourier takes a client whose transport verifies the ministry's TLS certificate; random gives [0, 1).
func NewCourier(box Outbox, signer *Signer, h *http.Client, clock Clock, random func() float64, log *slog.Logger) *Courier {
	return &Courier{
		box: box, signer: signer, http: h, clock: clock, random: random, log: log,
		wake: make(chan struct{}, 1), recover: make(map[stocktake.SocietyID]*recovery),
	}
}

// Wake tells the courier that something was sealed or enrolled. It never blocks.
func (c *Courier) Wake() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// Run delivers until ctx ends. A delivery under way then is broken off and made again at the next start: the ministry
// knows a document that it already has.
func (c *Courier) Run(ctx context.Context) error {
	for {
		next, err := c.Round(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			c.log.Error("outbox round failed", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-c.wake:
		case <-c.clock.After(min(max(next.Sub(c.clock.Now()), 0), idle)):
		}
	}
}

// Round attempts everything that is due now and gives when something is due next.
func (c *Courier) Round(ctx context.Context) (next time.Time, err error) {
	now := c.clock.Now()
	next = now.Add(idle)
	soonest := func(t time.Time) {
		if t.Before(next) {
			next = t
		}
	}
	pins, err := c.recoverAll(ctx, soonest)
	if err != nil {
		return next, err
	}
	// What is due within the longest back-off comes too, for its time and its order.
	due, err := c.box.Due(ctx, now.Add(backoffMost), maxDue)
	if err != nil {
		return next, err
	}
	blocked := make(map[stocktake.SocietyID]bool)
	var failed error
	for _, d := range due {
		pin, ok := pins[d.Society]
		if !ok || blocked[d.Society] {
			continue
		}
		if d.Next.After(now) {
			soonest(d.Next)
			blocked[d.Society] = d.Blocking
			continue
		}
		p, err := c.attempt(ctx, pin, d)
		if ctx.Err() != nil {
			return next, ctx.Err()
		}
		if err != nil {
			// One society's damaged document must not keep the others' from being delivered.
			c.log.Error("delivery failed in the store", "society", d.Society, "place", d.At.String(), "error", err)
			blocked[d.Society] = true
			failed = errors.Join(failed, err)
			continue
		}
		if p != nil {
			soonest(p.Next)
			blocked[d.Society] = p.Blocking
		}
	}
	return next, failed
}

// attempt sends one document and records what came of it. It gives the delivery's new state, nil when it has ended; an
// error is the store's.
func (c *Courier) attempt(ctx context.Context, pin Pin, d Delivery) (*Postponement, error) {
	stored, err := c.box.Result(ctx, d.Society, d.At)
	if err != nil {
		return nil, err
	}
	p := &Postponement{Delivery: d}
	cl, err := newClient(c.http, pin.URL, pin.Key)
	var answer Answer
	if err == nil {
		_, answer, err = cl.deliver(ctx, d.Society, stored)
	}
	if ctx.Err() != nil {
		return nil, nil
	}
	log := c.log.With("society", d.Society, "place", d.At.String())
	switch {
	case err == nil && answer.Verdict != Held:
		log.Info("result delivered", "verdict", string(answer.Verdict), "receipt", answer.Number)
		return nil, c.box.Delivered(ctx, d.Society, d.At, answer)
	case err == nil:
		p.Cause, p.Answer, p.Blocking = string(Held), &answer, false
	default:
		p.Cause, p.Blocking = stocktake.Fault(err).Reason.Key, retryable(err)
	}
	p.Attempts++
	p.Next = c.clock.Now().Add(backoff(p.Attempts, c.random))
	log.Warn("delivery postponed", "cause", p.Cause, "attempts", p.Attempts, "next", p.Next, "error", err)
	return p, c.box.Postponed(ctx, *p)
}

// retryable reports whether the ministry, or the way to it, is the trouble, and not this one document.
func retryable(err error) bool {
	switch stocktake.CodeOf(err) {
	case stocktake.Unavailable, stocktake.TooMany, stocktake.Internal:
		return true
	}
	return false
}

// recoverAll holds each enrolled society's chain against the ministry's once after a start, and whenever signing is
// locked, and gives the pins of all that are enrolled.
func (c *Courier) recoverAll(ctx context.Context, soonest func(time.Time)) (map[stocktake.SocietyID]Pin, error) {
	identities, err := c.box.Identities(ctx)
	if err != nil {
		return nil, err
	}
	pins := make(map[stocktake.SocietyID]Pin, len(identities))
	for _, i := range identities {
		if i.Ministry == nil {
			continue
		}
		pins[i.Society] = *i.Ministry
		chain, err := c.box.Chain(ctx, i.Society)
		if err != nil {
			return nil, err
		}
		r := c.recover[i.Society]
		if r == nil {
			r = new(recovery)
			c.recover[i.Society] = r
		}
		if r.done && !chain.Locked {
			continue
		}
		if r.next.After(c.clock.Now()) {
			soonest(r.next)
			continue
		}
		err = c.signer.Recover(ctx, c.http, i.Society)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err == nil {
			*r = recovery{done: true}
			continue
		}
		r.attempts++
		r.next = c.clock.Now().Add(backoff(r.attempts, c.random))
		soonest(r.next)
		level := slog.LevelWarn
		if errors.Is(err, ChainForked) {
			level = slog.LevelError
		}
		c.log.Log(ctx, level, "chain not held against the ministry's", "society", i.Society, "locked", chain.Locked,
			"attempts", r.attempts, "next", r.next, "error", err)
	}
	return pins, nil
}
