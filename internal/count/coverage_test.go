package count_test

import (
	"bytes"
	"fmt"
	"os"
	"testing"

	"jard/internal/count"
)

// The random sessions are worth something only if everything that the rules speak of happens in them, often.
func TestRandomSessionsMeetEveryRule(t *testing.T) {
	if fewer > 1 {
		t.Skip("too few sessions to say")
	}
	met := map[string]int{}
	sessions(t, 1500, func(t *testing.T, r *random) {
		v := r.running.View()
		for _, l := range v.Lines {
			met["line "+string(l.Status)]++
			for _, d := range l.Decisions {
				met[fmt.Sprintf("decision %s standing=%v lapsed=%v %s", d.Verdict, d.Standing, d.Lapsed, d.Void)]++
			}
			for _, a := range l.Adopted {
				met[fmt.Sprintf("adopted round=%d chosen=%v passes=%d", a.Round, a.Chosen, min(2, len(a.Passes)))]++
			}
			if l.RestZero {
				met["rest zero"]++
			}
			if len(l.Duty) > 0 {
				met["barred recount"]++
			}
		}
		for _, d := range v.Disputes {
			for _, c := range d.Competitors {
				met[fmt.Sprintf("dispute find=%v", c.Find)]++
			}
		}
		for _, p := range v.Passes {
			met["pass "+string(p.Status)]++
			if p.Lapsed {
				met["pass lapsed"]++
			}
		}
		for _, h := range v.Held {
			met[fmt.Sprintf("held %s open=%v", h.Reason, h.Open())]++
		}
		for _, u := range v.Unknown {
			met[fmt.Sprintf("unknown open=%v lapsed=%v", u.SetAside == "", u.Lapsed != "")]++
		}
		for _, b := range v.Blockers {
			met["blocker "+b.Key]++
		}
		met["state "+string(v.State)]++
		for _, l := range v.Locations {
			met[fmt.Sprintf("location set aside=%v lapsed=%v", l.SetAside != "", l.Lapsed != "")]++
		}
		met["settled"] += len(v.Settled)
		met["resolved"] += len(v.Resolved)
		for _, h := range v.Accepted {
			met[fmt.Sprintf("accepted conflict=%v won=%v", h.Reason == count.HeldConflict, h.Accepted != "")]++
		}
		for _, e := range r.entries {
			if bytes.Contains(e.Body, []byte(`"take_back":true`)) {
				met["taken back "+e.Kind.String()]++
			}
		}
	})
	for _, want := range []string{
		"line not-counted", "line partial", "line counting", "line recounting", "line disputed", "line within", "line outside",
		"line approved", "line rejected", "line returned",
		"decision approve standing=true lapsed=false ", "decision approve standing=false lapsed=true ",
		"decision approve standing=false lapsed=false " + count.ApproverCounted.Key,
		"decision approve standing=false lapsed=false " + count.ApproverTier.Key,
		"decision approve standing=false lapsed=false " + count.ApproverSettled.Key,
		"decision approve standing=false lapsed=false " + count.ApproverCost.Key,
		"decision approve standing=false lapsed=false " + count.ReasonNeeded.Key,
		"decision reject standing=false lapsed=false " + count.NotDecidable.Key,
		"adopted round=1 chosen=true passes=1", "adopted round=2 chosen=false passes=1", "adopted round=1 chosen=false passes=2",
		"rest zero", "barred recount", "dispute find=true", "dispute find=false",
		"pass open", "pass closed", "pass gap", "pass completed", "pass abandoned", "pass superseded",
		"held event-conflict open=true", "held event-conflict open=false", "held pass-unknown open=true", "held pass-twice open=true",
		"held pass-foreign open=true", "held location-unknown open=true", "held round-unknown open=true",
		"held assignment-unknown open=true", "held reversal-unmatched open=true", "held quantity-inexact open=true",
		"held device-revoked open=true", "held event-unreadable open=true", "unknown open=true lapsed=false", "unknown open=true lapsed=true", "unknown open=false lapsed=false",
		"pass lapsed",
		"blocker streams-awaited", "blocker lines-counting", "blocker tasks-open", "state recount", "state counting",
		"settled", "resolved", "accepted conflict=false won=true", "accepted conflict=true won=true", "accepted conflict=true won=false",
		"taken back dispute.chosen", "taken back code.resolved", "taken back quarantine.resolved", "taken back rest.zero",
		"taken back location.set-aside", "location set aside=true lapsed=false", "location set aside=false lapsed=true",
	} {
		if met[want] < 2 {
			t.Errorf("%q happened %d times", want, met[want])
		}
	}
	if os.Getenv("JARD_SESSIONS") != "" {
		for what, n := range met {
			t.Logf("%6d %s", n, what)
		}
	}
}
