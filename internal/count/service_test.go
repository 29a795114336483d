package count_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"jard/internal/count"
	"jard/internal/stocktake"
)

func TestReadYourWrites(t *testing.T) {
	f := openFloor(t)
	f.issue(sara, session)
	d := f.device(society, "d1")
	for n, e := range walkOf(session, "p1", "ali", 3) {
		d.push(e)
		if v := f.view(sara, session); v.Offset != uint64(n)+2 {
			t.Fatalf("the view is as of entry %d; %d are durable", v.Offset, n+2)
		}
	}
	l := f.view(sara, session).Line("cold", "ice")
	if l.Status != count.LineOutside || l.Counted != 3000 {
		t.Fatalf("ice is %s with %s", l.Status, l.Counted)
	}
	_, err := f.svc.DecideLines(t.Context(), omar, session, count.LinesVerdict{
		Verdict: count.Approve, Lines: []count.LineRef{{Section: "cold", Item: "ice", Digest: l.Digest}},
	})
	f.check(err)
	if l = f.view(sara, session).Line("cold", "ice"); l.Status != count.LineApproved {
		t.Fatalf("ice is %s right after its approval", l.Status)
	}
}

// What is in memory and what a fresh service reads from the log are the same.
func TestServiceRestarted(t *testing.T) {
	f := openFloor(t)
	f.issue(sara, session)
	f.device(society, "d1").push(walkOf(session, "p1", "ali", 3)...)
	before := whole(t, f.view(sara, session))
	again := count.NewService(f.db, f.db, f.db, clock())
	defer again.Close()
	v, err := again.View(t.Context(), sara, session)
	f.check(err)
	if after := whole(t, v); after != before {
		t.Fatalf("after a restart:\n%s", firstDifference(before, after))
	}
}

// A commit's notice may come when the service has just failed to read the session: the first entry of the log then
// comes by the notice, and its documents must be loaded all the same.
func TestFirstEntryByNotice(t *testing.T) {
	broken := &brokenLog{}
	f := openFloor(t, func(l count.Log) count.Log { broken.Log = l; return broken })
	release := broken.holdBack()
	f.issue(sara, session)
	broken.fail(true)
	if _, err := f.svc.View(t.Context(), sara, session); err == nil {
		t.Fatal("the store's fault was hidden")
	}
	release() // now the notice of entry 1 comes
	if v := f.view(sara, session); v.Offset != 1 || len(v.Lines) != 1 {
		t.Fatalf("the view is as of entry %d with %d lines", v.Offset, len(v.Lines))
	}
}

// brokenLog fails reads, and holds notices back.
type brokenLog struct {
	count.Log
	mu      sync.Mutex
	failing bool
	watcher func(count.Committed)
	held    []count.Committed
	holding chan struct{} // closed by the first notice held back
}

func (b *brokenLog) fail(yes bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failing = yes
}

func (b *brokenLog) holdBack() (release func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	holding := make(chan struct{})
	b.holding = holding
	return func() {
		<-holding // the store tells from a goroutine of its own
		b.mu.Lock()
		defer b.mu.Unlock()
		b.holding, b.failing = nil, false
		for _, c := range b.held {
			b.watcher(c)
		}
	}
}

func (b *brokenLog) Watch(f func(count.Committed)) func() {
	b.watcher = f
	return b.Log.Watch(func(c count.Committed) {
		b.mu.Lock()
		if b.holding != nil {
			if b.held = append(b.held, c); len(b.held) == 1 {
				close(b.holding)
			}
			b.mu.Unlock()
			return
		}
		b.mu.Unlock()
		f(c)
	})
}

func (b *brokenLog) Read(ctx context.Context, society stocktake.SocietyID, session stocktake.SessionID, from uint64, limit int) ([]count.Entry, error) {
	b.mu.Lock()
	failing := b.failing
	b.mu.Unlock()
	if failing {
		return nil, errors.New("the disk is gone")
	}
	return b.Log.Read(ctx, society, session, from, limit)
}

func TestSocietiesDoNotSeeEachOther(t *testing.T) {
	f := openFloor(t)
	stranger := stocktake.Person{Society: "other", ID: "sara", Roles: []stocktake.Role{stocktake.Supervisor, stocktake.Manager}}
	f.issue(sara, session)
	if _, err := f.svc.View(t.Context(), stranger, session); !errors.Is(err, stocktake.Missing) {
		t.Fatalf("a stranger's view: %v", err)
	}
	if _, err := f.svc.BeginClosing(t.Context(), stranger, session, count.Because{}); !errors.Is(err, stocktake.Missing) {
		t.Fatalf("a stranger's closing: %v", err)
	}
	f.issue(stranger, session) // the same id is another session there
	f.device("other", "d1").push(walkOf(session, "p1", "ali", 3)...)
	if v := f.view(sara, session); v.Offset != 1 || v.Closing || len(v.Passes) != 0 {
		t.Fatalf("the stranger's work is in the view: %+v", v)
	}
	list, err := f.svc.Sessions(t.Context(), sara)
	f.check(err)
	if len(list) != 1 {
		t.Fatalf("%d sessions are listed", len(list))
	}
}

