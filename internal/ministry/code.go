package ministry

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/base64"
	"strings"

	"jard/internal/result"
	"jard/internal/stocktake"
)

// A one-time code is 28 characters in groups of four, which people read out and type. The first 16 are the secret (80
// random bits, stored only as a hash). The last 12 are of the ministry's key: the society holds them against the key that
// answers, before it shows the secret to anybody.
const (
	codeSecret = 16
	codePin    = 12
)

// codeAlphabet is Crockford's base32: no I, L, O or U, which are taken for others.
var codeAlphabet = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// newCode makes a code at random.
func newCode(ministry result.PublicKey) string {
	var random [codeSecret * 5 / 8]byte
	_, _ = rand.Read(random[:]) // never fails: crypto/rand ends the program instead
	text := codeAlphabet.EncodeToString(random[:]) + pinOf(ministry)
	var b strings.Builder
	for i := 0; i < len(text); i += 4 {
		if i > 0 {
			b.WriteByte('-')
		}
		b.WriteString(text[i : i+4])
	}
	return b.String()
}

// readCode folds what people type into a secret and a pin.
func readCode(s string) (secret, pin string, err error) {
	folded := strings.Map(func(r rune) rune {
		switch r {
		case '-', ' ', '\u200e', '\u200f':
			return -1
		case 'O', 'o':
			return '0'
		case 'I', 'i', 'L', 'l':
			return '1'
		}
		if r >= '٠' && r <= '٩' {
			return '0' + r - '٠'
		}
		return r
	}, strings.TrimSpace(s))
	folded = strings.ToUpper(folded)
	if len(folded) != codeSecret+codePin {
		return "", "", CodeMalformed.New(codeSecret + codePin)
	}
	if _, err := codeAlphabet.DecodeString(folded[:codeSecret]); err != nil {
		return "", "", CodeMalformed.New(codeSecret + codePin)
	}
	return folded[:codeSecret], folded[codeSecret:], nil
}

// hashCode is what the ministry stores of a secret. The secret is random and long, so no slow hash is needed.
func hashCode(secret string) stocktake.Hash {
	return stocktake.HashOf([]byte("jard enrolment code 1\x00" + secret))
}

// pinOf is the part of a code that names the ministry's key.
func pinOf(k result.PublicKey) string {
	sum, err := base64.RawURLEncoding.DecodeString(k.Fingerprint())
	if err != nil {
		panic("ministry: a fingerprint is base64: " + err.Error())
	}
	return codeAlphabet.EncodeToString(sum)[:codePin]
}

// CodeMalformed says that a text is no code at all.
var CodeMalformed = stocktake.NewReason(stocktake.Invalid, "enrolment-code-malformed",
	"An enrolment code has %d letters and digits. Type it as the ministry gave it.",
	"رمز التسجيل من %d حرفًا ورقمًا. اكتبه كما أعطته الوزارة.")
