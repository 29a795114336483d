package ministry

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"jard/internal/account"
	"jard/internal/count"
	"jard/internal/result"
	"jard/internal/stocktake"
)

// Issuer makes signed results out of folded sessions: it is what count asks when a session is sealed.
type Issuer struct {
	outbox   Outbox
	people   People
	signer   *Signer
	software string
}

// People is the roll of a society, for the names that a result carries. *boltdb.DB is it.
type People interface {
	People(ctx context.Context, society stocktake.SocietyID) (account.Roll, error)
}

// NewIssuer makes an Issuer. Software is the version that results name.
func NewIssuer(outbox Outbox, people People, signer *Signer, software string) *Issuer {
	return &Issuer{outbox: outbox, people: people, signer: signer, software: software}
}

// Issue makes the next document of the society's chain from a session's state. count.SigningLocked after a restore.
func (i *Issuer) Issue(ctx context.Context, v *count.View, by stocktake.Person, at time.Time) (count.Issuance, error) {
	chain, err := i.outbox.Chain(ctx, by.Society)
	if err != nil {
		return count.Issuance{}, err
	}
	if chain.Locked {
		return count.Issuance{}, count.SigningLocked.New()
	}
	place := chain.Next()
	d, err := compose(v, by, at)
	if err != nil {
		return count.Issuance{}, err
	}
	d.Series, d.Number, d.Previous, d.Software = place.Series, place.Number, chain.Hash, i.software
	if v.Plan.Basis != nil {
		if err := i.correct(ctx, d, v); err != nil {
			return count.Issuance{}, err
		}
	}
	if err := d.Total(); err != nil {
		return count.Issuance{}, err
	}
	if err := i.call(ctx, d); err != nil {
		return count.Issuance{}, err
	}
	if faults := result.Check(d); len(faults) > 0 {
		return count.Issuance{}, ComposedWrong.New(faults[0].Path, faults[0].English)
	}
	b, err := d.Canonical()
	if err != nil {
		return count.Issuance{}, err
	}
	signature, err := i.signer.Sign(ctx, by.Society, place, b)
	if err != nil {
		return count.Issuance{}, err
	}
	return count.Issuance{
		Result: stocktake.Document{Hash: stocktake.HashOf(b), Bytes: b}, Signature: signature,
		Series: place.Series, Number: place.Number, Previous: chain.Hash,
	}, nil
}

// call writes down what those are called whom a document names by id. Somebody who is not on the roll has an id only.
func (i *Issuer) call(ctx context.Context, d *result.Document) error {
	roll, err := i.people.People(ctx, d.Society)
	if err != nil {
		return err
	}
	names := make(map[stocktake.PersonID]stocktake.Name, len(roll.People))
	for n := range roll.People {
		names[roll.People[n].ID] = roll.People[n].Name
	}
	for _, id := range d.Persons() {
		if name := names[id]; name != (stocktake.Name{}) {
			d.People = append(d.People, result.Called[stocktake.PersonID]{ID: id, Name: name})
		}
	}
	return nil
}

// correct writes down what a correction replaces, why, and how much of it the books were told already.
func (i *Issuer) correct(ctx context.Context, d *result.Document, v *count.View) error {
	before, err := i.replaced(ctx, v)
	if err != nil {
		return err
	}
	last, basis := before[len(before)-1], v.Plan.Basis
	d.Type = result.Correction
	d.Corrects = &result.Corrects{
		Series: last.Series, Number: last.Number, Hash: v.Replaced[len(v.Replaced)-1].Result, Session: basis.Session, Log: &result.Log{Offset: basis.Offset, Hash: basis.Hash}, Reason: v.Plan.Reason,
	}
	if d.Posted, err = result.PostedFor(before, v.Postings); err != nil {
		return err
	}
	c := composer{view: v, custodians: custodians(v)}
	for n := range d.Posted {
		p := &d.Posted[n]
		l := v.Line(p.Section, p.Item)
		if l == nil { // no line any more: what it was brought in at is the book's, which is that of the result before
			l = &count.Line{Section: p.Section, Item: p.Item, Cost: bookCost(v.Material.Snapshot, p.Section, p.Item)}
		}
		p.Goods, p.Cost = c.goods(l), l.Cost
	}
	return nil
}

