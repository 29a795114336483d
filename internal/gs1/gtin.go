package gs1

import "strings"

// ValidGTIN reports whether s is a GTIN-8, -12, -13 or -14: that many ASCII digits, the last of them the right check
// digit. Whether the number is for restricted circulation, and so no GTIN in spite of its form, it does not ask.
func ValidGTIN(s string) bool {
	switch len(s) {
	case 8, 12, 13, 14:
		return checked(s)
	}
	return false
}

// GTIN14 returns a GTIN-8, -12, -13 or -14 as the 14 digits under which Jard keeps it. The error is a *Fault:
// BadCharacter, BadLength or BadCheckDigit. Eight digits are read as EAN-8; see expandUPCE for the other reading.
func GTIN14(s string) (string, error) {
	if f := gtinFault(s); f != nil {
		return "", f
	}
	return pad14(s), nil
}

func gtinFault(s string) *Fault {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return faultAt(BadCharacter, "", s, i)
		}
	}
	switch len(s) {
	case 8, 12, 13, 14:
	default:
		return &Fault{Reason: BadLength}
	}
	if !checked(s) {
		return faultAt(BadCheckDigit, "", s, len(s)-1)
	}
	return nil
}

func pad14(s string) string {
	return strings.Repeat("0", 14-len(s)) + s
}

// expandUPCE returns the 12 digits of UPC-A that the 8 digits of a UPC-E stand for: number system 0 or 1, six digits
// with the zeros left out, and the check digit of the long form. The fault is BadLength, BadCharacter, BadUPCE or
// BadCheckDigit.
func expandUPCE(s string) (string, *Fault) {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return "", faultAt(BadCharacter, "", s, i)
		}
	}
	if len(s) != 8 {
		return "", &Fault{Reason: BadLength}
	}
	if s[0] > '1' {
		return "", &Fault{Reason: BadUPCE, At: 1}
	}
	var maker, article string
	switch d := s[1:7]; d[5] {
	case '0', '1', '2':
		maker, article = d[:2]+d[5:]+"00", "00"+d[2:5]
	case '3':
		maker, article = d[:3]+"00", "000"+d[3:5]
	case '4':
		maker, article = d[:4]+"0", "0000"+d[4:5]
	default:
		maker, article = d[:5], "0000"+d[5:]
	}
	upca := s[:1] + maker + article + s[7:]
	if !checked(upca) {
		return "", &Fault{Reason: BadCheckDigit, At: 8}
	}
	return upca, nil
}
