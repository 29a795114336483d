package link

import (
	"context"
	"strings"
	"time"

	"jard/internal/stocktake"
)

// MovementsResult is what a file of movements came to.
type MovementsResult struct {
	Report
	Stats     MovementStats        `json:"stats"`
	Taken     Taken                `json:"taken"`
	Watermark *stocktake.Watermark `json:"watermark,omitempty"` // of the site afterwards
	Withheld  bool                 `json:"withheld,omitempty"`  // claim and watermark are held, for rows that wait in quarantine
	Waiting   int                  `json:"waiting,omitempty"`   // rows in the site's quarantine afterwards

	movements []stocktake.Movement
	at        []int32                        // the file's line of each
	left      []LeftRow                      // rows that are left out
	index     map[stocktake.MovementID]int32 // its place in movements; nil when the file as a whole was refused
}

// MovementStats says what a file of movements held.
type MovementStats struct {
	Movements int                            `json:"movements"`
	Repeated  int                            `json:"repeated"` // rows that stand in the file twice
	ByBarcode int                            `json:"by_barcode"`
	Unknown   int                            `json:"unknown_items"` // of items that are not in the catalogue (yet)
	Unplaced  int                            `json:"unplaced"`      // that name no section
	Kinds     map[stocktake.MovementKind]int `json:"kinds"`
	First     time.Time                      `json:"first,omitzero"` // booked
	Last      time.Time                      `json:"last,omitzero"`
}

// maxMovements bounds the rows of one file of movements: all of it is in memory before any of it is taken.
const maxMovements = 1_000_000

// aheadOfTime is how far in the future a movement may be booked: a till's clock may be wrong, but not by a time zone.
const aheadOfTime = time.Hour

type movementsDraft struct {
	*lookup
	result *MovementsResult
	dates  *dates
	kinds  map[string]string
	now    time.Time
	left   *leaving // where rows may be left out
}

// draftMovements reads a file of movements of a site. Nothing is held against the site's log yet. With leave, rows that are refused are
// left out.
func draftMovements(ctx context.Context, f File, at *places, of *goods, now time.Time, m Mapping, l Limits, leave bool, progress Progress) (*MovementsResult, error) {
	if l.Rows = min(l.withDefaults().Rows, maxMovements); l.Rows <= 0 {
		l.Rows = maxMovements
	}
	p, err := newPass(f, MovementsFile, m, l)
	if err != nil {
		return nil, err
	}
	d := &movementsDraft{
		lookup: newLookup(p, at, of), now: now, kinds: make(map[string]string), dates: &dates{order: p.table.mapping.Dates},
		result: &MovementsResult{index: make(map[stocktake.MovementID]int32), Stats: MovementStats{Kinds: make(map[stocktake.MovementKind]int)}},
	}
	if leave {
		d.left = &leaving{same: make(map[stocktake.Hash]int), ids: make(map[stocktake.MovementID]int)}
		p.table.leave, p.report.Faults.rows = d.leave, true
	}
	if d.dates.order == "" {
		d.dates.look = d.observeDates
	}
	for word, kind := range p.table.mapping.Kinds {
		d.kinds[stocktake.Fold(word)] = kind
	}
	p.table.check(p.out, []Field{FieldMovement}, []Field{FieldMovementKind}, []Field{FieldItem, FieldBarcode}, []Field{FieldQuantity}, []Field{FieldBooked})
	if p.report.Faults.Refused == 0 {
		p.report.Rows, p.report.Blank, err = p.table.each(ctx, p.out, progress, d.row)
		if err != nil {
			return nil, err
		}
		if p.report.Rows == 0 {
			return nil, fileEmpty.New()
		}
	} else {
		d.result.index = nil // the file as a whole is not what it should be: no row of it can be kept
	}
	d.finish()
	if leave && d.result.index != nil && p.report.Faults.Refused > 0 {
		if d.result.left, err = d.kept(); err != nil {
			d.result.Report = *d.report
			return d.result, err
		}
		p.report.Faults.quarantine()
	}
	d.result.Stats.Movements, d.result.Stats.ByBarcode = len(d.result.movements), d.byBarcode
	d.result.Report = *d.report
	return d.result, nil
}

// observeDates reads the file from its beginning for the first date that shows its order.
func (d *movementsDraft) observeDates() (string, int) {
	column := d.table.column(FieldBooked)
	if column < 0 {
		return "", 0 // the mapping has one instant for all rows
	}
	in, err := d.table.records(nil)
	if err != nil {
		return "", 0
	}
	defer in.Close()
	var r record
	for in.next(&r) == nil {
		if r.line <= d.table.row || r.fault != nil || column >= len(r.cells) {
			continue
		}
		date, _ := cutDate(cleanCode(r.cells[column].text))
		if x, ok := readDay(date); ok && x.proves() != "" {
			return x.proves(), r.line
		}
	}
	return "", 0
}

