package stocktake

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// Hash is the SHA-256 of a document's stored bytes. It names the document: same bytes, same name.
type Hash [sha256.Size]byte

// HashOf names bytes.
func HashOf(b []byte) Hash { return sha256.Sum256(b) }

// String is lower-case hexadecimal.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// IsZero reports whether h names nothing.
func (h Hash) IsZero() bool { return h == Hash{} }

// MarshalText is String, for JSON.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText is the inverse of MarshalText.
func (h *Hash) UnmarshalText(b []byte) error {
	if len(b) != hex.EncodedLen(len(h)) {
		return fmt.Errorf("a hash has %d hexadecimal digits, not %d", hex.EncodedLen(len(h)), len(b))
	}
	_, err := hex.Decode(h[:], b)
	return err
}

// Document is something immutable that a log names by its hash: a site, a catalogue or one chunk of it, a book
// snapshot. Its bytes are made once and never re-encoded.
type Document struct {
	Hash  Hash
	Bytes []byte
}

// NewDocument encodes v as JSON. Struct fields keep their order, so equal values give equal documents.
func NewDocument(v any) (Document, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return Document{}, fmt.Errorf("encode document: %w", err)
	}
	return Document{Hash: HashOf(b), Bytes: b}, nil
}
