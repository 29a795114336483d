package link

import (
	"cmp"
	"encoding/json"
	"slices"
	"unicode/utf8"

	"jard/internal/stocktake"
)

// Severity says what a fault does to the import.
type Severity string

// The severities. One refused cell refuses the whole file.
const (
	Refused     Severity = "refused"     // nothing of the file is published until it is mended
	Quarantined Severity = "quarantined" // left out and listed: a code, the rest of whose row is taken; or a movement
	Conflicting Severity = "conflict"    // a movement that was not taken: another one has its id
	Warned      Severity = "warned"      // taken, and worth a look
)

// Fault is one thing that is wrong with a file, and where. Line is counted from 1 as a text editor (CSV) or a
// spreadsheet (XLSX) counts. Column is the header's text and Ref the column's number (CSV) or letter (XLSX).
type Fault struct {
	Line     int
	Column   string
	Ref      string
	Value    string // what stands there, cut short
	Severity Severity
	Err      *stocktake.Error
}

// MarshalJSON writes the fault with its texts in both languages.
func (f Fault) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Line     int      `json:"line"`
		Column   string   `json:"column,omitempty"`
		Ref      string   `json:"ref,omitempty"`
		Value    string   `json:"value,omitempty"`
		Severity Severity `json:"severity"`
		Key      string   `json:"key"`
		Reason   string   `json:"reason"` // the same: what senders of before read
		English  string   `json:"en"`
		Arabic   string   `json:"ar"`
	}{f.Line, f.Column, f.Ref, f.Value, f.Severity, f.Err.Reason.Key, f.Err.Reason.Key, f.Err.English(), f.Err.Arabic()})
}

// Faults are all that is wrong with a file. Every fault is counted, by severity and by reason; of each severity the
// first ones are kept, so that a million bad lines neither fill the memory nor crowd each other out.
type Faults struct {
	Refused     int            `json:"refused"`
	Quarantined int            `json:"quarantined"`
	Conflicts   int            `json:"conflicts,omitempty"`
	Warned      int            `json:"warned"`
	ByReason    map[string]int `json:"by_reason,omitempty"`
	List        []Fault        `json:"list,omitempty"` // sorted by line
	keep        int
	row         []Fault // what was refused of the row that is being read, where rows are kept
	rows        bool    // they are
}

// maxValue is how many characters of a cell a fault shows.
const maxValue = 60

func (f *Faults) add(fault Fault) {
	var n *int
	switch fault.Severity {
	case Refused:
		n = &f.Refused
		if f.rows {
			f.row = append(f.row, fault)
		}
	case Quarantined:
		n = &f.Quarantined
	case Conflicting:
		n = &f.Conflicts
	default:
		n = &f.Warned
	}
	*n++
	if f.ByReason == nil {
		f.ByReason = make(map[string]int)
	}
	f.ByReason[fault.Err.Reason.Key]++
	if *n <= f.keep {
		fault.Value = shorten(fault.Value)
		f.List = append(f.List, fault)
	}
}

// quarantine makes what was refused something that was left out.
func (f *Faults) quarantine() {
	f.Quarantined, f.Refused = f.Quarantined+f.Refused, 0
	for n := range f.List {
		if f.List[n].Severity == Refused {
			f.List[n].Severity = Quarantined
		}
	}
}

// sort puts the faults into the order of the file: some are found only when all of it has been read.
func (f *Faults) sort() {
	slices.SortStableFunc(f.List, func(a, b Fault) int { return cmp.Compare(a.Line, b.Line) })
}

func shorten(s string) string {
	if len(s) <= maxValue {
		return s
	}
	n := 0
	for i := range s {
		if n == maxValue {
			return s[:i] + "…"
		}
		n++
	}
	return s
}

// trail records faults at the cells of one file.
type trail struct {
	faults *Faults
	table  *table
}

// at records a fault at a cell of the record.
func (t trail) at(r *record, column int, severity Severity, err *stocktake.Error) {
	f := Fault{Line: r.line, Severity: severity, Err: err}
	if column >= 0 {
		f.Column, f.Ref = t.table.title(column), t.table.ref(column)
		if column < len(r.cells) {
			f.Value = r.cells[column].text
			if !utf8.ValidString(f.Value) {
				f.Value = sanitize(f.Value)
			}
			if line := int(r.cells[column].line); line > 0 {
				f.Line = line
			}
		}
	}
	t.faults.add(f)
}

// line records a fault about something that was read earlier.
func (t trail) line(line, column int, value string, severity Severity, err *stocktake.Error) {
	f := Fault{Line: line, Value: value, Severity: severity, Err: err}
	if column >= 0 {
		f.Column, f.Ref = t.table.title(column), t.table.ref(column)
	}
	t.faults.add(f)
}
