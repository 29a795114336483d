package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"jard/internal/count"
	"jard/internal/result"
	"jard/internal/result/resulttest"
	"jard/internal/stocktake"
	"jard/internal/web"
)

// TestAfterOnlyPostingsWentWrong: the page does not say that there is nothing to correct beside what was posted wrongly.
func TestAfterOnlyPostingsWentWrong(t *testing.T) {
	f := &filed{document: resulttest.Document(3, society, result.Start(), 4)}
	f.moved = []stocktake.Movement{{ID: "m1", Item: "never-counted", Section: "dairy", Quantity: -3000, Posts: "1/1"}}
	s := openStory(t, func(c *web.Config) { c.Results, c.Postings = f, f })
	s.walk("p1", "ali", "tuna", 5)
	s.seal()
	body := s.page("manager", "/sessions/s1/after", "Nothing came after the seal that would change the figures, but vouchers were posted otherwise", "What was posted wrongly")
	if strings.Contains(body, "Nothing new has come") || strings.Contains(body, "would change this result") {
		t.Error("the page says that nothing is to be corrected")
	}
	var after struct{ Postings map[result.PostingState]int }
	s.ok(s.ask("supervisor", "GET", "/api/sessions/s1/after", ""), http.StatusOK, &after)
	if after.Postings[result.PostingUntold] != 1 {
		t.Errorf("%+v", after.Postings)
	}
}

// TestAfterTheSeal: what came late is shown at the sealed session and said at home; a correction takes it in, and its pages say what it corrects.
func TestAfterTheSeal(t *testing.T) {
	s := openStory(t)
	s.walk("p1", "ali", "tuna", 5)
	s.page("manager", "/sessions/s1/after", "The session is not sealed yet.")
	if strings.Contains(s.page("manager", "/sessions/s1"), "/sessions/s1/after") {
		t.Error("an open session leads to what came after its seal")
	}
	s.ok(s.ask("supervisor", "GET", "/api/sessions/s1/after", ""), http.StatusConflict, nil)
	s.seal()
	s.page("manager", "/sessions/s1/after", "Nothing came after the seal", "Nothing new has come", "Issue the correction")
	if strings.Contains(s.page("witness", "/sessions/s1/after"), `name="do"`) {
		t.Error("a witness is offered a correction")
	}

	s.walk("p2", "badr", "tuna", 4)
	s.page("manager", "/", "3 entries came after the seal", `href="/sessions/s1/after"`)
	s.page("manager", "/sessions/s1/after", "What handhelds gave after the seal", "Lines that would change", "disputed", "badr")
	var after count.AfterSeal
	s.ok(s.ask("supervisor", "GET", "/api/sessions/s1/after", ""), http.StatusOK, &after)
	if after.LateEvents != 3 || len(after.Changes) != 1 || len(after.Late) != 1 || after.Late[0].Person != "badr" {
		t.Fatalf("%+v", after)
	}
	s.ok(s.ask("counter", "GET", "/api/sessions/s1/after", ""), http.StatusForbidden, nil)

	s.holds(s.post("manager", "/sessions/s1/after", url.Values{"do": {"correct"}}), http.StatusUnprocessableEntity, "Say why")
	w := s.post("manager", "/sessions/s1/after", url.Values{"do": {"correct"}, "reason": {"a handheld came late"}})
	s.went(w, "done.correction")
	to, err := url.Parse(w.Header().Get("Location"))
	must(t, err)
	s.page("manager", to.Path, "This session is a correction of", "a handheld came late", `href="/sessions/s1/after"`)
	s.page("manager", to.Path+"/passes", "badr", "علي")
	s.page("manager", "/sessions/s1/after", "A correction is open:", "It has taken in all")
	if strings.Contains(s.page("manager", "/"), "came after the seal") {
		t.Error("what was taken in waits at home")
	}

	s.walk("p3", "dana", "tuna", 4)
	s.page("manager", "/sessions/s1/after", "3 entries have come since", "Take them into the correction")
	s.went(s.post("manager", "/sessions/s1/after", url.Values{"do": {"take"}}), "done.late-taken")
	s.page("manager", to.Path+"/passes", "dana")
	s.page("manager", to.Path+"/log", "took in what came after the seal")
	s.holds(s.post("manager", "/sessions/s1/after", url.Values{"do": {"take"}}), http.StatusUnprocessableEntity, "nothing more")

	correction := "/api" + to.EscapedPath()
	s.ok(s.ask("manager", "POST", correction+"/late", "{}"), http.StatusConflict, nil)
	s.ok(s.ask("manager", "POST", correction+"/cancel", `{"reason":"not needed"}`), http.StatusOK, nil)
	var written struct{ Session stocktake.SessionID }
	s.ok(s.ask("manager", "POST", "/api/sessions/s1/corrections", `{"session":"c2","reason":"two came late","name":{"en":"Again"}}`), http.StatusCreated, &written)
	if written.Session != "c2" {
		t.Errorf("issued %q", written.Session)
	}
	s.page("manager", "/sessions/c2", "Again", "two came late")
}
