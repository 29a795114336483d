package link

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"
)

// workbook reads an XLSX file as a stream. It reads the parts itself because an import must know what no cell
// iterator tells: whether "1.234" is a number or text, and which format pads a number with zeros.
type workbook struct {
	zip    *zip.Reader
	limits Limits
	sheets []sheetPart
	shared []string
	pads   []int // by style: the digits that its number format pads to, 0 for none
}

type sheetPart struct {
	name, part string
	hidden     bool
}

func openWorkbook(f File, l Limits) (*workbook, error) {
	z, err := zip.NewReader(f.Data, f.Size)
	if err != nil {
		return nil, workbookBroken.Wrap(err)
	}
	w := &workbook{zip: z, limits: l}
	targets := make(map[string]string)
	main := "xl/workbook.xml"
	err = w.walk("_rels/.rels", func(e xml.StartElement, _ *xml.Decoder) error {
		if e.Name.Local == "Relationship" && strings.HasSuffix(attr(e, "Type"), "/officeDocument") {
			main = strings.TrimPrefix(attr(e, "Target"), "/")
		}
		return nil
	})
	if err != nil && !errors.Is(err, errNoPart) {
		return nil, broken(err)
	}
	dir, file := path.Split(main)
	if err := w.walk(dir+"_rels/"+file+".rels", func(e xml.StartElement, _ *xml.Decoder) error {
		if e.Name.Local == "Relationship" {
			target := attr(e, "Target")
			if !strings.HasPrefix(target, "/") {
				target = dir + target
			}
			targets[attr(e, "Id")] = path.Clean(strings.TrimPrefix(target, "/"))
			switch typ := attr(e, "Type"); {
			case strings.HasSuffix(typ, "/sharedStrings"):
				targets["strings"] = targets[attr(e, "Id")]
			case strings.HasSuffix(typ, "/styles"):
				targets["styles"] = targets[attr(e, "Id")]
			}
		}
		return nil
	}); err != nil {
		return nil, broken(err)
	}
	if err := w.walk(main, func(e xml.StartElement, _ *xml.Decoder) error {
		if e.Name.Local == "sheet" {
			state := attr(e, "state")
			w.sheets = append(w.sheets, sheetPart{attr(e, "name"), targets[attr(e, "id")], state == "hidden" || state == "veryHidden"})
		}
		return nil
	}); err != nil {
		return nil, broken(err)
	}
	if part := targets["strings"]; part != "" {
		if err := w.readShared(part); err != nil {
			return nil, broken(err)
		}
	}
	if part := targets["styles"]; part != "" {
		if err := w.readStyles(part); err != nil {
			return nil, broken(err)
		}
	}
	return w, nil
}

// sheet gives the name of the sheet to read: the one wanted, or the first visible one.
func (w *workbook) sheet(want string) (string, error) {
	var names []string
	for _, s := range w.sheets {
		if s.name == want || (want == "" && !s.hidden) {
			return s.name, nil
		}
		names = append(names, s.name)
	}
	return "", sheetMissing.New(want, strings.Join(names, ", "))
}

var errNoPart = errors.New("no such part")

// part opens a part of the package; what it unpacks to is bounded, whatever its header claims.
func (w *workbook) part(name string, tell Progress) (io.Reader, io.Closer, error) {
	i := slices.IndexFunc(w.zip.File, func(f *zip.File) bool { return strings.EqualFold(f.Name, name) })
	if i < 0 {
		return nil, nil, errNoPart
	}
	f := w.zip.File[i]
	if f.UncompressedSize64 > uint64(w.limits.Unpacked) {
		return nil, nil, workbookTooLarge.New(w.limits.Unpacked)
	}
	r, err := f.Open()
	if err != nil {
		return nil, nil, workbookBroken.Wrap(err)
	}
	capped := &capped{in: r, left: w.limits.Unpacked, limit: w.limits.Unpacked}
	return &metered{in: capped, total: int64(f.UncompressedSize64), tell: tell}, r, nil
}

// capped fails when more than the limit is read, or when a single text or attribute is so long that holding it would
// be the attack: no cell has more than 32,767 characters.
type capped struct {
	in          io.Reader
	left, limit int64
	run         int // bytes since the last '<'
}

const maxText = 4 << 20

func (c *capped) Read(p []byte) (int, error) {
	n, err := c.in.Read(p)
	if c.left -= int64(n); c.left < 0 {
		return 0, workbookTooLarge.New(c.limit)
	}
	if i := bytes.LastIndexByte(p[:n], '<'); i >= 0 {
		c.run = n - i
	} else if c.run += n; c.run > maxText {
		return 0, workbookTooLarge.New(int64(maxText))
	}
	return n, err
}

