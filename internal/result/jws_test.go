package result_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"jard/internal/result"
	"jard/internal/result/resulttest"
)

// The key of RFC 8037, appendix A.1, as a PKCS #8 file.
const rfc8037PEM = `-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
-----END PRIVATE KEY-----
`

func rfcKey(t testing.TB) result.Key {
	t.Helper()
	k, err := result.ParseKey([]byte(rfc8037PEM))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestRFC8037(t *testing.T) {
	k := rfcKey(t)
	if got, want := k.Public().String(), "ed25519:11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"; got != want {
		t.Errorf("public key %s, want %s", got, want)
	}
	if got, want := k.Public().Fingerprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"; got != want {
		t.Errorf("thumbprint %s, want %s (appendix A.3)", got, want)
	}
	// Appendix A.4 signs encoded content with another header: the same key must give the same signature there.
	der, _ := base64.StdEncoding.DecodeString("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=")
	signature := ed25519.Sign(ed25519.NewKeyFromSeed(der), []byte("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"))
	if got, want := base64.RawURLEncoding.EncodeToString(signature),
		"hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"; got != want {
		t.Errorf("signature %s, want %s", got, want)
	}
}

// TestRFC7797 takes a signature apart as any other implementation would.
func TestRFC7797(t *testing.T) {
	k := rfcKey(t)
	payload := []byte(`{"a":"$.02"}`)
	parts := strings.Split(string(k.Sign(payload)), ".")
	if len(parts) != 3 || parts[1] != "" {
		t.Fatalf("not detached: %q", parts)
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[0])
	if err != nil {
		t.Fatal(err)
	}
	var header map[string]any
	if err := json.Unmarshal(raw, &header); err != nil {
		t.Fatal(err)
	}
	if header["alg"] != "EdDSA" || header["b64"] != false || header["kid"] != k.Public().Fingerprint() ||
		len(header) != 4 || header["crit"].([]any)[0] != "b64" {
		t.Errorf("header %s", raw)
	}
	signature, _ := base64.RawURLEncoding.DecodeString(parts[2])
	x, _ := base64.RawURLEncoding.DecodeString("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
	if !ed25519.Verify(x, []byte(parts[0]+"."+string(payload)), signature) {
		t.Error("the signature is not over header, point and unencoded payload")
	}
	if kid, err := result.SignedBy(k.Sign(payload)); err != nil || kid != k.Public().Fingerprint() {
		t.Errorf("SignedBy: %q, %v", kid, err)
	}
}

// TestAnyByteFlipped flips every byte of a document and every bit of its signature, drops each, doubles each and puts
// a line end in: none verifies.
func TestAnyByteFlipped(t *testing.T) {
	k := rfcKey(t)
	s := resulttest.Seal(resulttest.Document(1, "rumaithiya", result.Start(), 3), k)
	key := k.Public()
	if err := key.Verify(s.Document, s.Signature); err != nil {
		t.Fatal(err)
	}
	refused := func(document, signature []byte, what string, i int) {
		t.Helper()
		if err := key.Verify(document, signature); !errors.Is(err, result.SignatureWrong) {
			t.Fatalf("%s at byte %d: %v", what, i, err)
		}
	}
	document := append([]byte(nil), s.Document...)
	for i := range document {
		document[i] ^= 1 << (i % 8)
		refused(document, s.Signature, "document flipped", i)
		document[i] ^= 1 << (i % 8)
	}
	for i := range s.Signature {
		signature := append([]byte(nil), s.Signature...)
		for bit := range 8 {
			signature[i] = s.Signature[i] ^ 1<<bit
			refused(s.Document, signature, "signature flipped", i)
		}
		refused(s.Document, append(append([]byte(nil), s.Signature[:i]...), s.Signature[i+1:]...), "signature cut", i)
		refused(s.Document, append(append(append([]byte(nil), s.Signature[:i]...), '\n'), s.Signature[i:]...), "line end", i)
		refused(s.Document, append(append(append([]byte(nil), s.Signature[:i]...), '\n'), s.Signature[i+1:]...), "line end for byte", i)
	}
	refused(s.Document[:len(s.Document)-1], s.Signature, "document cut", 0)
	refused(append(document, ' '), s.Signature, "document longer", 0)
	refused(s.Document, append(append([]byte(nil), s.Signature...), 'A'), "signature longer", 0)
	refused(s.Document, nil, "no signature", 0)
	other, err := result.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	refused(s.Document, other.Sign(s.Document), "another key", 0)
	if err := (result.PublicKey{}).Verify(s.Document, s.Signature); err == nil {
		t.Error("no key verified")
	}
}
