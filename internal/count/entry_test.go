package count_test

import (
	"bytes"
	"encoding/hex"
	"reflect"
	"strings"
	"testing"
	"time"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// The stored form is for ever: these bytes and hashes were made by the first version.
var stored = []struct {
	name  string
	entry count.Entry
	bytes string
}{
	{
		"an event of a stream",
		count.Entry{
			RecordedAt: time.UnixMicro(1_767_250_800_123_456).UTC(), Kind: count.Observed,
			Author: count.Author{Stream: count.Stream{Device: "d1", Epoch: "e1"}, Seq: 300}, Body: []byte(`{"v":1}`),
		},
		"0103" + "0006474e242b9e40" + "01" + "026431" + "026531" + "ac02" + "00" + "7b2276223a317d",
	},
	{
		"a quarantined one",
		count.Entry{
			RecordedAt: time.UnixMicro(0).UTC(), Kind: count.Quarantined, Note: "event-kind",
			Author: count.Author{Stream: count.Stream{Device: "d1", Epoch: "e1"}, Seq: 1}, Body: []byte{0xff},
		},
		"0110" + "0000000000000000" + "01" + "026431" + "026531" + "01" + "0a6576656e742d6b696e64" + "ff",
	},
	{
		"a decision of a person",
		count.Entry{
			RecordedAt: time.UnixMicro(1).UTC(), Kind: count.Closing,
			Author: count.Author{Person: "sara", Roles: []stocktake.Role{stocktake.Supervisor, stocktake.Counter}}, Body: []byte(`{}`),
		},
		"012c" + "0000000000000001" + "02" + "0473617261" + "02" + "0a73757065727669736f72" + "07636f756e746572" + "00" + "7b7d",
	},
	{
		"the server's own",
		count.Entry{RecordedAt: time.UnixMicro(-1).UTC(), Kind: count.Restored, Body: []byte{}},
		"0114" + "ffffffffffffffff" + "00" + "00",
	},
}

const (
	genesis      = "516a778463304104c94f89889890a34565ff096af9964206c3b0d5aebced2400"
	streamDigest = "de1e86981ce97f7ca334a50ce77d42ace7c020d4c3d4dd9aa6185f4fd8bf40a0"
)

// chain is the hash of each, chained to the one before and the first to the genesis.
var chain = []string{
	"6540928cacae0335d09860fef973ee4bbda8c0e4fd70207488384b6660a507fc",
	"023e59f7958a7091b144abca60e974b3b5f3fa79fe0029d7f825d5f641028ed6",
	"1a4917386bf4a02c13d5c6e2edaf9b4f12cd7f54f615b5205b2e0da52ed39244",
	"c536bbce05a7c72d399f249d2efe5e70d1a062f0374885479e669ddcac1063eb",
}

func TestStoredForm(t *testing.T) {
	previous := count.Genesis("coop", "s1")
	if got := previous.String(); got != genesis {
		t.Errorf("genesis is %s; want %s", got, genesis)
	}
	for n, c := range stored {
		b := c.entry.AppendStored(nil)
		if hex.EncodeToString(b) != c.bytes {
			t.Errorf("%s is stored as\n%x; want\n%s", c.name, b, c.bytes)
		}
		previous = count.Chain(previous, b)
		if got := previous.String(); got != chain[n] {
			t.Errorf("%s is chained as %s; want %s", c.name, got, chain[n])
		}
		got, err := count.ReadStored(7, previous, b)
		want := c.entry
		want.Offset, want.Hash = 7, previous
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s is read as %+v (%v); want %+v", c.name, got, err, want)
		}
	}
	if count.Genesis("coop", "s2") == count.Genesis("coop", "s1") || count.Genesis("coops", "1") == count.Genesis("coop", "s1") {
		t.Error("one log can pass for another")
	}
}

func TestStreamDigest(t *testing.T) {
	d := count.NextDigest(stocktake.Hash{}, []byte("first"))
	d = count.NextDigest(d, []byte("second"))
	if got := d.String(); got != streamDigest {
		t.Errorf("the digest is %s; want %s", got, streamDigest)
	}
}

// Whatever is cut off a stored entry before its body is noticed.
func TestTornEntries(t *testing.T) {
	for _, c := range stored {
		b := c.entry.AppendStored(nil)
		for n := range len(b) - len(c.entry.Body) {
			if _, err := count.ReadStored(1, stocktake.Hash{}, b[:n]); err == nil {
				t.Errorf("%s, cut to %d bytes, was read", c.name, n)
			}
		}
		for at, wrong := range map[int]byte{0: 2, 10: 9} { // version, author
			torn := bytes.Clone(b)
			torn[at] = wrong
			if _, err := count.ReadStored(1, stocktake.Hash{}, torn); err == nil {
				t.Errorf("%s with byte %d = %d was read", c.name, at, wrong)
			}
		}
	}
}

// An entry that was read is stored again as the same bytes.
func FuzzReadStored(f *testing.F) {
	for _, c := range stored {
		b, err := hex.DecodeString(c.bytes)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := count.ReadStored(1, stocktake.Hash{}, b)
		if err != nil {
			return
		}
		if again := e.AppendStored(nil); !bytes.Equal(again, b) {
			t.Fatalf("%x was read as %+v, which is stored as\n%x", b, e, again)
		}
	})
}

func TestKindsHaveNames(t *testing.T) {
	seen := map[string]bool{}
	for k := range 256 {
		name := count.Kind(k).String()
		if seen[name] {
			t.Errorf("two kinds are called %s", name)
		}
		seen[name] = true
		if named := !strings.HasPrefix(name, "kind-"); named && count.Kind(k).IsEvent() != (k >= 1 && k <= 6) {
			t.Errorf("%s: event %v", name, count.Kind(k).IsEvent())
		}
	}
}

func TestAnEntrySaysForWhatItWasQuarantined(t *testing.T) {
	for _, c := range []struct {
		kind       count.Kind
		note, want string
	}{
		{count.Quarantined, "device-revoked", "device-revoked"},
		{count.Quarantined, "session-sealed; file-unproved", "file-unproved"},
		{count.Quarantined, "not-device-unknown", "not-device-unknown"},
		{count.Observed, "session-sealed", ""},
	} {
		e := count.Entry{Kind: c.kind, Note: c.note}
		if got := e.QuarantinedFor(); got != c.want {
			t.Errorf("%s %q: %q", c.kind, c.note, got)
		}
	}
}
