package web

import (
	"cmp"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"jard/internal/count"
	"jard/internal/label"
	"jard/internal/result"
	"jard/internal/stocktake"
)

// Pages that are printed: A4, no colour needed, heads repeated, pages numbered by the browser (style/paper.css).

// paperPages are what is printed of a session and of a result.
func (k *console) paperPages() []route {
	return []route{
		{path: "/sessions/:session/count-sheet", roles: sheetPrinters, get: k.showCountSheet},
		{path: "/sessions/:session/variance-sheet", roles: resultReaders, get: k.showVarianceSheet},
		{path: "/results/:series/:number/record", roles: resultReaders, get: k.showRecord},
	}
}

// sheetPrinters are who plan a count. The sheet is blind, and says what the books list all the same.
var sheetPrinters = []stocktake.Role{stocktake.Supervisor, stocktake.Manager}

// record is محضر الجرد: a sealed document as it is printed. All of it is the document's; what is added up here is added
// up from its lines.
type record struct {
	*result.Document
	Society stocktake.Name
	Hash    stocktake.Hash
	Address string        // where the document is found
	QR      template.HTML // of the address, which holds the hash
	roll    roll          // whom the document does not name itself
	Warning string        // a key: why the paper must not be relied on; empty when it may

	Changes    []recordChange // of a correction, against what it replaces
	Was        *result.Totals // of that; nil where it is not at hand
	Sections   []recordSection
	Shortages  []recordLine
	Surpluses  []recordLine
	Unsaleable []recordPart
	Undecided  []recordLine // lines whose variance is not exact, in whatever direction
	Stagnants  []recordLine
	Idle       stocktake.Fils // what the stagnant goods are worth
	Conflicts  []recordDuty
	Deciders   []recordDecider
}

// recordDuty is a conflict of duty with what its lines are called, so many as are named one by one.
type recordDuty struct {
	*result.Duty
	First []stocktake.Name
	More  bool
}

// recordSection is one custodian's closing stock.
type recordSection struct {
	result.SectionTotal
	Closing stocktake.Fils
}

// recordLine is a variance without its sign: the table that it stands in says which it is.
type recordLine struct {
	*result.Line
	In       stocktake.Name // the section
	CodeName stocktake.Name // of the reason's code, if there is one
	Off      stocktake.Quantity
	Worth    stocktake.Fils
}

// recordPart is what was found of a line that cannot be sold as it is.
type recordPart struct {
	*result.Line
	result.Part
	Worth stocktake.Fils
}

// recordDecider is a person who decided lines, and how many and how.
type recordDecider struct {
	Person  stocktake.PersonID
	Roles   result.List[stocktake.Role]
	Verdict string
	Lines   int
	Reasons []string // the different ones
	Last    time.Time
}

