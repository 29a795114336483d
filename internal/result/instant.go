package result

import (
	"time"

	"jard/internal/stocktake"
)

// Instant is a moment in UTC to the millisecond. It has one text form only, 2006-01-02T15:04:05.000Z, so that equal
// instants have equal bytes.
type Instant struct{ t time.Time }

const instantLayout = "2006-01-02T15:04:05.000Z"

// At is t in UTC, less what is below a millisecond.
func At(t time.Time) Instant {
	if t.IsZero() {
		return Instant{}
	}
	return Instant{t.UTC().Truncate(time.Millisecond)}
}

// Time gives the instant back.
func (i Instant) Time() time.Time { return i.t }

// IsZero reports whether i is no instant.
func (i Instant) IsZero() bool { return i.t.IsZero() }

// String is the text form.
func (i Instant) String() string { return i.t.UTC().Format(instantLayout) }

// MarshalText is String, for JSON.
func (i Instant) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

// UnmarshalText accepts the one text form.
func (i *Instant) UnmarshalText(b []byte) error {
	t, err := time.Parse(instantLayout, string(b))
	if err != nil {
		return InstantMalformed.Wrap(err, string(b))
	}
	*i = Instant{t.UTC()}
	if i.String() != string(b) {
		return InstantMalformed.New(string(b))
	}
	return nil
}

// InstantMalformed says that a text is no instant.
var InstantMalformed = stocktake.NewReason(stocktake.Invalid, "instant-malformed",
	"%q is no instant: write UTC with three decimals, as in 2026-01-31T09:30:00.000Z.",
	"القيمة %q ليست وقتًا صحيحًا: اكتبها بالتوقيت العالمي وبثلاث منازل مثل 2026-01-31T09:30:00.000Z.")
