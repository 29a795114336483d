package link_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"jard/internal/boltdb"
	"jard/internal/link"
	"jard/internal/stocktake"
)

// broken is a store that fails with a transfer of its count down.
type broken struct {
	*boltdb.DB
	left int
}

var errCut = errors.New("power was cut")

func (b *broken) Move(ctx context.Context, society stocktake.SocietyID, site stocktake.SiteID, x link.Transfer) (link.Taken, error) {
	if b.left--; b.left < 0 {
		return link.Taken{}, errCut
	}
	return b.DB.Move(ctx, society, site, x)
}

// waits writes what waits as "line id reason | raw".
func waits(t *testing.T, feed link.Movements) (list []string) {
	t.Helper()
	rows, err := feed.Waiting(t.Context(), "s1", "m1", 1, 5000)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range rows {
		list = append(list, fmt.Sprintf("%d %s %s | %s", e.Row.Line, e.Row.Movement, e.Row.Faults[0].Key, e.Row.Raw))
	}
	return list
}

func wantList(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s:\n%s\nwant:\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

const header = "id,kind,item,quantity,booked\n"

// Bad rows are kept as they came, in whatever form they came.
func TestLeftOutRowsAreKeptRaw(t *testing.T) {
	for name, x := range map[string]struct {
		text string
		want []string
	}{
		"csv": {header + "1,sale,200,-1,2026-11-24 08:00\n\"2\",\"a \"\"gift\"\"\",200,-1,2026-11-24 08:30\r\n3,sale,200,-1,2026-11-24 08:30,5\n4,\"lost,200,-1,2026-11-24 08:30\n,sale,200,-1,2026-11-24 08:30\n,sale,200,-1,2026-11-24 08:30\n", []string{
			`3 2 movement-kind-word | "2","a ""gift""",200,-1,2026-11-24 08:30`, `4 3 row-wide | 3,sale,200,-1,2026-11-24 08:30,5`,
			`5 4 quote-unclosed | 4,"lost,200,-1,2026-11-24 08:30`, `6  cell-empty | ,sale,200,-1,2026-11-24 08:30`, `7  cell-empty | ,sale,200,-1,2026-11-24 08:30`,
		}},
		"json": {`[{"id":"1","kind":"sale","item":"200","quantity":-1,"booked":"2026-11-24T08:00:00+03:00"}, {"id":"2",
 "kind":"gift","item":"200","quantity":-1,"booked":"2026-11-24T08:00:00+03:00"},{"id":"3","colour":"red"}]`, []string{
			"2 2 movement-kind-word | {\"id\":\"2\",\n \"kind\":\"gift\",\"item\":\"200\",\"quantity\":-1,\"booked\":\"2026-11-24T08:00:00+03:00\"}", `3 3 key-unknown | {"id":"3","colour":"red"}`,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			im, db := linked(t)
			r, err := im.ImportMovements(t.Context(), machine, file(x.text), "m1", link.Coverage{}, link.Mapping{}, link.Options{Quarantine: true})
			if err != nil || r.Taken.New != 1 || r.Taken.LeftOut != len(x.want) || r.Faults.Refused != 0 {
				t.Fatalf("%v %+v", err, r)
			}
			wantList(t, "what waits", waits(t, db), x.want...)
			rows, err := db.Waiting(t.Context(), "s1", "m1", 1, 1)
			if row := rows[0].Row; err != nil || row.File != "test" || row.Content.IsZero() || (row.Header == "") != (name == "json") || row.Faults[0].Arabic == "" || rows[0].By != machine.ID {
				t.Errorf("%v %+v", err, row)
			}
		})
	}
}

// An id that other rows of the file have too proves nothing when it comes.
func TestLeftOutRowWithASharedID(t *testing.T) {
	im, db := linked(t)
	text := header + "1,sale,200,-1,2026-11-24 08:00\n1,sale,200,-2,2026-11-24 08:00\n2,gift,200,-1,2026-11-24 08:00\n2,gift,200,-2,2026-11-24 08:00\n"
	said := link.Coverage{Watermark: stocktake.Watermark{Since: asOf.Add(-time.Hour), Through: asOf}}
	for range 2 {
		r, err := im.ImportMovements(t.Context(), machine, file(text), "m1", said, link.Mapping{}, link.Options{Quarantine: true})
		if err != nil || !r.Withheld || r.Waiting != 3 {
			t.Fatalf("%v %+v", err, r)
		}
	}
	wantList(t, "what waits", waits(t, db), "3  movement-two-contents | 1,sale,200,-2,2026-11-24 08:00", "4  movement-kind-word | 2,gift,200,-1,2026-11-24 08:00", "5  movement-kind-word | 2,gift,200,-2,2026-11-24 08:00")
}

// A delivery that breaks off between what is left out and what is taken holds the watermark, and is finished by sending it again.
func TestQuarantineSurvivesACut(t *testing.T) {
	_, db := linked(t)
	var text strings.Builder
	text.WriteString(header + "bad,gift,200,-1,2026-11-24 07:00\n")
	for n := range 2*link.MaxTransfer + 1 {
		fmt.Fprintf(&text, "%d,sale,200,-1,2026-11-24 07:00\n", n)
	}
	said := link.Coverage{Watermark: stocktake.Watermark{Since: asOf.Add(-time.Hour), Through: asOf}}
	send := func(transfers int, text string) (*link.MovementsResult, error) {
		im := link.NewImporter(&broken{db, transfers}, link.Limits{})
		im.Clock = func() time.Time { return asOf }
		return im.ImportMovements(t.Context(), machine, file(text), "m1", said, link.Mapping{}, link.Options{Quarantine: true})
	}
	for n := range 3 {
		if _, err := send(n, text.String()); !errors.Is(err, errCut) {
			t.Fatalf("with %d transfers: %v", n, err)
		}
		s, err := db.Feed(t.Context(), "s1", "m1")
		if err != nil || s.Waiting != min(n, 1) || s.Movements != uint64(n*link.MaxTransfer) || !s.Watermark.Through.IsZero() || s.Held != nil {
			t.Fatalf("after %d transfers: %v %+v", n, err, s)
		}
	}
	r, err := send(9, text.String())
	if err != nil || !r.Withheld || r.Waiting != 1 || r.Taken.New != 1 || r.Taken.LeftOut != 0 || r.Watermark != nil {
		t.Fatalf("sent again: %v %+v", err, r)
	}
	mended := strings.Replace(text.String(), "bad,gift", "bad,sale", 1)
	r, err = send(9, mended)
	if err != nil || r.Withheld || r.Waiting != 0 || r.Taken.New != 1 || r.Taken.Settled != 1 || r.Watermark == nil || !r.Watermark.Through.Equal(asOf) {
		t.Fatalf("mended: %v %+v", err, r)
	}
	r, err = send(9, text.String()) // the old file comes once more: its bad row is known, and came
	if err != nil || r.Withheld || r.Waiting != 0 || r.Taken.New != 0 {
		t.Errorf("replayed: %v %+v", err, r)
	}
}

// What is said of completeness waits, and holds by itself once nothing does, by whatever way.
func TestHeldWatermarkMovesOnceNothingWaits(t *testing.T) {
	im, db := linked(t)
	said := link.Coverage{Watermark: stocktake.Watermark{Since: asOf.Add(-time.Hour), Through: asOf.Add(-time.Minute)}}
	report, err := im.Deliver(t.Context(), machine, link.Parcel{Kind: link.MovementsFile, Site: "m1", File: file(oneSale + "2,gift,200,-1,2026-11-24 08:30\n,sale,200,-1,2026-11-24 08:30\n"), Coverage: said, Options: link.Options{Quarantine: true}})
	if err != nil || report.(*link.MovementsResult).Waiting != 2 {
		t.Fatalf("%v %+v", err, report)
	}
	taken, err := im.ImportWatermark(t.Context(), machine, "m1", link.Coverage{Watermark: stocktake.Watermark{Through: asOf}}, false)
	if err != nil || !taken.Watermark.Through.IsZero() || taken.State.Held == nil {
		t.Fatalf("%v %+v", err, taken)
	}
	mended := func() bool {
		h, err := im.Health(t.Context(), machine)
		if err != nil || len(h.Troubles) != 1 {
			t.Fatalf("%v %+v", err, h)
		}
		return !h.Troubles[0].Mended.IsZero()
	}
	if _, err := im.Deliver(t.Context(), machine, link.Parcel{Kind: link.MovementsFile, Site: "m1", File: file(header + "2,sale,200,-1,2026-11-24 08:30\n")}); err != nil || mended() {
		t.Fatalf("%v, mended %v", err, mended())
	}
	q, err := im.Quarantine(t.Context(), machine, "m1", 1, 10)
	if err != nil || len(q.Waiting) != 1 || len(q.Settled) != 1 || q.Settled[0].Row.Row.Line != 3 || q.Settled[0].Arrived == 0 || q.Next != 0 {
		t.Fatalf("%v %+v", err, q)
	}
	row, manager := q.Waiting[0].Offset, person(stocktake.Manager)
	for _, role := range []stocktake.Role{stocktake.Integrator, stocktake.Supervisor, stocktake.FinancialController, stocktake.Counter} {
		if _, err := im.Resolve(t.Context(), person(role), "m1", []uint64{row}, "a test"); stocktake.CodeOf(err) != stocktake.Forbidden {
			t.Errorf("%s: %v", role, err)
		}
	}
	if _, err := im.Quarantine(t.Context(), person(stocktake.Counter), "m1", 1, 10); stocktake.CodeOf(err) != stocktake.Forbidden {
		t.Errorf("a counter: %v", err)
	}
	for reason, rows := range map[string][]uint64{"": {row}, strings.Repeat("س", link.MaxReason+1): {row}, "a test": {row + 1}, "nothing": nil} {
		if _, err := im.Resolve(t.Context(), manager, "m1", rows, reason); err == nil {
			t.Errorf("taken out for %q: %v", reason, rows)
		}
	}
	s, err := im.Resolve(t.Context(), manager, "m1", []uint64{row}, "اختبار من الصندوق")
	if err != nil || s.Waiting != 0 || !s.Watermark.Through.Equal(asOf) || s.Held != nil || !mended() {
		t.Errorf("%v %+v, mended %v", err, s, mended())
	}
	if q, err = im.Quarantine(t.Context(), machine, "m1", 1, 10); err != nil || len(q.Waiting) != 0 || q.Settled[0].Reason != "اختبار من الصندوق" || q.Settled[0].By != manager.ID {
		t.Errorf("%v %+v", err, q)
	}
	if s, err := db.Feed(t.Context(), "s1", "m1"); err != nil || s.ReceivedBy != machine.ID {
		t.Errorf("%v %+v", err, s)
	}
}

// What cannot be kept refuses the delivery whole, and says so.
func TestQuarantineIsBounded(t *testing.T) {
	im, db := linked(t)
	bad := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "%d-%d,gift,200,-1,2026-11-24 07:00\n", n, i)
		}
		return b.String()
	}
	for name, text := range map[string]string{
		"quarantine-full":      header + "1,sale,200,-1,2026-11-24 08:00\n" + bad(link.MaxWaiting+1),
		"row-too-long-to-keep": header + "1,sale,200,-1,2026-11-24 08:00\n2,gift" + strings.Repeat("t", link.MaxRaw) + ",200,-1,2026-11-24 08:00\n",
	} {
		r, err := im.ImportMovements(t.Context(), machine, file(text), "m1", link.Coverage{}, link.Mapping{}, link.Options{Quarantine: true})
		if key(err) != name || r == nil || r.Faults.Refused == 0 {
			t.Errorf("%s: %v %+v", name, err, r)
		}
	}
	if s, err := db.Feed(t.Context(), "s1", "m1"); err != nil || s.Offset != 0 {
		t.Errorf("%v %+v", err, s)
	}
	if _, err := im.ImportMovements(t.Context(), machine, file(header+bad(link.MaxWaiting)), "m1", link.Coverage{}, link.Mapping{}, link.Options{Quarantine: true}); err != nil {
		t.Fatal(err)
	}
	_, err := im.ImportMovements(t.Context(), machine, file(oneSale+bad(1)), "m1", link.Coverage{}, link.Mapping{}, link.Options{Quarantine: true})
	if s, read := db.Feed(t.Context(), "s1", "m1"); key(err) != "quarantine-full" || read != nil || s.Movements != 0 || s.Waiting != link.MaxWaiting {
		t.Errorf("%v %v %+v", err, read, s)
	}
}
