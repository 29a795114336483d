package report_test

import (
	"bytes"
	"testing"

	"github.com/xuri/excelize/v2"

	"jard/internal/report"
)

var sample = report.Table{Name: "عجز", RightToLeft: true, Head: []string{"item", "quantity"}, Rows: [][]report.Cell{
	{report.Text("=cmd()|x"), report.Number("-2.5")},
	{report.Text("@sum"), report.Number("900719925474.991")},
	{report.Text("007"), report.Number("3")},
	{report.Text(`تونة, "كبيرة"`), report.Number("0.001")},
}}

func TestCSVHoldsNoFormula(t *testing.T) {
	var b bytes.Buffer
	if err := sample.CSV(&b); err != nil {
		t.Fatal(err)
	}
	want := "item,quantity\r\n'=cmd()|x,-2.5\r\n'@sum,900719925474.991\r\n007,3\r\n\"تونة, \"\"كبيرة\"\"\",0.001\r\n"
	if b.String() != want {
		t.Fatalf("written: %q", b.String())
	}
}

func TestXLSXKeepsTextsAndNumbers(t *testing.T) {
	var b bytes.Buffer
	other := sample
	other.Name = "زيادة"
	if err := report.XLSX(&b, sample, other); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	for _, sheet := range []string{"عجز", "زيادة"} {
		for at, want := range map[string]string{"A1": "item", "A2": "=cmd()|x", "B2": "-2.5", "A4": "007", "B3": "900719925474.991", "A5": `تونة, "كبيرة"`, "B5": "0.001"} {
			if got, err := f.GetCellValue(sheet, at); err != nil || got != want {
				t.Errorf("%s!%s is %q (%v), want %q", sheet, at, got, err, want)
			}
		}
		if formula, err := f.GetCellFormula(sheet, "A2"); err != nil || formula != "" {
			t.Errorf("A2 is the formula %q (%v)", formula, err)
		}
		if kind, err := f.GetCellType(sheet, "A2"); err != nil || kind != excelize.CellTypeSharedString {
			t.Errorf("A2 is of type %v (%v)", kind, err)
		}
	}
}
