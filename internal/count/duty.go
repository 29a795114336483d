package count

import (
	"cmp"
	"maps"
	"slices"

	"jard/internal/stocktake"
)

// DutyConflict says that one person did, in one session, two things that are two people's. It accuses nobody: it says what stands in
// the log. Where the rule is hard the person's word has no effect, or was refused; else it stands, and whoever reads the result knows.
type DutyConflict struct {
	Rule   string             `json:"rule"` // see DutyRules
	Person stocktake.PersonID `json:"person"`
	Roles  []stocktake.Role   `json:"roles"`           // that they held when they decided, and counter if they opened a pass; sorted
	Stands bool               `json:"stands"`          // what they did holds all the same
	Lines  []LineRef          `json:"lines,omitempty"` // that it is about, by section and item
	About  []string           `json:"about,omitempty"` // walks, locations, codes, held events, streams or people that it is about; sorted
}

// The rules of duty, by their keys. Those that are reasons of refusals too have the same key.
const (
	DutyApprover  = "approver-counted"  // decided on a line that they counted
	DutySettled   = "approver-settled"  // decided on a line that they had settled
	DutyRecounter = "recounter-counted" // recounted what they had counted
	DutyTester    = "tester-counted"    // tested what they counted too
	DutySide      = "chooser-side"      // chose in a dispute that they were a side of
	DutySigner    = "signer-counted"    // is to sign, and counted
	DutyBoth      = "both-capacities"   // is of the committee and the witness
	DutyOwnPass   = "own-pass"          // completed their own walk
	DutySettler   = "settler-counted"   // signed a line as zero, or chose in a dispute of it, and counted it
	DutyOwn       = "ruled-own"         // gave up, let count, set aside or named what they themselves had recorded
	DutyAside     = "aside-counted"     // set aside a location of a section where they counted, or somebody's signature, having counted
	DutySigned    = "signer-decided"    // is to sign, and decided on lines or settled them
	DutySealer    = "sealer-counted"    // sealed the session, and counted
)

// DutyRules are the rules in the order in which conflicts are listed: first those that let nothing hold.
func DutyRules() []string {
	return []string{DutyApprover, DutySettled, DutyRecounter, DutyTester, DutySide, DutyOwnPass, DutySigner, DutyBoth, DutySettler, DutyOwn, DutyAside, DutySigned, DutySealer}
}

// ruling is a person's word on something that they had a part in, as the fold found it.
type ruling struct {
	rule   string
	person stocktake.PersonID
	about  string
	line   lineKey
	stands bool
}

// rulings lists the words, as they stand, of people on what they had recorded or looked at themselves.
func (f *Fold) rulings(v *View) (list []ruling) {
	if len(f.completed)+len(f.abandoned)+len(f.released)+len(f.resolved)+len(f.leftOut)+len(f.writtenOff)+len(f.choices)+len(f.signing) == 0 {
		return nil
	}
	walked, by := map[stocktake.PersonID][]*Pass{}, map[stocktake.PassID]stocktake.PersonID{}
	for _, p := range v.Passes {
		by[p.ID] = p.Person
		if !p.Test {
			walked[p.Person] = append(walked[p.Person], p)
		}
	}
	add := func(rule string, who stocktake.PersonID, about string, stands bool) {
		list = append(list, ruling{rule: rule, person: who, about: about, stands: stands})
	}
	for _, p := range v.Passes {
		if d, ok := f.completed[p.ID]; ok && d.by == p.Person {
			add(DutyOwnPass, d.by, string(p.ID), false)
		}
		if d, ok := f.abandoned[p.ID]; ok && d.by == p.Person && p.Status == PassIsAbandoned {
			add(DutyOwn, d.by, string(p.ID), true)
		}
	}
	for _, held := range [...][]Held{v.Held, v.Accepted} {
		for i := range held {
			h := &held[i]
			who := by[h.Pass]
			if h.event != nil {
				who = cmp.Or(who, h.event.Person)
			}
			if r, ok := f.released[h.Key]; ok && r.by == who && h.SetAside+h.Accepted != "" {
				add(DutyOwn, who, h.Key, true)
			}
		}
	}
	for i := range v.Unknown {
		u := &v.Unknown[i]
		if r := f.resolved[u.Code]; u.SetAside != "" && slices.ContainsFunc(u.Passes, func(id stocktake.PassID) bool { return by[id] == r.by }) {
			add(DutyOwn, r.by, u.Code, true)
		}
	}
	for i := range v.Resolved {
		if r := &v.Resolved[i]; slices.ContainsFunc(walked[r.Person], func(p *Pass) bool { return f.scanned(p, r.Code) }) {
			add(DutyOwn, r.Person, r.Code, true)
		}
	}
	for i := range v.Locations {
		l := &v.Locations[i]
		if r := f.leftOut[l.Location]; l.SetAside != "" && slices.ContainsFunc(walked[r.by], func(p *Pass) bool { return p.Section == l.Section }) {
			add(DutyAside, r.by, string(l.Location), true)
		}
	}
	for _, w := range f.writtenOff {
		if slices.ContainsFunc(walked[w.by], func(p *Pass) bool { return p.Device == w.word.Device }) {
			add(DutyOwn, w.by, string(w.word.Device), true)
		}
	}
	for i := range v.Disputes {
		d := &v.Disputes[i]
		if c, ok := f.choices[place{d.Location, d.Item}]; ok && slices.ContainsFunc(d.Competitors, func(x Competitor) bool { return slices.Contains(x.Persons, c.by) }) {
			list = append(list, ruling{rule: DutySide, person: c.by, line: lineKey{d.Section, d.Item}})
		}
	}
	for i := range v.Signatories {
		for _, d := range v.Signatories[i].Decisions {
			if d.Verdict == LeaveUnsigned && d.Standing && len(walked[d.Person]) > 0 {
				add(DutyAside, d.Person, string(v.Signatories[i].Person), true)
			}
		}
	}
	return list
}

