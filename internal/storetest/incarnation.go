package storetest

import (
	"encoding/json"

	"jard/internal/account"
	"jard/internal/count"
	"jard/internal/stocktake"
)

var incarnations = []guarantee{
	{"a store keeps its incarnation until it is renewed", incarnationKept},
	{"a renewal is recorded in every open session with the devices awaited", renewalRecorded},
	{"a renewal locks the signing of societies never heard of, too", renewalLocks},
}

func incarnationKept(t *trial) {
	first := must(t.Incarnation(t.Context()))
	if len(first) != 22 {
		t.Errorf("an incarnation is %q", first)
	}
	t.again()
	equal(t, "the incarnation", must(t.Incarnation(t.Context())), first)
	seen := map[string]bool{first: true}
	for range 3 {
		t.ok(t.RenewIncarnation(t.Context(), "a device knows more"))
		next := must(t.Incarnation(t.Context()))
		if seen[next] {
			t.Errorf("incarnation %q came back", next)
		}
		seen[next] = true
		t.again()
		equal(t, "the incarnation", must(t.Incarnation(t.Context())), next)
	}
}

func renewalRecorded(t *trial) {
	d := &desk{t}
	d.enrol(ours, "d1")
	d.enrol(ours, "d2")
	d.enrol(theirs, "d3")
	must(t.RevokeDevice(t.Context(), ours, account.Act{At: morning, Device: "d2", Kind: account.DeviceDismissed}))
	t.issue(s1, s2)
	t.write(draft(s2, count.Cancelled, planner))
	counting := newDevice("d1")
	t.push(counting, counting.run("unknown", 1)) // makes a late log
	t.ok(t.RenewIncarnation(t.Context(), "restored"))
	entries := t.entries(ours, s1)
	equal(t, "the open log", kinds(entries), "issued restored ")
	equal(t, "the cancelled log", kinds(t.entries(ours, s2)), "issued cancelled ")
	equal(t, "the late log", kinds(t.entries(ours, count.LateLog)), "observed(session-unknown) ")
	same(t, "the author", entries[1].Author, server)
	var body count.RestoredBody
	t.ok(json.Unmarshal(entries[1].Body, &body))
	same(t, "the body", body, count.RestoredBody{
		Incarnation: must(t.Incarnation(t.Context())), Devices: []stocktake.DeviceID{"d1"},
	})
	t.push(counting, counting.run(s1, 2))
	t.entries(ours, s1)
}

func renewalLocks(t *trial) {
	equal(t, "the lock of a new store", must(t.Chain(t.Context(), ours)).Locked, false)
	t.ok(t.RenewIncarnation(t.Context(), "restored"))
	for _, society := range []stocktake.SocietyID{ours, theirs} {
		equal(t, "the lock", must(t.Chain(t.Context(), society)).Locked, true)
	}
	must(t.OpenSeries(t.Context(), ours, 2))
	equal(t, "our lock", must(t.Chain(t.Context(), ours)).Locked, false)
	equal(t, "the other's lock", must(t.Chain(t.Context(), theirs)).Locked, true)
	t.ok(t.RenewIncarnation(t.Context(), "restored again"))
	equal(t, "our lock", must(t.Chain(t.Context(), ours)).Locked, true)
}
