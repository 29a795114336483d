package boltdb

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"time"

	"go.etcd.io/bbolt"

	"jard/internal/count"
	"jard/internal/link"
	"jard/internal/stocktake"
)

// A movement log is stored in blocks as session logs are (block.go): what one transfer appends, cut into runs. Which offset
// a source's id stands at is looked up under the id itself: a till numbers its receipts, so ids that come together lie
// together, and a batch touches few pages. A hash in its place would touch one for each movement.

// feedKey is the key of a site's feed, and the prefix of its entries, sources and conflicts.
func feedKey(society stocktake.SocietyID, site stocktake.SiteID) []byte {
	key := make([]byte, 0, len(society)+len(site)+2+8)
	return appendID(appendID(key, society), site)
}

// sourceKey is the key under which the offset of a movement stands.
func sourceKey(feed []byte, id stocktake.MovementID) []byte {
	return append(feed[:len(feed):len(feed)], id...)
}

// conflictKey is the key under which the offset of a conflict stands, so that the same one told again is known.
func conflictKey(feed []byte, m *stocktake.Movement) []byte {
	e := link.Entry{Kind: link.Booked, Movement: *m}
	content := sha256.Sum256(e.AppendStored(nil))
	return append(appendID(feed[:len(feed):len(feed)], m.ID), content[:16]...)
}

// rowKey is the key under which the offset of a row that was left out stands, so that the same one told again is known.
func rowKey(feed []byte, r *link.LeftRow) []byte {
	content := r.Key()
	return append(append(feed[:len(feed):len(feed)], 0), content[:16]...)
}

// Move implements link.Movements.
func (db *DB) Move(ctx context.Context, society stocktake.SocietyID, site stocktake.SiteID, x link.Transfer) (link.Taken, error) {
	if err := checkIDs(society, "site", site); err != nil {
		return link.Taken{}, err
	}
	if err := x.Check(); err != nil {
		return link.Taken{}, err
	}
	var taken link.Taken
	judge := func(tx *bbolt.Tx, now time.Time) (*transfer, error) {
		j := &transfer{key: feedKey(society, site), tx: tx, x: &x, now: now}
		err := j.judge(society, site)
		taken = j.taken
		return j, err
	}
	if x.DryRun {
		err := db.view(ctx, func(tx *bbolt.Tx) error {
			_, err := judge(tx, db.clock().UTC().Truncate(time.Microsecond))
			return err
		})
		return taken, err
	}
	weight := 1 + len(x.Movements) + len(x.Resolve)
	for n := range x.LeftOut {
		weight += 2 + len(x.LeftOut[n].Raw)/eventSize
	}
	err := db.write(ctx, weight, func(t *turn) error {
		j, err := judge(t.tx, t.now)
		if err != nil {
			return err
		}
		err = t.record(j)
		if len(j.entries) > 0 {
			t.fed = append(t.fed, count.Committed{Society: society, Site: site})
		}
		taken = j.taken
		return err
	})
	if err != nil {
		return link.Taken{}, err
	}
	return taken, nil
}

// transfer is one that is being judged: what of it is new, before anything is written.
type transfer struct {
	key     []byte
	tx      *bbolt.Tx
	x       *link.Transfer
	now     time.Time
	state   link.FeedState
	entries []link.Entry // to be appended, with their offsets
	told    [][]byte     // the key in bucketSources of each that is a conflict or a row, nil of the others
	taken   link.Taken

	waiting map[uint64]stocktake.MovementID // rows in quarantine, with the ids that they are awaited under
	awaited map[stocktake.MovementID]bool
	left    []uint64 // the rows of this transfer

	blockFirst uint64 // the block that was read last: what is sent again comes in its old order
	blockLast  uint64
	block      []link.Entry
}

