package link

import (
	"context"
	"errors"
	"sync"
	"time"

	"jard/internal/stocktake"
)

// Importer takes files in for societies and publishes what they say, all of it or nothing.
type Importer struct {
	// Clock tells what time it is; time.Now where it is nil.
	Clock func() time.Time

	feed   Feed
	limits Limits
	// apply lets one import at a time look at what is published and publish what follows from it: a merge must not
	// overwrite another's. Reading files, which takes the time, is not held up.
	apply sync.Mutex

	noting  sync.Mutex // one trouble at a time names the one before it
	knownMu sync.Mutex
	known   map[knownKey]known
}

// NewImporter gives an importer that publishes to the feed. Zero limits stand for their defaults.
func NewImporter(feed Feed, limits Limits) *Importer {
	return &Importer{feed: feed, limits: limits.withDefaults(), known: make(map[knownKey]known)}
}

func (im *Importer) now() time.Time {
	if im.Clock != nil {
		return im.Clock()
	}
	return time.Now()
}

// Options say how a file is applied. By default it replaces what was published.
type Options struct {
	DryRun      bool            // report what would happen and publish nothing
	Merge       bool            // keep what the file does not name (items and places)
	ReplaceAll  bool            // take a file, too, that would remove more than a tenth of the catalogue or of the book in use, and a book that is older than it
	Quarantine  bool            // of movements: take the good rows of a file with bad ones, and list those
	SaveMapping bool            // save the mapping as it was used, when the file was taken
	Basis       *stocktake.Hash // of the report that the sender looked at: refused where something else is published since; nil takes the file anyhow
	Progress    Progress        // told how far the file has been read; may be nil
}

var (
	itemRoles = []stocktake.Role{stocktake.SocietyAdministrator, stocktake.Supervisor, stocktake.Manager}
	pushRoles = []stocktake.Role{stocktake.SocietyAdministrator, stocktake.Supervisor, stocktake.Manager, stocktake.Integrator}
	bookRoles = []stocktake.Role{stocktake.Integrator, stocktake.FinancialController, stocktake.SocietyAdministrator,
		stocktake.Manager}
)

func rolesFor(kind Kind) []stocktake.Role {
	switch kind {
	case BookFile, MovementsFile:
		return bookRoles
	case ItemsFile:
		return pushRoles
	}
	return itemRoles
}

func may(by stocktake.Person, kind Kind) error {
	if roles := rolesFor(kind); !by.Is(roles...) {
		return stocktake.NotAllowed.New(roles)
	}
	return stocktake.CheckID("society", string(by.Society))
}

// ImportItems takes in a file of items. The result is given with the error too when the file was read and refused: it
// holds the faults.
func (im *Importer) ImportItems(ctx context.Context, by stocktake.Person, f File, m Mapping, o Options) (*ItemsResult, error) {
	if err := may(by, ItemsFile); err != nil {
		return nil, err
	}
	if o.ReplaceAll && !by.Is(itemRoles...) {
		return nil, replaceByMachine.New()
	}
	if o.Quarantine {
		return nil, quarantineWhole.New()
	}
	m, saved, err := im.mappingFor(ctx, by.Society, ItemsFile, f, m)
	if err != nil {
		return nil, err
	}
	d, err := draftItems(ctx, f, m, im.limits, o.Merge, o.Progress)
	if err != nil {
		return nil, err
	}
	im.apply.Lock()
	defer im.apply.Unlock()
	basis, err := im.basis(ctx, by.Society, CatalogueName)
	if err != nil {
		return nil, err
	}
	old, _, err := publishedItems(ctx, im.feed, by.Society)
	if err != nil {
		return nil, err
	}
	if o.Merge {
		d.merge(old)
	}
	d.named()
	result := d.result()
	result.Basis = basis
	if saved {
		result.Source = "saved"
	}
	if err := refusal(&result.Report); err != nil {
		return result, err
	}
	head, chunks, err := stocktake.NewCatalogue(result.Items)
	if err != nil {
		return result, err
	}
	result.Change = compare(old, result.Items)
	if removed := result.Change.Removed; removed*shrinkLimit > len(old) && !o.ReplaceAll {
		return result, catalogueShrinks.New(len(result.Items), removed, len(old))
	}
	return result, im.publish(ctx, by, &result.Report, o, CatalogueName, head, chunks...)
}

