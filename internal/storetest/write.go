package storetest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"jard/internal/count"
	"jard/internal/stocktake"
)

var writes = []guarantee{
	{"an entry is read back with its author and body", writtenIsRead},
	{"a session is issued once", issuedOnce},
	{"a log that was never issued takes nothing", neverIssued},
	{"a cancelled log takes nothing more", cancelledIsClosed},
	{"IfHead refuses what was decided on an older log", ifHead},
	{"of many decisions on one head one is written", ifHeadRace},
	{"Fenced without a session goes to each open session joined", fenceJoined},
	{"Fenced of a stream that joined none goes to the late log", fenceUnjoined},
	{"Head and Heads say where logs stand", heads},
}

// fails wants an error of this reason.
func (t *trial) fails(err error, want *stocktake.Reason) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("the answer is %v, want %v", err, want)
	}
}

func writtenIsRead(t *trial) {
	t.issue(s1)
	d := draft(s1, count.Closing, count.Author{Person: "badr", Roles: []stocktake.Role{stocktake.Supervisor, stocktake.Manager}})
	d.Note, d.Body = "why", []byte(`{"x":"جرد"}`)
	written := t.write(d)
	read := t.entries(ours, s1)[1]
	for _, e := range []count.Entry{written, read} {
		equal(t, "the offset", e.Offset, 2)
		equal(t, "the kind", e.Kind, d.Kind)
		equal(t, "the author", fmt.Sprint(e.Author), fmt.Sprint(d.Author))
		equal(t, "the note", e.Note, d.Note)
		equal(t, "the body", string(e.Body), string(d.Body))
	}
	equal(t, "the hash", written.Hash, read.Hash)
	equal(t, "the instant", written.RecordedAt, read.RecordedAt)
	t.write(draft(s1, count.Drained, server))
	equal(t, "the server's author", fmt.Sprint(t.entries(ours, s1)[2].Author), fmt.Sprint(server))
}

func issuedOnce(t *trial) {
	t.issue(s1)
	_, err := t.Store.Write(t.Context(), draft(s1, count.Issued, planner))
	t.fails(err, count.SessionExists)
	t.write(draft(s1, count.Cancelled, planner))
	_, err = t.Store.Write(t.Context(), draft(s1, count.Issued, planner))
	t.fails(err, count.SessionExists)
	equal(t, "the log", kinds(t.entries(ours, s1)), "issued cancelled ")
}

func neverIssued(t *trial) {
	_, err := t.Store.Write(t.Context(), draft(s1, count.Closing, planner))
	t.fails(err, stocktake.Missing)
	_, err = t.Store.Head(t.Context(), ours, s1)
	t.fails(err, stocktake.Missing)
	equal(t, "the number of logs", len(must(t.Heads(t.Context(), ours))), 0)
}

func cancelledIsClosed(t *trial) {
	t.issue(s1)
	t.write(draft(s1, count.Cancelled, planner))
	for _, kind := range []count.Kind{count.Closing, count.Cancelled} {
		_, err := t.Store.Write(t.Context(), draft(s1, kind, planner))
		t.fails(err, count.LogClosed)
	}
	equal(t, "the state", must(t.Store.Head(t.Context(), ours, s1)).State, count.LogCancelled)
	equal(t, "the log", kinds(t.entries(ours, s1)), "issued cancelled ")
}

func ifHead(t *trial) {
	t.issue(s1)
	d := newDevice("d1")
	t.push(d, d.run(s1, 1))
	decision := draft(s1, count.Closing, planner)
	for _, head := range []uint64{0, 1, 3} {
		decision.IfHead = &head
		_, err := t.Store.Write(t.Context(), decision)
		t.fails(err, count.LogMoved)
	}
	cancel := draft(s1, count.Cancelled, planner)
	cancel.IfHead = new(uint64)
	_, err := t.Store.Write(t.Context(), cancel)
	t.fails(err, count.LogMoved)
	equal(t, "the state", must(t.Store.Head(t.Context(), ours, s1)).State, count.LogOpen)
	head := uint64(2)
	decision.IfHead = &head
	t.write(decision)
	equal(t, "the log", kinds(t.entries(ours, s1)), "issued observed closing ")
}

func ifHeadRace(t *trial) {
	t.issue(s1)
	var group sync.WaitGroup
	var written atomic.Int32
	for range 30 {
		group.Go(func() {
			head := uint64(1)
			d := draft(s1, count.Closing, planner)
			d.IfHead = &head
			switch _, err := t.Store.Write(t.Context(), d); {
			case err == nil:
				written.Add(1)
			case !errors.Is(err, count.LogMoved):
				t.Error(err)
			}
		})
	}
	group.Wait()
	equal(t, "the number written", written.Load(), 1)
	equal(t, "the log", kinds(t.entries(ours, s1)), "issued closing ")
}

func fenceJoined(t *trial) {
	const s3 stocktake.SessionID = "s3"
	t.issue(s1, s2, s3, "s4")
	d := newDevice("d1")
	for _, s := range []stocktake.SessionID{s1, s2, s3} {
		t.join(d, s)
	}
	t.write(draft(s3, count.Cancelled, planner))
	t.write(draft("", count.Fenced, count.Author{Stream: d.stream}))
	equal(t, "the first log", kinds(t.entries(ours, s1)), "issued joined fenced ")
	equal(t, "the second log", kinds(t.entries(ours, s2)), "issued joined fenced ")
	equal(t, "the cancelled log", kinds(t.entries(ours, s3)), "issued joined cancelled ")
	equal(t, "the log never joined", kinds(t.entries(ours, "s4")), "issued ")
	equal(t, "the late log", len(t.entries(ours, count.LateLog)), 0)
	equal(t, "the mark", must(t.Mark(t.Context(), ours, d.stream)), count.Mark{Epoch: "e1", Fenced: true})
}

func fenceUnjoined(t *trial) {
	d := newDevice("d1")
	t.write(draft("", count.Fenced, count.Author{Stream: d.stream}))
	equal(t, "the late log", kinds(t.entries(ours, count.LateLog)), "fenced ")
	equal(t, "the mark", must(t.Mark(t.Context(), ours, d.stream)), count.Mark{Epoch: "e1", Fenced: true})
}

func heads(t *trial) {
	t.issue(s1, s2)
	d := newDevice("d1")
	t.push(d, d.batch(d.observed(s1, 1), d.observed("unknown", 2)))
	list := must(t.Heads(t.Context(), ours))
	if len(list) != 2 {
		t.Fatalf("Heads lists %v", list)
	}
	if list[0].IssuedAt.Before(list[1].IssuedAt) {
		t.Errorf("Heads lists %v, want the newest first", list)
	}
	for _, h := range list {
		issued := t.entries(ours, h.Session)[0] // which checks offset and hash of the head
		equal(t, "the head", must(t.Store.Head(t.Context(), ours, h.Session)), h)
		equal(t, "the state", h.State, count.LogOpen)
		equal(t, "the issue", h.IssuedAt, issued.RecordedAt)
	}
	equal(t, "the late log's head", must(t.Store.Head(t.Context(), ours, count.LateLog)).Offset, 1)
	_, err := t.Store.Head(t.Context(), ours, "s3")
	t.fails(err, stocktake.Missing)
}
