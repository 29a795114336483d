package count

import (
	"context"
	"time"

	"jard/internal/stocktake"
)

// StagnantDays is for how many days nothing of an item was sold, and nothing came in, until what is counted of it is called stagnant. No Kuwaiti
// rule names a number.
const StagnantDays = 180

// Stagnation lists the goods that lie: lines that something was counted of, while the site's feed told of no sale and no receipt of the item.
type Stagnation struct {
	Since time.Time // UTC
	Until time.Time // as far as the feed is complete
	Lines []LineRef // by section and item
}

// Stagnant lists the session's stagnant goods as of what its view was folded from; nil where the feed does not reach back far enough to say so,
// or says nothing. A sale that was taken back counts as one: goods are rather left out than called stagnant wrongly.
func (s *Service) Stagnant(ctx context.Context, v *View) (*Stagnation, error) {
	w := v.Feed.Watermark
	since := w.Through.AddDate(0, 0, -StagnantDays)
	if w.Through.IsZero() || w.Since.After(since) {
		return nil, nil
	}
	offset, err := s.bookedSince(ctx, v.Society, v.Plan.Site, since)
	if err != nil {
		return nil, err
	}
	reaches, moved := offset > 0, map[stocktake.ItemID]bool{}
	for offset < v.Feed.Offset {
		list, err := s.feed.Booked(ctx, v.Society, v.Plan.Site, offset+1, int(min(readPage, v.Feed.Offset-offset)))
		if err != nil {
			return nil, err
		}
		if len(list) == 0 {
			break
		}
		for i := range list {
			m := list[i].Movement
			if m == nil || m.Posts != "" {
				continue
			}
			switch {
			case m.Booked.Before(since):
				reaches = true // told later of what was before
			case m.Kind == stocktake.Sale, m.Kind == stocktake.Receipt, m.Kind == stocktake.Transfer && m.Quantity > 0:
				moved[m.Item] = true
			}
		}
		offset = list[len(list)-1].Offset
	}
	if !reaches {
		return nil, nil
	}
	x := &Stagnation{Since: since.UTC(), Until: w.Through.UTC()}
	for _, l := range v.Lines {
		if l.Variance != nil && l.Variance.Counted > 0 && !moved[l.Item] {
			x.Lines = append(x.Lines, LineRef{Section: l.Section, Item: l.Item})
		}
	}
	return x, nil
}
