package link

import (
	"context"
	"strings"

	"jard/internal/stocktake"
)

// ItemsResult is what a file of items came to.
type ItemsResult struct {
	Report
	Items  []stocktake.Item `json:"-"` // in the order of the file; meaningful when nothing was refused
	Stats  ItemStats        `json:"stats"`
	Change Change           `json:"change"`
}

// ItemStats says what a file of items held.
type ItemStats struct {
	Items         int       `json:"items"`
	RepeatedRows  int       `json:"repeated_rows"`  // rows that add a barcode to an item, or nothing
	RepeatedNames int       `json:"repeated_names"` // items called as an earlier one
	NoBarcode     int       `json:"no_barcode"`
	Packs         int       `json:"packs"` // barcodes of more or less than one base unit
	Codes         CodeStats `json:"codes"`
}

// ReadItems reads a file of items without publishing anything. The error concerns the file as a whole; what is wrong in
// it is in the result's faults.
func ReadItems(ctx context.Context, f File, m Mapping, l Limits, progress Progress) (*ItemsResult, error) {
	d, err := draftItems(ctx, f, m, l, false, progress)
	if err != nil {
		return nil, err
	}
	d.named()
	return d.result(), nil
}

// itemDraft is an item while its rows are still coming.
type itemDraft struct {
	stocktake.Item
	line         int
	unit         string // the first unit word
	unitLine     int
	unitsDiffer  bool
	lots, supply bool // the file says
	priceLine    int  // where it gave the price
	misnamed     bool // its name was refused
}

// owner is whose a code is, and where that was said (line 0: in the published catalogue).
type owner struct {
	item int32 // index of the draft; −1 for a published item
	line int32
	at   int32 // index of the barcode in its item
}

type itemsDraft struct {
	*pass
	coder  coder
	units  unitReader
	prices decimals // of prices alone
	items  []itemDraft
	byID   map[string]int32
	owners map[string]owner
	loose  []looseCode
	stats  ItemStats
	rest   []stocktake.Item // published items that the file does not name, when merging
}

// looseCode is a pack without its quantity: one of the base unit, unless the item turns out to be sold in others too.
type looseCode struct {
	item, line int32
	unit       string
}

// draftItems reads the file. When it will be merged with published items it need not name them again.
func draftItems(ctx context.Context, f File, m Mapping, l Limits, merge bool, progress Progress) (*itemsDraft, error) {
	p, err := newPass(f, ItemsFile, m, l)
	if err != nil {
		return nil, err
	}
	d := &itemsDraft{pass: p, units: newUnitReader(p.table.mapping), byID: make(map[string]int32), owners: make(map[string]owner)}
	if d.prices.mark = p.marks.mark; d.prices.mark == 0 {
		d.prices.look = func() (byte, int) { return p.observe(FieldPrice) }
	}
	if d.coder, err = newCoder(p.table.mapping, &d.stats.Codes); err != nil {
		return nil, err
	}
	needed := [][]Field{{FieldItem}, {FieldName, FieldArabic, FieldEnglish}}
	if merge {
		needed = needed[:1]
	}
	p.table.check(p.out, needed...)
	if p.report.Faults.Refused > 0 {
		p.finish()
		return d, nil // without its columns every row would be refused
	}
	p.report.Rows, p.report.Blank, err = p.table.each(ctx, p.out, progress, d.row)
	if err != nil {
		return nil, err
	}
	if p.report.Rows == 0 {
		return nil, fileEmpty.New()
	}
	for _, c := range d.loose {
		if it := &d.items[c.item]; it.unitsDiffer {
			p.out.line(int(c.line), p.table.column(FieldPack), "", Refused, packMissing.New(it.unitLine, c.unit))
		}
	}
	for i := range d.items {
		if d.items[i].Unit == "" {
			d.items[i].Unit = stocktake.Piece
		}
	}
	return d, nil
}

// named refuses the items that no row has named, nor the published catalogue.
func (d *itemsDraft) named() {
	column := d.table.column(FieldName)
	if column < 0 {
		column = max(d.table.column(FieldArabic), d.table.column(FieldEnglish))
	}
	for i := range d.items {
		if it := &d.items[i]; it.Name == (stocktake.Name{}) && !it.misnamed {
			d.out.line(it.line, column, "", Refused, cellEmpty.New(FieldName.label()))
		}
	}
}

