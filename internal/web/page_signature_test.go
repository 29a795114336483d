package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"jard/internal/count"
)

// TestCommitteeSigns: who signs types their password again; a refusal and what a manager sets aside are shown with their reasons.
func TestCommitteeSigns(t *testing.T) {
	s := openStory(t)
	s.ok(s.ask("manager", "POST", "/api/sessions/s1/cancel", `{"reason":"another is counted"}`), http.StatusOK, nil)
	s.ok(s.ask("supervisor", "POST", "/api/sessions", `{"session":"s2","name":{"ar":"جرد"},"site":"central","kind":"spot","scope":{"items":["رز/١"]},
		"tolerance":{"quantity":0},"tiers":[{"role":"manager"}],"committee":["the-committee-member","gone"],"witness":"the-witness"}`), http.StatusCreated, nil)
	const at = "/sessions/s2/signatures"
	s.page("committee-member", "/sessions/s2", `href="/sessions/s2/signatures">Signatures`)
	s.ok(s.ask("manager", "POST", "/api/sessions/s2/closing", `{}`), http.StatusOK, nil)
	s.page("manager", "/sessions/s2/seal", "Signatures awaited", `href="/sessions/s2/signatures"`)
	word := func(who, do, password, reason string) url.Values {
		v := url.Values{"do": {do}, "password": {password}, "reason": {reason}}
		for name, value := range hiddenIn(s.page(who, at)) {
			v[name] = value[:1]
		}
		return v
	}
	s.holds(s.post("witness", at, word("witness", "sign", "right", "")), http.StatusUnprocessableEntity, "Something still stands between")
	s.push("device-ali", count.Event{Session: "s2", Name: "pass.opened", Pass: "p1", Location: "A1", Round: 1, Person: "ali", Mode: "quantity"},
		count.Event{Session: "s2", Name: "observed", Pass: "p1", Code: "رز/١", Item: "رز/١", Pack: 1000, Amount: 4000},
		count.Event{Session: "s2", Name: "pass.closed", Pass: "p1", Observations: 1, Quantity: 4000})
	s.holds(s.post("witness", at, word("witness", "sign", "wrong", "")), http.StatusUnprocessableEntity, "The password is wrong")
	s.went(s.post("witness", at, word("witness", "sign", "right", "seen it all")), "done.signed")
	s.went(s.post("committee-member", at, word("committee-member", "refuse", "right", "the store was open")), "done.signature-refused")
	var list struct{ List []count.Signatory }
	s.ok(s.ask("manager", "GET", "/api/sessions/s2/signatures", ""), http.StatusOK, &list)
	for _, x := range list.List {
		if x.Missing() {
			s.went(s.post("manager", at, url.Values{"do": {"set-aside"}, "person": {string(x.Person)}, "capacity": {string(x.Capacity)},
				"digest": {string(x.Digest)}, "reason": {"travels"}}), "done.signature-set-aside")
		}
	}
	s.page("manager", at, "seen it all", "the store was open", "travels", "set aside")
	s.page("manager", "/sessions/s2/seal", "Nothing stands")
	s.page("manager", "/sessions/s2/duties", "no conflict of duties", "Custodians are known")
}

// TestDutiesAreListed: who was to sign and counted is named, on the screen, on paper and in JSON, and cannot sign.
func TestDutiesAreListed(t *testing.T) {
	s := openStory(t)
	s.ok(s.ask("manager", "POST", "/api/sessions/s1/cancel", `{"reason":"another is counted"}`), http.StatusOK, nil)
	s.ok(s.ask("supervisor", "POST", "/api/sessions", `{"session":"s2","name":{"ar":"جرد"},"site":"central","kind":"spot","scope":{"items":["رز/١"]},
		"tolerance":{"quantity":0},"tiers":[{"role":"manager"}],"committee":["the-committee-member"],"witness":"the-witness"}`), http.StatusCreated, nil)
	s.push("device-ali", count.Event{Session: "s2", Name: "pass.opened", Pass: "p1", Location: "A1", Round: 1, Person: "the-witness", Mode: "quantity"},
		count.Event{Session: "s2", Name: "observed", Pass: "p1", Code: "رز/١", Item: "رز/١", Pack: 1000, Amount: 4000})
	s.page("manager", "/sessions/s2/duties", "Is named to sign, and counted", "has no effect")
	s.page("manager", "/sessions/s2/duty-sheet", "Is named to sign, and counted", "Print")
	s.ok(s.ask("manager", "POST", "/api/sessions/s2/closing", `{}`), http.StatusOK, nil)
	if page := s.page("witness", "/sessions/s2/signatures", "counted, and does not sign"); strings.Contains(page, `value="sign"`) {
		t.Error("the witness is offered to sign")
	}
	var list struct{ List []count.DutyConflict }
	s.ok(s.ask("manager", "GET", "/api/sessions/s2/duties", ""), http.StatusOK, &list)
	if len(list.List) != 1 || list.List[0].Rule != count.DutySigner || list.List[0].Person != "the-witness" || list.List[0].Stands {
		t.Errorf("conflicts %+v", list.List)
	}
}
