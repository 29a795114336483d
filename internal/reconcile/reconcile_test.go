package reconcile_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"jard/internal/reconcile"
	"jard/internal/stocktake"
)

// closed is a reconciliation in which nothing moved.
func closed() *reconcile.Basis {
	at := time.Date(2026, 1, 15, 6, 0, 0, 0, time.UTC)
	return reconcile.NewBasis(reconcile.DefaultRules(), &stocktake.Snapshot{AsOf: at, Position: "1"},
		stocktake.Watermark{Site: "s", Through: at.Add(1000 * time.Hour)})
}

func places(quantities ...stocktake.Quantity) []reconcile.Place {
	list := make([]reconcile.Place, 0, len(quantities))
	for n, q := range quantities {
		at := reconcile.At(time.Date(2026, 1, 15, 7, n, 0, 0, time.UTC))
		list = append(list, reconcile.Place{Quantity: q, Span: reconcile.Span{From: at, To: at}, Holds: true})
	}
	return list
}

func TestVarianceIsCountedLessBook(t *testing.T) {
	v, err := closed().Line(&reconcile.Line{Book: 10_000, Cost: 250_500, Places: places(4000, 3000)})
	want := reconcile.Variance{Observed: 7000, Counted: 7000, Expected: 10_000, Quantity: -3000, Low: -3000, High: -3000, Value: -752, Exact: true} // −751.5
	if err != nil || v != want {
		t.Fatalf("%+v, %v; want %+v", v, err, want)
	}
	if v, err := closed().Line(&reconcile.Line{Book: -2000}); err != nil || v.Quantity != 2000 {
		t.Fatalf("a negative book: %+v, %v", v, err)
	}
}

func TestVarianceThatCannotTravel(t *testing.T) {
	for name, l := range map[string]reconcile.Line{
		"observed": {Places: places(stocktake.MaxNumber, 1)},
		"variance": {Book: -stocktake.MaxNumber, Places: places(1)},
		"value":    {Cost: stocktake.MaxNumber, Places: places(stocktake.MaxNumber)},
		"moved":    {Movements: slices.Repeat([]reconcile.Movement{{Quantity: -stocktake.MaxNumber, Position: 2}}, 5000)},
	} {
		if v, err := closed().Line(&l); err == nil || v != (reconcile.Variance{}) {
			t.Errorf("%s: %+v, %v", name, v, err)
		}
	}
}

// passes says by exact arithmetic whether one variance is within all tolerances that are set.
func passes(t reconcile.Tolerance, q, expected stocktake.Quantity, cost stocktake.Cost) bool {
	if t.Quantity == nil && t.Percent == nil && t.Value == nil {
		return q == 0
	}
	abs := big.NewInt(int64(q))
	abs.Abs(abs)
	if t.Quantity != nil && abs.Cmp(big.NewInt(int64(*t.Quantity))) > 0 {
		return false
	}
	if t.Percent != nil { // |q| ≤ |expected| × percent / 10,000
		left := new(big.Int).Mul(abs, big.NewInt(10_000))
		right := new(big.Int).Mul(big.NewInt(int64(expected.Abs())), big.NewInt(*t.Percent))
		if left.Cmp(right) > 0 {
			return false
		}
	}
	if t.Value != nil { // the value as lines round it: half away from zero
		twice := new(big.Int).Mul(new(big.Int).Mul(abs, big.NewInt(int64(cost))), big.NewInt(2))
		twice.Add(twice, big.NewInt(1_000_000)).Quo(twice, big.NewInt(2_000_000))
		if twice.Cmp(big.NewInt(int64(*t.Value))) > 0 {
			return false
		}
	}
	return true
}

