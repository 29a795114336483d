package web

import (
	"maps"
	"slices"
	"strings"
	"unicode"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// A scope is typed as sections ticked, locations and items listed as text, and categories ticked.

// sortedKeys are a map's keys in order.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// setOf is a list as a set.
func setOf[T comparable](list []T) map[T]bool {
	set := make(map[T]bool, len(list))
	for _, x := range list {
		set[x] = true
	}
	return set
}

// listed parts a list that somebody typed or pasted: one a line, or with commas between.
func listed(s string) []string {
	parts := strings.FieldsFunc(s, func(r rune) bool {
		return r == '\n' || r == '\r' || r == ',' || r == '،' || r == ';' || r == '؛' || r == '\t'
	})
	list := make([]string, 0, len(parts))
	for _, p := range parts {
		if p = strings.TrimFunc(p, unicode.IsSpace); p != "" {
			list = append(list, p)
		}
	}
	return list
}

// readScope reads the fields of a scope: where, sections, locations, what, categories, items.
func readScope(f *form, site *stocktake.Site, items []stocktake.Item) count.Scope {
	var s count.Scope
	switch f.Get("where") {
	case "sections":
		for _, id := range f.All("sections") {
			s.Sections = append(s.Sections, stocktake.SectionID(id))
		}
		if len(s.Sections) == 0 {
			f.wrong("sections", ChooseOne.New())
		}
	case "locations":
		s.Locations = picked(f, site)
		taken := setOf(s.Locations)
		for _, l := range readLocations(f, "locations", site) {
			if !taken[l] {
				s.Locations = append(s.Locations, l)
			}
		}
		if len(s.Locations) == 0 {
			f.wrong("locations", ChooseOne.New())
		}
	}
	switch f.Get("what") {
	case "categories":
		chosen := f.All("categories")
		for i := range items {
			if slices.Contains(chosen, items[i].Category) {
				s.Items = append(s.Items, items[i].ID)
			}
		}
		if len(s.Items) == 0 {
			f.wrong("categories", ChooseOne.New())
		}
	case "items":
		s.Items = readItems(f, "items", items)
		if len(s.Items) == 0 {
			f.wrong("items", FieldMissing.New())
		}
	}
	if n := len(s.Items); n > count.MaxScope {
		f.wrong("categories", ScopeTooLarge.New(n, count.MaxScope))
	}
	return s
}

// placed is what a scope holds of one section.
type placed struct {
	Section   stocktake.Name
	Whole     bool
	Locations []stocktake.Location
}

// Few reports whether the locations are so few that they are listed at once.
func (p placed) Few() bool { return len(p.Locations) <= 12 }

// places is what a scope holds of a site, by its sections.
type places []placed

// Part reports whether it is only part of some section.
func (p places) Part() bool { return slices.ContainsFunc(p, func(x placed) bool { return !x.Whole }) }

// Len is how many locations it has.
func (p places) Len() (n int) {
	for _, x := range p {
		n += len(x.Locations)
	}
	return n
}

// scopePlaces lists what a scope holds of a site.
func scopePlaces(s *count.Scope, site *stocktake.Site) (list places) {
	all := len(s.Sections)+len(s.Locations) == 0
	sections, locations := setOf(s.Sections), setOf(s.Locations)
	in, out := map[stocktake.SectionID][]stocktake.Location{}, map[stocktake.SectionID]bool{}
	for _, l := range site.Locations {
		if all || sections[l.Section] || locations[l.ID] {
			in[l.Section] = append(in[l.Section], l)
		} else {
			out[l.Section] = true
		}
	}
	for _, x := range site.Sections {
		if len(in[x.ID]) > 0 {
			list = append(list, placed{Section: named(x.Name, string(x.ID)), Whole: !out[x.ID], Locations: in[x.ID]})
		}
	}
	return list
}

// rangeMarks stand between the two ends of a range of locations.
var rangeMarks = []string{"…", "..", " إلى ", " to "}

// readLocations reads locations by id and by range. What is wrong is named all at once: the ranges that are none, and what
// the site does not have.
func readLocations(f *form, name string, site *stocktake.Site) []stocktake.LocationID {
	known := make(map[stocktake.LocationID]bool, len(site.Locations))
	for _, l := range site.Locations {
		known[l.ID] = true
	}
	var list []stocktake.LocationID
	var missing, faults []string
	taken := map[stocktake.LocationID]bool{}
	for _, word := range listed(f.Values.Get(name)) {
		ids := []stocktake.LocationID{stocktake.LocationID(word)}
		if !known[ids[0]] {
			r, err := rangeOf(word)
			if err != nil {
				faults = append(faults, f.tongue.say(stocktake.Fault(err)))
				continue
			}
			if r != nil {
				ids = r
			}
		}
		for _, id := range ids {
			if !known[id] {
				missing = append(missing, string(id))
			} else if !taken[id] {
				taken[id] = true
				list = append(list, id)
			}
		}
	}
	if len(missing) > 0 {
		faults = append(faults, f.tongue.say(NotOnSite.New(some10(missing))))
	}
	if len(faults) > 0 && f.Faults[name] == "" {
		f.Faults[name] = strings.Join(faults, " ")
	}
	return list
}

// rangeOf reads a range of locations; nil where the word has no mark of one.
func rangeOf(word string) ([]stocktake.LocationID, error) {
	word = strings.ReplaceAll(word, "...", "..")
	for _, mark := range rangeMarks {
		from, to, ok := strings.Cut(word, mark)
		if from, to = strings.TrimSpace(from), strings.TrimSpace(to); ok {
			if from == "" || to == "" {
				return nil, RangeHalf.New(word)
			}
			return stocktake.LocationRange(stocktake.LocationID(from), stocktake.LocationID(to))
		}
	}
	return nil, nil
}

// readItems reads items by id or by barcode; those that the catalogue does not have are named.
func readItems(f *form, name string, items []stocktake.Item) []stocktake.ItemID {
	words := listed(f.Values.Get(name))
	if len(words) == 0 {
		return nil
	}
	known := make(map[string]stocktake.ItemID, len(items))
	for i := range items {
		for _, b := range items[i].Barcodes {
			known[b.Code] = items[i].ID
		}
	}
	for i := range items {
		known[string(items[i].ID)] = items[i].ID
	}
	var list []stocktake.ItemID
	var missing []string
	seen := map[stocktake.ItemID]bool{}
	for _, word := range words {
		id, ok := known[latin(word)]
		switch {
		case !ok:
			missing = append(missing, word)
		case !seen[id]:
			seen[id] = true
			list = append(list, id)
		}
	}
	if len(missing) > 0 {
		f.wrong(name, NotInCatalogue.New(some10(missing)))
	}
	return list
}

// some10 says the first ten of a list, and that there are more.
func some10(list []string) string {
	if len(list) > 10 {
		return strings.Join(list[:10], ", ") + " …"
	}
	return strings.Join(list, ", ")
}

// Reasons of what is typed about a session.
var (
	ChooseOne = stocktake.NewReason(stocktake.Invalid, "choose-one",
		"Choose one at least.",
		"اختر واحدًا على الأقل.")
	NotOnSite = stocktake.NewReason(stocktake.Invalid, "not-on-site",
		"The site has no such locations: %s. Correct or remove them.",
		"لا توجد في هذا المقر المواقع هذه: %s. صحّحها أو احذفها.")
	RangeHalf = stocktake.NewReason(stocktake.Invalid, "range-half",
		"%q is half a range. Write where it begins and where it ends, such as A-01…A-40.",
		"%q نصف نطاق. اكتب أوله وآخره، مثل \u2066A-01…A-40\u2069.")
	NotInCatalogue = stocktake.NewReason(stocktake.Invalid, "not-in-catalogue",
		"The catalogue has no such items or barcodes: %s. Correct or remove them.",
		"لا توجد في قائمة الأصناف هذه الأصناف أو الباركودات: %s. صحّحها أو احذفها.")
	ScopeTooLarge = stocktake.NewReason(stocktake.Invalid, "scope-too-large",
		"These are %d items; a scope names %d at most. Count all items, or fewer.",
		"هذه %d صنف، ولا يتجاوز النطاق %d. اجرد كل الأصناف أو أقل من ذلك.")
	DuePast = stocktake.NewReason(stocktake.Invalid, "due-past",
		"Choose a time that is still to come.",
		"اختر وقتًا لم يحن بعد.")
	AmountWrong = stocktake.NewReason(stocktake.Invalid, "amount-wrong",
		"Write a number of zero or more, with three decimals at most (percent: two).",
		"اكتب رقمًا لا يقل عن صفر وبثلاث خانات عشرية على الأكثر (النسبة: خانتان).")
	TiersMissing = stocktake.NewReason(stocktake.Invalid, "tiers-missing",
		"Somebody must be able to approve: choose it for one role at least.",
		"لا بد من جهة تعتمد: اختر ذلك لدور واحد على الأقل.")
)
