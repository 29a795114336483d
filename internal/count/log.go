package count

import (
	"context"
	"crypto/sha256"
	"time"

	"jard/internal/stocktake"
)

// LateLog is the name of a society's late log: events for sealed, cancelled or unknown sessions, and unreadable ones
// of streams that joined none. It is a log like a session's, and never closes.
const LateLog stocktake.SessionID = "~late"

// Log is the store of session logs and of the marks of streams. Each verb is one durable transaction: when it returns
// without an error its effect has been fsynced, and when it fails nothing was written.
type Log interface {
	// Append is the whole of ingest: it moves the stream's mark and appends the batch's events to their logs in one
	// transaction. When the batch does not follow the mark, nothing is written and the error is a *NotFollowing with the mark
	// that stands. Events of a session whose log is open go there; of any other session, to LateLog with the note
	// "session-sealed", "session-cancelled" or "session-unknown". Events without a session go, as they are, to each open
	// session that the stream has joined, or to LateLog when there is none.
	Append(ctx context.Context, b Batch) (Mark, error)

	// Mark gives a stream's mark; a stream never seen has the zero mark of its epoch.
	Mark(ctx context.Context, society stocktake.SocietyID, s Stream) (Mark, error)

	// Write appends one entry to an open log. A draft of kind Issued creates the log (Conflict if it exists), Cancelled
	// closes it; Joined and Fenced change the author stream's record in the same transaction. Fenced without a session
	// goes to each open session that the author stream has joined, or to LateLog when there is none. With IfHead set, the write
	// happens only when the log's last offset is still that one, else LogMoved.
	Write(ctx context.Context, d Draft) (Entry, error)

	// Seal appends the seal and closes the log, stores the signed result, advances the society's chain of results and
	// queues the delivery, all in one transaction. LogMoved if the head is not IfHead any more; ChainMoved if the result
	// does not follow the society's last one; SigningLocked after a restore until the ministry's head is known.
	Seal(ctx context.Context, s Sealing) (Entry, error)

	// Read gives up to limit entries of a log from an offset on (1 is the first), oldest first, as copies.
	Read(ctx context.Context, society stocktake.SocietyID, session stocktake.SessionID, from uint64, limit int) ([]Entry, error)

	// Heads lists a society's session logs, without the late log, newest first.
	Heads(ctx context.Context, society stocktake.SocietyID) ([]Head, error)

	// Head gives one log's head (LateLog's too); stocktake.Missing when there is none.
	Head(ctx context.Context, society stocktake.SocietyID, session stocktake.SessionID) (Head, error)

	// Watch calls f after each commit with the entries that it appended, to movement logs too, in commit order, from one goroutine; f must be
	// quick. The stop function ends it.
	Watch(f func(Committed)) (stop func())
}

// Documents is the store of immutable documents, by society and hash.
type Documents interface {
	// PutDocuments stores documents; those already there have no effect.
	PutDocuments(ctx context.Context, society stocktake.SocietyID, docs ...stocktake.Document) error
	// Document gives one back; stocktake.Missing when it is not there.
	Document(ctx context.Context, society stocktake.SocietyID, hash stocktake.Hash) (stocktake.Document, error)
	// Publish stores documents and makes the head current under a name, in one transaction.
	Publish(ctx context.Context, society stocktake.SocietyID, name string, head stocktake.Document, rest ...stocktake.Document) error
	// Published gives the hash of the document now current under a name ("catalogue", "site/central",
	// "snapshot/central") and since when; stocktake.Missing when nothing was published under it.
	Published(ctx context.Context, society stocktake.SocietyID, name string) (stocktake.Hash, time.Time, error)
}

// LogState says whether a log still takes entries.
type LogState string

// The states of a log.
const (
	LogOpen      LogState = "open"
	LogSealed    LogState = "sealed"
	LogCancelled LogState = "cancelled"
)

// Head is where a log stands.
type Head struct {
	Session  stocktake.SessionID `json:"session"`
	State    LogState            `json:"state"`
	Offset   uint64              `json:"offset"` // of the last entry
	Hash     stocktake.Hash      `json:"hash"`   // of the last entry
	IssuedAt time.Time           `json:"issued_at"`
}

// Mark is how far a stream has been made durable: the number of its last acknowledged event and the digest of all up
// to it. A fenced stream takes no more events.
type Mark struct {
	Epoch  string         `json:"epoch"`
	Acked  uint64         `json:"acked"`
	Digest stocktake.Hash `json:"digest"`
	Fenced bool           `json:"fenced,omitempty"`
}

// NotFollowing is what Append answers to a batch that does not follow the stream's mark.
type NotFollowing struct{ Mark Mark }

