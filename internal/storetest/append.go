package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"sync"

	"jard/internal/count"
	"jard/internal/stocktake"
)

var appends = []guarantee{
	{"what was appended is read back", appendedIsRead},
	{"Read gives copies, from an offset, up to a limit", readPages},
	{"a stream never seen has the zero mark of its epoch", zeroMark},
	{"a duplicate, a gap or another history is refused and writes nothing", notFollowing},
	{"a fenced stream takes nothing", fencedTakesNothing},
	{"an empty batch changes nothing", emptyBatch},
	{"events of no open session go to the late log with a note", lateEvents},
	{"events without a session go to each open session joined", unreadableEvents},
	{"one batch may go to several logs", severalLogs},
	{"concurrent streams give dense offsets and one valid chain", concurrentStreams},
	{"one refused write harms no other", refusedAmongOthers},
	{"what cannot be stored is refused", unstorable},
}

func appendedIsRead(t *trial) {
	t.issue(s1)
	d := newDevice("d1")
	b := d.run(s1, 3)
	quarantined := d.observed(s1, 4)
	quarantined.Kind, quarantined.Note = count.Quarantined, "event-kind"
	t.push(d, b)
	t.push(d, d.batch(quarantined))
	entries := t.entries(ours, s1)
	equal(t, "the log", kinds(entries), "issued observed observed observed quarantined(event-kind) ")
	for n, e := range entries[1:] {
		want := quarantined.Body
		if n < 3 {
			want = b.Events[n].Body
		}
		if !bytes.Equal(e.Body, want) {
			t.Errorf("event %d reads %s", n+1, e.Body)
		}
		equal(t, "the author", e.Author.Stream, d.stream)
		equal(t, "the number", e.Author.Seq, uint64(n+1))
		equal(t, "the zone", e.RecordedAt.Location().String(), "UTC")
	}
	equal(t, "the mark", must(t.Mark(t.Context(), ours, d.stream)), d.mark)
}

func readPages(t *trial) {
	t.issue(s1)
	d := newDevice("d1")
	t.push(d, d.run(s1, 9))
	read := func(from uint64, limit int) string {
		offsets := ""
		for _, e := range must(t.Read(t.Context(), ours, s1, from, limit)) {
			offsets += fmt.Sprint(e.Offset, " ")
			clear(e.Body)
		}
		return offsets
	}
	equal(t, "the first page", read(1, 4), "1 2 3 4 ")
	equal(t, "the second", read(5, 4), "5 6 7 8 ")
	equal(t, "the last", read(9, 4), "9 10 ")
	equal(t, "the one after", read(11, 4), "")
	equal(t, "a page of none", read(1, 0), "")
	t.entries(ours, s1) // the bodies cleared above were copies
}

func zeroMark(t *trial) {
	mark := must(t.Mark(t.Context(), ours, count.Stream{Device: "d1", Epoch: "e7"}))
	equal(t, "the mark", mark, count.Mark{Epoch: "e7"})
}

// refused wants a batch answered with the mark that stands, and nothing written.
func (t *trial) refused(d *device, b count.Batch) {
	t.Helper()
	before := [3]string{kinds(t.entries(ours, s1)), kinds(t.entries(ours, s2)), kinds(t.entries(ours, count.LateLog))}
	_, err := t.Append(t.Context(), b)
	following, ok := errors.AsType[*count.NotFollowing](err)
	if !ok {
		t.Fatalf("the answer is %v, want NotFollowing", err)
	}
	equal(t, "the mark answered", following.Mark, d.mark)
	equal(t, "the mark", must(t.Mark(t.Context(), ours, d.stream)), d.mark)
	after := [3]string{kinds(t.entries(ours, s1)), kinds(t.entries(ours, s2)), kinds(t.entries(ours, count.LateLog))}
	equal(t, "what is stored", after, before)
}

func notFollowing(t *trial) {
	t.issue(s1)
	d := newDevice("d1")
	first := d.run(s1, 3)
	t.push(d, first)
	t.refused(d, first) // a duplicate
	overlap := d.run(s1, 2)
	overlap.First = 3
	t.refused(d, overlap)
	gap := d.run(s1, 2)
	gap.First = 5
	t.refused(d, gap)
	zero := d.run(s1, 1)
	zero.First = 0
	t.refused(d, zero)
	other := d.run(s1, 2)
	other.Prev = stocktake.HashOf([]byte("another history"))
	t.refused(d, other)
	fresh := newDevice("d2")
	early := fresh.run(s1, 1)
	early.First = 2
	t.refused(fresh, early)
	t.push(d, d.run(s1, 2)) // the stream goes on
}

func fencedTakesNothing(t *trial) {
	t.issue(s1)
	d := newDevice("d1")
	t.join(d, s1)
	t.push(d, d.run(s1, 2))
	fence := draft("", count.Fenced, count.Author{Stream: d.stream})
	t.write(fence)
	d.mark.Fenced = true
	t.refused(d, d.run(s1, 1))
	t.refused(d, d.batch())
	next := newDevice("d1")
	next.stream.Epoch, next.mark.Epoch = "e2", "e2"
	t.push(next, next.run(s1, 1)) // a new epoch is another stream
}

func emptyBatch(t *trial) {
	t.issue(s1)
	d := newDevice("d1")
	t.push(d, d.run(s1, 2))
	t.push(d, d.batch())
	equal(t, "the log", kinds(t.entries(ours, s1)), "issued observed observed ")
}

