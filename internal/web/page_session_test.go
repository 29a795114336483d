package web_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"jard/internal/boltdb"
	"jard/internal/count"
	"jard/internal/stocktake"
	"jard/internal/web"
)

// story is a desk with one session, s1, and a way to hand in what handhelds record.
type story struct {
	*desk
	db    *boltdb.DB
	marks map[stocktake.DeviceID]count.Mark
	ids   int
	codes attached
}

// attached notes the codes that were attached for good.
type attached map[string]stocktake.ItemID

func (s attached) AttachCode(_ context.Context, _ stocktake.Person, item stocktake.ItemID, code string, _ stocktake.Quantity) error {
	s[code] = item
	return nil
}

func openStory(t *testing.T, edit ...func(*web.Config)) *story {
	s := &story{marks: map[stocktake.DeviceID]count.Mark{}, codes: attached{}}
	s.desk = open(t, append(edit, func(c *web.Config) { c.Catalogue = s.codes })...)
	s.db = s.desk.db
	s.ok(s.ask("supervisor", "POST", "/api/sessions", `{"session":"s1","name":{"ar":"جرد"},"site":"central","kind":"full",
		"tolerance":{"quantity":0},"tiers":[{"role":"supervisor","up_to":1000},{"role":"manager"}]}`), http.StatusCreated, nil)
	return s
}

func (s *story) push(device stocktake.DeviceID, events ...count.Event) {
	s.t.Helper()
	mark := s.marks[device]
	b := count.Batch{Society: society, Stream: count.Stream{Device: device, Epoch: "e"}, First: mark.Acked + 1, Prev: mark.Digest, Digest: mark.Digest}
	var bodies [][]byte
	for _, e := range events {
		s.ids++
		e.Version, e.Session, e.At, e.ID = 1, cmp.Or(e.Session, "s1"), time.Now().UnixMilli(), stocktake.EventID(fmt.Sprint("e", s.ids))
		body, err := json.Marshal(e)
		must(s.t, err)
		bodies = append(bodies, body)
		b.Digest = count.NextDigest(b.Digest, body)
	}
	b.Events = count.Receive(bodies)
	var err error
	s.marks[device], err = s.db.Append(s.t.Context(), b)
	must(s.t, err)
}

// walk hands in a whole pass over A1 that finds so much of an item, or of a code that is none.
func (s *story) walk(pass stocktake.PassID, who stocktake.PersonID, item stocktake.ItemID, units int64) {
	q := stocktake.Quantity(units * 1000)
	device := stocktake.DeviceID("device-" + string(who))
	s.push(device, count.Event{Name: "pass.opened", Pass: pass, Location: "A1", Round: 1, Person: who, Mode: "quantity"},
		count.Event{Name: "observed", Pass: pass, Code: string(item), Item: item, Pack: 1000, Amount: q},
		count.Event{Name: "pass.closed", Pass: pass, Observations: 1, Quantity: q})
}

func (s *story) page(as, path string, wants ...string) string {
	s.t.Helper()
	w := s.browse(as, "GET", path, nil, "Cookie", "lang=en")
	s.holds(w, http.StatusOK, wants...)
	return w.Body.String()
}

func (s *story) holds(w *httptest.ResponseRecorder, status int, wants ...string) {
	s.t.Helper()
	body := w.Body.String()
	if w.Code != status || strings.Contains(body, "⟦") {
		s.t.Fatalf("%d: %s", w.Code, body)
	}
	plain := regexp.MustCompile(`[\x{2066}-\x{2069}]`).ReplaceAllString(body, "")
	for _, want := range wants {
		if !strings.Contains(plain, want) {
			s.t.Errorf("the page lacks %q: %s", want, plain)
		}
	}
}

// hidden gives what stands in the page's fields of a name.
func hidden(t *testing.T, page, name string) []string {
	t.Helper()
	var list []string
	for _, m := range regexp.MustCompile(`name="`+name+`" value="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		list = append(list, strings.NewReplacer("&#34;", `"`, "&#39;", "'", "&amp;", "&", "&#43;", "+").Replace(m[1]))
	}
	return list
}

