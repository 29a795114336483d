package count

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"strings"
	"time"

	"jard/internal/stocktake"
)

// Stream is one installation of the handheld app: the device id given at enrolment, and the epoch, random for each
// local database.
type Stream struct {
	Device stocktake.DeviceID `json:"device"`
	Epoch  string             `json:"epoch"`
}

// Author is who an entry comes from: a stream with the event's number in it, or a person with the roles held at that
// moment, or neither, which is the server itself.
type Author struct {
	Stream Stream             `json:"stream,omitzero"`
	Seq    uint64             `json:"seq,omitempty"`
	Person stocktake.PersonID `json:"person,omitempty"`
	Roles  []stocktake.Role   `json:"roles,omitempty"`
}

// Entry is one record of a log. Note is the reason of a quarantined or late event. Body is as received.
type Entry struct {
	Offset     uint64
	RecordedAt time.Time // server clock, UTC, microseconds
	Author     Author
	Kind       Kind
	Note       string
	Body       []byte
	Hash       stocktake.Hash // of this entry, chained: see Chain
}

// Genesis is the hash that a log's first entry is chained to. It names the log, so that no log can pass for another.
func Genesis(society stocktake.SocietyID, session stocktake.SessionID) stocktake.Hash {
	return stocktake.HashOf([]byte("jard log 1\x00" + string(society) + "\x00" + string(session)))
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

const (
	authorServer = 0
	authorStream = 1
	authorPerson = 2
)

// AppendStored appends the entry's stored bytes to b: everything but offset (which is its key) and hash (which is of
// these bytes). They are made once, when the entry is first written:
//
//	version u8 · kind u8 · recorded-at i64 µs · author u8 · author's fields · note · body
//
// Texts are a length byte and the bytes; a sequence number is a varint; integers are big-endian; the body is the rest.
func (e *Entry) AppendStored(b []byte) []byte {
	b = append(b, entryVersion, byte(e.Kind))
	b = binary.BigEndian.AppendUint64(b, uint64(e.RecordedAt.UnixMicro()))
	switch {
	case e.Author.Stream != Stream{}:
		b = append(b, authorStream)
		b = appendText(b, string(e.Author.Stream.Device))
		b = appendText(b, e.Author.Stream.Epoch)
		b = binary.AppendUvarint(b, e.Author.Seq)
	case e.Author.Person != "":
		b = append(b, authorPerson)
		b = appendText(b, string(e.Author.Person))
		b = append(b, byte(len(e.Author.Roles)))
		for _, r := range e.Author.Roles {
			b = appendText(b, string(r))
		}
	default:
		b = append(b, authorServer)
	}
	b = appendText(b, e.Note)
	return append(b, e.Body...)
}

func appendText(b []byte, s string) []byte {
	b = append(b, byte(len(s)))
	return append(b, s...)
}

var errEntry = errors.New("entry is torn or of an unknown version")

// ReadStored decodes stored bytes, and nothing that AppendStored does not write. The body is a slice of them, not a copy.
func ReadStored(offset uint64, hash stocktake.Hash, stored []byte) (Entry, error) {
	e := Entry{Offset: offset, Hash: hash}
	r := reader{rest: stored}
	if r.byte() != entryVersion {
		return Entry{}, errEntry
	}
	e.Kind = Kind(r.byte())
	e.RecordedAt = time.UnixMicro(int64(r.uint64())).UTC()
	switch r.byte() {
	case authorServer:
	case authorStream:
		e.Author.Stream.Device = stocktake.DeviceID(r.text())
		e.Author.Stream.Epoch = r.text()
		e.Author.Seq = r.uvarint()
		r.bad = r.bad || e.Author.Stream == Stream{}
	case authorPerson:
		e.Author.Person = stocktake.PersonID(r.text())
		for n := r.byte(); n > 0 && !r.bad; n-- {
			e.Author.Roles = append(e.Author.Roles, stocktake.Role(r.text()))
		}
		r.bad = r.bad || e.Author.Person == ""
	default:
		return Entry{}, errEntry
	}
	e.Note = r.text()
	if r.bad {
		return Entry{}, errEntry
	}
	e.Body = r.rest
	return e, nil
}

// reader takes fields off the front of stored bytes; bad once they run out.
type reader struct {
	rest []byte
	bad  bool
}

func (r *reader) take(n int) []byte {
	if r.bad || len(r.rest) < n {
		r.bad = true
		return nil
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) byte() byte {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *reader) uint64() uint64 {
	if b := r.take(8); b != nil {
		return binary.BigEndian.Uint64(b)
	}
	return 0
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 || (n > 1 && r.rest[n-1] == 0) { // torn, or longer than it is ever written
		r.bad = true
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

func (r *reader) text() string { return string(r.take(int(r.byte()))) }

// QuarantinedFor is the key of the reason for which an entry was quarantined; "" for any other. In the late log's notes it follows
// the reason why the entry is late.
func (e *Entry) QuarantinedFor() string {
	if e.Kind != Quarantined {
		return ""
	}
	return e.Note[strings.LastIndex(e.Note, " ")+1:]
}
