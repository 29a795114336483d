package link_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"jard/internal/link"
	"jard/internal/stocktake"
)

func windows1256(s string) []byte {
	b, err := charmap.Windows1256.NewEncoder().Bytes([]byte(s))
	if err != nil {
		panic(err)
	}
	return b
}

func TestBookDirt(t *testing.T) {
	const h = "section;item;quantity;cost\n"
	for _, c := range []struct {
		name, text string
		mapping    link.Mapping
		lines      []string
		faults     []string
	}{
		{"plain", h + "01;100;12;0.250\n02;200;-3;1\n", link.Mapping{}, []string{"01/100 12 250.000", "02/200 -3 1000.000"}, nil},
		{"windows-1256 arabic digits and marks", "القسم;رقم الصنف;الكمية;التكلفة\nالمواد الغذائية;١٠٠;١٬٢٣٤٫٥;٠٫١٢٥\n", link.Mapping{}, nil, nil},
		{"decimal comma shown by another line", h + "01;100;1,234;2,5\n02;100;7,125;0,125\n", link.Mapping{},
			[]string{"01/100 1.234 2500.000", "02/100 7.125 125.000"}, nil},
		{"decimal point shown by a later line", h + "01;100;1,234;1\n02;100;5;0.125\n", link.Mapping{},
			[]string{"01/100 1234 1000.000", "02/100 5 125.000"}, nil},
		{"doubtful", h + "01;100;1,234;1\n02;100;5.500;1\n", link.Mapping{}, nil,
			[]string{"2 quantity/3 refused number-doubtful", "3 quantity/3 refused number-doubtful"}},
		{"doubtful settled by the mapping", h + "01;100;1,234;1\n02;100;5.500;1\n", link.Mapping{Decimal: "."},
			[]string{"01/100 1234 1000.000", "02/100 5.5 1000.000"}, nil},
		{"contradictions", h + "01;100;1.5;1\n02;100;1,5;1\n01;200;1.234,5;1\n", link.Mapping{}, nil,
			[]string{"3 quantity/3 refused number-other-mark", "4 quantity/3 refused number-other-mark"}},
		{"contradicts the mapping", h + "01;100;1.5;1\n", link.Mapping{Decimal: ","}, nil, []string{"2 quantity/3 refused number-mark"}},
		{"both marks", h + "01;100;1,234,567.5;1\n01;200;1 234;1\n02;100;1.234.567;1\n", link.Mapping{}, nil,
			[]string{"4 quantity/3 refused number-other-mark"}},
		{"negatives and money words", h + "01;100;5-;KD 1.25\n01;200;(7);1.250 د.ك\n02;100;−3;1\n", link.Mapping{},
			[]string{"01/100 -5 1250.000", "01/200 -7 1250.000", "02/100 -3 1000.000"}, nil},
		{"no numbers", h + "01;100;abc;1\n01;200;;1\n02;100;1.2.3,4,5;1\n02;200;12,34.5;x\n", link.Mapping{}, nil,
			[]string{"2 quantity/3 refused number-wrong", "3 quantity/3 refused cell-empty", "4 quantity/3 refused number-wrong",
				"5 quantity/3 refused number-wrong", "5 cost/4 refused number-wrong"}},
		{"too fine, too large", h + "01;100;1.2345;1\n01;200;6291100010011123;1\n02;100;1;0.1234567\n02;200;6291100010011;999999\n", link.Mapping{}, nil,
			[]string{"2 quantity/3 refused number-too-fine", "3 quantity/3 refused number-too-large", "4 cost/4 refused number-too-fine",
				"5 quantity/3 refused line-value-too-large"}},
		{"six decimals of a dinar", h + "01;100;1;0.123456\n", link.Mapping{}, []string{"01/100 1 123.456"}, nil},
		{"rounded as the mapping says", h + "01;100;1;0.1234565\n", link.Mapping{RoundCost: true}, []string{"01/100 1 123.457"},
			[]string{"2 cost/4 warned cost-rounded"}},
		{"fils", "section;item;qty;التكلفة بالفلس\n01;100;1;250.5\n", link.Mapping{}, []string{"01/100 1 250.500"}, nil},
		{"negative cost", h + "01;100;1;-1\n", link.Mapping{}, nil, []string{"2 cost/4 refused cost-negative"}},
		{"value", "section;item;qty;value\n01;100;3;1.000\n01;200;-2;-0.500\n02;100;0;0\n02;200;0;1.5\n02;300;1;-1.5\n", link.Mapping{}, nil,
			[]string{"5 value/4 refused value-without-quantity", "6 value/4 refused cost-negative"}},
		{"value gives the cost", "section;item;qty;value\n01;100;3;1.250\n", link.Mapping{Decimal: "."}, []string{"01/100 3 416.667"}, nil},
		{"value disagrees", h[:len(h)-1] + ";value\n01;100;2;1.5;3.5\n", link.Mapping{}, []string{"01/100 2 1500.000"},
			[]string{"2 value/5 warned value-inexact"}},
		{"unknown", h + "09;100;1;1\n01;999;1;1\ncold;100;1;1\n;100;1;1\n01;;1;1\n", link.Mapping{}, nil,
			[]string{"2 section/1 refused section-not-in-site", "3 item/2 refused item-unknown", "5 section/1 refused cell-empty",
				"6 item/2 refused cell-empty"}},
		{"by barcode", "section;barcode;qty;cost\n01;6291100010011;1;1\n01;0200X;1;1\n01;4711;1;1\n02;06291100010011;2;1\n", link.Mapping{}, nil,
			[]string{"3 barcode/2 refused barcode-of-pack", "4 barcode/2 refused barcode-unknown"}},
		{"barcode and item disagree", "section;item;barcode;qty;cost\n01;200;6291100010011;1;1\n", link.Mapping{}, nil,
			[]string{"2 barcode/3 refused barcode-of-other-item"}},
		{"repeated", h + "01;100;1;1\n01;100;2;1\n", link.Mapping{}, nil, []string{"3 item/2 refused line-repeated"}},
		{"repeated, summed", h + "01;100;1;1\n01;100;2;1\n01;200;1;1\n01;200;2;2\n01;200;-1;1\n02;100;1;1\n02;100;2;2\n02;100;0;9\n",
			link.Mapping{Repeated: link.SumRepeated}, nil,
			[]string{"5 cost/4 refused line-cannot-average", "9 cost/4 warned line-averaged"}},
		{"totals row", h + "01;100;1;1\nالإجمالي;;1;1\n", link.Mapping{}, []string{"01/100 1 1000.000"}, nil},
		{"section by default", "item;qty;cost\n100;1;1\n", link.Mapping{Defaults: map[link.Field]string{link.FieldSection: "02"}},
			[]string{"02/100 1 1000.000"}, nil},
		{"no section", "item;qty;cost\n100;1;1\n", link.Mapping{}, nil, []string{"1 / refused column-missing"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := file(c.text)
			if strings.HasPrefix(c.name, "windows-1256") {
				f = bytesFile("", windows1256(strings.NewReplacer("١", "1", "٢", "2", "٣", "3", "٤", "4", "٥", "5", "٠", "0", "٬", "", "٫", ".").Replace(c.text)))
			}
			r := readBook(t, f, c.mapping)
			sameFaults(t, &r.Report, c.faults...)
			var got []string
			for _, l := range r.Snapshot.Lines {
				got = append(got, fmt.Sprintf("%s/%s %s %s", l.Section, l.Item, l.Quantity, l.Cost))
			}
			if c.lines != nil && !slices.Equal(got, c.lines) {
				t.Errorf("lines\n got %s\nwant %s", strings.Join(got, "\n     "), strings.Join(c.lines, "\n     "))
			}
		})
	}
	t.Run("arabic marks in utf-8", func(t *testing.T) {
		r := readBook(t, file("القسم;رقم الصنف;الكمية;التكلفة\nالمواد الغذائية;١٠٠;١٬٢٣٤٫٥;٠٫١٢٥\n"), link.Mapping{})
		sameFaults(t, &r.Report)
		if l := r.Snapshot.Lines[0]; l.Quantity != 1234500 || l.Cost != 125000 {
			t.Errorf("%+v", l)
		}
	})
}