// ImportPlaces takes in a file with the sections and locations of a site. Site says what the file cannot: its id, name
// and kind.
func (im *Importer) ImportPlaces(ctx context.Context, by stocktake.Person, f File, site stocktake.Site, m Mapping, o Options) (*PlacesResult, error) {
	if err := may(by, PlacesFile); err != nil {
		return nil, err
	}
	m, saved, err := im.mappingFor(ctx, by.Society, PlacesFile, f, m)
	if err != nil {
		return nil, err
	}
	d, err := draftPlaces(ctx, f, site, m, im.limits, o.Progress)
	if err != nil {
		return nil, err
	}
	im.apply.Lock()
	defer im.apply.Unlock()
	basis, err := im.basis(ctx, by.Society, SiteName(site.ID))
	if err != nil {
		return nil, err
	}
	old, _, err := publishedSite(ctx, im.feed, by.Society, site.ID)
	if err != nil {
		return nil, err
	}
	if o.Merge {
		d.merge(old)
	}
	result := d.result()
	result.Basis = basis
	if saved {
		result.Source = "saved"
	}
	if err := refusal(&result.Report); err != nil {
		return result, err
	}
	if err := result.Site.Check(); err != nil {
		return result, err
	}
	head, err := stocktake.NewDocument(result.Site)
	if err != nil {
		return result, err
	}
	result.Change = compareSites(old, result.Site)
	return result, im.publish(ctx, by, &result.Report, o, SiteName(site.ID), head)
}

// ImportBook takes in a file with the book stock of a site as of an instant. Position is the place in the site's movement
// feed up to which movements are included, "" when the feed names none. The site and the items must be published. One that is older than
// the book in use does not take its place (Older), nor does one without much of its lines, unless a person confirms it (ReplaceAll).
func (im *Importer) ImportBook(ctx context.Context, by stocktake.Person, f File, site stocktake.SiteID, asOf time.Time, position string, m Mapping, o Options) (*BookResult, error) {
	if err := may(by, BookFile); err != nil {
		return nil, err
	}
	if err := stocktake.CheckID("site", string(site)); err != nil {
		return nil, err
	}
	if o.Quarantine {
		return nil, quarantineWhole.New()
	}
	if o.ReplaceAll && !by.Is(bookPeople...) {
		return nil, stocktake.NotAllowed.New(bookPeople)
	}
	if asOf.After(im.now().Add(aheadOfBook)) {
		return nil, bookAhead.New(written(asOf))
	}
	m, saved, err := im.mappingFor(ctx, by.Society, BookFile, f, m)
	if err != nil {
		return nil, err
	}
	names := []string{CatalogueName, SiteName(site), SnapshotName(site)}
	basis, err := im.basis(ctx, by.Society, names...)
	if err != nil {
		return nil, err
	}
	book := Book{AsOf: asOf, Position: position}
	var ok bool
	if book.Site, ok, err = publishedSite(ctx, im.feed, by.Society, site); err != nil {
		return nil, err
	} else if !ok {
		return nil, stocktake.NoSuch("site", site)
	}
	if book.Items, ok, err = publishedItems(ctx, im.feed, by.Society); err != nil {
		return nil, err
	} else if !ok {
		return nil, catalogueFirst.New()
	}
	result, err := ReadBook(ctx, f, book, m, im.limits, o.Progress)
	if err != nil {
		return nil, err
	}
	result.Basis = basis
	if saved {
		result.Source = "saved"
	}
	if err := refusal(&result.Report); err != nil {
		return result, err
	}
	head, err := stocktake.NewSnapshot(result.Snapshot)
	if err != nil {
		return result, err
	}
	im.apply.Lock()
	defer im.apply.Unlock()
	if now, err := im.basis(ctx, by.Society, names...); err != nil {
		return result, err
	} else if now != basis && !o.DryRun { // while the file was read
		return result, publishedChanged.New()
	}
	if older, err := im.overtaken(ctx, by, result, head.Hash, o); err != nil || older {
		return result, err
	}
	return result, im.publish(ctx, by, &result.Report, o, SnapshotName(site), head)
}

// shrinkLimit: a file that would remove more than one item, or line with stock, in so many is more likely part of an export than all
// of one, and is taken only when its sender says so.
const shrinkLimit = 10

func refusal(r *Report) error {
	if r.Faults.Refused > 0 {
		return fileRefused.New(r.Faults.Refused)
	}
	return nil
}

