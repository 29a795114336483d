package account

import (
	"container/list"
	"errors"
	"net/netip"
	"sync"
	"time"

	"jard/internal/stocktake"
)

const (
	maxGuessers  = 10_000 // how many keys are remembered; the one untouched the longest goes first
	maxRemoteKey = 64
)

// guesses slows down whoever keeps guessing. A key has some free failures; each further one doubles the wait before the
// next try, from one second to the greatest; every decay of time takes one failure away again. An attempt counts as
// failed from its beginning until it is forgiven, so that many at once gain nothing.
//
// It lives in memory: a restart forgives everybody, and each replica counts for itself.
type guesses struct {
	free  int
	most  time.Duration
	decay time.Duration

	mu    sync.Mutex
	keys  map[string]*list.Element
	order *list.List // of *guesser, the most recently touched in front
}

type guesser struct {
	key     string
	failed  int
	decayed time.Time // up to when failures have been taken away
	until   time.Time // no attempt before it
}

func newGuesses(free int, most, decay time.Duration) *guesses {
	return &guesses{free: free, most: most, decay: decay, keys: map[string]*list.Element{}, order: list.New()}
}

// begin counts an attempt, or refuses it with SlowDown. It answers the wait that it imposed, for forgive.
func (g *guesses) begin(key string, now time.Time) (time.Time, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	e, ok := g.keys[key]
	if !ok {
		if g.order.Len() >= maxGuessers {
			oldest := g.order.Back()
			delete(g.keys, g.order.Remove(oldest).(*guesser).key)
		}
		e = g.order.PushFront(&guesser{key: key, decayed: now})
		g.keys[key] = e
	}
	who := e.Value.(*guesser)
	if wait := who.until.Sub(now); wait > 0 {
		return time.Time{}, SlowDown.New(int((wait + time.Second - 1) / time.Second))
	}
	g.order.MoveToFront(e)
	if n := now.Sub(who.decayed) / g.decay; n > 0 {
		who.failed = int(max(0, time.Duration(who.failed)-n))
		who.decayed = who.decayed.Add(n * g.decay)
	}
	if who.failed == 0 {
		who.decayed = now
	}
	who.failed++
	who.until = time.Time{}
	if over := who.failed - g.free; over >= 0 {
		who.until = now.Add(min(g.most, time.Second<<min(over, 20)))
	}
	return who.until, nil
}

// forgive takes one attempt back, with the wait that it imposed: it succeeded, or was never judged.
func (g *guesses) forgive(key string, until time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if e, ok := g.keys[key]; ok {
		who := e.Value.(*guesser)
		who.failed = max(0, who.failed-1)
		if who.until.Equal(until) {
			who.until = time.Time{}
		}
	}
}

// forget starts the key anew: its owner has proved themselves.
func (g *guesses) forget(key string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if e, ok := g.keys[key]; ok {
		delete(g.keys, g.order.Remove(e).(*guesser).key)
	}
}

// RetryAfter is how long an error of SlowDown asks to wait.
func RetryAfter(err error) (time.Duration, bool) {
	e, ok := errors.AsType[*stocktake.Error](err)
	if !ok || e.Reason != SlowDown {
		return 0, false
	}
	return time.Duration(e.Args[0].(int)) * time.Second, true
}

// remoteKey is who a remote address counts as: an IPv4 address, or the /64 of an IPv6 one, which is what one household
// or one attacker has. Anything else counts as its text.
func remoteKey(remote string) string {
	addr, err := netip.ParseAddr(remote)
	if err != nil {
		if port, err := netip.ParseAddrPort(remote); err == nil {
			addr = port.Addr()
		}
	}
	addr = addr.Unmap()
	switch {
	case addr.Is4():
		return addr.String()
	case addr.Is6():
		if p, err := addr.WithZone("").Prefix(64); err == nil {
			return p.String()
		}
	}
	return remote[:min(len(remote), maxRemoteKey)]
}

// attempt is one try, counted under several keys at once.
type attempt []part

type part struct {
	of    *guesses
	key   string
	clear bool      // success starts the key anew; else it takes only this attempt back
	until time.Time // the wait that the attempt imposed
}

// begin counts the attempt under each key, or under none when one refuses.
func (a attempt) begin(now time.Time) error {
	for i := range a {
		until, err := a[i].of.begin(a[i].key, now)
		if err != nil {
			a[:i].unjudged()
			return err
		}
		a[i].until = until
	}
	return nil
}

func (a attempt) unjudged() {
	for _, p := range a {
		p.of.forgive(p.key, p.until)
	}
}

func (a attempt) succeeded() {
	for _, p := range a {
		if p.clear {
			p.of.forget(p.key)
		} else {
			p.of.forgive(p.key, p.until)
		}
	}
}
