package count

import (
	"encoding/binary"
	"encoding/json"
	"strings"
	"unsafe"

	"jard/internal/stocktake"
)

// decodeEvent reads an event's JSON. Ingest reads millions of one shape, compact and in plain text, which a scanner of
// that shape reads in a tenth of the time that reflection takes; whatever else it meets is left to encoding/json, whose
// word is the law: a fuzz test holds the two together.
func decodeEvent(body []byte, room *eventRoom) (*Event, error) {
	*room = eventRoom{}
	if scanEvent(body, room) {
		return &room.Event, nil
	}
	e := new(Event)
	if err := json.Unmarshal(body, e); err != nil {
		return nil, err
	}
	return e, nil
}

// eventRoom is where an event is decoded to, with what it points to.
type eventRoom struct {
	Event
	offset int64 // what Offset points to
}

// scanEvent reads the usual shape and reports whether it was that: one flat object of known fields without spaces, its
// texts without escapes, its numbers whole and of at most 18 digits. Body is valid UTF-8 and never changed afterwards:
// the texts are parts of it. Of another shape nothing in room is of use.
func scanEvent(body []byte, room *eventRoom) bool {
	if !plain(body) {
		return false
	}
	e := &room.Event
	s := scanner{rest: unsafe.String(unsafe.SliceData(body), len(body))}
	for separator := byte('{'); s.skip(separator); separator = ',' {
		switch s.key() {
		case "v":
			e.Version = s.count()
		case "id":
			e.ID = stocktake.EventID(s.text())
		case "kind":
			e.Name = s.text()
		case "session":
			e.Session = stocktake.SessionID(s.text())
		case "at":
			e.At = s.number()
		case "mono":
			e.Mono = s.number()
		case "offset":
			room.offset = s.number()
			e.Offset = &room.offset
		case "rtt":
			e.RTT = s.number()
		case "pass":
			e.Pass = stocktake.PassID(s.text())
		case "location":
			e.Location = stocktake.LocationID(s.text())
		case "round":
			e.Round = s.count()
		case "person":
			e.Person = stocktake.PersonID(s.text())
		case "mode":
			e.Mode = s.text()
		case "assignment":
			e.Assignment = s.text()
		case "continues":
			e.Continues = stocktake.PassID(s.text())
		case "replaces":
			e.Replaces = stocktake.PassID(s.text())
		case "scanned_at":
			e.ScannedAt = s.number()
		case "raw":
			e.Raw = s.text()
		case "code":
			e.Code = s.text()
		case "item":
			e.Item = stocktake.ItemID(s.text())
		case "pack":
			e.Pack = stocktake.Quantity(s.number())
		case "amount":
			e.Amount = stocktake.Quantity(s.number())
		case "unit":
			e.Unit = s.text()
		case "all_here":
			e.AllHere = s.truth()
		case "condition":
			e.Condition = Condition(s.text())
		case "lot":
			e.Lot = s.text()
		case "expiry":
			e.Expiry = s.text()
		case "entry":
			e.Entry = s.text()
		case "undirected":
			e.Undirected = s.truth()
		case "note":
			e.Note = s.text()
		case "from":
			e.From = stocktake.LocationID(s.text())
		case "to":
			e.To = stocktake.LocationID(s.text())
		case "taken_at":
			e.TakenAt = s.number()
		case "photo":
			e.Photo = s.text()
		case "price":
			e.Price = stocktake.Fils(s.number())
		case "unit_price":
			e.UnitPrice = stocktake.Fils(s.number())
		case "reverses":
			e.Reverses = stocktake.EventID(s.text())
		case "observations":
			e.Observations = s.number()
		case "quantity":
			e.Quantity = stocktake.Quantity(s.number())
		default:
			return false
		}
	}
	return !s.odd && s.rest == "}" && body[0] == '{'
}

// plain reports whether no byte is a control character or a backslash. It looks at eight at a time: the lowest byte that is
// one, if any is, is told truly by the usual borrow trick, and higher ones then do not matter.
func plain(b []byte) bool {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	for ; len(b) >= 8; b = b[8:] {
		x := binary.LittleEndian.Uint64(b)
		y := x ^ '\\'*ones
		if ((x-' '*ones)&^x|(y-ones)&^y)&tops != 0 {
			return false
		}
	}
	for _, c := range b {
		if c < ' ' || c == '\\' {
			return false
		}
	}
	return true
}

// scanner takes tokens off the front of a text; odd once it has met another shape, and then takes nothing more.
type scanner struct {
	rest string
	odd  bool
}

// skip passes over one byte if it comes next.
func (s *scanner) skip(c byte) bool {
	if s.odd || s.rest == "" || s.rest[0] != c {
		return false
	}
	s.rest = s.rest[1:]
	return true
}

// key takes a field's name and the colon.
func (s *scanner) key() string {
	key := s.text()
	if !s.skip(':') {
		s.odd = true
	}
	return key
}

// text takes a text: no escape is in it, nor anything that would have to be one.
func (s *scanner) text() string {
	if s.skip('"') {
		if end := strings.IndexByte(s.rest, '"'); end >= 0 {
			text := s.rest[:end]
			s.rest = s.rest[end+1:]
			return text
		}
	}
	s.odd = true
	return ""
}

// number takes a whole number that fits.
func (s *scanner) number() int64 {
	minus := s.skip('-')
	n, i := int64(0), 0
	for i < len(s.rest) && s.rest[i]-'0' <= 9 {
		n = 10*n + int64(s.rest[i]-'0')
		if i++; i > 18 {
			break
		}
	}
	if i == 0 || i > 18 || i > 1 && s.rest[0] == '0' {
		s.odd = true
		return 0
	}
	s.rest = s.rest[i:] // a fraction or an exponent is left, which no field begins with
	if minus {
		return -n
	}
	return n
}

// count is a number for an int, whatever its size here.
func (s *scanner) count() int {
	n := s.number()
	if int64(int(n)) != n {
		s.odd = true
	}
	return int(n)
}

func (s *scanner) truth() bool {
	rest, yes := strings.CutPrefix(s.rest, "true")
	if !yes {
		var no bool
		if rest, no = strings.CutPrefix(s.rest, "false"); !no {
			s.odd = true
		}
	}
	s.rest = rest
	return yes
}
