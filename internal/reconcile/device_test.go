package reconcile_test

import (
	"math/rand/v2"

	"jard/internal/reconcile"
)

// device is a handheld with bad clocks: the wall clock is wrong and jumps, the monotonic one stands still while it sleeps and
// begins anew when its page loads. Now and then it meets the server and measures its offset.
type device struct {
	r       *rand.Rand
	begin   int64
	jumps   []jump
	sleeps  []span
	reloads []int64
	gap     int64 // at most between two meetings
	until   int64 // after which it meets nobody any more
}

type jump struct{ at, by int64 }

type span struct{ from, to int64 }

const (
	second = int64(1000)
	minute = 60 * second
	hour   = 60 * minute
)

// newDevice makes a device that is used from begin to end.
func newDevice(r *rand.Rand, begin, end int64) *device {
	d := &device{r: r, begin: begin - r.Int64N(8*hour), until: between(r, end-2*hour, end+24*hour)}
	d.jumps = append(d.jumps, jump{d.begin, r.Int64N(4*hour) - 2*hour})
	for range r.IntN(4) {
		d.jumps = append(d.jumps, jump{between(r, begin, end), r.Int64N(2*hour) - hour})
	}
	if r.IntN(3) == 0 { // an hour that is taken back again
		at := between(r, begin, end)
		d.jumps = append(d.jumps, jump{at, hour}, jump{at + r.Int64N(2*hour), -hour})
	}
	for at := begin + r.Int64N(hour); at < end && r.IntN(3) > 0; {
		s := span{at, at + r.Int64N(40*minute)}
		d.sleeps = append(d.sleeps, s)
		at = s.to + r.Int64N(2*hour)
	}
	if r.IntN(6) == 0 {
		d.reloads = append(d.reloads, between(r, begin, end))
	}
	d.gap = []int64{30 * second, 5 * minute, 3 * hour}[r.IntN(3)]
	return d
}

// meet is a measurement of the clocks at an instant.
func (d *device) meet(at int64) *reconcile.Reading {
	trip := d.r.Int64N(4000)
	return &reconcile.Reading{
		Wall: d.wall(at), Mono: d.mono(at), Trip: trip, Offset: at - d.wall(at) + d.r.Int64N(trip+1) - trip/2,
	}
}

func between(r *rand.Rand, from, to int64) int64 { return from + r.Int64N(max(to-from, 1)) }

func (d *device) wall(at int64) int64 {
	w := at
	for _, j := range d.jumps {
		if at >= j.at {
			w += j.by
		}
	}
	return w
}

// mono counts since the last reload what the device was awake, a little too fast.
func (d *device) mono(at int64) int64 {
	from := d.begin
	for _, x := range d.reloads {
		if at >= x {
			from = max(from, x)
		}
	}
	awake := at - from
	for _, s := range d.sleeps {
		awake -= max(min(s.to, at)-max(s.from, from), 0)
	}
	return awake + awake/20_000
}

// when is what the server makes of something that happened on the device from one instant to another: a span, and whether it
// is certain.
func (d *device) when(from, to int64) (reconcile.Span, bool) {
	a, _ := d.bracket(from)
	z, certain := d.bracket(to)
	return reconcile.Span{From: a.From, To: z.To}, certain
}

func (d *device) bracket(at int64) (reconcile.Span, bool) {
	var before, after *reconcile.Reading
	if t := at - d.r.Int64N(d.gap); t >= d.begin {
		before = d.meet(t)
	}
	if t := at + 1 + d.r.Int64N(d.gap); t <= d.until {
		after = d.meet(t)
	}
	return reconcile.When(d.mono(at), before, after, reconcile.Instant(at+d.gap+d.r.Int64N(6*hour))), after != nil
}
