package main

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"jard/internal/count"
	"jard/internal/ministry"
	"jard/internal/result"
	"jard/internal/simulate"
	"jard/internal/stocktake"
)

// refuse has a manager approve who counted himself.
func (s *story) refuse(t *testing.T) {
	lines, err := s.people["salem"].lines(t.Context(), s.session, string(count.LineOutside))
	if err != nil {
		t.Fatal(err)
	}
	own := slices.DeleteFunc(lines, func(l lineInfo) bool {
		return !slices.Contains(l.Counters, "counter-1") || l.Variance == nil || l.Variance.Value.Abs() > 200_000
	})
	if len(own) == 0 {
		t.Fatal("no line that counter-1 counted waits for an approval")
	}
	body := map[string]any{"verdict": count.Approve, "reason": "it is right", "lines": refs(own[:1])}
	err = s.people["counter-1"].post(t.Context(), sessionPath(s.session, "/decisions"), body, nil)
	if f, ok := errors.AsType[*failed](err); !ok || f.Key != count.ApproverCounted.Key {
		t.Fatalf("somebody who counted approves: %v", err)
	}
}

// approve walks up the tiers.
func (s *story) approve(t *testing.T) {
	for _, tier := range []struct{ who, most string }{{"salem", "20"}, {"mona", "200"}, {"faisal", ""}} {
		args := []string{"session", "approve", s.session, "--reason", "checked on the shelf"}
		if tier.most != "" {
			args = append(args, "--up-to", tier.most)
		}
		t.Logf("%s: %s", tier.who, s.as(t, tier.who, args...))
	}
}

// seal closes, lets every handheld hand in what it holds, writes off the one that does not come, and seals.
func (s *story) seal(t *testing.T) {
	s.ministry.stop(t)
	s.as(t, "mona", "session", "close", s.session, "--reason", "counted")
	if !s.blocks(t, count.BlockStream) {
		t.Error("nothing waits for the handhelds")
	}
	_, _, code := command(t.Context(), s.server.path, append([]string{"session", "seal", s.session}, s.identity(t, "mona")...)...)
	if code != 1 {
		t.Fatalf("sealing before the handhelds have drained ends with status %d", code)
	}
	s.drain(t, s.drains()...)
	s.writeOff(t)
	v := s.standing(t)
	if len(v.Blockers) > 0 {
		t.Fatalf("before the seal: %v", v.Blockers)
	}
	s.as(t, "mona", "session", "seal", s.session)
	if v := s.standing(t); v.State != string(count.StateSealed) {
		t.Fatalf("the session is %s", v.State)
	}
	eventually(t, "a delivery is tried", func() bool {
		r := s.result(t)
		return r.Delivery != nil && r.Delivery.Attempts > 0
	})
	r := s.result(t)
	if r.Verdict != "" || r.Delivery.Cause == "" {
		t.Fatalf("without a ministry the result stands as %+v", r)
	}
	t.Logf("undelivered after %d attempts: %s", r.Delivery.Attempts, r.Delivery.Cause)
	if out := s.as(t, "mona", "result", "list"); !strings.Contains(out, "not delivered yet") {
		t.Errorf("the list of results says %q", out)
	}
}

// drains lists the handhelds that come back when the session closes.
func (s *story) drains() []string {
	names := []string{"device-recounter", "device-twin", "device-twin-copy"}
	for _, m := range s.members {
		names = append(names, m.Name)
	}
	return names
}

// drain has handhelds hand in what they hold.
func (s *story) drain(t *testing.T, names ...string) {
	t.Helper()
	s.online(t, names, func(ctx context.Context, d *simulate.Device) error {
		return d.Drained(ctx, stocktake.SessionID(s.session))
	})
}

// online switches handhelds on, connects them, and waits until each has done something.
func (s *story) online(t *testing.T, names []string, do func(context.Context, *simulate.Device) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var all sync.WaitGroup
	for _, name := range names {
		d := s.device(t, name)
		all.Go(func() {
			linked, unplug := context.WithCancel(ctx)
			var link sync.WaitGroup
			var broken error
			link.Go(func() { broken = d.Connect(linked) })
			err := do(linked, d)
			unplug()
			link.Wait()
			if err = errors.Join(err, broken, d.Close()); err != nil {
				t.Errorf("%s: %v (%+v)", name, err, d.Status())
			}
		})
	}
	all.Wait()
}

