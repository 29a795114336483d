package simulate

import (
	"encoding/binary"
	"encoding/json"
	"strconv"

	"jard/internal/count"
	"jard/internal/stocktake"
	"jard/internal/wire"
)

// typicalEvent is about the size of a tape's event, with its part of the frame.
const typicalEvent = 280

// tape is all that one device of a load sends, as bytes for the socket, and the beginnings of the answers that are due.
type tape struct {
	frames [][]byte // websocket frames, header and all
	acks   [][]byte
}

// cut makes the n-th device's tape: a pass that is opened by the first event and closed by the last.
func (l *Load) cut(n int, now int64) tape {
	total := l.Batch * (l.Warmup + l.Pushes)
	size := total*typicalEvent + (l.Warmup+l.Pushes)*200
	var (
		t      tape
		all    = make([]byte, 0, size)
		prefix = stocktake.RandomID()[:14]
		pass   = stocktake.RandomID()
		digest stocktake.Hash
		events = make([][]byte, 0, l.Batch)
		lines  = make([]byte, 0, l.Batch*typicalEvent)
		starts = make([]int, 0, l.Batch+1)
	)
	for first := 1; first <= total; first += l.Batch {
		lines, starts, events = lines[:0], starts[:0], events[:0]
		prev := digest
		for seq := first; seq < first+l.Batch; seq++ {
			starts = append(starts, len(lines))
			lines = l.event(lines, n, seq, total, now+int64(seq), prefix, pass)
		}
		starts = append(starts, len(lines))
		for i := range l.Batch {
			event := lines[starts[i]:starts[i+1]]
			digest = count.NextDigest(digest, event)
			events = append(events, event)
		}
		from := len(all)
		all = appendMasked(all, &wire.Push{First: uint64(first), Prev: prev, Digest: digest, Events: events})
		t.frames = append(t.frames, all[from:len(all):len(all)])
		t.acks = append(t.acks, []byte(`{"t":"ack","through":`+strconv.Itoa(first+l.Batch-1)+`,`))
	}
	return t
}

// event appends the bytes of one event: what the app would send, by append alone.
func (l *Load) event(b []byte, n, seq, total int, at int64, prefix, pass string) []byte {
	b = append(b, `{"v":1,"id":"`...)
	b = append(b, prefix...)
	b = strconv.AppendInt(b, int64(seq), 36)
	switch seq {
	case 1:
		b = append(b, `","kind":"pass.opened","session":`...)
	case total:
		b = append(b, `","kind":"pass.closed","session":`...)
	default:
		b = append(b, `","kind":"observed","session":`...)
	}
	b = appendText(b, string(l.Session))
	b = strconv.AppendInt(append(b, `,"at":`...), at, 10)
	b = strconv.AppendInt(append(b, `,"mono":`...), int64(seq), 10)
	b = append(b, `,"offset":0,"rtt":1,"pass":"`...)
	b = append(append(b, pass...), '"')
	switch seq {
	case 1:
		b = appendText(append(b, `,"location":`...), string(l.location(n)))
		b = appendText(append(b, `,"round":1,"person":`...), string(l.Person))
		b = append(b, `,"mode":"quantity"`...)
	case total:
		b = strconv.AppendInt(append(b, `,"observations":`...), int64(max(total-2, 0)), 10)
		b = strconv.AppendInt(append(b, `,"quantity":`...), int64(l.sum(n, total)), 10)
	default:
		i := l.item(n + seq)
		b = strconv.AppendInt(append(b, `,"scanned_at":`...), at, 10)
		if i.Code != "" {
			b = appendText(append(b, `,"raw":`...), i.Code)
			b = appendText(append(b, `,"code":`...), i.Code)
		}
		if i.Item != "" {
			b = appendText(append(b, `,"item":`...), string(i.Item))
		}
		b = strconv.AppendInt(append(b, `,"pack":`...), int64(i.Pack), 10)
		b = strconv.AppendInt(append(b, `,"amount":`...), int64(amountOf(seq)), 10)
		b = append(b, `,"entry":"scan"`...)
	}
	return append(b, '}')
}

// amountOf is how many packs the load's observations find.
func amountOf(seq int) stocktake.Quantity { return stocktake.Quantity(seq%9+1) * 1000 }

// sum is what the n-th device's observations come to.
func (l *Load) sum(n, total int) stocktake.Quantity {
	var sum stocktake.Quantity
	for seq := 2; seq < total; seq++ {
		quantity, _ := stocktake.Times(amountOf(seq), l.item(n+seq).Pack)
		sum += quantity
	}
	return sum
}

// appendText appends s as a JSON string. Ids are plain nearly always; anything else takes the long way.
func appendText(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' {
			quoted, _ := json.Marshal(s) // of a string: cannot fail
			return append(b, quoted...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

// appendMasked appends a push as one websocket text frame of a client. The masking key is zero, which leaves the bytes
// as they are: the server's work is the same, and there is no proxy here to be protected.
func appendMasked(b []byte, p *wire.Push) []byte {
	const most = 14
	start := len(b)
	b = append(b, make([]byte, most)...)
	b = wire.Append(b, p)
	n := len(b) - start - most
	var head [most]byte
	h := append(head[:0], 0x81)
	switch {
	case n < 126:
		h = append(h, 0x80|byte(n))
	case n < 1<<16:
		h = binary.BigEndian.AppendUint16(append(h, 0x80|126), uint16(n))
	default:
		h = binary.BigEndian.AppendUint64(append(h, 0x80|127), uint64(n))
	}
	h = append(h, 0, 0, 0, 0)
	copy(b[start:], h)
	copy(b[start+len(h):], b[start+most:])
	return b[:start+len(h)+n]
}