func (s *story) post(as, path string, f url.Values) *httptest.ResponseRecorder {
	s.t.Helper()
	return s.browse(as, "POST", path, f, "Cookie", "lang=en")
}

func (s *story) went(w *httptest.ResponseRecorder, done string) {
	s.t.Helper()
	if to := w.Header().Get("Location"); w.Code != http.StatusSeeOther || !strings.HasSuffix(to, "done="+done) {
		s.t.Fatalf("%d to %q, not %q: %s", w.Code, to, done, w.Body)
	}
}

// TestNamesOfDevices holds that who may not see the devices sees ids, and that a store that fails is not passed over.
func TestNamesOfDevices(t *testing.T) {
	s := openStory(t)
	for _, path := range []string{"/sessions/s1/seal", "/sessions/s1/log"} {
		s.who.devices = stocktake.NotAllowed.New([]stocktake.Role{stocktake.Manager})
		s.page("witness", path)
		s.who.devices = errors.New("disk full")
		s.holds(s.browse("witness", "GET", path, nil), http.StatusInternalServerError)
	}
}

func TestBoardSaysEverythingWithoutTheIsland(t *testing.T) {
	s := openStory(t)
	s.walk("p1", "ali", "tuna", 5)
	body := s.page("witness", "/sessions/s1", "tuna", "shortage", "outside tolerance", `id="board"`, `src="/static/console/board.js`)
	if strings.Contains(body, `id="do-recount"`) {
		t.Error("a witness is offered a recount")
	}
	s.page("supervisor", "/sessions/s1?status=not-counted", "رز", "kilogram", `class="number">4.000</bdi>`)
	s.page("supervisor", "/sessions/s1?q=nothing", "No line is like that")
	s.page("manager", "/sessions/s1/line?section=dry&item=tuna", "98,765", "Found", "علي", "98,760", "<svg")
	s.holds(s.browse("manager", "GET", "/sessions/s1/line?section=dry&item=none", nil), http.StatusNotFound)
}

func TestDisputeIsSettledOnItsPage(t *testing.T) {
	s := openStory(t)
	s.walk("p1", "ali", "tuna", 5)
	s.walk("p2", "huda", "tuna", 7)
	page := s.page("supervisor", "/sessions/s1/disputes", "5", "7", "This count is right")
	f := url.Values{"do": {"choose"}, "location": {"A1"}, "item": {"tuna"}, "digest": hidden(t, page, "digest")[:1], "key": hidden(t, page, "key")[:1]}
	w := s.post("supervisor", "/sessions/s1/disputes", f)
	s.holds(w, http.StatusUnprocessableEntity)
	if said := between(w.Body.String(), `<article class="case"`, "<fieldset"); !strings.Contains(said, "Choose the count that is right") || strings.Count(w.Body.String(), "Choose the count that is right") != 1 {
		t.Errorf("the fault does not stand at its dispute alone: %s", w.Body)
	}
	f.Set("pass", "p2")
	s.holds(s.post("supervisor", "/sessions/s1/disputes", f), http.StatusUnprocessableEntity, "Say why", "checked")
	f.Set("reason", "I looked myself")
	s.holds(s.post("witness", "/sessions/s1/disputes", f), http.StatusUnprocessableEntity, "You may not do this")
	old := f.Get("digest")
	f.Set("digest", "what-was-seen-earlier")
	s.holds(s.post("supervisor", "/sessions/s1/disputes", f), http.StatusUnprocessableEntity, "has changed since you looked", "I looked myself")
	f.Set("digest", old)
	s.went(s.post("supervisor", "/sessions/s1/disputes", f), "done.dispute-settled")
	s.page("supervisor", "/sessions/s1/disputes?done=done.dispute-settled", "The dispute is settled", "I looked myself", "Take back")
}

