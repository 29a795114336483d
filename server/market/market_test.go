package market_test

import (
	"reflect"
	"testing"

	"jard/internal/gs1"
	"jard/internal/stocktake"
	"jard/server/market"
)

// The demo's society is one that the stores take: no id, name or number twice, every number proves itself.
func TestSociety(t *testing.T) {
	s, err := market.New(1, 25_000, 400)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := stocktake.NewCatalogue(s.Items()); err != nil || len(s.Goods) != 25_000 {
		t.Fatalf("%d items: %v", len(s.Goods), err)
	}
	names, byWeight, cases := map[stocktake.Name]bool{}, 0, 0
	for _, g := range s.Goods {
		if names[g.Name] || g.Name.Arabic == "" || g.Name.English == "" || g.Cost <= 0 {
			t.Fatalf("%+v", g)
		}
		names[g.Name] = true
		if g.Weighed() {
			byWeight++
		}
		for _, b := range g.Barcodes {
			if b.Pack > 1000 {
				cases++
			}
			if b.Kind != stocktake.GTIN {
				continue
			}
			if digit, ok := gs1.CheckDigit(b.Code[:len(b.Code)-1]); !ok || b.Code[len(b.Code)-1] != digit {
				t.Fatalf("%s of %s", b.Code, g.Name)
			}
		}
	}
	if byWeight < 50 || cases < 20_000 {
		t.Errorf("%d goods are weighed, %d have a case", byWeight, cases)
	}
	locations := 0
	for _, site := range []market.Site{s.Central, s.Warehouse} {
		if err := site.Check(); err != nil {
			t.Error(err)
		}
		if err := site.Truth.Check(); err != nil {
			t.Error(err)
		}
		locations += len(site.Locations)
		held := map[stocktake.SectionID]int{}
		for _, l := range site.Book {
			held[l.Section]++
		}
		for _, section := range site.Sections {
			if held[section.ID] == 0 {
				t.Errorf("%s of %s is empty", section.ID, site.ID)
			}
		}
		t.Logf("%s: %d locations, %v", site.ID, len(site.Locations), held)
	}
	if locations < 380 || locations > 410 {
		t.Errorf("%d locations", locations)
	}
	if again, _ := market.New(1, 25_000, 400); !reflect.DeepEqual(s, again) {
		t.Error("the same seed makes another society")
	}
}

// The labels of weighed goods say what the scheme says.
func TestScheme(t *testing.T) {
	s, err := market.New(1, 1_000, 60)
	if err != nil {
		t.Fatal(err)
	}
	schemes, err := gs1.ParseSchemes(market.Schemes)
	if err != nil {
		t.Fatal(err)
	}
	d, err := gs1.NewDecoder(schemes)
	if err != nil {
		t.Fatal(err)
	}
	weighed := 0
	for _, g := range s.Goods {
		label, ok := market.PriceLabel(g.Item, 1250)
		if ok != g.Weighed() {
			t.Fatalf("%s: a label: %t", g.ID, ok)
		}
		if !ok {
			continue
		}
		weighed++
		scan := d.Decode("]E0" + label)
		// The price is the nearest, as a scale prints it, not the one below.
		if scan.Item != g.Barcodes[0].Code || scan.PriceFils == nil || *scan.PriceFils != (1250*int64(g.Price)+500)/1000 {
			t.Errorf("%s at %d says %+v", label, g.Price, scan)
		}
	}
	if weighed < 50 {
		t.Errorf("%d goods are weighed", weighed)
	}
}

// Where the words do not make enough there are other packings, with names and numbers of their own.
func TestManyGoods(t *testing.T) {
	goods, err := market.Goods(1, 100_000)
	if err != nil || len(goods) != 100_000 {
		t.Fatalf("%d goods: %v", len(goods), err)
	}
	items, names := make([]stocktake.Item, len(goods)), map[stocktake.Name]bool{}
	for n, g := range goods {
		items[n] = g.Item
		names[g.Name] = true
	}
	if _, _, err := stocktake.NewCatalogue(items); err != nil || len(names) != len(goods) {
		t.Errorf("%d names: %v", len(names), err)
	}
}
