package link

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"jard/internal/stocktake"
)

// Drop is a watched folder: what is put into Dir/SOCIETY is taken in, and moved to done or failed below it with a report
// beside it. A file's name says what it is: items-….csv, book-SITE-DATE….csv or movements-SITE-DATE….csv (or .xlsx, .json). It is
// taken when its size and time have stayed the same for Settle, or at once when a file of its name with .complete at the end
// is there, which may hold, as JSON, what the push API takes as parameters (see marker). It is moved into taking before it is
// read, so that what is read is what is put away, and nothing is followed out of the society's folder (see taking.go).
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
	takingDir = "taking"
)

// marker is what a file that ends in .complete may say.
type marker struct {
	Site      stocktake.SiteID `json:"site"`     // of a book or movements: stands before what the name may say
	AsOf      time.Time        `json:"as_of"`    // of a book, which cannot do without it: a file's own time is not the book's
	Position  string           `json:"position"` // of a book
	Since     time.Time        `json:"complete_since"`
	Through   time.Time        `json:"complete_through"`
	Positions Claim            `json:"positions"`
	Faults    string           `json:"faults"` // "quarantine"
	Mode      string           `json:"mode"`   // "replace"
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

// Scan takes in every file that is ready. What could not be taken in for a reason that passes stays for the next scan, and
// keeps no other file back.
func (d *Drop) Scan(ctx context.Context) error {
	root, err := os.OpenRoot(d.Dir)
	if err != nil {
		return fmt.Errorf("read drop folder: %w", err)
	}
	defer func() { _ = root.Close() }()
	folders, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return fmt.Errorf("read drop folder: %w", err)
	}
	before := d.seen
	d.seen = make(map[string]looked, len(before))
	for _, f := range folders {
		if society := stocktake.SocietyID(f.Name()); f.IsDir() && !strings.HasPrefix(f.Name(), ".") && stocktake.CheckID("society", f.Name()) == nil {
			err = errors.Join(err, d.society(ctx, root, society, before))
		}
	}
	return err
}

// dropped is one file of a drop folder that is to be taken in.
type dropped struct {
	name   string
	kind   Kind
	site   stocktake.SiteID
	named  bool // the name says for certain what it is and of which site
	marked bool
	info   fs.FileInfo
}

// society takes in the files of one society: items first, then books, then movements, each by name.
func (d *Drop) society(ctx context.Context, root *os.Root, society stocktake.SocietyID, before map[string]looked) error {
	names, err := d.Importer.feed.PublishedNames(ctx, society, SiteName(""))
	if err != nil {
		return err
	}
	var sites []stocktake.SiteID
	for _, name := range names {
		sites = append(sites, stocktake.SiteID(strings.TrimPrefix(name, SiteName(""))))
	}
	t, err := openTaking(root, society)
	if err != nil {
		return fmt.Errorf("read drop folder: %w", err)
	}
	defer t.close()
	left, wrong := t.left() // by a scan that broke off
	list, err := fs.ReadDir(t.folder.FS(), ".")
	if err != nil {
		return fmt.Errorf("read drop folder: %w", err)
	}
	var ready []dropped
	for _, name := range left {
		ready = append(ready, nameDropped(name, sites))
	}
	for _, f := range list {
		if !f.Type().IsRegular() || passedOver(f.Name()) || slices.Contains(left, f.Name()) {
			continue
		}
		info, err := f.Info()
		if err != nil {
			continue // it has gone
		}
		x := nameDropped(f.Name(), sites)
		x.info = info
		if _, err := t.folder.Lstat(f.Name() + completed); err == nil {
			x.marked = true
		} else if !d.settled(filepath.Join(string(society), f.Name()), info, before) {
			continue
		}
		ready = append(ready, x)
	}
	order := []Kind{ItemsFile, BookFile, MovementsFile}
	slices.SortFunc(ready, func(a, b dropped) int {
		return cmp.Or(cmp.Compare(slices.Index(order, a.kind), slices.Index(order, b.kind)), cmp.Compare(a.name, b.name))
	})
	for _, f := range ready {
		switch err := d.take(ctx, t, society, f); {
		case err == nil:
		case stocktake.CodeOf(err) == stocktake.Unavailable || ctx.Err() != nil:
			return errors.Join(wrong, err) // the store is away: the next file would fare no better
		default:
			wrong = errors.Join(wrong, fmt.Errorf("%s: %w", f.name, err))
		}
	}
	return wrong
}

