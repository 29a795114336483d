package count_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// model says the rules of DESIGN.md again, in the plainest way: from a log's entries, with loops over loops, nothing
// kept from one question to the next but whole answers. It shares no code with the fold.
//
// Of digests it knows only what they stand for: seen says, by the offset of a decision, up to which entry its author
// had looked. A decision binds as long as what was shown then is what is shown now.
type model struct {
	entries  []count.Entry
	material *count.Material
	seen     map[uint64]int
	targets  map[uint64]target // what the decisions on held events speak of
	answers  map[int]*answer
}

// target is a held event: its bytes, and with which others it was in conflict; none if it was held for another reason.
type target struct {
	body string
	set  string
}

// answer is the state as of a number of entries.
type answer struct {
	m         *model
	n         int
	rounds    int
	docs      []*doc
	held      []heldDoc
	accepted  []heldDoc
	passes    []*mpass
	moves     []string
	groups    []*mgroup
	unknown   map[string]stocktake.Quantity
	moved     map[string]stocktake.Quantity // unknown code → what moves carried under it
	aside     map[string]string             // unknown code → reason
	uncertain map[stocktake.SectionID]map[string]bool
	disputes  []string
	lines     []*mline
}

// doc is one event by its bytes, however often and wherever from it came.
type doc struct {
	body    string
	event   *count.Event
	kind    count.Kind
	trusted map[stocktake.DeviceID]bool
	kept    map[stocktake.DeviceID]bool // brought it to the quarantine
	reason  string
}

type heldDoc struct {
	body, reason, set string
	pass              stocktake.PassID
	location          stocktake.LocationID
	aside             string
	readable          bool
	winner            bool // it was let count
}

func (h heldDoc) String() string {
	return fmt.Sprintf("%s pass=%s location=%s aside=%q readable=%v %s", h.reason, h.pass, h.location, h.aside, h.readable, short(h.body))
}

func short(body string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(body)))[:12] }

func (m *model) at(n int) *answer {
	if m.answers == nil {
		m.answers = map[int]*answer{}
	}
	if a := m.answers[n]; a != nil {
		return a
	}
	a := &answer{m: m, n: n, rounds: 1}
	m.answers[n] = a
	for _, r := range bodies[count.Recount](a, count.RecountOrdered) {
		a.rounds = max(a.rounds, r.body.Round)
	}
	a.collect()
	a.placePasses()
	a.placeMoves()
	a.judgePasses()
	a.gather()
	a.doubt()
	a.foldLines()
	return a
}

type said[T any] struct {
	offset uint64
	entry  count.Entry
	body   T
}

// bodies lists the decisions of a kind, oldest first.
func bodies[T any](a *answer, kind count.Kind) []said[T] {
	var list []said[T]
	for i, e := range a.m.entries[:a.n] {
		if e.Kind == kind {
			s := said[T]{offset: uint64(i + 1), entry: e}
			if err := json.Unmarshal(e.Body, &s.body); err != nil {
				panic(err)
			}
			list = append(list, s)
		}
	}
	return list
}

func (a *answer) plan() count.Plan {
	p := bodies[count.Plan](a, count.Issued)[0].body
	for _, more := range bodies[count.Scope](a, count.ScopeExtended) {
		if len(p.Scope.Sections)+len(p.Scope.Locations) > 0 {
			p.Scope.Sections = append(p.Scope.Sections, more.body.Sections...)
			p.Scope.Locations = append(p.Scope.Locations, more.body.Locations...)
		}
		if len(p.Scope.Items) > 0 {
			p.Scope.Items = append(p.Scope.Items, more.body.Items...)
		}
	}
	return p
}

