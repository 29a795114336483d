package link

import (
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxBuckets is how many senders each generation of a limiter holds.
const maxBuckets = 10_000

// limiter is a token bucket for each sender. It holds two generations: when the young one is full the old one is dropped, so
// memory is bounded whoever comes, and whoever keeps coming is carried over.
type limiter struct {
	rate  rate.Limit
	burst int

	mu         sync.Mutex
	young, old map[string]*rate.Limiter
}

func newLimiter(perSecond float64, burst int) *limiter {
	return &limiter{rate: rate.Limit(perSecond), burst: burst, young: map[string]*rate.Limiter{}}
}

// take asks for one request now; zero grants it, else it is how long to wait.
func (l *limiter) take(sender string, now time.Time) time.Duration {
	b := l.bucket(sender)
	r := b.ReserveN(now, 1)
	wait := r.DelayFrom(now)
	if wait > 0 {
		r.CancelAt(now)
	}
	return wait
}

// look is take without taking: how long the sender would have to wait.
func (l *limiter) look(sender string, now time.Time) time.Duration {
	if short := 1 - l.bucket(sender).TokensAt(now); short > 0 {
		return time.Duration(short / float64(l.rate) * float64(time.Second))
	}
	return 0
}

func (l *limiter) bucket(sender string) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.young[sender]
	if b == nil {
		if b = l.old[sender]; b == nil {
			b = rate.NewLimiter(l.rate, l.burst)
		}
		if len(l.young) >= maxBuckets {
			l.old, l.young = l.young, make(map[string]*rate.Limiter, maxBuckets)
		}
		l.young[sender] = b
	}
	return b
}

// network is whom an address counts as: an IPv6 one as its /64.
func network(address string) string {
	addr, err := netip.ParseAddr(address)
	if err != nil || addr.Unmap().Is4() {
		return address
	}
	p, err := addr.WithZone("").Prefix(64)
	if err != nil {
		return address
	}
	return p.String()
}
