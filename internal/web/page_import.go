package web

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"time"

	"jard/internal/stocktake"
)

// fileSenders may send files on the console; which kind, the importer judges.
var fileSenders = []stocktake.Role{stocktake.SocietyAdministrator, stocktake.Supervisor, stocktake.Manager, stocktake.FinancialController}

// importFields are what a file's columns may hold, in the order in which they are offered.
var importFields = map[ImportKind][]string{
	ImportItems:  {"item", "name", "name_ar", "name_en", "unit", "category", "barcode", "pack", "lots", "supply", "price"},
	ImportPlaces: {"section", "section_name", "custodian", "location", "location_name", "kind", "shared"},
	ImportBook:   {"section", "item", "barcode", "quantity", "cost", "value"},
}

func (k *console) importPages() []route {
	return []route{
		{path: "/import", roles: fileSenders, get: k.showImports},
		{path: importEventsPath, roles: rescuers, get: k.showImportEvents, post: k.importEventsHere, long: true},
		{path: "/import/:kind", roles: fileSenders, get: k.showImport, post: k.importHere, long: true},
		{path: "/import/:kind/progress", roles: fileSenders, get: k.showProgress},
	}
}

// importReport is what the console reads of an importer's report.
type importReport struct {
	File    string `json:"file"`
	Mapping struct {
		Columns map[string]string `json:"columns"`
	} `json:"mapping"`
	Source    string   `json:"source"`
	HeaderRow int      `json:"header_row"`
	Ignored   []string `json:"ignored"`
	Rows      int      `json:"rows"`
	Faults    struct {
		Refused     int           `json:"refused"`
		Quarantined int           `json:"quarantined"`
		Warned      int           `json:"warned"`
		List        []importFault `json:"list"`
	} `json:"faults"`
	Change struct {
		Added   int `json:"added"`
		Changed int `json:"changed"`
		Same    int `json:"same"`
		Removed int `json:"removed"`
	} `json:"change"`
	Unchanged bool           `json:"unchanged"`
	Published bool           `json:"published"`
	Basis     stocktake.Hash `json:"basis,omitzero"`
}

type importFault struct {
	Line     int    `json:"line"`
	Column   string `json:"column"`
	Ref      string `json:"ref"`
	Value    string `json:"value"`
	Severity string `json:"severity"`
	English  string `json:"en"`
	Arabic   string `json:"ar"`
}

// Tone is how grave the fault is.
func (f importFault) Tone() string {
	return map[string]string{"refused": "wrong", "quarantined": "unknown"}[f.Severity]
}

// importPage is one kind of file on its way in.
type importPage struct {
	Kind    ImportKind
	Sites   []option
	Report  *importReport
	Columns []columnChoice
	Headers []option
	File    string // the id of a file that waits
	Name    string // … and what its sender calls it
	Ready   bool   // nothing keeps it from being taken in
	// Confirms is the text by which a person confirms what the importer refuses otherwise; "" where there is nothing to confirm.
	Confirms string
	Done     bool
	More     int // faults that are counted and not listed
}

// confirmations are what a person may confirm, by the reason that asks for it.
var confirmations = map[string]string{"catalogue-shrinks": "import.replace-all", "book-shrinks": "import.replace-book", "book-older": "import.older-book"}

// columnChoice is a field with the header of the column that holds it.
type columnChoice struct{ Field, Header string }

func (k *console) showImports(v *visit) error {
	kinds := []ImportKind{ImportItems, ImportPlaces, ImportBook}
	if k.Events != nil && v.by.Is(rescuers...) {
		kinds = append(kinds, ofHandheld)
	}
	return v.show("imports", frame{Title: "import.title", Nav: "import", Data: kinds})
}

func (k *console) importPage(v *visit) (importPage, error) {
	p := importPage{Kind: ImportKind(v.Param("kind"))}
	if importFields[p.Kind] == nil {
		return p, RouteUnknown.New()
	}
	if k.Importer == nil {
		return p, NotOffered.New()
	}
	if p.Kind == ImportItems || k.Places == nil {
		return p, nil
	}
	sites, err := k.Places.Sites(v.Request().Context(), v.by)
	for _, s := range sites {
		p.Sites = append(p.Sites, option{Value: string(s.ID), Text: v.tongue.name(s.Name)})
	}
	return p, err
}

func (k *console) showImport(v *visit) error {
	p, err := k.importPage(v)
	if err != nil {
		return err
	}
	var file kept // one whose sender's connection was lost, say
	p.File, file = k.uploads.waiting(v.by, p.Kind, k.Now())
	p.Name = file.name
	return v.show("import", frame{Title: "import.title", Nav: "import", Data: p, Form: v.newForm("merge", "yes", "as-of", k.Now().In(kuwait).Format("2006-01-02T15:04"))})
}

