package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"jard/internal/count"
	"jard/internal/ministry"
	"jard/internal/result"
	"jard/internal/stocktake"
)

var seals = []guarantee{
	{"log, result, chain and delivery move together", sealTogether},
	{"a result of any size is stored with its seal", sealLarge},
	{"what came in meanwhile refuses the seal", sealMoved},
	{"a result that does not follow the chain is refused", sealChainMoved},
	{"a log that is closed or was never issued is not sealed", sealClosed},
	{"of many seals for one place one is written", sealRace},
	{"sealing is locked after a restore, until the ministry's head is known", sealLocked},
	{"a new series unlocks sealing", sealNewSeries},
}

// sealing follows the chain and the log as they stand.
func (t *trial) sealing(society stocktake.SocietyID, session stocktake.SessionID, document []byte) count.Sealing {
	t.Helper()
	chain := must(t.Chain(t.Context(), society))
	next := chain.Next()
	return count.Sealing{
		Society: society, Session: session, Author: planner, Body: []byte(`{"seal":1}`),
		IfHead:    must(t.Store.Head(t.Context(), society, session)).Offset,
		Result:    stocktake.Document{Hash: stocktake.HashOf(document), Bytes: document},
		Signature: append([]byte("signature of "), document[:min(len(document), 20)]...),
		Series:    next.Series, Number: next.Number, Previous: chain.Hash,
	}
}

// seal seals an open session with a result of its own.
func (t *trial) seal(society stocktake.SocietyID, session stocktake.SessionID, text string) count.Sealing {
	t.Helper()
	s := t.sealing(society, session, []byte(text))
	must(t.Store.Seal(t.Context(), s))
	return s
}

// sealRefused wants a seal refused and nothing of it written.
func (t *trial) sealRefused(s count.Sealing, want *stocktake.Reason) {
	t.Helper()
	chain, log := must(t.Chain(t.Context(), s.Society)), kinds(t.entries(s.Society, s.Session))
	_, err := t.Store.Seal(t.Context(), s)
	t.fails(err, want)
	equal(t, "the chain", must(t.Chain(t.Context(), s.Society)), chain)
	equal(t, "the log", kinds(t.entries(s.Society, s.Session)), log)
	if stored, err := t.Result(t.Context(), s.Society, placeOf(s)); err == nil && stored.Hash == s.Result.Hash {
		t.Error("the result was stored")
	}
	for _, d := range must(t.Results(t.Context(), s.Society, result.Ref{}, 100)) {
		if d.At.Compare(chain.Ref) > 0 {
			t.Errorf("%s is stored beyond the chain's head, %s", d.At, chain.Head)
		}
	}
}

func placeOf(s count.Sealing) result.Ref { return result.Ref{Series: s.Series, Number: s.Number} }

// storedIs wants a sealed result with all its parts.
func (t *trial) storedIs(s count.Sealing) ministry.Stored {
	t.Helper()
	stored := must(t.Result(t.Context(), s.Society, placeOf(s)))
	equal(t, "the place", stored.At, placeOf(s))
	equal(t, "the kind", stored.Kind, ministry.KindResult)
	equal(t, "the hash", stored.Hash, s.Result.Hash)
	equal(t, "the previous", stored.Previous, s.Previous)
	equal(t, "the session", stored.Session, s.Session)
	if !bytes.Equal(stored.Signed.Document, s.Result.Bytes) || !bytes.Equal(stored.Signed.Signature, s.Signature) {
		t.Errorf("the result at %s has other bytes or another signature", stored.At)
	}
	return stored
}

func sealTogether(t *trial) {
	t.issue(s1, s2)
	d := newDevice("d1")
	t.push(d, d.run(s1, 2))
	equal(t, "the chain", must(t.Chain(t.Context(), ours)), ministry.Chain{Head: result.Start()})
	s := t.sealing(ours, s1, []byte("result 1"))
	sealed := must(t.Store.Seal(t.Context(), s))
	equal(t, "the seal", sealed.Kind, count.Sealed)
	entries := t.entries(ours, s1)
	equal(t, "the log", kinds(entries), "issued observed observed sealed ")
	equal(t, "the seal's hash", entries[3].Hash, sealed.Hash)
	equal(t, "the seal's body", string(entries[3].Body), string(s.Body))
	equal(t, "the seal's author", fmt.Sprint(entries[3].Author), fmt.Sprint(planner))
	equal(t, "the state", must(t.Store.Head(t.Context(), ours, s1)).State, count.LogSealed)
	stored := t.storedIs(s)
	if stored.Delivery == nil || stored.Answer != nil {
		t.Errorf("delivery %v, answer %v", stored.Delivery, stored.Answer)
	}
	head := result.Head{Ref: placeOf(s), Hash: s.Result.Hash}
	equal(t, "the chain", must(t.Chain(t.Context(), ours)), ministry.Chain{Head: head})
	t.push(d, d.batch(d.observed(s1, 3)))
	equal(t, "the late log", kinds(t.entries(ours, count.LateLog)), "observed(session-sealed) ")
	next := t.seal(ours, s2, "result 2")
	equal(t, "the next place", placeOf(next), result.Ref{Series: 1, Number: 2})
	equal(t, "the next one's previous", next.Previous, s.Result.Hash)
}

