package boltdb

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"jard/internal/account"
	"jard/internal/count"
	"jard/internal/stocktake"
)

// renewal is one change of the incarnation, and whose history it throws doubt on: one society's, or every one's.
type renewal struct {
	ID      string              `json:"id"`
	Society stocktake.SocietyID `json:"society,omitempty"`
	Why     string              `json:"why"`
	At      time.Time           `json:"at"`
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

// RenewIncarnation gives the store a new incarnation, because it may have lost what devices were told it holds. With
// society "" it does what a restore does: signing is locked for every society until ministry.Outbox unlocks it, and every
// open session records that all enrolled devices are awaited. With a society, one of whose devices shows a higher
// acknowledgement than its mark, both befall that society alone: devices of others show by themselves whether theirs has
// lost anything.
func (db *DB) RenewIncarnation(ctx context.Context, society stocktake.SocietyID, why string) error {
	if society != "" {
		if err := checkIDs[string](society, ""); err != nil {
			return err
		}
	}
	id := stocktake.RandomID()
	return db.write(ctx, 1, func(t *turn) error { return t.renewIncarnation(id, society, why) })
}

// Renewed reports whether the society's history was thrown doubt on since the store had an incarnation: by a restore, or by
// a renewal for this society. An incarnation that the store never had is one of a history that a restore threw away, if
// such a doubt stands here at all; else the store itself is older than it, and nothing explains that.
func (db *DB) Renewed(ctx context.Context, society stocktake.SocietyID, since string) (renewed bool, err error) {
	err = db.view(ctx, func(tx *bbolt.Tx) error {
		renewed, err = renewedSince(tx, society, since)
		return err
	})
	return renewed, err
}

func renewedSince(tx *bbolt.Tx, society stocktake.SocietyID, since string) (bool, error) {
	renewals, err := storedRenewals(tx)
	if err != nil {
		return false, err
	}
	for _, r := range slices.Backward(renewals) {
		if r.ID == since {
			return false, nil
		}
		if r.Society == "" || r.Society == society {
			return true, nil
		}
	}
	return false, nil
}

func storedRenewals(tx *bbolt.Tx) (renewals []renewal, err error) {
	_, err = readJSON(tx, bucketMeta, metaRenewals, &renewals)
	return renewals, err
}

func (t *turn) renewIncarnation(id string, society stocktake.SocietyID, why string) error {
	renewals, err := storedRenewals(t.tx)
	if err != nil {
		return err
	}
	societies := []stocktake.SocietyID{society}
	if society == "" {
		societies = nil
		err := eachSociety(t.tx, bucketHeads, func(society stocktake.SocietyID) error {
			societies = append(societies, society)
			return nil
		})
		if err != nil {
			return err
		}
	}
	for _, society := range societies {
		if err := t.recordRestored(society, id); err != nil {
			return err
		}
	}
	if err := t.putJSON(bucketMeta, metaRenewals, append(renewals, renewal{id, society, why, t.now})); err != nil {
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
