package count_test

import (
	"errors"
	"strings"
	"testing"

	"jard/internal/count"
	"jard/internal/reconcile"
	"jard/internal/stocktake"
)

func units(n int64) reconcile.Tolerance {
	q := stocktake.Quantity(n * 1000)
	return reconcile.Tolerance{Quantity: &q}
}

func usualPolicy() count.Policy {
	return count.Policy{
		Number: 1, Name: stocktake.Name{English: "Usual"}, Tiers: []count.Tier{{Role: stocktake.Manager}}, Codes: count.UsualCodes(),
	}
}

// An item's class comes after its category, and before what is usual.
func TestToleranceByClass(t *testing.T) {
	s := write(t, func(p *count.Plan, m *count.Material) {
		m.Policy = &count.Policy{Classes: []count.ClassTolerance{{Class: count.ClassA, Tolerance: units(1)}, {Class: count.ClassC, Tolerance: units(3)}}}
		m.Classes = &count.Classes{A: []stocktake.ItemID{"eggs", "milk"}, B: []stocktake.ItemID{"ice"}}
		p.Exceptions = []count.Exception{{Items: []stocktake.ItemID{"eggs"}, Tolerance: units(9)}}
		p.Tolerance = units(2)
	})
	s.whole("ali", "A1", found{"milk": 8})
	s.whole("badr", "A2", found{"eggs": 4})
	s.whole("huda", "C1", found{"ice": 2, "tea": 3})
	for _, x := range []struct {
		section stocktake.SectionID
		item    stocktake.ItemID
		status  count.LineStatus
		counted int64
		limit   stocktake.Quantity
		class   count.Class
	}{
		{"dairy", "milk", count.LineOutside, 8, 1000, "A"}, {"dairy", "eggs", count.LineWithin, 4, 9000, "A"},
		{"cold", "ice", count.LineWithin, 2, 2000, "B"}, {"cold", "tea", count.LineWithin, 3, 3000, "C"},
	} {
		if l := s.want(x.section, x.item, x.status, x.counted); l.Limit != x.limit || l.Class != x.class {
			t.Errorf("%s of class %s may be off by %s, want %s of %s", x.item, l.Class, l.Limit, x.limit, x.class)
		}
	}
}

// A policy may have every variance approved, also one inside its tolerance; what is as the books say needs nobody.
func TestPolicyThatAsksAlways(t *testing.T) {
	s := write(t, func(p *count.Plan, m *count.Material) {
		m.Policy = &count.Policy{AskAlways: true}
		p.Tolerance = units(5)
	})
	s.whole("ali", "C1", found{"ice": 3})
	s.whole("ali", "A1", found{"milk": 10})
	s.whole("badr", "A2", found{"eggs": 6})
	if l := s.want("cold", "ice", count.LineWithin, 3); !l.Waits() || !l.Asked {
		t.Fatal("nobody is asked about a line inside its tolerance")
	}
	if l := s.want("dairy", "milk", count.LineWithin, 10); l.Waits() {
		t.Fatal("somebody is asked about a line of zero")
	}
	if n := blockers(s.view())[count.BlockWaiting]; n != 1 {
		t.Fatalf("%d lines wait, want 1", n)
	}
	s.approve("omar", "cold", "ice")
	if l := s.want("cold", "ice", count.LineApproved, 3); l.Waits() {
		t.Fatal("it waits though it was approved")
	}
	if n := blockers(s.view())[count.BlockWaiting]; n != 0 {
		t.Fatalf("%d lines wait, want none", n)
	}
}

// A tier of one sign says nothing of variances of the other; without a cost the highest of the sign approves.
func TestTiersBySign(t *testing.T) {
	s := write(t, func(p *count.Plan, m *count.Material) {
		shortage := supervisorTier(3000)
		shortage.Sign = count.Shortages
		p.Tiers = []count.Tier{shortage, {Role: stocktake.Manager, Sign: count.Surpluses}, {Role: stocktake.FinancialController, Sign: count.Shortages}}
		if err := p.Check(m.Site); err != nil {
			t.Fatal(err)
		}
	})
	s.whole("ali", "C1", found{"ice": 3, "tea": 2})
	s.whole("ali", "A1", found{"milk": 12})
	s.whole("badr", "A2", found{"eggs": 6})
	say := func(section, item string) string {
		return void(s.line(stocktake.SectionID(section), stocktake.ItemID(item)))
	}
	s.approve("mona", "cold", "ice", stocktake.Manager)
	if got := say("cold", "ice"); got != count.ApproverTier.Key {
		t.Errorf("a manager of surpluses on a shortage: %q", got)
	}
	s.approve("omar", "cold", "ice")
	s.want("cold", "ice", count.LineApproved, 3)
	s.approve("omar", "dairy", "milk")
	if got := say("dairy", "milk"); got != count.ApproverTier.Key {
		t.Errorf("a supervisor of shortages on a surplus: %q", got)
	}
	s.approve("mona", "dairy", "milk", stocktake.Manager)
	s.want("dairy", "milk", count.LineApproved, 12)
	s.approve("nasser", "cold", "tea", stocktake.FinancialController)
	if got := say("cold", "tea"); got != count.ApproverCost.Key {
		t.Errorf("the controller of shortages on a surplus without a cost: %q", got)
	}
	s.approve("mona", "cold", "tea", stocktake.Manager)
	s.want("cold", "tea", count.LineApproved, 2)
}

