package link

import (
	"context"
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"jard/internal/stocktake"
)

// Limits bound what a file may cost. A zero field stands for its default.
type Limits struct {
	Bytes    int64 // of the file, 512 MiB
	Unpacked int64 // of one part of a workbook, 1 GiB
	Rows     int   // 3,000,000
	Columns  int   // 1,024
	Line     int   // bytes of one CSV record or JSON object, 1 MiB
	Faults   int   // kept of each severity, 1,000
}

func (l Limits) withDefaults() Limits {
	set := func(n *int, to int) {
		if *n <= 0 {
			*n = to
		}
	}
	set(&l.Rows, 3_000_000)
	set(&l.Columns, 1024)
	set(&l.Line, 1<<20)
	set(&l.Faults, 1000)
	if l.Bytes <= 0 {
		l.Bytes = 512 << 20
	}
	if l.Unpacked <= 0 {
		l.Unpacked = 1 << 30
	}
	return l
}

// Progress is told how far a file has been read, in bytes.
type Progress func(done, total int64)

// maxTitleLines is how far down a header may stand, below a report's title.
const maxTitleLines = 30

// table is a file opened for reading: what it is, where its header is and which column holds which field.
type table struct {
	file    File
	limits  Limits
	content content
	mapping Mapping // with what was found out
	book    *workbook
	header  []string
	row     int // line of the header
	columns map[Field]int
	used    []int // the columns that hold a field
	ignored []string
	spread  bool                   // a spreadsheet: columns have letters
	leave   func(*record, []Fault) // told of every row of which something was refused; nil where they need not be kept
}

// openTable sniffs the file and finds its header. The error concerns the file as a whole; a column that is missing is a
// fault, reported by check.
func openTable(f File, m Mapping, l Limits) (*table, error) {
	if f.Size > l.Bytes {
		return nil, fileTooLarge.New((f.Size+1<<20-1)>>20, l.Bytes>>20)
	}
	if f.Size <= 0 {
		return nil, fileEmpty.New()
	}
	c, err := inspect(f)
	if err != nil {
		return nil, err
	}
	t := &table{file: f, limits: l, content: c, mapping: m, spread: c.xlsx}
	if c.json {
		t.mapping.Columns, t.mapping.HeaderRow, t.mapping.Sheet, t.mapping.Encoding, t.mapping.Delimiter = nil, 0, "", UTF8, ""
		t.header, t.columns = fieldNames(m.Kind), make(map[Field]int)
		for n, field := range fieldsOf[m.Kind] {
			t.columns[field], t.used = n, append(t.used, n)
		}
		return t, nil
	}
	if c.xlsx {
		if t.book, err = openWorkbook(f, l); err != nil {
			return nil, err
		}
		if t.mapping.Sheet, err = t.book.sheet(m.Sheet); err != nil {
			return nil, err
		}
		t.mapping.Encoding, t.mapping.Delimiter = "", ""
	} else {
		t.mapping.Sheet = ""
		if m.Encoding == "" || (c.bom > 0 && m.Encoding != c.encoding) {
			t.mapping.Encoding = c.encoding // a byte order mark is surer than a mapping
		}
		if m.Delimiter == "" {
			if t.mapping.Delimiter, err = t.sniffDelimiter(); err != nil {
				return nil, err
			}
		}
	}
	if err := t.findHeader(); err != nil {
		return nil, err
	}
	t.mapColumns()
	return t, nil
}

// records opens the file's rows from its beginning.
func (t *table) records(progress Progress) (source, error) {
	if progress == nil {
		progress = func(int64, int64) {}
	}
	if t.content.xlsx {
		return t.book.open(t.mapping.Sheet, progress)
	}
	r := &metered{in: t.file.reader(), total: t.file.Size, tell: progress}
	if _, err := io.CopyN(io.Discard, r, int64(t.content.bom)); err != nil {
		return nil, fileUnreadable.Wrap(err)
	}
	if t.content.json {
		s := newJSON(r, t.mapping.Kind, t.limits.Line)
		s.in.keeping = t.leave != nil
		return s, nil
	}
	s := newCSV(decode(r, t.mapping.Encoding), t.mapping.Delimiter[0], t.limits.Line)
	s.keeping = t.leave != nil
	return s, nil
}

// raw is a row as it came, where rows are kept (leave).
func (t *table) raw(r *record) string {
	if !t.spread {
		return sanitize(r.raw)
	}
	return sanitize(joined(len(r.cells), "\t", func(n int) string { return r.cells[n].text }))
}

// rawHeader is the file's header in the form of its rows, cut short.
func (t *table) rawHeader() string {
	between := t.mapping.Delimiter
	switch {
	case t.content.json:
		return ""
	case t.spread:
		between = "\t"
	}
	s := sanitize(strings.Join(t.header, between))
	if len(s) > maxHeader {
		s = sanitize(s[:maxHeader-len("…")-utf8.UTFMax]) + "…"
	}
	return s
}

func joined(n int, between string, at func(int) string) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(between)
		}
		b.WriteString(at(i))
	}
	return b.String()
}

func (t *table) mapColumns() {
	if len(t.mapping.Columns) == 0 {
		guess := Guess(t.mapping.Kind, t.header)
		t.mapping.Columns = guess.Columns
		if t.mapping.Money == "" {
			t.mapping.Money = guess.Money
		}
	}
	t.columns = make(map[Field]int)
	used := make(map[int]bool)
	for field, title := range t.mapping.Columns {
		if i := findColumn(t.header, title); i >= 0 {
			t.columns[field] = i
			used[i] = true
		}
	}
	t.used = slices.Sorted(maps.Values(t.columns))
	for i, title := range t.header {
		if !used[i] && title != "" {
			t.ignored = append(t.ignored, title)
		}
	}
}

