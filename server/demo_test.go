package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"jard/internal/account"
	"jard/internal/count"
	"jard/internal/ministry"
	"jard/internal/result"
	"jard/internal/simulate"
	"jard/internal/stocktake"
)

// runDemo starts a demo and gives what it told; the demo ends with the test or when stop is called.
func runDemo(t *testing.T, c *demoCmd) (out told, stop func()) {
	t.Helper()
	c.Listen, c.MinistryListen, c.JSON, c.LogLevel = "127.0.0.1:0", "127.0.0.1:0", true, "error"
	r, w := io.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		err := c.Run(ctx, &streams{Out: w, Err: io.Discard})
		_ = w.CloseWithError(io.ErrUnexpectedEOF)
		ended <- err
	}()
	line, err := bufio.NewReader(r).ReadBytes('\n')
	if err != nil {
		t.Fatalf("the demo told nothing: %v; %v", err, <-ended)
	}
	if err := json.Unmarshal(line, &out); err != nil {
		t.Fatal(err)
	}
	done := false
	stop = func() {
		if done {
			return
		}
		done = true
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the demo ended: %v", err)
		}
	}
	t.Cleanup(stop)
	return out, stop
}

func smallDemo(t *testing.T) *demoCmd {
	return &demoCmd{
		Data: filepath.Join(t.TempDir(), "demo"), Seed: 1, Items: 2500, Locations: 60, Pair: 1, pace: simulate.Pace{Look: time.Millisecond},
	}
}

// What the demo tells is true, at its first start and at its second: people can sign in, the code pairs a handheld, one
// session is out and one is sealed.
func TestDemo(t *testing.T) {
	t.Parallel()
	c := smallDemo(t)
	first, stop := runDemo(t, c)
	enrol := func(code string) int {
		answer, err := http.Post(first.Society+"/api/handheld/enrol", "application/json", strings.NewReader(`{"code":"`+code+`","name":"browser"}`))
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		return answer.StatusCode
	}
	if status := enrol(first.Codes[0]); status/100 != 2 {
		t.Errorf("pairing answered %d", status)
	}
	if status := enrol(first.Codes[0]); status/100 == 2 {
		t.Error("a code pairs twice")
	}
	look(t, first)
	stop()
	again := *c
	again.Seed, again.Items = 99, 600 // of a new directory only
	second, _ := runDemo(t, &again)
	if second.Codes[0] == first.Codes[0] {
		t.Error("a code is told twice")
	}
	look(t, second)
}

func look(t *testing.T, d told) {
	t.Helper()
	for _, l := range d.People {
		if l.Password == "" {
			continue
		}
		api, err := newClient(t.Context(), d.Society, string(demoHome.ID), string(l.ID), string(l.Password))
		if err != nil {
			t.Fatalf("%s: %v", l.ID, err)
		}
		if l.ID != demoSalem.ID {
			continue
		}
		list, err := pages[count.SessionInfo](t.Context(), api, "/api/sessions")
		if err != nil || len(list) != 2 || list[0].Session != demoSession || !list[0].Blind || list[1].State != string(count.LogSealed) {
			t.Errorf("%+v, %v", list, err)
		}
		results, err := api.results(t.Context())
		if err != nil || len(results) != 1 || results[0].Verdict != string(ministry.Accepted) || results[0].Receipt == 0 {
			t.Errorf("%+v, %v", results, err)
		}
	}
}

// The ministry has what it needs to show: societies of every governorate, one that has sent nothing, results, a refusal
// that stands and one that was corrected. All of it verifies.
func TestDemoMinistry(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "demo")
	if err := buildDemo(t.Context(), dir, recipe{Seed: 2, Items: 2500, Locations: 60, MadeAt: time.Now().UTC()}); err != nil {
		t.Fatal(err)
	}
	n, err := openNode(dataFlags{filepath.Join(dir, "ministry")}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := n.close(); err != nil {
			t.Error(err)
		}
	}()
	members, err := n.db.Members(t.Context())
	if err != nil || len(members) != len(demoOthers)+1 {
		t.Fatalf("%d members: %v", len(members), err)
	}
	verdicts, governorates := map[ministry.Verdict]int{}, map[stocktake.Governorate]bool{}
	for _, m := range members {
		governorates[m.Governorate] = true
		filings, err := n.db.Filings(t.Context(), m.Society, result.Ref{}, 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range filings {
			verdicts[f.Answer.Verdict]++
			if age := time.Since(f.ReceivedAt); age < time.Hour {
				t.Errorf("%s sent %v ago", m.Society, age)
			}
		}
	}
	if len(governorates) != 6 || verdicts[ministry.Accepted] != 8 || verdicts[ministry.Refused] != 2 {
		t.Errorf("%d governorates, %v", len(governorates), verdicts)
	}
	if v, err := n.verify(t.Context(), done{}); err != nil || len(v.Broken) > 0 {
		t.Errorf("%+v, %v", v, err)
	}
	if _, err := n.accounts.SignIn(t.Context(), ministrySociety, demoOfficer.ID, account.Secret(demoMinistry[1].Password), "test"); err != nil {
		t.Error(err)
	}
}

// A directory that holds something else is left alone.
func TestDemoLeavesOthersAlone(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "thesis.txt"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := buildDemo(t.Context(), dir, recipe{Seed: 1, Items: 2500, Locations: 60, MadeAt: time.Now().UTC()})
	if err == nil {
		t.Fatal("it was taken")
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 1 {
		t.Errorf("%v, %v", left, err)
	}
	if above, _ := filepath.Glob(filepath.Join(filepath.Dir(dir), ".demo-*")); len(above) > 0 {
		t.Errorf("%v is left", above)
	}
}

// Virtual counters come to the session by themselves, and a second start goes on with their handhelds.
func TestDemoSimulates(t *testing.T) {
	t.Parallel()
	c := smallDemo(t)
	c.Simulate = 2
	last := uint64(0)
	for range 2 {
		d, stop := runDemo(t, c)
		api, err := newClient(t.Context(), d.Society, string(demoHome.ID), string(demoSalem.ID), string(demoStaff[1].Password))
		if err != nil {
			t.Fatal(err)
		}
		eventually(t, "passes are closed", func() bool {
			v, err := api.standing(t.Context(), demoSession)
			done := err == nil && v.Offset > last+100
			if done {
				last = v.Offset
			}
			return done
		})
		stop()
	}
}

func BenchmarkDemo(b *testing.B) {
	began := time.Now()
	for b.Loop() {
		dir := filepath.Join(b.TempDir(), stocktake.RandomID())
		if err := buildDemo(b.Context(), dir, recipe{Seed: 1, Items: 25_000, Locations: 400, MadeAt: time.Now().UTC()}); err != nil {
			b.Fatal(err)
		}
	}
	fmt.Printf("\nthe demo's stores made from nothing in %s\n\n", (time.Since(began) / time.Duration(b.N)).Round(time.Millisecond))
}
