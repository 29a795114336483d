package count

import (
	"cmp"
	"slices"
	"time"

	"jard/internal/reconcile"
	"jard/internal/stocktake"
)

// LineStatus is where a line stands.
type LineStatus string

// The statuses of a line.
const (
	LineNotCounted LineStatus = "not-counted" // met nowhere, and nobody signed it as zero
	LinePartial    LineStatus = "partial"     // only part of its section is in scope and not set aside: a tally, no variance
	LineCounting   LineStatus = "counting"    // some location of its section is not covered yet
	LineRecounting LineStatus = "recounting"  // a recount was ordered and is not in
	LineDisputed   LineStatus = "disputed"    // finished walks differ somewhere; before partial, for it waits for a person
	LineOverflow   LineStatus = "overflow"    // its sum leaves the range of exact numbers
	LineWithin     LineStatus = "within"      // its variance is inside the tolerance
	LineOutside    LineStatus = "outside"     // … outside: it waits for an approver
	LineUncertain  LineStatus = "uncertain"   // its band is partly inside: it waits too
	LineApproved   LineStatus = "approved"
	LineRejected   LineStatus = "rejected"
	LineReturned   LineStatus = "returned"
)

// Line is one item in one section: books, what was counted, what follows and what was decided.
type Line struct {
	Section     stocktake.SectionID  `json:"section"`
	Item        stocktake.ItemID     `json:"item"`
	Book        stocktake.Quantity   `json:"book"`
	Cost        stocktake.Cost       `json:"cost"`
	CostUnknown bool                 `json:"cost_unknown,omitempty"` // of a unit, so that its variance has no value: the highest tier approves
	Status      LineStatus           `json:"status"`
	Variance    *reconcile.Variance  `json:"variance,omitempty"` // only where the whole section was covered
	Limit       stocktake.Quantity   `json:"limit"`              // the greatest shortage or surplus that its tolerance lets pass; MaxNumber: any
	Counted     stocktake.Quantity   `json:"counted"`
	Cells       []Cell               `json:"cells,omitempty"`
	Adopted     []Adopted            `json:"adopted,omitempty"`     // where something was found, or a dispute chosen
	Rounds      []RoundQuantity      `json:"rounds,omitempty"`      // what each round found, whatever was adopted
	Provisional []string             `json:"provisional,omitempty"` // why the figures may still change
	RestZero    bool                 `json:"rest_zero,omitempty"`
	Undirected  bool                 `json:"undirected,omitempty"` // outside the scope's items or section
	Asked       bool                 `json:"asked,omitempty"`      // inside its tolerance, and its policy wants an approver all the same
	Photo       bool                 `json:"photo,omitempty"`      // some walk's observation of it carries one
	Class       Class                `json:"class,omitempty"`      // where tolerances go by it
	Decisions   []Decision           `json:"decisions,omitempty"`
	Counters    []stocktake.PersonID `json:"counters,omitempty"`     // who met the item
	Duty        []stocktake.PersonID `json:"duty,omitempty"`         // who recounted what they had counted
	Settlers    []stocktake.PersonID `json:"settlers,omitempty"`     // who signed it as zero or chose a side of a dispute of it
	Tests       []TestFound          `json:"tests,omitempty"`        // of what is adopted
	TestDiffers bool                 `json:"test_differs,omitempty"` // one of them does, so that it waits for a recount or for somebody's reason
	Digest      Digest               `json:"digest"`

	until reconcile.Instant // where it has a variance: how far the watermark must be that it waits no more for the feed
	open  bool              // what the server hears next of any clock may make it another
}

// RoundQuantity is what the finished walks of one round found, added over the section's locations; where walks differ,
// the greatest.
type RoundQuantity struct {
	Round    int                `json:"round"`
	Quantity stocktake.Quantity `json:"quantity"`
}

