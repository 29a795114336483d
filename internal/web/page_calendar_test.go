package web_test

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"jard/internal/count"
	"jard/internal/link"
	"jard/internal/stocktake"
	"jard/internal/web"
)

// openPlanning is a story with a branch, whose sites and catalogue people plan with.
func openPlanning(t *testing.T) *story {
	t.Helper()
	places := &struct{ web.Places }{}
	s := openStory(t, func(c *web.Config) { c.Places = places })
	places.Places = link.NewImporter(s.db, link.Limits{})
	s.build("A1", "A2")
	return s
}

// A plan is made on the console, shown in the month and in the lists, changed, issued and ended; what was changed meanwhile is said.
func TestPlansOnTheConsole(t *testing.T) {
	s := openPlanning(t)
	s.page("supervisor", "/plans", "There are no plans yet", "Sunday", "New plan")
	s.page("supervisor", "/plans/new", "cycle")
	s.page("supervisor", "/plans/new?site=north&kind=spot", "Locations", "Plan&#39;s Arabic name")
	day := time.Now().In(count.Kuwait)
	plan := url.Values{"site": {"north"}, "kind": {"annual"}, "name-en": {"North, every week"}, "unit": {"week"}, "every": {"2"}, "start": {day.Format(time.DateOnly)},
		"time": {"23:59"}, "hours": {"4.5"}, "blind": {"yes"}, "version": {""}}
	wrong := url.Values{"site": {"north"}, "kind": {"annual"}, "name-en": {"North"}, "unit": {"week"}, "every": {"zwei"}, "start": {""}, "time": {"23:59"}, "hours": {"4"}}
	s.holds(s.post("supervisor", "/plans/new", wrong), http.StatusUnprocessableEntity, "Write a whole number", "every-fault", "start-fault")
	w := s.post("supervisor", "/plans/new", plan)
	s.went(w, "done.plan-saved")
	at, _, _ := strings.Cut(w.Header().Get("Location"), "?")
	s.page("witness", "/plans", "North, every week", "every 2 weeks", "planned")
	body := s.page("supervisor", at, "North, every week", "4 hours", "Book lines", "has not brought a week")
	stamp := regexp.MustCompile(`name="at" value="([^"]+)"`).FindStringSubmatch(body)
	if stamp == nil {
		t.Fatal("nothing is offered to be issued")
	}
	if strings.Contains(s.page("witness", at), `value="issue"`) {
		t.Error("a witness is offered to issue")
	}
	s.page("supervisor", at+"/edit", `value="23:59"`, `value="4.5"`)
	plan.Set("version", "1")
	plan.Set("hours", "3")
	s.went(s.post("manager", at+"/edit", plan), "done.plan-saved")
	s.holds(s.post("supervisor", at+"/edit", plan), http.StatusUnprocessableEntity, "was changed since you looked")
	s.went(s.post("supervisor", at, url.Values{"do": {"issue"}, "at": {stamp[1]}}), "done.session-issued")
	s.holds(s.post("supervisor", at, url.Values{"do": {"issue"}, "at": {stamp[1]}}), http.StatusUnprocessableEntity, "issued already")
	s.holds(s.post("supervisor", at, url.Values{"do": {"end"}, "version": {"2"}}), http.StatusUnprocessableEntity, "end-reason-fault")
	s.went(s.post("supervisor", at, url.Values{"do": {"end"}, "version": {"2"}, "end-reason": {"the branch closes"}}), "done.plan-ended")
	s.page("supervisor", at, "ended", "the branch closes")
}

