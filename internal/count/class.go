package count

import (
	"cmp"
	"context"
	"slices"
	"time"

	"jard/internal/stocktake"
)

// Class says how much of a site's turnover an item is: few items are most of it, and worth the most looking at.
type Class string

// The classes. A: the items that make up the first 80 % of the value, and basic goods; B: those up to 95 %; C: all others.
const (
	ClassA Class = "A"
	ClassB Class = "B"
	ClassC Class = "C"
)

// ClassBasis is what items were classed by.
type ClassBasis string

// The bases: what went out in the year before; or, where no feed tells, what the books hold.
const (
	ByMovements ClassBasis = "movements"
	ByBook      ClassBasis = "book"
)

// Classes are the classes of a site's items, as a document that a session's plan names. What is in neither list is C.
type Classes struct {
	Basis ClassBasis         `json:"basis"`
	Since time.Time          `json:"since,omitzero"` // by movements: since when they were added up
	A     []stocktake.ItemID `json:"a,omitempty"`    // sorted
	B     []stocktake.ItemID `json:"b,omitempty"`    // sorted
}

// Of gives an item's class.
func (c *Classes) Of(item stocktake.ItemID) Class {
	if _, ok := slices.BinarySearch(c.A, item); ok {
		return ClassA
	}
	if _, ok := slices.BinarySearch(c.B, item); ok {
		return ClassB
	}
	return ClassC
}

// Worth is what an item is classed by: the value of a year's turnover, or of its book stock. Basic goods are A whatever they are worth.
type Worth struct {
	Item  stocktake.ItemID
	Value stocktake.Fils
	Basic bool
}

// mostWorth is as much as an item is taken to be worth: a hundred million dinars. So two million items add up exactly.
const mostWorth stocktake.Fils = 100_000_000_000

// Classify ranks items by value. The item that carries the sum over 80 % is still an A, the one that carries it over 95 % a B; what is
// worth nothing is C. Of equal value the lesser id comes first. Each item is named once.
func Classify(list []Worth) Classes {
	list = slices.Clone(list)
	var total int64
	for i := range list {
		list[i].Value = min(max(list[i].Value, 0), mostWorth)
		total += int64(list[i].Value)
	}
	slices.SortFunc(list, func(a, b Worth) int { return cmp.Or(cmp.Compare(b.Value, a.Value), cmp.Compare(a.Item, b.Item)) })
	var c Classes
	var before int64
	for _, x := range list {
		switch {
		case x.Basic, x.Value > 0 && before*5 < total*4:
			c.A = append(c.A, x.Item)
		case x.Value > 0 && before*20 < total*19:
			c.B = append(c.B, x.Item)
		}
		before += int64(x.Value)
	}
	slices.Sort(c.A)
	slices.Sort(c.B)
	return c
}

// Turnover adds up what went out of a site by its movements: sales without what came back, and transfers out without those in. Write-offs
// and receipts are none of it, nor is the posting of a result.
type Turnover struct {
	sold, transferred map[stocktake.ItemID]stocktake.Quantity
}

// Add adds one movement.
func (t *Turnover) Add(m *stocktake.Movement) {
	if t.sold == nil {
		t.sold, t.transferred = map[stocktake.ItemID]stocktake.Quantity{}, map[stocktake.ItemID]stocktake.Quantity{}
	}
	into := t.sold
	switch {
	case m.Posts != "":
		return
	case m.Kind == stocktake.Sale || m.Kind == stocktake.Return:
	case m.Kind == stocktake.Transfer:
		into = t.transferred
	default:
		return
	}
	const most = stocktake.Quantity(stocktake.MaxNumber)
	into[m.Item] = min(max(into[m.Item]-m.Quantity, -most), most)
}

// Of is how much of an item went out, zero or more.
func (t *Turnover) Of(item stocktake.ItemID) stocktake.Quantity {
	return min(max(t.sold[item], 0)+max(t.transferred[item], 0), stocktake.Quantity(stocktake.MaxNumber))
}

