// Package reconcile compares what was counted with what the books say: from a book line and adopted observations to a
// variance with its band, and from the band and the tolerances to a verdict.
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

// Observation is one adopted quantity of the line's item at one location, all lots and conditions together.
type Observation struct {
	Location stocktake.LocationID
	Quantity stocktake.Quantity
	Interval Interval
}

// Variance is V = counted − expected, with its value in fils and the band [Low, High] that it surely lies in. Exact
// means that the band is zero wide because nothing is undecided.
type Variance struct {
	Counted  stocktake.Quantity `json:"counted"`
	Expected stocktake.Quantity `json:"expected"`
	Quantity stocktake.Quantity `json:"quantity"`
	Low      stocktake.Quantity `json:"low"`
	High     stocktake.Quantity `json:"high"`
	Value    stocktake.Fils     `json:"value"`
	Exact    bool               `json:"exact"`
}

// Line computes the variance of one line against its book snapshot: V = Σ q − S. It fails when a sum leaves the range
// of exact numbers.
func Line(book stocktake.BookLine, observations []Observation) (Variance, error) {
	var v Variance
	var err error
	for _, o := range observations {
		if v.Counted, err = v.Counted.Add(o.Quantity); err != nil {
			return Variance{}, err
		}
	}
	v.Expected = book.Quantity
	if v.Quantity, err = v.Counted.Sub(v.Expected); err != nil {
		return Variance{}, err
	}
	if v.Value, err = stocktake.Value(v.Quantity, book.Cost); err != nil {
		return Variance{}, err
	}
	v.Low, v.High, v.Exact = v.Quantity, v.Quantity, true
	return v, nil
}

// Tolerance is how far a line may be off and still pass. What is nil is not set; with nothing set only a variance of
// zero passes. A line passes if it is within all that are set.
type Tolerance struct {
	Quantity *stocktake.Quantity `json:"quantity,omitempty"` // thousandths of the base unit
	Percent  *int64              `json:"percent,omitempty"`  // hundredths of a percent of the expected quantity
	Value    *stocktake.Fils     `json:"value,omitempty"`
}

// Check refuses negative tolerances.
func (t Tolerance) Check() error {
	if (t.Quantity != nil && *t.Quantity < 0) || (t.Percent != nil && *t.Percent < 0) || (t.Value != nil && *t.Value < 0) {
		return toleranceNegative.New()
	}
	return nil
}

// Verdict is what the tolerance says of a line.
type Verdict string

// The verdicts. Uncertain: part of the band is inside, part outside.
const (
	Within    Verdict = "within"
	Outside   Verdict = "outside"
	Uncertain Verdict = "uncertain"
)

// Judge holds the whole band against the tolerance: Within if all of it passes, Outside if none of it can.
func (t Tolerance) Judge(v Variance, cost stocktake.Cost) Verdict {
	limit := t.Limit(v.Expected, cost)
	switch {
	case v.Low >= -limit && v.High <= limit:
		return Within
	case v.Low > limit || v.High < -limit:
		return Outside
	}
	return Uncertain
}

// Limit is the greatest |variance|, in thousandths, that passes all tolerances that are set.
func (t Tolerance) Limit(expected stocktake.Quantity, cost stocktake.Cost) stocktake.Quantity {
	if t.Quantity == nil && t.Percent == nil && t.Value == nil {
		return 0
	}
	limit := stocktake.Quantity(stocktake.MaxNumber)
	if t.Quantity != nil {
		limit = min(limit, *t.Quantity)
	}
	if t.Percent != nil {
		limit = min(limit, percent(expected.Abs(), *t.Percent))
	}
	if t.Value != nil && cost > 0 {
		limit = min(limit, affordable(*t.Value, cost))
	}
	return limit
}
