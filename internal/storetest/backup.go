package storetest

import (
	"jard/internal/count"
	"jard/internal/stocktake"
)

var backups = []guarantee{
	{"nothing is safe before a backup is confirmed", nothingSafe},
	{"what a confirmed backup holds is safe, and stays so", backupConfirmed},
	{"a backup of another history is refused whole", backupForeign},
}

type marks = map[stocktake.SocietyID]map[count.Stream]count.Mark

func (t *trial) safe(society stocktake.SocietyID, s count.Stream, want uint64, wantKnown bool) {
	t.Helper()
	through, known, err := t.SafeThrough(t.Context(), society, s)
	t.ok(err)
	if through != want || known != wantKnown {
		t.Errorf("safe through %d (known: %v), want %d (%v)", through, known, want, wantKnown)
	}
}

func nothingSafe(t *trial) {
	t.issue(s1)
	d := newDevice("d1")
	t.push(d, d.run(s1, 3))
	t.safe(ours, d.stream, 0, false)
	t.ok(t.ConfirmBackup(t.Context(), must(t.Incarnation(t.Context())), nil)) // one of an empty store is a backup, too
	t.safe(ours, d.stream, 0, true)
}

func backupConfirmed(t *trial) {
	t.issue(s1)
	one, two := newDevice("d1"), newDevice("d2")
	t.push(one, one.run(s1, 3))
	incarnation := must(t.Incarnation(t.Context()))
	older := marks{ours: {one.stream: one.mark}}
	t.push(one, one.run(s1, 2))
	t.push(two, two.run(s1, 1))
	newer := marks{ours: {one.stream: one.mark, two.stream: two.mark}}
	t.push(one, one.run(s1, 4))
	for _, x := range []struct {
		held     marks
		one, two uint64
	}{{older, 3, 0}, {newer, 5, 1}, {older, 5, 1}} {
		t.ok(t.ConfirmBackup(t.Context(), incarnation, x.held))
		for range 2 {
			t.safe(ours, one.stream, x.one, true)
			t.safe(ours, two.stream, x.two, true)
			t.safe(theirs, one.stream, 0, true)
			t.again()
		}
	}
	// What a backup holds it holds, whatever befalls the store.
	t.ok(t.RenewIncarnation(t.Context(), ours, "a device knows more"))
	t.safe(ours, one.stream, 5, true)
}

func backupForeign(t *trial) {
	t.issue(s1)
	one, two := newDevice("d1"), newDevice("d2")
	t.push(one, one.run(s1, 3))
	t.push(two, two.run(s1, 3))
	incarnation := must(t.Incarnation(t.Context()))
	higher, other := two.mark, two.mark
	higher.Acked++
	other.Digest[0]++
	for name, x := range map[string]struct {
		incarnation string
		second      count.Mark
	}{
		"another store's":         {"another", two.mark},
		"no incarnation":          {"", two.mark},
		"beyond what is here":     {incarnation, higher},
		"the same, and different": {incarnation, other},
	} {
		err := t.ConfirmBackup(t.Context(), x.incarnation, marks{ours: {one.stream: one.mark, two.stream: x.second}})
		if stocktake.CodeOf(err) != stocktake.Conflict {
			t.Errorf("%s: %v", name, err)
		}
		t.safe(ours, one.stream, 0, false)
	}
	t.ok(t.RenewIncarnation(t.Context(), "", "restored"))
	if err := t.ConfirmBackup(t.Context(), incarnation, marks{ours: {one.stream: one.mark}}); stocktake.CodeOf(err) != stocktake.Conflict {
		t.Errorf("of before the restore: %v", err)
	}
	wrong := marks{ours: {{Device: "d\x00", Epoch: "e"}: {}}}
	if err := t.ConfirmBackup(t.Context(), must(t.Incarnation(t.Context())), wrong); stocktake.CodeOf(err) != stocktake.Invalid {
		t.Errorf("a device that cannot be: %v", err)
	}
	t.safe(ours, one.stream, 0, false)
}