// ClassesOf classes a site's items: by turnover, at the greatest cost that the books give an item; where nothing went out, by what the
// books hold. Basic goods are those that the catalogue calls so.
func ClassesOf(books *stocktake.Snapshot, items map[stocktake.ItemID]stocktake.Item, out *Turnover) Classes {
	costs, values := map[stocktake.ItemID]stocktake.Cost{}, map[stocktake.ItemID]stocktake.Fils{}
	for i := range books.Lines {
		l := &books.Lines[i]
		costs[l.Item] = max(costs[l.Item], l.Cost)
		values[l.Item] = min(values[l.Item]+worth(l.Quantity, l.Cost), mostWorth)
	}
	byTurnover := make([]Worth, 0, len(costs))
	byBook := make([]Worth, 0, len(costs))
	moved := false
	for item, cost := range costs {
		basic := items[item].Supply
		w := worth(out.Of(item), cost)
		moved = moved || w > 0
		byTurnover = append(byTurnover, Worth{item, w, basic})
		byBook = append(byBook, Worth{item, values[item], basic})
	}
	if !moved {
		c := Classify(byBook)
		c.Basis = ByBook
		return c
	}
	c := Classify(byTurnover)
	c.Basis = ByMovements
	return c
}

// worth is a quantity's value, zero for one below zero.
func worth(q stocktake.Quantity, cost stocktake.Cost) stocktake.Fils {
	v, err := stocktake.Value(max(q, 0), cost)
	if err != nil {
		return mostWorth
	}
	return min(v, mostWorth)
}

// classYear is how far back turnover is looked at, and classLeast how much of it there must be that classes go by it: a week of a new feed
// says little of a year.
const (
	classYear  = 365 * 24 * time.Hour
	classLeast = 28 * 24 * time.Hour
)

// Classes classes the items of a site as things stand: by the year before in its movement log, where that reaches four weeks back; else by
// its books.
func (s *Service) Classes(ctx context.Context, by stocktake.Person, site stocktake.SiteID) (Classes, error) {
	if err := may(by, readers...); err != nil {
		return Classes{}, err
	}
	if err := stocktake.CheckID("site", string(site)); err != nil {
		return Classes{}, err
	}
	catalogue, _, err := s.docs.Published(ctx, by.Society, "catalogue")
	if err != nil {
		return Classes{}, err
	}
	snapshot, _, err := s.docs.Published(ctx, by.Society, "snapshot/"+string(site))
	if err != nil {
		return Classes{}, err
	}
	items, err := s.items(ctx, by.Society, catalogue)
	if err != nil {
		return Classes{}, err
	}
	var books stocktake.Snapshot
	if err := s.decode(ctx, by.Society, snapshot, &books); err != nil {
		return Classes{}, err
	}
	out, since, err := s.turnover(ctx, by.Society, site)
	if err != nil {
		return Classes{}, err
	}
	c := ClassesOf(&books, items, out)
	if c.Basis == ByMovements {
		c.Since = since
	}
	return c, nil
}

// turnover adds up the last year of a site's movement log; nothing where that reaches less than four weeks back.
func (s *Service) turnover(ctx context.Context, society stocktake.SocietyID, site stocktake.SiteID) (*Turnover, time.Time, error) {
	now := s.clock().UTC()
	from := now.Add(-classYear)
	offset, err := s.bookedSince(ctx, society, site, from)
	if err != nil {
		return nil, time.Time{}, err
	}
	var t Turnover
	first := now
	for {
		list, err := s.feed.Booked(ctx, society, site, offset+1, readPage)
		if err != nil {
			return nil, time.Time{}, err
		}
		for i := range list {
			if m := list[i].Movement; m != nil && !m.Booked.Before(from) && m.Booked.Before(now) {
				t.Add(m)
				if m.Booked.Before(first) {
					first = m.Booked
				}
			}
		}
		if len(list) < readPage {
			break
		}
		offset = list[len(list)-1].Offset
	}
	if now.Sub(first) < classLeast {
		return &Turnover{}, time.Time{}, nil
	}
	return &t, first.UTC(), nil
}