func newRecord(d *result.Document, society stocktake.Name, hash stocktake.Hash, address string, people roll) (*record, error) {
	r := &record{Document: d, Society: society, Hash: hash, Address: address, roll: people}
	qr, err := label.QR(address)
	if err != nil {
		return nil, err
	}
	r.QR = template.HTML(qr.SVG(423, 0))
	closing := map[stocktake.SectionID]stocktake.Fils{}
	deciders := map[string]*recordDecider{}
	for i := range d.Lines {
		l := &d.Lines[i]
		worth, err := stocktake.Value(l.Counted, l.Cost)
		if err != nil {
			return nil, err
		}
		if closing[l.Section], err = closing[l.Section].Add(worth); err != nil {
			return nil, err
		}
		if !l.Exact {
			r.Undecided = append(r.Undecided, recordLine{Line: l, In: d.SectionName(l.Section)})
		}
		switch {
		case l.Variance < 0:
			r.Shortages = append(r.Shortages, r.line(l, -1))
		case l.Variance > 0:
			r.Surpluses = append(r.Surpluses, r.line(l, 1))
		}
		for _, p := range l.Breakdown {
			if p.Condition == result.Saleable {
				continue
			}
			worth, err := stocktake.Value(p.Quantity, l.Cost)
			if err != nil {
				return nil, err
			}
			r.Unsaleable = append(r.Unsaleable, recordPart{l, p, worth})
		}
		for _, by := range l.Decisions {
			key := string(by.Person) + "\x00" + by.Verdict
			if deciders[key] == nil {
				deciders[key] = &recordDecider{Person: by.Person, Roles: by.Roles, Verdict: by.Verdict}
				r.Deciders = append(r.Deciders, recordDecider{Person: by.Person, Verdict: by.Verdict})
			}
			deciders[key].Lines++
			if r := deciders[key]; by.Reason != "" && !slices.Contains(r.Reasons, by.Reason) {
				r.Reasons = append(r.Reasons, by.Reason)
			}
			if at := by.At.Time(); at.After(deciders[key].Last) {
				deciders[key].Last = at
			}
		}
	}
	if err := r.lie(); err != nil {
		return nil, err
	}
	r.conflicts()
	for i, x := range r.Deciders {
		r.Deciders[i] = *deciders[string(x.Person)+"\x00"+x.Verdict]
	}
	slices.SortStableFunc(r.Unsaleable, func(a, b recordPart) int { return cmp.Compare(a.Condition, b.Condition) })
	for _, s := range d.Totals.Custodies {
		s.Shortage.Value = -s.Shortage.Value
		r.Sections = append(r.Sections, recordSection{s, closing[s.Section]})
	}
	return r, nil
}

// line is a variance as its table shows it, a shortage with the sign turned.
func (r *record) line(l *result.Line, sign int64) recordLine {
	x := recordLine{Line: l, In: r.SectionName(l.Section), Off: l.Variance * stocktake.Quantity(sign), Worth: l.Value * stocktake.Fils(sign)}
	if l.Code != "" {
		x.CodeName = r.CodeName(l.Code)
	}
	return x
}

// lie lists the stagnant goods and adds up what they are worth.
func (r *record) lie() error {
	if r.Stagnant == nil {
		return nil
	}
	for _, k := range r.Stagnant.Lines {
		l := r.Line(k)
		if l == nil {
			continue // Check refuses such a document
		}
		worth, err := stocktake.Value(l.Counted, l.Cost)
		if err != nil {
			return err
		}
		if r.Idle, err = r.Idle.Add(worth); err != nil {
			return err
		}
		r.Stagnants = append(r.Stagnants, recordLine{Line: l, In: r.SectionName(l.Section), Worth: worth})
	}
	return nil
}

// conflicts names what conflicts of duty are about.
func (r *record) conflicts() {
	for i := range r.Duties {
		x := recordDuty{Duty: &r.Duties[i], More: len(r.Duties[i].Lines) > firstLines}
		for _, k := range r.Duties[i].Lines[:min(len(r.Duties[i].Lines), firstLines)] {
			name := stocktake.Name{English: string(k.Item)}
			if l := r.Line(k); l != nil {
				name = named(l.Name, string(k.Item))
			}
			x.First = append(x.First, name)
		}
		r.Conflicts = append(r.Conflicts, x)
	}
}

// Person is what somebody is called: by the document, else by the society's roll, else their id.
func (r *record) Person(id stocktake.PersonID) stocktake.Name {
	return cmp.Or(r.PersonName(id), r.roll.name(id))
}

// Signatory is what a member of the committee or the witness is called.
func (r *record) Signatory(s result.Signatory) stocktake.Name {
	return cmp.Or(stocktake.Name{Arabic: s.Name}, r.Person(s.Person))
}

// saidOfSignature is a decision on somebody's signature; By is who set it aside.
type saidOfSignature struct {
	result.Decision
	By *stocktake.Name
}

