package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// many is a session of more lines than one entry decides on, all of them short by one.
func many(t *testing.T, lines int) *story {
	s := openStory(t)
	s.build("A1")
	book := stocktake.Snapshot{Site: "north", AsOf: time.Now()}
	events := []count.Event{{Session: "two", Name: "pass.opened", Pass: "p1", Location: "A1", Round: 1, Person: "ali", Mode: "quantity"}}
	var items []stocktake.Item
	for n := range lines {
		id := stocktake.ItemID(fmt.Sprintf("i-%05d", n))
		items = append(items, stocktake.Item{ID: id, Name: stocktake.Name{Arabic: "صنف " + string(id)}, Unit: stocktake.Piece})
		book.Lines = append(book.Lines, stocktake.BookLine{Section: "dry", Item: id, Quantity: 2000, Cost: stocktake.Cost(1000 * (n + 1))})
		events = append(events, count.Event{Session: "two", Name: "observed", Pass: "p1", Code: string(id), Item: id, Pack: 1000, Amount: 1000})
	}
	catalogue, chunks, err := stocktake.NewCatalogue(items)
	must(t, err)
	must(t, s.db.Publish(t.Context(), society, "catalogue", catalogue, chunks...))
	doc, err := stocktake.NewSnapshot(book)
	must(t, err)
	must(t, s.db.Publish(t.Context(), society, "snapshot/north", doc))
	s.ok(s.ask("supervisor", "POST", "/api/sessions", `{"session":"two","name":{"ar":"جرد"},"site":"north","kind":"full","tolerance":{"quantity":0},"tiers":[{"role":"manager"}]}`), http.StatusCreated, nil)
	s.push("d1", append(events, count.Event{Session: "two", Name: "pass.closed", Pass: "p1", Observations: int64(lines), Quantity: stocktake.Quantity(lines * 1000)})...)
	return s
}

func (s *story) decided(session string) (entries int) {
	list, err := s.db.Read(s.t.Context(), society, stocktake.SessionID(session), 1, 100_000)
	must(s.t, err)
	for _, e := range list {
		if e.Kind == count.LinesDecided {
			entries++
		}
	}
	return entries
}

// All lines are chosen at once, looked at once and signed once. What changed meanwhile is left out and named; the others are decided on.
func TestADecisionHoldsAllThatIsChosen(t *testing.T) {
	const lines = 5600
	s := many(t, lines)
	var names strings.Builder
	for n := range lines {
		fmt.Fprintf(&names, "dry\ti-%05d\r\n", n)
	}
	w := s.post("manager", "/sessions/two/sheet", url.Values{"back": {"desk"}, "do": {"approve"}, "lines": {names.String()}})
	s.holds(w, http.StatusOK, "Approve 5,600 lines", "Listed are the 500 of greatest value. The decision is about all 5,600", "i-05599")
	form := hiddenIn(w.Body.String())
	if parts := form["lines"]; len(parts) != 2 || strings.Count(parts[0], "\n") != 5000 {
		t.Fatalf("%d parts", len(parts))
	}
	old := form["lines"][1]
	form["lines"][1] = old[:len(old)-2] + "~\n" // its last line was something else when it was shown
	form.Set("do", "sign-approve")
	w = s.post("manager", "/sessions/two/sheet", form)
	s.holds(w, http.StatusOK, "5,599 lines were approved", "1 line has changed since you looked and is left out", "Nothing is left to decide on")
	if n := s.decided("two"); n != 2 {
		t.Errorf("%d entries", n)
	}
	s.page("witness", "/sessions/two/line?section=dry&item=i-04000", "approved")
}

// An island sends part by part, and is told of each what was decided on and what was left out.
func TestAPartIsAnsweredAsItIs(t *testing.T) {
	s := many(t, 3)
	w := s.post("manager", "/sessions/two/sheet", url.Values{"do": {"approve"}, "line": {"dry\ti-00000", "dry\ti-00001", "dry\ti-00002"}})
	refs := strings.Split(strings.TrimSpace(hidden(t, w.Body.String(), "lines")[0]), "\n")
	ask := func(as string, f url.Values) (int, map[string]any) {
		w := s.browse(as, "POST", "/sessions/two/sheet", f, "Cookie", "lang=en", "Accept", "application/json")
		var got map[string]any
		must(t, json.Unmarshal(w.Body.Bytes(), &got))
		return w.Code, got
	}
	code, got := ask("manager", url.Values{"do": {"sign-reject"}, "lines": {strings.Join(refs, "\n")}})
	if fault, _ := got["fault"].(string); code != http.StatusUnprocessableEntity || !strings.Contains(fault, "Say why") {
		t.Errorf("without a reason: %d %v", code, got)
	}
	stale := refs[0][:len(refs[0])-1] + "~"
	code, got = ask("manager", url.Values{"do": {"sign-approve"}, "lines": {stale + "\n" + refs[1] + "\n" + refs[2]}})
	if left, _ := got["left"].([]any); code != http.StatusOK || got["decided"] != 2.0 || len(left) != 1 || left[0] != stale {
		t.Errorf("one has changed: %d %v", code, got)
	}
	if n := s.decided("two"); n != 1 {
		t.Errorf("%d entries", n)
	}
	s.page("witness", "/sessions/two/line?section=dry&item=i-00001", "approved")
}
