package reconcile_test

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"jard/internal/reconcile"
	"jard/internal/stocktake"
)

// salesFile is real sales lines; it is no part of this repository.
const salesFile = "../../../shared/data/uci_online_retail_dev.csv"

// readTrade reads what was really sold of each code on each day, by instants from midnight; where they are absent it makes some up with the same mean, half of it for a tenth of the items.
func readTrade(t *testing.T) (days [][][]sold) {
	f, err := os.Open(salesFile)
	if errors.Is(err, os.ErrNotExist) {
		t.Log("real sales are not here: made up")
		return madeUp()
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	codes, dates := map[string]map[string][]sold{}, map[string]bool{}
	lines := csv.NewReader(f)
	for first := true; ; first = false {
		row, err := lines.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		pieces, err := strconv.ParseInt(row[3], 10, 64)
		if first || err != nil || pieces <= 0 {
			continue
		}
		at, err := time.Parse(time.DateTime, row[4])
		if err != nil {
			t.Fatal(err)
		}
		date, code := row[4][:10], row[1]
		if codes[code] == nil {
			codes[code] = map[string][]sold{}
		}
		dates[date] = true
		// Within its minute; and a co-op's customer takes no pallet.
		since := int64(at.Hour())*hour + int64(at.Minute())*minute + int64(len(codes[code][date])*7%60)*second
		codes[code][date] = append(codes[code][date], sold{since, min(pieces, 12)})
	}
	var names []string
	for code := range codes {
		names = append(names, code)
	}
	slices.Sort(names)
	var order []string
	for date := range dates {
		order = append(order, date)
	}
	slices.Sort(order)
	for _, code := range names {
		var item [][]sold
		for _, date := range order {
			item = append(item, codes[code][date])
		}
		days = append(days, item)
	}
	return days
}

func madeUp() (days [][][]sold) {
	r := rand.New(rand.NewPCG(11, 12))
	for n := range 3000 {
		mean := 0.24
		if n%10 == 0 {
			mean = 2.1
		}
		item := make([][]sold, 100)
		for d := range item {
			for x := r.ExpFloat64(); x < mean; x += r.ExpFloat64() {
				item[d] = append(item[d], sold{between(r, 8*hour, 20*hour), 1 + r.Int64N(6)})
			}
		}
		days = append(days, item)
	}
	return days
}

// practice is one way to count a market.
type practice struct {
	name     string
	from, to int64   // of the count, from midnight; the snapshot is of an hour before
	longest  int64   // pass; the shortest is half of it
	allHere  float64 // share of entries that are declared to be all of it
	names    float64 // share of movements whose location the feed names
	blind    bool    // the snapshot names no feed position
	close    int64   // within which all places of an item are walked; zero: any time
	prompt   bool    // what is not sold is booked within an hour
	busy     int     // how many days' sales in one
}

var byDay = practice{name: "by day, 40-minute passes", from: 8 * hour, to: 20 * hour, longest: 40 * minute, allHere: 0.9, busy: 1}

// practices are by day with one thing changed at a time, and then several.
func practices() (list []practice) {
	for _, busy := range []int{1, 5} {
		add := func(name string, change func(*practice)) {
			p := byDay
			p.busy = busy
			if change(&p); name != "" {
				p.name = name
			}
			if busy > 1 {
				p.name = "sales × 5: " + p.name
			}
			list = append(list, p)
		}
		add("", func(*practice) {})
		add("snapshot without a position", func(p *practice) { p.blind = true })
		add("10-minute passes", func(p *practice) { p.longest = 10 * minute })
		add("every entry all of it here", func(p *practice) { p.allHere = 1 })
		add("no entry all of it here", func(p *practice) { p.allHere = 0 })
		add("an item's places within an hour", func(p *practice) { p.close = hour })
		add("receipts and others booked within an hour", func(p *practice) { p.prompt = true })
		add("the feed names locations", func(p *practice) { p.names = 1 })
		add("at night", func(p *practice) { p.from, p.to = 22*hour, 29*hour })
		add("names, within an hour, prompt, 10 minutes", func(p *practice) { p.names, p.close, p.prompt, p.longest = 1, hour, true, 10*minute })
		add("at night, names, prompt", func(p *practice) { p.from, p.to, p.names, p.prompt = 22*hour, 29*hour, 1, true })
	}
	return list
}

// outcome adds up what a practice gave.
type outcome struct {
	lines, exact, decided, recounted int
	band                             stocktake.Quantity
	wrong                            int    // verdicts that the truth does not bear out
	short                            [4]int // false shortages: by V alone, snapshot only, book at the end, book at the scan
}

// TestFigures prints how much of a market is exact and decided at its first count, and how many shortages the usual ways of
// reckoning would have found that are none. No verdict of a band may be wrong.
func TestFigures(t *testing.T) {
	items := 1500
	if s := os.Getenv("JARD_ITEMS"); s != "" {
		var err error
		if items, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	sales := readTrade(t)
	var b strings.Builder
	fmt.Fprintf(&b, "\n%d items each; tolerance two pieces; false shortages above it in 10,000 lines\n", items)
	b.WriteString("| practice | exact | decided at once | … after a recount | mean band, pieces | snapshot only | book at the end | book at the scan | V alone | Jard |\n|---|---|---|---|---|---|---|---|---|---|\n")
	for _, p := range practices() {
		o := p.run(t, sales, items)
		share := func(n int) string { return fmt.Sprintf("%.1f %%", 100*float64(n)/float64(o.lines)) }
		per := func(n int) string { return fmt.Sprintf("%.0f", 10_000*float64(n)/float64(o.lines)) }
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %.2f | %s | %s | %s | %s | %d |\n", p.name, share(o.exact), share(o.decided), share(o.recounted),
			float64(o.band)/1000/float64(o.lines), per(o.short[1]), per(o.short[2]), per(o.short[3]), per(o.short[0]), o.wrong)
		few := o.lines < 1000 // of which all may be decided, and none moved
		if o.wrong > 0 || o.recounted < o.decided || !few && (o.decided == o.lines || o.short[1] == 0 && p.from < 20*hour) {
			t.Errorf("%s: %+v", p.name, o)
		}
	}
	t.Log(b.String())
}

func (p *practice) run(t *testing.T, sales [][][]sold, items int) (o outcome) {
	rules := reconcile.DefaultRules()
	if p.prompt {
		for _, w := range []*reconcile.Window{&rules.Receipt, &rules.Transfer, &rules.WriteOff} {
			w.Early, w.Late = 3600, 3600
		}
		rules.Return.Late = 3600
	}
	tolerance := reconcile.Tolerance{Quantity: new(stocktake.Quantity(2000))}
	for n := range items {
		r := rand.New(rand.NewPCG(77, uint64(n)))
		h := habits{
			begin: day0, end: day0 + 30*hour, returns: 0.01, receipts: 0.15, transfers: 0.03, writeOffs: 0.02, moves: 0.2,
			void: 0.02, partVoid: 0.2, names: p.names, positions: 1, sections: 1, spots: 3, stock: 60, lost: 0.15, saleTimes: []sold{},
		}
		item := sales[r.IntN(len(sales))]
		for range p.busy {
			for _, x := range item[r.IntN(len(item))] {
				h.saleTimes = append(h.saleTimes, sold{day0 + x.at, x.pieces})
			}
		}
		if p.blind {
			h.positions = 0
		}
		s := play(r, h, rules, handhelds(r, 2, h.begin, h.end+10*hour))
		c := counting{begin: day0 + p.from, end: day0 + p.to, shortest: p.longest / 2, longest: p.longest, allHere: p.allHere}
		if p.close > 0 {
			c.begin = between(r, c.begin, c.end-p.close)
			c.end = c.begin + p.close
		}
		s.count(c)
		p.add(t, &o, s, tolerance)
	}
	return o
}

func (p *practice) add(t *testing.T, o *outcome, s *shop, tolerance reconcile.Tolerance) {
	asOf := day0 + p.from - hour
	told := s.tell(asOf, forever, nil)
	l := told.lines[0]
	v, err := told.basis.Line(l)
	if err != nil {
		t.Fatal(err)
	}
	truth := s.truth(told, 0)
	o.lines++
	o.band += v.High - v.Low
	if v.Exact {
		o.exact++
	}
	verdict := tolerance.Judge(v, l.Cost)
	good := truth.Abs() <= *tolerance.Quantity
	if verdict == reconcile.Within && !good || verdict == reconcile.Outside && good {
		o.wrong++
	}
	scan, end, atEnd := reconcile.Instant(0), reconcile.Instant(day0+p.to), l.Book
	for _, place := range l.Places {
		if place.Quantity != 0 {
			scan = max(scan, place.Span.To)
		}
	}
	atScan := l.Book
	for _, b := range s.booked {
		if b.posted <= asOf {
			continue
		}
		if at := reconcile.Instant(b.stamped); at <= end {
			atEnd += b.quantity
			if at <= scan {
				atScan += b.quantity
			}
		}
	}
	for n, found := range [...]stocktake.Quantity{v.Quantity, v.Observed - l.Book, v.Observed - atEnd, v.Observed - atScan} {
		if good && found < -*tolerance.Quantity {
			o.short[n]++
		}
	}
	if verdict != reconcile.Uncertain {
		o.decided++
		o.recounted++
		return
	}
	// Somebody else looks at the item once more, at all its places one after the other.
	at := max(day0+p.to, day0+p.from+hour)
	for _, place := range s.places {
		if place.held() {
			s.walk(place, counting{begin: at, end: at + 1, shortest: 20 * second, longest: minute, allHere: 1})
			at += minute
		}
	}
	again := s.tell(asOf, forever, nil)
	if v, err = again.basis.Line(again.lines[0]); err != nil {
		t.Fatal(err)
	}
	if verdict = tolerance.Judge(v, l.Cost); verdict != reconcile.Uncertain {
		o.recounted++
	}
	truth = s.truth(again, 0)
	if good = truth.Abs() <= *tolerance.Quantity; verdict == reconcile.Within && !good || verdict == reconcile.Outside && good {
		o.wrong++
	}
}
