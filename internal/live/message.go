package live

import (
	"bytes"
	"cmp"
	"strconv"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// envelope begins a message: its type, the feed and its number in it, the log's offset and the server's time.
func envelope(kind, feed string, from, number, offset uint64, now int64) []byte {
	b := append([]byte(`{"type":"`), kind...)
	b = append(append(b, `","feed":"`...), feed...)
	b = append(b, '"')
	for _, f := range [...]struct {
		name string
		n    uint64
	}{{"from", from}, {"number", number}, {"offset", offset}, {"at", uint64(now)}} {
		b = append(append(append(b, `,"`...), f.name...), `":`...)
		b = strconv.AppendUint(b, f.n, 10)
	}
	return b
}

// appendPart appends a member whose value is JSON already.
func appendPart(b []byte, name string, value []byte) []byte {
	b = append(append(append(b, `,"`...), name...), `":`...)
	return append(b, value...)
}

// whole writes everything that a board shows.
func (p *picture) whole(b []byte, v *count.View) []byte {
	for _, name := range [...]string{"summary", "counters", "beat", "comments"} {
		b = appendPart(b, name, p.parts[name])
	}
	b = append(b, `,"sections":[`...)
	for n, s := range v.Material.Site.Sections {
		b = separate(b, n)
		b = appendText(append(b, '['), string(s.ID))
		b = appendText(append(b, ','), s.Name.Arabic)
		b = append(appendText(append(b, ','), s.Name.English), ']')
	}
	b = append(b, `],"places":[`...)
	for n := range p.places {
		b = appendPlace(separate(b, n), &p.places[n], v.Material.Site.Locations[n].Name)
	}
	b = append(b, `],"lines":[`...)
	for n, l := range p.lines {
		r := rowOf(l)
		b = r.append(separate(b, n), v.Material.Items[l.Item])
	}
	return append(b, "]}"...)
}

// changes writes what differs from an earlier picture; false when nothing does.
func (p *picture) changes(b []byte, old *picture, v *count.View) ([]byte, bool) {
	begun := len(b)
	for _, name := range [...]string{"summary", "counters", "beat", "comments"} {
		if !bytes.Equal(p.parts[name], old.parts[name]) {
			b = appendPart(b, name, p.parts[name])
		}
	}
	b = p.changedPlaces(b, old, v)
	changed, gone := 0, 0
	var away []byte
	o, n := 0, 0
	for o < len(old.lines) || n < len(p.lines) {
		side := 0
		switch {
		case o == len(old.lines):
			side = 1
		case n == len(p.lines):
			side = -1
		case old.lines[o] == p.lines[n]: // most are
			o++
			n++
			continue
		default:
			side = cmp.Or(cmp.Compare(old.lines[o].Section, p.lines[n].Section), cmp.Compare(old.lines[o].Item, p.lines[n].Item))
		}
		if side < 0 { // a find outside the scope that was taken back
			away = separate(away, gone)
			away = appendText(append(away, '['), string(old.lines[o].Section))
			away = append(appendText(append(away, ','), string(old.lines[o].Item)), ']')
			gone++
			o++
			continue
		}
		if r := rowOf(p.lines[n]); side > 0 || rowOf(old.lines[o]) != r {
			if changed == 0 {
				b = append(b, `,"lines":[`...)
			}
			b = r.append(separate(b, changed), v.Material.Items[r.item])
			changed++
		}
		if side == 0 {
			o++
		}
		n++
	}
	if changed > 0 {
		b = append(b, ']')
	}
	if gone > 0 {
		b = append(append(append(b, `,"gone":[`...), away...), ']')
	}
	return append(b, '}'), len(b) > begun
}

// changedPlaces compares place by place: both lists are in the order of the site's plan, which a session never changes.
func (p *picture) changedPlaces(b []byte, old *picture, v *count.View) []byte {
	changed := 0
	for i := range p.places {
		if i < len(old.places) && samePlace(&old.places[i], &p.places[i]) {
			continue
		}
		if changed == 0 {
			b = append(b, `,"places":[`...)
		}
		b = appendPlace(separate(b, changed), &p.places[i], v.Material.Site.Locations[i].Name)
		changed++
	}
	if changed > 0 {
		b = append(b, ']')
	}
	return b
}

func samePlace(a, b *count.LocationState) bool {
	return a.Location == b.Location && a.Section == b.Section && a.InScope == b.InScope && a.Status == b.Status && a.Passes == b.Passes
}

func appendPlace(b []byte, l *count.LocationState, name stocktake.Name) []byte {
	b = appendText(append(b, '['), string(l.Location))
	for _, s := range [...]string{string(l.Section), l.Status} {
		b = appendText(append(b, ','), s)
	}
	in := int64(0)
	if l.InScope {
		in = 1
	}
	b = strconv.AppendInt(append(b, ','), in, 10)
	b = strconv.AppendInt(append(b, ','), int64(l.Passes), 10)
	for _, s := range [...]string{name.Arabic, name.English} {
		b = appendText(append(b, ','), s)
	}
	return append(b, ']')
}

// separate appends a comma before every element but the first.
func separate(b []byte, n int) []byte {
	if n > 0 {
		b = append(b, ',')
	}
	return b
}
