package gs1_test

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"jard/internal/gs1"
)

func TestWeightOf(t *testing.T) {
	for _, c := range []struct {
		price, unit, grams int64
		ok                 bool
	}{
		{1750, 1250, 1400, true},
		{1, 3, 333, true},
		{2, 3, 667, true},
		{1, 2000, 1, true},              // half a gram
		{1, 2001, 0, true},              // less than half of one
		{99_999, 1, 99_999_000, true},   // a fils a kilogram
		{0, 1250, 0, false},             // no price
		{1750, 0, 0, false},             // nobody said what a kilogram costs
		{-1, 1250, 0, false},            //
		{1750, -5, 0, false},            //
		{1750, 1_000_000_001, 0, false}, // beyond any price
		{1<<53 - 1, 1_000_000_000, 9_007_199_255, true},
		{1<<53 - 1, 1, 0, false},           // a weight that no number holds
		{1 << 53, 1_000_000_000, 0, false}, //
	} {
		if got, ok := gs1.WeightOf(c.price, c.unit); got != c.grams || ok != c.ok {
			t.Errorf("%d fils at %d: %d, %t; want %d, %t", c.price, c.unit, got, ok, c.grams, c.ok)
		}
	}
	dice := rand.New(rand.NewPCG(1, 2))
	for range 10_000 {
		price, unit := 1+dice.Int64N(1<<uint(1+dice.IntN(40))), 1+dice.Int64N(1_000_000)
		got, ok := gs1.WeightOf(price, unit)
		// ⌊price·1000/unit + ½⌋, without any bound.
		want := new(big.Int).Mul(big.NewInt(price), big.NewInt(2000))
		want.Add(want, big.NewInt(unit)).Div(want, big.NewInt(2*unit))
		if !ok || want.Cmp(big.NewInt(got)) != 0 {
			t.Fatalf("%d fils at %d: %d, %t; want %s", price, unit, got, ok, want)
		}
	}
}

// What a scale prints of a weight tells it to the gram where a kilogram costs a dinar or more.
func TestWeightComesBack(t *testing.T) {
	for unit := int64(1001); unit < 9000; unit += 37 {
		for grams := int64(5); grams < 9000; grams += 11 {
			price, priced := gs1.PriceOf(grams, unit)
			if got, ok := gs1.WeightOf(price, unit); !priced || !ok || got != grams {
				t.Fatalf("%d g at %d cost %d and weigh %d, %t", grams, unit, price, got, ok)
			}
		}
	}
}

func TestPriceOf(t *testing.T) {
	for _, c := range []struct {
		grams, unit, price int64
		ok                 bool
	}{
		{1400, 1250, 1750, true},
		{0, 1250, 0, true},
		{1, 499, 0, true}, // less than half a fils
		{1, 500, 1, true}, // half of one
		{1250, 1450, 1813, true},
		{1<<53 - 1, 500, 4_503_599_627_370_496, true},
		{-1, 1250, 0, false},
		{1400, 0, 0, false},
		{1400, -5, 0, false},
		{1400, 1_000_000_001, 0, false}, // beyond any price
		{1<<53 - 1, 1001, 0, false},     // a price that no number holds
		{1 << 53, 1, 0, false},
	} {
		if got, ok := gs1.PriceOf(c.grams, c.unit); got != c.price || ok != c.ok {
			t.Errorf("%d g at %d: %d, %t; want %d, %t", c.grams, c.unit, got, ok, c.price, c.ok)
		}
	}
}

func TestWeighOnlyWhatSaysAPriceAlone(t *testing.T) {
	d := fixed(t)
	label := func(prefix string, item string, value int64) string {
		for _, s := range []gs1.Scheme{
			{Prefix: "21", ItemDigits: 5, ValueDigits: 5, Kind: gs1.Weight, Decimals: 3},
			{Prefix: "22", ItemDigits: 4, ValueDigits: 5, Kind: gs1.Price, Decimals: 3, Verifier: true},
		} {
			if s.Prefix == prefix {
				if text, ok := s.Number(item, value); ok {
					return text
				}
			}
		}
		t.Fatalf("no label %s %s %d", prefix, item, value)
		return ""
	}
	s := d.Decode(label("22", "4001", 1750))
	if !s.Weigh(1250) || s.WeightG == nil || *s.WeightG != 1400 || s.PriceFils == nil || *s.PriceFils != 1750 || len(s.Warnings) != 1 || s.Warnings[0] != gs1.WarnWeightFromPrice {
		t.Errorf("%+v", s)
	}
	for raw, unit := range map[string]int64{
		label("21", "40001", 1400): 1250, label("22", "4001", 0): 1250, label("22", "4001", 5): 0, "6271100010013": 1250, "2200": 1250,
		"]C1010627110001001331030012503923750": 1250,
	} {
		s := d.Decode(raw)
		was := s
		if s.Weigh(unit) || s.WeightG != was.WeightG || len(s.Warnings) != len(was.Warnings) {
			t.Errorf("%s at %d was weighed: %+v", raw, unit, s)
		}
	}
}

func TestNumberOfAScheme(t *testing.T) {
	dice := rand.New(rand.NewPCG(3, 4))
	for _, text := range []string{
		"prefix=21,item=5,value=5,kind=weight,decimals=3", "prefix=27,item=5,value=5,kind=weight,decimals=1", "prefix=22,item=5,value=4,kind=price,decimals=2,verifier=1",
		"prefix=23,item=4,value=5,kind=price,decimals=3,verifier=1", "prefix=04,item=8,value=2,kind=count", "prefix=2,item=6,value=5,kind=price,decimals=0",
	} {
		s, err := gs1.ParseScheme(text)
		if err != nil {
			t.Fatal(err)
		}
		d, err := gs1.NewDecoder([]gs1.Scheme{s})
		if err != nil {
			t.Fatal(err)
		}
		step, most := int64(1), int64(1)
		for range s.ValueDigits {
			most *= 10
		}
		if s.Kind != gs1.Count {
			for range 3 - s.Decimals {
				step *= 10
			}
		}
		for range 500 {
			item, value := "", dice.Int64N(most)*step
			for range s.ItemDigits {
				item += string(rune('0' + dice.IntN(10)))
			}
			number, ok := s.Number(item, value)
			got := d.Decode(number)
			said := map[gs1.Measure]*int64{gs1.Weight: got.WeightG, gs1.Price: got.PriceFils, gs1.Count: got.Quantity}[s.Kind]
			if !ok || got.Item != item || said == nil || *said != value {
				t.Fatalf("%s: %s of %s and %d says %+v", text, number, item, value, got)
			}
		}
		if _, ok := s.Number("12345678901"[:s.ItemDigits], most*step); ok {
			t.Errorf("%s holds %d", text, most*step)
		}
		if _, ok := s.Number("1", 0); ok {
			t.Errorf("%s takes an item of one digit", text)
		}
		if _, ok := s.Number("x2345678901"[:s.ItemDigits], 0); ok {
			t.Errorf("%s takes a letter", text)
		}
		if _, ok := s.Number("12345678901"[:s.ItemDigits], -1); ok {
			t.Errorf("%s takes a negative value", text)
		}
		if _, ok := s.Number("12345678901"[:s.ItemDigits], 5); ok == (step > 1) {
			t.Errorf("%s: five thousandths in steps of %d: %t", text, step, ok)
		}
	}
}
