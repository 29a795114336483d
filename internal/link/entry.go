package link

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"time"

	"jard/internal/stocktake"
)

// EntryKind says what an entry of a movement log records. The numbers are stored: append-only.
type EntryKind uint8

// What a movement log records.
const (
	Booked    EntryKind = 1 // a movement, from now on part of the books
	Conflict  EntryKind = 2 // a movement that was not taken: another one has its id
	Completed EntryKind = 3 // a watermark: the movements booked in a span of time are all here
	LeftOut   EntryKind = 4 // a row that was not taken, from now on in quarantine
	Settled   EntryKind = 5 // a row that waits no more: its movement came, or a person took it out
)

// Entry is one record of a site's movement log.
type Entry struct {
	Offset     uint64
	RecordedAt time.Time          // server clock, UTC, microseconds
	By         stocktake.PersonID // who sent it
	Kind       EntryKind
	Movement   stocktake.Movement  // of Booked and Conflict
	Against    uint64              // of Conflict: the offset of the movement that stands; of Settled: of the row
	Watermark  stocktake.Watermark // of Completed, without its site, which is the log's
	Row        *LeftRow            // of LeftOut
	Arrived    uint64              // of Settled: the offset of the movement that came under the row's id; 0 where a person took the row out
	Reason     string              // of Settled, where a person did
	Hash       stocktake.Hash      // of this entry, chained: see Chain
}

// Genesis is the hash that a movement log's first entry is chained to. It names the log.
func Genesis(society stocktake.SocietyID, site stocktake.SiteID) stocktake.Hash {
	return stocktake.HashOf([]byte("jard movements 1\x00" + string(society) + "\x00" + string(site)))
}

// Chain is SHA-256(previous hash ‖ stored bytes).
func Chain(previous stocktake.Hash, stored []byte) stocktake.Hash {
	h := sha256.New()
	h.Write(previous[:])
	h.Write(stored)
	var sum stocktake.Hash
	h.Sum(sum[:0])
	return sum
}

const entryVersion = 1

// kinds of movement by the number that stands for each in stored bytes: append-only.
var movementKinds = [...]stocktake.MovementKind{1: stocktake.Sale, 2: stocktake.Return, 3: stocktake.Receipt, 4: stocktake.Transfer, 5: stocktake.WriteOff}

// AppendStored appends the entry's stored bytes to b: everything but offset (which is its key) and hash (which is of these
// bytes). They are made once, when the entry is first written:
//
//	version u8 · kind u8 · recorded-at i64 µs · by · body
//
// and the body is, of a conflict after the uvarint offset of the movement that stands, a movement:
//
//	kind u8 · quantity varint · booked varint ms · position uvarint · id · item · section · location · voids · posts
//
// or of a watermark: since varint ms (the least number for none) · through varint ms. Texts are a length byte and the bytes.
// Of a row, whose texts have a uvarint for their length:
//
//	movement · file · content (32) · line uvarint · again uvarint · header · raw · number of faults uvarint · of each: line uvarint,
//	column, value, key, English, Arabic
//
// and of its settlement: row uvarint · movement uvarint · reason.
func (e *Entry) AppendStored(b []byte) []byte {
	b = append(b, entryVersion, byte(e.Kind))
	b = binary.BigEndian.AppendUint64(b, uint64(e.RecordedAt.UnixMicro()))
	b = appendText(b, string(e.By))
	switch e.Kind {
	case Conflict:
		b = binary.AppendUvarint(b, e.Against)
		return appendMovement(b, &e.Movement)
	case Completed:
		b = binary.AppendVarint(b, e.Watermark.Since.UnixMilli())
		return binary.AppendVarint(b, e.Watermark.Through.UnixMilli())
	case LeftOut:
		return appendRow(b, e.Row)
	case Settled:
		b = binary.AppendUvarint(binary.AppendUvarint(b, e.Against), e.Arrived)
		return appendLong(b, e.Reason)
	}
	return appendMovement(b, &e.Movement)
}

func appendMovement(b []byte, m *stocktake.Movement) []byte {
	kind := byte(0)
	for n, k := range movementKinds {
		if k == m.Kind {
			kind = byte(n)
		}
	}
	b = append(b, kind)
	b = binary.AppendVarint(b, int64(m.Quantity))
	b = binary.AppendVarint(b, m.Booked.UnixMilli())
	b = binary.AppendUvarint(b, uint64(m.Position))
	for _, s := range [...]string{string(m.ID), string(m.Item), string(m.Section), string(m.Location), string(m.Voids), m.Posts} {
		b = appendText(b, s)
	}
	return b
}

func appendText(b []byte, s string) []byte {
	b = append(b, byte(len(s)))
	return append(b, s...)
}

