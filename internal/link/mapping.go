package link

import (
	"encoding/json"
	"slices"
	"strconv"

	"jard/internal/gs1"
	"jard/internal/stocktake"
)

// Kind is what a file brings.
type Kind string

// The kinds of file.
const (
	ItemsFile  Kind = "items"
	PlacesFile Kind = "places"
	BookFile   Kind = "book"

	MovementsFile Kind = "movements"
)

// Field is something that a column may hold.
type Field string

// The fields of items, of places and of book stock. Name is a name in whichever language the cell is written in.
const (
	FieldItem     Field = "item"
	FieldName     Field = "name"
	FieldArabic   Field = "name_ar"
	FieldEnglish  Field = "name_en"
	FieldUnit     Field = "unit"
	FieldCategory Field = "category"
	FieldBarcode  Field = "barcode"
	FieldPack     Field = "pack"
	FieldLots     Field = "lots"
	FieldSupply   Field = "supply"
	FieldPrice    Field = "price" // selling price of one base unit

	FieldLocation     Field = "location"
	FieldLocationName Field = "location_name"
	FieldSection      Field = "section"
	FieldSectionName  Field = "section_name"
	FieldCustodian    Field = "custodian"
	FieldKind         Field = "kind"
	FieldShared       Field = "shared"

	FieldQuantity Field = "quantity"
	FieldCost     Field = "cost"
	FieldValue    Field = "value"

	FieldMovement     Field = "movement" // id at its source
	FieldMovementKind Field = "movement_kind"
	FieldBooked       Field = "booked"
	FieldTime         Field = "time" // of day, where the date stands apart
	FieldPosition     Field = "position"
	FieldVoids        Field = "voids"
	FieldPosts        Field = "posts"
)

// fieldsOf lists the fields that a file of each kind may have.
var fieldsOf = map[Kind][]Field{
	ItemsFile: {FieldItem, FieldName, FieldArabic, FieldEnglish, FieldUnit, FieldCategory, FieldBarcode, FieldPack,
		FieldLots, FieldSupply, FieldPrice},
	PlacesFile: {FieldLocation, FieldLocationName, FieldSection, FieldSectionName, FieldCustodian, FieldKind, FieldShared},
	BookFile:   {FieldSection, FieldItem, FieldBarcode, FieldQuantity, FieldCost, FieldValue},
	MovementsFile: {FieldMovement, FieldMovementKind, FieldItem, FieldBarcode, FieldQuantity, FieldBooked, FieldTime, FieldPosition,
		FieldSection, FieldLocation, FieldVoids, FieldPosts},
}

// Policy says what becomes of a code that proves nothing.
type Policy string

// The policies.
const (
	Refuse     Policy = "refuse"     // refuse the file
	Quarantine Policy = "quarantine" // leave the code out and list it
	KeepLocal  Policy = "local"      // keep it as an in-house code: they are real
)

// Codes is the policy for barcodes: for numbers of a GTIN's length with the wrong check digit, and for codes of any
// other length or alphabet. The zero value quarantines the first and keeps the second.
type Codes struct {
	BadCheckDigit Policy `json:"bad_check_digit,omitempty"`
	OtherLength   Policy `json:"other_length,omitempty"`
}

// Repeated says what becomes of a second book line for the same item in the same section.
type Repeated string

// What can be done with a repeated line.
const (
	RefuseRepeated Repeated = "refuse"
	SumRepeated    Repeated = "sum" // an export per lot or per shelf
)

// Mapping says how a file of one kind is to be read. Everything that is left empty is found out from the file, so the
// zero Mapping reads most files; what was found out is in the report and can be saved and given back.
type Mapping struct {
	Kind      Kind              `json:"kind"`
	Columns   map[Field]string  `json:"columns,omitempty"`    // header text of each field's column
	Defaults  map[Field]string  `json:"defaults,omitempty"`   // for fields without a column, and for empty cells
	Encoding  Encoding          `json:"encoding,omitempty"`   // of a CSV file
	Delimiter string            `json:"delimiter,omitempty"`  // of a CSV file: one of , ; tab |
	Sheet     string            `json:"sheet,omitempty"`      // of an XLSX file; the first visible one if empty
	HeaderRow int               `json:"header_row,omitempty"` // line of the header, from 1; looked for if 0
	Decimal   string            `json:"decimal,omitempty"`    // "." or ","; as the file's own numbers show if empty
	Money     string            `json:"money,omitempty"`      // "dinar" (the default) or "fils"
	Dates     string            `json:"dates,omitempty"`      // "dmy" or "mdy"; as the file's own dates show if empty
	Signs     string            `json:"signs,omitempty"`      // of movements: "signed" (the default), or "kind": the kind says whether goods leave
	Kinds     map[string]string `json:"kinds,omitempty"`      // the ERP's words → kind of movement, with + or − before it where the word says the sign
	RoundCost bool              `json:"round_cost,omitempty"` // round costs beyond a thousandth of a fils
	Repeated  Repeated          `json:"repeated,omitempty"`   // refuse if empty
	Codes     Codes             `json:"codes,omitzero"`
	Units     map[string]string `json:"units,omitempty"`   // the ERP's unit words → piece, kg, litre, metre or pack
	Schemes   []string          `json:"schemes,omitempty"` // the society's variable-measure schemes (gs1.ParseScheme)
}

