package count_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// carried is a move of ice from A1 to C1, ten seconds long.
func (s *script) carried(units int64) count.Event {
	return count.Event{
		Version: 1, ID: stocktake.EventID(s.newID("m")), Name: "moved", Session: session, At: dawn + 60_000, TakenAt: dawn + 50_000,
		Person: "ali", Item: "ice", Code: "code-ice", Pack: 1000, Amount: stocktake.Quantity(units * 1000), From: "A1", To: "C1",
	}
}

func putBack(e count.Event, id string) count.Event {
	e.ID, e.Name, e.Reverses, e.Person, e.At = stocktake.EventID(id), "reversed", e.ID, "", e.At+1000
	return e
}

var alis = count.Stream{Device: "d-ali", Epoch: "e1"}

func (s *script) wantMoves(units ...int64) []count.Move {
	s.t.Helper()
	moves := s.view().Moves
	if len(moves) != len(units) {
		s.t.Fatalf("moves are %+v; want %d", moves, len(units))
	}
	for n, m := range moves {
		if m.Quantity != stocktake.Quantity(units[n]*1000) {
			s.t.Fatalf("move %d is %+v; want %d", n, m, units[n])
		}
	}
	return moves
}

func TestMoveIsAFactThatChangesNoFigure(t *testing.T) {
	s := write(t)
	s.whole("badr", "C1", found{"ice": 4})
	before := *s.want("cold", "ice", count.LineWithin, 4)
	e := s.carried(2)
	offset := int64(-3000)
	e.Offset, e.Lot = &offset, "L1"
	s.push(alis, e)
	other := alis
	other.Epoch = "e2"
	s.push(other, e) // counts once, whichever stream brings it
	m := s.wantMoves(2)[0]
	if m.Person != "ali" || m.From != "A1" || m.To != "C1" || m.Item != "ice" || m.Lot != "L1" ||
		!m.Taken.Equal(time.UnixMilli(dawn+47_000)) || !m.Placed.Equal(time.UnixMilli(dawn+57_000)) {
		t.Fatalf("the move is %+v", m)
	}
	if after := s.line("cold", "ice"); after.Digest != before.Digest || after.Counted != before.Counted {
		t.Fatalf("the line became %+v", after)
	}
	s.wantHeld()
	v := s.view()
	for _, c := range []struct {
		section stocktake.SectionID
		item    stocktake.ItemID
		want    int
	}{{"cold", "ice", 1}, {"dairy", "ice", 1}, {"dry", "ice", 0}, {"cold", "milk", 0}} {
		if got := len(v.MovesOf(c.section, c.item)); got != c.want {
			t.Errorf("%s / %s has %d moves; want %d", c.section, c.item, got, c.want)
		}
	}
}

func TestMoveIsTakenBackOnce(t *testing.T) {
	s := write(t)
	e := s.carried(2)
	s.push(alis, putBack(e, "r1")) // its reversal may come first
	s.wantHeld(count.HeldReversal)
	s.push(alis, e)
	s.push(alis, putBack(e, "r2")) // a second one has no effect
	s.wantMoves()
	s.wantHeld()
	s.push(alis, s.carried(5))
	s.wantMoves(5)
}

func TestMoveIsTakenBackByItsOwnDeviceAsItWas(t *testing.T) {
	for name, edit := range map[string]func(*count.Event, *count.Stream){
		"by another device": func(_ *count.Event, from *count.Stream) { from.Device = "d-badr" },
		"another quantity":  func(e *count.Event, _ *count.Stream) { e.Amount += 1000 },
		"another place":     func(e *count.Event, _ *count.Stream) { e.To = "B1" },
		"another time":      func(e *count.Event, _ *count.Stream) { e.TakenAt-- },
		"another event":     func(e *count.Event, _ *count.Stream) { e.Reverses = "m-none" },
	} {
		t.Run(name, func(t *testing.T) {
			s := write(t)
			e := s.carried(2)
			s.push(alis, e)
			r, from := putBack(e, "r1"), alis
			edit(&r, &from)
			s.push(from, r)
			s.wantMoves(2)
			s.wantHeld(count.HeldReversal)
		})
	}
}