func TestSheetSaysWhatWillHappenAndThenDoesIt(t *testing.T) {
	s := openStory(t)
	s.walk("p1", "ali", "tuna", 98_763) // two short, 500 fils: the supervisor's tier
	page := s.page("supervisor", "/sessions/s1/sheet", "tuna", "yours", "up to 1.000 KD")
	refs := hidden(t, page, "line")
	if len(refs) != 1 {
		t.Fatalf("lines on the sheet: %q", refs)
	}
	confirm := s.post("supervisor", "/sessions/s1/sheet", url.Values{"do": {"approve"}, "line": refs})
	s.holds(confirm, http.StatusOK, "Approve 1 line, shortage 0.500 KD")
	s.holds(s.post("supervisor", "/sessions/s1/sheet", url.Values{"do": {"reject"}, "line": refs}), http.StatusOK, "Reject 1 line")
	s.holds(s.post("supervisor", "/sessions/s1/sheet", url.Values{"do": {"sign-reject"}, "line": refs}), http.StatusUnprocessableEntity, "Say why")
	s.holds(s.post("supervisor", "/sessions/s1/sheet", url.Values{"do": {"approve"}}), http.StatusUnprocessableEntity, "Choose at least one line")

	s.walk("p2", "ali", "tuna", 1) // a second walk by the same person: now it is disputed
	w := s.post("supervisor", "/sessions/s1/sheet", url.Values{"do": {"sign-approve"}, "line": refs})
	s.holds(w, http.StatusUnprocessableEntity, "has changed since you looked", "1 line has changed since you looked and is left out")
	if strings.Contains(w.Body.String(), "sign-approve") {
		t.Error("what has changed can be approved all the same")
	}
}

func TestFourEyesAreSaidInWords(t *testing.T) {
	s := openStory(t)
	s.walk("p1", "the-supervisor", "tuna", 98_763)
	page := s.page("supervisor", "/sessions/s1/sheet", "you counted here", "None of these lines is yours to approve")
	if strings.Contains(page, `value="approve"`) {
		t.Error("who may approve none of the lines is offered to")
	}
	refs := hidden(t, page, "line")
	s.holds(s.post("supervisor", "/sessions/s1/sheet", url.Values{"do": {"sign-approve"}, "line": refs}), http.StatusUnprocessableEntity,
		"You counted تونة (tuna) yourself and cannot decide on it")
	s.went(s.post("manager", "/sessions/s1/sheet", url.Values{"do": {"sign-approve"}, "line": refs}), "done.lines-approved")
	s.page("witness", "/sessions/s1/line?section=dry&item=tuna", "approved", "stands")
}

// What was carried during the count, and what counters told of what they met, is told where people ask.
func TestMovesAndNotesAreShown(t *testing.T) {
	s := openStory(t)
	s.build("A1", "B1")
	s.ok(s.ask("supervisor", "POST", "/api/sessions", `{"session":"two","name":{"ar":"جرد"},"site":"north","kind":"full",
		"tolerance":{"quantity":0},"tiers":[{"role":"manager"}]}`), http.StatusCreated, nil)
	events := []count.Event{
		{Name: "pass.opened", Pass: "p1", Location: "A1", Round: 1, Person: "ali", Mode: "quantity"},
		{Name: "observed", Pass: "p1", Code: "tuna", Item: "tuna", Pack: 1000, Amount: 5000, Note: "two dented"},
		{Name: "observed", Pass: "p1", Code: "4711", Pack: 1000, Amount: 3000, Note: "<green> tin"},
		{Name: "pass.closed", Pass: "p1", Observations: 2, Quantity: 8000},
		{Name: "moved", Person: "ali", Item: "tuna", Pack: 1000, Amount: 7000, Lot: "L9", From: "A1", To: "B1", TakenAt: 1_760_000_000_000},
		{Name: "moved", Person: "ali", Item: "tuna", Pack: 1000, Amount: 7000, From: "A1", To: "Z9", TakenAt: 1_760_000_000_000},
		{Name: "moved", Person: "ali", Code: "4712", Pack: 1000, Amount: 2000, From: "A1", To: "B1", TakenAt: 1_760_000_000_000},
	}
	for n := range events {
		events[n].Session = "two"
	}
	s.push("device-ali", events...)
	s.page("witness", "/sessions/two/line?section=dry&item=tuna", "two dented", "Moves during the count", "The shelf B1", "L9", `class="number">7</bdi>`)
	s.page("supervisor", "/sessions/two/codes", "&lt;green&gt; tin", "4712", "2 were moved under it")
	s.page("supervisor", "/sessions/two/codes?code=4711", "What its counters tell of it")
	s.page("witness", "/sessions/two/log", "moved stock", "Taken at", "The shelf B1", "Note", "two dented")
	s.page("supervisor", "/sessions/two/quarantine", "moved stock", "Z9")
}

