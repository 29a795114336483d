package boltdb

import (
	"context"

	"go.etcd.io/bbolt"

	"jard/internal/ministry"
	"jard/internal/result"
	"jard/internal/stocktake"
)

var _ ministry.Inbox = (*DB)(nil)

// PutEnrolmentCode implements ministry.Inbox.
func (db *DB) PutEnrolmentCode(ctx context.Context, c ministry.EnrolmentCode) error {
	if err := checkIDs[string](c.Society, ""); err != nil {
		return err
	}
	return db.write(ctx, 1, func(t *turn) error { return t.putJSON(bucketCodes, hashKey(c.Society, c.Hash), c) })
}

// EnrolmentCodes implements ministry.Inbox.
func (db *DB) EnrolmentCodes(ctx context.Context) ([]ministry.EnrolmentCode, error) {
	list := []ministry.EnrolmentCode{}
	err := db.view(ctx, func(tx *bbolt.Tx) error {
		return eachValue(tx, bucketCodes, nil, func(c ministry.EnrolmentCode) bool {
			list = append(list, c)
			return true
		})
	})
	return list, err
}

// Admit implements ministry.Inbox.
func (db *DB) Admit(ctx context.Context, a ministry.Admission) (ministry.Member, error) {
	if err := checkIDs[string](a.Society, ""); err != nil {
		return ministry.Member{}, err
	}
	var admitted ministry.Member
	err := db.write(ctx, 1, func(t *turn) error {
		var code ministry.EnrolmentCode
		known, err := t.readJSON(bucketCodes, hashKey(a.Society, a.Code), &code)
		if err != nil {
			return err
		}
		var m ministry.Member
		member, err := t.readJSON(bucketMembers, societyKey(a.Society), &m)
		if err != nil {
			return err
		}
		switch {
		case !known:
			return ministry.CodeWrong.New()
		case !code.SpentOn.IsZero() && code.SpentOn == a.Key && member:
			admitted = m
			return nil
		case !code.SpentOn.IsZero(), !code.ExpiresAt.After(a.At):
			return ministry.CodeWrong.New()
		}
		if !member {
			m = ministry.Member{
				Society: a.Society, Name: code.Name, Governorate: code.Governorate, EnrolledAt: a.At, Head: result.Start(),
			}
		}
		if a.From.Compare(m.Head.Ref) <= 0 {
			return ministry.KeyTooEarly.New(a.From.String(), m.Head.String())
		}
		if n := len(m.Keys); n > 0 && a.From.Compare(m.Keys[n-1].From) <= 0 {
			return ministry.KeyTooEarly.New(a.From.String(), m.Keys[n-1].From.String())
		}
		m.Keys = append(m.Keys, result.KeyPeriod{Key: a.Key, From: a.From})
		code.SpentOn = a.Key
		if err := t.putJSON(bucketCodes, hashKey(a.Society, a.Code), code); err != nil {
			return err
		}
		admitted = m
		return t.putJSON(bucketMembers, societyKey(a.Society), m)
	})
	if err != nil {
		return ministry.Member{}, err
	}
	return admitted, nil
}

// Member implements ministry.Inbox.
func (db *DB) Member(ctx context.Context, society stocktake.SocietyID) (ministry.Member, error) {
	var m ministry.Member
	err := db.view(ctx, func(tx *bbolt.Tx) (err error) {
		m, err = storedMember(tx, society)
		return err
	})
	return m, err
}

func storedMember(tx *bbolt.Tx, society stocktake.SocietyID) (ministry.Member, error) {
	var m ministry.Member
	found, err := readJSON(tx, bucketMembers, societyKey(society), &m)
	if err == nil && !found {
		err = stocktake.NoSuch("society", society)
	}
	return m, err
}

// Members implements ministry.Inbox.
func (db *DB) Members(ctx context.Context) ([]ministry.Member, error) {
	list := []ministry.Member{}
	err := db.view(ctx, func(tx *bbolt.Tx) error {
		return eachValue(tx, bucketMembers, nil, func(m ministry.Member) bool {
			list = append(list, m)
			return true
		})
	})
	return list, err
}

// Receipts implements ministry.Inbox.
func (db *DB) Receipts(ctx context.Context, from uint64, limit int) ([]ministry.Receipted, error) {
	list := []ministry.Receipted{}
	if limit < 1 {
		return list, nil
	}
	err := db.view(ctx, func(tx *bbolt.Tx) error {
		return eachFrom(tx, bucketReceipts, offsetKey(nil, from), nil, func(r ministry.Receipted) bool {
			list = append(list, r)
			return len(list) < limit
		})
	})
	return list, err
}
