package web

import (
	"strconv"
	"time"

	"jard/internal/stocktake"
)

// FeedQuarantine is what waits of a site's feed of movements, and what last left it.
type FeedQuarantine struct {
	Waiting  []FeedRow
	Since    time.Time // when the oldest came
	Complete time.Time // the watermark, held while rows wait; zero for none
	Held     time.Time // the watermark that will hold once none does; zero where nothing was said
	Settled  []FeedSettled
}

// FeedRow is a row of a delivery of movements that was not taken, as it came.
type FeedRow struct {
	Row         uint64
	At          time.Time
	By          stocktake.PersonID
	Movement    string // the id that it is awaited under; empty where only a person takes it out
	File        string
	Line        int
	Header, Raw string
	Faults      []FeedFault
}

// FeedSettled is a row that waits no more.
type FeedSettled struct {
	FeedRow
	SettledAt time.Time
	SettledBy stocktake.PersonID
	Arrived   bool   // its movement came
	Reason    string // where a person took it out
}

// feedResolvers take rows out of a feed's quarantine.
var feedResolvers = []stocktake.Role{stocktake.SocietyAdministrator, stocktake.Manager}

// feedRowsPage is a site's quarantine.
type feedRowsPage struct {
	feedsPage
	FeedQuarantine
	At   stocktake.SiteID
	Rows piece[FeedRow]
	Acts bool // whoever looks may take rows out
}

func (k *console) feedRows(v *visit) (feedRowsPage, error) {
	p := feedRowsPage{At: stocktake.SiteID(v.Param("site")), Acts: v.by.Is(feedResolvers...)}
	if k.Feeds == nil {
		return p, NotOffered.New()
	}
	var err error
	if p.FeedQuarantine, err = k.Feeds.Quarantine(v.Request().Context(), v.by, p.At); err != nil {
		return p, err
	}
	p.Rows = pieceOf(v, p.Waiting)
	p.feedsPage, err = k.feedNames(v)
	return p, err
}

func (k *console) showFeedRows(v *visit) error {
	p, err := k.feedRows(v)
	if err != nil {
		return err
	}
	return v.show("feedrows", frame{Title: "feeds.rows", Nav: "feeds", Data: p})
}

func (k *console) resolveFeedRows(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	var rows []uint64
	for _, s := range f.All("row") {
		n, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			return FormMalformed.Wrap(err)
		}
		rows = append(rows, n)
	}
	if len(rows) == 0 {
		f.wrong("row", FeedRowsNone.New())
	}
	if f.need("reason"); f.good() {
		if k.Feeds == nil {
			return NotOffered.New()
		}
		err := k.Feeds.Resolve(v.Request().Context(), v.by, stocktake.SiteID(v.Param("site")), rows, f.Get("reason"))
		if err == nil {
			return v.done(v.Request().URL.Path, "done.feed-rows")
		}
		if err := f.blame(err, "row-reason", "reason"); err != nil {
			return err
		}
	}
	p, err := k.feedRows(v)
	if err != nil {
		return err
	}
	return v.again("feedrows", frame{Title: "feeds.rows", Nav: "feeds", Form: f, Data: p})
}

// FeedRowsNone is of a form that takes no row out.
var FeedRowsNone = stocktake.NewReason(stocktake.Invalid, "feed-rows-none",
	"Tick the rows that need not be waited for.",
	"علّم على الصفوف التي لا داعي لانتظارها.")
