package boltdb

import (
	"bytes"
	"context"

	"go.etcd.io/bbolt"

	"jard/internal/account"
	"jard/internal/stocktake"
)

// PutEnrolment implements account.Directory.
func (db *DB) PutEnrolment(ctx context.Context, e account.Enrolment, a account.Act) error {
	if err := checkIDs[string](e.Society, ""); err != nil {
		return err
	}
	return db.write(ctx, 1, func(t *turn) error {
		if opened(t.tx, secretCode, e.Code) != nil {
			return account.CodeTaken.New()
		}
		if err := t.withdraw(e.Society, func(o account.Enrolment) bool { return !o.ExpiresAt.After(a.At) }); err != nil {
			return err
		}
		key := hashKey(e.Society, e.Code)
		if err := t.putJSON(bucketEnrolments, key, e); err != nil {
			return err
		}
		if err := t.put(bucketSecrets, secretKey(secretCode, e.Code), key); err != nil {
			return err
		}
		return t.note(e.Society, a)
	})
}

// withdraw removes the society's waiting codes that match.
func (t *turn) withdraw(society stocktake.SocietyID, match func(account.Enrolment) bool) error {
	var gone [][]byte
	err := eachValue(t.tx, bucketEnrolments, societyKey(society), func(e account.Enrolment) bool {
		if match(e) {
			gone = append(gone, hashKey(society, e.Code))
		}
		return true
	})
	if err != nil {
		return err
	}
	for _, key := range gone {
		if err := t.forgetSecret(bucketEnrolments, key, secretCode); err != nil {
			return err
		}
	}
	return nil
}

// Redeem implements account.Directory.
func (db *DB) Redeem(ctx context.Context, r account.Redemption) (account.Device, error) {
	if err := stocktake.CheckID("device", string(r.Device)); err != nil {
		return account.Device{}, err
	}
	var enrolled account.Device
	err := db.write(ctx, 1, func(t *turn) error {
		code := opened(t.tx, secretCode, r.Code)
		if code == nil {
			return account.CodeUnknown.New()
		}
		var e account.Enrolment
		found, err := t.readJSON(bucketEnrolments, code, &e)
		switch {
		case err != nil:
			return err
		case !found:
			return ValueDamaged.New("enrolment")
		case !e.ExpiresAt.After(r.At):
			return account.CodeUnknown.New()
		}
		key := idKey(e.Society, r.Device)
		if t.tx.Bucket(bucketDevices).Get(key) != nil {
			return account.DeviceExists.New(string(r.Device))
		}
		if opened(t.tx, secretDevice, r.Token) != nil {
			return errSecretTaken
		}
		d := account.Device{Society: e.Society, ID: r.Device, Name: e.Name, EnrolledBy: e.By, EnrolledAt: r.At}
		if d.Name == "" {
			d.Name = r.Name
		}
		if err := t.forgetSecret(bucketEnrolments, code, secretCode); err != nil {
			return err
		}
		if err := t.putJSON(bucketDevices, key, d); err != nil {
			return err
		}
		if err := t.put(bucketSecrets, secretKey(secretDevice, r.Token), key); err != nil {
			return err
		}
		enrolled = d
		return t.note(e.Society, account.Act{At: r.At, Kind: account.Enrolled, Person: e.By, Device: r.Device})
	})
	if err != nil {
		return account.Device{}, err
	}
	return enrolled, nil
}

// DeviceByToken implements account.Directory.
func (db *DB) DeviceByToken(ctx context.Context, token stocktake.Hash) (account.Device, error) {
	var d account.Device
	err := db.view(ctx, func(tx *bbolt.Tx) error {
		key := opened(tx, secretDevice, token)
		if key == nil {
			return stocktake.NoSuch("device", "")
		}
		found, err := readJSON(tx, bucketDevices, key, &d)
		if err == nil && !found {
			return ValueDamaged.New("device") // devices are never removed
		}
		return err
	})
	return d, err
}

