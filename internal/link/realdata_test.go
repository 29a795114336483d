package link_test

import (
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"jard/internal/link"
	"jard/internal/stocktake"
)

// real opens a file of real data that is not part of the project; the test skips where it is absent.
func real(t *testing.T, name string) link.File {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", "data", name)
	f, err := os.Open(path)
	if err != nil {
		t.Skip("real data is absent")
	}
	t.Cleanup(func() { f.Close() })
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	return link.File{Name: name, Size: info.Size(), Data: f}
}

func TestRealDataItems(t *testing.T) {
	for _, name := range []string{"off_mena.tsv", "off_catalog_dev_30k.tsv"} {
		for _, policy := range []link.Policy{link.Refuse, link.Quarantine, link.KeepLocal} {
			t.Run(name+"/"+string(policy), func(t *testing.T) {
				f := real(t, name)
				m := link.Mapping{
					Columns: map[link.Field]string{link.FieldItem: "code", link.FieldBarcode: "code", link.FieldName: "name"},
					Codes:   link.Codes{BadCheckDigit: policy, OtherLength: policy},
				}
				start := time.Now()
				r := readItems(t, f, m)
				logReport(t, &r.Report, start)
				t.Logf("stats %+v", r.Stats)
			})
		}
	}
}

func logReport(t *testing.T, r *link.Report, start time.Time) {
	t.Helper()
	t.Logf("%s: %d bytes, %s, delimiter %q, %d rows in %v; refused %d, quarantined %d, warned %d %v", r.File, r.Bytes,
		r.Mapping.Encoding, r.Mapping.Delimiter, r.Rows, time.Since(start).Round(time.Millisecond), r.Faults.Refused,
		r.Faults.Quarantined, r.Faults.Warned, r.Faults.ByReason)
	seen := make(map[string]int)
	for _, f := range r.Faults.List {
		if seen[f.Err.Reason.Key]++; seen[f.Err.Reason.Key] <= 2 {
			t.Logf("  line %d column %s (%s) %q: %s", f.Line, f.Column, f.Ref, f.Value, f.Err.English())
		}
	}
}

func TestRealDataVariable(t *testing.T) {
	for _, scheme := range []string{"", "prefix=2,item=5,value=6,kind=price,decimals=3"} {
		t.Run("scheme "+scheme, func(t *testing.T) {
			m := link.Mapping{Columns: map[link.Field]string{link.FieldItem: "first6", link.FieldBarcode: "code", link.FieldName: "name_lower"}}
			if scheme != "" {
				m.Schemes = []string{scheme}
			}
			start := time.Now()
			r := readItems(t, real(t, "instore_variable_groups.tsv"), m)
			logReport(t, &r.Report, start)
			t.Logf("stats %+v", r.Stats)
		})
	}
}

// TestRealDataBook sums a year of tills into a book: what was sold of each code is taken for its stock.
func TestRealDataBook(t *testing.T) {
	f := real(t, "uci_online_retail_dev.csv")
	rows, err := csv.NewReader(io.NewSectionReader(f.Data, 0, f.Size)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var items []stocktake.Item
	known := make(map[string]bool)
	negative := 0
	var sum int64
	for _, row := range rows[1:] {
		if n, _ := strconv.Atoi(row[3]); n < 0 {
			negative++
			sum += int64(n)
		} else {
			sum += int64(n)
		}
		if !known[row[1]] {
			known[row[1]] = true
			items = append(items, stocktake.Item{ID: stocktake.ItemID(row[1]), Name: stocktake.Name{English: "x"}, Unit: stocktake.Piece})
		}
	}
	t.Logf("%d rows, %d codes, %d negative rows, sum %d", len(rows)-1, len(items), negative, sum)
	m := link.Mapping{
		Columns:  map[link.Field]string{link.FieldItem: "StockCode", link.FieldQuantity: "Quantity", link.FieldCost: "UnitPrice"},
		Defaults: map[link.Field]string{link.FieldSection: "01"},
	}
	for _, repeated := range []link.Repeated{link.RefuseRepeated, link.SumRepeated} {
		m.Repeated = repeated
		start := time.Now()
		r, err := link.ReadBook(t.Context(), f, link.Book{Site: market, Items: items, AsOf: asOf}, m, link.Limits{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		logReport(t, &r.Report, start)
		t.Logf("%s: stats %+v", repeated, r.Stats)
	}
	// The derived book: one line a code, at no cost, since a till's price is no cost.
	totals := make(map[string]int64)
	for _, row := range rows[1:] {
		n, _ := strconv.ParseInt(row[3], 10, 64)
		totals[row[1]] += n
	}
	var b strings.Builder
	b.WriteString("Stock Code;Qty on hand;Unit cost\n")
	var codes []string
	for code := range totals {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	for _, code := range codes {
		fmt.Fprintf(&b, "%s;%d;0\n", code, totals[code])
	}
	r, err := link.ReadBook(t.Context(), file(b.String()), link.Book{Site: market, Items: items, AsOf: asOf},
		link.Mapping{Defaults: m.Defaults}, link.Limits{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	logReport(t, &r.Report, time.Now())
	t.Logf("derived: stats %+v", r.Stats)
}
