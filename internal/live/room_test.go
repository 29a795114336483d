package live_test

import (
	"testing"
	"time"

	"jard/internal/live"
)

// However what looks take alternates, a room does not spend its time on them.
func TestRoomRests(t *testing.T) {
	const short, long, pace = time.Millisecond, time.Second, 25 * time.Millisecond
	for name, x := range map[string]struct {
		costs  []time.Duration // over and over
		within float64         // of the time
	}{
		"always long":  {[]time.Duration{long}, 0.26},
		"every second": {[]time.Duration{short, long}, 0.26},
		"every third":  {[]time.Duration{short, short, long}, 0.26},
		"every fourth": {[]time.Duration{short, short, short, long}, 0.67},
		"every tenth":  {[]time.Duration{long, short, short, short, short, short, short, short, short, short}, 0.67},
	} {
		var spent, rested time.Duration
		var costs []time.Duration
		for n := range 1000 {
			c := x.costs[n%len(x.costs)]
			costs = append(costs[max(0, len(costs)-3):], c)
			spent, rested = spent+c, rested+max(pace, live.RestAfter(costs))
		}
		if share := float64(spent) / float64(spent+rested); share > x.within {
			t.Errorf("%s: %.2f of the time is spent on looks, want %.2f at most", name, share, x.within)
		}
	}
	if rest := live.RestAfter([]time.Duration{long}); rest != long/2 {
		t.Errorf("a long first look is followed by a rest of %v", rest)
	}
	if rest := live.RestAfter([]time.Duration{short, long, short}); rest > pace {
		t.Errorf("a long look among short ones keeps the next but one waiting %v", rest)
	}
}