// Signing is what was said of somebody's signature, in order.
func (r *record) Signing(s result.Signatory) (list []saidOfSignature) {
	for _, d := range s.Decisions {
		x := saidOfSignature{Decision: d}
		if d.Person != s.Person {
			name := r.Person(d.Person)
			x.By = &name
		}
		list = append(list, x)
	}
	return list
}

// ShortageWorth is the shortage without its sign.
func (r *record) ShortageWorth() stocktake.Fils { return -r.Totals.Shortage.Value }

// here is the address that a page has for whoever scans it on paper.
func here(r *http.Request, path string, query url.Values) string {
	u := url.URL{Scheme: "http", Host: r.Host, Path: path, RawQuery: query.Encode()}
	if overTLS(r) {
		u.Scheme = "https"
	}
	return u.String()
}

func (k *console) showRecord(v *visit) error {
	sealed, err := k.oneResult(v.Context, v.by)
	if err != nil {
		return err
	}
	if sealed.Kind != "" && sealed.Kind != "result" {
		return NoRecord.New(strconv.FormatUint(sealed.Series, 10) + "/" + strconv.FormatUint(sealed.Number, 10))
	}
	d, err := result.Parse(sealed.Signed.Document)
	if err != nil {
		return err
	}
	name, err := k.societyName(v.Request(), v.by.Society)
	if err != nil {
		return err
	}
	hash := sealed.Signed.Hash()
	path := "/results/" + strconv.FormatUint(d.Series, 10) + "/" + strconv.FormatUint(d.Number, 10) + "/record"
	people, err := v.roll()
	if err != nil {
		return err
	}
	r, err := newRecord(d, name, hash, here(v.Request(), path, url.Values{"hash": {hash.String()}}), people)
	if err != nil {
		return err
	}
	if d.Corrects != nil {
		before, err := k.documentAt(v.Request().Context(), v.by, d.Corrects.Ref())
		switch {
		case err == nil:
			r.against(before)
		case !errors.Is(err, stocktake.Missing): // a restored store may lack it
			return err
		}
	}
	if asked := v.QueryParam("hash"); asked != "" && asked != hash.String() {
		r.Warning = "record.another"
	}
	return v.show("record", frame{Title: "record.title", Data: r})
}

// sheetLine is a line of a sheet with what its item is called.
type sheetLine struct {
	*count.Line
	In    stocktake.Name // the section
	Item  stocktake.Item
	Code  string // the code on its packing, or its id
	Off   stocktake.Quantity
	Worth stocktake.Fils
	By    *count.Decision // the one that stands
	Who   stocktake.Name  // whose it is
}

func newSheetLine(v *count.View, l *count.Line) sheetLine {
	s := sheetLine{Line: l, In: sectionName(v.Material.Site, l.Section), Item: v.Material.Items[l.Item]}
	s.Code = codeOf(s.Item)
	if l.Variance != nil {
		s.Off, s.Worth = l.Variance.Quantity, l.Variance.Value
		if s.Off < 0 {
			s.Off, s.Worth = -s.Off, -s.Worth
		}
	}
	for i := range l.Decisions {
		if l.Decisions[i].Standing {
			s.By = &l.Decisions[i]
		}
	}
	return s
}

// sectionName is what a section of a site is called.
func sectionName(site *stocktake.Site, id stocktake.SectionID) stocktake.Name {
	for _, x := range site.Sections {
		if x.ID == id {
			return named(x.Name, string(id))
		}
	}
	return stocktake.Name{English: string(id)}
}

// codeOf is the code by which people find an item: that of its smallest pack.
func codeOf(i stocktake.Item) string {
	code, pack := string(i.ID), stocktake.Quantity(0)
	for _, b := range i.Barcodes {
		if pack == 0 || b.Pack < pack {
			code, pack = b.Code, b.Pack
		}
	}
	return code
}

// sheetSection is the part of a sheet that one custodian answers for.
type sheetSection struct {
	stocktake.Section
	Locations []stocktake.Location
	Lines     []sheetLine
}

