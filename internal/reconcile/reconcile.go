// Package reconcile compares what was counted with what the books say, in a shop that stays open: from a book line, adopted
// observations and movements to a variance with its band, and from the band and the tolerances to a verdict. DESIGN.md says why
// the band holds the truth.
//
// It is pure: no clock, no I/O, no knowledge of sessions or people. It may import stocktake and gs1.
package reconcile

import (
	"time"

	"jard/internal/stocktake"
)

// Interval is when a quantity was observed, in the server's time: between its start and its end the goods were looked
// at, and when exactly is not known.
type Interval struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
}

// Span is the interval widened at both ends by what is not known about the clock that measured it.
func (i Interval) Span(clock time.Duration) Span {
	return Span{At(i.Start.Add(-clock)), At(i.End.Add(clock))}
}

// Variance is V with its value in fils and the band [Low, High] that it surely lies in. Counted and Expected are both at the
// line's last observation: V = Counted − Expected. Exact means that the band is zero wide because nothing is undecided.
type Variance struct {
	Observed    stocktake.Quantity `json:"observed"` // Σ q, each location at its own instant
	Counted     stocktake.Quantity `json:"counted"`  // brought to the last observation
	Expected    stocktake.Quantity `json:"expected"` // the book then
	Quantity    stocktake.Quantity `json:"quantity"`
	Low         stocktake.Quantity `json:"low"`
	High        stocktake.Quantity `json:"high"`
	Value       stocktake.Fils     `json:"value"`
	Exact       bool               `json:"exact"`
	Undecided   int                `json:"undecided,omitempty"`   // how many movements the band comes from
	Unbooked    stocktake.Quantity `json:"unbooked,omitempty"`    // moved across the section's edge, and in no transfer of the feed
	Provisional Provisional        `json:"provisional,omitempty"` // why the figures may still change
}

// Provisional says why a line's figures may still change; zero means that they may not.
type Provisional uint8

// The causes.
const (
	FeedBehind Provisional = 1 << iota // the watermark has not passed all that could touch the line
	FeedShort                          // the feed begins too late: movements that touch the line are from before
	ClockOpen                          // the device's clock has not been measured since
)