func (j *transfer) judge(society stocktake.SocietyID, site stocktake.SiteID) error {
	j.state = link.NoFeed(society, site)
	if _, err := readJSON(j.tx, bucketFeeds, j.key, &j.state); err != nil {
		return err
	}
	if err := j.leaveOut(); err != nil {
		return err
	}
	sources := j.tx.Bucket(bucketSources)
	fresh := make(map[stocktake.MovementID]int, len(j.x.Movements))
	known := map[string]link.Entry{} // conflicts of this transfer
	for n := range j.x.Movements {
		m := &j.x.Movements[n]
		standing := link.Entry{}
		if at, ok := fresh[m.ID]; ok {
			standing = j.entries[at]
		} else if value := sources.Get(sourceKey(j.key, m.ID)); value != nil {
			var err error
			if standing, err = j.entry(value); err != nil {
				return err
			}
		}
		switch {
		case standing.Offset == 0:
			fresh[m.ID] = len(j.entries)
			e := j.append(link.Entry{Kind: link.Booked, Movement: *m}, nil)
			if j.awaited[m.ID] {
				j.arrived(e.Offset, m.ID)
			}
			j.taken.New++
			j.state.Position = max(j.state.Position, m.Position)
			if w := j.state.Watermark; !m.Booked.After(w.Through) && !m.Booked.Before(w.Since) {
				j.taken.Late++
			}
		case link.Same(&standing.Movement, m):
			j.taken.Same++
		default:
			e := link.Entry{Kind: link.Conflict, Movement: *m, Against: standing.Offset}
			key := conflictKey(j.key, m)
			if told, ok := known[string(key)]; ok {
				e = told
			} else if value := sources.Get(key); value != nil {
				var err error
				if e, err = j.entry(value); err != nil {
					return err
				}
			} else {
				e = j.append(e, key)
			}
			known[string(key)] = e
			j.taken.Conflicts = append(j.taken.Conflicts, e)
		}
	}
	for _, r := range j.x.Resolve {
		if _, waits := j.waiting[r.Row]; !waits {
			return link.RowNotWaiting.New(r.Row)
		}
		j.settle(link.Entry{Against: r.Row, Reason: r.Reason})
	}
	if err := j.quarantined(); err != nil {
		return err
	}
	had := j.state.Watermark
	if err := j.state.Say(j.x.Claim, j.x.Watermark); err != nil {
		return err
	}
	if w := j.state.Watermark; w != had {
		j.append(link.Entry{Kind: link.Completed, Watermark: w}, nil)
	}
	j.state.Position = max(j.state.Position, j.x.Claim.Through)
	j.state.Movements += uint64(j.taken.New)
	j.state.Late += uint64(j.taken.Late)
	if len(j.x.Resolve) == 0 {
		j.state.ReceivedAt, j.state.ReceivedBy = j.now, j.x.By
	}
	j.taken.State, j.taken.Watermark = j.state, j.state.Watermark
	return nil
}

// append notes an entry that is to be written, and gives it with its offset.
func (j *transfer) append(e link.Entry, told []byte) link.Entry {
	e.Offset, e.RecordedAt, e.By = j.state.Offset+uint64(len(j.entries))+1, j.now, j.x.By
	j.entries = append(j.entries, e)
	j.told = append(j.told, told)
	return e
}

// entry gives the stored entry that a value of bucketSources points to.
func (j *transfer) entry(value []byte) (link.Entry, error) {
	offset, n := binary.Uvarint(value)
	if n != len(value) || offset == 0 {
		return link.Entry{}, ValueDamaged.New("movement")
	}
	if j.block == nil || offset < j.blockFirst || offset > j.blockLast {
		first, block, err := blockOf(j.tx.Bucket(bucketMovements).Cursor(), j.key, offset)
		if err != nil {
			return link.Entry{}, err
		}
		j.block = j.block[:0]
		for j.blockFirst = first; len(block) > 0; first++ {
			var e link.Entry
			if e, block, err = cutMovement(first, block); err != nil {
				return link.Entry{}, err
			}
			j.block = append(j.block, e)
		}
		j.blockLast = first - 1
	}
	if offset < j.blockFirst || offset > j.blockLast {
		return link.Entry{}, ValueDamaged.New("movement")
	}
	return j.block[offset-j.blockFirst], nil
}

// cutMovement takes an entry off the front of a block.
func cutMovement(offset uint64, block []byte) (link.Entry, []byte, error) {
	value, rest, err := cutValue(block)
	if err != nil {
		return link.Entry{}, nil, err
	}
	e, err := link.ReadEntry(offset, stocktake.Hash(value), value[len(stocktake.Hash{}):])
	if err != nil {
		return link.Entry{}, nil, ValueDamaged.Wrap(err, "movement")
	}
	return e, rest, nil
}

