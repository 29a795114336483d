package reconcile_test

import (
	"math/rand/v2"
	"testing"

	"jard/internal/reconcile"
)

// When something happened lies in its span, whatever the clocks of the device do; and the span is a few seconds where the device
// was awake, however far its wall clock jumped and however long it met nobody.
func TestWhenHoldsTheInstant(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 22))
	awake, narrow := 0, 0
	for n := range 60_000 {
		d := newDevice(r, day0, day0+12*hour)
		at := between(r, day0, day0+12*hour)
		s, certain := d.bracket(at)
		if int64(s.From) > at || int64(s.To) < at {
			t.Fatalf("device %d: %d is not from %d to %d", n, at, s.From, s.To)
		}
		if certain && len(d.sleeps) == 0 && len(d.reloads) == 0 && int64(s.From) > day0-9*hour {
			awake++
			if s.To-s.From < 10_000 {
				narrow++
			}
		}
	}
	if awake < 1000 || narrow < awake*9/10 {
		t.Errorf("%d devices were awake, and only %d of their instants are known to ten seconds", awake, narrow)
	}
}

func TestWhen(t *testing.T) {
	before := &reconcile.Reading{Wall: 1000, Mono: 50_000, Offset: 999_000, Trip: 20}  // at 1,000,000
	after := &reconcile.Reading{Wall: 999, Mono: 110_000, Offset: 1_059_001, Trip: 40} // at 1,060,000
	anew := &reconcile.Reading{Wall: 999, Mono: 20_000, Offset: 1_059_001, Trip: 40}
	for name, c := range map[string]struct {
		mono          int64
		before, after *reconcile.Reading
		from, to      reconcile.Instant
	}{
		"between":                      {80_000, before, after, 1_029_983, 1_030_027},
		"not measured since":           {80_000, before, nil, 1_029_983, 9_000_000},
		"not measured before":          {80_000, nil, after, -1 << 60, 1_030_027},
		"a clock that began anew":      {10, before, anew, 999_989, 1_040_035},
		"a clock that counts too fast": {200_000, before, after, 999_989, 1_060_021},
	} {
		s := reconcile.When(c.mono, c.before, c.after, 9_000_000)
		if s.From != c.from || s.To != c.to {
			t.Errorf("%s: from %d to %d; want %d to %d", name, s.From, s.To, c.from, c.to)
		}
	}
}
