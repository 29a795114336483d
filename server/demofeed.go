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

// The demo's feed: what the central market's tills and its store booked in the weeks before, in the night and this morning.
const (
	demoTill   stocktake.PersonID = "erp"
	booksAge                      = 3 * time.Hour // of the snapshot when the demo is made
	weeksBack                     = 3             // of the feed, so that planning knows the hours of the shop
	nightSales                    = 300           // before the snapshot
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

// trade is how the sales of a day spread over its hours in Kuwait, of a hundred: quiet at night, and most of it after sunset.
var trade = [24]int{2, 1, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 6, 5, 4, 4, 6, 8, 9, 10, 9, 7, 5, 3}

// morning gives the books as they were when they were taken, the feed's position that they include, and what has been booked in the weeks before
// and since: together they say what the made-up books say now.
func morning(seed uint64, site market.Site, now time.Time) (books []stocktake.BookLine, held int, since []stocktake.Movement) {
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
	night := taken.Add(-8 * time.Hour)
	first := night.Truncate(24 * time.Hour).Add(-3 * time.Hour) // a midnight in Kuwait
	for day := -7 * weeksBack; day < 0; day++ {
		for hour, share := range trade {
			for range len(books) * share / 2000 { // one line in twenty sells something
				at := first.AddDate(0, 0, day).Add(time.Duration(hour)*time.Hour + time.Duration(dice.Int64N(int64(time.Hour))))
				add(stocktake.Sale, some(), -1000*stocktake.Quantity(1+dice.IntN(3)), at)
			}
		}
	}
	for n := range nightSales {
		add(stocktake.Sale, some(), -1000*stocktake.Quantity(1+dice.IntN(3)), night.Add(time.Duration(n)*8*time.Hour/nightSales))
	}
	held = len(since)
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
	return books, held, since
}

// feedMorning sends the feed of the central market up to when the demo is made.
func (b *builder) feedMorning(ctx context.Context) error {
	books, held, since := morning(b.Seed, b.made.Central, b.MadeAt)
	if err := publishSite(ctx, b.society, demoHome.ID, b.made.Central.Site, books, b.MadeAt.Add(-booksAge), strconv.Itoa(held)); err != nil {
		return err
	}
	for len(since) > 0 {
		n := min(len(since), link.MaxTransfer)
		x := link.Transfer{By: demoTill, Movements: since[:n], Claim: link.Claim{After: since[0].Position - 1, Through: since[n-1].Position}}
		if since = since[n:]; len(since) == 0 {
			x.Watermark = stocktake.Watermark{Since: b.MadeAt.AddDate(0, 0, -7*weeksBack), Through: b.MadeAt}
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