// collect files events by their bytes and says which of them count: Facts 1 and 2.
func (a *answer) collect() {
	for _, e := range a.m.entries[:a.n] {
		if !e.Kind.IsEvent() && e.Kind != count.Quarantined {
			continue
		}
		var d *doc
		for _, x := range a.docs {
			if x.body == string(e.Body) {
				d = x
			}
		}
		if d == nil {
			d = &doc{body: string(e.Body), trusted: map[stocktake.DeviceID]bool{}, kept: map[stocktake.DeviceID]bool{}}
			if event, kind, err := count.ParseEvent(e.Body); err == nil && event.Session == session {
				d.event, d.kind = event, kind
			}
			a.docs = append(a.docs, d)
		}
		if e.Kind != count.Quarantined {
			d.trusted[e.Author.Stream.Device] = true
			continue
		}
		d.kept[e.Author.Stream.Device] = true
		if d.reason == "" || e.Note < d.reason {
			d.reason = e.Note
		}
	}
	for _, d := range a.docs {
		if len(d.trusted) > 0 && d.event == nil {
			panic("the generator pushed what cannot be read")
		}
		if d.event != nil && a.released(target{body: d.body}) {
			if len(d.trusted) == 0 {
				a.accepted = append(a.accepted, heldDoc{body: d.body, reason: d.reason, winner: true})
			}
			for device := range d.kept {
				d.trusted[device] = true
			}
		}
		if len(d.trusted) == 0 {
			h := heldDoc{body: d.body, reason: d.reason, aside: a.setAside(target{body: d.body})}
			if d.event != nil {
				h.readable, h.pass, h.location = true, d.event.Pass, d.event.Location
			}
			a.held = append(a.held, h)
		}
	}
	for _, d := range a.docs {
		if set := a.conflict(d); set != "" && a.winner(d, set) != "" {
			a.accepted = append(a.accepted, heldDoc{body: d.body, reason: count.HeldConflict, set: set, winner: a.winner(d, set) == d.body})
		} else if set != "" {
			a.held = append(a.held, heldDoc{
				body: d.body, reason: count.HeldConflict, set: set, pass: d.event.Pass, readable: true, aside: a.setAside(target{d.body, set}),
			})
		}
	}
}

// conflict lists all bytes under which the event's id came; "" when there are no others.
func (a *answer) conflict(d *doc) string {
	if len(d.trusted) == 0 {
		return ""
	}
	var all []string
	for _, x := range a.docs {
		if len(x.trusted) > 0 && x.event.ID == d.event.ID {
			all = append(all, x.body)
		}
	}
	if len(all) == 1 {
		return ""
	}
	slices.Sort(all)
	return strings.Join(all, "\n")
}

// winner is which of conflicting bytes a supervisor let count, having seen them all.
func (a *answer) winner(d *doc, set string) string {
	won := ""
	for _, r := range bodies[count.Release](a, count.QuarantineResolved) {
		switch t := a.m.targets[r.offset]; {
		case t.set != set:
		case r.body.Accept:
			won = t.body
		case t.body == won:
			won = ""
		}
	}
	return won
}

func (a *answer) counts(d *doc) bool {
	if len(d.trusted) == 0 || d.kind == count.Clocked {
		return false
	}
	set := a.conflict(d)
	return set == "" || a.winner(d, set) == d.body
}

func (a *answer) released(t target) bool {
	accepted := false
	for _, r := range bodies[count.Release](a, count.QuarantineResolved) {
		if a.m.targets[r.offset] == t {
			accepted = r.body.Accept
		}
	}
	return accepted
}

func (a *answer) setAside(t target) string {
	reason := ""
	for _, r := range bodies[count.Release](a, count.QuarantineResolved) {
		if a.m.targets[r.offset] == t {
			reason = r.body.Reason
			if r.body.Accept || r.body.TakeBack {
				reason = ""
			}
		}
	}
	return reason
}

func (a *answer) hold(d *doc, reason string, location stocktake.LocationID) {
	a.held = append(a.held, heldDoc{body: d.body, reason: reason, pass: d.event.Pass, location: location, aside: a.setAside(target{body: d.body})})
}

func (a *answer) location(id stocktake.LocationID) *stocktake.Location {
	for i := range a.m.material.Site.Locations {
		if a.m.material.Site.Locations[i].ID == id {
			return &a.m.material.Site.Locations[i]
		}
	}
	return nil
}

type mtask struct {
	count.Task
	withdrawn, done bool
}

// tasks lists all tasks ever given; an id names the first that had it.
func (a *answer) tasks() []*mtask {
	var list []*mtask
	give := func(t count.Task) {
		for _, x := range list {
			if x.ID == t.ID {
				return
			}
		}
		list = append(list, &mtask{Task: t})
	}
	for _, e := range a.m.entries[:a.n] {
		switch e.Kind {
		case count.RecountOrdered:
			var r count.Recount
			if err := json.Unmarshal(e.Body, &r); err != nil {
				panic(err)
			}
			for _, t := range r.Tasks {
				give(t)
			}
		case count.Assigned:
			var x count.Assignment
			if err := json.Unmarshal(e.Body, &x); err != nil {
				panic(err)
			}
			for _, t := range x.Tasks {
				give(t)
			}
			for _, id := range x.Withdraw {
				for _, t := range list {
					if t.ID == id {
						t.withdrawn = true
					}
				}
			}
		}
	}
	for _, t := range list {
		for _, g := range a.groups {
			for _, p := range g.passes {
				if g.complete && g.location.ID == t.Location && p.open.Assignment == t.ID && (t.Person == "" || t.Person == p.open.Person) {
					t.done = true
				}
			}
		}
	}
	return list
}

func (a *answer) task(id string) *mtask {
	for _, t := range a.tasks() {
		if t.ID == id {
			return t
		}
	}
	return nil
}
