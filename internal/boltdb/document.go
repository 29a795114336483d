package boltdb

import (
	"bytes"
	"context"
	"encoding/binary"

	"go.etcd.io/bbolt"

	"jard/internal/stocktake"
)

const (
	partSize   = 256 << 10 // a document larger than this is cut into parts of this size
	stageLimit = 1 << 20   // documents that are larger together have their parts written ahead
	stageBatch = 4 << 20   // … so much in one transaction: each waits for the disk twice, and ingest for each
	eventSize  = 250       // bytes of a document that weigh as much as an event in the writer's batches
)

// PutDocuments implements count.Documents. A document whose bytes do not have its hash is refused: HashWrong.
func (db *DB) PutDocuments(ctx context.Context, society stocktake.SocietyID, docs ...stocktake.Document) error {
	if len(docs) == 0 {
		return stocktake.CheckID("society", string(society))
	}
	staged, err := db.stage(ctx, society, docs)
	if err != nil {
		return err
	}
	return db.write(ctx, documentWeight(docs, staged), func(t *turn) error {
		return t.putDocuments(society, docs, staged)
	})
}

// PutPhoto implements handheld.Store.
func (db *DB) PutPhoto(ctx context.Context, society stocktake.SocietyID, photo stocktake.Document) error {
	if !photosFit(db.path) {
		return PhotosWait.New()
	}
	return db.PutDocuments(ctx, society, photo)
}

// stage checks documents and, where they are large together, writes their parts ahead in transactions of their own, so
// that no commit is so long that ingest would notice. Parts mean nothing until their document is named; a crash in
// between leaves them for the next attempt.
func (db *DB) stage(ctx context.Context, society stocktake.SocietyID, docs []stocktake.Document) (staged bool, err error) {
	if err := stocktake.CheckID("society", string(society)); err != nil {
		return false, err
	}
	total := 0
	for _, d := range docs {
		if stocktake.HashOf(d.Bytes) != d.Hash {
			return false, HashWrong.New(d.Hash.String())
		}
		total += len(d.Bytes)
	}
	if total <= stageLimit {
		return false, nil
	}
	type piece struct{ key, bytes []byte }
	var pieces []piece
	size := 0
	flush := func() error {
		batch, weight := pieces, size/eventSize
		pieces, size = nil, 0
		return db.write(ctx, weight, func(t *turn) error {
			for _, p := range batch {
				if !bytes.Equal(t.tx.Bucket(bucketParts).Get(p.key), p.bytes) {
					if err := t.put(bucketParts, p.key, p.bytes); err != nil {
						return err
					}
				}
			}
			return nil
		})
	}
	for _, d := range docs {
		known := false
		err := db.view(ctx, func(tx *bbolt.Tx) error {
			known = tx.Bucket(bucketDocuments).Get(hashKey(society, d.Hash)) != nil
			return nil
		})
		if err != nil {
			return false, err
		}
		if known {
			continue
		}
		for n, rest := uint32(0), d.Bytes; len(rest) > 0; n++ {
			part := rest[:min(partSize, len(rest))]
			rest = rest[len(part):]
			pieces = append(pieces, piece{partKey(hashKey(society, d.Hash), n), part})
			if size += len(part); size >= stageBatch {
				if err := flush(); err != nil {
					return false, err
				}
			}
		}
	}
	if len(pieces) > 0 {
		return true, flush()
	}
	return true, nil
}

func documentWeight(docs []stocktake.Document, staged bool) int {
	weight := len(docs)
	for _, d := range docs {
		if !staged {
			weight += len(d.Bytes) / eventSize
		}
	}
	return weight
}

// putDocuments stores documents that stage has checked; those already there have no effect.
func (t *turn) putDocuments(society stocktake.SocietyID, docs []stocktake.Document, staged bool) error {
	for _, d := range docs {
		key := hashKey(society, d.Hash)
		if t.tx.Bucket(bucketDocuments).Get(key) != nil {
			continue
		}
		value := binary.BigEndian.AppendUint64(make([]byte, 0, 8), uint64(len(d.Bytes)))
		switch {
		case staged: // the parts are there
		case len(d.Bytes) <= partSize:
			value = append(value, d.Bytes...)
		default:
			for n, rest := uint32(0), d.Bytes; len(rest) > 0; n++ {
				part := rest[:min(partSize, len(rest))]
				rest = rest[len(part):]
				if err := t.put(bucketParts, partKey(key, n), part); err != nil {
					return err
				}
			}
		}
		if err := t.put(bucketDocuments, key, value); err != nil {
			return err
		}
	}
	return nil
}

// Document implements count.Documents. The bytes are checked against the hash.
func (db *DB) Document(ctx context.Context, society stocktake.SocietyID, hash stocktake.Hash) (stocktake.Document, error) {
	var d stocktake.Document
	err := db.view(ctx, func(tx *bbolt.Tx) (err error) {
		d, err = storedDocument(tx, society, hash)
		return err
	})
	if err != nil {
		return stocktake.Document{}, err
	}
	if stocktake.HashOf(d.Bytes) != d.Hash {
		return stocktake.Document{}, ValueDamaged.New("document")
	}
	return d, nil
}

func storedDocument(tx *bbolt.Tx, society stocktake.SocietyID, hash stocktake.Hash) (stocktake.Document, error) {
	key := hashKey(society, hash)
	value := tx.Bucket(bucketDocuments).Get(key)
	if value == nil {
		return stocktake.Document{}, stocktake.NoSuch("document", hash.String())
	}
	size, inline, ok := cutUint64(value)
	if !ok || size > 1<<40 {
		return stocktake.Document{}, ValueDamaged.New("document")
	}
	d := stocktake.Document{Hash: hash}
	if uint64(len(inline)) == size {
		d.Bytes = append([]byte{}, inline...)
		return d, nil
	}
	d.Bytes = make([]byte, 0, size)
	rows := tx.Bucket(bucketParts).Cursor()
	for k, part := rows.Seek(key); bytes.HasPrefix(k, key) && len(k) == len(key)+4; k, part = rows.Next() {
		d.Bytes = append(d.Bytes, part...)
	}
	if uint64(len(d.Bytes)) != size {
		return stocktake.Document{}, ValueDamaged.New("document")
	}
	return d, nil
}
