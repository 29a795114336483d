package ministry_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"jard/internal/ministry"
	"jard/internal/result"
	"jard/internal/stocktake"
)

var anOfficer = stocktake.Person{Society: "ministry", ID: "noura", Roles: []stocktake.Role{stocktake.MinistryOfficer}}

// enrolIn makes a member of a governorate.
func (s *society) enrolIn(g stocktake.Governorate) *society {
	s.t.Helper()
	code := must(s.desk.NewEnrolmentCode(s.ctx, s.id, stocktake.Name{Arabic: string(s.id)}, g))
	if _, err := s.signer.Enrol(s.ctx, s.http.Client(), s.id, s.http.URL, code); err != nil {
		s.t.Fatal(err)
	}
	return s
}

// on seals a result of the whole site (or, with sections, a part) on a day of January 2026.
func (s *society) on(day int, site stocktake.SiteID, whole bool, more ...func(*result.Document)) ministry.Stored {
	return s.sealed(func(d *result.Document) {
		d.Session.SealedAt = result.At(time.Date(2026, 1, day, 18, 0, 0, 0, time.UTC))
		d.Session.IssuedAt = result.At(time.Date(2026, 1, day, 6, 0, 0, 0, time.UTC))
		d.Session.Site = site
		if whole {
			d.Session.Scope = result.Scope{}
		}
		d.SetAside, d.Approvals[0].At = nil, d.Session.SealedAt
		for i := range d.Lines {
			d.Lines[i].Decisions[0].At = d.Session.SealedAt
		}
		if err := d.Total(); err != nil {
			s.t.Fatal(err)
		}
		for _, f := range more {
			f(d)
		}
	})
}

func document(d ministry.Stored) *result.Document { return must(result.Parse(d.Signed.Document)) }

func day(n int) time.Time { return time.Date(2026, 1, n, 18, 0, 0, 0, time.UTC) }