// Decision is a person's word on a line. Standing is the one that holds; Lapsed means that the line has changed since.
type Decision struct {
	Offset   uint64             `json:"offset"`
	At       time.Time          `json:"at"`
	Person   stocktake.PersonID `json:"person"`
	Roles    []stocktake.Role   `json:"roles"`
	Verdict  Verdict            `json:"verdict"`
	Code     string             `json:"code,omitempty"` // a reason code of the policy
	Reason   string             `json:"reason,omitempty"`
	Standing bool               `json:"standing,omitempty"`
	Lapsed   bool               `json:"lapsed,omitempty"` // changed since decision
	Void     string             `json:"void,omitempty"`   // why it never held: a rule's key
}

// Expected is the book as people set a count against it: at the line's last observation, where it has a variance.
func (l *Line) Expected() stocktake.Quantity {
	if l.Variance != nil {
		return l.Variance.Expected
	}
	return l.Book
}

// Brought is what was counted, brought to the same instant: the two differ by the variance.
func (l *Line) Brought() stocktake.Quantity {
	if l.Variance != nil {
		return l.Variance.Counted
	}
	return l.Counted
}

// Waits reports whether the line needs an approver.
func (l *Line) Waits() bool {
	switch l.Status {
	case LineOutside, LineUncertain, LineRejected, LineReturned:
		return true
	}
	return l.Asked && l.Status == LineWithin
}

// line folds one line from the spots of its section. Met is nil for what was met nowhere.
func (f *Fold) line(book stocktake.BookLine, sec *sectionState, met *meeting, h *history) *Line {
	k := lineKey{book.Section, book.Item}
	l := &Line{Section: k.section, Item: k.item, Provisional: slices.Clone(sec.provisional)}
	l.Book, l.Cost = book.Quantity, book.Cost
	l.Class, l.Photo = f.material.classOf(k.item), f.shown(k.item, met)
	tolerance := f.scene.tolerances.of(k.item, f.material.Items[k.item].Category, l.Class)
	l.Limit = tolerance.Limit(l.Book, l.Cost)
	if rest, ok := f.rest[k]; ok && met == nil && !sec.aside && rest.digest == restDigest(book) {
		l.RestZero = true
		l.settledBy(rest.by)
	}
	l.Undirected = !sec.whole || !f.itemInScope(k.item)
	if met == nil && !l.RestZero {
		l.Status = LineNotCounted
		l.Digest = restDigest(book)
		f.weigh(l, h)
		return l
	}
	r := f.cast(k, book, sec, met)
	var disputed, recounting, uncovered bool
	var disputes []Digest
	for n, s := range r.spots {
		var found finding
		place := r.places[n]
		if g := s.simple; g != nil && (s.second == nil || !g.met(k.item) && !s.second.met(k.item)) {
			if !g.met(k.item) {
				r.empty(place, f, g)
				continue
			}
			found.adopted, found.groups = g.adopt(s, k.item), s.groups
		} else {
			found = f.adopt(r, place, s, k.item, h)
		}
		uncovered = uncovered || (found.uncovered && s.inScope)
		recounting = recounting || found.recounting
		l.Duty = append(l.Duty, found.duty...)
		if found.dispute != nil {
			disputed = true
			disputes = append(disputes, found.dispute.Digest)
			sec.disputes = append(sec.disputes, *found.dispute)
		}
		if found.settled != nil {
			sec.settled = append(sec.settled, *found.settled)
		}
		l.addRounds(s, k.item)
		f.tested(l, r, place, s, &found, h)
		// A walk that answers for the item and did not meet it adds nothing: what else is asked for at its location must
		// not show in the line, or decisions would lapse that nothing has changed for.
		if found.adopted != nil && r.active {
			span, open := f.seen(found.groups, k.item)
			if place > 0 {
				r.Places[place-1].Span, r.Places[place-1].Open = span, open
			} else {
				r.Around = r.Around.Join(span)
			}
		}
		if a := found.adopted; a != nil && (a.met || a.Chosen) {
			r.Places[place-1].Quantity = a.Quantity // it was met there
			l.Cells = addCells(l.Cells, a.Cells)
			if l.Adopted == nil {
				l.Adopted = make([]Adopted, 0, len(r.spots))
			}
			l.Adopted = append(l.Adopted, *a)
			if a.Chosen {
				l.settledBy(a.ChosenBy)
			}
		}
	}
	l.Counters = met.persons()
	slices.SortFunc(l.Rounds, func(a, b RoundQuantity) int { return cmp.Compare(a.Round, b.Round) })
	v, err := f.scene.basis.Line(&r.Line)
	l.Counted = v.Observed
	switch {
	case err != nil:
		l.Status = LineOverflow
	case disputed && !recounting:
		l.Status = LineDisputed
	case !sec.whole || sec.aside || !f.itemInScope(k.item):
		l.Status = LinePartial // whatever else is ordered for it: it keeps no seal waiting
	case recounting:
		l.Status = LineRecounting
	case uncovered:
		l.Status = LineCounting
	default:
		if f.within(k, f.scene.moves[k.item], true) {
			v.Provisional |= reconcile.ClockOpen
		}
		l.Variance, l.until = &v, f.scene.basis.Until(&r.Line)
		l.awaits(v.Provisional)
		l.Status, l.Limit = LineStatus(tolerance.Judge(v, book.Cost)), tolerance.Limit(v.Expected, book.Cost)
		l.CostUnknown = book.Cost == 0 && (v.Quantity != 0 || v.Low != 0 || v.High != 0)
		if l.CostUnknown && l.Status == LineWithin && tolerance.Value != nil {
			l.Status = LineOutside // nobody can say that it is worth little
		}
		l.Asked = f.material.Policy != nil && f.material.Policy.AskAlways && (v.Quantity != 0 || v.Low != 0 || v.High != 0)
	}
	l.TestDiffers = l.Variance != nil && slices.ContainsFunc(l.Tests, func(t TestFound) bool { return t.Differs() })
	l.open = r.argued || l.Variance != nil && v.Provisional&reconcile.ClockOpen != 0
	l.Digest = l.digest(f, disputes)
	f.weigh(l, h)
	return l
}