// scanned reports whether a walk recorded anything under a code.
func (f *Fold) scanned(p *Pass, code string) bool {
	return slices.ContainsFunc(p.facts.observed, func(o observedFact) bool { return f.texts[o.code] == code })
}

// Counted reports whether somebody counted anything in the session, but to test: what they saw stands, or a pass that they closed answers for
// something. One that was opened by mistake, and left or given up with nothing seen, is no count.
func (v *View) Counted(who stocktake.PersonID) bool {
	return slices.ContainsFunc(v.Passes, func(p *Pass) bool {
		return p.Person == who && !p.Test && (p.Observations > 0 || p.counts() || p.Status == PassHasGap)
	})
}

// DutyConflicts lists who did what two people should have, by rule and person. It is read from the facts: whatever order they came in. That a
// section's custodian counted it is not among them, for custodians have names here and no accounts.
func (v *View) DutyConflicts() []DutyConflict {
	d := duties{view: v, found: map[dutyKey]*dutyFound{}}
	for _, r := range v.rulings {
		d.about(r.rule, r.person, r.stands, r.about)
		if r.line != (lineKey{}) {
			d.line(r.rule, r.person, r.stands, r.line)
		}
	}
	deciders := d.lines()
	d.signatories(deciders)
	if v.sealer != "" && v.Counted(v.sealer) {
		d.about(DutySealer, v.sealer, true, "")
	}
	return d.list()
}

type dutyKey struct {
	rule   string
	person stocktake.PersonID
	stands bool
}

type dutyFound struct {
	lines map[lineKey]bool
	about map[string]bool
}

// duties gathers conflicts.
type duties struct {
	view  *View
	found map[dutyKey]*dutyFound
}

func (d *duties) at(rule string, who stocktake.PersonID, stands bool) *dutyFound {
	k := dutyKey{rule, who, stands}
	if d.found[k] == nil {
		d.found[k] = &dutyFound{map[lineKey]bool{}, map[string]bool{}}
	}
	return d.found[k]
}

func (d *duties) line(rule string, who stocktake.PersonID, stands bool, k lineKey) {
	d.at(rule, who, stands).lines[k] = true
}

// about notes what a conflict is about; nothing more than that there is one where that is empty.
func (d *duties) about(rule string, who stocktake.PersonID, stands bool, about string) {
	if x := d.at(rule, who, stands); about != "" {
		x.about[about] = true
	}
}

// lines looks at who decided, recounted, tested and settled each line, and gives the lines by who decided on or settled them.
func (d *duties) lines() map[stocktake.PersonID][]lineKey {
	h, deciders := d.view.history, map[stocktake.PersonID][]lineKey{}
	for _, l := range d.view.Lines {
		if len(l.Decisions)+len(l.Duty)+len(l.Settlers)+len(l.Tests) == 0 {
			continue
		}
		k := lineKey{l.Section, l.Item}
		for i := range l.Decisions {
			x := &l.Decisions[i]
			deciders[x.Person] = append(deciders[x.Person], k)
			switch {
			case h.didCount(k, x.Person):
				d.line(DutyApprover, x.Person, false, k)
			case slices.Contains(l.Settlers, x.Person):
				d.line(DutySettled, x.Person, false, k)
			}
		}
		for _, who := range l.Settlers {
			deciders[who] = append(deciders[who], k)
			if h.didCount(k, who) {
				d.line(DutySettler, who, true, k)
			}
		}
		for _, who := range l.Duty {
			d.line(DutyRecounter, who, false, k)
		}
		for i := range l.Tests {
			for _, who := range l.Tests[i].Persons {
				if _, counted := h.began(k, who); counted { // a test of before they did holds
					d.line(DutyTester, who, l.Tests[i].Void == "", k)
				}
			}
		}
	}
	return deciders
}

