package count_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"jard/internal/count"
	"jard/internal/stocktake"
)

func TestClassesByShareOfValue(t *testing.T) {
	for name, c := range map[string]struct {
		list []count.Worth
		a, b []stocktake.ItemID
	}{
		"nothing":         {},
		"worth nothing":   {list: []count.Worth{{Item: "a"}, {Item: "b", Value: -5}}},
		"one":             {list: []count.Worth{{Item: "a", Value: 1}}, a: []stocktake.ItemID{"a"}},
		"the usual":       {list: []count.Worth{{Item: "c", Value: 15}, {Item: "a", Value: 80}, {Item: "d", Value: 5}}, a: []stocktake.ItemID{"a"}, b: []stocktake.ItemID{"c"}},
		"carried over 80": {list: []count.Worth{{Item: "a", Value: 79}, {Item: "b", Value: 15}, {Item: "c", Value: 6}}, a: []stocktake.ItemID{"a", "b"}, b: []stocktake.ItemID{"c"}},
		"of equal value":  {list: []count.Worth{{Item: "z", Value: 1}, {Item: "y", Value: 1}, {Item: "x", Value: 1}, {Item: "w", Value: 1}, {Item: "v", Value: 1}}, a: []stocktake.ItemID{"v", "w", "x", "y"}, b: []stocktake.ItemID{"z"}},
		"basic goods":     {list: []count.Worth{{Item: "a", Value: 99}, {Item: "rice", Value: 0, Basic: true}, {Item: "b", Value: 1}}, a: []stocktake.ItemID{"a", "rice"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := count.Classify(c.list)
			if !slices.Equal(got.A, c.a) || !slices.Equal(got.B, c.b) {
				t.Errorf("A %v, B %v; want A %v, B %v", got.A, got.B, c.a, c.b)
			}
		})
	}
}

// However items are listed they get the same classes; an A item is worth no less than a B, nor that than a C; and the A items without the last are
// worth less than 80 %, those with it no less.
func TestClassesAreThoseOfTheShares(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		list := make([]count.Worth, 1+r.IntN(40))
		var total int64
		value := map[stocktake.ItemID]int64{}
		for n := range list {
			v := int64(r.ExpFloat64() * float64(r.IntN(1000)))
			list[n] = count.Worth{Item: stocktake.ItemID(fmt.Sprint("i", n)), Value: stocktake.Fils(v)}
			value[list[n].Item] = v
			total += v
		}
		c := count.Classify(list)
		r.Shuffle(len(list), func(a, b int) { list[a], list[b] = list[b], list[a] })
		if again := count.Classify(list); !slices.Equal(c.A, again.A) || !slices.Equal(c.B, again.B) {
			t.Fatalf("%v in another order: %v, %v", c, again.A, again.B)
		}
		least := map[count.Class]int64{count.ClassA: 1 << 60, count.ClassB: 1 << 60, count.ClassC: 1 << 60}
		most, sum := map[count.Class]int64{}, map[count.Class]int64{}
		for _, x := range list {
			k := c.Of(x.Item)
			least[k], most[k] = min(least[k], value[x.Item]), max(most[k], value[x.Item])
			sum[k] += value[x.Item]
		}
		if least["A"] < most["B"] || least["B"] < most["C"] || least["A"] < most["C"] {
			t.Fatalf("classes overlap: least %v, most %v", least, most)
		}
		for _, x := range []struct{ sum, least, share int64 }{{sum["A"], least["A"], 80}, {sum["A"] + sum["B"], min(least["A"], least["B"]), 95}} {
			if total > 0 && (x.sum*100 < total*x.share || (x.sum-x.least)*100 >= total*x.share) {
				t.Fatalf("%d of %d with a last of %d is not the first %d %%", x.sum, total, x.least, x.share)
			}
		}
	}
}

func TestTurnoverIsWhatWentOut(t *testing.T) {
	var out count.Turnover
	for _, m := range []stocktake.Movement{
		{Kind: stocktake.Sale, Item: "milk", Quantity: -10},
		{Kind: stocktake.Sale, Item: "milk", Quantity: 2, Voids: "x"},
		{Kind: stocktake.Return, Item: "milk", Quantity: 1},
		{Kind: stocktake.Receipt, Item: "milk", Quantity: 100},
		{Kind: stocktake.WriteOff, Item: "milk", Quantity: -50},
		{Kind: stocktake.Sale, Item: "milk", Quantity: -500, Posts: "result"},
		{Kind: stocktake.Transfer, Item: "milk", Quantity: 30}, // from the warehouse: what comes in is sold once
		{Kind: stocktake.Transfer, Item: "rice", Quantity: -8},
		{Kind: stocktake.Transfer, Item: "rice", Quantity: 3},
		{Kind: stocktake.Return, Item: "tea", Quantity: 4},
	} {
		out.Add(&m)
	}
	for item, want := range map[stocktake.ItemID]stocktake.Quantity{"milk": 7, "rice": 5, "tea": 0, "ice": 0} {
		if got := out.Of(item); got != want {
			t.Errorf("of %s went out %d, want %d", item, got, want)
		}
	}
}

// bookings is a movement log in memory.
type bookings []count.Booking

func (b bookings) Booked(_ context.Context, _ stocktake.SocietyID, _ stocktake.SiteID, from uint64, limit int) ([]count.Booking, error) {
	if from > uint64(len(b)) {
		return nil, nil
	}
	return b[from-1 : min(int(from)-1+limit, len(b))], nil
}

func TestClassesOfASite(t *testing.T) {
	f := openFloor(t)
	sold := func(item stocktake.ItemID, units int64, days int) count.Booking {
		at := time.UnixMilli(dawn).UTC().AddDate(0, 0, -days)
		return count.Booking{RecordedAt: at, Movement: &stocktake.Movement{
			ID: "m", Kind: stocktake.Sale, Item: item, Quantity: stocktake.Quantity(-units * 1000), Booked: at,
		}}
	}
	for name, c := range map[string]struct {
		feed  bookings
		basis count.ClassBasis
		ice   count.Class
	}{
		"no feed":                      {nil, count.ByBook, count.ClassC},
		"a feed of three weeks":        {bookings{sold("ice", 1000, 21)}, count.ByBook, count.ClassC},
		"a feed of a month":            {bookings{sold("ice", 1000, 30)}, count.ByMovements, count.ClassA},
		"what is more than a year ago": {bookings{sold("ice", 1000, 400), sold("milk", 1, 300)}, count.ByMovements, count.ClassC},
	} {
		t.Run(name, func(t *testing.T) {
			for n := range c.feed {
				c.feed[n].Offset = uint64(n + 1)
			}
			svc := count.NewService(f.db, f.db, c.feed, clock())
			defer svc.Close()
			got, err := svc.Classes(t.Context(), person("mona", stocktake.Manager), "central")
			f.check(err)
			if got.Basis != c.basis || got.Of("ice") != c.ice {
				t.Errorf("by %s ice is %s, want by %s %s", got.Basis, got.Of("ice"), c.basis, c.ice)
			}
		})
	}
	if _, err := f.svc.Classes(t.Context(), person("ali", stocktake.Counter), "central"); err == nil {
		t.Error("a counter saw what sells")
	}
}
