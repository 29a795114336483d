package web

import (
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"jard/internal/label"
	"jard/internal/stocktake"
)

// labelPages print barcodes for shelves and goods, for those who keep the places.
func (k *console) labelPages() []route {
	return []route{
		{path: "/labels", roles: siteEditors, get: k.showLabels},
		{path: "/labels/locations", roles: siteEditors, get: k.printLocations},
		{path: "/labels/items", roles: siteEditors, post: k.printItems},
	}
}

// stock is one kind of A4 label sheet. Sizes are in micrometres; the style of its name has the rest of its geometry.
type labelStock struct {
	Name          string
	Columns, Rows int
	Room          int // for a symbol's width, the label's own margins taken off
}

// The stocks that are offered: what offices have, without a printer of its own.
var labelStocks = []labelStock{
	{Name: "s3x8", Columns: 3, Rows: 8, Room: 60_000}, // 70 × 37 mm, 2 mm of it at the paper's edge
	{Name: "s2x7", Columns: 2, Rows: 7, Room: 91_000}, // 99.1 × 38.1 mm
}

const (
	// barHeight is that of a label's bars in micrometres, with which an imager held askew still crosses all of them.
	barHeight = 11_000
	// squareRoom is that for a QR, which is as high as it is wide, and squareModule the widest module of one.
	squareRoom, squareModule = 28_000, 508
	// maxLabels bounds one print: a hundred sheets.
	maxLabels = 2400
)

// printedLabel is one label; an empty one keeps a place free that was used already.
type printedLabel struct {
	Name   stocktake.Name
	Code   string // as people read it
	Symbol template.HTML
	Square bool // a QR beside the text, not bars below it
	Note   string
}

// Long reports whether the code needs a smaller type.
func (l printedLabel) Long() bool { return len(l.Code) > 16 }

// labelSheets is what is printed.
type labelSheets struct {
	Stock  labelStock
	Item   bool
	Sheets [][]printedLabel
	Faults []string // what was left out, each with the reason
	Of     int
}

// labelsPage is the form.
type labelsPage struct {
	Sites []stocktake.Site
}

// Stocks are the label sheets to choose from.
func (labelsPage) Stocks(f *form) []option {
	var all []option
	for _, s := range labelStocks {
		all = append(all, option{Value: s.Name, Text: f.tongue.t("labels.stock-" + s.Name)})
	}
	return all
}

// Places are all sites, each followed by its sections; and the single locations that were asked for, if any.
func (p labelsPage) Places(f *form) []option {
	asked, _ := url.ParseQuery(f.Get("place")) // what cannot be read asks for none
	only := setOf(asked["location"])
	var all []option
	for _, site := range p.Sites {
		all = append(all, option{Value: labelPlace(site.ID, "", nil), Text: f.tongue.name(site.Name)})
		for _, s := range site.Sections {
			all = append(all, option{Value: labelPlace(site.ID, s.ID, nil), Text: f.tongue.name(site.Name) + " · " + f.tongue.name(s.Name)})
		}
		var there []string
		for _, l := range site.Locations {
			if only[string(l.ID)] && string(site.ID) == asked.Get("site") {
				there = append(there, string(l.ID))
			}
		}
		if len(there) > 0 {
			all = append(all, option{Value: f.Get("place"), Text: f.tongue.t("labels.only", len(there), some10(there))})
		}
	}
	return all
}

// labelPlace names a site, a section of it or single locations there, as the form's field does.
func labelPlace(site stocktake.SiteID, section stocktake.SectionID, locations []string) string {
	place := url.Values{"site": {string(site)}}
	if section != "" {
		place.Set("section", string(section))
	}
	if len(locations) > 0 {
		place["location"] = locations
	}
	return place.Encode()
}

func (k *console) labelsForm(v *visit, f *form) error {
	if k.Places == nil {
		return NotOffered.New()
	}
	sites, err := k.Places.Sites(v.Request().Context(), v.by)
	if err != nil {
		return err
	}
	shown := frame{Title: "labels.title", Nav: "sites", Data: labelsPage{sites}, Form: f}
	if f.good() {
		return v.show("labels", shown)
	}
	return v.again("labels", shown)
}

func (k *console) showLabels(v *visit) error {
	return k.labelsForm(v, v.newForm("start", "1", "stock", "s3x8", "place", v.QueryParam("place")))
}

// stockIn reads the stock and the first free label, counted from 1.
func (f *form) stockIn() (labelStock, int) {
	i := slices.IndexFunc(labelStocks, func(s labelStock) bool { return s.Name == f.Get("stock") })
	if i < 0 {
		f.wrong("stock", StockUnknown.New())
		return labelStocks[0], 1
	}
	s := labelStocks[i]
	start, err := strconv.Atoi(latin(f.need("start")))
	if most := s.Columns * s.Rows; err != nil || start < 1 || start > most {
		f.wrong("start", StartWrong.New(most))
		start = 1
	}
	return s, start
}

// printLocations prints the labels of a site, a section of it, or single locations.
func (k *console) printLocations(v *visit) error {
	f := v.newForm()
	f.Values = v.QueryParams()
	stock, start := f.stockIn()
	place, err := url.ParseQuery(f.Get("place"))
	if err != nil || place.Get("site") == "" {
		f.wrong("place", FieldMissing.New())
	}
	if !f.good() {
		return k.labelsForm(v, f)
	}
	if k.Places == nil {
		return NotOffered.New()
	}
	sites, err := k.Places.Sites(v.Request().Context(), v.by)
	if err != nil {
		return err
	}
	only := setOf(place["location"])
	var labels []printedLabel
	var faults []string
	for _, site := range sites {
		if string(site.ID) != place.Get("site") {
			continue
		}
		for _, l := range site.Locations {
			if section := place.Get("section"); section != "" && section != string(l.Section) {
				continue
			}
			if len(only) > 0 && !only[string(l.ID)] {
				continue
			}
			if len(labels) == maxLabels {
				faults = append(faults, v.tongue.say(PrintFull.New(maxLabels, l.ID)))
				break
			}
			drawn, err := draw(string(l.ID), stock)
			if err != nil {
				faults = append(faults, v.tongue.say(stocktake.Fault(err)))
				continue
			}
			drawn.Name = l.Name
			labels = append(labels, drawn)
		}
	}
	return k.printLabels(v, f, labelSheets{Stock: stock, Faults: faults}, labels, start, "place")
}

