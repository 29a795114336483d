package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// explained is a session under a policy with reasons for shortages (one of them with a note, one with a photo) and for surpluses, in
// which somebody found so much tuna of 98,765 and so much rice of 4.
func explained(t *testing.T, tuna, rice int64, photo string) *story {
	s := openStory(t)
	s.went(s.post("manager", "/policy", url.Values{
		"number": {"1"}, "name-ar": {"سياسة"}, "usual-quantity": {"0"}, "tier-role-0": {"manager"},
		"code-key-0": {"expired"}, "code-en-0": {"Past its date"}, "code-sign-0": {"shortage"},
		"code-key-1": {"theft"}, "code-en-1": {"Taken"}, "code-sign-1": {"shortage"}, "code-note-1": {"yes"},
		"code-key-2": {"broken"}, "code-en-2": {"Broken on the shelf"}, "code-sign-2": {"shortage"}, "code-photo-2": {"yes"},
		"code-key-3": {"found"}, "code-en-3": {"Found again"}, "code-sign-3": {"surplus"},
	}), "done.policy-published")
	s.build("A1")
	s.ok(s.ask("supervisor", "POST", "/api/sessions", `{"session":"two","name":{"ar":"جرد"},"site":"north","kind":"full"}`), http.StatusCreated, nil)
	q := func(n int64) stocktake.Quantity { return stocktake.Quantity(n * 1000) }
	s.push("d1", count.Event{Session: "two", Name: "pass.opened", Pass: "p1", Location: "A1", Round: 1, Person: "ali", Mode: "quantity"},
		count.Event{Session: "two", Name: "observed", Pass: "p1", Code: "tuna", Item: "tuna", Pack: 1000, Amount: q(tuna), Photo: photo},
		count.Event{Session: "two", Name: "observed", Pass: "p1", Code: "رز/١", Item: "رز/١", Pack: 1000, Amount: q(rice)},
		count.Event{Session: "two", Name: "pass.closed", Pass: "p1", Observations: 2, Quantity: q(tuna + rice)})
	return s
}

// A reason code goes with its note through the form as it stands on the page, and is told in the log and on the line.
func TestAReasonCodeIsGivenOnTheSheet(t *testing.T) {
	s := explained(t, 98_763, 4, "")
	sheet := s.page("manager", "/sessions/two/sheet", "tuna")
	w := s.post("manager", "/sessions/two/sheet", url.Values{"do": {"approve"}, "line": hidden(t, sheet, "line")})
	s.holds(w, http.StatusOK, "Approve 1 line, shortage 0.500 KD", "Past its date", "Taken (with a note)", "no reason code")
	for _, not := range []string{"Found again", "Broken on the shelf"} {
		if strings.Contains(w.Body.String(), not) {
			t.Errorf("%q is offered, for a surplus or with a photo that nobody took", not)
		}
	}
	form := hiddenIn(w.Body.String())
	for field, value := range map[string]string{"do": "sign-approve", "code": "theft"} {
		form.Set(field, value)
	}
	w = s.post("manager", "/sessions/two/sheet", form)
	s.holds(w, http.StatusUnprocessableEntity, "needs a note in words", `id="reason-fault"`, `value="theft" selected`)
	form.Set("code", "broken")
	s.holds(s.post("manager", "/sessions/two/sheet", form), http.StatusUnprocessableEntity, "needs a photo", `id="code-fault"`)
	form.Set("code", "found")
	s.holds(s.post("manager", "/sessions/two/sheet", form), http.StatusUnprocessableEntity, "does not explain the variance", `id="code-fault"`)
	form.Set("code", "theft")
	form.Set("reason", "the camera of aisle 4 shows it")
	s.went(s.post("manager", "/sessions/two/sheet", form), "done.lines-approved")
	s.page("witness", "/sessions/two/line?section=dry&item=tuna", "approved", "Taken", "the camera of aisle 4 shows it")
	s.page("witness", "/sessions/two/log", "Taken", "the camera of aisle 4 shows it")
}

// With a photo on the line the reason that needs one is offered, and is enough by itself.
func TestAReasonThatNeedsAPhotoIsOfferedWhereThereIsOne(t *testing.T) {
	s := explained(t, 98_763, 4, stocktake.HashOf([]byte("a photo")).String())
	w := s.post("manager", "/sessions/two/sheet", url.Values{"do": {"approve"}, "line": {"dry\ttuna"}})
	s.holds(w, http.StatusOK, "Broken on the shelf")
	form := hiddenIn(w.Body.String())
	form.Set("do", "sign-approve")
	form.Set("code", "broken")
	s.went(s.post("manager", "/sessions/two/sheet", form), "done.lines-approved")
	s.page("witness", "/sessions/two/line?section=dry&item=tuna", "Broken on the shelf")
}

// A shortage and a surplus have no reason in common: none is offered, and one that is sent all the same is refused where it can be read.
func TestAReasonFitsEveryLineOfTheSheet(t *testing.T) {
	s := explained(t, 98_763, 5, "")
	w := s.post("manager", "/sessions/two/sheet", url.Values{"do": {"approve"}, "line": {"dry\ttuna", "dry\tرز/١"}})
	s.holds(w, http.StatusOK, "Approve 2 lines")
	if strings.Contains(w.Body.String(), `name="code"`) {
		t.Error("a reason is offered for a shortage and a surplus together")
	}
	form := hiddenIn(w.Body.String())
	form.Set("do", "sign-approve")
	form.Set("code", "expired")
	s.holds(s.post("manager", "/sessions/two/sheet", form), http.StatusUnprocessableEntity, "does not explain the variance", `id="code-fault"`)
}
