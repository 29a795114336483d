package gs1

// number answers the plain number that stands in text[at:end] of a symbol: EAN, UPC, ITF-14 or the same digits in
// another one. It reports false for what is no such number, so that the text counts as unknown.
func (d *Decoder) number(c carrier, text string, at, end int) (Scan, bool) {
	digits := text[at:end]
	var addOn bool
	switch c {
	case ean13:
		if len(digits) == 8 {
			return upcE(text, at, end), true
		}
		if len(digits) != 13 {
			return invalid(shape(BadLength, text, at, end)), true
		}
	case eanAddOn:
		if len(digits) != 15 && len(digits) != 18 || !allDigits(digits) {
			return invalid(shape(BadLength, text, at, end)), true
		}
		addOn, end = true, at+13
	case ean8:
		if len(digits) != 8 {
			return invalid(shape(BadLength, text, at, end)), true
		}
	case itf:
		if len(digits) != 14 {
			return Scan{}, false // other lengths are in-house numbers
		}
	case plain:
		// Any symbol may hold a trade item number as text, but eight digits there prove too little, and a wrong check
		// digit means that it is some other number.
		if len(digits) < 12 || !ValidGTIN(digits) {
			return Scan{}, false
		}
	default:
		switch {
		case !allDigits(digits):
			return Scan{}, false
		case len(digits) == 8:
			return d.eightDigits(text, at, end), true
		case len(digits) < 12 || len(digits) > 14:
			return Scan{}, false
		}
	}
	s := d.trade(text, at, end)
	if addOn && s.Kind != Invalid {
		s.warn(WarnAddOn, "")
	}
	return s, true
}

// trade answers a GTIN of any length, or the restricted-circulation number in its place.
func (d *Decoder) trade(text string, at, end int) Scan {
	digits := text[at:end]
	if !allDigits(digits) || !checked(digits) {
		return invalid(shape(BadCheckDigit, text, at, end))
	}
	gtin := pad14(digits)
	if len(digits) > 8 && gtin[0] == '0' && restricted(gtin[1:]) {
		return d.variableMeasure(gtin[1:], text[:end])
	}
	s := Scan{Kind: GTIN, GTIN14: gtin}
	// A case of a restricted number, and EAN-8 of a shop's own (prefix 0 or 2), have the form of a GTIN but not its
	// world-wide meaning.
	if len(digits) == 14 && restricted(gtin[1:]) || len(digits) == 8 && (digits[0] == '0' || digits[0] == '2') {
		s.warn(WarnRestricted, "")
	}
	return s
}

// eightDigits answers eight digits that no symbology identifier explains: EAN-8 if that proves itself, else UPC-E.
func (d *Decoder) eightDigits(text string, at, end int) Scan {
	digits := text[at:end]
	long, fault := expandUPCE(digits)
	switch ean := checked(digits); {
	case ean:
		s := d.trade(text, at, end)
		if fault == nil {
			s.warn(WarnEightDigits, "")
		}
		return s
	case fault == nil:
		return Scan{Kind: GTIN, GTIN14: pad14(long)}
	}
	return invalid(shape(BadCheckDigit, text, at, end))
}

func upcE(text string, at, end int) Scan {
	long, fault := expandUPCE(text[at:end])
	if fault == nil {
		return Scan{Kind: GTIN, GTIN14: pad14(long)}
	}
	if fault.At > 0 {
		fault = faultAt(fault.Reason, "", text, at+fault.At-1)
	}
	return invalid(fault)
}

// shape returns why text[at:end] is not the number that its symbol says: a character that is no digit, or else the
// given reason, at its check digit where that is the reason.
func shape(why Reason, text string, at, end int) *Fault {
	for i := at; i < end; i++ {
		if !isDigit(text[i]) {
			return faultAt(BadCharacter, "", text, i)
		}
	}
	if why == BadCheckDigit {
		return faultAt(why, "", text, end-1)
	}
	return &Fault{Reason: why}
}
