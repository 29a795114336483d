package stocktake_test

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"jard/internal/stocktake"
)

// some gives numbers of every size, with the edges more often than chance would.
func some(r *rand.Rand) int64 {
	edges := []int64{
		0, 1, 499, 500, 999, 1000, 12_000, 1_000_000, stocktake.MaxNumber - 1, stocktake.MaxNumber, stocktake.MaxNumber + 1,
		math.MaxInt64, math.MaxInt64 - 1, math.MinInt64 + 1, math.MinInt64, int64(stocktake.MaxObserved),
	}
	n := edges[r.IntN(len(edges))]
	if r.IntN(3) > 0 {
		n = int64(r.Uint64() >> r.IntN(64))
	}
	if r.IntN(2) == 0 && n != math.MinInt64 {
		n = -n
	}
	return n
}

// fits reports whether a number may travel.
func fits(n *big.Int) bool { return n.CmpAbs(big.NewInt(stocktake.MaxNumber)) <= 0 }

// roundHalfAway is n/d rounded half away from zero.
func roundHalfAway(n, d *big.Int) *big.Int {
	twice := new(big.Int).Add(new(big.Int).Mul(new(big.Int).Abs(n), big.NewInt(2)), d)
	q := twice.Quo(twice, new(big.Int).Mul(d, big.NewInt(2)))
	if n.Sign() < 0 {
		q.Neg(q)
	}
	return q
}

// agree holds a result against the one of exact arithmetic: that, or an error where it may not travel.
func agree(t *testing.T, what string, got int64, err error, want *big.Int) {
	t.Helper()
	if fits(want) != (err == nil) || (err == nil && want.Cmp(big.NewInt(got)) != 0) {
		t.Fatalf("%s is %d (%v); want %s", what, got, err, want)
	}
	if err != nil && !errors.Is(err, stocktake.NumberOverflow) {
		t.Fatalf("%s is refused with %v", what, err)
	}
}

func TestArithmeticIsExact(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	million, thousand := big.NewInt(1_000_000), big.NewInt(1000)
	for range 200_000 {
		a, b := some(r), some(r)
		x, y := big.NewInt(a), big.NewInt(b)
		product := new(big.Int).Mul(x, y)
		if fits(x) && fits(y) { // sums are of numbers that may travel
			q, err := stocktake.Quantity(a).Add(stocktake.Quantity(b))
			agree(t, fmt.Sprint(a, "+", b), int64(q), err, new(big.Int).Add(x, y))
			q, err = stocktake.Quantity(a).Sub(stocktake.Quantity(b))
			agree(t, fmt.Sprint(a, "-", b), int64(q), err, new(big.Int).Sub(x, y))
			f, err := stocktake.Fils(a).Add(stocktake.Fils(b))
			agree(t, fmt.Sprint(a, "+", b, " fils"), int64(f), err, new(big.Int).Add(x, y))
		}
		f, err := stocktake.Value(stocktake.Quantity(a), stocktake.Cost(b))
		agree(t, fmt.Sprint(a, " at ", b), int64(f), err, roundHalfAway(product, million))

		q, err := stocktake.Times(stocktake.Quantity(a), stocktake.Quantity(b))
		whole, rest := new(big.Int).QuoRem(product, thousand, new(big.Int))
		if fits(whole) && rest.Sign() != 0 {
			if err == nil || !strings.HasPrefix(err.Error(), "quantity-inexact") {
				t.Fatalf("%d × %d is %d (%v); it is no whole number", a, b, q, err)
			}
		} else if rest.Sign() == 0 || err == nil {
			agree(t, fmt.Sprint(a, "×", b), int64(q), err, whole)
		}
	}
}

func TestValueRoundsHalfAwayFromZero(t *testing.T) {
	for _, c := range []struct {
		q    stocktake.Quantity
		cost stocktake.Cost
		want stocktake.Fils
	}{{1000, 499, 0}, {1000, 500, 1}, {-1000, 499, 0}, {-1000, 500, -1}, {1500, 1000, 2}, {2500, 1000, 3}, {-2500, 1000, -3}, {0, 7, 0}} {
		if got, err := stocktake.Value(c.q, c.cost); err != nil || got != c.want {
			t.Errorf("%s at %s is %s (%v); want %s", c.q, c.cost, got, err, c.want)
		}
	}
}

func TestThousandthsAreReadAndWritten(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 50_000 {
		n := some(r)
		if !fits(big.NewInt(n)) {
			continue
		}
		for _, text := range []string{stocktake.Quantity(n).String(), stocktake.Fils(n).String(), stocktake.Cost(n).String()} {
			if got, err := stocktake.ParseThousandths(text); err != nil || got != n {
				t.Fatalf("%d is written %q and read %d (%v)", n, text, got, err)
			}
			exact, ok := new(big.Rat).SetString(text)
			if !ok || exact.Cmp(big.NewRat(n, 1000)) != 0 {
				t.Fatalf("%d thousandths are written %q", n, text)
			}
		}
	}
}

func TestNumbersAsText(t *testing.T) {
	for n, want := range map[int64][2]string{
		0: {"0", "0.000"}, 12_000: {"12", "12.000"}, -1500: {"-1.5", "-1.500"}, 1: {"0.001", "0.001"}, -20: {"-0.02", "-0.020"},
		118_500: {"118.5", "118.500"}, math.MinInt64: {"-9223372036854775.808", "-9223372036854775.808"},
	} {
		if q, f := stocktake.Quantity(n).String(), stocktake.Fils(n).String(); q != want[0] || f != want[1] {
			t.Errorf("%d is %q and %q; want %q", n, q, f, want)
		}
	}
}

func TestParseThousandths(t *testing.T) {
	for text, want := range map[string]int64{
		"0": 0, "-0": 0, "+7": 7000, "007": 7000, "1.5": 1500, "-1.5": -1500, "0.001": 1, "1.5000000": 1500, "9007199254740.991": stocktake.MaxNumber,
	} {
		if got, err := stocktake.ParseThousandths(text); err != nil || got != want {
			t.Errorf("%q is %d (%v); want %d", text, got, err, want)
		}
	}
	for text, key := range map[string]string{
		"": "number-malformed", "-": "number-malformed", ".5": "number-malformed", "5.": "number-malformed", "1e3": "number-malformed",
		"1,5": "number-malformed", " 1": "number-malformed", "--1": "number-malformed", "١": "number-malformed", "1.2.3": "number-malformed",
		"0x1": "number-malformed", "1.-5": "number-malformed", "0.0001": "number-decimals", "9007199254740.992": "number-overflow",
		"99999999999999999999": "number-overflow", "-9007199254740.992": "number-overflow",
	} {
		if got, err := stocktake.ParseThousandths(text); err == nil || stocktake.Fault(err).Reason.Key != key {
			t.Errorf("%q is %d (%v); want %s", text, got, err, key)
		}
	}
}

// FuzzParseThousandths: what is read is exactly what exact arithmetic reads.
func FuzzParseThousandths(f *testing.F) {
	for _, s := range []string{"12", "-1.5", "9007199254740.991", "0.0010", "+0", "1e3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := stocktake.ParseThousandths(s)
		if err != nil {
			return
		}
		exact, ok := new(big.Rat).SetString(s)
		if !ok || exact.Cmp(big.NewRat(n, 1000)) != 0 || !fits(big.NewInt(n)) {
			t.Fatalf("%q is read as %d", s, n)
		}
	})
}
