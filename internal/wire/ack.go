package wire

import (
	"bytes"
	"strconv"
)

const (
	ackThrough = `{"t":"ack","through":`
	ackDigest  = `,"digest":"`
	ackEnd     = `"}`
)

// parseAck reads an ack in the form that the server writes, which a simulator of hundreds of devices reads most.
func parseAck(line []byte) (*Ack, bool) {
	rest, ok := bytes.CutPrefix(line, []byte(ackThrough))
	if !ok {
		return nil, false
	}
	through, rest, ok := leadingNumber(rest)
	if !ok || through == 0 {
		return nil, false
	}
	if rest, ok = bytes.CutPrefix(rest, []byte(ackDigest)); !ok || len(rest) != hashDigits+len(ackEnd) {
		return nil, false
	}
	a := &Ack{Through: through}
	return a, string(rest[hashDigits:]) == ackEnd && readHash(rest[:hashDigits], &a.Digest)
}

func (a *Ack) append(b []byte) []byte {
	b = append(b, ackThrough...)
	b = strconv.AppendUint(b, a.Through, 10)
	b = append(b, ackDigest...)
	b = appendHash(b, a.Digest)
	return append(b, ackEnd...)
}
