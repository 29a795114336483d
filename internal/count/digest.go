package count

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"math/bits"
)

// digester gathers what a decision saw. Every field is delimited, so that no two states write the same.
type digester []byte

func newDigester(what string) digester { return make(digester, 0, 512).text(what) }

func (d digester) text(s string) digester { return append(d.number(int64(len(s))), s...) }

func (d digester) number(n int64) digester { return binary.BigEndian.AppendUint64(d, uint64(n)) }

func (d digester) cells(cells []Cell) digester {
	d = d.number(int64(len(cells)))
	for _, c := range cells {
		d = d.text(c.Lot).text(c.Expiry).text(string(c.Condition)).number(int64(c.Quantity))
	}
	return d
}

// content stands for events in whatever order they came: the sum of their hashes.
type content [2]uint64

func (c *content) add(body key) {
	var carry uint64
	c[0], carry = bits.Add64(c[0], binary.BigEndian.Uint64(body[8:]), 0)
	c[1], _ = bits.Add64(c[1], binary.BigEndian.Uint64(body[:8]), carry)
}

// sum is the first 128 bits of the SHA-256.
func (d digester) sum() Digest {
	h := sha256.Sum256(d)
	return Digest(base64.RawURLEncoding.EncodeToString(h[:16]))
}
