// Package wire holds the frames of the handheld protocol and their codec: what a handheld and the server say to each
// other, byte for byte. PROTOCOL.md beside it is the specification; testdata holds golden frames that the Go and the
// TypeScript tests both read.
//
// It is a leaf: of this module it may import stocktake alone, and it does no I/O. It knows nothing of sessions, stores
// or sockets; the bodies of events are opaque to it.
package wire

import "time"

// Subprotocol is what a handheld offers, and the server chooses, when the websocket is opened.
const Subprotocol = "jard.handheld.v1"

// TokenPrefix begins the second subprotocol value that a browser offers, which cannot set a header on a websocket: the
// prefix and then the device's token. The server never echoes it.
const TokenPrefix = "jard.token."

// Base is the path that every call of the protocol starts with.
const Base = "/api/handheld"

// Limits bounds what Parse accepts. Zero stands for "none of it" and not for "no limit".
type Limits struct {
	Bytes  int // of a whole message
	Header int // of its first line
	Events int // of one push
}

// The limits of version 1. A welcome tells the device those that it must keep to.
var (
	// ServerLimits is what the server reads from a device.
	ServerLimits = Limits{Bytes: 1 << 20, Header: 64 << 10, Events: 1000}
	// DeviceLimits is what a device reads from the server: a feed holds the tasks of a whole session.
	DeviceLimits = Limits{Bytes: 16 << 20, Header: 16 << 20}
)

const (
	// MaxEvent is the greatest size of an event, in bytes. The server quarantines and acknowledges a larger one.
	MaxEvent = 8 << 10
	// EpochLength is the number of characters of an epoch: 128 random bits as URL-safe base64.
	EpochLength = 22
	// MaxSessions bounds the sessions that one hello names.
	MaxSessions = 256
	// MaxCursor bounds a cursor, which is opaque to the device, in bytes.
	MaxCursor = 128
	// MaxApp bounds the version of the app, and that of the server, in bytes.
	MaxApp = 64
)

const (
	// HelloWithin is how soon a device must say hello on a new socket.
	HelloWithin = 10 * time.Second
	// PingEvery is how often a device measures its clock while its socket is open.
	PingEvery = 30 * time.Second
	// SilentFor is how long either side bears a silent socket before it closes it.
	SilentFor = 75 * time.Second
)
