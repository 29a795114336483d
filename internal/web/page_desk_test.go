package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestCommentStandsOnItsLine(t *testing.T) {
	s := openStory(t)
	s.walk("p1", "ali", "tuna", 98_763)
	path := "/sessions/s1/line?section=dry&item=tuna"
	s.page("witness", path, "Nobody has said anything yet")
	s.holds(s.post("witness", path, url.Values{"text": {" "}}), http.StatusUnprocessableEntity, "Write what you have to say")
	s.went(s.post("witness", path, url.Values{"text": {"the shelf was <wet>"}}), "done.commented")
	s.page("supervisor", path, "the shelf was &lt;wet&gt;", "the-witness")
	s.page("supervisor", "/sessions/s1/log", "commented on a line", "the shelf was &lt;wet&gt;")
	s.holds(s.post("counter", path, url.Values{"text": {"x"}}), http.StatusForbidden)
}

func TestDeskShowsWhatWaitsByCustodian(t *testing.T) {
	s := openStory(t)
	s.walk("p1", "ali", "tuna", 98_763)
	s.page("supervisor", "/sessions/s1/desk", "tuna", "0.500", `id="desk"`, `/static/console/desk.js`, `id="do-approve"`, `id="do-recount"`)
	if page := s.page("witness", "/sessions/s1/desk", "tuna"); strings.Contains(page, `id="do-approve"`) || strings.Contains(page, `id="do-recount"`) {
		t.Error("a witness is offered decisions")
	}
	s.holds(s.browse("counter", "GET", "/sessions/s1/desk", nil), http.StatusForbidden)
	s.holds(s.browse("counter", "GET", "/sessions/s1/desk/hints", nil), http.StatusForbidden)
	s.page("witness", "/sessions/s1/desk/hints", "[]")
}

// From the desk lines come without digests: the page that asks is their first look, names who may not decide on which of them and
// why, and is about the rest alone.
func TestDeskDecidesTheRestAfterConsent(t *testing.T) {
	s := openStory(t)
	s.walk("p1", "ali", "tuna", 98_760) // five short, 1.250 KD: above the supervisor's tier
	names := url.Values{"back": {"desk"}, "do": {"approve"}, "line": {"dry\ttuna", "dry\trice", "dry\tnone"}}
	w := s.post("supervisor", "/sessions/s1/sheet", names)
	s.holds(w, http.StatusOK, "1 line is left out:", "they are worth more than you may approve", "shortage 1.250 KD", "Nothing is left")
	if strings.Contains(w.Body.String(), "sign-approve") {
		t.Error("what is above the tier can be approved all the same")
	}
	w = s.post("manager", "/sessions/s1/sheet", names)
	s.holds(w, http.StatusOK, "Approve 1 line, shortage 1.250 KD")
	refs := hidden(t, w.Body.String(), "lines")
	s.went(s.post("manager", "/sessions/s1/sheet", url.Values{"back": {"desk"}, "do": {"sign-approve"}, "lines": refs}), "done.lines-approved")
	w = s.post("supervisor", "/sessions/s1/sheet", url.Values{"do": {"reject"}, "line": {"dry\ttuna"}})
	s.holds(w, http.StatusOK, "Reject 1 line")
}