func TestUnknownCodeIsAttachedForGood(t *testing.T) {
	s := openStory(t)
	s.walk("p1", "ali", "4711", 3)
	s.page("supervisor", "/sessions/s1/codes", "4711", "Which item?")
	s.page("supervisor", "/sessions/s1/codes?code=4711&q=تونه", "تونة", "For good")
	f := url.Values{"do": {"attach"}, "code": {"4711"}, "item": {"tuna"}, "pack": {"x"}, "lasting": {"yes"}}
	s.holds(s.post("supervisor", "/sessions/s1/codes?code=4711&q=تونه", f), http.StatusUnprocessableEntity, "is not a decimal number", `value="x"`)
	f.Set("pack", "١٢")
	s.went(s.post("supervisor", "/sessions/s1/codes", f), "done.code-lasting")
	if s.codes["4711"] != "tuna" {
		t.Fatalf("attached: %v", s.codes)
	}
	s.page("supervisor", "/sessions/s1/line?section=dry&item=tuna", "36")
}

func TestQuarantinePassesRestRecountSealAndLog(t *testing.T) {
	s := openStory(t)
	s.push("d9", count.Event{Name: "observed", Pass: "never", Code: "c", Item: "tuna", Pack: 1000, Amount: 1000})
	page := s.page("supervisor", "/sessions/s1/quarantine", "Its pass was never opened", "&#34;never&#34;", "counts by itself once")
	s.holds(s.post("supervisor", "/sessions/s1/quarantine", url.Values{"do": {"aside"}, "key": hidden(t, page, "key"), "reason": {"a test"}}),
		http.StatusUnprocessableEntity, "has changed since you looked")
	s.went(s.post("supervisor", "/sessions/s1/quarantine", url.Values{"do": {"aside"}, "key": hidden(t, page, "key"), "digest": hidden(t, page, "digest"), "reason": {"a test"}}), "done.held-aside")
	s.page("supervisor", "/sessions/s1/quarantine", "a test", "Take back")

	s.push("d1", count.Event{Name: "pass.opened", Pass: "p1", Location: "A1", Round: 1, Person: "ali", Mode: "quantity"})
	page = s.page("supervisor", "/sessions/s1/passes", "open", "Count it as it stands")
	s.went(s.post("supervisor", "/sessions/s1/passes", url.Values{"do": {"complete"}, "key": {"p1"}, "digest": hidden(t, page, "digest")[:1], "reason": {"went home"}}), "done.pass-completed")

	page = s.page("supervisor", "/sessions/s1/rest", "tuna", "Sign 2 lines as zero")
	f := url.Values{"do": {"sign"}, "line": hidden(t, page, "line"), "reason": {"none on the attached"}}
	s.holds(s.post("witness", "/sessions/s1/rest", f), http.StatusUnprocessableEntity, "You may not do this")
	s.went(s.post("supervisor", "/sessions/s1/rest", f), "done.rest-signed")
	s.page("supervisor", "/sessions/s1/rest", "Nothing is left uncounted", "Signed as zero")

	w := s.post("supervisor", "/sessions/s1/recounts", url.Values{"line": {"dry\ttuna"}})
	s.holds(w, http.StatusOK, "Round 2", "A1", "tuna")
	plan := w.Body.String()
	s.went(s.post("supervisor", "/sessions/s1/recounts", url.Values{"do": {"order"}, "round": hidden(t, plan, "round"), "task": hidden(t, plan, "task"),
		"line": hidden(t, plan, "line")}), "done.recount-ordered")
	s.page("supervisor", "/sessions/s1/recounts", "out", "Withdraw", "Order at once")
	s.holds(s.post("supervisor", "/sessions/s1/recounts", url.Values{"of": {"disputes"}}), http.StatusUnprocessableEntity, "one order takes 1 to")

	s.page("manager", "/sessions/s1/seal", "Tasks not done", `href="/sessions/s1/recounts"`, "Begin closing")
	s.holds(s.post("manager", "/sessions/s1/seal", url.Values{"do": {"seal"}}), http.StatusUnprocessableEntity, "not set up for that")
	s.went(s.post("manager", "/sessions/s1/seal", url.Values{"do": {"close"}}), "done.closing")
	s.page("manager", "/sessions/s1/seal", `<span class="tag busy">closing</span>`, "Reopen counting")
	s.went(s.post("manager", "/sessions/s1/seal", url.Values{"do": {"reopen"}, "reason": {"too early"}}), "done.reopened")

	s.push("D1", count.Event{Name: "pass.opened", Pass: "p9", Location: "A1", Round: 1, Person: "ali", Mode: "quantity"})
	s.page("manager", "/sessions/s1/seal", "1 walk is still open", `name="sure" value="yes" required`)
	s.holds(s.post("manager", "/sessions/s1/seal", url.Values{"do": {"close"}, "unfinished": {"yes"}}), http.StatusUnprocessableEntity, "Counting is not finished")
	s.page("manager", "/sessions/s1/log", "TC26-1")
	s.page("manager", "/devices", "TC26-1", "منى")
	s.page("witness", "/sessions/s1/log", "chain verified", "reopened counting", "signed lines as zero", "none on the attached",
		`<th scope="row">Location</th><td><bdi>`, `<th scope="row">Reason</th><td><bdi>`, "As recorded")
	s.page("witness", "/sessions/s1/log?verify=1&of=people", "chain verified, all", "issued the session")
}

