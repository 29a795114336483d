package simulate

import (
	"slices"

	"jard/internal/stocktake"
	"jard/internal/wire"
)

// Attending is what a device keeps of a session whose pack it holds: the latest feed, and how far it is with it.
type Attending struct {
	Cursor  string            `json:"cursor,omitempty"`
	State   wire.SessionState `json:"state"`
	Round   int               `json:"round,omitempty"`
	Tasks   []wire.Task       `json:"tasks,omitempty"`
	Drained bool              `json:"drained,omitempty"` // the server has confirmed that nothing is left
}

// take replaces what was known by a feed, which is always the whole.
func (a *Attending) take(f *wire.Feed) {
	a.Cursor, a.State, a.Round, a.Tasks = f.Cursor, f.State, f.Round, f.Tasks
}

// open reports whether observations may be recorded: the server has not said that it is closing or over.
func (a *Attending) open() bool { return a.State == wire.StateOpen || a.State == wire.StateUnknown }

// over reports whether the session has ended.
func (a *Attending) over() bool {
	return a.State == wire.StateSealed || a.State == wire.StateCancelled
}

// Offer is a session that the server lets the device join.
type Offer struct {
	Session stocktake.SessionID `json:"session"`
	Site    stocktake.SiteID    `json:"site"`
	Name    stocktake.Name      `json:"name"`
	State   wire.SessionState   `json:"state"`
	Blind   bool                `json:"blind"`
	Round   int                 `json:"round"`
}

// Pack is what the device got to count a session without a network. It has no room for a cost, and for a book
// quantity only what an open count hands out.
type Pack struct {
	Session   stocktake.SessionID `json:"session"`
	Site      stocktake.Site      `json:"site"`
	Plan      Plan                `json:"plan"`
	Catalogue stocktake.Catalogue `json:"catalogue"`
	Schemes   []string            `json:"schemes"`
	People    []Person            `json:"people"`
	Tasks     wire.Feed           `json:"tasks"`
	Cursor    string              `json:"cursor"`
	Book      []BookQuantity      `json:"book"`
}

// Person is somebody who may sign in on the device.
type Person struct {
	ID   stocktake.PersonID `json:"id"`
	Name stocktake.Name     `json:"name"`
}

// Plan is what a counter is told of a session's plan.
type Plan struct {
	Kind  string         `json:"kind"`
	Blind bool           `json:"blind"`
	Name  stocktake.Name `json:"name"`
	Scope Scope          `json:"scope"`
}

// Scope is what the session counts; empty is the whole site.
type Scope struct {
	Sections  []stocktake.SectionID  `json:"sections"`
	Locations []stocktake.LocationID `json:"locations"`
	Items     []stocktake.ItemID     `json:"items"`
}

// BookQuantity is a line of the book in an open count.
type BookQuantity struct {
	Section  stocktake.SectionID `json:"section"`
	Item     stocktake.ItemID    `json:"item"`
	Quantity stocktake.Quantity  `json:"quantity"`
}

// locations lists the site's locations that the session counts, in the order of its plan: the way people walk.
func (p *Pack) locations() []stocktake.LocationID {
	var list []stocktake.LocationID
	for _, l := range p.Site.Locations {
		if p.Plan.Scope.holds(l) {
			list = append(list, l.ID)
		}
	}
	return list
}

func (s Scope) holds(l stocktake.Location) bool {
	if len(s.Sections) == 0 && len(s.Locations) == 0 {
		return true
	}
	return slices.Contains(s.Sections, l.Section) || slices.Contains(s.Locations, l.ID)
}
