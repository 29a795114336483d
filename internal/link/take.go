package link

import (
	"context"
	"time"

	"jard/internal/stocktake"
)

// Coverage is what a delivery of movements says about itself as a whole, beside its rows.
type Coverage struct {
	Claim     Claim               // it holds every movement of the feed in this stretch
	Watermark stocktake.Watermark // afterwards the site's movements booked in this span are all here; without a site
}

// aheadOfWatermark is how far a watermark may be in front of the server's clock.
const aheadOfWatermark = 2 * time.Minute

// ImportMovements takes in a file of movements of a site. Where a row is refused nothing is taken, unless the options say that
// the good rows are (Quarantine). Then they are sent to the site's log in order, in transactions of MaxTransfer; the claim and
// the watermark come with the last one. So a delivery that was broken off has no watermark, and is simply sent again. Rows that are
// left out go into the site's quarantine with the first transaction, before any good row or with it; while it holds any, claim and watermark are
// held: what is missing is not all there (Withheld). A movement whose id stands for other content is told among the faults (Conflicting) and keeps nothing else back.
func (im *Importer) ImportMovements(ctx context.Context, by stocktake.Person, f File, site stocktake.SiteID, c Coverage, m Mapping, o Options) (*MovementsResult, error) {
	if err := may(by, MovementsFile); err != nil {
		return nil, err
	}
	if err := stocktake.CheckID("site", string(site)); err != nil {
		return nil, err
	}
	at, of, err := im.directory(ctx, by.Society, site)
	if err != nil {
		return nil, err
	}
	if err := im.checkCoverage(ctx, by.Society, site, c); err != nil { // now, not when all but the last transaction is done
		return nil, err
	}
	m, saved, err := im.mappingFor(ctx, by.Society, MovementsFile, f, m)
	if err != nil {
		return nil, err
	}
	result, err := draftMovements(ctx, f, at, of, im.now(), m, im.limits, o.Quarantine, o.Progress)
	if err != nil {
		return result, err
	}
	result.DryRun = o.DryRun
	if saved {
		result.Source = "saved"
	}
	if err := refusal(&result.Report); err != nil {
		return result, err
	}
	if err := im.move(ctx, by, site, result, c, o.DryRun); err != nil {
		return result, err
	}
	result.Published, result.Unchanged = result.Taken.New > 0 && !o.DryRun, result.Taken.New == 0
	if o.SaveMapping && !o.DryRun {
		return result, im.save(ctx, by.Society, result.Mapping)
	}
	return result, nil
}

// move sends what was read to the site's log.
func (im *Importer) move(ctx context.Context, by stocktake.Person, site stocktake.SiteID, r *MovementsResult, c Coverage, dry bool) error {
	for rest, first := r.movements, true; first || len(rest) > 0; first = false {
		t := Transfer{By: by.ID, Movements: rest[:min(MaxTransfer, len(rest))], DryRun: dry}
		if first {
			t.LeftOut = r.left
		}
		if rest = rest[len(t.Movements):]; len(rest) == 0 && !(dry && r.Waiting > 0) { // a dry run has put nothing into quarantine by now
			t.Claim, t.Watermark = c.Claim, c.Watermark
		}
		taken, err := im.feed.Move(ctx, by.Society, site, t)
		if err != nil {
			return err
		}
		for i := range taken.Conflicts {
			if err := im.conflict(ctx, by.Society, site, r, &taken.Conflicts[i]); err != nil {
				return err
			}
		}
		r.Taken.New, r.Taken.Same, r.Taken.Late = r.Taken.New+taken.New, r.Taken.Same+taken.Same, r.Taken.Late+taken.Late
		r.Taken.LeftOut, r.Taken.Settled, r.Taken.Waits = r.Taken.LeftOut+taken.LeftOut, r.Taken.Settled+taken.Settled, r.Taken.Waits+taken.Waits
		r.Taken.State = taken.State
		if first || !dry {
			r.Waiting = taken.State.Waiting
		}
		if !taken.Watermark.Through.IsZero() {
			r.Watermark = &taken.Watermark
		}
	}
	r.Withheld = r.Waiting > 0 && c != Coverage{}
	r.Faults.sort()
	return nil
}

// conflict tells of a movement that was not taken, and what stands in its place.
func (im *Importer) conflict(ctx context.Context, society stocktake.SocietyID, site stocktake.SiteID, r *MovementsResult, e *Entry) error {
	fault := Fault{Severity: Conflicting, Value: string(e.Movement.ID), Err: movementConflict.New("", "", "", "", 0)}
	if n, ok := r.index[e.Movement.ID]; ok {
		fault.Line = int(r.at[n])
	}
	if r.Faults.Conflicts < r.Faults.keep {
		standing, err := im.feed.Moved(ctx, society, site, e.Against, 1)
		if err != nil {
			return err
		}
		if len(standing) == 1 {
			s := standing[0].Movement
			fault.Err = movementConflict.New(string(s.ID), s.Quantity.String(), string(s.Item), s.Booked.In(kuwait).Format("2006-01-02 15:04:05"), e.Against)
		}
	}
	r.Faults.add(fault)
	return nil
}

