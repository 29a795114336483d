package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"jard/internal/gs1"
	"jard/internal/simulate"
	"jard/internal/stocktake"
)

// shop is a made-up site: what an ERP would export of it, and what really stands on its shelves. The same seed makes
// the same shop.
type shop struct {
	site  stocktake.Site
	items []stocktake.Item
	truth simulate.Truth
	book  []stocktake.BookLine
}

// Words for items: enough that no two neighbours are called the same, in both languages.
var (
	demoGoods = []stocktake.Name{
		{Arabic: "أرز بسمتي", English: "Basmati rice"}, {Arabic: "سكر ناعم", English: "Fine sugar"}, {Arabic: "عدس أحمر", English: "Red lentils"},
		{Arabic: "طحين أبيض", English: "White flour"}, {Arabic: "زيت دوار الشمس", English: "Sunflower oil"}, {Arabic: "معكرونة", English: "Pasta"},
		{Arabic: "شاي أسود", English: "Black tea"}, {Arabic: "ماء شرب", English: "Drinking water"}, {Arabic: "تونة خفيفة", English: "Light tuna"},
		{Arabic: "حليب كامل الدسم", English: "Full cream milk"}, {Arabic: "معجون طماطم", English: "Tomato paste"}, {Arabic: "دجاج مجمد", English: "Frozen chicken"},
		{Arabic: "بسكويت شوفان", English: "Oat biscuits"}, {Arabic: "عصير برتقال", English: "Orange juice"}, {Arabic: "جبنة بيضاء", English: "White cheese"},
		{Arabic: "مناديل ورقية", English: "Paper tissues"}, {Arabic: "مسحوق غسيل", English: "Washing powder"}, {Arabic: "بطاريات", English: "Batteries"},
	}
	demoBrands = []stocktake.Name{
		{Arabic: "الواحة", English: "Al Waha"}, {Arabic: "الخليج", English: "Khaleej"}, {Arabic: "النخلة", English: "Nakhla"},
		{Arabic: "الشراع", English: "Sheraa"}, {Arabic: "الديرة", English: "Deera"}, {Arabic: "المرجان", English: "Marjan"}, {Arabic: "السدرة", English: "Sidra"},
	}
	demoSizes    = []string{"200 g", "400 g", "500 ml", "750 g", "1 kg", "1.5 l", "2 kg", "5 kg", "10 kg"}
	demoSections = []stocktake.Section{
		{ID: "S1", Name: stocktake.Name{Arabic: "المواد الغذائية", English: "Groceries"}, Custodian: stocktake.Name{Arabic: "عبدالله الراشد"}},
		{ID: "S2", Name: stocktake.Name{Arabic: "المبردات", English: "Chilled"}, Custodian: stocktake.Name{Arabic: "مريم العلي"}},
		{ID: "S3", Name: stocktake.Name{Arabic: "المنظفات", English: "Household"}, Custodian: stocktake.Name{Arabic: "خالد المطيري"}},
		{ID: "S4", Name: stocktake.Name{Arabic: "المخزن الخلفي", English: "Back store"}, Custodian: stocktake.Name{Arabic: "نورة العنزي"}},
	}
)

// newShop makes a shop of so many items in so many locations.
func newShop(seed uint64, items, locations int) shop {
	dice := rand.New(rand.NewPCG(seed, 1))
	s := shop{site: stocktake.Site{
		ID: "central", Name: stocktake.Name{Arabic: "السوق المركزي", English: "Central market"}, Kind: stocktake.CentralMarket, Sections: demoSections,
	}}
	kinds := []stocktake.LocationKind{stocktake.Floor, stocktake.Cold, stocktake.Floor, stocktake.Store}
	for n := range locations {
		section := n % len(demoSections)
		s.site.Locations = append(s.site.Locations, stocktake.Location{
			ID:   stocktake.LocationID(fmt.Sprintf("A%02d-%02d", 1+n/12, 1+n%12)),
			Name: stocktake.Name{Arabic: fmt.Sprintf("ممر %d · رف %d", 1+n/12, 1+n%12)}, Section: demoSections[section].ID, Kind: kinds[section],
		})
	}
	for n := range items {
		s.items = append(s.items, demoItem(n, dice))
	}
	s.truth = simulate.Stock(seed, s.site.Locations, s.items)
	s.keepBooks(dice)
	return s
}

func demoItem(n int, dice *rand.Rand) stocktake.Item {
	good, brand, size := demoGoods[n%len(demoGoods)], demoBrands[(n/len(demoGoods))%len(demoBrands)], demoSizes[dice.IntN(len(demoSizes))]
	number := 1 + n/(len(demoGoods)*len(demoBrands))
	item := stocktake.Item{
		ID: stocktake.ItemID(strconv.Itoa(100001 + n)), Unit: stocktake.Piece, Category: good.English,
		Name: stocktake.Name{
			Arabic: fmt.Sprintf("%s %s %s %d", good.Arabic, brand.Arabic, size, number), English: fmt.Sprintf("%s %s %s %d", good.English, brand.English, size, number),
		},
		Barcodes: []stocktake.Barcode{{Code: demoCode("627", n), Pack: 1000, Kind: stocktake.GTIN}},
	}
	if n%4 == 0 { // and by the case
		item.Barcodes = append(item.Barcodes, stocktake.Barcode{Code: demoCode("629", n), Pack: 12_000, Kind: stocktake.GTIN})
	}
	return item
}

// demoCode is a 13-digit number with its check digit.
func demoCode(prefix string, n int) string {
	body := fmt.Sprintf("%s%09d", prefix, 100000+n)
	check, _ := gs1.CheckDigit(body) // twelve digits: cannot fail
	return body + string(check)
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
