package count_test

import (
	"testing"

	"jard/internal/count"
	"jard/internal/reconcile"
	"jard/internal/stocktake"
)

// void says why the last decision on a line does not hold: "" when it stands.
func void(l *count.Line) string {
	d := l.Decisions[len(l.Decisions)-1]
	switch {
	case d.Lapsed:
		return "lapsed"
	case d.Standing:
		return ""
	}
	return d.Void
}

// iceShort is a line that is one fils-worth short and waits for an approver: 3 of 4, at 100 fils.
func iceShort(t testing.TB) (*script, *walk) {
	t.Helper()
	s := write(t)
	w := s.whole("ali", "C1", found{"ice": 3})
	l := s.want("cold", "ice", count.LineOutside, 3)
	if l.Variance.Value != -100 || l.Variance.Quantity != -1000 {
		t.Fatalf("the variance is %+v; want 1 missing, worth 100 fils", l.Variance)
	}
	return s, w
}

func TestApprovedLine(t *testing.T) {
	s, _ := iceShort(t)
	s.approve("omar", "cold", "ice")
	s.want("cold", "ice", count.LineApproved, 3)
	v := s.view()
	if v.Totals.Approved != 1 || v.Totals.Waiting != 0 || v.Totals.Shortage != -100 || v.Totals.Surplus != 0 {
		t.Fatalf("totals are %+v", v.Totals)
	}
}

func TestLateDataLapsesAnApproval(t *testing.T) {
	s, w := iceShort(t)
	s.approve("omar", "cold", "ice")
	s.whole("ali", "C1", found{"ice": 1}, continues(w))
	l := s.want("cold", "ice", count.LineWithin, 4)
	if void(l) != "lapsed" {
		t.Fatalf("the decision is %+v; the line has changed since", l.Decisions[0])
	}
}

// The same number of other lots is another figure.
func TestOtherLotsLapseAnApproval(t *testing.T) {
	s := write(t)
	w := s.open("ali", "C1")
	wrong := w.see("ice", 3, func(e *count.Event) { e.Lot = "L1" })
	w.close()
	s.approve("omar", "cold", "ice")
	s.want("cold", "ice", count.LineApproved, 3)
	w.undo(wrong)
	w.see("ice", 3, func(e *count.Event) { e.Lot = "L2" })
	if got := void(s.want("cold", "ice", count.LineOutside, 3)); got != "lapsed" {
		t.Fatalf("the approval is %q", got)
	}
}

// Late data of another line, and work asked for elsewhere, are no reason.
func TestApprovalOutlivesWhatItDidNotSee(t *testing.T) {
	s, _, _ := dairyCounted(t)
	s.whole("ali", "B1", nil)
	s.approve("omar", "dairy", "milk")
	s.want("dairy", "milk", count.LineApproved, 10)
	task := s.task(2, "A2", "eggs")
	s.want("dairy", "milk", count.LineApproved, 10)
	s.whole("dana", "A2", found{"eggs": 5}, task)
	s.want("dairy", "eggs", count.LineOutside, 5)
	s.want("dairy", "milk", count.LineApproved, 10)
}

func TestDecisionOnALineThatFellBackToNotCounted(t *testing.T) {
	s := write(t)
	w := s.open("ali", "C1")
	e := w.see("tea", 1)
	w.see("ice", 4)
	w.close()
	s.approve("omar", "cold", "tea")
	s.approve("omar", "cold", "ice")
	s.push(w.stream, w.reversal(w.entries[e.ID]))
	if v := s.view(); v.Line("cold", "tea") != nil {
		t.Fatal("a line of no books that was never met is still there")
	}
	for _, x := range w.entries {
		if x.Item == "ice" {
			s.push(w.stream, w.reversal(x))
		}
	}
	if l := s.want("cold", "ice", count.LineNotCounted, 0); void(l) != "lapsed" {
		t.Fatalf("the decision is %+v; want it shown as lapsed", l.Decisions)
	}
}

func TestApproverWhoCountedIsRefused(t *testing.T) {
	for name, counted := range map[string]func(*script){
		"met it":           func(s *script) { s.whole("omar", "C1", found{"ice": 3}) },
		"walked past":      func(s *script) { s.whole("omar", "C1", nil, replaces(s.whole("omar", "C1", nil))) },
		"an open pass":     func(s *script) { s.open("omar", "C1") },
		"had it as a task": func(s *script) { s.open("omar", "C1", s.task(2, "C1", "ice")) },
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := iceShort(t)
			s.approve("omar", "cold", "ice")
			s.want("cold", "ice", count.LineApproved, 3)
			counted(s) // their scan arrives after the approval
			l := s.line("cold", "ice")
			if got := void(l); got == "" || l.Status == count.LineApproved {
				t.Fatalf("the approval of somebody who counted stands")
			}
			s.approve("omar", "cold", "ice")
			if l = s.line("cold", "ice"); l.Variance != nil && void(l) != count.ApproverCounted.Key {
				t.Fatalf("the second approval is %q; want %q", void(l), count.ApproverCounted.Key)
			}
		})
	}
}

