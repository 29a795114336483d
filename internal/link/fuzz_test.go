package link_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/xuri/excelize/v2"

	"jard/internal/link"
	"jard/internal/stocktake"
)

var small = link.Limits{Unpacked: 1 << 20, Rows: 10_000, Columns: 100, Line: 4096, Faults: 50}

// reasoned fails on an error that has nothing to say to a user, and on faults that are nowhere.
func reasoned(t *testing.T, err error, r *link.Report) {
	t.Helper()
	if err != nil {
		if _, ok := errors.AsType[*stocktake.Error](err); !ok {
			t.Fatalf("no reason: %v", err)
		}
		return
	}
	count := 0
	for _, n := range r.Faults.ByReason {
		count += n
	}
	if count != r.Faults.Refused+r.Faults.Quarantined+r.Faults.Warned {
		t.Fatalf("faults do not add up: %+v", r.Faults)
	}
	for _, f := range r.Faults.List {
		if f.Line < 1 || f.Err.English() == "" {
			t.Fatalf("%+v", f)
		}
		if _, err := f.MarshalJSON(); err != nil {
			t.Fatal(err)
		}
	}
}

func seeds(f *testing.F, texts ...string) {
	for _, text := range texts {
		f.Add([]byte(text), uint8(0))
		f.Add([]byte(text), uint8(255))
	}
	f.Add(windows1256("رقم الصنف;اسم الصنف;الباركود;الرصيد;التكلفة\n1;شاي;٦;1,5;2\n"[:40]+"\n1;A;2;1,5;2\n"), uint8(1))
	book := workbook(f, func(x *excelize.File) {
		row(f, x, "Sheet1", "A1", "item", "name", "barcode", "section", "quantity", "cost")
		row(f, x, "Sheet1", "A2", 100, "A", int64(6291100010011), "01", 1.5, "0.250")
	})
	b, err := io.ReadAll(io.NewSectionReader(book.Data, 0, book.Size))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b, uint8(3))
}

func FuzzItems(f *testing.F) {
	seeds(f, itemsText, "item,name,unit,barcode,pack,lots\n1,\"A\n2,كرتون,=\"\"0123\"\",4x6,نعم\n", "sep=;\nitem;name\n1;\xff\n",
		"item\tname\tbarcode\n1\tA\t6.29E+12\n1\tA\t1|2;3\n\"\"\"\t\r\n")
	f.Fuzz(func(t *testing.T, b []byte, knobs uint8) {
		m := link.Mapping{Codes: link.Codes{
			BadCheckDigit: []link.Policy{"", link.Refuse, link.Quarantine, link.KeepLocal}[knobs&3],
			OtherLength:   []link.Policy{"", link.Refuse, link.Quarantine, link.KeepLocal}[knobs>>2&3]}}
		if knobs&16 != 0 {
			m.Schemes = []string{"prefix=2,item=5,value=5,kind=weight,decimals=3"}
		}
		r, err := link.ReadItems(t.Context(), bytesFile("f", b), m, small, nil)
		if err != nil {
			reasoned(t, err, nil)
			return
		}
		reasoned(t, nil, &r.Report)
		if r.Faults.Refused > 0 {
			return
		}
		head, _, err := stocktake.NewCatalogue(r.Items)
		if err != nil {
			t.Fatalf("taken, yet no catalogue: %v", err)
		}
		again, err := link.ReadItems(t.Context(), bytesFile("f", b), r.Mapping, small, nil)
		if err != nil || again.Faults.Refused > 0 {
			t.Fatalf("by its own mapping: %v %+v", err, again)
		}
		if second, _, err := stocktake.NewCatalogue(again.Items); err != nil || second.Hash != head.Hash {
			t.Fatalf("by its own mapping it says something else: %v", err)
		}
	})
}

func FuzzBook(f *testing.F) {
	seeds(f, bookText, "القسم;الباركود;الكمية;القيمة\nCold;6291100010011;١٬٢٣٤٫٥;(3)\n01;4711;1-;KD 1.250\n",
		"item,qty,cost\n100,\"1,234\",0.5\n100,1.234.567,1\n")
	f.Fuzz(func(t *testing.T, b []byte, knobs uint8) {
		m := link.Mapping{RoundCost: knobs&1 != 0, Decimal: []string{"", ".", ","}[int(knobs>>1)%3]}
		if knobs&8 != 0 {
			m.Repeated = link.SumRepeated
		}
		if knobs&16 != 0 {
			m.Defaults = map[link.Field]string{link.FieldSection: "01", link.FieldCost: "1"}
		}
		r, err := link.ReadBook(t.Context(), bytesFile("f", b), link.Book{Site: market, Items: goods, AsOf: asOf}, m, small, nil)
		if err != nil {
			reasoned(t, err, nil)
			return
		}
		reasoned(t, nil, &r.Report)
		if r.Faults.Refused > 0 {
			return
		}
		if _, err := stocktake.NewSnapshot(r.Snapshot); err != nil {
			t.Fatalf("taken, yet no snapshot: %v", err)
		}
	})
}