func nameDropped(name string, sites []stocktake.SiteID) dropped {
	x := dropped{name: name}
	x.kind, x.site, x.named = NameParcel(name, sites)
	return x
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

// settled reports whether a file without a marker is whole.
func (d *Drop) settled(path string, info fs.FileInfo, before map[string]looked) bool {
	now := looked{info.Size(), info.ModTime(), d.Importer.now()}
	if had, ok := before[path]; ok && had.size == now.size && had.modified.Equal(now.modified) {
		now.since = had.since
	}
	d.seen[path] = now
	return d.Importer.now().Sub(now.since) >= cmp.Or(d.Settle, 30*time.Second)
}

// NameParcel reads from a file's name what it holds and of which site: a known site alone or before a dash and a date (or any
// number of eight digits, or 2026-11-24); for none of the sites, what stands before the first dash. It reports false, with
// the kind, where the name may mean another site: "central-2" is no delivery of central because nobody has told of central-2.
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
		if slices.Contains(sites, stocktake.SiteID(rest)) {
			return kind, stocktake.SiteID(rest), true
		}
		head, _, _ := strings.Cut(rest, "-")
		if !slices.ContainsFunc(sites, func(s stocktake.SiteID) bool { return strings.HasPrefix(rest, string(s)+"-") }) {
			sites = []stocktake.SiteID{stocktake.SiteID(head)}
		}
		var means []stocktake.SiteID
		for _, site := range sites {
			if after, ok := strings.CutPrefix(rest, string(site)); ok && (after == "" || dated.MatchString(after)) {
				means = append(means, site)
			}
		}
		if len(means) == 1 && means[0] != "" {
			return kind, means[0], true
		}
		return kind, "", false
	}
	return "", "", false
}

// dated is what may follow a site in a file's name and cannot belong to the site's id.
var dated = regexp.MustCompile(`^-(\d{8}|\d{4}-\d\d-\d\d)`)

// take delivers one file and puts it away. An error is one that passes: the file stays, outside or in taking.
func (d *Drop) take(ctx context.Context, t *taking, society stocktake.SocietyID, f dropped) error {
	if f.info != nil {
		if ok, err := t.claim(f); err != nil || !ok {
			return err
		}
	}
	p := Parcel{Kind: f.kind, Site: f.site, File: File{Name: f.name}, Options: Options{Merge: f.kind == ItemsFile}}
	by := stocktake.Person{Society: society, ID: dropper, Roles: []stocktake.Role{stocktake.Integrator}}
	report, err := d.deliver(ctx, t, by, &p, f.named)
	switch stocktake.CodeOf(err) {
	case stocktake.Unavailable, stocktake.Internal:
		if err != nil {
			return err
		}
	}
	return t.putAway(f.name, report, err)
}

// deliver reads what was claimed, with its marker. What cannot be read as it lies there is noted like any other fault.
func (d *Drop) deliver(ctx context.Context, t *taking, by stocktake.Person, p *Parcel, named bool) (any, error) {
	file, err := t.open(p.File.Name, p.File.Name)
	if err == nil {
		defer func() { _ = file.Close() }()
		info, statErr := file.Stat()
		if err = statErr; err == nil {
			p.File.Size, p.File.Data = info.Size(), file
			err = t.marked(p)
		}
	}
	if err == nil {
		switch {
		case p.Kind == "":
			return nil, dropName.New(shorten(sanitize(p.File.Name)))
		case p.Kind != ItemsFile && p.Site == "" && !named:
			err = dropSite.New(shorten(sanitize(p.File.Name)))
		default:
			return d.Importer.Deliver(ctx, by, *p)
		}
	}
	if stocktake.CodeOf(err) == stocktake.Invalid && p.Kind != "" {
		err = errors.Join(err, d.Importer.note(ctx, by, p, nil, 0, err))
	}
	return nil, err
}

var (
	dropName = stocktake.NewReason(stocktake.Invalid, "drop-name",
		"The name %q does not say what the file holds. Call it items-….csv, book-SITE-20261124….csv or movements-SITE-20261124….csv.",
		"الاسم %q لا يبيّن محتوى الملف. سمّه items-….csv أو book-SITE-20261124….csv أو movements-SITE-20261124….csv.")
	dropMarker = stocktake.NewReason(stocktake.Invalid, "drop-marker",
		"%s cannot be read: leave it empty, or write the JSON object that is described at /api/docs.",
		"تعذّرت قراءة %s: اتركه فارغًا أو اكتب كائن JSON الموصوف في /api/docs.")
	dropSite = stocktake.NewReason(stocktake.Invalid, "drop-site",
		"The name %q does not say for certain which site it is of. Put a date of eight digits behind the site, as in movements-SITE-20261124.csv, or name the site in the marker: {\"site\": \"…\"}.",
		"الاسم %q لا يحدّد الموقع على وجه اليقين. اكتب بعد الموقع تاريخًا من ثمانية أرقام مثل movements-SITE-20261124.csv، أو اذكر الموقع في ملف الإكمال: ‎{\"site\": \"…\"}.")
	dropUnreadable = stocktake.NewReason(stocktake.Invalid, "drop-unreadable",
		"%s cannot be read: it must be an ordinary file that the server may read. Put it there again with the right permissions.",
		"تعذّرت قراءة %s: يجب أن يكون ملفًا عاديًا يُسمح للخادم بقراءته. ضعه من جديد بالصلاحيات الصحيحة.")
)
