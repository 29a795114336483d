package result

import (
	"cmp"
	"slices"

	"jard/internal/stocktake"
)

// Duty is a conflict of duty: one person did two things that are two people's. The rule is its key in the log's rules. Where it does not stand,
// what the person said has no effect on the result.
type Duty struct {
	Rule   string               `json:"rule"`
	Person stocktake.PersonID   `json:"person"`
	Roles  List[stocktake.Role] `json:"roles"` // that they held when they decided, and counter if they opened a pass
	Stands bool                 `json:"stands"`
	Lines  List[LineKey]        `json:"lines"` // that it is about, by section and item
	About  List[string]         `json:"about"` // walks, locations, codes, held events, devices or people that it is about
}

// LineKey names a line of the document.
type LineKey struct {
	Section stocktake.SectionID `json:"section"`
	Item    stocktake.ItemID    `json:"item"`
}

func (k LineKey) compare(o LineKey) int {
	return cmp.Or(cmp.Compare(k.Section, o.Section), cmp.Compare(k.Item, o.Item))
}

// Stagnant is what lies: lines that something was counted of, while the site's movements told of no sale and no receipt of the item from Since
// until Until.
type Stagnant struct {
	Since Instant       `json:"since"`
	Until Instant       `json:"until"`
	Lines List[LineKey] `json:"lines"` // by section and item
}

// Line finds a line; nil where there is none.
func (d *Document) Line(k LineKey) *Line {
	n, ok := slices.BinarySearchFunc(d.Lines, k, func(l Line, k LineKey) int { return LineKey{l.Section, l.Item}.compare(k) })
	if !ok {
		return nil
	}
	return &d.Lines[n]
}

func checkDuties(f *faults, list []Duty) {
	f.wrong(len(list) <= maxPeople, "/duties")
	for i := range list {
		x, p := &list[i], at("/duties", i)
		f.word(p+"/rule", x.Rule)
		f.err(p+"/person", stocktake.CheckID("person", string(x.Person)))
		for n, r := range x.Roles {
			f.err(at(p+"/roles", n), r.Check())
		}
		checkKeys(f, p+"/lines", x.Lines)
		for n, about := range x.About {
			f.text(at(p+"/about", n), about, 1, 8<<10)
		}
	}
}

func checkStagnant(f *faults, d *Document) {
	s := d.Stagnant
	if s == nil {
		return
	}
	f.wrong(!s.Since.IsZero(), "/stagnant/since")
	f.wrong(s.Until.Time().After(s.Since.Time()), "/stagnant/until")
	checkKeys(f, "/stagnant/lines", s.Lines)
	for i, k := range s.Lines {
		l := d.Line(k)
		f.wrong(l != nil && l.Counted > 0, at("/stagnant/lines", i))
	}
}

func checkKeys(f *faults, path string, list []LineKey) {
	for i, k := range list {
		f.err(at(path, i)+"/section", stocktake.CheckID("section", string(k.Section)))
		f.err(at(path, i)+"/item", stocktake.CheckID("item", string(k.Item)))
		if i > 0 && list[i-1].compare(k) >= 0 {
			f.add(at(path, i), ListUnsorted.New())
		}
	}
}
