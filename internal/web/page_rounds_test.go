package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"jard/internal/account"
	"jard/internal/count"
	"jard/internal/stocktake"
	"jard/internal/web"
)

// A recount is ordered in one gesture, grows overdue, and stands beside what it corrects; the witness has the line tested.
func TestRecountAndTestOfALine(t *testing.T) {
	now := time.Now()
	s := openStory(t, func(c *web.Config) { c.Now = func() time.Time { return now } })
	for _, who := range []string{"ali", "badr", "huda"} {
		s.who.roll = append(s.who.roll, account.Profile{ID: stocktake.PersonID(who), Name: stocktake.Name{English: strings.ToUpper(who[:1]) + who[1:]}, Roles: []stocktake.Role{stocktake.Counter}})
	}
	s.ok(s.ask("manager", "POST", "/api/sessions/s1/cancel", `{"reason":"another is counted"}`), http.StatusOK, nil)
	s.ok(s.ask("supervisor", "POST", "/api/sessions", `{"session":"s2","name":{"ar":"جرد"},"site":"central","kind":"full",
		"tolerance":{"quantity":0},"tiers":[{"role":"manager"}],"witness":"the-witness"}`), http.StatusCreated, nil)
	walk := func(pass stocktake.PassID, who stocktake.PersonID, round int, task string, units int64) {
		q := stocktake.Quantity(units * 1000)
		s.push(stocktake.DeviceID("device-"+string(who)), count.Event{Session: "s2", Name: "pass.opened", Pass: pass, Location: "A1", Round: round, Assignment: task, Person: who, Mode: "quantity"},
			count.Event{Session: "s2", Name: "observed", Pass: pass, Code: "tuna", Item: "tuna", Pack: 1000, Amount: q},
			count.Event{Session: "s2", Name: "pass.closed", Pass: pass, Observations: 1, Quantity: q})
	}
	walk("p1", "ali", 1, "", 5)
	s.page("supervisor", "/sessions/s2/recounts", "Recount 1 line outside tolerance")
	plan := s.post("supervisor", "/sessions/s2/recounts", url.Values{"of": {"outside"}})
	s.holds(plan, http.StatusOK, "Badr", "Huda", "May not")
	s.went(s.post("supervisor", "/sessions/s2/recounts", url.Values{"of": {"outside"}, "at-once": {"yes"}}), "done.recount-ordered")
	s.holds(s.post("supervisor", "/sessions/s2/recounts", url.Values{"of": {"outside"}, "at-once": {"yes"}}), http.StatusUnprocessableEntity, "nothing to count again")
	now = now.Add(5 * time.Hour)
	s.page("supervisor", "/sessions/s2/recounts", "overdue by 3 hours", "anyone who may")
	s.page("supervisor", "/sessions/s2", "overdue, by 3 hours at most")
	var tasks struct {
		List []struct {
			ID      string `json:"id"`
			Overdue int64  `json:"overdue_seconds"`
			Test    bool   `json:"test"`
			Done    bool   `json:"done"`
		} `json:"list"`
	}
	s.ok(s.ask("supervisor", "GET", "/api/sessions/s2/tasks", ""), http.StatusOK, &tasks)
	if len(tasks.List) != 1 || tasks.List[0].Overdue != 3*3600 {
		t.Fatalf("%+v", tasks)
	}
	walk("p2", "badr", 2, tasks.List[0].ID, 7)
	s.page("supervisor", "/sessions/s2/rounds", "tuna", "Round 2", "Ali", "Badr", "differ", "Adopted")
	s.page("supervisor", "/sessions/s2/line?section=dry&item=tuna", "Round 1", "Round 2")

	s.holds(s.post("supervisor", "/sessions/s2/tests", url.Values{"draw": {"1"}}), http.StatusUnprocessableEntity, "Only the session")
	s.page("witness", "/sessions/s2/tests", "Nothing was tested so far", "Send the test")
	s.page("witness", "/sessions/s2/line?section=dry&item=tuna", "Test this line")
	s.holds(s.post("witness", "/sessions/s2/tests", url.Values{"draw": {"1"}}), http.StatusUnprocessableEntity, "Nobody may test")
	s.who.roll = nil
	s.holds(s.post("witness", "/sessions/s2/tests", url.Values{"draw": {"1"}, "person": {"ali"}}), http.StatusUnprocessableEntity, "choose somebody else")
	s.went(s.post("witness", "/sessions/s2/tests", url.Values{"draw": {"1"}, "person": {"huda"}, "reason": {"a sample"}}), "done.test-ordered")
	s.page("witness", "/sessions/s2/tests", "Tests that are out", "Seed")
	s.ok(s.ask("witness", "GET", "/api/sessions/s2/tasks", ""), http.StatusOK, &tasks)
	for _, x := range tasks.List {
		if x.Test {
			walk("p3", "huda", 2, x.ID, 6)
		}
	}
	s.page("witness", "/sessions/s2/tests", "differs</span>")
	s.page("supervisor", "/sessions/s2/tests", "Recount 1 line whose test differs")

	// Nobody takes the next one: a manager withdraws it, and says why.
	s.went(s.post("witness", "/sessions/s2/tests", url.Values{"draw": {"1"}, "person": {"dana"}}), "done.test-ordered")
	s.ok(s.ask("witness", "GET", "/api/sessions/s2/tasks", ""), http.StatusOK, &tasks)
	last := tasks.List[len(tasks.List)-1].ID
	for _, x := range tasks.List {
		if x.Test && !x.Done {
			last = x.ID
		}
	}
	back := url.Values{"do": {"withdraw"}, "task": {last}}
	s.holds(s.post("supervisor", "/sessions/s2/tests", back), http.StatusUnprocessableEntity, "Only the session")
	s.page("manager", "/sessions/s2/tests", "withdraw-reason")
	s.holds(s.post("manager", "/sessions/s2/tests", back), http.StatusUnprocessableEntity, "Say why")
	back.Set("withdraw-reason", "dana is on leave")
	s.went(s.post("manager", "/sessions/s2/tests", back), "done.test-withdrawn")
	s.page("supervisor", "/sessions/s2/tests", "Tests withdrawn", "dana is on leave")
	s.page("supervisor", "/sessions/s2/log", "ordered or withdrew test counts")
}

