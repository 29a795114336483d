package count_test

import (
	"testing"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// accept lets the held event of a reason count, or sets it aside.
func (s *script) rule(reason string, accept bool) {
	s.t.Helper()
	for _, h := range s.view().Held {
		if h.Reason == reason && h.Open() {
			s.decide("sara", count.QuarantineResolved, count.Release{Key: h.Key, Accept: accept, Reason: "looked into it"})
			return
		}
	}
	s.t.Fatalf("nothing is held for %s", reason)
}

func TestEventCountsOnceWhicheverStreamBringsIt(t *testing.T) {
	s := write(t)
	w := s.open("ali", "C1")
	e := w.see("ice", 4)
	again := w.stream
	again.Epoch = "e2"
	s.push(again, e)
	w.close()
	s.want("cold", "ice", count.LineWithin, 4)
	s.wantHeld()
}

func TestOneIDWithOtherBytesIsHeldWhole(t *testing.T) {
	s := write(t)
	w := s.open("ali", "C1")
	e := w.see("ice", 4)
	w.close()
	s.want("cold", "ice", count.LineWithin, 4)
	other := e
	other.Amount = 9000
	s.push(w.stream, other)
	held := s.wantHeld(count.HeldConflict, count.HeldConflict)
	for _, h := range held {
		if h.Pass != w.id || h.Offset == 0 || h.Stream != w.stream {
			t.Fatalf("%+v does not say where it came from", h)
		}
	}
	s.wantPass(w.id, count.PassHasGap)
	for _, h := range held {
		if string(s.entries[h.Offset-1].Body) == string(encode(t, e)) {
			s.decide("sara", count.QuarantineResolved, count.Release{Key: h.Key, Accept: true, Reason: "the screen shows 4"})
		}
	}
	s.want("cold", "ice", count.LineWithin, 4)
	s.wantHeld()
	other.Amount = 7000 // a third one is nothing that the supervisor has seen
	s.push(w.stream, other)
	s.wantHeld(count.HeldConflict, count.HeldConflict, count.HeldConflict)
}

func TestQuarantinedEventCountsOnceAccepted(t *testing.T) {
	s := write(t)
	w := s.open("ali", "C1")
	e := w.seen("ice", 4)
	w.keep(e)
	s.quarantine(w.stream, "person-not-signed-in", encode(t, e))
	s.quarantine(w.stream, "device-revoked", encode(t, e)) // copies of the same bytes are one, under the lesser reason
	w.close()
	s.wantHeld("device-revoked")
	s.wantPass(w.id, count.PassHasGap)
	s.rule("device-revoked", true)
	s.wantHeld()
	s.want("cold", "ice", count.LineWithin, 4)
}

// What was let count by mistake is taken back, and what was set aside by mistake counts after all.
func TestWordOnAHeldEventCanBeChanged(t *testing.T) {
	s := onlyCold(t)
	w := s.open("ali", "C1")
	w.see("ice", 4)
	e := w.seen("ice", 90)
	s.quarantine(w.stream, "device-revoked", encode(t, e))
	w.close()
	key := s.wantHeld("device-revoked")[0].Key
	say := func(accept, back bool) {
		s.decide("sara", count.QuarantineResolved, count.Release{Key: key, Accept: accept, TakeBack: back, Reason: "on second thoughts"})
	}
	s.rule("device-revoked", true)
	s.wantPass(w.id, count.PassHasGap)
	if a := s.view().Accepted; len(a) != 1 || a[0].Key != key || a[0].Accepted != "looked into it" {
		t.Fatalf("accepted are %+v", a)
	}
	say(false, false)
	s.want("cold", "ice", count.LineWithin, 4)
	if v := s.view(); len(v.Accepted) != 0 || v.Held[0].SetAside != "on second thoughts" {
		t.Fatalf("held are %+v, accepted %+v", v.Held, v.Accepted)
	}
	say(true, false)
	s.wantPass(w.id, count.PassHasGap)
	say(false, true)
	s.want("cold", "ice", count.LineWithin, 4)
	if h := s.wantHeld("device-revoked")[0]; !h.Open() || blockers(s.view())[count.BlockHeld] != 1 {
		t.Fatalf("%+v waits for nobody", h)
	}
	say(true, false)
	s.push(w.stream, e) // the same bytes on a way that is trusted
	say(false, true)
	s.wantHeld()
	s.wantPass(w.id, count.PassHasGap)
}

// Who brought an event only to the quarantine is not its bearer any more once the word is taken back.
func TestTakingBackForgetsWhoBroughtIt(t *testing.T) {
	s := onlyCold(t)
	w := s.unopened("ali")
	open := w.event("pass.opened")
	open.Location, open.Round, open.Person, open.Mode = "C1", 1, "ali", "each"
	other := count.Stream{Device: "a-device-before-all-others", Epoch: "e1"}
	s.quarantine(other, "device-revoked", encode(t, open))
	key := s.wantHeld("device-revoked")[0].Key
	s.rule("device-revoked", true)
	s.push(w.stream, open)
	if p := s.pass(w.id); p.Device != other.Device {
		t.Fatalf("the pass is shown under %s", p.Device)
	}
	s.decide("sara", count.QuarantineResolved, count.Release{Key: key, TakeBack: true, Reason: "a stolen device"})
	if p := s.pass(w.id); p.Device != w.stream.Device {
		t.Fatalf("the pass is shown under %s still", p.Device)
	}
}

// Of conflicting bytes the wrong ones were let count: the right ones are chosen, or none.
func TestWordOnAConflictCanBeChanged(t *testing.T) {
	s := onlyCold(t)
	w := s.open("ali", "C1")
	e := w.see("ice", 4)
	other := e
	other.Amount = 9000
	s.push(w.stream, other)
	w.close()
	var right, wrong string
	for _, h := range s.wantHeld(count.HeldConflict, count.HeldConflict) {
		if string(s.entries[h.Offset-1].Body) == string(encode(t, e)) {
			right = h.Key
		} else {
			wrong = h.Key
		}
	}
	say := func(r count.Release) {
		r.Reason = "on second thoughts"
		s.decide("sara", count.QuarantineResolved, r)
	}
	say(count.Release{Key: wrong, Accept: true})
	s.wantPass(w.id, count.PassHasGap)
	if a := s.view().Accepted; len(a) != 2 {
		t.Fatalf("accepted are %+v; want both, one of them as let count", a)
	}
	say(count.Release{Key: right, Accept: true})
	s.want("cold", "ice", count.LineWithin, 4)
	say(count.Release{Key: right, TakeBack: true})
	s.wantHeld(count.HeldConflict, count.HeldConflict) // 9 does not come back by itself
	if blockers(s.view())[count.BlockHeld] != 2 {
		t.Fatal("nobody is asked again")
	}
}

func TestQuarantinedEventCountsWhenTrustedBytesArrive(t *testing.T) {
	s := write(t)
	w := s.open("ali", "C1")
	e := w.seen("ice", 4)
	w.keep(e)
	s.quarantine(w.stream, "device-revoked", encode(t, e))
	s.push(w.stream, e)
	w.close()
	s.wantHeld()
	s.want("cold", "ice", count.LineWithin, 4)
}

func TestQuarantineSetAsideStaysVisible(t *testing.T) {
	s := write(t)
	w := s.whole("ali", "C1", found{"ice": 4})
	s.quarantine(w.stream, "event-unreadable", []byte("{"))
	if l := s.line("cold", "ice"); len(l.Provisional) != 1 {
		t.Fatal("an event that nobody can read might belong anywhere; the line is not provisional")
	}
	s.rule("event-unreadable", false)
	held := s.wantHeld("event-unreadable")
	if held[0].Open() || len(s.line("cold", "ice").Provisional) != 0 {
		t.Fatal("it was set aside, and still is in the way")
	}
	if a := s.view().Asides; len(a) != 1 || a[0].Kind != count.AsideQuarantine || a[0].Reason != "looked into it" || a[0].Person != "sara" {
		t.Fatalf("set aside are %+v", a)
	}
}

// What a supervisor let count may still belong nowhere: it stays open then, whatever was said of its being quarantined.
func TestAcceptedEventThatTheFoldHoldsStaysOpen(t *testing.T) {
	s := write(t)
	w := s.unopened("ali")
	s.quarantine(w.stream, "device-revoked", encode(t, w.seen("ice", 4)))
	s.rule("device-revoked", true)
	if held := s.wantHeld(count.HeldPassUnknown); !held[0].Open() {
		t.Fatal("it is shown as set aside; nobody did")
	}
}

func TestPassesThatCannotBePlaced(t *testing.T) {
	for name, c := range map[string]struct {
		edit func(*count.Event)
		want string
	}{
		"location": {func(e *count.Event) { e.Location = "Z9" }, count.HeldLocation},
		"round":    {func(e *count.Event) { e.Round = 2 }, count.HeldRound},
		"task":     {func(e *count.Event) { e.Assignment = "t-9" }, count.HeldAssignment},
	} {
		t.Run(name, func(t *testing.T) {
			s := write(t)
			s.whole("ali", "C1", found{"ice": 4}, c.edit)
			s.wantHeld(c.want, c.want, c.want) // the opening, the observation and the closing
			if v := s.view(); len(v.Passes) != 0 {
				t.Fatalf("passes are %+v", v.Passes)
			}
		})
	}
}

func TestTaskForAnotherLocationOrRoundIsNone(t *testing.T) {
	s := write(t)
	task := s.task(1, "A1")
	s.open("ali", "C1", task)
	s.wantHeld(count.HeldAssignment)
}

// Devices may be faster than the order that lets them.
func TestPassBeforeItsRecountIsPlacedOnceItIsOrdered(t *testing.T) {
	s := write(t)
	s.whole("ali", "C1", found{"ice": 9})
	s.whole("badr", "C1", found{"ice": 4}, func(e *count.Event) { e.Round, e.Assignment = 2, "t-1" })
	s.wantHeld(count.HeldRound, count.HeldRound, count.HeldRound)
	s.decide("sara", count.RecountOrdered, count.Recount{Round: 2, Tasks: []count.Task{{ID: "t-1", Round: 2, Location: "C1"}}})
	s.wantHeld()
	s.want("cold", "ice", count.LineWithin, 4)
}

func TestEventsOfAPassNeverOpened(t *testing.T) {
	s := write(t)
	w := s.unopened("ali")
	w.see("ice", 4)
	w.close()
	s.wantHeld(count.HeldPassUnknown, count.HeldPassUnknown)
	opening := w.event("pass.opened")
	opening.Location, opening.Round, opening.Person, opening.Mode = "C1", 1, "ali", "each"
	s.push(w.stream, opening)
	s.wantHeld()
	s.want("cold", "ice", count.LineWithin, 4)
}

func TestEventsOfAnotherDeviceThanTheOpeners(t *testing.T) {
	s := write(t)
	w := s.whole("ali", "C1", found{"ice": 4})
	w.stream.Device = "d-other"
	w.see("ice", 1)
	w.closeAs(9, 9000)
	s.wantHeld(count.HeldForeign, count.HeldForeign)
	s.wantPass(w.id, count.PassIsClosed)
	s.want("cold", "ice", count.LineWithin, 4)
}

// A device that was enrolled anew sends what it holds again: whose it is must not depend on which copy was faster.
func TestDeviceEnrolledAnewGoesOn(t *testing.T) {
	s := write(t)
	w := s.open("ali", "C1")
	opening := s.entries[len(s.entries)-1].Body
	first := w.see("ice", 3)
	w.stream = count.Stream{Device: "a-new-device", Epoch: "e2"}
	s.pushBytes(w.stream, opening)
	s.push(w.stream, first)
	w.see("ice", 1)
	w.close()
	s.wantHeld()
	s.want("cold", "ice", count.LineWithin, 4)
	if p := s.pass(w.id); p.Device != "a-new-device" {
		t.Fatalf("the pass is shown under %s; want the least name of those who brought its opening", p.Device)
	}
}

// What one device counted, another cannot take back, though both may go on with the pass.
func TestReversalByAnotherDeviceIsHeld(t *testing.T) {
	s := write(t)
	w := s.open("ali", "C1")
	opening := s.entries[len(s.entries)-1].Body
	e := w.see("ice", 4)
	w.stream = count.Stream{Device: "a-new-device", Epoch: "e2"}
	s.pushBytes(w.stream, opening)
	s.push(w.stream, w.reversal(e))
	w.close()
	s.wantHeld(count.HeldReversal)
	s.want("cold", "ice", count.LineWithin, 4)
}

func TestSecondOpeningOfAPassIsHeld(t *testing.T) {
	s := write(t)
	w := s.open("ali", "C1")
	second := w.event("pass.opened")
	second.Location, second.Round, second.Person, second.Mode = "A1", 1, "badr", "each"
	s.push(w.stream, second)
	if held := s.wantHeld(count.HeldPassTwice); held[0].Pass != w.id {
		t.Fatalf("%+v does not name its pass", held[0])
	}
	if v := s.view(); len(v.Passes) != 1 {
		t.Fatalf("%d passes were opened; want one", len(v.Passes))
	}
}

func TestReversalTakesBackOnce(t *testing.T) {
	s := write(t)
	w := s.open("ali", "C1")
	w.see("ice", 4)
	wrong := w.see("ice", 5)
	w.undo(wrong)
	s.push(w.stream, w.reversal(wrong)) // a second one has no effect
	w.close()
	s.want("cold", "ice", count.LineWithin, 4)
	s.wantHeld()
}

func TestReversalThatDoesNotMatchIsHeld(t *testing.T) {
	for name, edit := range map[string]func(*count.Event){
		"item":      func(e *count.Event) { e.Item = "tea" },
		"code":      func(e *count.Event) { e.Code = "c9" },
		"lot":       func(e *count.Event) { e.Lot = "L9" },
		"condition": func(e *count.Event) { e.Condition = count.Damaged },
		"amount":    func(e *count.Event) { e.Amount = 1000 },
		"pack":      func(e *count.Event) { e.Pack = 2000 },
		"event":     func(e *count.Event) { e.Reverses = "e-none" },
		"pass":      func(e *count.Event) { e.Pass = "p-1" },
	} {
		t.Run(name, func(t *testing.T) {
			s := write(t)
			s.open("ali", "A1") // p-1
			w := s.open("ali", "C1")
			e := w.see("ice", 4)
			r := w.reversal(e)
			edit(&r)
			s.push(w.stream, r)
			w.close()
			s.wantHeld(count.HeldReversal)
			s.want("cold", "ice", count.LineWithin, 4)
			w.undo(e) // one that does match still holds
			s.wantHeld(count.HeldReversal)
			if l := s.line("cold", "ice"); l.Status != count.LineNotCounted {
				t.Fatalf("the line is %s; everything in it was taken back", l.Status)
			}
		})
	}
}

func TestReversalBeforeItsObservation(t *testing.T) {
	s := write(t)
	w := s.open("ali", "C1")
	e := w.seen("ice", 5)
	s.push(w.stream, w.reversal(e))
	s.wantHeld(count.HeldReversal)
	s.push(w.stream, e)
	s.wantHeld()
	w.see("ice", 4)
	w.close()
	s.want("cold", "ice", count.LineWithin, 4)
}

func TestReversalSharesTheQuarantineOfItsObservation(t *testing.T) {
	s := write(t)
	w := s.open("ali", "C1")
	w.see("ice", 4)
	e := w.seen("ice", 5)
	s.quarantine(w.stream, "device-revoked", encode(t, e))
	w.stream.Epoch = "e2" // of the same device, in any epoch
	s.push(w.stream, w.reversal(e))
	w.close()
	s.wantHeld("device-revoked", count.HeldReversal)
	s.want("cold", "ice", count.LineWithin, 4)
	s.rule("device-revoked", true) // both stand now, and cancel
	s.wantHeld()
	s.want("cold", "ice", count.LineWithin, 4)
}

func TestUnreadableEventOfAnotherSessionIsNotLetCount(t *testing.T) {
	s := write(t)
	w := s.open("ali", "C1")
	e := w.seen("ice", 4)
	e.Session = "s2"
	s.quarantine(w.stream, "device-revoked", encode(t, e))
	if held := s.wantHeld("device-revoked"); held[0].Readable {
		t.Fatal("an event of another session can be let count in this one")
	}
}

func TestLostEventsAreHeldWithTheFencing(t *testing.T) {
	s := write(t)
	s.server(count.Stream{Device: "d1", Epoch: "e1"}, count.Fenced, count.Lost{Device: "d1", Epoch: "e1", From: 3, To: 9})
	s.wantHeld(count.HeldLost)
}

// Ids are compared as texts: two that a lenient decoder takes for the same bits are two.
func TestIDsThatDifferInSpareBitsAreTwo(t *testing.T) {
	s := write(t)
	w := s.open("ali", "C1")
	for _, id := range []stocktake.EventID{"AAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAB"} {
		w.see("ice", 2, func(e *count.Event) { e.ID = id })
	}
	w.close()
	s.wantHeld()
	s.want("cold", "ice", count.LineWithin, 4)
}

// What was set aside because its opening was lost is held anew, and open, when that opening comes with a fault of its own.
func TestWordOnOneFaultSaysNothingOfAnother(t *testing.T) {
	s := write(t)
	w := s.unopened("ali")
	w.see("milk", 7)
	h := s.wantHeld(count.HeldPassUnknown)[0]
	s.decide("sara", count.QuarantineResolved, count.Release{Key: h.Key, Digest: h.Digest, Fault: h.Reason, Reason: "counted anew"})
	if h := s.view().Held[0]; h.Open() {
		t.Fatalf("%+v was set aside", h)
	}
	e := w.event("pass.opened")
	e.Location, e.Round, e.Person, e.Mode = "A1", 3, "ali", "quantity"
	s.push(w.stream, e)
	for _, h := range s.view().Held {
		if !h.Open() {
			t.Errorf("%s is set aside by a word on %s", h.Reason, count.HeldPassUnknown)
		}
	}
}
