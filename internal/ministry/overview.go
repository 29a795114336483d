package ministry

import (
	"context"
	"slices"
	"strings"
	"time"

	"jard/internal/result"
	"jard/internal/stocktake"
)

// Period selects results by the instant of their seal, From included and To not. A zero end is open.
type Period struct{ From, To time.Time }

func (p Period) holds(at time.Time) bool {
	return (p.From.IsZero() || !at.Before(p.From)) && (p.To.IsZero() || at.Before(p.To))
}

// Coverage says how far a figure reaches: With of Of societies are in it, and the newest seal of each of them lies
// between Oldest and Newest (zero when none is).
type Coverage struct {
	With, Of       int
	Oldest, Newest time.Time
}

// add counts a society whose newest seal is at; zero for one that has nothing.
func (c *Coverage) add(at time.Time) {
	c.Of++
	if at.IsZero() {
		return
	}
	c.With++
	if c.Oldest.IsZero() || at.Before(c.Oldest) {
		c.Oldest = at
	}
	if at.After(c.Newest) {
		c.Newest = at
	}
}

// Figures are sums over results that stand: accepted, and not replaced by an accepted correction. Shortage and surplus
// are never netted.
type Figures struct {
	Results    int
	Lines      int
	Shortage   result.Count
	Surplus    result.Count
	NotCounted result.Count
	Found      Coverage // of all of the above

	Stock        stocktake.Fils // the closing stock of each site's newest count of the whole site
	StockSites   int
	StockCovered Coverage

	Refused, Held int // documents that are in no figure
}

// SocietyRow is one society's figures.
type SocietyRow struct {
	Member  Member
	Figures Figures
}

// GovernorateRow is one governorate's figures, and those of its societies by id.
type GovernorateRow struct {
	Governorate stocktake.Governorate
	Figures     Figures
	Societies   []SocietyRow
}

// Overview is the country at one instant. All six governorates are there, those without societies too.
type Overview struct {
	At           time.Time
	Figures      Figures
	Governorates []GovernorateRow
}

// officer is the gate of everything that people of the ministry see here.
func officer(by stocktake.Person) error {
	if by.Society == "" || by.ID == "" || !by.Is(stocktake.MinistryOfficer) {
		return stocktake.NotAllowed.New([]stocktake.Role{stocktake.MinistryOfficer})
	}
	return nil
}

// Overview adds up what societies have filed.
func (d *Desk) Overview(ctx context.Context, by stocktake.Person, p Period) (Overview, error) {
	if err := officer(by); err != nil {
		return Overview{}, err
	}
	members, err := d.inbox.Members(ctx)
	if err != nil {
		return Overview{}, err
	}
	o := Overview{At: d.clock.Now().UTC()}
	for _, g := range stocktake.Governorates() {
		o.Governorates = append(o.Governorates, GovernorateRow{Governorate: g})
	}
	for _, m := range members {
		row := SocietyRow{Member: m}
		filings, err := d.summarised(ctx, m.Society)
		if err != nil {
			return Overview{}, err
		}
		if row.Figures, err = addUp(filings, p); err != nil {
			return Overview{}, err
		}
		at := slices.IndexFunc(o.Governorates, func(g GovernorateRow) bool { return g.Governorate == m.Governorate })
		if at < 0 { // no version has written one: see Governorate.Check
			return Overview{}, m.Governorate.Check()
		}
		g := &o.Governorates[at]
		g.Societies = append(g.Societies, row)
		if err := g.Figures.include(row.Figures); err != nil {
			return Overview{}, err
		}
		if err := o.Figures.include(row.Figures); err != nil {
			return Overview{}, err
		}
	}
	return o, nil
}

// summarised lists a society's results with their summaries. Those filed before summaries were kept are read.
func (d *Desk) summarised(ctx context.Context, society stocktake.SocietyID) ([]Filing, error) {
	var list []Filing
	err := d.filings(ctx, society, func(f Filing) error {
		if f.Kind == KindResult && f.Summary == nil && f.Answer.Verdict == Accepted {
			full, err := d.inbox.Filing(ctx, society, f.Hash)
			if err != nil {
				return err
			}
			if doc, err := result.Parse(full.Signed.Document); err == nil {
				f.Summary = summarise(doc)
			}
		}
		list = append(list, f)
		return nil
	})
	return list, err
}

// standing are the results that count: accepted, and not replaced by an accepted correction.
func standingResults(filings []Filing) []Filing {
	accepted := make(map[stocktake.Hash]bool, len(filings))
	for _, f := range filings {
		accepted[f.Hash] = f.Answer.Verdict == Accepted
	}
	return slices.DeleteFunc(slices.Clone(filings), func(f Filing) bool {
		return f.Kind != KindResult || f.Summary == nil || !accepted[f.Hash] || accepted[f.CorrectedBy]
	})
}

