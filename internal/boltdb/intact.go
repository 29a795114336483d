package boltdb

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"

	"go.etcd.io/bbolt"
	bbolterrors "go.etcd.io/bbolt/errors"
)

// The layout of bbolt's two meta pages, which stand at the front of a file: a page header of 16 bytes, then these.
const (
	metaHeader   = 16
	metaLength   = 64
	metaMagic    = 0xED0CDAED
	metaPageSize = 8
	metaRoot     = 16
	metaHigh     = 40
	metaTxid     = 48
	metaSum      = 56
)

// meta is what a meta page says.
type meta struct {
	pageSize int
	root     uint64 // the page of the bucket of buckets
	high     uint64 // the number of pages in use
	txid     uint64
}

// checkIntact refuses a file that bbolt could not read without ending the process: one that has no valid meta page, is
// shorter than the newest one says, or holds a torn page. A file that another process writes is StoreLocked.
func checkIntact(path string) (err error) {
	f, err := os.Open(path)
	if err != nil {
		return StoreDamaged.Wrap(err, path)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := newestMeta(f); err != nil { // a file that is being written has one, too
		return StoreDamaged.Wrap(err, path)
	}
	lock, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: lockTimeout, ReadOnly: true})
	switch {
	case errors.Is(err, bbolterrors.ErrTimeout):
		return StoreLocked.Wrap(err, path)
	case err != nil:
		return StoreDamaged.Wrap(err, path)
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	m, err := newestMeta(f)
	if err == nil {
		err = walkPages(f, m)
	}
	if err != nil {
		return StoreDamaged.Wrap(err, path)
	}
	return nil
}

// newestMeta gives what the newest valid meta page says, if the file is as long as that.
func newestMeta(f *os.File) (*meta, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	var newest *meta
	for _, at := range metaPlaces(f) {
		if m := readMeta(f, at); m != nil && (newest == nil || m.txid >= newest.txid) {
			newest = m
		}
	}
	switch {
	case newest == nil:
		return nil, errors.New("neither meta page is valid")
	case uint64(info.Size())/uint64(newest.pageSize) < newest.high:
		return nil, fmt.Errorf("the file has %d bytes, its meta page speaks of %d pages", info.Size(), newest.high)
	}
	return newest, nil
}

// metaPlaces gives where the two meta pages begin: the second one page after the first, whose size the first says.
func metaPlaces(f io.ReaderAt) []int64 {
	if m := readMeta(f, 0); m != nil {
		return []int64{0, int64(m.pageSize)}
	}
	places := []int64{}
	for size := int64(1024); size <= 64<<10; size *= 2 {
		places = append(places, size)
	}
	return places
}

// readMeta gives the meta page at a place, nil when there is no valid one.
func readMeta(f io.ReaderAt, at int64) *meta {
	var page [metaHeader + metaLength]byte
	if _, err := f.ReadAt(page[:], at); err != nil {
		return nil
	}
	b := page[metaHeader:]
	sum := fnv.New64a()
	_, _ = sum.Write(b[:metaSum])
	m := &meta{
		pageSize: int(binary.NativeEndian.Uint32(b[metaPageSize:])), root: binary.NativeEndian.Uint64(b[metaRoot:]),
		high: binary.NativeEndian.Uint64(b[metaHigh:]), txid: binary.NativeEndian.Uint64(b[metaTxid:]),
	}
	if binary.NativeEndian.Uint32(b) != metaMagic || sum.Sum64() != binary.NativeEndian.Uint64(b[metaSum:]) || m.pageSize < 1024 {
		return nil
	}
	return m
}
