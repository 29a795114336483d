package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"jard/internal/account"
	"jard/internal/count"
	"jard/internal/link"
	"jard/internal/stocktake"
)

// A market in the middle of its count: so many sections of so many items and locations each; of the sections those up to lateDone are
// counted, and the devices walk the others.
const (
	lateSections, lateItems, latePlaces = 20, 1250, 100
	lateDone, lateDevices, lateScans    = 10, 500, 80
	lateMovements                       = 300
)

// lateMarket is the whole server over that market, with a board that watches it.
type lateMarket struct {
	*benchServer
	key   account.Secret
	board *websocket.Conn
	since time.Time // of the first event
	ids   int
}

// BenchmarkLateMovement prints how long a movement takes from being pushed over the link to the message in which a supervisor's board
// shows what it does to a line, while 500 devices scan once every two seconds each, beginning and finishing walks and measuring their
// clocks as they do. What devices send is handed to the store as the gateway hands it.
func BenchmarkLateMovement(b *testing.B) {
	dir := tempDir(b)
	defer os.RemoveAll(dir)
	m := startLateMarket(b, dir)
	ctx, cancel := context.WithCancel(context.Background())
	var devices sync.WaitGroup
	for n := range lateDevices {
		devices.Go(func() { m.walk(ctx, b, n) })
	}
	screens := make(chan map[stocktake.ItemID]time.Time, 1000)
	go m.watch(screens)
	m.push(b, "movements", "text/csv", fmt.Sprintf("id,kind,item,quantity,booked\nfirst,sale,%s,-1,%s\n", lateItem(0, 0), m.since.Add(-2*time.Hour).Format(time.RFC3339)))
	m.shown(b, screens, lateItem(0, 0)) // the first look folds all there is
	<-time.After(3 * time.Second)       // until all are at it
	r := rand.New(rand.NewPCG(1, 2))
	var durable, took []time.Duration
	for n := range lateMovements {
		if n%60 == 59 { // the feed says how far it is complete, which is less than any line waits for
			m.push(b, "watermark", "application/json", fmt.Sprintf(`{"through":%q}`, m.since.Add(time.Duration(n)*time.Second-time.Hour).Format(time.RFC3339)))
		}
		item := lateItem(r.IntN(lateDone), (n*7919+11)%lateItems)
		began := time.Now()
		m.push(b, "movements", "text/csv", fmt.Sprintf("id,kind,item,quantity,booked\nlate-%d,sale,%s,-1,%s\n", n, item, m.since.Add(-2*time.Hour).Format(time.RFC3339)))
		durable = append(durable, time.Since(began))
		took = append(took, m.shown(b, screens, item).Sub(began))
		<-time.After(time.Duration(80+r.IntN(100)) * time.Millisecond)
	}
	v, err := m.sessions.View(ctx, m.boss, benchSession)
	must(b, err)
	cancel()
	devices.Wait()
	must(b, m.board.Close())
	m.stop(b)
	if len(v.Held) > 0 {
		b.Fatalf("%d events are held, the first for %s", len(v.Held), v.Held[0].Reason)
	}
	fmt.Printf("\na late movement, from the push to a supervisor's screen; %d lines, %d entries, %d devices, one scan each every two seconds; %s\n\n"+
		"| of %d | p50 | p90 | p99 | most |\n|---|---|---|---|---|\n| durable, and answered | %s |\n| on the screen | %s |\n\n",
		len(v.Lines), v.Offset, lateDevices, time.Now().UTC().Format("2006-01-02 15:04 UTC"), len(took), quantiles(durable), quantiles(took))
}

func quantiles(took []time.Duration) string {
	slices.Sort(took)
	at := func(q float64) time.Duration {
		return took[min(len(took)-1, int(q*float64(len(took))))].Round(time.Millisecond / 10)
	}
	return fmt.Sprintf("%s | %s | %s | %s", at(0.5), at(0.9), at(0.99), at(1))
}