// bookCost is what the books say that an item costs in a section; where they list it in others only, the greatest of those: what was posted
// without a section is worth that.
func bookCost(s *stocktake.Snapshot, section stocktake.SectionID, item stocktake.ItemID) (cost stocktake.Cost) {
	n, ok := slices.BinarySearchFunc(s.Lines, section, func(l stocktake.BookLine, section stocktake.SectionID) int {
		return cmp.Or(cmp.Compare(l.Section, section), cmp.Compare(l.Item, item))
	})
	if ok {
		return s.Lines[n].Cost
	}
	for i := range s.Lines {
		if s.Lines[i].Item == item {
			cost = max(cost, s.Lines[i].Cost)
		}
	}
	return cost
}

// replaced reads the results of the sessions that a correction corrects, in their order.
func (i *Issuer) replaced(ctx context.Context, v *count.View) ([]*result.Document, error) {
	var found []*result.Document
	for _, seal := range v.Replaced {
		s, err := i.outbox.Result(ctx, v.Society, result.Ref{Series: seal.Series, Number: seal.Number})
		if err != nil {
			return nil, err
		}
		d, err := result.Parse(s.Signed.Document)
		if err != nil {
			return nil, err
		}
		found = append(found, d)
	}
	return found, nil
}

func custodians(v *count.View) map[stocktake.SectionID]stocktake.Name {
	names := make(map[stocktake.SectionID]stocktake.Name, len(v.Material.Site.Sections))
	for _, s := range v.Material.Site.Sections {
		names[s.ID] = s.Custodian
	}
	return names
}

// compose writes down a session's state as a document, all but its place in the chain and its totals.
func compose(v *count.View, by stocktake.Person, at time.Time) (*result.Document, error) {
	c := composer{view: v, custodians: custodians(v)}
	d := &result.Document{
		Schema: result.Schema, Society: v.Society, Type: result.Original,
		Session: result.Session{
			ID: v.Plan.Session, Name: v.Plan.Name, Kind: string(v.Plan.Kind), Blind: v.Plan.Blind, Site: v.Plan.Site,
			SiteName: v.Material.Site.Name, SiteKind: v.Material.Site.Kind,
			Scope:    result.Scope{Sections: v.Plan.Scope.Sections, Locations: v.Plan.Scope.Locations, Items: v.Plan.Scope.Items},
			IssuedAt: result.At(v.IssuedAt), SealedAt: result.At(at),
		},
		Snapshot:  result.Snapshot{Hash: v.Plan.Snapshot, AsOf: result.At(v.Material.Snapshot.AsOf), Position: v.Material.Snapshot.Position},
		Movements: result.Movements{Position: v.Feed.Offset, Hash: v.Feed.Hash},
		Catalogue: v.Plan.Catalogue, SitePlan: v.Plan.SiteDocument, Policy: v.Plan.Policy,
		Log:       result.Log{Offset: v.Offset, Hash: v.Head},
		Approvals: result.List[result.Decision]{{Person: by.ID, Roles: by.Roles, Verdict: "seal", At: result.At(at)}},
	}
	if p := v.Material.Policy; p != nil {
		d.Policy, d.PolicyDoc = strconv.Itoa(p.Number), v.Plan.PolicyDocument
		for _, code := range p.Codes {
			d.Codes = append(d.Codes, result.Called[string]{ID: code.Key, Name: code.Name})
		}
		slices.SortFunc(d.Codes, func(a, b result.Called[string]) int { return cmp.Compare(a.ID, b.ID) })
	}
	for _, s := range v.Material.Site.Sections {
		d.Sections = append(d.Sections, result.Called[stocktake.SectionID]{ID: s.ID, Name: s.Name})
	}
	slices.SortFunc(d.Sections, func(a, b result.Called[stocktake.SectionID]) int { return cmp.Compare(a.ID, b.ID) })
	for i := range v.Signatories {
		x := &v.Signatories[i]
		s := result.Signatory{Person: x.Person, Decisions: decisions(x.Decisions)}
		if x.Capacity == count.AsWitness {
			d.Witness = &s
		} else {
			d.Committee = append(d.Committee, s)
		}
	}
	for _, l := range v.Lines {
		if err := c.add(d, l); err != nil {
			return nil, err
		}
	}
	for _, x := range v.DutyConflicts() {
		d.Duties = append(d.Duties, result.Duty{Rule: x.Rule, Person: x.Person, Roles: x.Roles, Stands: x.Stands, Lines: lineKeys(x.Lines), About: x.About})
	}
	if x := v.Stagnant; x != nil {
		d.Stagnant = &result.Stagnant{Since: result.At(x.Since), Until: result.At(x.Until), Lines: lineKeys(x.Lines)}
	}
	for _, a := range v.Asides {
		d.SetAside = append(d.SetAside, result.SetAside{Kind: a.Kind, Key: a.Key, Reason: a.Reason, Person: a.Person, At: result.At(a.At)})
	}
	return d, nil
}

