package count

import (
	"time"
	"unicode/utf8"

	"jard/internal/stocktake"
)

// MaxEvent is the greatest size of an event's bytes; a larger one is quarantined.
const MaxEvent = 8 << 10

// MaxText bounds a raw scan, a code and a lot within an event, in bytes.
const MaxText = 4 << 10

// MaxNote bounds a note, in characters.
const MaxNote = 200

// Event is the body of what a handheld records, version 1, all kinds in one flat shape. Instants are milliseconds of
// the device's wall clock since 1970 (UTC); Offset is what must be added to reach the server's clock, as last measured.
type Event struct {
	Version int                 `json:"v"`
	ID      stocktake.EventID   `json:"id"`
	Name    string              `json:"kind"`
	Session stocktake.SessionID `json:"session"`
	At      int64               `json:"at"`               // when it was recorded: for an observation, the last key
	Mono    int64               `json:"mono,omitempty"`   // the device's monotonic clock then, ms
	Offset  *int64              `json:"offset,omitempty"` // server − device, ms; absent until first measured
	RTT     int64               `json:"rtt,omitempty"`    // of the contact that measured it, ms
	Pass    stocktake.PassID    `json:"pass,omitempty"`

	// PassOpened
	Location   stocktake.LocationID `json:"location,omitempty"`
	Round      int                  `json:"round,omitempty"`
	Person     stocktake.PersonID   `json:"person,omitempty"`
	Mode       string               `json:"mode,omitempty"` // quantity or each
	Assignment string               `json:"assignment,omitempty"`
	Continues  stocktake.PassID     `json:"continues,omitempty"`
	Replaces   stocktake.PassID     `json:"replaces,omitempty"`

	// Observed; Reversed repeats them: it carries what it takes back
	ScannedAt  int64              `json:"scanned_at,omitempty"` // the scan's instant; At is the last key's
	Raw        string             `json:"raw,omitempty"`        // as the imager gave it
	Code       string             `json:"code,omitempty"`       // raw less AIM identifier and terminators
	Item       stocktake.ItemID   `json:"item,omitempty"`       // as understood; absent when the code is unknown
	Pack       stocktake.Quantity `json:"pack,omitempty"`       // thousandths of the base unit in one pack
	Amount     stocktake.Quantity `json:"amount,omitempty"`     // thousandths of packs; zero is "looked, none there"
	Unit       string             `json:"unit,omitempty"`       // what the counter counted in, for people
	AllHere    bool               `json:"all_here,omitempty"`   // declared to be all of the item at this location
	Condition  Condition          `json:"condition,omitempty"`  // absent: saleable
	Lot        string             `json:"lot,omitempty"`
	Expiry     string             `json:"expiry,omitempty"` // YYYY-MM-DD
	Entry      string             `json:"entry,omitempty"`  // scan, keyed or search
	Undirected bool               `json:"undirected,omitempty"`
	Photo      string             `json:"photo,omitempty"` // hash of a JPEG, sent apart; says nothing to the fold
	Note       string             `json:"note,omitempty"`  // what the counter can tell of it, at most MaxNote characters

	// Moved, which says item, code, raw, pack, amount, unit, lot, expiry, condition and entry as Observed does, and the person;
	// and Reversed where it takes a move back. At is when it was placed.
	From    stocktake.LocationID `json:"from,omitempty"`
	To      stocktake.LocationID `json:"to,omitempty"`
	TakenAt int64                `json:"taken_at,omitempty"`
	// Of a label that says a price and no weight: that price, and the item's price of one base unit on the device, by
	// which the weight was worked out (gs1.WeightOf); both or neither. They are of one label: amount may be several of its weight.
	// Raw holds the label, so anyone can work it out again.
	Price     stocktake.Fils `json:"price,omitempty"`
	UnitPrice stocktake.Fils `json:"unit_price,omitempty"`

	// Reversed
	Reverses stocktake.EventID `json:"reverses,omitempty"`

	// PassClosed: how many observations stand in the pass, and their quantity as understood on the device
	Observations int64              `json:"observations,omitempty"`
	Quantity     stocktake.Quantity `json:"quantity,omitempty"`
}

// Condition says what state counted goods are in.
type Condition string

// The conditions. Saleable is the usual one and is left out of events.
const (
	Saleable   Condition = ""
	Damaged    Condition = "damaged"
	Expired    Condition = "expired"
	NearExpiry Condition = "near-expiry"
)

var eventKinds = map[string]Kind{
	"pass.opened": PassOpened, "pass.closed": PassClosed, "observed": Observed, "reversed": Reversed, "clock": Clocked, "moved": Moved,
}

// ParseEvent decodes and judges an event by itself, without regard to any session's state. On an error the event may
// still be returned with its session, so that the quarantine can be shown where it belongs. The event's texts are parts
// of body, which must never be changed afterwards.
func ParseEvent(body []byte) (*Event, Kind, error) { return new(eventRoom).read(body) }