// Alone is the section's only location, which need not be written down; nil where there are several.
func (s sheetSection) Alone() *stocktake.Location {
	if len(s.Locations) != 1 {
		return nil
	}
	return &s.Locations[0]
}

// longSheet is how many lines are a print of dozens of pages, which is better made section by section.
const longSheet = 1000

// Of is how many lines the sheet has.
func (s *sheet) Of() (n int) {
	for _, x := range s.Sections {
		n += len(x.Lines)
	}
	return n
}

// Long reports whether the sheet can be had in handier parts.
func (s *sheet) Long() bool { return len(s.Sections) > 1 && s.Of() > longSheet }

// sheet is a session as a sheet shows it.
type sheet struct {
	View     *count.View
	At       time.Time
	Sections []sheetSection

	Shortages, Surpluses []sheetLine
	ShortageWorth        stocktake.Fils
	Uncounted            int // lines without a variance
	Only                 stocktake.SectionID
	people               roll
}

// Where is the one section that the sheet is of.
func (s *sheet) Where() stocktake.Name { return sectionName(s.View.Material.Site, s.Only) }

func (k *console) sheet(v *visit) (*sheet, error) {
	view, err := k.look(v.Context, v.by)
	if err != nil {
		return nil, err
	}
	people, err := v.roll()
	if err != nil {
		return nil, err
	}
	return &sheet{View: view, At: k.Now(), Only: stocktake.SectionID(v.QueryParam("section")), people: people}, nil
}

// showCountSheet shows what is to be counted, by section, with room to write and not one quantity of the books.
func (k *console) showCountSheet(v *visit) error {
	s, err := k.sheet(v)
	if err != nil {
		return err
	}
	at := map[stocktake.SectionID]int{}
	for _, section := range s.View.Material.Site.Sections {
		if s.Only == "" || s.Only == section.ID {
			at[section.ID] = len(s.Sections)
			s.Sections = append(s.Sections, sheetSection{Section: section})
		}
	}
	for _, l := range s.View.Material.Site.Locations {
		if i, ok := at[l.Section]; ok {
			s.Sections[i].Locations = append(s.Sections[i].Locations, l)
		}
	}
	for _, l := range s.View.Lines {
		if i, ok := at[l.Section]; ok && !l.Undirected {
			blind := newSheetLine(s.View, l)
			blind.Line, blind.Off, blind.Worth, blind.By = nil, 0, 0, nil // a template cannot show what is not there
			s.Sections[i].Lines = append(s.Sections[i].Lines, blind)
		}
	}
	s.Sections = slices.DeleteFunc(s.Sections, func(x sheetSection) bool { return len(x.Lines) == 0 })
	return v.show("count-sheet", frame{Title: "count-sheet.title", Nav: "sessions", Data: s})
}

// decided is a line with who decided on it.
func (s *sheet) decided(l *count.Line) sheetLine {
	x := newSheetLine(s.View, l)
	if x.By != nil {
		x.Who = s.people.name(x.By.Person)
	}
	return x
}

func (k *console) showVarianceSheet(v *visit) error {
	s, err := k.sheet(v)
	if err != nil {
		return err
	}
	for _, l := range s.View.Lines {
		switch {
		case s.Only != "" && s.Only != l.Section:
		case l.Variance == nil:
			s.Uncounted++
		case l.Variance.Quantity < 0:
			s.Shortages = append(s.Shortages, s.decided(l))
		case l.Variance.Quantity > 0:
			s.Surpluses = append(s.Surpluses, s.decided(l))
		}
	}
	s.ShortageWorth = -s.View.Totals.Shortage
	return v.show("variance-sheet", frame{Title: "variance-sheet.title", Nav: "sessions", Data: s})
}

// NoRecord says that a document is not the result of a count.
var NoRecord = stocktake.NewReason(stocktake.Conflict, "no-record",
	"Document %s is a change of key and has no count record. Choose a result.",
	"المستند %s تغيير مفتاح وليس له محضر جرد. اختر نتيجة جرد.")
