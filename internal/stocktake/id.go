package stocktake

import (
	"crypto/rand"
	"encoding/base64"
	"unicode"
	"unicode/utf8"
)

// Ids are short texts chosen by people (society, site, section …), by the ERP (items), or made at random (sessions,
// passes, events). Each noun has its own type so that one cannot be handed over for another.
type (
	SocietyID  string
	SiteID     string
	SectionID  string
	LocationID string
	ItemID     string
	PersonID   string
	DeviceID   string
	SessionID  string
	PassID     string
	EventID    string
)

// MaxID is the greatest length of any id in bytes.
const MaxID = 64

// CheckID reports whether s may serve as an id: 1 to 64 bytes of valid UTF-8, no control or format characters (a key
// in a store is made of ids joined by NUL), no white space at either end, and no leading '~', which the stores reserve.
func CheckID(field, s string) error {
	switch {
	case s == "":
		return idEmpty.New(Word(field))
	case len(s) > MaxID:
		return idTooLong.New(Word(field), Letters(MaxID))
	case !utf8.ValidString(s):
		return textNotUTF8.New(Word(field))
	case s[0] == '~':
		return idCharacters.New(Word(field), s)
	}
	if plain(s) {
		return nil
	}
	last := ' '
	for i, r := range s {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || (i == 0 && unicode.IsSpace(r)) {
			return idCharacters.New(Word(field), s)
		}
		last = r
	}
	if unicode.IsSpace(last) {
		return idCharacters.New(Word(field), s)
	}
	return nil
}

// plain reports whether s is printable ASCII without outer spaces, as nearly every id is.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return s[0] != ' ' && s[len(s)-1] != ' '
}

// RandomID returns 128 random bits as 22 characters of URL-safe base64, for events, passes and sessions. It never
// starts with '-', so that it can be typed after a command's flag.
func RandomID() string {
	var b [16]byte
	for {
		_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program instead
		if s := base64.RawURLEncoding.EncodeToString(b[:]); s[0] != '-' {
			return s
		}
	}
}