// read is ParseEvent, which the next read overwrites: millions of events are read one after the other, and each is done
// with before the next.
func (room *eventRoom) read(body []byte) (*Event, Kind, error) {
	if len(body) > MaxEvent {
		return nil, 0, EventTooLarge.New(len(body), MaxEvent)
	}
	if !utf8.Valid(body) {
		return nil, 0, EventUnreadable.New("UTF-8")
	}
	e, err := decodeEvent(body, room)
	if err != nil {
		return nil, 0, EventUnreadable.Wrap(err, "JSON")
	}
	kind, err := e.check()
	if err != nil {
		return e, 0, err
	}
	return e, kind, nil
}

func (e *Event) check() (Kind, error) {
	if err := stocktake.CheckID("session", string(e.Session)); err != nil {
		e.Session = ""
		return 0, err
	}
	if e.Version != 1 {
		return 0, EventVersion.New(e.Version)
	}
	kind, ok := eventKinds[e.Name]
	if !ok {
		return 0, EventKind.New(e.Name)
	}
	if err := stocktake.CheckID("event", string(e.ID)); err != nil {
		return 0, err
	}
	if !plausible(e.At) {
		return 0, EventField.New("at")
	}
	if e.Offset != nil && (*e.Offset > maxOffset || *e.Offset < -maxOffset) {
		return 0, EventField.New("offset")
	}
	if e.RTT < 0 || e.RTT > maxOffset || e.Mono < 0 || e.Mono > stocktake.MaxNumber {
		return 0, EventField.New("rtt, mono")
	}
	if kind == Clocked {
		if e.Offset == nil {
			return 0, EventField.New("offset")
		}
		return kind, nil
	}
	if kind == Moved || (kind == Reversed && e.Pass == "" && e.From != "") {
		return kind, e.checkMoved(kind)
	}
	if err := stocktake.CheckID("pass", string(e.Pass)); err != nil {
		return 0, err
	}
	if e.From != "" || e.To != "" {
		return 0, EventField.New("from, to")
	}
	switch kind {
	case PassOpened:
		return kind, e.checkOpened()
	case PassClosed:
		if e.Observations < 0 || e.Observations > stocktake.MaxNumber || outside(e.Quantity, stocktake.MaxNumber) {
			return 0, EventField.New("observations, quantity")
		}
	case Reversed:
		if err := stocktake.CheckID("event", string(e.Reverses)); err != nil {
			return 0, err
		}
		return kind, e.checkObserved()
	default:
		return kind, e.checkObserved()
	}
	return kind, nil
}

func (e *Event) checkOpened() error {
	if err := stocktake.CheckID("location", string(e.Location)); err != nil {
		return err
	}
	if err := stocktake.CheckID("person", string(e.Person)); err != nil {
		return err
	}
	switch {
	case e.Round < 1 || e.Round > MaxRounds:
		return EventField.New("round")
	case e.Mode != "quantity" && e.Mode != "each":
		return EventField.New("mode")
	case len(e.Assignment) > stocktake.MaxID, len(e.Continues) > stocktake.MaxID, len(e.Replaces) > stocktake.MaxID:
		return EventField.New("assignment, continues, replaces")
	case e.Continues != "" && e.Replaces != "":
		return EventField.New("continues, replaces")
	}
	return nil
}

// checkMoved judges a move, or what takes one back.
func (e *Event) checkMoved(kind Kind) error {
	if kind == Reversed {
		if err := stocktake.CheckID("event", string(e.Reverses)); err != nil {
			return err
		}
	} else if err := stocktake.CheckID("person", string(e.Person)); err != nil {
		return err
	}
	for _, end := range []stocktake.LocationID{e.From, e.To} {
		if err := stocktake.CheckID("location", string(end)); err != nil {
			return err
		}
	}
	switch {
	case e.Pass != "":
		return EventField.New("pass")
	case e.From == e.To:
		return EventField.New("from, to")
	case e.TakenAt <= 0 || !plausible(e.TakenAt) || e.TakenAt > e.At:
		return EventField.New("taken_at")
	case e.Amount == 0:
		return EventField.New("amount")
	}
	return e.checkObserved()
}

