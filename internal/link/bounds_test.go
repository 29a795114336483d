package link_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"jard/internal/link"
	"jard/internal/stocktake"
)

// An object of a JSON file is bounded as a line of a CSV file is, wherever it is long.
func TestJSONObjectsAreBounded(t *testing.T) {
	im, db := linked(t)
	small := link.NewImporter(db, link.Limits{Line: 4096})
	small.Clock = im.Clock
	good := `{"id":"%","kind":"sale","item":"200","quantity":-1,"booked":"2026-11-24T05:00:00Z"}`
	var many []string
	for n := range 200 { // longer than the limit together
		many = append(many, strings.Replace(good, "%", itoa(n), 1))
	}
	if _, err := small.ImportMovements(t.Context(), machine, file("["+strings.Join(many, ",")+"]"), "m1", link.Coverage{}, link.Mapping{}, link.Options{}); err != nil {
		t.Error(err)
	}
	for _, text := range []string{
		`[{"id":"` + strings.Repeat("9", 5000) + `"}]`, `[{"` + strings.Repeat("k", 5000) + `":1}]`, `[{"id":[` + strings.Repeat("1,", 5000) + `1]}]`,
		`[{` + strings.Repeat(`"x":1,`, 1000) + `"id":"1"}]`, many[0] + "\n" + `{"id":` + strings.Repeat(" ", 5000) + `"1"}`,
	} {
		if _, err := small.ImportMovements(t.Context(), machine, file(text), "m1", link.Coverage{}, link.Mapping{}, link.Options{DryRun: true}); key(err) != "json-object-too-long" {
			t.Errorf("%.40s: %v", text, err)
		}
	}
}

// Senders that do not go on hold nobody else up, and are not waited for.
func TestSlowSenders(t *testing.T) {
	im, _ := linked(t)
	c := newCaller(t, im, func(c *link.APIConfig) { c.Files, c.Wait, c.Grace = 1, time.Minute, 300*time.Millisecond })
	server := httptest.NewServer(c.handler)
	defer server.Close()
	post := func(key string, body io.Reader) (int, string) {
		r, err := http.NewRequest(http.MethodPost, server.URL+link.APIBase+"sites/m1/movements", body)
		must(t, err)
		r.Header.Set("Authorization", "Bearer "+key)
		r.Header.Set("Content-Type", "text/csv")
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			return 0, err.Error()
		}
		defer answer.Body.Close()
		text, _ := io.ReadAll(answer.Body)
		return answer.StatusCode, string(text)
	}
	read, rest := io.Pipe() // a sender that sends its header, and no more
	defer rest.Close()
	began, slow := make(chan struct{}), make(chan string, 1)
	go func() {
		_, text := post("theirs", io.MultiReader(strings.NewReader(oneSale), signalled(began), read))
		slow <- text
	}()
	<-began
	if status, text := post("machine", strings.NewReader(oneSale)); status != 200 {
		t.Errorf("%d %s", status, text)
	}
	if text := <-slow; !strings.Contains(text, "file-unreadable") {
		t.Errorf("the slow one: %s", text)
	}
}

// Many societies' integrators may sit behind one address; one that guesses keys is stopped all the same.
func TestAddressesAreChargedForFailuresOnly(t *testing.T) {
	im, _ := linked(t)
	c := newCaller(t, im, func(c *link.APIConfig) { c.Rate, c.Burst = 1, 3 })
	ask := func(key string) int {
		status, _, _ := c.send(sending{"GET", link.APIBase + "sites/m1/feed", key, "", nil, 0})
		return status
	}
	for range 3 {
		if mine, theirs := ask("machine"), ask("theirs"); mine != 200 || theirs != 404 {
			t.Errorf("%d %d", mine, theirs)
		}
	}
	for n, want := range []int{401, 401, 401, 429} {
		if got := ask([]string{"", "guess"}[n%2]); got != want {
			t.Errorf("try %d: %d", n, got)
		}
	}
}

// Troubles do not grow with what senders make up.
func TestTroublesAreBounded(t *testing.T) {
	im, _ := linked(t)
	now := asOf
	im.Clock = func() time.Time { return now }
	send := func(site, name, text string) {
		f := file(text)
		f.Name = name
		_, _ = im.Deliver(t.Context(), machine, link.Parcel{Kind: link.MovementsFile, Site: stocktake.SiteID(site), File: f})
	}
	for n := range 20 {
		send("made-up-"+itoa(n), "a.csv", oneSale)
	}
	h, err := im.Health(t.Context(), machine)
	if err != nil || len(h.Troubles) != 1 || h.Troubles[0].Site != "" || h.Troubles[0].Reason.Key != "not-found" || !h.Troubles[0].Previous.IsZero() {
		t.Fatalf("%d %v", len(h.Troubles), err)
	}
	last := func() link.Delivery {
		h, err := im.Health(t.Context(), machine)
		must(t, err)
		return h.Troubles[len(h.Troubles)-1]
	}
	bad := func(n int) string { return strings.Repeat(itoa(n)+",gift,200,-1,2026-11-24 08:00\n", 100) }
	send("m1", "1.csv", "id,kind,item,quantity,booked\n"+bad(1))
	send("m1", "2.csv", "id,kind,item,quantity,booked\n"+bad(2))
	if d := last(); d.File != "1.csv" || len(d.List) != 50 || d.Refused != 100 {
		t.Errorf("%s %d", d.File, len(d.List))
	}
	now = now.Add(5 * time.Minute)
	send("m1", "3.csv", "id,kind,item,quantity,booked\n"+bad(3))
	if d := last(); d.File != "3.csv" || d.Previous.IsZero() {
		t.Errorf("%s", d.File)
	}
}

// What mends a trouble is a delivery of its kind and site, not a watermark; and rows that were left out are not there because
// others came.
func TestWhatMendsATrouble(t *testing.T) {
	im, _ := linked(t)
	send := func(text string, o link.Options) {
		_, _ = im.Deliver(t.Context(), machine, link.Parcel{Kind: link.MovementsFile, Site: "m1", File: file(text), Options: o})
	}
	mended := func() bool {
		h, err := im.Health(t.Context(), machine)
		must(t, err)
		return !h.Troubles[0].Mended.IsZero()
	}
	gift := strings.Replace(oneSale, "sale", "gift", 1)
	send(gift, link.Options{})
	_, err := im.ImportWatermark(t.Context(), machine, "m1", link.Coverage{Claim: link.Claim{Through: 9}}, false)
	if must(t, err); mended() {
		t.Error("by a claim without a row")
	}
	send(oneSale, link.Options{})
	if !mended() {
		t.Error("not by the rows that had been wrong")
	}
	send(gift, link.Options{Quarantine: true})
	if mended() {
		t.Error("before anything came")
	}
	send(oneSale, link.Options{})
	if mended() {
		t.Error("the row that was left out never came")
	}
}
