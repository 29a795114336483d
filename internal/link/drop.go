package link

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"jard/internal/stocktake"
)

// Drop is a watched folder: what is put into Dir/SOCIETY is taken in, and moved to done or failed below it with a report
// beside it. A file's name says what it is: items-….csv, book-SITE-….csv or movements-SITE-….csv (or .xlsx, .json). It is
// taken when its size and time have stayed the same for Settle, or at once when a file of its name with .complete at the end
// is there, which may hold, as JSON, what the push API takes as parameters (see marker).
type Drop struct {
	Importer *Importer
	Dir      string
	Logger   *slog.Logger
	Settle   time.Duration // 30 seconds where it is zero

	seen map[string]looked
}

// looked is how a file looked when it was seen to change last.
type looked struct {
	size     int64
	modified time.Time
	since    time.Time
}

// dropper is who takes in what lies in a drop folder: whoever may write there.
const dropper stocktake.PersonID = "drop-folder"

const (
	completed = ".complete"
	doneDir   = "done"
	failedDir = "failed"
)

// marker is what a file that ends in .complete may say.
type marker struct {
	AsOf      time.Time `json:"as_of"`    // of a book, which cannot do without it: a file's own time is not the book's
	Position  string    `json:"position"` // of a book
	Since     time.Time `json:"complete_since"`
	Through   time.Time `json:"complete_through"`
	Positions Claim     `json:"positions"`
	Faults    string    `json:"faults"` // "quarantine"
	Mode      string    `json:"mode"`   // "replace"
}

// Run scans the folder until ctx ends.
func (d *Drop) Run(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if err := d.Scan(ctx); err != nil && ctx.Err() == nil {
			d.Logger.ErrorContext(ctx, "drop folder", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Scan takes in every file that is ready. What could not be taken in for a reason that passes stays for the next scan.
func (d *Drop) Scan(ctx context.Context) error {
	folders, err := os.ReadDir(d.Dir)
	if err != nil {
		return fmt.Errorf("read drop folder: %w", err)
	}
	before := d.seen
	d.seen = make(map[string]looked, len(before))
	for _, f := range folders {
		if society := stocktake.SocietyID(f.Name()); f.IsDir() && !strings.HasPrefix(f.Name(), ".") && stocktake.CheckID("society", f.Name()) == nil {
			err = errors.Join(err, d.society(ctx, society, before))
		}
	}
	return err
}

// dropped is one file of a drop folder that is to be taken in.
type dropped struct {
	name string
	kind Kind
	site stocktake.SiteID
	info fs.FileInfo
}

// society takes in the files of one society: items first, then books, then movements, each by name.
func (d *Drop) society(ctx context.Context, society stocktake.SocietyID, before map[string]looked) error {
	dir := filepath.Join(d.Dir, string(society))
	list, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("read drop folder: %w", err)
	}
	names, err := d.Importer.feed.PublishedNames(ctx, society, SiteName(""))
	if err != nil {
		return err
	}
	var sites []stocktake.SiteID
	for _, name := range names {
		sites = append(sites, stocktake.SiteID(strings.TrimPrefix(name, SiteName(""))))
	}
	var ready []dropped
	for _, f := range list {
		if !f.Type().IsRegular() || passedOver(f.Name()) {
			continue
		}
		info, err := f.Info()
		if err != nil {
			continue // it has gone
		}
		path := filepath.Join(dir, f.Name())
		if !d.settled(path, info, before) {
			continue
		}
		kind, site, _ := NameParcel(f.Name(), sites)
		ready = append(ready, dropped{f.Name(), kind, site, info})
	}
	order := []Kind{ItemsFile, BookFile, MovementsFile}
	slices.SortFunc(ready, func(a, b dropped) int {
		return cmp.Or(cmp.Compare(slices.Index(order, a.kind), slices.Index(order, b.kind)), cmp.Compare(a.name, b.name))
	})
	for _, f := range ready {
		if err := d.take(ctx, society, dir, f); err != nil {
			return err
		}
	}
	return nil
}

// passedOver are names of files that are still being written, or that say something about another.
func passedOver(name string) bool {
	lower := strings.ToLower(name)
	for _, end := range []string{completed, ".part", ".tmp", ".filepart"} {
		if strings.HasSuffix(lower, end) {
			return true
		}
	}
	return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "~")
}

// settled reports whether a file is whole.
func (d *Drop) settled(path string, info fs.FileInfo, before map[string]looked) bool {
	if _, err := os.Stat(path + completed); err == nil {
		return true
	}
	now := looked{info.Size(), info.ModTime(), d.Importer.now()}
	if had, ok := before[path]; ok && had.size == now.size && had.modified.Equal(now.modified) {
		now.since = had.since
	}
	d.seen[path] = now
	return d.Importer.now().Sub(now.since) >= cmp.Or(d.Settle, 30*time.Second)
}

// NameParcel reads from a file's name what it holds and of which site: the longest of the sites that it may mean, or, where
// it means none of them, what stands before the next dash.
func NameParcel(name string, sites []stocktake.SiteID) (Kind, stocktake.SiteID, bool) {
	stem := strings.TrimSuffix(name, filepath.Ext(name))
	lower := strings.ToLower(stem)
	if rest, ok := strings.CutPrefix(lower, string(ItemsFile)); ok && (rest == "" || rest[0] == '-') {
		return ItemsFile, "", true
	}
	for _, kind := range []Kind{BookFile, MovementsFile} {
		if !strings.HasPrefix(lower, string(kind)+"-") {
			continue
		}
		rest := stem[len(kind)+1:]
		best := stocktake.SiteID("")
		for _, site := range sites {
			if after, ok := strings.CutPrefix(rest, string(site)); ok && (after == "" || after[0] == '-') && len(site) > len(best) {
				best = site
			}
		}
		if best == "" {
			head, _, _ := strings.Cut(rest, "-")
			best = stocktake.SiteID(head)
		}
		return kind, best, best != ""
	}
	return "", "", false
}

// take delivers one file and puts it away. An error is one that passes: the file stays.
func (d *Drop) take(ctx context.Context, society stocktake.SocietyID, dir string, f dropped) error {
	path := filepath.Join(dir, f.name)
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("open dropped file: %w", err)
	}
	defer func() { _ = file.Close() }()
	var report any
	p := Parcel{Kind: f.kind, Site: f.site, File: File{Name: f.name, Size: f.info.Size(), Data: file}, Options: Options{Merge: f.kind == ItemsFile}}
	if f.kind == "" {
		err = dropName.New(shorten(sanitize(f.name)))
	} else if err = p.marked(path + completed); err == nil {
		by := stocktake.Person{Society: society, ID: dropper, Roles: []stocktake.Role{stocktake.Integrator}}
		report, err = d.Importer.Deliver(ctx, by, p)
	}
	switch stocktake.CodeOf(err) {
	case stocktake.Unavailable, stocktake.Internal:
		if err != nil {
			return err
		}
	}
	to := doneDir
	if err != nil {
		to = failedDir
	}
	return putAway(dir, f.name, to, report, err)
}

