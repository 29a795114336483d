package link

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"jard/internal/gs1"
	"jard/internal/stocktake"
)

// plain reports whether s is printable ASCII that needs no cleaning: the usual case, and the fast one.
func plain(s string) bool {
	if s == "" {
		return true
	}
	if s[0] == '=' || s[0] == '\'' || s[0] == ' ' || s[len(s)-1] == ' ' {
		return false
	}
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= utf8.RuneSelf-1 {
			return false
		}
	}
	return true
}

// cleanCode gives the text of a cell that holds an id, a code or a number: spreadsheet tricks taken off, invisible
// characters gone, digits folded to ASCII. It is the normal form of a scan (gs1.Normalize), so that the two can meet.
func cleanCode(s string) string {
	if plain(s) {
		if s != "" && s[0] == ']' {
			return gs1.Normalize(s)
		}
		return s
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t' || unicode.Is(unicode.Zs, r):
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, s)
	s = strings.TrimSpace(s)
	// ="0123" and '0123 are how people keep a spreadsheet from eating leading zeros.
	if inner, ok := strings.CutPrefix(s, `="`); ok && strings.HasSuffix(inner, `"`) {
		s = strings.TrimSpace(strings.TrimSuffix(inner, `"`))
	} else if inner, ok := strings.CutPrefix(s, "="); ok && digitsOnly(inner) {
		s = inner
	}
	s = strings.TrimSpace(strings.TrimLeft(s, "'"))
	return gs1.Normalize(s)
}

// cleanText gives the text of a cell that holds a name: no controls, no bidi marks, single spaces, and presentation
// forms that old systems write put back to letters. Digits and joiners stay: a name is shown as it was written.
func cleanText(s string) string {
	if plain(s) && !strings.Contains(s, "  ") {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	space, shaped := false, false
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			space = b.Len() > 0
			continue
		case unicode.IsControl(r), r == '\u200b', r == '\ufeff', r == '\u061c', r == '\u200e', r == '\u200f',
			r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069':
			continue
		case r >= '\ufb50' && r <= '\ufdff', r >= '\ufe70' && r <= '\ufefe':
			shaped = true
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	s = b.String()
	if shaped {
		s = norm.NFKC.String(s)
	}
	if inner, ok := strings.CutPrefix(s, `="`); ok && strings.HasSuffix(inner, `"`) {
		s = strings.TrimSuffix(inner, `"`)
	}
	return s
}

// sanitize replaces what is not UTF-8, so that a fault can be shown.
func sanitize(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// arabic reports whether s has an Arabic letter.
func arabic(s string) bool {
	for _, r := range s {
		if unicode.Is(unicode.Arabic, r) && unicode.IsLetter(r) {
			return true
		}
	}
	return false
}

// foldHeader folds a header so that its usual variants are one: as stocktake.Fold, without the article, without spaces.
func foldHeader(s string) string {
	words := strings.Fields(stocktake.Fold(s))
	for i, w := range words {
		if rest, ok := strings.CutPrefix(w, "ال"); ok && utf8.RuneCountInString(rest) >= 3 {
			words[i] = rest
		}
	}
	return strings.Join(words, "")
}

func digitsOnly(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
