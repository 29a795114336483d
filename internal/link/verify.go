package link

import (
	"context"
	"fmt"

	"jard/internal/stocktake"
)

// VerifyMovements recomputes the movement log of a site from its beginning, holds it against the feed's state, and tells each
// thing that is wrong, by the offset of the entry. It gives the number of entries that were looked at.
func VerifyMovements(ctx context.Context, feed Movements, society stocktake.SocietyID, state FeedState, found func(offset uint64, what string)) (uint64, error) {
	previous, next := Genesis(society, state.Site), uint64(1)
	var movements, conflicts uint64
	waiting := map[uint64]bool{}
	var watermark stocktake.Watermark
	for next <= state.Offset {
		entries, err := feed.Moved(ctx, society, state.Site, next, int(min(10_000, state.Offset-next+1)))
		if err != nil || len(entries) == 0 {
			found(next, fmt.Sprintf("unreadable: %v", err))
			return next - 1, ctx.Err()
		}
		for i := range entries {
			e := &entries[i]
			if e.Offset != next {
				found(next, "missing")
				return next - 1, nil
			}
			if previous = Chain(previous, e.AppendStored(nil)); previous != e.Hash {
				found(next, "its hash does not follow from the entries before it and its own bytes")
				return next - 1, nil
			}
			switch e.Kind {
			case Booked:
				movements++
			case Conflict:
				conflicts++
			case Completed:
				watermark = e.Watermark
				if len(waiting) > 0 {
					found(e.Offset, "a watermark was taken while rows waited in quarantine")
				}
			case LeftOut:
				waiting[e.Offset] = true
			case Settled:
				if !waiting[e.Against] {
					found(e.Offset, "it settles a row that does not wait")
				}
				delete(waiting, e.Against)
			}
			next++
		}
	}
	if previous != state.Hash {
		found(state.Offset, "the feed's state names another hash")
	}
	if movements != state.Movements || conflicts != state.Conflicts {
		found(state.Offset, fmt.Sprintf("the feed's state counts %d movements and %d conflicts, the log has %d and %d", state.Movements, state.Conflicts, movements, conflicts))
	}
	if len(waiting) != state.Waiting {
		found(state.Offset, fmt.Sprintf("the feed's state counts %d rows in quarantine, the log has %d", state.Waiting, len(waiting)))
	}
	if watermark != state.Watermark {
		found(state.Offset, "the feed's state has another watermark than the log")
	}
	return next - 1, nil
}
