package live

import (
	"encoding/json"
	"strconv"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// row is what a board shows of a line, in a form that is compared at once: two rows that are equal need no message.
type row struct {
	section  stocktake.SectionID
	item     stocktake.ItemID
	status   count.LineStatus
	book     stocktake.Quantity
	cost     stocktake.Cost
	counted  stocktake.Quantity
	variance stocktake.Quantity
	low      stocktake.Quantity
	high     stocktake.Quantity
	limit    stocktake.Quantity // the greatest |variance| that is tolerated
	value    stocktake.Fils
	flags    uint8
	round    uint8 // the last that found something
	class    count.Class
}

// The flags of a row, added up.
const (
	flagVariance    = 1 << iota // it has a variance; without it the figures of one mean nothing
	flagProvisional             // its figures may still change
	flagUndirected              // outside the scope's items or section
	flagRestZero                // signed as zero
	flagCostUnknown             // nobody knows what its variance is worth
	flagLapsed                  // decided on, and changed since
	flagWaits                   // it needs an approver
)

func rowOf(l *count.Line) row {
	r := row{section: l.Section, item: l.Item, status: l.Status, book: l.Expected(), cost: l.Cost, counted: l.Brought(), class: l.Class}
	if v := l.Variance; v != nil {
		r.flags |= flagVariance
		r.variance, r.low, r.high, r.value = v.Quantity, v.Low, v.High, v.Value
		r.limit = l.Limit
	}
	for _, x := range l.Rounds {
		r.round = max(r.round, uint8(min(x.Round, 255)))
	}
	lapsed := false
	for _, d := range l.Decisions {
		lapsed = d.Lapsed || lapsed && !d.Standing
	}
	for _, f := range [...]struct {
		flag uint8
		set  bool
	}{
		{flagProvisional, len(l.Provisional) > 0}, {flagUndirected, l.Undirected}, {flagRestZero, l.RestZero},
		{flagCostUnknown, l.CostUnknown}, {flagLapsed, lapsed}, {flagWaits, l.Waits()},
	} {
		if f.set {
			r.flags |= f.flag
		}
	}
	return r
}

// append writes the row as PROTOCOL.md orders its places, with what its item is called.
func (r *row) append(b []byte, item stocktake.Item) []byte {
	b = append(b, '[')
	b = appendText(b, string(r.section))
	for _, s := range [...]string{string(r.item), string(r.status)} {
		b = appendText(append(b, ','), s)
	}
	for _, n := range [...]int64{
		int64(r.book), int64(r.cost), int64(r.counted), int64(r.variance), int64(r.low), int64(r.high), int64(r.limit),
		int64(r.value), int64(r.flags), int64(r.round),
	} {
		b = strconv.AppendInt(append(b, ','), n, 10)
	}
	for _, s := range [...]string{item.Name.Arabic, item.Name.English, string(item.Unit), item.Category, string(r.class)} {
		b = appendText(append(b, ','), s)
	}
	return append(b, ']')
}

// appendText writes a JSON string. Most hold nothing that needs escaping.
func appendText(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c == '"' || c == '\\' || c >= 0x80 {
			if c >= 0x80 {
				continue // letters of other scripts; what is not UTF-8 never gets into a catalogue
			}
			quoted, _ := json.Marshal(s) // a text cannot fail
			return append(b, quoted...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}