// basis names what is published under several names: what an outcome rests on.
func (im *Importer) basis(ctx context.Context, society stocktake.SocietyID, names ...string) (stocktake.Hash, error) {
	var all []byte
	for _, name := range names {
		hash, err := im.publishedHash(ctx, society, name)
		if err != nil {
			return stocktake.Hash{}, err
		}
		all = append(all, hash[:]...)
	}
	return stocktake.HashOf(all), nil
}

// publishedHash names what is published under a name; zero for nothing.
func (im *Importer) publishedHash(ctx context.Context, society stocktake.SocietyID, name string) (stocktake.Hash, error) {
	hash, _, err := im.feed.Published(ctx, society, name)
	if errors.Is(err, stocktake.Missing) {
		return stocktake.Hash{}, nil
	}
	return hash, err
}

// publish makes the document what the name means, unless it is that already.
func (im *Importer) publish(ctx context.Context, by stocktake.Person, r *Report, o Options, name string, head stocktake.Document, rest ...stocktake.Document) error {
	r.Document, r.DryRun = head.Hash, o.DryRun
	previous, _, err := im.feed.Published(ctx, by.Society, name)
	if err != nil && !errors.Is(err, stocktake.Missing) {
		return err
	}
	r.Previous = previous
	if !previous.IsZero() && previous == head.Hash {
		r.Unchanged = true
	} else if !o.DryRun {
		if o.Basis != nil && *o.Basis != r.Basis {
			return publishedChanged.New()
		}
		if err := im.feed.Publish(ctx, by.Society, name, head, rest...); err != nil {
			return err
		}
		r.Published = true
	}
	if o.SaveMapping && !o.DryRun {
		return im.save(ctx, by.Society, r.Mapping)
	}
	return nil
}

// Mapping gives the saved mapping for files of a kind; stocktake.Missing when none was saved.
func (im *Importer) Mapping(ctx context.Context, by stocktake.Person, kind Kind) (Mapping, error) {
	if err := may(by, kind); err != nil {
		return Mapping{}, err
	}
	m, ok, err := im.saved(ctx, by.Society, kind)
	if err == nil && !ok {
		err = stocktake.NoSuch("mapping", kind)
	}
	return m, err
}

// SaveMapping saves a mapping: files of its kind that come without one, and have its columns, are read by it.
func (im *Importer) SaveMapping(ctx context.Context, by stocktake.Person, m Mapping) error {
	if err := may(by, m.Kind); err != nil {
		return err
	}
	if err := m.Check(); err != nil {
		return err
	}
	return im.save(ctx, by.Society, m)
}

func (im *Importer) save(ctx context.Context, society stocktake.SocietyID, m Mapping) error {
	d, err := stocktake.NewDocument(m)
	if err != nil {
		return err
	}
	hash, _, err := im.feed.Published(ctx, society, MappingName(m.Kind))
	if err == nil && hash == d.Hash {
		return nil
	}
	if err != nil && !errors.Is(err, stocktake.Missing) {
		return err
	}
	return im.feed.Publish(ctx, society, MappingName(m.Kind), d)
}

func (im *Importer) saved(ctx context.Context, society stocktake.SocietyID, kind Kind) (Mapping, bool, error) {
	d, ok, err := published(ctx, im.feed, society, MappingName(kind))
	if err != nil || !ok {
		return Mapping{}, false, err
	}
	m, err := ReadMapping(d)
	return m, err == nil, err
}

// mappingFor gives the mapping to read a file by. A mapping that names columns is taken as it is. Otherwise the saved
// one is, if the file has all of its columns; what the caller did set stands before what was saved.
func (im *Importer) mappingFor(ctx context.Context, society stocktake.SocietyID, kind Kind, f File, m Mapping) (Mapping, bool, error) {
	if m.Kind == "" {
		m.Kind = kind
	}
	if len(m.Columns) > 0 || f.Size <= 0 || f.Size > im.limits.Bytes {
		return m, false, nil
	}
	saved, ok, err := im.saved(ctx, society, kind)
	if err != nil || !ok {
		return m, false, err
	}
	m = m.over(saved)
	t, err := openTable(f, m, im.limits)
	if errors.Is(err, sheetMissing) {
		m.Sheet = "" // sheets are often called by their date
		t, err = openTable(f, m, im.limits)
	}
	if err != nil {
		return m, false, err
	}
	if t.content.json || len(t.columns) < len(m.Columns) {
		m.Columns, m.HeaderRow, m.Delimiter, m.Sheet = nil, 0, "", "" // another export: its shape is its own
		return m, false, nil
	}
	return m, true, nil
}