// Before a surprise is issued no answer of the API, and no page, tells those of it who are not named.
func TestASurpriseIsOnNoPage(t *testing.T) {
	s := openPlanning(t)
	var made count.CountPlan
	s.ok(s.ask("manager", "POST", "/api/plans", `{"name":{"en":"Ambush"},"kind":"surprise","site":"north","minutes":60,
		"recurrence":{"unit":"once","start":"2031-05-05","time":"09:00"}}`), http.StatusCreated, &made)
	month := "?from=2031-05-01T00:00:00Z&to=2031-06-01T00:00:00Z"
	for _, path := range []string{"/api/plans", "/api/plans/" + made.ID, "/api/plans/" + made.ID + "/outlook", "/api/plans/calendar" + month, "/api/sessions", "/api/trail"} {
		for _, who := range []string{"supervisor", "witness", "counter"} {
			if body := s.ask(who, "GET", path, "").Body.String(); strings.Contains(body, "Ambush") || strings.Contains(body, "2031-05-05") {
				t.Errorf("%s tells a %s: %s", path, who, body)
			}
		}
	}
	for _, path := range []string{"/", "/plans", "/plans?month=2031-05", "/sessions", "/plans/" + made.ID, "/plans/" + made.ID + "/edit"} {
		if body := s.browse("supervisor", "GET", path, nil).Body.String(); strings.Contains(body, "Ambush") {
			t.Errorf("%s tells a supervisor", path)
		}
	}
	var list struct {
		List       []count.Occurrence
		Compliance count.Compliance
	}
	s.ok(s.ask("manager", "GET", "/api/plans/calendar"+month, ""), http.StatusOK, &list)
	if len(list.List) != 1 || list.List[0].State != count.OccurrencePlanned || list.Compliance.Planned != 0 {
		t.Errorf("its planner is told %+v", list)
	}
	s.ok(s.ask("manager", "POST", "/api/plans/"+made.ID+"/issue", `{"at":"2031-05-05T09:00:00+03:00"}`), http.StatusCreated, nil)
	if body := s.ask("witness", "GET", "/api/plans/calendar"+month, "").Body.String(); !strings.Contains(body, "Ambush") {
		t.Errorf("once it is issued a witness is told %s", body)
	}
	s.ok(s.ask("manager", "POST", "/api/plans/"+made.ID+"/end", `{"version":1,"reason":"done"}`), http.StatusOK, &made)
	if made.EndedAt.IsZero() || made.Version != 2 {
		t.Errorf("%+v", made)
	}
}

