package boltdb

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"

	"go.etcd.io/bbolt"
)

// The layout of bbolt's tree pages: a header (id u64, flags u16, count u16, overflow u32), then an element of 16 bytes
// for each key, whose position counts from the element itself, then keys and values.
const (
	pageHeader  = 16
	pageElement = 16
	pageBranch  = 0x01
	pageLeaf    = 0x02
	leafBucket  = 0x01 // flag of a leaf element: the value is a bucket
	bucketValue = 16   // root page u64, sequence u64; then the page itself where the root is zero
	maxDepth    = 64
)

// pageWalk follows every page of a file from its root and looks whether it is one: bbolt trusts what it maps, and a
// torn page would end the process with a panic that nobody can catch, or lead it out of the file.
type pageWalk struct {
	file io.ReaderAt
	size int    // of a page
	high uint64 // pages in use
	seen []uint64
	page [maxDepth + 1][]byte // the one under way at each depth
}

func walkPages(file io.ReaderAt, m *meta) error {
	if m.high > 1<<40 {
		return fmt.Errorf("%d pages are said to be in use", m.high)
	}
	w := &pageWalk{file: file, size: m.pageSize, high: m.high, seen: make([]uint64, m.high/64+1)}
	return w.follow(m.root, true, 0, span{})
}

// span is where the keys of a page must lie: from least on and below limit, where that is set.
type span struct{ least, limit []byte }

// holds looks whether a key may come next, and has the following ones come after it. bbolt reports keys out of order
// too, with a panic while it is still walking.
func (s *span) holds(key []byte) bool {
	if bytes.Compare(key, s.least) < 0 || s.limit != nil && bytes.Compare(key, s.limit) >= 0 {
		return false
	}
	s.least = append(append(make([]byte, 0, len(key)+1), key...), 0)
	return true
}

// follow looks at the tree under one page. Buckets are flat: only the root's leaves hold some.
func (w *pageWalk) follow(id uint64, root bool, depth int, keys span) error {
	if depth > maxDepth { // bbolt's trees are a handful of levels deep
		return fmt.Errorf("page %d lies %d levels deep", id, depth)
	}
	page, err := w.take(id, depth)
	if err != nil {
		return err
	}
	return w.elements(id, page, root, depth, keys)
}

// take reads the front of a page, up to the end of its element table at least, and notes that it and what overflows it
// are used.
func (w *pageWalk) take(id uint64, depth int) (pageBytes, error) {
	if w.page[depth] == nil {
		w.page[depth] = make([]byte, w.size)
	}
	p := pageBytes{bytes: w.page[depth]}
	if id < 2 || id >= w.high {
		return p, fmt.Errorf("page %d of %d is referred to", id, w.high)
	}
	if _, err := w.file.ReadAt(p.bytes, int64(id)*int64(w.size)); err != nil {
		return p, fmt.Errorf("read page %d: %w", id, err)
	}
	overflow := uint64(binary.NativeEndian.Uint32(p.bytes[12:]))
	if self := binary.NativeEndian.Uint64(p.bytes); self != id || overflow >= w.high-id {
		return p, fmt.Errorf("page %d says that it is page %d with %d more", id, self, overflow)
	}
	for n := id; n <= id+overflow; n++ {
		if w.seen[n/64]&(1<<(n%64)) != 0 {
			return p, fmt.Errorf("page %d is used twice", n)
		}
		w.seen[n/64] |= 1 << (n % 64)
	}
	p.extent = uint64(w.size) * (overflow + 1)
	table := uint64(pageHeader + pageElement*p.count())
	if table > p.extent {
		return p, fmt.Errorf("page %d says that it has %d keys", id, p.count())
	}
	if table > uint64(w.size) {
		p.bytes = make([]byte, table)
		if _, err := w.file.ReadAt(p.bytes, int64(id)*int64(w.size)); err != nil {
			return p, fmt.Errorf("read page %d: %w", id, err)
		}
	}
	return p, nil
}

