package count

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"jard/internal/stocktake"
)

// Frequency says how often a year items of each class are counted, and how many more are drawn by lot: those that nobody expects to be
// counted show how right the books are without bias.
type Frequency struct {
	A      int `json:"a"`
	B      int `json:"b"`
	C      int `json:"c"`
	Random int `json:"random"`         // percent of the due ones, drawn from the others
	Most   int `json:"most,omitempty"` // items a time; 0: as many as are due
}

// UsualFrequency is how often items are counted where nobody says otherwise.
func UsualFrequency() Frequency { return Frequency{A: 4, B: 2, C: 1, Random: 5} }

func (c *Frequency) check() error {
	for _, n := range []int{c.A, c.B, c.C} {
		if n < 0 || n > 52 {
			return PlanFrequency.New()
		}
	}
	if c.A+c.B+c.C == 0 || c.Random < 0 || c.Random > 50 || c.Most < 0 || c.Most > MaxScope {
		return PlanFrequency.New()
	}
	return nil
}

// Candidate is an item that a cycle may choose.
type Candidate struct {
	Item    stocktake.ItemID
	Class   Class
	Counted time.Time // last; zero for never
}

// Chosen is what a cycle counts this time.
type Chosen struct {
	Items  []stocktake.ItemID // sorted
	Due    int                // that were due and are among them
	Random int                // that were drawn
	Left   int                // due, and left for the next time by Most
}

const year = 365 * 24 * time.Hour

// Choose gives the items that are due at an instant, the longest overdue first, and a random share of the rest. The same seed draws the
// same.
func (c *Frequency) Choose(list []Candidate, at time.Time, seed uint64) (chosen Chosen) {
	type due struct {
		item  stocktake.ItemID
		times float64 // how many of its intervals have gone by
	}
	var overdue []due
	var rest []stocktake.ItemID
	for n := range list {
		x := &list[n]
		a := map[Class]int{ClassA: c.A, ClassB: c.B, ClassC: c.C}[x.Class]
		times := math.Inf(1)
		if !x.Counted.IsZero() {
			times = float64(at.Sub(x.Counted)) * float64(a) / float64(year)
		}
		if a > 0 && times >= 1 {
			overdue = append(overdue, due{x.Item, times})
		} else {
			rest = append(rest, x.Item)
		}
	}
	slices.SortFunc(overdue, func(a, b due) int { return cmp.Or(cmp.Compare(b.times, a.times), cmp.Compare(a.item, b.item)) })
	random := (len(overdue)*c.Random + 99) / 100
	if c.Most > 0 {
		random = (min(len(overdue), c.Most)*c.Random + 99) / 100
		if room := max(c.Most-random, 0); len(overdue) > room {
			for _, x := range overdue[room:] {
				rest = append(rest, x.item)
			}
			chosen.Left, overdue = len(overdue)-room, overdue[:room]
		}
	}
	for _, x := range overdue {
		chosen.Items = append(chosen.Items, x.item)
	}
	chosen.Due = len(overdue)
	slices.Sort(rest)
	dice := rand.New(rand.NewPCG(seed, 0))
	dice.Shuffle(len(rest), func(i, j int) { rest[i], rest[j] = rest[j], rest[i] })
	drawn := rest[:min(random, len(rest))]
	chosen.Items, chosen.Random = append(chosen.Items, drawn...), len(drawn)
	slices.Sort(chosen.Items)
	return chosen
}
