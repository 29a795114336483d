package boltdb

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"

	"go.etcd.io/bbolt"

	"jard/internal/account"
	"jard/internal/stocktake"
)

var _ account.Directory = (*DB)(nil)

// SavePerson implements account.Directory.
func (db *DB) SavePerson(ctx context.Context, c account.PersonChange) (account.Account, error) {
	a := c.Account
	if err := checkIDs(a.Society, "person", a.ID); err != nil {
		return account.Account{}, err
	}
	saved := a
	saved.Version++
	err := db.write(ctx, 1, func(t *turn) error {
		held, found, err := storedPerson(t.tx, a.Society, a.ID)
		if err != nil {
			return err
		}
		roll, trail, err := storedRoll(t.tx, a.Society)
		switch {
		case err != nil:
			return err
		case a.Version == 0 && found:
			return account.PersonExists.New(string(a.ID))
		case a.Version != 0 && (!found || held.Version != a.Version), c.IfRoll != nil && *c.IfRoll != roll:
			return account.Moved.New()
		}
		if err := t.putJSON(bucketPeople, idKey(a.Society, a.ID), saved); err != nil {
			return err
		}
		if c.Expel {
			if err := t.expel(a.Society, a.ID); err != nil {
				return err
			}
		}
		return t.act(a.Society, roll+1, trail, c.Act)
	})
	if err != nil {
		return account.Account{}, err
	}
	return saved, nil
}

// Person implements account.Directory.
func (db *DB) Person(ctx context.Context, society stocktake.SocietyID, id stocktake.PersonID) (account.Account, error) {
	var a account.Account
	if checkIDs(society, "person", id) != nil {
		return a, stocktake.NoSuch("person", id)
	}
	err := db.view(ctx, func(tx *bbolt.Tx) error {
		var found bool
		var err error
		a, found, err = storedPerson(tx, society, id)
		if err == nil && !found {
			return stocktake.NoSuch("person", id)
		}
		return err
	})
	return a, err
}

// People implements account.Directory.
func (db *DB) People(ctx context.Context, society stocktake.SocietyID) (account.Roll, error) {
	var roll account.Roll
	if checkIDs[string](society, "") != nil {
		return roll, nil
	}
	err := db.view(ctx, func(tx *bbolt.Tx) (err error) {
		if roll.Version, _, err = storedRoll(tx, society); err != nil {
			return err
		}
		return eachValue(tx, bucketPeople, societyKey(society), func(a account.Account) bool {
			roll.People = append(roll.People, a)
			return true
		})
	})
	return roll, err
}

func storedPerson(tx *bbolt.Tx, society stocktake.SocietyID, id stocktake.PersonID) (a account.Account, found bool, err error) {
	found, err = readJSON(tx, bucketPeople, idKey(society, id), &a)
	return a, found, err
}

// storedRoll gives a society's roll version and the last offset of its trail.
func storedRoll(tx *bbolt.Tx, society stocktake.SocietyID) (roll, trail uint64, err error) {
	b := tx.Bucket(bucketRolls).Get(societyKey(society))
	if b == nil {
		return 0, 0, nil
	}
	if len(b) != 16 {
		return 0, 0, ValueDamaged.New("roll")
	}
	return binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[8:]), nil
}

// act appends to the trail, whose last offset was trail, and sets the roll version.
func (t *turn) act(society stocktake.SocietyID, roll, trail uint64, a account.Act) error {
	a.Offset = trail + 1
	if err := t.putJSON(bucketTrail, offsetKey(societyKey(society), a.Offset), a); err != nil {
		return err
	}
	return t.put(bucketRolls, societyKey(society), offsetKey(offsetKey(nil, roll), a.Offset))
}

// note is act with the roll as it is.
func (t *turn) note(society stocktake.SocietyID, a account.Act) error {
	roll, trail, err := storedRoll(t.tx, society)
	if err != nil {
		return err
	}
	return t.act(society, roll, trail, a)
}

// expel ends a person's sign-ins and withdraws the codes that they issued.
func (t *turn) expel(society stocktake.SocietyID, person stocktake.PersonID) error {
	var gone [][]byte
	err := eachValue(t.tx, bucketSignIns, idKey(society, person), func(s account.SignIn) bool {
		gone = append(gone, signInKey(&s))
		return true
	})
	if err != nil {
		return err
	}
	for _, key := range gone {
		if err := t.forgetSecret(bucketSignIns, key, secretSignIn); err != nil {
			return err
		}
	}
	return t.withdraw(society, func(e account.Enrolment) bool { return e.By == person })
}

// Trail implements account.Directory.
func (db *DB) Trail(ctx context.Context, society stocktake.SocietyID, from uint64, limit int) ([]account.Act, error) {
	var acts []account.Act
	if limit < 1 || checkIDs[string](society, "") != nil {
		return nil, nil
	}
	prefix := societyKey(society)
	err := db.view(ctx, func(tx *bbolt.Tx) error {
		return eachFrom(tx, bucketTrail, offsetKey(prefix, from), prefix, func(a account.Act) bool {
			acts = append(acts, a)
			return len(acts) < limit
		})
	})
	return acts, err
}

// The kinds of secret in bucketSecrets, the first byte of its keys.
const (
	secretSignIn = 's'
	secretCode   = 'c'
	secretDevice = 'd'
)

func secretKey(kind byte, hash stocktake.Hash) []byte { return append([]byte{kind}, hash[:]...) }

// forgetSecret removes a record whose key ends with a secret's hash, and the secret with it.
func (t *turn) forgetSecret(bucket, key []byte, kind byte) error {
	hash := stocktake.Hash(key[len(key)-len(stocktake.Hash{}):])
	if err := t.delete(bucketSecrets, secretKey(kind, hash)); err != nil {
		return err
	}
	return t.delete(bucket, key)
}

// errSecretTaken is no reason for a person: tokens are random, so it is a defect of the caller.
var errSecretTaken = errors.New("a record with this secret exists already")

// opened gives the key of the record that a secret opens, or nil.
func opened(tx *bbolt.Tx, kind byte, hash stocktake.Hash) []byte {
	return bytes.Clone(tx.Bucket(bucketSecrets).Get(secretKey(kind, hash)))
}