func FuzzPlaces(f *testing.F) {
	seeds(f, placesText)
	f.Fuzz(func(t *testing.T, b []byte, _ uint8) {
		r, err := link.ReadPlaces(t.Context(), bytesFile("f", b), plan, link.Mapping{}, small, nil)
		if err != nil {
			reasoned(t, err, nil)
			return
		}
		reasoned(t, nil, &r.Report)
		if r.Faults.Refused == 0 {
			if err := r.Site.Check(); err != nil {
				t.Fatalf("taken, yet no site: %v", err)
			}
		}
	})
}

// FuzzSheet fuzzes what is inside a workbook's package: the sheet, its strings and its styles.
func FuzzSheet(f *testing.F) {
	f.Add([]byte(`<worksheet><sheetData><row r="1"><c t="s" r="A1"><v>0</v></c><c t="inlineStr"><is><t>name</t></is></c></row>`+
		`<row r="3"><c r="A3" s="1"><v>12</v></c><c r="B3" t="str"><v>A</v></c></row></sheetData></worksheet>`),
		[]byte(`<sst><si><t>item</t></si><si><r><t>a</t></r><rPh><t>x</t></rPh></si></sst>`),
		[]byte(`<styleSheet><numFmts><numFmt numFmtId="164" formatCode="0000"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>`))
	f.Fuzz(func(t *testing.T, sheet, shared, styles []byte) {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for _, part := range []struct {
			name string
			body []byte
		}{
			{"xl/_rels/workbook.xml.rels", []byte(`<Relationships><Relationship Id="r1" Type="x/worksheet" Target="worksheets/s.xml"/>` +
				`<Relationship Id="r2" Type="x/sharedStrings" Target="/xl/ss.xml"/><Relationship Id="r3" Type="x/styles" Target="st.xml"/></Relationships>`)},
			{"xl/workbook.xml", []byte(`<workbook><sheets><sheet name="S" r:id="r1"/></sheets></workbook>`)},
			{"xl/worksheets/s.xml", sheet}, {"xl/ss.xml", shared}, {"xl/st.xml", styles},
		} {
			w, err := z.CreateHeader(&zip.FileHeader{Name: part.name, Method: zip.Store})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.Write(part.body); err != nil {
				t.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		r, err := link.ReadItems(t.Context(), bytesFile("f.xlsx", b.Bytes()), link.Mapping{}, small, nil)
		if err != nil {
			reasoned(t, err, nil)
			return
		}
		reasoned(t, nil, &r.Report)
		if r.Faults.Refused == 0 {
			if _, _, err := stocktake.NewCatalogue(r.Items); err != nil {
				t.Fatalf("taken, yet no catalogue: %v", err)
			}
		}
	})
}

// FuzzQuotes holds the reader against encoding/csv's idea of well-formed text, by way of what is read.
func FuzzQuotes(f *testing.F) {
	f.Add("1", "A, \"B\"\nC")
	f.Fuzz(func(t *testing.T, id, name string) {
		if stocktake.CheckID("item", id) != nil {
			return
		}
		quote := func(s string) []byte {
			out := []byte{'"'}
			for i := range len(s) {
				if s[i] == '"' {
					out = append(out, '"')
				}
				out = append(out, s[i])
			}
			return append(out, '"')
		}
		text := slices.Concat([]byte("item;name;category\n"), quote(id), []byte{';'}, quote(name), []byte(";x\n8;A;y\n"))
		r, err := link.ReadItems(t.Context(), bytesFile("f", text), link.Mapping{Encoding: link.UTF8, Delimiter: ";", HeaderRow: 1}, link.Limits{}, nil)
		reasoned(t, err, &r.Report)
		if r.Rows != 2 && r.Rows+r.Blank+r.Totals != 2 {
			t.Fatalf("%d rows of %q", r.Rows, text)
		}
	})
}
