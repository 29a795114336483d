package count_test

import (
	"testing"
	"time"

	"jard/internal/count"
	"jard/internal/stocktake"
)

func TestTotalsThatDoNotFitAreAGap(t *testing.T) {
	s := write(t)
	w := s.open("ali", "C1")
	w.see("ice", 4)
	w.closeAs(2, 5000)
	s.wantPass(w.id, count.PassHasGap)
	l := s.want("cold", "ice", count.LineCounting, 0)
	if len(l.Provisional) != 1 || l.Provisional[0] != count.BlockGap {
		t.Fatalf("the line is provisional for %v; want the gap", l.Provisional)
	}
	late := w.seen("ice", 1) // the missing one arrives
	s.push(w.stream, late)
	s.wantPass(w.id, count.PassIsClosed)
	s.want("cold", "ice", count.LineOutside, 5)
}

func TestUnknownCodesBelongToAPassesTotals(t *testing.T) {
	s := write(t)
	w := s.open("ali", "C1")
	w.scan("c1", 3)
	w.close()
	if p := s.wantPass(w.id, count.PassIsClosed); p.Observations != 1 || p.Quantity != 3000 {
		t.Fatalf("the pass holds %d observations of %s; want 1 of 3", p.Observations, p.Quantity)
	}
}

func TestTwoClosingsThatDifferAreAGap(t *testing.T) {
	s := write(t)
	w := s.open("ali", "C1")
	w.see("ice", 4)
	w.close()
	w.closeAs(9, 9000)
	s.wantPass(w.id, count.PassHasGap)
}

func TestGapIsAcceptedOnlyAsItWasSeen(t *testing.T) {
	s := write(t)
	w := s.open("ali", "C1")
	w.see("ice", 4)
	w.closeAs(2, 5000)
	s.decide("sara", count.PassCompleted, count.PassDecision{Pass: w.id, Digest: s.pass(w.id).Digest, Reason: "seen by eye"})
	s.wantPass(w.id, count.PassIsCompleted)
	s.want("cold", "ice", count.LineWithin, 4)
	w.closeAs(3, 6000)
	s.wantPass(w.id, count.PassHasGap)
}

func TestOpenPassIsCompletedByAnotherPersonOnly(t *testing.T) {
	s := write(t)
	w := s.open("sara", "C1")
	w.see("ice", 3)
	s.decide("sara", count.PassCompleted, count.PassDecision{Pass: w.id, Digest: s.pass(w.id).Digest, Reason: "mine"})
	s.wantPass(w.id, count.PassIsOpen)
	s.decide("omar", count.PassCompleted, count.PassDecision{Pass: w.id, Digest: s.pass(w.id).Digest, Reason: "went home"})
	s.wantPass(w.id, count.PassIsCompleted)
	w.see("ice", 1) // late observations still fold in
	s.wantPass(w.id, count.PassIsCompleted)
	s.want("cold", "ice", count.LineWithin, 4)
}

func TestClosingAfterCompletionSpeaksForItself(t *testing.T) {
	s := write(t)
	w := s.open("ali", "C1")
	w.see("ice", 4)
	s.decide("omar", count.PassCompleted, count.PassDecision{Pass: w.id, Reason: "went home"})
	w.closeAs(2, 5000) // and says that something is missing
	s.wantPass(w.id, count.PassHasGap)
}

func TestAbandoningOverridesEverythingElse(t *testing.T) {
	s := write(t)
	w := s.whole("ali", "C1", found{"ice": 4})
	s.abandon(w.id, "wrong aisle")
	s.wantPass(w.id, count.PassIsAbandoned)
	s.want("cold", "ice", count.LineCounting, 0)
}

