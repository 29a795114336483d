package link

import (
	"math"
	"strings"

	"jard/internal/stocktake"
)

// decimals reads numbers as people and ERPs write them. A lone mark before exactly three digits ("1,234") may be
// a decimal or a thousands mark: the mapping says which, or else the file's first number that leaves no doubt.
type decimals struct {
	mark    byte // '.' or ','; 0 until known
	decided int  // the line that showed it; 0 when the mapping said so
	// look reads the file for a number that leaves no doubt. It is called once, when the first doubtful one is met.
	look func() (mark byte, line int)
}

// reading is how a number's marks are to be read.
type reading struct {
	negative bool
	body     string // digits and marks
	decimal  int    // index of the decimal mark in body, −1 for none
	mark     byte   // the decimal mark that this number proves, 0 when it proves nothing
	doubtful bool
}

// usual reads the number that most cells hold, in units of 10^−places: at most 15 digits once it is scaled, and where a point is known to be the
// decimal mark, one between them. It says nothing of others.
func (d *decimals) usual(s string, places int) (n int64, ok bool) {
	if s == "" || len(s) > 16 {
		return 0, false
	}
	point := len(s)
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			n = n*10 + int64(c-'0')
		case c == '.' && d.mark == '.' && point == len(s) && i > 0 && i < len(s)-1:
			point = i
		default:
			return 0, false
		}
	}
	fraction := max(0, len(s)-point-1)
	if fraction > places || point+places > 15 {
		return 0, false
	}
	for range places - fraction {
		n *= 10
	}
	return n, true
}

// canonical gives a number as [-]digits[.digits].
func (d *decimals) canonical(c cell, line int) (string, *stocktake.Error) {
	s := c.text
	if simple(s) || (d.mark == '.' && pointed(s)) {
		return s, nil
	}
	if c.number {
		if c.lossy {
			return "", numberWrong.New(shorten(s))
		}
		return s, nil
	}
	s = cleanNumber(s)
	if simple(s) {
		return s, nil
	}
	read, ok := readMarks(s)
	if !ok {
		return "", numberWrong.New(shorten(s))
	}
	if read.doubtful && d.mark == 0 && d.look != nil {
		look := d.look
		d.look = nil
		d.mark, d.decided = look()
	}
	switch {
	case read.mark != 0 && d.mark == 0:
		d.mark, d.decided = read.mark, line
	case read.mark != 0 && d.mark != read.mark && d.decided == 0:
		return "", numberMark.New(shorten(s), string(d.mark))
	case read.mark != 0 && d.mark != read.mark:
		return "", numberOtherMark.New(shorten(s), string(d.mark), d.decided)
	case read.doubtful && d.mark == 0:
		return "", numberDoubtful.New(shorten(s))
	case read.doubtful:
		if i := strings.IndexAny(read.body, ".,"); read.body[i] == d.mark {
			read.decimal = i
		}
	}
	return read.String(), nil
}

// String joins the digits around the decimal mark.
func (r reading) String() string {
	var b strings.Builder
	if r.negative {
		b.WriteByte('-')
	}
	for i := range len(r.body) {
		switch c := r.body[i]; {
		case i == r.decimal:
			if i == 0 {
				b.WriteByte('0')
			}
			if i < len(r.body)-1 {
				b.WriteByte('.')
			}
		case c >= '0' && c <= '9':
			b.WriteByte(c)
		}
	}
	return b.String()
}

// simple reports whether s is a whole number in ASCII digits with at most a leading minus.
func simple(s string) bool { return digitsOnly(strings.TrimPrefix(s, "-")) }

// pointed reports whether s is digits, a point and digits with at most a leading minus: canonical where the point is
// known to be the decimal mark.
func pointed(s string) bool {
	whole, fraction, ok := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	return ok && digitsOnly(whole) && digitsOnly(fraction)
}

// arabicDecimal is U+066B; nothing else looks like it, so it proves itself in its own cell and nothing beyond.
const arabicDecimal = '٫'

