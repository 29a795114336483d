package result

import (
	"slices"
	"unicode/utf8"

	"jard/internal/stocktake"
)

// Bounds of texts, in bytes, and of lists.
const (
	maxText   = 1000
	maxPeople = 1000
	maxRound  = 99
)

// Check names every fault of a document by itself: fields out of range, sums that do not add up, lines out of order.
// None means that it may be sealed. What it accepts, the published schema accepts.
func Check(d *Document) []Fault {
	f := new(faults)
	if d.Schema != Schema {
		f.add("/schema", SchemaUnknown.New(d.Schema, Schema))
	}
	f.err("/society", stocktake.CheckID("society", string(d.Society)))
	f.err("/number", d.Ref().Check())
	f.wrong(!d.Previous.IsZero() || d.Number == 1, "/previous")
	checkCorrects(f, d)
	checkSession(f, &d.Session)
	f.wrong(!d.Snapshot.Hash.IsZero(), "/snapshot/hash")
	f.wrong(!d.Snapshot.AsOf.IsZero(), "/snapshot/as_of")
	f.text("/snapshot/position", d.Snapshot.Position, 0, maxText)
	f.wrong(d.Movements.Position <= stocktake.MaxNumber, "/movements/position")
	f.wrong((d.Movements.Position == 0) == d.Movements.Hash.IsZero(), "/movements/hash")
	f.wrong(!d.Catalogue.IsZero(), "/catalogue")
	f.wrong(!d.SitePlan.IsZero(), "/site_plan")
	checkCalled(f, "section", "/sections", d.Sections)
	f.text("/policy", d.Policy, 1, stocktake.MaxID)
	checkCalled(f, "reason code", "/codes", d.Codes)
	f.wrong(d.Log.Offset >= 1 && d.Log.Offset <= stocktake.MaxNumber, "/log/offset")
	f.wrong(!d.Log.Hash.IsZero(), "/log/hash")
	f.text("/software", d.Software, 1, stocktake.MaxID)
	checkPeople(f, d)
	checkAside(f, d.SetAside)
	checkDuties(f, d.Duties)
	checkStagnant(f, d)
	checkLines(f, d)
	checkTotals(f, d)
	checkPosted(f, d)
	return f.all()
}

func checkCorrects(f *faults, d *Document) {
	switch {
	case d.Type == Original && d.Corrects == nil:
	case d.Type == Correction && d.Corrects != nil:
		c := d.Corrects
		if c.Ref().Check() != nil || c.Ref().Compare(d.Ref()) >= 0 || c.Hash.IsZero() ||
			stocktake.CheckID("session", string(c.Session)) != nil {
			f.add("/corrects", CorrectionWrong.New())
		}
		if c.Log != nil {
			f.wrong(c.Log.Offset >= 1 && c.Log.Offset <= stocktake.MaxNumber, "/corrects/log/offset")
			f.wrong(!c.Log.Hash.IsZero(), "/corrects/log/hash")
		}
		f.text("/corrects/reason", c.Reason, 0, maxText)
	default:
		f.add("/corrects", CorrectionWrong.New())
		f.wrong(d.Type == Original || d.Type == Correction, "/type")
	}
}

func checkSession(f *faults, s *Session) {
	const path = "/session"
	f.err(path+"/id", stocktake.CheckID("session", string(s.ID)))
	f.err(path+"/name", s.Name.Check("session"))
	f.name(path+"/name", s.Name)
	f.wrong(slices.Contains([]string{"full", "partial", "cycle", "spot", "surprise"}, s.Kind), path+"/kind")
	f.err(path+"/site", stocktake.CheckID("site", string(s.Site)))
	f.name(path+"/site_name", s.SiteName)
	f.wrong(slices.Contains([]stocktake.SiteKind{stocktake.CentralMarket, stocktake.Branch, stocktake.Warehouse,
		stocktake.SupplyBranch}, s.SiteKind), path+"/site_kind")
	checkIDs(f, "section", path+"/scope/sections", s.Scope.Sections)
	checkIDs(f, "location", path+"/scope/locations", s.Scope.Locations)
	checkIDs(f, "item", path+"/scope/items", s.Scope.Items)
	f.wrong(!s.IssuedAt.IsZero(), path+"/issued_at")
	f.wrong(!s.SealedAt.IsZero() && !s.SealedAt.Time().Before(s.IssuedAt.Time()), path+"/sealed_at")
}

