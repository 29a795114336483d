package boltdb

import (
	"bytes"
	"cmp"
	"context"
	"slices"

	"go.etcd.io/bbolt"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// maxRows is how many rows one read transaction covers: a long one keeps the writer from reusing pages.
const maxRows = 1000

// Read implements count.Log. A log that does not exist has no entries: stocktake.Missing.
func (db *DB) Read(ctx context.Context, society stocktake.SocietyID, session stocktake.SessionID, from uint64, limit int) ([]count.Entry, error) {
	if err := checkLog(society, session); err != nil {
		return nil, missingLog(session)
	}
	from = max(from, 1)
	var entries []count.Entry
	prefix := logKey(society, session)
	for len(entries) < limit {
		want := min(maxRows, limit-len(entries))
		got := 0
		err := db.view(ctx, func(tx *bbolt.Tx) error {
			head, err := storedHead(tx, society, session)
			if err != nil {
				return err
			}
			if from > head.Offset {
				return nil
			}
			want = int(min(uint64(want), head.Offset-from+1))
			if entries == nil {
				entries = make([]count.Entry, 0, min(uint64(limit), head.Offset-from+1))
			}
			rows := tx.Bucket(bucketLog).Cursor()
			for first, block, err := blockOf(rows, prefix, from); got < want; first, block, err = nextBlock(rows, prefix) {
				if err != nil {
					return err
				}
				for block = bytes.Clone(block); len(block) > 0 && got < want; first++ {
					var e count.Entry
					if e, block, err = cutEntry(first, block); err != nil {
						return err
					}
					switch next := from + uint64(got); {
					case e.Offset > next:
						return ValueDamaged.New("log")
					case e.Offset == next:
						entries = append(entries, e)
						got++
					}
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		from += uint64(got)
		if got < maxRows {
			break
		}
	}
	return entries, nil
}

// blockOf gives the block of a log that holds an offset, and the offset of its first entry.
func blockOf(rows *bbolt.Cursor, prefix []byte, offset uint64) (first uint64, block []byte, err error) {
	key, value := rows.Seek(offsetKey(prefix, offset))
	if !bytes.Equal(key, offsetKey(prefix, offset)) {
		if key == nil {
			key, value = rows.Last()
		} else {
			key, value = rows.Prev()
		}
	}
	return readBlock(prefix, key, value)
}

func nextBlock(rows *bbolt.Cursor, prefix []byte) (first uint64, block []byte, err error) {
	key, value := rows.Next()
	return readBlock(prefix, key, value)
}

func readBlock(prefix, key, value []byte) (first uint64, block []byte, err error) {
	number, ok := bytes.CutPrefix(key, prefix)
	first, rest, whole := cutUint64(number)
	if !ok || !whole || len(rest) > 0 || len(value) == 0 {
		return 0, nil, ValueDamaged.New("log")
	}
	return first, value, nil
}

// Heads implements count.Log.
func (db *DB) Heads(ctx context.Context, society stocktake.SocietyID) ([]count.Head, error) {
	if err := stocktake.CheckID("society", string(society)); err != nil {
		return nil, err
	}
	var heads []count.Head
	prefix := societyKey(society)
	for from := prefix; from != nil; {
		err := db.view(ctx, func(tx *bbolt.Tx) error {
			rows := tx.Bucket(bucketHeads).Cursor()
			n := 0
			key, value := rows.Seek(from)
			for ; bytes.HasPrefix(key, prefix) && n < maxRows; key, value = rows.Next() {
				n++
				session, _, _ := cutID(key[len(prefix):])
				if session == string(count.LateLog) {
					continue
				}
				head, err := readHead(stocktake.SessionID(session), value)
				if err != nil {
					return err
				}
				heads = append(heads, head)
			}
			from = nil
			if bytes.HasPrefix(key, prefix) {
				from = bytes.Clone(key)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(heads, func(a, b count.Head) int {
		return cmp.Or(b.IssuedAt.Compare(a.IssuedAt), cmp.Compare(b.Session, a.Session))
	})
	return heads, nil
}

// Head implements count.Log.
func (db *DB) Head(ctx context.Context, society stocktake.SocietyID, session stocktake.SessionID) (count.Head, error) {
	if err := checkLog(society, session); err != nil {
		return count.Head{}, missingLog(session)
	}
	var head count.Head
	err := db.view(ctx, func(tx *bbolt.Tx) (err error) {
		head, err = storedHead(tx, society, session)
		return err
	})
	return head, err
}
