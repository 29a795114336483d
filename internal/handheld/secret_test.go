package handheld_test

import (
	"strings"
	"testing"
	"time"

	"jard/internal/count"
	"jard/internal/stocktake"
	"jard/internal/wire"
)

// Of a surprise that is planned no handheld hears, on no way, until it is issued; then all do.
func TestASurpriseIsToldToNoHandheldBeforeItIsIssued(t *testing.T) {
	w := start(t)
	d := w.device("d1", "early")
	w.join(d.token, "s1", d.epoch)
	d.sessions = []stocktake.SessionID{"s1"}
	d.connect()
	expect[*wire.Feed](d)
	at := time.Now().In(count.Kuwait).AddDate(0, 0, 3).Truncate(time.Minute)
	p, err := w.sessions.SavePlan(t.Context(), boss, count.CountPlan{
		Name: stocktake.Name{English: "Ambush"}, Kind: count.PlanSurprise, Site: "central", Scope: count.Scope{Sections: []stocktake.SectionID{"frozen"}}, Minutes: 60, Automatic: true,
		Recurrence: count.Recurrence{Unit: count.Once, Start: at.Format(time.DateOnly), Time: at.Format("15:04")},
	})
	w.check(err)
	var told strings.Builder
	look := func() {
		for _, c := range [][2]string{{"GET", "/sessions"}, {"POST", "/join"}, {"POST", "/push"}} {
			var body any
			switch c[1] {
			case "/join":
				body = map[string]any{"session": p.ID, "epoch": d.epoch, "app": "1.0.0"}
			case "/push":
				body = wire.Encode(d.hello())
			}
			_, answer, _ := w.call(c[0], c[1], d.token, body)
			told.WriteString(strings.ReplaceAll(answer, p.ID, "")) // which it named itself
		}
	}
	look()
	d.send(&wire.Ping{Time: 1, Mono: 1})
	told.Write(wire.Encode(expect[*wire.Pong](d))) // the next frame: the plan sent none before it
	for _, secret := range []string{"Ambush", "surprise", at.Format(time.DateOnly), at.UTC().Format("2006-01-02T15:04")} {
		if strings.Contains(told.String(), secret) {
			t.Errorf("a handheld is told %s: %s", secret, told.String())
		}
	}
	_, err = w.sessions.IssueOccurrence(t.Context(), boss, p.ID, at)
	w.check(err)
	look()
	if !strings.Contains(told.String(), "Ambush") {
		t.Error("once it is issued no handheld hears of it")
	}
}
