package count_test

import (
	"errors"
	"testing"

	"jard/internal/count"
	"jard/internal/stocktake"
)

func (s *script) location(id stocktake.LocationID) count.LocationState {
	s.t.Helper()
	for _, l := range s.view().Locations {
		if l.Location == id {
			return l
		}
	}
	s.t.Fatalf("there is no location %s", id)
	return count.LocationState{}
}

func (s *script) asideLocation(id stocktake.LocationID, reason string) {
	s.t.Helper()
	s.decide("sara", count.LocationSetAside, count.LocationAside{Location: id, Digest: s.location(id).Digest, Reason: reason})
}

// onlyDairy is a session of A1 and A2.
func onlyDairy(t testing.TB) *script {
	return write(t, func(p *count.Plan, _ *count.Material) { p.Scope.Sections = []stocktake.SectionID{"dairy"} })
}

// A location that nobody can walk blocks no seal, and makes no zero of what may be there.
func TestLocationSetAside(t *testing.T) {
	s := onlyDairy(t)
	s.whole("ali", "A1", found{"milk": 3})
	s.decide("sara", count.Closing, count.Because{})
	s.wantBlockers(count.BlockCounting, count.BlockUncounted)
	s.asideLocation("A2", "the roof fell in")
	s.wantBlockers()
	if l := s.want("dairy", "milk", count.LinePartial, 3); l.Variance != nil || l.Undirected {
		t.Fatalf("%+v: a part of a section has no variance, and is no find", l)
	}
	rest := count.Rest{Lines: s.refs([2]string{"dairy", "eggs"}), Reason: "none anywhere"}
	s.want("dairy", "eggs", count.LineNotCounted, 0)
	s.decide("omar", count.RestZero, rest)
	if l := s.want("dairy", "eggs", count.LineNotCounted, 0); l.RestZero {
		t.Fatal("none anywhere, says one who could not look everywhere")
	}
	if l := s.location("A2"); l.Status != "set-aside" || l.SetAside != "the roof fell in" {
		t.Fatalf("the location is %+v", l)
	}
	if a := s.view().Asides; len(a) != 1 || a[0].Kind != count.AsideLocation || a[0].Key != "A2" || a[0].Person != "sara" || a[0].Reason != "the roof fell in" {
		t.Fatalf("set aside are %+v", a)
	}
}

func TestLocationSetAsideLapsesWhenSomethingComesFromThere(t *testing.T) {
	s := onlyDairy(t)
	s.whole("ali", "A1", found{"milk": 3})
	s.decide("sara", count.Closing, count.Because{})
	s.asideLocation("A2", "the roof fell in")
	w := s.open("badr", "A2", s.task(1, "A2", "milk"))
	w.see("milk", 1)
	w.close()
	if l := s.location("A2"); l.SetAside != "" || l.Lapsed != "the roof fell in" {
		t.Fatalf("the location is %+v", l)
	}
	s.wantBlockers(count.BlockUncounted, count.BlockWaiting) // milk was looked for in both
	if b := s.view().Blockers[0]; b.Example != "A2" || b.Lapsed != "the roof fell in" {
		t.Fatalf("the blocker is %+v", b)
	}
	s.asideLocation("A2", "and again") // as it now is
	s.wantBlockers()
	s.want("dairy", "milk", count.LinePartial, 4)
	s.whole("dana", "A2", found{"milk": 1, "eggs": 6})
	s.wantBlockers(count.BlockWaiting)
	s.want("dairy", "milk", count.LineOutside, 4)
	s.want("dairy", "eggs", count.LineWithin, 6)
	if l := s.location("A2"); l.Status != "closed" {
		t.Fatalf("the location is %+v", l)
	}
}

// What was walked cannot be set aside, and what was given up is walked once it is accepted after all.
func TestLocationSetAsideThatWasWalked(t *testing.T) {
	s := onlyCold(t)
	w := s.open("ali", "C1")
	w.see("ice", 4)
	s.decide("sara", count.Closing, count.Because{})
	s.asideLocation("C1", "a locked door")
	if l := s.location("C1"); l.SetAside != "" {
		t.Fatalf("the location is %+v; somebody is there", l)
	}
	s.abandon(w.id, "wrong freezer")
	s.want("cold", "ice", count.LinePartial, 0)
	s.wantBlockers()
	s.decide("omar", count.PassCompleted, count.PassDecision{Pass: w.id, Digest: s.pass(w.id).Digest, Reason: "the right one"})
	s.want("cold", "ice", count.LineWithin, 4)
	s.wantBlockers()
	if len(s.view().Asides) != 0 {
		t.Fatal("a location that was counted is listed as set aside")
	}
}

func TestLocationSetAsideIsTakenBack(t *testing.T) {
	s := onlyCold(t)
	s.asideLocation("C1", "a locked door")
	s.wantBlockers(count.BlockNotClosing)
	s.decide("omar", count.LocationSetAside, count.LocationAside{Location: "C1", TakeBack: true, Reason: "the key was found"})
	s.wantBlockers(count.BlockNotClosing, count.BlockUncounted)
}

func TestAsideLocationCommand(t *testing.T) {
	f := openFloor(t)
	f.issue(sara, session)
	digest := f.view(sara, session).Locations[4].Digest
	say := func(a count.LocationAside) error {
		_, err := f.svc.AsideLocation(t.Context(), sara, session, a)
		return err
	}
	for name, c := range map[string]struct {
		say  count.LocationAside
		want *stocktake.Reason
	}{
		"no reason":         {count.LocationAside{Location: "C1", Digest: digest}, count.ReasonNeeded},
		"out of scope":      {count.LocationAside{Location: "A1", Digest: digest, Reason: "why"}, stocktake.Missing},
		"as it was not":     {count.LocationAside{Location: "C1", Digest: "x", Reason: "why"}, count.ChangedSince},
		"nothing was said":  {count.LocationAside{Location: "C1", TakeBack: true, Reason: "why"}, count.NothingToTakeBack},
		"no such location":  {count.LocationAside{Location: "Z9", Reason: "why"}, stocktake.Missing},
		"without a digest":  {count.LocationAside{Location: "C1", Reason: "why"}, count.ChangedSince},
		"none at all named": {count.LocationAside{Reason: "why"}, stocktake.Missing},
	} {
		if err := say(c.say); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v; want %s", name, err, c.want.Key)
		}
	}
	f.check(say(count.LocationAside{Location: "C1", Digest: digest, Reason: "a locked door"}))
	ice := count.LineRef{Section: "cold", Item: "ice", Digest: f.view(sara, session).Line("cold", "ice").Digest}
	_, err := f.svc.SignRestZero(t.Context(), sara, session, count.Rest{Lines: []count.LineRef{ice}, Reason: "none"})
	if !errors.Is(err, count.SectionAside) {
		t.Fatalf("signing as zero what could not be looked for: %v", err)
	}
	f.check(say(count.LocationAside{Location: "C1", TakeBack: true, Reason: "the key was found"}))
	f.device(society, "d1").push(walkOf(session, "p1", "ali", 4)...)
	l := f.view(sara, session).Locations[4]
	if err := say(count.LocationAside{Location: "C1", Digest: l.Digest, Reason: "why"}); !errors.Is(err, count.LocationWalked) {
		t.Fatalf("setting aside what was walked: %v", err)
	}
}