// walk calls f at each start of an element of a part.
func (w *workbook) walk(name string, f func(xml.StartElement, *xml.Decoder) error) error {
	r, closer, err := w.part(name, func(int64, int64) {})
	if err != nil {
		return err
	}
	defer closer.Close()
	d := xml.NewDecoder(r)
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if e, ok := token.(xml.StartElement); ok {
			if err := f(e, d); err != nil {
				return err
			}
		}
	}
}

// readShared reads the table of strings. Together they may take an eighth of what a part may.
func (w *workbook) readShared(name string) error {
	room := w.limits.Unpacked / 8
	return w.walk(name, func(e xml.StartElement, d *xml.Decoder) error {
		if e.Name.Local != "si" {
			return nil
		}
		s, err := richText(d, "si")
		if err != nil {
			return err
		}
		if room -= int64(len(s)) + 16; room < 0 {
			return workbookTooLarge.New(w.limits.Unpacked / 8)
		}
		w.shared = append(w.shared, s)
		return nil
	})
}

// richText joins the runs of text up to the end of an element; phonetic hints are no part of it.
func richText(d *xml.Decoder, end string) (string, error) {
	var b strings.Builder
	text, phonetic := false, 0
	for {
		token, err := d.RawToken()
		if err != nil {
			return "", err
		}
		switch token := token.(type) {
		case xml.StartElement:
			switch token.Name.Local {
			case "t":
				text = true
			case "rPh":
				phonetic++
			}
		case xml.EndElement:
			switch token.Name.Local {
			case end:
				return b.String(), nil
			case "t":
				text = false
			case "rPh":
				phonetic--
			}
		case xml.CharData:
			if text && phonetic == 0 {
				b.Write(token)
			}
		}
	}
}

// readStyles finds the formats that are nothing but zeros: people keep a code's leading zeros that way.
func (w *workbook) readStyles(name string) error {
	formats := make(map[string]string)
	cells := false
	return w.walk(name, func(e xml.StartElement, _ *xml.Decoder) error {
		switch e.Name.Local {
		case "numFmt":
			formats[attr(e, "numFmtId")] = attr(e, "formatCode")
		case "cellXfs":
			cells = true
		case "cellStyles", "cellStyleXfs", "dxfs":
			cells = false
		case "xf":
			if cells {
				pad := 0
				if code := formats[attr(e, "numFmtId")]; len(code) > 1 && strings.Trim(code, "0") == "" {
					pad = len(code)
				}
				w.pads = append(w.pads, pad)
			}
		}
		return nil
	})
}

func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// broken says that the workbook is damaged, unless the error says something better.
func broken(err error) error {
	var known interface{ English() string }
	if errors.As(err, &known) {
		return err
	}
	return workbookBroken.Wrap(err)
}

// columnLetters gives A for 0, Z for 25, AA for 26.
func columnLetters(column int) string {
	s := ""
	for column++; column > 0; column = (column - 1) / 26 {
		s = string(rune('A'+(column-1)%26)) + s
	}
	return s
}

// columnOf gives the index of the column of a cell reference such as "AB12"; −1 when it is none.
func columnOf(ref string) int {
	n := 0
	for i := range len(ref) {
		c := ref[i]
		if c < 'A' || c > 'Z' {
			break
		}
		if n = n*26 + int(c-'A') + 1; n > 1<<14 {
			return -1
		}
	}
	return n - 1
}

// plainNumber writes a spreadsheet's number without an exponent, in the 15 digits that a spreadsheet itself shows:
// 2.5499999999999998 is the 2.55 that was typed. It reports false for a whole number of more digits than that.
func plainNumber(raw string) (string, bool) {
	if simple(raw) && len(strings.TrimPrefix(raw, "-")) <= 15 {
		return raw, true
	}
	f, err := strconv.ParseFloat(raw, 64)
	if err != nil || f >= 1e15 || f <= -1e15 || f != f {
		return raw, false
	}
	mantissa := strconv.FormatFloat(f, 'e', 14, 64)
	exponent, _ := strconv.Atoi(mantissa[strings.IndexByte(mantissa, 'e')+1:])
	s := strconv.FormatFloat(f, 'f', min(max(0, 14-exponent), 40), 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	if s == "-0" {
		s = "0"
	}
	return s, true
}
