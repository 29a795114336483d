package count

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"hash"
	"maps"
	"slices"
	"strings"

	"jard/internal/stocktake"
)

// digester makes the digest of what a decision saw. Every field is delimited, so that no two states write the same.
type digester struct{ h hash.Hash }

func newDigester(what string) digester { return digester{sha256.New()}.text(what) }

func (d digester) text(s string) digester {
	d.number(int64(len(s)))
	d.h.Write([]byte(s))
	return d
}

func (d digester) number(n int64) digester {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n))
	d.h.Write(b[:])
	return d
}

func (d digester) cells(cells map[cellKey]stocktake.Quantity) digester {
	d.number(int64(len(cells)))
	for _, k := range sortedCells(cells) {
		d.text(k.Lot).text(k.Expiry).text(string(k.Condition)).number(int64(cells[k]))
	}
	return d
}

// sum is the first 128 bits.
func (d digester) sum() Digest {
	return Digest(base64.RawURLEncoding.EncodeToString(d.h.Sum(nil)[:16]))
}

func sortedCells(cells map[cellKey]stocktake.Quantity) []cellKey {
	return slices.SortedFunc(maps.Keys(cells), func(a, b cellKey) int {
		return strings.Compare(a.Lot+"\x00"+a.Expiry+"\x00"+string(a.Condition), b.Lot+"\x00"+b.Expiry+"\x00"+string(b.Condition))
	})
}

func listCells(cells map[cellKey]stocktake.Quantity) []Cell {
	list := make([]Cell, 0, len(cells))
	for _, k := range sortedCells(cells) {
		list = append(list, Cell{k, cells[k]})
	}
	return list
}
