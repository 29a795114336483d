package link_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"jard/internal/link"
	"jard/internal/stocktake"
)

// want is a fault as tests write it: line, column's header and ref, severity, reason.
func wants(r *link.Report) []string {
	out := []string{}
	for _, f := range r.Faults.List {
		out = append(out, fmt.Sprintf("%d %s/%s %s %s", f.Line, f.Column, f.Ref, f.Severity, f.Err.Reason.Key))
	}
	return out
}

func sameFaults(t *testing.T, r *link.Report, want ...string) {
	t.Helper()
	if got := wants(r); !slices.Equal(got, want) && len(got)+len(want) > 0 {
		t.Errorf("faults\n got %s\nwant %s", strings.Join(got, "\n     "), strings.Join(want, "\n     "))
	}
}

// flat writes an item in one line.
func flat(it stocktake.Item) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s|%s|%s|%s|%s", it.ID, it.Name.Arabic, it.Name.English, it.Unit, it.Category)
	for _, c := range it.Barcodes {
		fmt.Fprintf(&b, "|%s:%s:%s", c.Code, c.Pack, c.Kind)
	}
	if it.Price != 0 {
		fmt.Fprintf(&b, "|%s KWD", it.Price)
	}
	if it.Lots {
		b.WriteString("|lots")
	}
	if it.Supply {
		b.WriteString("|supply")
	}
	return b.String()
}

const head = "item,name,barcode,pack\n"