// TestWhatWasShownIsSealed holds that nobody seals figures that the page did not show them.
func TestWhatWasShownIsSealed(t *testing.T) {
	s := openStory(t, func(c *web.Config) { c.Issuer = struct{ count.Issuer }{} })
	shown := func() url.Values {
		return url.Values{"do": {"seal"}, "shown": hidden(t, s.page("manager", "/sessions/s1/seal"), "shown")}
	}
	before := shown()
	s.walk("p1", "ali", "tuna", 5)
	s.holds(s.post("manager", "/sessions/s1/seal", before), http.StatusUnprocessableEntity, "has changed since you looked")
	s.holds(s.post("manager", "/sessions/s1/seal", url.Values{"do": {"seal"}}), http.StatusUnprocessableEntity, "has changed since you looked")
	s.holds(s.post("manager", "/sessions/s1/seal", shown()), http.StatusUnprocessableEntity, "cannot be sealed yet: settle what is listed here")
}

// TestSealPageNamesWhatBlocks holds that people read names there, and find where to act.
func TestSealPageNamesWhatBlocks(t *testing.T) {
	s := openStory(t)
	stream := count.Stream{Device: "D1", Epoch: "e"}
	_, err := s.db.Write(t.Context(), count.Draft{Society: society, Session: "s1", Author: count.Author{Stream: stream}, Kind: count.Joined, Body: []byte(`{"epoch":"e"}`)})
	must(t, err)
	s.push("D1", count.Event{Name: "pass.opened", Pass: "0b7e-pass", Location: "A1", Round: 1, Person: "ali", Mode: "quantity"})
	s.push("D1", count.Event{Name: "observed", Pass: "never", Code: "c", Item: "tuna", Pack: 1000, Amount: 1000})
	task := `{"tasks":[{"id":"task-77","round":1,"location":"A1","person":"ali"}]}`
	s.ok(s.ask("supervisor", "POST", "/api/sessions/s1/assignments", task), http.StatusOK, nil)
	body := s.page("manager", "/sessions/s1/seal",
		"e.g. السوق المركزي, علي", `href="/sessions/s1/passes?status=open"`,
		"e.g. Its pass was never opened", `href="/sessions/s1/quarantine"`,
		"e.g. TC26-1", `href="#streams"`, `href="/sessions/s1/assign"`)
	// Between isolates nothing says which way an Arabic list runs but a mark of its own.
	if arabic := s.browse("manager", "GET", "/sessions/s1/seal", nil).Body.String(); !strings.Contains(arabic, "\u2068\u200f\u2068السوق المركزي\u2069، \u2068علي\u2069\u2069") {
		t.Errorf("the Arabic list has no direction: %q", arabic)
	}
	for _, id := range []string{"0b7e-pass", "task-77"} {
		if strings.Contains(body, id) {
			t.Errorf("the page shows the id %s", id)
		}
	}
	off := url.Values{"do": {"write-off"}, "device": {"D1"}, "epoch": {"e"}, "reason": {"lost"}}
	s.holds(s.post("manager", "/sessions/s1/seal", off), http.StatusUnprocessableEntity, "has changed since you looked")
	off["digest"] = hidden(t, body, "digest")
	s.went(s.post("manager", "/sessions/s1/seal", off), "done.stream-written-off")
	s.page("manager", "/sessions/s1/seal", "Left out of the count", "<td>TC26-1</td>")
}

