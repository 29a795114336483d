package count_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// refusal is a command and why it is refused.
type refusal struct {
	run  func(*count.Service, context.Context) error
	want *stocktake.Reason
}

// C1 was counted short by ali, sara opened a pass at A1 and left it, and two differ over the milk of A2.
func TestCommandsRefused(t *testing.T) {
	f := openFloor(t)
	plan := coldPlan(session)
	plan.Scope = count.Scope{}
	_, err := f.svc.Issue(t.Context(), sara, plan)
	f.check(err)
	d := f.device(society, "d1")
	d.push(walkOf(session, "p1", "ali", 3)...)
	open := walkOf(session, "p2", "sara", 1)
	open[0].Location = "A1"
	d.push(open[0])
	for _, p := range []stocktake.PassID{"p3", "p4"} {
		w := walkOf(session, p, map[stocktake.PassID]stocktake.PersonID{"p3": "badr", "p4": "omar"}[p], map[stocktake.PassID]int64{"p3": 1, "p4": 2}[p])
		w[0].Location, w[1].Item = "A2", "milk"
		if p == "p4" { // and one scans what nobody knows
			code := w[1]
			code.ID, code.Item, code.Code, code.Amount = "p4-code", "", "c2", 1000
			w[2].Observations, w[2].Quantity = 2, w[2].Quantity+1000
			w = append(w[:2:2], code, w[2])
		}
		d.push(w...)
	}
	v := f.view(sara, session)
	digest := func(p stocktake.PassID) count.Digest {
		for _, x := range v.Passes {
			if x.ID == p {
				return x.Digest
			}
		}
		return ""
	}
	ice := count.LineRef{Section: "cold", Item: "ice", Digest: v.Line("cold", "ice").Digest}
	dispute := v.Disputes[0]
	long := strings.Repeat("x", count.MaxReason+1)
	id := session
	for name, c := range map[string]refusal{
		"issue: the id is taken": {func(s *count.Service, ctx context.Context) error { _, err := s.Issue(ctx, sara, plan); return err }, count.SessionExists},
		"issue: no such site": {func(s *count.Service, ctx context.Context) error {
			p := coldPlan("s9")
			p.Site = "moon"
			_, err := s.Issue(ctx, sara, p)
			return err
		}, stocktake.Missing},
		"issue: no such section": {func(s *count.Service, ctx context.Context) error {
			p := coldPlan("s9")
			p.Scope.Sections = []stocktake.SectionID{"moon"}
			_, err := s.Issue(ctx, sara, p)
			return err
		}, stocktake.Missing},
		"extend: no such location": {func(s *count.Service, ctx context.Context) error {
			_, err := s.ExtendScope(ctx, sara, id, count.Scope{Locations: []stocktake.LocationID{"Z"}})
			return err
		}, stocktake.Missing},
		"assign: no such location": {func(s *count.Service, ctx context.Context) error {
			_, err := s.Assign(ctx, sara, id, count.Assignment{Tasks: []count.Task{{ID: "t", Round: 1, Location: "Z"}}})
			return err
		}, stocktake.Missing},
		"assign: twice in one": {func(s *count.Service, ctx context.Context) error {
			task := count.Task{ID: "t", Round: 1, Location: "A1"}
			_, err := s.Assign(ctx, sara, id, count.Assignment{Tasks: []count.Task{task, task}})
			return err
		}, count.TaskExists},
		"assign: a round not ordered": {func(s *count.Service, ctx context.Context) error {
			_, err := s.Assign(ctx, sara, id, count.Assignment{Tasks: []count.Task{{ID: "t", Round: 2, Location: "A1"}}})
			return err
		}, count.RecountRound},
		"assign: withdraw nothing": {func(s *count.Service, ctx context.Context) error {
			_, err := s.Assign(ctx, sara, id, count.Assignment{Withdraw: []string{"t"}})
			return err
		}, stocktake.Missing},
		"recount: of round 1": {func(s *count.Service, ctx context.Context) error {
			_, err := s.OrderRecount(ctx, sara, id, count.Recount{Round: 1, Tasks: []count.Task{{ID: "t", Round: 1, Location: "C1"}}})
			return err
		}, count.RecountRound},
		"recount: a round too far": {func(s *count.Service, ctx context.Context) error {
			_, err := s.OrderRecount(ctx, sara, id, count.Recount{Round: 3, Tasks: []count.Task{{ID: "t", Round: 3, Location: "C1"}}})
			return err
		}, count.RecountRound},
		"recount: by its counter": {func(s *count.Service, ctx context.Context) error {
			_, err := s.OrderRecount(ctx, sara, id, count.Recount{Round: 2, Tasks: []count.Task{{ID: "t", Round: 2, Location: "C1", Person: "ali"}}})
			return err
		}, count.RecounterCounted},
		"recount: of an item by who met it": {func(s *count.Service, ctx context.Context) error {
			_, err := s.OrderRecount(ctx, sara, id, count.Recount{Round: 2, Tasks: []count.Task{{ID: "t", Round: 2, Location: "A1", Person: "badr", Items: []stocktake.ItemID{"milk"}}}})
			return err
		}, count.RecounterCounted},
		"complete: one's own": {func(s *count.Service, ctx context.Context) error {
			_, err := s.CompletePass(ctx, sara, id, count.PassDecision{Pass: "p2", Digest: digest("p2"), Reason: "mine"})
			return err
		}, count.OwnPass},
		"complete: a closed one": {func(s *count.Service, ctx context.Context) error {
			_, err := s.CompletePass(ctx, sara, id, count.PassDecision{Pass: "p1", Digest: digest("p1"), Reason: "why"})
			return err
		}, count.ChangedSince},
		"complete: without a reason": {func(s *count.Service, ctx context.Context) error {
			_, err := s.CompletePass(ctx, omar, id, count.PassDecision{Pass: "p2", Digest: digest("p2")})
			return err
		}, count.ReasonNeeded},
		"complete: as it was not": {func(s *count.Service, ctx context.Context) error {
			_, err := s.CompletePass(ctx, omar, id, count.PassDecision{Pass: "p2", Digest: "x", Reason: "why"})
			return err
		}, count.ChangedSince},
		"abandon: no such pass": {func(s *count.Service, ctx context.Context) error {
			_, err := s.AbandonPass(ctx, omar, id, count.PassDecision{Pass: "p9", Reason: "why"})
			return err
		}, stocktake.Missing},
		"choose: a side of it": {func(s *count.Service, ctx context.Context) error {
			_, err := s.ChooseDispute(ctx, omar, id, count.Choice{Location: "A2", Item: "milk", Pass: "p3", Digest: dispute.Digest, Reason: "why"})
			return err
		}, count.ApproverCounted},
		"choose: no side of it": {func(s *count.Service, ctx context.Context) error {
			_, err := s.ChooseDispute(ctx, sara, id, count.Choice{Location: "A2", Item: "milk", Pass: "p1", Digest: dispute.Digest, Reason: "why"})
			return err
		}, stocktake.Missing},
		"choose: as it was not": {func(s *count.Service, ctx context.Context) error {
			_, err := s.ChooseDispute(ctx, sara, id, count.Choice{Location: "A2", Item: "milk", Pass: "p3", Digest: "x", Reason: "why"})
			return err
		}, count.ChangedSince},
		"resolve code: not unknown": {func(s *count.Service, ctx context.Context) error {
			_, err := s.ResolveCode(ctx, sara, id, count.Resolution{Code: "c1", Item: "ice", Pack: 1000})
			return err
		}, stocktake.Missing},
		"set aside: as it was not": {func(s *count.Service, ctx context.Context) error {
			_, err := s.ResolveCode(ctx, sara, id, count.Resolution{Code: "c2", SetAside: true, Digest: "x", Reason: "torn"})
			return err
		}, count.ChangedSince},
		"release: nothing held": {func(s *count.Service, ctx context.Context) error {
			_, err := s.ResolveQuarantine(ctx, sara, id, count.Release{Key: "k", Reason: "why"})
			return err
		}, stocktake.Missing},
		"rest: counted lines": {func(s *count.Service, ctx context.Context) error {
			_, err := s.SignRestZero(ctx, sara, id, count.Rest{Lines: []count.LineRef{ice}, Reason: "why"})
			return err
		}, count.ChangedSince},
		"decide: no such verdict": {func(s *count.Service, ctx context.Context) error {
			_, err := s.DecideLines(ctx, omar, id, count.LinesVerdict{Verdict: "maybe", Lines: []count.LineRef{ice}})
			return err
		}, count.VerdictUnknown},
		"decide: reject without a reason": {func(s *count.Service, ctx context.Context) error {
			_, err := s.DecideLines(ctx, omar, id, count.LinesVerdict{Verdict: count.Reject, Lines: []count.LineRef{ice}})
			return err
		}, count.ReasonNeeded},
		"decide: a reason too long": {func(s *count.Service, ctx context.Context) error {
			_, err := s.DecideLines(ctx, omar, id, count.LinesVerdict{Verdict: count.Approve, Reason: long, Lines: []count.LineRef{ice}})
			return err
		}, count.ReasonNeeded},
		"decide: as it was not": {func(s *count.Service, ctx context.Context) error {
			_, err := s.DecideLines(ctx, omar, id, count.LinesVerdict{Verdict: count.Approve, Lines: []count.LineRef{{Section: "cold", Item: "ice", Digest: "x"}}})
			return err
		}, count.ChangedSince},
		"decide: one of two": {func(s *count.Service, ctx context.Context) error { // all of them or none
			milk := count.LineRef{Section: "dairy", Item: "milk", Digest: v.Line("dairy", "milk").Digest}
			_, err := s.DecideLines(ctx, mona, id, count.LinesVerdict{Verdict: count.Approve, Lines: []count.LineRef{ice, milk}})
			return err
		}, count.NotDecidable},
		"write off: no such stream": {func(s *count.Service, ctx context.Context) error {
			_, err := s.WriteOffStream(ctx, sara, id, count.WriteOff{Device: "d7", Reason: "why"})
			return err
		}, stocktake.Missing},
		"cancel: without a reason": {func(s *count.Service, ctx context.Context) error {
			_, err := s.Cancel(ctx, mona, id, count.Because{})
			return err
		}, count.ReasonNeeded},
		"drain: before the closing": {func(s *count.Service, ctx context.Context) error {
			return s.Drained(ctx, society, id, d.stream, d.mark.Acked)
		}, count.NotClosing},
	} {
		t.Run(name, func(t *testing.T) {
			if err := c.run(f.svc, t.Context()); !errors.Is(err, c.want) {
				t.Fatalf("got %v; want %s", err, c.want.Key)
			}
		})
	}
	if after := f.view(sara, session); after.Offset != v.Offset {
		t.Fatalf("a refused command wrote to the log: %d entries after %d", after.Offset, v.Offset)
	}
}