// TestOverview holds what is added up, what is left out, and how far each figure says that it reaches.
func TestOverview(t *testing.T) {
	w := newWorld(t)
	a, b, c := w.society("a").enrolIn(stocktake.Hawalli), w.society("b").enrolIn(stocktake.Hawalli), w.society("c").enrolIn(stocktake.Jahra)

	old := document(a.on(3, "central", true))   // replaced by the newer count of the site, but found all the same
	newer := document(a.on(9, "central", true)) //
	part := document(a.on(11, "store", false))  // a part of a site: no closing stock
	wrong := a.on(12, "store", true)            // corrected by the next
	right := document(a.on(13, "store", true, func(d *result.Document) {
		d.Type = result.Correction
		d.Corrects = &result.Corrects{Series: wrong.At.Series, Number: wrong.At.Number, Hash: wrong.Hash, Session: wrong.Session}
	}))
	b.on(10, "central", true, func(d *result.Document) { d.Totals.Lines++ }) // refused: the sums are wrong
	a.round()
	b.round()
	c.round()

	o := must(w.desk.Overview(w.ctx, anOfficer, ministry.Period{}))
	if len(o.Governorates) != 6 || !o.At.Equal(w.clock.Now()) {
		t.Fatalf("%d governorates at %v", len(o.Governorates), o.At)
	}
	rows := map[stocktake.Governorate]ministry.GovernorateRow{}
	for _, g := range o.Governorates {
		rows[g.Governorate] = g
	}
	hawalli, jahra := rows[stocktake.Hawalli], rows[stocktake.Jahra]
	if len(hawalli.Societies) != 2 || len(jahra.Societies) != 1 || len(rows[stocktake.Capital].Societies) != 0 {
		t.Fatalf("societies %+v", rows)
	}

	var shortage, surplus result.Count
	lines := 0
	for _, d := range []*result.Document{old, newer, part, right} {
		shortage.Lines += d.Totals.Shortage.Lines
		shortage.Value += d.Totals.Shortage.Value
		surplus.Lines += d.Totals.Surplus.Lines
		surplus.Value += d.Totals.Surplus.Value
		lines += d.Totals.Lines
	}
	f := hawalli.Figures
	if f.Results != 4 || f.Lines != lines || f.Shortage != shortage || f.Surplus != surplus || f.Refused != 1 || f.Held != 0 {
		t.Errorf("figures %+v, want shortage %+v and surplus %+v", f, shortage, surplus)
	}
	if want := newer.Totals.Counted + right.Totals.Counted; f.Stock != want || f.StockSites != 2 {
		t.Errorf("stock %v of %d sites, want %v", f.Stock, f.StockSites, want)
	}
	if want := (ministry.Coverage{With: 1, Of: 2, Oldest: day(13), Newest: day(13)}); f.Found != want {
		t.Errorf("found covers %+v, want %+v", f.Found, want)
	}
	if want := (ministry.Coverage{With: 1, Of: 2, Oldest: day(9), Newest: day(9)}); f.StockCovered != want {
		t.Errorf("stock covers %+v, want %+v", f.StockCovered, want)
	}
	if jahra.Figures.Found != (ministry.Coverage{Of: 1}) || o.Figures.Found.With != 1 || o.Figures.Found.Of != 3 {
		t.Errorf("coverage of Jahra %+v, of all %+v", jahra.Figures.Found, o.Figures.Found)
	}

	// A period: the correction lies outside, and what it corrects stays replaced.
	p := must(w.desk.Overview(w.ctx, anOfficer, ministry.Period{From: day(4), To: day(13)}))
	if p.Figures.Results != 2 || p.Figures.Stock != newer.Totals.Counted || p.Figures.Found.Newest != day(11) {
		t.Errorf("period %+v", p.Figures)
	}
	// The whole span is said where societies differ.
	c.on(5, "central", true)
	c.round()
	if all := must(w.desk.Overview(w.ctx, anOfficer, ministry.Period{})).Figures.Found; all != (ministry.Coverage{With: 2, Of: 3, Oldest: day(5), Newest: day(13)}) {
		t.Errorf("coverage of all %+v", all)
	}
	// Filings from before summaries were kept count alike.
	for i := range w.inbox.filed["a"] {
		w.inbox.filed["a"][i].Summary = nil
	}
	if again := must(w.desk.Overview(w.ctx, anOfficer, ministry.Period{})).Governorates[1]; again.Governorate != stocktake.Hawalli || again.Figures != f {
		t.Errorf("without summaries %+v, want %+v", again.Figures, f)
	}

	troubles := must(w.desk.Troubles(w.ctx, anOfficer))
	if len(troubles) != 1 || troubles[0].Member.Society != "b" || len(troubles[0].Faults) == 0 || troubles[0].Faults[0].Key != "total-wrong" {
		t.Errorf("%d troubles, the first with %+v", len(troubles), troubles[0].Faults)
	}
}

// TestOfficersOnly holds that nobody but an officer sees or does anything at the desk.
func TestOfficersOnly(t *testing.T) {
	s := newWorld(t).society(rumaithiya).enrol()
	d := s.sealed(nil)
	s.round()
	verbs := map[string]func(stocktake.Person) error{
		"overview": func(p stocktake.Person) error { _, err := s.desk.Overview(s.ctx, p, ministry.Period{}); return err },
		"troubles": func(p stocktake.Person) error { _, err := s.desk.Troubles(s.ctx, p); return err },
		"filed":    func(p stocktake.Person) error { _, err := s.desk.Filed(s.ctx, p, s.id); return err },
		"open":     func(p stocktake.Person) error { _, err := s.desk.Open(s.ctx, p, s.id, d.Hash); return err },
		"reverify": func(p stocktake.Person) error { _, _, _, err := s.desk.Reverify(s.ctx, p, s.id); return err },
		"codes":    func(p stocktake.Person) error { _, err := s.desk.EnrolmentCodes(s.ctx, p); return err },
		"issue": func(p stocktake.Person) error {
			_, err := s.desk.IssueCode(s.ctx, p, "x", stocktake.Name{English: "x"}, stocktake.Capital)
			return err
		},
	}
	for name, verb := range verbs {
		for _, p := range []stocktake.Person{
			{}, {Roles: []stocktake.Role{stocktake.MinistryOfficer}}, {Society: "ministry", ID: "nobody"},
			{Society: "ministry", ID: "admin", Roles: []stocktake.Role{stocktake.SocietyAdministrator, stocktake.Manager, stocktake.Witness}},
		} {
			if err := verb(p); !errors.Is(err, stocktake.NotAllowed) {
				t.Errorf("%s by %+v: %v", name, p, err)
			}
		}
		if err := verb(anOfficer); err != nil {
			t.Errorf("%s by an officer: %v", name, err)
		}
	}
	if codes := must(s.desk.EnrolmentCodes(s.ctx, anOfficer)); len(codes) != 2 {
		t.Errorf("%d codes", len(codes))
	}
}

