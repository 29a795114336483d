package reconcile

// Reading is one measurement of a device's clocks, all in milliseconds: its monotonic clock and its wall clock when it was taken, the
// offset that brings the wall clock to the server's, and how long the exchange took that gave it.
type Reading struct{ Wall, Mono, Offset, Trip int64 }

// span is when the reading was taken, in the server's time. The server stamped the exchange somewhere in its trip.
func (r *Reading) span() Span {
	at := Instant(r.Wall + r.Offset)
	return Span{at, at}.widen(Instant(r.Trip/2 + 1))
}

// drift bounds how fast a monotonic clock may run: 200 millionths.
const drift = 5000

// When says when something happened on a device, in the server's time, from its monotonic clock then, the readings before and
// after it and the instant when word of it had arrived. The wall clock is not asked: people and networks set it, forth and
// back again, and both readings may agree about an hour that was wrong. The monotonic clock may stand still (a device
// that sleeps) or begin anew (a page that loads again) but never counts more than has passed, so that what it
// counted since the one reading, and until the other, bounds the instant from both sides. Nil is a reading that there is none
// of; without the second what happened may be as late as its arrival, and the line is ClockOpen.
func When(mono int64, before, after *Reading, arrived Instant) Span {
	when := Span{past, arrived}
	if before != nil {
		when.From = before.span().From
	}
	if after != nil {
		when.To = min(when.To, after.span().To)
	}
	outer := when
	if before != nil {
		when.From += counted(before.Mono, mono)
	}
	if after != nil {
		when.To -= counted(mono, after.Mono)
	}
	if when.From > when.To { // the clock counts more than it may
		when = outer
	}
	return Span{min(when.From, when.To), when.To}
}

// counted is how much surely passed while a monotonic clock, read in whole milliseconds, went from one value to another.
func counted(from, to int64) Instant {
	n := max(to-from-1, 0)
	return Instant(n - n/drift)
}
