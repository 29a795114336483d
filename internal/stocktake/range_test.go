package stocktake_test

import (
	"testing"

	"jard/internal/stocktake"
)

func TestLocationRange(t *testing.T) {
	for _, c := range []struct {
		from, to    stocktake.LocationID
		n           int
		first, last stocktake.LocationID
	}{
		{"A-01", "A-40", 40, "A-01", "A-40"},
		{"A-01", "40", 40, "A-01", "A-40"},
		{"A-8", "A-11", 4, "A-8", "A-11"},
		{"7", "7", 1, "7", "7"},
		{"ممر 1-08", "ممر 1-12", 5, "ممر 1-08", "ممر 1-12"},
	} {
		got, err := stocktake.LocationRange(c.from, c.to)
		if err != nil || len(got) != c.n || got[0] != c.first || got[len(got)-1] != c.last {
			t.Errorf("%s … %s: %v, %v", c.from, c.to, got, err)
		}
	}
	for _, c := range [][2]stocktake.LocationID{{"A", "B"}, {"A-1", "B-2"}, {"A-5", "A-4"}, {"A-1", "A"}, {"A-1", "A-2001"}, {"", ""}, {"A-1", "A-99999999999999999999"}} {
		if got, err := stocktake.LocationRange(c[0], c[1]); err == nil || stocktake.CodeOf(err) != stocktake.Invalid {
			t.Errorf("%s … %s: %d, %v", c[0], c[1], len(got), err)
		}
	}
}
