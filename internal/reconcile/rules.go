package reconcile

import (
	"slices"
	"time"

	"jard/internal/stocktake"
)

// Seconds is a length of time in rules.
type Seconds int64

func (s Seconds) instant() Instant { return Instant(s) * 1000 }

// maxSeconds bounds what a rule may say: a hundred days.
const maxSeconds Seconds = 100 * 24 * 3600

// Kind is a movement's kind as a small number.
type Kind uint8

// The kinds, as stocktake names them.
const (
	Sale Kind = iota
	Return
	Receipt
	Transfer
	WriteOff
	kinds
)

// KindOf gives the number of a kind's name.
func KindOf(k stocktake.MovementKind) (Kind, bool) {
	n := slices.Index(kindNames[:], k)
	return Kind(max(n, 0)), n >= 0
}

// Name is the kind as stocktake names it.
func (k Kind) Name() stocktake.MovementKind { return kindNames[k] }

var kindNames = [kinds]stocktake.MovementKind{stocktake.Sale, stocktake.Return, stocktake.Receipt, stocktake.Transfer, stocktake.WriteOff}

// Window says of one kind of movement when and where the goods of one booked at τ move: somewhere in [τ − Early, τ + Late],
// at a location of one of the Places kinds that is known to hold the item, or Anywhere in the section.
type Window struct {
	Early    Seconds                  `json:"early"`
	Late     Seconds                  `json:"late"`
	Places   []stocktake.LocationKind `json:"places,omitempty"`
	Anywhere bool                     `json:"anywhere,omitempty"`
}

// Rules are a site's: how its goods move beside its books. They are data of the policy, and every promise of the band
// holds as far as they hold.
type Rules struct {
	Sale     Window `json:"sale"`
	Return   Window `json:"return"`
	Receipt  Window `json:"receipt"`
	Transfer Window `json:"transfer"`
	WriteOff Window `json:"write_off"`
	// Clock bounds how far any clock of the feed is from the server's.
	Clock Seconds `json:"clock"`
	// Posting is how long a movement may be booked before the book of which a snapshot is taken has it. It decides what a
	// snapshot without a feed position includes: what was booked that long before it surely, what was booked after it surely not.
	Posting Seconds `json:"posting"`
	// Voiding is how long after a movement its void may be booked.
	Voiding Seconds `json:"voiding"`
}

// DefaultRules are those to begin with at every site.
func DefaultRules() Rules {
	const hours = 3600
	floor := []stocktake.LocationKind{stocktake.Floor}
	back := []stocktake.LocationKind{stocktake.Receiving, stocktake.Store, stocktake.Cold}
	return Rules{
		Sale:     Window{Early: 45 * 60, Places: floor},
		Return:   Window{Late: 4 * hours, Places: floor},
		Receipt:  Window{Early: 4 * hours, Late: 4 * hours, Places: back},
		Transfer: Window{Early: 4 * hours, Late: 4 * hours, Anywhere: true},
		WriteOff: Window{Early: 4 * hours, Late: 4 * hours, Anywhere: true},
		Clock:    60,
		Posting:  4 * hours,
		Voiding:  4 * hours,
	}
}

func (r *Rules) windows() [kinds]*Window {
	return [kinds]*Window{&r.Sale, &r.Return, &r.Receipt, &r.Transfer, &r.WriteOff}
}

// Lookback is how long before the snapshot and before the first observation a movement may be booked and still touch a line.
func (r *Rules) Lookback() time.Duration {
	late := Seconds(0)
	for _, w := range r.windows() {
		late = max(late, w.Late)
	}
	return time.Duration(r.Posting+r.Voiding+2*late+6*r.Clock) * time.Second
}

// Check refuses negative or excessive lengths of time, unknown kinds of location, and a kind of movement that could happen
// nowhere.
func (r *Rules) Check() error {
	lengths := []Seconds{r.Clock, r.Posting, r.Voiding}
	for k, w := range r.windows() {
		lengths = append(lengths, w.Early, w.Late)
		for _, p := range w.Places {
			if placeKind(p) == 0 {
				return rulesPlace.New(string(kindNames[k]))
			}
		}
		if len(w.Places) == 0 && !w.Anywhere {
			return rulesPlace.New(string(kindNames[k]))
		}
	}
	for _, s := range lengths {
		if s < 0 || s > maxSeconds {
			return rulesLength.New()
		}
	}
	return nil
}

// Narrower names what of r leaves out something that the usual rules reckon with: a kind of movement, or clock, posting or voiding; nothing
// where r reckons with all of it. Shorter times and fewer places make bands that look surer than they are.
func (r *Rules) Narrower(usual *Rules) string {
	for k, w := range r.windows() {
		u := usual.windows()[k]
		missing := func(p stocktake.LocationKind) bool { return !slices.Contains(w.Places, p) }
		if w.Early < u.Early || w.Late < u.Late || !w.Anywhere && (u.Anywhere || slices.ContainsFunc(u.Places, missing)) {
			return string(kindNames[k])
		}
	}
	switch {
	case r.Clock < usual.Clock:
		return "clock"
	case r.Posting < usual.Posting:
		return "posting"
	case r.Voiding < usual.Voiding:
		return "voiding"
	}
	return ""
}

// PlaceKind is what is done at a location, as one bit.
type PlaceKind uint8

var placeKinds = [...]stocktake.LocationKind{stocktake.Floor, stocktake.Store, stocktake.Cold, stocktake.Receiving}

// PlaceKindOf gives the bit of a location's kind. An unknown kind is no place for anything in particular.
func PlaceKindOf(k stocktake.LocationKind) PlaceKind { return placeKind(k) }

func placeKind(k stocktake.LocationKind) PlaceKind {
	n := slices.Index(placeKinds[:], k)
	if n < 0 {
		return 0
	}
	return 1 << n
}

var (
	rulesPlace = stocktake.NewReason(stocktake.Invalid, "rules-place",
		"Say at which kinds of location a %s may happen: floor, store, cold or receiving, or anywhere.",
		"حدّد أنواع المواقع التي تحدث فيها حركة %s: floor أو store أو cold أو receiving أو أي موقع.")
	rulesLength = stocktake.NewReason(stocktake.Invalid, "rules-length",
		"A window, a posting or voiding delay and a clock's uncertainty are from zero to a hundred days.",
		"النوافذ الزمنية ومهل القيد والإلغاء وعدم دقة الساعة من صفر إلى مئة يوم.")
)
