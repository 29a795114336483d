package boltdb

import (
	"bytes"
	"encoding/binary"
	"slices"
	"time"

	"jard/internal/link"
	"jard/internal/stocktake"
)

// leaveOut puts rows that were left out into the site's quarantine, but those that are or were there.
func (j *transfer) leaveOut() error {
	if j.state.Waiting == 0 && len(j.x.LeftOut) == 0 {
		return nil
	}
	j.waiting, j.awaited = map[uint64]stocktake.MovementID{}, map[stocktake.MovementID]bool{}
	rows := j.tx.Bucket(bucketWaiting).Cursor()
	for k, id := rows.Seek(j.key); bytes.HasPrefix(k, j.key); k, id = rows.Next() {
		offset, _, ok := cutUint64(k[len(j.key):])
		if !ok {
			return ValueDamaged.New("quarantine")
		}
		j.await(offset, stocktake.MovementID(id))
	}
	sources, told := j.tx.Bucket(bucketSources), map[string]bool{}
	for n := range j.x.LeftOut {
		r := j.x.LeftOut[n]
		key := rowKey(j.key, &r)
		if told[string(key)] {
			continue
		}
		told[string(key)] = true
		if value := sources.Get(key); value != nil {
			e, err := j.entry(value)
			if err != nil {
				return err
			}
			j.left = append(j.left, e.Offset)
			continue
		}
		if r.Movement != "" && sources.Get(sourceKey(j.key, r.Movement)) != nil {
			r.Movement = "" // it came before the row did: that it is there says nothing of the row
		}
		e := j.append(link.Entry{Kind: link.LeftOut, Row: &r}, key)
		j.await(e.Offset, r.Movement)
		j.left = append(j.left, e.Offset)
		j.taken.LeftOut++
	}
	return nil
}

func (j *transfer) await(offset uint64, id stocktake.MovementID) {
	j.waiting[offset] = id
	if id != "" {
		j.awaited[id] = true
	}
}

// arrived settles the rows that are awaited under the id of a movement that was taken. One file may have sent the row wrong, and a
// second too.
func (j *transfer) arrived(movement uint64, id stocktake.MovementID) {
	delete(j.awaited, id)
	var rows []uint64
	for row, of := range j.waiting {
		if of == id {
			rows = append(rows, row)
		}
	}
	slices.Sort(rows)
	for _, row := range rows {
		j.settle(link.Entry{Against: row, Arrived: movement})
	}
}

func (j *transfer) settle(e link.Entry) {
	e.Kind = link.Settled
	j.append(e, nil)
	delete(j.waiting, e.Against)
	j.taken.Settled++
}

// quarantined notes in the feed's state how many rows wait once the transfer is taken, and since when. It refuses more than may.
func (j *transfer) quarantined() error {
	if j.waiting == nil {
		return nil
	}
	if len(j.waiting) > link.MaxWaiting {
		return link.QuarantineFull.New(len(j.waiting), link.MaxWaiting)
	}
	oldest := uint64(0)
	for row := range j.waiting {
		if oldest == 0 || row < oldest {
			oldest = row
		}
	}
	for _, row := range j.left {
		if _, waits := j.waiting[row]; waits {
			j.taken.Waits++
		}
	}
	j.state.Waiting, j.state.WaitingSince = len(j.waiting), time.Time{}
	switch {
	case oldest > j.state.Offset: // of this transfer
		j.state.WaitingSince = j.now
	case oldest > 0:
		e, err := j.entry(binary.AppendUvarint(nil, oldest))
		if err != nil {
			return err
		}
		j.state.WaitingSince = e.RecordedAt
	}
	return nil
}
