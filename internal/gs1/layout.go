package gs1

import (
	"strings"
	"unicode/utf8"
)

// A reader that types into an Android device whose physical keyboard is set to Arabic presses the keys of a US
// keyboard, and the device writes what those keys mean in Arabic: "]E06271..." becomes Arabic letters and digits. Each
// row below is a key of Android's Arabic layout: what it types alone and with shift there, and on a US keyboard.
// Code points are escaped because several are combining marks. B is the single ligature U+FEFB.
var arabicKeys = [...]struct {
	arabic      rune
	us          byte
	arabicShift rune
	usShift     byte
}{
	{'\u0630', '`', '\u0651', '~'}, // GRAVE
	{'\u0661', '1', '!', '!'},      // 1
	{'\u0662', '2', '@', '@'},      // 2
	{'\u0663', '3', '#', '#'},      // 3
	{'\u0664', '4', '$', '$'},      // 4
	{'\u0665', '5', '%', '%'},      // 5
	{'\u0666', '6', '^', '^'},      // 6
	{'\u0667', '7', '&', '&'},      // 7
	{'\u0668', '8', '*', '*'},      // 8
	{'\u0669', '9', ')', '('},      // 9
	{'\u0660', '0', '(', ')'},      // 0
	{'-', '-', '_', '_'},           // MINUS
	{'=', '=', '+', '+'},           // EQUALS
	{'\u0636', 'q', '\u064E', 'Q'}, // Q
	{'\u0635', 'w', '\u064B', 'W'}, // W
	{'\u062B', 'e', '\u064F', 'E'}, // E
	{'\u0642', 'r', '\u064C', 'R'}, // R
	{'\u0641', 't', '\uFEF9', 'T'}, // T
	{'\u063A', 'y', '\u0625', 'Y'}, // Y
	{'\u0639', 'u', '\u2018', 'U'}, // U
	{'\u0647', 'i', '\u00F7', 'I'}, // I
	{'\u062E', 'o', '\u00D7', 'O'}, // O
	{'\u062D', 'p', '\u061B', 'P'}, // P
	{'\u062C', '[', '<', '{'},      // LEFT_BRACKET
	{'\u062F', ']', '>', '}'},      // RIGHT_BRACKET
	{'\\', '\\', '|', '|'},         // BACKSLASH
	{'\u0634', 'a', '\u0650', 'A'}, // A
	{'\u0633', 's', '\u064D', 'S'}, // S
	{'\u064A', 'd', ']', 'D'},      // D
	{'\u0628', 'f', '[', 'F'},      // F
	{'\u0644', 'g', '\uFEF7', 'G'}, // G
	{'\u0627', 'h', '\u0623', 'H'}, // H
	{'\u062A', 'j', '\u0640', 'J'}, // J
	{'\u0646', 'k', '\u060C', 'K'}, // K
	{'\u0645', 'l', '/', 'L'},      // L
	{'\u0643', ';', ':', ':'},      // SEMICOLON
	{'\u0637', '\'', '"', '"'},     // APOSTROPHE
	{'\u0626', 'z', '~', 'Z'},      // Z
	{'\u0621', 'x', '\u0652', 'X'}, // X
	{'\u0624', 'c', '}', 'C'},      // C
	{'\u0631', 'v', '{', 'V'},      // V
	{'\uFEFB', 'b', '\uFEF5', 'B'}, // B
	{'\u0649', 'n', '\u0622', 'N'}, // N
	{'\u0629', 'm', '\u2019', 'M'}, // M
	{'\u0648', ',', ',', '<'},      // COMMA
	{'\u0632', '.', '.', '>'},      // PERIOD
	{'\u0638', '/', '\u061F', '?'}, // SLASH
}

var usKey = func() map[rune]byte {
	m := make(map[rune]byte, 2*len(arabicKeys)+11)
	for _, k := range arabicKeys {
		m[k.arabic], m[k.arabicShift] = k.us, k.usShift
	}
	for d := byte('0'); d <= '9'; d++ { // caps lock gives ASCII digits
		m[rune(d)] = d
	}
	m[' '] = ' '
	return m
}()

// FromArabicLayout returns the keys that were pressed when raw is what Android's Arabic keyboard layout wrote for
// them, terminators left out. It reports false when raw holds nothing Arabic, or anything that this layout cannot
// write. The answer is a guess: a Decoder accepts it only when a check digit proves it, and a caller may when it equals
// a code of the catalogue.
func FromArabicLayout(raw string) (string, bool) {
	raw = trim(raw)
	var b strings.Builder
	arabic := false
	for _, r := range raw {
		key, ok := usKey[r]
		switch {
		case ok:
			arabic = arabic || r >= utf8.RuneSelf
			b.WriteByte(key)
		case r < ' ': // the separator and other controls are no keys of a layout
			b.WriteByte(byte(r))
		default:
			return "", false
		}
	}
	return b.String(), arabic
}
