package link

import (
	"time"

	"jard/internal/stocktake"
)

// Report says what a file was taken for, what is wrong with it and what became of it. It is given for a refused file
// too: the faults are its point.
type Report struct {
	Kind      Kind           `json:"kind"`
	File      string         `json:"file"`
	Bytes     int64          `json:"bytes"`
	Content   stocktake.Hash `json:"content"` // SHA-256 of the file
	Mapping   Mapping        `json:"mapping"` // as used: save it to have it used again
	Source    string         `json:"source"`  // of its columns: given, saved or guessed
	HeaderRow int            `json:"header_row"`
	Ignored   []string       `json:"ignored,omitempty"` // headers that hold nothing known
	Rows      int            `json:"rows"`              // below the header, blank ones not counted
	Blank     int            `json:"blank"`
	Totals    int            `json:"totals"`            // sum rows, passed over
	Decimal   string         `json:"decimal,omitempty"` // mark that the file's numbers showed
	Faults    Faults         `json:"faults"`

	Document  stocktake.Hash `json:"document,omitzero"`   // what the file makes; none when refused
	Previous  stocktake.Hash `json:"previous,omitzero"`   // what was published before
	Basis     stocktake.Hash `json:"basis,omitzero"`      // of all that is published and that the outcome rests on
	Published bool           `json:"published,omitempty"` // by this import
	Unchanged bool           `json:"unchanged,omitempty"` // it was published already: no effect
	Older     bool           `json:"older,omitempty"`     // a book than the one in use, which stays; with Unchanged it was in use before
	InUse     time.Time      `json:"in_use,omitzero"`     // as of when the book is that stays
	DryRun    bool           `json:"dry_run,omitempty"`
}

// Change counts what publishing does to what was published before.
type Change struct {
	Added   int `json:"added"`
	Changed int `json:"changed"`
	Same    int `json:"same"`
	Removed int `json:"removed"`
}

// pass is what the three kinds of file have in common while they are read.
type pass struct {
	table  *table
	report *Report
	out    trail
	marks  *decimals
}

func newPass(f File, kind Kind, m Mapping, l Limits) (*pass, error) {
	l = l.withDefaults()
	source := "given"
	if len(m.Columns) == 0 {
		source = "guessed"
	}
	if m.Kind == "" {
		m.Kind = kind
	}
	if m.Kind != kind {
		return nil, mappingWrong.New("kind", string(m.Kind))
	}
	if err := m.Check(); err != nil {
		return nil, err
	}
	t, err := openTable(f, m, l)
	if err != nil {
		return nil, err
	}
	t.mapping = t.mapping.withDefaults(kind)
	p := &pass{table: t, marks: &decimals{}}
	p.report = &Report{Kind: kind, File: f.Name, Bytes: f.Size, Content: t.content.hash, Mapping: t.mapping,
		Source: source, HeaderRow: t.row, Ignored: t.ignored}
	p.report.Faults.keep = l.Faults
	p.out = trail{faults: &p.report.Faults, table: t}
	switch {
	case t.content.json:
		p.marks.mark = '.'
	case m.Decimal != "":
		p.marks.mark = m.Decimal[0]
	default:
		p.marks.look = func() (byte, int) { return p.observe(FieldQuantity, FieldCost, FieldValue, FieldPack) }
	}
	return p, nil
}

// observe reads the file from its beginning for the first number of some fields that shows its decimal mark.
func (p *pass) observe(fields ...Field) (byte, int) {
	in, err := p.table.records(nil)
	if err != nil {
		return 0, 0
	}
	defer in.Close()
	var columns []int
	for _, f := range fields {
		if i := p.table.column(f); i >= 0 {
			columns = append(columns, i)
		}
	}
	var r record
	for {
		if err := in.next(&r); err != nil {
			return 0, 0 // the end, or what the main pass reports by itself
		}
		if r.line <= p.table.row || r.fault != nil {
			continue
		}
		for _, i := range columns {
			if i >= len(r.cells) || r.cells[i].number || simple(r.cells[i].text) {
				continue
			}
			if read, ok := readMarks(cleanNumber(r.cells[i].text)); ok && read.mark != 0 {
				return read.mark, r.line
			}
		}
	}
}

// finish closes the books on a pass.
func (p *pass) finish() {
	p.report.Faults.sort()
	if p.marks.decided > 0 {
		p.report.Decimal = string(p.marks.mark)
	}
}

// number reads a field's number in units of 10^−places. ok is false when the cell is empty or was reported.
func (p *pass) number(r *record, f Field, places int, round bool) (n int64, rounded, ok bool) {
	i := p.table.column(f)
	c := cell{}
	if i >= 0 && i < len(r.cells) {
		c = r.cells[i]
	}
	if n, ok := p.marks.usual(c.text, places); ok {
		return n, false, true
	}
	if c.text == "" || (!simple(c.text) && cleanCode(c.text) == "") {
		c = cell{text: p.table.mapping.Defaults[f]}
		if c.text == "" {
			return 0, false, false
		}
	}
	s, fault := p.marks.canonical(c, r.line)
	if fault == nil {
		n, rounded, fault = scale(s, places, round)
	}
	if fault != nil {
		p.out.at(r, i, Refused, fault)
		return 0, false, false
	}
	return n, rounded, true
}

// given reports whether a field's cell holds anything, or has a default.
func (p *pass) given(r *record, f Field) bool {
	c, _ := p.table.code(r, f)
	return c.text != ""
}

// key reads an id. It reports false when the cell is empty (which is for the caller to judge) or was refused.
func (p *pass) key(r *record, f Field) (id string, column int, ok bool) {
	c, i := p.table.code(r, f)
	switch {
	case c.text == "":
		return "", i, false
	case c.lossy || scientific(c.text):
		p.out.at(r, i, Refused, codeMangled.New(shorten(c.text)))
		return "", i, false
	case stocktake.CheckID(string(f), c.text) != nil:
		p.out.at(r, i, Refused, cellWrong.New(f.label(), stocktake.Letters(stocktake.MaxID)))
		return "", i, false
	}
	return c.text, i, true
}

// name reads a name of at most MaxName bytes.
func (p *pass) name(r *record, f Field) (string, bool) {
	s, i := p.table.text(r, f)
	if len(s) > stocktake.MaxName {
		p.out.at(r, i, Refused, nameTooLong.New(f.label(), stocktake.Letters(stocktake.MaxName)))
		return "", false
	}
	return s, true
}

// agree takes a value that a later row of the same thing gives: it fills what was empty, and may not differ.
func (p *pass) agree(r *record, f Field, have *string, now string, line int) {
	switch {
	case now == "" || *have == now:
	case *have == "":
		*have = now
	default:
		p.out.at(r, p.table.column(f), Refused, rowDiffers.New(f.label(), line, shorten(*have)))
	}
}
