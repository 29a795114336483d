package count_test

import (
	"errors"
	"slices"
	"testing"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// Each word that a person gives can be replaced and taken back by the command that gave it.
func TestCommandsTakeBack(t *testing.T) {
	f := openFloor(t)
	plan := coldPlan(session)
	plan.Scope = count.Scope{}
	_, err := f.svc.Issue(t.Context(), sara, plan)
	f.check(err)
	d := f.device(society, "d1")
	first, second := walkOf(session, "p1", "ali", 4), walkOf(session, "p2", "badr", 1)
	code := first[1]
	code.ID, code.Item, code.Code = "p1-code", "", "c1"
	d.push(first[0], first[1], code)
	d.push(second...)
	first[2].Observations, first[2].Quantity = 2, 8000
	d.push(first[2])
	look := func() *count.View { return f.view(sara, session) }
	want := func(err error, r *stocktake.Reason) {
		t.Helper()
		if !errors.Is(err, r) {
			t.Fatalf("got %v; want %s", err, r.Key)
		}
	}

	resolve := func(r count.Resolution) error {
		r.Code, r.Reason = "c1", "why"
		_, err := f.svc.ResolveCode(t.Context(), sara, session, r)
		return err
	}
	want(resolve(count.Resolution{TakeBack: true}), count.NothingToTakeBack)
	f.check(resolve(count.Resolution{Item: "tea", Pack: 1000}))
	f.check(resolve(count.Resolution{Item: "milk", Pack: 1000}))
	f.check(resolve(count.Resolution{TakeBack: true}))
	f.check(resolve(count.Resolution{SetAside: true, Digest: look().Unknown[0].Digest}))
	f.check(resolve(count.Resolution{TakeBack: true}))
	if u := look().Unknown; len(u) != 1 || u[0].SetAside != "" {
		t.Fatalf("unknown are %+v", u)
	}

	dispute := look().Disputes[0]
	choose := func(p stocktake.PassID, back bool) error {
		_, err := f.svc.ChooseDispute(t.Context(), sara, session, count.Choice{
			Location: "C1", Item: "ice", Pass: p, Digest: dispute.Digest, TakeBack: back, Reason: "why",
		})
		return err
	}
	want(choose("p1", true), count.NothingToTakeBack)
	f.check(choose("p1", false))
	f.check(choose("p2", false))
	if s := look().Settled; len(s) != 1 || s[0].Chosen != "p2" {
		t.Fatalf("settled are %+v", s)
	}
	f.check(choose("", true))
	if n := len(look().Disputes); n != 1 {
		t.Fatalf("%d disputes", n)
	}

	sign := func(back bool) error {
		l := look().Line("dairy", "milk")
		_, err := f.svc.SignRestZero(t.Context(), sara, session, count.Rest{
			Lines: []count.LineRef{{Section: "dairy", Item: "milk", Digest: l.Digest}}, TakeBack: back, Reason: "why",
		})
		return err
	}
	want(sign(true), count.ChangedSince)
	f.check(sign(false))
	want(sign(false), count.ChangedSince)
	f.check(sign(true))
	f.check(sign(false))

	other := first[1]
	other.Amount = 9000 // the same id with other bytes
	d.push(other)
	release := func(key string, accept, back bool) error {
		_, err := f.svc.ResolveQuarantine(t.Context(), sara, session, count.Release{Key: key, Digest: shown(look(), key), Accept: accept, TakeBack: back, Reason: "why"})
		return err
	}
	unseen := count.Release{Key: look().Held[0].Key, Reason: "why"}
	_, err = f.svc.ResolveQuarantine(t.Context(), sara, session, unseen)
	want(err, count.ChangedSince)
	a, b := look().Held[0].Key, look().Held[1].Key
	want(release(a, false, true), count.NothingToTakeBack)
	f.check(release(a, true, false))
	f.check(release(b, true, false))
	if list := look().Accepted; len(list) != 2 || (list[0].Accepted != "") == (list[1].Accepted != "") {
		t.Fatalf("accepted are %+v", list)
	}
	f.check(release(b, false, true))
	f.check(release(a, false, false))
	f.check(release(a, false, true))
	if held := look().Held; len(held) != 2 || !held[0].Open() || !held[1].Open() {
		t.Fatalf("held are %+v", held)
	}
}

// What was let count and does not all the same, for another cause, can still be taken back.
func TestAcceptedEventThatIsHeldForAnotherCauseIsTakenBack(t *testing.T) {
	f := openFloor(t)
	f.issue(sara, session)
	d := f.device(society, "d1")
	body := encode(t, walkOf(session, "p1", "ali", 4)[1]) // of a pass that nobody has opened
	b := count.Batch{Society: society, Stream: d.stream, First: 1, Digest: count.NextDigest(stocktake.Hash{}, body), Events: count.Receive([][]byte{body})}
	b.Events[0].Quarantine(count.DeviceRevoked)
	_, err := f.db.Append(t.Context(), b)
	f.check(err)
	key := f.view(sara, session).Held[0].Key
	for _, back := range []bool{false, true} {
		_, err := f.svc.ResolveQuarantine(t.Context(), sara, session, count.Release{Key: key, Digest: shown(f.view(sara, session), key), Accept: !back, TakeBack: back, Reason: "why"})
		f.check(err)
		want := count.HeldPassUnknown
		if back {
			want = count.DeviceRevoked.Key
		}
		if held := f.view(sara, session).Held; len(held) != 1 || held[0].Reason != want || !held[0].Open() {
			t.Fatalf("held are %+v; want %s", held, want)
		}
	}
}

// shown is the digest of a held event as it stands.
func shown(v *count.View, key string) count.Digest {
	for _, h := range slices.Concat(v.Accepted, v.Held) {
		if h.Key == key {
			return h.Digest
		}
	}
	return ""
}