// record writes what was judged.
func (t *turn) record(j *transfer) error {
	t.writes++
	log := t.tx.Bucket(bucketMovements)
	log.FillPercent = logFill
	sources, conflicts := t.tx.Bucket(bucketSources), t.tx.Bucket(bucketConflicts)
	waiting, settled := t.tx.Bucket(bucketWaiting), t.tx.Bucket(bucketSettled)
	var block []byte // each of its own: bbolt reads them until the commit
	first := uint64(0)
	end := func() error {
		if len(block) == 0 {
			return nil
		}
		err := log.Put(offsetKey(j.key, first), block)
		block = nil
		return err
	}
	for n := range j.entries {
		e := &j.entries[n]
		if block == nil {
			block, first = make([]byte, 0, blockSize), e.Offset
		}
		start := len(block)
		block = append(block, 0, 0, 0, 0)
		block = append(block, j.state.Hash[:]...)
		block = e.AppendStored(block)
		value := block[start+4:]
		binary.BigEndian.PutUint32(block[start:], uint32(len(value)))
		e.Hash = sha256.Sum256(value)
		copy(value, e.Hash[:])
		j.state.Offset, j.state.Hash = e.Offset, e.Hash
		at := binary.AppendUvarint(nil, e.Offset)
		var err error
		switch e.Kind {
		case link.Booked:
			if err = sources.Put(sourceKey(j.key, e.Movement.ID), at); err == nil {
				err = indexPosting(t.tx, j.key, e)
			}
		case link.Conflict:
			j.state.Conflicts++
			if err = sources.Put(j.told[n], at); err == nil {
				err = conflicts.Put(offsetKey(j.key, e.Offset), nil)
			}
		case link.LeftOut:
			if err = sources.Put(j.told[n], at); err == nil {
				err = waiting.Put(offsetKey(j.key, e.Offset), []byte(e.Row.Movement))
			}
		case link.Settled:
			if err = waiting.Delete(offsetKey(j.key, e.Against)); err == nil {
				err = settled.Put(offsetKey(j.key, e.Offset), nil)
			}
		}
		if err != nil {
			return err
		}
		if len(block)+link.MaxEntry+entryHead > blockSize {
			if err := end(); err != nil {
				return err
			}
		}
	}
	if err := end(); err != nil {
		return err
	}
	j.taken.State = j.state
	return t.putJSON(bucketFeeds, j.key, j.state)
}

// Moved implements link.Movements.
func (db *DB) Moved(ctx context.Context, society stocktake.SocietyID, site stocktake.SiteID, from uint64, limit int) ([]link.Entry, error) {
	if err := checkIDs(society, "site", site); err != nil {
		return nil, err
	}
	from = max(from, 1)
	key := feedKey(society, site)
	var entries []link.Entry
	for len(entries) < limit {
		got := 0
		err := db.view(ctx, func(tx *bbolt.Tx) error {
			state := link.NoFeed(society, site)
			if _, err := readJSON(tx, bucketFeeds, key, &state); err != nil || from > state.Offset {
				return err
			}
			want := min(10*maxRows, limit-len(entries), int(min(state.Offset-from+1, 1<<30)))
			if entries == nil {
				entries = make([]link.Entry, 0, min(uint64(limit), state.Offset-from+1))
			}
			rows := tx.Bucket(bucketMovements).Cursor()
			for first, block, err := blockOf(rows, key, from); got < want; first, block, err = nextBlock(rows, key) {
				if err != nil {
					return err
				}
				for len(block) > 0 && got < want {
					value, rest, err := cutValue(block)
					if err != nil {
						return err
					}
					switch next := from + uint64(got); {
					case first > next:
						return ValueDamaged.New("movement log")
					case first == next:
						e, err := link.ReadEntry(first, stocktake.Hash(value), value[len(stocktake.Hash{}):])
						if err != nil {
							return ValueDamaged.Wrap(err, "movement")
						}
						entries = append(entries, e)
						got++
					}
					block = rest
					first++
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		if got == 0 {
			break
		}
		from += uint64(got)
	}
	return entries, nil
}

// Booked implements count.Feed.
func (db *DB) Booked(ctx context.Context, society stocktake.SocietyID, site stocktake.SiteID, from uint64, limit int) ([]count.Booking, error) {
	entries, err := db.Moved(ctx, society, site, from, limit)
	if err != nil {
		return nil, err
	}
	list := make([]count.Booking, len(entries))
	for n := range entries {
		e := &entries[n]
		list[n] = count.Booking{Offset: e.Offset, Hash: e.Hash, RecordedAt: e.RecordedAt, Watermark: e.Watermark}
		if e.Kind == link.Booked {
			list[n].Movement = &e.Movement
		}
	}
	return list, nil
}

// Feed implements link.Movements.
func (db *DB) Feed(ctx context.Context, society stocktake.SocietyID, site stocktake.SiteID) (link.FeedState, error) {
	if err := checkIDs(society, "site", site); err != nil {
		return link.FeedState{}, err
	}
	state := link.NoFeed(society, site)
	err := db.view(ctx, func(tx *bbolt.Tx) error {
		_, err := readJSON(tx, bucketFeeds, feedKey(society, site), &state)
		return err
	})
	return state, err
}

// Feeds implements link.Movements.
func (db *DB) Feeds(ctx context.Context, society stocktake.SocietyID) ([]link.FeedState, error) {
	if err := stocktake.CheckID("society", string(society)); err != nil {
		return nil, err
	}
	feeds := []link.FeedState{}
	err := db.view(ctx, func(tx *bbolt.Tx) error {
		return eachValue(tx, bucketFeeds, societyKey(society), func(s link.FeedState) bool {
			feeds = append(feeds, s)
			return true
		})
	})
	return feeds, err
}
