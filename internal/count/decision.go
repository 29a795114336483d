package count

import (
	"fmt"
	"time"

	"jard/internal/stocktake"
)

// Digest is what a decision saw of a line, a dispute or a pass: 22 characters that change whenever what is shown
// changes. See digester.
type Digest string

// Task asks for one location to be counted in one round: all of it, or only the items named. Without a person, anyone
// who may count it may take it. Due is when it should be done.
type Task struct {
	ID       string               `json:"id"`
	Round    int                  `json:"round"`
	Location stocktake.LocationID `json:"location"`
	Items    []stocktake.ItemID   `json:"items,omitempty"`
	Person   stocktake.PersonID   `json:"person,omitempty"`
	Due      time.Time            `json:"due,omitzero"`
	Test     bool                 `json:"test,omitempty"` // a count that checks another: see TestCount
}

// LineRef names a line and what was seen of it.
type LineRef struct {
	Section stocktake.SectionID `json:"section"`
	Item    stocktake.ItemID    `json:"item"`
	Digest  Digest              `json:"digest,omitempty"`
}

// Assignment is the body of Assigned: tasks given, and tasks taken back by id.
type Assignment struct {
	Tasks    []Task   `json:"tasks,omitempty"`
	Withdraw []string `json:"withdraw,omitempty"`
}

// Recount is the body of RecountOrdered. All its tasks are of the same round. Lines says for which lines it was
// ordered and what was seen of them; Due, when those of its tasks are to be done that do not say.
type Recount struct {
	Round  int       `json:"round"`
	Tasks  []Task    `json:"tasks"`
	Lines  []LineRef `json:"lines,omitempty"`
	Due    time.Time `json:"due,omitzero"`
	Reason string    `json:"reason,omitempty"`
}

// PassDecision is the body of PassCompleted and PassAbandoned. Completing a pass that its counter left open, or whose
// totals do not fit, makes it count as it stands. The digest binds to what was seen of the pass; completing an open one
// holds whatever observations come later.
type PassDecision struct {
	Pass   stocktake.PassID `json:"pass"`
	Digest Digest           `json:"digest,omitempty"`
	Reason string           `json:"reason"`
}

// A later decision about the same thing replaces the earlier. Where TakeBack is set there is none any more: what it was
// about is open again.

// Choice is the body of DisputeChosen: of the competing passes over an item at a location, this one is right.
type Choice struct {
	Location stocktake.LocationID `json:"location"`
	Item     stocktake.ItemID     `json:"item"`
	Pass     stocktake.PassID     `json:"pass"`
	Digest   Digest               `json:"digest"`
	TakeBack bool                 `json:"take_back,omitempty"`
	Reason   string               `json:"reason"`
}

// Resolution is the body of CodeResolved: an unknown code is this item, with this pack quantity; or it is set aside
// with a reason (no such goods, a torn label …), as far as the digest says that it was seen.
type Resolution struct {
	Code     string             `json:"code"`
	Item     stocktake.ItemID   `json:"item,omitempty"`
	Pack     stocktake.Quantity `json:"pack,omitempty"`
	SetAside bool               `json:"set_aside,omitempty"`
	Digest   Digest             `json:"digest,omitempty"`
	TakeBack bool               `json:"take_back,omitempty"`
	Reason   string             `json:"reason,omitempty"`
}

// Release is the body of QuarantineResolved. Key is the held event's (see Held). Accept makes the event count, where it
// can be read; otherwise it is set aside.
type Release struct {
	Key      string `json:"key"`
	Digest   Digest `json:"digest"`          // of the event as it was shown
	Fault    string `json:"fault,omitempty"` // why it was held then: filled in when the decision is made
	Accept   bool   `json:"accept,omitempty"`
	TakeBack bool   `json:"take_back,omitempty"`
	Reason   string `json:"reason"`
}

// Rest is the body of RestZero: the lines met nowhere that the supervisor signs as zero.
type Rest struct {
	Lines    []LineRef `json:"lines"`
	TakeBack bool      `json:"take_back,omitempty"`
	Reason   string    `json:"reason"`
}

// LocationAside is the body of LocationSetAside: a location in scope that nobody can walk is left out of the count, as long
// as what came from there is what the digest says.
type LocationAside struct {
	Location stocktake.LocationID `json:"location"`
	Digest   Digest               `json:"digest,omitempty"`
	TakeBack bool                 `json:"take_back,omitempty"`
	Reason   string               `json:"reason"`
}

// Verdict is what an approver says of lines.
type Verdict string

// The verdicts: approve; reject (the figure is not believed); return for correction (a reason or a document lacks).
const (
	Approve Verdict = "approve"
	Reject  Verdict = "reject"
	Return  Verdict = "return"
)

// LinesVerdict is the body of LinesDecided: one sheet, or a part of one.
type LinesVerdict struct {
	Verdict Verdict   `json:"verdict"`
	Code    string    `json:"code,omitempty"` // a reason code of the session's policy
	Reason  string    `json:"reason,omitempty"`
	Lines   []LineRef `json:"lines"`
}

// WriteOff is the body of StreamWrittenOff. Without an epoch it is for every stream of the device.
type WriteOff struct {
	Device stocktake.DeviceID `json:"device"`
	Epoch  string             `json:"epoch,omitempty"`
	Digest Digest             `json:"digest"` // of the streams as they were shown: see StreamsDigest
	Reason string             `json:"reason"`
}

// Because is the body of Closing, Reopened and Cancelled.
type Because struct {
	Reason string `json:"reason,omitempty"`
}

// Seal is the body of Sealed: the result that is now final.
type Seal struct {
	Result     stocktake.Hash `json:"result"`
	Series     uint64         `json:"series"`
	Number     uint64         `json:"number"`
	Head       stocktake.Hash `json:"head"` // of the log that was folded into it
	Lines      int            `json:"lines"`
	NotCounted int            `json:"not_counted"`

	Movements     uint64         `json:"movements,omitempty"` // up to where the site's movement log was folded in; 0: there was none
	MovementsHash stocktake.Hash `json:"movements_hash,omitzero"`

	Late uint64 `json:"late,omitempty"` // of a correction: up to where it took in the society's late log
}

// Called is what who posts the result calls it, as in 1/17.
func (s *Seal) Called() string { return fmt.Sprintf("%d/%d", s.Series, s.Number) }

// JoinedBody is the body of Joined.
type JoinedBody struct {
	Epoch    string `json:"epoch"`
	Succeeds string `json:"succeeds,omitempty"`
}

// DrainedBody is the body of Drained.
type DrainedBody struct {
	Last uint64 `json:"last"`
}

// RestoredBody is the body of Restored.
type RestoredBody struct {
	Incarnation string               `json:"incarnation"`
	Devices     []stocktake.DeviceID `json:"devices"`
}

// MaxReason bounds a reason in bytes, and MaxLines the lines of one decision.
const (
	MaxReason = 1000
	MaxLines  = 50_000
)
