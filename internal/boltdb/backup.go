package boltdb

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"

	"jard/internal/stocktake"
)

// WriteTo writes a consistent copy of the store, as of one instant, while it is being served.
func (db *DB) WriteTo(w io.Writer) (n int64, err error) {
	err = db.bolt.View(func(tx *bbolt.Tx) error {
		n, err = tx.WriteTo(w)
		return err
	})
	if errors.Is(err, bbolt.ErrDatabaseNotOpen) {
		err = StoreClosed.Wrap(err)
	}
	return n, err
}

// Backup writes a consistent copy of the store to path, while it is being served. The file stands under its name only
// once it is whole, on disk and checked; an older one of that name is replaced then.
func (db *DB) Backup(path string) error {
	temp, err := tempBeside(path, func(f *os.File) error {
		_, err := db.WriteTo(f)
		return err
	})
	if err != nil {
		return fmt.Errorf("back up store: %w", writeFault(err))
	}
	defer func() { _ = os.Remove(temp) }()
	if err := Check(temp); err != nil {
		return fmt.Errorf("check backup: %w", err)
	}
	if err := os.Rename(temp, path); err != nil {
		return fmt.Errorf("back up store: %w", err)
	}
	return syncDirectory(filepath.Dir(path))
}

// tempBeside makes a file in path's directory that only its owner may read, lets f fill it, and puts it on disk.
func tempBeside(path string, f func(*os.File) error) (name string, err error) {
	name = filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+"."+stocktake.RandomID())
	file, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return "", err
	}
	err = f(file)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		_ = os.Remove(name)
		return "", err
	}
	return name, nil
}

// Check walks a whole file that nobody has open for writing, a backup for instance, and answers StoreDamaged when a page
// is torn, lost or used twice, or when it is of another schema.
func Check(path string) (err error) {
	if err := checkIntact(path); err != nil {
		return err
	}
	defer func() {
		if p := recover(); p != nil {
			err = StoreDamaged.Wrap(fmt.Errorf("%v", p), path)
		}
	}()
	bolt, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: lockTimeout, ReadOnly: true, PreLoadFreelist: true})
	switch {
	case errors.Is(err, bbolt.ErrTimeout):
		return StoreLocked.Wrap(err, path)
	case err != nil:
		return StoreDamaged.Wrap(err, path)
	}
	defer func() { err = errors.Join(err, bolt.Close()) }()
	return bolt.View(func(tx *bbolt.Tx) error {
		if err := checkVersion(tx, path); err != nil {
			return err
		}
		var first error
		for fault := range tx.Check() { // read to its end: the walk holds the transaction
			if first == nil {
				first = fault
			}
		}
		if first != nil {
			return StoreDamaged.Wrap(first, path)
		}
		return nil
	})
}
