package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// TestDemoTells: what is printed fits what runs.
func TestDemoTells(t *testing.T) {
	told := func(c *demoCmd, alone bool) string {
		t.Helper()
		a, err := newAuthority(hosts{names: []string{"localhost"}}, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		d := &demonstration{demoCmd: c, recipe: recipe{Samples: []sample{{Location: "A1", Codes: []string{"1"}}}}, out: &streams{Out: &out}, base: "http://here", alone: alone, root: a.cert}
		if err := d.tell("http://there", 0); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	const invites, board, open, none = "With --simulate 8", "http://here/sessions/" + demoSession, "Everybody on this network", "No address of a private network"
	for _, x := range []struct {
		text       string
		has, lacks []string
	}{
		{told(&demoCmd{}, false), []string{invites}, []string{board, open, none}},
		{told(&demoCmd{Simulate: 3}, false), []string{"3 virtual counters", board}, []string{invites}},
		{told(&demoCmd{LAN: true}, false), []string{open}, []string{none}},
		{told(&demoCmd{LAN: true}, true), []string{none}, []string{open}},
	} {
		for _, part := range x.has {
			if !strings.Contains(x.text, part) {
				t.Errorf("it lacks %q:\n%s", part, x.text)
			}
		}
		for _, part := range x.lacks {
			if strings.Contains(x.text, part) {
				t.Errorf("it says %q:\n%s", part, x.text)
			}
		}
	}
}
