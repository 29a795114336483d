package stocktake_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"jard/internal/stocktake"
)

func TestCheckID(t *testing.T) {
	for id, want := range map[string]string{
		"a": "", "A-1/2 b": "", "قسم الألبان": "", "~": "id-characters", "~late": "id-characters", "a~": "",
		strings.Repeat("x", 64): "", strings.Repeat("x", 65): "id-too-long", strings.Repeat("ق", 32): "", strings.Repeat("ق", 33): "id-too-long",
		"": "id-empty", " a": "id-characters", "a ": "id-characters", "\u00a0a": "id-characters", "a\u3000": "id-characters",
		"a\x00b": "id-characters", "a\nb": "id-characters", "a\x7f": "id-characters", "a\u0085b": "id-characters",
		"a\u200fb": "id-characters", "\ufeffa": "id-characters", "a\u2066b": "id-characters", // marks that turn the reading direction
		"a\xff": "text-not-utf8", " ": "id-characters",
	} {
		err := stocktake.CheckID("item", id)
		if (err == nil) != (want == "") || (err != nil && stocktake.Fault(err).Reason.Key != want) {
			t.Errorf("%q: %v; want %q", id, err, want)
		}
	}
}

// FuzzCheckID holds CheckID to its own comment, character by character.
func FuzzCheckID(f *testing.F) {
	for _, s := range []string{"a", "", " ", "~a", "قسم", "a\u200f", "a\xff", strings.Repeat("x", 65)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		good := s != "" && len(s) <= stocktake.MaxID && utf8.ValidString(s) && s[0] != '~' && strings.TrimSpace(s) == s
		for _, r := range s {
			good = good && !unicode.IsControl(r) && !unicode.Is(unicode.Cf, r)
		}
		if err := stocktake.CheckID("x", s); (err == nil) != good {
			t.Fatalf("%q: %v", s, err)
		}
	})
}

func TestRandomID(t *testing.T) {
	seen := map[string]bool{}
	for range 5000 {
		id := stocktake.RandomID()
		b, err := base64.RawURLEncoding.Strict().DecodeString(id)
		if err != nil || len(b) != 16 || id[0] == '-' || seen[id] || stocktake.CheckID("x", id) != nil {
			t.Fatalf("%q is no random id", id)
		}
		seen[id] = true
	}
}
