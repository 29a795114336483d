package link

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"jard/internal/stocktake"
)

// taking is where one society's dropped files are while they are read: each in a folder of its own under taking, as NAME,
// NAME.complete and, once it is known what came of it, report. Whoever may write into the drop folder is not trusted with
// anything beyond it: every path goes through an os.Root, links are not followed, and only ordinary files are read.
type taking struct{ folder, files *os.Root }

// maxMarker bounds a marker, in bytes.
const maxMarker = 64 << 10

// reported is what came of a file, in its folder under taking.
const reported = "report"

// openTaking opens a society's folder and makes taking, done and failed in it, none of which may be a link.
func openTaking(root *os.Root, society stocktake.SocietyID) (*taking, error) {
	t := &taking{}
	var err error
	if t.folder, err = root.OpenRoot(string(society)); err != nil {
		return nil, err
	}
	for _, name := range []string{takingDir, doneDir, failedDir} {
		if err = ownFolder(t.folder, name); err != nil {
			t.close()
			return nil, err
		}
	}
	if t.files, err = t.folder.OpenRoot(takingDir); err != nil {
		t.close()
		return nil, err
	}
	return t, nil
}

func ownFolder(in *os.Root, name string) error {
	if err := in.Mkdir(name, 0o750); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	info, err := in.Lstat(name)
	if err == nil && !info.IsDir() {
		err = fmt.Errorf("%s is no folder", name)
	}
	return err
}

func (t *taking) close() {
	_ = t.folder.Close()
	if t.files != nil {
		_ = t.files.Close()
	}
}

// claim moves a file and its marker into taking. It reports false where the file has gone, or is not the settled one any
// more: then it is put back. The marker goes first, so that none is ever left outside without its file, to speak for the
// next one of its name.
func (t *taking) claim(f dropped) (bool, error) {
	at := takingDir + "/" + f.name + "/"
	if err := ownFolder(t.files, f.name); err != nil {
		return false, err
	}
	if f.marked {
		if err := t.folder.Rename(f.name+completed, at+f.name+completed); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return false, err
		}
	}
	if err := t.folder.Rename(f.name, at+f.name); err != nil {
		back := t.giveBack(f.name)
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		return false, errors.Join(err, back)
	}
	info, err := t.files.Lstat(f.name + "/" + f.name)
	if err == nil && !f.marked && info.Mode().IsRegular() && (info.Size() != f.info.Size() || !info.ModTime().Equal(f.info.ModTime())) {
		if _, err := t.folder.Lstat(f.name); errors.Is(err, fs.ErrNotExist) { // it is still being written
			err = t.folder.Rename(at+f.name, f.name)
			return false, errors.Join(err, t.files.Remove(f.name))
		}
	}
	return true, err
}

// giveBack puts a marker that was claimed without its file back, unless there is another by now.
func (t *taking) giveBack(name string) error {
	_, err := t.folder.Lstat(name + completed)
	if errors.Is(err, fs.ErrNotExist) {
		if err = t.folder.Rename(takingDir+"/"+name+"/"+name+completed, name+completed); errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
	} else if err == nil {
		err = t.files.RemoveAll(name)
	}
	if err == nil {
		err = t.files.RemoveAll(name)
	}
	return err
}

// left gives the files that a scan which broke off had claimed and not put away, and finishes what it had begun with others.
func (t *taking) left() (names []string, wrong error) {
	list, err := fs.ReadDir(t.files.FS(), ".")
	if err != nil {
		return nil, err
	}
	for _, f := range list {
		name := f.Name()
		if !f.IsDir() {
			continue
		}
		_, there := t.files.Lstat(name + "/" + name)
		_, said := t.files.Lstat(name + "/" + reported)
		switch {
		case said == nil:
			err = t.move(name)
		case there != nil:
			err = t.giveBack(name)
		default:
			names = append(names, name)
			continue
		}
		if err != nil {
			wrong = errors.Join(wrong, fmt.Errorf("%s: %w", name, err))
		}
	}
	return names, wrong
}

