package link

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"jard/internal/stocktake"
)

// Parcel is one file as an integrator's program or a drop folder brings it.
type Parcel struct {
	Kind     Kind // items, book or movements
	Site     stocktake.SiteID
	File     File
	AsOf     time.Time // of a book
	Position string    // of a book
	Coverage Coverage  // of movements
	Mapping  Mapping
	Options  Options
}

// Delivery is a parcel that was not taken as it was, kept so that somebody can see why: of each kind and site the last one,
// and through Previous those before it.
type Delivery struct {
	Kind        Kind               `json:"kind"`
	Site        stocktake.SiteID   `json:"site,omitempty"`
	File        string             `json:"file"`
	Content     stocktake.Hash     `json:"content,omitzero"` // SHA-256 of the file
	At          time.Time          `json:"at"`
	By          stocktake.PersonID `json:"by"`
	Reason      Told               `json:"reason,omitzero"` // why it was refused; none where a part of it was taken
	Rows        int                `json:"rows,omitempty"`
	Refused     int                `json:"refused,omitempty"`
	Quarantined int                `json:"quarantined,omitempty"`
	Conflicts   int                `json:"conflicts,omitempty"`
	List        []ToldFault        `json:"list,omitempty"`  // the first ones
	Mended      time.Time          `json:"mended,omitzero"` // when one of the kind and site was taken as it was, or no row that was left out waited any more
	Previous    stocktake.Hash     `json:"previous,omitzero"`
}

// Told is a reason in both languages, as it was told.
type Told struct {
	Key     string `json:"key"`
	English string `json:"en"`
	Arabic  string `json:"ar"`
}

// ToldFault is a fault of a file as it was told.
type ToldFault struct {
	Line     int      `json:"line"`
	Column   string   `json:"column,omitempty"`
	Value    string   `json:"value,omitempty"`
	Severity Severity `json:"severity"`
	Told
}

// maxTold is how many faults a delivery keeps, maxRefusedTold one of which nothing was taken.
const (
	maxTold        = 200
	maxRefusedTold = 50
)

// noteEvery bounds what a sender that goes wrong adds to the store for ever: another delivery that is refused as a whole for
// the reason of the last one is noted again only after this long.
const noteEvery = 5 * time.Minute

func tell(e *stocktake.Error) Told { return Told{e.Reason.Key, e.English(), e.Arabic()} }

// deliveryName is the name that the last delivery of a kind and site is published under.
func deliveryName(kind Kind, site stocktake.SiteID) string {
	return deliveries + string(kind) + "/" + string(site)
}

const deliveries = "delivery/"

// Deliver takes a parcel in, and keeps what was wrong with it. The report is given with the error too, where the file was read.
func (im *Importer) Deliver(ctx context.Context, by stocktake.Person, p Parcel) (report any, err error) {
	var r *Report
	waits := 0
	var overtaken error
	switch p.Kind {
	case ItemsFile:
		var got *ItemsResult
		if got, err = im.ImportItems(ctx, by, p.File, p.Mapping, p.Options); got != nil {
			report, r = got, &got.Report
		}
	case BookFile:
		var got *BookResult
		if got, err = im.ImportBook(ctx, by, p.File, p.Site, p.AsOf, p.Position, p.Mapping, p.Options); got != nil {
			report, r = got, &got.Report
			if got.Older && got.Unchanged { // sent again: neither a trouble nor the end of one
				return report, err
			}
			if got.Older {
				overtaken = bookOlder.New(written(p.AsOf), written(got.InUse))
			}
		}
	case MovementsFile:
		var got *MovementsResult
		if got, err = im.ImportMovements(ctx, by, p.File, p.Site, p.Coverage, p.Mapping, p.Options); got != nil {
			report, r, waits = got, &got.Report, got.Taken.Waits
		}
	default:
		return nil, mappingWrong.New("kind", string(p.Kind))
	}
	if noted := im.note(ctx, by, &p, r, waits, cmp.Or(err, overtaken)); noted != nil {
		return report, errors.Join(err, noted)
	}
	return report, err
}

