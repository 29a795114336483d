package storetest

import (
	"jard/internal/count"
	"jard/internal/ministry"
	"jard/internal/result"
	"jard/internal/stocktake"
)

var societies = []guarantee{
	{"equal names in two societies are two logs and two streams", logsApart},
	{"documents and published names stay in their society", documentsApart},
	{"chains, results and deliveries stay in their society", chainsApart},
	{"members, codes and filings stay in their society", filingsApart},
	{"one society's id may begin with another's", idsApart},
}

func logsApart(t *trial) {
	mine, other := newDevice("d1"), newDevice("d1")
	other.society = theirs
	t.issue(s1)
	t.join(mine, s1)
	t.push(mine, mine.run(s1, 2))
	if entries := t.entries(theirs, s1); entries != nil {
		t.Errorf("the other society reads %s", kinds(entries))
	}
	equal(t, "the number of the other's logs", len(must(t.Heads(t.Context(), theirs))), 0)
	equal(t, "the other's mark", must(t.Mark(t.Context(), theirs, other.stream)), count.Mark{Epoch: "e1"})
	t.push(other, other.run(s1, 1)) // to a session that is not the other's
	equal(t, "the other's late log", kinds(t.entries(theirs, count.LateLog)), "observed(session-unknown) ")
	torn := count.Received{Kind: count.Quarantined, Note: "event-unreadable", Body: []byte("torn")}
	t.push(other, other.batch(torn)) // only our stream has joined
	d := draft(s1, count.Issued, planner)
	d.Society = theirs
	t.write(d)
	t.push(other, other.run(s1, 1))
	fence := draft("", count.Fenced, count.Author{Stream: other.stream})
	fence.Society = theirs
	t.write(fence)
	equal(t, "our log", kinds(t.entries(ours, s1)), "issued joined observed observed ")
	equal(t, "our late log", len(t.entries(ours, count.LateLog)), 0)
	equal(t, "the other's log", kinds(t.entries(theirs, s1)), "issued observed ")
	equal(t, "our mark", must(t.Mark(t.Context(), ours, mine.stream)), mine.mark)
	t.push(mine, mine.run(s1, 1))
}

func documentsApart(t *trial) {
	for _, d := range []stocktake.Document{document(1, 100), document(2, 2<<20)} {
		t.ok(t.Publish(t.Context(), ours, "catalogue", d))
		t.lacks(theirs, d.Hash)
		_, _, err := t.Published(t.Context(), theirs, "catalogue")
		t.fails(err, stocktake.Missing)
	}
	mine, other := document(3, 2<<20), document(4, 10)
	t.ok(t.Publish(t.Context(), ours, "catalogue", mine))
	t.ok(t.Publish(t.Context(), theirs, "catalogue", other, mine))
	t.holds(theirs, mine)
	hash, _, err := t.Published(t.Context(), ours, "catalogue")
	t.ok(err)
	equal(t, "our pointer", hash, mine.Hash)
}

func chainsApart(t *trial) {
	t.ok(t.PutIdentity(t.Context(), pinned(ours)))
	mine := t.sealMany(ours, 2)
	equal(t, "the other's chain", must(t.Chain(t.Context(), theirs)), ministry.Chain{Head: result.Start()})
	equal(t, "the number of the other's results", len(must(t.Results(t.Context(), theirs, result.Ref{}, 10))), 0)
	_, err := t.Result(t.Context(), theirs, placeOf(mine[0]))
	t.fails(err, stocktake.Missing)
	_, err = t.Identity(t.Context(), theirs)
	t.fails(err, stocktake.Missing)
	t.fails(t.Delivered(t.Context(), theirs, placeOf(mine[0]), answer(ministry.Accepted, 1)), stocktake.Missing)
	t.ok(t.Postponed(t.Context(), ministry.Postponement{Delivery: ministry.Delivery{Society: theirs, At: placeOf(mine[0]), Attempts: 3}}))
	other := t.sealMany(theirs, 1)[0]
	equal(t, "the other's first place", placeOf(other), result.Start().Next())
	t.ok(t.Delivered(t.Context(), theirs, placeOf(other), answer(ministry.Accepted, 1)))
	must(t.OpenSeries(t.Context(), theirs, 7))
	equal(t, "what is due", t.dueNow(10), "rumaithiya 1/1, rumaithiya 1/2, ")
	if d := t.storedIs(mine[0]); d.Delivery == nil || d.Delivery.Attempts != 0 || d.Answer != nil {
		t.Errorf("our result is %+v", d)
	}
	equal(t, "our chain", must(t.Chain(t.Context(), ours)).Ref, placeOf(mine[1]))
	t.ok(t.RenewIncarnation(t.Context(), "", "restored"))
	must(t.OpenSeries(t.Context(), theirs, 8)) // unlocks one
	equal(t, "our lock", must(t.Chain(t.Context(), ours)).Locked, true)
	equal(t, "the other's lock", must(t.Chain(t.Context(), theirs)).Locked, false)
}

func filingsApart(t *trial) {
	t.enrol(ours)
	other := t.enrol(theirs)
	f := filing(place(1), "first")
	t.file(f, ministry.Accepted)
	_, err := t.Filing(t.Context(), theirs, f.Hash)
	t.fails(err, stocktake.Missing)
	t.lacks(theirs, f.Hash)
	equal(t, "the number of the other's filings", len(must(t.Filings(t.Context(), theirs, result.Ref{}, 10))), 0)
	same(t, "the other member", must(t.Member(t.Context(), theirs)), other)
	g := filing(place(1), "first")
	g.Society, g.Corrects, g.Previous = theirs, f.Hash, f.Hash
	st := t.stands(g)
	if st.Filed != nil || st.Twins != nil || st.Before != nil || st.Corrected != nil || !st.First.IsZero() {
		t.Errorf("the other's document is held against %+v", st)
	}
	t.file(g, ministry.Held)
	equal(t, "what corrects ours", must(t.Filing(t.Context(), ours, f.Hash)).CorrectedBy, stocktake.Hash{})
}

func idsApart(t *trial) {
	const longer = ours + "/2"
	d := newDevice("d1")
	d.society = longer
	t.ok(t.PutIdentity(t.Context(), pinned(ours)))
	t.ok(t.PutIdentity(t.Context(), pinned(longer)))
	t.sealMany(longer, 1)
	t.push(d, d.run("unknown", 1))
	t.ok(t.Publish(t.Context(), longer, "catalogue", document(1, 10)))
	equal(t, "the number of our logs", len(must(t.Heads(t.Context(), ours))), 0)
	equal(t, "the number of our results", len(must(t.Results(t.Context(), ours, result.Ref{}, 10))), 0)
	t.lacks(ours, document(1, 10).Hash)
	t.sealMany(ours, 1)
	equal(t, "what is due", t.dueNow(10), "rumaithiya 1/1, rumaithiya/2 1/1, ")
	equal(t, "the number of the longer's logs", len(must(t.Heads(t.Context(), longer))), 1)
}
