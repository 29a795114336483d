package boltdb

import (
	"bytes"
	"encoding/binary"
	"time"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// A key is ids, each ended by NUL, then fixed-width big-endian numbers or hashes: keys of one society, one log, one
// stream lie together and in order. No id holds NUL (stocktake.CheckID), so no key can pass for another.

const separator = 0

func appendID[T ~string](key []byte, id T) []byte {
	key = append(key, id...)
	return append(key, separator)
}

// societyKey is also the prefix of all keys of a society.
func societyKey(society stocktake.SocietyID) []byte {
	return appendID(make([]byte, 0, len(society)+1), society)
}

// logKey is the key of a log's head and the prefix of its entries' keys.
func logKey(society stocktake.SocietyID, session stocktake.SessionID) []byte {
	key := make([]byte, 0, len(society)+len(session)+2+8) // room for an offset
	return appendID(appendID(key, society), session)
}

func streamKey(society stocktake.SocietyID, s count.Stream) []byte {
	key := make([]byte, 0, len(society)+len(s.Device)+len(s.Epoch)+3)
	return appendID(appendID(appendID(key, society), s.Device), s.Epoch)
}

func hashKey(society stocktake.SocietyID, hash stocktake.Hash) []byte {
	key := make([]byte, 0, len(society)+1+len(hash)+4) // room for a part
	return append(appendID(key, society), hash[:]...)
}

func partKey(document []byte, part uint32) []byte {
	return binary.BigEndian.AppendUint32(document[:len(document):len(document)], part)
}

func nameKey(society stocktake.SocietyID, name string) []byte {
	return append(societyKey(society), name...)
}

func resultKey(society stocktake.SocietyID, series, number uint64) []byte {
	key := binary.BigEndian.AppendUint64(societyKey(society), series)
	return binary.BigEndian.AppendUint64(key, number)
}

// cutID takes an id off the front of a key.
func cutID(key []byte) (id string, rest []byte, ok bool) {
	before, rest, ok := bytes.Cut(key, []byte{separator})
	return string(before), rest, ok
}

// cutUint64 takes a number off the front of a key.
func cutUint64(key []byte) (n uint64, rest []byte, ok bool) {
	if len(key) < 8 {
		return 0, nil, false
	}
	return binary.BigEndian.Uint64(key), key[8:], true
}

// checkLog refuses ids that cannot be part of a key. LateLog's reserved name passes.
func checkLog(society stocktake.SocietyID, session stocktake.SessionID) error {
	if err := stocktake.CheckID("society", string(society)); err != nil {
		return err
	}
	if session == count.LateLog {
		return nil
	}
	return stocktake.CheckID("session", string(session))
}

func checkStream(society stocktake.SocietyID, s count.Stream) error {
	if err := stocktake.CheckID("society", string(society)); err != nil {
		return err
	}
	if err := stocktake.CheckID("device", string(s.Device)); err != nil {
		return err
	}
	return stocktake.CheckID("epoch", s.Epoch)
}

// checkIDs refuses ids that cannot be part of a key, the society's first.
func checkIDs[T ~string](society stocktake.SocietyID, field string, ids ...T) error {
	if err := stocktake.CheckID("society", string(society)); err != nil {
		return err
	}
	for _, id := range ids {
		if err := stocktake.CheckID(field, string(id)); err != nil {
			return err
		}
	}
	return nil
}

// idKey is the key of what a society calls id, and the prefix of what belongs to that.
func idKey[T ~string](society stocktake.SocietyID, id T) []byte {
	key := make([]byte, 0, len(society)+len(id)+2+8+32)
	return appendID(appendID(key, society), id)
}

// appendInstant keeps instants in order.
func appendInstant(key []byte, at time.Time) []byte {
	return binary.BigEndian.AppendUint64(key, uint64(at.UnixMicro())^1<<63)
}

// offsetKey appends a number to a prefix, which it does not change: an entry's offset to its log's key.
func offsetKey(prefix []byte, n uint64) []byte {
	return binary.BigEndian.AppendUint64(prefix[:len(prefix):len(prefix)], n)
}
