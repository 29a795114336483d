package link

import (
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"

	"jard/internal/stocktake"
)

// sheetSource gives the rows of one sheet.
type sheetSource struct {
	book   *workbook
	xml    *xml.Decoder
	closer io.Closer
	row    int
}

func (w *workbook) open(sheet string, tell Progress) (source, error) {
	for _, s := range w.sheets {
		if s.name == sheet {
			r, closer, err := w.part(s.part, tell)
			if err != nil {
				return nil, broken(err)
			}
			return &sheetSource{book: w, xml: xml.NewDecoder(r), closer: closer}, nil
		}
	}
	return nil, workbookBroken.New()
}

// Close closes the sheet's part.
func (s *sheetSource) Close() error { return s.closer.Close() }

func (s *sheetSource) next(r *record) error {
	r.cells, r.fault = r.cells[:0], nil
	for {
		token, err := s.xml.RawToken()
		if errors.Is(err, io.EOF) {
			return io.EOF
		}
		if err != nil {
			return broken(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			if token.Name.Local == "row" {
				s.row++
				if n, err := strconv.Atoi(attr(token, "r")); err == nil && n >= s.row && n <= maxSheetRows {
					s.row = n
				}
				r.line = s.row
				return s.cells(r)
			}
		case xml.EndElement:
			if token.Name.Local == "sheetData" {
				return io.EOF
			}
		}
	}
}

const maxSheetRows = 1 << 20

// cells reads up to the end of the row.
func (s *sheetSource) cells(r *record) error {
	for {
		token, err := s.xml.RawToken()
		if err != nil {
			return broken(noEOF(err))
		}
		switch token := token.(type) {
		case xml.StartElement:
			if token.Name.Local != "c" {
				continue
			}
			column := len(r.cells)
			if ref := attr(token, "r"); ref != "" {
				if n := columnOf(ref); n >= column {
					column = n
				}
			}
			typ, style := attr(token, "t"), attr(token, "s")
			raw, err := s.value()
			if err != nil {
				return broken(noEOF(err))
			}
			if raw == "" {
				continue
			}
			if column >= s.book.limits.Columns {
				r.fault = columnsTooMany.New(s.book.limits.Columns)
				continue
			}
			for len(r.cells) < column {
				r.cells = append(r.cells, cell{})
			}
			c, fault := s.cell(typ, style, raw)
			if fault != nil {
				r.fault = fault
			}
			r.cells = append(r.cells, c)
		case xml.EndElement:
			if token.Name.Local == "row" {
				return nil
			}
		}
	}
}

// value reads up to the end of a cell: the text of v, or the runs of an inline string. Formulas are passed over; their
// last result is in v.
func (s *sheetSource) value() (string, error) {
	text, taking, phonetic := "", false, false
	for {
		token, err := s.xml.RawToken()
		if err != nil {
			return "", err
		}
		switch token := token.(type) {
		case xml.StartElement:
			switch token.Name.Local {
			case "v", "t":
				taking = !phonetic
			case "rPh":
				phonetic = true
			}
		case xml.EndElement:
			switch token.Name.Local {
			case "c":
				return text, nil
			case "v", "t":
				taking = false
			case "rPh":
				phonetic = false
			}
		case xml.CharData:
			if taking {
				if len(text) > maxText {
					return "", workbookTooLarge.New(maxText)
				}
				text += string(token)
			}
		}
	}
}

func (s *sheetSource) cell(typ, style, raw string) (cell, *stocktake.Error) {
	switch typ {
	case "s":
		n, err := strconv.Atoi(strings.TrimSpace(raw))
		if err != nil || n < 0 || n >= len(s.book.shared) {
			return cell{text: raw}, workbookBroken.Wrap(err)
		}
		return cell{text: s.book.shared[n]}, nil
	case "", "n":
		text, exact := plainNumber(strings.TrimSpace(raw))
		c := cell{text: text, number: true, lossy: !exact}
		if n, err := strconv.Atoi(style); err == nil && n >= 0 && n < len(s.book.pads) && digitsOnly(text) {
			if missing := s.book.pads[n] - len(text); missing > 0 && missing < stocktake.MaxID {
				c.text = strings.Repeat("0", missing) + text
			}
		}
		return c, nil
	}
	return cell{text: raw}, nil // str, inlineStr, b, e, d
}

// noEOF makes an end inside a row the damage that it is.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