// shown reports whether some walk has a photo of the item.
func (f *Fold) shown(item stocktake.ItemID, met *meeting) bool {
	return met != nil && slices.ContainsFunc(met.spots, func(n int32) bool {
		return slices.ContainsFunc(f.scene.spots[n].passes, func(p *Pass) bool { return len(p.tally.photos[subject{item: item}]) > 0 })
	})
}

// addRounds adds what the finished walks over one location found of the item.
func (l *Line) addRounds(s *spot, item stocktake.ItemID) {
	var here []RoundQuantity
	for _, g := range s.groups {
		if !g.complete || !g.met(item) {
			continue
		}
		q := total(g.cells(item))
		switch n := len(here); {
		case n == 0 || here[n-1].Round != g.round: // groups stand by round
			here = append(here, RoundQuantity{g.round, q})
		case s.location.Shared:
			here[n-1].Quantity += q
		default:
			here[n-1].Quantity = max(here[n-1].Quantity, q)
		}
	}
	for _, r := range here {
		if n := slices.IndexFunc(l.Rounds, func(x RoundQuantity) bool { return x.Round == r.Round }); n >= 0 {
			l.Rounds[n].Quantity += r.Quantity
		} else {
			l.Rounds = append(l.Rounds, r)
		}
	}
}

// digest is over what an approver judges: the books, what was adopted where and from which passes, disputes, and the
// variance with its band.
func (l *Line) digest(f *Fold, disputes []Digest) Digest {
	d := f.digester[:0].text("line").text(string(l.Section)).text(string(l.Item)).number(int64(l.Book)).number(int64(l.Cost)).text(string(l.Status))
	d = d.number(int64(len(l.Adopted)))
	for _, a := range l.Adopted {
		d = d.text(string(a.Location)).number(int64(a.Round)).number(int64(len(a.Passes)))
		for _, p := range a.Passes {
			d = d.text(string(p))
		}
		d = d.cells(a.Cells)
	}
	for _, dispute := range disputes {
		d = d.text(string(dispute))
	}
	if v := l.Variance; v != nil {
		// Of what moved only what it does to the variance: that a line's book went on after it was counted changes no decision.
		d = d.number(int64(v.Quantity + l.Book)).number(int64(l.Book)).number(int64(v.Low)).number(int64(v.High))
	}
	if l.TestDiffers {
		for i := range l.Tests {
			if t := &l.Tests[i]; t.Differs() {
				d = d.text("test").text(string(t.Location)).text(string(t.Passes[0])).number(int64(t.Found))
			}
		}
	}
	f.digester = d
	return d.sum()
}

