package count_test

import (
	"context"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"jard/internal/boltdb"
	"jard/internal/count"
	"jard/internal/reconcile"
	"jard/internal/stocktake"
)

// floor is a service on a real store, with the shop's documents published for two societies.
type floor struct {
	t   testing.TB
	db  *boltdb.DB
	svc *count.Service
}

// clock is the injected one: it moves a millisecond with each look.
func clock() func() time.Time {
	var mu sync.Mutex
	now := time.UnixMilli(dawn).UTC()
	return func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(time.Millisecond)
		return now
	}
}

func openFloor(t testing.TB, wrap ...func(count.Log) count.Log) *floor {
	t.Helper()
	now := clock()
	db, err := boltdb.Open(filepath.Join(t.TempDir(), "jard.db"), boltdb.Options{Clock: now, InitialMmapSize: 64 << 20})
	if err != nil {
		t.Fatal(err)
	}
	var log count.Log = db
	for _, f := range wrap {
		log = f(log)
	}
	f := &floor{t: t, db: db, svc: count.NewService(log, db, db, now)}
	t.Cleanup(func() {
		f.svc.Close()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	f.publish(society)
	f.publish("other")
	return f
}

func (f *floor) publish(to stocktake.SocietyID) {
	f.t.Helper()
	m := shop()
	ctx := f.t.Context()
	site, err := stocktake.NewDocument(m.Site)
	f.check(err)
	f.check(f.db.Publish(ctx, to, "site/central", site))
	var items []stocktake.Item
	for _, i := range m.Items {
		items = append(items, i)
	}
	head, chunks, err := stocktake.NewCatalogue(items)
	f.check(err)
	f.check(f.db.Publish(ctx, to, "catalogue", head, chunks...))
	book, err := stocktake.NewSnapshot(*m.Snapshot)
	f.check(err)
	f.check(f.db.Publish(ctx, to, "snapshot/central", book))
}

func (f *floor) check(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

func person(id stocktake.PersonID, roles ...stocktake.Role) stocktake.Person {
	return stocktake.Person{Society: society, ID: id, Roles: roles}
}

var (
	sara = person("sara", stocktake.Supervisor)
	omar = person("omar", stocktake.Supervisor)
	mona = person("mona", stocktake.Manager)
)

func coldPlan(id stocktake.SessionID) count.Plan {
	none := stocktake.Quantity(0)
	return count.Plan{
		Session: id, Name: stocktake.Name{English: "Cold"}, Site: "central", Kind: count.Partial, Blind: true,
		Scope: count.Scope{Sections: []stocktake.SectionID{"cold"}}, Tolerance: reconcile.Tolerance{Quantity: &none},
		Tiers: []count.Tier{supervisorTier(3000), {Role: stocktake.Manager}, {Role: stocktake.FinancialController}},
	}
}

func (f *floor) issue(by stocktake.Person, id stocktake.SessionID) {
	f.t.Helper()
	_, err := f.svc.Issue(f.t.Context(), by, coldPlan(id))
	f.check(err)
}

func (f *floor) view(by stocktake.Person, id stocktake.SessionID) *count.View {
	f.t.Helper()
	v, err := f.svc.View(f.t.Context(), by, id)
	f.check(err)
	return v
}

// device pushes what a script's walks record, as the gateway would.
type device struct {
	f      *floor
	of     stocktake.SocietyID
	stream count.Stream
	mark   count.Mark
}

func (f *floor) device(of stocktake.SocietyID, id stocktake.DeviceID) *device {
	return &device{f: f, of: of, stream: count.Stream{Device: id, Epoch: "e1"}}
}

func (d *device) push(events ...count.Event) {
	d.f.t.Helper()
	b := count.Batch{Society: d.of, Stream: d.stream, First: d.mark.Acked + 1, Prev: d.mark.Digest, Digest: d.mark.Digest}
	for _, e := range events {
		body := encode(d.f.t, e)
		b.Digest = count.NextDigest(b.Digest, body)
		b.Events = append(b.Events, count.Receive([][]byte{body})...)
	}
	mark, err := d.f.db.Append(context.Background(), b)
	d.f.check(err)
	d.mark = mark
}

// walk is the events of one pass over C1 that meets so much ice.
func walkOf(id stocktake.SessionID, pass stocktake.PassID, who stocktake.PersonID, units int64) []count.Event {
	q := stocktake.Quantity(units * 1000)
	e := func(n, kind string) count.Event {
		return count.Event{Version: 1, ID: stocktake.EventID(string(pass) + n), Name: kind, Session: id, At: dawn + int64(len(n)), Pass: pass}
	}
	opened, observed, closed := e("-o", "pass.opened"), e("-see", "observed"), e("-close", "pass.closed")
	opened.Location, opened.Round, opened.Person, opened.Mode = "C1", 1, who, "quantity"
	observed.Code, observed.Item, observed.Pack, observed.Amount = "code-ice", "ice", 1000, q
	closed.Observations, closed.Quantity = 1, q
	return []count.Event{opened, observed, closed}
}

// issuer makes the next result of a society's chain, of no content.
type issuer struct {
	mu       sync.Mutex
	number   uint64
	previous stocktake.Hash
	before   func() // runs between the look and the seal
}

func (i *issuer) Issue(_ context.Context, v *count.View, by stocktake.Person, _ time.Time) (count.Issuance, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.before != nil {
		i.before()
	}
	d, err := stocktake.NewDocument(map[string]any{"session": v.Plan.Session, "by": by.ID, "offset": v.Offset})
	return count.Issuance{Result: d, Signature: []byte("signed"), Series: 1, Number: i.number + 1, Previous: i.previous}, err
}