// Of completing and abandoning the later stands: once handhelds have stopped there is no other way back.
func TestAbandonedPassIsAcceptedAfterAll(t *testing.T) {
	s := write(t)
	w := s.open("ali", "C1")
	w.see("ice", 4)
	p := s.pass(w.id)
	for range 2 {
		s.abandon(w.id, "wrong aisle")
		s.wantPass(w.id, count.PassIsAbandoned)
		s.want("cold", "ice", count.LineCounting, 0)
		s.decide("omar", count.PassCompleted, count.PassDecision{Pass: w.id, Digest: p.Digest, Reason: "the right one after all"})
		s.wantPass(w.id, count.PassIsCompleted)
		s.want("cold", "ice", count.LineWithin, 4)
	}
	if len(s.view().Asides) != 0 {
		t.Fatal("a pass that counts is listed as set aside")
	}
	w.close()
	s.wantPass(w.id, count.PassIsClosed) // what was ruled on had no closing: now it speaks for itself
}

func TestAbandoningLapsesWhenMoreArrives(t *testing.T) {
	s := onlyCold(t)
	w := s.open("ali", "C1")
	w.see("ice", 1)
	s.abandon(w.id, "the device fell into the freezer")
	s.whole("badr", "C1", found{"ice": 3}, continues(w))
	s.want("cold", "ice", count.LineWithin, 4)
	late := w.see("ice", 1)
	if p := s.wantPass(w.id, count.PassIsOpen); !p.Lapsed || p.Reason != "the device fell into the freezer" {
		t.Fatalf("%+v does not say that it has changed since", p)
	}
	s.want("cold", "ice", count.LineCounting, 0)
	if v := s.view(); len(v.Asides) != 0 || blockers(v)[count.BlockOpenPass] != 1 {
		t.Fatalf("set aside are %+v; blockers are %+v", v.Asides, v.Blockers)
	}
	w.undo(late) // as it was seen
	if p := s.wantPass(w.id, count.PassIsAbandoned); p.Lapsed {
		t.Fatal("it is what it was then, and is shown as changed")
	}
}

// An earlier completion does not come back when the abandoning that replaced it lapses.
func TestLapsedAbandoningRevivesNothing(t *testing.T) {
	s := write(t)
	w := s.open("ali", "C1")
	w.see("ice", 4)
	s.decide("omar", count.PassCompleted, count.PassDecision{Pass: w.id, Digest: s.pass(w.id).Digest, Reason: "went home"})
	s.abandon(w.id, "wrong aisle")
	w.see("ice", 1)
	s.wantPass(w.id, count.PassIsOpen)
}

func TestGapAcceptedAndChangedIsShown(t *testing.T) {
	s := write(t)
	w := s.open("ali", "C1")
	w.closeAs(2, 5000)
	s.decide("sara", count.PassCompleted, count.PassDecision{Pass: w.id, Digest: s.pass(w.id).Digest, Reason: "seen by eye"})
	w.see("ice", 1)
	if p := s.wantPass(w.id, count.PassHasGap); !p.Lapsed {
		t.Fatal("it has changed since it was accepted, and does not say so")
	}
}

func TestUnclosedPassEndsWithItsLastObservation(t *testing.T) {
	s := write(t)
	w := s.open("ali", "C1")
	w.see("ice", 3)
	last := w.see("ice", 1)
	s.decide("sara", count.PassCompleted, count.PassDecision{Pass: w.id, Reason: "went home"})
	if p := s.pass(w.id); !p.ClosedAt.Equal(time.UnixMilli(last.At)) {
		t.Fatalf("the pass ends %s; want its last observation's instant", p.ClosedAt)
	}
}

