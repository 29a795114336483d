package simulate

import (
	"context"
	"time"
)

// Clock tells devices the time and wakes them. Tests hand in their own.
type Clock interface {
	Now() time.Time
	After(time.Duration) <-chan time.Time
}

// System is the clock of the machine.
var System Clock = systemClock{}

type systemClock struct{}

func (systemClock) Now() time.Time                         { return time.Now() }
func (systemClock) After(d time.Duration) <-chan time.Time { return time.After(d) }

// pause waits for d by the clock, or until ctx ends. No time at all costs no timer.
func pause(ctx context.Context, c Clock, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-c.After(d):
		return nil
	}
}

// wristwatch is the clock of one device: a wall clock that is off by skew, and a monotonic one that counts from when
// the device was switched on.
type wristwatch struct {
	clock   Clock
	skew    time.Duration
	started time.Time
}

func (w wristwatch) wall() int64 { return w.clock.Now().Add(w.skew).UnixMilli() }

func (w wristwatch) mono() int64 { return w.clock.Now().Sub(w.started).Milliseconds() }

// contact is what one exchange with the server said about the device's clock.
type contact struct {
	Offset int64 `json:"offset"` // server − device, ms
	RTT    int64 `json:"rtt"`    // ms
}

// measure takes the device's instants before and after an exchange and the server's in between. The server is taken to
// have answered half-way; the error is at most half the round trip, which is why that is recorded too.
func measure(sent, server, received int64) contact {
	return contact{Offset: server - (sent+received)/2, RTT: max(0, received-sent)}
}
