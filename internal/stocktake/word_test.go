package stocktake_test

import (
	"strings"
	"testing"

	"jard/internal/stocktake"
)

// TestFaultsOfIDsAreSaidInTheReadersLanguage: what is wrong names the thing and counts letters, not bytes.
func TestFaultsOfIDsAreSaidInTheReadersLanguage(t *testing.T) {
	for name, err := range map[string]error{
		"empty":      stocktake.CheckID("section", ""),
		"long":       stocktake.CheckID("section", strings.Repeat("ق", 33)),
		"characters": stocktake.CheckID("section", "~x"),
		"nameless":   stocktake.Name{}.Check("section"),
		"long name":  stocktake.Name{Arabic: strings.Repeat("ق", 300)}.Check("section"),
	} {
		e := stocktake.Fault(err)
		if ar, en := e.Arabic(), e.English(); !strings.Contains(ar, "القسم") || strings.Contains(ar, "section") || strings.Contains(ar, "بايت") ||
			!strings.Contains(en, "section") || strings.Contains(en, "bytes") {
			t.Errorf("%s: %q, %q", name, ar, en)
		}
	}
	if e := stocktake.Fault(stocktake.CheckID("epoch", "")); !strings.Contains(e.Arabic(), "epoch") || !strings.Contains(e.English(), "epoch") {
		t.Errorf("a word that has no translation is left out: %q, %q", e.Arabic(), e.English())
	}
}