// cleanNumber folds what surrounds and writes a number: digits, minus signs before and behind, brackets for
// negatives, currency words, Arabic marks, spaces and apostrophes between groups of digits.
func cleanNumber(s string) string {
	s = cleanCode(s)
	for _, word := range []string{"د.ك.", "د.ك", "دينار كويتي", "دينار", "KWD", "KD", "K.D.", "K.D", "kwd", "kd", "فلس"} {
		s = strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(s, word), word))
	}
	s = strings.Map(func(r rune) rune {
		switch r {
		case '−', '–', '‐', '‑', '﹣', '－':
			return '-'
		case '،':
			return ','
		case '’', '\'', '٬':
			return '\''
		}
		return r
	}, s)
	negative := false
	if inner, ok := strings.CutPrefix(s, "("); ok && strings.HasSuffix(inner, ")") {
		s, negative = strings.TrimSuffix(inner, ")"), true
	}
	if rest, ok := strings.CutSuffix(s, "-"); ok && !negative {
		s, negative = rest, true
	} else if rest, ok := strings.CutPrefix(s, "-"); ok && !negative {
		s, negative = rest, true
	} else if rest, ok := strings.CutPrefix(s, "+"); ok && !negative {
		s = rest
	}
	s = strings.TrimSpace(s)
	if negative {
		return "-" + s
	}
	return s
}

// readMarks tells apart the marks of a number. It reports false for what is no number.
func readMarks(s string) (reading, bool) {
	r := reading{decimal: -1}
	r.body, r.negative = strings.CutPrefix(s, "-")
	body := r.body
	if i := strings.IndexRune(body, arabicDecimal); i >= 0 {
		fraction := body[i+len(string(arabicDecimal)):]
		if !digitsOnly(fraction) || !grouped(body[:i], anyGroup) {
			return r, false
		}
		r.body, r.decimal = body[:i]+"."+fraction, i
		return r, true
	}
	for i := range len(body) {
		if c := body[i]; (c < '0' || c > '9') && c != '.' && c != ',' && c != '\'' && c != ' ' {
			return r, false
		}
	}
	point, comma := strings.Count(body, "."), strings.Count(body, ",")
	last := strings.LastIndexAny(body, ".,")
	switch {
	case point == 0 && comma == 0:
		return r, grouped(body, "' ")
	case point > 0 && comma > 0: // the last mark is the decimal one, the other groups
		if strings.Count(body, body[last:last+1]) > 1 {
			return r, false
		}
		r.decimal, r.mark = last, body[last]
		return r, digitsOnly(body[last+1:]) && grouped(body[:last], other(body[last]))
	case point > 1 || comma > 1: // several of one kind group
		r.mark = other(body[last])[0]
		return r, grouped(body, body[last:last+1])
	}
	whole, fraction := body[:last], body[last+1:]
	if fraction != "" && !digitsOnly(fraction) {
		return r, false
	}
	switch {
	case fraction == "" && whole == "":
		return r, false
	case len(fraction) == 3 && len(whole) >= 1 && len(whole) <= 3 && digitsOnly(whole) && whole[0] != '0':
		r.doubtful = true
		return r, true
	}
	r.decimal, r.mark = last, body[last]
	return r, whole == "" || digitsOnly(whole) || grouped(whole, "' ")
}

const anyGroup = ".,' "

func other(mark byte) string {
	if mark == '.' {
		return ","
	}
	return "."
}

// grouped reports whether s is digits, in groups of three when one of the marks is between them.
func grouped(s, marks string) bool {
	if digitsOnly(s) {
		return true
	}
	first := strings.IndexAny(s, marks)
	if first < 1 || first > 3 || !digitsOnly(s[:first]) {
		return false
	}
	mark := s[first : first+1]
	for part := range strings.SplitSeq(s[first+1:], mark) {
		if len(part) != 3 || !digitsOnly(part) {
			return false
		}
	}
	return true
}

// scale reads a canonical number into units of 10^−places. With round set, further decimals are rounded half away from
// zero, and rounded says so.
func scale(s string, places int, round bool) (n int64, rounded bool, err *stocktake.Error) {
	body, negative := strings.CutPrefix(s, "-")
	whole, fraction, _ := strings.Cut(body, ".")
	if len(fraction) > places {
		fraction = strings.TrimRight(fraction, "0")
	}
	up := false
	if len(fraction) > places {
		if !round {
			return 0, false, numberDecimals.New(shorten(s), places)
		}
		up, rounded, fraction = fraction[places] >= '5', true, fraction[:places]
	}
	for i := range len(whole) + places {
		digit := byte('0')
		switch {
		case i < len(whole):
			digit = whole[i]
		case i-len(whole) < len(fraction):
			digit = fraction[i-len(whole)]
		}
		if n > (math.MaxInt64-9)/10 {
			return 0, false, numberTooLarge.New(shorten(s))
		}
		n = n*10 + int64(digit-'0')
	}
	if up {
		n++
	}
	if n > stocktake.MaxNumber {
		return 0, false, numberTooLarge.New(shorten(s))
	}
	if negative {
		n = -n
	}
	return n, rounded, nil
}
