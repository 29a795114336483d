package wire

import "jard/internal/stocktake"

// Frame is one message of the protocol: one of the pointer types below.
type Frame interface {
	// Type is the frame's "t".
	Type() string
}

// Hello is the first frame of a socket: which stream speaks, how far it is and what it holds.
type Hello struct {
	Epoch       string                         `json:"epoch"`
	Last        uint64                         `json:"last"`   // its last event's number; 0 when it has none
	Oldest      uint64                         `json:"oldest"` // the lowest number that it still holds; last+1 when none
	Acked       uint64                         `json:"acked"`  // the highest acknowledged to it under Incarnation
	App         string                         `json:"app"`    // the app's version: numbers and points
	Time        int64                          `json:"time"`   // the device's wall clock, ms since 1970
	Mono        int64                          `json:"mono"`   // the device's monotonic clock, ms
	Incarnation string                         `json:"incarnation,omitempty"`
	Sessions    []stocktake.SessionID          `json:"sessions,omitempty"` // whose packs it holds
	Cursors     map[stocktake.SessionID]string `json:"cursors,omitempty"`  // of the feeds that it stored
	Succeeds    string                         `json:"succeeds,omitempty"` // the epoch that this one takes the place of
}

// Mark is how far a stream is durable on the server: the number of its last acknowledged event and the digest of all
// up to it. A fenced stream takes no more events.
type Mark struct {
	Epoch  string         `json:"epoch"`
	Acked  uint64         `json:"acked"`
	Digest stocktake.Hash `json:"digest"`
	Fenced bool           `json:"fenced,omitempty"`
}

// Welcome answers a hello.
type Welcome struct {
	Incarnation string  `json:"incarnation"`
	Mark        Mark    `json:"mark"`
	Time        int64   `json:"time"`             // the server's clock, ms since 1970
	Echo        int64   `json:"echo"`             // the hello's time
	Window      int     `json:"window"`           // requests that may stand unanswered
	MaxEvents   int     `json:"max_events"`       // of one push
	MaxBytes    int     `json:"max_bytes"`        // of one message
	Server      string  `json:"server,omitempty"` // the server's version, for people to read
	MinApp      string  `json:"min_app,omitempty"`
	SafeThrough *uint64 `json:"safe_through,omitempty"` // of this stream, in a verified backup; absent: no backups
	Revoked     bool    `json:"revoked,omitempty"`      // the token may push, and nothing else
}

// Push carries events First, First+1 … of the stream. Prev is the digest of event First−1, Digest that of the last one:
// Parse has verified that it follows. The events are slices of the message that was parsed, not copies.
type Push struct {
	First  uint64
	Prev   stocktake.Hash
	Digest stocktake.Hash
	Events [][]byte
}

// NewPush makes the push of some events after the one whose digest is prev.
func NewPush(first uint64, prev stocktake.Hash, events ...[]byte) *Push {
	return &Push{First: first, Prev: prev, Digest: DigestAfter(prev, events), Events: events}
}

// Last is the number of the push's last event.
func (p *Push) Last() uint64 { return p.First + uint64(len(p.Events)) - 1 }

// Ack says that everything up to Through is durable; Digest is that event's.
type Ack struct {
	Through uint64         `json:"through"`
	Digest  stocktake.Hash `json:"digest"`
}

// MarkFrame ("mark") answers a push that did not follow: nothing was written, go on from the mark.
type MarkFrame struct {
	Mark Mark `json:"mark"`
}

// Ping asks for the server's clock.
type Ping struct {
	Time int64 `json:"time"`
	Mono int64 `json:"mono"`
}

// Pong answers a ping at once, ahead of any unanswered request.
type Pong struct {
	Echo int64 `json:"echo"` // the ping's time
	Time int64 `json:"time"` // the server's clock, ms since 1970
}

// SessionState is where a session stands, as a handheld needs to know it.
type SessionState string

