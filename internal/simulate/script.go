package simulate

import (
	"cmp"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"jard/internal/count"
	"jard/internal/stocktake"
	"jard/internal/wire"
)

// step is one thing that a counter does in a pass. A reversal takes the latest observation back.
type step struct {
	event count.Event
	look  time.Duration // before the scan
	key   time.Duration // from the scan to the last key
}

// script is all that a counter does in one pass. It is made at once, from the seed alone, before the first scan: so the
// same seed gives the same count whatever the network does, and a counter that was killed goes on at the step that its
// device remembers.
type script struct {
	mode    string
	offline bool
	back    bool // the network comes back before the pass ends
	steps   []step
}

// The modes of a pass.
const (
	modeQuantity = "quantity"
	modeEach     = "each"
)

// mostEach bounds the pieces that are counted one by one; the rest of a heap is keyed.
const mostEach = 24

// writer writes one script.
type writer struct {
	script
	dice   *rand.Rand
	habits *Habits
	pace   Pace
	items  map[stocktake.ItemID]*stocktake.Item
	scale  scale
	single map[stocktake.ItemID]bool // stands in one lot and condition here, so one entry can be all of it
}

// writeScript decides what a person does at a location.
func writeScript(seed uint64, c *Counter, t wire.Task, stands []Stand, items map[stocktake.ItemID]*stocktake.Item, labels scale) script {
	w := &writer{dice: dice(seed, string(c.Person), string(t.Location), strconv.Itoa(t.Round), t.Assignment),
		habits: &c.Habits, pace: c.Pace, items: items, scale: labels, single: make(map[stocktake.ItemID]bool)}
	w.offline, w.back = w.chance(c.Habits.Offline), w.chance(0.5)
	w.mode = modeQuantity
	if w.chance(c.Habits.Each) {
		w.mode = modeEach
	}
	for _, s := range stands {
		_, more := w.single[s.Item]
		w.single[s.Item] = !more
	}
	for _, s := range stands {
		directed := len(t.Items) == 0 && !s.Stray || slices.Contains(t.Items, s.Item)
		w.stand(s, !directed)
	}
	if w.chance(c.Habits.Unknown) {
		w.stand(Stand{Location: t.Location, Code: "X" + strconv.Itoa(100_000+w.dice.IntN(900_000)), Quantity: 1000}, false)
	}
	return w.script
}

// dice gives the dice for one purpose: the same names, the same throws.
func dice(seed uint64, names ...string) *rand.Rand {
	h := fnv.New64a()
	for _, n := range names {
		_, _ = h.Write(append([]byte(n), 0))
	}
	return rand.New(rand.NewPCG(seed, h.Sum64()))
}

func (w *writer) chance(p float64) bool { return w.dice.Float64() < p }

// around is a time near d.
func (w *writer) around(d time.Duration) time.Duration {
	return d/2 + time.Duration(w.dice.Float64()*float64(d))
}