func (d *movementsDraft) row(r *record) {
	before := d.report.Faults.Refused
	item, id, ok := d.item(r)
	if !ok {
		return
	}
	m := stocktake.Movement{Item: id}
	if s, column, ok := d.key(r, FieldMovement); ok {
		m.ID = stocktake.MovementID(s)
	} else if !d.given(r, FieldMovement) {
		d.out.at(r, column, Refused, cellEmpty.New(FieldMovement.label()))
	}
	if s, _, ok := d.key(r, FieldVoids); ok {
		m.Voids = stocktake.MovementID(s)
	}
	if s, _, ok := d.key(r, FieldPosts); ok {
		m.Posts = s
	}
	d.place(r, &m)
	d.position(r, &m)
	d.booked(r, &m)
	d.quantity(r, &m)
	if d.report.Faults.Refused > before {
		return
	}
	if err := m.Check(); err != nil {
		d.out.at(r, -1, Refused, stocktake.Fault(err))
		return
	}
	if n, taken := d.result.index[m.ID]; taken {
		if Same(&d.result.movements[n], &m) {
			d.result.Stats.Repeated++
		} else {
			d.out.at(r, d.table.column(FieldMovement), Refused, movementTwice.New(string(m.ID), r.line, int(d.result.at[n])))
		}
		return
	}
	if item < 0 {
		d.result.Stats.Unknown++
		d.out.at(r, d.table.column(FieldItem), Warned, movementItem.New(string(id)))
	}
	d.keep(r, m)
}

func (d *movementsDraft) keep(r *record, m stocktake.Movement) {
	stats := &d.result.Stats
	stats.Kinds[m.Kind]++
	if m.Section == "" {
		stats.Unplaced++
	}
	if stats.First.IsZero() || m.Booked.Before(stats.First) {
		stats.First = m.Booked
	}
	if m.Booked.After(stats.Last) {
		stats.Last = m.Booked
	}
	d.result.index[m.ID] = int32(len(d.result.movements))
	d.result.movements = append(d.result.movements, m)
	d.result.at = append(d.result.at, int32(r.line))
}

// place reads where the goods were, as far as the row says.
func (d *movementsDraft) place(r *record, m *stocktake.Movement) {
	section, ok := d.section(r, false)
	if ok && section >= 0 {
		m.Section = d.places.list[section]
	}
	s, column, given := d.key(r, FieldLocation)
	if !given {
		return
	}
	of, known := d.locations[stocktake.LocationID(s)]
	switch {
	case !known:
		d.out.at(r, column, Refused, locationUnknown.New(string(d.places.site), s))
	case m.Section != "" && of != m.Section:
		d.out.at(r, column, Refused, locationElsewhere.New(s, string(of), string(m.Section)))
	default:
		m.Section, m.Location = of, stocktake.LocationID(s)
	}
}

func (d *movementsDraft) position(r *record, m *stocktake.Movement) {
	c, column := d.table.code(r, FieldPosition)
	if c.text == "" {
		return
	}
	if m.Position = stocktake.ReadPosition(c.text); m.Position == 0 {
		d.out.at(r, column, Refused, positionWrong.New(shorten(c.text)))
	}
}

func (d *movementsDraft) booked(r *record, m *stocktake.Movement) {
	column := d.table.column(FieldBooked)
	c, clock := cell{text: d.table.mapping.Defaults[FieldBooked]}, cell{}
	if column >= 0 && column < len(r.cells) && cleanCode(r.cells[column].text) != "" {
		c = r.cells[column]
	}
	if i := d.table.column(FieldTime); i >= 0 && i < len(r.cells) {
		clock = r.cells[i]
	}
	if c.text == "" {
		d.out.at(r, column, Refused, cellEmpty.New(FieldBooked.label()))
		return
	}
	at, fault := d.dates.read(c, clock, d.table.spread, r.line)
	if fault == nil && at.After(d.now.Add(aheadOfTime)) {
		fault = momentFuture.New(shorten(c.text))
	}
	if fault != nil {
		d.out.at(r, column, Refused, fault)
		return
	}
	m.Booked = at
}