// check reports the columns that the mapping names and the file lacks, and the fields of which one is needed.
func (t *table) check(out trail, needed ...[]Field) {
	headers := shorten(strings.Join(t.header, ", "))
	for _, field := range fieldsOf[t.mapping.Kind] {
		if title, named := t.mapping.Columns[field]; named && t.column(field) < 0 {
			out.line(t.row, -1, title, Refused, columnUnknown.New(title, headers))
		}
	}
	for _, any := range needed {
		found := false
		for _, field := range any {
			_, named := t.mapping.Columns[field]
			found = found || t.column(field) >= 0 || named || t.mapping.Defaults[field] != ""
		}
		if !found {
			out.line(t.row, -1, "", Refused, columnMissing.New(any[0].label(), headers))
		}
	}
}

// column gives the index of a field's column, −1 when it has none.
func (t *table) column(f Field) int {
	if i, ok := t.columns[f]; ok {
		return i
	}
	return -1
}

func (t *table) title(column int) string {
	if column < len(t.header) {
		return t.header[column]
	}
	return ""
}

func (t *table) ref(column int) string {
	if t.content.json {
		return ""
	}
	if !t.spread {
		return strconv.Itoa(column + 1)
	}
	return columnLetters(column)
}

// each calls f for every row below the header that holds anything and could be cut into cells.
func (t *table) each(ctx context.Context, out trail, progress Progress, f func(*record)) (rows, blank int, err error) {
	in, err := t.records(progress)
	if err != nil {
		return 0, 0, err
	}
	defer in.Close()
	var r record
	for n := 0; ; n++ {
		if n%1024 == 0 {
			if err := ctx.Err(); err != nil {
				return rows, blank, err
			}
		}
		if err := in.next(&r); errors.Is(err, io.EOF) {
			return rows, blank, nil
		} else if err != nil {
			return rows, blank, asFault(err)
		}
		if r.line <= t.row {
			continue
		}
		if r.fault == nil && blankRow(&r) {
			blank++
			continue
		}
		if rows++; rows > t.limits.Rows {
			return rows, blank, tooManyRows.New(t.limits.Rows)
		}
		if t.sound(out, &r) {
			f(&r)
		}
		if t.leave != nil && len(out.faults.row) > 0 {
			t.leave(&r, out.faults.row)
			out.faults.row = out.faults.row[:0]
		}
	}
}

// sound refuses a row that is broken as a row.
func (t *table) sound(out trail, r *record) bool {
	if r.fault != nil {
		out.at(r, 0, Refused, r.fault)
		return false
	}
	if len(r.cells) > len(t.header) {
		if len(r.cells) > t.limits.Columns {
			out.at(r, -1, Refused, columnsTooMany.New(t.limits.Columns))
			return false
		}
		for _, c := range r.cells[len(t.header):] {
			if !t.spread && strings.TrimSpace(c.text) != "" {
				out.at(r, len(r.cells)-1, Refused, rowWide.New(len(r.cells), len(t.header)))
				return false
			}
		}
	}
	ok := true
	for _, i := range t.used {
		if i < len(r.cells) {
			switch text := r.cells[i].text; {
			case !utf8.ValidString(text):
				out.at(r, i, Refused, textBroken.New())
				ok = false
			case strings.HasPrefix(text, "#") && spreadsheetErrors[text]:
				out.at(r, i, Refused, cellError.New(text))
				ok = false
			}
		}
	}
	return ok
}

var spreadsheetErrors = map[string]bool{"#N/A": true, "#REF!": true, "#VALUE!": true, "#NAME?": true, "#DIV/0!": true,
	"#NUM!": true, "#NULL!": true, "#SPILL!": true, "#CALC!": true}

func blankRow(r *record) bool {
	for i := range r.cells {
		if strings.TrimSpace(r.cells[i].text) != "" {
			return false
		}
	}
	return true
}

// code, text and number give a field's cell in its three readings, the mapping's default where it is empty.
func (t *table) code(r *record, f Field) (cell, int) {
	i := t.column(f)
	if i >= 0 && i < len(r.cells) {
		c := r.cells[i]
		c.text = cleanCode(c.text)
		if c.text != "" {
			return c, i
		}
	}
	return cell{text: t.mapping.Defaults[f]}, i
}

func (t *table) text(r *record, f Field) (string, int) {
	i := t.column(f)
	if i >= 0 && i < len(r.cells) {
		if s := cleanText(r.cells[i].text); s != "" {
			return s, i
		}
	}
	return t.mapping.Defaults[f], i
}

func asFault(err error) error {
	if stocktake.CodeOf(err) != stocktake.Internal {
		return err
	}
	return fileUnreadable.Wrap(err)
}

// metered tells how much has been read.
type metered struct {
	in                io.Reader
	done, told, total int64
	tell              Progress
}

const tellEvery = 1 << 20

func (m *metered) Read(p []byte) (int, error) {
	n, err := m.in.Read(p)
	m.done += int64(n)
	if m.done-m.told >= tellEvery || (errors.Is(err, io.EOF) && m.done != m.told) {
		m.told = m.done
		m.tell(m.done, m.total)
	}
	return n, err
}
