package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// desk is a made-up API with one session that has a line of each status that waits.
type desk struct {
	*client
	decided [][]string // the items of each decision
}

func newDesk(t *testing.T) *desk {
	d := new(desk)
	lines := map[string]string{
		"outside": `{"section":"S1","item":"cheap","status":"outside","variance":{"quantity":1000,"value":-500},"digest":"a"},
			{"section":"S2","item":"dear","status":"outside","variance":{"quantity":1000,"value":900000},"digest":"b"},
			{"section":"S3","item":"own","status":"outside","variance":{"quantity":-1000,"value":-1},"digest":"f","settlers":["salem"]},
			{"section":"S3","item":"priceless","status":"outside","variance":{"quantity":1000,"value":0},"digest":"g","cost_unknown":true}`,
		"uncertain": `{"section":"S1","item":"doubtful","status":"uncertain","variance":{"value":10},"digest":"c","provisional":["quarantine","unknown-codes"]}`,
		"rejected":  `{"section":"S1","item":"refused","status":"rejected","variance":{"value":10},"digest":"d"}`,
		"returned":  `{"section":"S2","item":"asked","status":"returned","variance":{"value":10},"digest":"e"}`,
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/sessions/s1/lines", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"list":[%s]}`, lines[r.URL.Query().Get("status")])
	})
	mux.HandleFunc("POST /api/sessions/s1/decisions", func(_ http.ResponseWriter, r *http.Request) {
		var body struct {
			Lines []struct{ Item string }
		}
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			t.Error(err)
		}
		var items []string
		for _, l := range body.Lines {
			items = append(items, l.Item)
		}
		d.decided = append(d.decided, items)
	})
	mux.HandleFunc("GET /api/sessions/s1", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"state":"recount","blockers":[{"key":"tasks-open","count":2,"example":"t-17"},{"key":"quarantine","count":1,"example":"h"}]}`)
	})
	mux.HandleFunc("GET /api/sessions/s1/tasks", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"list":[{"id":"t-16","round":1,"location":"A01-01"},{"id":"t-17","round":2,"location":"A01-02","person":"omar"}]}`)
	})
	mux.HandleFunc("GET /api/results", func(w http.ResponseWriter, r *http.Request) {
		// 250 documents of series 1 and 3 of series 4, at most 100 a part, as the API has it.
		var series, number, n uint64
		fmt.Sscan(r.URL.Query().Get("series"), &series)
		fmt.Sscan(r.URL.Query().Get("number"), &number)
		list := []resultInfoJSON{}
		for n = 1; n <= 253 && len(list) < 100; n++ {
			x := resultInfoJSON{Series: 1, Number: n}
			if n > 250 {
				x = resultInfoJSON{Series: 4, Number: n - 250}
			}
			if x.Series > series || x.Series == series && x.Number >= number {
				list = append(list, x)
			}
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"list": list})
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	d.client = &client{base: server.URL, person: "salem", http: server.Client()}
	return d
}

// TestApproveSaysWhatItLeaves: nothing that waits is passed over in silence, and all of it can be chosen.
func TestApproveSaysWhatItLeaves(t *testing.T) {
	d := newDesk(t)
	done, err := d.approve(t.Context(), "s1", approval{Statuses: outside, UpTo: 20_000})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	done.print(&out)
	for _, line := range []string{
		"1 lines approved", "skipped 1 uncertain", "--status uncertain", "skipped 1 rejected", "skipped 1 returned", "skipped 1 worth more than KD 20.000",
		"skipped 1 that you signed as zero", "skipped 1 of unknown unit cost",
	} {
		if !strings.Contains(out.String(), line) {
			t.Errorf("%q is not said: %s", line, &out)
		}
	}
	every := approval{
		Statuses: []count.LineStatus{count.LineOutside, count.LineUncertain, count.LineRejected, count.LineReturned},
		UpTo:     stocktake.Fils(stocktake.MaxNumber), Reason: "looked into",
	}
	if done, err = d.approve(t.Context(), "s1", every); err != nil || done.Lines != 6 || len(done.Skipped) != 1 {
		t.Errorf("%+v, %v", done, err)
	}
	every.Section = "S2"
	if done, err = d.approve(t.Context(), "s1", every); err != nil || done.Lines != 2 || len(done.Skipped) > 0 {
		t.Errorf("%+v, %v", done, err)
	}
	if said := fmt.Sprint(d.decided); said != "[[cheap] [cheap dear priceless doubtful refused asked] [dear asked]]" {
		t.Errorf("decided: %s", said)
	}
}

// TestApproveInventsNoReason: provisional lines are approved with a reason that somebody gave, or not at all.
func TestApproveInventsNoReason(t *testing.T) {
	d := newDesk(t)
	a := approval{Statuses: []count.LineStatus{count.LineOutside, count.LineUncertain}, UpTo: stocktake.Fils(stocktake.MaxNumber)}
	_, err := d.approve(t.Context(), "s1", a)
	if !errors.Is(err, provisionalLines) || !strings.Contains(err.Error(), "S1 / doubtful (quarantine, unknown-codes)") || strings.Contains(err.Error(), "cheap") {
		t.Error(err)
	}
	if len(d.decided) > 0 {
		t.Errorf("decided: %v", d.decided)
	}
	// Nor do the others that decide have one at hand.
	for _, args := range [][]string{
		{"session", "approve", "s1"}, {"session", "resolve", "s1", "4711", "--aside"}, {"session", "quarantine", "s1", "key"},
	} {
		var c cli
		parser, err := kong.New(&c)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parser.Parse(append(args, "--society", "rawda", "--as", "salem", "--password-file", "approve_test.go")); err != nil {
			t.Fatal(err)
		}
		if r := c.Session.Approve.Reason + c.Session.Resolve.Reason + c.Session.Quarantine.Reason; r != "" {
			t.Errorf("%v has the reason %q of its own", args, r)
		}
	}
}

// TestShowNamesTasks: a task in the way is named by its location, round and person, not by its id.
func TestShowNamesTasks(t *testing.T) {
	var out bytes.Buffer
	if err := newDesk(t).show(t.Context(), &out, "s1"); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "tasks-open (2, e.g. A01-02, round 2, omar)") || strings.Contains(out.String(), "t-17") {
		t.Error(&out)
	}
}

// TestResultsAreAllListed, whatever the API gives at a time.
func TestResultsAreAllListed(t *testing.T) {
	all, err := newDesk(t).results(t.Context())
	if err != nil || len(all) != 253 {
		t.Fatalf("%d results, %v", len(all), err)
	}
	for n, r := range all[:250] {
		if r.Series != 1 || r.Number != uint64(n+1) {
			t.Fatalf("at %d stands %d/%d", n, r.Series, r.Number)
		}
	}
}
