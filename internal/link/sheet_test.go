package link_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"jard/internal/link"
	"jard/internal/stocktake"
)

// workbook builds an XLSX file.
func workbook(t testing.TB, build func(*excelize.File)) link.File {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	build(f)
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return bytesFile("test.xlsx", b.Bytes())
}

func row(t testing.TB, f *excelize.File, sheet, at string, values ...any) {
	t.Helper()
	if err := f.SetSheetRow(sheet, at, &values); err != nil {
		t.Fatal(err)
	}
}

func TestSheetItems(t *testing.T) {
	f := workbook(t, func(f *excelize.File) {
		row(t, f, "Sheet1", "B2", "كشف الأصناف")
		row(t, f, "Sheet1", "B4", "رقم الصنف", "اسم الصنف", "الباركود", "التعبئة")
		row(t, f, "Sheet1", "B5", 7, "شاي", int64(6291100010011), 12)   // a number, exact
		row(t, f, "Sheet1", "B6", "007", "قهوة", "6.29E+12", nil)       // text that a spreadsheet mangled
		row(t, f, "Sheet1", "B7", 8, "سكر", 6.2911000100110001e18, nil) // more digits than a spreadsheet keeps
		row(t, f, "Sheet1", "B9", 9, "ملح", 12000000850, nil)           // leading zeros eaten
		row(t, f, "Sheet1", "B10", 10, "زيت", 12000000850, nil)         // and kept by the format
		row(t, f, "Sheet1", "B11", 11, "عدس", "6291100010012", nil)     // check digit
		row(t, f, "Sheet1", "B12", "#N/A", "x", nil, nil)               // error text
		f.SetCellFormula("Sheet1", "B13", "=1+1")                       // no cached value
		style, err := f.NewStyle(&excelize.Style{CustomNumFmt: new("0000000000000")})
		if err != nil {
			t.Fatal(err)
		}
		if err := f.SetCellStyle("Sheet1", "D10", "D10", style); err != nil {
			t.Fatal(err)
		}
	})
	r := readItems(t, f, link.Mapping{})
	sameFaults(t, &r.Report, "6 الباركود/D refused code-mangled", "7 الباركود/D refused code-mangled",
		"9 الباركود/D warned code-zeros", "11 الباركود/D quarantined code-check-digit", "12 رقم الصنف/B refused cell-error")
	if r.HeaderRow != 4 || r.Mapping.Sheet != "Sheet1" || r.Rows != 7 {
		t.Errorf("header in %d of %q, %d rows", r.HeaderRow, r.Mapping.Sheet, r.Rows)
	}
	if got := flat(r.Items[0]); got != "7|شاي||piece||6291100010011:12:gtin" {
		t.Error(got)
	}
	if got := flat(r.Items[4]); got != "10|زيت||piece||0012000000850:1:gtin" {
		t.Error(got)
	}
}

func TestSheetNumbers(t *testing.T) {
	f := workbook(t, func(f *excelize.File) {
		if err := f.SetSheetVisible("Sheet1", true); err != nil {
			t.Fatal(err)
		}
		row(t, f, "Sheet1", "A1", "section", "item", "quantity", "cost")
		row(t, f, "Sheet1", "A2", "01", 100, 1.234, 2.55)    // numbers are never doubtful
		row(t, f, "Sheet1", "A3", "02", "100", "1,234", 0.1) // text is
		row(t, f, "Sheet1", "A4", "01", 200, 0.1+0.2, 1.1*1.1)
		row(t, f, "Sheet1", "A5", "02", 200, -4, 1e-6)
	})
	r := readBook(t, f, link.Mapping{})
	sameFaults(t, &r.Report, "3 quantity/C refused number-doubtful")
	want := []stocktake.BookLine{{Section: "01", Item: "100", Quantity: 1234, Cost: 2550000},
		{Section: "01", Item: "200", Quantity: 300, Cost: 1210000}, {Section: "02", Item: "200", Quantity: -4000, Cost: 1}}
	for i, l := range r.Snapshot.Lines {
		if l != want[i] {
			t.Errorf("%+v, want %+v", l, want[i])
		}
	}
}

