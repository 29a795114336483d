package main

import (
	"path/filepath"
	"testing"
	"time"

	"jard/internal/boltdb"
	"jard/internal/count"
	"jard/internal/stocktake"
)

// TestSealWakesTheCourier: the courier is woken when a seal is durable, and not by what is no seal.
func TestSealWakesTheCourier(t *testing.T) {
	db, err := boltdb.Open(filepath.Join(t.TempDir(), "jard.db"), boltdb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	due := make(chan int, 10)
	defer onSeal(db, func() {
		list, err := db.Head(t.Context(), "rawda", "s1")
		if err != nil || list.State != count.LogSealed {
			t.Errorf("woken while the log stands at %+v, %v", list, err)
		}
		due <- 1
	})()
	author := count.Author{Person: "salem"}
	for _, kind := range []count.Kind{count.Issued, count.Closing} {
		d := count.Draft{Society: "rawda", Session: "s1", Author: author, Kind: kind, Body: []byte("{}")}
		if _, err := db.Write(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	document := []byte("the result")
	_, err = db.Seal(t.Context(), count.Sealing{
		Society: "rawda", Session: "s1", Author: author, Body: []byte("{}"), IfHead: 2, Series: 1, Number: 1,
		Result: stocktake.Document{Hash: stocktake.HashOf(document), Bytes: document},
	})
	if err != nil {
		t.Fatal(err)
	}
	select {
	case <-due:
	case <-time.After(patience):
		t.Fatal("the courier sleeps on")
	}
	if len(due) > 0 {
		t.Error("woken more than once")
	}
}