// TestOpen holds that a sound document proves to be, and that each way to tamper with it is named by its own proof.
func TestOpen(t *testing.T) {
	s := newWorld(t).society(rumaithiya).enrol()
	s.sealed(nil)
	second := s.sealed(nil)
	s.round()
	open := func() (*ministry.Opened, map[ministry.ProofOf]bool) {
		o := must(s.desk.Open(s.ctx, anOfficer, s.id, second.Hash))
		broken := map[ministry.ProofOf]bool{}
		for _, p := range o.Proofs {
			if p.Skipped || len(p.Faults) > 0 {
				broken[p.Of] = true
			}
		}
		return o, broken
	}
	o, broken := open()
	if !o.Sound() || len(broken) > 0 || o.Document == nil || o.Receipt == nil || o.Receipt.Verdict != ministry.Accepted || len(o.Proofs) != 8 {
		t.Fatalf("sound document: %v %+v", broken, o.Proofs)
	}

	first, filed := &s.inbox.filed[s.id][0], &s.inbox.filed[s.id][1]
	kept, keptFirst := *filed, *first
	for _, c := range []struct {
		name   string
		change func()
		want   []ministry.ProofOf
	}{
		{"a byte of the document", func() {
			filed.Signed.Document = bytes.Replace(filed.Signed.Document, []byte(`"blind":true`), []byte(`"blind":null`), 1)
		}, []ministry.ProofOf{ministry.ProofHash, ministry.ProofSignature}},
		{"another document's signature", func() { filed.Signed.Signature = first.Signed.Signature }, []ministry.ProofOf{ministry.ProofSignature}},
		{"the roll-up", func() {
			summary := *filed.Summary
			summary.Totals.Shortage.Value -= 1000
			filed.Summary = &summary
		}, []ministry.ProofOf{ministry.ProofShown}},
		{"the verdict", func() { filed.Answer.Verdict = ministry.Refused }, []ministry.ProofOf{ministry.ProofReceipt}},
		{"another document's receipt", func() { filed.Answer = first.Answer }, []ministry.ProofOf{ministry.ProofReceipt}},
		{"the document before", func() {
			first.Signed.Document = bytes.Replace(first.Signed.Document, []byte(`"blind":true`), []byte(`"blind":null`), 1)
		}, []ministry.ProofOf{ministry.ProofLink}},
		{"the document itself is another society's", func() { filed.Signed = first.Signed }, []ministry.ProofOf{ministry.ProofHash, ministry.ProofPlace}},
	} {
		c.change()
		o, broken := open()
		if o.Sound() {
			t.Errorf("%s: found sound", c.name)
		}
		for _, of := range c.want {
			if !broken[of] {
				t.Errorf("%s: %s holds; broken are %v", c.name, of, broken)
			}
		}
		*filed, *first = kept, keptFirst
	}
	filed.Summary = &ministry.Summary{}
	n, findings, _, err := s.desk.Reverify(s.ctx, anOfficer, s.id)
	if err != nil || n != 2 || len(findings) != 1 || findings[0].Key != ministry.ShownWrong.Key {
		t.Errorf("a changed roll-up: %v, %v", findings, err)
	}
}
