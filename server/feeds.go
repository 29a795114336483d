package main

import (
	"context"

	"jard/internal/link"
	"jard/internal/stocktake"
	"jard/internal/web"
)

// feeds serves web.Feeds with what link keeps.
type feeds struct{ *link.Importer }

// maxConflicted is how many conflicts of a site the console shows.
const maxConflicted = 50

// Health gives how the feeds of the person's society do.
func (f feeds) Health(ctx context.Context, by stocktake.Person) (web.FeedHealth, error) {
	h, err := f.Importer.Health(ctx, by)
	if err != nil {
		return web.FeedHealth{}, err
	}
	var out web.FeedHealth
	for _, s := range h.Feeds {
		row := web.SiteFeed{
			Site: s.Site, Received: s.ReceivedAt, By: s.ReceivedBy, Complete: s.Watermark.Through, Position: int64(s.Position), Movements: s.Movements,
			Late: s.Late, Conflicts: s.Conflicts, Waiting: s.Waiting, WaitingSince: s.WaitingSince,
		}
		if row.Settled, err = f.HasSettled(ctx, by, s.Site); err != nil {
			return out, err
		}
		for _, g := range s.Gaps() {
			row.Gaps = append(row.Gaps, web.PositionGap{After: int64(g.After), Through: int64(g.Through)})
		}
		conflicts, err := f.LastConflicts(ctx, by, s.Site, maxConflicted)
		if err != nil {
			return out, err
		}
		for _, c := range conflicts {
			row.Conflicted = append(row.Conflicted, web.FeedConflict{
				At: c.RecordedAt, ID: string(c.Movement.ID), Item: c.Movement.Item, Quantity: c.Movement.Quantity, Standing: c.Standing.Quantity, Booked: c.Movement.Booked,
			})
		}
		out.Sites = append(out.Sites, row)
	}
	for _, d := range h.Troubles {
		t := web.FeedTrouble{
			Kind: string(d.Kind), Site: d.Site, File: d.File, At: d.At, By: d.By, Reason: stocktake.Name{Arabic: d.Reason.Arabic, English: d.Reason.English},
			Refused: d.Refused, Quarantined: d.Quarantined, Conflicts: d.Conflicts, Mended: !d.Mended.IsZero(),
		}
		for _, x := range d.List {
			t.List = append(t.List, web.FeedFault{Line: x.Line, Column: x.Column, Value: x.Value, Text: stocktake.Name{Arabic: x.Arabic, English: x.English}})
		}
		out.Troubles = append(out.Troubles, t)
	}
	return out, nil
}

// Quarantine gives the rows of a site's movements that were left out.
func (f feeds) Quarantine(ctx context.Context, by stocktake.Person, site stocktake.SiteID) (web.FeedQuarantine, error) {
	q, err := f.Importer.Quarantine(ctx, by, site, 1, link.MaxWaiting)
	if err != nil {
		return web.FeedQuarantine{}, err
	}
	out := web.FeedQuarantine{Since: q.State.WaitingSince, Complete: q.State.Watermark.Through}
	if q.State.Held != nil && q.State.Held.Watermark.Through.After(out.Complete) {
		out.Held = q.State.Held.Watermark.Through
	}
	for n := range q.Waiting {
		out.Waiting = append(out.Waiting, feedRow(&q.Waiting[n]))
	}
	for n := range q.Settled {
		s := &q.Settled[n]
		out.Settled = append(out.Settled, web.FeedSettled{FeedRow: feedRow(&s.Row), SettledAt: s.RecordedAt, SettledBy: s.By, Arrived: s.Arrived > 0, Reason: s.Reason})
	}
	return out, nil
}

func feedRow(e *link.Entry) web.FeedRow {
	r := web.FeedRow{Row: e.Offset, At: e.RecordedAt, By: e.By, Movement: string(e.Row.Movement), File: e.Row.File, Line: e.Row.Line, Header: e.Row.Header, Raw: e.Row.Raw}
	for _, x := range e.Row.Faults {
		r.Faults = append(r.Faults, web.FeedFault{Line: x.Line, Column: x.Column, Value: x.Value, Text: stocktake.Name{Arabic: x.Arabic, English: x.English}})
	}
	return r
}

// Resolve takes rows out of it.
func (f feeds) Resolve(ctx context.Context, by stocktake.Person, site stocktake.SiteID, rows []uint64, reason string) error {
	_, err := f.Importer.Resolve(ctx, by, site, rows, reason)
	return err
}
