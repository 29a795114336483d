package live_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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

	"github.com/gorilla/websocket"

	"jard/internal/boltdb"
	"jard/internal/count"
	"jard/internal/live"
	"jard/internal/stocktake"
)

const (
	society stocktake.SocietyID = "rawda"
	session stocktake.SessionID = "s1"
)

// world is a hub over a real store and service. The cookie "as" says who asks: society/person/role.
type world struct {
	t     *testing.T
	db    *boltdb.DB
	hub   *live.Hub
	http  *httptest.Server
	out   atomic.Bool // everybody was signed out
	mark  count.Mark
	walks int
}

func open(t *testing.T, edit ...func(*live.Config)) *world {
	t.Helper()
	w := &world{t: t}
	var err error
	w.db, err = boltdb.Open(filepath.Join(t.TempDir(), "jard.db"), boltdb.Options{InitialMmapSize: 1 << 20})
	w.must(err)
	sessions := count.NewService(w.db, w.db, w.db, time.Now)
	c := live.Config{
		Sessions: sessions, Log: w.db, Logger: slog.New(slog.DiscardHandler), Authenticate: w.who, Pace: time.Microsecond,
		Floor: staff{},
	}
	for _, f := range edit {
		f(&c)
	}
	w.hub, err = live.New(c)
	w.must(err)
	w.http = httptest.NewServer(w.hub)
	t.Cleanup(func() {
		w.hub.Close()
		w.http.Close()
		sessions.Close()
		w.must(w.db.Close())
	})
	for _, s := range []stocktake.SocietyID{society, "other"} {
		w.publish(s)
	}
	none := stocktake.Quantity(0)
	p := count.Plan{Session: session, Name: stocktake.Name{English: "Cold"}, Site: "central", Kind: count.Full, Blind: true,
		Tiers: []count.Tier{{Role: stocktake.Supervisor}}}
	p.Tolerance.Quantity = &none
	_, err = sessions.Issue(t.Context(), stocktake.Person{Society: society, ID: "sara", Roles: []stocktake.Role{stocktake.Supervisor}}, p)
	w.must(err)
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) who(r *http.Request) (stocktake.Person, error) {
	c, err := r.Cookie("as")
	if err != nil || w.out.Load() {
		return stocktake.Person{}, stocktake.NewReason(stocktake.Unauthenticated, "sign-in", "Sign in.", "سجّل الدخول.").New()
	}
	part := strings.Split(c.Value, "/")
	return stocktake.Person{Society: stocktake.SocietyID(part[0]), ID: stocktake.PersonID(part[1]), Roles: []stocktake.Role{stocktake.Role(part[2])}}, nil
}

// staff is a floor with one device by name.
type staff struct{}

func (staff) Devices(context.Context, stocktake.SocietyID) ([]live.Device, error) {
	unsent := 3
	return []live.Device{{ID: "d1", Name: "TC52", Online: true, Unsent: &unsent}, {ID: "elsewhere"}}, nil
}

func (staff) People(context.Context, stocktake.SocietyID) (map[stocktake.PersonID]stocktake.Name, error) {
	return map[stocktake.PersonID]stocktake.Name{"ali": {Arabic: "علي"}}, nil
}

func (w *world) publish(to stocktake.SocietyID) {
	w.t.Helper()
	name := stocktake.Name{Arabic: "السوق \"المركزي\""}
	items := []stocktake.Item{}
	book := stocktake.Snapshot{Site: "central", AsOf: time.Now()}
	for n := range 40 {
		id := stocktake.ItemID(fmt.Sprintf("i%02d", n))
		items = append(items, stocktake.Item{ID: id, Name: name, Unit: stocktake.Piece})
		book.Lines = append(book.Lines, stocktake.BookLine{Section: "dry", Item: id, Quantity: 5000, Cost: 250_000})
	}
	head, chunks, err := stocktake.NewCatalogue(items)
	w.must(err)
	w.must(w.db.Publish(w.t.Context(), to, "catalogue", head, chunks...))
	site, err := stocktake.NewDocument(stocktake.Site{ID: "central", Name: name, Kind: stocktake.CentralMarket,
		Sections: []stocktake.Section{{ID: "dry", Name: name, Custodian: name}},
		Locations: []stocktake.Location{{ID: "A1", Name: name, Section: "dry", Kind: stocktake.Floor},
			{ID: "A2", Name: name, Section: "dry", Kind: stocktake.Floor}}})
	w.must(err)
	w.must(w.db.Publish(w.t.Context(), to, "site/central", site))
	snapshot, err := stocktake.NewSnapshot(book)
	w.must(err)
	w.must(w.db.Publish(w.t.Context(), to, "snapshot/central", snapshot))
}

