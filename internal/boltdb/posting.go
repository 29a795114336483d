package boltdb

import (
	"bytes"
	"context"
	"encoding/binary"
	"maps"
	"slices"

	"go.etcd.io/bbolt"

	"jard/internal/link"
	"jard/internal/stocktake"
)

// voidsKey is the prefix of the voids of a movement.
func voidsKey(feed []byte, id stocktake.MovementID) []byte {
	return appendID(feed[:len(feed):len(feed)], id)
}

// indexPosting notes a movement that posts, or takes another one back. Whether that one posts need not be known yet: it may come later.
func indexPosting(tx *bbolt.Tx, feed []byte, e *link.Entry) error {
	var err error
	if e.Movement.Posts != "" {
		err = tx.Bucket(bucketPostings).Put(offsetKey(feed, e.Offset), nil)
	}
	if e.Movement.Voids != "" && err == nil {
		err = tx.Bucket(bucketVoids).Put(offsetKey(voidsKey(feed, e.Movement.Voids), e.Offset), nil)
	}
	return err
}

// Posted implements link.Movements.
func (db *DB) Posted(ctx context.Context, society stocktake.SocietyID, site stocktake.SiteID, after uint64) ([]stocktake.Movement, error) {
	if err := checkIDs(society, "site", site); err != nil {
		return nil, err
	}
	key := feedKey(society, site)
	found := map[uint64]stocktake.Movement{}
	err := db.view(ctx, func(tx *bbolt.Tx) error {
		j := transfer{key: key, tx: tx}
		rest, err := j.posted(tx.Bucket(bucketPostings).Cursor(), key, found) // all: what is taken back behind the offset may lie before it
		for len(rest) > 0 && err == nil {
			var more []stocktake.MovementID
			more, err = j.posted(tx.Bucket(bucketVoids).Cursor(), voidsKey(key, rest[0]), found)
			rest = append(rest[1:], more...)
		}
		return err
	})
	list := make([]stocktake.Movement, 0, len(found))
	for _, offset := range slices.Sorted(maps.Keys(found)) {
		if offset > after {
			list = append(list, found[offset])
		}
	}
	return list, err
}

// posted adds the movements that keys under a prefix name by their offsets, and gives the ids of those that are new.
func (j *transfer) posted(rows *bbolt.Cursor, prefix []byte, found map[uint64]stocktake.Movement) (fresh []stocktake.MovementID, err error) {
	for k, _ := rows.Seek(prefix); bytes.HasPrefix(k, prefix); k, _ = rows.Next() {
		offset, _, ok := cutUint64(k[len(prefix):])
		if !ok {
			return nil, ValueDamaged.New("posting")
		}
		if _, have := found[offset]; have {
			continue
		}
		e, err := j.entry(binary.AppendUvarint(nil, offset))
		if err != nil {
			return nil, err
		}
		found[offset], fresh = e.Movement, append(fresh, e.Movement.ID)
	}
	return fresh, nil
}

// indexPostings notes the postings and voids of every movement log: what a store of the first version lacks.
func indexPostings(tx *bbolt.Tx) error {
	return tx.Bucket(bucketFeeds).ForEach(func(feed, _ []byte) error {
		rows := tx.Bucket(bucketMovements).Cursor()
		for k, block := rows.Seek(feed); bytes.HasPrefix(k, feed); k, block = rows.Next() {
			offset, _, ok := cutUint64(k[len(feed):])
			if !ok {
				return ValueDamaged.New("movement log")
			}
			for ; len(block) > 0; offset++ {
				e, rest, err := cutMovement(offset, block)
				if err != nil {
					return err
				}
				if block = rest; e.Kind == link.Booked {
					if err := indexPosting(tx, feed, &e); err != nil {
						return err
					}
				}
			}
		}
		return nil
	})
}
