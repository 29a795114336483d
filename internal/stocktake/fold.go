package stocktake

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Fold returns s as searches compare it, so that what people type loosely finds what was written exactly: compatibility
// forms, case, harakat and tatweel, the seats of hamza, ta marbuta and alif maqsura, Persian letters and all digits
// folded. What is neither letter nor digit becomes one space. Fold(Fold(s)) is Fold(s).
//
// testdata/folds.json states it case by case; the fold of the handheld and of the live board is held to the same file.
func Fold(s string) string {
	s = strings.Map(func(r rune) rune {
		switch r {
		case 'آ', 'أ', 'إ', 'ٱ':
			return 'ا'
		case 'ة':
			return 'ه'
		case 'ى', 'ئ', 'ی':
			return 'ي'
		case 'ؤ':
			return 'و'
		case 'ک':
			return 'ك'
		case 'ـ':
			return -1
		}
		switch {
		case unicode.Is(unicode.Mn, r), unicode.Is(unicode.Cf, r):
			return -1
		case r >= '٠' && r <= '٩':
			return '0' + r - '٠'
		case r >= '۰' && r <= '۹':
			return '0' + r - '۰'
		case unicode.IsLetter(r), unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return ' '
	}, norm.NFKC.String(strings.ToValidUTF8(s, "\uFFFD")))
	return strings.Join(strings.Fields(s), " ")
}
