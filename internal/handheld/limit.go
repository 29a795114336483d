package handheld

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"jard/internal/stocktake"
)

// Rate is how often something may be tried: Burst at once, and one more every Every.
type Rate struct {
	Every time.Duration
	Burst int
}

// Rates are the limits on what costs much or can be guessed at. The zero value of each takes DefaultRates'.
type Rates struct {
	Enrol  Rate // by remote address
	Remote Rate // sign-ins by remote address: all devices of a shop may share one
	SignIn Rate // by device
	Dial   Rate // new sockets and pushes over HTTP, by device
	Photo  Rate // kilobytes of photos, by device
}

// DefaultRates suit a shop whose devices all come from one address. That guesses at one person's PIN are few is
// account's business.
var DefaultRates = Rates{
	Enrol:  Rate{Every: 3 * time.Second, Burst: 30},
	Remote: Rate{Every: 500 * time.Millisecond, Burst: 200},
	SignIn: Rate{Every: 5 * time.Second, Burst: 10},
	Dial:   Rate{Every: 200 * time.Millisecond, Burst: 50},
	Photo:  Rate{Every: 800 * time.Millisecond, Burst: 50_000},
}

// maxThrottled bounds the keys that a throttle remembers.
const maxThrottled = 10_000

// throttle limits a rate by key. Keys that have regained their whole burst are as good as never seen, and are forgotten
// when room is needed.
type throttle struct {
	rate  Rate
	clock func() time.Time

	mu   sync.Mutex
	keys map[string]*rate.Limiter
}

func newThrottle(r, otherwise Rate, clock func() time.Time) *throttle {
	if r.Burst <= 0 || r.Every <= 0 {
		r = otherwise
	}
	return &throttle{rate: r, clock: clock, keys: map[string]*rate.Limiter{}}
}

// take uses up one try of a key, or fails with TooOften.
func (t *throttle) take(key string) error { return t.takeMany(key, 1) }

// takeMany uses up so many tries at once.
func (t *throttle) takeMany(key string, n int) error {
	now := t.clock()
	t.mu.Lock()
	defer t.mu.Unlock()
	l := t.keys[key]
	if l == nil {
		if len(t.keys) >= maxThrottled {
			t.forget(now)
		}
		if len(t.keys) >= maxThrottled {
			return TooOften.New(seconds(t.rate.Every))
		}
		l = rate.NewLimiter(rate.Every(t.rate.Every), t.rate.Burst)
		t.keys[key] = l
	}
	r := l.ReserveN(now, n)
	if !r.OK() { // more than a whole burst
		return TooOften.New(seconds(time.Duration(n) * t.rate.Every))
	}
	if wait := r.DelayFrom(now); wait > 0 {
		r.CancelAt(now)
		return TooOften.New(seconds(wait))
	}
	return nil
}

func (t *throttle) forget(now time.Time) {
	for key, l := range t.keys {
		if l.TokensAt(now) >= float64(t.rate.Burst) {
			delete(t.keys, key)
		}
	}
}

func seconds(d time.Duration) int { return max(1, int((d+time.Second-1)/time.Second)) }

// TooOften answers whoever tries too often.
var TooOften = stocktake.NewReason(stocktake.TooMany, "too-often",
	"That was tried too often. Wait %d s, then try again.",
	"تكررت المحاولة كثيرًا. انتظر قليلًا (%d ث) ثم أعد المحاولة.")
