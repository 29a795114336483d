package market

import (
	"fmt"
	"math/rand/v2"

	"jard/internal/simulate"
	"jard/internal/stocktake"
)

// Site is a place with what its books say and what really stands in it.
type Site struct {
	stocktake.Site
	Book  []stocktake.BookLine
	Truth simulate.Truth
}

// Society is what New makes up.
type Society struct {
	Goods     []Good
	Central   Site
	Warehouse Site
}

// Supply is the smallest section of the warehouse: a whole count of it takes minutes.
const Supply stocktake.SectionID = "supply"

// part is a section with how its locations are laid out.
type part struct {
	stocktake.Section
	letter string
	kind   stocktake.LocationKind
	bays   int // in an aisle
	share  int // of a hundred locations
}

// The small sections come first: whoever walks in this order has one whole within minutes, and only then its lines differ from
// the books.
var central = []part{
	{section("fresh", "الخضار والفواكه", "Fruit and vegetables", "ناصر العجمي", "Nasser Al-Ajmi"), "V", stocktake.Floor, 4, 4},
	{section("butchery", "اللحوم والأسماك", "Meat and fish", "حمد المري", "Hamad Al-Marri"), "M", stocktake.Cold, 4, 3},
	{section("groceries", "المواد الغذائية", "Groceries", "عبدالله الراشد", "Abdullah Al-Rashed"), "G", stocktake.Floor, 12, 28},
	{section("snacks", "الحلويات والتسالي", "Sweets and snacks", "فاطمة الكندري", "Fatima Al-Kandari"), "S", stocktake.Floor, 8, 11},
	{section("drinks", "المشروبات", "Drinks", "يوسف العتيبي", "Yousef Al-Otaibi"), "D", stocktake.Floor, 8, 10},
	{section("chilled", "المبردات", "Chilled", "مريم العلي", "Mariam Al-Ali"), "C", stocktake.Cold, 6, 11},
	{section("frozen", "المجمدات", "Frozen", "بدر الهاجري", "Bader Al-Hajri"), "Z", stocktake.Cold, 6, 8},
	{section("bakery", "المخبوزات", "Bakery", "سارة الفضلي", "Sara Al-Fadhli"), "B", stocktake.Floor, 4, 3},
	{section("household", "المنظفات والأدوات", "Household", "خالد المطيري", "Khaled Al-Mutairi"), "H", stocktake.Floor, 8, 12},
	{section("care", "العناية الشخصية", "Personal care", "نورة العنزي", "Noura Al-Enezi"), "P", stocktake.Floor, 8, 10},
}

var warehouse = []part{
	{section("dry", "المخزن الجاف", "Dry store", "جاسم الصالح", "Jassem Al-Saleh"), "W", stocktake.Store, 10, 70},
	{section("cold", "غرف التبريد", "Cold rooms", "علي الشمري", "Ali Al-Shammari"), "K", stocktake.Cold, 4, 22},
	{section(string(Supply), "مواد التموين", "Supply goods", "منيرة الدوسري", "Munira Al-Dosari"), "T", stocktake.Store, 4, 8},
}

func section(id, arabic, english, custodian, custodianEnglish string) stocktake.Section {
	return stocktake.Section{
		ID: stocktake.SectionID(id), Name: stocktake.Name{Arabic: arabic, English: english},
		Custodian: stocktake.Name{Arabic: custodian, English: custodianEnglish},
	}
}

// New makes up a society: n items, about three quarters of the locations in the central market, the rest in the warehouse.
func New(seed uint64, items, locations int) (*Society, error) {
	goods, err := Goods(seed, items)
	if err != nil {
		return nil, err
	}
	s := &Society{Goods: goods}
	s.Central.Site = lay(stocktake.Site{
		ID: "central", Name: stocktake.Name{Arabic: "السوق المركزي", English: "Central market"}, Kind: stocktake.CentralMarket,
	}, central, locations*3/4)
	s.Warehouse.Site = lay(stocktake.Site{
		ID: "warehouse", Name: stocktake.Name{Arabic: "المخزن", English: "Warehouse"}, Kind: stocktake.Warehouse,
	}, warehouse, locations-locations*3/4)
	s.Central.stock(seed, s.shelved(func(g *Good, _ int) stocktake.SectionID { return g.Section }), false)
	s.Warehouse.stock(seed+1, s.shelved(func(g *Good, n int) stocktake.SectionID {
		switch {
		case g.Supply && n%40 == 0:
			return Supply
		case g.Weighed() || n%4 != 0:
			return ""
		case g.Section == "chilled" || g.Section == "frozen":
			return "cold"
		}
		return "dry"
	}), true)
	return s, nil
}

