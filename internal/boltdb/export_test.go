package boltdb

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// What the tests of keys and of stored records look at.
var (
	LogKey    = logKey
	OffsetKey = offsetKey
	StreamKey = streamKey
	ResultKey = resultKey
	HashKey   = hashKey
	PartKey   = partKey
	CutID     = cutID
	CutUint64 = cutUint64
	CutNote   = cutNote
)

// HeadRoundTrip stores a head and reads it again.
func HeadRoundTrip(h count.Head) (count.Head, error) { return readHead(h.Session, appendHead(nil, &h)) }

// StreamRecord is a stream's record as tests fill it in.
type StreamRecord struct {
	Acked    uint64
	Digest   stocktake.Hash
	Fenced   bool
	Joined   []stocktake.SessionID
	Succeeds string
}

// RoundTrip stores the record and reads it again, whole and cut short.
func (r StreamRecord) RoundTrip() error {
	s := stream{acked: r.Acked, digest: r.Digest, fenced: r.Fenced, joined: r.Joined, succeeds: r.Succeeds}
	b := s.appendStored(nil)
	if len(b) != s.storedSize() {
		return fmt.Errorf("%d bytes are said to be %d", len(b), s.storedSize())
	}
	var got stream
	if err := readStream(&got, b); err != nil {
		return err
	}
	if !reflect.DeepEqual(got, s) {
		return fmt.Errorf("%+v comes back as %+v", s, got)
	}
	for n := range b {
		if readStream(new(stream), b[:n]) == nil {
			return fmt.Errorf("%d of %d bytes are taken for the whole", n, len(b))
		}
	}
	return nil
}

// Now is the store's clock.
func (db *DB) Now() time.Time { return db.clock() }

// Spoil submits a write that breaks the rule of closures: it writes, then fails or panics.
func (db *DB) Spoil(ctx context.Context, panics bool) error {
	return db.write(ctx, 1, func(t *turn) error {
		l, err := t.log("c1", "s1")
		if err != nil {
			return err
		}
		if err := t.append(l, &count.Entry{Kind: count.Closing}); err != nil {
			return err
		}
		if panics {
			panic("a defect")
		}
		return errors.New("a defect")
	})
}

// Hold keeps the writer busy until release is called, so that what is submitted meanwhile becomes one batch.
func (db *DB) Hold() (release func()) {
	started, gate := make(chan struct{}), make(chan struct{})
	go func() {
		_ = db.write(context.Background(), maxWeight, func(*turn) error {
			close(started)
			<-gate
			return nil
		})
	}()
	<-started
	return func() { close(gate) }
}

// Queued is how many requests wait for the writer.
func (db *DB) Queued() int { return len(db.queue) }

// Place gives a finished file its name.
var Place = place
