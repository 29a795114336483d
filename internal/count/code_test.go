package count_test

import (
	"testing"

	"jard/internal/count"
	"jard/internal/stocktake"
)

func TestUnknownCodeIsCountedUnderItsRawScan(t *testing.T) {
	s := write(t)
	s.whole("ali", "C1", found{"ice": 4})
	s.want("cold", "ice", count.LineWithin, 4)
	w := s.open("badr", "B1")
	w.scan("c1", 3)
	w.close()
	v := s.view()
	if len(v.Unknown) != 1 || v.Unknown[0].Code != "c1" || v.Unknown[0].Quantity != 3000 || v.Unknown[0].Sections[0] != "dry" {
		t.Fatalf("unknown are %+v; want c1, 3 of it, in dry", v.Unknown)
	}
	if l := v.Line("dry", "rice"); len(l.Provisional) != 1 || l.Provisional[0] != count.BlockUnknown {
		t.Fatalf("rice is provisional for %v; the code may mean it", l.Provisional)
	}
	if l := v.Line("cold", "ice"); len(l.Provisional) != 0 {
		t.Fatalf("ice is provisional for %v; the code was met in another section", l.Provisional)
	}
}

func TestResolvingACodeRefoldsHistory(t *testing.T) {
	s := write(t)
	w := s.open("ali", "C1")
	w.see("ice", 1)
	w.scan("c1", 3)
	w.close()
	s.want("cold", "ice", count.LineOutside, 1)
	s.decide("sara", count.CodeResolved, count.Resolution{Code: "c1", Item: "ice", Pack: 1000})
	s.want("cold", "ice", count.LineWithin, 4)
	s.wantPass(w.id, count.PassIsClosed) // its totals are as the device understood them
	if len(s.view().Unknown) != 0 {
		t.Fatal("the code is still unknown")
	}
	later := s.open("ali", "C1", continues(w))
	later.scan("c1", 1)
	later.close()
	s.want("cold", "ice", count.LineOutside, 5)
}

func TestAliasWithAPack(t *testing.T) {
	s := write(t)
	w := s.open("ali", "C1")
	w.scan("case-of-ice", 2)
	w.close()
	s.decide("sara", count.CodeResolved, count.Resolution{Code: "case-of-ice", Item: "ice", Pack: 2000})
	s.want("cold", "ice", count.LineWithin, 4)
	if p := s.wantPass(w.id, count.PassIsClosed); p.Quantity != 2000 {
		t.Fatalf("the pass holds %s; the device understood 2", p.Quantity)
	}
}

func TestCodeResolvedToAnInexactPackIsHeld(t *testing.T) {
	for name, pack := range map[string]stocktake.Quantity{"inexact": 333, "too much": stocktake.MaxObserved} {
		t.Run(name, func(t *testing.T) {
			s := write(t)
			w := s.open("ali", "C1")
			w.scan("c1", 3, func(e *count.Event) { e.Amount = 2500 })
			w.close()
			s.decide("sara", count.CodeResolved, count.Resolution{Code: "c1", Item: "ice", Pack: pack})
			s.wantHeld(count.HeldInexact)
			s.wantPass(w.id, count.PassIsClosed) // nothing is missing from it
			s.decide("sara", count.CodeResolved, count.Resolution{Code: "c1", Item: "ice", Pack: 1600})
			s.wantHeld()
			s.want("cold", "ice", count.LineWithin, 4)
		})
	}
}

func TestCodeSetAsideNeitherCountsNorBlocks(t *testing.T) {
	s := write(t)
	w := s.open("ali", "C1")
	w.see("ice", 4)
	w.scan("c1", 3)
	w.close()
	if blockers(s.view())[count.BlockUnknown] != 1 {
		t.Fatal("an unknown code does not block the seal")
	}
	s.asideCode("c1", "a torn label")
	v := s.view()
	if blockers(v)[count.BlockUnknown] != 0 || len(v.Asides) != 1 || v.Asides[0].Key != "c1" || v.Unknown[0].SetAside != "a torn label" {
		t.Fatalf("blockers %v, set aside %+v, unknown %+v", v.Blockers, v.Asides, v.Unknown)
	}
	s.want("cold", "ice", count.LineWithin, 4)
}

