package storetest

import (
	"jard/internal/ministry"
	"jard/internal/result"
	"jard/internal/stocktake"
)

// stands gives what judge and Consider get for a document, after checking that they get the same.
func (t *trial) stands(f ministry.Filing) ministry.Standing {
	t.Helper()
	considered := must(t.Consider(t.Context(), f))
	_, err := t.File(t.Context(), f, func(st ministry.Standing) (ministry.Decision, error) {
		same(t, "what judge got", st, considered)
		return ministry.Decision{}, ministry.CodeWrong.New()
	})
	t.fails(err, ministry.CodeWrong)
	return considered
}

func standingAround(t *trial) {
	member := t.enrol(ours)
	third := filing(place(3), "third")
	same(t, "the standing of the first ever", t.stands(third), ministry.Standing{Member: member})
	second := t.file(filing(place(2), "second"), ministry.Held)
	otherSecond := t.file(filing(place(2), "another second"), ministry.Refused)
	twin := t.file(filing(place(3), "another third"), ministry.Held)
	held := t.file(third, ministry.Held)
	t.file(filing(place(4), "fourth"), ministry.Held)
	want := ministry.Standing{
		Member: must(t.Member(t.Context(), ours)), Filed: &held, Twins: []ministry.Filing{twin},
		Before: []ministry.Filing{second, otherSecond}, First: place(2),
	}
	last := must(t.Receipts(t.Context(), 5, 1))[0].Answer
	want.Receipts = ministry.ReceiptHead{Number: 5, Hash: last.Signed.Hash()}
	same(t, "the standing", t.stands(third), want)
	fresh := filing(place(3), "a third third")
	fresh.Corrects = second.Hash
	want.Filed, want.Twins, want.Corrected = nil, []ministry.Filing{twin, held}, &second
	same(t, "the standing of a new one", t.stands(fresh), want)
	fresh.Corrects = stocktake.HashOf([]byte("never filed"))
	want.Corrected = nil
	same(t, "the standing of one that corrects nothing known", t.stands(fresh), want)
}

func standingCited(t *trial) {
	t.enrol(ours)
	cited := t.file(filing(place(2), "second"), ministry.Accepted)
	t.file(filing(place(3), "third"), ministry.Accepted)
	f := filing(result.Ref{Series: 3, Number: 1}, "of the third series")
	equal(t, "what stands before one that cites nothing", len(t.stands(f).Before), 0)
	f.Previous = stocktake.HashOf([]byte("never filed"))
	equal(t, "what stands before one that cites nothing known", len(t.stands(f).Before), 0)
	f.Previous = cited.Hash
	same(t, "what stands before", t.stands(f).Before, []ministry.Filing{cited})
	f.At.Series = 1 // not an earlier series
	equal(t, "what stands before the first of the same series", len(t.stands(f).Before), 0)
	f.At = result.Ref{Series: 3, Number: 2}
	equal(t, "what stands before the second of a series", len(t.stands(f).Before), 0)
}

func corrected(t *trial) {
	t.enrol(ours)
	was := t.file(filing(place(1), "first"), ministry.Accepted)
	is := func(want stocktake.Hash) {
		t.Helper()
		now := must(t.Filing(t.Context(), ours, was.Hash))
		equal(t, "what corrects it", now.CorrectedBy, want)
		equal(t, "its verdict", now.Answer.Verdict, ministry.Accepted)
	}
	correction := filing(place(2), "refused correction")
	correction.Corrects = was.Hash
	t.file(correction, ministry.Refused)
	is(stocktake.Hash{})
	correction = filing(place(3), "correction")
	correction.Corrects = was.Hash
	got := t.file(correction, ministry.Held)
	equal(t, "what it corrects", got.Corrects, was.Hash)
	is(correction.Hash)
	t.file(correction, ministry.Accepted)
	is(correction.Hash)
	unknown := filing(place(4), "correction of what never came")
	unknown.Corrects = stocktake.HashOf([]byte("never filed"))
	t.file(unknown, ministry.Held)
}

func keyDecided(t *trial) {
	member := t.enrol(ours)
	f := filing(place(1), "change of key")
	f.Kind = ministry.KindKeyChange
	period := result.KeyPeriod{Key: newKey(), From: place(2)}
	_, err := t.File(t.Context(), f, func(st ministry.Standing) (ministry.Decision, error) {
		d, err := decide(ministry.Accepted)(st)
		d.Key = &period
		return d, err
	})
	t.ok(err)
	same(t, "the keys", must(t.Member(t.Context(), ours)).Keys, append(member.Keys, period))
}
