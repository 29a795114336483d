package result

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"

	"jard/internal/stocktake"
)

// PublicKey is the public half of a signing key. The zero value is no key. Its text form, for JSON, files and people,
// is "ed25519:" and the key's 32 bytes as unpadded URL-safe base64.
type PublicKey struct {
	x [ed25519.PublicKeySize]byte
}

const keyPrefix = "ed25519:"

// ParsePublicKey reads the text form. Nothing but the one text of each key is accepted.
func ParsePublicKey(s string) (PublicKey, error) {
	var k PublicKey
	body, ok := strings.CutPrefix(s, keyPrefix)
	if !ok {
		return k, KeyMalformed.New(s)
	}
	x, err := base64.RawURLEncoding.Strict().DecodeString(body)
	if err != nil || len(x) != len(k.x) {
		return k, KeyMalformed.New(s)
	}
	copy(k.x[:], x)
	if k.IsZero() || k.String() != s {
		return PublicKey{}, KeyMalformed.New(s)
	}
	return k, nil
}

// IsZero reports whether k is no key.
func (k PublicKey) IsZero() bool { return k == PublicKey{} }

// String is the text form.
func (k PublicKey) String() string {
	if k.IsZero() {
		return ""
	}
	return keyPrefix + base64.RawURLEncoding.EncodeToString(k.x[:])
}

// MarshalText is String, for JSON.
func (k PublicKey) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText is the inverse of MarshalText.
func (k *PublicKey) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*k = PublicKey{}
		return nil
	}
	parsed, err := ParsePublicKey(string(b))
	*k = parsed
	return err
}

// Fingerprint is the key's RFC 7638 thumbprint (RFC 8037, appendix A.3). It is the "kid" of every signature.
func (k PublicKey) Fingerprint() string {
	x := base64.RawURLEncoding.EncodeToString(k.x[:])
	sum := sha256.Sum256([]byte(`{"crv":"Ed25519","kty":"OKP","x":"` + x + `"}`))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// KeyPeriod says from which place on a key signs; it does so until the next period begins.
type KeyPeriod struct {
	Key  PublicKey `json:"key"`
	From Ref       `json:"from"`
}

// KeyAt is the key in force at a place: that of the last period that begins at or before it. Periods are in order of
// From.
func KeyAt(periods []KeyPeriod, at Ref) (PublicKey, bool) {
	for _, p := range slices.Backward(periods) {
		if p.From.Compare(at) <= 0 {
			return p.Key, true
		}
	}
	return PublicKey{}, false
}

// KeyMalformed says that a text is no public key.
var KeyMalformed = stocktake.NewReason(stocktake.Invalid, "key-malformed",
	"%q is no public key: it begins with ed25519: and has 43 characters after that.",
	"القيمة %q ليست مفتاحًا عامًا: يبدأ بـ ed25519: ويليه 43 محرفًا.")
