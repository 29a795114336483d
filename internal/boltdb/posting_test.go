package boltdb_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"jard/internal/boltdb"
	"jard/internal/link"
	"jard/internal/stocktake"
)

// sell appends sales to a site's log, with a posting and its void among the first.
func sell(t *testing.T, db *boltdb.DB, from, to int) {
	t.Helper()
	for from <= to {
		x := link.Transfer{By: "erp"}
		for ; from <= to && len(x.Movements) < link.MaxTransfer; from++ {
			m := stocktake.Movement{
				ID: stocktake.MovementID(fmt.Sprintf("till/%07d", from)), Kind: stocktake.Sale, Item: "tea", Quantity: -1000, Booked: time.Unix(int64(1_700_000_000+from), 0),
			}
			switch from {
			case 7:
				m.Posts = "1/17"
			case 11:
				m.Voids, m.Quantity = "till/0000007", 1000
			}
			x.Movements = append(x.Movements, m)
		}
		if _, err := db.Move(t.Context(), "rawda", "central", x); err != nil {
			t.Fatal(err)
		}
	}
}

func posted(t *testing.T, db *boltdb.DB) []stocktake.Movement {
	t.Helper()
	list, err := db.Posted(t.Context(), "rawda", "central", 0)
	if err != nil || len(list) != 2 || list[0].Posts != "1/17" || list[1].Voids != list[0].ID {
		t.Fatalf("%v %+v", err, list)
	}
	return list
}

// TestPostedCostsByWhatWasPosted holds the work of looking up what was posted against a log that is a hundred times as long.
func TestPostedCostsByWhatWasPosted(t *testing.T) {
	db := mustOpen(t, filepath.Join(t.TempDir(), "jard.db"))
	sell(t, db, 1, 300)
	short := testing.AllocsPerRun(5, func() { posted(t, db) })
	sell(t, db, 301, 30_000)
	if long := testing.AllocsPerRun(5, func() { posted(t, db) }); long > short+10 {
		t.Errorf("looking up two movements makes %v allocations behind 300, %v behind 30,000", short, long)
	}
}

// TestFirstVersionIsBroughtUp opens a store whose movement logs have no index of what was posted.
func TestFirstVersionIsBroughtUp(t *testing.T) {
	path := filepath.Join(t.TempDir(), "jard.db")
	db := mustOpen(t, path)
	sell(t, db, 1, 9000)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	old, err := bbolt.Open(path, 0o600, &bbolt.Options{NoFreelistSync: true})
	if err != nil {
		t.Fatal(err)
	}
	err = old.Update(func(tx *bbolt.Tx) error {
		return errors.Join(tx.DeleteBucket([]byte("postings")), tx.DeleteBucket([]byte("voids")), tx.DeleteBucket([]byte("waiting")), tx.DeleteBucket([]byte("settled")),
			tx.Bucket([]byte("meta")).Put([]byte("schema"), binary.BigEndian.AppendUint64(nil, 1)))
	})
	if err := errors.Join(err, old.Close()); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		db = mustOpen(t, path)
		posted(t, db)
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
