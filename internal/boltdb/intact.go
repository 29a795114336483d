package boltdb

import (
	"encoding/binary"
	"errors"
	"hash/fnv"
	"io"
	"os"
)

// The layout of bbolt's two meta pages, which stand at the front of a file: a page header of 16 bytes, then these.
const (
	metaHeader   = 16
	metaLength   = 64
	metaMagic    = 0xED0CDAED
	metaPageSize = 8
	metaHigh     = 40 // the number of pages in use
	metaTxid     = 48
	metaSum      = 56
)

// checkIntact refuses a file that is shorter than its own newest meta page says, or has no valid meta page: bbolt
// would map it and be killed by the first read beyond its end, instead of saying so.
func checkIntact(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return StoreDamaged.Wrap(err, path)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return StoreDamaged.Wrap(err, path)
	}
	if !info.Mode().IsRegular() {
		return StoreDamaged.Wrap(errors.New("not a regular file"), path)
	}
	high, txid, found := uint64(0), uint64(0), false
	for _, at := range metaPlaces(f) {
		meta, ok := readMeta(f, at)
		if !ok {
			continue
		}
		if id := binary.NativeEndian.Uint64(meta[metaTxid:]); !found || id >= txid {
			size := uint64(binary.NativeEndian.Uint32(meta[metaPageSize:]))
			txid, high, found = id, binary.NativeEndian.Uint64(meta[metaHigh:])*size, true
		}
	}
	switch {
	case !found:
		return StoreDamaged.Wrap(errors.New("neither meta page is valid"), path)
	case uint64(info.Size()) < high:
		return StoreDamaged.Wrap(errors.New("the file is shorter than its meta page says"), path)
	}
	return nil
}

// metaPlaces gives where the two meta pages begin: the second one page after the first, whose size the first says.
func metaPlaces(f io.ReaderAt) []int64 {
	if meta, ok := readMeta(f, 0); ok {
		return []int64{0, int64(binary.NativeEndian.Uint32(meta[metaPageSize:]))}
	}
	places := []int64{0}
	for size := int64(1024); size <= 64<<10; size *= 2 {
		places = append(places, size)
	}
	return places
}

func readMeta(f io.ReaderAt, at int64) ([]byte, bool) {
	var page [metaHeader + metaLength]byte
	if _, err := f.ReadAt(page[:], at); err != nil {
		return nil, false
	}
	meta := page[metaHeader:]
	sum := fnv.New64a()
	_, _ = sum.Write(meta[:metaSum])
	return meta, binary.NativeEndian.Uint32(meta) == metaMagic && sum.Sum64() == binary.NativeEndian.Uint64(meta[metaSum:])
}
