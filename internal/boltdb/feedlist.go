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

func (db *DB) listed(ctx context.Context, bucket []byte, society stocktake.SocietyID, site stocktake.SiteID, from uint64, limit int) ([]link.Entry, error) {
	if err := checkIDs(society, "site", site); err != nil {
		return nil, err
	}
	key := feedKey(society, site)
	list := []link.Entry{}
	err := db.view(ctx, func(tx *bbolt.Tx) error {
		j := transfer{key: key, tx: tx}
		rows := tx.Bucket(bucket).Cursor()
		for k, _ := rows.Seek(offsetKey(key, max(from, 1))); bytes.HasPrefix(k, key) && len(list) < limit; k, _ = rows.Next() {
			e, err := j.listed(k)
			if err != nil {
				return err
			}
			list = append(list, e)
		}
		return nil
	})
	return list, err
}

func (db *DB) lastListed(ctx context.Context, bucket []byte, society stocktake.SocietyID, site stocktake.SiteID, limit int) ([]link.Entry, error) {
	if err := checkIDs(society, "site", site); err != nil {
		return nil, err
	}
	key := feedKey(society, site)
	list := []link.Entry{}
	err := db.view(ctx, func(tx *bbolt.Tx) error {
		j := transfer{key: key, tx: tx}
		rows := tx.Bucket(bucket).Cursor()
		k, _ := rows.Seek(offsetKey(key, math.MaxUint64))
		if k == nil {
			k, _ = rows.Last()
		} else if !bytes.HasPrefix(k, key) {
			k, _ = rows.Prev()
		}
		for ; bytes.HasPrefix(k, key) && len(list) < limit; k, _ = rows.Prev() {
			e, err := j.listed(k)
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
