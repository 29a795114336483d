package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"jard/internal/boltdb"
)

type backupCmd struct {
	dataFlags
	File string `arg:"" help:"File to write. It must not exist." type:"path"`
}

// Run writes a consistent copy of the store.
func (c *backupCmd) Run(ctx context.Context, s *streams) error {
	var size int64
	err := boltdb.WriteBackup(c.File, func(w io.Writer) error {
		return c.post(ctx, "/backup", []byte("{}"), func(r io.Reader) (err error) {
			size, err = io.Copy(w, r)
			return err
		})
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.Out, "%s: %d bytes, checked. Copy it off this machine.\n", c.File, size)
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
