package storetest

import (
	"fmt"
	"reflect"
	"time"

	"jard/internal/count"
	"jard/internal/ministry"
	"jard/internal/result"
	"jard/internal/stocktake"
)

var outboxes = []guarantee{
	{"Results lists by place, from a place, up to a limit, without documents", resultsList},
	{"a place without a document is missing", resultMissing},
	{"what was just sealed is due, once there is a ministry", dueAtOnce},
	{"Due lists by society and place, up to a limit", dueOrder},
	{"a postponed delivery is due when its time has come", postponed},
	{"a delivered document keeps its answer and is due no more", delivered},
	{"a change of key is a document of the chain", keyChange},
	{"a change of key that does not follow the chain is refused", keyChangeRefused},
	{"an identity is replaced whole", identities},
}

// newKey is a random public key.
func newKey() result.PublicKey { return must(result.NewKey()).Public() }

// pinned is an identity that reports to a ministry.
func pinned(society stocktake.SocietyID) ministry.Identity {
	return ministry.Identity{
		Society: society, Keys: []result.KeyPeriod{{Key: newKey(), From: result.Start().Next()}},
		Ministry: &ministry.Pin{
			URL: "https://ministry.example", Key: newKey(), EnrolledAt: time.Date(2026, 1, 15, 8, 0, 0, 0, time.UTC),
		},
	}
}

// answer is a receipt as it might come; its bytes name it.
func answer(verdict ministry.Verdict, number uint64) ministry.Answer {
	return ministry.Answer{Verdict: verdict, Number: number, Signed: result.Signed{
		Document: fmt.Appendf(nil, "receipt %d: %s", number, verdict), Signature: []byte("signed"),
	}}
}

// sealMany issues and seals n sessions and gives what was sealed, in order.
func (t *trial) sealMany(society stocktake.SocietyID, n int) []count.Sealing {
	t.Helper()
	var list []count.Sealing
	for i := range n {
		d := draft(stocktake.SessionID(fmt.Sprint("session-", i)), count.Issued, planner)
		d.Society = society
		t.write(d)
		list = append(list, t.seal(society, d.Session, fmt.Sprintf("result %d of %s", i, society)))
	}
	return list
}

// same is for what is not compared with ==.
func same(t *trial, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s is\n%+v, want\n%+v", what, got, want)
	}
}

// dueNow lists what is due now and long after, as place by society.
func (t *trial) dueNow(limit int) string {
	t.Helper()
	text := ""
	for _, d := range must(t.Due(t.Context(), time.Now().Add(time.Hour), limit)) {
		text += string(d.Society) + " " + d.At.String() + ", "
	}
	return text
}

func resultsList(t *trial) {
	t.sealMany(ours, 3)
	must(t.OpenSeries(t.Context(), ours, 300)) // orders by number, not by text
	t.issue(s1)
	last := t.seal(ours, s1, "of another series")
	places := func(from result.Ref, limit int) string {
		text := ""
		for _, d := range must(t.Results(t.Context(), ours, from, limit)) {
			text += d.At.String() + " "
			if d.Signed.Document != nil || d.Signed.Signature != nil {
				t.Errorf("%s is listed with its document", d.At)
			}
		}
		return text
	}
	equal(t, "all", places(result.Ref{}, 100), "1/1 1/2 1/3 300/1 ")
	equal(t, "the first page", places(result.Ref{}, 2), "1/1 1/2 ")
	equal(t, "the second", places(result.Ref{Series: 1, Number: 3}, 2), "1/3 300/1 ")
	equal(t, "from a place that is empty", places(result.Ref{Series: 2}, 100), "300/1 ")
	equal(t, "beyond the last", places(result.Ref{Series: 300, Number: 2}, 100), "")
	equal(t, "a page of none", places(result.Ref{}, 0), "")
	listed := must(t.Results(t.Context(), ours, placeOf(last), 1))[0]
	stored := t.storedIs(last)
	stored.Signed = result.Signed{}
	same(t, "the listed one", listed, stored)
}