// stand writes what the counter does with one kind of goods. Every die is thrown whether it matters or not, so that one
// habit changes no other's luck.
func (w *writer) stand(s Stand, undirected bool) {
	miss, zero, find := w.chance(w.habits.Miss), w.chance(w.habits.Zero), w.chance(w.habits.Find)
	byCase, wrong, mistake, allHere := w.chance(w.habits.Case), w.chance(w.habits.Miscount), w.chance(w.habits.Mistake), w.chance(w.habits.AllHere)
	slip := stocktake.Quantity(1+w.dice.IntN(3)) * 1000
	switch {
	case miss, undirected && !find, s.Quantity == 0 && !zero:
		return
	}
	e := count.Event{
		Name: observed, Item: s.Item, Pack: 1000, Lot: s.Lot, Expiry: s.Expiry, Condition: s.Condition,
		Unit: string(stocktake.Piece), Undirected: undirected,
	}
	quantity := s.Quantity
	if wrong {
		if quantity += slip; w.dice.IntN(2) == 0 && s.Quantity >= slip {
			quantity = s.Quantity - slip
		}
	}
	var packs []stocktake.Barcode
	if item := w.items[s.Item]; item != nil {
		e.Unit = string(item.Unit)
		for _, b := range item.Barcodes {
			if b.Kind != stocktake.VariableMeasure {
				packs = append(packs, b)
			}
		}
		slices.SortStableFunc(packs, func(a, b stocktake.Barcode) int { return cmp.Compare(b.Pack, a.Pack) })
		if rest := w.labels(e, item, quantity); rest < quantity {
			if rest > 0 {
				w.entry(fitting(e, packs, rest), mistake, slip)
			}
			return
		}
	} else if s.Code != "" {
		packs = []stocktake.Barcode{{Code: s.Code, Pack: 1000}}
	}
	switch {
	case w.mode == modeEach && e.Unit == string(stocktake.Piece) && quantity > 0 && quantity%1000 == 0:
		w.pieces(e, quantity, packs)
	case byCase && len(packs) > 1 && quantity >= packs[0].Pack:
		cases := quantity / packs[0].Pack
		w.entry(scanned(e, packs[0], cases*1000), mistake, slip)
		if rest := quantity - cases*packs[0].Pack; rest > 0 {
			w.entry(fitting(e, packs, rest), false, slip)
		}
	default:
		e = fitting(e, packs, quantity)
		e.AllHere = allHere && w.single[s.Item]
		w.entry(e, mistake, slip)
	}
}

// fitting counts a quantity in the smallest pack that holds it exactly; without one, the item is searched by name.
func fitting(e count.Event, packs []stocktake.Barcode, quantity stocktake.Quantity) count.Event {
	for _, b := range slices.Backward(packs) {
		if quantity*1000%b.Pack == 0 {
			return scanned(e, b, quantity*1000/b.Pack)
		}
	}
	e.Entry, e.Pack, e.Amount = "search", 1000, quantity
	return e
}

func scanned(e count.Event, b stocktake.Barcode, amount stocktake.Quantity) count.Event {
	e.Code, e.Pack, e.Amount, e.Entry = b.Code, b.Pack, amount, "scan"
	return e
}

// pieces counts one by one: a scan a piece.
func (w *writer) pieces(e count.Event, quantity stocktake.Quantity, packs []stocktake.Barcode) {
	one := fitting(e, packs, 1000)
	if one.Pack != 1000 { // no barcode of its own for a piece: the heap is keyed
		w.entry(fitting(e, packs, quantity), false, 0)
		return
	}
	n := min(quantity/1000, mostEach)
	for range n - 1 {
		w.entry(one, false, 0)
	}
	one.Amount = quantity - (n-1)*1000
	w.entry(one, false, 0)
}

// entry writes one observation; a mistake writes a wrong one before, and takes it back.
func (w *writer) entry(e count.Event, mistake bool, slip stocktake.Quantity) {
	if e.Entry == "scan" {
		if w.chance(w.habits.Keyed) {
			e.Entry, e.Raw = "keyed", e.Code
		} else {
			e.Raw = raw(e.Code, w.chance(w.habits.Bare), w.dice.IntN(3))
		}
	}
	if mistake && e.Amount+slip <= stocktake.MaxObserved {
		wrong := e
		wrong.Amount += slip
		w.step(wrong)
		wrong.Name = reversed
		w.step(wrong)
	}
	w.step(e)
}

func (w *writer) step(e count.Event) {
	w.steps = append(w.steps, step{event: e, look: w.around(w.pace.Look), key: w.around(w.pace.Key)})
}

// raw is what an imager gives for a code: with the AIM identifier of its symbology or bare, and with one of the usual
// terminators.
func raw(code string, bare bool, terminator int) string {
	aim := "]C0"
	switch len(code) {
	case 8:
		aim = "]E4"
	case 13:
		aim = "]E0"
	case 14:
		aim = "]I1"
	}
	if bare {
		aim = ""
	}
	return aim + code + []string{"", "\r", "\r\n"}[terminator]
}