func lateItem(section, n int) stocktake.ItemID {
	return stocktake.ItemID(fmt.Sprintf("%02d-%04d", section, n))
}

func latePlace(section, n int) stocktake.LocationID {
	return stocktake.LocationID(fmt.Sprintf("S%02d-%03d", section, n))
}

func startLateMarket(tb testing.TB, dir string) *lateMarket {
	ctx := context.Background()
	n, err := openNode(dataFlags{Data: dir}, slog.New(slog.DiscardHandler))
	must(tb, err)
	n.accounts, err = account.New(account.Config{Directory: n.db, Ministry: ministrySociety, Sole: true, Derive: quickDerive})
	must(tb, err)
	s, err := newSocietyServer(n)
	must(tb, err)
	m := &lateMarket{since: time.Now().UTC().Truncate(time.Second), benchServer: &benchServer{societyServer: s, boss: stocktake.Person{
		Society: benchSociety, ID: "boss", Roles: []stocktake.Role{stocktake.Manager, stocktake.Supervisor, stocktake.SocietyAdministrator},
	}}}
	m.publish(ctx, tb)
	const password = "kunafa with cheese"
	name := stocktake.Name{Arabic: "أمل"}
	_, err = m.accounts.FirstAdministrator(ctx, benchSociety, account.NewPerson{ID: m.boss.ID, Name: name, Password: password})
	must(tb, err)
	for id, role := range map[stocktake.PersonID]stocktake.Role{"sara": stocktake.Supervisor, "erp": stocktake.Integrator} {
		p := account.NewPerson{ID: id, Name: name, Roles: []stocktake.Role{role}}
		if role == stocktake.Supervisor {
			p.Password = password
		}
		_, err = m.accounts.AddPerson(ctx, m.boss, p)
		must(tb, err)
	}
	key, err := m.accounts.IssueKey(ctx, m.boss, "erp", 30)
	must(tb, err)
	m.key = key.Token
	_, err = m.sessions.Issue(ctx, m.boss, count.Plan{
		Session: benchSession, Name: name, Site: "central", Kind: count.Full, Blind: true, Tiers: []count.Tier{{Role: stocktake.Manager}},
	})
	must(tb, err)
	m.fill(ctx, tb)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(tb, err)
	m.url, m.http = "http://"+listener.Addr().String(), &http.Server{Handler: s.handler}
	go func() { _ = m.http.Serve(listener) }()
	sara, err := m.accounts.SignIn(ctx, benchSociety, "sara", password, "10.0.0.1")
	must(tb, err)
	var answer *http.Response
	m.board, answer, err = websocket.DefaultDialer.Dial("ws"+m.url[4:]+"/live/sessions/"+string(benchSession), http.Header{
		"Origin": {m.url}, "Cookie": {"jard=" + string(sara.Token)},
	})
	must(tb, err)
	must(tb, answer.Body.Close())
	return m
}

func (m *lateMarket) publish(ctx context.Context, tb testing.TB) {
	name := stocktake.Name{Arabic: "السوق المركزي"}
	site := stocktake.Site{ID: "central", Name: name, Kind: stocktake.CentralMarket}
	book := stocktake.Snapshot{Site: "central", AsOf: m.since.Add(-time.Hour), Position: "1"}
	var items []stocktake.Item
	for s := range lateSections {
		section := stocktake.SectionID(fmt.Sprintf("S%02d", s))
		site.Sections = append(site.Sections, stocktake.Section{ID: section, Name: name})
		for n := range latePlaces {
			site.Locations = append(site.Locations, stocktake.Location{ID: latePlace(s, n), Section: section, Kind: stocktake.Floor})
		}
		for n := range lateItems {
			id := lateItem(s, n)
			items = append(items, stocktake.Item{ID: id, Name: stocktake.Name{Arabic: "صنف", English: "Item"}, Unit: stocktake.Piece})
			book.Lines = append(book.Lines, stocktake.BookLine{Section: section, Item: id, Quantity: 40_000, Cost: 250_000})
		}
	}
	must(tb, m.db.PutSociety(ctx, stocktake.Society{ID: benchSociety, Name: name, Governorate: stocktake.Hawalli}))
	publishBench(ctx, tb, m.db, site, items, book)
}

