package boltdb

import (
	"context"

	"go.etcd.io/bbolt"

	"jard/internal/account"
	"jard/internal/stocktake"
)

// signInKey orders a person's sign-ins by their instants.
func signInKey(s *account.SignIn) []byte {
	return append(appendInstant(idKey(s.Society, s.Person), s.At), s.Token[:]...)
}

// PutSignIn implements account.Directory.
func (db *DB) PutSignIn(ctx context.Context, s account.SignIn, ifVersion uint64, a account.Act) error {
	if checkIDs(s.Society, "person", s.Person) != nil {
		return account.Moved.New()
	}
	return db.write(ctx, 1, func(t *turn) error {
		held, found, err := storedPerson(t.tx, s.Society, s.Person)
		if err != nil {
			return err
		}
		if !found || held.Version != ifVersion {
			return account.Moved.New()
		}
		if opened(t.tx, secretSignIn, s.Token) != nil {
			return errSecretTaken
		}
		var gone, kept [][]byte // kept is in order of the instants
		err = eachValue(t.tx, bucketSignIns, idKey(s.Society, s.Person), func(o account.SignIn) bool {
			if o.ExpiresAt.After(s.At) {
				kept = append(kept, signInKey(&o))
			} else {
				gone = append(gone, signInKey(&o))
			}
			return true
		})
		if err != nil {
			return err
		}
		if over := len(kept) - (account.MaxSignIns - 1); over > 0 {
			gone = append(gone, kept[:over]...)
		}
		for _, key := range gone {
			if err := t.forgetSecret(bucketSignIns, key, secretSignIn); err != nil {
				return err
			}
		}
		key := signInKey(&s)
		if err := t.putJSON(bucketSignIns, key, s); err != nil {
			return err
		}
		if err := t.put(bucketSecrets, secretKey(secretSignIn, s.Token), key); err != nil {
			return err
		}
		return t.note(s.Society, a)
	})
}

// SignInByToken implements account.Directory.
func (db *DB) SignInByToken(ctx context.Context, token stocktake.Hash) (account.SignIn, account.Account, error) {
	var s account.SignIn
	var a account.Account
	err := db.view(ctx, func(tx *bbolt.Tx) error {
		key := opened(tx, secretSignIn, token)
		if key == nil {
			return stocktake.NoSuch("sign-in", "")
		}
		found, err := readJSON(tx, bucketSignIns, key, &s)
		switch {
		case err != nil:
			return err
		case !found:
			return ValueDamaged.New("sign-in")
		}
		if a, found, err = storedPerson(tx, s.Society, s.Person); err == nil && !found {
			return ValueDamaged.New("person") // people are never removed
		}
		return err
	})
	if err != nil {
		return account.SignIn{}, account.Account{}, err
	}
	return s, a, nil
}

// EndSignIn implements account.Directory.
func (db *DB) EndSignIn(ctx context.Context, token stocktake.Hash) error {
	return db.write(ctx, 1, func(t *turn) error {
		key := opened(t.tx, secretSignIn, token)
		if key == nil {
			return nil
		}
		return t.forgetSecret(bucketSignIns, key, secretSignIn)
	})
}
