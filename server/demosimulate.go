package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"jard/internal/account"
	"jard/internal/simulate"
	"jard/internal/stocktake"
	"jard/server/market"
)

// demoPace is a brisk walk: something happens every second or two with a handful of counters.
var demoPace = simulate.Pace{Walk: 4 * time.Second, Look: 2500 * time.Millisecond, Key: 1500 * time.Millisecond}

// simulate lets virtual counters walk the open session until the demo ends. They take what is assigned to nobody.
func (d *demonstration) simulate(ctx context.Context) error {
	made, err := market.New(d.recipe.Seed, d.recipe.Items, d.recipe.Locations)
	if err != nil {
		return err
	}
	members, dir := []simulate.Member(nil), filepath.Join(d.Data, "devices")
	for n := range d.Simulate {
		m, err := d.virtual(ctx, dir, n+1)
		if err != nil {
			return d.given(ctx, err)
		}
		members = append(members, m)
	}
	pace, haste := cmp.Or(d.pace, demoPace), time.Duration(max(d.Haste, 1))
	pace = simulate.Pace{Walk: pace.Walk / haste, Look: pace.Look / haste, Key: pace.Key / haste}
	_, err = simulate.Run(ctx, simulate.Config{
		Server: d.inner, Dir: dir, Session: demoSession, Truth: made.Central.Truth, Members: members, Seed: d.recipe.Seed,
		Habits: simulate.Ordinary, Pace: pace, Weather: simulate.Weather{Cut: 0.01, Duplicate: 0.02}, Overlap: 0.08, Stay: true,
		Patience: simulate.Patience{First: 250 * time.Millisecond, Most: 4 * time.Second}, Log: d.log, NoSync: true,
	})
	return d.given(ctx, err)
}

// given makes nothing of an end that somebody asked for, and says what else happened; the demo goes on without counters.
func (d *demonstration) given(ctx context.Context, err error) error {
	if err != nil && ctx.Err() == nil {
		printError(d.out.Err, err)
	}
	return nil
}

// virtual hires a counter with a handheld, unless an earlier run has.
func (d *demonstration) virtual(ctx context.Context, dir string, n int) (simulate.Member, error) {
	id := stocktake.PersonID(fmt.Sprintf("walker-%d", n))
	m := simulate.Member{Name: "device-" + string(id), Person: id, PIN: fmt.Sprint(40_213 + 7919*n%50_000)}
	name := stocktake.Name{Arabic: fmt.Sprintf("قائم بالعد افتراضي %d", n), English: fmt.Sprintf("Virtual counter %d", n)}
	_, err := d.society.accounts.AddPerson(ctx, demoAdmin, account.NewPerson{
		ID: id, Name: name, Roles: []stocktake.Role{stocktake.Counter}, PIN: account.Secret(m.PIN),
	})
	if err != nil && !errors.Is(err, account.PersonExists) {
		return m, err
	}
	if entries, err := os.ReadDir(filepath.Join(dir, m.Name)); err == nil && slices.ContainsFunc(entries, func(e os.DirEntry) bool { return !e.IsDir() }) {
		return m, nil // its handheld is enrolled
	}
	code, err := d.society.accounts.NewEnrolment(ctx, demoAdmin, m.Name)
	m.Code = string(code.Secret)
	return m, err
}
