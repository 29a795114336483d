package link_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"jard/internal/link"
)

// TestAnswersHoldWhatIsDescribed: each field of a report, a fault, a trouble and a mapping stands in openapi.json.
func TestAnswersHoldWhatIsDescribed(t *testing.T) {
	im, _ := linked(t)
	c := newCaller(t, im, nil)
	_, raw, _ := c.send(sending{"GET", link.DocsBase + "/openapi.json", "", "", nil, 0})
	var f struct {
		Paths      map[string]map[string]json.RawMessage `json:"paths"`
		Components struct {
			Security map[string]any `json:"securitySchemes"`
			Schemas  map[string]struct {
				Properties map[string]any `json:"properties"`
			} `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal([]byte(raw), &f); err != nil {
		t.Fatal(err)
	}
	if f.Components.Security["person"] == nil {
		t.Error("no scheme for people")
	}
	if resolve := string(f.Paths[link.APIBase+"sites/{site}/quarantine"]["post"]); !strings.Contains(resolve, `"person"`) {
		t.Error("rows of a quarantine are taken out by people")
	}
	holds := func(name string, v any) {
		t.Helper()
		fields, ok := v.(map[string]any)
		if !ok {
			t.Fatalf("no %s: %v", name, v)
		}
		for _, field := range slices.Sorted(maps.Keys(fields)) {
			if _, ok := f.Components.Schemas[name].Properties[field]; !ok {
				t.Errorf("%s has %q, which is not described", name, field)
			}
		}
	}
	post := func(path, body string) {
		t.Helper()
		_, text, _ := c.send(sending{"POST", link.APIBase + path, "machine", "text/csv", strings.NewReader(body), 0})
		var a struct {
			Report map[string]any `json:"report"`
		}
		if err := json.Unmarshal([]byte(text), &a); err != nil {
			t.Fatal(err)
		}
		holds("Report", a.Report)
		holds("Mapping", a.Report["mapping"])
		faults, _ := a.Report["faults"].(map[string]any)
		holds("Faults", faults)
		if list, _ := faults["list"].([]any); len(list) > 0 {
			holds("Fault", list[0])
			if one, _ := list[0].(map[string]any); one["key"] == nil || one["key"] != one["reason"] {
				t.Errorf("%v", one)
			}
		}
	}
	post("items", itemsText)
	post("sites/m1/book?as_of=2026-11-24T05:00:00Z", bookText)
	post("sites/m1/book?as_of=2026-11-23T05:00:00Z", bookText)
	post("sites/m1/movements?complete_since=2026-11-01T00:00:00Z&complete_through=2026-11-24T05:30:00Z", oneSale)
	post("sites/m1/movements?faults=quarantine", oneSale+"77,gift,200,-1,2026-11-24 08:00\n")
	_, text, _ := c.send(sending{"GET", link.APIBase + "health", "machine", "", nil, 0})
	var health struct {
		Troubles []map[string]any `json:"troubles"`
	}
	if err := json.Unmarshal([]byte(text), &health); err != nil || len(health.Troubles) != 2 {
		t.Fatal(err, text)
	}
	for _, x := range health.Troubles {
		holds("Trouble", x)
	}
}