// DeviceToken implements account.Directory. It looks through all devices' secrets: it is asked when a file is carried by hand.
func (db *DB) DeviceToken(ctx context.Context, society stocktake.SocietyID, id stocktake.DeviceID) (account.Device, stocktake.Hash, error) {
	var d account.Device
	var token stocktake.Hash
	if checkIDs(society, "device", id) != nil {
		return d, token, stocktake.NoSuch("device", id)
	}
	err := db.view(ctx, func(tx *bbolt.Tx) (err error) {
		if d, err = storedDevice(tx, society, id); err != nil {
			return err
		}
		key := idKey(society, id)
		rows := tx.Bucket(bucketSecrets).Cursor()
		for k, v := rows.Seek([]byte{secretDevice}); len(k) == 1+len(token) && k[0] == secretDevice; k, v = rows.Next() {
			if bytes.Equal(v, key) {
				copy(token[:], k[1:])
				return nil
			}
		}
		return ValueDamaged.New("device")
	})
	if err != nil {
		return account.Device{}, stocktake.Hash{}, err
	}
	return d, token, nil
}

// Devices implements account.Directory.
func (db *DB) Devices(ctx context.Context, society stocktake.SocietyID) ([]account.Device, error) {
	list := []account.Device{}
	if checkIDs[string](society, "") != nil {
		return list, nil
	}
	err := db.view(ctx, func(tx *bbolt.Tx) error {
		return eachValue(tx, bucketDevices, societyKey(society), func(d account.Device) bool {
			list = append(list, d)
			return true
		})
	})
	return list, err
}

func storedDevice(tx *bbolt.Tx, society stocktake.SocietyID, id stocktake.DeviceID) (account.Device, error) {
	var d account.Device
	found, err := readJSON(tx, bucketDevices, idKey(society, id), &d)
	if err == nil && !found {
		err = stocktake.NoSuch("device", id)
	}
	return d, err
}

// RevokeDevice implements account.Directory.
func (db *DB) RevokeDevice(ctx context.Context, society stocktake.SocietyID, a account.Act) (account.Device, error) {
	if checkIDs(society, "device", a.Device) != nil {
		return account.Device{}, stocktake.NoSuch("device", a.Device)
	}
	var revoked account.Device
	err := db.write(ctx, 1, func(t *turn) error {
		d, err := storedDevice(t.tx, society, a.Device)
		if err != nil || d.Revoked {
			revoked = d
			return err
		}
		d.Revoked, d.RevokedBy, d.RevokedAt, d.Reason = true, a.By, a.At, a.Note
		revoked = d
		if err := t.putJSON(bucketDevices, idKey(society, a.Device), d); err != nil {
			return err
		}
		return t.note(society, a)
	})
	if err != nil {
		return account.Device{}, err
	}
	return revoked, nil
}

// RecordDeviceSignIn implements account.Directory.
func (db *DB) RecordDeviceSignIn(ctx context.Context, s account.DeviceSignIn, ifVersion uint64) error {
	if checkIDs(s.Society, "device", s.Device) != nil {
		return stocktake.NoSuch("device", s.Device)
	}
	return db.write(ctx, 1, func(t *turn) error {
		d, err := storedDevice(t.tx, s.Society, s.Device)
		if err != nil {
			return err
		}
		held, found, err := storedPerson(t.tx, s.Society, s.Person)
		switch {
		case err != nil:
			return err
		case d.Revoked:
			return account.DeviceRevoked.New()
		case !found || held.Version != ifVersion:
			return account.Moved.New()
		}
		key := appendID(idKey(s.Society, s.Device), s.Person)
		if t.tx.Bucket(bucketSignedIn).Get(key) != nil {
			return nil
		}
		return t.putJSON(bucketSignedIn, key, s)
	})
}

// SignedIn implements account.Directory.
func (db *DB) SignedIn(ctx context.Context, society stocktake.SocietyID, device stocktake.DeviceID) ([]account.DeviceSignIn, error) {
	if checkIDs(society, "device", device) != nil {
		return nil, nil
	}
	var list []account.DeviceSignIn
	err := db.view(ctx, func(tx *bbolt.Tx) error {
		return eachValue(tx, bucketSignedIn, idKey(society, device), func(s account.DeviceSignIn) bool {
			list = append(list, s)
			return true
		})
	})
	return list, err
}
