package link

import (
	"strings"

	"jard/internal/gs1"
	"jard/internal/stocktake"
)

// CodeStats says what the codes of a file were.
type CodeStats struct {
	Codes         int         `json:"codes"`
	GTIN          int         `json:"gtin"`
	Local         int         `json:"local"`
	Variable      int         `json:"variable"`
	Restricted    int         `json:"restricted"` // of the local and variable ones: numbers for use inside a company
	BadCheckDigit int         `json:"bad_check_digit"`
	OtherLength   int         `json:"other_length"`
	Mangled       int         `json:"mangled"`
	Repeated      int         `json:"repeated"` // again for the same item, without effect
	Lengths       map[int]int `json:"lengths"`  // how many codes have this many characters
}

// coder judges codes by a policy.
type coder struct {
	policy  Codes
	schemes []gs1.Scheme
	stats   *CodeStats
}

func newCoder(m Mapping, stats *CodeStats) (coder, error) {
	stats.Lengths = make(map[int]int)
	c := coder{policy: m.Codes, stats: stats}
	for _, text := range m.Schemes {
		scheme, err := gs1.ParseScheme(text)
		if err != nil {
			return c, mappingWrong.Wrap(err, "schemes", text)
		}
		c.schemes = append(c.schemes, scheme)
	}
	return c, nil
}

// verdict is what a code came to. Keep is false when it must be left out; a fault may come with either.
type verdict struct {
	code     string
	kind     stocktake.BarcodeKind
	keep     bool
	severity Severity
	fault    *stocktake.Error
}

// judge says what a cleaned code is. A number typed into a spreadsheet is exact up to 15 digits; text in scientific
// notation has lost its digits and no policy can bring them back.
func (c coder) judge(in cell) verdict {
	v := verdict{code: in.text, keep: true, kind: stocktake.LocalCode}
	c.stats.Codes++
	c.stats.Lengths[len(v.code)]++
	if in.lossy || scientific(v.code) {
		c.stats.Mangled++
		return verdict{severity: Refused, fault: codeMangled.New(v.code)}
	}
	if whole, zeros, ok := strings.Cut(v.code, "."); ok && digitsOnly(whole) && len(whole) >= 7 && strings.Trim(zeros, "0") == "" && zeros != "" {
		v.severity, v.fault = Warned, codeFloat.New(v.code, whole)
		v.code = whole
	}
	if stocktake.CheckID("barcode", v.code) != nil {
		return verdict{severity: Refused, fault: cellWrong.New(FieldBarcode.label(), stocktake.Letters(stocktake.MaxID))}
	}
	if !digitsOnly(v.code) {
		c.stats.OtherLength++
		return c.apply(v, c.policy.OtherLength, codeLength.New(shorten(v.code), len(v.code)))
	}
	switch len(v.code) {
	case 8, 12, 13, 14:
		if gs1.ValidGTIN(v.code) {
			return c.valid(v)
		}
		c.stats.BadCheckDigit++
		want, _ := gs1.CheckDigit(v.code[:len(v.code)-1])
		return c.apply(v, c.policy.BadCheckDigit, codeCheckDigit.New(v.code, string(want)))
	}
	c.stats.OtherLength++
	why := codeLength.New(shorten(v.code), len(v.code))
	if n := len(v.code); n >= 9 && n <= 11 && v.code[0] != '0' {
		for _, padded := range []string{strings.Repeat("0", 12-n) + v.code, strings.Repeat("0", 13-n) + v.code} {
			if gs1.ValidGTIN(padded) {
				why = codeZeros.New(v.code, padded) // padding on the left never changes the check digit
				break
			}
		}
	}
	return c.apply(v, c.policy.OtherLength, why)
}

// valid sorts a number whose check digit holds: for the world (a GTIN), or for use inside a company, where it is the
// shop's own code, or a scale's label that a declared scheme takes apart.
func (c coder) valid(v verdict) verdict {
	if !restricted(v.code) {
		c.stats.GTIN++
		v.kind = stocktake.GTIN
		return v
	}
	c.stats.Restricted++
	if len(v.code) == 12 || len(v.code) == 13 {
		ean := strings.Repeat("0", 13-len(v.code)) + v.code
		best := -1
		for i, s := range c.schemes {
			if strings.HasPrefix(ean, s.Prefix) && (best < 0 || len(s.Prefix) > len(c.schemes[best].Prefix)) {
				best = i
			}
		}
		if best >= 0 {
			s := c.schemes[best]
			c.stats.Variable++
			v.kind, v.code = stocktake.VariableMeasure, ean[len(s.Prefix):len(s.Prefix)+s.ItemDigits]
			return v
		}
	}
	c.stats.Local++
	return v
}

// restricted reports whether a valid number is for use inside a company or country only: EAN-13 from 20 to 29, 02, 04
// (and cases of these), EAN-8 from 0 and 2.
func restricted(code string) bool {
	if len(code) == 8 {
		return code[0] == '0' || code[0] == '2'
	}
	ean := (strings.Repeat("0", 14-len(code)) + code)[1:]
	return ean[0] == '2' || strings.HasPrefix(ean, "02") || strings.HasPrefix(ean, "04")
}

func (c coder) apply(v verdict, p Policy, why *stocktake.Error) verdict {
	switch p {
	case Refuse:
		return verdict{code: v.code, severity: Refused, fault: why}
	case Quarantine:
		return verdict{code: v.code, severity: Quarantined, fault: why}
	}
	c.stats.Local++
	if v.fault == nil {
		v.severity, v.fault = Warned, why
	}
	return v
}

// scientific recognises what a spreadsheet writes for a long number: 6.29E+12, 6,29E+12, 6E+12.
func scientific(s string) bool {
	i := strings.IndexAny(s, "eE")
	if i < 1 || i == len(s)-1 {
		return false
	}
	mantissa, exponent := s[:i], s[i+1:]
	signed := exponent[0] == '+' || exponent[0] == '-'
	exponent = strings.TrimLeft(exponent, "+-")
	if !digitsOnly(exponent) || len(exponent) > 3 {
		return false
	}
	mark := strings.IndexAny(mantissa, ".,")
	if mark < 0 {
		return signed && digitsOnly(mantissa)
	}
	return digitsOnly(mantissa[:mark]) && digitsOnly(mantissa[mark+1:])
}

// splitCodes cuts a cell with several codes. Blanks part them only when each part is long enough to be one.
func splitCodes(s string) []string {
	if scientific(cleanCode(s)) {
		return []string{s}
	}
	parts := strings.FieldsFunc(s, func(r rune) bool {
		return r == '|' || r == '\n' || r == ';' || r == ',' || r == '،' || r == '؛'
	})
	if len(parts) == 1 {
		words := strings.Fields(cleanCode(s))
		for _, w := range words {
			if len(w) < 8 || !digitsOnly(w) {
				return parts
			}
		}
		if len(words) > 1 {
			return words
		}
	}
	return parts
}

// codeKey is the same for one number written in different lengths: UPC-A, and the EAN-13 with a zero before it.
func codeKey(code string) string {
	if gs1.ValidGTIN(code) && len(code) < 14 {
		return "000000"[:14-len(code)] + code
	}
	return code
}
