package wire

import (
	"bytes"
	"strconv"

	"jard/internal/stocktake"
)

// The header of a push as this package and the app write it. Ingest reads little else, so that this exact form has a
// path of its own; any other order or spacing of the same fields is read as any frame is.
const (
	pushFirst  = `{"t":"push","first":`
	pushPrev   = `,"prev":"`
	pushDigest = `","digest":"`
	pushCount  = `","n":`
	hashDigits = 2 * len(stocktake.Hash{})
)

// parsePushHeader reads the usual form and reports whether it was that.
func parsePushHeader(line []byte) (p *Push, n uint64, ok bool) {
	rest, ok := bytes.CutPrefix(line, []byte(pushFirst))
	if !ok {
		return nil, 0, false
	}
	first, rest, ok := leadingNumber(rest)
	if !ok || first == 0 {
		return nil, 0, false
	}
	if rest, ok = bytes.CutPrefix(rest, []byte(pushPrev)); !ok || len(rest) < hashDigits {
		return nil, 0, false
	}
	p = &Push{First: first}
	if !readHash(rest[:hashDigits], &p.Prev) {
		return nil, 0, false
	}
	if rest, ok = bytes.CutPrefix(rest[hashDigits:], []byte(pushDigest)); !ok || len(rest) < hashDigits {
		return nil, 0, false
	}
	if !readHash(rest[:hashDigits], &p.Digest) {
		return nil, 0, false
	}
	if rest, ok = bytes.CutPrefix(rest[hashDigits:], []byte(pushCount)); !ok {
		return nil, 0, false
	}
	if n, rest, ok = leadingNumber(rest); !ok || n == 0 || len(rest) != 1 || rest[0] != '}' {
		return nil, 0, false
	}
	return p, n, true
}

func leadingNumber(b []byte) (uint64, []byte, bool) {
	end := 0
	for end < len(b) && b[end] >= '0' && b[end] <= '9' {
		end++
	}
	n, ok := digits(b[:end])
	return n, b[end:], ok
}

// readHash reads 64 hexadecimal digits.
func readHash(digits []byte, h *stocktake.Hash) bool { return h.UnmarshalText(digits) == nil }

// finish takes the n event lines off the rest of the message, and holds them against the digest: what was damaged on its
// way is refused whole, before it could be taken for what the device recorded.
func (p *Push) finish(n uint64, lines []byte, more bool, limits Limits) (Frame, error) {
	switch {
	case n > uint64(max(limits.Events, 0)):
		return nil, TooManyEvents.New(n, limits.Events)
	case p.First+n-1 > stocktake.MaxNumber:
		return nil, BadField.New("first", "push")
	case !more:
		return nil, WrongCount.New(n, 0)
	case len(lines) > 0 && lines[len(lines)-1] == '\n':
		return nil, TrailingLine.New()
	}
	found := uint64(bytes.Count(lines, []byte{'\n'})) + 1
	if found != n {
		return nil, WrongCount.New(n, found)
	}
	p.Events = make([][]byte, 0, n)
	for range n {
		line, rest, _ := bytes.Cut(lines, []byte{'\n'})
		if len(line) == 0 {
			return nil, EmptyEvent.New(p.First + uint64(len(p.Events)))
		}
		p.Events = append(p.Events, line[:len(line):len(line)])
		lines = rest
	}
	if DigestAfter(p.Prev, p.Events) != p.Digest {
		return nil, WrongDigest.New(p.First, p.Last())
	}
	return p, nil
}

func (p *Push) append(b []byte) []byte {
	b = append(b, pushFirst...)
	b = strconv.AppendUint(b, p.First, 10)
	b = append(b, pushPrev...)
	b = appendHash(b, p.Prev)
	b = append(b, pushDigest...)
	b = appendHash(b, p.Digest)
	b = append(b, pushCount...)
	b = strconv.AppendInt(b, int64(len(p.Events)), 10)
	b = append(b, '}')
	for _, e := range p.Events {
		b = append(b, '\n')
		b = append(b, e...)
	}
	return b
}
