package gs1

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Decoder decodes scans. The zero Decoder knows no schemes and no substitute for FNC1, and uses the system's clock.
// A Decoder does not change once made; any number of goroutines may use it.
type Decoder struct {
	schemes []Scheme
	fnc1    string
	clock   func() time.Time
}

// Option adjusts a Decoder.
type Option func(*Decoder) error

// FNC1 makes a text that readers are configured to send in place of the separator GS, such as "^", mean the same.
// It must be ASCII, neither begin with a letter or digit nor hold a control character, and have at most 8 bytes.
func FNC1(substitute string) Option {
	return func(d *Decoder) error {
		if substitute == "" || len(substitute) > 8 {
			return fmt.Errorf("fnc1 substitute %q: want 1 to 8 characters", substitute)
		}
		for i := range len(substitute) {
			if c := substitute[i]; c <= ' ' || c >= 0x7f {
				return fmt.Errorf("fnc1 substitute %q: want visible ASCII", substitute)
			}
		}
		if c := substitute[0]; isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'z' || c == ']' {
			return fmt.Errorf("fnc1 substitute %q: codes and AIM identifiers begin so", substitute)
		}
		d.fnc1 = substitute
		return nil
	}
}

// Now sets the clock whose year places the two-digit years of labels. The default is time.Now.
func Now(clock func() time.Time) Option {
	return func(d *Decoder) error {
		d.clock = clock
		return nil
	}
}

// NewDecoder returns a Decoder that resolves variable-measure numbers by the schemes given, or the error of the scheme
// or option that cannot be used.
func NewDecoder(schemes []Scheme, options ...Option) (*Decoder, error) {
	d := &Decoder{schemes: slices.Clone(schemes)}
	for i, s := range schemes {
		if err := s.Validate(); err != nil {
			return nil, fmt.Errorf("scheme %s: %w", s, err)
		}
		for _, other := range schemes[:i] {
			if other.Prefix == s.Prefix {
				return nil, errors.New("two schemes for prefix " + s.Prefix)
			}
		}
	}
	for _, option := range options {
		if err := option(d); err != nil {
			return nil, err
		}
	}
	return d, nil
}

func (d *Decoder) year() int {
	if d.clock == nil {
		return time.Now().Year()
	}
	return d.clock().Year()
}

// Decode says what raw, the text as the reader sent it, says. It answers for any bytes.
func (d *Decoder) Decode(raw string) Scan {
	if len(raw) > MaxScan {
		return invalid(&Fault{Reason: TooLong})
	}
	text := fold(trim(raw))
	keys, arabic := FromArabicLayout(raw)
	if arabic && keys != text {
		if s := d.decode(keys); proven(s) {
			s.warn(WarnArabicKeyboard, "")
			return s
		}
	}
	s := d.decode(text)
	if _, start := splitAIM(keys); arabic && start > 0 && s.AIM == "" {
		s.warn(WarnArabicKeyboard, "")
	}
	return s
}

// proven reports whether a check digit vouches for the whole of what was read.
func proven(s Scan) bool {
	switch s.Kind {
	case GTIN, VariableMeasure:
		return true
	case ElementString, SSCC, DigitalLink:
		return slices.ContainsFunc(s.Elements, func(e Element) bool { return identifiers[e.AI].proves() })
	}
	return false
}

// decode answers text without terminators, its digits folded.
func (d *Decoder) decode(text string) Scan {
	aim, start := splitAIM(text)
	s := d.read(carrierOf(aim), text, start)
	s.AIM = aim
	return s
}

func (d *Decoder) read(c carrier, text string, start int) Scan {
	body := text[start:]
	lead := d.separatorAt(body)
	switch {
	case c == gs1Data:
		return d.elementString(text, start+lead)
	case lead > 0 && (c == bare || body[0] == separator):
		s := d.elementString(text, start+lead)
		if c != bare && s.Kind != Invalid {
			s.warn(WarnNotMarked, "")
		}
		return s
	case body == "" && start == 0:
		return invalid(&Fault{Reason: Empty})
	}
	if linear, _, ok := strings.Cut(body, "|]e0"); ok && (allDigits(linear) || c == ean13 || c == ean8) {
		return d.composite(c, text, start, start+len(linear))
	}
	if s, ok := d.link(text, start); ok {
		return s
	}
	if s, ok := d.number(c, text, start, len(text)); ok {
		return s
	}
	marked := beginsWithKey(body)
	if marked && c == bare {
		return d.elementString(text, start)
	}
	s := Scan{Kind: Unknown}
	if marked {
		s.warn(WarnNotMarked, "")
	}
	if body == "" || !utf8.ValidString(body) {
		s.warn(WarnText, "")
	}
	return s
}

// elementString answers the element string that begins at byte start of text.
func (d *Decoder) elementString(text string, start int) Scan {
	elements, fault := d.parse(text, start)
	if fault != nil {
		return invalid(fault)
	}
	s := Scan{Kind: ElementString, Elements: elements}
	if !slices.ContainsFunc(elements, func(e Element) bool { return e.AI != "00" }) {
		s.Kind = SSCC
	}
	d.answer(&s)
	return s
}

// composite answers an EAN or UPC number with a GS1 composite component above it, which adds elements to the number:
// "6271100010015|]e01726…". The number decides what the scan is.
func (d *Decoder) composite(c carrier, text string, start, end int) Scan {
	s, ok := d.number(c, text[:end], start, end)
	if !ok {
		return Scan{Kind: Unknown}
	}
	if s.Kind == Invalid {
		return s
	}
	at := end + len("|]e0")
	elements, fault := d.parse(text, at+d.separatorAt(text[at:]))
	if fault != nil {
		return invalid(fault)
	}
	more := Scan{Elements: elements}
	if s.GTIN14 != "" {
		more.Elements = append([]Element{{AI: "01", Value: s.GTIN14, at: start}}, elements...)
	}
	if fault := conflict(text, more.Elements); fault != nil {
		return invalid(fault)
	}
	d.answer(&more)
	more.Kind, more.Elements, more.Item = s.Kind, elements, s.Item
	if s.Kind == VariableMeasure {
		more.GTIN14 = ""
		more.WeightG, more.PriceFils, more.Quantity = s.WeightG, s.PriceFils, s.Quantity
	}
	for _, w := range more.Warnings {
		s.warn(w, "")
	}
	more.Warnings = s.Warnings
	return more
}

// beginsWithKey reports whether text begins with an identifier of a trade item or a logistic unit and all the digits
// of its value. No plain number is as long, so a check digit that is wrong then makes the scan invalid, not unknown.
func beginsWithKey(text string) bool {
	if len(text) < 16 {
		return false
	}
	switch text[:2] {
	case "00":
		return len(text) >= 20 && allDigits(text[:20])
	case "01", "02", "03":
		return allDigits(text[:16])
	}
	return false
}