// A code that slipped into the log against its rules makes the decision void; with the rules kept it stands.
func TestReasonCodesInTheFold(t *testing.T) {
	s := write(t, func(_ *count.Plan, m *count.Material) { m.Policy = &count.Policy{Codes: count.UsualCodes()} })
	w := s.open("ali", "C1")
	w.see("ice", 3)
	w.close()
	for _, x := range []struct{ code, note, void string }{
		{"no-such", "", count.CodeUnknown.Key},
		{"return-unbooked", "", count.CodeSign.Key},
		{"theft-suspected", "", count.CodeNote.Key},
		{"damaged", "", count.CodePhoto.Key},
		{"theft-suspected", "the lock was broken", ""},
	} {
		s.decide("omar", count.LinesDecided, count.LinesVerdict{Verdict: count.Approve, Code: x.code, Reason: x.note, Lines: s.refs([2]string{"cold", "ice"})})
		l := s.line("cold", "ice")
		d := l.Decisions[len(l.Decisions)-1]
		if d.Void != x.void || d.Code != x.code || d.Standing != (x.void == "") {
			t.Errorf("code %s with note %q: %+v, want it void for %q", x.code, x.note, d, x.void)
		}
	}
}

// A code that asks for a photo stands where a walk has one of that very line.
func TestCodeThatNeedsAPhoto(t *testing.T) {
	s := write(t, func(_ *count.Plan, m *count.Material) { m.Policy = &count.Policy{Codes: count.UsualCodes()} })
	w := s.open("ali", "C1")
	w.see("ice", 3, func(e *count.Event) { e.Photo = strings.Repeat("0a", 32) })
	w.see("eggs", 1)
	w.close()
	if !s.line("cold", "ice").Photo || s.line("cold", "eggs").Photo {
		t.Fatal("the photo is not where it was taken")
	}
	s.decide("omar", count.LinesDecided, count.LinesVerdict{Verdict: count.Approve, Code: "damaged", Lines: s.refs([2]string{"cold", "ice"})})
	if d := s.line("cold", "ice").Decisions[0]; !d.Standing {
		t.Fatalf("with a photo it is %+v", d)
	}
	s.decide("mona", count.LinesDecided, count.LinesVerdict{Verdict: count.Reject, Reason: "look", Code: "damaged", Lines: s.refs([2]string{"cold", "eggs"})})
	if d := s.line("cold", "eggs").Decisions[0]; d.Standing || d.Void != count.CodeSign.Key { // a surplus: its sign is wrong before its photo is missing
		t.Fatalf("of a surplus it is %+v", d)
	}
}

