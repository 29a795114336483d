package result

import (
	"cmp"
	"slices"

	"jard/internal/stocktake"
)

// Goods says what a line is about and who answers for it.
type Goods struct {
	Section   stocktake.SectionID `json:"section"`
	Custodian stocktake.Name      `json:"custodian"`
	Item      stocktake.ItemID    `json:"item"`
	Name      stocktake.Name      `json:"name"`
	GTIN      string              `json:"gtin14,omitempty"`
	Unit      stocktake.Unit      `json:"unit"`
	Category  string              `json:"category,omitempty"`
	Supply    bool                `json:"supply"` // subsidised goods, another regulator's
}

// Compare orders lines by section and item, byte by byte.
func (g *Goods) Compare(o *Goods) int {
	return cmp.Or(cmp.Compare(g.Section, o.Section), cmp.Compare(g.Item, o.Item))
}

// Line is one item in one section, counted and set against the book.
//
//	expected = snapshot + movements      the book at the line's last observation
//	observed = Σ breakdown               what was seen, each location at its own instant
//	counted  = observed + settled        brought to the last observation
//	variance = counted − expected
//	value    = variance × unit cost, rounded half away from zero to fils
type Line struct {
	Goods
	Snapshot  stocktake.Quantity `json:"snapshot"`
	Movements stocktake.Quantity `json:"movements"` // booked since the snapshot, until the last observation
	Expected  stocktake.Quantity `json:"expected"`

	Rounds    List[Round]        `json:"rounds"`
	Breakdown List[Part]         `json:"breakdown"`
	Observed  stocktake.Quantity `json:"observed"`
	Settled   stocktake.Quantity `json:"settled"` // moved at a location between its observation and the last one
	Counted   stocktake.Quantity `json:"counted"`

	Variance stocktake.Quantity `json:"variance"`
	Low      stocktake.Quantity `json:"low"`
	High     stocktake.Quantity `json:"high"`
	Exact    bool               `json:"exact"` // the band is zero wide: nothing is undecided

	Cost  stocktake.Cost `json:"unit_cost"`
	Value stocktake.Fils `json:"value"`

	Status      string                   `json:"status"`
	Provisional bool                     `json:"provisional"`    // approved before all movements were known
	Code        string                   `json:"code,omitempty"` // of the decision that stands, as is the reason
	Reason      string                   `json:"reason,omitempty"`
	Decisions   List[Decision]           `json:"decisions"`
	Counters    List[stocktake.PersonID] `json:"counters"`
}

// Round is what one round of counting found, whether or not it was adopted.
type Round struct {
	Round    int                `json:"round"`
	Quantity stocktake.Quantity `json:"quantity"`
}

// Part is what was seen of one lot, expiry and condition. Condition is saleable, damaged, expired or near-expiry.
type Part struct {
	Lot       string             `json:"lot,omitempty"`
	Expiry    string             `json:"expiry,omitempty"` // YYYY-MM-DD
	Condition string             `json:"condition"`
	Quantity  stocktake.Quantity `json:"quantity"`
}

func (p Part) compare(o Part) int {
	return cmp.Or(cmp.Compare(p.Lot, o.Lot), cmp.Compare(p.Expiry, o.Expiry), cmp.Compare(p.Condition, o.Condition))
}

// The conditions.
const (
	Saleable   = "saleable"
	Damaged    = "damaged"
	Expired    = "expired"
	NearExpiry = "near-expiry"
)

// Tally is an item of which only a part of the section was counted. It has no variance.
type Tally struct {
	Goods
	Rounds    List[Round]              `json:"rounds"`
	Breakdown List[Part]               `json:"breakdown"`
	Observed  stocktake.Quantity       `json:"observed"`
	Counters  List[stocktake.PersonID] `json:"counters"`
}

// NotCounted is a line in scope that nobody met and nobody signed as zero. Value is that of what the book expects.
type NotCounted struct {
	Goods
	Snapshot  stocktake.Quantity `json:"snapshot"`
	Movements stocktake.Quantity `json:"movements"`
	Expected  stocktake.Quantity `json:"expected"`
	Cost      stocktake.Cost     `json:"unit_cost"`
	Value     stocktake.Fils     `json:"value"`
}

// NewLine computes what follows from the rest: Expected, Observed, Counted, Variance and Value. It sorts rounds,
// breakdown and counters, and adds parts alike in lot, expiry and condition together. With Exact set the band is the
// variance itself; otherwise Low and High are taken as given.
func NewLine(l Line) (Line, error) {
	var err error
	if l.Expected, err = l.Snapshot.Add(l.Movements); err != nil {
		return Line{}, err
	}
	if l.Breakdown, l.Observed, err = gather(l.Breakdown); err != nil {
		return Line{}, err
	}
	if l.Counted, err = l.Observed.Add(l.Settled); err != nil {
		return Line{}, err
	}
	if l.Variance, err = l.Counted.Sub(l.Expected); err != nil {
		return Line{}, err
	}
	if l.Value, err = stocktake.Value(l.Variance, l.Cost); err != nil {
		return Line{}, err
	}
	if l.Exact {
		l.Low, l.High = l.Variance, l.Variance
	}
	l.Rounds = inRounds(l.Rounds)
	l.Counters = sorted(l.Counters)
	return l, nil
}

// NewTally computes Observed and sorts.
func NewTally(t Tally) (Tally, error) {
	var err error
	if t.Breakdown, t.Observed, err = gather(t.Breakdown); err != nil {
		return Tally{}, err
	}
	t.Rounds = inRounds(t.Rounds)
	t.Counters = sorted(t.Counters)
	return t, nil
}

// NewNotCounted computes Expected and Value.
func NewNotCounted(n NotCounted) (NotCounted, error) {
	var err error
	if n.Expected, err = n.Snapshot.Add(n.Movements); err != nil {
		return NotCounted{}, err
	}
	n.Value, err = stocktake.Value(n.Expected, n.Cost)
	return n, err
}

// gather sorts parts, adds up those alike, and gives the sum of all.
func gather(parts []Part) (List[Part], stocktake.Quantity, error) {
	parts = slices.Clone(parts)
	for i := range parts {
		if parts[i].Condition == "" {
			parts[i].Condition = Saleable
		}
	}
	slices.SortStableFunc(parts, Part.compare)
	var sum stocktake.Quantity
	var err error
	kept := parts[:0]
	for _, p := range parts {
		if sum, err = sum.Add(p.Quantity); err != nil {
			return nil, 0, err
		}
		if last := len(kept) - 1; last >= 0 && kept[last].compare(p) == 0 {
			if kept[last].Quantity, err = kept[last].Quantity.Add(p.Quantity); err != nil {
				return nil, 0, err
			}
			continue
		}
		kept = append(kept, p)
	}
	return kept, sum, nil
}

func inRounds(rounds []Round) List[Round] {
	rounds = slices.Clone(rounds)
	slices.SortFunc(rounds, func(a, b Round) int { return cmp.Compare(a.Round, b.Round) })
	return rounds
}

func sorted[T cmp.Ordered](list []T) List[T] {
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list)
}
