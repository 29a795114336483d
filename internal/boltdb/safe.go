package boltdb

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"

	"go.etcd.io/bbolt"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// ReadBackup walks a backup whole and gives the incarnation under which it was made and the marks of the streams that it
// holds. Besides what Check finds, it recomputes the chain of every log, and holds the marks against the events that are
// there: devices will drop their events on its word.
func ReadBackup(path string) (incarnation string, marks map[stocktake.SocietyID]map[count.Stream]count.Mark, err error) {
	marks = map[stocktake.SocietyID]map[count.Stream]count.Mark{}
	err = inspect(path, true, func(tx *bbolt.Tx) error {
		if err := checkPages(tx, path); err != nil {
			return err
		}
		arrived, err := checkChains(tx)
		if err != nil {
			return StoreDamaged.Wrap(err, path)
		}
		incarnation = string(tx.Bucket(bucketMeta).Get(metaIncarnation))
		return tx.Bucket(bucketStreams).ForEach(func(key, value []byte) error {
			society, rest, _ := cutID(key)
			device, rest, _ := cutID(rest)
			epoch, _, ok := cutID(rest)
			s := stream{epoch: epoch}
			if err := readStream(&s, value); err != nil || !ok {
				return StoreDamaged.Wrap(err, path)
			}
			of := streamID{stocktake.SocietyID(society), count.Stream{Device: stocktake.DeviceID(device), Epoch: epoch}}
			if s.acked != arrived[of] {
				return StoreDamaged.Wrap(fmt.Errorf("stream %s of %s has event %d, its mark says %d", device, society, arrived[of], s.acked), path)
			}
			if marks[of.society] == nil {
				marks[of.society] = map[count.Stream]count.Mark{}
			}
			marks[of.society][of.stream] = s.mark()
			return nil
		})
	})
	if err != nil {
		return "", nil, err
	}
	return incarnation, marks, nil
}

// checkChains recomputes every log up to its head, and gives the last event of each stream that is in any.
func checkChains(tx *bbolt.Tx) (arrived map[streamID]uint64, err error) {
	arrived = map[streamID]uint64{}
	return arrived, tx.Bucket(bucketHeads).ForEach(func(key, value []byte) error {
		society, rest, _ := cutID(key)
		session, _, _ := cutID(rest)
		head, err := readHead(stocktake.SessionID(session), value)
		if err != nil {
			return err
		}
		hash, offset := count.Genesis(stocktake.SocietyID(society), head.Session), uint64(0)
		rows := tx.Bucket(bucketLog).Cursor()
		for row, block := rows.Seek(key); bytes.HasPrefix(row, key); row, block = rows.Next() {
			broken := !bytes.Equal(row, offsetKey(key, offset+1))
			for len(block) > 0 && !broken {
				var value []byte
				var e count.Entry
				if value, block, err = cutValue(block); err == nil {
					hash = count.Chain(hash, value[len(hash):])
					e, err = count.ReadStored(offset+1, hash, value[len(hash):])
				}
				offset++
				broken = err != nil || !bytes.HasPrefix(value, hash[:])
				if e.Author.Seq > 0 {
					of := streamID{stocktake.SocietyID(society), e.Author.Stream}
					arrived[of] = max(arrived[of], e.Author.Seq)
				}
			}
			if broken {
				return fmt.Errorf("log %s of %s breaks at entry %d", session, society, offset)
			}
		}
		if offset != head.Offset || hash != head.Hash {
			return fmt.Errorf("log %s of %s ends at entry %d, before its head", session, society, offset)
		}
		return nil
	})
}

// ConfirmBackup records that a verified backup off this machine holds streams up to their marks, so that devices may drop
// what lies below. The backup must have been made of this store under its present incarnation: BackupForeign when
// it was not, or holds what the store does not; then nothing is recorded. An older backup takes nothing back from a newer.
func (db *DB) ConfirmBackup(ctx context.Context, incarnation string, marks map[stocktake.SocietyID]map[count.Stream]count.Mark) error {
	type row struct{ key, value []byte }
	streams := 0
	for society, list := range marks {
		streams += len(list)
		for s := range list {
			if err := checkStream(society, s); err != nil {
				return err
			}
		}
	}
	return db.write(ctx, 1+streams, func(t *turn) error {
		if incarnation != string(t.tx.Bucket(bucketMeta).Get(metaIncarnation)) {
			return BackupForeign.New()
		}
		var rows []row
		for society, list := range marks {
			for id, held := range list {
				s, err := t.stream(society, id)
				if err != nil {
					return err
				}
				if held.Acked > s.acked || held.Acked == s.acked && held.Digest != s.digest {
					return BackupForeign.New()
				}
				key := streamKey(society, id)
				if held.Acked > storedSafe(t.tx, key) {
					rows = append(rows, row{key, binary.BigEndian.AppendUint64(nil, held.Acked)})
				}
			}
		}
		for _, r := range rows {
			if err := t.put(bucketSafe, r.key, r.value); err != nil {
				return err
			}
		}
		return t.putJSON(bucketMeta, metaBackedUp, t.now)
	})
}

// SafeThrough gives the number of a stream's last event that a confirmed backup holds. Known is false as long as no backup
// was ever confirmed.
func (db *DB) SafeThrough(ctx context.Context, society stocktake.SocietyID, s count.Stream) (through uint64, known bool, err error) {
	err = db.view(ctx, func(tx *bbolt.Tx) error {
		known = tx.Bucket(bucketMeta).Get(metaBackedUp) != nil
		through = storedSafe(tx, streamKey(society, s))
		return nil
	})
	return through, known, err
}

func storedSafe(tx *bbolt.Tx, key []byte) uint64 {
	n, _, _ := cutUint64(tx.Bucket(bucketSafe).Get(key))
	return n
}
