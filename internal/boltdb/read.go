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
			for key, value := rows.Seek(offsetKey(prefix, from)); got < want; key, value = rows.Next() {
				if !bytes.HasPrefix(key, prefix) {
					return ValueDamaged.New("log")
				}
				e, err := storedEntry(key[len(prefix):], value)
				if err != nil {
					return err
				}
				if e.Offset != from+uint64(got) {
					return ValueDamaged.New("log")
				}
				entries = append(entries, e)
				got++
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

// storedEntry copies an entry out of the store's pages.
func storedEntry(offset, value []byte) (count.Entry, error) {
	n, rest, ok := cutUint64(offset)
	if !ok || len(rest) != 0 || len(value) < len(stocktake.Hash{}) {
		return count.Entry{}, ValueDamaged.New("entry")
	}
	e, err := count.ReadStored(n, stocktake.Hash(value), value[len(stocktake.Hash{}):])
	if err != nil {
		return count.Entry{}, ValueDamaged.Wrap(err, "entry")
	}
	e.Body = bytes.Clone(e.Body)
	return e, nil
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
