package handheld_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"jard/internal/boltdb"
	"jard/internal/count"
	"jard/internal/handheld"
	"jard/internal/stocktake"
	"jard/internal/wire"
)

// world is a server with two societies on one store: the real gateway, sessions and bbolt, and made-up people.
type world struct {
	testing.TB
	db       *boltdb.DB
	sessions *count.Service
	accounts *people
	store    *fickle
	gateway  *handheld.Gateway
	server   *httptest.Server
	log      *safeBuffer
}

var boss = stocktake.Person{Society: "salwa", ID: "boss", Roles: []stocktake.Role{stocktake.Manager, stocktake.Supervisor}}

// start builds a world. Society "salwa" has devices d1, d2, d3 and the blind session s1; "rumaithiya" has device r1 and
// the open session s2, and a session named s1 too.
func start(t testing.TB, change ...func(*handheld.Config)) *world {
	t.Helper()
	db, err := boltdb.Open(filepath.Join(t.TempDir(), "jard.db"), boltdb.Options{InitialMmapSize: 64 << 20})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{TB: t, db: db, accounts: newPeople(), store: &fickle{DB: db}, log: &safeBuffer{}}
	w.furnish("salwa", "s1", true)
	w.sessions = count.NewService(db, db, db, time.Now)
	w.issue("salwa", "s1", true)
	w.furnish("rumaithiya", "s2", false)
	w.issue("rumaithiya", "s2", false)
	w.issue("rumaithiya", "s1", true, "frozen")
	config := handheld.Config{
		Accounts: w.accounts, Sessions: sessions{w.sessions, db}, Store: w.store,
		Logger: slog.New(slog.NewTextHandler(w.log, nil)),
		Rates:  handheld.Rates{Dial: handheld.Rate{Every: time.Millisecond, Burst: 10_000}},
		Timing: handheld.Timing{Retry: 5 * time.Millisecond},
	}
	for _, f := range change {
		f(&config)
	}
	w.gateway = handheld.New(config)
	w.server = httptest.NewUnstartedServer(w.gateway)
	w.server.Config.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		_ = c.(*net.TCPConn).SetWriteBuffer(16 << 10) // so that a device which does not read is noticed soon
		return ctx
	}
	w.server.Start()
	t.Cleanup(func() {
		w.gateway.Close()
		w.server.Close()
		w.sessions.Close()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

func (w *world) furnish(society stocktake.SocietyID, _ stocktake.SessionID, _ bool) {
	w.Helper()
	ctx := context.Background()
	w.check(w.db.PutSociety(ctx, stocktake.Society{
		ID: society, Name: stocktake.Name{Arabic: "جمعية", English: string(society)}, Governorate: stocktake.Hawalli, Schemes: []string{},
	}))
	site := stocktake.Site{
		ID: "central", Name: stocktake.Name{English: "Central"}, Kind: stocktake.CentralMarket,
		Sections:  []stocktake.Section{{ID: "dairy", Name: stocktake.Name{English: "Dairy"}}, {ID: "frozen", Name: stocktake.Name{English: "Frozen"}}},
		Locations: []stocktake.Location{{ID: "A-01", Name: stocktake.Name{English: "A-01"}, Section: "dairy", Kind: stocktake.Floor}},
	}
	w.publish(society, "site/central", site)
	head, chunks, err := stocktake.NewCatalogue([]stocktake.Item{
		{ID: "milk", Name: stocktake.Name{Arabic: "حليب", English: "Milk of " + string(society)}, Unit: stocktake.Piece,
			Barcodes: []stocktake.Barcode{{Code: "6291003012345", Pack: 1000, Kind: stocktake.GTIN}}},
	})
	w.check(err)
	w.check(w.db.Publish(ctx, society, "catalogue", head, chunks...))
	book, err := stocktake.NewSnapshot(stocktake.Snapshot{
		Site: "central", AsOf: time.Now(), Lines: []stocktake.BookLine{{Section: "dairy", Item: "milk", Quantity: 73331000, Cost: 9117791177}},
	})
	w.check(err)
	w.check(w.db.Publish(ctx, society, "snapshot/central", book))
}

func (w *world) publish(society stocktake.SocietyID, name string, v any) {
	w.Helper()
	d, err := stocktake.NewDocument(v)
	w.check(err)
	w.check(w.db.Publish(context.Background(), society, name, d))
}

// issue opens a session of the dairy, or of other sections.
func (w *world) issue(society stocktake.SocietyID, session stocktake.SessionID, blind bool, sections ...stocktake.SectionID) {
	w.Helper()
	by := boss
	by.Society = society
	if len(sections) == 0 {
		sections = []stocktake.SectionID{"dairy"}
	}
	_, err := w.sessions.Issue(context.Background(), by, count.Plan{
		Session: session, Name: stocktake.Name{English: "Count " + string(session)}, Site: "central", Kind: count.Full, Blind: blind,
		Scope: count.Scope{Sections: sections}, Tiers: []count.Tier{{Role: stocktake.Manager}},
	})
	w.check(err)
}

func (w *world) check(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// log gives a log's entries.
func (w *world) entries(society stocktake.SocietyID, session stocktake.SessionID) []count.Entry {
	w.Helper()
	list, err := w.db.Read(context.Background(), society, session, 1, 100_000)
	w.check(err)
	return list
}

// noted counts a log's entries by kind and note.
func (w *world) noted(society stocktake.SocietyID, session stocktake.SessionID) map[string]int {
	w.Helper()
	n := map[string]int{}
	for _, e := range w.entries(society, session) {
		n[strings.TrimSpace(e.Kind.String()+" "+e.Note)]++
	}
	return n
}

func (w *world) mark(society stocktake.SocietyID, device stocktake.DeviceID, epoch string) count.Mark {
	w.Helper()
	m, err := w.db.Mark(context.Background(), society, count.Stream{Device: device, Epoch: epoch})
	w.check(err)
	return m
}

// call makes one HTTP call and gives status and body.
func (w *world) call(method, path, token string, body any) (int, string, http.Header) {
	w.Helper()
	var sent []byte
	switch b := body.(type) {
	case nil:
	case []byte:
		sent = b
	case string:
		sent = []byte(b)
	default:
		var err error
		sent, err = json.Marshal(b)
		w.check(err)
	}
	r, err := http.NewRequest(method, w.server.URL+wire.Base+path, bytes.NewReader(sent))
	w.check(err)
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(r)
	w.check(err)
	defer response.Body.Close()
	b, err := io.ReadAll(response.Body)
	w.check(err)
	return response.StatusCode, string(b), response.Header
}

// join gets a session's pack for a stream.
func (w *world) join(token string, session stocktake.SessionID, epoch string) string {
	w.Helper()
	status, body, _ := w.call("POST", "/join", token, map[string]any{"session": session, "epoch": epoch, "app": "1.0.0"})
	if status != http.StatusOK {
		w.Fatalf("join: %d %s", status, body)
	}
	return body
}

// people is Accounts with everybody made up: token "t-<device>" is device d1, d2, d3 of salwa or r1 of rumaithiya;
// fatima and yousef are counters, and fatima signed in on every device.
type people struct {
	mu       sync.Mutex
	revoked  map[stocktake.DeviceID]bool
	signedIn map[stocktake.DeviceID]map[stocktake.PersonID]bool
	down     bool
}

func newPeople() *people {
	return &people{revoked: map[stocktake.DeviceID]bool{}, signedIn: map[stocktake.DeviceID]map[stocktake.PersonID]bool{}}
}

func (p *people) revoke(d stocktake.DeviceID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.revoked[d] = true
}

func (p *people) fail(down bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = down
}

var (
	unknownToken = stocktake.NewReason(stocktake.Unauthenticated, "token-unknown", "No such token.", "لا يوجد رمز.")
	wrongPIN     = stocktake.NewReason(stocktake.Unauthenticated, "pin-wrong", "Wrong PIN.", "رقم خاطئ.")
	accountsDown = stocktake.NewReason(stocktake.Unavailable, "accounts-down", "Not now.", "ليس الآن.")
)

func (p *people) Device(_ context.Context, token string) (handheld.Device, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.down {
		return handheld.Device{}, accountsDown.New()
	}
	id := stocktake.DeviceID(strings.TrimPrefix(token, "t-"))
	d := handheld.Device{Society: "salwa", ID: id, Name: string(id), Revoked: p.revoked[id]}
	switch {
	case id == "r1":
		d.Society = "rumaithiya"
	case !strings.HasPrefix(string(id), "d"):
		return handheld.Device{}, unknownToken.New()
	}
	return d, nil
}

func (p *people) Enrol(_ context.Context, code, name, _ string) (handheld.Device, string, error) {
	if code != "ABCD-EFGH" {
		return handheld.Device{}, "", unknownToken.New()
	}
	return handheld.Device{Society: "salwa", ID: "d1", Name: name}, "t-d1", nil
}

func (p *people) SignInOnDevice(_ context.Context, d handheld.Device, person stocktake.PersonID, pin string) (handheld.Person, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if pin != "1234" {
		return handheld.Person{}, wrongPIN.New()
	}
	if p.signedIn[d.ID] == nil {
		p.signedIn[d.ID] = map[stocktake.PersonID]bool{}
	}
	p.signedIn[d.ID][person] = true
	return handheld.Person{ID: person, Name: stocktake.Name{English: string(person)}}, nil
}

func (p *people) SignedIn(_ context.Context, _ stocktake.SocietyID, device stocktake.DeviceID) (map[stocktake.PersonID]bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := map[stocktake.PersonID]bool{"fatima": true}
	for id := range p.signedIn[device] {
		all[id] = true
	}
	return all, nil
}

func (p *people) Counters(_ context.Context, society stocktake.SocietyID) ([]handheld.Person, error) {
	return []handheld.Person{{ID: "fatima", Name: stocktake.Name{English: "Fatima of " + string(society)}}}, nil
}

// sessions is handheld.Sessions over the real service, as the server wires it.
type sessions struct {
	*count.Service
	db *boltdb.DB
}

func (s sessions) Open(ctx context.Context, society stocktake.SocietyID) ([]handheld.SessionInfo, error) {
	open, err := s.Service.Open(ctx, society)
	var list []handheld.SessionInfo
	for _, i := range open {
		list = append(list, handheld.SessionInfo{
			Session: i.Session, Site: i.Site, Name: i.Name, State: wire.SessionState(i.State), Blind: i.Blind, Round: i.Round,
		})
	}
	return list, err
}

func (s sessions) PackFor(ctx context.Context, society stocktake.SocietyID, session stocktake.SessionID) (handheld.Pack, error) {
	p, err := s.Pack(ctx, society, session)
	if err != nil {
		return handheld.Pack{}, err
	}
	pack := handheld.Pack{
		Session: session, Site: *p.Site, Catalogue: p.Catalogue,
		Plan: handheld.Plan{Kind: string(p.Plan.Kind), Blind: p.Plan.Blind, Name: p.Plan.Name, Scope: handheld.Scope(p.Plan.Scope)},
		// A careless caller: the gateway itself must keep a blind count blind.
		Book: []handheld.BookQuantity{{Section: "dairy", Item: "milk", Quantity: 73331000}},
	}
	return pack, nil
}

func (s sessions) Tasks(ctx context.Context, society stocktake.SocietyID, session stocktake.SessionID) (handheld.Tasks, error) {
	t, err := s.Service.Tasks(ctx, society, session)
	tasks := handheld.Tasks{Cursor: t.Cursor, State: wire.SessionState(t.State), Round: t.Round}
	for _, x := range t.Tasks {
		task := wire.Task{Assignment: x.ID, Round: x.Round, Location: x.Location, Items: x.Items, Person: x.Person}
		if !x.Due.IsZero() {
			task.Due = x.Due.UnixMilli()
		}
		tasks.Tasks = append(tasks.Tasks, task)
	}
	return tasks, err
}

func (s sessions) Fence(ctx context.Context, society stocktake.SocietyID, stream count.Stream, why handheld.Fencing) error {
	var lost *count.Lost
	if why.Why == handheld.Gap {
		lost = &count.Lost{Device: why.Device, Epoch: why.Epoch, From: why.From, To: why.To}
	}
	return s.Service.Fence(ctx, society, stream, lost)
}

func (s sessions) Watch(f func(stocktake.SocietyID, stocktake.SessionID)) (stop func()) {
	return s.Changed(f)
}

// fickle is the real store, which can be made to refuse writes as on a full disk, to hold them back, and to show the
// marks of an older copy.
type fickle struct {
	*boltdb.DB
	full    atomic.Bool
	low     atomic.Bool // no room for photos
	appends atomic.Int64

	mu    sync.Mutex
	gate  chan struct{} // when set, Append waits until it closes
	older map[string]count.Mark
}

func (f *fickle) Append(ctx context.Context, b count.Batch) (count.Mark, error) {
	f.appends.Add(1)
	f.mu.Lock()
	gate := f.gate
	f.mu.Unlock()
	if gate != nil {
		<-gate
	}
	if f.full.Load() {
		return count.Mark{}, boltdb.StoreFull.New()
	}
	return f.DB.Append(ctx, b)
}

func (f *fickle) PutPhoto(ctx context.Context, society stocktake.SocietyID, photo stocktake.Document) error {
	if f.low.Load() || f.full.Load() {
		return boltdb.PhotosWait.New()
	}
	return f.DB.PutPhoto(ctx, society, photo)
}

func (f *fickle) hold() (release func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	gate := make(chan struct{})
	f.gate = gate
	return sync.OnceFunc(func() {
		f.mu.Lock()
		f.gate = nil
		f.mu.Unlock()
		close(gate)
	})
}

// forget shows a stream as an older copy of the store would.
func (f *fickle) forget(epoch string, m count.Mark) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.older == nil {
		f.older = map[string]count.Mark{}
	}
	f.older[epoch] = m
}

func (f *fickle) Mark(ctx context.Context, society stocktake.SocietyID, s count.Stream) (count.Mark, error) {
	f.mu.Lock()
	m, ok := f.older[s.Epoch]
	f.mu.Unlock()
	if ok {
		return m, nil
	}
	return f.DB.Mark(ctx, society, s)
}

func (f *fickle) RenewIncarnation(ctx context.Context, society stocktake.SocietyID, why string) (string, error) {
	if err := f.DB.RenewIncarnation(ctx, society, why); err != nil {
		return "", err
	}
	return f.Incarnation(ctx)
}

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(b)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// opened and observed are event bytes.
func opened(session stocktake.SessionID, n int, person string) []byte {
	return fmt.Appendf(nil, `{"v":1,"id":"open-%020d","kind":"pass.opened","session":%q,"at":1795000000000,"pass":"p%d","location":"A-01","round":1,"person":%q,"mode":"quantity"}`, n, session, n, person)
}

func moved(session stocktake.SessionID, n int, person string) []byte {
	return fmt.Appendf(nil, `{"v":1,"id":"move-%020d","kind":"moved","session":%q,"at":1795000000000,"person":%q,"item":"milk","pack":1000,"amount":12000,"from":"A-01","to":"A-02","taken_at":1794999990000}`, n, session, person)
}

func observed(session stocktake.SessionID, n int) []byte {
	return fmt.Appendf(nil, `{"v":1,"id":"seen-%020d","kind":"observed","session":%q,"at":1795000000000,"pass":"p1","item":"milk","code":"6291003012345","pack":1000,"amount":12000}`, n, session)
}
