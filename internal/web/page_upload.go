package web

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"jard/internal/stocktake"
)

// kept is a file that was uploaded to be looked at before it is taken in. Only who sent it can go on with it.
type kept struct {
	by    stocktake.Person
	kind  ImportKind
	name  string
	path  string
	size  int64
	seen  string         // what was said of the file when its sender last looked at what would become of it
	basis stocktake.Hash // what that rested on
	until time.Time
}

// waits reports whether it is of a person and kind, and not for too long.
func (f *kept) waits(by stocktake.Person, kind ImportKind, now time.Time) bool {
	return f.by.Society == by.Society && f.by.ID == by.ID && f.kind == kind && !now.After(f.until)
}

// keptFor is how long a file waits for its sender's word, and maxKept how many wait at a time in all.
const (
	keptFor = 30 * time.Minute
	maxKept = 16
)

// partOverhead is what a field of a form costs besides its text: a form may not consist of a million empty ones.
const partOverhead = 64

// spooled begins the name of every file that waits on disk.
const spooled = "jard-upload-"

// sweep removes what a server that was killed has left in a directory of its own.
func sweep(dir string) error {
	if dir == "" {
		return nil // the system's, where others' files lie
	}
	files, err := os.ReadDir(dir)
	for _, f := range files {
		if strings.HasPrefix(f.Name(), spooled) {
			err = errors.Join(err, os.Remove(filepath.Join(dir, f.Name())))
		}
	}
	return err
}

// uploads are the files that wait, by a name that nobody can guess.
type uploads struct {
	mu    sync.Mutex
	files map[string]kept
}

// put keeps a file. The sender's earlier ones of the kind go, and those that have waited too long.
func (u *uploads) put(f kept, now time.Time) (string, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for id, x := range u.files {
		if now.After(x.until) || x.waits(f.by, f.kind, now) {
			u.drop(id)
		}
	}
	if len(u.files) >= maxKept {
		return "", errors.Join(ImportBusy.New(), os.Remove(f.path))
	}
	if u.files == nil {
		u.files = map[string]kept{}
	}
	id := stocktake.RandomID()
	u.files[id] = f
	return id, nil
}

// get gives a file to its sender.
func (u *uploads) get(id string, by stocktake.Person, kind ImportKind, now time.Time) (kept, bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	f, ok := u.files[id]
	return f, ok && f.waits(by, kind, now)
}

// waiting is the file of a kind that a person sent last, and its id; empty where none waits.
func (u *uploads) waiting(by stocktake.Person, kind ImportKind, now time.Time) (id string, f kept) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for id, f := range u.files {
		if f.waits(by, kind, now) {
			return id, f
		}
	}
	return "", kept{}
}

// saw notes what was said of a file that its sender has now been shown.
func (u *uploads) saw(id, seen string, basis stocktake.Hash) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if f, ok := u.files[id]; ok {
		f.seen, f.basis = seen, basis
		u.files[id] = f
	}
}

// remove lets a file go.
func (u *uploads) remove(id string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.drop(id)
}

// drop is remove for who holds the lock. A file that cannot be removed is left to the system's own cleaning.
func (u *uploads) drop(id string) {
	if f, ok := u.files[id]; ok {
		_ = os.Remove(f.path)
		delete(u.files, id)
	}
}

// upload reads a form with a file in its last field, which is spooled to disk and kept. Without a file the id is empty.
func (v *visit) upload(kind ImportKind) (f *form, id string, err error) {
	r := v.Request()
	r.Body = http.MaxBytesReader(v.Response(), r.Body, v.k.MaxImport+maxForm)
	parts, err := r.MultipartReader()
	if err != nil {
		f, err := v.form()
		return f, "", err
	}
	f = v.newForm()
	defer func() {
		if err != nil {
			v.k.uploads.remove(id)
			id = ""
		}
	}()
	for room := int64(maxForm); ; {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return f, id, nil
		}
		if err != nil {
			return nil, id, uploadError(err)
		}
		if part.FormName() == "file" {
			if part.FileName() != "" && id == "" {
				if id, err = v.keep(kind, part); err != nil {
					return nil, id, err
				}
			}
			continue
		}
		text, err := io.ReadAll(io.LimitReader(part, maxMapping))
		if err != nil {
			return nil, id, uploadError(err)
		}
		if room -= int64(len(part.FormName()) + len(text) + partOverhead); room < 0 {
			return nil, id, BodyTooLarge.New(maxForm)
		}
		f.Values.Add(part.FormName(), string(text))
	}
}

func (v *visit) keep(kind ImportKind, part *multipart.Part) (id string, err error) {
	file, err := os.CreateTemp(v.k.TempDir, spooled+"*")
	if err != nil {
		return "", uploadError(err)
	}
	size, err := io.Copy(file, part)
	if err = errors.Join(err, file.Close()); err != nil {
		_ = os.Remove(file.Name())
		return "", uploadError(err)
	}
	name := filepath.Base(part.FileName())
	return v.k.uploads.put(kept{by: v.by, kind: kind, name: name[:min(len(name), 255)], path: file.Name(), size: size,
		until: v.k.Now().Add(keptFor)}, v.k.Now())
}
