package main

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"jard/internal/stocktake"
)

// A client waits ever longer, never for no time, and as long as it is told.
func TestBackOff(t *testing.T) {
	for _, c := range []struct {
		try                  int
		patience, told, want time.Duration
	}{
		{1, time.Minute, 0, time.Second}, {4, time.Minute, 0, 8 * time.Second}, {8, time.Minute, 0, time.Minute}, {64, time.Minute, 0, time.Minute},
		{200, time.Minute, 0, time.Minute}, {1, time.Minute, 5 * time.Minute, 5 * time.Minute}, {1, time.Millisecond, 0, time.Millisecond}, {1, time.Minute, 300 * time.Hour, time.Hour},
	} {
		if got := backOff(c.try, c.patience, c.told); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

// TestLink is an integrator's day: a key is issued, the check is passed, files are sent through a connection that fails, and
// the key is revoked.
func TestLink(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	n, err := openNode(dataFlags{filepath.Join(dir, "data")}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := n.close(); err != nil {
			t.Error(err)
		}
	}()
	if _, err := n.addSociety(t.Context(), stocktake.Society{ID: "rawda", Name: stocktake.Name{English: "Rawda"}, Governorate: stocktake.Capital}); err != nil {
		t.Fatal(err)
	}
	if _, err := n.addAdministrator(t.Context(), administrator{Society: "rawda", Person: "admin", Name: stocktake.Name{English: "Admin"}, Password: "password of admin"}); err != nil {
		t.Fatal(err)
	}
	s, err := newSocietyServer(n)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	var trouble atomic.Int32 // how many requests are still to fail
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch left := trouble.Add(-1); {
		case left >= 1:
			_, _ = io.Copy(io.Discard, r.Body)
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = io.WriteString(w, `{"error":{"key":"import-busy","en":"busy","ar":"مشغول"}}`)
		case left == 0: // it is taken, and the answer is lost
			s.handler.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		default:
			s.handler.ServeHTTP(w, r)
		}
	}))
	defer web.Close()
	put := func(name, text string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	give := func(want int, args ...string) string {
		t.Helper()
		var out, errs bytes.Buffer
		if code := run(t.Context(), args, &streams{Out: &out, Err: &errs}); code != want {
			t.Fatalf("%s: status %d\n%s\n%s", strings.Join(args, " "), code, out.String(), errs.String())
		}
		return strings.TrimSpace(out.String() + errs.String())
	}
	admin := []string{"--url", web.URL, "--society", "rawda", "--as", "admin", "--password-file", put("password", "password of admin\n")}
	as := func(args ...string) string { t.Helper(); return give(0, append(args, admin...)...) }
	as("import", "places", put("places.csv", "section,section name,location,kind\nS1,Food,A-1,floor\n"), "--site", "central", "--site-english", "Central", "--site-kind", "central-market")
	as("user", "add", "erp", "--english", "ERP", "--role", "integrator")
	as("user", "add", "old", "--english", "Old ERP", "--role", "integrator")
	key, old := put("key", as("user", "key", "erp")+"\n"), put("old", as("user", "key", "old", "--days", "30")+"\n")
	as("user", "disable", "old", "--reason", "another firm")
	push := func(want int, args ...string) string {
		t.Helper()
		return give(want, append([]string{"link", "push", "--url", web.URL, "--key-file", key, "--patience", "1ms"}, args...)...)
	}

	if out := push(0, put("items-1.csv", "item,name,unit\n100,Tea,piece\n"), put("book-central-20260115.csv", "section,item,quantity,cost\nS1,100,50,1\n"), "--as-of", "2026-01-15T10:00:00+03:00"); strings.Count(out, "0 refused") != 2 {
		t.Error(out)
	}
	out := give(0, "link", "check", "--url", web.URL, "--key-file", key, "--site", "central", "--item", "100", "--revoked-key", old)
	if want := fmt.Sprintf("%d of %d hold, 0 not tried", len(linkChecks), len(linkChecks)); !strings.Contains(out, want) || strings.Contains(out, "BROKEN") {
		t.Error(out)
	}

	// Busy twice, then taken with the answer lost, then known already.
	day := put("movements-central-20260115.csv", "id,kind,item,quantity,booked\na,sale,100,-1,2026-01-15 10:00\nb,sale,100,-1,2026-01-15 10:01\n")
	trouble.Store(3)
	if out := push(0, day); !strings.Contains(out, "2 rows, 0 new, 2 known") || strings.Count(out, "sent again") != 3 {
		t.Error(out)
	}
	bad := put("movements-central-20260116.csv", "id,kind,item,quantity,booked\nc,sale,100,1,2026-01-15 10:00\n")
	if out := push(1, bad); !strings.Contains(out, "1 refused") || !strings.Contains(out, "line 2, quantity") || strings.Contains(out, "sent again") {
		t.Error(out)
	}
	if out := push(1, put("unnamed.csv", "x\n")); !strings.Contains(out, "--kind") {
		t.Error(out)
	}
	// What is said and no file bears is refused before anything is sent; what is said goes with the last file of movements.
	items := put("items-2.csv", "item,name,unit\n100,Tea,piece\n")
	for _, args := range [][]string{{items, "--complete-through", "2026-01-15T10:30:00+03:00"}, {items, "--as-of", "2026-01-15T10:30:00+03:00"}, {day, "--replace"},
		{day, put("movements-other-20260115.csv", "x"), "--through", "5"},
		{items, put("book-central-20260116.csv", "x")}, {day, "--after", "5", "--through", "5"}, {day, "--complete-through", "2026-01-15T10:30:00"}} {
		if out := push(1, args...); !strings.Contains(out, "Nothing was sent") || strings.Contains(out, "rows") {
			t.Errorf("%q: %s", args, out)
		}
	}
	if out := push(1, put("movements-central-2.csv", "x\n")); !strings.Contains(out, "--site") {
		t.Error(out)
	}
	push(0, day, items, "--complete-since", "2026-01-15T09:00:00+03:00", "--complete-through", "2026-01-15T10:30:00+03:00")
	if s, err := n.db.Feed(t.Context(), "rawda", "central"); err != nil || s.Watermark.Through.IsZero() {
		t.Errorf("%+v %v", s, err)
	}
	if out := give(0, "link", "check", "--url", web.URL, "--key-file", key, "--site", "central", "--item", "100"); !strings.Contains(out, fmt.Sprintf("%d of %d hold, 1 not tried", len(linkChecks)-1, len(linkChecks))) {
		t.Error(out)
	}
	// What a person has to look at is told by the status too.
	other := put("movements-central-20260117.csv", "id,kind,item,quantity,booked\na,sale,100,-7,2026-01-15 10:00\n")
	if out := push(3, other); !strings.Contains(out, "1 row, 0 new") || !strings.Contains(out, "1 conflicts") {
		t.Error(out)
	}
	// A check that was broken off has left a row, and the server has no time for each second request.
	push(3, put("movements-central-20260118.csv", "id,kind,item,quantity,booked\ncheck-x/8,sale,100,5,2026-01-15T07:00:00Z\n"), "--quarantine")
	asked := 0
	throttled := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked++; asked%2 == 0 {
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusTooManyRequests)
			_, _ = io.WriteString(w, `{"error":{"key":"too-fast","en":"too fast","ar":"سريع"}}`)
			return
		}
		s.handler.ServeHTTP(w, r)
	}))
	defer throttled.Close()
	if out := give(0, "link", "check", "--url", throttled.URL, "--key-file", key, "--site", "central", "--item", "100", "--patience", "1ms"); strings.Contains(out, "BROKEN") {
		t.Error(out)
	}
	if out := give(1, "link", "check", "--url", web.URL, "--key-file", key, "--site", "nosuch", "--item", "100"); strings.Contains(out, "BROKEN") || strings.Count(out, "nosuch") != 2 {
		t.Error(out)
	}
	trouble.Store(9)
	if out := push(1, day, "--tries", "2"); strings.Count(out, "sent again") != 1 {
		t.Error(out)
	}
	trouble.Store(0)

	v, err := n.verify(t.Context(), done{})
	if err != nil || len(v.Broken) > 0 || v.Logs != 1 || v.Entries < 10 {
		t.Errorf("%+v %v", v, err)
	}

	// What the check would say of a server that does not keep its word.
	lying := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		q.Del("dry") // it writes in a dry run
		r.URL.RawQuery = q.Encode()
		s.handler.ServeHTTP(w, r)
	}))
	defer lying.Close()
	if out := give(1, "link", "check", "--url", lying.URL, "--key-file", key, "--site", "central", "--item", "100"); !strings.Contains(out, "BROKEN     a dry run says") || !strings.Contains(out, "not tried") {
		t.Error(out)
	}

	as("user", "disable", "erp", "--reason", "enough")
	if out := push(1, day, "--tries", "1"); !strings.Contains(out, "Ask the society's administrator") || strings.Contains(out, "2 rows") {
		t.Error(out)
	}
}