func TestMoveThatCannotBePlacedIsHeld(t *testing.T) {
	s := write(t)
	from, to := s.carried(2), s.carried(3)
	from.From, to.To = "Z9", "Z9"
	s.push(alis, from)
	s.push(alis, to)
	for _, h := range s.wantHeld(count.HeldLocation, count.HeldLocation) {
		if h.Location != "C1" && h.Location != "A1" {
			t.Errorf("held at %q; one end is known", h.Location)
		}
	}
	s.wantMoves()
	if n := blockers(s.view())[count.BlockHeld]; n != 2 {
		t.Errorf("%d block the seal; want 2", n)
	}
	s.push(alis, putBack(from, "r1")) // and is gone once it is taken back
	s.wantHeld(count.HeldLocation)
	s.rule(count.HeldLocation, false)
	if n := blockers(s.view())[count.BlockHeld]; n != 0 {
		t.Errorf("%d block the seal; what is set aside does not", n)
	}
}

func TestMoveOfAnUnknownCodeGetsItsItemLater(t *testing.T) {
	s := write(t)
	e := s.carried(2)
	e.Item, e.Code = "", "c1"
	s.push(alis, e)
	if m := s.wantMoves(2)[0]; m.Item != "" || m.Code != "c1" {
		t.Fatalf("%+v", m)
	}
	s.decide("sara", count.CodeResolved, count.Resolution{Code: "c1", Item: "ice", Pack: 6000})
	if m := s.wantMoves(12)[0]; m.Item != "ice" {
		t.Fatalf("%+v", m)
	}
	s.decide("sara", count.CodeResolved, count.Resolution{Code: "c1", Item: "ice", Pack: stocktake.MaxObserved})
	s.wantMoves()
	s.wantHeld(count.HeldInexact)
}

// A move of a code that nobody counted is seen, and can be understood, by the same command as what was counted.
func TestMoveOfAnUnknownCodeIsListedUnderIt(t *testing.T) {
	f := openFloor(t)
	plan := coldPlan(session)
	plan.Scope = count.Scope{}
	_, err := f.svc.Issue(t.Context(), sara, plan)
	f.check(err)
	f.device(society, "d1").push(count.Event{
		Version: 1, ID: "m1", Name: "moved", Session: session, At: dawn + 60_000, TakenAt: dawn + 50_000,
		Person: "ali", Code: "c1", Pack: 1000, Amount: 2000, From: "A1", To: "C1",
	})
	v := f.view(sara, session)
	if len(v.Unknown) != 1 || v.Unknown[0].Code != "c1" || v.Unknown[0].Moved != 2000 || v.Unknown[0].Quantity != 0 || len(v.Unknown[0].Sections) != 2 {
		t.Fatalf("unknown are %+v; want c1, of which 2 moved between two sections", v.Unknown)
	}
	if n := blockers(v)[count.BlockUnknown]; n != 0 || v.Unknown[0].Open() {
		t.Errorf("%d codes block the seal; what only moved does not", n)
	}
	_, err = f.svc.ResolveCode(t.Context(), sara, session, count.Resolution{Code: "c1", Item: "ice", Pack: 6000, Reason: "a case of six"})
	f.check(err)
	v = f.view(sara, session)
	if m := v.MovesOf("cold", "ice"); len(v.Unknown) != 0 || len(m) != 1 || m[0].Quantity != 12_000 {
		t.Errorf("unknown are %+v, the moves of ice %+v", v.Unknown, m)
	}
}

func TestMoveWithTwoBodiesIsHeldUntilOneIsChosen(t *testing.T) {
	s := write(t)
	e := s.carried(2)
	s.push(alis, e)
	other := e
	other.Amount = 7000
	s.push(alis, other)
	held := s.wantHeld(count.HeldConflict, count.HeldConflict)
	s.wantMoves()
	for _, h := range held {
		if string(s.entries[h.Offset-1].Body) == string(encode(t, other)) {
			s.decide("sara", count.QuarantineResolved, count.Release{Key: h.Key, Accept: true, Reason: "seen"})
		}
	}
	s.wantMoves(7)
	s.wantHeld()
}

