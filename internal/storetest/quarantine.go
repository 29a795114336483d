package storetest

import (
	"fmt"
	"reflect"
	"time"

	"jard/internal/link"
	"jard/internal/stocktake"
)

var quarantines = []guarantee{
	{"a row that was left out waits, is known again, and holds what is said of completeness until its movement comes", rowAwaited},
	{"a row leaves by a person's word, which is kept", rowResolved},
	{"a row without an id is known in its own file only", rowWithoutID},
	{"a row whose id came before it waits for a person", rowBehindItsID},
	{"a quarantine that is full refuses a transfer whole", quarantineBound},
	{"a dry run puts nothing into quarantine", quarantineDryRun},
	{"what waits and what left is there after a reopening", quarantineReopened},
}

// leftOut is the n-th row that a till sent wrong, awaited under the id of its n-th sale.
func leftOut(n int) link.LeftRow {
	return link.LeftRow{
		Movement: sold(n).ID, File: "ليلة.csv", Content: stocktake.HashOf([]byte("file")), Line: n + 1, Header: "id,kind", Raw: fmt.Sprintf("till-1/%d,gift", n),
		Faults: []link.ToldFault{{Line: n + 1, Column: "kind", Value: "gift", Severity: link.Quarantined, Told: link.Told{Key: "movement-kind-word", English: "no kind", Arabic: "نوع غير معروف"}}},
	}
}

func rowsLeftOut(from, to int) (list []link.LeftRow) {
	for n := from; n <= to; n++ {
		list = append(list, leftOut(n))
	}
	return list
}

// waiting are the lines of the rows that wait.
func (t *trial) waiting(site stocktake.SiteID) (lines []int) {
	t.Helper()
	for _, e := range must(t.Waiting(t.Context(), ours, site, 1, 2*link.MaxWaiting)) {
		if e.Kind != link.LeftOut || e.Row == nil {
			t.Fatalf("entry %d is of kind %d", e.Offset, e.Kind)
		}
		lines = append(lines, e.Row.Line)
	}
	equal(t, "how many wait", must(t.Feed(t.Context(), ours, site)).Waiting, len(lines))
	return lines
}

// held wants nothing of a claim and a watermark believed, and both kept.
func (t *trial) held(s link.FeedState, through time.Time) {
	t.Helper()
	if !s.Watermark.Through.IsZero() || len(s.Covered) > 0 || s.Held == nil || !s.Held.Watermark.Through.Equal(through) || len(s.Held.Covered) != 1 {
		t.Fatalf("with rows waiting the feed says %+v, and holds %+v", s, s.Held)
	}
}

func rowAwaited(t *trial) {
	said := link.Transfer{
		LeftOut: rowsLeftOut(2, 3), Movements: []stocktake.Movement{sold(1), sold(4)}, Claim: link.Claim{Through: 4},
		Watermark: stocktake.Watermark{Since: opening, Through: opening.Add(time.Hour)},
	}
	first := t.move(central, said)
	equal(t, "new", first.New, 2)
	equal(t, "left out", first.LeftOut, 2)
	equal(t, "that wait", first.Waits, 2)
	t.held(first.State, opening.Add(time.Hour))
	if first.State.WaitingSince.IsZero() {
		t.Error("nothing says since when they wait")
	}
	rows := must(t.Waiting(t.Context(), ours, central, 1, 10))
	if want := leftOut(2); len(rows) != 2 || !reflect.DeepEqual(*rows[0].Row, want) {
		t.Fatalf("what waits is %+v", rows)
	}
	equal(t, "from the second on", len(must(t.Waiting(t.Context(), ours, central, rows[1].Offset, 10))), 1)
	log := len(t.moved(central))
	again := t.move(central, said)
	equal(t, "left out again", again.LeftOut, 0)
	equal(t, "that wait again", again.Waits, 2)
	equal(t, "the length", len(t.moved(central)), log)

	later := t.move(central, link.Transfer{Watermark: stocktake.Watermark{Through: opening.Add(2 * time.Hour)}})
	t.held(later.State, opening.Add(2*time.Hour))
	one := t.move(central, link.Transfer{Movements: sales(3, 3)})
	equal(t, "settled", one.Settled, 1)
	t.held(one.State, opening.Add(2*time.Hour))
	same(t, "what waits", t.waiting(central), []int{3})
	last := t.move(central, link.Transfer{Movements: sales(2, 2)})
	equal(t, "settled", last.Settled, 1)
	if s := last.State; s.Held != nil || s.Waiting != 0 || !s.WaitingSince.IsZero() || !s.Watermark.Through.Equal(opening.Add(2*time.Hour)) || len(s.Covered) != 1 {
		t.Errorf("with nothing waiting the feed says %+v", s)
	}
	entries := t.moved(central)
	if e := entries[len(entries)-1]; e.Kind != link.Completed || !e.Watermark.Through.Equal(opening.Add(2*time.Hour)) {
		t.Errorf("the last entry is %+v", e)
	}
	settled := must(t.LastSettled(t.Context(), ours, central, 10))
	if len(settled) != 2 || settled[0].Against != rows[0].Offset || settled[1].Against != rows[1].Offset || entries[settled[0].Arrived-1].Movement != sold(2) {
		t.Errorf("the settlements are %+v", settled)
	}
	replayed := t.move(central, said) // it came and was mended: it waits no more
	equal(t, "that wait", replayed.Waits, 0)
	equal(t, "what waits", len(t.waiting(central)), 0)
	equal(t, "of another site", len(must(t.Waiting(t.Context(), ours, branch, 1, 10))), 0)
}

