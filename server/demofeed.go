package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"jard/internal/link"
	"jard/internal/reconcile"
	"jard/internal/stocktake"
	"jard/server/market"
)

// The demo's feed: what the central market's tills and its store booked in the night and this morning.
const (
	demoTill   stocktake.PersonID = "erp"
	booksAge                      = 3 * time.Hour // of the snapshot when the demo is made
	booksHold                     = 300           // the feed's position that it includes
	deliveries                    = 60            // of the lines, one in so many has had a delivery since
	demoBeat                      = 20 * time.Second
)

// demoRules suit an evening's demonstration: a shop whose paper is done within minutes, but for deliveries, which stand about for hours.
func demoRules() *reconcile.Rules {
	r := reconcile.DefaultRules()
	r.Sale.Early, r.Return.Late = 15*60, 15*60
	for _, w := range []*reconcile.Window{&r.Receipt, &r.Transfer, &r.WriteOff} {
		w.Early, w.Late = 10*60, 15*60
	}
	r.Receipt.Late, r.Voiding, r.Posting, r.Clock = 3*3600, 10*60, 15*60, 5
	return &r
}

// morning gives the books as they were when they were taken, and what has been booked around then and since: together they say what
// the made-up books say now.
func morning(seed uint64, site market.Site, now time.Time) (books []stocktake.BookLine, since []stocktake.Movement) {
	dice := rand.New(rand.NewPCG(seed, 0xfeed))
	taken := now.Add(-booksAge)
	books = slices.Clone(site.Book)
	add := func(kind stocktake.MovementKind, line *stocktake.BookLine, q stocktake.Quantity, at time.Time) {
		n := len(since) + 1
		m := stocktake.Movement{
			ID: stocktake.MovementID(fmt.Sprintf("%s-%d", kind, 70_000+n)), Kind: kind, Item: line.Item, Quantity: q, Position: stocktake.Position(n),
			Booked: at.UTC().Truncate(time.Millisecond),
		}
		if kind != stocktake.Sale { // a till does not know sections
			m.Section = line.Section
		}
		since = append(since, m)
	}
	some := func() *stocktake.BookLine { return &books[dice.IntN(len(books))] }
	for n := range booksHold {
		add(stocktake.Sale, some(), -1000*stocktake.Quantity(1+dice.IntN(3)), taken.Add(-8*time.Hour+time.Duration(n)*8*time.Hour/booksHold))
	}
	for n := range len(books) / 10 {
		line, q := some(), 1000*stocktake.Quantity(1+dice.IntN(3))
		add(stocktake.Sale, line, -q, taken.Add(time.Minute+time.Duration(n)*(booksAge-2*time.Minute)/time.Duration(len(books)/10)))
		line.Quantity += q
	}
	for n := range books {
		if line, q := &books[n], stocktake.Quantity(12_000); line.Quantity > 2*q && dice.IntN(deliveries) == 0 {
			add(stocktake.Receipt, line, q, now.Add(-time.Duration(dice.Int64N(int64(booksAge-time.Hour)))))
			line.Quantity -= q
		}
	}
	return books, since
}

// feedMorning sends the feed of the central market up to when the demo is made.
func (b *builder) feedMorning(ctx context.Context) error {
	books, since := morning(b.Seed, b.made.Central, b.MadeAt)
	if err := publishSite(ctx, b.society, demoHome.ID, b.made.Central.Site, books, b.MadeAt.Add(-booksAge), strconv.Itoa(booksHold)); err != nil {
		return err
	}
	for len(since) > 0 {
		n := min(len(since), link.MaxTransfer)
		x := link.Transfer{By: demoTill, Movements: since[:n], Claim: link.Claim{After: since[0].Position - 1, Through: since[n-1].Position}}
		if since = since[n:]; len(since) == 0 {
			x.Watermark = stocktake.Watermark{Since: b.MadeAt.AddDate(0, 0, -1), Through: b.MadeAt}
		}
		if _, err := b.society.db.Move(ctx, demoHome.ID, b.made.Central.ID, x); err != nil {
			return err
		}
	}
	return nil
}

// tick has the tills say that they have sent everything, as long as the demo runs.
func (d *demonstration) tick(ctx context.Context) error {
	beat := time.NewTicker(demoBeat)
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case at := <-beat.C:
			x := link.Transfer{By: demoTill, Watermark: stocktake.Watermark{Through: at}}
			if _, err := d.society.db.Move(ctx, demoHome.ID, "central", x); err != nil && ctx.Err() == nil {
				return err
			}
		}
	}
}
