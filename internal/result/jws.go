package result

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"

	"jard/internal/stocktake"
)

// A signature is a JSON Web Signature in compact form with detached, unencoded content (RFC 7515, 7797, 8037):
//
//	BASE64URL(header) ".." BASE64URL(Ed25519(BASE64URL(header) "." document))
//
// The header is always these four members, canonical; a verifier rebuilds it from the key and compares, so that there
// is nothing in a signature to interpret and no byte of it that may differ.
type header struct {
	Algorithm string   `json:"alg"`
	Base64    bool     `json:"b64"`
	Critical  []string `json:"crit"`
	Key       string   `json:"kid"`
}

func headerOf(fingerprint string) []byte {
	return []byte(`{"alg":"EdDSA","b64":false,"crit":["b64"],"kid":"` + fingerprint + `"}`)
}

// Sign gives the detached signature over payload.
func (k Key) Sign(payload []byte) []byte {
	head := base64.RawURLEncoding.AppendEncode(nil, headerOf(k.Public().Fingerprint()))
	signature := ed25519.Sign(k.private, signingInput(head, payload))
	return base64.RawURLEncoding.AppendEncode(append(head, ".."...), signature)
}

// Verify reports whether signature is k's over payload: nil, or SignatureWrong.
func (k PublicKey) Verify(payload, signature []byte) error {
	head, encoded, ok := bytes.Cut(signature, []byte(".."))
	if !ok || k.IsZero() {
		return SignatureWrong.New()
	}
	want := base64.RawURLEncoding.AppendEncode(nil, headerOf(k.Fingerprint()))
	if !bytes.Equal(head, want) {
		return SignatureWrong.New()
	}
	var raw [ed25519.SignatureSize + 2]byte // a byte more than fits shows in n
	if len(encoded) != base64.RawURLEncoding.EncodedLen(ed25519.SignatureSize) {
		return SignatureWrong.New()
	}
	// Decoding skips line ends; the length above counts them, so that none can hide.
	n, err := base64.RawURLEncoding.Strict().Decode(raw[:], encoded)
	if err != nil || n != ed25519.SignatureSize {
		return SignatureWrong.New()
	}
	if !ed25519.Verify(k.x[:], signingInput(head, payload), raw[:n]) {
		return SignatureWrong.New()
	}
	return nil
}

// SignedBy gives the fingerprint of the key that a signature says it is from. It proves nothing.
func SignedBy(signature []byte) (string, error) {
	head, _, ok := bytes.Cut(signature, []byte(".."))
	if !ok {
		return "", SignatureWrong.New()
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(string(head))
	if err != nil {
		return "", SignatureWrong.Wrap(err)
	}
	var h header
	if err := json.Unmarshal(raw, &h); err != nil {
		return "", SignatureWrong.Wrap(err)
	}
	return h.Key, nil
}

func signingInput(head, payload []byte) []byte {
	input := make([]byte, 0, len(head)+1+len(payload))
	input = append(input, head...)
	input = append(input, '.')
	return append(input, payload...)
}

// SignatureWrong says no more than that: a forger learns nothing, and an honest sender has to send the sealed bytes.
var SignatureWrong = stocktake.NewReason(stocktake.Forbidden, "signature-wrong",
	"The signature does not belong to these bytes and this key. Send the document and signature as they were sealed; if the key was changed, send the change of key first.",
	"التوقيع لا يخص هذا المحتوى وهذا المفتاح. أرسل المستند والتوقيع كما خُتما، وإن تغيّر المفتاح فأرسل مستند تغييره أولًا.")