// writeOff waits no longer for the handheld that was lost.
func (s *story) writeOff(t *testing.T) {
	t.Helper()
	for _, x := range list[count.StreamState](t, s, "/streams") {
		if x.Awaited && x.Device != s.enrolled["device-lost"] {
			t.Errorf("%v is awaited still", x.Stream)
		}
	}
	s.as(t, "salem", "session", "write-off", s.session, string(s.enrolled["device-lost"]), "--reason", "left in a taxi")
}

// result is the only one.
func (s *story) result(t *testing.T) resultInfoJSON {
	t.Helper()
	all, err := s.people["mona"].results(t.Context())
	if err != nil || len(all) != 1 {
		t.Fatalf("the results are %+v, %v", all, err)
	}
	return all[0]
}

// deliver has the ministry back, and looks at what it answers.
func (s *story) deliver(t *testing.T) {
	s.ministry.start(t)
	eventually(t, "the receipt comes", func() bool { return s.result(t).Verdict != "" })
	r := s.result(t)
	s.sealed = r.Hash
	if r.Verdict != string(ministry.Accepted) || r.Receipt != 1 {
		t.Errorf("the ministry answers %+v", r)
	}
	document := s.as(t, "mona", "result", "show", "1", "1")
	receipt := s.as(t, "mona", "result", "show", "1", "1", "--receipt")
	if stocktake.HashOf([]byte(document)) != r.Hash {
		t.Error("the document does not have the hash that the list names")
	}
	d, err := result.Parse([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	if faults := result.Check(d); len(faults) > 0 || d.Session.ID != stocktake.SessionID(s.session) || d.Log.Offset != s.standing(t).Offset-1 {
		t.Errorf("the document has faults: %+v; it is of %s up to %d", faults, d.Session.ID, d.Log.Offset)
	}
	// What was found as booked is evidence too: every line is in the document, the matched ones among them.
	lines, err := s.people["salem"].lines(t.Context(), s.session, "")
	if err != nil {
		t.Fatal(err)
	}
	matched := 0
	for _, l := range d.Lines {
		if l.Variance == 0 {
			matched++
		}
	}
	if all := len(d.Lines) + len(d.NotCounted) + len(d.TallyOnly); all != len(lines) || matched == 0 || matched == all {
		t.Errorf("the document has %d lines, %d of them matched, and the session %d", all, matched, len(lines))
	}
	for _, id := range d.Persons() {
		if d.PersonName(id) == (stocktake.Name{}) {
			t.Errorf("the document does not say what %s is called", id)
		}
	}
	key, err := result.LoadOrCreateKey(filepath.Join(s.ministry.data, "keys", "ministry.pem"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := ministry.ReadReceipt(result.Signed{Document: []byte(receipt), Signature: s.signature(t, "/api/results/1/1/receipt")}, key.Public())
	if err != nil || got.Document != r.Hash || got.Verdict != ministry.Accepted || len(got.Faults) > 0 {
		t.Errorf("the receipt reads %+v, %v", got, err)
	}
}

// signature is the one that comes beside a document.
func (s *story) signature(t *testing.T, path string) []byte {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.server.url()+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+s.people["mona"].token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	return []byte(answer.Header.Get("Jard-Signature"))
}

// verify recomputes everything of both stores.
func (s *story) verify(t *testing.T) {
	for _, data := range []string{s.server.data, s.ministry.data} {
		t.Log(s.run(t, "verify", "--data", data))
	}
	info, err := os.Stat(filepath.Join(s.server.data, "jard.db"))
	if err != nil {
		t.Fatal(err)
	}
	entries := s.standing(t).Offset
	t.Logf("the server holds %d KiB of memory; %d entries in %d bytes, %d a piece", s.server.resident(), entries, info.Size(), info.Size()/int64(entries))
}