func (d *itemsDraft) row(r *record) {
	id, column, ok := d.key(r, FieldItem)
	if !ok {
		if c, _ := d.table.code(r, FieldItem); c.text != "" {
			return // reported
		}
		if !d.given(r, FieldBarcode) && totals(r) {
			d.report.Totals++
			return
		}
		d.out.at(r, column, Refused, cellEmpty.New(FieldItem.label()))
		return
	}
	index, again := d.byID[id]
	if !again && totals(r) && d.unnamed(r) {
		d.report.Totals++
		return
	}
	if !again {
		index = int32(len(d.items))
		d.items = append(d.items, itemDraft{Item: stocktake.Item{ID: stocktake.ItemID(id)}, line: r.line})
		d.byID[id] = index
	} else {
		d.stats.RepeatedRows++
	}
	it := &d.items[index]
	d.describe(r, it)
	pack, word, ok := d.pack(r, it)
	if !ok {
		return
	}
	if pack == 1000 && word == "" {
		d.price(r, it)
	}
	added, loose := d.barcodes(r, index, pack)
	if loose && word != "" {
		d.loose = append(d.loose, looseCode{index, int32(r.line), word})
	}
	if again && added == 0 && d.table.column(FieldBarcode) < 0 || again && added == 0 && !d.given(r, FieldBarcode) {
		d.out.at(r, column, Warned, rowRepeated.New(it.line))
	}
}

// unnamed reports whether a row has neither a name nor a code.
func (d *itemsDraft) unnamed(r *record) bool {
	return !d.given(r, FieldName) && !d.given(r, FieldArabic) && !d.given(r, FieldEnglish) && !d.given(r, FieldBarcode)
}

// describe takes the names, the category and the flags.
func (d *itemsDraft) describe(r *record, it *itemDraft) {
	var ar, en string
	sound := true
	for _, f := range []Field{FieldArabic, FieldEnglish, FieldName} {
		s, ok := d.name(r, f)
		sound = sound && ok
		switch {
		case f == FieldArabic:
			ar = s
		case f == FieldEnglish:
			en = s
		case s == "":
		case arabic(s) && ar == "":
			ar = s
			d.agree(r, f, &it.Name.Arabic, s, it.line)
		case !arabic(s) && en == "":
			en = s
			d.agree(r, f, &it.Name.English, s, it.line)
		}
	}
	if d.table.column(FieldArabic) >= 0 {
		d.agree(r, FieldArabic, &it.Name.Arabic, ar, it.line)
	}
	if d.table.column(FieldEnglish) >= 0 {
		d.agree(r, FieldEnglish, &it.Name.English, en, it.line)
	}
	it.misnamed = it.misnamed || !sound
	if category, ok := d.name(r, FieldCategory); ok {
		d.agree(r, FieldCategory, &it.Category, category, it.line)
	}
	d.flag(r, FieldLots, it.line, &it.Lots, &it.lots)
	d.flag(r, FieldSupply, it.line, &it.Supply, &it.supply)
}

func (d *itemsDraft) flag(r *record, f Field, line int, have, said *bool) {
	text, i := d.table.text(r, f)
	if text == "" {
		return
	}
	yes, ok := readFlag(text)
	switch {
	case !ok:
		d.out.at(r, i, Refused, flagUnknown.New(shorten(text)))
	case *said && *have != yes:
		d.out.at(r, i, Refused, rowDiffers.New(f.label(), line, answer(*have)))
	default:
		*have, *said = yes, true
	}
}

// pack reads the unit and the pack quantity of a row. Word is set when the unit is a pack whose quantity is missing.
func (d *itemsDraft) pack(r *record, it *itemDraft) (pack stocktake.Quantity, word string, ok bool) {
	text, column := d.table.text(r, FieldUnit)
	var unit unitWord
	if text != "" {
		if unit, ok = d.units.read(text); !ok {
			d.out.at(r, column, Refused, unitWrong.New(shorten(text)))
			return 0, "", false
		}
		if it.unit == "" {
			it.unit, it.unitLine = text, r.line
		} else if it.unit != text && stocktake.Fold(it.unit) != stocktake.Fold(text) {
			it.unitsDiffer = true
		}
		if unit.base != "" && it.Unit != "" && it.Unit != unit.base {
			d.out.at(r, column, Refused, unitMixed.New(unitNames[unit.base], unitNames[it.Unit], it.line))
			return 0, "", false
		}
		if unit.base != "" {
			it.Unit = unit.base
		}
	}
	if d.given(r, FieldPack) {
		pack, ok = d.packQuantity(r)
		return pack, "", ok
	}
	if unit.pack > 0 {
		return stocktake.Quantity(unit.pack * 1000), "", true
	}
	if text != "" && unit.base == "" {
		return 1000, text, true
	}
	return 1000, "", true
}

