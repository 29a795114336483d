package count

import "strconv"

// Kind says what an entry records. The numbers are stored: append-only, never reused.
type Kind uint8

// What a handheld records. The name is the event's "kind" in JSON.
const (
	PassOpened Kind = 1 // a person begins a walk over one location
	PassClosed Kind = 2 // … and ends it, with its own totals
	Observed   Kind = 3 // one scan or entry
	Reversed   Kind = 4 // takes one observation or move back
	Clocked    Kind = 5 // the device's offset to the server, measured at a contact
	Moved      Kind = 6 // stock was carried from one location to another
)

// What the server records by itself.
const (
	Quarantined Kind = 16 // an event that could not be applied, raw, with the reason in the entry's note
	Joined      Kind = 17 // a stream got its pack for this session
	Drained     Kind = 18 // a stream said that it holds nothing more
	Fenced      Kind = 19 // a stream was found cloned or damaged
	Restored    Kind = 20 // the store was restored from a backup: every enrolled device is awaited again
)

// What people decide.
const (
	Issued             Kind = 32
	ScopeExtended      Kind = 33
	Assigned           Kind = 34
	RecountOrdered     Kind = 35
	PassCompleted      Kind = 36 // a supervisor closes an open pass, with a reason
	PassAbandoned      Kind = 37
	DisputeChosen      Kind = 38
	CodeResolved       Kind = 39
	QuarantineResolved Kind = 40
	RestZero           Kind = 41
	LinesDecided       Kind = 42
	StreamWrittenOff   Kind = 43
	Closing            Kind = 44
	Sealed             Kind = 45
	Cancelled          Kind = 46
	Reopened           Kind = 47 // closing was begun too early: handhelds count again
	LocationSetAside   Kind = 48 // nobody can walk it
	TestOrdered        Kind = 51 // the committee has lines counted once more, to see what the count is worth
	LineCommented      Kind = 54 // said of a line, deciding nothing
	Signed             Kind = 56 // a member of the committee, or the witness, signs what was found
	SignatureRefused   Kind = 57
	SignatureSetAside  Kind = 58 // the seal no longer waits for a signature
	LateTaken          Kind = 60 // a correction takes in what handhelds gave after the seal that it corrects
)

var kindNames = map[Kind]string{
	PassOpened: "pass.opened", PassClosed: "pass.closed", Observed: "observed", Reversed: "reversed", Clocked: "clock", Moved: "moved",
	Quarantined: "quarantined", Joined: "joined", Drained: "drained", Fenced: "fenced", Restored: "restored",
	Issued: "issued", ScopeExtended: "scope.extended", Assigned: "assigned", RecountOrdered: "recount.ordered",
	PassCompleted: "pass.completed", PassAbandoned: "pass.abandoned", DisputeChosen: "dispute.chosen",
	CodeResolved: "code.resolved", QuarantineResolved: "quarantine.resolved", RestZero: "rest.zero",
	LinesDecided: "lines.decided", StreamWrittenOff: "stream.written-off", Closing: "closing", Sealed: "sealed",
	Cancelled: "cancelled", Reopened: "reopened", LocationSetAside: "location.set-aside", TestOrdered: "test.ordered",
	LineCommented: "line.commented",
	Signed:        "signed", SignatureRefused: "signature.refused", SignatureSetAside: "signature.set-aside",
	LateTaken: "late.taken",
}

// String is the kind's name in JSON and on screens.
func (k Kind) String() string {
	if name, ok := kindNames[k]; ok {
		return name
	}
	return "kind-" + strconv.Itoa(int(k))
}

// IsEvent reports whether a handheld records the kind.
func (k Kind) IsEvent() bool { return k >= PassOpened && k <= Moved }

// MarshalText is String, for JSON.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }
