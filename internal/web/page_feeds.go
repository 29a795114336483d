package web

import (
	"context"
	"errors"
	"time"

	"jard/internal/stocktake"
)

// Feeds says how the feeds of a society do. The server fills it in.
type Feeds interface {
	Health(ctx context.Context, by stocktake.Person) (FeedHealth, error)
	// Quarantine gives the rows of a site's movements that were left out.
	Quarantine(ctx context.Context, by stocktake.Person, site stocktake.SiteID) (FeedQuarantine, error)
	// Resolve takes rows out of it.
	Resolve(ctx context.Context, by stocktake.Person, site stocktake.SiteID, rows []uint64, reason string) error
}

// FeedHealth is how the feeds of a society do.
type FeedHealth struct {
	Sites    []SiteFeed
	Troubles []FeedTrouble // the last delivery of each kind and site that was not taken as it was
}

// SiteFeed is where a site's feed of movements stands.
type SiteFeed struct {
	Site         stocktake.SiteID
	Received     time.Time
	By           stocktake.PersonID
	Complete     time.Time // the watermark; zero for none
	Position     int64
	Gaps         []PositionGap
	Movements    uint64
	Late         uint64
	Conflicts    uint64
	Conflicted   []FeedConflict // the last ones
	Waiting      int            // rows in quarantine: while there are any, Complete is held
	WaitingSince time.Time
	Settled      bool // rows left the quarantine
}

// PositionGap is a stretch of a feed that no delivery has brought: behind one position and up to another.
type PositionGap struct{ After, Through int64 }

// FeedConflict is a movement that was not taken, because another stands under its id.
type FeedConflict struct {
	At                 time.Time
	ID                 string
	Item               stocktake.ItemID
	Quantity, Standing stocktake.Quantity
	Booked             time.Time
}

// FeedTrouble is a delivery that was not taken as it was.
type FeedTrouble struct {
	Kind        string
	Site        stocktake.SiteID
	File        string
	At          time.Time
	By          stocktake.PersonID
	Reason      stocktake.Name // why it was refused; empty where a part of it was taken
	Refused     int
	Quarantined int
	Conflicts   int
	List        []FeedFault // the first ones
	Mended      bool        // one of its kind and site was taken as it was since
}

// FeedFault is one thing that was wrong with a delivery.
type FeedFault struct {
	Line          int
	Column, Value string
	Text          stocktake.Name
}

var feedReaders = []stocktake.Role{stocktake.SocietyAdministrator, stocktake.Manager, stocktake.Supervisor, stocktake.FinancialController,
	stocktake.AdministrativeController}

func (k *console) feedPages() []route {
	return []route{
		{path: "/feeds", roles: feedReaders, get: k.showFeeds},
		{path: "/feeds/:site/quarantine", roles: feedReaders, get: k.showFeedRows, post: k.resolveFeedRows},
	}
}

// feedRow is a site's feed with what follows from it now.
type feedRow struct {
	SiteFeed
	Lag  time.Duration
	Tone string // wrong, unknown (look at it), or good
}

// lagging is how far behind a watermark may be before the page points at it.
const lagging = 2 * time.Hour

func (k *console) showFeeds(v *visit) error {
	if k.Feeds == nil {
		return NotOffered.New()
	}
	h, err := k.Feeds.Health(v.Request().Context(), v.by)
	if err != nil {
		return err
	}
	rows := make([]feedRow, 0, len(h.Sites))
	for _, s := range h.Sites {
		r := feedRow{SiteFeed: s, Tone: "good"}
		if !s.Complete.IsZero() {
			r.Lag = max(0, k.Now().Sub(s.Complete))
		}
		switch {
		case s.Complete.IsZero(), r.Lag > lagging, len(s.Gaps) > 0, s.Waiting > 0:
			r.Tone = "wrong"
		case s.Conflicts > 0:
			r.Tone = "unknown"
		}
		rows = append(rows, r)
	}
	p, err := k.feedNames(v)
	if err != nil {
		return err
	}
	p.Rows, p.Troubles = rows, h.Troubles
	return v.show("feeds", frame{Title: "feeds.title", Nav: "feeds", Data: p})
}

// feedsPage is how the feeds do, with what sites and people are called.
type feedsPage struct {
	Rows     []feedRow
	Troubles []FeedTrouble
	sites    map[stocktake.SiteID]stocktake.Name
	people   map[stocktake.PersonID]stocktake.Name
}

// feedNames is a page about feeds that knows what sites and people are called.
func (k *console) feedNames(v *visit) (p feedsPage, err error) {
	p.people = map[stocktake.PersonID]stocktake.Name{}
	if p.sites, err = k.siteNames(v); err != nil {
		return p, err
	}
	profiles, err := k.Accounts.People(v.Request().Context(), v.by)
	if err != nil && !errors.Is(err, stocktake.NotAllowed) { // not everybody who sees feeds sees people: ids will do
		return p, err
	}
	for _, x := range profiles {
		p.people[x.ID] = x.Name
	}
	return p, nil
}

// Site is what a site is called; its id where nobody knows.
func (p feedsPage) Site(id stocktake.SiteID) stocktake.Name { return named(p.sites[id], string(id)) }

// Person is what somebody is called; the id where nobody knows.
func (p feedsPage) Person(id stocktake.PersonID) stocktake.Name {
	return named(p.people[id], string(id))
}
