package link

import (
	"context"
	"errors"
	"slices"

	"jard/internal/stocktake"
)

// siteReaders may see the plans of sites: everybody who has to do with counts but counters, whose handhelds get them in packs.
var siteReaders = []stocktake.Role{
	stocktake.SocietyAdministrator, stocktake.Supervisor, stocktake.Manager, stocktake.FinancialController,
	stocktake.AdministrativeController, stocktake.CommitteeMember, stocktake.Witness,
}

func mayRead(by stocktake.Person) error {
	if !by.Is(siteReaders...) {
		return stocktake.NotAllowed.New(siteReaders)
	}
	return stocktake.CheckID("society", string(by.Society))
}

// Sites gives the published plans of a society's sites, by id.
func (im *Importer) Sites(ctx context.Context, by stocktake.Person) ([]stocktake.Site, error) {
	if err := mayRead(by); err != nil {
		return nil, err
	}
	names, err := im.feed.PublishedNames(ctx, by.Society, SiteName(""))
	if err != nil {
		return nil, err
	}
	sites := make([]stocktake.Site, 0, len(names))
	for _, name := range names {
		site, ok, err := publishedSite(ctx, im.feed, by.Society, stocktake.SiteID(name[len(SiteName("")):]))
		if err != nil {
			return nil, err
		}
		if ok {
			sites = append(sites, site)
		}
	}
	return sites, nil
}

// Site gives a site's published plan with its hash, which SaveSite wants back; stocktake.Missing when there is none.
func (im *Importer) Site(ctx context.Context, by stocktake.Person, id stocktake.SiteID) (stocktake.Site, stocktake.Hash, error) {
	if err := mayRead(by); err != nil {
		return stocktake.Site{}, stocktake.Hash{}, err
	}
	hash, _, err := im.feed.Published(ctx, by.Society, SiteName(id))
	if errors.Is(err, stocktake.Missing) {
		return stocktake.Site{}, stocktake.Hash{}, stocktake.NoSuch("site", id)
	}
	if err != nil {
		return stocktake.Site{}, stocktake.Hash{}, err
	}
	site, ok, err := publishedSite(ctx, im.feed, by.Society, id)
	if err == nil && !ok {
		err = stocktake.NoSuch("site", id)
	}
	return site, hash, err
}

// SaveSite publishes an edited plan of a site, or a new site where was is zero, if what is published is still what the
// edit began from. Sessions under way keep the plan that they were issued with.
func (im *Importer) SaveSite(ctx context.Context, by stocktake.Person, site stocktake.Site, was stocktake.Hash) error {
	if err := may(by, PlacesFile); err != nil {
		return err
	}
	if err := site.Check(); err != nil {
		return err
	}
	head, err := stocktake.NewDocument(site)
	if err != nil {
		return err
	}
	im.apply.Lock()
	defer im.apply.Unlock()
	now, _, err := im.feed.Published(ctx, by.Society, SiteName(site.ID))
	if err != nil && !errors.Is(err, stocktake.Missing) {
		return err
	}
	switch {
	case now == head.Hash:
		return nil
	case was.IsZero() && !now.IsZero():
		return siteExists.New(string(site.ID))
	case now != was:
		return siteChanged.New(string(site.ID))
	}
	return im.feed.Publish(ctx, by.Society, SiteName(site.ID), head)
}

// Items gives the published catalogue, by id; none where nothing was imported yet.
func (im *Importer) Items(ctx context.Context, by stocktake.Person) ([]stocktake.Item, error) {
	if err := mayRead(by); err != nil {
		return nil, err
	}
	items, _, err := publishedItems(ctx, im.feed, by.Society)
	slices.SortFunc(items, func(a, b stocktake.Item) int {
		switch {
		case a.ID < b.ID:
			return -1
		case a.ID > b.ID:
			return 1
		}
		return 0
	})
	return items, err
}

var (
	siteExists = stocktake.NewReason(stocktake.Conflict, "site-exists",
		"There is a site %q already. Choose another id.",
		"يوجد مقر بالرمز %q. اختر رمزًا آخر.")
	siteChanged = stocktake.NewReason(stocktake.Conflict, "site-changed",
		"Somebody else changed the site %q meanwhile. Look at it again, then repeat your change.",
		"غيّر شخص آخر المقر %q في هذه الأثناء. راجعه من جديد ثم أعد تعديلك.")
)
