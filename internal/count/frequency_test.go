package count_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// Over a year of weekly counts every item is counted about as often as its class asks, and some besides by lot.
func TestACycleCountsEachClassAsOftenAsAsked(t *testing.T) {
	f := count.UsualFrequency()
	var list []count.Candidate
	for n := range 400 {
		class := count.ClassC
		if n < 80 {
			class = count.ClassA
		} else if n < 200 {
			class = count.ClassB
		}
		list = append(list, count.Candidate{Item: stocktake.ItemID(fmt.Sprintf("i%03d", n)), Class: class})
	}
	start, times, random := kuwait("2026-01-01 22:00"), map[count.Class]int{}, 0
	for week := range 104 {
		at := start.AddDate(0, 0, 7*week)
		chosen := f.Choose(list, at, uint64(week))
		if again := f.Choose(list, at, uint64(week)); !slices.Equal(chosen.Items, again.Items) || !slices.IsSorted(chosen.Items) {
			t.Fatal("one seed draws two lots")
		}
		if len(chosen.Items) != chosen.Due+chosen.Random {
			t.Fatalf("%d items, %d due and %d random", len(chosen.Items), chosen.Due, chosen.Random)
		}
		for _, id := range chosen.Items {
			n := slices.IndexFunc(list, func(c count.Candidate) bool { return c.Item == id })
			if list[n].Counted = at; week >= 52 {
				times[list[n].Class]++
			}
		}
		if week >= 52 {
			random += chosen.Random
		}
	}
	for class, want := range map[count.Class][2]float64{"A": {3.7, 4.6}, "B": {1.8, 2.4}, "C": {0.9, 1.3}} {
		items := map[count.Class]float64{"A": 80, "B": 120, "C": 200}[class]
		if got := float64(times[class]) / items; got < want[0] || got > want[1] {
			t.Errorf("an item of class %s is counted %.2f times a year", class, got)
		}
	}
	if random == 0 {
		t.Error("nothing was drawn by lot")
	}
}

// A bound on the items of one time takes the longest overdue, and leaves room for the lot.
func TestACycleTakesTheLongestOverdueFirst(t *testing.T) {
	at := kuwait("2026-12-01 22:00")
	ago := func(days int) time.Time { return at.AddDate(0, 0, -days) }
	f := count.Frequency{A: 4, B: 2, C: 0, Most: 3, Random: 34}
	list := []count.Candidate{
		{Item: "fresh", Class: "A", Counted: ago(10)}, {Item: "late", Class: "A", Counted: ago(200)}, {Item: "later", Class: "B", Counted: ago(500)},
		{Item: "never", Class: "B"}, {Item: "just", Class: "A", Counted: ago(92)}, {Item: "not-asked", Class: "C"},
	}
	for seed := range uint64(20) {
		chosen := f.Choose(list, at, seed)
		if chosen.Due != 1 || chosen.Random != 2 || chosen.Left != 3 || !slices.Contains(chosen.Items, "never") {
			t.Fatalf("%+v", chosen)
		}
	}
	f.Random = 0
	if chosen := f.Choose(list, at, 1); !slices.Equal(chosen.Items, []stocktake.ItemID{"late", "later", "never"}) || chosen.Left != 1 {
		t.Fatalf("%+v", chosen)
	}
}
