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

// held is what the files of items held when they were first read.
var held = map[string]struct{ rows, names, gtin, restricted, check, length int }{
	"off_mena.tsv":            {4954, 784, 4951, 1, 1, 1},
	"off_catalog_dev_30k.tsv": {30000, 2491, 27630, 2060, 169, 141},
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
				want := held[name]
				if got := r.Stats.Codes; r.Rows != want.rows || r.Stats.Items != want.rows || r.Stats.RepeatedNames != want.names ||
					got.GTIN != want.gtin || got.Restricted != want.restricted || got.BadCheckDigit != want.check || got.OtherLength != want.length {
					t.Errorf("%d rows, %d repeated names, %+v; want %+v", r.Rows, r.Stats.RepeatedNames, got, want)
				}
				bad := want.check + want.length
				count := map[link.Policy]int{link.Refuse: r.Faults.Refused, link.Quarantine: r.Faults.Quarantined, link.KeepLocal: r.Stats.Codes.Local - want.restricted}
				if count[policy] != bad {
					t.Errorf("%d codes under the policy, want %d", count[policy], bad)
				}
				if _, _, err := stocktake.NewCatalogue(r.Items); err != nil {
					t.Error(err)
				}
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
			if c := r.Stats.Codes; r.Rows != 11425 || r.Stats.Items != 805 || c.Restricted != 11425 || (scheme != "" && c.Repeated != 10620) {
				t.Errorf("%d rows, %d items, %+v", r.Rows, r.Stats.Items, c)
			}
			t.Logf("stats %+v", r.Stats)
		})
	}
}

// TestRealDataBook sums half a year of tills into a book: what was sold of each code stands for its stock.
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
		n, err := strconv.ParseInt(row[3], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		if sum += n; n < 0 {
			negative++
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
		if r.Rows != 171999 || r.Stats.Lines != 3403 || negative != 3696 {
			t.Errorf("%d rows, %d lines, %d negative rows", r.Rows, r.Stats.Lines, negative)
		}
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
	if r.Faults.Refused > 0 || r.Stats.Lines != 3403 || r.Stats.Negative != 225 || r.Stats.Zero != 12 {
		t.Errorf("%+v", r.Stats)
	}
	if _, err := stocktake.NewSnapshot(r.Snapshot); err != nil {
		t.Error(err)
	}
}
