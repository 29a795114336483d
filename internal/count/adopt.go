package count

import (
	"cmp"
	"slices"
	"time"

	"jard/internal/reconcile"
	"jard/internal/stocktake"
)

// spot is one location with everything that was walked and asked for there.
type spot struct {
	location stocktake.Location
	inScope  bool
	passes   []*Pass // all, as groups put them in order
	groups   []*group
	tasks    []*TaskState
	tests    []*group     // walks that test the others
	asked    []*TaskState // what they were to test
	rounds   int
	order    int    // in the site's plan
	digest   Digest // of what came from there
	state    LocationState
	aside    string // the reason for which it was set aside, where that holds
	lapsed   string // … where it does not any more
	simple   *group // the only walk there, complete, whole and of round 1, with nothing else asked for; else nil
	second   *group // where every location is counted twice, the earlier of the two that were
}

// Adopted is what the fold takes to be true of one item at one location.
type Adopted struct {
	Location stocktake.LocationID `json:"location"`
	Round    int                  `json:"round"`
	Passes   []stocktake.PassID   `json:"passes"`
	Quantity stocktake.Quantity   `json:"quantity"`
	Cells    []Cell               `json:"cells,omitempty"`
	Interval reconcile.Interval   `json:"interval"`
	Chosen   bool                 `json:"chosen,omitempty"` // a supervisor settled a dispute
	ChosenBy stocktake.PersonID   `json:"chosen_by,omitempty"`

	met bool // one of the walks found it, or looked for it and said zero
}

// finding is the outcome of adoption for one item at one location.
type finding struct {
	adopted    *Adopted
	dispute    *Dispute
	settled    *Settled
	uncovered  bool // somebody still has to count here, or to close
	recounting bool // a recount was ordered here and is not in yet
	duty       []stocktake.PersonID
	groups     []*group // that were adopted
}

// Dispute is two or more finished walks that differ over an item at a location.
type Dispute struct {
	Location    stocktake.LocationID `json:"location"`
	Section     stocktake.SectionID  `json:"section"`
	Item        stocktake.ItemID     `json:"item"`
	Round       int                  `json:"round"`
	Competitors []Competitor         `json:"competitors"`
	Digest      Digest               `json:"digest"`
}

// Settled is a dispute in which somebody chose a side. It can be chosen anew, or the choice taken back.
type Settled struct {
	Dispute
	Chosen stocktake.PassID   `json:"chosen"`
	Person stocktake.PersonID `json:"person"`
	At     time.Time          `json:"at"`
	Reason string             `json:"reason"`
}

// Competitor is one side of a dispute. Pass names it when it is chosen.
type Competitor struct {
	Pass     stocktake.PassID     `json:"pass"`
	Passes   []stocktake.PassID   `json:"passes"`
	Persons  []stocktake.PersonID `json:"persons"`
	Quantity stocktake.Quantity   `json:"quantity"`
	Cells    []Cell               `json:"cells,omitempty"`
	Find     bool                 `json:"find,omitempty"`  // met by somebody who was not asked for it
	Unmet    bool                 `json:"unmet,omitempty"` // walked all of it and never mentioned the item, which counts as none there
}

// rival is a candidate for adoption: a walk, or all walks of a shared location together.
type rival struct {
	groups []*group
	cells  []Cell
	find   bool
}

// adopt decides what is true of an item at a spot. Rounds are tried from the last: the latest round whose walks cover
// the item and are finished replaces the earlier ones for it.
func (f *Fold) adopt(r *row, at int32, s *spot, item stocktake.ItemID, history *history) finding {
	var out finding
	var rivals []rival
	round := 0
	for n := s.rounds; n >= 1 && round == 0; n-- {
		covering, pending := f.covering(s, item, n, history, &out)
		if pending {
			if n > 1 {
				out.recounting = true
			} else {
				out.uncovered = true
			}
		}
		if len(covering) == 0 {
			continue
		}
		round = n
		if s.location.Shared {
			rivals = append(rivals, together(covering, item))
			continue
		}
		for _, g := range covering {
			rivals = append(rivals, rival{groups: []*group{g}, cells: g.cells(item)})
		}
	}
	if round == 0 {
		out.uncovered = true
	}
	for _, g := range s.groups {
		// An undirected find competes with what covers the item in its own round or an earlier one; it never adds.
		if g.complete && g.round >= round && !g.covers(item) && g.met(item) && !history.barred(g, s, item) {
			rivals = append(rivals, rival{groups: []*group{g}, cells: g.cells(item), find: true})
			round = max(round, g.round)
		}
	}
	if len(rivals) == 0 {
		return out
	}
	f.settleRivals(r, at, s, item, round, rivals, &out)
	return out
}

