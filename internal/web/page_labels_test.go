package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"jard/internal/stocktake"
	"jard/internal/web"
)

// shelves are Places with as many locations as a test wants.
type shelves struct {
	web.Places
	locations int
	more      []string // locations in the cold
}

func (s shelves) Sites(context.Context, stocktake.Person) ([]stocktake.Site, error) {
	site := stocktake.Site{
		ID: "central", Name: stocktake.Name{Arabic: "السوق المركزي", English: "Market"}, Kind: stocktake.CentralMarket,
		Sections: []stocktake.Section{{ID: "dry", Name: stocktake.Name{Arabic: "جاف"}}, {ID: "cold", Name: stocktake.Name{Arabic: "مبرّد"}}},
	}
	for n := range s.locations {
		site.Locations = append(site.Locations, stocktake.Location{
			ID: stocktake.LocationID(fmt.Sprintf("A-%02d", n+1)), Section: "dry", Name: stocktake.Name{Arabic: fmt.Sprintf("ممر 4 رف %d", n+1)},
		})
	}
	for _, id := range s.more {
		site.Locations = append(site.Locations, stocktake.Location{ID: stocktake.LocationID(id), Section: "cold", Name: stocktake.Name{Arabic: "ثلاجة"}})
	}
	site.Locations = append(site.Locations, stocktake.Location{ID: "ثلاجة-1", Section: "cold", Name: stocktake.Name{Arabic: "ثلاجة <1>"}})
	return []stocktake.Site{site}, nil
}

func (shelves) Items(context.Context, stocktake.Person) ([]stocktake.Item, error) {
	return []stocktake.Item{
		{ID: "100", Name: stocktake.Name{Arabic: "أرز بسمتي"}, Unit: stocktake.Piece, Barcodes: []stocktake.Barcode{{Code: "6271100010013", Pack: 1000}, {Code: "16271100010010", Pack: 12000}}},
		{ID: "none", Name: stocktake.Name{Arabic: "بلا باركود"}, Unit: stocktake.Piece},
	}, nil
}

// TestSheetsOfLabels holds that every label stands on its place of the stock, and places used before stay free.
func TestSheetsOfLabels(t *testing.T) {
	d := open(t, func(c *web.Config) { c.Places = shelves{locations: 30} })
	show := func(query string) *httptest.ResponseRecorder {
		return d.browse("supervisor", "GET", "/labels/locations?"+query, nil)
	}
	for _, c := range []struct {
		query                  string
		sheets, places, labels int
	}{
		{"place=site%3Dcentral&stock=s3x8&start=1", 2, 31, 31},
		{"place=site%3Dcentral&stock=s3x8&start=24", 3, 54, 31},
		{"place=section%3Dcold%26site%3Dcentral&stock=s2x7&start=14", 1, 14, 1},
		{"place=site%3Dcentral%26location%3DA-03&stock=s2x7&start=٢", 1, 2, 1},
	} {
		w := show(c.query)
		body := w.Body.String()
		if n := strings.Count(body, `<div class="stock `); w.Code != http.StatusOK || n != c.sheets {
			t.Errorf("%s: %d, %d sheets", c.query, w.Code, n)
		}
		if n := strings.Count(body, `<div class="label`); n != c.places {
			t.Errorf("%s: %d places, want %d", c.query, n, c.places)
		}
		if n := strings.Count(body, "<svg "); n != c.labels {
			t.Errorf("%s: %d labels, want %d", c.query, n, c.labels)
		}
	}
	full := open(t, func(c *web.Config) { c.Places = shelves{locations: 2401} })
	body := full.browse("supervisor", "GET", "/labels/locations?place=section%3Ddry%26site%3Dcentral&stock=s3x8&start=1", nil, "Cookie", "lang=en").Body.String()
	if n := strings.Count(body, "<svg "); n != 2400 || !strings.Contains(body, "all from &#34;A-2401&#34; on") {
		t.Errorf("of 2401 labels %d are printed, and what is left out is not named", n)
	}
	body = show("place=site%3Dcentral&stock=s3x8&start=1").Body.String()
	if !strings.Contains(body, "Code 128 A-01") || !strings.Contains(body, "QR ثلاجة-1") || !strings.Contains(body, "ثلاجة &lt;1&gt;") {
		t.Error("a location's code or name is not on its label")
	}
	for query, field := range map[string]string{
		"place=site%3Dcentral&stock=s3x8&start=25": "start", "place=site%3Dcentral&stock=s9x9&start=1": "stock",
		"place=&stock=s3x8&start=1": "place", "place=site%3Dnone&stock=s3x8&start=1": "place",
	} {
		if w := show(query); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `id="`+field+`-fault"`) {
			t.Errorf("%s: %d without a fault beside %s", query, w.Code, field)
		}
	}
}

