package gs1_test

import (
	"strings"
	"testing"

	"jard/internal/gs1"
)

// The reference engine's vectors. Where it refuses data, Jard either finds it invalid or, where the text does not even
// claim to be GS1, unknown: a counter may count an in-house code or a web address by hand, the engine has no use for
// them. Where it accepts data, Jard must not find it invalid.
func TestReferenceVectors(t *testing.T) {
	unclaimed := map[string]bool{"ABC": true, "]": true, "]X": true, "]XX": true, "]Q1https://a/NOPRIMARYAI": true}
	var d gs1.Decoder
	for _, row := range table(t, "gs1_scan_strings.tsv") {
		raw := strings.ReplaceAll(row[1], "<GS>", "\x1d")
		got := d.Decode(raw)
		switch {
		case row[0] == "true" && got.Kind == gs1.Invalid:
			t.Errorf("%q is valid, got %s", row[1], got.Error)
		case row[0] == "false" && unclaimed[raw] && got.Kind != gs1.Unknown:
			t.Errorf("%q claims nothing, got %s", row[1], got.Kind)
		case row[0] == "false" && !unclaimed[raw] && got.Kind != gs1.Invalid:
			t.Errorf("%q is invalid, got %s", row[1], got.Kind)
		}
		// ^ in the engine's own notation is FNC1: it stands first in exactly the element strings.
		isElements := strings.HasPrefix(row[3], "^")
		if row[0] == "true" && isElements != (got.Kind == gs1.ElementString) {
			t.Errorf("%q: got %s, the engine reads %q", row[1], got.Kind, row[3])
		}
		if isElements && got.GTIN14 != "12312312312333" {
			t.Errorf("%q: got gtin14 %q", row[1], got.GTIN14)
		}
	}
}

func TestRealScaleLabels(t *testing.T) {
	var d gs1.Decoder
	schemed, err := gs1.NewDecoder([]gs1.Scheme{{Prefix: "2", ItemDigits: 6, ValueDigits: 5, Kind: gs1.Weight, Decimals: 3}})
	if err != nil {
		t.Fatal(err)
	}
	rows := table(t, "instore_variable_groups.tsv")
	for _, row := range rows {
		code := row[3]
		got := d.Decode(code)
		if got.Kind != gs1.VariableMeasure || got.GTIN14 != "" || got.Item != "" {
			t.Fatalf("%s: got %+v", code, got)
		}
		got = schemed.Decode("]E0" + code)
		if got.Kind != gs1.VariableMeasure || got.Item != code[1:7] || got.WeightG == nil || got.GTIN14 != "" {
			t.Fatalf("%s by scheme: got %+v", code, got)
		}
	}
	t.Logf("%d labels", len(rows))
}

// A catalogue with its natural dirt. The counts are those of the file: they move when the rules do.
func TestRealCatalogue(t *testing.T) {
	var d gs1.Decoder
	counts := make(map[gs1.Kind]int)
	var eight, notEAN8, both, bad13 int
	for _, row := range table(t, "off_catalog_dev_30k.tsv") {
		code := row[0]
		s := d.Decode(code)
		counts[s.Kind]++
		if s.Kind == gs1.GTIN && !gs1.ValidGTIN(s.GTIN14) {
			t.Fatalf("%s: gtin14 %s", code, s.GTIN14)
		}
		switch len(code) {
		case 8:
			eight++
			_, upce := gs1.ExpandUPCE(code)
			if !gs1.ValidGTIN(code) {
				notEAN8++
			} else if upce == nil {
				both++
			}
		case 13:
			if !gs1.ValidGTIN(code) {
				bad13++
				if s.Kind != gs1.Invalid {
					t.Errorf("%s: got %s", code, s.Kind)
				}
			}
		}
	}
	t.Logf("%v; of %d eight-digit codes %d fail EAN-8, %d pass as UPC-E too; %d bad EAN-13", counts, eight, notEAN8, both, bad13)
	if eight != 1745 || notEAN8 != 112 || both != 244 {
		t.Errorf("eight digits: %d codes, %d fail EAN-8, %d pass both; want 1745, 112, 244", eight, notEAN8, both)
	}
	for kind, want := range map[gs1.Kind]int{gs1.GTIN: 28931, gs1.VariableMeasure: 847, gs1.Unknown: 139, gs1.Invalid: 82, gs1.ElementString: 1} {
		if counts[kind] != want {
			t.Errorf("%s: %d codes, want %d", kind, counts[kind], want)
		}
	}
}

// What a decoder reads from photographs of barcodes, behind the identifiers that readers send for those symbols.
func TestRealSymbols(t *testing.T) {
	aim := map[string]string{
		"ean13": "]E0", "upca": "]E0", "upce": "]E0", "ean13-extension": "]E3", "ean8": "]E4", "itf": "]I1", "rss14": "]e0",
	}
	var d gs1.Decoder
	read := make(map[string]int)
	for _, row := range table(t, "scan_symbols/manifest.tsv") {
		prefix, text := aim[row[1]], strings.TrimSpace(row[2])
		if prefix == "" || text == "" {
			continue
		}
		got := d.Decode(prefix + text)
		read[row[1]]++
		switch {
		case row[1] == "itf" && len(text) != 14:
			if got.Kind != gs1.Unknown {
				t.Errorf("%s: %s is an in-house ITF, got %s", row[0], text, got.Kind)
			}
		case text == "0456314319671": // UPC-A number system 4: a retailer's own
			if got.Kind != gs1.VariableMeasure {
				t.Errorf("%s: %s, got %s", row[0], text, got.Kind)
			}
		case got.GTIN14 == "":
			t.Errorf("%s: %s%s, got %s %s", row[0], prefix, text, got.Kind, got.Error)
		}
	}
	t.Log(read)
}
