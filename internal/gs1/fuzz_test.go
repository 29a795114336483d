package gs1_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"jard/internal/gs1"
)

func fixed(t testing.TB, options ...gs1.Option) *gs1.Decoder {
	t.Helper()
	clock := gs1.Now(func() time.Time { return time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC) })
	d, err := gs1.NewDecoder([]gs1.Scheme{
		{Prefix: "21", ItemDigits: 5, ValueDigits: 5, Kind: gs1.Weight, Decimals: 3},
		{Prefix: "22", ItemDigits: 4, ValueDigits: 5, Kind: gs1.Price, Decimals: 3, Verifier: true},
		{Prefix: "04", ItemDigits: 8, ValueDigits: 2, Kind: gs1.Count},
	}, append(options, clock)...)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// FuzzDecode holds Decode to what callers rely on for any bytes whatever.
func FuzzDecode(f *testing.F) {
	for _, g := range goldens(f) {
		f.Add(g.Raw)
	}
	for _, raw := range []string{"\xff\xfe", "]C1\xd9", "]\xd9\xa0", "https://\x1d/01/", "]E0|]e0", "^^^", "]C1^", "د}١٠١", strings.Repeat("10A\x1d", 1000)} {
		f.Add(raw)
	}
	d, substitute := fixed(f), fixed(f, gs1.FNC1("^"))
	f.Fuzz(func(t *testing.T, raw string) {
		check(t, d, raw)
		check(t, substitute, raw)

		text := gs1.Normalize(raw)
		if again := gs1.Normalize(text); again != text {
			t.Errorf("Normalize(%q) = %q, again %q", raw, text, again)
		}
		if len(raw)+3 <= gs1.MaxScan {
			if with := d.Decode(raw + " \r\n"); !reflect.DeepEqual(with, d.Decode(raw)) {
				t.Errorf("terminators change %q to %+v", raw, with)
			}
		}
		if isASCIIDigits(raw) && 2*len(raw) <= gs1.MaxScan {
			if arabic := d.Decode(inArabicDigits(raw)); !reflect.DeepEqual(arabic, d.Decode(raw)) {
				t.Errorf("Arabic digits change %q to %+v", raw, arabic)
			}
		}
	})
}

func check(t *testing.T, d *gs1.Decoder, raw string) {
	t.Helper()
	s := d.Decode(raw)
	if s.Kind == gs1.Invalid {
		if only := (gs1.Scan{Kind: s.Kind, Error: s.Error, AIM: s.AIM, Warnings: s.Warnings}); !reflect.DeepEqual(s, only) || s.Error == "" {
			t.Errorf("%q: invalid, yet %+v", raw, s)
		}
		if len(s.Warnings) > 0 && s.Warnings[0] != gs1.WarnArabicKeyboard {
			t.Errorf("%q: invalid with warnings %v", raw, s.Warnings)
		}
		return
	}
	if s.Error != "" {
		t.Errorf("%q: %s with error %q", raw, s.Kind, s.Error)
	}
	if s.GTIN14 != "" && (len(s.GTIN14) != 14 || !gs1.ValidGTIN(s.GTIN14)) {
		t.Errorf("%q: gtin14 %q", raw, s.GTIN14)
	}
	if s.Kind == gs1.GTIN {
		if again := d.Decode(s.GTIN14); again.Kind != gs1.GTIN || again.GTIN14 != s.GTIN14 {
			t.Errorf("%q: gtin14 %q decodes to %+v", raw, s.GTIN14, again)
		}
	}
	if (s.Kind == gs1.VariableMeasure || s.Kind == gs1.Unknown) && s.GTIN14 != "" {
		t.Errorf("%q: %s with gtin14 %s", raw, s.Kind, s.GTIN14)
	}
	for _, day := range []string{s.Expiry, s.BestBefore, s.Production} {
		if day == "" {
			continue
		}
		if at, err := time.Parse(time.DateOnly, day); err != nil || at.Year() < 1977 || at.Year() > 2076 {
			t.Errorf("%q: day %q", raw, day)
		}
	}
	for _, n := range []*int64{s.WeightG, s.PriceFils, s.Quantity} {
		if n != nil && (*n < 0 || *n > 1<<53-1) {
			t.Errorf("%q: number %d", raw, *n)
		}
	}
	if len(s.Lot) > 20 || len(s.Serial) > 20 || s.SSCC != "" && len(s.SSCC) != 18 {
		t.Errorf("%q: lot %q, serial %q, sscc %q", raw, s.Lot, s.Serial, s.SSCC)
	}
	if s.Kind == gs1.ElementString || s.Kind == gs1.SSCC {
		// What was read, said again with every separator in place, says the same.
		var plain strings.Builder
		plain.WriteString("]C1")
		for _, e := range s.Elements {
			plain.WriteString(e.AI + e.Value + "\x1d")
		}
		again := d.Decode(plain.String())
		if again.Kind != s.Kind || again.GTIN14 != s.GTIN14 || again.Lot != s.Lot || again.Expiry != s.Expiry ||
			!reflect.DeepEqual(again.WeightG, s.WeightG) || !reflect.DeepEqual(again.PriceFils, s.PriceFils) || len(again.Elements) != len(s.Elements) {
			t.Errorf("%q: %+v, said again %+v", raw, s, again)
		}
	}
	line, err := json.Marshal(s)
	var back gs1.Scan
	if err != nil || json.Unmarshal(line, &back) != nil || !utf8.Valid(line) || back.Kind != s.Kind || back.GTIN14 != s.GTIN14 {
		t.Errorf("%q: JSON %s, %v", raw, line, err)
	}
}

func isASCIIDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

func inArabicDigits(s string) string {
	return strings.Map(func(r rune) rune { return r - '0' + '٠' }, s)
}

// FuzzParseScheme: what is accepted adds up to 13 digits and reads back as itself.
func FuzzParseScheme(f *testing.F) {
	f.Add("prefix=21,item=5,value=5,kind=weight,decimals=3")
	f.Add("prefix=04,item=4,value=5,kind=price,decimals=0,verifier=1")
	f.Add("prefix=2,,=")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := gs1.ParseScheme(text)
		if err != nil {
			if !utf8.ValidString(err.Error()) && utf8.ValidString(text) {
				t.Errorf("%q: error %q", text, err)
			}
			return
		}
		again, err := gs1.ParseScheme(s.String())
		if err != nil || again != s {
			t.Errorf("%q: %+v, again %+v, %v", text, s, again, err)
		}
		if _, err := gs1.NewDecoder([]gs1.Scheme{s}); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	})
}

var sink gs1.Scan

func BenchmarkDecode(b *testing.B) {
	d := fixed(b)
	for name, raw := range map[string]string{
		"ean13":    "]E06271100010013\r",
		"scale":    "]E0" + "2100123012341",
		"elements": "]C1010627110001001317271231310300125010LOT7\x1d21SERIAL1",
		"link":     "]Q1https://id.example.com/01/06271100010013/10/LOT7?17=271231&3103=001250",
		"arabic":   "د}١٠١٠٦٢٧١١٠٠٠١٠٠١٣١٧٢٧١٢٣١",
		"text":     "A-4711/b",
		"longest":  "]C1" + strings.Repeat("9", gs1.MaxScan-3),
		"repeated": "]C1" + strings.Repeat("10A\x1d", gs1.MaxScan/4-1),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				sink = d.Decode(raw)
			}
		})
	}
}
