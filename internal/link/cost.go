package link

import (
	"math/bits"

	"jard/internal/stocktake"
)

// cost reads the unit cost, or works it out from the value.
func (d *bookDraft) cost(r *record, quantity stocktake.Quantity, counted bool) (stocktake.Cost, bool) {
	if d.byValue || (d.given(r, FieldValue) && !d.given(r, FieldCost)) {
		return d.costOfValue(r, quantity, counted)
	}
	n, rounded, ok := d.number(r, FieldCost, d.decimals, d.table.mapping.RoundCost)
	column := d.table.column(FieldCost)
	switch {
	case !ok && !d.given(r, FieldCost):
		d.out.at(r, column, Refused, cellEmpty.New(FieldCost.label()))
		return 0, false
	case !ok:
		return 0, false
	case n < 0:
		d.out.at(r, column, Refused, costNegative.New())
		return 0, false
	case rounded:
		d.out.at(r, column, Warned, costRounded.New(stocktake.Cost(n).String()))
	}
	cost := stocktake.Cost(n)
	if counted && d.table.column(FieldValue) >= 0 {
		if value, _, ok := d.number(r, FieldValue, d.decimals-3, true); ok {
			if now, err := stocktake.Value(quantity, cost); err == nil && now != stocktake.Fils(value) {
				d.out.at(r, d.table.column(FieldValue), Warned, valueInexact.New(now.String(), stocktake.Fils(value).String()))
			}
		}
	}
	return cost, true
}

func (d *bookDraft) costOfValue(r *record, quantity stocktake.Quantity, counted bool) (stocktake.Cost, bool) {
	column := d.table.column(FieldValue)
	value, _, ok := d.number(r, FieldValue, d.decimals-3, d.table.mapping.RoundCost)
	switch {
	case !ok && !d.given(r, FieldValue):
		d.out.at(r, column, Refused, cellEmpty.New(FieldValue.label()))
		return 0, false
	case !ok || !counted:
		return 0, false
	case value == 0:
		return 0, true
	case quantity == 0:
		d.out.at(r, column, Refused, valueAlone.New(stocktake.Fils(value).String()))
		return 0, false
	case (value < 0) != (quantity < 0):
		d.out.at(r, column, Refused, costNegative.New())
		return 0, false
	}
	cost, ok := perUnit(stocktake.Fils(value), quantity.Abs())
	if !ok {
		d.out.at(r, column, Refused, lineTooLarge.New())
		return 0, false
	}
	if now, err := stocktake.Value(quantity, cost); err == nil && now != stocktake.Fils(value) {
		d.out.at(r, column, Warned, valueInexact.New(now.String(), stocktake.Fils(value).String()))
	}
	return cost, true
}

// perUnit gives value ÷ quantity in thousandths of a fils, rounded half up.
func perUnit(value stocktake.Fils, quantity stocktake.Quantity) (stocktake.Cost, bool) {
	hi, lo := bits.Mul64(uint64(value.Abs()), 1_000_000)
	lo, carry := bits.Add64(lo, uint64(quantity)/2, 0)
	if hi += carry; hi >= uint64(quantity) {
		return 0, false
	}
	n, _ := bits.Div64(hi, lo, uint64(quantity))
	return stocktake.Cost(n), n <= stocktake.MaxNumber
}
