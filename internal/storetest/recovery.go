package storetest

import (
	"fmt"

	"jard/internal/count"
	"jard/internal/ministry"
	"jard/internal/result"
	"jard/internal/stocktake"
)

var recoveries = []guarantee{
	{"adopted documents are stored as delivered, and the chain goes on behind them", adopted},
	{"numbers and series may be left out", adoptedWithGaps},
	{"a chain that has moved adopts nothing", adoptMoved},
	{"a document under a wrong hash is not adopted", adoptWrong},
	{"Keys replace those of the identity, and nil leaves them", adoptKeys},
	{"adoption without Unlock leaves the lock", adoptLocked},
}

// lost makes a document that the ministry holds and the store does not.
func lost(at result.Ref, previous stocktake.Hash, text []byte) ministry.Stored {
	receipt := answer(ministry.Accepted, at.Number)
	return ministry.Stored{
		At: at, Kind: ministry.KindResult, Hash: stocktake.HashOf(text), Previous: previous, Session: "lost",
		Signed: result.Signed{Document: text, Signature: []byte("signed")}, Answer: &receipt,
	}
}

func headOf(d ministry.Stored) result.Head { return result.Head{Ref: d.At, Hash: d.Hash} }

func adopted(t *trial) {
	t.ok(t.PutIdentity(t.Context(), pinned(ours)))
	own := t.sealMany(ours, 1)[0]
	t.ok(t.RenewIncarnation(t.Context(), "", "restored"))
	head := must(t.Chain(t.Context(), ours)).Head
	large := lost(result.Ref{Series: 1, Number: 2}, head.Hash, document(1, 3<<20).Bytes)
	change := lost(result.Ref{Series: 1, Number: 3}, large.Hash, []byte("change of key"))
	change.Kind, change.Session = ministry.KindKeyChange, ""
	docs := []ministry.Stored{large, change}
	given := ministry.Adoption{Society: ours, IfHead: head, Documents: []ministry.Stored{large, change}, Unlock: true}
	given.Documents[0].Delivery = &ministry.Delivery{Society: ours, At: large.At} // whatever it says, it has ended
	t.ok(t.Adopt(t.Context(), given))
	equal(t, "the chain", must(t.Chain(t.Context(), ours)), ministry.Chain{Head: headOf(change)})
	for _, d := range docs {
		same(t, "the document at "+d.At.String(), must(t.Result(t.Context(), ours, d.At)), d)
	}
	equal(t, "what is due", t.dueNow(10), "rumaithiya 1/1, ")
	t.storedIs(own)
	t.issue(s1)
	next := t.seal(ours, s1, "after the recovery")
	equal(t, "the next place", placeOf(next), result.Ref{Series: 1, Number: 4})
	equal(t, "its previous", next.Previous, change.Hash)
}

func adoptedWithGaps(t *trial) {
	docs := []ministry.Stored{
		lost(result.Ref{Series: 1, Number: 2}, stocktake.HashOf([]byte("refused")), []byte("second")),
		lost(result.Ref{Series: 1, Number: 9}, stocktake.Hash{}, []byte("ninth")),
		lost(result.Ref{Series: 4, Number: 2}, stocktake.Hash{}, []byte("of the fourth series")),
	}
	t.ok(t.Adopt(t.Context(), ministry.Adoption{Society: ours, IfHead: result.Start(), Documents: docs}))
	equal(t, "the chain", must(t.Chain(t.Context(), ours)), ministry.Chain{Head: headOf(docs[2])})
	text := ""
	for _, d := range must(t.Results(t.Context(), ours, result.Ref{}, 10)) {
		text += fmt.Sprint(d.At, " ")
	}
	equal(t, "the documents", text, "1/2 1/9 4/2 ")
}

func adoptMoved(t *trial) {
	old := must(t.Chain(t.Context(), ours)).Head
	t.sealMany(ours, 1)
	chain := must(t.Chain(t.Context(), ours))
	d := lost(result.Ref{Series: 1, Number: 2}, chain.Hash, []byte("second"))
	keys := pinned(ours).Keys
	other := chain.Head
	other.Hash = d.Hash
	for _, head := range []result.Head{old, other, {}} {
		a := ministry.Adoption{Society: ours, IfHead: head, Documents: []ministry.Stored{d}, Keys: keys, Unlock: true}
		t.fails(t.Adopt(t.Context(), a), count.ChainMoved)
	}
	equal(t, "the chain", must(t.Chain(t.Context(), ours)), chain)
	_, err := t.Result(t.Context(), ours, d.At)
	t.fails(err, stocktake.Missing)
	_, err = t.Identity(t.Context(), ours)
	t.fails(err, stocktake.Missing)
}

func adoptWrong(t *trial) {
	good := lost(result.Ref{Series: 1, Number: 1}, stocktake.Hash{}, []byte("first"))
	wrong := lost(result.Ref{Series: 1, Number: 2}, good.Hash, []byte("second"))
	wrong.Hash = good.Hash
	err := t.Adopt(t.Context(), ministry.Adoption{Society: ours, IfHead: result.Start(), Documents: []ministry.Stored{good, wrong}})
	if stocktake.CodeOf(err) != stocktake.Invalid {
		t.Errorf("the answer is %v", err)
	}
	equal(t, "the chain", must(t.Chain(t.Context(), ours)), ministry.Chain{Head: result.Start()})
	equal(t, "the number of documents", len(must(t.Results(t.Context(), ours, result.Ref{}, 10))), 0)
}

func adoptKeys(t *trial) {
	identity := pinned(ours)
	t.ok(t.PutIdentity(t.Context(), identity))
	a := ministry.Adoption{Society: ours, IfHead: result.Start()}
	t.ok(t.Adopt(t.Context(), a))
	same(t, "the identity", must(t.Identity(t.Context(), ours)), identity)
	a.Keys = []result.KeyPeriod{
		{Key: newKey(), From: result.Ref{Series: 1, Number: 3}}, {Key: newKey(), From: result.Ref{Series: 2, Number: 1}},
	}
	t.ok(t.Adopt(t.Context(), a))
	identity.Keys = a.Keys
	same(t, "the identity", must(t.Identity(t.Context(), ours)), identity)
}

func adoptLocked(t *trial) {
	t.ok(t.RenewIncarnation(t.Context(), "", "restored"))
	d := lost(result.Ref{Series: 1, Number: 1}, stocktake.Hash{}, []byte("first"))
	a := ministry.Adoption{Society: ours, IfHead: result.Start(), Documents: []ministry.Stored{d}}
	t.ok(t.Adopt(t.Context(), a))
	equal(t, "the chain", must(t.Chain(t.Context(), ours)), ministry.Chain{Head: headOf(d), Locked: true})
	a.IfHead, a.Documents, a.Unlock = headOf(d), nil, true
	t.ok(t.Adopt(t.Context(), a))
	equal(t, "the chain", must(t.Chain(t.Context(), ours)), ministry.Chain{Head: headOf(d)})
}