func appendLong(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendRow(b []byte, row *LeftRow) []byte {
	b = appendLong(appendLong(b, string(row.Movement)), row.File)
	b = append(b, row.Content[:]...)
	b = binary.AppendUvarint(binary.AppendUvarint(b, uint64(row.Line)), uint64(row.Again))
	b = appendLong(appendLong(b, row.Header), row.Raw)
	b = binary.AppendUvarint(b, uint64(len(row.Faults)))
	for _, f := range row.Faults {
		b = binary.AppendUvarint(b, uint64(f.Line))
		for _, s := range [...]string{f.Column, f.Value, f.Key, f.English, f.Arabic} {
			b = appendLong(b, s)
		}
	}
	return b
}

// MaxEntry bounds the stored bytes of an entry about a movement or a watermark.
const MaxEntry = 2 + 8 + 4*binary.MaxVarintLen64 + 7*(1+stocktake.MaxID) + 1

var errEntry = errors.New("entry is torn or of an unknown version")

// ReadEntry decodes stored bytes. It keeps no part of them. An entry has one stored form only: numbers that are longer than
// they need be are refused, so that a hash of what AppendStored makes of the entry is a hash of the bytes that were read.
func ReadEntry(offset uint64, hash stocktake.Hash, stored []byte) (Entry, error) {
	e := Entry{Offset: offset, Hash: hash}
	r := storedReader{rest: stored}
	if r.byte() != entryVersion {
		return Entry{}, errEntry
	}
	e.Kind = EntryKind(r.byte())
	e.RecordedAt = time.UnixMicro(int64(r.uint64())).UTC()
	e.By = stocktake.PersonID(r.text())
	switch e.Kind {
	case Booked:
		r.movement(&e.Movement)
	case Conflict:
		e.Against = r.uvarint()
		r.movement(&e.Movement)
	case Completed:
		if since := r.varint(); since != (time.Time{}).UnixMilli() {
			e.Watermark.Since = time.UnixMilli(since).UTC()
		}
		e.Watermark.Through = time.UnixMilli(r.varint()).UTC()
	case LeftOut:
		e.Row = r.row()
	case Settled:
		e.Against, e.Arrived, e.Reason = r.uvarint(), r.uvarint(), r.long()
	default:
		return Entry{}, errEntry
	}
	if r.bad || len(r.rest) > 0 {
		return Entry{}, errEntry
	}
	return e, nil
}

// storedReader takes fields off the front of stored bytes; bad once they run out.
type storedReader struct {
	rest []byte
	bad  bool
}

func (r *storedReader) take(n int) []byte {
	if r.bad || len(r.rest) < n {
		r.bad = true
		return nil
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *storedReader) byte() byte {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *storedReader) uint64() uint64 {
	if b := r.take(8); b != nil {
		return binary.BigEndian.Uint64(b)
	}
	return 0
}

func (r *storedReader) text() string { return string(r.take(int(r.byte()))) }

func (r *storedReader) long() string {
	n := r.uvarint()
	if n > uint64(len(r.rest)) {
		r.bad = true
		return ""
	}
	return string(r.take(int(n)))
}

func (r *storedReader) row() *LeftRow {
	row := &LeftRow{Movement: stocktake.MovementID(r.long()), File: r.long()}
	copy(row.Content[:], r.take(len(row.Content)))
	row.Line, row.Again = int(r.uvarint()), int(r.uvarint())
	row.Header, row.Raw = r.long(), r.long()
	for n := r.uvarint(); n > 0 && !r.bad; n-- {
		f := ToldFault{Line: int(r.uvarint()), Column: r.long(), Value: r.long(), Severity: Quarantined}
		f.Key, f.English, f.Arabic = r.long(), r.long(), r.long()
		row.Faults = append(row.Faults, f)
	}
	return row
}

func (r *storedReader) uvarint() uint64 {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 || n > 1 && r.rest[n-1] == 0 {
		r.bad = true
	}
	r.take(max(n, 0))
	return v
}

func (r *storedReader) varint() int64 {
	v, n := binary.Varint(r.rest)
	if n <= 0 || n > 1 && r.rest[n-1] == 0 {
		r.bad = true
	}
	r.take(max(n, 0))
	return v
}

func (r *storedReader) movement(m *stocktake.Movement) {
	kind := r.byte()
	if kind == 0 || int(kind) >= len(movementKinds) {
		r.bad = true
		return
	}
	m.Kind = movementKinds[kind]
	m.Quantity = stocktake.Quantity(r.varint())
	m.Booked = time.UnixMilli(r.varint()).UTC()
	m.Position = stocktake.Position(r.uvarint())
	m.ID = stocktake.MovementID(r.text())
	m.Item = stocktake.ItemID(r.text())
	m.Section = stocktake.SectionID(r.text())
	m.Location = stocktake.LocationID(r.text())
	m.Voids = stocktake.MovementID(r.text())
	m.Posts = r.text()
}
