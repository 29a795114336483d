package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"jard/internal/stocktake"
	"jard/internal/web"
)

// fed is a society's feeds: one is well, one is not.
type fed struct {
	now      time.Time
	resolved *string
}

func (f fed) Health(_ context.Context, by stocktake.Person) (web.FeedHealth, error) {
	return web.FeedHealth{
		Sites: []web.SiteFeed{
			{Site: "central", Received: f.now.Add(-time.Minute), By: "erp", Complete: f.now.Add(-5 * time.Minute), Movements: 4321},
			{Site: "branch-2", Received: f.now.Add(-26 * time.Hour), By: "erp", Complete: f.now.Add(-26 * time.Hour), Gaps: []web.PositionGap{{After: 17, Through: 29}}, Conflicts: 1,
				Waiting: 2, WaitingSince: f.now.Add(-3 * time.Hour), Conflicted: []web.FeedConflict{{At: f.now, ID: "till-1/<7>", Item: "tea", Quantity: -9000, Standing: -1000, Booked: f.now}}},
		},
		Troubles: []web.FeedTrouble{{Kind: "movements", Site: "branch-2", File: "night.csv", At: f.now, By: "erp", Refused: 1,
			Reason: stocktake.Name{Arabic: "لم يُستورد شيء", English: "Nothing was imported"},
			List:   []web.FeedFault{{Line: 12, Column: "qty", Value: "x", Text: stocktake.Name{Arabic: "ليست عددًا", English: "is no number"}}}}},
	}, nil
}

func (f fed) Quarantine(_ context.Context, by stocktake.Person, site stocktake.SiteID) (web.FeedQuarantine, error) {
	row := web.FeedRow{Row: 17, At: f.now, By: "erp", Movement: "till-1/9", File: "night.csv", Line: 12, Header: "id,kind", Raw: "till-1/9,<gift>", Faults: []web.FeedFault{{Line: 12, Column: "kind", Value: "<gift>", Text: stocktake.Name{Arabic: "نوع غير معروف", English: "is no known kind"}}}}
	unknown := row
	unknown.Row, unknown.Movement = 18, ""
	return web.FeedQuarantine{Waiting: []web.FeedRow{row, unknown}, Since: f.now, Complete: f.now, Held: f.now.Add(time.Hour), Settled: []web.FeedSettled{{FeedRow: row, SettledAt: f.now, SettledBy: "manager", Reason: "a test of the till"}}}, nil
}

func (f fed) Resolve(_ context.Context, by stocktake.Person, site stocktake.SiteID, rows []uint64, reason string) error {
	if *f.resolved = fmt.Sprint(by.ID, site, rows, reason); reason == "long" {
		return web.FeedRowsNone.New()
	}
	return nil
}

// TestFeedQuarantinePage shows what waits as it came, and lets those take it out who may.
func TestFeedQuarantinePage(t *testing.T) {
	now, resolved := time.Date(2026, 1, 15, 10, 0, 0, 0, time.UTC), ""
	d := open(t, unhurried, func(c *web.Config) { c.Feeds, c.Now = fed{now, &resolved}, func() time.Time { return now } })
	const at = "/feeds/branch-2/quarantine"
	for lang, wants := range map[string][]string{
		"en": {"till-1/9,&lt;gift&gt;", "night.csv", "is no known kind", "rows wait in quarantine", "a test of the till", "a person takes it out", `name="row" value="17"`},
		"ar": {"till-1/9,&lt;gift&gt;", "نوع غير معروف", "صفان محجوزان", "يُنتظر برقم"},
	} {
		w := d.browse("manager", "GET", at, nil, "Cookie", "lang="+lang)
		for _, want := range wants {
			if !strings.Contains(w.Body.String(), want) {
				t.Errorf("%s: the page lacks %q", lang, want)
			}
		}
	}
	if body := d.browse("supervisor", "GET", at, nil).Body.String(); !strings.Contains(body, "night.csv") || strings.Contains(body, `name="row"`) {
		t.Error("a supervisor may take rows out, or does not see them")
	}
	if w := d.browse("counter", "GET", at, nil); w.Code != http.StatusForbidden {
		t.Errorf("a counter gets %d", w.Code)
	}
	for _, x := range []struct {
		form url.Values
		code int
	}{{url.Values{"row": {"17"}}, 422}, {url.Values{"reason": {"a test"}}, 422}, {url.Values{"row": {"x"}, "reason": {"a test"}}, 400}, {url.Values{"row": {"17"}, "reason": {"long"}}, 422}, {url.Values{"row": {"17", "18"}, "reason": {"a test"}}, 303}} {
		if w := d.browse("manager", "POST", at, x.form); w.Code != x.code {
			t.Errorf("%v: %d, want %d", x.form, w.Code, x.code)
		}
	}
	if resolved != "the-managerbranch-2[17 18]a test" {
		t.Errorf("taken out: %q", resolved)
	}
}

// TestFeedsPage shows what a person needs in order to ring the integrator up: which site, since when, what is missing and why.
func TestFeedsPage(t *testing.T) {
	now := time.Date(2026, 1, 15, 10, 0, 0, 0, time.UTC)
	d := open(t, unhurried, func(c *web.Config) { c.Feeds, c.Now = fed{now, nil}, func() time.Time { return now } })
	w := d.browse("supervisor", "GET", "/feeds", nil, "Cookie", "lang=en")
	body := w.Body.String()
	if w.Code != http.StatusOK {
		t.Fatal(w.Code, body)
	}
	for _, want := range []string{"central", "Sound", "branch-2", "Look at this", "behind", "till-1/&lt;7&gt;", "night.csv", "rows wait in quarantine", "/feeds/branch-2/quarantine", "Nothing was imported", "is no number", "/api/docs"} {
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
