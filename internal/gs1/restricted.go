package gs1

import "strings"

// restricted reports whether 13 digits are a restricted-circulation number, meaningful only inside one company or
// country: EAN-13 beginning with 20 to 29, 02 or 04 (UPC-A number systems 2 and 4).
func restricted(ean13 string) bool {
	return ean13[0] == '2' || strings.HasPrefix(ean13, "02") || strings.HasPrefix(ean13, "04")
}

// variableMeasure answers a restricted-circulation number whose check digit is right. text is the scan up to
// the end of the number.
func (d *Decoder) variableMeasure(ean13, text string) Scan {
	s := Scan{Kind: VariableMeasure}
	scheme := d.scheme(ean13)
	if scheme == nil {
		s.warn(WarnNoScheme, "")
		return s
	}
	rest := ean13[len(scheme.Prefix):12]
	s.Item, rest = rest[:scheme.ItemDigits], rest[scheme.ItemDigits:]
	if scheme.Verifier {
		if want, _ := PriceVerifier(rest[1:]); want != rest[0] {
			// Counted from the end: UPC-A leaves a leading zero out, 14 digits have one more.
			return invalid(faultAt(BadVerifier, "", text, len(text)-1-scheme.ValueDigits-1))
		}
		rest = rest[1:]
	}
	switch value := thousandths(rest, scheme.Decimals); scheme.Kind {
	case Weight:
		s.WeightG = value
	case Price:
		s.PriceFils = value
	case Count:
		s.Quantity = integer(rest)
	}
	return s
}

// scheme returns the declared scheme with the longest prefix that fits, or nil.
func (d *Decoder) scheme(ean13 string) *Scheme {
	var best *Scheme
	for i := range d.schemes {
		s := &d.schemes[i]
		if strings.HasPrefix(ean13, s.Prefix) && (best == nil || len(s.Prefix) > len(best.Prefix)) {
			best = s
		}
	}
	return best
}
