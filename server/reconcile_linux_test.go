package main

import (
	"bufio"
	"bytes"
	_ "embed"
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"jard/internal/reconcile"
	"jard/internal/stocktake"
)

// What a great society has: as many lines as items in its sections, each counted twice and moved three times on average.
const (
	goodsSections, goodsItems      = 25, 40_000
	goodsLines                     = goodsSections * goodsItems
	goodsObserved, goodsMoved      = 2 * goodsLines, 3 * goodsLines
	goodsRounds                    = 3
	goodsPosition                  = goodsMoved / 2
	floorKind, storeKind      int8 = 1, 2
)

// goods are rows as they come, by no order.
type goods struct {
	asOf            time.Time
	since, through  time.Time
	walked          [goodsSections]reconcile.Span // of each section: when its other locations were observed
	lines           []goodsLine
	observations    []goodsObservation
	movements       []goodsMovement
	tolerance       reconcile.Tolerance
	quantity, fils  int64
	hundredthsOfOne int64
}

type goodsKey struct {
	section int16
	item    int32
}

type goodsLine struct {
	goodsKey
	book stocktake.Quantity
	cost stocktake.Cost
}

type goodsObservation struct {
	goodsKey
	kind     int8
	open     bool
	quantity stocktake.Quantity
	span     reconcile.Span
}

type goodsMovement struct {
	goodsKey
	kind     reconcile.Kind
	quantity stocktake.Quantity
	position stocktake.Position // zero: none
	booked   reconcile.Instant
}

func makeGoods() *goods {
	r := rand.New(rand.NewPCG(1, 2))
	const hour = reconcile.Instant(3600_000)
	g := &goods{
		asOf: time.Date(2026, 11, 26, 6, 0, 0, 0, time.UTC), quantity: 2000, fils: 1000, hundredthsOfOne: 200,
		lines: make([]goodsLine, 0, goodsLines), observations: make([]goodsObservation, 0, goodsObserved), movements: make([]goodsMovement, 0, goodsMoved),
	}
	g.since, g.through = g.asOf.AddDate(0, 0, -10), g.asOf.Add(13*time.Hour)
	g.tolerance = reconcile.Tolerance{Quantity: (*stocktake.Quantity)(&g.quantity), Percent: &g.hundredthsOfOne, Value: (*stocktake.Fils)(&g.fils)}
	start := reconcile.At(g.asOf)
	for s := range g.walked {
		from := start + reconcile.Instant(r.Int64N(int64(8*hour)))
		g.walked[s] = reconcile.Span{From: from, To: from + hour}
	}
	some := func() goodsKey { return goodsKey{int16(r.IntN(goodsSections)), int32(r.IntN(goodsItems))} }
	books := make([]stocktake.Quantity, goodsLines) // near what is found there
	for range goodsObserved {
		at := start + reconcile.Instant(r.Int64N(int64(10*hour)))
		k, found := some(), stocktake.Quantity(r.IntN(50_000))
		books[int(k.section)*goodsItems+int(k.item)] += found
		g.observations = append(g.observations, goodsObservation{k, floorKind << r.IntN(2), r.IntN(100) == 0, found, reconcile.Span{From: at, To: at + reconcile.Instant(r.IntN(60_000))}})
	}
	kinds := [...]struct {
		kind reconcile.Kind
		sign stocktake.Quantity
	}{{reconcile.Return, 1}, {reconcile.Receipt, 12}, {reconcile.Transfer, 6}, {reconcile.Transfer, -6}, {reconcile.WriteOff, -1}}
	for n := range goodsMoved {
		m := goodsMovement{goodsKey: some(), kind: reconcile.Sale, quantity: -1000, position: stocktake.Position(n + 1),
			booked: start + reconcile.Instant(n)*24*hour/goodsMoved - 12*hour + reconcile.Instant(r.IntN(600_000))}
		if r.IntN(12) == 0 {
			k := kinds[r.IntN(len(kinds))]
			m.kind, m.quantity = k.kind, 1000*k.sign
		}
		if r.IntN(20) == 0 {
			m.position = 0
		}
		g.movements = append(g.movements, m)
	}
	for n, book := range books {
		g.lines = append(g.lines, goodsLine{goodsKey{int16(n / goodsItems), int32(n % goodsItems)}, book + stocktake.Quantity(r.IntN(4000)-2000), stocktake.Cost(1 + r.IntN(500_000))})
	}
	r.Shuffle(len(g.lines), func(i, j int) { g.lines[i], g.lines[j] = g.lines[j], g.lines[i] })
	return g
}

// judged is what is asked of a line.
type judged struct {
	observed, quantity, low, high, expected stocktake.Quantity
	value                                   stocktake.Fils
	undecided                               int32
	provisional                             reconcile.Provisional
	verdict                                 int8 // within 0, uncertain 1, outside 2
}

// verdictNumber is a verdict as the statement gives it.
func verdictNumber(v reconcile.Verdict) int8 {
	switch v {
	case reconcile.Within:
		return 0
	case reconcile.Uncertain:
		return 1
	}
	return 2
}

