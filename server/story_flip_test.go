package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"unsafe"

	"go.etcd.io/bbolt"

	"jard/internal/stocktake"
)

// spot is one byte of a store's file.
type spot struct {
	what string
	at   int64
	mask byte // the bit that changes
}

// flip stops the server and changes single bytes of copies of its store, one at a time in each: each must be found.
func (s *story) flip(t *testing.T) {
	s.server.stop(t)
	spots := s.spots(t, filepath.Join(s.server.data, "jard.db"))
	left := make(chan spot, len(spots))
	for _, x := range spots {
		left <- x
	}
	close(left)
	var lanes sync.WaitGroup
	for n := range flipLanes {
		data := filepath.Join(s.dir, fmt.Sprintf("flipped-%d", n))
		copyAll(t, data, s.server.data)
		lanes.Go(func() { s.flipEach(t, data, left) })
	}
	lanes.Wait()
	t.Logf("%d bytes flipped", len(spots))
}

// flipLanes is how many copies are looked at beside each other: a look waits for the disk as long as it computes.
const flipLanes = 3

// flipEach changes the bytes that are left, one at a time, in a copy of its own.
func (s *story) flipEach(t *testing.T, data string, left <-chan spot) {
	path := filepath.Join(data, "jard.db")
	if _, errs, code := command(t.Context(), s.server.path, "verify", "--data", data); code != 0 {
		t.Errorf("the untouched copy does not verify: %s", errs)
		return
	}
	for x := range left {
		turn(t, path, x.at, x.mask)
		if out, _, code := command(t.Context(), s.server.path, "verify", "--data", data); code == 0 {
			t.Errorf("%s: byte %d changed by %#x, and verify says\n%s", x.what, x.at, x.mask, out)
		}
		turn(t, path, x.at, x.mask)
	}
	if _, errs, code := command(t.Context(), s.server.path, "verify", "--data", data); code != 0 {
		t.Errorf("verify has changed what it looked at: %s", errs)
	}
}

// turn changes one byte.
func turn(t *testing.T, path string, at int64, mask byte) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Error(err)
		return
	}
	defer f.Close()
	one := make([]byte, 1)
	_, err = f.ReadAt(one, at)
	if err == nil {
		one[0] ^= mask
		_, err = f.WriteAt(one, at)
	}
	if err != nil {
		t.Error(err)
	}
}

// spots picks bytes of every part of log entries, of the result's document and of its signature. Where a value stands in
// the file is where it stands in memory: the file is mapped, and only so are old copies of a value told from the one in
// force.
func (s *story) spots(t *testing.T, store string) []spot {
	t.Helper()
	db, err := bbolt.Open(store, 0o600, &bbolt.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	base := db.Info().Data
	dice := rand.New(rand.NewPCG(s.seed, 4))
	var spots []spot
	pick := func(what string, value []byte, from, to int) {
		n := from + dice.IntN(to-from)
		at := int64(uintptr(unsafe.Pointer(&value[n])) - base)
		spots = append(spots, spot{fmt.Sprintf("%s, byte %d of %d", what, n, len(value)), at, 1 << dice.IntN(8)})
	}
	const hash = len(stocktake.Hash{})
	err = db.View(func(tx *bbolt.Tx) error {
		var entries [][]byte
		_ = tx.Bucket([]byte("log")).ForEach(func(_, block []byte) error {
			for len(block) > 0 { // each behind its length
				end := 4 + binary.BigEndian.Uint32(block)
				entries = append(entries, block[4:end])
				block = block[end:]
			}
			return nil
		})
		for n := range 5 {
			at := dice.IntN(len(entries))
			what := fmt.Sprintf("entry %d of %d", at+1, len(entries))
			pick(what+", hash", entries[at], 0, hash)
			pick(what+", header", entries[at], hash, hash+10) // version, kind, instant
			pick(what+", body", entries[at], hash+10, len(entries[at]))
			if n == 0 { // the newest of all, which no other follows
				pick("last entry", entries[len(entries)-1], 0, len(entries[len(entries)-1]))
			}
		}
		document := s.sealed
		_ = tx.Bucket([]byte("documents")).ForEach(func(k, v []byte) error {
			if strings.HasSuffix(string(k), string(document[:])) && len(v) > 8 {
				for range 12 {
					pick("the result", v, 8, len(v))
				}
			}
			return nil
		})
		_ = tx.Bucket([]byte("parts")).ForEach(func(k, v []byte) error {
			if strings.Contains(string(k), string(document[:])) {
				pick("the result", v, 0, len(v))
			}
			return nil
		})
		_ = tx.Bucket([]byte("results")).ForEach(func(_, v []byte) error {
			// What stands beside the document, its signature and receipt: JSON, where a capital letter in a name says the
			// same, and so does the absence of a previous one of the first.
			for range 9 {
				pick("beside the result", v, bytes.Index(v, []byte(`"session"`)), len(v))
				spots[len(spots)-1].mask = 1
			}
			return nil
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return spots
}