func TestItemsDirt(t *testing.T) {
	for _, c := range []struct {
		name, text string
		mapping    link.Mapping
		items      []string
		faults     []string
	}{
		{"arabic headers and digits", "رقم الصنف;اسم الصنف;الباركود;التعبئة;الوحدة;القسم\n١٠٠;أرز بسمتي;٦٢٩١١٠٠٠١٠٠١١;١٢;كرتون;غذائية\n",
			link.Mapping{}, []string{"100|أرز بسمتي||piece|غذائية|6291100010011:12:gtin"}, []string{}},
		{"persian digits", head + "۱۲,Tea,۶۲۹۱۱۰۰۰۱۰۰۱۱,1\n", link.Mapping{}, []string{"12||Tea|piece||6291100010011:1:gtin"}, nil},
		{"byte order mark, crlf", "\ufeff" + "item,name\r\n1,A\r\n2,B\r\n", link.Mapping{}, []string{"1||A|piece|", "2||B|piece|"}, nil},
		{"lone carriage returns", "item,name\r1,A\r2,B", link.Mapping{}, []string{"1||A|piece|", "2||B|piece|"}, nil},
		{"tabs", "item\tname\n1\tA, B\n", link.Mapping{}, []string{"1||A, B|piece|"}, nil},
		{"sep line", "sep=;\nitem;name\n1;A,B\n", link.Mapping{}, []string{"1||A,B|piece|"}, nil},
		{"report title above, sum below", "كشف الأصناف,,\nالتاريخ,2026-11-24,\n,,\nرقم الصنف,اسم الصنف,الفئة\n1,شاي,أ\n,,\nالإجمالي,,\n",
			link.Mapping{}, []string{"1|شاي||piece|أ"}, nil},
		{"both names", "sku,Arabic name,English name\n1,شاي,Tea\n2,,Milk\n", link.Mapping{}, []string{"1|شاي|Tea|piece|", "2||Milk|piece|"}, nil},
		{"text tricks", head + "=\"007\",\" A\u00a0 B \",'0123,1\n\"=\"\"008\"\"\",\u200fش\u200e,\u202a6291100010011\u202c,1\n", link.Mapping{},
			[]string{"007||A B|piece||0123:1:local", "008|ش||piece||6291100010011:1:gtin"}, []string{"2 barcode/3 warned code-length"}},
		{"mangled", head + "1,A,6.29E+12,1\n2,B,\"6,29E+12\",1\n3,C,12E5,1\n1.5E+10,D,1,1\n", link.Mapping{}, nil,
			[]string{"2 barcode/3 refused code-mangled", "3 barcode/3 refused code-mangled", "4 barcode/3 warned code-length",
				"5 item/1 refused code-mangled"}},
		{"float", head + "1,A,6291100010011.0,1\n", link.Mapping{}, []string{"1||A|piece||6291100010011:1:gtin"},
			[]string{"2 barcode/3 warned code-decimal"}},
		{"check digit and length, default", head + "1,A,6291100010012,1\n2,B,4711,1\n3,C,AB-9,1\n4,D,12000000850,1\n", link.Mapping{},
			[]string{"1||A|piece|", "2||B|piece||4711:1:local", "3||C|piece||AB-9:1:local", "4||D|piece||12000000850:1:local"},
			[]string{"2 barcode/3 quarantined code-check-digit", "3 barcode/3 warned code-length", "4 barcode/3 warned code-length",
				"5 barcode/3 warned code-zeros"}},
		{"check digit and length, refuse", head + "1,A,6291100010012,1\n2,B,4711,1\n",
			link.Mapping{Codes: link.Codes{BadCheckDigit: link.Refuse, OtherLength: link.Refuse}}, nil,
			[]string{"2 barcode/3 refused code-check-digit", "3 barcode/3 refused code-length"}},
		{"check digit and length, the other way", head + "1,A,6291100010012,1\n2,B,4711,1\n",
			link.Mapping{Codes: link.Codes{BadCheckDigit: link.KeepLocal, OtherLength: link.Quarantine}},
			[]string{"1||A|piece||6291100010012:1:local", "2||B|piece|"},
			[]string{"2 barcode/3 warned code-check-digit", "3 barcode/3 quarantined code-length"}},
		{"restricted are local", head + "1,A,2000000015552,1\n2,B,0200492022249,1\n", link.Mapping{},
			[]string{"1||A|piece||2000000015552:1:local", "2||B|piece||0200492022249:1:local"}, nil},
		{"variable measure", head + "1,A,2000000015552,1\n1,A,2000000101972,1\n",
			link.Mapping{Schemes: []string{"prefix=20,item=5,value=5,kind=price,decimals=3"}},
			[]string{"1||A|piece||00000:1:variable"}, nil},
		{"several codes in a cell", head + "1,A,6291100010011|4711 | 4712,1\n2,B,96385074 4006381333931,1\n",
			link.Mapping{Codes: link.Codes{OtherLength: link.KeepLocal}},
			[]string{"1||A|piece||6291100010011:1:gtin|4711:1:local|4712:1:local", "2||B|piece||96385074:1:gtin|4006381333931:1:gtin"},
			[]string{"2 barcode/3 warned code-length", "2 barcode/3 warned code-length"}},
		{"a row for each code", "item,name,unit,barcode,pack\n1,A,حبة,6291100010011,\n1,A,كرتون,4006381333931,24\n1,,درزن,96385074,\n", link.Mapping{},
			[]string{"1||A|piece||6291100010011:1:gtin|4006381333931:24:gtin|96385074:12:gtin"}, nil},
		{"pack without quantity", "item,name,unit,barcode,pack\n1,A,حبة,6291100010011,\n1,A,كرتون,4006381333931,\n2,B,علبة,96385074,\n", link.Mapping{},
			nil, []string{"3 pack/5 refused pack-missing"}},
		{"packs", head + "1,A,6291100010011,4x6\n2,B,96385074,0\n3,C,4006381333931,abc\n4,D,012000000850,0.5\n5,E,16291100010018,\n", link.Mapping{}, nil,
			[]string{"3 pack/4 refused pack-wrong", "4 pack/4 refused pack-wrong", "6 barcode/3 warned case-of-one"}},
		{"units", "item,name,unit\n1,A,كيلو\n2,B,LTR\n3,C,غرام\n1,A,حبة\n4,D,صحن\n", link.Mapping{Units: map[string]string{"صحن": "piece"}}, nil,
			[]string{"4 unit/3 refused unit-wrong", "5 unit/3 refused unit-mixed"}},
		{"prices", "رقم الصنف;اسم الصنف;الوحدة;العبوة;سعر البيع\n1;طماطم;كجم;;0.450\n2;لحم;كجم;;٣٫٢٥٠\n3;شاي;حبة;;\n3;شاي;كرتون;12;9.600\n4;ملح;حبة;;0\n", link.Mapping{},
			[]string{"1|طماطم||kg||0.450 KWD", "2|لحم||kg||3.250 KWD", "3|شاي||piece|", "4|ملح||piece|"}, []string{"5 رقم الصنف/1 warned row-repeated"}},
		{"prices that nothing else shows the mark of", "item,name,price\n1,A,\"1,250\"\n2,B,12.000\n", link.Mapping{},
			[]string{"1||A|piece||1.250 KWD", "2||B|piece||12.000 KWD"}, nil},
		{"prices finer than a fils", "item,name,price\n1,A,1.2345\n2,B,0.3333\n", link.Mapping{}, []string{"1||A|piece||1.235 KWD", "2||B|piece||0.333 KWD"}, nil},
		{"prices in fils", "item,name,price fils\n1,A,1250\n2,B,\"1,250\"\n", link.Mapping{Decimal: "."},
			[]string{"1||A|piece||1.250 KWD", "2||B|piece||1.250 KWD"}, nil},
		{"prices that are none keep nothing back", "item,name,unit,price,barcode\n1,A,kg,x,4711\n2,B,kg,-1,\n3,C,kg,1000000.001,\n4,D,kg,0.5,4712\n4,D,kg,0.6,4713\n", link.Mapping{},
			[]string{"1||A|kg||4711:1:local", "2||B|kg|", "3||C|kg|", "4||D|kg||4712:1:local|4713:1:local|0.500 KWD"},
			[]string{"2 price/4 warned price-wrong", "2 barcode/5 warned code-length", "3 price/4 warned price-wrong", "4 price/4 warned price-wrong",
				"5 barcode/5 warned code-length", "6 price/4 warned price-differs", "6 barcode/5 warned code-length"}},
		{"prices say nothing of packs", "item,name,price,pack\n1,A,\"3,50\",1\n2,B,,0.5\n3,C,,1.000\n", link.Mapping{},
			[]string{"1||A|piece||3.500 KWD", "2||B|piece|", "3||C|piece|"}, nil},
		{"packs say nothing of prices", "item,name,price,pack\n1,A,,0.5\n2,B,\"3,50\",1\n3,C,\"1,250\",1\n", link.Mapping{},
			[]string{"1||A|piece|", "2||B|piece||3.500 KWD", "3||C|piece||1.250 KWD"}, nil},
		{"prices of packs that do not say of how much", "item,name,unit,price\n1,A,كرتون,60.000\n1,A,كجم,5.000\n", link.Mapping{},
			[]string{"1||A|kg||5.000 KWD"}, []string{"3 item/1 warned row-repeated"}},
		{"flags", "item,name,lots,تموين\n1,A,نعم,لا\n2,B,Y,1\n3,C,maybe,\n", link.Mapping{}, nil, []string{"4 lots/3 refused flag-unknown"}},
		{"duplicates", head + "1,A,6291100010011,1\n2,B,6291100010011,1\n1,A,6291100010011,1\n1,A,6291100010011,2\n3,C,012000000850,1\n4,D,0012000000850,1\n1,A,,\n",
			link.Mapping{}, nil, []string{"3 barcode/3 refused code-of-two-items", "4 barcode/3 warned code-repeated",
				"5 barcode/3 refused code-two-packs", "7 barcode/3 refused code-of-two-items", "8 item/1 warned row-repeated"}},
		{"rows of one item differ", "item,name,category,barcode\n1,A,x,4711\n1,B,y,4712\n", link.Mapping{Codes: link.Codes{OtherLength: link.KeepLocal}}, nil,
			[]string{"2 barcode/4 warned code-length", "3 name/2 refused row-differs", "3 category/3 refused row-differs", "3 barcode/4 warned code-length"}},
		{"empty cells", "item,name,category\n,A,x\n2,,x\n", link.Mapping{}, nil,
			[]string{"2 item/1 refused cell-empty", "3 name/2 refused cell-empty"}},
		{"ids", "item,name\n~1,A\n" + strings.Repeat("9", 65) + ",B\n#N/A,C\n4," + strings.Repeat("n", 513) + "\n", link.Mapping{}, nil,
			[]string{"2 item/1 refused id-malformed", "3 item/1 refused id-malformed", "4 item/1 refused cell-error", "5 name/2 refused text-too-long"}},
		{"delimiter inside a name", "item,name,category\n1,A,x\n2,B,C,x\n3,\"B,C\",x\n", link.Mapping{}, nil, []string{"3 /4 refused row-wide"}},
		{"quotes", "item,name\n1,\"32\"\" TV\"\n2,32\" TV\n3,\"two\nlines\"\n4,D\n", link.Mapping{},
			[]string{"1||32\" TV|piece|", "2||32\" TV|piece|", "3||two lines|piece|", "4||D|piece|"}, nil},
		{"lost quotes", "item,name\n1,\"A\n2,\"B\"\n~3,C\n4,\"D\n", link.Mapping{}, nil,
			[]string{"2 item/1 refused quote-unclosed", "4 item/1 refused id-malformed", "5 item/1 refused quote-unclosed"}},
		{"lines after a quoted line end", "item,name\n1,\"A\nB\"\n,C\n", link.Mapping{}, nil, []string{"4 item/1 refused cell-empty"}},
		{"damaged utf-8", "item,name\n1,شاي\n2,ق\xd9هوة عربية أصيلة\n", link.Mapping{}, nil, []string{"3 name/2 refused text-broken"}},
		{"no item column", "foo,name\n1,A\n", link.Mapping{}, nil, []string{"1 / refused column-missing"}},
		{"mapping names a column that is not there", "item,name\n1,A\n",
			link.Mapping{Columns: map[link.Field]string{link.FieldItem: "item", link.FieldName: "name", link.FieldBarcode: "EAN"}}, nil,
			[]string{"1 / refused column-unknown"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := readItems(t, file(c.text), c.mapping)
			sameFaults(t, &r.Report, c.faults...)
			if c.items == nil {
				return
			}
			var got []string
			for _, it := range r.Items {
				got = append(got, flat(it))
			}
			if !slices.Equal(got, c.items) {
				t.Errorf("items\n got %s\nwant %s", strings.Join(got, "\n     "), strings.Join(c.items, "\n     "))
			}
			if _, _, err := stocktake.NewCatalogue(r.Items); err != nil {
				t.Errorf("the items make no catalogue: %v", err)
			}
		})
	}
}

