package boltdb

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"go.etcd.io/bbolt"

	"jard/internal/account"
	"jard/internal/count"
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

// RenewIncarnation gives the store a new incarnation, because it may have lost what devices were told it holds: a device
// shows a higher acknowledgement than its mark, for instance. It does what a restore does: signing is locked for every
// society until ministry.Outbox unlocks it, and every open session records that all enrolled devices are awaited.
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
	var societies []stocktake.SocietyID
	err := eachSociety(t.tx, bucketHeads, func(society stocktake.SocietyID) error {
		societies = append(societies, society)
		return nil
	})
	if err != nil {
		return err
	}
	for _, society := range societies {
		if err := t.recordRestored(society, id); err != nil {
			return err
		}
	}
	if err := t.putJSON(bucketMeta, metaRenewals, append(renewals, renewal{id, why, t.now})); err != nil {
		return err
	}
	return t.put(bucketMeta, metaIncarnation, []byte(id))
}

// recordRestored says in every open session of a society that all its devices are awaited again.
func (t *turn) recordRestored(society stocktake.SocietyID, incarnation string) error {
	body := count.RestoredBody{Incarnation: incarnation, Devices: []stocktake.DeviceID{}}
	err := eachValue(t.tx, bucketDevices, societyKey(society), func(d account.Device) bool {
		if !d.Revoked {
			body.Devices = append(body.Devices, d.ID)
		}
		return true
	})
	if err != nil {
		return err
	}
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	var open []*openLog
	prefix := societyKey(society)
	rows := t.tx.Bucket(bucketHeads).Cursor()
	for key, _ := rows.Seek(prefix); bytes.HasPrefix(key, prefix); key, _ = rows.Next() {
		session, _, _ := cutID(key[len(prefix):])
		l, err := t.log(society, stocktake.SessionID(session)) // the cache knows of what this turn has closed
		if err != nil {
			return err
		}
		if l.head.State == count.LogOpen && l.head.Session != count.LateLog {
			open = append(open, l)
		}
	}
	for _, l := range open {
		e := count.Entry{Kind: count.Restored, Body: text}
		if err := t.append(l, &e); err != nil {
			return err
		}
	}
	return nil
}
