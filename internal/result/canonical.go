package result

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/gowebpki/jcs"

	"jard/internal/stocktake"
)

// MaxDocument bounds the canonical bytes of a document.
const MaxDocument = 64 << 20

// List is a slice that is written as [] when it is nil: an absent list and an empty one are the same document.
type List[T any] []T

// MarshalJSON writes [] for nil.
func (l List[T]) MarshalJSON() ([]byte, error) {
	if l == nil {
		return []byte("[]"), nil
	}
	return json.Marshal([]T(l))
}

// Canonical gives the RFC 8785 bytes of a value: members sorted, no white space, one way to write each text and number.
func Canonical(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // canonical text escapes nothing but what it must
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("encode document: %w", err)
	}
	canonical, err := jcs.Transform(b.Bytes())
	if err != nil {
		return nil, fmt.Errorf("canonicalise document: %w", err)
	}
	return canonical, nil
}

// ReadCanonical decodes canonical bytes into v and refuses all others. What v would be written as must be exactly what
// was read: this excludes, at once, white space, another order, other spellings of numbers and texts, members that
// stand twice or that v does not know, null for a list, and anything after the end.
func ReadCanonical(b []byte, v any) error {
	if len(b) > MaxDocument {
		return DocumentTooLarge.New(len(b), MaxDocument)
	}
	if !utf8.Valid(b) {
		return DocumentUnreadable.Wrap(errors.New("not UTF-8"), "UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return DocumentUnreadable.Wrap(err, err.Error())
	}
	canonical, err := Canonical(v)
	if err != nil {
		return DocumentUnreadable.Wrap(err, err.Error())
	}
	if !bytes.Equal(canonical, b) {
		return DocumentNotCanonical.New(firstDifference(canonical, b))
	}
	return nil
}

func firstDifference(a, b []byte) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

// Reasons for which bytes are no document.
var (
	DocumentTooLarge = stocktake.NewReason(stocktake.Invalid, "document-too-large",
		"The document has %d bytes; at most %d are taken. Count the site in several sessions.",
		"حجم المستند %d بايت والحد الأقصى %d. اجرد الموقع في عدة جلسات.")
	DocumentUnreadable = stocktake.NewReason(stocktake.Invalid, "document-unreadable",
		"The document cannot be read: %s. Send the bytes that were sealed, unchanged.",
		"تعذّرت قراءة المستند: %s. أرسل المحتوى المختوم كما هو دون تغيير.")
	DocumentNotCanonical = stocktake.NewReason(stocktake.Invalid, "document-not-canonical",
		"The document is not in canonical form (RFC 8785), first at byte %d. Send the bytes that were sealed, unchanged.",
		"المستند ليس بالصيغة القانونية (RFC 8785) ابتداءً من البايت %d. أرسل المحتوى المختوم كما هو دون تغيير.")
)