func TestFaultText(t *testing.T) {
	r := readItems(t, file(head+"1,A,6.29E+12,1\n"), link.Mapping{})
	f := r.Faults.List[0]
	if f.Value != "6.29E+12" || !strings.Contains(f.Err.English(), "Format the column as text") || !strings.Contains(f.Err.Arabic(), "6.29E+12") {
		t.Errorf("%+v: %s / %s", f, f.Err.English(), f.Err.Arabic())
	}
	b, err := f.MarshalJSON()
	if err != nil || !strings.Contains(string(b), `"line":2,"column":"barcode","ref":"3"`) {
		t.Errorf("%s %v", b, err)
	}
}

func TestFaultsAreCountedAndCapped(t *testing.T) {
	text := "item,name\n" + strings.Repeat("~,x\n", 5000)
	r := readItems(t, file(text), link.Mapping{})
	if r.Faults.Refused != 5000 || len(r.Faults.List) != 1000 || r.Faults.ByReason["id-malformed"] != 5000 {
		t.Errorf("%d %d %v", r.Faults.Refused, len(r.Faults.List), r.Faults.ByReason)
	}
}

func TestEncodings(t *testing.T) {
	const text = "رقم الصنف;اسم الصنف\n1;قهوة عربية\n"
	utf16 := func(big bool, bom bool) []byte {
		var b []byte
		put := func(u rune) {
			if big {
				b = append(b, byte(u>>8), byte(u))
			} else {
				b = append(b, byte(u), byte(u>>8))
			}
		}
		if bom {
			put(0xfeff)
		}
		for _, r := range text {
			put(r)
		}
		return b
	}
	for name, c := range map[string]struct {
		bytes    []byte
		encoding link.Encoding
	}{
		"utf-8":        {[]byte(text), link.UTF8},
		"windows-1256": {windows1256(text), link.Windows1256},
		"utf-16le":     {utf16(false, true), link.UTF16LE},
		"utf-16be":     {utf16(true, true), link.UTF16BE},
	} {
		t.Run(name, func(t *testing.T) {
			r := readItems(t, bytesFile(name, c.bytes), link.Mapping{})
			if r.Mapping.Encoding != c.encoding || len(r.Items) != 1 || r.Items[0].Name.Arabic != "قهوة عربية" {
				t.Errorf("%s %+v", r.Mapping.Encoding, r.Items)
			}
		})
	}
	t.Run("mapping decides", func(t *testing.T) {
		r := readItems(t, bytesFile("", utf16(false, false)), link.Mapping{Encoding: link.UTF16LE})
		if len(r.Items) != 1 || r.Items[0].Name.Arabic != "قهوة عربية" {
			t.Errorf("%+v", r.Items)
		}
	})
}

