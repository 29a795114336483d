package gs1

import "strconv"

// maxNumber bounds every number that travels: a JSON reader that keeps numbers as doubles still holds it exactly.
const maxNumber = 1<<53 - 1

// dinar is the ISO 4217 number of the Kuwaiti dinar.
const dinar = "414"

// answer fills s from the elements that it holds.
func (d *Decoder) answer(s *Scan) {
	var contained, ordered string // GTINs in (02) and (03)
	var prices []int64
	var counts [2]*int64 // (30) and (37)
	year := d.year()
	day := func(yymmdd string) string {
		s, _ := calendarDay(yymmdd, year, true) // parse has refused impossible days
		return s
	}
	s.Warnings = append(s.Warnings, associations(s.Elements)...)
	for _, e := range s.Elements {
		switch e.AI {
		case "00":
			s.SSCC = e.Value
		case "01":
			s.GTIN14 = e.Value
		case "02":
			contained = e.Value
		case "03":
			ordered = e.Value
		case "10":
			s.Lot = e.Value
		case "21":
			s.Serial = e.Value
		case "11":
			s.Production = day(e.Value)
		case "15":
			s.BestBefore = day(e.Value)
		case "17":
			s.Expiry = day(e.Value)
		case "30":
			counts[0] = integer(e.Value)
		case "37":
			counts[1] = integer(e.Value)
		}
		switch family(e.AI) {
		case "310n":
			if s.WeightG = thousandths(e.Value, int(e.AI[3]-'0')); s.WeightG == nil {
				s.warn(WarnWeight, e.AI)
			}
		case "392n":
			prices = s.price(prices, e.AI, e.Value)
		case "393n":
			if e.Value[:3] != dinar {
				s.warn(WarnCurrency, e.AI)
				continue
			}
			prices = s.price(prices, e.AI, e.Value[3:])
		}
	}
	if s.GTIN14 == "" {
		s.GTIN14 = contained
	}
	if s.GTIN14 == "" {
		s.GTIN14 = ordered
	}
	if s.GTIN14 != "" && restricted(s.GTIN14[1:]) {
		s.warn(WarnRestricted, "")
	}
	// (37) counts what (02) names, (30) what the others do; on a label with both, the one that belongs to gtin14.
	s.Quantity = counts[0]
	if counts[1] != nil && (counts[0] == nil || contained != "" && s.GTIN14 == contained) {
		s.Quantity = counts[1]
	}
	switch {
	case len(prices) == 2 && prices[0] != prices[1]:
		s.warn(WarnTwoPrices, "")
	case len(prices) > 0:
		s.PriceFils = &prices[0]
	}
}

func (s *Scan) warn(code, ai string) {
	if ai != "" {
		code += " (" + ai + ")"
	}
	for _, w := range s.Warnings {
		if w == code {
			return
		}
	}
	s.Warnings = append(s.Warnings, code)
}

// price appends an amount in dinars to prices as fils, or warns that it cannot be one. A price of more than three
// decimals is never fils, even where they are zeros: nobody prints dinars so.
func (s *Scan) price(prices []int64, code, digits string) []int64 {
	decimals := int(code[3] - '0')
	if decimals <= 3 {
		if fils := thousandths(digits, decimals); fils != nil {
			return append(prices, *fils)
		}
	}
	s.warn(WarnPrice, code)
	return prices
}

// thousandths returns digits with so many decimals as a whole number of thousandths: kilograms as grams, dinars as
// fils. It returns nil where that is not whole or beyond maxNumber.
func thousandths(digits string, decimals int) *int64 {
	v, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return nil
	}
	for ; decimals < 3; decimals++ {
		v *= 10
	}
	for ; decimals > 3; decimals-- {
		if v%10 != 0 {
			return nil
		}
		v /= 10
	}
	if v > maxNumber {
		return nil
	}
	return &v
}

func integer(digits string) *int64 {
	v, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return nil
	}
	return &v
}
