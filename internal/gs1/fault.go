package gs1

import (
	"strconv"
	"unicode/utf8"
)

// Reason is why a scan is invalid: a stable code that a client can translate.
type Reason string

// The reasons. The list only grows.
const (
	Empty            Reason = "empty"             // no text
	TooLong          Reason = "too-long"          // more than MaxScan bytes
	BadLength        Reason = "bad-length"        // not a length that this kind of number has
	BadCharacter     Reason = "bad-character"     // a character that this place cannot hold
	BadCheckDigit    Reason = "bad-check-digit"   // the check digit or check characters are wrong
	BadVerifier      Reason = "bad-verifier"      // a scale label's price verifier digit is wrong
	BadUPCE          Reason = "bad-upc-e"         // UPC-E with a number system other than 0 and 1
	UnknownAI        Reason = "unknown-ai"        // no such application identifier
	Truncated        Reason = "truncated"         // the value ends before its format does
	MissingSeparator Reason = "missing-separator" // the value is full and neither a separator nor the end follows
	BadDate          Reason = "bad-date"          // no such day or time
	BadValue         Reason = "bad-value"         // a value outside what its format allows
	Conflict         Reason = "conflict"          // two different values of one identifier
	BadEscape        Reason = "bad-escape"        // a broken percent-encoding in a Digital Link
)

// Fault says what makes a scan or a number invalid.
type Fault struct {
	Reason Reason
	AI     string // the application identifier concerned, or ""
	At     int    // the first character concerned, counted from 1 over the whole scan, or 0 where it has no place
}

// Error returns the fault as "reason", "reason (AI)", "reason at 7" or "reason (AI) at 7".
func (f *Fault) Error() string {
	s := string(f.Reason)
	if f.AI != "" {
		s += " (" + f.AI + ")"
	}
	if f.At > 0 {
		s += " at " + strconv.Itoa(f.At)
	}
	return s
}

// faultAt returns a fault about the character that begins at byte i of text. Characters are counted, not bytes, so
// that the place is the same before and after digits are folded.
func faultAt(r Reason, ai, text string, i int) *Fault {
	return &Fault{Reason: r, AI: ai, At: utf8.RuneCountInString(text[:i]) + 1}
}

func invalid(f *Fault) Scan {
	return Scan{Kind: Invalid, Error: f.Error()}
}
