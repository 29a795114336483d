package stocktake_test

import (
	"encoding/json"
	"os"
	"testing"

	"jard/internal/stocktake"
)

func TestFold(t *testing.T) {
	data, err := os.ReadFile("testdata/folds.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct{ Text, Folded string }
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 25 {
		t.Fatalf("%d cases; were some lost?", len(cases))
	}
	for _, c := range cases {
		if got := stocktake.Fold(c.Text); got != c.Folded {
			t.Errorf("Fold(%+q) = %+q, want %+q", c.Text, got, c.Folded)
		}
		if got := stocktake.Fold(c.Folded); got != c.Folded {
			t.Errorf("Fold(%+q) = %+q: folding twice changes it", c.Folded, got)
		}
	}
}
