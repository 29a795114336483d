package gs1

// carrier is what an AIM symbology identifier (ISO/IEC 15424) tells about the text behind it.
type carrier int

const (
	bare     carrier = iota // no identifier, or one that names no symbology: the text must speak for itself
	gs1Data                 // the symbol declares a GS1 element string
	ean13                   // EAN-13; UPC-A and UPC-E as 13 digits, or UPC-E as its own 8
	eanAddOn                // EAN-13 with its supplement of two or five digits
	ean8                    // EAN-8
	itf                     // Interleaved 2 of 5
	plain                   // any other symbol: text, which may happen to be a number or a link
)

// carriers names the identifiers that say more than "plain". ]Q4, ]d5 and ]J4 are the GS1 forms of QR, DataMatrix and
// DotCode when the symbol also declares its character set.
var carriers = map[string]carrier{
	"":    bare,
	"]C1": gs1Data, "]e0": gs1Data, "]d2": gs1Data, "]d5": gs1Data, "]Q3": gs1Data, "]Q4": gs1Data, "]J1": gs1Data, "]J4": gs1Data,
	"]E0": ean13, "]E3": eanAddOn, "]E4": ean8,
	"]I0": itf, "]I1": itf, "]I3": itf,
	"]X0": bare,
}

func carrierOf(aim string) carrier {
	if c, ok := carriers[aim]; ok {
		return c
	}
	return plain
}

// splitAIM returns the symbology identifier at the start of text, "]" with a letter and a hexadecimal digit, and where
// the text behind it starts; or "" and 0.
func splitAIM(text string) (aim string, start int) {
	if len(text) < 3 || text[0] != ']' {
		return "", 0
	}
	letter, modifier := text[1]|0x20, text[2]
	if letter < 'a' || letter > 'z' || !(isDigit(modifier) || modifier >= 'A' && modifier <= 'F') {
		return "", 0
	}
	return text[:3], 3
}
