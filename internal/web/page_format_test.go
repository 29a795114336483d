package web_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"jard/internal/stocktake"
)

// TestUnitCostsAreInDinars: a unit cost stands in the unit of every other amount, exactly.
func TestUnitCostsAreInDinars(t *testing.T) {
	d, o := openMinistry(t)
	for i, cost := range []stocktake.Cost{1_073_021, 250_000, 1_500, 12_000_000} {
		o.document.Lines[i].Cost = cost
	}
	body := d.look("ministry-officer", "/documents/"+url.PathEscape(string(o.member().Society))+"/"+o.hash.String()).Body.String()
	for _, want := range []string{"Unit cost (KD)", ">1.073021<", ">0.250<", ">0.0015<", ">12.000<"} {
		if !strings.Contains(body, want) {
			t.Errorf("%q is missing", want)
		}
	}
}

// TestOneWordForDinars: English says KD everywhere, and no text of the console speaks of bytes or of options of a command.
func TestOneWordForDinars(t *testing.T) {
	for _, lang := range []string{"ar", "en"} {
		for key, v := range readCatalogue(t, lang) {
			text := fmt.Sprint(v)
			for _, wrong := range []string{"KWD", "--", "بايت", "إقران", "يُحجر", "محجور"} {
				if strings.Contains(text, wrong) {
					t.Errorf("%s: %s says %q", lang, key, wrong)
				}
			}
		}
	}
}
