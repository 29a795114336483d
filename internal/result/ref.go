package result

import (
	"cmp"
	"fmt"

	"jard/internal/stocktake"
)

// Ref is a place in a society's chain of documents. Series begin with 1, and so do the numbers within each. Keys are
// valid by Ref, never by date.
type Ref struct {
	Series uint64 `json:"series"`
	Number uint64 `json:"number"`
}

// Compare orders places: by series, then by number.
func (r Ref) Compare(o Ref) int {
	return cmp.Or(cmp.Compare(r.Series, o.Series), cmp.Compare(r.Number, o.Number))
}

// IsZero reports whether r is no place at all.
func (r Ref) IsZero() bool { return r == Ref{} }

// Next is the place after r in the same series.
func (r Ref) Next() Ref { return Ref{Series: r.Series, Number: r.Number + 1} }

// Check refuses what is no place: a series or a number that is zero or larger than a JSON number holds exactly.
func (r Ref) Check() error {
	if r.Series < 1 || r.Series > stocktake.MaxNumber || r.Number < 1 || r.Number > stocktake.MaxNumber {
		return placeMalformed.New(r.Series, r.Number)
	}
	return nil
}

// String is "series/number".
func (r Ref) String() string { return fmt.Sprintf("%d/%d", r.Series, r.Number) }

// Head is where a chain stands: the place and the hash of its last document. A chain without documents stands at 1/0
// with the zero hash; a series just opened stands at its number 0 with the last hash known of the series before.
type Head struct {
	Ref
	Hash stocktake.Hash `json:"hash"`
}

// Start is the head of a chain without documents.
func Start() Head { return Head{Ref: Ref{Series: 1}} }

// Signed is a document as it is kept and sent: its canonical bytes and the detached signature over them. A change of
// key has two signatures, the old key's first, joined by a newline.
type Signed struct {
	Document  []byte
	Signature []byte
}

// Hash names the document.
func (s Signed) Hash() stocktake.Hash { return stocktake.HashOf(s.Document) }

var placeMalformed = stocktake.NewReason(stocktake.Invalid, "place-malformed",
	"%d/%d is no place in a chain of results: series and number begin with 1.",
	"القيمة %d/%d ليست موضعًا في سلسلة النتائج: السلسلة والرقم يبدآن من 1.")