// A value above the approver's tier is refused with the value in dinars.
func TestCommandAboveTheTier(t *testing.T) {
	f := openFloor(t)
	plan := coldPlan(session)
	plan.Tiers[0] = supervisorTier(99)
	_, err := f.svc.Issue(t.Context(), sara, plan)
	f.check(err)
	f.device(society, "d1").push(walkOf(session, "p1", "ali", 3)...)
	ref := []count.LineRef{{Section: "cold", Item: "ice", Digest: f.view(sara, session).Line("cold", "ice").Digest}}
	_, err = f.svc.DecideLines(t.Context(), omar, session, count.LinesVerdict{Verdict: count.Approve, Lines: ref})
	if !errors.Is(err, count.ApproverTier) || !strings.Contains(err.Error(), "0.100") {
		t.Fatalf("approving 100 fils with a tier of 99: %v", err)
	}
	_, err = f.svc.DecideLines(t.Context(), mona, session, count.LinesVerdict{Verdict: count.Approve, Lines: ref})
	f.check(err)
}

// Whoever settled a line is refused, and what has no cost goes to the highest tier.
func TestCommandByWhoSettledTheLine(t *testing.T) {
	f := openFloor(t)
	f.issue(sara, session)
	d := f.device(society, "d1")
	walk := walkOf(session, "p1", "ali", 3)
	walk[1].Item, walk[1].Code = "tea", "code-tea"
	d.push(walk...)
	ref := func(item stocktake.ItemID) []count.LineRef {
		return []count.LineRef{{Section: "cold", Item: item, Digest: f.view(sara, session).Line("cold", item).Digest}}
	}
	empty := count.Rest{Lines: ref("ice"), Reason: "the freezer is empty"}
	_, err := f.svc.SignRestZero(t.Context(), omar, session, empty)
	f.check(err)
	_, err = f.svc.DecideLines(t.Context(), omar, session, count.LinesVerdict{Verdict: count.Approve, Lines: ref("ice")})
	if !errors.Is(err, count.ApproverSettled) {
		t.Fatalf("omar approves what he signed as zero: %v", err)
	}
	_, err = f.svc.DecideLines(t.Context(), sara, session, count.LinesVerdict{Verdict: count.Approve, Lines: ref("ice")})
	f.check(err)
	_, err = f.svc.DecideLines(t.Context(), omar, session, count.LinesVerdict{Verdict: count.Approve, Lines: ref("tea")})
	if !errors.Is(err, count.ApproverCost) {
		t.Fatalf("a supervisor approves what nobody knows the worth of: %v", err)
	}
	_, err = f.svc.DecideLines(t.Context(), mona, session, count.LinesVerdict{Verdict: count.Approve, Lines: ref("tea")})
	f.check(err)
	_, err = f.svc.BeginClosing(t.Context(), sara, session, count.Because{})
	f.check(err)
	i := &issuer{}
	i.before = func() { // sara signs what she approved, while it is being sealed
		i.before = nil
		_, err := f.db.Write(t.Context(), count.Draft{
			Society: society, Session: session, Author: count.Author{Person: "sara", Roles: sara.Roles}, Kind: count.RestZero, Body: encode(t, empty),
		})
		f.check(err)
	}
	if _, err := f.svc.Seal(t.Context(), sara, session, f.view(sara, session).Head, i); !errors.Is(err, count.ChangedSince) {
		t.Fatalf("sealing over what arrived: %v", err)
	}
	if _, err := f.svc.Seal(t.Context(), sara, session, f.view(sara, session).Head, i); !errors.Is(err, count.SealBlocked) {
		t.Fatalf("sealing a line whose approver settled it: %v", err)
	}
}

