package report

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Cell is one cell: a text, or a number in decimal digits with a point.
type Cell struct {
	Text   string
	Number string
}

// Text is a cell that is a text, whatever it looks like.
func Text(s string) Cell { return Cell{Text: s} }

// Number is a cell that is a number, as decimal digits with an optional sign and point.
func Number(s string) Cell { return Cell{Number: s} }

// Table is rows under a head.
type Table struct {
	Name        string // of its sheet: at most 31 characters, none of []:*?/\
	RightToLeft bool
	Head        []string
	Rows        [][]Cell
}

// CSV writes a table as UTF-8 with commas and a head, by RFC 4180. A text that a spreadsheet would take for a formula gets an apostrophe
// in front.
func (t *Table) CSV(w io.Writer) error {
	c := csv.NewWriter(w)
	c.UseCRLF = true
	if err := c.Write(t.Head); err != nil {
		return err
	}
	for _, row := range t.Rows {
		list := make([]string, len(row))
		for n, x := range row {
			if list[n] = x.Number; x.Number == "" {
				list[n] = harmless(x.Text)
			}
		}
		if err := c.Write(list); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

func harmless(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

// XLSX writes tables as the sheets of one workbook. Texts are stored as texts, which no spreadsheet evaluates.
func XLSX(w io.Writer, tables ...Table) (err error) {
	f := excelize.NewFile()
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	for n, t := range tables {
		if n == 0 {
			err = f.SetSheetName("Sheet1", t.Name)
		} else {
			_, err = f.NewSheet(t.Name)
		}
		if err != nil {
			return err
		}
		if err := t.sheet(f); err != nil {
			return err
		}
	}
	return f.Write(w)
}

func (t *Table) sheet(f *excelize.File) error {
	if err := f.SetSheetView(t.Name, 0, &excelize.ViewOptions{RightToLeft: &t.RightToLeft}); err != nil {
		return err
	}
	for n, s := range t.Head {
		if err := put(f, t.Name, n, 0, Text(s)); err != nil {
			return err
		}
	}
	for row, cells := range t.Rows {
		for n, x := range cells {
			if err := put(f, t.Name, n, row+1, x); err != nil {
				return err
			}
		}
	}
	return nil
}

func put(f *excelize.File, sheet string, column, row int, x Cell) error {
	at, err := excelize.CoordinatesToCellName(column+1, row+1)
	if err != nil {
		return err
	}
	if x.Number == "" {
		return f.SetCellStr(sheet, at, x.Text)
	}
	n, err := strconv.ParseFloat(x.Number, 64) // spreadsheets hold fifteen digits: beyond a billion units CSV says more
	if err != nil {
		return err
	}
	return f.SetCellFloat(sheet, at, n, -1, 64)
}
