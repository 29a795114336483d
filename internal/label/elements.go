package label

import (
	"regexp"
	"strings"

	"github.com/boombuler/barcode/code128"

	"jard/internal/gs1"
)

// separator is FNC1 as readers send it between elements.
const separator = '\x1d'

// predefined are the first two digits of application identifiers whose values have lengths that every reader knows, and
// so need no separator behind them (GS1 General Specifications, figure 7.8.5-2).
const predefined = " 00 01 02 03 04 11 12 13 14 15 16 17 18 19 20 31 32 33 34 35 36 41 "

var bracket = regexp.MustCompile(`\((\d{2,4})\)`)

func drawElements(code string) (Symbol, error) {
	raw := code
	if strings.HasPrefix(code, "(") {
		raw = joined(code)
	}
	raw = strings.TrimRight(raw, string(separator))
	var decoder gs1.Decoder
	scan := decoder.Decode("]C1" + raw)
	if scan.Kind != gs1.ElementString && scan.Kind != gs1.SSCC {
		why := scan.Error
		if why == "" {
			why = string(scan.Kind)
		}
		return Symbol{}, Elements.New(code, why)
	}
	if len(raw) > longest128-1 {
		return Symbol{}, TooLong.New(code, len(raw), string(GS1128), longest128-1)
	}
	var text strings.Builder
	for _, e := range scan.Elements {
		text.WriteString("(" + e.AI + ")" + e.Value)
	}
	fnc1 := string(code128.FNC1)
	drawn, err := code128.Encode(fnc1 + strings.ReplaceAll(raw, string(separator), fnc1))
	return finish(GS1128, text.String(), raw, drawn, err)
}

// joined is the element string that a text in brackets means, with separators only where a value's end needs one.
func joined(code string) string {
	var raw strings.Builder
	marks := bracket.FindAllStringSubmatchIndex(code, -1)
	for i, m := range marks {
		ai, end := code[m[2]:m[3]], len(code)
		if i+1 < len(marks) {
			end = marks[i+1][0]
		}
		raw.WriteString(ai + code[m[1]:end])
		if !strings.Contains(predefined, " "+ai[:2]+" ") {
			raw.WriteRune(separator)
		}
	}
	return raw.String()
}