// An entry declared to be all of the item there is as exact as its own few seconds; else the walk's whole time counts.
func TestIntervalOfAnEntryThatDeclaresAll(t *testing.T) {
	all := func(e *count.Event) { e.ScannedAt, e.AllHere = e.At-3000, true }
	s := write(t)
	w := s.open("ali", "C1")
	e := w.see("ice", 4, all)
	w.see("tea", 1)
	w.close()
	p := s.pass(w.id)
	span := s.line("cold", "ice").Adopted[0].Interval
	if !span.Start.Equal(time.UnixMilli(e.ScannedAt)) || !span.End.Equal(time.UnixMilli(e.At)) {
		t.Fatalf("ice was observed %v; want from the scan to the last key", span)
	}
	span = s.line("cold", "tea").Adopted[0].Interval
	if !span.Start.Equal(p.OpenedAt) || !span.End.Equal(p.ClosedAt) {
		t.Fatalf("tea was observed %v; want from the opening to the closing", span)
	}

	s = write(t)
	w = s.open("ali", "C1")
	w.see("ice", 3, all)
	w.see("ice", 1) // adding voids the "all of it here" of the first
	w.close()
	if span = s.line("cold", "ice").Adopted[0].Interval; !span.Start.Equal(s.pass(w.id).OpenedAt) {
		t.Fatalf("ice was observed %v; want the whole walk", span)
	}
}

func TestDeviceClockIsBroughtToTheServers(t *testing.T) {
	s := write(t)
	offset := int64(90_000)
	w := s.open("ali", "C1", func(e *count.Event) { e.Offset = &offset })
	if p := s.pass(w.id); !p.OpenedAt.Equal(time.UnixMilli(w.at + offset)) {
		t.Fatalf("opened at %s; want the device's time and its offset", p.OpenedAt)
	}
}

func TestQuantityIsAmountTimesPack(t *testing.T) {
	s := write(t)
	w := s.open("ali", "C1")
	w.see("ice", 0, func(e *count.Event) { e.Pack, e.Amount = 12_000, 2500 }) // two cases and a half
	w.close()
	s.want("cold", "ice", count.LineOutside, 30)
	if q, err := stocktake.Times(2500, 12_000); err != nil || q != 30_000 {
		t.Fatal(q, err)
	}
}

func TestStreamsOfOneDeviceAreOneDevice(t *testing.T) {
	s := write(t)
	w := s.open("ali", "C1")
	w.stream.Epoch = "e2" // its storage was wiped; what it had acknowledged is here
	w.see("ice", 4)
	w.close()
	s.want("cold", "ice", count.LineWithin, 4)
	s.wantHeld()
}

func TestLocationGivenUpKeepsTheSessionFromTheSeal(t *testing.T) {
	s := write(t)
	before := blockers(s.view())[count.BlockUncounted]
	w := s.open("ali", "C1")
	if got := blockers(s.view())[count.BlockUncounted]; got != before-1 {
		t.Fatalf("%d locations are open, then %d", before, got)
	}
	s.abandon(w.id, "opened by mistake")
	if got := blockers(s.view())[count.BlockUncounted]; got != before {
		t.Fatalf("nobody counts C1 any more, and %d of %d locations are open", got, before)
	}
}

// Other goods of the same total are another walk than the one that was given up.
func TestAbandonedPassThatFoundOtherGoodsIsGivenUpNoMore(t *testing.T) {
	s := write(t)
	w := s.open("ali", "C1")
	e := w.see("ice", 4)
	s.abandon(w.id, "the wrong freezer")
	w.undo(e)
	w.see("tea", 4)
	if p := s.wantPass(w.id, count.PassIsOpen); !p.Lapsed {
		t.Fatalf("%+v: it has changed since it was given up", p)
	}
}

// Nor is the walk of somebody else, elsewhere: an opening that arrives late may be the one that stands.
func TestAbandonedPassThatSomebodyElseOpenedIsGivenUpNoMore(t *testing.T) {
	s := write(t)
	w := s.open("ali", "C1")
	s.abandon(w.id, "called away")
	for n := 0; s.pass(w.id).Person == "ali"; n++ { // until one has the smaller hash
		e := w.event("pass.opened")
		e.Location, e.Round, e.Person, e.Mode = "A1", 1, "badr", "each"
		s.push(w.stream, e)
	}
	if p := s.wantPass(w.id, count.PassIsOpen); !p.Lapsed {
		t.Fatalf("%+v: it is another walk than the one given up", p)
	}
}
