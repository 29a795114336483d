package gs1

import (
	"strings"
	"unicode/utf8"
)

// Normalize returns the text by which a scan is compared with the codes of a catalogue and under which an unknown
// code is counted: raw without its AIM identifier and without the CR, LF, TAB and spaces at its end, Arabic-Indic and
// Persian digits folded to ASCII. Nothing else changes: case, leading zeros and inner spaces are part of a code.
//
// Normalize(Normalize(raw)) is Normalize(raw).
func Normalize(raw string) string {
	text := fold(trim(raw))
	for {
		_, start := splitAIM(text)
		if start == 0 {
			return text
		}
		text = trim(text[start:]) // an identifier is never part of a code, not even when sent twice
	}
}

// trim takes off the terminators that readers append.
func trim(s string) string { return strings.TrimRight(s, "\r\n\t ") }

// fold replaces Arabic-Indic (U+0660) and Persian (U+06F0) digits with ASCII ones, and nothing else.
func fold(s string) string {
	if !strings.ContainsAny(s, "٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹") {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for s != "" {
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case r >= '٠' && r <= '٩':
			b.WriteByte(byte('0' + r - '٠'))
		case r >= '۰' && r <= '۹':
			b.WriteByte(byte('0' + r - '۰'))
		default:
			b.WriteString(s[:size]) // also keeps what is not UTF-8 as it is
		}
		s = s[size:]
	}
	return b.String()
}