// restDigest is what a supervisor sees of a line met nowhere: its book figures.
func restDigest(book stocktake.BookLine) Digest {
	return newDigester("rest").text(string(book.Section)).text(string(book.Item)).number(int64(book.Quantity)).number(int64(book.Cost)).sum()
}

// weigh holds the decisions made about a line against what it is now.
func (f *Fold) weigh(l *Line, h *history) {
	facts := f.verdicts[lineKey{l.Section, l.Item}]
	if len(facts) == 0 {
		return
	}
	l.Decisions = make([]Decision, 0, len(facts))
	standing := -1
	for _, v := range facts {
		d := v.Decision
		switch {
		case v.digest != l.Digest:
			d.Lapsed = true
		case !l.Waits() && l.Status != LineWithin:
			d.Void = NotDecidable.Key
		case h.didCount(lineKey{l.Section, l.Item}, d.Person):
			d.Void = ApproverCounted.Key
		case slices.Contains(l.Settlers, d.Person):
			d.Void = ApproverSettled.Key
		case d.Verdict == Approve && !f.plan.allows(d.Roles, l):
			d.Void = ApproverTier.Key
			if l.CostUnknown {
				d.Void = ApproverCost.Key
			}
		case d.Verdict == Approve && l.needsReason() && d.Reason == "":
			d.Void = ReasonNeeded.Key
		default:
			if fault := f.material.Policy.faultOf(d.Code, d.Reason, l); fault != nil {
				d.Void = fault.Key
				break
			}
			standing = len(l.Decisions)
		}
		l.Decisions = append(l.Decisions, d)
	}
	if standing < 0 {
		return
	}
	l.Decisions[standing].Standing = true
	switch l.Decisions[standing].Verdict {
	case Approve:
		l.Status = LineApproved
	case Reject:
		l.Status = LineRejected
	case Return:
		l.Status = LineReturned
	}
}

// needsReason reports whether nobody approves the line without saying why: its figures may still change, or a test speaks against them.
func (l *Line) needsReason() bool { return len(l.Provisional) > 0 || l.TestDiffers }

// settledBy notes who settled a part of the line: they may not approve it alone.
func (l *Line) settledBy(who stocktake.PersonID) {
	if !slices.Contains(l.Settlers, who) {
		l.Settlers = append(l.Settlers, who)
		slices.Sort(l.Settlers)
	}
}

// MayApprove reports whether a person may approve a line as it stands, but for the reason that a provisional one needs.
func (v *View) MayApprove(by stocktake.Person, l *Line) bool {
	return l.Variance != nil && !v.TookPart(by.ID, l) && v.Plan.allows(by.Roles, l)
}

// TookPart reports whether somebody counted a line, by looking where it could have been too, or settled its figure: they
// do not approve it.
func (v *View) TookPart(who stocktake.PersonID, l *Line) bool {
	return v.history.didCount(lineKey{l.Section, l.Item}, who) || slices.Contains(l.Settlers, who)
}

// allows reports whether any of the roles may approve a line's variance. What it is worth is not known without a cost,
// so that only the highest tier may: those without a limit, else those with the greatest.
func (p *Plan) allows(roles []stocktake.Role, l *Line) bool {
	need := l.Variance.Value.Abs()
	if l.CostUnknown {
		for _, tier := range p.Tiers {
			switch {
			case !tier.Holds(l):
			case tier.UpTo == nil:
				need = stocktake.MaxNumber
			default:
				need = max(need, *tier.UpTo)
			}
		}
	}
	return slices.ContainsFunc(p.Tiers, func(tier Tier) bool {
		return slices.Contains(roles, tier.Role) && tier.Holds(l) && (tier.UpTo == nil || need <= *tier.UpTo)
	})
}