func TestPolicyCheck(t *testing.T) {
	p := usualPolicy()
	if err := p.Check(); err != nil {
		t.Fatal(err)
	}
	minus := stocktake.Fils(-1)
	for name, spoil := range map[string]func(*count.Policy){
		"no name":                func(p *count.Policy) { p.Name = stocktake.Name{} },
		"no tier":                func(p *count.Policy) { p.Tiers = nil },
		"surpluses are nobody's": func(p *count.Policy) { p.Tiers = []count.Tier{{Role: stocktake.Manager, Sign: count.Shortages}} },
		"large ones are nobody's": func(p *count.Policy) {
			upTo := stocktake.Fils(5000)
			p.Tiers = []count.Tier{{Role: stocktake.Manager}, {Role: stocktake.Supervisor, UpTo: &upTo}}
			p.Tiers[0].UpTo = &upTo
		},
		"large surpluses are nobody's": func(p *count.Policy) {
			upTo := stocktake.Fils(5000)
			p.Tiers = []count.Tier{{Role: stocktake.Manager, Sign: count.Shortages}, {Role: stocktake.Manager, UpTo: &upTo}}
		},
		"tier of no sign":      func(p *count.Policy) { p.Tiers = append(p.Tiers, count.Tier{Role: stocktake.Manager, Sign: "x"}) },
		"negative tier":        func(p *count.Policy) { p.Tiers = append(p.Tiers, count.Tier{Role: stocktake.Manager, UpTo: &minus}) },
		"class D":              func(p *count.Policy) { p.Classes = []count.ClassTolerance{{Class: "D"}} },
		"class A twice":        func(p *count.Policy) { p.Classes = []count.ClassTolerance{{Class: "A"}, {Class: "A"}} },
		"negative tolerance":   func(p *count.Policy) { p.Tolerance.Value = &minus },
		"exception to nothing": func(p *count.Policy) { p.Exceptions = []count.Exception{{}} },
		"code twice":           func(p *count.Policy) { p.Codes = append(p.Codes, p.Codes[0]) },
		"code without a key":   func(p *count.Policy) { p.Codes[0].Key = "" },
		"code without a name":  func(p *count.Policy) { p.Codes[0].Name = stocktake.Name{} },
		"code of no sign":      func(p *count.Policy) { p.Codes[0].Sign = "minus" },
	} {
		p := usualPolicy()
		spoil(&p)
		if p.Check() == nil {
			t.Errorf("a policy with %s passes", name)
		}
	}
}

// Each version is kept; a session goes by the one that was current at its issue, and by what its plan sets instead.
func TestPolicyVersions(t *testing.T) {
	f := openFloor(t)
	ctx := t.Context()
	if p, err := f.svc.Policy(ctx, sara); p != nil || err != nil {
		t.Fatalf("before any was published: %v, %v", p, err)
	}
	p := usualPolicy()
	p.Tolerance, p.Classes = units(1), []count.ClassTolerance{{Class: count.ClassC, Tolerance: units(2)}}
	if _, err := f.svc.PublishPolicy(ctx, sara, p); err == nil {
		t.Fatal("a supervisor published a policy")
	}
	first, err := f.svc.PublishPolicy(ctx, mona, p)
	f.check(err)
	if _, err := f.svc.PublishPolicy(ctx, mona, p); !errors.Is(err, count.PolicyMoved) {
		t.Fatalf("version 1 again: %v", err)
	}
	plan := coldPlan("by-policy")
	plan.Tolerance, plan.Tiers = reconcile.Tolerance{}, nil
	_, err = f.svc.Issue(ctx, sara, plan)
	f.check(err)
	p.Number, p.Classes, p.Tolerance = 2, nil, units(100)
	second, err := f.svc.PublishPolicy(ctx, person("admin", stocktake.SocietyAdministrator), p)
	f.check(err)
	list, err := f.svc.Policies(ctx, sara, 10)
	f.check(err)
	if len(list) != 2 || list[0].Hash != second.Hash || list[1].Hash != first.Hash || list[0].Previous != first.Hash || list[1].PublishedBy != "mona" {
		t.Fatalf("the versions are %+v", list)
	}
	d := f.device(society, "d1")
	d.push(walkOf("by-policy", "p1", "ali", 2)...)
	v := f.view(sara, "by-policy")
	if v.Plan.PolicyDocument != first.Hash || v.Material.Policy.Number != 1 || len(v.Plan.Tiers) != 1 || v.Plan.Tiers[0].Role != stocktake.Manager {
		t.Fatalf("the session goes by %+v with %+v", v.Plan.PolicyDocument, v.Plan.Tiers)
	}
	if l := v.Line("cold", "ice"); l.Class != count.ClassC || l.Status != count.LineWithin || l.Limit != 2000 {
		t.Fatalf("ice is %s of class %s, within %s; want it within 2 of class C", l.Status, l.Class, l.Limit)
	}
	_, err = f.svc.Cancel(ctx, mona, "by-policy", count.Because{Reason: "another counts the same"})
	f.check(err)
	_, err = f.svc.Issue(ctx, mona, coldPlan("own"))
	f.check(err)
	d.push(walkOf("own", "p2", "ali", 2)...)
	v = f.view(sara, "own")
	if l := v.Line("cold", "ice"); v.Material.Policy.Number != 2 || len(v.Plan.Tiers) != 3 || l.Status != count.LineOutside || l.Class != "" {
		t.Fatalf("what a plan sets itself is its own: ice is %s of class %q, tiers %+v", l.Status, l.Class, v.Plan.Tiers)
	}
	ref := []count.LineRef{{Section: "cold", Item: "ice", Digest: v.Line("cold", "ice").Digest}}
	for code, want := range map[string]error{"no-such": count.CodeUnknown, "return-unbooked": count.CodeSign, "count-error": count.CodeNote, "damaged": count.CodePhoto} {
		_, err := f.svc.DecideLines(ctx, omar, "own", count.LinesVerdict{Verdict: count.Approve, Code: code, Lines: ref})
		if !errors.Is(err, want) || !strings.Contains(err.Error(), "ice") {
			t.Errorf("code %s: %v, want %v", code, err, want)
		}
	}
	_, err = f.svc.DecideLines(ctx, omar, "own", count.LinesVerdict{Verdict: count.Approve, Code: "expired", Lines: ref})
	f.check(err)
	if d := f.view(sara, "own").Line("cold", "ice").Decisions; len(d) != 1 || !d[0].Standing || d[0].Code != "expired" {
		t.Errorf("the decision is %+v", d)
	}
}

