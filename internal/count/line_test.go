package count_test

import (
	"testing"

	"jard/internal/count"
	"jard/internal/reconcile"
	"jard/internal/stocktake"
)

func TestZeroIsNotNotCounted(t *testing.T) {
	s := write(t)
	s.whole("ali", "C1", nil)
	s.want("cold", "ice", count.LineNotCounted, 0) // walked, and never met anywhere
	s.whole("ali", "C1", found{"ice": 0})          // looked, none there
	l := s.want("cold", "ice", count.LineOutside, 0)
	if l.Variance.Quantity != -4000 {
		t.Fatalf("the variance is %s; want all 4 missing", l.Variance.Quantity)
	}
}

// Met once anywhere in its section, a closed walk that did not meet it says zero.
func TestWalkThatDidNotMeetTheItemSaysZero(t *testing.T) {
	s := write(t)
	s.whole("ali", "A1", found{"milk": 10})
	s.want("dairy", "milk", count.LineCounting, 10) // A2 is not covered
	s.whole("badr", "A2", nil)
	s.want("dairy", "milk", count.LineWithin, 10)
	s.want("dairy", "eggs", count.LineNotCounted, 0)
}

func TestRestSignedAsZero(t *testing.T) {
	s := write(t)
	s.whole("ali", "C1", nil)
	s.decide("sara", count.RestZero, count.Rest{Lines: s.refs([2]string{"cold", "ice"}), Reason: "the freezer is empty"})
	if l := s.want("cold", "ice", count.LineOutside, 0); !l.RestZero {
		t.Fatal("the line does not say that it was signed")
	}
	s.approve("omar", "cold", "ice")
	s.want("cold", "ice", count.LineApproved, 0)
	s.whole("badr", "C1", found{"ice": 4}) // late data
	l := s.want("cold", "ice", count.LineDisputed, 0)
	if l.RestZero || void(l) != "lapsed" {
		t.Fatalf("once found, the signature (%v) and the approval (%q) say nothing any more", l.RestZero, void(l))
	}
}

func TestRestSignedAsZeroWithAnotherDigestIsNone(t *testing.T) {
	s := write(t)
	s.whole("ali", "C1", nil)
	s.decide("sara", count.RestZero, count.Rest{Lines: []count.LineRef{{Section: "cold", Item: "ice", Digest: "x"}}, Reason: "empty"})
	s.want("cold", "ice", count.LineNotCounted, 0)
}

func TestSignatureOfZeroCanBeTakenBack(t *testing.T) {
	s := write(t)
	s.whole("ali", "C1", nil)
	ice := [2]string{"cold", "ice"}
	s.decide("sara", count.RestZero, count.Rest{Lines: s.refs(ice), Reason: "the freezer is empty"})
	s.want("cold", "ice", count.LineOutside, 0)
	s.decide("sara", count.RestZero, count.Rest{Lines: s.refs(ice), TakeBack: true, Reason: "there is another freezer"})
	if l := s.want("cold", "ice", count.LineNotCounted, 0); l.RestZero || len(l.Settlers) != 0 {
		t.Fatalf("%+v is signed still", l)
	}
}

// Signed as zero, but nobody walked there: that is still to be done.
func TestRestSignedAsZeroDoesNotCover(t *testing.T) {
	s := write(t)
	s.decide("sara", count.RestZero, count.Rest{Lines: s.refs([2]string{"cold", "ice"}), Reason: "empty"})
	s.want("cold", "ice", count.LineCounting, 0)
}

func TestLotsAndConditionsAreToldApartAndAddUp(t *testing.T) {
	s := write(t)
	w := s.open("ali", "C1")
	w.see("ice", 1)
	w.see("ice", 1, func(e *count.Event) { e.Condition = count.Damaged })
	w.see("ice", 2, func(e *count.Event) { e.Lot, e.Expiry = "L1", "2026-06-01" })
	w.close()
	l := s.want("cold", "ice", count.LineWithin, 4)
	if len(l.Cells) != 3 || l.Cells[2].Lot != "L1" || l.Cells[2].Quantity != 2000 || l.Cells[1].Condition != count.Damaged {
		t.Fatalf("cells are %+v", l.Cells)
	}
}

func TestPartOfASectionIsNeverSetAgainstItsBook(t *testing.T) {
	s := write(t, func(p *count.Plan, _ *count.Material) { p.Scope.Locations = []stocktake.LocationID{"A1"} })
	s.whole("ali", "A1", found{"milk": 3})
	l := s.want("dairy", "milk", count.LinePartial, 3)
	if l.Variance != nil {
		t.Fatal("a part of a section has a variance")
	}
	s.decide("mona", count.ScopeExtended, count.Scope{Locations: []stocktake.LocationID{"A2"}})
	s.want("dairy", "milk", count.LineCounting, 3)
	s.whole("ali", "A2", found{"milk": 7})
	s.want("dairy", "milk", count.LineWithin, 10)
}

// That walks differ is what a person must deal with, whether the line will ever have a variance or not.
func TestDisputeShowsInPartOfASection(t *testing.T) {
	s := write(t, func(p *count.Plan, _ *count.Material) { p.Scope.Locations = []stocktake.LocationID{"A1"} })
	s.whole("ali", "A1", found{"milk": 3})
	second := s.whole("dana", "A1", found{"milk": 4})
	if l := s.want("dairy", "milk", count.LineDisputed, 0); l.Variance != nil {
		t.Fatal("a part of a section has a variance")
	}
	s.decide("omar", count.DisputeChosen, count.Choice{Location: "A1", Item: "milk", Pass: second.id, Digest: s.view().Disputes[0].Digest, Reason: "seen"})
	s.want("dairy", "milk", count.LinePartial, 4)
}