// Looking for the item is counting it, even where the walk was given up.
func TestApproverWhoLookedForItIsRefused(t *testing.T) {
	s, _ := iceShort(t)
	w := s.open("omar", "C1", s.task(1, "C1", "ice", "tea"))
	s.abandon(w.id, "called away")
	s.decide("sara", count.Assigned, count.Assignment{Withdraw: []string{s.view().Tasks[0].ID}})
	s.want("cold", "ice", count.LineOutside, 3)
	s.approve("omar", "cold", "ice")
	if got := void(s.line("cold", "ice")); got != count.ApproverCounted.Key {
		t.Fatalf("the approval is %q", got)
	}
}

// A scan that changes no figure still tells on its author.
func TestApproverWhoseAgreeingScanArrivesLater(t *testing.T) {
	s, w := iceShort(t)
	s.approve("omar", "cold", "ice")
	s.open("omar", "C1", continues(w)) // open: adds nothing yet
	s.whole("omar", "A1", nil)         // and elsewhere does not matter
	l := s.line("cold", "ice")
	if l.Status == count.LineApproved {
		t.Fatal("the approval stands")
	}
	s, _ = iceShort(t)
	s.approve("omar", "cold", "ice")
	s.whole("omar", "A1", nil)
	s.want("cold", "ice", count.LineApproved, 3)
}

// A recount without a task covers nothing, so its person walked nothing: only what they met counts against them.
func TestUndirectedRecounterCountedOnlyWhatTheyMet(t *testing.T) {
	s, _ := iceShort(t)
	s.task(2, "A1", "milk")
	s.whole("omar", "C1", found{"tea": 1}, func(e *count.Event) { e.Round = 2 })
	s.approve("omar", "cold", "ice")
	s.want("cold", "ice", count.LineApproved, 3)
	s.approve("omar", "cold", "tea")
	if got := void(s.line("cold", "tea")); got == "" {
		t.Fatal("omar approved what he met")
	}
}

func TestValueTiers(t *testing.T) {
	s := write(t)
	s.whole("ali", "B1", found{"rice": 4})
	s.whole("ali", "S1", nil)
	s.want("dry", "rice", count.LineOutside, 4) // 4 missing at 1 dinar
	s.approve("omar", "dry", "rice")
	if got := void(s.line("dry", "rice")); got != count.ApproverTier.Key {
		t.Fatalf("a supervisor's approval of 4 dinars is %q; the tier ends at 3", got)
	}
	s.approve("mona", "dry", "rice", stocktake.Manager)
	s.want("dry", "rice", count.LineApproved, 4)
}

func TestSurplusHasTheSameTier(t *testing.T) {
	s := write(t)
	s.whole("ali", "B1", found{"rice": 12})
	s.whole("ali", "S1", nil)
	s.approve("omar", "dry", "rice")
	if got := void(s.line("dry", "rice")); got != count.ApproverTier.Key {
		t.Fatalf("a supervisor's approval of a surplus of 4 dinars is %q", got)
	}
}

// Who signs that there is none, or says which of two figures is right, has had their say.
func TestWhoSettledALineMayNotApproveIt(t *testing.T) {
	for name, settle := range map[string]func(*script, stocktake.PersonID){
		"signed it as zero": func(s *script, by stocktake.PersonID) {
			s.whole("ali", "C1", nil)
			s.decide(by, count.RestZero, count.Rest{Lines: s.refs([2]string{"cold", "ice"}), Reason: "the freezer is empty"})
		},
		"chose a side": func(s *script, by stocktake.PersonID) {
			s.whole("ali", "C1", found{"ice": 3})
			s.whole("badr", "C1", found{"ice": 2})
			d := s.view().Disputes[0]
			s.decide(by, count.DisputeChosen, count.Choice{Location: "C1", Item: "ice", Pass: d.Competitors[0].Pass, Digest: d.Digest, Reason: "seen"})
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := onlyCold(t)
			settle(s, "omar")
			s.decide("sara", count.Closing, count.Because{})
			s.approve("omar", "cold", "ice")
			l := s.line("cold", "ice")
			if got := void(l); got != count.ApproverSettled.Key || len(l.Settlers) != 1 || l.Settlers[0] != "omar" {
				t.Fatalf("the approval of %v, who settled it, is %q", l.Settlers, got)
			}
			s.wantBlockers(count.BlockWaiting)
			s.approve("sara", "cold", "ice")
			s.wantBlockers()
		})
	}
}

// In whatever order: an approver who settles the line afterwards has no say left either.
func TestApproverWhoSettlesLaterIsRefused(t *testing.T) {
	s := onlyCold(t)
	s.whole("ali", "C1", nil)
	sign := count.Rest{Lines: s.refs([2]string{"cold", "ice"}), Reason: "the freezer is empty"}
	s.decide("sara", count.RestZero, sign)
	s.decide("sara", count.Closing, count.Because{})
	s.approve("omar", "cold", "ice")
	s.wantBlockers()
	s.decide("omar", count.RestZero, sign)
	if got := void(s.line("cold", "ice")); got != count.ApproverSettled.Key {
		t.Fatalf("the approval is %q", got)
	}
	s.wantBlockers(count.BlockWaiting)
}