// printItems prints labels for the items whose ids or barcodes are listed, one a line.
func (k *console) printItems(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	stock, start := f.stockIn()
	wanted := listed(f.need("items"))
	if !f.good() {
		return k.labelsForm(v, f)
	}
	if k.Places == nil {
		return NotOffered.New()
	}
	items, err := k.Places.Items(v.Request().Context(), v.by)
	if err != nil {
		return err
	}
	found := map[string]labelledItem{}
	for i := range items {
		for _, b := range items[i].Barcodes {
			found[b.Code] = labelledItem{&items[i], b}
		}
	}
	for i := range items {
		id := string(items[i].ID)
		if at, ok := found[codeOf(items[i])]; ok {
			found[id] = at
		} else {
			found[id] = labelledItem{item: &items[i]}
		}
	}
	var labels []printedLabel
	var faults []string
	for _, code := range wanted {
		if len(labels) == maxLabels {
			faults = append(faults, v.tongue.say(PrintFull.New(maxLabels, code)))
			break
		}
		x, ok := found[latin(code)]
		if !ok {
			faults = append(faults, v.tongue.say(NoSuchItem.New(code)))
			continue
		}
		if x.barcode.Code == "" {
			faults = append(faults, v.tongue.say(NoBarcode.New(code)))
			continue
		}
		drawn, err := draw(x.barcode.Code, stock)
		if err != nil {
			faults = append(faults, v.tongue.say(stocktake.Fault(err)))
			continue
		}
		drawn.Name = x.item.Name
		if x.barcode.Pack != 1000 {
			drawn.Note = v.tongue.t("labels.pack", x.barcode.Pack, v.tongue.t("paper.unit-"+string(x.item.Unit)))
		}
		labels = append(labels, drawn)
	}
	return k.printLabels(v, f, labelSheets{Stock: stock, Item: true, Faults: faults}, labels, start, "items")
}

// labelledItem is an item by one of its codes; it has none where the item has none.
type labelledItem struct {
	item    *stocktake.Item
	barcode stocktake.Barcode
}

// printLabels cuts labels into sheets; with nothing to print the form comes back with what is wrong beside its field.
func (k *console) printLabels(v *visit, f *form, s labelSheets, labels []printedLabel, start int, field string) error {
	if len(labels) == 0 {
		f.Faults[field] = strings.Join(append(s.Faults, v.tongue.say(NothingToPrint.New())), " ")
		return k.labelsForm(v, f)
	}
	s.Of = len(labels)
	labels = append(make([]printedLabel, start-1), labels...)
	s.Sheets = slices.Collect(slices.Chunk(labels, s.Stock.Columns*s.Stock.Rows))
	return v.show("label-sheet", frame{Title: "labels.title", Nav: "sites", Data: s})
}

// draw makes the symbol of a code as wide as the stock lets it be.
func draw(code string, stock labelStock) (printedLabel, error) {
	s, err := label.For(code)
	if err != nil {
		return printedLabel{}, err
	}
	room, largest := stock.Room, label.Usual
	if !s.Bars() {
		room, largest = squareRoom, squareModule
	}
	module, ok := s.Fit(room, largest)
	if !ok {
		return printedLabel{}, label.TooLong.New(code, utf8.RuneCountInString(code), string(s.Kind), stocktake.Letters(stocktake.MaxID))
	}
	return printedLabel{Code: s.Text, Symbol: template.HTML(s.SVG(module, barHeight)), Square: !s.Bars()}, nil
}

// What is wrong with a wish for labels.
var (
	StockUnknown = stocktake.NewReason(stocktake.Invalid, "label-stock-unknown",
		"Choose one of the label sheets offered.",
		"اختر أحد أوراق الملصقات المعروضة.")
	StartWrong = stocktake.NewReason(stocktake.Invalid, "label-start-wrong",
		"The first free label is a number from 1 to %d.",
		"رقم أول ملصق فارغ من 1 إلى %d.")
	NothingToPrint = stocktake.NewReason(stocktake.Invalid, "label-nothing",
		"There is nothing to print. Choose a place with locations, or items of the catalogue.",
		"لا يوجد ما يُطبع. اختر مكانًا فيه مواقع، أو أصنافًا من الدليل.")
	NoSuchItem = stocktake.NewReason(stocktake.NotFound, "label-item-unknown",
		"No item has the id or barcode %q. Check it in the catalogue.",
		"لا يوجد صنف برقم أو باركود %q. تحقّق منه في دليل الأصناف.")
	NoBarcode = stocktake.NewReason(stocktake.Invalid, "label-item-bare",
		"The item %q has no barcode. Import one for it first.",
		"الصنف %q ليس له باركود. استورد له باركودًا أولًا.")
	PrintFull = stocktake.NewReason(stocktake.Invalid, "label-print-full",
		"One print holds %d labels at most, and all from %q on is left out. Print it by itself.",
		"لا تتسع الطباعة الواحدة لأكثر من %d ملصقًا، وتُرك ما يبدأ من %q. اطبعه وحده.")
)