func TestTwoPeopleAreGivenEachLocation(t *testing.T) {
	s := openStory(t)
	s.who.roll = []account.Profile{
		{ID: "ali", Roles: []stocktake.Role{stocktake.Counter}}, {ID: "badr", Roles: []stocktake.Role{stocktake.Counter}}, {ID: "huda", Roles: []stocktake.Role{stocktake.Counter}},
	}
	s.ok(s.ask("manager", "POST", "/api/sessions/s1/cancel", `{"reason":"another is counted"}`), http.StatusOK, nil)
	s.ok(s.ask("supervisor", "POST", "/api/sessions", `{"session":"s2","name":{"ar":"جرد"},"site":"central","kind":"full","double":true,
		"tolerance":{"quantity":0},"tiers":[{"role":"manager"}]}`), http.StatusCreated, nil)
	s.page("supervisor", "/sessions/s2/plan", "Two independent counts")
	give := func(people ...string) url.Values {
		return url.Values{"sections": {"dry"}, "people": people, "how": {"divide"}, "do": {"assign"}}
	}
	s.holds(s.post("supervisor", "/sessions/s2/assign", give("ali")), http.StatusUnprocessableEntity, "choose at least one more")
	s.went(s.post("supervisor", "/sessions/s2/assign", give("ali", "badr", "huda")), "done.assigned")
	v, err := s.db.Read(t.Context(), society, "s2", 2, 1)
	must(t, err)
	if n := strings.Count(string(v[0].Body), `"person"`); n != 2 {
		t.Fatalf("%d tasks: %s", n, v[0].Body)
	}
	s.holds(s.post("supervisor", "/sessions/s2/assign", give("huda")), http.StatusUnprocessableEntity, "nothing left to give")
}
