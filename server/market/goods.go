// Package market makes up a cooperative society for demonstrations: items with names, numbers and costs as a supermarket
// in Kuwait has them, sites, sections and locations, what really stands on the shelves and what the books say of it. The
// same seed makes the same society. It knows nothing of stores, people or servers.
package market

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"

	"jard/internal/gs1"
	"jard/internal/stocktake"
)

// Schemes declare the shop's own labels of weighed goods: 21, five digits of the item, five of grams; and from the older
// scales at the counters 22, five digits of the item, five of fils.
var Schemes = []string{
	"prefix=21,item=5,value=5,kind=weight,decimals=3",
	"prefix=22,item=5,value=5,kind=price,decimals=3",
}

// PriceLabel is what a scale prints for so many grams of an item; false for what is not weighed.
func PriceLabel(item stocktake.Item, grams int64) (string, bool) {
	n := slices.IndexFunc(item.Barcodes, func(b stocktake.Barcode) bool { return b.Kind == stocktake.VariableMeasure })
	price, priced := gs1.PriceOf(grams, int64(item.Price))
	if item.Unit != stocktake.Kilogram || n < 0 || !priced {
		return "", false
	}
	for _, text := range Schemes {
		if s, err := gs1.ParseScheme(text); err == nil && s.Kind == gs1.Price {
			return s.Number(item.Barcodes[n].Code, price)
		}
	}
	return "", false
}

// Good is an item with what a handheld never learns: where it belongs and what it costs.
type Good struct {
	stocktake.Item
	Section stocktake.SectionID // of the central market
	Cost    stocktake.Cost      // of one base unit
	Carton  int                 // pieces in a case; 1 where none is kept
}

// Weighed reports whether it is sold by weight.
func (g *Good) Weighed() bool { return g.Unit == stocktake.Kilogram }

// Goods makes n items, neighbours belonging together, with those sold by weight among them.
func Goods(seed uint64, n int) ([]Good, error) {
	return pick(seed, n, func(*Good) bool { return true })
}

// Packaged makes n items without any that is sold by weight.
func Packaged(seed uint64, n int) ([]Good, error) {
	return pick(seed, n, func(g *Good) bool { return !g.Weighed() })
}

func pick(seed uint64, n int, wanted func(*Good) bool) ([]Good, error) {
	v, err := read(words, brandWords)
	if err != nil {
		return nil, fmt.Errorf("words: %w", err)
	}
	var all []Good
	numbers := map[string]int{}
	dice := rand.New(rand.NewPCG(seed, 0x600d5))
	for edition := 1; edition == 1 || len(all) < n; edition++ {
		for i := range v.products {
			p := &v.products[i]
			switch {
			case p.category.brands != weighed:
				all = append(all, p.packaged(v.brands[p.category.brands], numbers, dice, edition)...)
			case edition == 1:
				all = append(all, p.byWeight(numbers)...)
			}
		}
		all = slices.DeleteFunc(all, func(g Good) bool { return !wanted(&g) })
	}
	all = thin(all, n, dice)
	for i := range all {
		all[i].ID = stocktake.ItemID(strconv.Itoa(100_001 + i))
	}
	return all, nil
}

// thin keeps n, in their order. Of those sold by weight, which are few, all stay where there is room.
func thin(all []Good, n int, dice *rand.Rand) []Good {
	few := 0
	for i := range all {
		if all[i].Weighed() {
			few++
		}
	}
	if few > n/10 {
		few = 0
	}
	left, want := len(all)-few, n-few
	kept := make([]Good, 0, n)
	for i := range all {
		if few > 0 && all[i].Weighed() {
			kept = append(kept, all[i])
			continue
		}
		if dice.IntN(left) < want {
			kept = append(kept, all[i])
			want--
		}
		left--
	}
	return kept
}

// packaged makes every brand's variants and sizes of a product. The words make some 28,000 goods; more are the same in other
// packings, with numbers of their own.
func (p *product) packaged(brands []brand, numbers map[string]int, dice *rand.Rand, edition int) []Good {
	var all []Good
	for _, b := range brands {
		dear := 0.85 + 0.4*dice.Float64()
		for _, variant := range p.variants {
			for _, size := range p.sizes {
				scale := math.Pow(measure(size)/measure(p.sizes[0]), 0.93)
				g := Good{
					Section: p.category.section, Carton: p.carton,
					Cost: stocktake.Cost(1000*max(20, math.Round(float64(p.fils)*scale*dear))) + stocktake.Cost(dice.IntN(1000)),
				}
				g.Unit, g.Category = stocktake.Piece, p.category.name.Arabic
				g.Name = stocktake.Name{
					Arabic:  join(p.name.Arabic, variant.Arabic, b.name.Arabic, units.Replace(size)),
					English: join(b.name.English, p.name.English, variant.English, size),
				}
				if edition > 1 {
					g.Name.Arabic += fmt.Sprintf(" تعبئة %d", edition)
					g.Name.English += fmt.Sprintf(" packing %d", edition)
				}
				numbers[b.company]++
				body := fmt.Sprintf("%s%05d", b.company, numbers[b.company])
				g.Barcodes = []stocktake.Barcode{{Code: checked(body), Pack: 1000, Kind: stocktake.GTIN}}
				if p.carton > 1 {
					g.Barcodes = append(g.Barcodes, stocktake.Barcode{
						Code: checked("1" + body), Pack: stocktake.Quantity(1000 * p.carton), Kind: stocktake.GTIN,
					})
				}
				g.Lots = p.category.id == "baby" && p.name.English == "Infant formula"
				g.Supply = supplied[p.name.English]
				all = append(all, g)
			}
		}
	}
	return all
}

// supplied are goods that the state subsidises.
var supplied = map[string]bool{
	"Basmati rice": true, "Fine sugar": true, "Lentils": true, "Corn oil": true, "Milk powder": true, "Frozen chicken": true,
	"Tomato paste": true, "Infant formula": true,
}

// byWeight makes the variants of goods that are weighed at the counter. Their labels bear the shop's own numbers.
func (p *product) byWeight(numbers map[string]int) []Good {
	all := make([]Good, 0, len(p.variants))
	for _, variant := range p.variants {
		numbers[weighed]++
		g := Good{Section: p.category.section, Cost: stocktake.Cost(1000*p.fils) + 250, Carton: 1}
		g.Unit, g.Category = stocktake.Kilogram, p.category.name.Arabic
		g.Name = stocktake.Name{Arabic: join(p.name.Arabic, variant.Arabic), English: join(variant.English, p.name.English)}
		g.Price = stocktake.Fils(p.fils*13/100+1) * 10 // in steps of ten fils, as shops have them
		g.Barcodes = []stocktake.Barcode{{Code: fmt.Sprintf("%05d", 40_000+numbers[weighed]), Pack: 1000, Kind: stocktake.VariableMeasure}}
		all = append(all, g)
	}
	return all
}

// checked is a number with its check digit.
func checked(body string) string {
	digit, _ := gs1.CheckDigit(body) // of digits alone: cannot fail
	return body + string(digit)
}

func join(parts ...string) string {
	s := ""
	for _, p := range parts {
		if p != "" && s != "" {
			s += " "
		}
		s += p
	}
	return s
}