// packQuantity reads "12", "0.5" or "4x6".
func (d *itemsDraft) packQuantity(r *record) (stocktake.Quantity, bool) {
	c, i := d.table.code(r, FieldPack)
	factors := strings.FieldsFunc(c.text, func(r rune) bool { return r == 'x' || r == 'X' || r == '×' || r == '*' })
	pack := stocktake.Quantity(1000)
	for _, factor := range factors {
		s, fault := d.marks.canonical(cell{text: strings.TrimSpace(factor), number: c.number, lossy: c.lossy}, r.line)
		if fault != nil && fault.Reason != numberWrong {
			d.out.at(r, i, Refused, fault)
			return 0, false
		}
		n := int64(0)
		if fault == nil {
			n, _, fault = scale(s, 3, false)
		}
		if fault == nil && n > 0 {
			var err error
			if pack, err = stocktake.Times(pack, stocktake.Quantity(n)); err == nil && pack <= stocktake.MaxObserved {
				continue
			}
		}
		d.out.at(r, i, Refused, packWrong.New(shorten(c.text)))
		return 0, false
	}
	if len(factors) == 0 {
		d.out.at(r, i, Refused, packWrong.New(shorten(c.text)))
	}
	return pack, len(factors) > 0
}

// barcodes takes a row's codes. Loose reports that one of them is new, so that its pack matters.
func (d *itemsDraft) barcodes(r *record, index int32, pack stocktake.Quantity) (added int, loose bool) {
	column := d.table.column(FieldBarcode)
	if column < 0 || column >= len(r.cells) || r.cells[column].text == "" {
		return 0, false
	}
	whole := r.cells[column]
	parts := []string{whole.text}
	if !digitsOnly(whole.text) {
		parts = splitCodes(whole.text)
	}
	for _, part := range parts {
		c := cell{text: cleanCode(part), number: whole.number, lossy: whole.lossy}
		if c.text == "" {
			continue
		}
		if d.code(r, column, index, c, pack) {
			added++
		}
	}
	return added, added > 0
}

func (d *itemsDraft) code(r *record, column int, index int32, c cell, pack stocktake.Quantity) bool {
	v := d.coder.judge(c)
	if v.fault != nil {
		d.out.at(r, column, v.severity, v.fault)
	}
	if !v.keep {
		return false
	}
	it := &d.items[index]
	key := codeKey(v.code)
	if have, taken := d.owners[key]; taken {
		switch {
		case have.item != index:
			d.out.at(r, column, Refused, codeTaken.New(v.code, string(d.items[have.item].ID), have.line))
		case it.Barcodes[have.at].Pack != pack:
			d.out.at(r, column, Refused, codePack.New(v.code, pack.String(), it.Barcodes[have.at].Pack.String(), have.line))
		default:
			d.stats.Codes.Repeated++
			if v.kind != stocktake.VariableMeasure { // labels of one item differ in their value only
				d.out.at(r, column, Warned, codeRepeated.New(v.code, have.line))
			}
		}
		return false
	}
	if len(v.code) == 14 && v.kind == stocktake.GTIN && v.code[0] >= '1' && v.code[0] <= '8' && pack == 1000 {
		d.out.at(r, column, Warned, codeLoose.New(v.code))
	}
	if pack != 1000 {
		d.stats.Packs++
	}
	d.owners[key] = owner{index, int32(r.line), int32(len(it.Barcodes))}
	it.Barcodes = append(it.Barcodes, stocktake.Barcode{Code: v.code, Pack: pack, Kind: v.kind})
	return true
}

// result sums up. Items that merging keeps from the published catalogue come last.
func (d *itemsDraft) result() *ItemsResult {
	names := make(map[stocktake.Name]bool, len(d.items))
	items := make([]stocktake.Item, len(d.items), len(d.items)+len(d.rest))
	for i := range d.items {
		it := &d.items[i].Item
		items[i] = *it
		if names[it.Name] {
			d.stats.RepeatedNames++
		}
		names[it.Name] = true
		if len(it.Barcodes) == 0 {
			d.stats.NoBarcode++
		}
	}
	d.stats.Items = len(items)
	d.finish()
	return &ItemsResult{Report: *d.report, Items: append(items, d.rest...), Stats: d.stats}
}