func (e *Event) checkObserved() error {
	switch {
	case e.Item == "" && e.Code == "":
		return EventField.New("item, code")
	case len(e.Raw) > MaxText, len(e.Code) > MaxText, len(e.Lot) > MaxText, len(e.Unit) > stocktake.MaxID:
		return EventField.New("raw, code, lot, unit")
	case utf8.RuneCountInString(e.Note) > MaxNote:
		return EventField.New("note")
	case e.Pack <= 0 || e.Pack > stocktake.MaxObserved:
		return EventField.New("pack")
	case e.Amount < 0 || e.Amount > stocktake.MaxObserved:
		return EventField.New("amount")
	case e.Price < 0 || int64(e.Price) > stocktake.MaxNumber, e.UnitPrice < 0 || e.UnitPrice > stocktake.MaxPrice:
		return EventField.New("price, unit_price")
	case (e.Price == 0) != (e.UnitPrice == 0): // each without the other weighs nothing
		return EventField.New("price, unit_price")
	case e.ScannedAt != 0 && (!plausible(e.ScannedAt) || e.ScannedAt > e.At):
		return EventField.New("scanned_at")
	case e.AllHere && e.ScannedAt == 0:
		return EventField.New("scanned_at")
	}
	if e.Item != "" {
		if err := stocktake.CheckID("item", string(e.Item)); err != nil {
			return err
		}
	}
	switch e.Condition {
	case Saleable, Damaged, Expired, NearExpiry:
	case "saleable":
		e.Condition = Saleable
	default:
		return EventField.New("condition")
	}
	if e.Expiry != "" {
		if _, err := time.Parse(time.DateOnly, e.Expiry); err != nil {
			return EventField.New("expiry")
		}
	}
	if e.Photo != "" && new(stocktake.Hash).UnmarshalText([]byte(e.Photo)) != nil {
		return EventField.New("photo")
	}
	q, err := stocktake.Times(e.Amount, e.Pack)
	if err != nil {
		return err
	}
	if q > stocktake.MaxObserved {
		return EventField.New("amount")
	}
	return nil
}

// quantity is how much was observed, as the device understood the pack. Checked at ingest, so it cannot fail here.
func (e *Event) quantity() stocktake.Quantity {
	q, _ := stocktake.Times(e.Amount, e.Pack)
	return q
}

// maxOffset bounds a clock offset and a round trip: one hundred years in ms. A device whose clock stands at 1970 is
// a fact to be logged, not a reason to lose its counts.
const maxOffset = 100 * 366 * 24 * 3600 * 1000

// plausible accepts any instant from 1970 to 2262, which nanosecond clocks hold.
func plausible(ms int64) bool { return ms >= 0 && ms < 9_000_000_000_000 }

func outside(q stocktake.Quantity, limit int64) bool { return int64(q) > limit || int64(q) < -limit }

// MaxRounds bounds the rounds of a session.
const MaxRounds = 99

// Reasons for which an event goes to quarantine by itself.
var (
	EventTooLarge = stocktake.NewReason(stocktake.Invalid, "event-too-large",
		"The event has %d bytes; at most %d are read. Its raw bytes are kept for a supervisor.",
		"حجم الحدث %d بايت والحد الأقصى %d. حُفظت بياناته الأصلية ليراجعها المشرف.")
	EventUnreadable = stocktake.NewReason(stocktake.Invalid, "event-unreadable",
		"The event is no valid %s. Its raw bytes are kept for a supervisor.",
		"الحدث ليس بصيغة %s صحيحة. حُفظت بياناته الأصلية ليراجعها المشرف.")
	EventVersion = stocktake.NewReason(stocktake.Invalid, "event-version",
		"Event version %d is not known to this server. Update the server, then resolve the quarantine.",
		"إصدار الحدث %d غير معروف لهذا الخادم. حدّث الخادم ثم عالج الحجر.")
	EventKind = stocktake.NewReason(stocktake.Invalid, "event-kind",
		"Event kind %q is not known to this server. Update the server, then resolve the quarantine.",
		"نوع الحدث %q غير معروف لهذا الخادم. حدّث الخادم ثم عالج الحجر.")
	EventField = stocktake.NewReason(stocktake.Invalid, "event-field",
		"The event's field %s is missing, out of range or contradicts another.",
		"حقل الحدث %s ناقص أو خارج المدى أو يناقض حقلًا آخر.")
	DeviceRevoked = stocktake.NewReason(stocktake.Forbidden, "device-revoked",
		"This device was revoked. Its events are kept in quarantine; hand it to the supervisor.",
		"أُوقف هذا الجهاز. حُفظت أحداثه في الحجر؛ سلّمه إلى المشرف.")
	DeviceUnknown = stocktake.NewReason(stocktake.Forbidden, "device-unknown",
		"Device %q is not this society's. Its events were imported from a file and are kept in quarantine for a supervisor.",
		"الجهاز %q ليس من أجهزة هذه الجمعية. استُوردت أحداثه من ملف وحُفظت في الحجر ليراجعها المشرف.")
	FileUnproved = stocktake.NewReason(stocktake.Forbidden, "file-unproved",
		"The file does not prove that its device made it. Its events are kept in quarantine for a supervisor.",
		"لا يثبت الملف أن الجهاز هو الذي أنشأه. حُفظت أحداثه في الحجر ليراجعها المشرف.")
	PersonNotSignedIn = stocktake.NewReason(stocktake.Forbidden, "person-not-signed-in",
		"%q never signed in on this device as a counter. A supervisor must judge what it recorded.",
		"لم يسجّل %q الدخول على هذا الجهاز بصفة قائم بالعد. على المشرف الحكم فيما سُجّل باسمه.")
)