func (g *goods) basis() *reconcile.Basis {
	return reconcile.NewBasis(reconcile.DefaultRules(), &stocktake.Snapshot{AsOf: g.asOf, Position: strconv.Itoa(goodsPosition)},
		stocktake.Watermark{Since: g.since, Through: g.through})
}

// table puts the rows at their lines.
func (g *goods) table() (map[goodsKey]int32, *reconcile.Table) {
	index := make(map[goodsKey]int32, len(g.lines))
	t := reconcile.NewTable(len(g.lines), len(g.observations), len(g.movements))
	for n, l := range g.lines {
		index[l.goodsKey] = int32(n)
		t.Set(int32(n), reconcile.Line{Book: l.book, Cost: l.cost, Around: g.walked[l.section]})
	}
	for i := range g.observations {
		o := &g.observations[i]
		t.Observe(index[o.goodsKey], reconcile.Place{Span: o.span, Quantity: o.quantity, Kind: reconcile.PlaceKind(o.kind), Holds: true, Open: o.open})
	}
	for i := range g.movements {
		m := &g.movements[i]
		t.Book(index[m.goodsKey], reconcile.Movement{Booked: m.booked, Quantity: m.quantity, Position: m.position, Kind: m.kind})
	}
	return index, t
}

// judge answers for every line of a table.
func (g *goods) judge(basis *reconcile.Basis, t *reconcile.Table) []judged {
	answers := make([]judged, len(g.lines))
	basis.Each(t, func(n int32, v *reconcile.Variance, err error) {
		if err != nil {
			panic(err)
		}
		answers[n] = judged{v.Observed, v.Quantity, v.Low, v.High, v.Expected, v.Value, int32(v.Undecided), v.Provisional, verdictNumber(g.tolerance.Judge(*v, g.lines[n].cost))}
	})
	return answers
}

// load gives the rows to PostgreSQL, with indexes from which the statement is answered without the tables.
func (g *goods) load(tb testing.TB, c *cluster) {
	c.sql(tb, `
create unlogged table line (section smallint, item int, book bigint not null, cost bigint not null, primary key (section, item) include (book, cost));
create unlogged table walk (section smallint primary key, begun bigint not null, ended bigint not null);
create unlogged table observation (n int not null, section smallint not null, item int not null, kind smallint not null, open boolean not null,
  quantity bigint not null, begun bigint not null, ended bigint not null);
create unlogged table movement (section smallint not null, item int not null, kind smallint not null, quantity bigint not null,
  position bigint, booked bigint not null);`, nil)
	var b bytes.Buffer
	copyIn := func(table string) {
		c.sql(tb, "copy "+table+" from stdin", &b)
		b.Reset()
	}
	for i := range g.lines {
		l := &g.lines[i]
		fmt.Fprintf(&b, "%d\t%d\t%d\t%d\n", l.section, l.item, l.book, l.cost)
	}
	copyIn("line")
	for s, w := range g.walked {
		fmt.Fprintf(&b, "%d\t%d\t%d\n", s, w.From, w.To)
	}
	copyIn("walk")
	for i := range g.observations {
		o := &g.observations[i]
		fmt.Fprintf(&b, "%d\t%d\t%d\t%d\t%t\t%d\t%d\t%d\n", i, o.section, o.item, o.kind, o.open, o.quantity, o.span.From, o.span.To)
	}
	copyIn("observation")
	for i := range g.movements {
		m := &g.movements[i]
		position := `\N`
		if m.position > 0 {
			position = strconv.FormatUint(uint64(m.position), 10)
		}
		fmt.Fprintf(&b, "%d\t%d\t%d\t%d\t%s\t%d\n", m.section, m.item, m.kind, m.quantity, position, m.booked)
	}
	copyIn("movement")
	c.sql(tb, `create index on observation (section, item) include (n, kind, open, quantity, begun, ended);
create index on movement (section, item) include (kind, quantity, position, booked);`, nil)
	c.sql(tb, `vacuum analyze`, nil)
}

//go:embed reconcile_test.sql
var reconcileSQL string

// statement is the question as SQL.
func (g *goods) statement() string {
	rules := reconcile.DefaultRules()
	ms := func(s reconcile.Seconds) string { return strconv.FormatInt(int64(s)*1000, 10) }
	return strings.NewReplacer(
		":sale_early", ms(rules.Sale.Early), ":return_late", ms(rules.Return.Late), ":receipt_early", ms(rules.Receipt.Early), ":receipt_late", ms(rules.Receipt.Late),
		":transfer_early", ms(rules.Transfer.Early), ":transfer_late", ms(rules.Transfer.Late), ":writeoff_early", ms(rules.WriteOff.Early), ":writeoff_late", ms(rules.WriteOff.Late),
		":clock", ms(rules.Clock), ":posting", ms(rules.Posting), ":voiding", ms(rules.Voiding),
		":as_of", fmt.Sprint(g.asOf.UnixMilli()), ":since", fmt.Sprint(g.since.UnixMilli()), ":through", fmt.Sprint(g.through.UnixMilli()),
		":position", strconv.Itoa(goodsPosition), ":quantity", fmt.Sprint(g.quantity), ":hundredths", fmt.Sprint(g.hundredthsOfOne), ":fils", fmt.Sprint(g.fils),
	).Replace(reconcileSQL)
}