func resultMissing(t *trial) {
	t.sealMany(ours, 1)
	at := result.Ref{Series: 1, Number: 2}
	_, err := t.Result(t.Context(), ours, at)
	t.fails(err, stocktake.Missing)
	t.fails(t.Delivered(t.Context(), ours, at, answer(ministry.Accepted, 1)), stocktake.Missing)
}

func dueAtOnce(t *trial) {
	t.ok(t.PutIdentity(t.Context(), ministry.Identity{Society: ours, Keys: pinned(ours).Keys}))
	s := t.sealMany(ours, 1)[0]
	equal(t, "what is due without a ministry", t.dueNow(10), "")
	t.ok(t.PutIdentity(t.Context(), pinned(ours)))
	due := must(t.Due(t.Context(), time.Now().Add(-time.Hour), 10)) // by a clock that stands behind the store's
	if len(due) != 1 {
		t.Fatalf("due are %v", due)
	}
	equal(t, "the society", due[0].Society, ours)
	equal(t, "the place", due[0].At, placeOf(s))
	equal(t, "the attempts", due[0].Attempts, 0)
	same(t, "the stored delivery", t.storedIs(s).Delivery, &due[0])
}

func dueOrder(t *trial) {
	for _, society := range []stocktake.SocietyID{theirs, ours, "unpinned"} {
		if society != "unpinned" {
			t.ok(t.PutIdentity(t.Context(), pinned(society)))
		}
		t.sealMany(society, 3)
	}
	const all = "rumaithiya 1/1, rumaithiya 1/2, rumaithiya 1/3, salmiya 1/1, salmiya 1/2, salmiya 1/3, "
	equal(t, "all", t.dueNow(100), all)
	equal(t, "the first five", t.dueNow(5), all[:len(all)-len("salmiya 1/3, ")])
	equal(t, "the first", t.dueNow(1), "rumaithiya 1/1, ")
}

func postponed(t *trial) {
	t.ok(t.PutIdentity(t.Context(), pinned(ours)))
	s := t.sealMany(ours, 2)[0]
	next := time.Now().UTC().Add(2 * time.Hour).Truncate(time.Microsecond)
	p := ministry.Postponement{Delivery: ministry.Delivery{
		Society: ours, At: placeOf(s), Attempts: 4, Next: next, Cause: "ministry-away", Blocking: true,
	}}
	t.ok(t.Postponed(t.Context(), p))
	equal(t, "what is due", t.dueNow(10), "rumaithiya 1/2, ")
	equal(t, "what is due before", len(must(t.Due(t.Context(), next.Add(-time.Microsecond), 10))), 1)
	due := must(t.Due(t.Context(), next, 10))
	if len(due) != 2 {
		t.Fatalf("due are %v", due)
	}
	same(t, "the delivery", due[0], p.Delivery)
	stored := t.storedIs(s)
	same(t, "the stored delivery", stored.Delivery, &p.Delivery)
	if stored.Answer != nil {
		t.Errorf("the answer is %v", stored.Answer)
	}
	held := answer(ministry.Held, 7)
	p.Answer, p.Attempts, p.Cause = &held, 5, ""
	t.ok(t.Postponed(t.Context(), p))
	same(t, "the answer", t.storedIs(s).Answer, &held)
	p.Answer, p.Attempts = nil, 6
	t.ok(t.Postponed(t.Context(), p))
	same(t, "the answer kept", t.storedIs(s).Answer, &held)
}

