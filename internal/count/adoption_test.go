package count_test

import (
	"slices"
	"testing"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// The wrong side was chosen: another choice replaces the first, and one can be taken back.
func TestChoiceCanBeChanged(t *testing.T) {
	s := write(t)
	right := s.whole("ali", "C1", found{"ice": 4})
	wrong := s.whole("badr", "C1", found{"ice": 1})
	d := s.view().Disputes[0]
	choose := func(p stocktake.PassID, back bool) {
		s.decide("omar", count.DisputeChosen, count.Choice{Location: "C1", Item: "ice", Pass: p, Digest: d.Digest, TakeBack: back, Reason: "seen"})
	}
	choose(wrong.id, false)
	s.want("cold", "ice", count.LineOutside, 1)
	if x := s.view().Settled; len(x) != 1 || x[0].Chosen != wrong.id || x[0].Person != "omar" || x[0].Digest != d.Digest {
		t.Fatalf("settled are %+v", x)
	}
	choose(right.id, false)
	s.want("cold", "ice", count.LineWithin, 4)
	choose(right.id, true)
	s.want("cold", "ice", count.LineDisputed, 0)
	if v := s.view(); len(v.Settled) != 0 || len(v.Disputes) != 1 {
		t.Fatalf("settled are %+v, disputes %+v", v.Settled, v.Disputes)
	}
}

func TestOneClosedPassIsAdopted(t *testing.T) {
	s, a1, _ := dairyCounted(t)
	l := s.want("dairy", "milk", count.LineWithin, 10)
	if len(l.Adopted) != 1 || !slices.Equal(l.Adopted[0].Passes, []stocktake.PassID{a1.id}) {
		t.Fatalf("adopted is %+v; want pass %s alone", l.Adopted, a1.id)
	}
}

func TestSecondPassCompetesAndNeverAdds(t *testing.T) {
	s, _, _ := dairyCounted(t)
	s.whole("dana", "A1", found{"milk": 9})
	s.want("dairy", "milk", count.LineDisputed, 0)
	v := s.view()
	if len(v.Disputes) != 1 || v.Disputes[0].Item != "milk" || len(v.Disputes[0].Competitors) != 2 {
		t.Fatalf("disputes are %+v; want one over milk with two sides", v.Disputes)
	}
	if l := s.line("dairy", "milk"); len(l.Rounds) != 1 || l.Rounds[0].Quantity != 10_000 {
		t.Fatalf("round 1 found %+v; want the greater of 10 and 9, never 19", l.Rounds)
	}
	s.want("dairy", "eggs", count.LineWithin, 6)
}

func TestAgreeingPassesAdoptTheLater(t *testing.T) {
	s, _, _ := dairyCounted(t)
	second := s.whole("dana", "A1", found{"milk": 10})
	l := s.want("dairy", "milk", count.LineWithin, 10)
	if l.Adopted[0].Passes[0] != second.id {
		t.Fatalf("adopted is %v; want the later pass %s", l.Adopted[0].Passes, second.id)
	}
}

func TestPassesThatDifferInLotAreDisputed(t *testing.T) {
	s := write(t)
	lot := func(name string) func(*count.Event) { return func(e *count.Event) { e.Lot = name } }
	for person, name := range map[stocktake.PersonID]string{"ali": "L1", "badr": "L2"} {
		w := s.open(person, "C1")
		w.see("ice", 4, lot(name))
		w.close()
	}
	s.want("cold", "ice", count.LineDisputed, 0)
}

// Zero seen and nothing seen are the same to a walk that answers for the item.
func TestZeroAgreesWithNothing(t *testing.T) {
	s := write(t)
	s.whole("ali", "C1", found{"ice": 0})
	s.whole("badr", "C1", nil)
	s.want("cold", "ice", count.LineOutside, 0)
}

func TestContinuingPassAdds(t *testing.T) {
	s := write(t)
	first := s.whole("ali", "C1", found{"ice": 1})
	s.whole("badr", "C1", found{"ice": 3}, continues(first))
	s.want("cold", "ice", count.LineWithin, 4)
}

func TestReplacedOwnPassIsSuperseded(t *testing.T) {
	s := write(t)
	first := s.whole("ali", "C1", found{"ice": 9})
	second := s.open("ali", "C1", replaces(first))
	second.see("ice", 4)
	s.wantPass(first.id, count.PassIsClosed) // until the new one is finished
	second.close()
	s.wantPass(first.id, count.PassIsSuperseded)
	s.want("cold", "ice", count.LineWithin, 4)
}

// A pass comes after the one that it names, though the device's clock was set back between them.
func TestPassesFollowWhatTheyNameAndNoClock(t *testing.T) {
	yesterday := func(e *count.Event) { e.At -= 86_400_000 }
	s := write(t)
	first := s.whole("ali", "C1", found{"ice": 9})
	second := s.whole("ali", "C1", found{"ice": 1}, replaces(first), yesterday)
	s.whole("badr", "C1", found{"ice": 3}, continues(second), yesterday, yesterday)
	s.wantPass(first.id, count.PassIsSuperseded)
	s.want("cold", "ice", count.LineWithin, 4)

	third := s.whole("ali", "C1", found{"ice": 5}, replaces(second), yesterday, yesterday)
	s.wantPass(second.id, count.PassIsSuperseded)
	s.wantPass(first.id, count.PassIsSuperseded)
	if l := s.line("cold", "ice"); l.Status != count.LineDisputed { // badr's continued what is no more
		t.Fatalf("the line is %s", l.Status)
	}
	s.wantPass(third.id, count.PassIsClosed)
}

// No honest device makes a ring; who makes one hides nothing by it.
func TestPassesThatNameEachOtherNameNone(t *testing.T) {
	s := write(t)
	second := s.unopened("ali")
	first := s.whole("ali", "C1", found{"ice": 9}, replaces(second))
	e := second.event("pass.opened")
	e.Location, e.Round, e.Person, e.Mode, e.Replaces = "C1", 1, "ali", "quantity", first.id
	s.push(second.stream, e)
	second.see("ice", 4)
	second.close()
	s.wantPass(first.id, count.PassIsClosed)
	s.wantPass(second.id, count.PassIsClosed)
	s.want("cold", "ice", count.LineDisputed, 0)
}

func TestNobodyReplacesAnothersPass(t *testing.T) {
	s := write(t)
	first := s.whole("ali", "C1", found{"ice": 9})
	s.whole("badr", "C1", found{"ice": 4}, replaces(first))
	s.wantPass(first.id, count.PassIsClosed)
	s.want("cold", "ice", count.LineDisputed, 0)
}

func TestSharedLocationAddsUp(t *testing.T) {
	s := write(t)
	s.whole("ali", "B1", found{"rice": 2})
	s.whole("ali", "S1", found{"rice": 2})
	s.whole("badr", "S1", found{"rice": 4})
	l := s.want("dry", "rice", count.LineWithin, 8)
	if l.Rounds[0].Quantity != 8000 {
		t.Fatalf("round 1 found %s; want 8", l.Rounds[0].Quantity)
	}
}

func TestUndirectedFindCompetesAndNeverAdds(t *testing.T) {
	s := write(t)
	s.whole("ali", "C1", found{"ice": 4})
	task := s.task(1, "C1", "tea")
	s.whole("badr", "C1", found{"tea": 1, "ice": 3}, task)
	s.want("cold", "ice", count.LineDisputed, 0)
	v := s.view()
	for _, c := range v.Disputes[0].Competitors {
		if c.Find != (c.Persons[0] == "badr") {
			t.Fatalf("competitors are %+v; want badr's marked as a find", v.Disputes[0].Competitors)
		}
	}
	s.want("cold", "tea", count.LineDisputed, 0) // ali walked all of it and met no tea
	for _, d := range s.view().Disputes {
		for _, c := range d.Competitors {
			if c.Unmet != (d.Item == "tea" && c.Persons[0] == "ali") {
				t.Fatalf("competitors over %s are %+v; want ali's as the one who never met tea", d.Item, d.Competitors)
			}
		}
	}
}

func TestUndirectedFindAloneCountsButCoversNothing(t *testing.T) {
	s := write(t)
	task := s.task(1, "C1", "tea")
	s.whole("badr", "C1", found{"tea": 1, "ice": 3}, task)
	s.want("cold", "ice", count.LineCounting, 3)
	s.want("cold", "tea", count.LineOutside, 1)
}

// A later round answers for what was found before it, in whatever way.
func TestFindOfAnEarlierRoundDoesNotCompete(t *testing.T) {
	s := write(t)
	s.whole("ali", "C1", found{"ice": 4})
	s.whole("badr", "C1", found{"tea": 1, "ice": 3}, s.task(1, "C1", "tea"))
	s.want("cold", "ice", count.LineDisputed, 0)
	s.whole("dana", "C1", found{"ice": 4}, s.task(2, "C1", "ice"))
	s.want("cold", "ice", count.LineWithin, 4)
}

func TestAgreeingPassesOfOneEndAdoptTheGreaterID(t *testing.T) {
	s := write(t)
	at := func(e *count.Event) { e.At = dawn + 5000 }
	for _, who := range []stocktake.PersonID{"ali", "badr"} { // p-1, then a later number
		w := s.open(who, "C1", at)
		w.see("ice", 4, func(e *count.Event) { at(e); e.ScannedAt, e.AllHere = e.At-1000, true })
		w.close()
	}
	l := s.want("cold", "ice", count.LineWithin, 4)
	greater := stocktake.PassID("")
	for _, p := range s.view().Passes {
		greater = max(greater, p.ID)
	}
	if l.Adopted[0].Passes[0] != greater {
		t.Fatalf("adopted is %v; want %s", l.Adopted[0].Passes, greater)
	}
}

func TestRecountReplacesOnlyTheItemsItNames(t *testing.T) {
	s := write(t)
	s.whole("ali", "C1", found{"ice": 9, "tea": 2})
	task := s.task(2, "C1", "ice")
	s.want("cold", "ice", count.LineRecounting, 9) // the earlier figure stands meanwhile
	s.want("cold", "tea", count.LineOutside, 2)
	s.whole("badr", "C1", found{"ice": 4}, task)
	s.want("cold", "ice", count.LineWithin, 4)
	s.want("cold", "tea", count.LineOutside, 2)
}

func TestRecountOfAWholeLocationReplacesAll(t *testing.T) {
	s := write(t)
	s.whole("ali", "C1", found{"ice": 9, "tea": 2})
	s.whole("badr", "C1", found{"ice": 4}, s.task(2, "C1"))
	s.want("cold", "ice", count.LineWithin, 4)
	s.want("cold", "tea", count.LineWithin, 0)
}

func TestRecountByTheSamePersonIsNotAdopted(t *testing.T) {
	s := write(t)
	s.whole("ali", "C1", found{"ice": 9})
	task := s.task(2, "C1", "ice")
	s.whole("ali", "C1", found{"ice": 4}, task)
	l := s.want("cold", "ice", count.LineRecounting, 9)
	if !slices.Equal(l.Duty, []stocktake.PersonID{"ali"}) {
		t.Fatalf("duty is %v; want ali", l.Duty)
	}
	if n := blockers(s.view())[count.BlockCounting]; n != 1 {
		t.Fatalf("%d lines block the seal as uncounted; want the one that awaits a lawful recount", n)
	}
	s.whole("badr", "C1", found{"ice": 4}, task)
	s.want("cold", "ice", count.LineWithin, 4)
}

// Somebody who met the item elsewhere in the section is no recounter either; in another section is.
func TestRecounterMetTheItemInTheSection(t *testing.T) {
	s, _, _ := dairyCounted(t)
	s.whole("badr", "A1", found{"milk": 9}, s.task(2, "A1", "milk")) // badr walked A2 and met no milk there
	s.want("dairy", "milk", count.LineOutside, 9)

	s, _, _ = dairyCounted(t)
	s.whole("badr", "A1", found{"eggs": 1}, s.task(2, "A1", "eggs")) // badr met the eggs in A2
	s.want("dairy", "eggs", count.LineRecounting, 6)
}

func TestAbandonedRecountWithItsTaskWithdrawnLeavesTheEarlierFigure(t *testing.T) {
	s := write(t)
	s.whole("ali", "C1", found{"ice": 4})
	task := s.task(2, "C1", "ice")
	w := s.open("badr", "C1", task)
	s.abandon(w.id, "went home")
	s.want("cold", "ice", count.LineRecounting, 4)
	var e count.Event
	task(&e)
	s.decide("sara", count.Assigned, count.Assignment{Withdraw: []string{e.Assignment}})
	s.want("cold", "ice", count.LineWithin, 4)
}

func TestDisputeIsChosenByNoSideOfIt(t *testing.T) {
	choose := func(by stocktake.PersonID) *script {
		s := write(t)
		s.whole("ali", "C1", found{"ice": 9})
		right := s.whole("sara", "C1", found{"ice": 4})
		d := s.view().Disputes[0]
		s.decide(by, count.DisputeChosen, count.Choice{Location: "C1", Item: "ice", Pass: right.id, Digest: d.Digest, Reason: "recounted by eye"})
		return s
	}
	choose("sara").want("cold", "ice", count.LineDisputed, 0)
	s := choose("omar")
	if l := s.want("cold", "ice", count.LineWithin, 4); !l.Adopted[0].Chosen {
		t.Fatal("the line does not say that a dispute was chosen")
	}
	s.whole("badr", "C1", found{"ice": 3}) // a third side
	s.want("cold", "ice", count.LineDisputed, 0)
}

func TestOpenPassIsProvisionalUntilClosed(t *testing.T) {
	s := write(t)
	w := s.open("ali", "C1")
	w.see("ice", 4)
	s.want("cold", "ice", count.LineCounting, 0)
	w.close()
	s.want("cold", "ice", count.LineWithin, 4)
}

func TestAbandonedPassCountsWithTheOneThatContinuesIt(t *testing.T) {
	s := write(t)
	dead := s.open("ali", "C1") // a dead device
	dead.see("ice", 1)
	s.abandon(dead.id, "device broke")
	s.want("cold", "ice", count.LineCounting, 0)
	if blockers(s.view())[count.BlockCounting] != 1 {
		t.Fatal("a location whose only walk was abandoned does not block the seal")
	}
	s.whole("badr", "C1", found{"ice": 3}, continues(dead))
	s.want("cold", "ice", count.LineWithin, 4)
}