func checkPeople(f *faults, d *Document) {
	checkCalled(f, "person", "/people", d.People)
	f.wrong(len(d.Committee) <= maxPeople, "/committee")
	for i, s := range d.Committee {
		checkSignatory(f, at("/committee", i), s)
	}
	if d.Witness != nil {
		checkSignatory(f, "/witness", *d.Witness)
	}
	f.wrong(len(d.Approvals) > 0, "/approvals") // somebody sealed it
	checkDecisions(f, "/approvals", d.Approvals)
}

func checkSignatory(f *faults, path string, s Signatory) {
	f.err(path+"/person", stocktake.CheckID("person", string(s.Person)))
	f.text(path+"/name", s.Name, 0, stocktake.MaxName)
	checkDecisions(f, path+"/decisions", s.Decisions)
	for i, d := range s.Decisions {
		p := at(path+"/decisions", i)
		f.wrong(slices.Contains([]string{VerdictSign, VerdictRefuse, VerdictSetAside}, d.Verdict), p+"/verdict")
		f.wrong((d.Person == s.Person) == (d.Verdict != VerdictSetAside), p+"/person")
		f.wrong(d.Verdict == VerdictSign || d.Reason != "", p+"/reason")
	}
}

func checkDecisions(f *faults, path string, list []Decision) {
	f.wrong(len(list) <= maxPeople, path)
	for i, d := range list {
		p := at(path, i)
		f.err(p+"/person", stocktake.CheckID("person", string(d.Person)))
		f.wrong(len(d.Roles) <= maxPeople, p+"/roles")
		for n, r := range d.Roles {
			f.err(at(p+"/roles", n), r.Check())
		}
		f.word(p+"/verdict", d.Verdict)
		f.code(p+"/code", d.Code)
		f.text(p+"/reason", d.Reason, 0, maxText)
		f.wrong(!d.At.IsZero(), p+"/at")
	}
}

func checkAside(f *faults, list []SetAside) {
	for i, s := range list {
		p := at("/set_aside", i)
		f.wrong(slices.Contains([]string{AsideStream, AsideQuarantine, AsideCode, AsidePass, AsideLocation}, s.Kind), p+"/kind")
		f.text(p+"/key", s.Key, 1, 8<<10)
		f.text(p+"/reason", s.Reason, 1, maxText)
		f.err(p+"/person", stocktake.CheckID("person", string(s.Person)))
		f.wrong(!s.At.IsZero(), p+"/at")
		if i > 0 && list[i-1].compare(s) >= 0 {
			f.add(p, ListUnsorted.New())
		}
	}
}

func checkCalled[ID ~string](f *faults, word, path string, list []Called[ID]) {
	for i, x := range list {
		f.err(at(path, i)+"/id", stocktake.CheckID(word, string(x.ID)))
		f.name(at(path, i)+"/name", x.Name)
		if i > 0 && list[i-1].ID >= x.ID {
			f.add(at(path, i), ListUnsorted.New())
		}
	}
}

func checkIDs[T ~string](f *faults, word, path string, list []T) {
	for i, id := range list {
		f.err(at(path, i), stocktake.CheckID(word, string(id)))
		if i > 0 && list[i-1] >= id {
			f.add(at(path, i), ListUnsorted.New())
		}
	}
}

