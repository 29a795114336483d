package boltdb

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"jard/internal/count"
	"jard/internal/ministry"
	"jard/internal/result"
	"jard/internal/stocktake"
)

var _ ministry.Outbox = (*DB)(nil)

// Chain implements ministry.Outbox.
func (db *DB) Chain(ctx context.Context, society stocktake.SocietyID) (ministry.Chain, error) {
	if err := checkIDs[string](society, ""); err != nil {
		return ministry.Chain{}, err
	}
	var answer ministry.Chain
	err := db.view(ctx, func(tx *bbolt.Tx) error {
		c, locked, err := storedChain(tx, society)
		answer = ministry.Chain{Head: c.Head, Locked: locked}
		return err
	})
	return answer, err
}

// Result implements ministry.Outbox.
func (db *DB) Result(ctx context.Context, society stocktake.SocietyID, at result.Ref) (ministry.Stored, error) {
	if err := checkIDs[string](society, ""); err != nil {
		return ministry.Stored{}, err
	}
	var stored storedResult
	err := db.view(ctx, func(tx *bbolt.Tx) error {
		key := resultKey(society, at.Series, at.Number)
		found, err := readJSON(tx, bucketResults, key, &stored)
		switch {
		case err != nil:
			return err
		case !found:
			return stocktake.NoSuch("result", at.String())
		}
		d, err := storedDocument(tx, society, stored.Hash)
		if err != nil {
			return ValueDamaged.Wrap(err, "result")
		}
		stored.Signed = result.Signed{Document: d.Bytes, Signature: stored.Signature}
		return stored.addDelivery(tx, key)
	})
	if err == nil && stocktake.HashOf(stored.Signed.Document) != stored.Hash {
		err = ValueDamaged.New("result")
	}
	if err != nil {
		return ministry.Stored{}, err
	}
	return stored.Stored, nil
}

func (s *storedResult) addDelivery(tx *bbolt.Tx, key []byte) error {
	var d ministry.Delivery
	found, err := readJSON(tx, bucketOutbox, key, &d)
	if found {
		s.Delivery = &d
	}
	return err
}

// Results implements ministry.Outbox.
func (db *DB) Results(ctx context.Context, society stocktake.SocietyID, from result.Ref, limit int) ([]ministry.Stored, error) {
	if err := checkIDs[string](society, ""); err != nil {
		return nil, err
	}
	list := []ministry.Stored{}
	prefix := societyKey(society)
	err := db.view(ctx, func(tx *bbolt.Tx) error {
		rows := tx.Bucket(bucketResults).Cursor()
		key, value := rows.Seek(resultKey(society, from.Series, from.Number))
		for ; bytes.HasPrefix(key, prefix) && len(list) < limit; key, value = rows.Next() {
			var s storedResult
			if err := json.Unmarshal(value, &s); err != nil {
				return ValueDamaged.Wrap(err, "result")
			}
			if err := s.addDelivery(tx, key); err != nil {
				return err
			}
			list = append(list, s.Stored)
		}
		return nil
	})
	return list, err
}

// Due implements ministry.Outbox.
func (db *DB) Due(ctx context.Context, now time.Time, limit int) ([]ministry.Delivery, error) {
	due := []ministry.Delivery{}
	err := db.view(ctx, func(tx *bbolt.Tx) error {
		return eachSociety(tx, bucketOutbox, func(society stocktake.SocietyID) error {
			var i ministry.Identity
			found, err := readJSON(tx, bucketIdentities, societyKey(society), &i)
			if err != nil || !found || i.Ministry == nil {
				return err
			}
			return eachValue(tx, bucketOutbox, societyKey(society), func(d ministry.Delivery) bool {
				if len(due) < limit && !d.Next.After(now) {
					due = append(due, d)
				}
				return len(due) < limit
			})
		})
	})
	return due, err
}

// Delivered implements ministry.Outbox.
func (db *DB) Delivered(ctx context.Context, society stocktake.SocietyID, at result.Ref, a ministry.Answer) error {
	if err := checkIDs[string](society, ""); err != nil {
		return err
	}
	key := resultKey(society, at.Series, at.Number)
	return db.write(ctx, 1, func(t *turn) error {
		if err := t.answer(key, at, &a); err != nil {
			return err
		}
		return t.delete(bucketOutbox, key)
	})
}

// answer stores what the ministry said of a document.
func (t *turn) answer(key []byte, at result.Ref, a *ministry.Answer) error {
	var s storedResult
	found, err := t.readJSON(bucketResults, key, &s)
	switch {
	case err != nil:
		return err
	case !found:
		return stocktake.NoSuch("result", at.String())
	}
	s.Answer = a
	return t.putJSON(bucketResults, key, s)
}

// Postponed implements ministry.Outbox.
func (db *DB) Postponed(ctx context.Context, p ministry.Postponement) error {
	if err := checkIDs[string](p.Society, ""); err != nil {
		return err
	}
	key := resultKey(p.Society, p.At.Series, p.At.Number)
	return db.write(ctx, 1, func(t *turn) error {
		if t.tx.Bucket(bucketOutbox).Get(key) == nil {
			return nil
		}
		if p.Answer != nil {
			if err := t.answer(key, p.At, p.Answer); err != nil {
				return err
			}
		}
		return t.putJSON(bucketOutbox, key, p.Delivery)
	})
}