func sealLarge(t *trial) {
	t.issue(s1)
	s := t.sealing(ours, s1, document(1, 5<<20).Bytes)
	must(t.Store.Seal(t.Context(), s))
	t.storedIs(s)
	t.holds(ours, s.Result)
}

func sealMoved(t *trial) {
	t.issue(s1)
	s := t.sealing(ours, s1, []byte("result"))
	d := newDevice("d1")
	t.push(d, d.run(s1, 1))
	t.sealRefused(s, count.LogMoved)
	large := t.sealing(ours, s1, document(1, 3<<20).Bytes)
	large.IfHead--
	t.sealRefused(large, count.LogMoved)
	t.seal(ours, s1, "result")
}

func sealChainMoved(t *trial) {
	t.issue(s1, s2)
	early := t.sealing(ours, s2, []byte("result 2"))
	t.seal(ours, s1, "result 1")
	t.sealRefused(early, count.ChainMoved)
	for _, spoil := range []func(*count.Sealing){
		func(s *count.Sealing) { s.Number++ },
		func(s *count.Sealing) { s.Series++ },
		func(s *count.Sealing) { s.Series, s.Number = s.Series+1, 1 },
		func(s *count.Sealing) { s.Previous = stocktake.Hash{} },
	} {
		s := t.sealing(ours, s2, []byte("result 2"))
		spoil(&s)
		t.sealRefused(s, count.ChainMoved)
	}
	t.seal(ours, s2, "result 2")
}

func sealClosed(t *trial) {
	t.issue(s1, s2)
	t.seal(ours, s1, "result 1")
	t.sealRefused(t.sealing(ours, s1, []byte("again")), count.LogClosed)
	t.write(draft(s2, count.Cancelled, planner))
	t.sealRefused(t.sealing(ours, s2, []byte("cancelled")), count.LogClosed)
	s := t.sealing(ours, s2, []byte("unknown"))
	s.Session = "s3"
	t.sealRefused(s, stocktake.Missing)
}

func sealRace(t *trial) {
	var sealings []count.Sealing
	for n := range 16 {
		session := stocktake.SessionID(fmt.Sprint("s", n))
		t.issue(session)
		sealings = append(sealings, t.sealing(ours, session, fmt.Appendf(nil, "result of %s", session)))
	}
	var group sync.WaitGroup
	var written atomic.Int32
	for _, s := range sealings {
		group.Go(func() {
			switch _, err := t.Store.Seal(t.Context(), s); {
			case err == nil:
				written.Add(1)
			case !errors.Is(err, count.ChainMoved):
				t.Error(err)
			}
		})
	}
	group.Wait()
	equal(t, "the number sealed", written.Load(), 1)
	equal(t, "the number stored", len(must(t.Results(t.Context(), ours, result.Ref{}, 100))), 1)
	for _, s := range sealings {
		t.entries(ours, s.Session)
	}
}

func sealLocked(t *trial) {
	t.issue(s1, s2)
	first := t.seal(ours, s1, "result 1")
	head := result.Head{Ref: placeOf(first), Hash: first.Result.Hash}
	t.ok(t.RenewIncarnation(t.Context(), "", "restored"))
	equal(t, "the chain", must(t.Chain(t.Context(), ours)), ministry.Chain{Head: head, Locked: true})
	equal(t, "the chain of a society without any", must(t.Chain(t.Context(), theirs)), ministry.Chain{Head: result.Start(), Locked: true})
	t.sealRefused(t.sealing(ours, s2, []byte("result 2")), count.SigningLocked)
	t.ok(t.Adopt(t.Context(), ministry.Adoption{Society: ours, IfHead: head}))
	t.sealRefused(t.sealing(ours, s2, []byte("result 2")), count.SigningLocked)
	t.ok(t.Adopt(t.Context(), ministry.Adoption{Society: ours, IfHead: head, Unlock: true}))
	equal(t, "the chain", must(t.Chain(t.Context(), ours)), ministry.Chain{Head: head})
	t.seal(ours, s2, "result 2")
	t.ok(t.RenewIncarnation(t.Context(), "", "restored again"))
	equal(t, "the lock", must(t.Chain(t.Context(), ours)).Locked, true)
}

func sealNewSeries(t *trial) {
	t.issue(s1, s2)
	first := t.seal(ours, s1, "result 1")
	t.ok(t.RenewIncarnation(t.Context(), "", "restored"))
	for _, series := range []uint64{0, 1} {
		_, err := t.OpenSeries(t.Context(), ours, series)
		t.fails(err, ministry.SeriesUsed)
	}
	equal(t, "the lock", must(t.Chain(t.Context(), ours)).Locked, true)
	want := ministry.Chain{Head: result.Head{Ref: result.Ref{Series: 3}, Hash: first.Result.Hash}}
	equal(t, "the chain", must(t.OpenSeries(t.Context(), ours, 3)), want)
	equal(t, "the chain", must(t.Chain(t.Context(), ours)), want)
	next := t.seal(ours, s2, "result 2")
	equal(t, "the place", placeOf(next), result.Ref{Series: 3, Number: 1})
	equal(t, "the previous", next.Previous, first.Result.Hash)
	_, err := t.OpenSeries(t.Context(), ours, 3)
	t.fails(err, ministry.SeriesUsed)
}