// quantity reads how much, and of which kind: the two together say whether goods left or came.
func (d *movementsDraft) quantity(r *record, m *stocktake.Movement) {
	word, kindColumn := d.table.text(r, FieldMovementKind)
	rule, ok := movementRule{}, false
	if word == "" {
		d.out.at(r, kindColumn, Refused, cellEmpty.New(FieldMovementKind.label()))
	} else if rule, ok = d.kind(word); !ok {
		d.out.at(r, kindColumn, Refused, movementKindWord.New(shorten(word)))
	}
	column := d.table.column(FieldQuantity)
	n, _, counted := d.number(r, FieldQuantity, 3, false)
	switch {
	case !counted && !d.given(r, FieldQuantity):
		d.out.at(r, column, Refused, cellEmpty.New(FieldQuantity.label()))
		return
	case !counted || !ok:
		return
	case n == 0:
		d.out.at(r, column, Refused, movementNothing.New())
		return
	}
	if d.table.mapping.Signs == "kind" {
		if rule.sign == 0 {
			d.out.at(r, kindColumn, Refused, movementDirection.New(shorten(word)))
			return
		}
		if n < 0 { // a sign that the mapping says there is none of: turning it round would be a guess
			d.out.at(r, column, Refused, movementSigned.New())
			return
		}
		if n *= rule.sign; m.Voids != "" {
			n = -n
		}
	}
	m.Kind, m.Quantity = rule.kind, stocktake.Quantity(n)
	if wrong := m.Kind == stocktake.Sale && n > 0 || m.Kind == stocktake.Return && n < 0; wrong && m.Voids == "" {
		d.out.at(r, column, Refused, movementSigns.New())
	}
}

// movementRule is what an ERP's word for a kind of movement says: the kind, and whether goods come (1) or leave (−1).
type movementRule struct {
	kind stocktake.MovementKind
	sign int64
}

func (d *movementsDraft) kind(word string) (movementRule, bool) {
	folded := stocktake.Fold(word)
	if rule, ok := d.kinds[folded]; ok {
		return readKindRule(rule)
	}
	rule, ok := kindWords[folded]
	return rule, ok
}

// readKindRule reads a mapping's "sale", "+transfer" or "-receipt".
func readKindRule(s string) (movementRule, bool) {
	name := strings.TrimLeft(s, "+-−")
	natural, ok := naturalSigns[stocktake.MovementKind(name)]
	rule := movementRule{stocktake.MovementKind(name), natural}
	switch strings.TrimSuffix(s, name) {
	case "":
	case "+":
		rule.sign = 1
	case "-", "−":
		rule.sign = -1
	default:
		return rule, false
	}
	return rule, ok
}

var naturalSigns = map[stocktake.MovementKind]int64{stocktake.Sale: -1, stocktake.Return: 1, stocktake.Receipt: 1, stocktake.Transfer: 0, stocktake.WriteOff: -1}

// kindWords are the folded words for kinds of movement. "Adjustment" is none: whether it is a loss, a find or the posting of
// a count is not in the word.
var kindWords = func() map[string]movementRule {
	words := make(map[string]movementRule)
	add := func(kind stocktake.MovementKind, sign int64, names ...string) {
		for _, name := range names {
			words[stocktake.Fold(name)] = movementRule{kind, sign}
		}
	}
	add(stocktake.Sale, -1, "sale", "sales", "pos", "pos sale", "cash sale", "invoice", "sales invoice", "بيع", "مبيعات", "فاتورة بيع", "فاتورة مبيعات", "بيع نقدي", "نقطة بيع")
	add(stocktake.Return, 1, "return", "returns", "refund", "sales return", "customer return", "مرتجع", "مرتجع بيع", "مرتجع مبيعات", "مردود مبيعات", "مردودات مبيعات")
	add(stocktake.Receipt, 1, "receipt", "goods receipt", "purchase", "purchase receipt", "grn", "استلام", "استلام بضاعة", "سند استلام", "شراء", "مشتريات", "توريد", "فاتورة شراء")
	add(stocktake.Receipt, -1, "purchase return", "return to supplier", "supplier return", "rtv", "مرتجع شراء", "مرتجع مشتريات", "مرتجع مورد", "مرتجع إلى المورد", "مردود مشتريات")
	add(stocktake.Transfer, 0, "transfer", "stock transfer", "تحويل", "تحويل مخزني", "مناقلة")
	add(stocktake.Transfer, 1, "transfer in", "transfer-in", "تحويل وارد", "تحويل داخل")
	add(stocktake.Transfer, -1, "transfer out", "transfer-out", "تحويل صادر", "تحويل خارج")
	add(stocktake.WriteOff, -1, "write-off", "write off", "writeoff", "damage", "damaged", "wastage", "waste", "scrap", "إتلاف", "تالف", "توالف", "شطب", "هالك")
	return words
}()
