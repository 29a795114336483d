package link

import (
	"maps"
	"math/bits"
	"slices"

	"jard/internal/stocktake"
)

// pile adds up the rows for one item in one section, as exports per lot or per shelf have them. Quantities add; costs
// that differ are weighed by quantity once, at the end, so that neither the order of rows nor rounding plays a part.
type pile struct {
	quantity stocktake.Quantity
	cost     stocktake.Cost // of the first row
	differs  int            // the last row with another cost, 0 for none
	negative bool           // some quantity is: nothing can be weighed then
	hi, lo   uint64         // quantity × cost so far
}

func (p *pile) add(q stocktake.Quantity, c stocktake.Cost) bool {
	sum, err := p.quantity.Add(q)
	if err != nil {
		return false
	}
	p.quantity = sum
	p.negative = p.negative || q < 0
	if !p.negative {
		hi, lo := bits.Mul64(uint64(q), uint64(c))
		var carry uint64
		p.lo, carry = bits.Add64(p.lo, lo, 0)
		p.hi += hi + carry // below 2⁵³ × 2⁵³ a row: no number of rows that fits in memory overflows
	}
	return true
}

// repeated takes a further row for the same item in the same section, as the mapping says.
func (d *bookDraft) repeated(r *record, n int32, line stocktake.BookLine) {
	have, at := &d.lines[n], int(d.at[n])
	if d.table.mapping.Repeated != SumRepeated {
		column := d.table.column(FieldItem)
		if column < 0 {
			column = d.table.column(FieldBarcode)
		}
		d.out.at(r, column, Refused, lineRepeated.New(string(line.Section), string(line.Item), at))
		return
	}
	p := d.piles[n]
	if p == nil {
		p = &pile{cost: have.Cost}
		p.add(have.Quantity, have.Cost)
		d.piles[n] = p
	}
	if !p.add(line.Quantity, line.Cost) {
		d.out.at(r, d.table.column(FieldQuantity), Refused, lineTooLarge.New())
		return
	}
	if line.Cost != p.cost {
		p.differs = r.line
	}
	d.stats.Summed++
}

// settle gives the lines that several rows add up to their quantity and cost.
func (d *bookDraft) settle() {
	column := d.table.column(FieldCost)
	if d.byValue {
		column = d.table.column(FieldValue)
	}
	for _, n := range slices.Sorted(maps.Keys(d.piles)) {
		p, line, first := d.piles[n], &d.lines[n], int(d.at[n])
		line.Quantity = p.quantity
		switch {
		case p.differs == 0 || p.quantity == 0 && !p.negative:
		case p.negative:
			d.out.line(p.differs, column, "", Refused, lineMixed.New(first))
			continue
		default:
			lo, carry := bits.Add64(p.lo, uint64(p.quantity)/2, 0)
			cost, _ := bits.Div64(p.hi+carry, lo, uint64(p.quantity)) // no larger than the largest cost, so it fits
			line.Cost = stocktake.Cost(cost)
			d.out.line(p.differs, column, "", Warned, lineAverage.New(first))
		}
		if _, err := stocktake.Value(line.Quantity, line.Cost); err != nil {
			d.out.line(first, d.table.column(FieldQuantity), "", Refused, lineTooLarge.New())
			line.Quantity, line.Cost = 0, 0
		}
	}
}