// A blind session's pack holds nothing of the books; an open one's has the quantities and no costs.
func TestPackIsBlind(t *testing.T) {
	f := openFloor(t)
	f.issue(sara, session)
	p, err := f.svc.Pack(t.Context(), society, session)
	f.check(err)
	if len(p.Book) != 0 || p.Catalogue.Items != 6 || len(p.Site.Locations) != 5 {
		t.Fatalf("the pack has %d book lines, %d items, %d locations", len(p.Book), p.Catalogue.Items, len(p.Site.Locations))
	}
	open := coldPlan("s2")
	open.Blind, open.Scope.Sections = false, []stocktake.SectionID{"dry"}
	_, err = f.svc.Issue(t.Context(), sara, open)
	f.check(err)
	p, err = f.svc.Pack(t.Context(), society, "s2")
	f.check(err)
	if len(p.Book) != 5 {
		t.Fatalf("an open session's pack has %d book lines", len(p.Book))
	}
	for _, l := range p.Book {
		if l.Cost != 0 {
			t.Fatalf("the pack tells the cost of %s", l.Item)
		}
	}
	_, err = f.svc.Cancel(t.Context(), mona, session, count.Because{Reason: "a drill"})
	f.check(err)
	if _, err := f.svc.Pack(t.Context(), society, session); !errors.Is(err, count.LogClosed) {
		t.Fatalf("the pack of a cancelled session: %v", err)
	}
	list, err := f.svc.Open(t.Context(), society)
	f.check(err)
	if len(list) != 1 || list[0].Session != "s2" {
		t.Fatalf("open are %+v", list)
	}
}

