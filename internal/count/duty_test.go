package count_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// duties are the conflicts of duty of a session as it stands, in one line each.
func (s *script) duties() (list []string) {
	s.t.Helper()
	for _, c := range s.view().DutyConflicts() {
		list = append(list, duty(c))
	}
	return list
}

func duty(c count.DutyConflict) string {
	text := fmt.Sprint(c.Rule, " ", c.Person, " ", c.Roles)
	if c.Stands {
		text += " stands"
	}
	for _, l := range c.Lines {
		text += " " + string(l.Section) + "/" + string(l.Item)
	}
	for _, a := range c.About {
		text += " " + a
	}
	return text
}

func (s *script) wantDuties(want ...string) {
	s.t.Helper()
	if got := s.duties(); !slices.Equal(got, want) {
		s.t.Fatalf("conflicts of duty:\n%q\nwant\n%q", got, want)
	}
}

func signers(p *count.Plan, _ *count.Material) {
	p.Scope.Sections = []stocktake.SectionID{"cold"}
	p.Committee, p.Witness = []stocktake.PersonID{"jaber", "hessa"}, "latifa"
}

// Each rule by itself, and nobody else is named.
func TestDutyConflicts(t *testing.T) {
	for rule, c := range map[string]struct {
		put  func(*script)
		want string
	}{
		count.DutyApprover: {func(s *script) {
			s.whole("ali", "C1", found{"ice": 3})
			s.approve("ali", "cold", "ice")
		}, "approver-counted ali [counter supervisor] cold/ice"},
		count.DutySettled: {func(s *script) {
			s.whole("ali", "C1", found{"ice": 3})
			s.whole("badr", "C1", found{"ice": 1})
			d := s.view().Disputes[0]
			s.decide("omar", count.DisputeChosen, count.Choice{Location: "C1", Item: "ice", Pass: d.Competitors[0].Pass, Digest: d.Digest, Reason: "seen"})
			s.approve("omar", "cold", "ice")
		}, "approver-settled omar [supervisor] cold/ice"},
		count.DutyRecounter: {func(s *script) {
			s.whole("ali", "C1", found{"ice": 3})
			task := s.task(2, "C1", "ice")
			s.whole("ali", "C1", found{"ice": 4}, task)
		}, "recounter-counted ali [counter] cold/ice"},
		count.DutySide: {func(s *script) {
			s.whole("ali", "C1", found{"ice": 3})
			s.whole("badr", "C1", found{"ice": 1})
			d := s.view().Disputes[0]
			s.decide("ali", count.DisputeChosen, count.Choice{Location: "C1", Item: "ice", Pass: d.Competitors[0].Pass, Digest: d.Digest, Reason: "mine"})
		}, "chooser-side ali [counter supervisor] cold/ice"},
		count.DutyOwnPass: {func(s *script) {
			s.open("ali", "C1")
			p := s.view().Passes[0]
			s.decide("ali", count.PassCompleted, count.PassDecision{Pass: p.ID, Digest: p.Digest, Reason: "done"})
		}, "own-pass ali [counter supervisor] PASS"},
		count.DutyOwn: {func(s *script) {
			w := s.open("ali", "C1")
			w.scan("c1", 1)
			w.close()
			u := s.view().Unknown[0]
			s.decide("ali", count.CodeResolved, count.Resolution{Code: "c1", SetAside: true, Digest: u.Digest, Reason: "torn"})
		}, "ruled-own ali [counter supervisor] stands c1"},
		"own code": {func(s *script) {
			w := s.open("ali", "C1")
			w.scan("c1", 1)
			w.close()
			s.decide("ali", count.CodeResolved, count.Resolution{Code: "c1", Item: "tea", Pack: 1000})
		}, "ruled-own ali [counter supervisor] stands c1"},
		count.DutySigner: {func(s *script) {
			s.whole("latifa", "C1", found{"ice": 4})
		}, "signer-counted latifa [counter witness]"},
		count.DutySigned: {func(s *script) {
			s.whole("ali", "C1", found{"ice": 3})
			s.approve("jaber", "cold", "ice")
		}, "signer-decided jaber [committee-member supervisor] stands cold/ice"},
		count.DutySealer: {func(s *script) {
			s.whole("ali", "C1", found{"ice": 4})
			s.decide("ali", count.Closing, count.Because{})
			s.decide("ali", count.Sealed, count.Seal{})
		}, "sealer-counted ali [counter supervisor] stands"},
	} {
		t.Run(rule, func(t *testing.T) {
			s := write(t, signers)
			c.put(s)
			want := c.want
			if rule == count.DutyOwnPass {
				want = "own-pass ali [counter supervisor] " + string(s.view().Passes[0].ID)
			}
			s.wantDuties(want)
		})
	}
}

func TestNoConflictWhereEveryoneKeepsToTheirDuty(t *testing.T) {
	s := write(t, signers)
	s.whole("ali", "C1", found{"ice": 3})
	task := s.task(2, "C1", "ice")
	s.whole("badr", "C1", found{"ice": 3}, task)
	s.approve("omar", "cold", "ice")
	s.decide("omar", count.Closing, count.Because{})
	s.wantDuties()
}

// Who signed as two in a session of before is listed; no session is issued like that.
func TestNobodyIsCommitteeAndWitness(t *testing.T) {
	s := write(t, signers, func(p *count.Plan, _ *count.Material) { p.Policy, p.Committee = "1", []stocktake.PersonID{"latifa"} })
	s.wantDuties("both-capacities latifa [committee-member witness] stands")
	plan := s.plan
	plan.Tiers = []count.Tier{{Role: stocktake.Manager}}
	if err := plan.Check(s.material.Site); !errors.Is(err, count.BothCapacities) {
		t.Fatalf("the plan is checked: %v", err)
	}
}