// addUp gives one society's figures over a period.
func addUp(filings []Filing, p Period) (Figures, error) {
	var f Figures
	for _, x := range filings {
		if at := x.SealedAt; at.IsZero() || p.holds(at) { // one that could not be read has no instant, and is shown always
			switch x.Answer.Verdict {
			case Refused:
				f.Refused++
			case Held:
				f.Held++
			}
		}
	}
	var newest time.Time
	whole := map[stocktake.SiteID]Filing{}
	for _, x := range standingResults(filings) {
		if !p.holds(x.SealedAt) {
			continue
		}
		t := &x.Summary.Totals
		f.Results++
		f.Lines += t.Lines
		for _, sum := range []struct {
			into *result.Count
			part result.Count
		}{{&f.Shortage, t.Shortage}, {&f.Surplus, t.Surplus}, {&f.NotCounted, t.NotCounted}} {
			if err := addCount(sum.into, sum.part); err != nil {
				return Figures{}, err
			}
		}
		if x.SealedAt.After(newest) {
			newest = x.SealedAt
		}
		if last, ok := whole[x.Site]; x.Summary.Whole && (!ok || x.SealedAt.After(last.SealedAt)) {
			whole[x.Site] = x
		}
	}
	f.Found.add(newest)
	var stocked time.Time // the oldest site's: a sum is as old as its oldest part
	for _, x := range whole {
		var err error
		if f.Stock, err = f.Stock.Add(x.Summary.Totals.Counted); err != nil {
			return Figures{}, err
		}
		f.StockSites++
		if stocked.IsZero() || x.SealedAt.Before(stocked) {
			stocked = x.SealedAt
		}
	}
	f.StockCovered.add(stocked)
	return f, nil
}

func addCount(into *result.Count, part result.Count) (err error) {
	into.Lines += part.Lines
	into.Value, err = into.Value.Add(part.Value)
	return err
}

// include adds a part's figures and coverage.
func (f *Figures) include(part Figures) error {
	f.Results += part.Results
	f.Lines += part.Lines
	f.Refused += part.Refused
	f.Held += part.Held
	f.StockSites += part.StockSites
	for _, sum := range []struct {
		into *result.Count
		part result.Count
	}{{&f.Shortage, part.Shortage}, {&f.Surplus, part.Surplus}, {&f.NotCounted, part.NotCounted}} {
		if err := addCount(sum.into, sum.part); err != nil {
			return err
		}
	}
	var err error
	if f.Stock, err = f.Stock.Add(part.Stock); err != nil {
		return err
	}
	f.Found.include(part.Found)
	f.StockCovered.include(part.StockCovered)
	return nil
}

func (c *Coverage) include(part Coverage) {
	c.With += part.With
	c.Of += part.Of
	if !part.Oldest.IsZero() && (c.Oldest.IsZero() || part.Oldest.Before(c.Oldest)) {
		c.Oldest = part.Oldest
	}
	if part.Newest.After(c.Newest) {
		c.Newest = part.Newest
	}
}

// Troubled is a document that is in no figure, with what its receipt names.
type Troubled struct {
	Member Member
	Filing Filing
	Faults []result.Fault
}

// Troubles lists what was refused and what is held, by society, newest first within each.
func (d *Desk) Troubles(ctx context.Context, by stocktake.Person) ([]Troubled, error) {
	if err := officer(by); err != nil {
		return nil, err
	}
	members, err := d.inbox.Members(ctx)
	if err != nil {
		return nil, err
	}
	var all []Troubled
	for _, m := range members {
		var of []Troubled
		err := d.filings(ctx, m.Society, func(f Filing) error {
			if f.Answer.Verdict == Accepted {
				return nil
			}
			x := Troubled{Member: m, Filing: f}
			if r, err := ReadReceipt(f.Answer.Signed, d.Key()); err != nil {
				x.Faults = []result.Fault{result.NewFault("/receipt", stocktake.Fault(err))}
			} else {
				x.Faults = r.Faults
			}
			of = append(of, x)
			return nil
		})
		if err != nil {
			return nil, err
		}
		slices.Reverse(of)
		all = append(all, of...)
	}
	return all, nil
}

// EnrolmentCodes lists the codes that were issued, the newest first. No code is among them, only what it was for.
func (d *Desk) EnrolmentCodes(ctx context.Context, by stocktake.Person) ([]EnrolmentCode, error) {
	if err := officer(by); err != nil {
		return nil, err
	}
	codes, err := d.inbox.EnrolmentCodes(ctx)
	slices.SortFunc(codes, func(a, b EnrolmentCode) int {
		if c := b.IssuedAt.Compare(a.IssuedAt); c != 0 {
			return c
		}
		return strings.Compare(string(a.Society), string(b.Society))
	})
	return codes, err
}

// IssueCode is NewEnrolmentCode by an officer.
func (d *Desk) IssueCode(ctx context.Context, by stocktake.Person, society stocktake.SocietyID, name stocktake.Name,
	governorate stocktake.Governorate,
) (string, error) {
	if err := officer(by); err != nil {
		return "", err
	}
	code, err := d.NewEnrolmentCode(ctx, society, name, governorate)
	if err == nil {
		d.log.Info("enrolment code issued", "society", society, "officer", by.ID)
	}
	return code, err
}
