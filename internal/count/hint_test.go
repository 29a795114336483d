package count_test

import (
	"slices"
	"strconv"
	"testing"

	"jard/internal/count"
	"jard/internal/reconcile"
	"jard/internal/stocktake"
)

// hinted is a view of lines that wait; each is a section, an item, its book and what was counted.
func hinted(items map[stocktake.ItemID]stocktake.Item, lines ...*count.Line) *count.View {
	site := &stocktake.Site{Sections: []stocktake.Section{{ID: "dairy", Name: stocktake.Name{English: "Dairy", Arabic: "ألبان"}}, {ID: "dry", Name: stocktake.Name{English: "Dry"}}}}
	return &count.View{Lines: lines, Material: &count.Material{Site: site, Items: items}}
}

func off(section stocktake.SectionID, item stocktake.ItemID, book, counted stocktake.Quantity) *count.Line {
	l := &count.Line{Section: section, Item: item, Book: book, Counted: counted, Status: count.LineOutside}
	l.Variance = &reconcile.Variance{Quantity: counted - book, Low: counted - book, High: counted - book, Expected: book, Counted: counted, Observed: counted}
	return l
}

func TestHints(t *testing.T) {
	packs := func(unit stocktake.Unit, packs ...stocktake.Quantity) stocktake.Item {
		i := stocktake.Item{Unit: unit}
		for _, p := range packs {
			i.Barcodes = append(i.Barcodes, stocktake.Barcode{Code: "c", Pack: p})
		}
		return i
	}
	named := func(arabic string) stocktake.Item {
		return stocktake.Item{Unit: stocktake.Piece, Name: stocktake.Name{Arabic: arabic}}
	}
	coded := func(code string) stocktake.Item {
		return stocktake.Item{Unit: stocktake.Piece, Name: stocktake.Name{English: code}, Barcodes: []stocktake.Barcode{{Code: code, Pack: 1000, Kind: stocktake.GTIN}}}
	}
	within := off("dairy", "b", 9000, 12_000)
	within.Status = count.LineWithin
	approved := off("dairy", "b", 9000, 12_000)
	approved.Status = count.LineApproved
	carried := off("dairy", "a", 20_000, 17_000)
	carried.Variance.Unbooked = -3000
	tally := &count.Line{Section: "dry", Item: "a", Counted: 3000, Status: count.LinePartial, Undirected: true}
	for name, c := range map[string]struct {
		items map[stocktake.ItemID]stocktake.Item
		lines []*count.Line
		want  []string // section/item kind
	}{
		"packs counted as pieces":         {map[stocktake.ItemID]stocktake.Item{"a": packs(stocktake.Piece, 1000, 12_000)}, []*count.Line{off("dairy", "a", 60_000, 27_000)}, []string{"dairy/a pack"}},
		"pieces counted as packs":         {map[stocktake.ItemID]stocktake.Item{"a": packs(stocktake.Piece, 1000, 12_000)}, []*count.Line{off("dairy", "a", 3000, 36_000)}, []string{"dairy/a pack"}},
		"no multiple":                     {map[stocktake.ItemID]stocktake.Item{"a": packs(stocktake.Piece, 12_000)}, []*count.Line{off("dairy", "a", 60_000, 28_000)}, nil},
		"more packs than were counted":    {map[stocktake.ItemID]stocktake.Item{"a": packs(stocktake.Piece, 12_000)}, []*count.Line{off("dairy", "a", 60_000, 2000)}, nil},
		"a pair says nothing":             {map[stocktake.ItemID]stocktake.Item{"a": packs(stocktake.Piece, 2000)}, []*count.Line{off("dairy", "a", 60_000, 57_000)}, nil},
		"a sack counted as a kilo":        {map[stocktake.ItemID]stocktake.Item{"a": packs(stocktake.Kilogram, 1000, 2500)}, []*count.Line{off("dairy", "a", 10_000, 4000)}, []string{"dairy/a unit"}},
		"grams for kilos":                 {map[stocktake.ItemID]stocktake.Item{"a": packs(stocktake.Kilogram)}, []*count.Line{off("dairy", "a", 12_500, 12_480_000)}, []string{"dairy/a unit"}},
		"kilos for grams":                 {map[stocktake.ItemID]stocktake.Item{"a": packs(stocktake.Kilogram)}, []*count.Line{off("dairy", "a", 5_000_000, 5000)}, []string{"dairy/a unit"}},
		"alike but for a letter's seat":   {map[stocktake.ItemID]stocktake.Item{"a": named("لبنة كاملة الدسم 500 غم"), "b": named("لبنه كاملة الدسم ٤٠٠ غم")}, []*count.Line{off("dairy", "a", 9000, 6000), off("dairy", "b", 9000, 12_000)}, []string{"dairy/a swap", "dairy/b swap"}},
		"the other is within":             {map[stocktake.ItemID]stocktake.Item{"a": named("لبنة كاملة"), "b": named("لبنة كاملة")}, []*count.Line{off("dairy", "a", 9000, 6000), within}, []string{"dairy/a swap"}},
		"the other is approved":           {map[stocktake.ItemID]stocktake.Item{"a": named("لبنة كاملة"), "b": named("لبنة كاملة")}, []*count.Line{off("dairy", "a", 9000, 6000), approved}, nil},
		"alike in measure only":           {map[stocktake.ItemID]stocktake.Item{"a": named("حليب 1 لتر"), "b": named("عصير 1 لتر")}, []*count.Line{off("dairy", "a", 9000, 6000), off("dairy", "b", 9000, 12_000)}, nil},
		"alike in another section":        {map[stocktake.ItemID]stocktake.Item{"a": named("لبنة كاملة"), "b": named("لبنة كاملة")}, []*count.Line{off("dairy", "a", 9000, 6000), off("dry", "b", 9000, 12_000)}, nil},
		"alike and off the same way":      {map[stocktake.ItemID]stocktake.Item{"a": named("لبنة كاملة"), "b": named("لبنة كاملة")}, []*count.Line{off("dairy", "a", 9000, 6000), off("dairy", "b", 9000, 6000)}, nil},
		"neighbouring codes":              {map[stocktake.ItemID]stocktake.Item{"a": coded("6271100010013"), "b": coded("6271100010020")}, []*count.Line{off("dairy", "a", 9000, 6000), off("dairy", "b", 9000, 12_000)}, []string{"dairy/a swap", "dairy/b swap"}},
		"codes that are far apart":        {map[stocktake.ItemID]stocktake.Item{"a": coded("6271100010013"), "b": coded("6271100019993")}, []*count.Line{off("dairy", "a", 9000, 6000), off("dairy", "b", 9000, 12_000)}, nil},
		"a transfer that was not booked":  {nil, []*count.Line{off("dairy", "a", 9000, 6000), off("dry", "a", 9000, 12_000)}, []string{"dairy/a transfer", "dry/a transfer"}},
		"carried and not booked":          {nil, []*count.Line{carried}, []string{"dairy/a transfer"}},
		"found undirected elsewhere":      {nil, []*count.Line{off("dairy", "a", 9000, 6000), tally}, []string{"dairy/a section"}},
		"found where no book has it":      {nil, []*count.Line{off("dairy", "a", 9000, 5000), off("dry", "a", 0, 3000)}, []string{"dairy/a section", "dry/a section"}},
		"short here and with nothing met": {nil, []*count.Line{off("dairy", "a", 9000, 6000), {Section: "dry", Item: "a", Status: count.LineNotCounted, Book: 4000}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, h := range hinted(c.items, c.lines...).Hints() {
				got = append(got, string(h.Section)+"/"+string(h.Item)+" "+string(h.Kind))
				if h.Text.Arabic == "" || h.Text.English == "" || h.Text.Arabic == h.Text.English {
					t.Errorf("the hint says %q and %q", h.Text.English, h.Text.Arabic)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("hints are %q; want %q", got, c.want)
			}
		})
	}
}

func TestHintTellsItsEvidence(t *testing.T) {
	v := hinted(map[stocktake.ItemID]stocktake.Item{"a": {Unit: stocktake.Piece, Barcodes: []stocktake.Barcode{{Code: "c", Pack: 12_000}}}}, off("dairy", "a", 60_000, 27_000))
	h := v.Hints()[0]
	want := "\u206833 = 3 × (12 − 1)\u2069: as if a pack of \u206812\u2069 had been counted as 1, \u20683\u2069 times. Counted \u206827\u2069, expected \u206860\u2069."
	if h.Pack != 12_000 || h.Times != 3 || h.Text.English != want {
		t.Errorf("the hint is %+v; want %q", h, want)
	}
}

// Hints are read from a view and leave it as it was, whatever it holds; what is hinted at waits still.
func TestHintsChangeNothing(t *testing.T) {
	s, _ := iceShort(t)
	s.whole("ali", "B1", found{"ice": 1})
	v := s.running.View()
	before := whole(t, v)
	if h := v.HintsOf("cold", "ice"); len(h) != 1 || h[0].Kind != count.HintSection || h[0].Other.Section != "dry" {
		t.Fatalf("hints are %+v", h)
	}
	if after := whole(t, v); after != before {
		t.Fatalf("the view has changed:\n%s", firstDifference(before, after))
	}
	s.want("cold", "ice", count.LineOutside, 3)
}

// A night on which everything is off by one costs a sort: a million pairs would take minutes.
func TestHintsOfManyLinesThatAreOffByTheSame(t *testing.T) {
	items, lines := map[stocktake.ItemID]stocktake.Item{}, []*count.Line(nil)
	for n := range 20_000 {
		id := stocktake.ItemID("i" + strconv.Itoa(1_000_000+n))
		items[id] = stocktake.Item{ID: id, Unit: stocktake.Piece, Name: stocktake.Name{Arabic: "صنف " + strconv.Itoa(n/2) + " كبير"}}
		lines = append(lines, off("dairy", id, 9000, 8000+2000*stocktake.Quantity(n%2)))
	}
	if n := len(hinted(items, lines...).Hints()); n != 20_000 {
		t.Errorf("%d hints; want each pair twice", n)
	}
}
