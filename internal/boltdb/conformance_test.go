package boltdb_test

import (
	"path/filepath"
	"testing"

	"jard/internal/boltdb"
	"jard/internal/storetest"
)

func TestConformance(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Harness {
		path := filepath.Join(t.TempDir(), "jard.db")
		db := mustOpen(t, path)
		return storetest.Harness{Store: db, Reopen: func() storetest.Store {
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			db = mustOpen(t, path)
			return db
		}}
	})
}

var _ storetest.Store = (*boltdb.DB)(nil)