// seal makes the session final behind the pages' back.
func (s *story) seal() {
	s.t.Helper()
	head, err := s.db.Head(s.t.Context(), society, "s1")
	must(s.t, err)
	document, err := stocktake.NewDocument(map[string]string{"of": "s1"})
	must(s.t, err)
	_, err = s.db.Seal(s.t.Context(), count.Sealing{Society: society, Session: "s1", Author: count.Author{Person: "mona"}, Body: []byte(`{}`),
		IfHead: head.Offset, Result: document, Signature: []byte("s"), Series: 1, Number: 1})
	must(s.t, err)
}

// TestSealedSessionOffersNothingToDecide holds that no page of it leads to a decision that would be refused.
func TestSealedSessionOffersNothingToDecide(t *testing.T) {
	s := openStory(t)
	s.walk("p1", "ali", "tuna", 5)
	s.page("manager", "/sessions/s1", `id="do-sheet"`, `href="/sessions/s1/sheet"`, `href="/sessions/s1/assign"`)
	s.page("manager", "/sessions/s1/plan", "Cancel the session", `href="/sessions/s1/seal"`, `aria-current="page">Plan`)
	s.seal()
	for _, path := range []string{"", "/plan", "/assign", "/sheet", "/disputes", "/quarantine", "/codes", "/recounts", "/rest", "/passes", "/seal", "/log", "/line?section=dry&item=tuna"} {
		body := s.page("manager", "/sessions/s1"+path, `<nav class="tabs"`, "sealed")
		main := body[strings.Index(body, "<main"):]
		if strings.Contains(main, `name="do"`) || strings.Contains(main, `id="do-sheet"`) || strings.Contains(main, `href="/sessions/s1/assign"`) && path != "/assign" {
			t.Errorf("%s offers something to do: %s", path, main)
		}
	}
	s.page("manager", "/sessions/s1", `<a class="button primary" href="/sessions/s1/seal">The result</a>`)
	s.holds(s.post("manager", "/sessions/s1/passes", url.Values{"do": {"abandon"}, "key": {"p1"}, "digest": {"x"}, "reason": {"x"}}),
		http.StatusUnprocessableEntity, "is sealed or cancelled")
}

