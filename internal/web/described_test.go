package web_test

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"jard/internal/web"
)

// described are the routes of this package that openapi.json describes, each with its answers. Link serves it beside its own.
func described(t *testing.T) map[string][]string {
	t.Helper()
	var f struct {
		Paths map[string]map[string]struct {
			Responses map[string]any `json:"responses"`
		} `json:"paths"`
	}
	text, err := os.ReadFile("../link/openapi.json")
	must(t, err)
	routes := map[string][]string{}
	var paths struct {
		Paths map[string]json.RawMessage `json:"paths"`
	}
	must(t, json.Unmarshal(text, &paths))
	for path, raw := range paths.Paths {
		if strings.HasPrefix(path, "/api/v1/link/") {
			continue
		}
		one := f.Paths[path]
		must(t, json.Unmarshal(raw, &one))
		for method, o := range one {
			routes[strings.ToUpper(method)+" "+path] = slices.Sorted(maps.Keys(o.Responses))
		}
	}
	return routes
}

// TestPolicyAnswersAsDescribed asks for every answer that openapi.json names, and for no other.
func TestPolicyAnswersAsDescribed(t *testing.T) {
	const at, policy = "/api/policy", `{"number":1,"name":{"ar":"سياسة"},"tolerance":{"quantity":1000},"tiers":[{"role":"manager"}]}`
	seen := map[string]map[string]bool{}
	answer := func(s *story, want int, token, method, body string, headers ...string) {
		t.Helper()
		w := s.ask(token, method, at, body, headers...)
		if w.Code != want {
			t.Errorf("%s by %q answers %d, want %d: %s", method, token, w.Code, want, w.Body)
		}
		if key := method + " " + at; seen[key] == nil {
			seen[key] = map[string]bool{}
		}
		seen[method+" "+at][strconv.Itoa(w.Code)] = true
	}
	s := openStory(t)
	answer(s, 401, "", "GET", "")
	answer(s, 403, "counter", "GET", "")
	answer(s, 200, "witness", "GET", "")
	answer(s, 401, "", "POST", policy)
	answer(s, 403, "supervisor", "POST", policy)
	answer(s, 400, "manager", "POST", `{"number":1}`)
	answer(s, 400, "manager", "POST", `{"no":1}`)
	answer(s, 415, "manager", "POST", policy, "Content-Type", "text/csv")
	answer(s, 413, "manager", "POST", `{"number":1,"name":{"ar":"`+strings.Repeat("x", 17<<20)+`"}}`)
	answer(s, 201, "manager", "POST", policy)
	answer(s, 409, "manager", "POST", policy)
	hurried := openStory(t, func(c *web.Config) { c.Rate, c.Burst = 0.001, 1 })
	hurried.ask("manager", "GET", at, "")
	answer(hurried, 429, "manager", "GET", "")
	answer(hurried, 429, "manager", "POST", policy)
	for route, codes := range described(t) {
		for _, code := range codes {
			if !seen[route][code] {
				t.Errorf("%s never answered %s", route, code)
			}
		}
		for code := range seen[route] {
			if !slices.Contains(codes, code) {
				t.Errorf("%s answers %s, which is not described", route, code)
			}
		}
		delete(seen, route)
	}
	if len(seen) > 0 {
		t.Errorf("%v is not described", slices.Collect(maps.Keys(seen)))
	}
}

// TestNoVersionInPeoplesRoutes keeps the names of this package's routes as one: only what machines outside rely on has a version.
func TestNoVersionInPeoplesRoutes(t *testing.T) {
	for _, r := range open(t).e.Routes() {
		if strings.HasPrefix(r.Path, "/api/v") {
			t.Errorf("%s %s", r.Method, r.Path)
		}
	}
}
