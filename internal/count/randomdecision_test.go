package count_test

import (
	"slices"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// look is a view to decide by: the present one, or sometimes an old one.
func (r *random) look() looked {
	if len(r.before) > 0 && r.IntN(4) == 0 {
		return pick(r.Rand, r.before)
	}
	return looked{len(r.entries), r.running.View()}
}

// put appends a decision made by a look.
func (r *random) put(l looked, kind count.Kind, body any) uint64 {
	person := pick(r.Rand, deciders)
	if r.by != "" {
		person, r.by = r.by, ""
	}
	roles := map[stocktake.PersonID][]stocktake.Role{
		"sara": {stocktake.Supervisor}, "omar": {stocktake.Supervisor}, "mona": {stocktake.Manager}, "ali": {stocktake.Supervisor, stocktake.Counter},
	}[person]
	if roles == nil {
		roles = []stocktake.Role{stocktake.Supervisor, stocktake.Counter}
	}
	offset := r.decide(person, kind, body, roles...)
	r.model.seen[offset] = l.n
	return offset
}

func (r *random) decision() {
	l := r.look()
	if len(r.plan.Committee) > 0 && r.IntN(5) == 0 { // the model knows of no tests, and of no signatures
		if r.plan.Witness != "" && r.IntN(2) == 0 {
			r.sign(l)
			return
		}
		r.test(l)
		return
	}
	switch n := r.IntN(42); {
	case n >= 40:
		r.leaveOut(l)
	case n < 4:
		r.assign(l)
	case n < 7:
		r.recount(l)
	case n < 9:
		r.rulePass(l, count.PassCompleted)
	case n < 11:
		if r.IntN(2) == 0 {
			r.rulePass(l, count.PassAbandoned)
		}
	case n < 16:
		r.choose(l)
	case n < 19:
		r.resolveCode(l)
	case n < 24:
		r.release(l)
	case n < 27:
		r.rest(l)
	case n < 37:
		r.verdict(l)
	case n == 37 && r.IntN(2) == 0:
		r.put(l, count.ScopeExtended, count.Scope{Sections: []stocktake.SectionID{"cold"}, Items: []stocktake.ItemID{"eggs"}})
	case n < 38 && r.running.View().Closing && r.IntN(2) == 0:
		r.put(l, count.Reopened, count.Because{Reason: "an aisle was forgotten"})
	case n < 38:
		r.put(l, count.Closing, count.Because{})
	default:
		r.streams(l)
	}
}

func (r *random) newTask(round int) count.Task {
	t := count.Task{ID: r.newID("t"), Round: round, Location: pick(r.Rand, r.places)}
	if r.IntN(2) == 0 {
		t.Items = []stocktake.ItemID{pick(r.Rand, goods[t.Location])}
	}
	if r.IntN(4) == 0 {
		t.Person = pick(r.Rand, persons)
	}
	return t
}

func (r *random) assign(l looked) {
	var a count.Assignment
	if len(l.v.Tasks) > 0 && r.IntN(2) == 0 {
		a.Withdraw = []string{pick(r.Rand, l.v.Tasks).ID}
	} else {
		a.Tasks = []count.Task{r.newTask(1)}
	}
	r.put(l, count.Assigned, a)
}

func (r *random) recount(l looked) {
	round := min(2+r.IntN(2), r.running.View().Rounds+1)
	r.put(l, count.RecountOrdered, count.Recount{Round: round, Tasks: []count.Task{r.newTask(round)}})
}

func (r *random) test(l looked) {
	t := r.newTask(l.v.Rounds)
	t.Items = []stocktake.ItemID{pick(r.Rand, goods[t.Location])}
	x := count.TestCount{Tasks: []count.Task{t}}
	for _, old := range l.v.Tasks {
		if old.Test && r.IntN(4) == 0 {
			x = count.TestCount{Withdraw: []string{old.ID}}
		}
	}
	r.put(l, count.TestOrdered, x)
}

func (r *random) sign(l looked) {
	g := count.Signature{Capacity: count.AsCommittee, Digest: l.v.Figures}
	if r.by = pick(r.Rand, r.plan.Committee); r.IntN(3) == 0 {
		r.by, g.Capacity = r.plan.Witness, count.AsWitness
	}
	kind := count.Signed
	if r.IntN(4) == 0 {
		kind, g.Reason = count.SignatureRefused, "no"
	}
	r.put(l, kind, g)
}

func (r *random) rulePass(l looked, kind count.Kind) {
	if len(l.v.Passes) == 0 {
		return
	}
	p := pick(r.Rand, l.v.Passes)
	for _, x := range l.v.Passes { // mostly one that needs it
		if (x.Status == count.PassIsOpen || x.Status == count.PassHasGap) && r.IntN(2) == 0 {
			p = x
		}
	}
	r.put(l, kind, count.PassDecision{Pass: p.ID, Digest: p.Digest, Reason: "because"})
}

func (r *random) choose(l looked) {
	list := slices.Clone(l.v.Disputes)
	for _, s := range l.v.Settled {
		list = append(list, s.Dispute)
	}
	if len(list) == 0 {
		return
	}
	n := r.IntN(len(list))
	d := list[n]
	back := n >= len(l.v.Disputes) && r.IntN(2) == 0
	r.put(l, count.DisputeChosen, count.Choice{
		Location: d.Location, Item: d.Item, Pass: pick(r.Rand, d.Competitors).Pass, Digest: d.Digest, TakeBack: back, Reason: "seen",
	})
}

func (r *random) resolveCode(l looked) {
	if len(l.v.Resolved) > 0 && r.IntN(2) == 0 {
		r.put(l, count.CodeResolved, count.Resolution{Code: pick(r.Rand, l.v.Resolved).Code, TakeBack: true, Reason: "it was not"})
		return
	}
	if len(l.v.Unknown) == 0 {
		return
	}
	u := pick(r.Rand, l.v.Unknown)
	x := count.Resolution{Code: u.Code, Item: pick(r.Rand, []stocktake.ItemID{"milk", "rice"})}
	switch r.IntN(6) {
	case 0, 3, 4:
		x = count.Resolution{Code: x.Code, SetAside: true, Digest: u.Digest, Reason: "a torn label"}
	case 1:
		x.Pack = 6000
	case 2:
		x.Pack = 333
	}
	r.put(l, count.CodeResolved, x)
}

func (r *random) release(l looked) {
	list := slices.Concat(l.v.Held, l.v.Accepted, l.v.Accepted)
	if len(list) == 0 {
		return
	}
	h := pick(r.Rand, list)
	x := count.Release{Key: h.Key, Accept: h.Readable && r.IntN(3) > 0, Reason: "judged"}
	if h.SetAside+h.Accepted != "" && r.IntN(2) == 0 {
		x.Accept, x.TakeBack = false, true
	}
	offset := r.put(l, count.QuarantineResolved, x)
	t := target{body: string(r.entries[h.Offset-1].Body)}
	if h.Reason == count.HeldConflict {
		r.model.entries = r.entries
		a := r.model.at(l.n)
		for _, d := range slices.Concat(a.held, a.accepted) {
			if d.body == t.body && d.reason == count.HeldConflict {
				t.set = d.set
			}
		}
	}
	r.model.targets[offset] = t
}

func (r *random) rest(l looked) {
	signed := slices.ContainsFunc(l.v.Lines, func(l *count.Line) bool { return l.RestZero })
	x := count.Rest{TakeBack: signed && r.IntN(3) > 0}
	for _, line := range l.v.Lines {
		if ((line.Status == count.LineNotCounted && !x.TakeBack) || (line.RestZero && x.TakeBack)) && r.IntN(2) == 0 {
			x.Lines = append(x.Lines, count.LineRef{Section: line.Section, Item: line.Item, Digest: line.Digest})
		}
	}
	if len(x.Lines) > 0 {
		x.Reason = "the shelf is empty"
		r.put(l, count.RestZero, x)
	}
}

func (r *random) leaveOut(l looked) {
	at := pick(r.Rand, l.v.Locations)
	for _, x := range l.v.Locations { // mostly one that needs it
		if x.Status == "not-started" || x.Status == "given-up" || x.SetAside != "" || r.IntN(4) == 0 {
			at = x
		}
	}
	r.put(l, count.LocationSetAside, count.LocationAside{
		Location: at.Location, Digest: at.Digest, TakeBack: at.SetAside != "" && r.IntN(3) == 0, Reason: "the roof fell in",
	})
}

func (r *random) verdict(l looked) {
	v := count.LinesVerdict{Verdict: count.Approve}
	if r.IntN(2) == 0 {
		v.Verdict = pick(r.Rand, []count.Verdict{count.Reject, count.Return})
	}
	if r.IntN(3) == 0 {
		v.Reason = "a known leak"
	}
	for _, line := range l.v.Lines {
		if (line.Variance != nil && (line.CostUnknown || len(line.Settlers) > 0 || r.IntN(2) == 0)) || r.IntN(12) == 0 {
			v.Lines = append(v.Lines, count.LineRef{Section: line.Section, Item: line.Item, Digest: line.Digest})
		}
	}
	if len(v.Lines) == 0 {
		return
	}
	if by := l.v.CountedBy(v.Lines[0].Section, v.Lines[0].Item); len(by) > 0 && r.IntN(4) == 0 {
		r.by = pick(r.Rand, by) // somebody who counted it
	}
	for _, ref := range v.Lines {
		if s := l.v.Line(ref.Section, ref.Item).Settlers; len(s) > 0 && r.by == "" && r.IntN(4) > 0 {
			r.by = s[0] // somebody who signed it as zero, or chose a side
		}
	}
	if r.by == "" && r.IntN(5) == 0 {
		r.by = "omar" // below the highest tier
	}
	offset := r.put(l, count.LinesDecided, v)
	if r.IntN(10) == 0 { // a digest of nothing
		delete(r.model.seen, offset)
		for i := range v.Lines {
			v.Lines[i].Digest = "nothing"
		}
		e := &r.entries[offset-1]
		e.Body = encode(r.t, v)
		r.running = fold(r.t, r.material, r.entries)
	}
}

func (r *random) streams(l looked) {
	s := count.Stream{Device: stocktake.DeviceID("d-" + string(pick(r.Rand, persons))), Epoch: pick(r.Rand, []string{"e1", "e2"})}
	switch r.IntN(6) {
	case 0, 1:
		j := count.JoinedBody{Epoch: s.Epoch}
		if s.Epoch == "e2" && r.IntN(2) == 0 {
			j.Succeeds = "e1"
		}
		r.server(s, count.Joined, j)
	case 2, 3:
		r.server(s, count.Drained, count.DrainedBody{Last: 1})
	case 4:
		r.add(count.Entry{Author: count.Author{Stream: s}, Kind: count.Fenced})
	case 5:
		if slices.ContainsFunc(l.v.Streams, func(x count.StreamState) bool { return x.Device == s.Device }) {
			r.put(l, count.StreamWrittenOff, count.WriteOff{Device: s.Device, Reason: "lost"})
		}
	}
}
