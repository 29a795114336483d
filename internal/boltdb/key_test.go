package boltdb_test

import (
	"bytes"
	"cmp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"jard/internal/boltdb"
	"jard/internal/count"
	"jard/internal/stocktake"
)

// id draws what stocktake.CheckID accepts.
func id(t *rapid.T, name string) string {
	return rapid.StringMatching(`[a-zA-Z0-9ء-ي][a-zA-Z0-9ء-ي ._-]{0,8}[a-zA-Z0-9ء-ي]`).Draw(t, name)
}

func TestLogKeys(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type place struct {
			society, session string
			offset           uint64
		}
		draw := func(n string) place {
			return place{id(t, "society"+n), id(t, "session"+n), rapid.Uint64().Draw(t, "offset"+n)}
		}
		a, b := draw("a"), draw("b")
		if rapid.Bool().Draw(t, "one society") {
			b.society = a.society
		}
		if rapid.Bool().Draw(t, "one session") {
			b.session = a.session
		}
		key := func(p place) []byte {
			return boltdb.OffsetKey(boltdb.LogKey(stocktake.SocietyID(p.society), stocktake.SessionID(p.session)), p.offset)
		}
		want := cmp.Or(strings.Compare(a.society, b.society), strings.Compare(a.session, b.session), cmp.Compare(a.offset, b.offset))
		if got := bytes.Compare(key(a), key(b)); got != want {
			t.Fatalf("keys of %v and %v compare as %d, want %d", a, b, got, want)
		}
		society, rest, ok := boltdb.CutID(key(a))
		session, rest, more := boltdb.CutID(rest)
		offset, rest, all := boltdb.CutUint64(rest)
		if got := (place{society, session, offset}); !ok || !more || !all || len(rest) != 0 || got != a {
			t.Fatalf("%v comes back as %v", a, got)
		}
	})
}

// No key of one society or log may lie within another's.
func TestKeysDoNotMeet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := id(t, "a"), id(t, "b")
		if a == b {
			t.Skip("one id")
		}
		if bytes.HasPrefix(boltdb.LogKey(stocktake.SocietyID(a), "s"), boltdb.LogKey(stocktake.SocietyID(b), "s")) {
			t.Fatalf("society %q lies within %q", a, b)
		}
		if bytes.HasPrefix(boltdb.LogKey("c", stocktake.SessionID(a)), boltdb.LogKey("c", stocktake.SessionID(b))) {
			t.Fatalf("session %q lies within %q", a, b)
		}
		one := boltdb.StreamKey("c", count.Stream{Device: stocktake.DeviceID(a), Epoch: "e"})
		other := boltdb.StreamKey("c", count.Stream{Device: stocktake.DeviceID(b), Epoch: "e"})
		if bytes.HasPrefix(one, other) {
			t.Fatalf("device %q lies within %q", a, b)
		}
	})
}

func TestKeysOrder(t *testing.T) {
	last := []byte(nil)
	for _, key := range [][]byte{
		boltdb.ResultKey("c", 1, 1), boltdb.ResultKey("c", 1, 2), boltdb.ResultKey("c", 1, 256), boltdb.ResultKey("c", 2, 0),
		boltdb.ResultKey("c", 256, 0), boltdb.ResultKey("d", 1, 1),
	} {
		if bytes.Compare(last, key) >= 0 {
			t.Errorf("%x does not come after %x", key, last)
		}
		last = key
	}
	document := boltdb.HashKey("c", stocktake.HashOf([]byte("x")))
	if bytes.Compare(boltdb.PartKey(document, 2), boltdb.PartKey(document, 256)) >= 0 {
		t.Error("parts are out of order")
	}
	if &boltdb.PartKey(document, 1)[0] == &boltdb.PartKey(document, 2)[0] {
		t.Error("two parts share a key")
	}
}

func TestCutNote(t *testing.T) {
	for _, note := range []string{"", "session-sealed", strings.Repeat("x", 255), strings.Repeat("x", 300), strings.Repeat("جرد", 90)} {
		cut := boltdb.CutNote(note)
		if len(cut) > 255 || !utf8.ValidString(cut) || !strings.HasPrefix(note, cut) || (len(note) <= 255 && cut != note) {
			t.Errorf("note of %d bytes is cut to %q", len(note), cut)
		}
	}
}

func TestStreamRecord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := boltdb.StreamRecord{
			Acked:    rapid.Uint64().Draw(t, "acked"),
			Fenced:   rapid.Bool().Draw(t, "fenced"),
			Succeeds: rapid.SampledFrom([]string{"", "e0"}).Draw(t, "succeeds"),
			Digest:   stocktake.HashOf([]byte(id(t, "digest"))),
		}
		for range rapid.IntRange(0, 5).Draw(t, "joined") {
			want.Joined = append(want.Joined, stocktake.SessionID(id(t, "session")))
		}
		if err := want.RoundTrip(); err != nil {
			t.Fatal(err)
		}
	})
}

func TestHeadRecord(t *testing.T) {
	for _, head := range []count.Head{
		{Session: "s", State: count.LogOpen},
		{Session: "s", State: count.LogSealed, Offset: 1 << 40, Hash: stocktake.HashOf(nil), IssuedAt: time.UnixMicro(1767000000000001).UTC()},
		{Session: "s", State: count.LogCancelled, Offset: 2},
	} {
		if got, err := boltdb.HeadRoundTrip(head); err != nil || got != head {
			t.Errorf("%v comes back as %v, %v", head, got, err)
		}
	}
}
