package simulate_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"jard/internal/boltdb"
	"jard/internal/count"
	"jard/internal/handheld"
	"jard/internal/simulate"
	"jard/internal/stocktake"
	"jard/internal/wire"
)

// stack is the real server: bbolt, the fold and the gateway, with made-up people. It can be stopped, put back to a
// backup and started again at the same address.
type stack struct {
	*shop
	dir    string
	server *httptest.Server
	people *people

	swap     sync.RWMutex
	db       *boltdb.DB
	sessions *count.Service
	gateway  *handheld.Gateway
}

const society stocktake.SocietyID = "salwa"

var boss = stocktake.Person{Society: society, ID: "boss", Roles: []stocktake.Role{stocktake.Manager, stocktake.Supervisor}}

func newStack(t *testing.T, locations, items int) *stack {
	t.Helper()
	k := &stack{shop: newShop(t, locations, items), dir: t.TempDir(), people: &people{signedIn: map[stocktake.DeviceID]map[stocktake.PersonID]bool{}}}
	k.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		k.swap.RLock()
		g := k.gateway
		k.swap.RUnlock()
		if g == nil {
			http.Error(w, "restarting", http.StatusServiceUnavailable)
			return
		}
		g.ServeHTTP(w, r)
	}))
	t.Cleanup(func() { k.stop(t); k.server.Close() })
	k.start(t, filepath.Join(k.dir, "first.db"))
	ctx := t.Context()
	check(t, k.db.PutSociety(ctx, stocktake.Society{ID: society, Name: stocktake.Name{Arabic: "جمعية"}, Governorate: stocktake.Hawalli}))
	site, err := stocktake.NewDocument(k.site)
	check(t, err)
	check(t, k.db.Publish(ctx, society, "site/central", site))
	head, chunks, err := stocktake.NewCatalogue(k.items)
	check(t, err)
	check(t, k.db.Publish(ctx, society, "catalogue", head, chunks...))
	book := stocktake.Snapshot{Site: "central", AsOf: time.Now()}
	for _, i := range k.items {
		book.Lines = append(book.Lines, stocktake.BookLine{Section: "food", Item: i.ID, Quantity: 20_000, Cost: 100})
	}
	snapshot, err := stocktake.NewSnapshot(book)
	check(t, err)
	check(t, k.db.Publish(ctx, society, "snapshot/central", snapshot))
	_, err = k.sessions.Issue(ctx, boss, count.Plan{
		Session: session, Name: stocktake.Name{Arabic: "جرد"}, Site: "central", Kind: count.Full, Blind: true,
		Tiers: []count.Tier{{Role: stocktake.Manager}},
	})
	check(t, err)
	return k
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (k *stack) start(t *testing.T, path string) {
	t.Helper()
	db, err := boltdb.Open(path, boltdb.Options{InitialMmapSize: 64 << 20})
	check(t, err)
	sessions := count.NewService(db, db, db, time.Now)
	g := handheld.New(handheld.Config{
		Accounts: k.people, Sessions: realSessions{sessions, db}, Store: realStore{db}, Logger: slog.New(slog.DiscardHandler),
		Rates: handheld.Rates{
			Dial: handheld.Rate{Every: time.Microsecond, Burst: 100_000}, Remote: handheld.Rate{Every: time.Microsecond, Burst: 100_000},
		},
		Timing: handheld.Timing{Retry: time.Millisecond, Linger: time.Millisecond},
	})
	k.swap.Lock()
	defer k.swap.Unlock()
	k.db, k.sessions, k.gateway = db, sessions, g
}

func (k *stack) stop(t *testing.T) {
	k.swap.Lock()
	g := k.gateway
	k.gateway = nil
	k.swap.Unlock()
	if g == nil {
		return
	}
	g.Close()
	k.sessions.Close()
	check(t, k.db.Close())
}

// goBack replaces the store by a backup: restored as an operator should, or merely copied in its place.
func (k *stack) goBack(t *testing.T, backup string, proper bool) {
	t.Helper()
	k.stop(t)
	path := backup
	if proper {
		path = filepath.Join(k.dir, "restored.db")
		check(t, boltdb.Restore(backup, path))
	}
	k.start(t, path)
}

func (k *stack) view(t *testing.T) *count.View {
	t.Helper()
	v, err := k.sessions.View(t.Context(), boss, session)
	check(t, err)
	return v
}

// config is a run against the real server.
func (k *stack) config(t *testing.T, members int) simulate.Config {
	c := k.shop.config(t, members)
	c.Server = k.server.URL
	return c
}

func (k *stack) fit(dir string) simulate.Fitting {
	fit := k.shop.fit(dir)
	fit.Server = k.server.URL
	return fit
}

// tallies gives what the fold adopted, by pass: all that was counted, where no location was counted twice.
func (k *stack) tallies(t *testing.T) []simulate.Tally {
	t.Helper()
	v := k.view(t)
	var list []simulate.Tally
	for _, l := range v.Lines {
		for _, a := range l.Adopted {
			for _, c := range a.Cells {
				list = append(list, simulate.Tally{
					Pass: a.Passes[0], Location: a.Location, Item: l.Item, Lot: c.Lot, Expiry: c.Expiry, Condition: c.Condition, Quantity: c.Quantity,
				})
			}
		}
	}
	for _, u := range v.Unknown {
		list = append(list, simulate.Tally{Pass: u.Passes[0], Code: u.Code, Quantity: u.Quantity})
	}
	return list
}

