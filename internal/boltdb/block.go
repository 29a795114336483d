package boltdb

import (
	"encoding/binary"
	"slices"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// A log is stored in blocks: what one commit appends to it, cut into runs of consecutive entries. A block lies under the
// offset of its first entry and is the entries one after the other, each as
//
//	length of the rest u32 · hash (32) · stored bytes
//
// One row for every entry would cost three times the time in the tree and half as much again on the disk.

// blockSize is when a block is full. bbolt keeps at least two rows on a page and writes the last page of a log anew with
// each commit: larger blocks would cost small commits more than they spare the large ones.
const blockSize = 8 << 10

// entryHead is what stands before an entry's stored bytes.
const entryHead = 4 + len(stocktake.Hash{})

// cutValue takes an entry off the front of a block, as hash ‖ stored bytes.
func cutValue(block []byte) (value, rest []byte, err error) {
	if len(block) < entryHead {
		return nil, nil, ValueDamaged.New("log")
	}
	size := uint64(binary.BigEndian.Uint32(block))
	block = block[4:]
	if size < uint64(len(stocktake.Hash{})) || size > uint64(len(block)) {
		return nil, nil, ValueDamaged.New("log")
	}
	return block[:size:size], block[size:], nil
}

// cutEntry takes an entry off the front of a block. Its body is a slice of the block.
func cutEntry(offset uint64, block []byte) (count.Entry, []byte, error) {
	value, rest, err := cutValue(block)
	if err != nil {
		return count.Entry{}, nil, err
	}
	e, err := count.ReadStored(offset, stocktake.Hash(value), value[len(stocktake.Hash{}):])
	if err != nil {
		return count.Entry{}, nil, ValueDamaged.Wrap(err, "entry")
	}
	return e, rest, nil
}

// block is the one that the running turn is filling: it ends where the arena ends.
type block struct {
	log   *openLog
	first uint64 // offset of its first entry
	start int    // in the arena
}

// room makes sure that the arena has room for an entry of up to size bytes behind the block of the log, and begins a new
// block when it has none, or the block is full or another log's.
func (t *turn) room(l *openLog, size int) error {
	fits := cap(t.arena)-len(t.arena) >= size
	if t.block.log == l && fits && len(t.arena)-t.block.start+size <= blockSize {
		return nil
	}
	if err := t.endBlock(); err != nil {
		return err
	}
	if !fits {
		t.arena = make([]byte, 0, max(arenaChunk, size, min(2*cap(t.arena), arenaLimit)))
	}
	t.block = block{log: l, first: l.head.Offset + 1, start: len(t.arena)}
	return nil
}

// endBlock writes the block that is being filled.
func (t *turn) endBlock() error {
	b := t.block
	if b.log == nil {
		return nil
	}
	t.block = block{}
	t.key = binary.BigEndian.AppendUint64(append(t.key[:0], b.log.key...), b.first)
	return t.entries.Put(t.key, slices.Clip(t.arena[b.start:]))
}
