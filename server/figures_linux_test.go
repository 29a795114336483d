package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"jard/internal/account"
	"jard/internal/boltdb"
	"jard/internal/count"
	"jard/internal/simulate"
	"jard/internal/stocktake"
)

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

const (
	benchSociety stocktake.SocietyID = "salwa"
	benchSession stocktake.SessionID = "2026-11"
	benchCounter stocktake.PersonID  = "amal"
	benchItems                       = 1000
)

// benchServer is the program as it is deployed (see newSocietyServer), with a session issued and devices enrolled on
// which a counter has signed in. Only the stretching of PINs and codes is taken out, which no event passes.
type benchServer struct {
	*societyServer
	http    *http.Server
	url     string
	boss    stocktake.Person
	devices []simulate.Credential
	places  []stocktake.LocationID
	items   []simulate.LoadItem
}

func quickDerive(password, salt []byte, _, _ uint32, _ uint8, length uint32) []byte {
	sum := sha256.Sum256(append(slices.Clone(salt), password...))
	return sum[:length]
}

func startBenchServer(tb testing.TB, dir string, devices int) *benchServer {
	ctx := context.Background()
	n, err := openNode(dataFlags{Data: dir}, slog.New(slog.DiscardHandler))
	must(tb, err)
	n.accounts, err = account.New(account.Config{Directory: n.db, Ministry: ministrySociety, Sole: true, Derive: quickDerive})
	must(tb, err)
	s, err := newSocietyServer(n)
	must(tb, err)
	b := &benchServer{societyServer: s, boss: stocktake.Person{
		Society: benchSociety, ID: "boss", Roles: []stocktake.Role{stocktake.Manager, stocktake.Supervisor, stocktake.SocietyAdministrator},
	}}
	b.publish(ctx, tb)
	b.enrol(ctx, tb, devices)
	_, err = s.sessions.Issue(ctx, b.boss, count.Plan{
		Session: benchSession, Name: stocktake.Name{Arabic: "جرد"}, Site: "central", Kind: count.Full, Blind: true,
		Tiers: []count.Tier{{Role: stocktake.Manager}},
	})
	must(tb, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(tb, err)
	b.url, b.http = "http://"+listener.Addr().String(), &http.Server{Handler: s.handler}
	go func() { _ = b.http.Serve(listener) }()
	return b
}

// publish puts the society's site, catalogue and book into the store.
func (b *benchServer) publish(ctx context.Context, tb testing.TB) {
	site := stocktake.Site{
		ID: "central", Name: stocktake.Name{Arabic: "السوق المركزي"}, Kind: stocktake.CentralMarket,
		Sections: []stocktake.Section{{ID: "food", Name: stocktake.Name{Arabic: "الأغذية"}}},
	}
	for n := range 500 {
		id := stocktake.LocationID(fmt.Sprintf("A-%03d", n))
		site.Locations = append(site.Locations, stocktake.Location{ID: id, Section: "food", Kind: stocktake.Floor})
		b.places = append(b.places, id)
	}
	book := stocktake.Snapshot{Site: "central", AsOf: time.Now()}
	var items []stocktake.Item
	for n := range benchItems {
		id, code := stocktake.ItemID(fmt.Sprintf("i%04d", n)), fmt.Sprintf("62910030%05d", n)
		items = append(items, stocktake.Item{
			ID: id, Name: stocktake.Name{Arabic: "صنف"}, Unit: stocktake.Piece, Barcodes: []stocktake.Barcode{{Code: code, Pack: 1000}},
		})
		book.Lines = append(book.Lines, stocktake.BookLine{Section: "food", Item: id, Quantity: 20_000, Cost: 100})
		b.items = append(b.items, simulate.LoadItem{Item: id, Code: code, Pack: 1000})
	}
	must(tb, b.db.PutSociety(ctx, stocktake.Society{ID: benchSociety, Name: stocktake.Name{Arabic: "جمعية"}, Governorate: stocktake.Hawalli}))
	publishBench(ctx, tb, b.db, site, items, book)
}

// publishBench publishes what a session of the benchmark's society is issued from.
func publishBench(ctx context.Context, tb testing.TB, db *boltdb.DB, site stocktake.Site, items []stocktake.Item, book stocktake.Snapshot) {
	place, err := stocktake.NewDocument(site)
	must(tb, err)
	must(tb, db.Publish(ctx, benchSociety, "site/central", place))
	head, chunks, err := stocktake.NewCatalogue(items)
	must(tb, err)
	must(tb, db.Publish(ctx, benchSociety, "catalogue", head, chunks...))
	snapshot, err := stocktake.NewSnapshot(book)
	must(tb, err)
	must(tb, db.Publish(ctx, benchSociety, "snapshot/central", snapshot))
}

func (b *benchServer) enrol(ctx context.Context, tb testing.TB, devices int) {
	name := stocktake.Name{Arabic: "أمل"}
	_, err := b.accounts.FirstAdministrator(ctx, benchSociety, account.NewPerson{ID: b.boss.ID, Name: name, Password: "kunafa with cheese"})
	must(tb, err)
	_, err = b.accounts.AddPerson(ctx, b.boss, account.NewPerson{ID: benchCounter, Name: name, Roles: []stocktake.Role{stocktake.Counter}, PIN: "285193"})
	must(tb, err)
	for n := range devices {
		code, err := b.accounts.NewEnrolment(ctx, b.boss, "")
		must(tb, err)
		device, token, err := b.accounts.Enrol(ctx, string(code.Secret), "", fmt.Sprintf("10.0.%d.%d", n/250, n%250))
		must(tb, err)
		_, err = b.accounts.SignInOnDevice(ctx, device, benchCounter, "285193")
		must(tb, err)
		b.devices = append(b.devices, simulate.Credential{Device: device.ID, Token: token})
	}
}

// caughtUp waits until the fold has every entry of the log.
func (b *benchServer) caughtUp(tb testing.TB) time.Duration {
	began := time.Now()
	_, err := b.sessions.Tasks(context.Background(), benchSociety, benchSession)
	must(tb, err)
	return time.Since(began)
}

// check fails unless the fold made of the events what the devices sent.
func (b *benchServer) check(tb testing.TB, perDevice int) {
	ctx := context.Background()
	v, err := b.sessions.View(ctx, b.boss, benchSession)
	must(tb, err)
	if want := uint64(1 + len(b.devices)*(1+perDevice)); v.Offset != want || len(v.Held) > 0 || len(v.Passes) != len(b.devices) {
		tb.Fatalf("the fold has %d of %d entries, %d held, %d passes", v.Offset, want, len(v.Held), len(v.Passes))
	}
	for _, p := range v.Passes {
		if p.Observations != int64(perDevice-2) || p.Declared == nil || p.Declared.Quantity != p.Quantity {
			tb.Fatalf("the fold has a pass as %+v, and its device sent %d observations", p, perDevice-2)
		}
	}
}

func (b *benchServer) stop(tb testing.TB) {
	must(tb, b.http.Close())
	b.close()
	must(tb, b.node.close())
}

// load is what both sides are given.
func (b *benchServer) load(c cell, pushes int) simulate.Load {
	return simulate.Load{
		Server: b.url, Devices: b.devices, Session: benchSession, Join: true, Person: benchCounter, Locations: b.places, Items: b.items,
		Batch: c.batch, Pushes: pushes, Warmup: max(1, pushes/10),
	}
}

// cell is a shape of load: so many devices, so many events a frame.
type cell struct {
	devices, batch int
	round          time.Duration
}

// round is what one server did in one round.
type round struct {
	*simulate.LoadReport
	all    uint64        // events, the warm-up's too
	behind time.Duration // how long the fold took to catch up after the last acknowledgement
	busy   time.Duration // of processors, from the first hello to the last acknowledgement or fold
	bytes  int64         // of the file
}

func (c cell) jard(tb testing.TB, pushes int) round {
	dir := tempDir(tb)
	defer os.RemoveAll(dir)
	b := startBenchServer(tb, dir, c.devices)
	// Whoever looks at a session has its fold kept up to date from then on.
	_, err := b.sessions.View(context.Background(), b.boss, benchSession)
	must(tb, err)
	runtime.GC() // what the last round left is not this one's
	l := b.load(c, pushes)
	r := round{all: c.events(&l)}
	l.Start = func() { r.busy = -processor() }
	r.LoadReport, err = l.Run(context.Background())
	must(tb, err)
	r.behind = b.caughtUp(tb)
	r.busy += processor()
	b.check(tb, c.batch*(l.Pushes+l.Warmup))
	b.stop(tb)
	info, err := os.Stat(b.store())
	must(tb, err)
	r.bytes = info.Size()
	return r
}

func (c cell) limit(tb testing.TB, pushes int) round {
	dir := tempDir(tb)
	defer os.RemoveAll(dir)
	s := startLimit(tb, filepath.Join(dir, "limit.log"), c.batch)
	defer s.close(tb)
	l := simulate.Load{
		Server: s.url, Devices: make([]simulate.Credential, c.devices), Session: benchSession, Person: benchCounter,
		Locations: []stocktake.LocationID{"A-000"}, Items: []simulate.LoadItem{{Item: "i0000", Code: "6291003000000", Pack: 1000}},
		Batch: c.batch, Pushes: pushes, Warmup: max(1, pushes/10),
	}
	runtime.GC()
	r := round{all: c.events(&l)}
	l.Start = func() { r.busy = -processor() }
	var err error
	r.LoadReport, err = l.Run(context.Background())
	must(tb, err)
	r.busy += processor()
	return r
}

// tempDir is under the benchmark's own, so that both sides write to the same disk. JARD_BENCH_DIR chooses it.
func tempDir(tb testing.TB) string {
	dir, err := os.MkdirTemp(os.Getenv("JARD_BENCH_DIR"), "jard-figures-")
	must(tb, err)
	return dir
}

func (c cell) events(l *simulate.Load) uint64 {
	return uint64(c.devices * c.batch * (l.Pushes + l.Warmup))
}

const benchRounds = 3

var benchCells = []cell{
	{1, 1, 2 * time.Second}, {50, 1, 2 * time.Second}, {500, 1, 2 * time.Second},
	{1, 200, time.Second}, {50, 200, time.Second}, {500, 200, time.Second},
}

// pushesFor runs a server briefly to find how many pushes of each device fill a round.
func (c cell) pushesFor(tb testing.TB, run func(testing.TB, int) round) int {
	r := run(tb, max(5, 2000/c.devices/c.batch))
	return max(10, int(r.PerSecond()*c.round.Seconds())/c.devices/c.batch)
}

// BenchmarkFigures prints durable, acknowledged events a second of the limit and of Jard, in rounds by turns. Where other
// programs share the processors, the time that this one had of them tells more than the clock: it is the last column.
func BenchmarkFigures(b *testing.B) {
	rows := []string{
		"| N×B | limit events/s | Jard events/s | ratio | limit p50 / p99 | Jard p50 / p99 | fold behind | bytes an event | µs of CPU an event, limit / Jard |",
		"|---|---|---|---|---|---|---|---|---|",
	}
	for _, c := range benchCells {
		b.Run(fmt.Sprintf("%dx%d", c.devices, c.batch), func(b *testing.B) {
			var limits, jards []round
			limitPushes, jardPushes := c.pushesFor(b, c.limit), c.pushesFor(b, c.jard)
			for range benchRounds {
				limits = append(limits, c.limit(b, limitPushes))
				jards = append(jards, c.jard(b, jardPushes))
			}
			limit, jard := median(limits, round.PerSecond), median(jards, round.PerSecond)
			rows = append(rows, fmt.Sprintf("| %d×%d | %.0f | %.0f | **%.2f** | %s | %s | %s | %.0f | %.1f / %.1f |", c.devices, c.batch,
				limit, jard, jard/limit, latencies(limits), latencies(jards),
				median(jards, func(r round) time.Duration { return r.behind }).Round(time.Millisecond),
				median(jards, round.size), median(limits, round.cpu), median(jards, round.cpu)))
		})
	}
	fmt.Printf("\n%s, %d CPUs, %s; medians of %d rounds by turns; N×B: N devices, B events a frame, one frame in flight each\n\n%s\n\n",
		runtime.Version(), runtime.NumCPU(), time.Now().UTC().Format("2006-01-02 15:04 UTC"), benchRounds, strings.Join(rows, "\n"))
}

// size is the file's, by event; cpu is microseconds of processor time by event, the load's included.
func (r round) size() float64 { return float64(r.bytes) / float64(r.all) }
func (r round) cpu() float64  { return float64(r.busy.Microseconds()) / float64(r.all) }

// processor is the time that this process has had of the processors.
func processor() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func median[T cmp.Ordered](rounds []round, of func(round) T) T {
	var all []T
	for _, r := range rounds {
		all = append(all, of(r))
	}
	slices.Sort(all)
	return all[len(all)/2]
}

func latencies(rounds []round) string {
	at := func(q float64) time.Duration {
		return median(rounds, func(r round) time.Duration { return r.Latency.Quantile(q) })
	}
	return fmt.Sprintf("%.1f / %.1f ms", at(0.5).Seconds()*1e3, at(0.99).Seconds()*1e3)
}
