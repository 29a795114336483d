package web_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"jard/internal/stocktake"
	"jard/internal/web"
)

// fed is a society's feeds: one is well, one is not.
type fed struct{ now time.Time }

func (f fed) Health(_ context.Context, by stocktake.Person) (web.FeedHealth, error) {
	return web.FeedHealth{
		Sites: []web.SiteFeed{
			{Site: "central", Received: f.now.Add(-time.Minute), By: "erp", Complete: f.now.Add(-5 * time.Minute), Movements: 4321},
			{Site: "branch-2", Received: f.now.Add(-26 * time.Hour), By: "erp", Complete: f.now.Add(-26 * time.Hour), Gaps: []web.PositionGap{{After: 17, Through: 29}}, Conflicts: 1,
				Conflicted: []web.FeedConflict{{At: f.now, ID: "till-1/<7>", Item: "tea", Quantity: -9000, Standing: -1000, Booked: f.now}}},
		},
		Troubles: []web.FeedTrouble{{Kind: "movements", Site: "branch-2", File: "night.csv", At: f.now, By: "erp", Refused: 1,
			Reason: stocktake.Name{Arabic: "لم يُستورد شيء", English: "Nothing was imported"},
			List:   []web.FeedFault{{Line: 12, Column: "qty", Value: "x", Text: stocktake.Name{Arabic: "ليست عددًا", English: "is no number"}}}}},
	}, nil
}

// TestFeedsPage shows what a person needs in order to ring the integrator up: which site, since when, what is missing and why.
func TestFeedsPage(t *testing.T) {
	now := time.Date(2026, 1, 15, 10, 0, 0, 0, time.UTC)
	d := open(t, unhurried, func(c *web.Config) { c.Feeds, c.Now = fed{now}, func() time.Time { return now } })
	w := d.browse("supervisor", "GET", "/feeds", nil, "Cookie", "lang=en")
	body := w.Body.String()
	if w.Code != http.StatusOK {
		t.Fatal(w.Code, body)
	}
	for _, want := range []string{"central", "Sound", "branch-2", "Look at this", "behind", "till-1/&lt;7&gt;", "night.csv", "Nothing was imported", "is no number", "/api/docs"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Count(body, "Look at this") != 1 {
		t.Error("a sound feed is pointed at")
	}
	if body := d.browse("supervisor", "GET", "/feeds", nil, "Cookie", "lang=ar").Body.String(); !strings.Contains(body, "لم يُستورد شيء") || strings.Contains(body, "Nothing was") {
		t.Error("the Arabic page is not Arabic")
	}
	if w := d.browse("counter", "GET", "/feeds", nil); w.Code != http.StatusForbidden {
		t.Errorf("a counter gets %d", w.Code)
	}
	if w := open(t, unhurried).browse("supervisor", "GET", "/feeds", nil); w.Code != http.StatusServiceUnavailable {
		t.Errorf("without feeds: %d", w.Code)
	}
}