func TestTasksCursorChangesWithTheTasks(t *testing.T) {
	f := openFloor(t)
	f.issue(sara, session)
	before, err := f.svc.Tasks(t.Context(), society, session)
	f.check(err)
	f.device(society, "d1").push(walkOf(session, "p1", "ali", 3)...)
	same, err := f.svc.Tasks(t.Context(), society, session)
	f.check(err)
	if same.Cursor != before.Cursor {
		t.Fatal("the cursor changes with every scan")
	}
	_, err = f.svc.Assign(t.Context(), sara, session, count.Assignment{Tasks: []count.Task{{ID: "t", Round: 1, Location: "C1"}}})
	f.check(err)
	after, err := f.svc.Tasks(t.Context(), society, session)
	f.check(err)
	if after.Cursor == before.Cursor || len(after.Tasks) != 1 {
		t.Fatalf("tasks are %+v", after)
	}
	_, err = f.svc.BeginClosing(t.Context(), sara, session, count.Because{})
	f.check(err)
	if after, err = f.svc.Tasks(t.Context(), society, session); err != nil || after.State != "closing" {
		t.Fatalf("a closing session is %s (%v)", after.State, err)
	}
	more := count.Assignment{Tasks: []count.Task{{ID: "u", Round: 1, Location: "C1"}}}
	if _, err = f.svc.Assign(t.Context(), sara, session, more); !errors.Is(err, count.NoMoreTasks) {
		t.Fatalf("handhelds that have stopped are given work: %v", err)
	}
	if _, err = f.svc.Reopen(t.Context(), sara, session, count.Because{}); !errors.Is(err, count.ReasonNeeded) {
		t.Fatalf("reopening without a reason: %v", err)
	}
	_, err = f.svc.Reopen(t.Context(), sara, session, count.Because{Reason: "an aisle was forgotten"})
	f.check(err)
	if open, err := f.svc.Tasks(t.Context(), society, session); err != nil || open.State != "open" {
		t.Fatalf("a reopened session is %s (%v)", open.State, err)
	}
	if _, err = f.svc.Reopen(t.Context(), sara, session, count.Because{Reason: "again"}); !errors.Is(err, count.NotClosing) {
		t.Fatalf("reopening an open session: %v", err)
	}
	_, err = f.svc.Assign(t.Context(), sara, session, more)
	f.check(err)
	_, err = f.svc.Assign(t.Context(), sara, session, count.Assignment{Withdraw: []string{"u"}})
	f.check(err)
	_, err = f.svc.BeginClosing(t.Context(), sara, session, count.Because{})
	f.check(err)
	again, err := f.svc.Tasks(t.Context(), society, session)
	f.check(err)
	if again.State != "closing" || again.Cursor == after.Cursor {
		t.Fatalf("who was away meanwhile is not told that there is something new: %+v after %+v", again, after)
	}
	_, err = f.svc.Cancel(t.Context(), mona, session, count.Because{Reason: "a drill"})
	f.check(err)
	if after, err = f.svc.Tasks(t.Context(), society, session); err != nil || after.State != "cancelled" {
		t.Fatalf("a cancelled session is %s (%v)", after.State, err)
	}
}

