package live

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// picture is a session as a board shows it. Lines that a later view has taken over are the same, the others and the locations are
// compared one by one; the few small parts are compared as they travel.
type picture struct {
	offset uint64
	lines  []*count.Line
	places []count.LocationState
	parts  map[string][]byte // name → JSON
}

// summary is the small part that says where the session stands.
type summary struct {
	State    count.State      `json:"state"`
	Closing  bool             `json:"closing"`
	Rounds   int              `json:"rounds"`
	Totals   count.LineTotals `json:"totals"`
	Blockers []count.Blocker  `json:"blockers"`
	Disputes int              `json:"disputes"`
	Held     int              `json:"quarantine"` // that nobody has ruled on
	Unknown  int              `json:"unknown"`    // codes that nobody has ruled on
	Awaited  int              `json:"awaited"`    // streams
	Passes   int              `json:"passes"`
	Open     int              `json:"open_passes"`
}

// counter is one handheld on the floor: who walks with it, and when it was last heard of.
type counter struct {
	Device       stocktake.DeviceID   `json:"device"`
	Name         string               `json:"name,omitempty"` // of the device
	Person       stocktake.PersonID   `json:"person,omitempty"`
	Called       stocktake.Name       `json:"called,omitzero"` // the person
	Location     stocktake.LocationID `json:"location,omitempty"`
	Open         bool                 `json:"open"` // a walk is under way there
	Passes       int                  `json:"passes"`
	Observations int64                `json:"observations"`
	Seen         int64                `json:"seen,omitempty"` // ms
	Online       bool                 `json:"online"`
	Unsent       *int                 `json:"unsent,omitempty"` // what it holds and the server has not, where known
	Battery      *int                 `json:"battery,omitempty"`
}

// paint makes the picture of a view, but for the floor.
func paint(v *count.View) *picture {
	p := &picture{offset: v.Offset, lines: v.Lines, places: v.Locations, parts: map[string][]byte{}}
	s := summary{
		State: v.State, Closing: v.Closing, Rounds: v.Rounds, Totals: v.Totals, Blockers: v.Blockers, Disputes: len(v.Disputes),
		Passes: len(v.Passes),
	}
	if s.Blockers == nil {
		s.Blockers = []count.Blocker{}
	}
	for i := range v.Held {
		if v.Held[i].Open() {
			s.Held++
		}
	}
	for _, u := range v.Unknown {
		if u.Open() {
			s.Unknown++
		}
	}
	for _, x := range v.Streams {
		if x.Awaited {
			s.Awaited++
		}
	}
	for _, x := range v.Passes {
		if x.Status == count.PassIsOpen {
			s.Open++
		}
	}
	p.set("summary", s)
	p.set("comments", comments(v))
	return p
}

// putFloor puts in who counts with what, and how fast.
func (p *picture) putFloor(counters []counter, beat []int) {
	p.set("counters", counters)
	p.set("beat", beat)
}

// keepFloor shows the floor as an earlier picture does.
func (p *picture) keepFloor(old *picture) {
	p.parts["counters"], p.parts["beat"] = old.parts["counters"], old.parts["beat"]
}

// remarks is how many comments a line has.
type remarks struct {
	Section stocktake.SectionID
	Item    stocktake.ItemID
	Count   int
}

// MarshalJSON writes it as lines travel: without names.
func (r remarks) MarshalJSON() ([]byte, error) {
	return json.Marshal([]any{r.Section, r.Item, r.Count})
}

// comments counts the comments of the lines that have any, in the order of the first.
func comments(v *count.View) []remarks {
	list, at := []remarks{}, map[[2]string]int{}
	for _, c := range v.Comments {
		k := [2]string{string(c.Section), string(c.Item)}
		n, known := at[k]
		if !known {
			n = len(list)
			at[k], list = n, append(list, remarks{Section: c.Section, Item: c.Item})
		}
		list[n].Count++
	}
	return list
}

func (p *picture) set(name string, v any) { p.parts[name], _ = json.Marshal(v) } // of texts and numbers: cannot fail

// onTheFloor says who counts with what: from the passes, and from what is known of devices besides.
func onTheFloor(v *count.View, devices []Device, people map[stocktake.PersonID]stocktake.Name, seen map[stocktake.DeviceID]int64) []counter {
	type walker struct {
		counter
		at time.Time // when its last walk began
	}
	by := make(map[stocktake.DeviceID]*walker, len(seen))
	of := func(id stocktake.DeviceID) *walker {
		c := by[id]
		if c == nil {
			c = &walker{counter: counter{Device: id, Seen: seen[id]}}
			by[id] = c
		}
		return c
	}
	for _, x := range v.Streams {
		of(x.Device)
	}
	for _, p := range v.Passes {
		c := of(p.Device)
		c.Passes++
		c.Observations += p.Observations
		if p.OpenedAt.After(c.at) {
			c.at = p.OpenedAt
			c.Person, c.Called, c.Location, c.Open = p.Person, people[p.Person], p.Location, p.Status == count.PassIsOpen
		}
		for _, t := range [...]time.Time{p.OpenedAt, p.ClosedAt} {
			if !t.IsZero() {
				c.Seen = max(c.Seen, t.UnixMilli())
			}
		}
	}
	for _, d := range devices {
		c := by[d.ID]
		if c == nil {
			continue // it has nothing to do with this session
		}
		c.Name, c.Online, c.Unsent, c.Battery = d.Name, d.Online, d.Unsent, d.Battery
		if !d.Seen.IsZero() {
			c.Seen = max(c.Seen, d.Seen.UnixMilli())
		}
	}
	list := make([]counter, 0, len(by))
	for _, c := range by {
		list = append(list, c.counter)
	}
	slices.SortFunc(list, func(a, b counter) int { return cmp.Compare(a.Device, b.Device) })
	return list
}