// compare holds every line of PostgreSQL's judged against what Go says.
func (g *goods) compare(tb testing.TB, rows string, index map[goodsKey]int32, answers []judged) (verdicts [3]int, provisional, wide int) {
	n := 0
	for scan := bufio.NewScanner(strings.NewReader(rows)); scan.Scan(); n++ {
		var f [11]int64
		for i, text := range strings.Split(scan.Text(), "\t") {
			var err error
			f[i], err = strconv.ParseInt(text, 10, 64)
			must(tb, err)
		}
		k := goodsKey{int16(f[0]), int32(f[1])}
		got := judged{stocktake.Quantity(f[2]), stocktake.Quantity(f[3]), stocktake.Quantity(f[4]), stocktake.Quantity(f[5]), stocktake.Quantity(f[6]), stocktake.Fils(f[7]), int32(f[8]), reconcile.Provisional(f[9]), int8(f[10])}
		if want := answers[index[k]]; got != want {
			tb.Fatalf("line %v: PostgreSQL says %+v, Go %+v", k, got, want)
		}
		verdicts[got.verdict]++
		if got.provisional != 0 {
			provisional++
		}
		if got.low != got.high {
			wide++
		}
	}
	if n != goodsLines {
		tb.Fatalf("PostgreSQL answers for %d lines", n)
	}
	return verdicts, provisional, wide
}

var executionTime = regexp.MustCompile(`Execution Time: ([0-9.]+) ms`)

// BenchmarkReconcileBesidePostgres prints how long it takes to say of a million lines what their variance is, its band, whether it may
// still change, and whether it is tolerated: from rows in any order, in Go; from the lines once they stand; and by PostgreSQL in one
// statement. Every line of the two answers is compared.
func BenchmarkReconcileBesidePostgres(b *testing.B) {
	c := startCluster(b)
	g := makeGoods()
	g.load(b, c)
	statement := g.statement()
	var mixed, stood, asked []time.Duration
	var index map[goodsKey]int32
	var answers []judged
	var plan string
	var goPeak, sqlPeak int64
	basis := g.basis()
	for range goodsRounds { // by turns: others may be at work
		index, answers = nil, nil
		debug.FreeOSMemory()
		must(b, os.WriteFile("/proc/self/clear_refs", []byte("5"), 0))
		began := time.Now()
		var t *reconcile.Table
		index, t = g.table()
		answers = g.judge(basis, t)
		mixed = append(mixed, time.Since(began))
		goPeak = max(goPeak, status("self", "VmHWM"))
		began = time.Now()
		g.judge(basis, t)
		stood = append(stood, time.Since(began))
		t = nil
		debug.FreeOSMemory()
		most := c.watchMemory()
		plan = c.sql(b, "set jit = off; drop table if exists said; explain (analyze, timing off, buffers, costs off) create unlogged table said as "+statement, nil)
		sqlPeak = max(sqlPeak, most())
		found := executionTime.FindStringSubmatch(plan)
		if found == nil {
			b.Fatal(plan)
		}
		ms, err := strconv.ParseFloat(found[1], 64)
		must(b, err)
		asked = append(asked, time.Duration(ms*float64(time.Millisecond)))
	}
	verdicts, provisional, wide := g.compare(b, c.sql(b, "copy said to stdout", nil), index, answers)
	data := int64(goodsLines*24 + goodsObserved*40 + goodsMoved*40)
	fmt.Printf("\n%d lines, %d observations, %d movements; %s; medians of %d; %s\nevery line the same: %d within, %d uncertain, %d outside; %d provisional, %d with a band\n\n"+
		"| | seconds | peak memory |\n|---|---|---|\n| Go, from rows in any order | %.2f | %d MB, of which the rows %d MB |\n| Go, once they stand by line | %.3f | |\n| %s | %.2f | %d MB |\n\n"+
		"times as fast: %.1f; once they stand: %.0f\n\n%s\n",
		goodsLines, goodsObserved, goodsMoved, runtime.Version(), goodsRounds, time.Now().UTC().Format("2006-01-02 15:04 UTC"),
		verdicts[0], verdicts[1], verdicts[2], provisional, wide,
		middle(mixed).Seconds(), goPeak>>20, data>>20, middle(stood).Seconds(), strings.TrimSpace(c.sql(b, "select 'PostgreSQL ' || current_setting('server_version')", nil)), middle(asked).Seconds(), sqlPeak>>20,
		middle(asked).Seconds()/middle(mixed).Seconds(), middle(asked).Seconds()/middle(stood).Seconds(), plan)
}