// What most cells hold is read by a way of its own: held here against the digits themselves.
func TestUsualNumbers(t *testing.T) {
	var items []stocktake.Item
	var text strings.Builder
	text.WriteString("item,quantity,cost\n0,1.25,1\n")
	items = append(items, stocktake.Item{ID: "0"})
	want := []stocktake.BookLine{{Quantity: 1250, Cost: 1_000_000}}
	random := rand.New(rand.NewPCG(1, 2))
	written := func(n int64, places int) string { // with as many decimals as it needs, or more
		s := fmt.Sprintf("%0*d", places+1, n)
		whole, fraction := s[:len(s)-places], s[len(s)-places:]
		for random.IntN(3) > 0 && strings.HasSuffix(fraction, "0") {
			fraction = fraction[:len(fraction)-1]
		}
		if fraction == "" {
			return whole
		}
		return whole + "." + fraction
	}
	for n := 1; n < 4000; n++ {
		q, c := random.Int64N(1<<random.IntN(40)+1)/10*10, random.Int64N(1<<random.IntN(33)+1)/100*100
		if random.IntN(10) == 0 {
			q -= q % 1000 // whole
		}
		id := stocktake.ItemID(fmt.Sprint(n))
		items = append(items, stocktake.Item{ID: id})
		fmt.Fprintf(&text, "%s,%s,%s\n", id, written(q, 3), written(c, 6))
		want = append(want, stocktake.BookLine{Quantity: stocktake.Quantity(q), Cost: stocktake.Cost(c)})
	}
	site := stocktake.Site{ID: "m1", Sections: []stocktake.Section{{ID: "01"}}}
	r, err := link.ReadBook(t.Context(), file(text.String()), link.Book{Site: site, Items: items, AsOf: asOf}, link.Mapping{}, link.Limits{}, nil)
	if err != nil || r.Faults.Refused > 0 || len(r.Snapshot.Lines) != len(want) {
		t.Fatalf("%v %+v", err, r.Faults)
	}
	for n, l := range r.Snapshot.Lines {
		if l.Quantity != want[n].Quantity || l.Cost != want[n].Cost || l.Item != items[n].ID {
			t.Fatalf("line %d is %+v, want %+v", n, l, want[n])
		}
	}
}