// Whoever counts does not sign, whenever the scan arrives; a manager's word goes on without them.
func TestWhoCountedDoesNotSign(t *testing.T) {
	f, d := toSign(t)
	f.close(d)
	f.check(f.sign(jaber, count.AsCommittee))
	f.check(f.sign(latifa, count.AsWitness))
	f.wantStand(count.SignatureGiven, count.SignatureAwaited, count.SignatureGiven)
	d.push(walkOf(session, "p2", "latifa", 4)...) // the same as was counted: no figure is another for it
	f.wantStand(count.SignatureLapsed, count.SignatureAwaited, count.SignatureBarred)
	said := f.view(sara, session).Signatories[2].Decisions[0]
	if said.Void != count.SignerCounted.Key || said.Standing {
		t.Fatalf("the witness said %+v", said)
	}
	wantReason(t, f.sign(latifa, count.AsWitness), count.SignerCounted)
	wantReason(t, f.seal(), count.SealBlocked)
	f.check(f.sign(jaber, count.AsCommittee))
	f.check(f.sign(hessa, count.AsCommittee))
	s := f.view(sara, session).Signatories[2]
	_, err := f.svc.AsideSignature(t.Context(), mona, session, count.SignatureAside{Person: s.Person, Capacity: s.Capacity, Digest: s.Digest, Reason: "she counted"})
	f.check(err)
	f.wantStand(count.SignatureGiven, count.SignatureGiven, count.SignatureLeft)
	f.check(f.seal())
	if list := f.view(sara, session).DutyConflicts(); len(list) != 1 || duty(list[0]) != "signer-counted latifa [counter witness]" {
		t.Fatalf("conflicts %+v", list)
	}
}

// A pass that was opened by mistake, and given up with nothing seen, bars nobody from signing; one in which something was seen does.
func TestAMistakenOpeningBarsNobody(t *testing.T) {
	s := write(t, signers)
	s.whole("ali", "C1", found{"ice": 4})
	w := s.open("latifa", "C1")
	s.wantDuties()
	s.abandon(s.view().Passes[1].ID, "opened by mistake")
	s.wantDuties()
	w.see("ice", 1)
	s.wantDuties("signer-counted latifa [counter witness]")
}

func TestNobodyWhoSignsIsSentToCount(t *testing.T) {
	f, _ := toSign(t)
	_, err := f.svc.Assign(t.Context(), sara, session, count.Assignment{Tasks: []count.Task{{ID: "t9", Round: 1, Location: "C1", Person: "hessa"}}})
	wantReason(t, err, count.SignerTask)
	v := f.view(sara, session)
	if v.MayRecount("latifa", "C1", []stocktake.ItemID{"ice"}, 2) || !v.MayRecount("badr", "C1", []stocktake.ItemID{"ice"}, 2) {
		t.Fatal("the witness is offered a recount, or a counter is not")
	}
}

// Conflicts of duty are the same in whatever order devices delivered.
func TestDutyConflictsInWhateverOrder(t *testing.T) {
	rules := map[string]int{}
	sessions(t, 200, func(t *testing.T, r *random) {
		list := func(v *count.View) string {
			var barred []stocktake.PersonID
			for _, s := range v.Signatories {
				if s.State == count.SignatureBarred {
					barred = append(barred, s.Person)
				}
			}
			b, err := json.MarshalIndent([]any{v.DutyConflicts(), barred}, "", " ")
			if err != nil {
				t.Fatal(err)
			}
			return string(b)
		}
		v := fold(t, r.material, r.entries).View()
		for _, c := range v.DutyConflicts() {
			rules[c.Rule]++
		}
		for try := range 4 {
			entries := shuffle(rand.New(rand.NewPCG(uint64(try), 13)), r.entries, try)
			if got, want := list(fold(t, r.material, entries).View()), list(v); got != want {
				t.Fatalf("try %d differs:\n%s\nlog:\n%s", try, firstDifference(want, got), listing(r.entries))
			}
		}
	}, func(p *count.Plan, _ *count.Material) {
		p.Committee, p.Witness = []stocktake.PersonID{"omar", "badr"}, "dana"
	})
	t.Log(rules)
	for _, rule := range []string{count.DutyApprover, count.DutyRecounter, count.DutySigner, count.DutySide, count.DutyOwn} {
		if rules[rule] == 0 && fewer == 1 {
			t.Errorf("no session had a conflict of %s", rule)
		}
	}
}

// Views made out of the last one have the signatures, the figures that they were put to and the conflicts that a fresh fold has.
func TestIncrementalWithSignaturesIsFromScratch(t *testing.T) {
	signed := 0
	sessions(t, 60, func(t *testing.T, r *random) {
		f := count.NewFold(society, session)
		for n, e := range r.entries {
			if err := f.Apply(e); err != nil {
				t.Fatal(err)
			}
			if n == 0 {
				f.SetMaterial(r.material)
			}
			v := f.View()
			if got, want := whole(t, v), whole(t, fold(t, r.material, r.entries[:n+1]).View()); got != want {
				t.Fatalf("after entry %d (%s):\n%s\nlog:\n%s", n+1, e.Kind, firstDifference(want, got), listing(r.entries[:n+1]))
			}
			if v.Figures != "" {
				signed++
			}
		}
	}, func(p *count.Plan, _ *count.Material) {
		p.Committee, p.Witness = []stocktake.PersonID{"omar", "badr"}, "dana"
	})
	if signed == 0 && fewer == 1 {
		t.Error("no session had figures to sign")
	}
}