// arrived fails unless the fold made of the events exactly what the counters did.
func (k *stack) arrived(t *testing.T, l *simulate.Ledger) {
	t.Helper()
	want := simulate.Found(l.Tallies(session))
	for n := range want {
		if want[n].Item == "" { // the view names no location of unknown codes
			want[n].Location = ""
		}
	}
	if diff := simulate.Compare(want, k.tallies(t)); !diff.None() {
		t.Errorf("the fold differs from the counters:\n%s", diff)
	}
	v := k.view(t)
	if len(v.Held) > 0 {
		t.Errorf("%d events are held, the first for %s", len(v.Held), v.Held[0].Reason)
	}
	at := map[stocktake.PassID]*count.Pass{}
	for _, p := range v.Passes {
		at[p.ID] = p
	}
	for _, p := range l.Passes(session) {
		got := at[p.Pass]
		switch {
		case got == nil:
			t.Errorf("pass %s never arrived", p.Pass)
		case got.Observations != p.Observations || got.Quantity != p.Quantity, p.Closed != (got.Status == count.PassIsClosed):
			t.Errorf("pass %+v became %+v", p, got)
		}
	}
	if n := l.Unacked(); n > 0 {
		t.Errorf("%d events are not acknowledged", n)
	}
}

// people is handheld.Accounts for whoever knows the code and the PIN.
type people struct {
	mu       sync.Mutex
	devices  int
	revoked  bool
	signedIn map[stocktake.DeviceID]map[stocktake.PersonID]bool
}

var noSuch = stocktake.NewReason(stocktake.Unauthenticated, "no-such", "No such thing.", "لا يوجد.")

func (p *people) Device(_ context.Context, token string) (handheld.Device, error) {
	id, ok := strings.CutPrefix(token, "token-")
	if !ok {
		return handheld.Device{}, noSuch.New()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return handheld.Device{Society: society, ID: stocktake.DeviceID(id), Name: id, Revoked: p.revoked}, nil
}

func (p *people) Enrol(_ context.Context, code, name, _ string) (handheld.Device, string, error) {
	if !strings.HasPrefix(code, "CODE-") {
		return handheld.Device{}, "", noSuch.New()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.devices++
	id := "D" + strconv.Itoa(p.devices)
	return handheld.Device{Society: society, ID: stocktake.DeviceID(id), Name: name}, "token-" + id, nil
}

func (p *people) SignInOnDevice(_ context.Context, d handheld.Device, person stocktake.PersonID, pin string) (handheld.Person, error) {
	if pin != "1234" {
		return handheld.Person{}, noSuch.New()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.signedIn[d.ID] == nil {
		p.signedIn[d.ID] = map[stocktake.PersonID]bool{}
	}
	p.signedIn[d.ID][person] = true
	return handheld.Person{ID: person}, nil
}

func (p *people) SignedIn(_ context.Context, _ stocktake.SocietyID, device stocktake.DeviceID) (map[stocktake.PersonID]bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := map[stocktake.PersonID]bool{}
	for id := range p.signedIn[device] {
		all[id] = true
	}
	return all, nil
}

func (p *people) Counters(context.Context, stocktake.SocietyID) ([]handheld.Person, error) {
	return nil, nil
}

// realSessions and realStore put the service and the store in the gateway's words, as the server does.
type realSessions struct {
	*count.Service
	db *boltdb.DB
}

func (s realSessions) Open(ctx context.Context, society stocktake.SocietyID) ([]handheld.SessionInfo, error) {
	open, err := s.Service.Open(ctx, society)
	var list []handheld.SessionInfo
	for _, i := range open {
		list = append(list, handheld.SessionInfo{Session: i.Session, Site: i.Site, Name: i.Name, State: wire.SessionState(i.State), Blind: i.Blind})
	}
	return list, err
}

func (s realSessions) PackFor(ctx context.Context, society stocktake.SocietyID, session stocktake.SessionID) (handheld.Pack, error) {
	p, err := s.Pack(ctx, society, session)
	if err != nil {
		return handheld.Pack{}, err
	}
	return handheld.Pack{
		Session: session, Site: *p.Site, Catalogue: p.Catalogue,
		Plan: handheld.Plan{Kind: string(p.Plan.Kind), Blind: p.Plan.Blind, Name: p.Plan.Name, Scope: handheld.Scope(p.Plan.Scope)},
	}, nil
}

func (s realSessions) Tasks(ctx context.Context, society stocktake.SocietyID, session stocktake.SessionID) (handheld.Tasks, error) {
	t, err := s.Service.Tasks(ctx, society, session)
	tasks := handheld.Tasks{Cursor: t.Cursor, State: wire.SessionState(t.State), Round: t.Round}
	for _, x := range t.Tasks {
		tasks.Tasks = append(tasks.Tasks, wire.Task{Assignment: x.ID, Round: x.Round, Location: x.Location, Items: x.Items, Person: x.Person})
	}
	return tasks, err
}

func (s realSessions) Fence(ctx context.Context, society stocktake.SocietyID, stream count.Stream, why handheld.Fencing) error {
	var lost *count.Lost
	if why.Why == handheld.Gap {
		lost = &count.Lost{Device: why.Device, Epoch: why.Epoch, From: why.From, To: why.To}
	}
	return s.Service.Fence(ctx, society, stream, lost)
}

func (s realSessions) Watch(f func(stocktake.SocietyID, stocktake.SessionID)) (stop func()) {
	return s.Changed(f)
}

type realStore struct{ *boltdb.DB }

func (s realStore) RenewIncarnation(ctx context.Context, society stocktake.SocietyID, why string) (string, error) {
	if err := s.DB.RenewIncarnation(ctx, society, why); err != nil {
		return "", err
	}
	return s.Incarnation(ctx)
}
