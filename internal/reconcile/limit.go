package reconcile

import (
	"math/bits"

	"jard/internal/stocktake"
)

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
