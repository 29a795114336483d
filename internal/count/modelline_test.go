package count_test

import (
	"fmt"
	"slices"
	"strings"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// mline is the model's line.
type mline struct {
	section     stocktake.SectionID
	item        stocktake.ItemID
	status      count.LineStatus
	counted     stocktake.Quantity
	variance    bool
	cells       string
	adopted     []string
	provisional []string
	rounds      string
	counters    []stocktake.PersonID // who may not approve
	settlers    []stocktake.PersonID // nor may these
	cost        stocktake.Cost
	decisions   []string
	restZero    bool
	shown       string
}

func (l *mline) String() string {
	return fmt.Sprintf("%s/%s %s counted=%d variance=%v cells=%s adopted=%v provisional=%v rounds=%s counters=%v rest=%v decisions=%v",
		l.section, l.item, l.status, l.counted, l.variance, l.cells, l.adopted, l.provisional, l.rounds, l.counters, l.restZero, l.decisions)
}

type side struct {
	groups []*mgroup
	cells  map[string]stocktake.Quantity
}

// lead is the pass that names the side: the first of its first group.
func (s side) lead() stocktake.PassID { return s.groups[0].passes[0].id }

func (s side) passes() []string {
	var ids []string
	for _, g := range s.groups {
		for _, p := range g.passes {
			ids = append(ids, string(p.id))
		}
	}
	slices.Sort(ids)
	return ids
}

func makeSide(item stocktake.ItemID, groups ...*mgroup) side {
	s := side{groups, map[string]stocktake.Quantity{}}
	for _, g := range groups {
		for _, p := range g.passes {
			for _, f := range p.finds {
				if f.item == item && f.code == "" && f.quantity != 0 {
					s.cells[f.cell] += f.quantity
				}
			}
		}
	}
	return s
}

func sortedMap(m map[string]stocktake.Quantity) string {
	var list []string
	for k, v := range m {
		list = append(list, fmt.Sprint(k, "=", int64(v)))
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

// barred: one of the recount's persons met the item in the section in an earlier round, or walked this location then in
// a group that covers it.
func (a *answer) barred(g *mgroup, item stocktake.ItemID) bool {
	if g.round == 1 {
		return false
	}
	for _, p := range a.passes {
		if p.location.Section == g.location.Section && p.open.Round < g.round && p.met(item) && g.has(p.open.Person) {
			return true
		}
	}
	for _, before := range a.groups {
		if before.location == g.location && before.round < g.round && before.covers(item) {
			for _, p := range before.passes {
				if g.has(p.open.Person) {
					return true
				}
			}
		}
	}
	return false
}

// outcome is what is adopted of an item at a location.
type outcome struct {
	side                            *side
	round                           int
	met, chosen                     bool
	disputed, uncovered, recounting bool
	sides                           string
	by                              stocktake.PersonID // who chose
	leads                           []stocktake.PassID
	persons                         []stocktake.PersonID
}

// twoPeople: one of the walks was made by others than another.
func twoPeople(list []*mgroup) bool {
	for _, a := range list {
		for _, b := range list {
			common := false
			for _, p := range persons {
				common = common || a.has(p) && b.has(p)
			}
			if !common {
				return true
			}
		}
	}
	return false
}

// adopt follows Adoption, sentence by sentence.
func (a *answer) adopt(at *stocktake.Location, item stocktake.ItemID) outcome {
	var out outcome
	var sides []side
	tasks := a.tasks()
	for r := a.rounds; r >= 1 && out.round == 0; r-- {
		var candidates []*mgroup
		open, dead, refused := false, false, false
		for _, g := range a.groups {
			if g.location != at || g.round != r || !g.covers(item) {
				continue
			}
			switch {
			case g.dead:
				dead = true
			case !g.complete:
				open = true
			case a.barred(g, item):
				refused = true
			default:
				candidates = append(candidates, g)
			}
		}
		for _, t := range tasks {
			if t.Location == at.ID && t.Round == r && !t.withdrawn && !t.done && (len(t.Items) == 0 || slices.Contains(t.Items, item)) {
				open = true
			}
		}
		if len(candidates) == 0 {
			open = open || refused || (dead && r == 1)
		}
		if r == 1 && a.plan().Double && !at.Shared && !twoPeople(candidates) {
			open = true
		}
		if open && r == 1 {
			out.uncovered = true
		} else if open {
			out.recounting = true
		}
		if len(candidates) == 0 {
			continue
		}
		out.round = r
		if at.Shared {
			sides = append(sides, makeSide(item, candidates...))
			continue
		}
		for _, g := range candidates {
			sides = append(sides, makeSide(item, g))
		}
	}
	out.uncovered = out.uncovered || out.round == 0
	floor := out.round
	for _, g := range a.groups {
		if g.location == at && g.complete && g.round >= floor && !g.covers(item) && g.met(item) && !a.barred(g, item) {
			sides = append(sides, makeSide(item, g))
			out.round = max(out.round, g.round)
		}
	}
	if len(sides) == 0 {
		return out
	}
	a.settle(at, item, sides, &out)
	return out
}

// settle adopts where sides agree or a supervisor chose.
func (a *answer) settle(at *stocktake.Location, item stocktake.ItemID, sides []side, out *outcome) {
	slices.SortFunc(sides, func(x, y side) int { return strings.Compare(string(x.lead()), string(y.lead())) })
	latest := int64(-1)
	agree := true
	var texts []string
	for i := range sides {
		agree = agree && sortedMap(sides[i].cells) == sortedMap(sides[0].cells)
		texts = append(texts, fmt.Sprint(sides[i].passes(), sortedMap(sides[i].cells)))
		out.leads = append(out.leads, sides[i].lead())
		end := int64(0)
		for _, g := range sides[i].groups {
			_, e := g.span(item)
			end = max(end, e)
			for _, p := range g.passes {
				out.persons = append(out.persons, p.open.Person)
			}
		}
		if end >= latest { // sides stand by id: of equal ends the greater
			latest = end
			out.side = &sides[i]
		}
	}
	out.sides = fmt.Sprint(at.ID, item, out.round, texts)
	if agree {
		for _, g := range out.side.groups {
			out.met = out.met || g.met(item)
		}
		return
	}
	out.side, out.disputed = nil, true
	var choice *said[count.Choice]
	for _, c := range bodies[count.Choice](a, count.DisputeChosen) {
		if c.body.Location == at.ID && c.body.Item == item {
			if choice = &c; c.body.TakeBack {
				choice = nil
			}
		}
	}
	if choice == nil || slices.Contains(out.persons, choice.entry.Author.Person) {
		return
	}
	if !a.unchanged(choice.offset, func(b *answer) string { return b.showSides(at.ID, item) }, out.sides) {
		return
	}
	for i := range sides {
		if sides[i].lead() == choice.body.Pass {
			out.side, out.disputed, out.chosen, out.met, out.by = &sides[i], false, true, true, choice.entry.Author.Person
		}
	}
}

func (a *answer) showSides(at stocktake.LocationID, item stocktake.ItemID) string {
	if l := a.location(at); l != nil {
		return a.adopt(l, item).sides
	}
	return ""
}

// inScope: the whole site, or sections and single locations.
func inScope(p count.Plan, l *stocktake.Location) bool {
	return len(p.Scope.Sections)+len(p.Scope.Locations) == 0 || slices.Contains(p.Scope.Sections, l.Section) || slices.Contains(p.Scope.Locations, l.ID)
}

// doubt says which sections' figures may still change, and why.
func (a *answer) doubt() {
	a.uncertain = map[stocktake.SectionID]map[string]bool{}
	mark := func(where stocktake.SectionID, why string) {
		for _, s := range a.m.material.Site.Sections {
			if where == "" || where == s.ID {
				if a.uncertain[s.ID] == nil {
					a.uncertain[s.ID] = map[string]bool{}
				}
				a.uncertain[s.ID][why] = true
			}
		}
	}
	for _, h := range a.held {
		if h.aside == "" {
			where := stocktake.SectionID("")
			if l := a.location(h.location); l != nil {
				where = l.Section
			}
			mark(where, count.BlockHeld)
		}
	}
	for _, p := range a.passes {
		for _, f := range p.finds {
			if f.code != "" && a.aside[f.code] == "" && p.status != count.PassIsSuperseded {
				mark(p.location.Section, count.BlockUnknown)
			}
		}
		if p.status == count.PassHasGap {
			mark(p.location.Section, count.BlockGap)
		}
	}
}

func (a *answer) foldLines() {
	p := a.plan()
	for _, s := range a.m.material.Site.Sections {
		var here []*stocktake.Location
		full, some, aside := true, false, false
		for i := range a.m.material.Site.Locations {
			if l := &a.m.material.Site.Locations[i]; l.Section == s.ID {
				here = append(here, l)
				full = full && inScope(p, l)
				some = some || inScope(p, l)
				if word, holds := a.leftOut(p, l); word != "" && holds {
					aside = true
				}
			}
		}
		if len(here) == 0 { // nowhere to look, but books that somebody answers for
			some = len(p.Scope.Sections)+len(p.Scope.Locations) == 0 || slices.Contains(p.Scope.Sections, s.ID)
		}
		var items []stocktake.ItemID
		for _, m := range a.passes {
			for _, f := range m.finds {
				if m.location.Section == s.ID && f.code == "" && !slices.Contains(items, f.item) {
					items = append(items, f.item)
				}
			}
		}
		for _, b := range a.m.material.Snapshot.Lines {
			wanted := len(p.Scope.Items) == 0 || slices.Contains(p.Scope.Items, b.Item)
			if b.Section == s.ID && b.Quantity != 0 && wanted && some && !slices.Contains(items, b.Item) {
				items = append(items, b.Item)
			}
		}
		slices.Sort(items)
		for _, item := range items {
			wanted := len(p.Scope.Items) == 0 || slices.Contains(p.Scope.Items, item)
			a.lines = append(a.lines, a.foldLine(p, s.ID, item, here, full && wanted && !aside, aside))
		}
	}
	slices.SortFunc(a.lines, func(x, y *mline) int {
		return strings.Compare(string(x.section)+"\x00"+string(x.item), string(y.section)+"\x00"+string(y.item))
	})
}

func (a *answer) foldLine(p count.Plan, section stocktake.SectionID, item stocktake.ItemID, here []*stocktake.Location, full, aside bool) *mline {
	l := &mline{section: section, item: item}
	for why := range a.uncertain[section] {
		l.provisional = append(l.provisional, why)
	}
	slices.Sort(l.provisional)
	var book stocktake.BookLine
	for _, b := range a.m.material.Snapshot.Lines {
		if b.Section == section && b.Item == item {
			book = b
		}
	}
	l.counters = a.counters(section, item)
	met := false
	for _, x := range a.passes {
		met = met || (x.location.Section == section && x.met(item))
	}
	for _, r := range bodies[count.Rest](a, count.RestZero) {
		for _, ref := range r.body.Lines {
			if ref.Section == section && ref.Item == item {
				// The books never change in a session, so a right digest stays right.
				_, looked := a.m.seen[r.offset]
				l.restZero, l.settlers = looked && !met && !aside && !r.body.TakeBack, nil
				if l.restZero {
					l.settlers = []stocktake.PersonID{r.entry.Author.Person}
				}
			}
		}
	}
	if !met && !l.restZero {
		l.status, l.shown = count.LineNotCounted, "books"
		a.weigh(p, l, 0)
		return l
	}
	cells := map[string]stocktake.Quantity{}
	var uncovered, recounting, disputed bool
	for _, at := range here {
		o := a.adopt(at, item)
		uncovered = uncovered || (o.uncovered && inScope(p, at))
		recounting = recounting || o.recounting
		disputed = disputed || o.disputed
		if o.disputed {
			l.shown += "dispute " + o.sides
			a.disputes = append(a.disputes, fmt.Sprint(at.ID, " ", item, " ", o.leads))
		}
		if o.side == nil || !o.met {
			continue
		}
		var sum stocktake.Quantity
		for c, q := range o.side.cells {
			cells[c] += q
			sum += q
		}
		if o.chosen {
			l.settlers = append(l.settlers, o.by)
		}
		l.counted += sum
		l.adopted = append(l.adopted, fmt.Sprint(at.ID, " ", o.side.groups[0].round, " ", o.side.passes(), " ", int64(sum), " ", sortedMap(o.side.cells), " ", o.chosen))
	}
	l.cells, l.rounds = sortedMap(cells), a.roundsOf(here, item)
	difference := l.counted - book.Quantity
	switch {
	case disputed && !recounting:
		l.status = count.LineDisputed
	case !full:
		l.status = count.LinePartial
	case recounting:
		l.status = count.LineRecounting
	case uncovered:
		l.status = count.LineCounting
	default:
		l.variance = true
		l.status = count.LineOutside
		if difference == 0 { // the random sessions have a tolerance of none
			l.status = count.LineWithin
		}
	}
	// That a figure was chosen is not a part of the figure.
	l.shown += strings.ReplaceAll(fmt.Sprint(l.status, l.adopted, l.counted, l.variance), " true", " false")
	l.cost = book.Cost
	value := int64(difference.Abs()) * int64(book.Cost) / 1_000_000
	a.weigh(p, l, stocktake.Fils(value))
	return l
}

// counters: whoever met the item in the section, walked any location of it whole, or had a task for the item.
func (a *answer) counters(section stocktake.SectionID, item stocktake.ItemID) []stocktake.PersonID {
	list := []stocktake.PersonID{}
	for _, p := range a.passes {
		if p.location.Section != section {
			continue
		}
		counted := p.met(item) || (p.open.Assignment == "" && p.open.Round == 1)
		if t := a.task(p.open.Assignment); t != nil {
			counted = counted || len(t.Items) == 0 || slices.Contains(t.Items, item)
		}
		if counted && !slices.Contains(list, p.open.Person) {
			list = append(list, p.open.Person)
		}
	}
	slices.Sort(list)
	return list
}

// roundsOf is what the finished walks of each round found: added over locations and within a shared one, the greatest
// elsewhere.
func (a *answer) roundsOf(here []*stocktake.Location, item stocktake.ItemID) string {
	var list []string
	for r := 1; r <= a.rounds; r++ {
		total, any := stocktake.Quantity(0), false
		for _, at := range here {
			best := stocktake.Quantity(0)
			for _, g := range a.groups {
				if g.location != at || g.round != r || !g.complete || !g.met(item) {
					continue
				}
				any = true
				var q stocktake.Quantity
				for _, p := range g.passes {
					for _, f := range p.finds {
						if f.item == item && f.code == "" {
							q += f.quantity
						}
					}
				}
				if at.Shared {
					best += q
				} else {
					best = max(best, q)
				}
			}
			total += best
		}
		if any {
			list = append(list, fmt.Sprint(r, ":", int64(total)))
		}
	}
	return strings.Join(list, " ")
}

func (a *answer) showLine(section stocktake.SectionID, item stocktake.ItemID) string {
	for _, l := range a.lines {
		if l.section == section && l.item == item {
			return l.shown
		}
	}
	return "none"
}

// weigh says which decision on the line stands, and why others do not.
func (a *answer) weigh(p count.Plan, l *mline, value stocktake.Fils) {
	standing := -1
	verdict := count.Verdict("")
	decidable := l.status == count.LineWithin || l.status == count.LineOutside
	for _, v := range bodies[count.LinesVerdict](a, count.LinesDecided) {
		for _, ref := range v.body.Lines {
			if ref.Section != l.section || ref.Item != l.item {
				continue
			}
			by := v.entry.Author
			reach := false
			for _, tier := range p.Tiers {
				reach = reach || (slices.Contains(by.Roles, tier.Role) && (tier.UpTo == nil || value <= *tier.UpTo))
			}
			beyond := count.ApproverTier.Key
			if l.cost == 0 && l.status == count.LineOutside { // only the tier without a limit; every random plan has one
				beyond, reach = count.ApproverCost.Key, slices.Contains(by.Roles, stocktake.Manager)
			}
			say := "stands"
			switch {
			case !a.unchanged(v.offset, func(b *answer) string { return b.showLine(l.section, l.item) }, l.shown):
				say = "lapsed"
			case !decidable:
				say = count.NotDecidable.Key
			case slices.Contains(l.counters, by.Person):
				say = count.ApproverCounted.Key
			case slices.Contains(l.settlers, by.Person):
				say = count.ApproverSettled.Key
			case v.body.Verdict == count.Approve && !reach:
				say = beyond
			case v.body.Verdict == count.Approve && len(l.provisional) > 0 && v.body.Reason == "":
				say = count.ReasonNeeded.Key
			default:
				if standing >= 0 {
					l.decisions[standing] = strings.Replace(l.decisions[standing], "stands", "valid", 1)
				}
				standing, verdict = len(l.decisions), v.body.Verdict
			}
			l.decisions = append(l.decisions, fmt.Sprint(by.Person, " ", v.body.Verdict, " ", say))
		}
	}
	switch verdict {
	case count.Approve:
		l.status = count.LineApproved
	case count.Reject:
		l.status = count.LineRejected
	case count.Return:
		l.status = count.LineReturned
	}
}
