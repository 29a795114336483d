package count

import (
	"maps"
	"slices"
	"time"

	"jard/internal/stocktake"
)

// lastHeard is when the server last recorded anything of each handheld. Every view has one of its own, and each scan changes it: the
// times are copied, while who stands where is shared until a handheld comes that was not there.
type lastHeard struct {
	place  map[stocktake.DeviceID]int
	at     []time.Time
	shared bool // a view has place too
}

func (h *lastHeard) note(device stocktake.DeviceID, at time.Time) {
	n, known := h.place[device]
	if !known {
		if h.place == nil {
			h.place = map[stocktake.DeviceID]int{}
		} else if h.shared {
			h.place, h.shared = maps.Clone(h.place), false
		}
		n = len(h.at)
		h.place[device], h.at = n, append(h.at, time.Time{})
	}
	if at.After(h.at[n]) {
		h.at[n] = at
	}
}

// now gives a copy that nothing changes any more.
func (h *lastHeard) now() lastHeard {
	h.shared = true
	return lastHeard{place: h.place, at: slices.Clone(h.at)}
}

// of is the zero time for a handheld that was never heard.
func (h *lastHeard) of(device stocktake.DeviceID) time.Time {
	if n, known := h.place[device]; known {
		return h.at[n]
	}
	return time.Time{}
}
