package reconcile

import (
	"math/bits"

	"jard/internal/stocktake"
)

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

// Within reports whether nothing passes the tolerance that does not pass the other, whatever is expected and whatever it costs.
func (t Tolerance) Within(o Tolerance) bool {
	if t.exact() {
		return true
	}
	return !o.exact() && least(t.Quantity, o.Quantity) && least(t.Percent, o.Percent) && least(t.Value, o.Value)
}

// exact reports whether only a variance of zero passes.
func (t Tolerance) exact() bool {
	return t == Tolerance{} || t.Quantity != nil && *t.Quantity == 0 || t.Percent != nil && *t.Percent == 0
}

// least reports whether a part of a tolerance sets at least what another does.
func least[T ~int64](a, b *T) bool { return b == nil || a != nil && *a <= *b }

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

// percent is the given hundredths of a percent of q, rounded down: half a piece too much is outside.
func percent(q stocktake.Quantity, hundredths int64) stocktake.Quantity {
	hi, lo := bits.Mul64(uint64(q), uint64(hundredths))
	const whole = 10_000
	if hi >= whole {
		return stocktake.MaxNumber
	}
	v, _ := bits.Div64(hi, lo, whole)
	return stocktake.Quantity(min(v, stocktake.MaxNumber))
}

// affordable is the greatest quantity whose value, rounded half away from zero as lines are, is at most v.
func affordable(v stocktake.Fils, cost stocktake.Cost) stocktake.Quantity {
	// value(q) ≤ v  ⇔  q × cost + 500,000 < (v + 1) × 1,000,000
	const scale = 1_000_000
	hi, lo := bits.Mul64(uint64(v)+1, scale)
	lo, borrow := bits.Sub64(lo, scale/2+1, 0)
	hi -= borrow
	if hi >= uint64(cost) {
		return stocktake.MaxNumber
	}
	q, _ := bits.Div64(hi, lo, uint64(cost))
	return stocktake.Quantity(min(q, stocktake.MaxNumber))
}

var toleranceNegative = stocktake.NewReason(stocktake.Invalid, "tolerance-negative",
	"A tolerance cannot be negative: leave it empty or set zero or more.",
	"لا يكون حد السماح سالبًا: اتركه فارغًا أو أدخل صفرًا فأكثر.")