// checkTotals adds the lines up again and compares.
func checkTotals(f *faults, d *Document) {
	want, err := total(d)
	if err != nil {
		f.err("/totals", err)
		return
	}
	got := &d.Totals
	number := func(path string, of stocktake.Name, got, want int) {
		if got != want {
			f.add("/totals/"+path, TotalWrong.New(of, got, want))
		}
	}
	value := func(path string, of stocktake.Name, got, want stocktake.Fils) {
		if got != want {
			f.add("/totals/"+path, WorthWrong.New(of, got, want))
		}
	}
	number("lines", stocktake.Name{English: "lines", Arabic: "البنود"}, got.Lines, want.Lines)
	number("exact", stocktake.Name{English: "exact lines", Arabic: "البنود المحسومة تمامًا"}, got.Exact, want.Exact)
	number("matching", stocktake.Name{English: "matching lines", Arabic: "البنود المطابقة"}, got.Matching, want.Matching)
	number("shortage/lines", stocktake.Name{English: "lines with a shortage", Arabic: "بنود العجز"}, got.Shortage.Lines, want.Shortage.Lines)
	// A shortage is kept with its sign; the word says which it is.
	value("shortage/value", stocktake.Name{English: "shortage", Arabic: "العجز"}, -got.Shortage.Value, -want.Shortage.Value)
	number("surplus/lines", stocktake.Name{English: "lines with a surplus", Arabic: "بنود الزيادة"}, got.Surplus.Lines, want.Surplus.Lines)
	value("surplus/value", stocktake.Name{English: "surplus", Arabic: "الزيادة"}, got.Surplus.Value, want.Surplus.Value)
	value("expected_value", stocktake.Name{English: "book stock", Arabic: "الرصيد الدفتري"}, got.Expected, want.Expected)
	value("counted_value", stocktake.Name{English: "closing stock", Arabic: "بضاعة آخر المدة"}, got.Counted, want.Counted)
	number("not_counted/lines", stocktake.Name{English: "lines not counted", Arabic: "البنود التي لم تُعدّ"}, got.NotCounted.Lines, want.NotCounted.Lines)
	value("not_counted/value", stocktake.Name{English: "book stock not counted", Arabic: "ما لم يُعدّ"}, got.NotCounted.Value, want.NotCounted.Value)
	number("tally_only", stocktake.Name{English: "lines counted in part", Arabic: "البنود المعدودة جزئيًا"}, got.TallyOnly, want.TallyOnly)
	number("set_aside", stocktake.Name{English: "things set aside", Arabic: "المستبعدات"}, got.SetAside, want.SetAside)
	if !slices.Equal(got.Conditions, want.Conditions) {
		f.add("/totals/conditions", CustodiesWrong.New())
	}
	if !slices.Equal(got.Custodies, want.Custodies) {
		f.add("/totals/custodies", CustodiesWrong.New())
	}
}

// code holds a reason code that may be left out.
func (f *faults) code(path, code string) {
	if code != "" {
		f.err(path, stocktake.CheckID("reason code", code))
	}
}

// text checks a text's length in bytes.
func (f *faults) text(path, s string, least, most int) {
	f.wrong(len(s) >= least && len(s) <= most && utf8.ValidString(s), path)
}

func (f *faults) name(path string, n stocktake.Name) {
	f.text(path+"/ar", n.Arabic, 0, stocktake.MaxName)
	f.text(path+"/en", n.English, 0, stocktake.MaxName)
}

// word checks a lower-case word of a closed vocabulary that count owns: a status, a verdict.
func (f *faults) word(path, s string) {
	ok := len(s) >= 1 && len(s) <= 32 && s[0] != '-'
	for i := range len(s) {
		ok = ok && (s[i] >= 'a' && s[i] <= 'z' || s[i] == '-')
	}
	f.wrong(ok, path)
}

func (f *faults) number(path string, n, least, most int64) {
	f.wrong(n >= least && n <= most, path)
}