// What a revoked device carried counts once somebody lets it, and no more once that is taken back.
func TestQuarantinedMoveCountsOnceAccepted(t *testing.T) {
	s := write(t)
	s.quarantine(alis, "device-revoked", encode(t, s.carried(2)))
	s.wantMoves()
	key := s.wantHeld("device-revoked")[0].Key
	s.rule("device-revoked", true)
	s.wantMoves(2)
	s.decide("sara", count.QuarantineResolved, count.Release{Key: key, TakeBack: true, Reason: "by mistake"})
	s.wantMoves()
	s.wantHeld("device-revoked")
}

func TestNotesStandBesideWhatTheyTellOf(t *testing.T) {
	s := write(t)
	w := s.open("ali", "C1")
	told := func(note string) func(*count.Event) { return func(e *count.Event) { e.Note = note } }
	w.see("ice", 1, told("torn box"))
	for _, note := range []string{"green tin, 400 g", "", "green tin, 400 g", "a tin"} {
		w.scan("c1", 1, told(note))
	}
	w.close()
	v := s.view()
	if u := v.Unknown[0]; len(u.Notes) != 2 || u.Notes[0] != "a tin" || u.Notes[1] != "green tin, 400 g" {
		t.Errorf("of the code is told %q", u.Notes)
	}
	if f := v.Findings("cold", "ice"); len(f) != 1 || len(f[0].Notes) != 1 || f[0].Notes[0] != "torn box" {
		t.Errorf("of ice is told %+v", f)
	}
	s.decide("sara", count.CodeResolved, count.Resolution{Code: "c1", Item: "ice", Pack: 1000})
	if f := s.view().Findings("cold", "ice"); len(f[0].Notes) != 3 {
		t.Errorf("of ice is told %+v; its code's notes go with it", f)
	}
}

func TestPhotosStandBesideWhatTheyShow(t *testing.T) {
	s := write(t)
	w := s.open("ali", "C1")
	a, b, c := strings.Repeat("0a", 32), strings.Repeat("0b", 32), strings.Repeat("0c", 32)
	shown := func(photo string) func(*count.Event) { return func(e *count.Event) { e.Photo = photo } }
	w.see("ice", 1, shown(b))
	w.see("ice", 1)
	w.scan("c1", 1, shown(c))
	w.scan("c1", 1, shown(a))
	w.close()
	v := s.view()
	if u := v.Unknown[0]; !slices.Equal(u.Photos, []string{a, c}) {
		t.Errorf("of the code is shown %q", u.Photos)
	}
	if f := v.Findings("cold", "ice"); len(f) != 1 || !slices.Equal(f[0].Photos, []string{b}) {
		t.Errorf("of ice is shown %+v", f)
	}
	s.decide("sara", count.CodeResolved, count.Resolution{Code: "c1", Item: "ice", Pack: 1000})
	if f := s.view().Findings("cold", "ice"); !slices.Equal(f[0].Photos, []string{a, b, c}) {
		t.Errorf("of ice is shown %+v; its code's photos go with it", f)
	}
}

// In-house codes are short numbers, and so are the ids of items.
func TestNotesOfACodeAreNotThoseOfAnItemOfThatName(t *testing.T) {
	s := write(t)
	w := s.open("ali", "C1")
	photo := strings.Repeat("0a", 32)
	w.see("ice", 1, func(e *count.Event) { e.Note = "torn box" })
	w.scan("ice", 1, func(e *count.Event) { e.Note, e.Photo = "green tin", photo })
	w.close()
	v := s.view()
	if u := v.Unknown[0]; !slices.Equal(u.Notes, []string{"green tin"}) || !slices.Equal(u.Photos, []string{photo}) {
		t.Errorf("of the code is told %q and shown %q", u.Notes, u.Photos)
	}
	if f := v.Findings("cold", "ice"); len(f) != 1 || !slices.Equal(f[0].Notes, []string{"torn box"}) || f[0].Photos != nil {
		t.Errorf("of ice is told %+v", f)
	}
}
