package count_test

import (
	"fmt"
	"slices"
	"strings"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// describe is the model's whole answer, as text.
func (a *answer) describe() string {
	var b strings.Builder
	passes := slices.Clone(a.passes)
	slices.SortFunc(passes, func(p, q *mpass) int { return strings.Compare(string(p.id), string(q.id)) })
	for _, p := range passes {
		fmt.Fprintln(&b, "pass", p.id, p.location.ID, p.open.Round, p.open.Person, p.status, p.lapsed, p.n, int64(p.q))
	}
	held := make([]string, 0, len(a.held))
	for _, h := range a.held {
		held = append(held, fmt.Sprintln("held", h))
	}
	slices.Sort(held)
	b.WriteString(strings.Join(held, ""))
	accepted := make([]string, 0, len(a.accepted))
	for _, h := range a.accepted {
		accepted = append(accepted, fmt.Sprintln("accepted", short(h.body), h.reason, h.winner))
	}
	slices.Sort(accepted)
	b.WriteString(strings.Join(accepted, ""))
	for _, code := range a.codes() {
		fmt.Fprintln(&b, "unknown", code, int64(a.unknown[code]), int64(a.moved[code]), a.aside[code])
	}
	plan := a.plan()
	for i := range a.m.material.Site.Locations {
		at := &a.m.material.Site.Locations[i]
		if word, holds := a.leftOut(plan, at); word != "" {
			fmt.Fprintln(&b, "location", at.ID, holds)
		}
	}
	slices.Sort(a.disputes)
	for _, d := range a.disputes {
		fmt.Fprintln(&b, "dispute "+d)
	}
	for _, m := range a.moves {
		fmt.Fprintln(&b, m)
	}
	for _, l := range a.lines {
		fmt.Fprintln(&b, "line", l)
	}
	fmt.Fprintln(&b, "blockers", a.blockers())
	return b.String()
}

// blockers counts what stands between now and the seal.
func (a *answer) blockers() map[string]int {
	counts := map[string]int{}
	if a.closing() == 0 {
		counts[count.BlockNotClosing]++
	}
	plan := a.plan()
	for i := range a.m.material.Site.Locations {
		at := &a.m.material.Site.Locations[i]
		word, holds := a.leftOut(plan, at)
		if inScope(plan, at) && !a.walkedAll(plan, at) && (word == "" || !holds) {
			counts[count.BlockUncounted]++
		}
	}
	for _, p := range a.passes {
		switch p.status {
		case count.PassIsOpen:
			counts[count.BlockOpenPass]++
		case count.PassHasGap:
			counts[count.BlockGap]++
		}
	}
	for _, t := range a.tasks() {
		if !t.withdrawn && !t.done {
			counts[count.BlockTask]++
		}
	}
	for _, h := range a.held {
		if h.aside == "" {
			counts[count.BlockHeld]++
		}
	}
	for code := range a.unknown {
		if a.aside[code] == "" {
			counts[count.BlockUnknown]++
		}
	}
	for _, l := range a.lines {
		switch l.status {
		case count.LineCounting, count.LineRecounting:
			counts[count.BlockCounting]++
		case count.LineDisputed:
		case count.LineOutside, count.LineRejected, count.LineReturned, count.LineUncertain:
			counts[count.BlockWaiting]++
		}
	}
	if n := len(a.disputes); n > 0 {
		counts[count.BlockDispute] = n
	}
	if n := a.awaited(); n > 0 {
		counts[count.BlockStream] = n
	}
	return counts
}

// leftOut gives the reason of the last word that a location is set aside, and whether that holds: nothing has come from
// there since, and nobody walked it.
func (a *answer) leftOut(plan count.Plan, at *stocktake.Location) (reason string, holds bool) {
	for _, x := range bodies[count.LocationAside](a, count.LocationSetAside) {
		if x.body.Location != at.ID {
			continue
		}
		if reason = x.body.Reason; x.body.TakeBack {
			reason = ""
		}
		holds = a.unchanged(x.offset, func(b *answer) string { return b.showLocation(at.ID) }, a.showLocation(at.ID))
	}
	if reason == "" || !inScope(plan, at) {
		return "", false
	}
	return reason, holds && !a.walkedAll(plan, at)
}

// showLocation is what came from a location.
func (a *answer) showLocation(at stocktake.LocationID) string {
	var list []string
	for _, p := range a.passes {
		if p.location.ID == at {
			list = append(list, p.shown)
		}
	}
	slices.Sort(list)
	return fmt.Sprint(list)
}

// walkedAll: somebody walked the location whole, or for each item of the scope, and was not given up.
func (a *answer) walkedAll(plan count.Plan, at *stocktake.Location) bool {
	if plan.Double && !at.Shared {
		return a.walkedTwice(plan, at)
	}
	missing := len(plan.Scope.Items)
	for _, item := range plan.Scope.Items {
		for _, g := range a.groups {
			if g.location == at && !g.dead && g.covers(item) {
				missing--
				break
			}
		}
	}
	walked := len(plan.Scope.Items) > 0 && missing == 0
	for _, g := range a.groups {
		walked = walked || (g.location == at && !g.dead && g.all)
	}
	return walked
}

// walkedTwice: so did two people, each in round 1.
func (a *answer) walkedTwice(plan count.Plan, at *stocktake.Location) bool {
	by := func(does func(*mgroup) bool) bool {
		var list []*mgroup
		for _, g := range a.groups {
			if g.location == at && g.round == 1 && !g.dead && does(g) {
				list = append(list, g)
			}
		}
		return twoPeople(list)
	}
	all := len(plan.Scope.Items) > 0
	for _, item := range plan.Scope.Items {
		all = all && by(func(g *mgroup) bool { return g.covers(item) })
	}
	return all || by(func(g *mgroup) bool { return g.all })
}

// closing is the offset at which the closing began that is not undone; 0 while counting.
func (a *answer) closing() int {
	offset := 0
	for i, e := range a.m.entries[:a.n] {
		if e.Kind == count.Reopened {
			offset = 0
		} else if e.Kind == count.Closing && offset == 0 {
			offset = i + 1
		}
	}
	return offset
}

// awaited counts the streams that the seal waits for: those heard of by joining, draining or fencing, unless they have
// drained since the closing, were written off, or another goes on for them.
func (a *answer) awaited() int {
	var all []count.Stream
	closing := a.closing()
	for _, e := range a.m.entries[:a.n] {
		switch e.Kind {
		case count.Joined, count.Drained, count.Fenced:
			if !slices.Contains(all, e.Author.Stream) {
				all = append(all, e.Author.Stream)
			}
		}
	}
	n := 0
	for _, s := range all {
		waits, joined := true, 0
		for i, e := range a.m.entries[:a.n] {
			if e.Kind == count.Drained && e.Author.Stream == s && closing > 0 && i+1 > closing {
				waits = false
			}
			if e.Kind == count.Joined && e.Author.Stream == s {
				joined = i + 1
			}
			if e.Kind == count.Joined && e.Author.Stream.Device == s.Device {
				for _, j := range bodies[count.JoinedBody](a, count.Joined) {
					if j.entry.Author.Stream.Device == s.Device && j.body.Succeeds == s.Epoch {
						waits = false
					}
				}
			}
		}
		for _, w := range bodies[count.WriteOff](a, count.StreamWrittenOff) {
			if w.body.Device == s.Device && int(w.entry.Offset) > joined {
				waits = false
			}
		}
		if waits {
			n++
		}
	}
	return n
}
