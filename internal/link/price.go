package link

import (
	"strings"

	"jard/internal/stocktake"
)

// price takes what a base unit is sold for. It only serves to weigh what scales labelled with a price, so a price that
// cannot be read, or that contradicts an earlier row, is left out and listed, and never keeps a catalogue back: how prices
// are written decides of no other column. The price of a row of cases is of the case, and says nothing here.
func (d *itemsDraft) price(r *record, it *itemDraft) {
	c, column := d.table.code(r, FieldPrice)
	if c.text == "" {
		return
	}
	price, ok := d.readPrice(c, r.line)
	switch {
	case !ok:
		d.out.at(r, column, Warned, priceWrong.New(shorten(c.text)))
	case it.Price == 0:
		it.Price, it.priceLine = price, r.line
	case price != 0 && price != it.Price:
		d.out.at(r, column, Warned, priceDiffers.New(it.priceLine, it.Price.String()))
	}
}

// readPrice reads dinars, or fils where the header or the mapping says so, to the nearest fils.
func (d *itemsDraft) readPrice(c cell, line int) (stocktake.Fils, bool) {
	places := 3
	if d.table.mapping.Money == "fils" {
		places = 0
	}
	s, fault := d.prices.canonical(c, line)
	if fault != nil && fault.Reason == numberDoubtful && places == 3 {
		// Prices are written in dinars and fils, with three decimals; nobody writes thousands of dinars here.
		s, fault = strings.Replace(cleanNumber(c.text), ",", ".", 1), nil
	}
	if fault != nil {
		return 0, false
	}
	n, _, fault := scale(s, places, true)
	return stocktake.Fils(n), fault == nil && n >= 0 && stocktake.Fils(n) <= stocktake.MaxPrice
}