func TestCodeSetAsideLapsesWhenMoreIsCountedUnderIt(t *testing.T) {
	s := write(t)
	w := s.open("ali", "C1")
	w.scan("c1", 3)
	w.close()
	s.asideCode("c1", "a torn label")
	more := s.open("badr", "C1", continues(w))
	e := more.scan("c1", 40)
	v := s.view()
	if u := v.Unknown[0]; u.SetAside != "" || u.Lapsed != "a torn label" || blockers(v)[count.BlockUnknown] != 1 || len(v.Asides) != 0 {
		t.Fatalf("unknown are %+v; what was set aside were 3, and now there are 43", v.Unknown)
	}
	more.undo(e)
	if u := s.view().Unknown[0]; u.SetAside == "" || u.Lapsed != "" {
		t.Fatalf("unknown are %+v; they are what was set aside", u)
	}
	more.scan("c1", 40)
	s.asideCode("c1", "a roll of them")
	if u := s.view().Unknown[0]; u.SetAside != "a roll of them" || u.Lapsed != "" {
		t.Fatalf("unknown are %+v", u)
	}
}

func TestMeaningOfACodeCanBeChanged(t *testing.T) {
	s := onlyCold(t)
	w := s.open("ali", "C1")
	w.scan("c1", 4)
	w.close()
	s.decide("sara", count.CodeResolved, count.Resolution{Code: "c1", Item: "tea", Pack: 1000})
	s.want("cold", "tea", count.LineOutside, 4)
	if r := s.view().Resolved; len(r) != 1 || r[0].Code != "c1" || r[0].Item != "tea" || r[0].Person != "sara" {
		t.Fatalf("resolved are %+v", r)
	}
	s.decide("omar", count.CodeResolved, count.Resolution{Code: "c1", Item: "ice", Pack: 1000})
	s.want("cold", "ice", count.LineWithin, 4)
	if s.view().Line("cold", "tea") != nil {
		t.Fatal("the wrong meaning has left something behind")
	}
	back := count.Resolution{Code: "c1", TakeBack: true, Reason: "nobody knows"}
	s.decide("omar", count.CodeResolved, back)
	if v := s.view(); len(v.Resolved) != 0 || len(v.Unknown) != 1 || blockers(v)[count.BlockUnknown] != 1 {
		t.Fatalf("resolved are %+v, unknown %+v", v.Resolved, v.Unknown)
	}
	s.asideCode("c1", "a torn label")
	s.decide("omar", count.CodeResolved, back)
	if u := s.view().Unknown[0]; u.SetAside != "" || u.Lapsed != "" {
		t.Fatalf("%+v is set aside still", u)
	}
}

// The device may know an item that the session's catalogue has not.
func TestItemOutsideTheCatalogueIsAnUnknownCode(t *testing.T) {
	s := write(t)
	w := s.open("ali", "C1")
	w.see("ghost", 1)
	w.see("phantom", 1, func(e *count.Event) { e.Code = "" })
	w.close()
	v := s.view()
	if len(v.Unknown) != 2 || v.Unknown[0].Code != "code-ghost" || v.Unknown[1].Code != "phantom" {
		t.Fatalf("unknown are %+v; want the code, and the item where there is no code", v.Unknown)
	}
}

func TestCodesOfASupersededPassAreForgotten(t *testing.T) {
	s := write(t)
	w := s.open("ali", "C1")
	w.scan("c1", 3)
	w.close()
	s.whole("ali", "C1", found{"ice": 4}, replaces(w))
	if v := s.view(); len(v.Unknown) != 0 {
		t.Fatalf("unknown are %+v; their pass was replaced", v.Unknown)
	}
}
