package boltdb

import (
	"encoding/binary"
	"strings"
	"time"

	"go.etcd.io/bbolt"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// A head is stored as version u8 · state u8 · offset u64 · hash · issued-at i64 µs (zero: never issued).
const (
	headVersion = 1
	headLength  = 1 + 1 + 8 + 32 + 8
)

var logStates = []count.LogState{0: count.LogOpen, 1: count.LogSealed, 2: count.LogCancelled}

func appendHead(b []byte, h *count.Head) []byte {
	state := byte(0)
	for n, s := range logStates {
		if s == h.State {
			state = byte(n)
		}
	}
	b = append(b, headVersion, state)
	b = binary.BigEndian.AppendUint64(b, h.Offset)
	b = append(b, h.Hash[:]...)
	issued := int64(0)
	if !h.IssuedAt.IsZero() {
		issued = h.IssuedAt.UnixMicro()
	}
	return binary.BigEndian.AppendUint64(b, uint64(issued))
}

func readHead(session stocktake.SessionID, b []byte) (count.Head, error) {
	if len(b) != headLength || b[0] != headVersion || int(b[1]) >= len(logStates) {
		return count.Head{}, ValueDamaged.New("head")
	}
	h := count.Head{Session: session, State: logStates[b[1]], Offset: binary.BigEndian.Uint64(b[2:])}
	copy(h.Hash[:], b[10:42])
	if issued := int64(binary.BigEndian.Uint64(b[42:])); issued != 0 {
		h.IssuedAt = time.UnixMicro(issued).UTC()
	}
	return h, nil
}

// openLog is a log as the writer knows it: its head with what the running transaction has appended.
type openLog struct {
	society stocktake.SocietyID
	key     []byte // of the head, and the prefix of the entries' keys, with room for an offset
	head    count.Head
	exists  bool
	touched bool
	fresh   []count.Entry // appended by the running transaction; kept only for watchers
	usual   int           // how many the last one appended: room for as many is made at once
}

type logID struct {
	society stocktake.SocietyID
	session stocktake.SessionID
}

// log gives a log from the cache or the store. One that does not exist yet has exists false, and is not cached.
func (t *turn) log(society stocktake.SocietyID, session stocktake.SessionID) (*openLog, error) {
	id := logID{society, session}
	if l := t.logs[id]; l != nil {
		return l, nil
	}
	l := &openLog{society: society, key: logKey(society, session)}
	if b := t.tx.Bucket(bucketHeads).Get(l.key); b != nil {
		head, err := readHead(session, b)
		if err != nil {
			return nil, err
		}
		head.Session = stocktake.SessionID(strings.Clone(string(session))) // it may be a part of a whole message
		l.head, l.exists = head, true
		t.logs[logID{society, head.Session}] = l
		return l, nil
	}
	l.head = count.Head{Session: session, State: count.LogOpen, Hash: count.Genesis(society, session)}
	return l, nil
}

// lateLog is log for LateLog, which is open from the first use on.
func (t *turn) lateLog(society stocktake.SocietyID) (*openLog, error) {
	l, err := t.log(society, count.LateLog)
	if err == nil && !l.exists {
		t.begin(l)
	}
	return l, err
}

// begin makes a log that does not exist yet. The head is written with its first entry, so the caller must append one.
func (t *turn) begin(l *openLog) {
	l.exists = true
	t.logs[logID{l.society, l.head.Session}] = l
	t.touch(l)
}

func (t *turn) touch(l *openLog) {
	t.writes++
	if !l.touched {
		l.touched = true
		t.touchedLogs = append(t.touchedLogs, l)
	}
}

// storedHead reads a head in a read transaction.
func storedHead(tx *bbolt.Tx, society stocktake.SocietyID, session stocktake.SessionID) (count.Head, error) {
	b := tx.Bucket(bucketHeads).Get(logKey(society, session))
	if b == nil {
		return count.Head{}, stocktake.NoSuch("session", session)
	}
	return readHead(session, b)
}
