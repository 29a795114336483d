package market

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"

	"jard/internal/stocktake"
)

//go:embed words.txt
var words string

//go:embed brands.txt
var brandWords string

// weighed is the kind of brand of what is sold by weight: none.
const weighed = "weighed"

// category is a group of products that stand together.
type category struct {
	id      string
	name    stocktake.Name
	section stocktake.SectionID // of the central market
	brands  string
}

// product is what brands make in several variants and sizes.
type product struct {
	category *category
	name     stocktake.Name
	sizes    []string
	variants []stocktake.Name
	fils     int // cost of the first size; of a kilogram where it is weighed
	carton   int
}

// brand is whose numbers a product bears.
type brand struct {
	name    stocktake.Name
	company string // the first seven digits of its numbers
}

// vocabulary is both files, read.
type vocabulary struct {
	products []product
	brands   map[string][]brand
}

// read parses the files. They are part of the program, so what is wrong with them is a defect and a test finds it.
func read(words, brands string) (vocabulary, error) {
	v := vocabulary{brands: map[string][]brand{}}
	var in *category
	err := each(words, func(head bool, f []string) error {
		switch {
		case head && len(f) == 5:
			in = &category{id: f[0], name: stocktake.Name{Arabic: f[1], English: f[2]}, section: stocktake.SectionID(f[3]), brands: f[4]}
			return nil
		case head || len(f) != 6 || in == nil:
			return fmt.Errorf("%d fields", len(f))
		}
		p := product{category: in, name: stocktake.Name{Arabic: f[0], English: f[1]}, sizes: list(f[2])}
		for _, variant := range list(f[3]) {
			ar, en, _ := strings.Cut(variant, "/")
			p.variants = append(p.variants, stocktake.Name{Arabic: ar, English: en})
		}
		var err error
		if p.fils, err = strconv.Atoi(f[4]); err != nil {
			return err
		}
		p.carton, err = strconv.Atoi(f[5])
		v.products = append(v.products, p)
		return err
	})
	if err != nil {
		return v, err
	}
	n := 0
	return v, each(brands, func(_ bool, f []string) error {
		if len(f) != 4 {
			return fmt.Errorf("%d fields", len(f))
		}
		n++
		b := brand{name: stocktake.Name{Arabic: f[1], English: f[2]}, company: fmt.Sprintf("%s%04d", f[3], 1000+37*n)}
		v.brands[f[0]] = append(v.brands[f[0]], b)
		return nil
	})
}

// each calls f with the fields of each line; head lines begin with =.
func each(text string, f func(head bool, fields []string) error) error {
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		line, head := strings.CutPrefix(line, "=")
		fields := strings.Split(line, "|")
		for i := range fields {
			fields[i] = strings.TrimSpace(fields[i])
		}
		if err := f(head, fields); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	return nil
}

// list splits at commas; "-" stands for nothing.
func list(field string) []string {
	all := strings.Split(field, ",")
	for i := range all {
		if all[i] = strings.TrimSpace(all[i]); all[i] == "-" {
			all[i] = ""
		}
	}
	return all
}

// units are the Arabic words of sizes.
var units = strings.NewReplacer(
	" kg", " كجم", " g", " غم", " ml", " مل", " l", " لتر", " pcs", " حبة", " bags", " كيس", " sheets", " ورقة", " rolls", " رول", " sqft", " قدم مربع",
)

// measure reads how much a size holds, in its smallest unit: 1.5 l is 1500.
func measure(size string) float64 {
	total := 1.0
	for part := range strings.SplitSeq(size, " x ") {
		number, unit, _ := strings.Cut(part, " ")
		n, err := strconv.ParseFloat(number, 64)
		if err != nil {
			return 1
		}
		if unit == "kg" || unit == "l" {
			n *= 1000
		}
		total *= n
	}
	return total
}
