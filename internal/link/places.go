package link

import (
	"context"

	"jard/internal/stocktake"
)

// PlacesResult is what a file of places came to.
type PlacesResult struct {
	Report
	Site   stocktake.Site `json:"-"` // with the file's sections and locations in its order
	Stats  PlaceStats     `json:"stats"`
	Change Change         `json:"change"` // of sections and locations together
}

// PlaceStats says what a file of places held.
type PlaceStats struct {
	Sections      int                            `json:"sections"`
	Locations     int                            `json:"locations"`
	Shared        int                            `json:"shared"`
	NoCustodian   int                            `json:"no_custodian"` // sections that nobody answers for
	LocationKinds map[stocktake.LocationKind]int `json:"location_kinds"`
}

// ReadPlaces reads a file with the sections and locations of a site without publishing anything.
func ReadPlaces(ctx context.Context, f File, site stocktake.Site, m Mapping, l Limits, progress Progress) (*PlacesResult, error) {
	d, err := draftPlaces(ctx, f, site, m, l, progress)
	if err != nil {
		return nil, err
	}
	return d.result(), nil
}

type placesDraft struct {
	*pass
	site      stocktake.Site
	sections  map[stocktake.SectionID]place
	locations map[stocktake.LocationID]place
	ordinary  stocktake.LocationKind // of a location whose kind the file does not say
}

// place is where a section or location stands in the site, and the line that said so first.
type place struct {
	index, line int
}

func draftPlaces(ctx context.Context, f File, site stocktake.Site, m Mapping, l Limits, progress Progress) (*placesDraft, error) {
	site.Sections, site.Locations = nil, nil
	if err := site.Check(); err != nil {
		return nil, err
	}
	p, err := newPass(f, PlacesFile, m, l)
	if err != nil {
		return nil, err
	}
	d := &placesDraft{pass: p, site: site, sections: make(map[stocktake.SectionID]place),
		locations: make(map[stocktake.LocationID]place), ordinary: stocktake.Floor}
	if site.Kind == stocktake.Warehouse {
		d.ordinary = stocktake.Store
	}
	p.table.check(p.out, []Field{FieldSection, FieldSectionName})
	if p.report.Faults.Refused > 0 {
		p.finish()
		return d, nil
	}
	p.report.Rows, p.report.Blank, err = p.table.each(ctx, p.out, progress, d.row)
	if err != nil {
		return nil, err
	}
	if p.report.Rows == 0 {
		return nil, fileEmpty.New()
	}
	// Rows may name a section or a location late; what never got a name is called by its id.
	for i := range d.site.Sections {
		if s := &d.site.Sections[i]; s.Name == (stocktake.Name{}) {
			s.Name = nameOf(string(s.ID))
		}
	}
	for i := range d.site.Locations {
		if s := &d.site.Locations[i]; s.Name == (stocktake.Name{}) {
			s.Name = nameOf(string(s.ID))
		}
	}
	return d, nil
}

// nameOf puts a name into the language that it is written in.
func nameOf(s string) stocktake.Name {
	if arabic(s) {
		return stocktake.Name{Arabic: s}
	}
	return stocktake.Name{English: s}
}

func (d *placesDraft) row(r *record) {
	field := FieldSection
	if d.table.column(FieldSection) < 0 && d.table.mapping.Defaults[FieldSection] == "" {
		field = FieldSectionName // the name serves as the id
	}
	id, column, ok := d.key(r, field)
	if !ok {
		if !d.given(r, field) {
			if !d.given(r, FieldLocation) && totals(r) {
				d.report.Totals++
				return
			}
			d.out.at(r, column, Refused, cellEmpty.New(FieldSection.label()))
		}
		return
	}
	if totals(r) && !d.given(r, FieldLocation) && !d.given(r, FieldSectionName) {
		d.report.Totals++
		return
	}
	section := stocktake.SectionID(id)
	at, again := d.sections[section]
	if !again {
		at = place{len(d.site.Sections), r.line}
		d.sections[section] = at
		d.site.Sections = append(d.site.Sections, stocktake.Section{ID: section})
	}
	s := &d.site.Sections[at.index]
	d.called(r, FieldSectionName, &s.Name, at.line)
	d.called(r, FieldCustodian, &s.Custodian, at.line)
	d.location(r, section, again, at.line)
}

// called takes a name in the language it is written in.
func (d *placesDraft) called(r *record, f Field, have *stocktake.Name, line int) {
	text, ok := d.name(r, f)
	if !ok || text == "" {
		return
	}
	now := nameOf(text)
	if now.Arabic != "" {
		d.agree(r, f, &have.Arabic, now.Arabic, line)
	} else {
		d.agree(r, f, &have.English, now.English, line)
	}
}

