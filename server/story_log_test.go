package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"jard/internal/count"
	"jard/internal/simulate"
	"jard/internal/stocktake"
)

// logged is an entry of a log as the API tells it.
type logged struct {
	Offset uint64          `json:"offset"`
	Author count.Author    `json:"author"`
	Kind   string          `json:"kind"`
	Note   string          `json:"note"`
	Body   json.RawMessage `json:"body"`
}

// log reads a whole log through the API.
func (s *story) log(t *testing.T, session string) []logged {
	t.Helper()
	var all []logged
	for {
		var part struct {
			Entries []logged `json:"entries"`
		}
		path := sessionPath(session, fmt.Sprintf("/log?from=%d&limit=1000", len(all)+1))
		if err := s.people["salem"].get(t.Context(), path, &part); err != nil {
			t.Fatal(err)
		}
		if len(part.Entries) == 0 {
			return all
		}
		for _, e := range part.Entries {
			if all = append(all, e); e.Offset != uint64(len(all)) {
				t.Fatalf("entry %d of %s stands at %d", len(all), session, e.Offset)
			}
		}
	}
}

// events picks what devices sent, by event id.
func events(t *testing.T, logs ...[]logged) map[stocktake.EventID][]logged {
	t.Helper()
	byID := map[stocktake.EventID][]logged{}
	for _, e := range slices.Concat(logs...) {
		if e.Author.Seq == 0 {
			continue
		}
		var id struct {
			ID stocktake.EventID `json:"id"`
		}
		if err := json.Unmarshal(e.Body, &id); err != nil || id.ID == "" {
			t.Errorf("entry %d of %v is no event: %s", e.Offset, e.Author, e.Body)
		}
		byID[id.ID] = append(byID[id.ID], e)
	}
	return byID
}

// holds fails unless every event of the ledger is in the logs: once, or once an epoch where again says that streams were
// succeeded, and every time with the bytes that its device keeps.
func holds(t *testing.T, l *simulate.Ledger, again bool, at map[stocktake.EventID][]logged) {
	t.Helper()
	missing := 0
	for _, r := range l.Records {
		entries := at[r.ID]
		if len(entries) == 0 {
			if missing++; missing <= 5 {
				t.Errorf("event %s (%s, number %d of %s, acknowledged: %t) is in no log", r.ID, r.Kind, r.Seq, r.Device, r.Acked)
			}
			continue
		}
		if len(entries) > 1 && !again {
			t.Errorf("event %s is there %d times", r.ID, len(entries))
		}
		streams := map[count.Stream]bool{}
		for _, e := range entries {
			if !bytes.Equal(e.Body, r.Event) {
				t.Errorf("entry %d is not what %s recorded:\n%s\n%s", e.Offset, r.Device, e.Body, r.Event)
			}
			if streams[e.Author.Stream] {
				t.Errorf("event %s is there twice from %v", r.ID, e.Author.Stream)
			}
			streams[e.Author.Stream] = true
		}
	}
	if missing > 0 {
		t.Errorf("%d of %d events are in no log", missing, len(l.Records))
	}
}

// inOrder fails unless every stream's events stand in the logs in their order, without a hole.
func inOrder(t *testing.T, logs ...[]logged) {
	t.Helper()
	last := map[count.Stream]uint64{}
	for _, e := range slices.Concat(logs...) {
		if e.Author.Seq == 0 {
			continue
		}
		if last[e.Author.Stream]++; last[e.Author.Stream] != e.Author.Seq {
			t.Fatalf("after event %d of %v comes %d", last[e.Author.Stream]-1, e.Author.Stream, e.Author.Seq)
		}
	}
}

// tells fails unless what the log holds folds to what the counters did, pass by pass, and the server's own fold comes to
// the same totals.
func (s *story) tells(t *testing.T, l *simulate.Ledger, sent map[stocktake.EventID][]logged) {
	t.Helper()
	var lines bytes.Buffer
	for _, list := range sent {
		var e count.Event
		if err := json.Unmarshal(list[0].Body, &e); err != nil {
			t.Fatal(err)
		}
		line, err := json.Marshal(simulate.Record{ID: e.ID, Kind: e.Name, Session: e.Session, Pass: e.Pass, Event: list[0].Body})
		if err != nil {
			t.Fatal(err)
		}
		lines.Write(append(line, '\n'))
	}
	path := filepath.Join(t.TempDir(), "log.jsonl")
	if err := os.WriteFile(path, lines.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	server, err := simulate.ReadLedger(path)
	if err != nil {
		t.Fatal(err)
	}
	session := stocktake.SessionID(s.session)
	if d := simulate.Compare(l.Tallies(session), server.Tallies(session)); !d.None() {
		t.Errorf("the log does not say what was counted:\n%s", d)
	}
	s.folds(t, l)
}

// folds sets the passes that the server shows against those of the ledger, but for rounds that it does not know.
func (s *story) folds(t *testing.T, l *simulate.Ledger) {
	t.Helper()
	passes, err := pages[count.Pass](t.Context(), s.people["salem"], sessionPath(s.session, "/passes"))
	if err != nil {
		t.Fatal(err)
	}
	at := map[stocktake.PassID]*count.Pass{}
	for n := range passes {
		at[passes[n].ID] = &passes[n]
	}
	known := max(s.standing(t).Rounds, 1)
	for _, want := range l.Passes(stocktake.SessionID(s.session)) {
		if want.Round > known {
			continue
		}
		got := at[want.Pass]
		switch {
		case got == nil:
			t.Errorf("pass %s at %s is not shown", want.Pass, want.Location)
		case got.Observations != want.Observations || got.Quantity != want.Quantity || got.Person != want.Person,
			want.Closed != (got.Status == count.PassIsClosed):
			t.Errorf("pass %+v is shown as %+v", want, *got)
		}
	}
}