// What a plan sets itself is as strict as the policy or stricter, for every item, role and sign; only a manager lets more pass.
func TestPlanIsNoLaxerThanThePolicy(t *testing.T) {
	f := openFloor(t)
	ctx := t.Context()
	upTo := func(fils stocktake.Fils) *stocktake.Fils { return &fils }
	p := usualPolicy()
	p.Tolerance, p.Classes = units(5), []count.ClassTolerance{{Class: count.ClassC, Tolerance: units(2)}}
	p.Exceptions = []count.Exception{{Items: []stocktake.ItemID{"ice"}, Tolerance: units(1)}}
	p.Tiers = []count.Tier{{Role: stocktake.Supervisor, UpTo: upTo(1000), Sign: count.Surpluses}, {Role: stocktake.Supervisor, UpTo: upTo(500), Sign: count.Shortages}, {Role: stocktake.Manager}}
	_, err := f.svc.PublishPolicy(ctx, mona, p)
	f.check(err)
	ice := func(t reconcile.Tolerance) []count.Exception {
		return []count.Exception{{Items: []stocktake.ItemID{"ice"}, Tolerance: t}}
	}
	percent := int64(1)
	for name, c := range map[string]struct {
		edit func(*count.Plan)
		want error
	}{
		"leaves all to it":            {func(*count.Plan) {}, nil},
		"as strict":                   {func(p *count.Plan) { p.Tolerance, p.Exceptions = units(2), ice(units(1)) }, nil},
		"nothing passes":              {func(p *count.Plan) { p.Tolerance = units(0) }, nil},
		"stricter in two ways":        {func(p *count.Plan) { p.Tolerance, p.Tolerance.Percent = units(1), &percent }, nil},
		"laxer in general":            {func(p *count.Plan) { p.Tolerance, p.Exceptions = units(6), ice(units(0)) }, count.PlanTolerant},
		"laxer for a class":           {func(p *count.Plan) { p.Tolerance, p.Exceptions = units(5), ice(units(0)) }, count.PlanTolerant},
		"laxer for one item":          {func(p *count.Plan) { p.Tolerance = units(2) }, count.PlanTolerant},
		"laxer by its own exception":  {func(p *count.Plan) { p.Tolerance, p.Exceptions = units(1), ice(units(3)) }, count.PlanTolerant},
		"another measure":             {func(p *count.Plan) { p.Tolerance = reconcile.Tolerance{Percent: &percent} }, count.PlanTolerant},
		"the policy's tiers":          {func(q *count.Plan) { q.Tiers = p.Tiers }, nil},
		"fewer tiers":                 {func(p *count.Plan) { p.Tiers = []count.Tier{{Role: stocktake.Manager}} }, nil},
		"a supervisor for everything": {func(p *count.Plan) { p.Tiers = []count.Tier{{Role: stocktake.Supervisor}} }, count.PlanLoose},
		"more of one sign": {func(p *count.Plan) {
			p.Tiers = []count.Tier{{Role: stocktake.Supervisor, UpTo: upTo(1000)}, {Role: stocktake.Manager}}
		}, count.PlanLoose},
		"another role": {func(p *count.Plan) { p.Tiers = []count.Tier{{Role: stocktake.FinancialController}} }, count.PlanLoose},
	} {
		for _, by := range []stocktake.Person{sara, mona} {
			plan := coldPlan(stocktake.SessionID(stocktake.RandomID()))
			plan.Tolerance, plan.Tiers = reconcile.Tolerance{}, nil
			c.edit(&plan)
			_, err := f.svc.Issue(ctx, by, plan)
			if want := c.want; by.ID == sara.ID && !errors.Is(err, want) || by.ID == mona.ID && err != nil {
				t.Errorf("%s, by %s: %v", name, by.ID, err)
			}
			if err == nil {
				_, err = f.svc.Cancel(ctx, mona, plan.Session, count.Because{Reason: "a drill"})
				f.check(err)
			}
		}
	}
}