// Check refuses a mapping that contradicts itself.
func (m *Mapping) Check() error {
	fields, ok := fieldsOf[m.Kind]
	if !ok {
		return mappingWrong.New("kind", string(m.Kind))
	}
	for field, header := range m.Columns {
		if !slices.Contains(fields, field) {
			return mappingWrong.New("columns", string(field))
		}
		if foldHeader(header) == "" {
			return mappingWrong.New("columns", string(field)+"="+header)
		}
	}
	for field := range m.Defaults {
		if !slices.Contains(fields, field) {
			return mappingWrong.New("defaults", string(field))
		}
	}
	for unit, base := range m.Units {
		if _, ok := unitWords[base]; !ok && base != packWord {
			return mappingWrong.New("units", unit+"="+base)
		}
	}
	for word, kind := range m.Kinds {
		if _, ok := readKindRule(kind); !ok {
			return mappingWrong.New("kinds", word+"="+kind)
		}
	}
	for _, scheme := range m.Schemes {
		if _, err := gs1.ParseScheme(scheme); err != nil {
			return mappingWrong.Wrap(err, "schemes", scheme)
		}
	}
	for _, choice := range []struct {
		name, value string
		allowed     []string
	}{
		{"encoding", string(m.Encoding), []string{"", string(UTF8), string(Windows1256), string(UTF16LE), string(UTF16BE)}},
		{"delimiter", m.Delimiter, []string{"", ",", ";", "\t", "|"}},
		{"decimal", m.Decimal, []string{"", ".", ","}},
		{"dates", m.Dates, []string{"", "dmy", "mdy"}},
		{"signs", m.Signs, []string{"", "signed", "kind"}},
		{"money", m.Money, []string{"", "dinar", "fils"}},
		{"repeated", string(m.Repeated), []string{"", string(RefuseRepeated), string(SumRepeated)}},
		{"bad_check_digit", string(m.Codes.BadCheckDigit), policies},
		{"other_length", string(m.Codes.OtherLength), policies},
	} {
		if !slices.Contains(choice.allowed, choice.value) {
			return mappingWrong.New(choice.name, choice.value)
		}
	}
	if m.HeaderRow < 0 || m.HeaderRow > maxTitleLines {
		return mappingWrong.New("header_row", strconv.Itoa(m.HeaderRow))
	}
	return nil
}

var policies = []string{"", string(Refuse), string(Quarantine), string(KeepLocal)}

// withDefaults fills in what the zero value of each setting means.
func (m Mapping) withDefaults(kind Kind) Mapping {
	if m.Kind == "" {
		m.Kind = kind
	}
	if m.Codes.BadCheckDigit == "" {
		m.Codes.BadCheckDigit = Quarantine
	}
	if m.Codes.OtherLength == "" {
		m.Codes.OtherLength = KeepLocal
	}
	if m.Repeated == "" {
		m.Repeated = RefuseRepeated
	}
	if m.Money == "" {
		m.Money = "dinar"
	}
	return m
}

// ReadMapping decodes a saved mapping.
func ReadMapping(d stocktake.Document) (Mapping, error) {
	var m Mapping
	if err := json.Unmarshal(d.Bytes, &m); err != nil {
		return m, mappingWrong.Wrap(err, "document", d.Hash.String())
	}
	return m, m.Check()
}

// over gives m with whatever it leaves empty taken from a saved mapping. A CSV file's encoding and delimiter are not:
// they are surer found out from the file at hand.
func (m Mapping) over(saved Mapping) Mapping {
	saved.Encoding, saved.Delimiter, saved.HeaderRow = m.Encoding, m.Delimiter, m.HeaderRow
	if m.Defaults != nil {
		saved.Defaults = m.Defaults
	}
	if m.Units != nil {
		saved.Units = m.Units
	}
	if m.Schemes != nil {
		saved.Schemes = m.Schemes
	}
	if m.Kinds != nil {
		saved.Kinds = m.Kinds
	}
	for _, pair := range []struct{ to, from *string }{
		{&saved.Dates, &m.Dates}, {&saved.Signs, &m.Signs}, {&saved.Sheet, &m.Sheet}, {&saved.Decimal, &m.Decimal}, {&saved.Money, &m.Money},
	} {
		if *pair.from != "" {
			*pair.to = *pair.from
		}
	}
	if m.Repeated != "" {
		saved.Repeated = m.Repeated
	}
	if m.Codes.BadCheckDigit != "" {
		saved.Codes.BadCheckDigit = m.Codes.BadCheckDigit
	}
	if m.Codes.OtherLength != "" {
		saved.Codes.OtherLength = m.Codes.OtherLength
	}
	saved.RoundCost = saved.RoundCost || m.RoundCost
	return saved
}
