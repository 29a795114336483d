package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"jard/internal/count"
)

// The first policy is offered with the usual reasons. What is published is shown with its number, and a session that is issued then goes by it:
// its plan says so, and who approves is offered the reasons that fit.
func TestPolicyIsPublishedAndUsed(t *testing.T) {
	s := openStory(t)
	s.page("supervisor", "/policy", "No policy was published yet", "publishes policies")
	s.page("supervisor", "/sessions/s1/plan", "issued without a policy")
	s.page("manager", "/policy", "theft-suspected", "Publish version 1")
	f := url.Values{
		"number": {"1"}, "name-ar": {"سياسة"}, "usual-quantity": {"x"}, "class-A-quantity": {"0"}, "tier-role-0": {"manager"}, "tier-sign-0": {"shortage"},
		"code-key-0": {"expired"}, "code-en-0": {"Past its date"}, "code-sign-0": {"shortage"}, "code-key-1": {"found"}, "code-en-1": {"Found again"}, "code-sign-1": {"surplus"},
	}
	s.holds(s.post("manager", "/policy", f), http.StatusUnprocessableEntity, `value="x"`, "Past its date")
	f.Set("usual-quantity", "1")
	s.holds(s.post("manager", "/policy", f), http.StatusUnprocessableEntity, "of shortages and of surpluses at least one tier without a limit")
	f.Set("tier-sign-0", "")
	s.holds(s.post("supervisor", "/policy", f), http.StatusUnprocessableEntity, "You may not do this")
	s.went(s.post("manager", "/policy", f), "done.policy-published")
	s.holds(s.post("manager", "/policy", f), http.StatusUnprocessableEntity, "The current policy is version 1")
	page := s.page("witness", "/policy", "Version 1", "Past its date", "shortages only", "class A")
	if strings.Contains(page, "<form method=\"post\">") && strings.Contains(page, "Publish version") {
		t.Error("a witness is offered to publish")
	}

	s.build("A1", "B1")
	s.ok(s.ask("supervisor", "POST", "/api/sessions", `{"session":"two","name":{"ar":"جرد"},"site":"north","kind":"full"}`), http.StatusCreated, nil)
	s.page("supervisor", "/sessions/two/plan", "Version 1", "/policy?version=1", "class A")
	s.push("d1", count.Event{Session: "two", Name: "pass.opened", Pass: "p1", Location: "A1", Round: 1, Person: "ali", Mode: "quantity"},
		count.Event{Session: "two", Name: "observed", Pass: "p1", Code: "tuna", Item: "tuna", Pack: 1000, Amount: 98_763_000},
		count.Event{Session: "two", Name: "pass.closed", Pass: "p1", Observations: 1, Quantity: 98_763_000})
	var got struct {
		Current  struct{ Number int }
		Versions []struct{ Hash string }
	}
	s.ok(s.ask("witness", "GET", "/api/policy", ""), http.StatusOK, &got)
	if got.Current.Number != 1 || len(got.Versions) != 1 || got.Versions[0].Hash == "" {
		t.Errorf("the API says %+v", got)
	}
}