func (d *placesDraft) location(r *record, section stocktake.SectionID, again bool, line int) {
	id, column, ok := d.key(r, FieldLocation)
	if !ok {
		if !d.given(r, FieldLocation) && again {
			d.out.at(r, column, Warned, rowRepeated.New(line)) // the section is known and there is no location
		}
		return
	}
	if at, taken := d.locations[stocktake.LocationID(id)]; taken {
		d.out.at(r, column, Refused, locationRepeated.New(id, at.line))
		return
	}
	l := stocktake.Location{ID: stocktake.LocationID(id), Section: section, Kind: d.ordinary}
	d.called(r, FieldLocationName, &l.Name, r.line)
	if text, i := d.table.text(r, FieldKind); text != "" {
		kind, known := locationKinds[foldHeader(text)]
		if !known {
			d.out.at(r, i, Refused, kindUnknown.New(shorten(text)))
		} else {
			l.Kind = kind
		}
	}
	if text, i := d.table.text(r, FieldShared); text != "" {
		if l.Shared, ok = readFlag(text); !ok {
			d.out.at(r, i, Refused, flagUnknown.New(shorten(text)))
		}
	}
	d.locations[l.ID] = place{len(d.site.Locations), r.line}
	d.site.Locations = append(d.site.Locations, l)
}

// locationKinds are the words for a kind of location.
var locationKinds = func() map[string]stocktake.LocationKind {
	words := make(map[string]stocktake.LocationKind)
	for kind, names := range map[stocktake.LocationKind][]string{
		stocktake.Floor: {"floor", "sales floor", "shop floor", "shop", "shelf", "sales", "صالة", "صالة العرض", "صالة البيع",
			"العرض", "رف", "أرفف", "رفوف"},
		stocktake.Store: {"store", "storage", "back store", "backroom", "stock room", "stockroom", "warehouse", "مخزن",
			"المخزن", "مستودع", "تخزين", "مخزن خلفي"},
		stocktake.Cold: {"cold", "cold store", "cold room", "chiller", "freezer", "fridge", "مبرد", "مخزن مبرد", "تبريد",
			"ثلاجة", "ثلاجات", "فريزر", "براد", "تجميد"},
		stocktake.Receiving: {"receiving", "reception", "dock", "goods in", "inbound", "استلام", "منطقة الاستلام", "رصيف"},
	} {
		for _, name := range names {
			words[foldHeader(name)] = kind
		}
	}
	return words
}()

// merge keeps the published sections and locations that the file does not name, and the names that it leaves empty.
func (d *placesDraft) merge(old stocktake.Site) {
	for _, s := range old.Sections {
		if at, named := d.sections[s.ID]; named {
			now := &d.site.Sections[at.index]
			if now.Name == nameOf(string(s.ID)) {
				now.Name = s.Name
			}
			keep(&now.Custodian.Arabic, s.Custodian.Arabic)
			keep(&now.Custodian.English, s.Custodian.English)
			continue
		}
		d.site.Sections = append(d.site.Sections, s)
	}
	for _, l := range old.Locations {
		if _, named := d.locations[l.ID]; !named {
			d.site.Locations = append(d.site.Locations, l)
		}
	}
}

func (d *placesDraft) result() *PlacesResult {
	stats := PlaceStats{LocationKinds: make(map[stocktake.LocationKind]int)}
	for _, s := range d.site.Sections {
		stats.Sections++
		if s.Custodian == (stocktake.Name{}) {
			stats.NoCustodian++
		}
	}
	for _, l := range d.site.Locations {
		stats.Locations++
		stats.LocationKinds[l.Kind]++
		if l.Shared {
			stats.Shared++
		}
	}
	d.finish()
	return &PlacesResult{Report: *d.report, Site: d.site, Stats: stats}
}

// compareSites counts what publishing a site's plan would do to its sections and locations.
func compareSites(old, now stocktake.Site) Change {
	var c Change
	before := make(map[string]any)
	for _, s := range old.Sections {
		before["s"+string(s.ID)] = s
	}
	for _, l := range old.Locations {
		before["l"+string(l.ID)] = l
	}
	count := func(key string, v any) {
		switch was, ok := before[key]; {
		case !ok:
			c.Added++
		case was == v:
			c.Same++
		default:
			c.Changed++
		}
	}
	for _, s := range now.Sections {
		count("s"+string(s.ID), s)
	}
	for _, l := range now.Locations {
		count("l"+string(l.ID), l)
	}
	c.Removed = len(before) - c.Same - c.Changed
	return c
}