func delivered(t *trial) {
	t.ok(t.PutIdentity(t.Context(), pinned(ours)))
	s := t.sealMany(ours, 2)[0]
	at := placeOf(s)
	for number := uint64(1); number <= 2; number++ { // repeated, it stores the receipt once more
		receipt := answer(ministry.Accepted, number)
		t.ok(t.Delivered(t.Context(), ours, at, receipt))
		stored := t.storedIs(s)
		same(t, "the answer", stored.Answer, &receipt)
		if stored.Delivery != nil {
			t.Errorf("the delivery is %v", stored.Delivery)
		}
	}
	equal(t, "what is due", t.dueNow(10), "rumaithiya 1/2, ")
	receipt := answer(ministry.Held, 9)
	late := ministry.Postponement{Delivery: ministry.Delivery{Society: ours, At: at}, Answer: &receipt}
	t.ok(t.Postponed(t.Context(), late))
	stored := t.storedIs(s)
	equal(t, "the number of the answer", stored.Answer.Number, 2)
	equal(t, "what is due", t.dueNow(10), "rumaithiya 1/2, ")
	same(t, "the listed answer", must(t.Results(t.Context(), ours, at, 1))[0].Answer, stored.Answer)
}

// keySealing follows the chain as it stands.
func (t *trial) keySealing(text string) ministry.KeySealing {
	t.Helper()
	chain := must(t.Chain(t.Context(), ours))
	return ministry.KeySealing{
		Society: ours, At: chain.Next(), Previous: chain.Hash,
		Signed: result.Signed{Document: []byte(text), Signature: []byte("old\nnew")},
		Key:    result.KeyPeriod{Key: newKey(), From: chain.Next().Next()},
	}
}

func keyChange(t *trial) {
	identity := pinned(ours)
	t.ok(t.PutIdentity(t.Context(), identity))
	t.sealMany(ours, 1)
	k := t.keySealing("change of key")
	t.ok(t.PutKeyChange(t.Context(), k))
	identity.Keys = append(identity.Keys, k.Key)
	same(t, "the identity", must(t.Identity(t.Context(), ours)), identity)
	equal(t, "the chain", must(t.Chain(t.Context(), ours)), ministry.Chain{Head: result.Head{Ref: k.At, Hash: k.Signed.Hash()}})
	stored := must(t.Result(t.Context(), ours, k.At))
	equal(t, "the kind", stored.Kind, ministry.KindKeyChange)
	equal(t, "the previous", stored.Previous, k.Previous)
	same(t, "the document", stored.Signed, k.Signed)
	equal(t, "what is due", t.dueNow(10), "rumaithiya 1/1, rumaithiya 1/2, ")
	t.issue(s1)
	equal(t, "the next one's previous", t.seal(ours, s1, "after the change").Previous, k.Signed.Hash())
}

func keyChangeRefused(t *trial) {
	identity := pinned(ours)
	t.ok(t.PutIdentity(t.Context(), identity))
	early := t.keySealing("early")
	t.sealMany(ours, 1)
	chain := must(t.Chain(t.Context(), ours))
	t.fails(t.PutKeyChange(t.Context(), early), count.ChainMoved)
	k := t.keySealing("with another previous")
	k.Previous = stocktake.Hash{}
	t.fails(t.PutKeyChange(t.Context(), k), count.ChainMoved)
	equal(t, "the chain", must(t.Chain(t.Context(), ours)), chain)
	t.ok(t.RenewIncarnation(t.Context(), "", "restored"))
	t.fails(t.PutKeyChange(t.Context(), t.keySealing("locked")), count.SigningLocked)
	same(t, "the identity", must(t.Identity(t.Context(), ours)), identity)
	equal(t, "the number of documents", len(must(t.Results(t.Context(), ours, result.Ref{}, 10))), 1)
}

func identities(t *trial) {
	_, err := t.Identity(t.Context(), ours)
	t.fails(err, stocktake.Missing)
	equal(t, "the number of identities", len(must(t.Identities(t.Context()))), 0)
	first, other := pinned(ours), pinned(theirs)
	t.ok(t.PutIdentity(t.Context(), other))
	t.ok(t.PutIdentity(t.Context(), first))
	same(t, "the list", must(t.Identities(t.Context())), []ministry.Identity{first, other})
	first = ministry.Identity{Society: ours, Keys: pinned(ours).Keys}
	t.ok(t.PutIdentity(t.Context(), first))
	same(t, "the identity", must(t.Identity(t.Context(), ours)), first)
	same(t, "the other", must(t.Identity(t.Context(), theirs)), other)
}