// fill counts the first sections, and books a day's sales.
func (m *lateMarket) fill(ctx context.Context, tb testing.TB) {
	for s := range lateDone {
		for n := range latePlaces {
			d := m.device(fmt.Sprintf("early-%d", (s*latePlaces+n)%lateDevices), s*latePlaces+n)
			d.at(s, n)
			for range lateScans + 2 {
				d.step()
			}
			d.clock()
			must(tb, d.send(ctx, m))
		}
	}
	for first := 0; first < 20_000; first += link.MaxTransfer {
		x := link.Transfer{By: "erp"}
		for n := first; n < first+link.MaxTransfer; n++ {
			x.Movements = append(x.Movements, stocktake.Movement{
				ID: stocktake.MovementID(fmt.Sprintf("sale-%d", n)), Kind: stocktake.Sale, Item: lateItem(n%lateSections, n*7919%lateItems), Quantity: -1000,
				Booked: m.since.Add(-time.Duration(n%12) * time.Hour), Position: stocktake.Position(n + 2),
			})
		}
		x.Watermark = stocktake.Watermark{Since: m.since.Add(-24 * time.Hour), Through: m.since.Add(-time.Hour)}
		_, err := m.db.Move(ctx, benchSociety, "central", x)
		must(tb, err)
	}
}

// lateDevice is a handheld with what it has not sent yet.
type lateDevice struct {
	stream        count.Stream
	mark          count.Mark
	events        []count.Event
	name          string
	section, spot int
	pass          stocktake.PassID
	scans, walks  int
	begun         time.Time
}

func (m *lateMarket) device(name string, epoch int) *lateDevice {
	return &lateDevice{stream: count.Stream{Device: stocktake.DeviceID(name), Epoch: fmt.Sprintf("e%d", epoch)}, name: name, begun: m.since}
}

func (d *lateDevice) at(section, spot int) {
	d.section, d.spot, d.scans = section, spot, -1
	d.walks++
	d.pass = stocktake.PassID(fmt.Sprintf("%s-%s-%d", d.name, d.stream.Epoch, d.walks))
}

func (d *lateDevice) event(kind string) *count.Event {
	offset, now := int64(0), time.Now()
	d.events = append(d.events, count.Event{
		Version: 1, ID: stocktake.EventID(stocktake.RandomID()), Name: kind, Session: benchSession, At: now.UnixMilli(), Mono: now.Sub(d.begun).Milliseconds() + 1,
		Offset: &offset, RTT: 8,
	})
	return &d.events[len(d.events)-1]
}

func (d *lateDevice) clock() { d.event("clock") }

// step opens the walk, scans one item, or closes the walk; it reports whether that is over.
func (d *lateDevice) step() bool {
	switch d.scans {
	case -1:
		e := d.event("pass.opened")
		e.Pass, e.Location, e.Round, e.Person, e.Mode = d.pass, latePlace(d.section, d.spot), 1, stocktake.PersonID("p"+d.name), "quantity"
	case lateScans:
		e := d.event("pass.closed")
		e.Pass, e.Observations, e.Quantity = d.pass, lateScans, lateScans*7000
	default:
		e := d.event("observed")
		e.Pass, e.Item, e.Pack, e.Amount, e.AllHere, e.Entry = d.pass, lateItem(d.section, (d.spot*lateItems/latePlaces+d.scans)%lateItems), 1000, 7000, true, "scan"
		e.Code, e.ScannedAt = string(e.Item), e.At-1500
	}
	d.scans++
	return d.scans > lateScans
}

