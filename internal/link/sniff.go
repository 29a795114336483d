package link

import (
	"errors"
	"io"
	"strings"
)

// sniffDelimiter tries each delimiter on the first rows and takes the one whose rows are recognised as a header, then
// the one that cuts most rows into the same number of cells.
func (t *table) sniffDelimiter() (string, error) {
	best, most := ",", -1
	for _, d := range []string{",", ";", "\t", "|"} {
		t.mapping.Delimiter = d
		rows, err := t.head(2 * maxTitleLines)
		if err != nil {
			return "", err
		}
		widths := make(map[int]int)
		known, same := 0, 0
		for n, r := range rows {
			if n < maxTitleLines {
				known = max(known, t.recognised(titles(r)))
			}
			if len(r.cells) > 1 {
				widths[len(r.cells)]++
				same = max(same, widths[len(r.cells)])
			}
		}
		if score := known*1000 + same; score > most {
			best, most = d, score
		}
	}
	// Excel's own way to name the delimiter.
	t.mapping.Delimiter = best
	rows, err := t.head(1)
	if err != nil || len(rows) == 0 {
		return best, err
	}
	var first strings.Builder
	for n, c := range rows[0].cells {
		if n > 0 {
			first.WriteString(best)
		}
		first.WriteString(c.text)
	}
	if named, ok := strings.CutPrefix(first.String(), "sep="); ok && len(named) == 1 && strings.Contains(",;\t|", named) {
		best = named
	}
	return best, nil
}

// head gives the first rows.
func (t *table) head(limit int) ([]record, error) {
	in, err := t.records(nil)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	var rows []record
	for len(rows) < limit {
		var r record
		switch err := in.next(&r); {
		case errors.Is(err, io.EOF):
			return rows, nil
		case err != nil:
			return nil, asFault(err)
		}
		rows = append(rows, r)
	}
	return rows, nil
}

func titles(r record) []string {
	out := make([]string, len(r.cells))
	for i, c := range r.cells {
		out[i] = cleanText(sanitize(c.text))
	}
	return out
}

// recognised counts the fields that a row names as a header: the mapping's own headers, or those that Guess knows.
func (t *table) recognised(header []string) int {
	if len(t.mapping.Columns) == 0 {
		return len(Guess(t.mapping.Kind, header).Columns)
	}
	n := 0
	for _, want := range t.mapping.Columns {
		if findColumn(header, want) >= 0 {
			n++
		}
	}
	return n
}

// findHeader takes the row that names most fields for the header: reports often begin with a title and a date.
func (t *table) findHeader() error {
	rows, err := t.head(maxTitleLines)
	if err != nil {
		return err
	}
	most := -1
	for _, r := range rows {
		header := titles(r)
		if t.mapping.HeaderRow != 0 {
			if r.line == t.mapping.HeaderRow {
				t.header, t.row = header, r.line
			}
			continue
		}
		if n := t.recognised(header); n > most && strings.Join(header, "") != "" &&
			!strings.HasPrefix(header[0], "sep=") {
			t.header, t.row, most = header, r.line, n
		}
	}
	if t.header == nil {
		return fileEmpty.New()
	}
	return nil
}

func findColumn(header []string, want string) int {
	for i, title := range header {
		if title == want {
			return i
		}
	}
	folded := foldHeader(want)
	for i, title := range header {
		if foldHeader(title) == folded {
			return i
		}
	}
	return -1
}
