package boltdb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Restore puts a backup in place as a new store at target. The copy is checked and gets a new incarnation: feeds start
// over, signing is locked for every society, and every open session awaits all enrolled devices again. The file stands
// at target only once all that is on disk; a file that is there already is never replaced: FileExists.
func Restore(backup, target string) error {
	if _, err := os.Lstat(target); !errors.Is(err, fs.ErrNotExist) {
		if err != nil {
			return fmt.Errorf("restore: %w", err)
		}
		return FileExists.New(target)
	}
	if err := checkIntact(backup); err != nil {
		return err
	}
	temp, err := tempBeside(target, func(f *os.File) error {
		from, err := os.Open(backup)
		if err != nil {
			return err
		}
		_, err = io.Copy(f, from)
		return errors.Join(err, from.Close())
	})
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
	err = db.RenewIncarnation(context.Background(), "restored from "+filepath.Base(backup))
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	if err := os.Link(temp, target); err != nil { // unlike a rename, fails when target exists
		if errors.Is(err, fs.ErrExist) {
			return FileExists.Wrap(err, target)
		}
		return fmt.Errorf("restore: %w", err)
	}
	return syncDirectory(filepath.Dir(target))
}