// A recount of a whole place that nobody may do any more must not hold up the seal over an item outside the scope.
func TestItemOutsideTheScopeKeepsNoSealWaiting(t *testing.T) {
	s := write(t, func(p *count.Plan, _ *count.Material) { p.Scope.Items = []stocktake.ItemID{"ice"} })
	s.whole("ali", "C1", found{"ice": 4, "tea": 1})
	s.whole("ali", "C1", found{"ice": 4, "tea": 1}, s.task(2, "C1"))
	s.whole("dana", "C1", found{"ice": 4}, s.task(2, "C1", "ice"))
	s.want("cold", "tea", count.LinePartial, 1)
	for _, b := range s.view().Blockers {
		if b.Key == count.BlockCounting {
			t.Errorf("the seal waits for %s", b.Example)
		}
	}
}

func TestItemOutsideTheScopeIsATally(t *testing.T) {
	s := write(t, func(p *count.Plan, _ *count.Material) { p.Scope.Items = []stocktake.ItemID{"ice"} })
	s.whole("ali", "C1", found{"ice": 4, "tea": 1})
	s.want("cold", "ice", count.LineWithin, 4)
	if l := s.want("cold", "tea", count.LinePartial, 1); !l.Undirected {
		t.Fatal("a find outside the scope is not marked")
	}
	if s.view().Line("dairy", "milk") != nil {
		t.Fatal("a book line outside the scope has a line")
	}
	s.decide("mona", count.ScopeExtended, count.Scope{Items: []stocktake.ItemID{"tea"}})
	s.want("cold", "tea", count.LineOutside, 1)
}

func TestFindInASectionOutsideTheScopeIsATally(t *testing.T) {
	s := write(t, func(p *count.Plan, _ *count.Material) { p.Scope.Sections = []stocktake.SectionID{"dairy"} })
	w := s.whole("ali", "C1", found{"ice": 4})
	s.want("cold", "ice", count.LinePartial, 4)
	if !s.pass(w.id).Undirected {
		t.Fatal("a walk outside the scope is not marked")
	}
}

// Extending the whole site, or a scope without a list of items, narrows nothing.
func TestExtendingAWholeSiteNarrowsNothing(t *testing.T) {
	s := write(t)
	s.decide("mona", count.ScopeExtended, count.Scope{Sections: []stocktake.SectionID{"cold"}, Items: []stocktake.ItemID{"ice"}})
	s.whole("ali", "A1", found{"milk": 10})
	s.whole("ali", "A2", nil)
	s.want("dairy", "milk", count.LineWithin, 10)
}

func TestBooksOfASectionWithoutLocationsAreShown(t *testing.T) {
	s := write(t, func(_ *count.Plan, m *count.Material) {
		m.Site.Sections = append(m.Site.Sections, stocktake.Section{ID: "yard"})
		m.Snapshot.Lines = append(m.Snapshot.Lines,
			stocktake.BookLine{Section: "nowhere", Item: "tea", Quantity: 1000}, stocktake.BookLine{Section: "yard", Item: "oil", Quantity: 1000})
	})
	s.want("yard", "oil", count.LineNotCounted, 0)
	s.want("nowhere", "tea", count.LineNotCounted, 0)
	s.decide("sara", count.RestZero, count.Rest{Lines: s.refs([2]string{"yard", "oil"}), Reason: "the yard was cleared"})
	s.want("yard", "oil", count.LineOutside, 0)
}

func TestBookLineOfZeroIsALineOnlyOnceMet(t *testing.T) {
	s := write(t)
	if s.view().Line("dry", "oil") != nil {
		t.Fatal("a book line of zero that nobody met has a line")
	}
	s.whole("ali", "B1", found{"oil": 0})
	s.whole("ali", "S1", nil)
	s.want("dry", "oil", count.LineWithin, 0)
}

func TestOverflow(t *testing.T) {
	s := write(t, func(_ *count.Plan, m *count.Material) { m.Snapshot.Lines[0].Quantity = -stocktake.MaxNumber })
	s.whole("ali", "C1", found{"ice": 4})
	l := s.line("cold", "ice")
	if l.Status != count.LineOverflow || l.Variance != nil {
		t.Fatalf("the line is %s; its variance leaves the range of exact numbers", l.Status)
	}
	if blockers(s.view())[count.BlockOverflow] != 1 {
		t.Fatal("it does not block the seal")
	}
}

func TestShortageAndSurplusAreNeverNetted(t *testing.T) {
	s := write(t)
	s.whole("ali", "A1", found{"milk": 12, "eggs": 5}) // 2 × 250 over, 1 × 500 short
	s.whole("ali", "A2", nil)
	got := s.view().Totals
	if got.Shortage != -500 || got.Surplus != 500 || got.ShortageLines != 1 || got.SurplusLines != 1 {
		t.Fatalf("totals are %+v", got)
	}
}

func TestToleranceJudgesTheLine(t *testing.T) {
	one := stocktake.Quantity(1000)
	s := write(t, func(p *count.Plan, _ *count.Material) { p.Tolerance = reconcile.Tolerance{Quantity: &one} })
	s.whole("ali", "C1", found{"ice": 3})
	s.want("cold", "ice", count.LineWithin, 3)
	s.whole("ali", "C1", found{"ice": 2}, replaces(&walk{id: "p-1"}))
	s.want("cold", "ice", count.LineOutside, 2)
}
