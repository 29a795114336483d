package storetest

import (
	"context"
	"fmt"
	"sync"

	"jard/internal/count"
	"jard/internal/ministry"
	"jard/internal/result"
	"jard/internal/stocktake"
)

var reopenings = []guarantee{
	{"what was acknowledged is there after a reopening", reopened},
	{"streams, logs and chains go on where they stood", resumed},
	{"a lock stays after a reopening", lockReopened},
	{"what was acknowledged while the store was closed upon is there", closedUpon},
}

// again closes the store and opens it again.
func (t *trial) again() { t.Store = t.reopen() }

func reopened(t *trial) {
	t.issue(s1, s2)
	d := newDevice("d1")
	t.join(d, s2)
	t.push(d, d.batch(d.observed(s1, 1), d.observed("unknown", 2)))
	large := document(1, 3<<20)
	t.ok(t.Publish(t.Context(), ours, "catalogue", large, document(2, 10)))
	identity := pinned(ours)
	t.ok(t.PutIdentity(t.Context(), identity))
	sealed := t.seal(ours, s1, "result")
	t.enrol(theirs)
	f := filing(place(1), "first")
	f.Society = theirs
	t.file(f, ministry.Accepted)

	logs := func() string {
		text := ""
		for _, session := range []stocktake.SessionID{s1, s2, count.LateLog} {
			entries := t.entries(ours, session)
			text += kinds(entries) + entries[len(entries)-1].Hash.String() + "\n"
		}
		return text
	}
	read, heads := logs(), must(t.Heads(t.Context(), ours))
	stored, chain := t.storedIs(sealed), must(t.Chain(t.Context(), ours))
	member, kept := must(t.Member(t.Context(), theirs)), must(t.Filing(t.Context(), theirs, f.Hash))
	receipts := must(t.Receipts(t.Context(), 0, 10))
	_, since, err := t.Published(t.Context(), ours, "catalogue")
	t.ok(err)

	t.again()

	equal(t, "the logs", logs(), read)
	same(t, "the heads", must(t.Heads(t.Context(), ours)), heads)
	equal(t, "the mark", must(t.Mark(t.Context(), ours, d.stream)), d.mark)
	t.holds(ours, large)
	t.holds(ours, document(2, 10))
	hash, at, err := t.Published(t.Context(), ours, "catalogue")
	t.ok(err)
	equal(t, "the pointer", hash, large.Hash)
	equal(t, "its instant", at, since)
	same(t, "the result", t.storedIs(sealed), stored)
	equal(t, "the chain", must(t.Chain(t.Context(), ours)), chain)
	equal(t, "what is due", t.dueNow(10), "rumaithiya 1/1, ")
	same(t, "the identity", must(t.Identity(t.Context(), ours)), identity)
	same(t, "the member", must(t.Member(t.Context(), theirs)), member)
	same(t, "the filing", must(t.Filing(t.Context(), theirs, f.Hash)), kept)
	same(t, "the receipts", must(t.Receipts(t.Context(), 0, 10)), receipts)
}

func resumed(t *trial) {
	t.issue(s1, s2)
	d, fenced := newDevice("d1"), newDevice("d2")
	t.join(d, s1)
	last := d.run(s1, 3)
	t.push(d, last)
	t.write(draft("", count.Fenced, count.Author{Stream: fenced.stream}))
	fenced.mark.Fenced = true
	t.again()
	t.refused(d, last) // its answer may have been lost
	t.refused(fenced, fenced.run(s1, 1))
	torn := count.Received{Kind: count.Quarantined, Note: "event-unreadable", Body: []byte("torn")}
	t.push(d, d.batch(torn))
	equal(t, "the log", kinds(t.entries(ours, s1)), "issued joined observed observed observed quarantined(event-unreadable) ")
	first := t.seal(ours, s1, "result 1")
	t.again()
	t.sealRefused(t.sealing(ours, s1, []byte("again")), count.LogClosed)
	next := t.seal(ours, s2, "result 2")
	equal(t, "the previous", next.Previous, first.Result.Hash)
	equal(t, "the place", placeOf(next), result.Ref{Series: 1, Number: 2})
}

func lockReopened(t *trial) {
	t.issue(s1)
	t.ok(t.RenewIncarnation(t.Context(), "", "restored"))
	t.again()
	t.sealRefused(t.sealing(ours, s1, []byte("result")), count.SigningLocked)
	t.ok(t.Adopt(t.Context(), ministry.Adoption{Society: ours, IfHead: result.Start(), Unlock: true}))
	t.again()
	t.seal(ours, s1, "result")
}

// closedUpon has writers in full swing when the store closes: each counts what it was told is durable.
func closedUpon(t *trial) {
	t.issue(s1)
	devices := make([]*device, 12)
	store := t.Store
	var group, begun sync.WaitGroup
	for n := range devices {
		d := newDevice(stocktake.DeviceID(fmt.Sprint("d", n)))
		devices[n] = d
		begun.Add(1)
		group.Go(func() {
			for round := 0; ; round++ {
				mark, err := store.Append(context.Background(), d.run(s1, 3))
				if round == 0 {
					begun.Done()
				}
				if err != nil {
					return // the store has closed
				}
				d.mark = mark
			}
		})
	}
	begun.Wait()
	t.again()
	group.Wait()
	stored := map[count.Stream]uint64{}
	for _, e := range t.entries(ours, s1)[1:] {
		stored[e.Author.Stream]++
		equal(t, "the number", e.Author.Seq, stored[e.Author.Stream])
	}
	for _, d := range devices {
		mark := must(t.Mark(t.Context(), ours, d.stream))
		if mark.Acked < d.mark.Acked || mark.Acked != stored[d.stream] {
			t.Errorf("%s was told %d; the mark is %d, the log has %d", d.stream.Device, d.mark.Acked, mark.Acked, stored[d.stream])
		}
	}
}