// Items are the goods as the catalogue has them.
func (s *Society) Items() []stocktake.Item {
	all := make([]stocktake.Item, 0, len(s.Goods))
	for _, g := range s.Goods {
		all = append(all, g.Item)
	}
	return all
}

// shelved sorts goods by the section that they stand in; "" is nowhere.
func (s *Society) shelved(where func(*Good, int) stocktake.SectionID) map[stocktake.SectionID][]*Good {
	by := map[stocktake.SectionID][]*Good{}
	for n := range s.Goods {
		if at := where(&s.Goods[n], n); at != "" {
			by[at] = append(by[at], &s.Goods[n])
		}
	}
	return by
}

// lay gives a site its sections and, in proportion, its locations: aisle by aisle, bay by bay.
func lay(site stocktake.Site, parts []part, locations int) stocktake.Site {
	for _, p := range parts {
		site.Sections = append(site.Sections, p.Section)
		for n := range max(1, locations*p.share/100) {
			aisle, bay := 1+n/p.bays, 1+n%p.bays
			site.Locations = append(site.Locations, stocktake.Location{
				ID:      stocktake.LocationID(fmt.Sprintf("%s%02d-%02d", p.letter, aisle, bay)),
				Name:    stocktake.Name{Arabic: fmt.Sprintf("ممر %d · حامل %d", aisle, bay), English: fmt.Sprintf("Aisle %d · bay %d", aisle, bay)},
				Section: p.ID, Kind: p.kind,
			})
		}
	}
	return site
}

// stock fills the shelves of each section in the order of the goods, and keeps books that are right but for a few lines:
// goods that were stolen, broken or never booked.
func (s *Site) stock(seed uint64, goods map[stocktake.SectionID][]*Good, cases bool) {
	dice := rand.New(rand.NewPCG(seed, 0x5e1f))
	for _, section := range s.Sections {
		var at []stocktake.LocationID
		for _, l := range s.Locations {
			if l.Section == section.ID {
				at = append(at, l.ID)
			}
		}
		for n, g := range goods[section.ID] {
			home := n * len(at) / len(goods[section.ID])
			total := g.heap(dice, cases)
			s.Truth = append(s.Truth, simulate.Stand{Location: at[home], Item: g.ID, Quantity: total})
			if other := dice.IntN(len(at)); other != home && dice.IntN(12) == 0 { // a display at the end of the aisle
				q := g.heap(dice, cases)
				s.Truth = append(s.Truth, simulate.Stand{Location: at[other], Item: g.ID, Quantity: q})
				total += q
			}
			s.Book = append(s.Book, stocktake.BookLine{Section: section.ID, Item: g.ID, Cost: g.Cost, Quantity: booked(dice, total)})
		}
	}
}

// heap is how much of it stands in one place: nothing now and then.
func (g *Good) heap(dice *rand.Rand, cases bool) stocktake.Quantity {
	n := stocktake.Quantity(1 + dice.IntN(36))
	switch {
	case dice.IntN(33) == 0:
		return 0
	case g.Weighed():
		return 1000*n + stocktake.Quantity(5*dice.IntN(200))
	case cases:
		return 1000 * n * stocktake.Quantity(g.Carton)
	}
	return 1000 * n
}

// booked is what the books say of it.
func booked(dice *rand.Rand, q stocktake.Quantity) stocktake.Quantity {
	if dice.IntN(30) != 0 {
		return q
	}
	return max(0, q+stocktake.Quantity(1000*(dice.IntN(9)-3)))
}
