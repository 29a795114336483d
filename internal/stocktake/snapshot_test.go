package stocktake_test

import (
	"encoding/json"
	"testing"
	"time"

	"jard/internal/stocktake"
)

func snapshot() stocktake.Snapshot {
	kuwait := time.FixedZone("Asia/Kuwait", 3*3600)
	return stocktake.Snapshot{
		Site: "central", AsOf: time.Date(2026, 1, 1, 10, 0, 0, 123_456_789, kuwait), Position: "p7",
		Lines: []stocktake.BookLine{
			{Section: "dry", Item: "rice", Quantity: -2000, Cost: 1}, {Section: "dairy", Item: "milk", Quantity: 5000, Cost: 250_500},
			{Section: "dairy", Item: "eggs", Quantity: 0, Cost: 0},
		},
	}
}

// The document is for ever: these bytes were made by the first version.
func TestSnapshotDocument(t *testing.T) {
	s := snapshot()
	d, err := stocktake.NewSnapshot(s)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"site":"central","as_of":"2026-01-01T07:00:00.123Z","position":"p7","lines":[` +
		`{"section":"dairy","item":"eggs","quantity":0,"cost":0},` +
		`{"section":"dairy","item":"milk","quantity":5000,"cost":250500},` +
		`{"section":"dry","item":"rice","quantity":-2000,"cost":1}]}`
	if string(d.Bytes) != want {
		t.Errorf("%s", d.Bytes)
	}
	if s.Lines[0].Item != "rice" {
		t.Error("the caller's lines were sorted")
	}
	back, err := stocktake.ReadSnapshot(d)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range s.Lines {
		if got, ok := back.Find(l.Section, l.Item); !ok || got != l {
			t.Errorf("%s is found as %+v", l.Item, got)
		}
	}
	if got, ok := back.Find("dairy", "rice"); ok || got.Quantity != 0 || got.Item != "rice" {
		t.Errorf("what the books do not know is found as %+v", got)
	}
}

// Lines are encoded as encoding/json would.
func TestSnapshotOfOddIDs(t *testing.T) {
	s := snapshot()
	s.AsOf = s.AsOf.UTC().Truncate(time.Millisecond)
	for n, id := range []stocktake.ItemID{`a"b`, `a\b`, "<&>", "صنف ١", "x\u2028y", "a b"} {
		s.Lines = []stocktake.BookLine{{Section: stocktake.SectionID(id), Item: id, Quantity: -stocktake.MaxNumber, Cost: 1}}
		d, err := stocktake.NewSnapshot(s)
		want, failed := stocktake.NewDocument(s)
		if err != nil || failed != nil || string(d.Bytes) != string(want.Bytes) || d.Hash != want.Hash {
			t.Errorf("%d: %s, %v", n, d.Bytes, err)
		}
	}
	for _, lines := range [][]stocktake.BookLine{nil, {}} {
		s.Lines = lines
		d, err := stocktake.NewSnapshot(s)
		if want, _ := stocktake.NewDocument(s); err != nil || string(d.Bytes) != string(want.Bytes) {
			t.Errorf("no lines: %s, %v", d.Bytes, err)
		}
	}
}

func TestSnapshotRefused(t *testing.T) {
	for want, edit := range map[string]func(*stocktake.Snapshot){
		"id-empty":         func(s *stocktake.Snapshot) { s.Site = "" },
		"snapshot-undated": func(s *stocktake.Snapshot) { s.AsOf = time.Time{} },
		"id-repeated":      func(s *stocktake.Snapshot) { s.Lines[1] = s.Lines[0] },
		"number-overflow":  func(s *stocktake.Snapshot) { s.Lines[1].Cost = -1 },
	} {
		s := snapshot()
		edit(&s)
		if _, err := stocktake.NewSnapshot(s); err == nil || stocktake.Fault(err).Reason.Key != want {
			t.Errorf("%s: %v", want, err)
		}
	}
	for _, line := range []stocktake.BookLine{
		{Quantity: stocktake.MaxNumber + 1}, {Quantity: -stocktake.MaxNumber - 1}, {Cost: stocktake.MaxNumber + 1},
		{Quantity: stocktake.MaxNumber, Cost: stocktake.MaxNumber}, // whose value cannot travel
	} {
		s := snapshot()
		line.Section, line.Item = "dairy", "tea"
		s.Lines = append(s.Lines, line)
		if _, err := stocktake.NewSnapshot(s); err == nil || stocktake.Fault(err).Reason.Key != "number-overflow" {
			t.Errorf("%+v: %v", line, err)
		}
	}
}

// A book line names a section and an item.
func TestSnapshotLineNeedsItsNames(t *testing.T) {
	for _, edit := range []func(*stocktake.BookLine){
		func(l *stocktake.BookLine) { l.Section = "" }, func(l *stocktake.BookLine) { l.Item = "a\x00b" },
	} {
		s := snapshot()
		edit(&s.Lines[0])
		if _, err := stocktake.NewSnapshot(s); err == nil {
			t.Errorf("%+v is taken", s.Lines[0])
		}
	}
}

func TestHashAsText(t *testing.T) {
	h := stocktake.HashOf([]byte("x"))
	b, err := json.Marshal(h)
	if err != nil || string(b) != `"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"` {
		t.Fatalf("%s, %v", b, err)
	}
	var back stocktake.Hash
	if err := json.Unmarshal(b, &back); err != nil || back != h || back.IsZero() || !(stocktake.Hash{}).IsZero() {
		t.Errorf("%s, %v", back, err)
	}
	for _, bad := range []string{`""`, `"2d"`, `"zz711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"`} {
		if json.Unmarshal([]byte(bad), &back) == nil {
			t.Errorf("%s is taken for a hash", bad)
		}
	}
}
