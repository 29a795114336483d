package stocktake

import (
	"strconv"
	"strings"
	"time"
)

// MovementID is a movement's id at its source: unique within a site's feed.
type MovementID string

// MovementKind says what changed the book.
type MovementKind string

// The kinds of movement. A sale takes out and a return brings back; the others may do either: goods sent back to a
// supplier are a negative receipt.
const (
	Sale     MovementKind = "sale"
	Return   MovementKind = "return"
	Receipt  MovementKind = "receipt"
	Transfer MovementKind = "transfer"
	WriteOff MovementKind = "write-off"
)

// Movement is a signed change of the book stock of one item at one site, as the site's feed brings it. It is immutable: a
// correction is a new movement. Where it was at a place, and when the goods themselves moved, the feed seldom knows.
type Movement struct {
	ID       MovementID   `json:"id"`
	Kind     MovementKind `json:"kind"`
	Item     ItemID       `json:"item"`
	Quantity Quantity     `json:"quantity"`           // signed: what leaves is negative
	Booked   time.Time    `json:"booked"`             // UTC, to the millisecond
	Position Position     `json:"position,omitempty"` // in the feed
	Section  SectionID    `json:"section,omitempty"`  // absent: any section that holds the item
	Location LocationID   `json:"location,omitempty"`
	Voids    MovementID   `json:"voids,omitempty"` // the movement of the same item that this one takes back, in whole or in part
	Posts    string       `json:"posts,omitempty"` // the result whose variance it brings into the book: no goods moved for it
}

// Position is a place in a site's feed: a later movement has a greater one, and a book snapshot that names one includes
// exactly the movements up to it. They may have gaps. Zero names none.
type Position int64

// ReadPosition reads the position that a snapshot names. Text that is no whole number from 1 to 2⁵³−1 names none, so that
// what the snapshot includes is then judged by time.
func ReadPosition(s string) Position {
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	if err != nil || n < 0 || n > MaxNumber {
		return 0
	}
	return Position(n)
}

// Check refuses a movement with a malformed id, an unknown kind, no instant, a quantity of zero, or the sign of another
// kind: a sale that brings goods is a return or a void, and those happen elsewhere and at other times.
func (m *Movement) Check() error {
	if err := CheckID("movement", string(m.ID)); err != nil {
		return err
	}
	if err := CheckID("item", string(m.Item)); err != nil {
		return err
	}
	for _, x := range [...]struct{ field, id string }{
		{"section", string(m.Section)}, {"location", string(m.Location)}, {"movement", string(m.Voids)},
	} {
		if x.id == "" {
			continue
		}
		if err := CheckID(x.field, x.id); err != nil {
			return err
		}
	}
	switch m.Kind {
	case Sale, Return, Receipt, Transfer, WriteOff:
	default:
		return movementKindUnknown.New(string(m.Kind))
	}
	if len(m.Posts) > MaxID {
		return idTooLong.New(Word("result"), MaxID, MaxID/2)
	}
	switch {
	case m.Booked.IsZero() || m.Booked.Year() < 1970 || m.Booked.Year() > 2200:
		return movementUndated.New(string(m.ID))
	case m.Quantity == 0:
		return movementEmpty.New(string(m.ID))
	case magnitude(int64(m.Quantity)) > MaxNumber:
		return numberOverflow.New()
	case m.Position < 0 || m.Position > MaxNumber:
		return movementPosition.New(string(m.ID))
	case m.Voids == m.ID:
		return movementVoidsItself.New(string(m.ID))
	}
	sign := m.Quantity
	if m.Voids != "" {
		sign = -sign
	}
	if (m.Kind == Sale && sign > 0) || (m.Kind == Return && sign < 0) {
		return movementSign.New(string(m.ID))
	}
	return nil
}

// Watermark says of a site's feed of movements from when to when it is complete, by the instant of booking. A zero Since
// means from the beginning of its books.
type Watermark struct {
	Site    SiteID    `json:"site"`
	Since   time.Time `json:"since,omitzero"`
	Through time.Time `json:"through"`
}

// Check refuses a watermark without a site or an end, or one that ends before it begins.
func (w *Watermark) Check() error {
	if err := CheckID("site", string(w.Site)); err != nil {
		return err
	}
	if w.Through.IsZero() || w.Through.Before(w.Since) {
		return watermarkUndated.New()
	}
	return nil
}

var (
	movementKindUnknown = NewReason(Invalid, "movement-kind-unknown",
		"Movement kind %q is not known: write sale, return, receipt, transfer or write-off.",
		"نوع الحركة %q غير معروف: اكتب sale أو return أو receipt أو transfer أو write-off.")
	movementUndated = NewReason(Invalid, "movement-undated",
		"Movement %q does not say when it was booked: give the instant in UTC.",
		"الحركة %q لا تذكر لحظة قيدها: حدّدها بالتوقيت العالمي.")
	movementEmpty = NewReason(Invalid, "movement-empty",
		"Movement %q has a quantity of zero: leave it out.",
		"كمية الحركة %q صفر: لا ترسلها.")
	movementPosition = NewReason(Invalid, "movement-position",
		"The feed position of movement %q is no whole number from 1 to 2⁵³−1: mend it, or leave it out.",
		"موضع الحركة %q ليس عددًا صحيحًا من 1 إلى 2⁵³−1: صحّحه أو احذفه.")
	movementSign = NewReason(Invalid, "movement-sign",
		"Movement %q has the wrong sign: a sale takes out, a return brings back. For what takes back another movement, name that one.",
		"إشارة الحركة %q خاطئة: البيع يُخرج والمرتجع يُعيد. إن كانت تلغي حركة أخرى فاذكر رقم تلك الحركة.")
	movementVoidsItself = NewReason(Invalid, "movement-voids-itself",
		"Movement %q says that it takes itself back: name the one that it takes back.",
		"الحركة %q تلغي نفسها: اذكر رقم الحركة الملغاة.")
	watermarkUndated = NewReason(Invalid, "watermark-undated",
		"The watermark does not say up to when the movements are complete, or ends before it begins: give both instants in order.",
		"علامة اكتمال الحركات بلا نهاية أو تنتهي قبل أن تبدأ: حدّد اللحظتين بالترتيب.")
)

// PostsResult reports whether the movement says that it posts the vouchers of the result that is called so (1/17), or one of them: whatever stands
// behind 1/17- is one of them, for who posts may write and number vouchers in their own way.
func (m *Movement) PostsResult(ref string) bool {
	return m.Posts == ref || strings.HasPrefix(m.Posts, ref+"-")
}