// Many devices push and many people look and decide at once; in the end everything is there.
func TestCommandsAndIngestAtOnce(t *testing.T) {
	f := openFloor(t)
	f.issue(sara, session)
	const devices, walks = 4, 12
	var all sync.WaitGroup
	for d := range devices {
		all.Go(func() {
			device := f.device(society, stocktake.DeviceID(fmt.Sprintf("d%d", d)))
			for w := range walks {
				device.push(walkOf(session, stocktake.PassID(fmt.Sprintf("p%d-%d", d, w)), "ali", 4)...)
			}
		})
		all.Go(func() {
			last := uint64(0)
			for n := range walks {
				v, err := f.svc.View(context.Background(), sara, session)
				if err != nil || v.Offset < last {
					t.Errorf("view %d after %d: %v", v.Offset, last, err)
					return
				}
				last = v.Offset
				task := count.Task{ID: fmt.Sprintf("t%d-%d", d, n), Round: 1, Location: "A1"}
				e, err := f.svc.Assign(context.Background(), omar, session, count.Assignment{Tasks: []count.Task{task}})
				if err != nil {
					t.Errorf("assign: %v", err)
					return
				}
				if v, err = f.svc.View(context.Background(), sara, session); err != nil || v.Offset < e.Offset {
					t.Errorf("a view as of %d right after entry %d: %v", v.Offset, e.Offset, err)
				}
			}
		})
	}
	all.Wait()
	v := f.view(sara, session)
	if len(v.Passes) != devices*walks || len(v.Tasks) != devices*walks {
		t.Fatalf("%d passes and %d tasks; want %d each", len(v.Passes), len(v.Tasks), devices*walks)
	}
	entries, err := f.svc.Log(t.Context(), sara, session, 1, 1000)
	f.check(err)
	for n := range entries {
		entries[n].Hash = stocktake.Hash{}
	}
	if uint64(len(entries)) != v.Offset {
		t.Fatalf("%d entries are in the log; the view is as of %d", len(entries), v.Offset)
	}
}

func TestClosedSessionsLeaveMemory(t *testing.T) {
	f := openFloor(t)
	for n := range 40 {
		id := stocktake.SessionID(fmt.Sprintf("s%d", n))
		f.issue(mona, id)
		f.view(mona, id)
		_, err := f.svc.Cancel(t.Context(), mona, id, count.Because{Reason: "a drill"})
		f.check(err)
		if f.view(mona, id).State != count.StateCancelled {
			t.Fatal("a cancelled session is not")
		}
	}
	if n := f.svc.InMemory(); n > 20 {
		t.Fatalf("%d sessions are in memory; all of them are over", n)
	}
	if f.view(mona, "s0").State != count.StateCancelled {
		t.Fatal("a session that left memory cannot be looked at")
	}
}

func TestChangedTellsOfDecisions(t *testing.T) {
	f := openFloor(t)
	told := make(chan stocktake.SessionID, 10)
	stop := f.svc.Changed(func(_ stocktake.SocietyID, id stocktake.SessionID) { told <- id })
	f.issue(sara, session)
	if id := <-told; id != session {
		t.Fatalf("told of %s", id)
	}
	stop()
	_, err := f.svc.Cancel(t.Context(), mona, session, count.Because{Reason: "a drill"})
	f.check(err)
	f.view(sara, session)
	select {
	case <-told:
		t.Fatal("told after stopping")
	default:
	}
}

// A session that cannot be read is listed as damaged and hides no other, from nobody.
func TestListWithADamagedSession(t *testing.T) {
	f := openFloor(t)
	f.issue(sara, session)
	for id, body := range map[stocktake.SessionID]string{
		"torn": `{"site":`, "bare": `{"site":"central","name":{"en":"Bare"}}`, // which names no documents
	} {
		_, err := f.db.Write(t.Context(), count.Draft{
			Society: society, Session: id, Author: count.Author{Person: "sara"}, Kind: count.Issued, Body: []byte(body),
		})
		f.check(err)
	}
	ali := stocktake.Person{Society: society, ID: "ali", Roles: []stocktake.Role{stocktake.Counter}}
	for _, by := range []stocktake.Person{sara, ali} {
		all, err := f.svc.Sessions(t.Context(), by)
		f.check(err)
		states := map[stocktake.SessionID]string{}
		for _, i := range all {
			states[i.Session] = i.State
			damaged := i.State == count.StateDamaged
			if (i.Fault != "") != (damaged && by.ID == sara.ID) {
				t.Errorf("%s is told of %s: %q", by.ID, i.Session, i.Fault)
			}
			if i.Session == "bare" && i.Site != "central" {
				t.Errorf("what is known of %s is not told", i.Session)
			}
		}
		if len(states) != 3 || states[session] != "open" || states["torn"] != "damaged" || states["bare"] != "damaged" {
			t.Errorf("%s sees %v", by.ID, states)
		}
	}
	if open, err := f.svc.Open(t.Context(), society); err != nil || len(open) != 1 || open[0].Session != session {
		t.Errorf("handhelds are offered %v, %v", open, err)
	}
	given, end := context.WithCancel(t.Context())
	end()
	if _, err := f.svc.Sessions(given, sara); err == nil {
		t.Error("who gives up is told that sessions are damaged")
	}
}
