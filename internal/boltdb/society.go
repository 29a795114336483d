package boltdb

import (
	"bytes"
	"context"
	"encoding/json"

	"go.etcd.io/bbolt"

	"jard/internal/stocktake"
)

// PutSociety stores or replaces a society's record.
func (db *DB) PutSociety(ctx context.Context, s stocktake.Society) error {
	if err := stocktake.CheckID("society", string(s.ID)); err != nil {
		return err
	}
	return db.write(ctx, 1, func(t *turn) error { return t.putJSON(bucketSocieties, societyKey(s.ID), s) })
}

// Society gives one; stocktake.Missing when it was never put.
func (db *DB) Society(ctx context.Context, id stocktake.SocietyID) (stocktake.Society, error) {
	var s stocktake.Society
	err := db.view(ctx, func(tx *bbolt.Tx) error {
		found, err := readJSON(tx, bucketSocieties, societyKey(id), &s)
		if err == nil && !found {
			return stocktake.NoSuch("society", id)
		}
		return err
	})
	return s, err
}

// Societies lists all, by id.
func (db *DB) Societies(ctx context.Context) ([]stocktake.Society, error) {
	var all []stocktake.Society
	err := db.view(ctx, func(tx *bbolt.Tx) error {
		return tx.Bucket(bucketSocieties).ForEach(func(_, value []byte) error {
			var s stocktake.Society
			if err := json.Unmarshal(value, &s); err != nil {
				return ValueDamaged.Wrap(err, "society")
			}
			all = append(all, s)
			return nil
		})
	})
	return all, err
}

// eachSociety calls f once for every society that has a key in the bucket, in order.
func eachSociety(tx *bbolt.Tx, bucket []byte, f func(society stocktake.SocietyID) error) error {
	rows := tx.Bucket(bucket).Cursor()
	key, _ := rows.First()
	for key != nil {
		id, _, ok := cutID(key)
		if !ok {
			return ValueDamaged.New(string(bucket))
		}
		if err := f(stocktake.SocietyID(id)); err != nil {
			return err
		}
		key, _ = rows.Seek(append(bytes.Clone([]byte(id)), separator+1))
	}
	return nil
}
