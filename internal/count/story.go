package count

import (
	"context"
	"slices"
	"time"

	"jard/internal/reconcile"
	"jard/internal/stocktake"
)

// Booked is a movement of the feed beside a line, for people who ask why the line says what it says.
type Booked struct {
	Offset   uint64                 `json:"offset"` // in the site's movement log
	Kind     stocktake.MovementKind `json:"kind"`
	Quantity stocktake.Quantity     `json:"quantity"`
	At       time.Time              `json:"booked"`
	Location stocktake.LocationID   `json:"location,omitempty"`
	Loose    bool                   `json:"loose,omitempty"` // it names no section
	Window   reconcile.Interval     `json:"window"`          // when its goods moved
	// What it adds to the variance: at least, as taken, and at most. They are the same where it is decided.
	Low   stocktake.Quantity `json:"low"`
	Taken stocktake.Quantity `json:"taken"`
	High  stocktake.Quantity `json:"high"`
}

// Undecided reports whether the movement is a part of the band.
func (b *Booked) Undecided() bool { return b.Low != b.High }

// Story lists the movements that a line's variance comes from, by when they were booked: those that add to it, and those that were
// booked since the snapshot. There is none for a line without a variance.
func (f *Fold) Story(section stocktake.SectionID, item stocktake.ItemID) []Booked {
	v := f.View()
	l, sec := v.Line(section, item), f.scene.sections[section]
	if l == nil || l.Variance == nil || !f.scene.fed {
		return nil
	}
	k := lineKey{section, item}
	f.line(stocktake.BookLine{Section: section, Item: item, Quantity: l.Book, Cost: l.Cost}, sec, v.history.meeting(k), v.history)
	var list []Booked
	n := 0
	for i := range f.feed.items[item] {
		b := &f.feed.items[item][i]
		named, location := f.place(b)
		if named != "" && named != section {
			continue
		}
		p := f.scene.basis.Explain(&f.row.Line, n)
		n++
		if p.Low == 0 && p.High == 0 && b.at.Time().Before(f.material.Snapshot.AsOf) {
			continue
		}
		list = append(list, Booked{
			Offset: b.offset, Kind: b.kind.Name(), Quantity: b.quantity, At: b.at.Time(), Location: location, Loose: named == "",
			Window: reconcile.Interval{Start: p.Window.From.Time(), End: p.Window.To.Time()}, Low: p.Low, Taken: p.Taken, High: p.High,
		})
	}
	return slices.Clip(list)
}

// Story is Fold.Story for whoever may see the session's figures.
func (s *Service) Story(ctx context.Context, by stocktake.Person, session stocktake.SessionID, section stocktake.SectionID, item stocktake.ItemID) (list []Booked, err error) {
	if err := may(by, readers...); err != nil {
		return nil, err
	}
	err = s.on(ctx, by.Society, session, func(f *Fold) { list = f.Story(section, item) })
	return list, err
}