// push hands in events of the device d1, as the gateway would.
func (w *world) push(events ...count.Event) {
	w.t.Helper()
	b := count.Batch{Society: society, Stream: count.Stream{Device: "d1", Epoch: "e1"}, First: w.mark.Acked + 1, Prev: w.mark.Digest, Digest: w.mark.Digest}
	var bodies [][]byte
	for _, e := range events {
		e.Version, e.Session, e.At = 1, session, time.Now().UnixMilli()
		body, err := json.Marshal(e)
		w.must(err)
		bodies = append(bodies, body)
		b.Digest = count.NextDigest(b.Digest, body)
	}
	b.Events = count.Receive(bodies)
	mark, err := w.db.Append(w.t.Context(), b)
	w.must(err)
	w.mark = mark
}

func (w *world) openPass() {
	w.push(count.Event{ID: "open", Name: "pass.opened", Pass: "p1", Location: "A1", Round: 1, Person: "ali", Mode: "quantity"})
}

// see observes one unit of the n-th item.
func (w *world) see(n int) {
	w.walks++
	w.push(count.Event{ID: stocktake.EventID(fmt.Sprint("see-", w.walks)), Name: "observed", Pass: "p1", Code: "c",
		Item: stocktake.ItemID(fmt.Sprintf("i%02d", n)), Pack: 1000, Amount: 1000})
}

// message is what travels, as far as tests look.
type message struct {
	Type                 string
	Feed                 string
	From, Number, Offset uint64
	Summary              *struct {
		State  string
		Totals count.LineTotals
	}
	Counters []struct {
		Device, Name, Person string
		Called               stocktake.Name
		Open, Online         bool
		Observations         int64
		Unsent               *int
	}
	Beat     []int
	Sections [][]string
	Places   [][]any
	Lines    [][]any
	Gone     [][]string
}

type board struct {
	w    *world
	conn *websocket.Conn
	last message
}

func (w *world) header(as string) http.Header {
	return http.Header{"Origin": {w.http.URL}, "Cookie": {"as=" + as}}
}

func (w *world) dial(as, query string, dialer *websocket.Dialer) (*board, *http.Response, error) {
	conn, answer, err := dialer.DialContext(w.t.Context(), "ws"+strings.TrimPrefix(w.http.URL, "http")+"/live/sessions/"+string(session)+query, w.header(as))
	if err != nil {
		return nil, answer, err
	}
	w.t.Cleanup(func() { _ = conn.Close() })
	return &board{w: w, conn: conn}, answer, nil
}

func (w *world) watch(query string) *board {
	w.t.Helper()
	b, _, err := w.dial("rawda/sara/supervisor", query, &websocket.Dialer{EnableCompression: true})
	w.must(err)
	return b
}

// next is the next message that is no pulse.
func (b *board) next() message {
	b.w.t.Helper()
	for {
		_ = b.conn.SetReadDeadline(time.Now().Add(20 * time.Second))
		var m message
		b.w.must(b.conn.ReadJSON(&m))
		if m.Type == "pulse" {
			continue
		}
		if m.Type == "change" && (m.Feed != b.last.Feed || m.From != b.last.Number) && b.last.Feed != "" {
			b.w.t.Fatalf("message %d follows %d", m.From, b.last.Number)
		}
		b.last = m
		return m
	}
}

// until reads on to a message that is as of a log offset.
func (b *board) until(offset uint64) message {
	b.w.t.Helper()
	for {
		if m := b.next(); m.Offset >= offset {
			return m
		}
	}
}

// closed reads to the end and gives the code that the server closed with.
func (b *board) closed() int {
	b.w.t.Helper()
	for {
		_ = b.conn.SetReadDeadline(time.Now().Add(20 * time.Second))
		if _, _, err := b.conn.ReadMessage(); err != nil {
			if c, ok := errors.AsType[*websocket.CloseError](err); ok {
				return c.Code
			}
			b.w.t.Fatal(err)
		}
	}
}

// pipes is a listener whose connections hold nothing: what is not read blocks who writes.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { p.once.Do(func() { close(p.done) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

func (p *pipes) dial(string, string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	p.conns <- theirs
	return ours, nil
}
