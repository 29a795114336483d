package web_test

import (
	"net/url"
	"testing"
	"time"

	"jard/internal/link"
	"jard/internal/stocktake"
)

// What was booked around a count stands on its line, makes it uncertain, and is settled by a recount that the sheet offers.
func TestLineTellsWhatMakesItsBand(t *testing.T) {
	s := openStory(t)
	s.walk("p1", "ali", "tuna", 98_765)
	s.page("manager", "/sessions/s1/line?section=dry&item=tuna", "match")
	now := time.Now().UTC()
	_, err := s.db.Move(t.Context(), society, "central", link.Transfer{
		By: "till", Watermark: stocktake.Watermark{Since: now.AddDate(0, 0, -2), Through: now.Add(-time.Hour)},
		Movements: []stocktake.Movement{{ID: "r1", Kind: stocktake.Receipt, Item: "tuna", Quantity: 12_000, Booked: now, Section: "dry"}},
	})
	must(t, err)
	s.page("manager", "/sessions/s1/line?section=dry&item=tuna", "may match", "uncertain", "Booked by the shop", "Receipt", "undecided", "has not passed the count yet", "has not been measured since", `class="window"`)
	s.page("manager", "/sessions/s1/sheet", "Recount 1 uncertain line", "provisional")
	s.page("manager", "/sessions/s1/recounts", "Recount 1 uncertain line")
	s.holds(s.post("manager", "/sessions/s1/recounts", url.Values{"of": {"uncertain"}}), 200, "Order a recount")
	s.page("manager", "/sessions/s1/seal", "Lines waiting for approval")
}