// Within if all of the band passes, Outside if none of it does, else Uncertain: against every quantity of small bands.
func TestJudgeAgainstBruteForce(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	seen := map[reconcile.Verdict]int{}
	for range 60_000 {
		var tolerance reconcile.Tolerance
		if r.IntN(2) == 0 {
			q := stocktake.Quantity(r.IntN(40))
			tolerance.Quantity = &q
		}
		if r.IntN(2) == 0 {
			p := int64(r.IntN(3000))
			tolerance.Percent = &p
		}
		if r.IntN(2) == 0 {
			f := stocktake.Fils(r.IntN(30))
			tolerance.Value = &f
		}
		cost := stocktake.Cost(r.IntN(3) * r.IntN(2_000_000))
		v := reconcile.Variance{Expected: stocktake.Quantity(r.IntN(200) - 60), Low: stocktake.Quantity(r.IntN(100) - 50)}
		v.High = v.Low + stocktake.Quantity(r.IntN(2)*r.IntN(40))
		all, any := true, false
		for q := v.Low; q <= v.High; q++ {
			ok := passes(tolerance, q, v.Expected, cost)
			all, any = all && ok, any || ok
		}
		want := reconcile.Uncertain
		switch {
		case all:
			want = reconcile.Within
		case !any:
			want = reconcile.Outside
		}
		if got := tolerance.Judge(v, cost); got != want {
			t.Fatalf("%s: %+v at %s is %s; want %s", show(tolerance), v, cost, got, want)
		}
		seen[want]++
	}
	if len(seen) != 3 || seen[reconcile.Uncertain] < 1000 {
		t.Fatalf("too little was tried: %v", seen)
	}
}

func show(t reconcile.Tolerance) string {
	s := ""
	if t.Quantity != nil {
		s += fmt.Sprint("quantity ", *t.Quantity, " ")
	}
	if t.Percent != nil {
		s += fmt.Sprint("percent ", *t.Percent, " ")
	}
	if t.Value != nil {
		s += fmt.Sprint("value ", *t.Value)
	}
	return s
}

// The same at the edges of large numbers, where products leave 64 bits: a variance of one value is within exactly if
// it passes.
func TestJudgeLargeNumbers(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	large := func() int64 { return int64(r.Uint64()>>(11+r.IntN(53))) & stocktake.MaxNumber }
	for range 60_000 {
		var tolerance reconcile.Tolerance
		q, p, f := stocktake.Quantity(large()), large(), stocktake.Fils(large())
		expected, cost := stocktake.Quantity(large()), stocktake.Cost(large())
		variance := stocktake.Quantity(large())
		switch r.IntN(3) {
		case 0:
			tolerance.Quantity = &q
			variance = q
		case 1:
			tolerance.Percent = &p
			n := new(big.Int).Mul(big.NewInt(int64(expected)), big.NewInt(p))
			variance = near(n.Quo(n, big.NewInt(10_000)))
		case 2:
			tolerance.Value = &f
			if cost > 0 {
				n := new(big.Int).Mul(big.NewInt(int64(f)), big.NewInt(1_000_000))
				variance = near(n.Quo(n, big.NewInt(int64(cost))))
			}
		}
		for d := stocktake.Quantity(-2); d <= 2; d++ {
			for _, sign := range []stocktake.Quantity{1, -1} {
				x := sign * min(max(variance+d, 0), stocktake.MaxNumber)
				v := reconcile.Variance{Expected: expected, Quantity: x, Low: x, High: x}
				want := reconcile.Outside
				if passes(tolerance, x, expected, cost) {
					want = reconcile.Within
				}
				if got := tolerance.Judge(v, cost); got != want {
					t.Fatalf("%s: %d of %d at %d is %s; want %s", show(tolerance), x, expected, cost, got, want)
				}
			}
		}
	}
}

func near(n *big.Int) stocktake.Quantity {
	if n.CmpAbs(big.NewInt(stocktake.MaxNumber)) > 0 {
		return stocktake.MaxNumber
	}
	return stocktake.Quantity(n.Int64())
}

func TestToleranceCheck(t *testing.T) {
	minus, zero := int64(-1), int64(0)
	q, f := stocktake.Quantity(-1), stocktake.Fils(-1)
	if (reconcile.Tolerance{Percent: &zero}).Check() != nil || (reconcile.Tolerance{}).Check() != nil {
		t.Error("a tolerance of zero, or none, is refused")
	}
	for n, bad := range []reconcile.Tolerance{{Quantity: &q}, {Percent: &minus}, {Value: &f}} {
		if bad.Check() == nil {
			t.Errorf("a negative tolerance (%d) is taken", n)
		}
	}
}