// What has no book line has no cost, and so no value that a tier could be measured by.
func TestLineOfUnknownCostNeedsTheHighestTier(t *testing.T) {
	limit := func(upTo stocktake.Fils) *stocktake.Fils { return &upTo }
	for name, c := range map[string]struct {
		tiers []count.Tier
		none  stocktake.Role
		may   stocktake.Role
	}{
		"one has no limit": {[]count.Tier{supervisorTier(3000), {Role: stocktake.Manager}}, stocktake.Supervisor, stocktake.Manager},
		"all have one": {
			[]count.Tier{{Role: stocktake.Manager, UpTo: limit(9000)}, supervisorTier(3000)}, stocktake.Supervisor, stocktake.Manager,
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := write(t, func(p *count.Plan, _ *count.Material) { p.Tiers = c.tiers })
			s.whole("ali", "C1", found{"ice": 4, "tea": 500})
			if l := s.want("cold", "tea", count.LineOutside, 500); !l.CostUnknown {
				t.Fatal("the line does not say that its cost is unknown")
			}
			s.approve("omar", "cold", "tea", c.none)
			if got := void(s.line("cold", "tea")); got != count.ApproverCost.Key {
				t.Fatalf("a %s's approval is %q", c.none, got)
			}
			s.approve("mona", "cold", "tea", c.may)
			s.want("cold", "tea", count.LineApproved, 500)
			if l := s.line("cold", "ice"); l.CostUnknown {
				t.Fatal("the cost of ice is known")
			}
		})
	}
}

// A tolerance of value lets nothing pass that has none.
func TestLineOfUnknownCostIsOutsideATolerance(t *testing.T) {
	value := stocktake.Fils(1000)
	s := write(t, func(p *count.Plan, _ *count.Material) { p.Tolerance = reconcile.Tolerance{Value: &value} })
	s.whole("ali", "C1", found{"ice": 3, "tea": 500})
	s.want("cold", "ice", count.LineWithin, 3)
	s.want("cold", "tea", count.LineOutside, 500)
}

func TestProvisionalLineIsApprovedOnlyWithAReason(t *testing.T) {
	s, w := iceShort(t)
	s.quarantine(w.stream, "event-unreadable", []byte("{"))
	s.approve("omar", "cold", "ice")
	if got := void(s.line("cold", "ice")); got != count.ReasonNeeded.Key {
		t.Fatalf("approving a provisional line without a reason is %q", got)
	}
	s.decide("omar", count.LinesDecided, count.LinesVerdict{
		Verdict: count.Approve, Reason: "the freezer broke", Lines: s.refs([2]string{"cold", "ice"}),
	})
	s.want("cold", "ice", count.LineApproved, 3)
}

func TestRejectedAndReturnedLinesWait(t *testing.T) {
	for verdict, status := range map[count.Verdict]count.LineStatus{count.Reject: count.LineRejected, count.Return: count.LineReturned} {
		s, _ := iceShort(t)
		s.decide("omar", count.LinesDecided, count.LinesVerdict{Verdict: verdict, Reason: "look again", Lines: s.refs([2]string{"cold", "ice"})})
		s.want("cold", "ice", status, 3)
		if blockers(s.view())[count.BlockWaiting] != 1 {
			t.Fatalf("a line %s does not block the seal", status)
		}
		s.approve("omar", "cold", "ice") // of two decisions the later stands
		s.want("cold", "ice", count.LineApproved, 3)
	}
}

func TestLineWithoutAVarianceIsNotDecidable(t *testing.T) {
	s := write(t)
	s.open("ali", "C1").see("ice", 4)
	s.approve("omar", "cold", "ice")
	if got := void(s.want("cold", "ice", count.LineCounting, 0)); got != count.NotDecidable.Key {
		t.Fatalf("approving a line that is being counted is %q", got)
	}
	s.approve("omar", "dairy", "milk")
	if got := void(s.want("dairy", "milk", count.LineNotCounted, 0)); got != count.NotDecidable.Key {
		t.Fatalf("approving a line that was not counted is %q", got)
	}
}

func TestDecisionWithADigestOfNothingLapses(t *testing.T) {
	s, _ := iceShort(t)
	s.decide("omar", count.LinesDecided, count.LinesVerdict{
		Verdict: count.Approve, Lines: []count.LineRef{{Section: "cold", Item: "ice", Digest: "AAAAAAAAAAAAAAAAAAAAAA"}},
	})
	if got := void(s.want("cold", "ice", count.LineOutside, 3)); got != "lapsed" {
		t.Fatalf("the decision is %q", got)
	}
}
