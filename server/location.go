package main

import (
	"context"
	"fmt"
	"slices"

	"jard/internal/count"
	"jard/internal/stocktake"
)

type sessionLocationCmd struct {
	onSession
	Location string `arg:"" optional:"" help:"Location to decide on; without it they are listed."`
	Aside    bool   `help:"Set it aside: nobody can walk it." xor:"word"`
	TakeBack bool   `help:"Take that back: it is to be walked again." xor:"word"`
	Reason   string `help:"Why, for the record; needed to decide on a location."`
}

// Run lists locations or sets one aside.
func (c *sessionLocationCmd) Run(ctx context.Context, s *streams) error {
	api, err := c.open(ctx)
	if err != nil {
		return err
	}
	if c.Location == "" && (c.Aside || c.TakeBack) {
		return whichLocation.New()
	}
	list, err := pages[count.LocationState](ctx, api, sessionPath(c.Session, "/locations"))
	if err != nil {
		return err
	}
	if c.Location != "" {
		n := slices.IndexFunc(list, func(l count.LocationState) bool { return string(l.Location) == c.Location })
		if n < 0 {
			return stocktake.NoSuch("location", c.Location)
		}
		list = list[n : n+1]
	}
	if c.Location != "" && (c.Aside || c.TakeBack) {
		body := count.LocationAside{Location: list[0].Location, Digest: list[0].Digest, TakeBack: c.TakeBack, Reason: c.Reason}
		if err := api.post(ctx, sessionPath(c.Session, "/locations/set-aside"), body, nil); err != nil {
			return err
		}
		said := "is set aside"
		if c.TakeBack {
			said = "is to be walked again"
		}
		_, err := fmt.Fprintln(s.Out, c.Location, said)
		return err
	}
	for _, l := range list {
		scope := ""
		if !l.InScope {
			scope = "not in scope "
		}
		fmt.Fprintf(s.Out, "%-12s %-12s %-12s %d passes %s%s\n", l.Location, l.Section, l.Status, l.Passes, scope, standingWord(l.SetAside, l.Lapsed))
	}
	return nil
}

var whichLocation = stocktake.NewReason(stocktake.Invalid, "which-location",
	"Name the location to set aside or to take back: one at a time, each with its reason.",
	"حدّد الموقع المراد تنحيته أو إرجاعه: موقع واحد في كل مرة مع سببه.")
