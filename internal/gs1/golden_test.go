package gs1_test

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"jard/internal/gs1"
)

// golden is one case of testdata/scans.json. The handheld's decoder is held to the same file: want is the answer as
// JSON, compared as a whole, so that a field too many fails like one too few.
type golden struct {
	Name    string   `json:"name"`
	Raw     string   `json:"raw"`
	Schemes []string `json:"schemes"`
	FNC1    string   `json:"fnc1"`
	Now     string   `json:"now"` // YYYY-MM-DD; 2026-11-24 where absent
	// UnitPrice, fils a kilogram, weighs the answer where it is given.
	UnitPrice int64           `json:"unit_price"`
	Want      json.RawMessage `json:"want"`
}

func (g golden) decoder(t testing.TB) *gs1.Decoder {
	t.Helper()
	now := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	if g.Now != "" {
		var err error
		if now, err = time.Parse(time.DateOnly, g.Now); err != nil {
			t.Fatal(err)
		}
	}
	options := []gs1.Option{gs1.Now(func() time.Time { return now })}
	if g.FNC1 != "" {
		options = append(options, gs1.FNC1(g.FNC1))
	}
	schemes, err := gs1.ParseSchemes(g.Schemes)
	if err != nil {
		t.Fatal(err)
	}
	d, err := gs1.NewDecoder(schemes, options...)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func goldens(t testing.TB) []golden {
	t.Helper()
	data, err := os.ReadFile("testdata/scans.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []golden
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 250 {
		t.Fatalf("scans.json holds %d cases; were some lost?", len(cases))
	}
	return cases
}

func TestGoldenScans(t *testing.T) {
	for _, g := range goldens(t) {
		t.Run(g.Name, func(t *testing.T) {
			scan := g.decoder(t).Decode(g.Raw)
			if g.UnitPrice != 0 {
				scan.Weigh(g.UnitPrice)
			}
			got, err := json.Marshal(scan)
			if err != nil {
				t.Fatal(err)
			}
			if want := canonical(t, g.Want); canonical(t, got) != want {
				t.Errorf("Decode(%.120q)\n got %s\nwant %s", g.Raw, got, g.Want)
			}
		})
	}
}

// canonical returns JSON with its keys sorted.
func canonical(t testing.TB, data []byte) string {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	sorted, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(sorted)
}