// ImportWatermark takes what an integrator says by itself: up to when, or to which position, the movements of a site are all
// here. It gives where the feed stands afterwards.
func (im *Importer) ImportWatermark(ctx context.Context, by stocktake.Person, site stocktake.SiteID, c Coverage, dry bool) (Taken, error) {
	if err := may(by, MovementsFile); err != nil {
		return Taken{}, err
	}
	if _, _, err := im.directory(ctx, by.Society, site); err != nil {
		return Taken{}, err
	}
	if c.Watermark.Through.IsZero() && c.Claim.Through == 0 {
		return Taken{}, watermarkBackwards.New()
	}
	if err := im.checkCoverage(ctx, by.Society, site, c); err != nil {
		return Taken{}, err
	}
	return im.feed.Move(ctx, by.Society, site, Transfer{By: by.ID, Claim: c.Claim, Watermark: c.Watermark, DryRun: dry})
}

func (im *Importer) checkCoverage(ctx context.Context, society stocktake.SocietyID, site stocktake.SiteID, c Coverage) error {
	if through := c.Watermark.Through; through.After(im.now().Add(aheadOfWatermark)) {
		return watermarkAhead.New(through.In(kuwait).Format("2006-01-02 15:04:05"))
	}
	t := Transfer{By: "x", Claim: c.Claim, Watermark: c.Watermark}
	if err := t.Check(); err != nil {
		return err
	}
	state, err := im.feed.Feed(ctx, society, site)
	if err == nil {
		err = state.Say(t.Claim, t.Watermark)
	}
	return err
}

// Feed gives where the feed of a site stands. Who may send movements may see it.
func (im *Importer) Feed(ctx context.Context, by stocktake.Person, site stocktake.SiteID) (FeedState, error) {
	if err := may(by, MovementsFile); err != nil {
		return FeedState{}, err
	}
	if _, _, err := im.directory(ctx, by.Society, site); err != nil {
		return FeedState{}, err
	}
	return im.feed.Feed(ctx, by.Society, site)
}

// Conflicts gives up to limit conflicts of a site's feed, from an entry on.
func (im *Importer) Conflicts(ctx context.Context, by stocktake.Person, site stocktake.SiteID, from uint64, limit int) ([]Entry, error) {
	if err := may(by, MovementsFile); err != nil {
		return nil, err
	}
	return im.feed.Conflicts(ctx, by.Society, site, from, limit)
}

// known is what rows of one site's files may name, by the documents that it was made from.
type known struct {
	catalogue, site stocktake.Hash
	places          *places
	goods           *goods
}

type knownKey struct {
	society stocktake.SocietyID
	site    stocktake.SiteID
}

// maxKnown bounds what is kept between deliveries: a till sends every minute, and the catalogue changes once a day.
const maxKnown = 16

// directory gives what the rows of a site's files may name. A site must be published; a catalogue need not be.
func (im *Importer) directory(ctx context.Context, society stocktake.SocietyID, site stocktake.SiteID) (*places, *goods, error) {
	d, ok, err := published(ctx, im.feed, society, SiteName(site))
	switch {
	case err != nil:
		return nil, nil, err
	case !ok:
		return nil, nil, stocktake.NoSuch("site", site)
	}
	key, k := knownKey{society, site}, known{site: d.Hash}
	if k.catalogue, err = im.publishedHash(ctx, society, CatalogueName); err != nil {
		return nil, nil, err
	}
	im.knownMu.Lock()
	had := im.known[key]
	for _, o := range im.known { // sites of a society share a catalogue
		if o.catalogue == k.catalogue && !k.catalogue.IsZero() {
			k.goods = o.goods
		}
	}
	im.knownMu.Unlock()
	if had.site == k.site && had.catalogue == k.catalogue && had.goods != nil {
		return had.places, had.goods, nil
	}
	plan, _, err := publishedSite(ctx, im.feed, society, site)
	if err != nil {
		return nil, nil, err
	}
	k.places = newPlaces(plan)
	if k.goods == nil {
		items, _, err := publishedItems(ctx, im.feed, society)
		if err != nil {
			return nil, nil, err
		}
		k.goods = newGoods(items)
	}
	im.knownMu.Lock()
	defer im.knownMu.Unlock()
	if len(im.known) >= maxKnown {
		clear(im.known)
	}
	im.known[key] = k
	return k.places, k.goods, nil
}

// Conflicted is a movement that was not taken, and the one that stands under its id.
type Conflicted struct {
	Entry
	Standing stocktake.Movement
}

// LastConflicts gives the last conflicts of a site's feed, the newest first, to those who may see how feeds do.
func (im *Importer) LastConflicts(ctx context.Context, by stocktake.Person, site stocktake.SiteID, limit int) ([]Conflicted, error) {
	if !by.Is(seesHealth...) {
		return nil, stocktake.NotAllowed.New(seesHealth)
	}
	last, err := im.feed.LastConflicts(ctx, by.Society, site, limit)
	if err != nil {
		return nil, err
	}
	list := make([]Conflicted, 0, len(last))
	for n := range last {
		standing, err := im.feed.Moved(ctx, by.Society, site, last[n].Against, 1)
		if err != nil {
			return nil, err
		}
		c := Conflicted{Entry: last[n]}
		if len(standing) == 1 {
			c.Standing = standing[0].Movement
		}
		list = append(list, c)
	}
	return list, nil
}
