package boltdb

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"
	bbolterrors "go.etcd.io/bbolt/errors"

	"jard/internal/stocktake"
)

// WriteTo writes a consistent copy of the store, as of one instant, while it is being served.
func (db *DB) WriteTo(w io.Writer) (n int64, err error) {
	err = db.bolt.View(func(tx *bbolt.Tx) error {
		n, err = tx.WriteTo(w)
		return err
	})
	if errors.Is(err, bbolterrors.ErrDatabaseNotOpen) {
		err = StoreClosed.Wrap(err)
	}
	return n, err
}

// Backup writes a consistent copy of the store to path, while it is being served, as WriteBackup does.
func (db *DB) Backup(path string) error {
	return WriteBackup(path, func(w io.Writer) error {
		_, err := db.WriteTo(w)
		return err
	})
}

// WriteBackup makes a backup of what f writes: the bytes of a store, perhaps from another process. The file stands under
// its name only once it is whole, on disk and checked. One that is there already is never replaced: FileExists.
func WriteBackup(path string, f func(io.Writer) error) error {
	if err := checkAbsent(path); err != nil {
		return err
	}
	var source error
	temp, err := tempBeside(path, func(file *os.File) error {
		source = f(file)
		return source
	})
	switch {
	case source != nil && !noSpace(source):
		return source
	case err != nil:
		return fmt.Errorf("back up store: %w", writeFault(err))
	}
	defer func() { _ = os.Remove(temp) }()
	if err := Check(temp); err != nil {
		return fmt.Errorf("check backup: %w", err)
	}
	return place(temp, path)
}

func checkAbsent(path string) error {
	switch _, err := os.Lstat(path); {
	case err == nil:
		return FileExists.New(path)
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("look for %s: %w", path, err)
	}
	return nil
}

// place gives a finished file its name and puts that on disk.
func place(temp, path string) error {
	err := os.Link(temp, path) // unlike a rename, fails when somebody has made path meanwhile
	if errors.Is(err, fs.ErrExist) {
		return FileExists.Wrap(err, path)
	}
	if err != nil { // a file system without hard links
		if err := checkAbsent(path); err != nil {
			return err
		}
		if err := os.Rename(temp, path); err != nil {
			return fmt.Errorf("name %s: %w", path, writeFault(err))
		}
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
func Check(path string) error {
	return inspect(path, true, func(tx *bbolt.Tx) error { return checkPages(tx, path) })
}

func checkPages(tx *bbolt.Tx, path string) error {
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
}

// inspect opens a file that nobody has open for writing, without changing it, and keeps writers out while f reads. With
// walk set, every page is walked first.
func inspect(path string, walk bool, f func(tx *bbolt.Tx) error) (err error) {
	if err := checkIntact(path); err != nil {
		return err
	}
	defer func() {
		if p := recover(); p != nil {
			err = StoreDamaged.Wrap(fmt.Errorf("%v", p), path)
		}
	}()
	bolt, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: lockTimeout, ReadOnly: true, PreLoadFreelist: walk})
	switch {
	case errors.Is(err, bbolterrors.ErrTimeout):
		return StoreLocked.Wrap(err, path)
	case err != nil:
		return StoreDamaged.Wrap(err, path)
	}
	defer func() { err = errors.Join(err, bolt.Close()) }()
	return bolt.View(f)
}
