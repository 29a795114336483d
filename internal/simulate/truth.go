package simulate

import (
	"cmp"
	"math/rand/v2"
	"slices"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// Stand is one item (or one code that no catalogue knows) as it really stands at one location. Zero is a facing with a
// label and nothing behind it, which a careful counter records. Stray goods stand where they do not belong: a counter
// who meets them marks them as found outside the assignment.
type Stand struct {
	Location  stocktake.LocationID `json:"location"`
	Item      stocktake.ItemID     `json:"item,omitempty"`
	Code      string               `json:"code,omitempty"` // of unknown goods, when Item is empty
	Quantity  stocktake.Quantity   `json:"quantity"`
	Lot       string               `json:"lot,omitempty"`
	Expiry    string               `json:"expiry,omitempty"`
	Condition count.Condition      `json:"condition,omitempty"`
	Stray     bool                 `json:"stray,omitempty"`
}

// Truth is what really stands where. Counters look at it; the server never does.
type Truth []Stand

// At gives what stands at one location, in shelf order: by item, code, lot and condition.
func (t Truth) At(location stocktake.LocationID) []Stand {
	var at []Stand
	for _, s := range t {
		if s.Location == location {
			at = append(at, s)
		}
	}
	slices.SortStableFunc(at, func(a, b Stand) int {
		return cmp.Or(cmp.Compare(a.Item, b.Item), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Lot, b.Lot),
			cmp.Compare(a.Condition, b.Condition))
	})
	return at
}

// Locations lists where anything stands, each once, sorted.
func (t Truth) Locations() []stocktake.LocationID {
	seen := make(map[stocktake.LocationID]bool)
	var all []stocktake.LocationID
	for _, s := range t {
		if !seen[s.Location] {
			seen[s.Location] = true
			all = append(all, s.Location)
		}
	}
	slices.Sort(all)
	return all
}

// Total is how much of an item really stands at the given locations together.
func (t Truth) Total(item stocktake.ItemID, locations ...stocktake.LocationID) stocktake.Quantity {
	var sum stocktake.Quantity
	for _, s := range t {
		if s.Item == item && slices.Contains(locations, s.Location) {
			sum += s.Quantity
		}
	}
	return sum
}

// Stock fills shelves for a demonstration or a test: every item at one home location, about a fifth at a second one,
// a few empty facings, a few strays. The same seed gives the same shelves.
func Stock(seed uint64, locations []stocktake.Location, items []stocktake.Item) Truth {
	if len(locations) == 0 {
		return nil
	}
	dice := rand.New(rand.NewPCG(seed, 0x57a4d))
	var t Truth
	for n, item := range items {
		home := locations[n*len(locations)/len(items)]
		t = append(t, stocked(dice, home.ID, item, false))
		if other := locations[dice.IntN(len(locations))]; other.ID != home.ID && dice.Float64() < 0.2 {
			t = append(t, stocked(dice, other.ID, item, dice.Float64() < 0.1))
		}
	}
	return t
}

func stocked(dice *rand.Rand, at stocktake.LocationID, item stocktake.Item, stray bool) Stand {
	s := Stand{Location: at, Item: item.ID, Stray: stray}
	switch {
	case !stray && dice.Float64() < 0.05: // an empty facing
	case item.Unit == stocktake.Piece:
		s.Quantity = stocktake.Quantity(1+dice.IntN(60)) * 1000
	default:
		s.Quantity = stocktake.Quantity(50 + dice.IntN(40_000))
	}
	if item.Lots {
		s.Lot = "L" + string(rune('A'+dice.IntN(26)))
		s.Expiry = "2027-0" + string(rune('1'+dice.IntN(9))) + "-15"
	}
	return s
}
