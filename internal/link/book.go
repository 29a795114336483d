package link

import (
	"context"
	"errors"
	"time"

	"jard/internal/stocktake"
)

// Book says what a file of book stock is held against: the published plan of its site and the published items.
type Book struct {
	Site     stocktake.Site
	Items    []stocktake.Item
	AsOf     time.Time
	Position string // in the site's movement feed; empty when the feed names none
}

// BookResult is what a file of book stock came to.
type BookResult struct {
	Report
	Snapshot stocktake.Snapshot `json:"-"` // lines in the order of the file; meaningful when nothing was refused
	Stats    BookStats          `json:"stats"`
}

// BookStats says what a file of book stock held.
type BookStats struct {
	Lines     int                         `json:"lines"`
	Summed    int                         `json:"summed"` // rows added to an earlier line
	Negative  int                         `json:"negative"`
	Zero      int                         `json:"zero"`
	NoCost    int                         `json:"no_cost"` // lines at a cost of zero
	ByBarcode int                         `json:"by_barcode"`
	Sections  map[stocktake.SectionID]int `json:"sections"` // lines in each
	Value     stocktake.Fils              `json:"value"`    // total of the lines
}

// ReadBook reads a file of book stock without publishing anything.
func ReadBook(ctx context.Context, f File, b Book, m Mapping, l Limits, progress Progress) (*BookResult, error) {
	if b.AsOf.IsZero() {
		return nil, asOfMissing.New()
	}
	p, err := newPass(f, BookFile, m, l)
	if err != nil {
		return nil, err
	}
	d := &bookDraft{pass: p, book: b, seen: make(map[uint64]int32), piles: make(map[int32]*pile), byValue: p.table.column(FieldCost) < 0 &&
		p.table.mapping.Defaults[FieldCost] == "" && p.table.column(FieldValue) >= 0}
	d.decimals = 6
	if p.table.mapping.Money == "fils" {
		d.decimals = 3
	}
	d.index()
	needed := [][]Field{{FieldItem, FieldBarcode}, {FieldQuantity}, {FieldCost, FieldValue}}
	if len(b.Site.Sections) != 1 {
		needed = append(needed, []Field{FieldSection})
	}
	p.table.check(p.out, needed...)
	if p.report.Faults.Refused > 0 {
		return d.result(), nil
	}
	p.report.Rows, p.report.Blank, err = p.table.each(ctx, p.out, progress, d.row)
	if err != nil {
		return nil, err
	}
	if p.report.Rows == 0 {
		return nil, fileEmpty.New()
	}
	d.settle()
	return d.result(), nil
}

type bookDraft struct {
	*pass
	book     Book
	items    map[string]int32
	codes    map[string]codeRef
	sections map[string]int32
	names    map[string]int32 // folded; −1 when several sections share one
	last     string           // the section cell before this one, which is mostly the same
	lastAt   int32
	lines    []stocktake.BookLine
	at       []int32          // the file's line of each
	seen     map[uint64]int32 // section and item → line
	piles    map[int32]*pile  // of the lines that several rows add up to
	byValue  bool
	decimals int // of a cost, so that its unit is a thousandth of a fils
	stats    BookStats
}

type codeRef struct {
	item int32
	pack stocktake.Quantity
}

func (d *bookDraft) index() {
	d.items = make(map[string]int32, len(d.book.Items))
	for i := range d.book.Items {
		d.items[string(d.book.Items[i].ID)] = int32(i)
	}
	if d.table.column(FieldBarcode) >= 0 {
		d.codes = make(map[string]codeRef, len(d.book.Items))
		for i := range d.book.Items {
			for _, b := range d.book.Items[i].Barcodes {
				d.codes[codeKey(b.Code)] = codeRef{int32(i), b.Pack}
			}
		}
	}
	d.sections = make(map[string]int32)
	d.names = make(map[string]int32)
	for i, s := range d.book.Site.Sections {
		d.sections[string(s.ID)] = int32(i)
		for _, name := range []string{s.Name.Arabic, s.Name.English} {
			if folded := stocktake.Fold(name); folded != "" {
				if at, taken := d.names[folded]; taken && at != int32(i) {
					d.names[folded] = -1
				} else {
					d.names[folded] = int32(i)
				}
			}
		}
	}
	d.lastAt = -1
}