// importHere looks at a file that was sent, looks at it again with other columns, or takes it in.
func (k *console) importHere(v *visit) error {
	p, err := k.importPage(v)
	if err != nil {
		return err
	}
	f, id, err := v.upload(p.Kind)
	if err != nil {
		return err
	}
	if p.File = id; id == "" {
		p.File = f.Get("kept")
	}
	file, ok := k.uploads.get(p.File, v.by, p.Kind, k.Now())
	switch {
	case !ok && f.Get("kept") != "":
		f.wrong("file", FileGone.New())
	case !ok:
		f.wrong("file", FileMissing.New())
	}
	u := k.importing(v, f, p)
	if f.good() {
		take := f.Get("do") == "take"
		u.Basis = &file.basis
		u.DryRun = !take || file.seen != p.said(f, func(field string) string { return f.Get("column-" + field) })
		if err := k.run(v, f, &p, u, file); err != nil {
			return err
		}
		if take && u.DryRun && f.good() && p.Report != nil {
			f.Fault = v.tongue.say(FileUnseen.New())
		}
	}
	if p.Report == nil {
		if ok {
			k.uploads.remove(p.File) // a browser cannot show a file that was chosen: it is sent anew
		}
		return v.again("import", frame{Title: "import.title", Nav: "import", Data: p, Form: f})
	}
	if p.Done {
		k.uploads.remove(p.File)
	}
	return v.show("import", frame{Title: "import.title", Nav: "import", Data: p, Form: f})
}

// said is all that decides how a file is read: whoever takes it in has seen what becomes of it so.
func (p *importPage) said(f *form, column func(field string) string) string {
	all := []string{f.Get("site"), f.Get("as-of"), f.Get("merge")}
	for _, field := range importFields[p.Kind] {
		all = append(all, strings.TrimSpace(column(field)))
	}
	return strings.Join(all, "\n")
}

// importing is what was said about the file.
func (k *console) importing(v *visit, f *form, p importPage) Upload {
	u := Upload{Kind: p.Kind, DryRun: true, Merge: f.Get("merge") != "", ReplaceAll: f.Get("replace-all") != "", SaveMapping: true}
	if p.Kind != ImportItems {
		u.Site = stocktake.SiteID(f.need("site"))
		sites, err := k.Places.Sites(v.Request().Context(), v.by)
		if err == nil {
			for _, s := range sites {
				if s.ID == u.Site {
					u.SiteName, u.SiteKind = s.Name, s.Kind
				}
			}
		}
	}
	if p.Kind == ImportBook {
		at, err := time.ParseInLocation("2006-01-02T15:04", latin(f.need("as-of")), kuwait)
		if err != nil {
			f.wrong("as-of", FieldMissing.New())
		}
		u.AsOf = at.UTC()
	}
	columns := map[string]string{}
	for _, field := range importFields[p.Kind] {
		if header := f.Get("column-" + field); header != "" {
			columns[field] = header
		}
	}
	if len(columns) > 0 {
		u.Mapping, _ = json.Marshal(map[string]any{"kind": p.Kind, "columns": columns}) // of texts: cannot fail
	}
	return u
}

// run has the importer read the file and puts what it says on the page.
func (k *console) run(v *visit, f *form, p *importPage, u Upload, file kept) error {
	leave, err := k.imports.enter()
	if err != nil {
		return err
	}
	defer leave()
	data, err := os.Open(file.path)
	if err != nil {
		f.wrong("file", FileGone.Wrap(err))
		return nil
	}
	defer data.Close()
	u.Name, u.Size, u.Data = file.name, file.size, data
	reading := readingOf{v.by.Society, v.by.ID, p.Kind}
	u.Progress = func(done, total int64) { k.readings.at(reading, done, total) }
	defer k.readings.end(reading)
	report, err := k.Importer.Import(v.Request().Context(), v.by, u)
	if report != nil {
		b, fault := json.Marshal(report)
		if fault == nil {
			p.Report = new(importReport)
			fault = json.Unmarshal(b, p.Report)
		}
		if fault != nil {
			return errors.Join(fault, err)
		}
		p.columns(v)
		k.uploads.saw(p.File, p.said(f, func(field string) string { return p.Report.Mapping.Columns[field] }), p.Report.Basis)
	}
	if err != nil {
		e := stocktake.Fault(err)
		p.Confirms = confirmations[e.Reason.Key]
		p.Ready = e.Reason.Key == "published-changed" // what it comes to now is on the page
		return f.blame(err, "as-of-missing", "as-of", "site-empty", "site")
	}
	p.Ready, p.Done = !p.Report.Unchanged, !u.DryRun || p.Report.Unchanged
	return nil
}

// columns offers every header of the file for every field.
func (p *importPage) columns(v *visit) {
	headers := map[string]bool{}
	for _, h := range p.Report.Mapping.Columns {
		headers[h] = true
	}
	for _, h := range p.Report.Ignored {
		headers[h] = true
	}
	p.Headers = []option{{Text: v.tongue.t("import.no-column")}}
	for _, h := range sortedKeys(headers) {
		if h != "" {
			p.Headers = append(p.Headers, option{Value: h, Text: h})
		}
	}
	for _, field := range importFields[p.Kind] {
		p.Columns = append(p.Columns, columnChoice{field, p.Report.Mapping.Columns[field]})
	}
	faults := p.Report.Faults
	p.More = faults.Refused + faults.Quarantined + faults.Warned - len(faults.List)
}

// Reasons of an import on the console.
var (
	FileMissing = stocktake.NewReason(stocktake.Invalid, "file-missing",
		"Choose the file.",
		"اختر الملف.")
	FileUnseen = stocktake.NewReason(stocktake.Conflict, "file-unseen",
		"You changed how the file is read, so it was looked at again and not applied. Check the new outcome, then apply it.",
		"غيّرت طريقة قراءة الملف، ففُحص من جديد ولم يُطبَّق. راجع النتيجة الجديدة ثم طبّقه.")
	FileGone = stocktake.NewReason(stocktake.NotFound, "file-gone",
		"The file waited too long and was let go. Choose it again.",
		"انتظر الملف أكثر من اللازم فحُذف. اختره مرة أخرى.")
)
