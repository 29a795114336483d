package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"time"

	"jard/internal/simulate"
	"jard/internal/stocktake"
	"jard/server/market"
)

// shop is a made-up site: what an ERP would export of it, and what really stands on its shelves. The same seed makes
// the same shop.
type shop struct {
	site  stocktake.Site
	items []stocktake.Item
	truth simulate.Truth
	book  []stocktake.BookLine
}

// storySections are those of the story's shop.
var storySections = []stocktake.Section{
	{ID: "S1", Name: stocktake.Name{Arabic: "المواد الغذائية", English: "Groceries"}, Custodian: stocktake.Name{Arabic: "عبدالله الراشد"}},
	{ID: "S2", Name: stocktake.Name{Arabic: "المبردات", English: "Chilled"}, Custodian: stocktake.Name{Arabic: "مريم العلي"}},
	{ID: "S3", Name: stocktake.Name{Arabic: "المنظفات", English: "Household"}, Custodian: stocktake.Name{Arabic: "خالد المطيري"}},
	{ID: "S4", Name: stocktake.Name{Arabic: "المخزن الخلفي", English: "Back store"}, Custodian: stocktake.Name{Arabic: "نورة العنزي"}},
}

// newShop makes a shop of so many items in so many locations.
func newShop(seed uint64, items, locations int) (shop, error) {
	dice := rand.New(rand.NewPCG(seed, 1))
	s := shop{site: stocktake.Site{
		ID: "central", Name: stocktake.Name{Arabic: "السوق المركزي", English: "Central market"}, Kind: stocktake.CentralMarket, Sections: storySections,
	}}
	kinds := []stocktake.LocationKind{stocktake.Floor, stocktake.Cold, stocktake.Floor, stocktake.Store}
	for n := range locations {
		section := n % len(storySections)
		s.site.Locations = append(s.site.Locations, stocktake.Location{
			ID:   stocktake.LocationID(fmt.Sprintf("A%02d-%02d", 1+n/12, 1+n%12)),
			Name: stocktake.Name{Arabic: fmt.Sprintf("ممر %d · رف %d", 1+n/12, 1+n%12)}, Section: storySections[section].ID, Kind: kinds[section],
		})
	}
	goods, err := market.Packaged(seed, items)
	if err != nil {
		return s, err
	}
	for _, g := range goods {
		s.items = append(s.items, g.Item)
	}
	s.truth = simulate.Stock(seed, s.site.Locations, s.items)
	s.keepBooks(dice)
	return s, nil
}

// keepBooks writes books that are right but for one line in fifty: goods that were stolen, broken or never booked.
func (s *shop) keepBooks(dice *rand.Rand) {
	sections := map[stocktake.LocationID]stocktake.SectionID{}
	for _, l := range s.site.Locations {
		sections[l.ID] = l.Section
	}
	at := map[stocktake.BookLine]int{}
	for _, stand := range s.truth {
		if stand.Item == "" {
			continue
		}
		k := stocktake.BookLine{Section: sections[stand.Location], Item: stand.Item}
		n, ok := at[k]
		if !ok {
			n = len(s.book)
			at[k] = n
			s.book = append(s.book, stocktake.BookLine{Section: k.Section, Item: k.Item, Cost: stocktake.Cost(100_000 + dice.IntN(4_000_000))})
		}
		s.book[n].Quantity += stand.Quantity
	}
	for n := range s.book {
		if dice.IntN(50) == 0 {
			s.book[n].Quantity += stocktake.Quantity(1000 * (dice.IntN(9) - 4))
		}
	}
}

// The files are as an ERP exports them: Arabic headers, semicolons, costs in dinars.

func (s *shop) itemsFile() []byte {
	return table([]string{"رقم الصنف", "اسم الصنف", "الاسم الانجليزي", "الوحدة", "المجموعة", "الباركود", "التعبئة"}, func(row func(...string)) {
		for _, i := range s.items {
			for _, b := range i.Barcodes {
				row(string(i.ID), i.Name.Arabic, i.Name.English, "حبة", i.Category, b.Code, b.Pack.String())
			}
		}
	})
}

func (s *shop) placesFile() []byte {
	names := map[stocktake.SectionID]stocktake.Section{}
	for _, section := range s.site.Sections {
		names[section.ID] = section
	}
	return table([]string{"رقم الموقع", "اسم الموقع", "رقم القسم", "اسم القسم", "صاحب العهدة", "نوع الموقع"}, func(row func(...string)) {
		for _, l := range s.site.Locations {
			section := names[l.Section]
			row(string(l.ID), l.Name.Arabic, string(l.Section), section.Name.Arabic, section.Custodian.Arabic, string(l.Kind))
		}
	})
}

func (s *shop) bookFile() []byte {
	return table([]string{"رقم القسم", "رقم الصنف", "الرصيد", "متوسط التكلفة"}, func(row func(...string)) {
		for _, l := range s.book {
			row(string(l.Section), string(l.Item), l.Quantity.String(), dinars(l.Cost))
		}
	})
}

// dinars writes a cost as an ERP does, in dinars with six decimals.
func dinars(c stocktake.Cost) string {
	return fmt.Sprintf("%d.%06d", c/1_000_000, c%1_000_000)
}

func table(header []string, fill func(row func(...string))) []byte {
	var b bytes.Buffer
	b.WriteString("\ufeff")
	w := csv.NewWriter(&b)
	w.Comma, w.UseCRLF = ';', true
	_ = w.Write(header) // into memory: cannot fail
	fill(func(cells ...string) { _ = w.Write(cells) })
	w.Flush()
	return b.Bytes()
}

// asOf is when the demo's books were closed.
func asOf(now time.Time) string { return now.UTC().Truncate(time.Minute).Format(time.RFC3339) }
