package gs1

// CheckDigit returns the GS1 check digit ('0' to '9') of a number without it: weights 3 and 1 in turn from the right,
// to the next multiple of ten. It reports false when body is empty or holds anything but ASCII digits.
func CheckDigit(body string) (byte, bool) {
	if body == "" {
		return 0, false
	}
	sum, weight := 0, 3
	for i := len(body) - 1; i >= 0; i-- {
		if !isDigit(body[i]) {
			return 0, false
		}
		sum += int(body[i]-'0') * weight
		weight = 4 - weight
	}
	return byte('0' + (10-sum%10)%10), true
}

// checked reports whether s is all digits and ends in its check digit.
func checked(s string) bool {
	if len(s) < 2 {
		return false
	}
	c, ok := CheckDigit(s[:len(s)-1])
	return ok && c == s[len(s)-1]
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func allDigits(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}

// The products of GS1's price verifier digit: for each digit, its product under the weights 2−, 3, 5+ and 5−, where +
// and − add or subtract the tens of the product before its last digit is taken.
const (
	twoMinus  = "0246891357"
	three     = "0369258147"
	fivePlus  = "0516273849"
	fiveMinus = "0594837261"
)

// PriceVerifier returns the price verifier digit ('0' to '9') of the four or five digits of a price field, as in the
// GS1 General Specifications. It reports false for any other length and for what is no digit.
func PriceVerifier(price string) (byte, bool) {
	var weights []string
	switch len(price) {
	case 4:
		weights = []string{twoMinus, twoMinus, three, fiveMinus}
	case 5:
		weights = []string{fivePlus, twoMinus, fiveMinus, fivePlus, twoMinus}
	}
	if weights == nil || !allDigits(price) {
		return 0, false
	}
	sum := 0
	for i, w := range weights {
		sum += int(w[price[i]-'0'] - '0')
	}
	if len(price) == 4 {
		return byte('0' + sum*3%10), true
	}
	// Five digits: the verifier is the digit whose own 5− product fills the sum to the next ten.
	missing := byte('0' + (10-sum%10)%10)
	for d := range len(fiveMinus) {
		if fiveMinus[d] == missing {
			return byte('0' + d), true
		}
	}
	return 0, false
}

// gmnWeights are the primes that weigh the characters of a Global Model Number from the right.
var gmnWeights = [...]int{2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83}

const (
	// cset82 orders the characters of GS1's encodable set 82 by their value in check character sums.
	cset82 = `!"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz`
	// cset32 are the check characters themselves: no letters that are easily misread.
	cset32 = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
)

// checkedPair reports whether s ends in the two check characters of GS1's alphanumeric keys (GMN, MUDI).
func checkedPair(s string) bool {
	body := len(s) - 2
	if body < 1 || body > len(gmnWeights) {
		return false
	}
	sum := 0
	for i := range body {
		v := indexOf82[s[i]]
		if v < 0 {
			return false
		}
		sum += int(v) * gmnWeights[body-1-i]
	}
	sum %= 1021
	return s[body] == cset32[sum>>5] && s[body+1] == cset32[sum&31]
}

// checkedIBAN reports whether s passes the modulo 97 check of an International Bank Account Number.
func checkedIBAN(s string) bool {
	if len(s) < 5 {
		return false
	}
	rest := 0
	for i := range len(s) {
		switch c := s[(i+4)%len(s)]; { // the country and check digits are summed last
		case isDigit(c):
			rest = (rest*10 + int(c-'0')) % 97
		case c >= 'A' && c <= 'Z':
			rest = (rest*100 + int(c-'A') + 10) % 97
		default:
			return false
		}
	}
	return rest == 1
}