func rowResolved(t *trial) {
	t.move(central, link.Transfer{LeftOut: rowsLeftOut(2, 3), Watermark: stocktake.Watermark{Since: opening, Through: opening}})
	rows := must(t.Waiting(t.Context(), ours, central, 1, 10))
	head := must(t.Feed(t.Context(), ours, central))
	for _, r := range []link.Resolution{{Row: rows[1].Offset + 1, Reason: "a test"}, {Row: rows[0].Offset}, {Row: 99, Reason: "a test"}} {
		_, err := t.Move(t.Context(), ours, central, link.Transfer{By: "manager", Resolve: []link.Resolution{{Row: rows[1].Offset, Reason: "a test"}, r}})
		if c := stocktake.CodeOf(err); c != stocktake.Conflict && c != stocktake.Invalid {
			t.Errorf("%+v answers %v", r, err)
		}
	}
	same(t, "the feed", must(t.Feed(t.Context(), ours, central)), head)
	taken, err := t.Move(t.Context(), ours, central, link.Transfer{By: "manager", Resolve: []link.Resolution{{Row: rows[0].Offset, Reason: " أُعيد "}, {Row: rows[1].Offset, Reason: "a test"}}})
	t.ok(err)
	equal(t, "settled", taken.Settled, 2)
	if s := taken.State; s.Waiting != 0 || !s.Watermark.Through.Equal(opening) || s.ReceivedBy != till || !s.ReceivedAt.Equal(head.ReceivedAt) {
		t.Errorf("afterwards the feed says %+v", s)
	}
	last := must(t.LastSettled(t.Context(), ours, central, 1))
	if len(last) != 1 || last[0].By != "manager" || last[0].Reason != "a test" || last[0].Arrived != 0 || last[0].Against != rows[1].Offset {
		t.Errorf("the last settlement is %+v", last)
	}
	equal(t, "that wait", t.move(central, link.Transfer{LeftOut: rowsLeftOut(2, 2)}).Waits, 0)
}

func rowWithoutID(t *trial) {
	row := leftOut(2)
	row.Movement = ""
	equal(t, "left out", t.move(central, link.Transfer{LeftOut: []link.LeftRow{row}}).LeftOut, 1)
	rows := must(t.Waiting(t.Context(), ours, central, 1, 10))
	t.move(central, link.Transfer{Resolve: []link.Resolution{{Row: rows[0].Offset, Reason: "a test"}}})
	again := t.move(central, link.Transfer{LeftOut: []link.LeftRow{row}})
	equal(t, "left out again", again.LeftOut, 0)
	equal(t, "that wait again", again.Waits, 0)
	row.File, row.Content = "till-2.csv", stocktake.HashOf([]byte("another file"))
	other := t.move(central, link.Transfer{LeftOut: []link.LeftRow{row}, Claim: link.Claim{Through: 4}, Watermark: stocktake.Watermark{Since: opening, Through: opening}})
	equal(t, "left out of another file", other.LeftOut, 1)
	t.held(other.State, opening)
	equal(t, "what waits", len(t.waiting(central)), 1)
}

func rowBehindItsID(t *trial) {
	t.move(central, link.Transfer{Movements: sales(2, 2)})
	t.move(central, link.Transfer{LeftOut: rowsLeftOut(2, 2), Movements: sales(2, 2)})
	rows := must(t.Waiting(t.Context(), ours, central, 1, 10))
	if len(rows) != 1 || rows[0].Row.Movement != "" {
		t.Errorf("what waits is %+v", rows)
	}
	t.moved(branch)
}

func quarantineBound(t *trial) {
	t.move(central, link.Transfer{LeftOut: rowsLeftOut(1, link.MaxWaiting-1)})
	head := must(t.Feed(t.Context(), ours, central))
	over := link.Transfer{By: till, LeftOut: rowsLeftOut(link.MaxWaiting, link.MaxWaiting+2), Movements: sales(1, 1)}
	_, err := t.Move(t.Context(), ours, central, over)
	t.fails(err, link.QuarantineFull)
	same(t, "the feed", must(t.Feed(t.Context(), ours, central)), head)
	over.LeftOut = over.LeftOut[:2] // and the first one's movement makes room
	equal(t, "left out", t.move(central, over).LeftOut, 2)
	equal(t, "what waits", len(t.waiting(central)), link.MaxWaiting)
	t.moved(central)
}

func quarantineDryRun(t *trial) {
	dry := t.move(central, link.Transfer{LeftOut: rowsLeftOut(1, 2), DryRun: true, Watermark: stocktake.Watermark{Since: opening, Through: opening}})
	equal(t, "left out", dry.LeftOut, 2)
	equal(t, "that would wait", dry.State.Waiting, 2)
	equal(t, "what waits", len(t.waiting(central)), 0)
}

func quarantineReopened(t *trial) {
	t.move(central, link.Transfer{LeftOut: rowsLeftOut(1, 300), Movements: sales(301, 310)})
	t.move(central, link.Transfer{Movements: sales(17, 17)})
	rows, state, settled := must(t.Waiting(t.Context(), ours, central, 1, 1000)), must(t.Feed(t.Context(), ours, central)), must(t.LastSettled(t.Context(), ours, central, 9))
	equal(t, "how many wait", len(rows), 299)
	t.again()
	same(t, "what waits", must(t.Waiting(t.Context(), ours, central, 1, 1000)), rows)
	same(t, "the feed", must(t.Feed(t.Context(), ours, central)), state)
	same(t, "the settlements", must(t.LastSettled(t.Context(), ours, central, 9)), settled)
	t.moved(central)
}
