package boltdb

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"

	"jard/internal/stocktake"
)

// Restore puts a backup in place as a new store at target. The copy is checked and gets a new incarnation: feeds start
// over, signing is locked for every society, and every open session awaits all enrolled devices again. The file stands
// at target only once all that is on disk; a file that is there already is never replaced: FileExists.
func Restore(backup, target string) error {
	if err := checkAbsent(target); err != nil {
		return err
	}
	temp := ""
	err := inspect(backup, false, func(tx *bbolt.Tx) (err error) { // a store that is being served is refused: StoreLocked
		temp, err = tempBeside(target, func(f *os.File) error {
			_, err := tx.WriteTo(f)
			return err
		})
		return err
	})
	if e, ok := errors.AsType[*stocktake.Error](err); ok {
		return e // the backup is damaged, or no store
	}
	if err != nil {
		return fmt.Errorf("restore: %w", writeFault(err))
	}
	defer func() { _ = os.Remove(temp) }()
	if err := Check(temp); err != nil {
		return err
	}
	db, err := Open(temp, Options{})
	if err != nil {
		return err
	}
	err = db.RenewIncarnation(context.Background(), "", "restored from "+filepath.Base(backup))
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	return place(temp, target)
}
