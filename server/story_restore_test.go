package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"jard/internal/count"
	"jard/internal/ministry"
	"jard/internal/simulate"
)

// restore puts the backup of the middle of the count in place of a store whose session is sealed and whose result the
// ministry has. The server must not sign another first result.
func (s *story) restore(t *testing.T) {
	s.ministry.stop(t)
	old := s.server.data
	s.server.data = filepath.Join(s.dir, "restored")
	s.run(t, "restore", s.backup(), "--data", s.server.data)
	copyAll(t, filepath.Join(s.server.data, "keys"), filepath.Join(old, "keys"))
	s.server.start(t)
	for who := range s.people {
		s.signIn(t, who)
	}
	if v := s.standing(t); v.State == string(count.StateSealed) {
		t.Fatal("the backup holds the session as sealed already: it was made too late")
	}
	if all, err := s.people["mona"].results(t.Context()); err != nil || len(all) > 0 {
		t.Fatalf("the backup holds results: %+v, %v", all, err)
	}
	if _, errs, code := command(t.Context(), s.server.path, "society", "key", "rawda", "--reason", "new", "--data", s.server.data); code != 1 {
		t.Errorf("a new key while signing is locked: status %d, %s", code, errs)
	}
	spot := s.spot(t)
	err := s.people["mona"].seal(t.Context(), spot)
	if f, ok := errors.AsType[*failed](err); !ok || f.Key != count.SigningLocked.Key {
		t.Fatalf("sealing after a restore without the ministry: %v", err)
	}

	s.ministry.start(t)
	eventually(t, "the lost result is fetched", func() bool {
		all, err := s.people["mona"].results(t.Context())
		return err == nil && len(all) == 1
	})
	if r := s.result(t); r.Hash != s.sealed || r.Verdict != string(ministry.Accepted) || r.Receipt != 1 || string(r.Session) != s.session {
		t.Errorf("what was fetched is %+v; want %s", r, s.sealed)
	}
	eventually(t, "signing is unlocked", func() bool {
		err := s.people["mona"].seal(t.Context(), spot)
		if f, ok := errors.AsType[*failed](err); ok && f.Key != count.SigningLocked.Key {
			t.Fatal(err)
		}
		return err == nil
	})
	eventually(t, "the second result is delivered", func() bool {
		all, err := s.people["mona"].results(t.Context())
		return err == nil && len(all) == 2 && all[1].Verdict == string(ministry.Accepted)
	})
	if members := s.run(t, "ministry", "members", "--data", s.ministry.data); !strings.Contains(members, "1/2") {
		t.Errorf("the ministry's members stand at %s", members)
	}
}

// copyAll copies a directory for its owner's eyes only: the server takes no key that others may read.
func copyAll(t *testing.T, to, from string) {
	t.Helper()
	err := os.CopyFS(to, os.DirFS(from))
	if err == nil {
		err = filepath.WalkDir(to, func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			return os.Chmod(path, 0o600)
		})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// spot is a small session of a branch, counted and ready for its seal: in the central market the autumn's is open again.
func (s *story) spot(t *testing.T) string {
	t.Helper()
	const id = "spot"
	where := s.shop.site.Locations[0].ID
	s.stockSite(t, "branch", "branch")
	s.as(t, "salem", "session", "issue", "branch", "--id", id, "--kind", "spot", "--location", string(where))
	d := s.device(t, "device-recounter")
	if _, err := d.Join(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	unplug := connected(t, d)
	c := &simulate.Counter{
		Device: d, Person: s.others["recounter"].Person, Session: id, Truth: s.shop.truth, Seed: s.seed, Habits: simulate.Faultless, Of: 1,
	}
	if err := c.Walk(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.as(t, "salem", "session", "close", id)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := d.Drained(ctx, id); err != nil {
		t.Fatal(err)
	}
	unplug()
	return id
}

// refill lets every handheld come back to the restored server; that of the recounter, the first, has been there.
func (s *story) refill(t *testing.T) {
	before := len(s.log(t, s.session))
	names := append(s.drains(), "device-lost")
	s.online(t, names[1:], func(ctx context.Context, d *simulate.Device) error {
		for {
			changed := d.Changed()
			if v := d.Status(); v.Restored == 1 && v.Connected > 1 && v.Held == 0 { // greeted, told of another incarnation, greeted anew
				return nil
			}
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-changed:
			}
		}
	})
	entries, late := s.log(t, s.session), s.log(t, "~late")
	t.Logf("the log went from %d entries to %d; %d are late", before, len(entries), len(late))
	l := s.recorded(t, names...)
	holds(t, l, true, events(t, entries, late, s.log(t, "spot")))
	restored := 0
	for _, e := range entries {
		if e.Kind != "restored" {
			continue
		}
		var body count.RestoredBody
		if err := json.Unmarshal(e.Body, &body); err != nil || body.Incarnation == "" || len(body.Devices) < len(s.members) {
			t.Errorf("the log says of the restore %s, %v", e.Body, err)
		}
		restored++
	}
	if restored != 1 || before >= len(entries) {
		t.Errorf("%d restores in a log that went from %d entries to %d", restored, before, len(entries))
	}
	// The order to recount was given after the backup: what answers it is held for people to judge.
	held := list[count.Held](t, s, "/quarantine")
	for _, h := range held {
		if h.Reason != "round-unknown" {
			t.Errorf("held: %+v", h)
		}
	}
	again := 0
	for _, r := range l.Records {
		if r.Round > 1 {
			again++
		}
	}
	if len(held) != again {
		t.Errorf("%d events of the recount are held of %d", len(held), again)
	}
	s.folds(t, l)
	s.verify(t)
}
