package storetest

import (
	"errors"
	"fmt"

	"jard/internal/count"
	"jard/internal/stocktake"
)

const (
	ours   stocktake.SocietyID = "rumaithiya"
	theirs stocktake.SocietyID = "salmiya"
	s1     stocktake.SessionID = "s1"
	s2     stocktake.SessionID = "s2"
)

var (
	planner = count.Author{Person: "amal", Roles: []stocktake.Role{stocktake.Manager}}
	server  = count.Author{}
)

// device makes the batches of one stream, as the gateway does, and keeps the mark that the store should have.
type device struct {
	society stocktake.SocietyID
	stream  count.Stream
	mark    count.Mark
}

func newDevice(name stocktake.DeviceID) *device {
	d := &device{society: ours, stream: count.Stream{Device: name, Epoch: "e1"}}
	d.mark.Epoch = d.stream.Epoch
	return d
}

// observed is the n-th event of the stream: an observation, decoded as ingest does it.
func (d *device) observed(session stocktake.SessionID, n uint64) count.Received {
	body := fmt.Appendf(nil, `{"v":1,"id":"%s-%d","kind":"observed","session":"%s","at":1767000000000,"pass":"p1",`+
		`"item":"milk","pack":1000,"amount":%d}`, d.stream.Device, n, session, 1000*n)
	return count.Receive([][]byte{body})[0]
}

// batch follows the mark with these events.
func (d *device) batch(events ...count.Received) count.Batch {
	b := count.Batch{Society: d.society, Stream: d.stream, First: d.mark.Acked + 1, Prev: d.mark.Digest, Digest: d.mark.Digest}
	for _, e := range events {
		b.Digest = count.NextDigest(b.Digest, e.Body)
	}
	b.Events = events
	return b
}

// run follows the mark with n observations of one session.
func (d *device) run(session stocktake.SessionID, n int) count.Batch {
	events := make([]count.Received, n)
	for i := range events {
		events[i] = d.observed(session, d.mark.Acked+uint64(i)+1)
	}
	return d.batch(events...)
}

// push appends a batch that the store has to take, and checks the mark it answers.
func (t *trial) push(d *device, b count.Batch) {
	t.Helper()
	want := count.Mark{Epoch: d.stream.Epoch, Acked: b.First + uint64(len(b.Events)) - 1, Digest: b.Digest}
	got, err := t.Append(t.Context(), b)
	t.ok(err)
	equal(t, "the mark", got, want)
	d.mark = want
}

// draft is what the server or a person writes.
func draft(session stocktake.SessionID, kind count.Kind, by count.Author) count.Draft {
	return count.Draft{Society: ours, Session: session, Author: by, Kind: kind, Body: []byte(`{}`)}
}

func (t *trial) write(d count.Draft) count.Entry {
	t.Helper()
	e, err := t.Store.Write(t.Context(), d)
	t.ok(err)
	return e
}

func (t *trial) issue(sessions ...stocktake.SessionID) {
	t.Helper()
	for _, s := range sessions {
		t.write(draft(s, count.Issued, planner))
	}
}

// join lets a stream join a session, as handing out its pack does.
func (t *trial) join(d *device, session stocktake.SessionID) {
	t.Helper()
	j := draft(session, count.Joined, count.Author{Stream: d.stream})
	j.Society, j.Body = d.society, []byte(`{"epoch":"e1"}`)
	t.write(j)
}

// entries is all of a log, nil where there is none, with its chain checked.
func (t *trial) entries(society stocktake.SocietyID, session stocktake.SessionID) []count.Entry {
	t.Helper()
	head, err := t.Store.Head(t.Context(), society, session)
	if errors.Is(err, stocktake.Missing) {
		return nil
	}
	t.ok(err)
	entries := must(t.Read(t.Context(), society, session, 1, 1<<20))
	previous := count.Genesis(society, session)
	for n, e := range entries {
		if e.Offset != uint64(n+1) {
			t.Fatalf("entry %d of %q has offset %d", n+1, session, e.Offset)
		}
		if e.Hash != count.Chain(previous, e.AppendStored(nil)) {
			t.Fatalf("entry %d of %q breaks the chain", e.Offset, session)
		}
		previous = e.Hash
	}
	if head.Offset != uint64(len(entries)) || head.Hash != previous {
		t.Fatalf("the head of %q is %d, its log has %d", session, head.Offset, len(entries))
	}
	return entries
}

// kinds is what a log holds, in short.
func kinds(entries []count.Entry) string {
	text := ""
	for _, e := range entries {
		text += e.Kind.String()
		if e.Note != "" {
			text += "(" + e.Note + ")"
		}
		text += " "
	}
	return text
}