// Adopt implements ministry.Outbox.
func (db *DB) Adopt(ctx context.Context, a ministry.Adoption) error {
	if err := checkIDs[string](a.Society, ""); err != nil {
		return err
	}
	docs := make([]stocktake.Document, len(a.Documents))
	for n, d := range a.Documents {
		if err := d.At.Check(); err != nil {
			return err
		}
		docs[n] = stocktake.Document{Hash: d.Hash, Bytes: d.Signed.Document}
	}
	staged, err := db.stage(ctx, a.Society, docs)
	if err != nil {
		return err
	}
	return db.write(ctx, documentWeight(docs, staged)+1, func(t *turn) error {
		c, _, err := storedChain(t.tx, a.Society)
		if err != nil {
			return err
		}
		if c.Head != a.IfHead {
			return count.ChainMoved.New()
		}
		if err := t.replaceKeys(a.Society, a.Keys); err != nil {
			return err
		}
		if err := t.putDocuments(a.Society, docs, staged); err != nil {
			return err
		}
		for _, d := range a.Documents {
			s := storedResult{Stored: d, Signature: d.Signed.Signature}
			s.Delivery = nil
			if err := t.putJSON(bucketResults, resultKey(a.Society, d.At.Series, d.At.Number), s); err != nil {
				return err
			}
			c.Head = result.Head{Ref: d.At, Hash: d.Hash}
		}
		if a.Unlock {
			t.confirm(&c)
		}
		return t.putChain(a.Society, c)
	})
}

// replaceKeys sets the key periods of the society's identity; nil leaves them.
func (t *turn) replaceKeys(society stocktake.SocietyID, keys []result.KeyPeriod) error {
	if keys == nil {
		return nil
	}
	i := ministry.Identity{Society: society}
	if _, err := t.readJSON(bucketIdentities, societyKey(society), &i); err != nil {
		return err
	}
	i.Keys = keys
	return t.putJSON(bucketIdentities, societyKey(society), i)
}

// addKey adds a key period to the society's identity.
func (t *turn) addKey(society stocktake.SocietyID, k result.KeyPeriod) error {
	i := ministry.Identity{Society: society}
	if _, err := t.readJSON(bucketIdentities, societyKey(society), &i); err != nil {
		return err
	}
	i.Keys = append(i.Keys, k)
	slices.SortStableFunc(i.Keys, func(a, b result.KeyPeriod) int { return a.From.Compare(b.From) })
	return t.putJSON(bucketIdentities, societyKey(society), i)
}

// OpenSeries implements ministry.Outbox.
func (db *DB) OpenSeries(ctx context.Context, society stocktake.SocietyID, series uint64) (ministry.Chain, error) {
	if err := checkIDs[string](society, ""); err != nil {
		return ministry.Chain{}, err
	}
	var opened ministry.Chain
	err := db.write(ctx, 1, func(t *turn) error {
		c, _, err := storedChain(t.tx, society)
		switch {
		case err != nil:
			return err
		case series <= c.Head.Series || series > stocktake.MaxNumber:
			return ministry.SeriesUsed.New(series, c.Head.Series)
		}
		c.Head.Ref = result.Ref{Series: series}
		t.confirm(&c)
		opened = ministry.Chain{Head: c.Head}
		return t.putChain(society, c)
	})
	if err != nil {
		return ministry.Chain{}, err
	}
	return opened, nil
}

// PutKeyChange implements ministry.Outbox.
func (db *DB) PutKeyChange(ctx context.Context, k ministry.KeySealing) error {
	if err := checkIDs[string](k.Society, ""); err != nil {
		return err
	}
	if err := k.At.Check(); err != nil {
		return err
	}
	docs := []stocktake.Document{{Hash: k.Signed.Hash(), Bytes: k.Signed.Document}}
	at := seat{
		society: k.Society, at: k.At, kind: ministry.KindKeyChange, hash: docs[0].Hash, previous: k.Previous,
		sig: k.Signed.Signature,
	}
	return db.write(ctx, documentWeight(docs, false), func(t *turn) error {
		c, err := t.checkSeat(&at)
		if err != nil {
			return err
		}
		if err := t.addKey(k.Society, k.Key); err != nil {
			return err
		}
		if err := t.putDocuments(k.Society, docs, false); err != nil {
			return err
		}
		return t.takeSeat(c, &at)
	})
}

// Identity implements ministry.Outbox.
func (db *DB) Identity(ctx context.Context, society stocktake.SocietyID) (ministry.Identity, error) {
	var i ministry.Identity
	err := db.view(ctx, func(tx *bbolt.Tx) error {
		found, err := readJSON(tx, bucketIdentities, societyKey(society), &i)
		if err == nil && !found {
			return stocktake.NoSuch("identity", society)
		}
		return err
	})
	return i, err
}

// Identities implements ministry.Outbox.
func (db *DB) Identities(ctx context.Context) ([]ministry.Identity, error) {
	list := []ministry.Identity{}
	err := db.view(ctx, func(tx *bbolt.Tx) error {
		return eachValue(tx, bucketIdentities, nil, func(i ministry.Identity) bool {
			list = append(list, i)
			return true
		})
	})
	return list, err
}

// PutIdentity implements ministry.Outbox.
func (db *DB) PutIdentity(ctx context.Context, i ministry.Identity) error {
	if err := checkIDs[string](i.Society, ""); err != nil {
		return err
	}
	return db.write(ctx, 1, func(t *turn) error { return t.putJSON(bucketIdentities, societyKey(i.Society), i) })
}