func TestSheetChoice(t *testing.T) {
	f := workbook(t, func(f *excelize.File) {
		for _, s := range []string{"الأصناف", "other"} {
			if _, err := f.NewSheet(s); err != nil {
				t.Fatal(err)
			}
		}
		row(t, f, "الأصناف", "A1", "item", "name")
		row(t, f, "الأصناف", "A2", "1", "A")
		row(t, f, "other", "A1", "item", "name")
		row(t, f, "other", "A2", "2", "B")
		f.SetActiveSheet(1)
		if err := f.SetSheetVisible("Sheet1", false); err != nil {
			t.Fatal(err)
		}
	})
	if r := readItems(t, f, link.Mapping{}); r.Mapping.Sheet != "الأصناف" || r.Items[0].ID != "1" {
		t.Errorf("%q %v", r.Mapping.Sheet, r.Items)
	}
	if r := readItems(t, f, link.Mapping{Sheet: "other"}); r.Items[0].ID != "2" {
		t.Errorf("%v", r.Items)
	}
	_, err := link.ReadItems(t.Context(), f, link.Mapping{Sheet: "none"}, link.Limits{}, nil)
	if key(err) != "sheet-missing" {
		t.Error(err)
	}
}

func key(err error) string {
	if e, ok := errors.AsType[*stocktake.Error](err); ok {
		return e.Reason.Key
	}
	return ""
}

// TestSheetBomb feeds a workbook whose sheet unpacks to more than the limit, or to one text without end.
func TestSheetBomb(t *testing.T) {
	f := workbook(t, func(f *excelize.File) {
		row(t, f, "Sheet1", "A1", "item", "name")
		row(t, f, "Sheet1", "A2", "1", "A")
	})
	var b bytes.Buffer
	in, err := zip.NewReader(f.Data, f.Size)
	if err != nil {
		t.Fatal(err)
	}
	out := zip.NewWriter(&b)
	for _, part := range in.File {
		w, err := out.Create(part.Name)
		if err != nil {
			t.Fatal(err)
		}
		r, err := part.Open()
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(part.Name, "sheet1.xml") {
			if _, err := io.CopyN(w, spaces{}, 8<<20); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := io.Copy(w, r); err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	bomb := bytesFile("bomb.xlsx", b.Bytes())
	_, err = link.ReadItems(t.Context(), bomb, link.Mapping{}, link.Limits{Unpacked: 4 << 20}, nil)
	if key(err) != "workbook-too-large" {
		t.Error(err)
	}
	_, err = link.ReadItems(t.Context(), bomb, link.Mapping{}, link.Limits{}, nil)
	if key(err) != "workbook-too-large" { // eight million spaces in one text
		t.Error(err)
	}
}

type spaces struct{}

func (spaces) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func TestNoTable(t *testing.T) {
	for name, c := range map[string]struct{ text, key string }{
		"empty":     {"", "file-empty"},
		"no rows":   {"item,name\n", "file-empty"},
		"blank":     {"\n\n,,\n", "file-empty"},
		"old excel": {"\xd0\xcf\x11\xe0\xa1\xb1", "file-old-excel"},
		"web page":  {"  <html><table><tr><td>1", "file-not-table"},
		"no zip":    {"PK\x03\x04 nonsense", "workbook-broken"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := link.ReadItems(t.Context(), file(c.text), link.Mapping{}, link.Limits{}, nil)
			if key(err) != c.key {
				t.Error(err)
			}
		})
	}
}

func BenchmarkSheet(b *testing.B) {
	const rows = 100_000
	f := workbook(b, func(f *excelize.File) {
		w, err := f.NewStreamWriter("Sheet1")
		if err != nil {
			b.Fatal(err)
		}
		for n := range rows + 1 {
			values := []any{n, "صنف", int64(6291100000000 + n), 1.5}
			if n == 0 {
				values = []any{"item", "name", "barcode", "pack"}
			}
			if err := w.SetRow("A"+strconv.Itoa(n+1), values); err != nil {
				b.Fatal(err)
			}
		}
		if err := w.Flush(); err != nil {
			b.Fatal(err)
		}
	})
	b.SetBytes(f.Size)
	b.ReportAllocs()
	for b.Loop() {
		r, err := link.ReadItems(b.Context(), f, link.Mapping{}, link.Limits{}, nil)
		if err != nil || len(r.Items) != rows {
			b.Fatal(err, len(r.Items))
		}
	}
}
