package boltdb

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"time"

	"go.etcd.io/bbolt"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// logFill is how full the pages of sequential buckets are packed: appending never splits them again.
const logFill = 0.9

// turn is one write transaction as the closures of its requests see it. Heads and streams are changed in memory and
// written once at its end; they are cached over turns, and dropped whenever a turn does not commit.
type turn struct {
	tx     *bbolt.Tx
	now    time.Time // the instant recorded by everything in this turn: UTC, microseconds
	writes int       // grows with each write: a request that fails must not have moved it

	logs           map[logID]*openLog
	streams        map[streamID]*stream
	touchedLogs    []*openLog
	touchedStreams []*stream

	entries *bbolt.Bucket
	block   block
	arena   []byte            // the values that this turn writes are cut from it: bbolt reads them until the commit, and nobody after it
	key     []byte            // scratch
	watched bool              // somebody wants the entries
	fed     []count.Committed // movement logs that were added to
}

// cacheLimit bounds what is kept in memory over turns: beyond it the caches start anew.
const cacheLimit = 8192

func (t *turn) start(tx *bbolt.Tx, now time.Time, watched bool) {
	t.tx, t.now, t.watched, t.writes = tx, now, watched, 0
	t.entries = tx.Bucket(bucketLog)
	t.entries.FillPercent = logFill
}

// end writes what is not written yet: the last block, and the touched heads and streams.
func (t *turn) end() error {
	if err := t.endBlock(); err != nil {
		return err
	}
	if len(t.touchedLogs) > 0 {
		bucket := t.tx.Bucket(bucketHeads)
		for _, l := range t.touchedLogs {
			value := t.take(headLength)
			if err := bucket.Put(l.key, appendHead(value, &l.head)); err != nil {
				return err
			}
		}
	}
	if len(t.touchedStreams) > 0 {
		bucket := t.tx.Bucket(bucketStreams)
		for _, s := range t.touchedStreams {
			if err := bucket.Put(s.key, s.appendStored(t.take(s.storedSize()))); err != nil {
				return err
			}
		}
	}
	return nil
}

// settled makes the caches ready for the next turn and gives what was appended, log by log.
func (t *turn) settled() []count.Committed {
	appended := t.fed
	for _, l := range t.touchedLogs {
		if len(l.fresh) > 0 {
			appended = append(appended, count.Committed{Society: l.society, Session: l.head.Session, Entries: l.fresh})
		}
		l.touched, l.usual, l.fresh = false, len(l.fresh), nil
		if l.head.State != count.LogOpen {
			delete(t.logs, logID{l.society, l.head.Session})
		}
	}
	for _, s := range t.touchedStreams {
		s.touched = false
	}
	if len(t.logs) > cacheLimit {
		clear(t.logs)
	}
	if len(t.streams) > cacheLimit {
		clear(t.streams)
	}
	t.forget()
	return appended
}

// dropped forgets everything that a turn without a commit may have changed in memory.
func (t *turn) dropped() {
	clear(t.logs)
	clear(t.streams)
	t.forget()
}

func (t *turn) forget() {
	t.tx, t.entries, t.block, t.fed = nil, nil, block{}, nil
	clear(t.touchedLogs)
	clear(t.touchedStreams)
	t.touchedLogs, t.touchedStreams = t.touchedLogs[:0], t.touchedStreams[:0]
	t.arena = t.arena[:0]
	if cap(t.arena) > arenaLimit {
		t.arena = nil
	}
}

// The arena grows to what a turn needs, and is used again by the next.
const (
	arenaChunk = 256 << 10
	arenaLimit = 8 << 20
)

// take gives an empty slice with room for n bytes that stays valid until the turn ends.
func (t *turn) take(n int) []byte {
	if cap(t.arena)-len(t.arena) < n {
		t.arena = make([]byte, 0, max(arenaChunk, n, min(2*cap(t.arena), arenaLimit)))
	}
	start := len(t.arena)
	t.arena = t.arena[:start+n]
	return t.arena[start : start : start+n]
}

// entryOverhead bounds what an entry takes in a block beside texts and body.
const entryOverhead = entryHead + 1 + 1 + 8 + 1 + 10 + 1 + 1

// append adds an entry to a log: it gives it offset, time and hash. Its body is copied into the store, and is what the
// watchers get: it must never be changed afterwards.
func (t *turn) append(l *openLog, e *count.Entry) error {
	size := entryOverhead + 3 + len(e.Author.Stream.Device) + len(e.Author.Stream.Epoch) + len(e.Author.Person) +
		len(e.Note) + len(e.Body)
	for _, r := range e.Author.Roles {
		size += 1 + len(r)
	}
	if err := t.room(l, size); err != nil {
		return err
	}
	e.Offset, e.RecordedAt = l.head.Offset+1, t.now
	// The hash is taken over previous hash ‖ stored bytes, where it will stand itself: nothing is copied for it.
	start := len(t.arena)
	t.arena = append(t.arena, 0, 0, 0, 0)
	t.arena = append(t.arena, l.head.Hash[:]...)
	t.arena = e.AppendStored(t.arena)
	value := t.arena[start+4:]
	binary.BigEndian.PutUint32(t.arena[start:], uint32(len(value)))
	e.Hash = sha256.Sum256(value)
	copy(value, e.Hash[:])
	t.touch(l)
	l.head.Offset, l.head.Hash = e.Offset, e.Hash
	if t.watched {
		if l.fresh == nil {
			l.fresh = make([]count.Entry, 0, l.usual+l.usual/8+1)
		}
		l.fresh = append(l.fresh, *e)
	}
	return nil
}

func (t *turn) put(bucket, key, value []byte) error {
	t.writes++
	return t.tx.Bucket(bucket).Put(key, value)
}

func (t *turn) putJSON(bucket, key []byte, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return t.put(bucket, key, b)
}

func (t *turn) delete(bucket, key []byte) error {
	t.writes++
	return t.tx.Bucket(bucket).Delete(key)
}

func (t *turn) readJSON(bucket, key []byte, v any) (bool, error) {
	return readJSON(t.tx, bucket, key, v)
}

// missingLog is the error for a log that is not there.
func missingLog(session stocktake.SessionID) error {
	return stocktake.NoSuch("session", session)
}
