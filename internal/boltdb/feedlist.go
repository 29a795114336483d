package boltdb

import (
	"bytes"
	"context"
	"encoding/binary"
	"math"

	"go.etcd.io/bbolt"

	"jard/internal/link"
	"jard/internal/stocktake"
)

// Some kinds of entry of a movement log are listed by their offsets in buckets of their own.

// LastConflicts implements link.Movements.
func (db *DB) LastConflicts(ctx context.Context, society stocktake.SocietyID, site stocktake.SiteID, limit int) ([]link.Entry, error) {
	return db.lastListed(ctx, bucketConflicts, society, site, limit)
}

// Conflicts implements link.Movements.
func (db *DB) Conflicts(ctx context.Context, society stocktake.SocietyID, site stocktake.SiteID, from uint64, limit int) ([]link.Entry, error) {
	return db.listed(ctx, bucketConflicts, society, site, from, limit)
}

// Waiting implements link.Movements.
func (db *DB) Waiting(ctx context.Context, society stocktake.SocietyID, site stocktake.SiteID, from uint64, limit int) ([]link.Entry, error) {
	return db.listed(ctx, bucketWaiting, society, site, from, limit)
}

// LastSettled implements link.Movements.
func (db *DB) LastSettled(ctx context.Context, society stocktake.SocietyID, site stocktake.SiteID, limit int) ([]link.Entry, error) {
	return db.lastListed(ctx, bucketSettled, society, site, limit)
}

// listed gives the entries that a list names from an offset on.
func (db *DB) listed(ctx context.Context, bucket []byte, society stocktake.SocietyID, site stocktake.SiteID, from uint64, limit int) ([]link.Entry, error) {
	return db.list(ctx, bucket, society, site, limit, (*bbolt.Cursor).Next, func(rows *bbolt.Cursor, key []byte) []byte {
		row, _ := rows.Seek(offsetKey(key, max(from, 1)))
		return row
	})
}

// lastListed gives the last of them, newest first.
func (db *DB) lastListed(ctx context.Context, bucket []byte, society stocktake.SocietyID, site stocktake.SiteID, limit int) ([]link.Entry, error) {
	return db.list(ctx, bucket, society, site, limit, (*bbolt.Cursor).Prev, func(rows *bbolt.Cursor, key []byte) []byte {
		row, _ := rows.Seek(offsetKey(key, math.MaxUint64))
		if row == nil {
			row, _ = rows.Last()
		} else if !bytes.HasPrefix(row, key) {
			row, _ = rows.Prev()
		}
		return row
	})
}

// list walks a site's rows of a bucket from the one that first finds.
func (db *DB) list(ctx context.Context, bucket []byte, society stocktake.SocietyID, site stocktake.SiteID, limit int,
	next func(*bbolt.Cursor) (row, value []byte), first func(rows *bbolt.Cursor, key []byte) []byte,
) ([]link.Entry, error) {
	if err := checkIDs(society, "site", site); err != nil {
		return nil, err
	}
	key := feedKey(society, site)
	list := []link.Entry{}
	err := db.view(ctx, func(tx *bbolt.Tx) error {
		j := transfer{key: key, tx: tx}
		rows := tx.Bucket(bucket).Cursor()
		for row := first(rows, key); bytes.HasPrefix(row, key) && len(list) < limit; row, _ = next(rows) {
			e, err := j.listed(row)
			if err != nil {
				return err
			}
			list = append(list, e)
		}
		return nil
	})
	return list, err
}

// listed reads the entry that a row of a list names by its key.
func (j *transfer) listed(row []byte) (link.Entry, error) {
	offset, _, ok := cutUint64(row[len(j.key):])
	if !ok {
		return link.Entry{}, ValueDamaged.New("movement list")
	}
	return j.entry(binary.AppendUvarint(nil, offset))
}
