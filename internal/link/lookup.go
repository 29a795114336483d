package link

import (
	"jard/internal/stocktake"
)

// goods are the items that rows may name, by number and by barcode. They do not change once made.
type goods struct {
	list  []stocktake.ItemID
	items map[string]int32
	codes map[string]codeRef
}

type codeRef struct {
	item int32
	pack stocktake.Quantity
}

func newGoods(items []stocktake.Item) *goods {
	g := &goods{
		list: make([]stocktake.ItemID, len(items)), items: make(map[string]int32, len(items)), codes: make(map[string]codeRef, len(items)),
	}
	for i := range items {
		g.list[i] = items[i].ID
		g.items[string(items[i].ID)] = int32(i)
		for _, b := range items[i].Barcodes {
			g.codes[codeKey(b.Code)] = codeRef{int32(i), b.Pack}
		}
	}
	return g
}

// places are the sections and locations of a site that rows may name. They do not change once made.
type places struct {
	site      stocktake.SiteID
	list      []stocktake.SectionID
	sections  map[string]int32
	names     map[string]int32 // folded; −1 when several sections share one
	locations map[stocktake.LocationID]stocktake.SectionID
}

func newPlaces(site stocktake.Site) *places {
	p := &places{
		site: site.ID, sections: make(map[string]int32), names: make(map[string]int32), locations: make(map[stocktake.LocationID]stocktake.SectionID),
	}
	for i, s := range site.Sections {
		p.list = append(p.list, s.ID)
		p.sections[string(s.ID)] = int32(i)
		for _, name := range []string{s.Name.Arabic, s.Name.English} {
			if folded := stocktake.Fold(name); folded != "" {
				if at, taken := p.names[folded]; taken && at != int32(i) {
					p.names[folded] = -1
				} else {
					p.names[folded] = int32(i)
				}
			}
		}
	}
	for _, l := range site.Locations {
		p.locations[l.ID] = l.Section
	}
	return p
}

// lookup is a pass over a file whose rows name items and sections.
type lookup struct {
	*pass
	*places
	*goods
	last      string // the section cell before this one, which is mostly the same
	lastAt    int32
	next      int32 // the item behind the last row's: exports mostly go as the catalogue does
	byBarcode int
}

func newLookup(p *pass, at *places, of *goods) *lookup {
	return &lookup{pass: p, places: at, goods: of, lastAt: -1}
}

// item finds the item of a row by its number, else by its barcode; where both are given they must agree. A number that is
// not in the catalogue is given with −1.
func (d *lookup) item(r *record) (int32, stocktake.ItemID, bool) {
	id, column, ok := d.key(r, FieldItem)
	if !ok && d.given(r, FieldItem) {
		return 0, "", false // reported
	}
	code, codeColumn := "", -1
	if c, i := d.table.code(r, FieldBarcode); c.text != "" {
		if code, codeColumn = c.text, i; c.lossy || scientific(code) {
			d.out.at(r, i, Refused, codeMangled.New(code))
			return 0, "", false
		}
	}
	switch {
	case !ok && code == "" && totals(r):
		d.report.Totals++
		return 0, "", false
	case !ok && code == "":
		d.out.at(r, max(column, d.table.column(FieldBarcode)), Refused, cellEmpty.New(FieldItem.label()))
		return 0, "", false
	case !ok:
		ref, known := d.codes[codeKey(code)]
		switch {
		case !known:
			d.out.at(r, codeColumn, Refused, barcodeUnknown.New(shorten(code)))
		case ref.pack != 1000:
			d.out.at(r, codeColumn, Refused, barcodeCase.New(code, ref.pack.String()))
		default:
			d.byBarcode++
			return ref.item, d.goods.list[ref.item], true
		}
		return 0, "", false
	}
	at, known := d.next, int(d.next) < len(d.goods.list) && string(d.goods.list[d.next]) == id
	if !known {
		at, known = d.items[id]
	}
	if d.next = at + 1; !known && totalWord(id) {
		d.report.Totals++
		return 0, "", false
	}
	if !known {
		return -1, stocktake.ItemID(id), true
	}
	if code != "" {
		if ref, known := d.codes[codeKey(code)]; known && ref.item != at {
			d.out.at(r, codeColumn, Refused, barcodeOther.New(code, string(d.goods.list[ref.item])))
			return 0, "", false
		}
	}
	return at, d.goods.list[at], true
}

// section finds the section of a row by its id, else by its name. A site with one section needs no column. Where none is
// needed, an empty cell gives −1.
func (d *lookup) section(r *record, needed bool) (int32, bool) {
	i := d.table.column(FieldSection)
	if i >= 0 && i < len(r.cells) && d.lastAt >= 0 && r.cells[i].text == d.last {
		return d.lastAt, true
	}
	c, _ := d.table.code(r, FieldSection)
	if c.text == "" {
		switch {
		case !needed:
			return -1, true
		case len(d.places.list) == 1:
			return 0, true
		}
		d.out.at(r, i, Refused, cellEmpty.New(FieldSection.label()))
		return 0, false
	}
	at, ok := d.sections[c.text]
	if !ok {
		at, ok = d.names[stocktake.Fold(c.text)]
	}
	switch {
	case !ok:
		d.out.at(r, i, Refused, sectionUnknown.New(string(d.places.site), shorten(c.text)))
		return 0, false
	case at < 0:
		d.out.at(r, i, Refused, sectionDoubtful.New(shorten(c.text)))
		return 0, false
	}
	if i >= 0 && i < len(r.cells) {
		d.last, d.lastAt = r.cells[i].text, at
	}
	return at, true
}
