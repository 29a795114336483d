package ministry

import (
	"sync"
	"time"
)

// limiter lets each caller do so much per second, with a burst. It remembers a bounded number of callers: when there
// are more, those idle longest enough to be full again are forgotten, and if all are busy the rest share one allowance.
type limiter struct {
	clock Clock
	rate  float64 // per second
	burst float64

	mu     sync.Mutex
	caller map[string]*allowance
	others allowance
}

type allowance struct {
	left float64
	seen time.Time
}

const maxCallers = 10_000

func newLimiter(clock Clock, rate, burst float64) *limiter {
	return &limiter{clock: clock, rate: rate, burst: burst, caller: make(map[string]*allowance)}
}

// take spends one and says how long to wait where there is none.
func (l *limiter) take(caller string) (wait time.Duration, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock.Now()
	a := l.find(caller, now)
	a.left = min(l.burst, a.left+now.Sub(a.seen).Seconds()*l.rate)
	a.seen = now
	if a.left < 1 {
		return time.Duration((1 - a.left) / l.rate * float64(time.Second)), false
	}
	a.left--
	return 0, true
}

func (l *limiter) find(caller string, now time.Time) *allowance {
	if a, ok := l.caller[caller]; ok {
		return a
	}
	if len(l.caller) >= maxCallers {
		for name, a := range l.caller {
			if a.left+now.Sub(a.seen).Seconds()*l.rate >= l.burst {
				delete(l.caller, name)
			}
		}
	}
	if len(l.caller) >= maxCallers {
		return &l.others
	}
	a := &allowance{left: l.burst, seen: now}
	l.caller[caller] = a
	return a
}
