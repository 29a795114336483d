package web

import (
	"encoding/json"
	"time"
)

// moment is an instant in a body: RFC 3339, or absent. It is kept in UTC with whole microseconds, as stores keep it.
type moment struct{ time.Time }

// UnmarshalJSON reads RFC 3339.
func (m *moment) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) != nil {
		return BodyMalformed.New("an instant is a text like 2026-12-20T09:00:00+03:00")
	}
	if s == "" {
		return nil
	}
	t, err := readMoment(s)
	if err != nil {
		return BodyMalformed.New("an instant is a text like 2026-12-20T09:00:00+03:00")
	}
	m.Time = t
	return nil
}

func readMoment(s string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339Nano, s)
	return t.UTC().Truncate(time.Microsecond), err
}
