package gs1

// MaxUnitPrice bounds the price of one base unit that a weight is worked out by: a million dinars, in fils.
const MaxUnitPrice = 1_000_000_000

// WeightOf returns what goods weigh that cost price fils in all at unitPrice fils a kilogram, in grams, rounded to the
// nearest gram and half a gram up. It reports false where there is no such weight: a price or unit price that is not
// positive, a unit price above MaxUnitPrice, or a weight beyond 2⁵³−1 grams.
//
// The price on a label was itself rounded to a fils, so the true weight lies within half a fils' worth of goods of it:
// half a gram at one dinar a kilogram, five grams at a hundred fils. Whoever keeps a weight from here keeps both prices.
func WeightOf(price, unitPrice int64) (grams int64, ok bool) {
	if price <= 0 || price > maxNumber || unitPrice <= 0 || unitPrice > MaxUnitPrice {
		return 0, false
	}
	whole, rest := price/unitPrice, price%unitPrice
	if whole > maxNumber/1000-1 {
		return 0, false
	}
	return whole*1000 + (2000*rest+unitPrice)/(2*unitPrice), true
}

// PriceOf returns what a scale prints for so many grams at unitPrice fils a kilogram: the price in fils, rounded to the
// nearest and half a fils up. It reports false below zero, for a unit price that is not positive or above MaxUnitPrice,
// and for a price beyond 2⁵³−1 fils.
func PriceOf(grams, unitPrice int64) (price int64, ok bool) {
	if grams < 0 || grams > maxNumber || unitPrice <= 0 || unitPrice > MaxUnitPrice {
		return 0, false
	}
	whole, rest := grams/1000, grams%1000
	if whole > maxNumber/unitPrice-1 {
		return 0, false
	}
	return whole*unitPrice + (rest*unitPrice+500)/1000, true
}

// Weigh gives a label that says a price and no weight the weight that unitPrice, in fils a kilogram, makes of it, and
// warns that it was worked out. It reports whether it did.
func (s *Scan) Weigh(unitPrice int64) bool {
	if s.PriceFils == nil || s.WeightG != nil {
		return false
	}
	grams, ok := WeightOf(*s.PriceFils, unitPrice)
	if !ok {
		return false
	}
	s.WeightG = &grams
	s.warn(WarnWeightFromPrice, "")
	return true
}
