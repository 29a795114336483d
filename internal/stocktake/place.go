package stocktake

import "slices"

// Governorate is one of Kuwait's six governorates, by its ISO 3166-2 code.
type Governorate string

// The six governorates.
const (
	Capital         Governorate = "KW-KU"
	Hawalli         Governorate = "KW-HA"
	Farwaniya       Governorate = "KW-FA"
	Ahmadi          Governorate = "KW-AH"
	Jahra           Governorate = "KW-JA"
	MubarakAlKabeer Governorate = "KW-MU"
)

// Governorates are the six, in the order in which official lists have them.
func Governorates() []Governorate {
	return []Governorate{Capital, Hawalli, Farwaniya, Ahmadi, Jahra, MubarakAlKabeer}
}

// Check refuses anything but the six codes.
func (g Governorate) Check() error {
	if slices.Contains(Governorates(), g) {
		return nil
	}
	return governorateUnknown.New(string(g))
}

// Name is what a thing is called in Arabic and in English. Either may be empty, not both.
type Name struct {
	Arabic  string `json:"ar,omitempty"`
	English string `json:"en,omitempty"`
}

// MaxName is the greatest length of a name in bytes.
const MaxName = 512

// Check refuses a name that is empty in both languages or too long in one.
func (n Name) Check(field string) error {
	if n.Arabic == "" && n.English == "" {
		return nameEmpty.New(Word(field))
	}
	if len(n.Arabic) > MaxName || len(n.English) > MaxName {
		return nameTooLong.New(Word(field), Letters(MaxName))
	}
	return nil
}

// String is the Arabic name, or the English where there is none.
func (n Name) String() string {
	if n.Arabic != "" {
		return n.Arabic
	}
	return n.English
}

// Society is one cooperative. Schemes declare its own variable-measure barcodes (gs1.ParseScheme's text form).
type Society struct {
	ID          SocietyID   `json:"id"`
	Name        Name        `json:"name"`
	Governorate Governorate `json:"governorate"`
	Schemes     []string    `json:"schemes,omitempty"`
}

// SiteKind says what a place with stock is.
type SiteKind string

// The kinds of site.
const (
	CentralMarket SiteKind = "central-market"
	Branch        SiteKind = "branch"
	Warehouse     SiteKind = "warehouse"
	SupplyBranch  SiteKind = "supply-branch"
)

// LocationKind says what is done at a countable place.
type LocationKind string

// The kinds of location.
const (
	Floor     LocationKind = "floor"
	Store     LocationKind = "store"
	Cold      LocationKind = "cold"
	Receiving LocationKind = "receiving"
)

// Site is a place with stock and the plan of it: its sections with their custodians and its countable locations. It is
// a document: immutable, named by its content hash; an edited site is a new document.
type Site struct {
	ID        SiteID     `json:"id"`
	Name      Name       `json:"name"`
	Kind      SiteKind   `json:"kind"`
	Sections  []Section  `json:"sections"`
	Locations []Location `json:"locations"`
}

// Section is a part of a site held in one person's custody; the grain of accountability.
type Section struct {
	ID        SectionID `json:"id"`
	Name      Name      `json:"name"`
	Custodian Name      `json:"custodian"`
}

// Location is a countable place inside a section; its id is what its barcode label says. Shared means that several
// people split it and their passes add up.
type Location struct {
	ID      LocationID   `json:"id"`
	Name    Name         `json:"name"`
	Section SectionID    `json:"section"`
	Kind    LocationKind `json:"kind"`
	Shared  bool         `json:"shared,omitempty"`
}

// Check refuses a site whose ids are malformed or repeated, whose kinds are unknown, or whose locations name a
// section that is not there.
func (s *Site) Check() error {
	if err := CheckID("site", string(s.ID)); err != nil {
		return err
	}
	switch s.Kind {
	case CentralMarket, Branch, Warehouse, SupplyBranch:
	default:
		return siteKindUnknown.New(string(s.Kind))
	}
	if err := s.Name.Check("site"); err != nil {
		return err
	}
	sections := make(map[SectionID]bool, len(s.Sections))
	for _, section := range s.Sections {
		if err := CheckID("section", string(section.ID)); err != nil {
			return err
		}
		if err := section.Name.Check("section"); err != nil {
			return err
		}
		if sections[section.ID] {
			return idRepeated.New(Word("section"), string(section.ID))
		}
		sections[section.ID] = true
	}
	locations := make(map[LocationID]bool, len(s.Locations))
	for _, location := range s.Locations {
		if err := CheckID("location", string(location.ID)); err != nil {
			return err
		}
		switch location.Kind {
		case Floor, Store, Cold, Receiving:
		default:
			return locationKindUnknown.New(string(location.Kind))
		}
		if locations[location.ID] {
			return idRepeated.New(Word("location"), string(location.ID))
		}
		if !sections[location.Section] {
			return sectionUnknown.New(string(location.Section))
		}
		locations[location.ID] = true
	}
	return nil
}
