package handheld

import (
	"context"
	"time"

	"jard/internal/count"
	"jard/internal/stocktake"
	"jard/internal/wire"
)

// Sessions is what the gateway needs of count sessions. Every call names the society, and nothing of another one may
// be answered: an unknown session and another society's are both stocktake.NotFound.
type Sessions interface {
	// Open lists the sessions that a device may join now.
	Open(ctx context.Context, society stocktake.SocietyID) ([]SessionInfo, error)

	// PackFor gives what a device needs to count a session. Book is set in an open count alone.
	PackFor(ctx context.Context, society stocktake.SocietyID, session stocktake.SessionID) (Pack, error)

	// Tasks gives a session's state and tasks, of sealed and cancelled ones too. Equal cursors mean equal tasks.
	Tasks(ctx context.Context, society stocktake.SocietyID, session stocktake.SessionID) (Tasks, error)

	// Join records that a stream holds a session's pack, from now on awaited by the seal; succeeds names the epoch of the
	// same device that it goes on for, or is empty. A session that is closing is joined too: the device holds its pack.
	// Joining again writes nothing. stocktake.Conflict when the session is sealed or cancelled.
	Join(ctx context.Context, society stocktake.SocietyID, session stocktake.SessionID, stream count.Stream, succeeds string) error

	// Drained records that a stream holds nothing more of a closing session: all up to last is in its log. Saying so
	// again writes nothing. stocktake.Conflict when the session is not closing.
	Drained(ctx context.Context, society stocktake.SocietyID, session stocktake.SessionID, stream count.Stream, last uint64) error

	// Fence ends a stream: it takes no more events. It is recorded in every open session that the stream joined, or in
	// the late log when there is none; a gap is held there for a person to judge before the seal. Fencing again writes
	// nothing.
	Fence(ctx context.Context, society stocktake.SocietyID, stream count.Stream, why Fencing) error

	// Watch calls f after each commit that may have changed what Tasks answers, from one goroutine; f is quick. The stop
	// function ends it.
	Watch(f func(stocktake.SocietyID, stocktake.SessionID)) (stop func())
}

// SessionInfo is a session in a device's list.
type SessionInfo struct {
	Session stocktake.SessionID `json:"session"`
	Site    stocktake.SiteID    `json:"site"`
	Name    stocktake.Name      `json:"name"`
	State   wire.SessionState   `json:"state"`
	Blind   bool                `json:"blind"`
	Round   int                 `json:"round"`
}

// Tasks is a session's state and assignments. Cursor is opaque, at most 64 bytes.
type Tasks struct {
	Cursor string
	State  wire.SessionState
	Round  int
	Tasks  []wire.Task
}

// Pack is what a device needs to count a session without a network, but for the people and the tasks.
type Pack struct {
	Session   stocktake.SessionID
	Site      stocktake.Site
	Plan      Plan
	Catalogue stocktake.Catalogue
	Schemes   []string
	Book      []BookQuantity
}

// Plan is what a counter is told of a session's plan: neither tolerances nor approval tiers.
type Plan struct {
	Kind  string         `json:"kind"`
	Blind bool           `json:"blind"`
	Name  stocktake.Name `json:"name"`
	Due   time.Time      `json:"due,omitzero"`
	Scope Scope          `json:"scope"`
}

// Scope is what the session counts; empty is the whole site.
type Scope struct {
	Sections  []stocktake.SectionID  `json:"sections,omitempty"`
	Locations []stocktake.LocationID `json:"locations,omitempty"`
	Items     []stocktake.ItemID     `json:"items,omitempty"`
}

// BookQuantity is a line of the book in an open count. It has no cost: no handheld ever sees one.
type BookQuantity struct {
	Section  stocktake.SectionID `json:"section"`
	Item     stocktake.ItemID    `json:"item"`
	Quantity stocktake.Quantity  `json:"quantity"`
}

// Fencing says why a stream is fenced.
type Fencing struct {
	Why    FencingCause       `json:"why"`
	Device stocktake.DeviceID `json:"device"`
	Epoch  string             `json:"epoch"`
	From   uint64             `json:"from,omitempty"` // of a gap: the first event that is nowhere
	To     uint64             `json:"to,omitempty"`   // of a gap: the last
}

// FencingCause is a cause of fencing.
type FencingCause string

// The causes of fencing.
const (
	Diverged FencingCause = "diverged" // the device's chain does not hold the mark: cloned or damaged
	Gap      FencingCause = "gap"      // the device no longer holds the event that the store wants next
)