func (d *bookDraft) row(r *record) {
	item, ok := d.item(r)
	if !ok {
		return
	}
	section, ok := d.section(r)
	quantity, _, counted := d.number(r, FieldQuantity, 3, false)
	if !counted {
		if !d.given(r, FieldQuantity) {
			d.out.at(r, d.table.column(FieldQuantity), Refused, cellEmpty.New(FieldQuantity.label()))
		}
		ok = false
	}
	cost, priced := d.cost(r, stocktake.Quantity(quantity), counted)
	if !ok || !priced {
		return
	}
	line := stocktake.BookLine{Section: d.book.Site.Sections[section].ID, Item: d.book.Items[item].ID,
		Quantity: stocktake.Quantity(quantity), Cost: cost}
	key := uint64(section)<<32 | uint64(item)
	if n, taken := d.seen[key]; taken {
		d.repeated(r, n, line)
		return
	}
	if _, err := stocktake.Value(line.Quantity, line.Cost); err != nil {
		d.out.at(r, d.table.column(FieldQuantity), Refused, lineTooLarge.New())
		return
	}
	d.seen[key] = int32(len(d.lines))
	d.lines = append(d.lines, line)
	d.at = append(d.at, int32(r.line))
}

// item finds the item of a row by its number, else by its barcode; where both are given they must agree.
func (d *bookDraft) item(r *record) (int32, bool) {
	id, column, ok := d.key(r, FieldItem)
	if !ok && d.given(r, FieldItem) {
		return 0, false // reported
	}
	code, codeColumn := "", -1
	if c, i := d.table.code(r, FieldBarcode); c.text != "" {
		if code, codeColumn = c.text, i; c.lossy || scientific(code) {
			d.out.at(r, i, Refused, codeMangled.New(code))
			return 0, false
		}
	}
	switch {
	case !ok && code == "" && totals(r):
		d.report.Totals++
		return 0, false
	case !ok && code == "":
		d.out.at(r, max(column, d.table.column(FieldBarcode)), Refused, cellEmpty.New(FieldItem.label()))
		return 0, false
	case !ok:
		ref, known := d.codes[codeKey(code)]
		switch {
		case !known:
			d.out.at(r, codeColumn, Refused, barcodeUnknown.New(shorten(code)))
		case ref.pack != 1000:
			d.out.at(r, codeColumn, Refused, barcodeCase.New(code, ref.pack.String()))
		default:
			d.stats.ByBarcode++
			return ref.item, true
		}
		return 0, false
	}
	at, known := d.items[id]
	if !known && totalWord(id) {
		d.report.Totals++
		return 0, false
	}
	if !known {
		d.out.at(r, column, Refused, itemUnknown.New(id))
		return 0, false
	}
	if code != "" {
		if ref, known := d.codes[codeKey(code)]; known && ref.item != at {
			d.out.at(r, codeColumn, Refused, barcodeOther.New(code, string(d.book.Items[ref.item].ID)))
			return 0, false
		}
	}
	return at, true
}

// section finds the section of a row by its id, else by its name. A site with one section needs no column.
func (d *bookDraft) section(r *record) (int32, bool) {
	i := d.table.column(FieldSection)
	if i >= 0 && i < len(r.cells) && d.lastAt >= 0 && r.cells[i].text == d.last {
		return d.lastAt, true
	}
	c, _ := d.table.code(r, FieldSection)
	if c.text == "" {
		if len(d.book.Site.Sections) == 1 {
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
		d.out.at(r, i, Refused, sectionUnknown.New(string(d.book.Site.ID), shorten(c.text)))
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

func (d *bookDraft) result() *BookResult {
	d.stats.Sections = make(map[stocktake.SectionID]int)
	for i, l := range d.lines {
		d.stats.Lines++
		d.stats.Sections[l.Section]++
		switch {
		case l.Quantity < 0:
			d.stats.Negative++
		case l.Quantity == 0:
			d.stats.Zero++
		}
		if l.Cost == 0 {
			d.stats.NoCost++
		}
		value, err := stocktake.Value(l.Quantity, l.Cost)
		if err == nil {
			var total stocktake.Fils
			if total, err = d.stats.Value.Add(value); err == nil {
				d.stats.Value = total
			}
		}
		if err != nil {
			var known *stocktake.Error
			if errors.As(err, &known) {
				d.out.line(int(d.at[i]), -1, "", Refused, lineTooLarge.New())
			}
		}
	}
	d.finish()
	return &BookResult{Report: *d.report, Stats: d.stats, Snapshot: stocktake.Snapshot{Site: d.book.Site.ID,
		AsOf: d.book.AsOf, Position: d.book.Position, Lines: d.lines}}
}
