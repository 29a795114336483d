package main

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"jard/internal/count"
	"jard/internal/simulate"
)

// kills are the parts of the expected events after which the server dies.
var kills = []float64{0.20, 0.45, 0.70}

// count lets everybody count while the server is killed again and again.
func (s *story) count(t *testing.T) {
	expected := 1.9 * float64(len(s.shop.truth)) // with overlaps, single pieces, mistakes and passes; measured
	reached := make(chan simulate.Progress)
	watching, look := context.WithCancel(t.Context())
	defer look()
	c := s.play(s.members)
	c.Pace = simulate.Pace{Look: c.Every / 8, Key: c.Every / 16}
	c.Progress = func(p simulate.Progress) {
		select {
		case reached <- p:
		case <-watching.Done():
		}
	}
	type outcome struct {
		report simulate.Report
		err    error
	}
	ended := make(chan outcome, 1)
	go func() {
		report, err := simulate.Run(t.Context(), c)
		ended <- outcome{report, err}
	}()
	var at []uint64
	var o outcome
	for running := true; running; {
		select {
		case o = <-ended:
			running = false
		case p := <-reached:
			if acked := p.Events - p.Held; len(at) < len(kills) && float64(acked) >= kills[len(at)]*expected {
				s.server.kill()
				at = append(at, acked)
				s.server.start(t)
				if len(at) == 2 {
					s.run(t, "backup", s.backup(), "--data", s.server.data)
				}
			}
		}
	}
	if o.err != nil {
		t.Fatal(o.err)
	}
	l, r := o.report.Ledger, o.report
	t.Logf("%d events in %d passes by %d devices in %s; killed after %v were acknowledged", len(l.Records), r.Passes, r.Devices, r.Took, at)
	if len(at) != len(kills) || at[len(at)-1] > uint64(len(l.Records))*9/10 {
		t.Fatalf("the kills did not come in the middle: %v of %d", at, len(l.Records))
	}
	if n := l.Unacked(); n > 0 || r.Held > 0 {
		t.Errorf("%d events are not acknowledged", n)
	}
	entries := s.log(t, s.session)
	sent := events(t, entries)
	holds(t, l, false, sent)
	inOrder(t, entries)
	if len(sent) != len(l.Records) {
		t.Errorf("the log holds %d events; the devices recorded %d", len(sent), len(l.Records))
	}
	s.tells(t, l, sent)
}

// backup is a copy of the store in the middle of the count.
func (s *story) backup() string { return filepath.Join(s.dir, "backup.db") }

// stay plays members until the session is over. What it gives ends them, and fails if any of them did.
func (s *story) stay(t *testing.T, members []simulate.Member, habits simulate.Habits) (end func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	c := s.play(members)
	c.Stay, c.Habits = true, habits
	ended := make(chan error, 1)
	go func() {
		_, err := simulate.Run(ctx, c)
		ended <- err
	}()
	return func() {
		cancel()
		if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}
}

// recount settles what keeps lines from being final.
func (s *story) recount(t *testing.T) {
	disputes := list[count.Dispute](t, s, "/disputes")
	t.Logf("%d disputes", len(disputes))
	if len(disputes) == 0 || !s.blocks(t, count.BlockDispute) {
		t.Fatal("counters who differed made no dispute")
	}
	recounter := s.others["recounter"]
	t.Log(s.as(t, "salem", "session", "recount", s.session, "--person", string(recounter.Person), "--reason", "two counters differ"))
	end := s.stay(t, []simulate.Member{recounter}, recounting)
	eventually(t, "the recount is done", func() bool { return s.standing(t).State != string(count.StateRecount) })
	end()
	if left := list[count.Dispute](t, s, "/disputes"); len(left) > 0 {
		t.Fatalf("%d disputes are left, the first %+v", len(left), left[0])
	}
	for _, u := range list[count.Unknown](t, s, "/codes") {
		s.post(t, "salem", "/codes/resolve", count.Resolution{Code: u.Code, SetAside: true, Digest: u.Digest, Reason: "torn labels, no such goods"})
	}
	for _, h := range list[count.Held](t, s, "/quarantine") {
		s.post(t, "salem", "/quarantine/resolve", count.Release{Key: h.Key, Digest: h.Digest, Reason: "looked into"})
	}
	t.Log(s.as(t, "salem", "session", "zero", s.session, "--reason", "searched for, not there"))
}

func (s *story) blocks(t *testing.T, key string) bool {
	v := s.standing(t)
	return v.blocked(key)
}
