package main

import (
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"jard/internal/boltdb"
	"jard/internal/count"
	"jard/internal/stocktake"
)

// At every beat what is due is issued, once; what cannot be is told once.
func TestPlansAreIssuedAtTheirTime(t *testing.T) {
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	clock := new(hands)
	clock.move(time.Date(2026, 12, 1, 18, 0, 0, 0, time.UTC))
	db, err := boltdb.Open(filepath.Join(t.TempDir(), "jard.db"), boltdb.Options{Clock: clock.Now, InitialMmapSize: 1 << 20})
	check(err)
	defer func() { check(db.Close()) }()
	sessions := count.NewService(db, db, db, clock.Now)
	defer sessions.Close()
	ctx := t.Context()
	s, err := newShop(1, 20, 4)
	check(err)
	check(db.PutSociety(ctx, stocktake.Society{ID: "rawda", Name: stocktake.Name{Arabic: "الروضة"}, Governorate: stocktake.Capital}))
	head, chunks, err := stocktake.NewCatalogue(s.items)
	check(err)
	check(db.Publish(ctx, "rawda", "catalogue", head, chunks...))
	check(publishSite(ctx, &node{db: db}, "rawda", s.site, s.book, clock.Now(), ""))
	salem := stocktake.Person{Society: "rawda", ID: "salem", Roles: []stocktake.Role{stocktake.Supervisor}}
	for range 2 { // of one section both: the second cannot be issued beside the first
		_, err = sessions.SavePlan(ctx, salem, count.CountPlan{
			Name: stocktake.Name{English: "Ambush"}, Kind: count.PlanSurprise, Site: "central", Automatic: true, Minutes: 60,
			Recurrence: count.Recurrence{Unit: count.Once, Start: "2026-12-01", Time: "22:00"},
		})
		check(err)
	}
	var log strings.Builder
	who := func(_ context.Context, by stocktake.Person) (stocktake.Person, error) { return by, nil }
	i := &issuing{db, sessions, who, slog.New(slog.NewTextHandler(&log, nil)), map[string]string{}}
	ended, end := context.WithCancel(ctx)
	beat, done := make(chan time.Time), make(chan struct{})
	go func() { i.run(ended, beat); close(done) }()
	beat <- time.Time{} // the first look is over
	heads, err := db.Heads(ctx, "rawda")
	check(err)
	if len(heads) > 0 {
		t.Fatal("issued too early")
	}
	clock.move(time.Date(2026, 12, 1, 19, 0, 1, 0, time.UTC))
	for range 3 {
		beat <- time.Time{}
	}
	end()
	<-done
	if heads, err = db.Heads(ctx, "rawda"); err != nil || len(heads) != 1 {
		t.Fatalf("%d sessions are out (%v)", len(heads), err)
	}
	said := log.String()
	if strings.Count(said, "count issued by its plan") != 1 || strings.Count(said, "count not issued by its plan") != 1 {
		t.Errorf("told:\n%s", said)
	}
}
