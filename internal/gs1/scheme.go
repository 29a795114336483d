package gs1

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Measure says what the value digits of a variable-measure number measure.
type Measure string

// The measures.
const (
	Weight Measure = "weight" // kilograms with Scheme.Decimals decimals
	Price  Measure = "price"  // Kuwaiti dinars with Scheme.Decimals decimals
	Count  Measure = "count"  // pieces
)

// Scheme says how one cooperative's scales fill the 13 digits of a restricted-circulation number: prefix, item digits,
// the price verifier digit if there is one, value digits, check digit. GS1 leaves this layout to each country and
// shop, so there is no default.
type Scheme struct {
	// Prefix is what the numbers begin with: 2, 20 to 29, 02 or 04, or more digits behind one of these. Where several
	// schemes fit a number, the longest prefix wins.
	Prefix string
	// ItemDigits and ValueDigits are the lengths of the two parts, at least 1 each.
	ItemDigits, ValueDigits int
	// Kind is what the value measures.
	Kind Measure
	// Decimals is the number of decimals of a weight in kilograms or a price in dinars, 0 to 3; 0 for a count.
	Decimals int
	// Verifier says that a GS1 price verifier digit over the value, which has 4 or 5 digits then, stands before it.
	Verifier bool
}

// ParseSchemes reads schemes, each as ParseScheme does.
func ParseSchemes(texts []string) ([]Scheme, error) {
	schemes := make([]Scheme, len(texts))
	for i, text := range texts {
		var err error
		if schemes[i], err = ParseScheme(text); err != nil {
			return nil, err
		}
	}
	return schemes, nil
}

// ParseScheme reads a scheme written as "prefix=21,item=5,value=5,kind=weight,decimals=3" with an optional
// "verifier=1", in any order. The error says what to mend.
func ParseScheme(text string) (Scheme, error) {
	var s Scheme
	given := make(map[string]bool)
	for field := range strings.SplitSeq(text, ",") {
		key, value, ok := strings.Cut(strings.TrimSpace(field), "=")
		if !ok {
			return Scheme{}, fmt.Errorf("scheme %q: %q is not key=value", text, field)
		}
		if given[key] {
			return Scheme{}, fmt.Errorf("scheme %q: %s is given twice", text, key)
		}
		given[key] = true
		if err := s.set(key, value); err != nil {
			return Scheme{}, fmt.Errorf("scheme %q: %w", text, err)
		}
	}
	for _, key := range []string{"prefix", "item", "value", "kind"} {
		if !given[key] {
			return Scheme{}, fmt.Errorf("scheme %q: %s is missing", text, key)
		}
	}
	if s.Kind != Count && !given["decimals"] {
		return Scheme{}, fmt.Errorf("scheme %q: decimals is missing (of the kilogram or the dinar)", text)
	}
	if err := s.Validate(); err != nil {
		return Scheme{}, fmt.Errorf("scheme %q: %w", text, err)
	}
	return s, nil
}

func (s *Scheme) set(key, value string) (err error) {
	switch key {
	case "prefix":
		s.Prefix = value
	case "kind":
		s.Kind = Measure(value)
	case "item":
		s.ItemDigits, err = parseDigit(key, value)
	case "value":
		s.ValueDigits, err = parseDigit(key, value)
	case "decimals":
		s.Decimals, err = parseDigit(key, value)
	case "verifier":
		if value != "0" && value != "1" {
			return fmt.Errorf("verifier=%s: want 1 (present) or 0 (absent)", value)
		}
		s.Verifier = value == "1"
	default:
		return fmt.Errorf("no key %q: want prefix, item, value, kind, decimals, verifier", key)
	}
	return err
}

func parseDigit(key, value string) (int, error) {
	if len(value) != 1 || !isDigit(value[0]) {
		return 0, fmt.Errorf("%s=%s: want one digit", key, value)
	}
	return int(value[0] - '0'), nil
}

// Validate returns what is wrong with the scheme, or nil.
func (s Scheme) Validate() error {
	if !allDigits(s.Prefix) {
		return fmt.Errorf("prefix=%s: want digits", s.Prefix)
	}
	if s.Prefix[0] != '2' && !strings.HasPrefix(s.Prefix, "02") && !strings.HasPrefix(s.Prefix, "04") {
		return fmt.Errorf("prefix=%s: restricted-circulation numbers begin with 2, 02 or 04", s.Prefix)
	}
	if s.ItemDigits < 1 || s.ValueDigits < 1 {
		return errors.New("item and value need at least one digit each")
	}
	switch s.Kind {
	case Weight, Price:
		if s.Decimals < 0 || s.Decimals > 3 {
			return fmt.Errorf("decimals=%d: grams and fils have 0 to 3", s.Decimals)
		}
	case Count:
		if s.Decimals != 0 {
			return fmt.Errorf("decimals=%d: a count has none", s.Decimals)
		}
	default:
		return fmt.Errorf("kind=%s: want weight, price or count", s.Kind)
	}
	verifier := 0
	if s.Verifier {
		verifier = 1
		if s.ValueDigits != 4 && s.ValueDigits != 5 {
			return fmt.Errorf("verifier=1 with value=%d: the verifier digit is defined over 4 or 5 digits", s.ValueDigits)
		}
	}
	if sum := len(s.Prefix) + s.ItemDigits + verifier + s.ValueDigits + 1; sum != 13 {
		return fmt.Errorf("prefix %d + item %d + verifier %d + value %d + check digit 1 make %d digits, not 13",
			len(s.Prefix), s.ItemDigits, verifier, s.ValueDigits, sum)
	}
	return nil
}

// String returns the scheme as ParseScheme reads it.
func (s Scheme) String() string {
	text := "prefix=" + s.Prefix + ",item=" + strconv.Itoa(s.ItemDigits) + ",value=" + strconv.Itoa(s.ValueDigits) +
		",kind=" + string(s.Kind)
	if s.Kind != Count {
		text += ",decimals=" + strconv.Itoa(s.Decimals)
	}
	if s.Verifier {
		text += ",verifier=1"
	}
	return text
}

// Step is the finest difference that the scheme can say: 1, 10, 100 or 1000 grams or fils, as it has decimals; one piece.
func (s Scheme) Step() int64 {
	step := int64(1)
	if s.Kind != Count {
		for range 3 - s.Decimals {
			step *= 10
		}
	}
	return step
}

// Number returns the 13 digits that a scale prints for an item under the scheme, check digit and verifier included. Item
// is written with exactly ItemDigits digits; value is what they measure, in grams, fils or pieces. It reports false where
// the scheme cannot say that: another length, a value too large, or one finer than its decimals.
func (s Scheme) Number(item string, value int64) (string, bool) {
	if len(item) != s.ItemDigits || !allDigits(item) || value < 0 {
		return "", false
	}
	if value%s.Step() != 0 {
		return "", false
	}
	digits := strconv.FormatInt(value/s.Step(), 10)
	if len(digits) > s.ValueDigits {
		return "", false
	}
	digits = strings.Repeat("0", s.ValueDigits-len(digits)) + digits
	if s.Verifier {
		v, _ := PriceVerifier(digits)
		digits = string(v) + digits
	}
	body := s.Prefix + item + digits
	check, ok := CheckDigit(body)
	return body + string(check), ok
}