// Error says which number was wanted.
func (n *NotFollowing) Error() string { return "batch does not follow the stream's mark" }

// NextDigest is SHA-256(digest of the event before ‖ the event's bytes); before the first event it is all zeros.
func NextDigest(previous stocktake.Hash, event []byte) stocktake.Hash {
	h := sha256.New()
	h.Write(previous[:])
	h.Write(event)
	var sum stocktake.Hash
	h.Sum(sum[:0])
	return sum
}

// Batch is a run of consecutive events of one stream, each already judged by itself (see Receive).
type Batch struct {
	Society stocktake.SocietyID
	Stream  Stream
	First   uint64         // the number of Events[0]
	Prev    stocktake.Hash // the digest of event First−1
	Digest  stocktake.Hash // the digest of the last event
	Events  []Received
}

// Received is one event of a batch: the log that it is meant for ("" when that cannot be told), the kind that it is
// appended as (Quarantined with a note when it cannot be applied), and its bytes.
type Received struct {
	Session stocktake.SessionID
	Kind    Kind
	Note    string
	Person  stocktake.PersonID // who opens a pass or moved stock by it; empty for any other kind
	Body    []byte
}

// Receive judges the events of a push, each by itself. Nothing in one can refuse it: what cannot be read is quarantined
// raw. The bodies must never be changed afterwards.
func Receive(bodies [][]byte) []Received {
	list := make([]Received, len(bodies))
	var room eventRoom
	for n, body := range bodies {
		r := &list[n]
		r.Body = body
		event, kind, err := room.read(body)
		if event != nil {
			r.Session = event.Session
		}
		if err != nil {
			r.Quarantine(stocktake.Fault(err).Reason)
			continue
		}
		if r.Kind = kind; kind == PassOpened || kind == Moved {
			r.Person = event.Person
		}
	}
	return list
}

// Quarantine has the event kept raw, with the reason why it does not count.
func (r *Received) Quarantine(why *stocktake.Reason) {
	r.Kind, r.Note, r.Person = Quarantined, why.Key, ""
}

// Draft is an entry to be: a person's decision or something the server records.
type Draft struct {
	Society stocktake.SocietyID
	Session stocktake.SessionID
	Author  Author
	Kind    Kind
	Note    string
	Body    []byte
	IfHead  *uint64
}

// Sealing is everything that a seal makes durable together. Body is the seal entry's.
type Sealing struct {
	Society   stocktake.SocietyID
	Session   stocktake.SessionID
	Author    Author
	Body      []byte
	IfHead    uint64
	Result    stocktake.Document // canonical bytes, by hash
	Signature []byte
	Series    uint64
	Number    uint64
	Previous  stocktake.Hash // the society's result before this one; zero for the first of the first series
}

// Committed is what one commit appended to one log of a session; or, with a Site and nothing else, that it added to that site's
// movement log.
type Committed struct {
	Society stocktake.SocietyID
	Session stocktake.SessionID
	Entries []Entry
	Site    stocktake.SiteID
}

// Reasons of the log.
var (
	LogMoved = stocktake.NewReason(stocktake.Conflict, "log-moved",
		"New entries arrived while you decided. Look again, then repeat.",
		"وصلت قيود جديدة أثناء اتخاذ القرار. راجع من جديد ثم أعد المحاولة.")
	LogClosed = stocktake.NewReason(stocktake.Conflict, "session-closed",
		"Session %q is sealed or cancelled and takes nothing more. Look at its result, or issue another session.",
		"الجلسة %q مختومة أو ملغاة ولا تقبل شيئًا بعد الآن. راجع نتيجتها أو أصدر جلسة أخرى.")
	SessionExists = stocktake.NewReason(stocktake.Conflict, "session-exists",
		"There is a session %q already. Choose another id.",
		"توجد جلسة بالمعرّف %q. اختر معرّفًا آخر.")
	ChainMoved = stocktake.NewReason(stocktake.Conflict, "chain-moved",
		"Another result was sealed meanwhile. Repeat the seal.",
		"خُتمت نتيجة أخرى في هذه الأثناء. أعد الختم.")
	SigningLocked = stocktake.NewReason(stocktake.Conflict, "signing-locked",
		"Sealing is locked since the restore until the ministry's last result is known. Let the server reach the ministry, then repeat.",
		"الختم موقوف منذ الاستعادة حتى تُعرف آخر نتيجة لدى الوزارة. دع الخادم يتصل بالوزارة ثم أعد المحاولة.")
	Fencing = stocktake.NewReason(stocktake.Conflict, "stream-fenced",
		"This stream is fenced: its device was cloned or damaged. Start a new epoch.",
		"هذا التدفق موقوف لأن الجهاز منسوخ أو متضرر. ابدأ حقبة جديدة.")
)