// send hands over what there is, as the gateway does.
func (d *lateDevice) send(ctx context.Context, m *lateMarket) error {
	b := count.Batch{Society: benchSociety, Stream: d.stream, First: d.mark.Acked + 1, Prev: d.mark.Digest, Digest: d.mark.Digest}
	var bodies [][]byte
	for i := range d.events {
		body, err := json.Marshal(&d.events[i])
		if err != nil {
			return err
		}
		bodies = append(bodies, body)
		b.Digest = count.NextDigest(b.Digest, body)
	}
	d.events = nil
	b.Events = count.Receive(bodies)
	mark, err := m.db.Append(ctx, b)
	d.mark = mark
	return err
}

// walk is one device's time: it is somewhere in its walk already, and goes on to the next when that is finished.
func (m *lateMarket) walk(ctx context.Context, tb testing.TB, n int) {
	d := m.device(fmt.Sprintf("d-%d", n), 1)
	todo := (lateSections - lateDone) * latePlaces / lateDevices
	next := func(walk int) { d.at(lateDone+(n*todo+walk)/latePlaces, (n*todo+walk)%latePlaces) }
	next(0)
	for range 1 + n*lateScans/lateDevices { // so that all the time some finish and some begin
		d.step()
	}
	d.clock()
	if err := d.send(ctx, m); err != nil {
		tb.Error(err)
		return
	}
	<-time.After(time.Duration(n) * 2 * time.Second / lateDevices)
	scans := time.NewTicker(2 * time.Second)
	defer scans.Stop()
	for i, walk := 1, 0; ; i++ {
		select {
		case <-ctx.Done():
			return
		case <-scans.C:
		}
		if d.step() {
			if walk++; walk < todo {
				next(walk)
				d.step()
			} else {
				walk, todo = 0, 0
			}
		}
		if i%15 == 0 { // every half a minute
			d.clock()
		}
		if err := d.send(context.WithoutCancel(ctx), m); err != nil {
			tb.Error(err)
			return
		}
		if todo == 0 {
			return
		}
	}
}

// push sends to the link.
func (m *lateMarket) push(tb testing.TB, what, kind, body string) {
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, m.url+link.APIBase+"sites/central/"+what, strings.NewReader(body))
	must(tb, err)
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Authorization", "Bearer "+string(m.key))
	a, err := http.DefaultClient.Do(r)
	must(tb, err)
	answer, err := io.ReadAll(a.Body)
	must(tb, err)
	must(tb, a.Body.Close())
	if a.StatusCode != http.StatusOK {
		tb.Fatalf("%s: %d %s", what, a.StatusCode, answer)
	}
}

// watch tells which lines each message to the board has changed.
func (m *lateMarket) watch(screens chan<- map[stocktake.ItemID]time.Time) {
	defer close(screens)
	for {
		_, message, err := m.board.ReadMessage()
		if err != nil {
			return
		}
		at := time.Now()
		var x struct {
			Lines [][]any `json:"lines"`
		}
		if json.Unmarshal(message, &x) != nil || len(x.Lines) > lateSections*lateItems/2 {
			continue
		}
		changed := map[stocktake.ItemID]time.Time{}
		for _, l := range x.Lines {
			if item, ok := l[1].(string); ok {
				changed[stocktake.ItemID(item)] = at
			}
		}
		screens <- changed
	}
}

// shown waits until the board has a line.
func (m *lateMarket) shown(tb testing.TB, screens <-chan map[stocktake.ItemID]time.Time, item stocktake.ItemID) time.Time {
	late := time.After(20 * time.Second)
	for {
		select {
		case changed, open := <-screens:
			if !open {
				tb.Fatal("the board was sent away")
			}
			if at, ok := changed[item]; ok {
				return at
			}
		case <-late:
			tb.Fatalf("nothing of %s reached the board", item)
		}
	}
}
