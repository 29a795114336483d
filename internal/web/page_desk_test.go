package web_test

import (
	"net/http"
	"net/url"
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
