package storetest

import (
	"encoding/json"
	"fmt"

	"jard/internal/account"
	"jard/internal/count"
	"jard/internal/stocktake"
)

var incarnations = []guarantee{
	{"a store keeps its incarnation until it is renewed", incarnationKept},
	{"a renewal is recorded in every open session with the devices awaited", renewalRecorded},
	{"a renewal locks the signing of societies never heard of, too", renewalLocks},
	{"a renewal for one society locks and concerns no other", renewalOfOne},
	{"Renewed tells what has come since an incarnation", renewedSince},
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
		t.ok(t.RenewIncarnation(t.Context(), "", "a device knows more"))
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
	t.ok(t.RenewIncarnation(t.Context(), "", "restored"))
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
	t.ok(t.RenewIncarnation(t.Context(), "", "restored"))
	for _, society := range []stocktake.SocietyID{ours, theirs} {
		equal(t, "the lock", must(t.Chain(t.Context(), society)).Locked, true)
	}
	must(t.OpenSeries(t.Context(), ours, 2))
	equal(t, "our lock", must(t.Chain(t.Context(), ours)).Locked, false)
	equal(t, "the other's lock", must(t.Chain(t.Context(), theirs)).Locked, true)
	t.ok(t.RenewIncarnation(t.Context(), "", "restored again"))
	equal(t, "our lock", must(t.Chain(t.Context(), ours)).Locked, true)
}

func renewalOfOne(t *trial) {
	d := &desk{t}
	d.enrol(ours, "d1")
	d.enrol(theirs, "d3")
	t.issue(s1)
	must(t.Write(t.Context(), count.Draft{Society: theirs, Session: s1, Author: planner, Kind: count.Issued, Body: []byte("{}")}))
	first := must(t.Incarnation(t.Context()))
	t.ok(t.RenewIncarnation(t.Context(), ours, "a device of ours knows more"))
	if must(t.Incarnation(t.Context())) == first {
		t.Error("the store kept its incarnation")
	}
	locks := func(our, their bool) {
		t.Helper()
		equal(t, "our lock", must(t.Chain(t.Context(), ours)).Locked, our)
		equal(t, "the other's lock", must(t.Chain(t.Context(), theirs)).Locked, their)
		equal(t, "the lock of one never heard of", must(t.Chain(t.Context(), "elsewhere")).Locked, false)
	}
	locks(true, false)
	t.again()
	locks(true, false)
	equal(t, "our log", kinds(t.entries(ours, s1)), "issued restored ")
	equal(t, "the other's log", kinds(t.entries(theirs, s1)), "issued ")
	sealing := t.sealing(ours, s1, []byte("while locked"))
	t.sealRefused(sealing, count.SigningLocked)
	t.seal(theirs, s1, "no business of theirs")

	t.ok(t.RenewIncarnation(t.Context(), theirs, "one of theirs does"))
	locks(true, true)
	must(t.OpenSeries(t.Context(), ours, 2))
	locks(false, true)
	t.ok(t.RenewIncarnation(t.Context(), theirs, "again"))
	locks(false, true)
	must(t.OpenSeries(t.Context(), theirs, 2))
	locks(false, false)
	t.ok(t.RenewIncarnation(t.Context(), ours, "again"))
	locks(true, false)
	for _, wrong := range []stocktake.SocietyID{"~", "a\x00b"} {
		if err := t.RenewIncarnation(t.Context(), wrong, "no society"); stocktake.CodeOf(err) != stocktake.Invalid {
			t.Errorf("renewing for %q: %v", wrong, err)
		}
	}
}

func renewedSince(t *trial) {
	// An older copy of a store knows nothing of its later names: that is a finding, and no explanation.
	equal(t, "Renewed since one never had, in a store never renewed", must(t.Renewed(t.Context(), ours, "later")), false)
	names := []string{must(t.Incarnation(t.Context()))}
	for _, society := range []stocktake.SocietyID{ours, theirs, ""} {
		t.ok(t.RenewIncarnation(t.Context(), society, "for some reason"))
		names = append(names, must(t.Incarnation(t.Context())))
		t.again()
		for n, since := range names {
			// Number n was followed by those for ours, theirs and all, in this order, from the n-th on.
			after := []stocktake.SocietyID{ours, theirs, ""}[n : len(names)-1]
			for _, asked := range []stocktake.SocietyID{ours, theirs, "elsewhere"} {
				want := false
				for _, x := range after {
					want = want || x == asked || x == ""
				}
				equal(t, fmt.Sprintf("Renewed(%s) since number %d of %d", asked, n, len(names)), must(t.Renewed(t.Context(), asked, since)), want)
			}
		}
	}
	for _, never := range []string{"", "never had"} {
		equal(t, "Renewed since one never had", must(t.Renewed(t.Context(), ours, never)), true)
	}
}
