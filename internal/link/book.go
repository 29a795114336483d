package link

import (
	"context"
	"errors"
	"slices"
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
	d := &bookDraft{lookup: newLookup(p, newPlaces(b.Site), newGoods(b.Items)), book: b, piles: make(map[int32]*pile), byValue: p.table.column(FieldCost) < 0 &&
		p.table.mapping.Defaults[FieldCost] == "" && p.table.column(FieldValue) >= 0}
	d.seen = newSeen(len(b.Site.Sections), len(b.Items))
	d.decimals = 6
	if p.table.mapping.Money == "fils" {
		d.decimals = 3
	}
	needed := [][]Field{{FieldItem, FieldBarcode}, {FieldQuantity}, {FieldCost, FieldValue}}
	if len(b.Site.Sections) != 1 {
		needed = append(needed, []Field{FieldSection})
	}
	p.table.check(p.out, needed...)
	if p.report.Faults.Refused > 0 {
		return d.result(), nil
	}
	p.report.Rows, p.report.Blank, err = p.table.each(ctx, p.out, d.room(progress), d.row)
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
	*lookup
	book     Book
	lines    []stocktake.BookLine
	at       []int32 // the file's line of each
	seen     seen
	piles    map[int32]*pile // of the lines that several rows add up to
	byValue  bool
	decimals int // of a cost, so that its unit is a thousandth of a fils
	stats    BookStats
}

// seen says at which line, counted from 1, an item in a section stands: by section, and of each the items in pages, made once a
// row names one of them. A file that keeps to the catalogue's order stays on a page.
type seen [][]*[seenPage]int32

const seenPage = 1024

func newSeen(sections, items int) seen {
	s := make(seen, sections)
	for n := range s {
		s[n] = make([]*[seenPage]int32, (items+seenPage-1)/seenPage)
	}
	return s
}

func (s seen) at(section, item int32) *int32 {
	page := &s[section][item/seenPage]
	if *page == nil {
		*page = new([seenPage]int32)
	}
	return &(*page)[item%seenPage]
}

// room makes room for all lines once the first of them have shown how long they are.
func (d *bookDraft) room(progress Progress) Progress {
	made := false
	return func(done, total int64) {
		if read := done - firstBuffer; !made && read > 0 { // what is in the buffer has been read, and no line of it
			made = true
			more := int(max(0, min(int64(len(d.lines))*(total-read)/read, int64(d.table.limits.Rows))))
			more += more / 16
			d.lines, d.at = slices.Grow(d.lines, more), slices.Grow(d.at, more)
		}
		if progress != nil {
			progress(done, total)
		}
	}
}

func (d *bookDraft) row(r *record) {
	item, id, ok := d.item(r)
	if ok && item < 0 {
		d.out.at(r, d.table.column(FieldItem), Refused, itemUnknown.New(string(id)))
		return
	}
	if !ok {
		return
	}
	section, ok := d.section(r, true)
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
	at := d.seen.at(section, item)
	if *at > 0 {
		d.repeated(r, *at-1, line)
		return
	}
	if _, err := stocktake.Value(line.Quantity, line.Cost); err != nil {
		d.out.at(r, d.table.column(FieldQuantity), Refused, lineTooLarge.New())
		return
	}
	d.lines = append(d.lines, line)
	*at = int32(len(d.lines))
	d.at = append(d.at, int32(r.line))
}

func (d *bookDraft) result() *BookResult {
	d.stats.ByBarcode = d.byBarcode
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