// The books come in again while people count: an open session keeps those that it was issued on, restarted or not, and only
// the next one is counted against the new.
func TestBooksThatComeAgainLeaveOpenSessionsAlone(t *testing.T) {
	f := openFloor(t)
	f.issue(sara, session)
	f.device(society, "d1").push(walkOf(session, "p1", "ali", 4)...)
	before := f.view(sara, session).Line("cold", "ice")
	m := shop()
	for n := range m.Snapshot.Lines {
		m.Snapshot.Lines[n].Quantity += 7000
	}
	book, err := stocktake.NewSnapshot(*m.Snapshot)
	f.check(err)
	f.check(f.db.Publish(t.Context(), society, "snapshot/central", book))
	fresh := count.NewService(f.db, f.db, f.db, clock())
	defer fresh.Close()
	for what, svc := range map[string]*count.Service{"that runs": f.svc, "started anew": fresh} {
		v, err := svc.View(t.Context(), sara, session)
		f.check(err)
		after := v.Line("cold", "ice")
		if after.Book != before.Book || after.Digest != before.Digest || *after.Variance != *before.Variance {
			t.Errorf("a service %s holds %+v against new books; it was %+v", what, after, before)
		}
	}
	_, err = f.svc.Cancel(t.Context(), mona, session, count.Because{Reason: "a drill"})
	f.check(err)
	f.issue(sara, "next")
	if next := f.view(sara, "next").Line("cold", "ice"); next.Book != before.Book+7000 {
		t.Errorf("the next session has a book of %d", next.Book)
	}
}
