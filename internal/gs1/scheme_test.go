package gs1_test

import (
	"strings"
	"testing"

	"jard/internal/gs1"
)

func TestParseScheme(t *testing.T) {
	for text, want := range map[string]gs1.Scheme{
		"prefix=21,item=5,value=5,kind=weight,decimals=3": {Prefix: "21", ItemDigits: 5, ValueDigits: 5, Kind: gs1.Weight, Decimals: 3},
		"prefix=22,item=5,value=5,kind=price,decimals=2":  {Prefix: "22", ItemDigits: 5, ValueDigits: 5, Kind: gs1.Price, Decimals: 2},
		"prefix=2801,item=6,value=2,kind=count":           {Prefix: "2801", ItemDigits: 6, ValueDigits: 2, Kind: gs1.Count},
		"prefix=22,item=4,value=5,kind=price,decimals=3,verifier=1": {Prefix: "22", ItemDigits: 4, ValueDigits: 5,
			Kind: gs1.Price, Decimals: 3, Verifier: true},
	} {
		got, err := gs1.ParseScheme(text)
		if err != nil || got != want {
			t.Errorf("ParseScheme(%q) = %+v, %v", text, got, err)
		}
		if got.String() != text {
			t.Errorf("ParseScheme(%q).String() = %q", text, got)
		}
	}
	spaced, err := gs1.ParseScheme(" kind=price, verifier=0, decimals=3, value=5, item=5, prefix=04")
	if err != nil || spaced.Prefix != "04" || spaced.Verifier {
		t.Errorf("in another order: %+v, %v", spaced, err)
	}
}

func TestParseSchemeSaysWhatToMend(t *testing.T) {
	for text, want := range map[string]string{
		"":                                     `"" is not key=value`,
		"prefix":                               `"prefix" is not key=value`,
		"prefix=21,prefix=22":                  "prefix is given twice",
		"prefix=21,items=5":                    `no key "items"`,
		"prefix=21,item=12":                    "item=12: want one digit",
		"prefix=21,item=5":                     "value is missing",
		"item=5,value=5":                       "prefix is missing",
		"prefix=21,verifier=2":                 "verifier=2: want 1 (present) or 0 (absent)",
		"prefix=21,item=5,value=5,kind=weight": "decimals is missing",
		"prefix=21,item=5,value=5,kind=mass,decimals=3":              "kind=mass: want weight, price or count",
		"prefix=21,item=5,value=5,kind=weight,decimals=4":            "decimals=4",
		"prefix=21,item=5,value=5,kind=count,decimals=1":             "decimals=1: a count has none",
		"prefix=2x,item=5,value=5,kind=count":                        "prefix=2x: want digits",
		"prefix=30,item=5,value=5,kind=count":                        "prefix=30: restricted-circulation numbers begin with 2, 02 or 04",
		"prefix=21,item=0,value=5,kind=count":                        "at least one digit",
		"prefix=21,item=5,value=4,kind=price,decimals=3":             "make 12 digits, not 13",
		"prefix=21,item=5,value=5,kind=price,decimals=3,verifier=1":  "make 14 digits, not 13",
		"prefix=21,item=3,value=6,kind=weight,decimals=3,verifier=1": "verifier digit is defined over 4 or 5 digits",
	} {
		if _, err := gs1.ParseScheme(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseScheme(%q): %v, want %s", text, err, want)
		}
	}
}

func TestNewDecoderRefuses(t *testing.T) {
	w := gs1.Scheme{Prefix: "21", ItemDigits: 5, ValueDigits: 5, Kind: gs1.Weight, Decimals: 3}
	p := w
	p.Kind = gs1.Price
	if _, err := gs1.NewDecoder([]gs1.Scheme{w, p}); err == nil || !strings.Contains(err.Error(), "two schemes for prefix 21") {
		t.Errorf("two meanings of one prefix: %v", err)
	}
	if _, err := gs1.NewDecoder([]gs1.Scheme{{Prefix: "21"}}); err == nil {
		t.Error("a scheme without digits was accepted")
	}
	for _, bad := range []string{"", "A", "7", "]", "\x1d", "^ ", "ق", "~~~~~~~~~"} {
		if _, err := gs1.NewDecoder(nil, gs1.FNC1(bad)); err == nil {
			t.Errorf("fnc1 substitute %q was accepted", bad)
		}
	}
}

// The zero Decoder is ready to use.
func TestZeroDecoder(t *testing.T) {
	var d gs1.Decoder
	if s := d.Decode("]C1010627110001001317991231"); s.Kind != gs1.ElementString || s.Expiry == "" {
		t.Errorf("got %+v", s)
	}
}