// open opens one of the files that were claimed by a name.
func (t *taking) open(name, file string) (*os.File, error) {
	path := name + "/" + file
	info, err := t.files.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, dropUnreadable.New(shorten(sanitize(file)))
	}
	f, err := t.files.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.ELOOP) {
		return nil, dropUnreadable.Wrap(err, shorten(sanitize(file)))
	}
	if err != nil {
		return nil, err
	}
	if now, err := f.Stat(); err != nil || !os.SameFile(info, now) {
		_ = f.Close()
		return nil, dropUnreadable.New(shorten(sanitize(file)))
	}
	return f, nil
}

// marked reads what a file's marker says.
func (t *taking) marked(p *Parcel) error {
	name := p.File.Name + completed
	file, err := t.open(p.File.Name, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	text, err := io.ReadAll(io.LimitReader(file, maxMarker+1))
	if err != nil {
		return fmt.Errorf("read marker: %w", err)
	}
	if len(text) > maxMarker {
		return dropMarker.New(shorten(sanitize(name)))
	}
	if strings.TrimSpace(string(text)) == "" {
		return nil
	}
	var m marker
	if err := decodeOnly(strings.NewReader(string(text)), &m); err != nil {
		return dropMarker.Wrap(err, shorten(sanitize(name)))
	}
	quarantine, replace := m.Faults == "quarantine", m.Mode == "replace"
	if !quarantine && m.Faults != "" && m.Faults != "refuse" || !replace && m.Mode != "" && m.Mode != "merge" ||
		quarantine && p.Kind != MovementsFile || replace && p.Kind != ItemsFile || m.Site != "" && stocktake.CheckID("site", string(m.Site)) != nil {
		return dropMarker.New(shorten(sanitize(name)))
	}
	if m.Site != "" && p.Kind != ItemsFile {
		p.Site = m.Site
	}
	p.AsOf, p.Position = m.AsOf, m.Position
	p.Coverage = Coverage{Claim: m.Positions, Watermark: stocktake.Watermark{Since: m.Since, Through: m.Through}}
	p.Options.Quarantine = quarantine
	p.Options.Merge = p.Kind == ItemsFile && !replace
	return nil
}

// decodeOnly reads one JSON value with nothing unknown in it and nothing behind it.
func decodeOnly(in io.Reader, v any) error {
	d := json.NewDecoder(in)
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.Join(errTrailing, err)
	}
	return nil
}

var errTrailing = errors.New("something follows the JSON value")

// putAway writes beside a claimed file what came of it, and moves them to done or failed. What lies there stays.
func (t *taking) putAway(name string, report any, cause error) error {
	var said struct {
		Error  *Told `json:"error,omitempty"`
		Report any   `json:"report,omitempty"`
	}
	if said.Report = report; cause != nil {
		e := tell(stocktake.Fault(cause))
		said.Error = &e
	}
	text, err := json.MarshalIndent(said, "", " ")
	if err != nil {
		return err
	}
	part := name + "/" + reported + ".part"
	if err := t.files.RemoveAll(part); err != nil {
		return fmt.Errorf("put dropped file away: %w", err)
	}
	f, err := t.files.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
	if err != nil {
		return fmt.Errorf("put dropped file away: %w", err)
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Close()); err == nil {
		err = t.files.Rename(part, name+"/"+reported)
	}
	if err == nil {
		err = t.move(name)
	}
	if err != nil {
		return fmt.Errorf("put dropped file away: %w", err)
	}
	return nil
}

// move moves a file of which it is known what came of it to done or failed, with its marker and, at last, its report.
func (t *taking) move(name string) error {
	f, err := t.open(name, reported)
	if err != nil {
		return err
	}
	var said struct {
		Error json.RawMessage `json:"error"`
	}
	err = json.NewDecoder(f).Decode(&said)
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	to := doneDir
	if said.Error != nil {
		to = failedDir
	}
	free := ""
	for n := 0; free == ""; n++ {
		candidate := name
		if n > 0 {
			candidate = fmt.Sprintf("%s.%d", name, n)
		}
		taken := false
		for _, end := range []string{"", completed, ".report.json"} {
			_, err := t.folder.Lstat(to + "/" + candidate + end)
			taken = taken || !errors.Is(err, fs.ErrNotExist)
		}
		if !taken {
			free = candidate
		}
	}
	from := takingDir + "/" + name + "/"
	for _, x := range [][2]string{{name, ""}, {name + completed, completed}, {reported, ".report.json"}} {
		if err := t.folder.Rename(from+x[0], to+"/"+free+x[1]); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return t.files.Remove(name)
}
