package count_test

import (
	"context"
	"errors"
	"testing"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// counted is a session of one freezer, counted right and closing: ready for its seal.
func counted(t *testing.T, wrap ...func(count.Log) count.Log) (*floor, *device) {
	t.Helper()
	f := openFloor(t, wrap...)
	f.issue(sara, session)
	d := f.device(society, "d1")
	f.check(f.svc.Join(t.Context(), society, session, d.stream, ""))
	d.push(walkOf(session, "p1", "ali", 4)...)
	_, err := f.svc.BeginClosing(t.Context(), sara, session, count.Because{})
	f.check(err)
	return f, d
}

func TestSealNamesWhatStandsInTheWay(t *testing.T) {
	f, d := counted(t)
	_, err := f.svc.Seal(t.Context(), sara, session, f.view(sara, session).Head, &issuer{})
	if !errors.Is(err, count.SealBlocked) {
		t.Fatalf("sealing before a device has drained: %v", err)
	}
	f.check(f.svc.Drained(t.Context(), society, session, d.stream, d.mark.Acked))
	e, err := f.svc.Seal(t.Context(), sara, session, f.view(sara, session).Head, &issuer{})
	f.check(err)
	v := f.view(sara, session)
	if v.State != count.StateSealed || v.Offset != e.Offset || e.Kind != count.Sealed {
		t.Fatalf("the session is %s at %d", v.State, v.Offset)
	}
	if _, err := f.svc.Seal(t.Context(), sara, session, f.view(sara, session).Head, &issuer{}); !errors.Is(err, count.LogClosed) {
		t.Fatalf("sealing twice: %v", err)
	}
	if _, err := f.svc.Assign(t.Context(), sara, session, count.Assignment{}); !errors.Is(err, count.LogClosed) {
		t.Fatalf("a task for a sealed session: %v", err)
	}
}

// Two people press the button at once: there is one result, and the other is told that it is there.
func TestTwoWhoSealAtOnceSealOnce(t *testing.T) {
	f, d := counted(t)
	f.check(f.svc.Drained(t.Context(), society, session, d.stream, d.mark.Acked))
	head := f.view(sara, session).Head
	const hands = 8
	sealed := make(chan error, hands)
	for range hands {
		go func() {
			_, err := f.svc.Seal(t.Context(), sara, session, head, &issuer{})
			sealed <- err
		}()
	}
	done := 0
	for range hands {
		switch err := <-sealed; {
		case err == nil:
			done++
		case !errors.Is(err, count.LogClosed) && !errors.Is(err, count.ChangedSince):
			t.Errorf("who was not the first is told: %v", err)
		}
	}
	if done != 1 {
		t.Fatalf("it was sealed %d times", done)
	}
}

// Something arrives between the look and the seal: however harmless, it was not looked at.
func TestSealHoldsToTheHeadThatWasLookedAt(t *testing.T) {
	f, d := counted(t)
	f.check(f.svc.Drained(t.Context(), society, session, d.stream, d.mark.Acked))
	seen := f.view(sara, session).Head
	d.push(walkOf(session, "p2", "badr", 4)...) // the same figure again
	unused := &issuer{before: func() { t.Error("a result was made of what nobody looked at") }}
	for what, head := range map[string]stocktake.Hash{"of before": seen, "of nothing": {}} {
		if _, err := f.svc.Seal(t.Context(), sara, session, head, unused); !errors.Is(err, count.ChangedSince) {
			t.Errorf("sealing with the head %s: %v", what, err)
		}
	}
	i := &issuer{}
	i.before = func() {
		i.before = nil
		d.push(walkOf(session, "p3", "badr", 4)...) // while it is being made
	}
	if _, err := f.svc.Seal(t.Context(), sara, session, f.view(sara, session).Head, i); !errors.Is(err, count.ChangedSince) {
		t.Fatalf("sealing over what arrived: %v", err)
	}
	_, err := f.svc.Seal(t.Context(), sara, session, f.view(sara, session).Head, i)
	f.check(err)
}

// An approval lapses when its approver's own scan arrives while the session is being sealed: four eyes are checked
// again at the seal.
func TestFourEyesAreCheckedAgainAtTheSeal(t *testing.T) {
	f := openFloor(t)
	f.issue(sara, session)
	d := f.device(society, "d1")
	d.push(walkOf(session, "p1", "ali", 3)...)
	ctx := t.Context()
	ref := []count.LineRef{{Section: "cold", Item: "ice", Digest: f.view(sara, session).Line("cold", "ice").Digest}}
	_, err := f.svc.DecideLines(ctx, person("ali", stocktake.Supervisor), session, count.LinesVerdict{Verdict: count.Approve, Lines: ref})
	if !errors.Is(err, count.ApproverCounted) {
		t.Fatalf("ali approves his own count: %v", err)
	}
	_, err = f.svc.DecideLines(ctx, omar, session, count.LinesVerdict{Verdict: count.Approve, Lines: ref})
	f.check(err)
	_, err = f.svc.BeginClosing(ctx, sara, session, count.Because{})
	f.check(err)
	i := &issuer{}
	i.before = func() {
		i.before = nil
		again := walkOf(session, "p2", "omar", 3) // his own, with the same figure
		d.push(again...)
	}
	if _, err := f.svc.Seal(ctx, sara, session, f.view(sara, session).Head, i); !errors.Is(err, count.ChangedSince) {
		t.Fatalf("sealing over what arrived: %v", err)
	}
	if _, err := f.svc.Seal(ctx, sara, session, f.view(sara, session).Head, i); !errors.Is(err, count.SealBlocked) {
		t.Fatalf("sealing what a counter approved: %v", err)
	}
	if got := f.view(sara, session).Line("cold", "ice").Status; got != count.LineOutside {
		t.Fatalf("the line is %s; want it returned to the approvers", got)
	}
}

// A chain that never comes to rest is not waited for without end.
func TestSealGivesUpOnAChainThatKeepsMoving(t *testing.T) {
	moving := &movingLog{}
	f, d := counted(t, func(l count.Log) count.Log { moving.Log = l; return moving })
	f.check(f.svc.Drained(t.Context(), society, session, d.stream, d.mark.Acked))
	if _, err := f.svc.Seal(t.Context(), sara, session, f.view(sara, session).Head, &issuer{}); !errors.Is(err, count.ChainMoved) {
		t.Fatalf("sealing onto a chain that moves: %v", err)
	}
	if moving.seals < 2 || moving.seals > 10 {
		t.Fatalf("%d attempts", moving.seals)
	}
}

type movingLog struct {
	count.Log
	seals int
}

func (m *movingLog) Seal(context.Context, count.Sealing) (count.Entry, error) {
	m.seals++
	return count.Entry{}, count.ChainMoved.New()
}

func TestDrainedNeedsWhatWasAnnounced(t *testing.T) {
	f, d := counted(t)
	if err := f.svc.Drained(t.Context(), society, session, d.stream, d.mark.Acked+1); !errors.Is(err, count.NotDrained) {
		t.Fatalf("drained beyond what has arrived: %v", err)
	}
}