// pageBytes is the front of a page, which holds its element table, and how far the page reaches.
type pageBytes struct {
	bytes  []byte
	extent uint64
}

func (p pageBytes) flags() uint16 { return binary.NativeEndian.Uint16(p.bytes[8:]) }
func (p pageBytes) count() int    { return int(binary.NativeEndian.Uint16(p.bytes[10:])) }

func (w *pageWalk) elements(id uint64, p pageBytes, root bool, depth int, keys span) error {
	limit := keys.limit
	for n := range p.count() {
		at := uint64(pageHeader + pageElement*n)
		e := p.bytes[at : at+pageElement]
		u32 := func(i int) uint64 { return uint64(binary.NativeEndian.Uint32(e[i:])) }
		switch p.flags() {
		case pageBranch:
			key, err := w.key(id, p, at+u32(0), u32(4))
			if err != nil {
				return err
			}
			if !keys.holds(key) {
				return fmt.Errorf("key %d of page %d lies outside of it or out of order", n, id)
			}
			under := span{key, limit}
			if n+1 < p.count() {
				next := p.bytes[at+pageElement:]
				first := at + pageElement + uint64(binary.NativeEndian.Uint32(next))
				if under.limit, err = w.key(id, p, first, uint64(binary.NativeEndian.Uint32(next[4:]))); err != nil {
					return err
				}
			}
			if err := w.follow(binary.NativeEndian.Uint64(e[8:]), root, depth+1, under); err != nil {
				return err
			}
		case pageLeaf:
			start, end := at+u32(4), at+u32(4)+u32(8)+u32(12)
			key, err := w.key(id, p, start, u32(8))
			if err != nil {
				return err
			}
			if end > p.extent || !keys.holds(key) {
				return fmt.Errorf("key %d of page %d lies outside of it or out of order", n, id)
			}
			if u32(0) == 0 {
				continue
			}
			if u32(0) != leafBucket || !root || end > uint64(len(p.bytes)) {
				return fmt.Errorf("key %d of page %d is no bucket of a store", n, id)
			}
			if err := w.bucket(id, p.bytes[start+u32(8):end], depth); err != nil {
				return err
			}
		default:
			return fmt.Errorf("page %d is of kind %#x", id, p.flags())
		}
	}
	if f := p.flags(); f != pageLeaf && (f != pageBranch || p.count() == 0) {
		return fmt.Errorf("page %d is of kind %#x with %d keys", id, f, p.count())
	}
	return nil
}

// key gives a key of a page, read from the file where it lies in what overflows the page.
func (w *pageWalk) key(id uint64, p pageBytes, at, size uint64) ([]byte, error) {
	switch {
	case at+size > p.extent || size > bbolt.MaxKeySize:
		return nil, fmt.Errorf("a key of %d bytes at %d of page %d", size, at, id)
	case at+size <= uint64(len(p.bytes)):
		return p.bytes[at : at+size], nil
	}
	key := make([]byte, size)
	_, err := w.file.ReadAt(key, int64(id)*int64(w.size)+int64(at))
	return key, err
}

// bucket looks at a bucket: its tree, or the page within its own value while it is small.
func (w *pageWalk) bucket(id uint64, value []byte, depth int) error {
	if len(value) < bucketValue {
		return fmt.Errorf("a bucket of page %d is cut short", id)
	}
	if tree := binary.NativeEndian.Uint64(value); tree != 0 {
		return w.follow(tree, false, depth+1, span{})
	}
	inline := pageBytes{bytes: value[bucketValue:]}
	inline.extent = uint64(len(inline.bytes))
	if inline.extent < pageHeader || uint64(pageHeader+pageElement*inline.count()) > inline.extent || inline.flags() != pageLeaf {
		return fmt.Errorf("a small bucket of page %d is torn", id)
	}
	return w.elements(id, inline, false, depth, span{})
}