// What a plan sets of its own is held against the policy, shown, and edited without losing what the form cannot show.
func TestAPlanSetsItsOwnTolerance(t *testing.T) {
	s := openPlanning(t)
	plan := url.Values{"site": {"north"}, "kind": {"annual"}, "name-en": {"North"}, "unit": {"once"}, "start": {"2031-05-05"}, "time": {"22:00"}, "hours": {"4"}, "blind": {"yes"}, "version": {""},
		"by": {"own"}, "tolerance-quantity": {"3"}, "tier-supervisor": {"limit"}, "limit-supervisor": {"20"}, "tier-manager": {"none"}, "tier-financial-controller": {"none"}}
	s.page("supervisor", "/plans/new?site=north&kind=annual", "there is no policy yet", "Approval by value")
	s.holds(s.post("supervisor", "/plans/new", plan), http.StatusUnprocessableEntity, "one tier without a limit")
	plan.Set("tier-manager", "any")
	w := s.post("supervisor", "/plans/new", plan)
	s.went(w, "done.plan-saved")
	at, _, _ := strings.Cut(w.Header().Get("Location"), "?")
	s.page("supervisor", at, "3 units", "20.000 KD")
	s.page("supervisor", at+"/edit", `value="own" checked`, `name="tolerance-quantity"`, `value="3"`, `value="20"`)
	s.went(s.post("manager", "/policy", url.Values{"number": {"1"}, "name-ar": {"سياسة"}, "usual-quantity": {"1"}, "tier-role-0": {"manager"}}), "done.policy-published")
	s.page("supervisor", at+"/edit", "as strict as the policy or stricter")
	s.page("manager", at+"/edit", "you may let more pass")
	plan.Set("version", "1")
	s.holds(s.post("supervisor", at+"/edit", plan), http.StatusUnprocessableEntity, "approves more than by the society")
	plan.Set("tier-supervisor", "none")
	s.holds(s.post("supervisor", at+"/edit", plan), http.StatusUnprocessableEntity, "lets more pass")
	plan.Set("tier-manager", "none")
	plan.Set("tier-financial-controller", "any")
	if body := s.post("supervisor", at+"/edit", plan).Body.String(); !strings.Contains(body, "tier-financial-controller-fault") || strings.Contains(body, "tier-supervisor-fault") {
		t.Error("another role's tier is blamed")
	}
	plan.Set("tier-manager", "any")
	plan.Set("tier-financial-controller", "none")
	s.went(s.post("manager", at+"/edit", plan), "done.plan-saved")
	plan.Set("by", "policy")
	plan.Set("version", "2")
	s.went(s.post("supervisor", at+"/edit", plan), "done.plan-saved")
	s.page("supervisor", at, "policy that is current at issue")

	// A tier for shortages alone stays: the form has no field for it.
	var made count.CountPlan
	s.ok(s.ask("manager", "POST", "/api/plans", `{"name":{"en":"Signs"},"kind":"annual","site":"north","minutes":60,
		"tiers":[{"role":"manager","sign":"shortage"},{"role":"financial-controller"}],"recurrence":{"unit":"once","start":"2031-05-05","time":"09:00"}}`), http.StatusCreated, &made)
	s.page("manager", "/plans/"+made.ID+"/edit", "set elsewhere")
	plan.Set("by", "own")
	plan.Set("version", "1")
	s.went(s.post("manager", "/plans/"+made.ID+"/edit", plan), "done.plan-saved")
	s.ok(s.ask("manager", "GET", "/api/plans/"+made.ID, ""), http.StatusOK, &made)
	if len(made.Tiers) != 2 || made.Tiers[0].Sign != count.Shortages {
		t.Errorf("%+v", made.Tiers)
	}

	// What a plan leaves to the policy is left to it when something else is edited.
	made = count.CountPlan{}
	s.ok(s.ask("manager", "POST", "/api/plans", `{"name":{"en":"Tiers"},"kind":"annual","site":"north","minutes":60,"tiers":[{"role":"manager"}],
		"recurrence":{"unit":"once","start":"2031-05-05","time":"09:00"}}`), http.StatusCreated, &made)
	plan.Del("tolerance-quantity")
	s.went(s.post("manager", "/plans/"+made.ID+"/edit", plan), "done.plan-saved")
	s.ok(s.ask("manager", "GET", "/api/plans/"+made.ID, ""), http.StatusOK, &made)
	if made.Recurrence.Time != "22:00" || made.Tolerance.Quantity != nil {
		t.Errorf("%+v", made)
	}
	made = count.CountPlan{}
	s.ok(s.ask("manager", "POST", "/api/plans", `{"name":{"en":"Tolerance"},"kind":"annual","site":"north","minutes":60,"tolerance":{"quantity":1000},
		"recurrence":{"unit":"once","start":"2031-05-05","time":"09:00"}}`), http.StatusCreated, &made)
	if page := s.page("manager", "/plans/"+made.ID+"/edit", `value="own" checked`); strings.Contains(page, `value="20"`) {
		t.Error("a plan without tiers is offered some")
	}
}

// A count that could not be issued by itself is told to its planners, on the plan's page and at home, and to nobody else.
func TestARefusedCountIsTold(t *testing.T) {
	s := openPlanning(t)
	day := time.Now().In(count.Kuwait)
	var made count.CountPlan
	s.ok(s.ask("manager", "POST", "/api/plans", `{"name":{"en":"Ambush"},"kind":"surprise","site":"north","minutes":3000,"automatic":true,
		"recurrence":{"unit":"day","start":"`+day.AddDate(0, 0, -1).Format(time.DateOnly)+`","time":"00:00"}}`), http.StatusCreated, &made)
	gone := stocktake.NotAllowed.New([]stocktake.Role{stocktake.Supervisor})
	counts := count.NewService(s.db, s.db, s.db, time.Now)
	defer counts.Close()
	_, err := counts.IssueDue(t.Context(), society, func(context.Context, stocktake.Person) (stocktake.Person, error) { return stocktake.Person{}, gone })
	must(t, err)
	s.page("manager", "/plans/"+made.ID, "was to be issued by itself and was not", "You may not do this")
	s.page("manager", "/", "not issued by itself", "Ambush")
	if body := s.page("supervisor", "/", ""); strings.Contains(body, "by itself") {
		t.Error("a supervisor is told of a surprise")
	}
	if body := s.ask("supervisor", "GET", "/api/plans/refusals", "").Body.String(); strings.Contains(body, made.ID) {
		t.Errorf("a supervisor is told %s", body)
	}
	if body := s.ask("manager", "GET", "/api/plans/refusals", "").Body.String(); !strings.Contains(body, made.ID) {
		t.Errorf("its planner is told %s", body)
	}
}