// Movement rules are the usual ones or wider, also where there is no policy: by narrower ones a shortage is exact at zero, and nobody looks.
func TestPlanReckonsWithAllMovements(t *testing.T) {
	o := openOffice(t)
	ctx := t.Context()
	floor := []stocktake.LocationKind{stocktake.Floor}
	for name, c := range map[string]struct {
		edit func(*reconcile.Rules)
		want error
	}{
		"the usual": {func(*reconcile.Rules) {}, nil},
		"wider": {func(r *reconcile.Rules) {
			r.Sale.Early, r.Receipt.Late, r.Clock, r.Posting, r.Voiding = 3600, 5*3600, 90, 5*3600, 5*3600
			r.Receipt.Places, r.Sale = append(r.Receipt.Places, stocktake.Floor), reconcile.Window{Early: 3600, Anywhere: true}
		}, nil},
		"nothing moves": {func(r *reconcile.Rules) {
			*r = reconcile.Rules{Sale: reconcile.Window{Places: floor}, Return: reconcile.Window{Places: floor}, Receipt: reconcile.Window{Anywhere: true},
				Transfer: reconcile.Window{Anywhere: true}, WriteOff: reconcile.Window{Anywhere: true}}
		}, count.PlanRules},
		"sales sooner":      {func(r *reconcile.Rules) { r.Sale.Early-- }, count.PlanRules},
		"receipts sooner":   {func(r *reconcile.Rules) { r.Receipt.Late-- }, count.PlanRules},
		"fewer places":      {func(r *reconcile.Rules) { r.Receipt.Places = r.Receipt.Places[1:] }, count.PlanRules},
		"not anywhere":      {func(r *reconcile.Rules) { r.Transfer.Anywhere, r.Transfer.Places = false, floor }, count.PlanRules},
		"a surer clock":     {func(r *reconcile.Rules) { r.Clock-- }, count.PlanRules},
		"posted at once":    {func(r *reconcile.Rules) { r.Posting = 0 }, count.PlanRules},
		"no void that late": {func(r *reconcile.Rules) { r.Voiding-- }, count.PlanRules},
	} {
		rules := reconcile.DefaultRules()
		c.edit(&rules)
		for _, by := range []stocktake.Person{sara, mona} {
			want := c.want
			if by.ID == mona.ID {
				want = nil
			}
			plan := coldPlan(stocktake.SessionID(stocktake.RandomID()))
			plan.Rules = &rules
			_, err := o.svc.Issue(ctx, by, plan)
			if !errors.Is(err, want) {
				t.Errorf("%s, issued by %s: %v", name, by.ID, err)
			}
			if err == nil {
				_, err = o.svc.Cancel(ctx, mona, plan.Session, count.Because{Reason: "a drill"})
				o.check(err)
			}
			later := nightly()
			later.Rules = &rules
			if _, err := o.svc.SavePlan(ctx, by, later); !errors.Is(err, want) {
				t.Errorf("%s, planned by %s: %v", name, by.ID, err)
			}
		}
	}
}

// A policy of before tiers had to reach every value is blamed itself, not tiers that the issuer never set.
func TestPolicyThatLeavesAValueToNobody(t *testing.T) {
	f := openFloor(t)
	old := usualPolicy()
	old.Tiers = []count.Tier{supervisorTier(3000), {Role: stocktake.Manager, Sign: count.Surpluses}}
	doc, err := stocktake.NewDocument(old)
	f.check(err)
	f.check(f.db.Publish(t.Context(), society, count.PolicyName, doc))
	plan := coldPlan("s7")
	plan.Tolerance, plan.Tiers = reconcile.Tolerance{}, nil
	for _, by := range []stocktake.Person{sara, mona} {
		if _, err := f.svc.Issue(t.Context(), by, plan); !errors.Is(err, count.PolicyUnreached) || !strings.Contains(err.Error(), "3") {
			t.Errorf("%s: %v", by.ID, err)
		}
	}
	plan.Tiers = []count.Tier{{Role: stocktake.Manager}}
	_, err = f.svc.Issue(t.Context(), mona, plan)
	f.check(err)
}
