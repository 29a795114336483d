package count

import (
	"cmp"
	"slices"

	"jard/internal/stocktake"
)

// cellKey is the grain of a tally within a pass: item, lot with its expiry, condition.
type cellKey struct {
	Lot       string    `json:"lot,omitempty"`
	Expiry    string    `json:"expiry,omitempty"`
	Condition Condition `json:"condition,omitempty"`
}

// Cell is a counted quantity of one lot in one condition.
type Cell struct {
	cellKey
	Quantity stocktake.Quantity `json:"quantity"`
}

func (k cellKey) compare(o cellKey) int {
	return cmp.Or(cmp.Compare(k.Lot, o.Lot), cmp.Compare(k.Expiry, o.Expiry), cmp.Compare(k.Condition, o.Condition))
}

// addCell adds a quantity to cells, which stand in order. They are mostly one or two.
func addCell(cells []Cell, c Cell) []Cell {
	n, ok := slices.BinarySearchFunc(cells, c.cellKey, func(c Cell, k cellKey) int { return c.compare(k) })
	if ok {
		cells[n].Quantity += c.Quantity
		return cells
	}
	return slices.Insert(cells, n, c)
}

// addCells adds cells to a sum, without empty ones: a zero that was looked for is the same as nothing.
func addCells(sum, cells []Cell) []Cell {
	for _, c := range cells {
		if c.Quantity != 0 {
			sum = addCell(sum, c)
		}
	}
	return sum
}

func total(cells []Cell) stocktake.Quantity {
	var sum stocktake.Quantity
	for _, c := range cells {
		sum += c.Quantity // bounded: see MaxObserved; the line's sum is checked
	}
	return sum
}