// TestLabelsOfChosenLocations goes from a section's page to the labels of those that are ticked there, or of the whole section.
func TestLabelsOfChosenLocations(t *testing.T) {
	d := aisles(t)
	at := "/sites/central/sections/cold"
	form := hiddenIn(d.browse("manager", "GET", at, nil).Body.String())
	form.Set("do", "labels")
	for _, c := range []struct {
		ticked []string
		chosen string // of the places to choose from
		labels int
	}{
		{[]string{"C-01", "C-03"}, "C-01, C-03", 2},
		{nil, "Chiller", 3},
	} {
		form["location"] = c.ticked
		w := d.browse("manager", "POST", at, form)
		to := w.Header().Get("Location")
		if w.Code != http.StatusSeeOther || !strings.HasPrefix(to, "/labels?place=") {
			t.Fatalf("%v: %d, goes to %q", c.ticked, w.Code, to)
		}
		chosen := between(d.browse("manager", "GET", to, nil, "Cookie", "lang=en").Body.String(), " selected>", "</option>")
		if !strings.Contains(chosen, c.chosen) {
			t.Errorf("%v: chosen is %q", c.ticked, chosen)
		}
		place, err := url.Parse(to)
		must(t, err)
		query := place.Query()
		query.Set("stock", "s3x8")
		query.Set("start", "1")
		body := d.browse("manager", "GET", "/labels/locations?"+query.Encode(), nil).Body.String()
		if n := strings.Count(body, "<svg "); n != c.labels {
			t.Errorf("%v: %d labels, want %d", c.ticked, n, c.labels)
		}
	}
	body := d.browse("manager", "GET", "/labels?place=site%3Dcentral%26location%3Dnowhere", nil, "Cookie", "lang=en").Body.String()
	if places := between(body, `<select id="place"`, "</select>"); !strings.Contains(places, "<option") || strings.Contains(places, "nowhere") {
		t.Error("a place that the society does not have is offered")
	}
}

// TestLongestCodesFit holds that every id that there can be has a symbol with room on every stock.
func TestLongestCodesFit(t *testing.T) {
	long := []string{strings.Repeat("W", 64), strings.Repeat("ض", 32), strings.Repeat("€", 21)}
	for _, stock := range []string{"s3x8", "s2x7"} {
		d := open(t, func(c *web.Config) { c.Places = shelves{more: long} })
		body := d.browse("manager", "GET", "/labels/locations?place=section%3Dcold%26site%3Dcentral&start=1&stock="+stock, nil).Body.String()
		if n := strings.Count(body, "<svg "); n != 4 || strings.Contains(body, `role="alert"`) {
			t.Errorf("%s: %d labels of 4: %s", stock, n, between(body, `role="alert"`, "</div>"))
		}
	}
}

// TestItemLabels holds that items are found by any of their codes, and what cannot be printed is named.
func TestItemLabels(t *testing.T) {
	d := open(t, func(c *web.Config) { c.Places = shelves{} })
	form := url.Values{"items": {"100\n16271100010010\n٦٢٧١١٠٠٠١٠٠١٣\n777"}, "stock": {"s3x8"}, "start": {"1"}}
	body := d.browse("manager", "POST", "/labels/items", form).Body.String()
	for text, times := range map[string]int{"EAN-13 6271100010013": 2, "ITF-14 16271100010010": 1, `"777"`: 0, "777": 1, "<small>": 1} {
		if n := strings.Count(body, text); n != times {
			t.Errorf("%q stands %d times, want %d", text, n, times)
		}
	}
	form.Set("items", "100، 16271100010010؛100;6271100010013, none")
	body = d.browse("manager", "POST", "/labels/items", form, "Cookie", "lang=en").Body.String()
	if n := strings.Count(body, "<svg "); n != 4 {
		t.Errorf("%d labels of a list in one line, want 4", n)
	}
	if !strings.Contains(body, "&#34;none&#34; has no barcode") {
		t.Errorf("an item without a barcode is not named as such: %s", body)
	}
	form.Set("items", strings.Repeat("100\n", 2400)+"6271100010013")
	body = d.browse("manager", "POST", "/labels/items", form, "Cookie", "lang=en").Body.String()
	if n := strings.Count(body, "<svg "); n != 2400 || !strings.Contains(body, "all from &#34;6271100010013&#34; on") {
		t.Errorf("of 2401 labels %d are printed, and what is left out is not named", n)
	}
	form.Set("start", "25")
	if w := d.browse("manager", "POST", "/labels/items", form); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `id="item-start-fault"`) {
		t.Errorf("a wrong start: %d without a fault beside it", w.Code)
	}
	form.Set("start", "1")
	form.Set("items", "777")
	if w := d.browse("manager", "POST", "/labels/items", form); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `id="items-fault"`) {
		t.Errorf("nothing found: %d", w.Code)
	}
}