// marked reads what a file's marker says.
func (p *Parcel) marked(path string) error {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read marker: %w", err)
	}
	if strings.TrimSpace(string(text)) == "" {
		return nil
	}
	var m marker
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&m); err != nil {
		return dropMarker.Wrap(err, filepath.Base(path))
	}
	p.AsOf, p.Position = m.AsOf, m.Position
	p.Coverage = Coverage{Claim: m.Positions, Watermark: stocktake.Watermark{Since: m.Since, Through: m.Through}}
	p.Options.Quarantine = m.Faults == "quarantine"
	p.Options.Merge = p.Kind == ItemsFile && m.Mode != "replace"
	return nil
}

// putAway moves a file and its marker, and writes beside it what came of it. What lies there under its name stays.
func putAway(dir, name, to string, report any, cause error) error {
	if err := os.MkdirAll(filepath.Join(dir, to), 0o750); err != nil {
		return fmt.Errorf("put dropped file away: %w", err)
	}
	free := name
	for n := 1; ; n++ {
		if _, err := os.Lstat(filepath.Join(dir, to, free)); errors.Is(err, fs.ErrNotExist) {
			break
		}
		free = fmt.Sprintf("%s.%d", name, n)
	}
	var said struct {
		Error  *Told `json:"error,omitempty"`
		Report any   `json:"report,omitempty"`
	}
	if said.Report = report; cause != nil {
		t := tell(stocktake.Fault(cause))
		said.Error = &t
	}
	text, err := json.MarshalIndent(said, "", " ")
	if err != nil {
		return err
	}
	target := filepath.Join(dir, to, free)
	if err := os.WriteFile(target+".report.json", text, 0o640); err != nil {
		return fmt.Errorf("put dropped file away: %w", err)
	}
	if err := os.Rename(filepath.Join(dir, name), target); err != nil {
		return fmt.Errorf("put dropped file away: %w", err)
	}
	if err := os.Rename(filepath.Join(dir, name+completed), target+completed); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("put dropped file away: %w", err)
	}
	return nil
}

var (
	dropName = stocktake.NewReason(stocktake.Invalid, "drop-name",
		"The name %q does not say what the file holds. Call it items-….csv, book-SITE-….csv or movements-SITE-….csv.",
		"الاسم %q لا يبيّن محتوى الملف. سمّه items-….csv أو book-SITE-….csv أو movements-SITE-….csv.")
	dropMarker = stocktake.NewReason(stocktake.Invalid, "drop-marker",
		"%s cannot be read: leave it empty, or write the JSON object that is described at /api/docs.",
		"تعذّرت قراءة %s: اتركه فارغًا أو اكتب كائن JSON الموصوف في /api/docs.")
)
