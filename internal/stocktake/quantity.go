package stocktake

import (
	"math/bits"
	"strconv"
	"strings"
)

// MaxNumber bounds every number that travels: ±(2⁵³−1), which a JSON reader that keeps numbers as doubles holds exactly.
const MaxNumber = 1<<53 - 1

// MaxObserved bounds the quantity of one observation, in thousandths: ten million units. A barcode read into a
// quantity field (13 digits) is far above it.
const MaxObserved Quantity = 10_000_000 * 1000

// Quantity is an amount of an item in thousandths of its base unit: 12 pieces are 12000, 1.234 kg is 1234.
type Quantity int64

// Fils is money in thousandths of a Kuwaiti dinar.
type Fils int64

// Cost is a unit cost in thousandths of a fils: average costs have more decimals than prices.
type Cost int64

// Add returns q+o, or an overflow error outside ±MaxNumber.
func (q Quantity) Add(o Quantity) (Quantity, error) {
	s, err := add(int64(q), int64(o))
	return Quantity(s), err
}

// Sub returns q−o, or an overflow error outside ±MaxNumber.
func (q Quantity) Sub(o Quantity) (Quantity, error) {
	s, err := add(int64(q), -int64(o))
	return Quantity(s), err
}

// Add returns f+o, or an overflow error outside ±MaxNumber.
func (f Fils) Add(o Fils) (Fils, error) {
	s, err := add(int64(f), int64(o))
	return Fils(s), err
}

// Abs returns the magnitude of q.
func (q Quantity) Abs() Quantity {
	if q < 0 {
		return -q
	}
	return q
}

// Abs returns the magnitude of f.
func (f Fils) Abs() Fils {
	if f < 0 {
		return -f
	}
	return f
}

func add(a, b int64) (int64, error) {
	s := a + b
	if (a > 0 && b > 0 && s < 0) || (a < 0 && b < 0 && s >= 0) || s > MaxNumber || s < -MaxNumber {
		return 0, numberOverflow.New()
	}
	return s, nil
}

// Value returns quantity × cost rounded half away from zero to whole fils, once. Lines are rounded; totals add lines.
func Value(q Quantity, c Cost) (Fils, error) {
	negative := (q < 0) != (c < 0)
	hi, lo := bits.Mul64(magnitude(int64(q)), magnitude(int64(c)))
	const scale = 1_000_000 // thousandths of a unit × thousandths of a fils
	lo, carry := bits.Add64(lo, scale/2, 0)
	hi += carry
	if hi >= scale {
		return 0, numberOverflow.New()
	}
	v, _ := bits.Div64(hi, lo, scale)
	if v > MaxNumber {
		return 0, numberOverflow.New()
	}
	if negative {
		return -Fils(v), nil
	}
	return Fils(v), nil
}

// Times returns the quantity of an amount of packs: amount (thousandths of a pack) × pack (thousandths of the base
// unit in one pack). It fails when the product is no whole number of thousandths: nothing is rounded in a count.
func Times(amount, pack Quantity) (Quantity, error) {
	negative := (amount < 0) != (pack < 0)
	hi, lo := bits.Mul64(magnitude(int64(amount)), magnitude(int64(pack)))
	if hi >= 1000 {
		return 0, numberOverflow.New()
	}
	v, rest := bits.Div64(hi, lo, 1000)
	switch {
	case rest != 0:
		return 0, quantityInexact.New(amount.String(), pack.String())
	case v > MaxNumber:
		return 0, numberOverflow.New()
	case negative:
		return -Quantity(v), nil
	}
	return Quantity(v), nil
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

// String writes q in units with a point and no needless zeros: 12000 is "12", −1500 is "-1.5".
func (q Quantity) String() string { return decimal(int64(q), 3, false) }

// String writes f in dinars with three decimals: 118500 is "118.500".
func (f Fils) String() string { return decimal(int64(f), 3, true) }

// String writes c in fils with three decimals.
func (c Cost) String() string { return decimal(int64(c), 3, true) }

func decimal(n int64, places int, keep bool) string {
	digits := strconv.FormatUint(magnitude(n), 10)
	if len(digits) <= places {
		digits = strings.Repeat("0", places+1-len(digits)) + digits
	}
	whole, fraction := digits[:len(digits)-places], digits[len(digits)-places:]
	if !keep {
		fraction = strings.TrimRight(fraction, "0")
	}
	if fraction != "" {
		whole += "." + fraction
	}
	if n < 0 {
		return "-" + whole
	}
	return whole
}

// ParseThousandths reads a decimal number with at most three decimals into thousandths: "12" is 12000, "-1.5" is
// −1500. The decimal mark is a point; the caller folds other digits and marks first. It is exact or an error.
func ParseThousandths(s string) (int64, error) {
	body, negative := s, false
	if rest, ok := strings.CutPrefix(s, "-"); ok {
		body, negative = rest, true
	} else if rest, ok := strings.CutPrefix(s, "+"); ok {
		body = rest
	}
	whole, fraction, point := strings.Cut(body, ".")
	if whole == "" || (point && fraction == "") || !allDigits(whole) || !allDigits(fraction) {
		return 0, numberMalformed.New(s)
	}
	fraction = strings.TrimRight(fraction, "0")
	if len(fraction) > 3 {
		return 0, numberDecimals.New(s, 3)
	}
	n, err := strconv.ParseInt(whole+fraction+strings.Repeat("0", 3-len(fraction)), 10, 64)
	if err != nil || n > MaxNumber {
		return 0, numberOverflow.New()
	}
	if negative {
		n = -n
	}
	return n, nil
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