// note keeps a delivery that was not taken as it was. What the server itself could not do, and what somebody may not do, is
// no fault of the feed; nor is the same file sent again news.
func (im *Importer) note(ctx context.Context, by stocktake.Person, p *Parcel, r *Report, waits int, err error) error {
	d := Delivery{Kind: p.Kind, Site: p.Site, File: shorten(sanitize(p.File.Name)), At: kept(im.now()), By: by.ID}
	if err != nil {
		switch stocktake.CodeOf(err) {
		case stocktake.Invalid, stocktake.Conflict, stocktake.NotFound:
		default:
			return nil
		}
		d.Reason = tell(stocktake.Fault(err))
	}
	if r != nil {
		d.Content, d.Rows = r.Content, r.Rows
		d.Refused, d.Quarantined, d.Conflicts = r.Faults.Refused, r.Faults.Quarantined, r.Faults.Conflicts
		for _, f := range r.Faults.List {
			if f.Severity != Warned && len(d.List) < maxTold {
				d.List = append(d.List, ToldFault{f.Line, f.Column, f.Value, f.Severity, tell(f.Err)})
			}
		}
	}
	if d.Site != "" && errors.Is(err, stocktake.Missing) { // any name may be made up: those that nobody knows share one place
		known, found := im.publishedHash(ctx, by.Society, SiteName(d.Site))
		if found != nil {
			return found
		}
		if known.IsZero() {
			d.Site = ""
		}
	}
	clean := d.Reason.Key == "" && d.Conflicts == 0 && waits == 0
	if p.Options.DryRun || stocktake.CheckID("society", string(by.Society)) != nil || p.Site != "" && stocktake.CheckID("site", string(p.Site)) != nil {
		return nil
	}
	if d.Reason.Key != "" && len(d.List) > maxRefusedTold { // nothing of it was taken, and its sender has been told all
		d.List = d.List[:maxRefusedTold]
	}
	im.noting.Lock()
	defer im.noting.Unlock()
	name := deliveryName(p.Kind, d.Site)
	last, found, err := im.delivery(ctx, by.Society, name)
	if clean {
		if err != nil || p.Kind == MovementsFile && im.waiting(ctx, by.Society, p.Site) {
			return err
		}
		return im.mend(ctx, by.Society, name)
	}
	if err != nil || found && last.Mended.IsZero() && last.Content == d.Content && last.Reason.Key == d.Reason.Key && last.Conflicts == d.Conflicts &&
		(!d.Content.IsZero() || last.File == d.File && last.Reason == d.Reason) {
		return err
	}
	if found && last.Mended.IsZero() && last.Reason.Key == d.Reason.Key && d.Reason.Key != "" && d.Conflicts == 0 && d.At.Sub(last.At) < noteEvery && !d.At.Before(last.At) {
		return nil
	}
	if found {
		if d.Previous, err = im.publishedHash(ctx, by.Society, name); err != nil {
			return err
		}
	}
	doc, err := stocktake.NewDocument(d)
	if err != nil {
		return err
	}
	return im.feed.Publish(ctx, by.Society, name, doc)
}

// waiting reports whether rows of a site wait, or that cannot be told.
func (im *Importer) waiting(ctx context.Context, society stocktake.SocietyID, site stocktake.SiteID) bool {
	state, err := im.feed.Feed(ctx, society, site)
	return err != nil || state.Waiting > 0
}

// mend notes of the last trouble of a kind and site that it is over. The caller holds noting.
func (im *Importer) mend(ctx context.Context, society stocktake.SocietyID, name string) error {
	last, found, err := im.delivery(ctx, society, name)
	if err != nil || !found || !last.Mended.IsZero() {
		return err
	}
	last.Mended = kept(im.now())
	doc, err := stocktake.NewDocument(last)
	if err != nil {
		return err
	}
	return im.feed.Publish(ctx, society, name, doc)
}

func (im *Importer) delivery(ctx context.Context, society stocktake.SocietyID, name string) (Delivery, bool, error) {
	var d Delivery
	doc, ok, err := published(ctx, im.feed, society, name)
	if err == nil && ok {
		err = json.Unmarshal(doc.Bytes, &d)
	}
	return d, ok, err
}

// Health is how the feeds of a society do.
type Health struct {
	Feeds    []FeedState `json:"feeds"`    // of every site that ever sent movements
	Troubles []Delivery  `json:"troubles"` // the last delivery of each kind and site that was not taken as it was
}

// seesHealth are those who may see how a society's feeds do: all who answer for its figures, and who sends them.
var seesHealth = []stocktake.Role{stocktake.SocietyAdministrator, stocktake.Manager, stocktake.Supervisor, stocktake.FinancialController,
	stocktake.AdministrativeController, stocktake.Integrator}

// Health gives how the feeds of the society do. It may hold quantities and costs of
// the books, as they stood in faulty cells: it is not for counters.
func (im *Importer) Health(ctx context.Context, by stocktake.Person) (Health, error) {
	if !by.Is(seesHealth...) {
		return Health{}, stocktake.NotAllowed.New(seesHealth)
	}
	feeds, err := im.feed.Feeds(ctx, by.Society)
	if err != nil {
		return Health{}, err
	}
	h := Health{Feeds: feeds, Troubles: []Delivery{}}
	names, err := im.feed.PublishedNames(ctx, by.Society, deliveries)
	if err != nil {
		return Health{}, err
	}
	for _, name := range names {
		d, ok, err := im.delivery(ctx, by.Society, name)
		if err != nil {
			return Health{}, err
		}
		if ok && strings.HasPrefix(name, deliveries+string(d.Kind)) {
			h.Troubles = append(h.Troubles, d)
		}
	}
	return h, nil
}