// signatories looks at what those have done who are to sign.
func (d *duties) signatories(deciders map[stocktake.PersonID][]lineKey) {
	approves := slices.ContainsFunc(d.view.Plan.Tiers, func(t Tier) bool { return t.Role == stocktake.CommitteeMember })
	for i := range d.view.Signatories {
		s := &d.view.Signatories[i]
		if d.view.Counted(s.Person) {
			d.about(DutySigner, s.Person, !d.view.asksSignatures(), "")
		}
		if s.Capacity == AsWitness && slices.Contains(d.view.Plan.Committee, s.Person) {
			d.about(DutyBoth, s.Person, true, "")
		}
		if s.Capacity == AsCommittee && approves {
			continue // the society's policy has the committee approve
		}
		for _, k := range deciders[s.Person] {
			d.line(DutySigned, s.Person, true, k)
		}
	}
}

func (d *duties) list() []DutyConflict {
	list := make([]DutyConflict, 0, len(d.found))
	for k, x := range d.found {
		c := DutyConflict{Rule: k.rule, Person: k.person, Stands: k.stands, Roles: d.roles(k.person), About: slices.Sorted(maps.Keys(x.about))}
		for line := range x.lines {
			c.Lines = append(c.Lines, LineRef{Section: line.section, Item: line.item})
		}
		slices.SortFunc(c.Lines, func(a, b LineRef) int { return cmp.Or(cmp.Compare(a.Section, b.Section), cmp.Compare(a.Item, b.Item)) })
		list = append(list, c)
	}
	rules := DutyRules()
	slices.SortFunc(list, func(a, b DutyConflict) int {
		return cmp.Or(cmp.Compare(slices.Index(rules, a.Rule), slices.Index(rules, b.Rule)), cmp.Compare(a.Person, b.Person), truth(a.Stands)-truth(b.Stands))
	})
	return list
}

// roles are those that somebody held when they decided, and those of what they opened or are to sign.
func (d *duties) roles(who stocktake.PersonID) []stocktake.Role {
	list := slices.Clone(d.view.acted[who])
	if slices.ContainsFunc(d.view.Passes, func(p *Pass) bool { return p.Person == who }) {
		list = append(list, stocktake.Counter)
	}
	for i := range d.view.Signatories {
		if s := &d.view.Signatories[i]; s.Person == who {
			list = append(list, map[Capacity]stocktake.Role{AsCommittee: stocktake.CommitteeMember, AsWitness: stocktake.Witness}[s.Capacity])
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

// sealedBy is the view as it is once somebody has sealed it: what the result says of who did what.
func (v *View) sealedBy(by stocktake.Person) *View {
	sealed := *v
	sealed.sealer = by.ID
	sealed.acted = maps.Clone(v.acted)
	sealed.acted[by.ID] = mergeRoles(sealed.acted[by.ID], by.Roles)
	return &sealed
}

// mergeRoles gives a sorted list of all, and changes neither.
func mergeRoles(a, b []stocktake.Role) []stocktake.Role {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

// Reasons of duty besides those beside what they refuse.
var (
	SignerCounted = stocktake.NewReason(stocktake.Forbidden, "signer-counted",
		"You counted in this session and cannot sign what was counted: a manager sets your signature aside with a reason, and the record says so.",
		"شاركت في العد في هذه الجلسة فلا يجوز لك توقيع ما عُدّ: ينحّي أحد المديرين توقيعك مع ذكر السبب، ويظهر ذلك في المحضر.")
	BothCapacities = stocktake.NewReason(stocktake.Invalid, "both-capacities",
		"%s is named as a committee member and as the witness: name different people.",
		"ورد اسم %s عضوًا في لجنة الجرد وشاهدًا على الجرد معًا: سمِّ شخصين مختلفين.")
	SignerTask = stocktake.NewReason(stocktake.Forbidden, "signer-task",
		"%s is to sign this session and counts nothing in it but tests: give the task to somebody else.",
		"سيوقّع %s على هذه الجلسة فلا يعدّ فيها إلا عدًّا اختباريًا: أسند المهمة إلى شخص آخر.")
)
