package gs1

import "strings"

// rule checks a component whose length and characters are right already, as of a year (a label's two-digit year means
// nothing without one). It returns the reason why the value cannot be, with the byte concerned, or "".
type rule func(value string, year int) (why Reason, at int)

// holds turns a test of a whole component into a rule.
func holds(test func(string) bool, why Reason) rule {
	return func(v string, _ int) (Reason, int) {
		if test(v) {
			return "", 0
		}
		return why, 0
	}
}

// clocked is holds for a test that needs to know what year it is.
func clocked(test func(v string, year int) bool) rule {
	return func(v string, year int) (Reason, int) {
		if test(v, year) {
			return "", 0
		}
		return BadDate, 0
	}
}

func checkDigit(v string, _ int) (Reason, int) {
	if checked(v) {
		return "", 0
	}
	return BadCheckDigit, len(v) - 1
}

func checkPair(v string, _ int) (Reason, int) {
	if checkedPair(v) {
		return "", 0
	}
	return BadCheckDigit, max(len(v)-2, 0)
}

var (
	date          = clocked(func(v string, year int) bool { _, ok := calendarDay(v, year, false); return ok })
	dateOrMonth   = clocked(func(v string, year int) bool { _, ok := calendarDay(v, year, true); return ok })
	longDate      = holds(isDate8, BadDate)
	timeOfDay     = holds(isTime, BadDate)
	timeOrNone    = holds(func(v string) bool { return v == "9999" || isTime(v) }, BadDate)
	hour          = holds(func(v string) bool { return decimal(v) < 24 }, BadDate)
	sixty         = holds(func(v string) bool { return decimal(v) < 60 }, BadDate)
	iban          = holds(checkedIBAN, BadCheckDigit)
	yesNo         = holds(func(v string) bool { return v == "0" || v == "1" }, BadValue)
	minus         = holds(func(v string) bool { return v == "-" }, BadValue)
	zero          = holds(func(v string) bool { return v == "0" }, BadValue)
	notZero       = holds(func(v string) bool { return decimal(v) != 0 }, BadValue)
	winding       = holds(func(v string) bool { return v == "0" || v == "1" || v == "9" }, BadValue)
	upperCase     = holds(func(v string) bool { return strings.Trim(v, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" }, BadValue)
	noLeadingZero = holds(func(v string) bool { return v == "0" || v[0] != '0' }, BadValue)
	latitude      = holds(func(v string) bool { return decimal(v) <= 180_0000000 }, BadValue)
	longitude     = holds(func(v string) bool { return decimal(v) <= 360_0000000 }, BadValue)
	pieceOfTotal  = holds(func(v string) bool { return v[:2] != "00" && v[2:] != "00" && v[:2] <= v[2:] }, BadValue)
	escaped       = holds(wellEscaped, BadEscape)
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