// The states of a session in a feed.
const (
	StateOpen      SessionState = "open"      // count
	StateClosing   SessionState = "closing"   // stop, push everything, say drained
	StateSealed    SessionState = "sealed"    // done
	StateCancelled SessionState = "cancelled" // done, to no effect
	StateUnknown   SessionState = "unknown"   // this server knows no such session: keep everything, tell a person
)

// Task is one assignment: who should count which location in which round. Items empty means all of the location.
type Task struct {
	Assignment string               `json:"assignment"`
	Round      int                  `json:"round"`
	Location   stocktake.LocationID `json:"location"`
	Items      []stocktake.ItemID   `json:"items,omitempty"`
	Person     stocktake.PersonID   `json:"person,omitempty"`
	Due        int64                `json:"due,omitempty"` // server time in ms since 1970, by which it should be done; 0: whenever
}

// Feed is the whole of a session's tasks and state. It replaces what the device held of them.
type Feed struct {
	Session stocktake.SessionID `json:"session"`
	Cursor  string              `json:"cursor"`
	State   SessionState        `json:"state"`
	Round   int                 `json:"round"` // the latest; 0 before the first
	Tasks   []Task              `json:"tasks"`
}

// Drained says, from a device, that it stopped observing the session and pushed everything up to Last. The server
// answers with the same frame once that is durable; Error says why it was refused.
type Drained struct {
	Session stocktake.SessionID `json:"session"`
	Last    uint64              `json:"last"`
	Error   *Fault              `json:"error,omitempty"`
}

// Fence says that the mark is off the device's chain or beyond its end. The server answers with the fenced mark.
type Fence struct{}

// Busy says that a request was not done and may be repeated after a while: nothing was written.
type Busy struct {
	RetryMS int64 `json:"retry_ms"`
}

// ByeCode says why the server closes a socket. Codes are append-only.
type ByeCode string

// The codes of bye.
const (
	ByeMalformed   ByeCode = "malformed"   // the device broke the protocol: tell a person, do not repeat the same frame
	ByeRevoked     ByeCode = "revoked"     // the token may only push
	ByeReplaced    ByeCode = "replaced"    // a newer socket of this device
	ByeShutdown    ByeCode = "shutdown"    // the server stops: come back
	ByeSlow        ByeCode = "slow"        // the device did not read or did not speak in time: come back
	ByeRestored    ByeCode = "restored"    // the store has a new incarnation: say hello again
	ByeUnsupported ByeCode = "unsupported" // no version in common: update the app
)

// Bye is the last frame before the server closes.
type Bye struct {
	Code    ByeCode `json:"code"`
	English string  `json:"en"`
	Arabic  string  `json:"ar"`
}

// Fault is an error as people read it: the shape of every error of the HTTP calls and of a refused drain.
type Fault struct {
	Code    stocktake.Code `json:"code"`
	Key     string         `json:"key"`
	English string         `json:"en"`
	Arabic  string         `json:"ar"`
}

// NewFault gives what a device is told of err.
func NewFault(err error) *Fault {
	e := stocktake.Fault(err)
	return &Fault{Code: e.Reason.Code, Key: e.Reason.Key, English: e.English(), Arabic: e.Arabic()}
}

// Type is "hello".
func (*Hello) Type() string { return "hello" }

// Type is "welcome".
func (*Welcome) Type() string { return "welcome" }

// Type is "push".
func (*Push) Type() string { return "push" }

// Type is "ack".
func (*Ack) Type() string { return "ack" }

// Type is "mark".
func (*MarkFrame) Type() string { return "mark" }

// Type is "ping".
func (*Ping) Type() string { return "ping" }

// Type is "pong".
func (*Pong) Type() string { return "pong" }

// Type is "feed".
func (*Feed) Type() string { return "feed" }

// Type is "drained".
func (*Drained) Type() string { return "drained" }

// Type is "fence".
func (*Fence) Type() string { return "fence" }

// Type is "busy".
func (*Busy) Type() string { return "busy" }

// Type is "bye".
func (*Bye) Type() string { return "bye" }
