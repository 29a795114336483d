package link

import (
	"reflect"

	"jard/internal/stocktake"
)

// merge adds what is published to what the file says: items that it does not name stay, and of those that it names,
// what it leaves empty. Nothing is removed. A code that the file gives to one item while the catalogue has it for
// another is refused at its line.
func (d *itemsDraft) merge(published []stocktake.Item) {
	for _, old := range published {
		index, named := d.byID[string(old.ID)]
		if !named {
			for _, b := range old.Barcodes {
				if have, taken := d.owners[codeKey(b.Code)]; taken {
					d.out.line(int(have.line), d.table.column(FieldBarcode), b.Code, Refused,
						codeTaken.New(b.Code, string(old.ID), 0))
				}
			}
			d.rest = append(d.rest, old)
			continue
		}
		it := &d.items[index]
		keep(&it.Name.Arabic, old.Name.Arabic)
		keep(&it.Name.English, old.Name.English)
		keep(&it.Category, old.Category)
		if it.unit == "" {
			it.Unit = old.Unit
		}
		if !it.lots {
			it.Lots = old.Lots
		}
		if !it.supply {
			it.Supply = old.Supply
		}
		if it.Price == 0 && it.Unit == old.Unit {
			it.Price = old.Price
		}
		said := it.Barcodes
		it.Barcodes = nil
		fresh := make(map[string]stocktake.Barcode, len(said))
		for _, b := range said {
			fresh[codeKey(b.Code)] = b
		}
		for _, b := range old.Barcodes { // in the published order, so that saying the same again changes nothing
			key := codeKey(b.Code)
			if now, ok := fresh[key]; ok {
				b = now
				delete(fresh, key)
			} else if have, taken := d.owners[key]; taken && have.item != index {
				d.out.line(int(have.line), d.table.column(FieldBarcode), b.Code, Refused,
					codeTaken.New(b.Code, string(old.ID), 0))
				continue
			}
			it.Barcodes = append(it.Barcodes, b)
		}
		for _, b := range said {
			if _, ok := fresh[codeKey(b.Code)]; ok {
				it.Barcodes = append(it.Barcodes, b)
			}
		}
	}
}

func keep(now *string, old string) {
	if *now == "" {
		*now = old
	}
}

// compare counts what publishing items would do.
func compare(old, now []stocktake.Item) Change {
	var c Change
	before := make(map[stocktake.ItemID]*stocktake.Item, len(old))
	for i := range old {
		before[old[i].ID] = &old[i]
	}
	for i := range now {
		was, ok := before[now[i].ID]
		switch {
		case !ok:
			c.Added++
		case reflect.DeepEqual(*was, now[i]):
			c.Same++
		default:
			c.Changed++
		}
	}
	c.Removed = len(old) - c.Same - c.Changed
	return c
}