// covering gives the finished walks of a round that answer for the item, and whether any is still awaited.
func (f *Fold) covering(s *spot, item stocktake.ItemID, round int, history *history, out *finding) (list []*group, pending bool) {
	barred := false
	for _, g := range s.groups {
		switch {
		case g.round != round || !g.covers(item):
		case g.dead: // as if nobody had walked
		case !g.complete:
			pending = true
		case history.barred(g, s, item):
			out.duty = append(out.duty, history.offenders(g, s, item)...)
			barred = true
		default:
			list = append(list, g)
		}
	}
	for _, t := range s.tasks {
		if t.Round == round && !t.done && t.asks(item) {
			pending = true
		}
	}
	if round == 1 && f.twice(s) && !paired(list) {
		pending = true // one count by itself covers nothing
	}
	// A barred recount leaves its round open until somebody else answers. An abandoned walk that nobody continued does not:
	// what asks for a later round is its task, and that can be withdrawn; the first is open while nobody answers.
	return list, pending || (barred && len(list) == 0)
}

// together adds up the walks of a shared location.
func together(groups []*group, item stocktake.ItemID) rival {
	all := rival{groups: groups}
	for _, g := range groups {
		all.cells = addCells(all.cells, g.cells(item))
	}
	return all
}

// settleRivals adopts the latest of rivals that agree once what may have moved between them is allowed for, else the one that a supervisor chose, else leaves a dispute.
func (f *Fold) settleRivals(r *row, at int32, s *spot, item stocktake.ItemID, round int, rivals []rival, out *finding) {
	latest := 0
	agree := true
	for n := range rivals {
		for o := range n {
			agree = agree && f.agree(r, at, item, &rivals[o], &rivals[n])
		}
		if rivals[n].later(&rivals[latest], item) {
			latest = n
		}
	}
	if agree {
		out.adopted, out.groups = rivals[latest].adopt(s, item), rivals[latest].groups
		return
	}
	d := &Dispute{Location: s.location.ID, Section: s.location.Section, Item: item, Round: round}
	for n := range rivals {
		d.Competitors = append(d.Competitors, rivals[n].competitor(item))
	}
	slices.SortFunc(d.Competitors, func(a, b Competitor) int { return cmp.Compare(a.Pass, b.Pass) })
	d.Digest = d.digest()
	if c, ok := f.choices[place{s.location.ID, item}]; ok && c.word.Digest == d.Digest {
		for n := range rivals {
			// Nobody settles a dispute that they are a side of.
			if rivals[n].groups[0].lead().ID == c.word.Pass && !slices.ContainsFunc(rivals, func(r rival) bool { return r.person(c.by) }) {
				out.adopted, out.groups = rivals[n].adopt(s, item), rivals[n].groups
				out.adopted.Chosen, out.adopted.ChosenBy = true, c.by
				out.settled = &Settled{*d, c.word.Pass, c.by, c.at, c.word.Reason}
				return
			}
		}
	}
	out.dispute = d
}

func (r *rival) person(who stocktake.PersonID) bool {
	return slices.ContainsFunc(r.groups, func(g *group) bool { return g.person(who) })
}

func (r *rival) interval(item stocktake.ItemID) reconcile.Interval {
	span := r.groups[0].interval(item)
	for _, g := range r.groups[1:] {
		i := g.interval(item)
		if i.Start.Before(span.Start) {
			span.Start = i.Start
		}
		if i.End.After(span.End) {
			span.End = i.End
		}
	}
	return span
}

func (r *rival) later(o *rival, item stocktake.ItemID) bool {
	return cmp.Or(r.interval(item).End.Compare(o.interval(item).End), cmp.Compare(r.groups[0].lead().ID, o.groups[0].lead().ID)) > 0
}

func (r *rival) passes() []stocktake.PassID {
	if len(r.groups) == 1 {
		return slices.Clip(r.groups[0].ids)
	}
	var ids []stocktake.PassID
	for _, g := range r.groups {
		ids = append(ids, g.ids...)
	}
	return ids
}

func (r *rival) adopt(s *spot, item stocktake.ItemID) *Adopted {
	return &Adopted{
		Location: s.location.ID, Round: r.groups[0].round, Passes: r.passes(), Quantity: total(r.cells),
		Cells: r.cells, Interval: r.interval(item),
		met: slices.ContainsFunc(r.groups, func(g *group) bool { return g.met(item) }),
	}
}

// adopt takes a group to be true of an item that it met, where nothing else is to be considered.
func (g *group) adopt(s *spot, item stocktake.ItemID) *Adopted {
	cells := g.cells(item)
	return &Adopted{
		Location: s.location.ID, Round: g.round, Passes: slices.Clip(g.ids), Quantity: total(cells), Cells: cells,
		Interval: g.interval(item), met: true,
	}
}

func (r *rival) competitor(item stocktake.ItemID) Competitor {
	c := Competitor{Pass: r.groups[0].lead().ID, Passes: r.passes(), Quantity: total(r.cells), Cells: r.cells, Find: r.find}
	c.Unmet = !slices.ContainsFunc(r.groups, func(g *group) bool { return g.met(item) })
	for _, g := range r.groups {
		for _, p := range g.passes {
			if !slices.Contains(c.Persons, p.Person) {
				c.Persons = append(c.Persons, p.Person)
			}
		}
	}
	return c
}

func (d *Dispute) digest() Digest {
	h := newDigester("dispute").text(string(d.Location)).text(string(d.Item)).number(int64(d.Round))
	for _, c := range d.Competitors {
		h = h.number(int64(len(c.Passes)))
		for _, p := range c.Passes {
			h = h.text(string(p))
		}
		h = h.cells(c.Cells)
	}
	return h.sum()
}