func lateEvents(t *trial) {
	t.issue(s1, s2)
	t.write(draft(s2, count.Cancelled, planner))
	d := newDevice("d1")
	t.seal(ours, s1, "result 1")
	t.push(d, d.batch(d.observed(s1, 1), d.observed(s2, 2), d.observed("s3", 3)))
	equal(t, "the late log", kinds(t.entries(ours, count.LateLog)),
		"observed(session-sealed) observed(session-cancelled) observed(session-unknown) ")
	equal(t, "the sealed log", kinds(t.entries(ours, s1)), "issued sealed ")
	equal(t, "the cancelled log", kinds(t.entries(ours, s2)), "issued cancelled ")
	for _, h := range must(t.Heads(t.Context(), ours)) {
		if h.Session != s1 && h.Session != s2 {
			t.Errorf("Heads lists %q", h.Session)
		}
	}
}

func unreadableEvents(t *trial) {
	t.issue(s1, s2)
	d := newDevice("d1")
	torn := count.Received{Kind: count.Quarantined, Note: "event-unreadable", Body: []byte("\xff\x00torn")}
	t.push(d, d.batch(torn))
	equal(t, "the late log", kinds(t.entries(ours, count.LateLog)), "quarantined(event-unreadable) ")
	t.join(d, s1)
	t.join(d, s2)
	t.push(d, d.batch(torn, d.observed(s1, 3)))
	equal(t, "the first log", kinds(t.entries(ours, s1)), "issued joined quarantined(event-unreadable) observed ")
	equal(t, "the second log", kinds(t.entries(ours, s2)), "issued joined quarantined(event-unreadable) ")
	t.write(draft(s1, count.Cancelled, planner))
	t.push(d, d.batch(torn))
	equal(t, "the second log", kinds(t.entries(ours, s2)),
		"issued joined quarantined(event-unreadable) quarantined(event-unreadable) ")
	for _, session := range []stocktake.SessionID{s1, s2, count.LateLog} {
		entries := t.entries(ours, session)
		for _, e := range entries {
			if e.Kind == count.Quarantined && !bytes.Equal(e.Body, torn.Body) {
				t.Errorf("%q holds %q", session, e.Body)
			}
		}
	}
	equal(t, "the late log", len(t.entries(ours, count.LateLog)), 1)
}

func severalLogs(t *trial) {
	t.issue(s1, s2)
	d := newDevice("d1")
	t.push(d, d.batch(d.observed(s1, 1), d.observed(s2, 2), d.observed(s1, 3)))
	equal(t, "the first log", kinds(t.entries(ours, s1)), "issued observed observed ")
	second := t.entries(ours, s2)
	equal(t, "the second log", kinds(second), "issued observed ")
	equal(t, "its event's number", second[1].Author.Seq, 2)
}

func concurrentStreams(t *trial) {
	t.issue(s1, s2)
	const devices, batches, events = 24, 8, 5
	var group sync.WaitGroup
	for n := range devices {
		group.Go(func() {
			d := newDevice(stocktake.DeviceID(fmt.Sprint("d", n)))
			for k := range batches {
				b := d.run([]stocktake.SessionID{s1, s2}[k%2], events)
				mark, err := t.Append(t.Context(), b)
				if err != nil {
					t.Error(err)
					return
				}
				d.mark = mark
			}
		})
	}
	group.Wait()
	seen := map[count.Stream]uint64{}
	for _, session := range []stocktake.SessionID{s1, s2} {
		entries := t.entries(ours, session) // which checks offsets and chain
		equal(t, "the length", len(entries), 1+devices*batches*events/2)
		last := map[count.Stream]uint64{}
		for _, e := range entries[1:] {
			if e.Author.Seq <= last[e.Author.Stream] {
				t.Fatalf("event %d of %v stands after %d", e.Author.Seq, e.Author.Stream, last[e.Author.Stream])
			}
			last[e.Author.Stream] = e.Author.Seq
			seen[e.Author.Stream]++
		}
	}
	for stream, n := range seen {
		equal(t, "the events of "+string(stream.Device), n, batches*events)
	}
}

func refusedAmongOthers(t *trial) {
	t.issue(s1)
	var group sync.WaitGroup
	for n := range 40 {
		group.Go(func() {
			d := newDevice(stocktake.DeviceID(fmt.Sprint("d", n)))
			b := d.run(s1, 3)
			if n%2 == 1 {
				b.Prev = stocktake.HashOf([]byte("another history"))
			}
			_, err := t.Append(t.Context(), b)
			if _, following := errors.AsType[*count.NotFollowing](err); following != (n%2 == 1) {
				t.Errorf("stream %d: %v", n, err)
			}
		})
	}
	group.Wait()
	equal(t, "the length", len(t.entries(ours, s1)), 1+20*3)
}

func unstorable(t *trial) {
	t.issue(s1)
	for _, stream := range []count.Stream{{}, {Device: "d1"}, {Device: "d\x001", Epoch: "e1"}} {
		d := newDevice("d1")
		b := d.run(s1, 1)
		b.Stream = stream
		if _, err := t.Append(t.Context(), b); stocktake.CodeOf(err) != stocktake.Invalid {
			t.Errorf("stream %q: %v", stream, err)
		}
	}
	equal(t, "the log", kinds(t.entries(ours, s1)), "issued ")
	equal(t, "the late log", len(t.entries(ours, count.LateLog)), 0)
}
