package reconcile

import "time"

// Instant is a moment in milliseconds since 1970, UTC: what all instants of Jard are kept to, in a form that millions of
// movements are compared in.
type Instant int64

// Before and after everything.
const (
	past   Instant = -1 << 60
	future Instant = 1 << 60
)

// At is t as an Instant.
func At(t time.Time) Instant { return Instant(t.UnixMilli()) }

// Time is the inverse of At.
func (i Instant) Time() time.Time { return time.UnixMilli(int64(i)).UTC() }

// Span is from one instant to another, both included. The zero Span is none.
type Span struct{ From, To Instant }

// IsZero reports whether s is none.
func (s Span) IsZero() bool { return s == Span{} }

// Join is the least span that holds both.
func (s Span) Join(o Span) Span {
	switch {
	case s.IsZero():
		return o
	case o.IsZero():
		return s
	}
	return Span{min(s.From, o.From), max(s.To, o.To)}
}

// Both is what two spans of one instant have in common; all that they hold if they contradict each other.
func (s Span) Both(o Span) Span {
	if !s.meets(o) {
		return s.Join(o)
	}
	return Span{max(s.From, o.From), min(s.To, o.To)}
}

func (s Span) meets(o Span) bool { return s.From <= o.To && o.From <= s.To }

func (s Span) middle() Instant { return s.From + (s.To-s.From)/2 }

func (s Span) widen(by Instant) Span { return Span{s.From - by, s.To + by} }