// TestWithdrawTakesBackWhatHasNotBegun holds that a walk of one person does not keep another's task, and that what stays
// says why.
func TestWithdrawTakesBackWhatHasNotBegun(t *testing.T) {
	s := openStory(t)
	tasks := `{"tasks":[{"id":"of-ali","round":1,"location":"A1","person":"ali"},{"id":"of-mona","round":1,"location":"A1","person":"mona"}]}`
	s.ok(s.ask("supervisor", "POST", "/api/sessions/s1/assignments", tasks), http.StatusOK, nil)
	s.page("supervisor", "/sessions/s1/seal", `href="/sessions/s1/assign"><span class="tag check">`)
	if page := s.page("witness", "/sessions/s1/seal", `<span class="task"><span class="tag check">`); strings.Contains(page, "/assign") {
		t.Error("a witness is sent where only planners may go")
	}
	s.push("d1", count.Event{Name: "pass.opened", Pass: "p1", Location: "A1", Round: 1, Person: "ali", Assignment: "of-ali", Mode: "quantity"})
	withdraw := url.Values{"do": {"withdraw"}, "sections": {"dry"}}
	s.went(s.post("supervisor", "/sessions/s1/assign", withdraw), "done.withdrawn")
	page := s.page("supervisor", "/sessions/s1/assign", "Begun and not done", "still counting the location", `href="/sessions/s1/passes?location=A1"`)
	if strings.Contains(page, "منى") {
		t.Error("the task that nobody began was not withdrawn")
	}
	s.holds(s.post("supervisor", "/sessions/s1/assign", withdraw), http.StatusUnprocessableEntity, "was begun or is done")
}

// TestHomeAndSheetAgreeOnWhoseALineIs holds that what home says awaits one's approval is what the sheet says is one's own.
func TestHomeAndSheetAgreeOnWhoseALineIs(t *testing.T) {
	s := openStory(t)
	s.walk("p1", "ali", "tuna", 98_763) // two short, 500 fils: the supervisor's tier
	s.page("supervisor", "/", "1 line awaits your approval")
	s.page("supervisor", "/sessions/s1/sheet", "yours 1")
	s.page("manager", "/", "1 line awaits a lower tier; you may approve it too")
	page := s.page("manager", "/sessions/s1/sheet", "you may too", `value="approve"`)
	if home := s.page("manager", "/"); strings.Contains(home, "awaits your approval") || strings.Contains(page, "yours") {
		t.Error("the supervisor's line is said to be the manager's")
	}
}

// TestLineStoryNamesWhoCounted: the bars of a line's story say whose they are, and time runs as the page is read.
func TestLineStoryNamesWhoCounted(t *testing.T) {
	s := openStory(t)
	s.walk("p1", "ali", "tuna", 5)
	english := s.page("supervisor", "/sessions/s1/line?section=dry&item=tuna", "Each bar is a time of counting")
	arabic := s.browse("supervisor", "GET", "/sessions/s1/line?section=dry&item=tuna", nil).Body.String()
	marks := regexp.MustCompile(`x1="(\d+)"`)
	left, right := marks.FindStringSubmatch(english), marks.FindStringSubmatch(arabic)
	if len(left) < 2 || len(right) < 2 || len(left[1]) >= len(right[1]) {
		t.Errorf("the first mark stands at %v in English and at %v in Arabic", left, right)
	}
	if !regexp.MustCompile(`<text [^>]*>[^<]+</text>`).MatchString(english) {
		t.Error("no bar has a name")
	}
	clocks := map[string]bool{}
	_, under, _ := strings.Cut(english, `class="axis-marks"`)
	under, _, _ = strings.Cut(under, "</div>")
	for _, m := range regexp.MustCompile(`class="number">([^<]+)<`).FindAllStringSubmatch(under, -1) {
		if clocks[m[1]] {
			t.Errorf("two marks say %s", m[1])
		}
		clocks[m[1]] = true
	}
	if len(clocks) != 5 {
		t.Errorf("the marks are %v", clocks)
	}
	bar := regexp.MustCompile(`<text x="(\d+)" y="\d+"( text-anchor="end")?>`).FindStringSubmatch(english)
	if at, err := strconv.Atoi(bar[1]); err != nil || bar[2] == "" && at > 850 || bar[2] != "" && at < 150 {
		t.Errorf("a name has no room: %v", bar)
	}
	if n := strings.Count(english, "<time"); n > 4 {
		t.Errorf("the date is said %d times", n)
	}
}

// TestCountSheetNamesItemsAsTheBoardDoes: the number of an item on paper is the one on the screen, and its code beside it.
func TestCountSheetNamesItemsAsTheBoardDoes(t *testing.T) {
	s := openStory(t)
	s.page("supervisor", "/sessions/s1/count-sheet", `<bdi dir="ltr" class="code">tuna</bdi>`, "Item number / barcode", "Location (write it)")
}
