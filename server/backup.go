package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"jard/internal/boltdb"
	"jard/internal/count"
	"jard/internal/stocktake"
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
	_, err = fmt.Fprintf(s.Out, `%s: %d bytes, checked.
Copy it off this machine, then confirm the copy from there, so that handhelds may drop what it holds:
%s backup-confirm --data %s COPY
`, c.File, size, called(), c.Data)
	return err
}

type backupConfirmCmd struct {
	dataFlags
	Elsewhere bool   `help:"Refuse a copy that lies on the file system of the store, instead of warning. For what confirms without anybody looking."`
	File      string `arg:"" help:"The copy that is off this machine, where it is mounted here or was read back from. Not the file beside the store." type:"existingfile"`
}

// Run reads a copy whole, and has the store record what it holds. Only the operator knows where the copy lies.
func (c *backupConfirmCmd) Run(ctx context.Context, s *streams) error {
	if err := elsewhere(c.dataFlags, c.File); err != nil {
		return err
	}
	same, told := sameFileSystem(c.File, c.Data)
	if c.Elsewhere && (same || !told) {
		return copyOnSameDisk.New(c.File)
	}
	incarnation, marks, err := boltdb.ReadBackup(c.File)
	if err != nil {
		return err
	}
	held := backupHeld{Incarnation: incarnation}
	events := uint64(0)
	for society, list := range marks {
		for stream, mark := range list {
			held.Streams = append(held.Streams, streamHeld{society, stream, mark})
			events += mark.Acked
		}
	}
	if _, err := operate[done](ctx, c.dataFlags, "/backup-confirm", held); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.Out, "%s is whole: %d events of %d streams are safe in it. Keep it until a newer copy is confirmed.\n", c.File, events, len(held.Streams))
	if err == nil && same {
		_, err = fmt.Fprintf(s.Err, "Warning: %s lies on the same file system as the store. If this is no copy of what is elsewhere, one disk that fails takes both.\n"+
			"        إشعار: النسخة على نظام الملفات نفسه الذي عليه المخزن. إن لم تكن لها نسخة في مكان آخر فقد يضيع الاثنان بعطل قرص واحد.\n", c.File)
	}
	return err
}

// elsewhere refuses the store itself, by whatever name, and what lies in its directory: neither outlives it.
func elsewhere(data dataFlags, file string) error {
	store, err := os.Stat(data.store())
	if err != nil {
		return noStore.Wrap(err, data.Data)
	}
	home, err := os.Stat(data.Data)
	if err != nil {
		return err
	}
	copied, err := os.Stat(file)
	if err != nil {
		return err
	}
	path, err := filepath.Abs(file) // first, or links above a relative name stay unresolved
	if err == nil {
		path, err = filepath.EvalSymlinks(path)
	}
	if err != nil {
		return err
	}
	inside := os.SameFile(store, copied)
	for dir := filepath.Dir(path); !inside; dir = filepath.Dir(dir) {
		if at, err := os.Stat(dir); err == nil {
			inside = os.SameFile(home, at)
		}
		if dir == filepath.Dir(dir) {
			break
		}
	}
	if inside {
		return copyBeside.New(file)
	}
	return nil
}

var copyBeside = stocktake.NewReason(stocktake.Invalid, "copy-beside",
	"%s is the store itself or lies in its directory, and is lost with it. Copy the backup off this machine and confirm that copy.",
	"الملف %s هو المخزن نفسه أو يقع في مجلده، ويضيع معه. انسخ النسخة الاحتياطية إلى خارج هذا الجهاز ثم أكّد تلك النسخة.")

var copyOnSameDisk = stocktake.NewReason(stocktake.Invalid, "copy-on-same-disk",
	"%s does not lie on another file system than the store, and nothing was confirmed. Mount the other machine's directory and copy the backup there.",
	"لا يقع الملف %s على نظام ملفات غير الذي عليه المخزن، ولم يُؤكَّد شيء. اربط مجلد الجهاز الآخر وانسخ النسخة الاحتياطية إليه.")

// backupHeld is what a copy holds, as the operator's call has it.
type backupHeld struct {
	Incarnation string       `json:"incarnation"`
	Streams     []streamHeld `json:"streams"`
}

type streamHeld struct {
	Society stocktake.SocietyID `json:"society"`
	Stream  count.Stream        `json:"stream"`
	Mark    count.Mark          `json:"mark"`
}

func (n *node) confirmBackup(ctx context.Context, held backupHeld) (done, error) {
	marks := map[stocktake.SocietyID]map[count.Stream]count.Mark{}
	for _, s := range held.Streams {
		if marks[s.Society] == nil {
			marks[s.Society] = map[count.Stream]count.Mark{}
		}
		marks[s.Society][s.Stream] = s.Mark
	}
	return done{}, n.db.ConfirmBackup(ctx, held.Incarnation, marks)
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
start the server and let it reach the ministry, or open a new series: %s society series
The signing keys are not in a backup: put the directory %s back too.
`, c.store(), called(), c.keys())
	return err
}
