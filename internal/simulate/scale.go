package simulate

import (
	"jard/internal/count"
	"jard/internal/gs1"
	"jard/internal/stocktake"
)

// mostLabels bounds the scale's labels in a heap that is sold by weight; the rest of it is weighed and keyed.
const mostLabels = 4

// scale is how a shop labels what it weighs.
type scale []gs1.Scheme

// readScale keeps the schemes of a pack that measure weight or price.
func readScale(texts []string) (scale, error) {
	var all scale
	for _, text := range texts {
		s, err := gs1.ParseScheme(text)
		if err != nil {
			return nil, SchemeUnusable.Wrap(err, text)
		}
		if s.Kind == gs1.Weight || s.Kind == gs1.Price {
			all = append(all, s)
		}
	}
	return all, nil
}

// labels scans the labels that a scale printed for parts of a heap and returns what of it has none. A label with a price weighs
// what the price makes at the item's price, as the handheld reckons it, so the parts and the rest are exactly the heap.
func (w *writer) labels(e count.Event, item *stocktake.Item, heap stocktake.Quantity) (rest stocktake.Quantity) {
	code := scaleCode(item)
	if item.Unit != stocktake.Kilogram || code == "" || len(w.scale) == 0 || heap <= 0 || !w.chance(w.habits.Label) {
		return heap
	}
	s := w.scale[w.dice.IntN(len(w.scale))]
	n := 1 + w.dice.IntN(mostLabels)
	for range n {
		grams := int64(heap) / int64(n+1) * int64(50+w.dice.IntN(50)) / 100
		one := e
		value := grams
		if s.Kind == gs1.Price {
			value, _ = gs1.PriceOf(grams, int64(item.Price))
		}
		value -= value % s.Step()
		if s.Kind == gs1.Price {
			one.Price, one.UnitPrice = stocktake.Fils(value), item.Price
			grams, _ = gs1.WeightOf(value, int64(item.Price))
		} else {
			grams = value
		}
		label, ok := s.Number(code, value)
		if !ok || grams == 0 || stocktake.Quantity(grams) > heap {
			continue
		}
		w.entry(scanned(one, stocktake.Barcode{Code: label, Pack: 1000}, stocktake.Quantity(grams)), false, 0)
		heap -= stocktake.Quantity(grams)
	}
	return heap
}

// scaleCode is the item part of the labels that scales print for an item, "" where it has none.
func scaleCode(item *stocktake.Item) string {
	for _, b := range item.Barcodes {
		if b.Kind == stocktake.VariableMeasure {
			return b.Code
		}
	}
	return ""
}
