package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"jard/internal/boltdb"
	"jard/internal/count"
	"jard/internal/stocktake"
)

// TestLabelsOfScalesAreChecked: a society whose labels no handheld could read is not added.
func TestLabelsOfScalesAreChecked(t *testing.T) {
	dir := t.TempDir()
	password := filepath.Join(dir, "password")
	if err := os.WriteFile(password, []byte("kunafa with cheese\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	add := func(want int, schemes ...string) string {
		t.Helper()
		args := []string{"society", "add", "rawda", "--arabic", "جمعية", "--governorate", "KW-KU", "--admin", "admin", "--password-file", password, "--data", filepath.Join(dir, "data")}
		for _, s := range schemes {
			args = append(args, "--scheme", s)
		}
		return shell(t)(want, args...)
	}
	const price = "prefix=22,item=5,value=5,kind=price,decimals=3"
	said := add(1, price, "prefix=9,item=5")
	for line, want := range []string{"The label of the scales \"prefix=9,item=5\"", "تعريف ملصق الميزان \"prefix=9,item=5\"", "(scheme \"prefix=9,item=5\": value is missing)"} {
		if got := strings.Split(said, "\n"); len(got) <= line || !strings.Contains(got[line], want) {
			t.Errorf("%s\nline %d lacks %s", said, line, want)
		}
	}
	add(1, price, price) // one prefix means one thing
	add(0, price)
}

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
