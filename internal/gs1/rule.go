package gs1

import "strings"

// rule is what a component whose length and characters are right already must hold to besides. Its name is how the
// handheld's twin knows it.
type rule struct {
	name string
	// check returns the reason why the value cannot be, with the byte concerned, or "", as of a year: a label's
	// two-digit year means nothing without one.
	check func(value string, year int) (why Reason, at int)
}

// holds turns a test of a whole component into a rule.
func holds(name string, test func(string) bool, why Reason) rule {
	return rule{name, func(v string, _ int) (Reason, int) {
		if test(v) {
			return "", 0
		}
		return why, 0
	}}
}

// clocked is holds for a test that needs to know what year it is.
func clocked(name string, test func(v string, year int) bool) rule {
	return rule{name, func(v string, year int) (Reason, int) {
		if test(v, year) {
			return "", 0
		}
		return BadDate, 0
	}}
}

var checkDigit = rule{"checkDigit", func(v string, _ int) (Reason, int) {
	if checked(v) {
		return "", 0
	}
	return BadCheckDigit, len(v) - 1
}}

var checkPair = rule{"checkPair", func(v string, _ int) (Reason, int) {
	if checkedPair(v) {
		return "", 0
	}
	return BadCheckDigit, max(len(v)-2, 0)
}}

var (
	date          = clocked("date", func(v string, year int) bool { _, ok := calendarDay(v, year, false); return ok })
	dateOrMonth   = clocked("dateOrMonth", func(v string, year int) bool { _, ok := calendarDay(v, year, true); return ok })
	longDate      = holds("longDate", isDate8, BadDate)
	timeOfDay     = holds("timeOfDay", isTime, BadDate)
	timeOrNone    = holds("timeOrNone", func(v string) bool { return v == "9999" || isTime(v) }, BadDate)
	hour          = holds("hour", func(v string) bool { return decimal(v) < 24 }, BadDate)
	sixty         = holds("sixty", func(v string) bool { return decimal(v) < 60 }, BadDate)
	iban          = holds("iban", checkedIBAN, BadCheckDigit)
	yesNo         = holds("yesNo", func(v string) bool { return v == "0" || v == "1" }, BadValue)
	minus         = holds("minus", func(v string) bool { return v == "-" }, BadValue)
	zero          = holds("zero", func(v string) bool { return v == "0" }, BadValue)
	notZero       = holds("notZero", func(v string) bool { return decimal(v) != 0 }, BadValue)
	winding       = holds("winding", func(v string) bool { return v == "0" || v == "1" || v == "9" }, BadValue)
	upperCase     = holds("upperCase", func(v string) bool { return strings.Trim(v, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" }, BadValue)
	noLeadingZero = holds("noLeadingZero", func(v string) bool { return v == "0" || v[0] != '0' }, BadValue)
	latitude      = holds("latitude", func(v string) bool { return decimal(v) <= 180_0000000 }, BadValue)
	longitude     = holds("longitude", func(v string) bool { return decimal(v) <= 360_0000000 }, BadValue)
	pieceOfTotal  = holds("pieceOfTotal", func(v string) bool { return v[:2] != "00" && v[2:] != "00" && v[:2] <= v[2:] }, BadValue)
	escaped       = holds("escaped", wellEscaped, BadEscape)
)

// wellEscaped reports whether every % begins a percent-encoded byte.
func wellEscaped(v string) bool {
	for i := 0; i < len(v); i++ {
		if v[i] == '%' {
			if i+2 >= len(v) || !isHex(v[i+1]) || !isHex(v[i+2]) {
				return false
			}
			i += 2
		}
	}
	return true
}

func isHex(c byte) bool {
	return isDigit(c) || c >= 'A' && c <= 'F' || c >= 'a' && c <= 'f'
}
