package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"jard/internal/boltdb"
	"jard/internal/stocktake"
)

type backupCmd struct {
	dataFlags
	File string `arg:"" help:"File to write. It must not exist." type:"path"`
}

// Run writes a consistent copy of the store: beside the file first, renamed when it is whole and on the disk.
func (c *backupCmd) Run(ctx context.Context, s *streams) (err error) {
	if _, err := os.Lstat(c.File); !errors.Is(err, os.ErrNotExist) {
		return fileExists.New(c.File)
	}
	f, err := os.CreateTemp(filepath.Dir(c.File), ".jard-backup-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(f.Name())) }()
	var size int64
	err = c.post(ctx, "/backup", []byte("{}"), func(r io.Reader) (err error) {
		size, err = io.Copy(f, r)
		return err
	})
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), c.File); err != nil { // fails where somebody else made it meanwhile
		return err
	}
	_, err = fmt.Fprintf(s.Out, "%s: %d bytes. Copy it off this machine.\n", c.File, size)
	return err
}

type restoreCmd struct {
	dataFlags
	File string `arg:"" help:"Backup to put in place." type:"existingfile"`
}

// Run makes a store out of a backup, in a data directory that has none.
func (c *restoreCmd) Run(ctx context.Context, s *streams) error {
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return dataUnusable.Wrap(err, c.Data)
	}
	if err := boltdb.Restore(c.File, c.store()); err != nil {
		return err
	}
	_, err := fmt.Fprintf(s.Out, `%s restored under a new incarnation.
Devices send again what it lacks as soon as they connect. Sealing is locked until the ministry's last result is known:
start the server and let it reach the ministry, or open a new series: server society series
The signing keys are not in a backup: put the directory %s back too.
`, c.store(), c.keys())
	return err
}

var fileExists = stocktake.NewReason(stocktake.Conflict, "file-exists",
	"%s exists already. Choose another name: a backup never overwrites.",
	"الملف %s موجود. اختر اسمًا آخر: النسخة الاحتياطية لا تستبدل ملفًا.")