func TestGuess(t *testing.T) {
	for _, c := range []struct {
		kind   link.Kind
		header string
		want   map[link.Field]string
	}{
		{link.BookFile, "القسم,كود الصنف,الرصيد,متوسط التكلفة", map[link.Field]string{link.FieldSection: "القسم", link.FieldItem: "كود الصنف",
			link.FieldQuantity: "الرصيد", link.FieldCost: "متوسط التكلفة"}},
		{link.BookFile, "المخزن,الباركود,الكميّة,التكلفة (د.ك)", map[link.Field]string{link.FieldSection: "المخزن", link.FieldBarcode: "الباركود",
			link.FieldQuantity: "الكميّة", link.FieldCost: "التكلفة (د.ك)"}},
		{link.BookFile, "Whse,Item No.,QTY ON HAND,Avg. Cost,Qty", map[link.Field]string{link.FieldSection: "Whse", link.FieldItem: "Item No.",
			link.FieldQuantity: "QTY ON HAND", link.FieldCost: "Avg. Cost"}},
		{link.ItemsFile, "SKU,Description,EAN,UOM,Category,التعبئه", map[link.Field]string{link.FieldItem: "SKU", link.FieldName: "Description",
			link.FieldBarcode: "EAN", link.FieldUnit: "UOM", link.FieldCategory: "Category", link.FieldPack: "التعبئه"}},
		{link.PlacesFile, "رقم القسم,اسم القسم,صاحب العهدة,الرف,نوع الموقع,مشترك", map[link.Field]string{link.FieldSection: "رقم القسم",
			link.FieldSectionName: "اسم القسم", link.FieldCustodian: "صاحب العهدة", link.FieldLocation: "الرف", link.FieldKind: "نوع الموقع",
			link.FieldShared: "مشترك"}},
	} {
		got := link.Guess(c.kind, strings.Split(c.header, ",")).Columns
		if fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s\n got %v\nwant %v", c.header, got, c.want)
		}
	}
}
