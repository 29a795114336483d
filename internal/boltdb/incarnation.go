package boltdb

import (
	"context"
	"encoding/json"
	"time"

	"go.etcd.io/bbolt"

	"jard/internal/stocktake"
)

// renewal is one change of the incarnation.
type renewal struct {
	ID  string    `json:"id"`
	Why string    `json:"why"`
	At  time.Time `json:"at"`
}

// Incarnation is the store's random name: it changes when the store may hold less than devices were told.
func (db *DB) Incarnation(ctx context.Context) (string, error) {
	var id string
	err := db.view(ctx, func(tx *bbolt.Tx) error {
		id = string(tx.Bucket(bucketMeta).Get(metaIncarnation))
		return nil
	})
	return id, err
}

// RenewIncarnation gives the store a new incarnation, for instance because a device shows a higher acknowledgement than
// the store knows. It locks signing for every society, exactly as a restore does, until ministry.Outbox unlocks it.
func (db *DB) RenewIncarnation(ctx context.Context, why string) error {
	id := stocktake.RandomID()
	return db.write(ctx, 1, func(t *turn) error { return t.renewIncarnation(id, why) })
}

func (t *turn) renewIncarnation(id, why string) error {
	var renewals []renewal
	if b := t.tx.Bucket(bucketMeta).Get(metaRenewals); b != nil {
		if err := json.Unmarshal(b, &renewals); err != nil {
			return ValueDamaged.Wrap(err, "incarnation")
		}
	}
	if err := t.putJSON(bucketMeta, metaRenewals, append(renewals, renewal{id, why, t.now})); err != nil {
		return err
	}
	return t.put(bucketMeta, metaIncarnation, []byte(id))
}
