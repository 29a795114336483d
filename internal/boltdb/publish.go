package boltdb

import (
	"bytes"
	"context"
	"encoding/binary"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"go.etcd.io/bbolt"

	"jard/internal/stocktake"
)

// Publish stores documents and moves the society's pointer of that name ("catalogue", "site/central" …) to the head
// among them, in one transaction.
func (db *DB) Publish(ctx context.Context, society stocktake.SocietyID, name string, head stocktake.Document, rest ...stocktake.Document) error {
	if err := checkName(name); err != nil {
		return err
	}
	docs := append([]stocktake.Document{head}, rest...)
	staged, err := db.stage(ctx, society, docs)
	if err != nil {
		return err
	}
	return db.write(ctx, documentWeight(docs, staged), func(t *turn) error {
		if err := t.putDocuments(society, docs, staged); err != nil {
			return err
		}
		value := binary.BigEndian.AppendUint64(bytes.Clone(head.Hash[:]), uint64(t.now.UnixMicro()))
		return t.put(bucketPublished, nameKey(society, name), value)
	})
}

// Published gives the hash that a name points to and since when; stocktake.Missing when nothing was published by it.
func (db *DB) Published(ctx context.Context, society stocktake.SocietyID, name string) (hash stocktake.Hash, at time.Time, err error) {
	if checkName(name) != nil || stocktake.CheckID("society", string(society)) != nil {
		return hash, at, stocktake.NoSuch("document", name)
	}
	err = db.view(ctx, func(tx *bbolt.Tx) error {
		value := tx.Bucket(bucketPublished).Get(nameKey(society, name))
		if value == nil {
			return stocktake.NoSuch("document", name)
		}
		if len(value) != len(hash)+8 {
			return ValueDamaged.New("name")
		}
		copy(hash[:], value)
		at = time.UnixMicro(int64(binary.BigEndian.Uint64(value[len(hash):]))).UTC()
		return nil
	})
	return hash, at, err
}

// PublishedNames lists the society's names that begin with prefix, in byte order.
func (db *DB) PublishedNames(ctx context.Context, society stocktake.SocietyID, prefix string) ([]string, error) {
	if err := stocktake.CheckID("society", string(society)); err != nil {
		return nil, err
	}
	var names []string
	own, want := societyKey(society), nameKey(society, prefix)
	err := db.view(ctx, func(tx *bbolt.Tx) error {
		rows := tx.Bucket(bucketPublished).Cursor()
		for key, _ := rows.Seek(want); bytes.HasPrefix(key, want); key, _ = rows.Next() {
			names = append(names, string(key[len(own):]))
		}
		return nil
	})
	return names, err
}

func checkName(name string) error {
	if name == "" || len(name) > 255 || !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) {
		return NameMalformed.New(name)
	}
	return nil
}