func lineKeys(refs []count.LineRef) (list result.List[result.LineKey]) {
	for _, r := range refs {
		list = append(list, result.LineKey{Section: r.Section, Item: r.Item})
	}
	return list
}

type composer struct {
	view       *count.View
	custodians map[stocktake.SectionID]stocktake.Name
}

// add puts one line where it belongs: among those with a variance, those never met, or those with a mere tally.
func (c *composer) add(d *result.Document, l *count.Line) error {
	goods := c.goods(l)
	switch {
	case l.Status == count.LineNotCounted:
		n, err := result.NewNotCounted(result.NotCounted{Goods: goods, Snapshot: l.Book, Cost: l.Cost})
		d.NotCounted = append(d.NotCounted, n)
		return err
	case l.Variance == nil:
		t, err := result.NewTally(result.Tally{Goods: goods, Rounds: rounds(l), Breakdown: parts(l), Counters: l.Counters})
		d.TallyOnly = append(d.TallyOnly, t)
		return err
	}
	line := result.Line{
		Goods: goods, Snapshot: l.Book, Movements: l.Variance.Expected - l.Book, Settled: l.Variance.Counted - l.Variance.Observed, Rounds: rounds(l), Breakdown: parts(l), Exact: l.Variance.Exact, Cost: l.Cost,
		Low: l.Variance.Low, High: l.Variance.High, Status: string(l.Status), Provisional: len(l.Provisional) > 0, Counters: l.Counters,
	}
	line.Decisions = decisions(l.Decisions)
	for _, x := range l.Decisions {
		if x.Standing {
			line.Code, line.Reason = x.Code, x.Reason
		}
	}
	line, err := result.NewLine(line)
	d.Lines = append(d.Lines, line)
	return err
}

func decisions(said []count.Decision) (list result.List[result.Decision]) {
	for _, x := range said {
		list = append(list, result.Decision{Person: x.Person, Roles: x.Roles, Verdict: string(x.Verdict), Code: x.Code, Reason: x.Reason, At: result.At(x.At)})
	}
	return list
}

func (c *composer) goods(l *count.Line) result.Goods {
	item := c.view.Material.Items[l.Item]
	return result.Goods{
		Section: l.Section, Custodian: c.custodians[l.Section], Item: l.Item, Name: item.Name, GTIN: gtin(item),
		Unit: cmp.Or(item.Unit, stocktake.Piece), Category: item.Category, Supply: item.Supply,
	}
}

// gtin is the item's own number: that of a single piece where it has one, as 14 digits.
func gtin(item stocktake.Item) string {
	best := -1
	for n, b := range item.Barcodes {
		if b.Kind == stocktake.GTIN && (best < 0 || b.Pack < item.Barcodes[best].Pack) {
			best = n
		}
	}
	if best < 0 {
		return ""
	}
	code := item.Barcodes[best].Code
	const width = 14
	if len(code) > width {
		return ""
	}
	return "00000000000000"[:width-len(code)] + code
}

func rounds(l *count.Line) []result.Round {
	list := make([]result.Round, 0, len(l.Rounds))
	for _, r := range l.Rounds {
		list = append(list, result.Round{Round: r.Round, Quantity: r.Quantity})
	}
	return list
}

func parts(l *count.Line) []result.Part {
	list := make([]result.Part, 0, len(l.Cells))
	for _, c := range l.Cells {
		list = append(list, result.Part{
			Lot: c.Lot, Expiry: c.Expiry, Condition: cmp.Or(string(c.Condition), result.Saleable), Quantity: c.Quantity,
		})
	}
	return slices.Clip(list)
}

// ComposedWrong stops a seal whose own document would be refused: a defect, never a user's fault.
var ComposedWrong = stocktake.NewReason(stocktake.Internal, "result-composed-wrong",
	"The result made from this session contradicts itself at %s: %s. Report this; nothing was sealed.",
	"النتيجة المعدّة من هذه الجلسة متناقضة عند %s: %s. أبلغ عن ذلك؛ لم يُختم شيء.")
