package count

import (
	"cmp"
	"slices"

	"jard/internal/reconcile"
)

// clock is what one stream tells of its device's clocks.
type clock struct {
	readings []clockFact // by seq, once settled
	offsets  []offsetRun // by first, once settled
	settled  bool
	last     uint64 // seq of the last reading
}

// clockFact is a measurement: see Clocked.
type clockFact struct {
	fact    factID
	seq     uint64
	reading reconcile.Reading
}

// offsetRun is a run of consecutive events that carry the same last measurement.
type offsetRun struct {
	first, last uint64
	offset      int64
	trip        int64
}

// borne is one more way on which an event came.
type borne struct {
	stream *Stream
	seq    uint64
	offset uint64
}

func (f *Fold) clock(s *Stream) *clock {
	c := f.clocks[s]
	if c == nil {
		c = &clock{}
		f.clocks[s] = c
	}
	return c
}

// measured notes what an event says of its device's clocks. One that a person let count has no place in its stream, so that nothing
// brackets it.
func (f *Fold) measured(n factID, from *Stream, seq uint64, kind Kind, e *Event) {
	if seq == 0 || e.Offset == nil {
		return
	}
	c := f.clock(from)
	c.settled = false
	if kind == Clocked {
		if seq < c.last {
			f.outdate() // events may go by it that went by another
		}
		c.last, f.late.measured = max(c.last, seq), true
		c.readings = append(c.readings, clockFact{n, seq, reconcile.Reading{Wall: e.At, Mono: e.Mono, Offset: *e.Offset, Trip: e.RTT}})
		return
	}
	if last := len(c.offsets) - 1; last >= 0 {
		if r := &c.offsets[last]; r.last+1 == seq && r.offset == *e.Offset && r.trip == e.RTT {
			r.last = seq
			return
		}
	}
	c.offsets = append(c.offsets, offsetRun{seq, seq, *e.Offset, e.RTT})
}

// bracket gives the measurements next before and after an event of the stream, nil where there is none.
func (f *Fold) bracket(c *clock, seq uint64) (before, after *reconcile.Reading) {
	if !c.settled {
		slices.SortStableFunc(c.readings, func(a, b clockFact) int { return cmp.Or(cmp.Compare(a.seq, b.seq), cmp.Compare(a.fact, b.fact)) })
		slices.SortStableFunc(c.offsets, func(a, b offsetRun) int { return cmp.Compare(a.first, b.first) })
		c.settled = true
	}
	n, _ := slices.BinarySearchFunc(c.readings, seq, func(r clockFact, seq uint64) int { return cmp.Compare(r.seq, seq) })
	counts := func(r *clockFact) bool { x := f.fact(r.fact); return f.counted(x.id, x.body) }
	for i := n - 1; i >= 0 && before == nil; i-- {
		if r := &c.readings[i]; counts(r) {
			before = &r.reading
		}
	}
	for i := n; i < len(c.readings) && after == nil; i++ {
		if r := &c.readings[i]; r.seq > seq && counts(r) {
			after = &r.reading
		}
	}
	return before, after
}

// carried is the last measurement that an event itself tells of.
func (c *clock) carried(seq uint64) *offsetRun {
	n, found := slices.BinarySearchFunc(c.offsets, seq, func(r offsetRun, seq uint64) int { return cmp.Compare(r.first, seq) })
	if !found {
		n--
	}
	if n < 0 || c.offsets[n].last < seq {
		return nil
	}
	return &c.offsets[n]
}

// stepped is by how much the wall clock of an event's device ran otherwise than its monotonic one since the last measurement: so much the
// time between two instants of its wall clock may be wrong. Zero where there is nothing to hold it against.
func (f *Fold) stepped(o *observedFact) int64 {
	x := f.fact(o.fact)
	if x.seq == 0 {
		return 0
	}
	c := f.clock(x.stream)
	before, _ := f.bracket(c, x.seq)
	carried := c.carried(x.seq)
	if before == nil || carried == nil || before.Mono == 0 || o.mono < before.Mono {
		return 0
	}
	d := (o.end - carried.offset - before.Wall) - (o.mono - before.Mono)
	return max(d, -d)
}

// when says when something happened of which an event tells, in the server's time, by the device's monotonic clock then and by its
// wall clock corrected by the last measurement before. Open: no measurement after it has come.
func (f *Fold) when(n factID, mono, at int64) (span reconcile.Span, open bool) {
	x := f.fact(n)
	// Nobody counts what is not ordered yet, nor tells of what they have not done: both bounds are the event's own, so that
	// nothing that comes later, of whatever else, moves it.
	within := reconcile.Span{From: f.orderedAt(x.offset), To: f.arrived(x.offset)}
	if len(f.copies) == 0 {
		return f.whenIn(x.stream, x.seq, mono, at, within)
	}
	for _, b := range f.copies[x.body] {
		within.To = min(within.To, f.arrived(b.offset))
	}
	span, open = f.whenIn(x.stream, x.seq, mono, at, within)
	for _, b := range f.copies[x.body] {
		other, unmeasured := f.whenIn(b.stream, b.seq, mono, at, within)
		switch {
		case open && !unmeasured:
			span, open = other, false
		case open == unmeasured:
			span = span.Both(other)
		}
	}
	return span, open
}

func (f *Fold) whenIn(s *Stream, seq uint64, mono, at int64, within reconcile.Span) (span reconcile.Span, open bool) {
	c := f.clock(s)
	issued, arrived := within.From, within.To
	if seq == 0 {
		return reconcile.Span{From: min(issued, arrived), To: arrived}, true
	}
	before, after := f.bracket(c, seq)
	if after != nil { // then nothing of how it travelled matters
		arrived = reconcile.Instant(after.Wall + after.Offset + after.Trip + 1)
	}
	span = reconcile.When(mono, known(before, mono), known(after, mono), arrived)
	if before == nil {
		// The wall clock is believed as far as the measurement that the event carries agrees with the one after it.
		span.From = issued
		if r := c.carried(seq); r != nil {
			from := reconcile.Instant(at - r.trip/2 - 1)
			if after != nil {
				from -= reconcile.Instant(max(after.Offset-r.offset, r.offset-after.Offset))
			}
			if from <= span.To {
				span.From = max(from, issued)
			}
		}
	}
	span.From = min(span.From, span.To)
	return span, after == nil
}

// known is a reading as When takes it: where either monotonic clock was not read, nothing was counted between the two.
func known(r *reconcile.Reading, mono int64) *reconcile.Reading {
	if r == nil || (r.Mono != 0 && mono != 0) {
		return r
	}
	x := *r
	x.Mono = mono
	return &x
}
