package result

import (
	"slices"
	"time"

	"jard/internal/stocktake"
)

// checkLines goes through the three lists of lines. A section's item stands in one of them, once.
func checkLines(f *faults, d *Document) {
	seen := make(map[[2]string]bool, len(d.Lines)+len(d.NotCounted)+len(d.TallyOnly))
	var before *Goods
	check := func(path string, g *Goods) {
		checkGoods(f, path, g)
		key := [2]string{string(g.Section), string(g.Item)}
		switch {
		case seen[key]:
			f.add(path, LineTwice.New(string(g.Item), string(g.Section)))
		case before != nil && before.Compare(g) > 0:
			f.add(path, LinesUnsorted.New(string(g.Item), string(g.Section)))
		}
		seen[key] = true
		before = g
	}
	for i := range d.Lines {
		check(at("/lines", i), &d.Lines[i].Goods)
		checkLine(f, at("/lines", i), &d.Lines[i])
	}
	before = nil
	for i := range d.NotCounted {
		check(at("/not_counted", i), &d.NotCounted[i].Goods)
		checkNotCounted(f, at("/not_counted", i), &d.NotCounted[i])
	}
	before = nil
	for i := range d.TallyOnly {
		check(at("/tally_only", i), &d.TallyOnly[i].Goods)
		checkTally(f, at("/tally_only", i), &d.TallyOnly[i])
	}
}

func checkGoods(f *faults, path string, g *Goods) {
	f.err(path+"/section", stocktake.CheckID("section", string(g.Section)))
	f.err(path+"/item", stocktake.CheckID("item", string(g.Item)))
	f.name(path+"/custodian", g.Custodian)
	f.name(path+"/name", g.Name)
	f.wrong(slices.Contains([]stocktake.Unit{stocktake.Piece, stocktake.Kilogram, stocktake.Litre, stocktake.Metre},
		g.Unit), path+"/unit")
	f.text(path+"/category", g.Category, 0, stocktake.MaxName)
	if g.GTIN != "" && !isGTIN14(g.GTIN) {
		f.add(path+"/gtin14", GTINWrong.New(g.GTIN))
	}
}

// isGTIN14 reports whether s is 14 digits of which the last checks the others.
func isGTIN14(s string) bool {
	if len(s) != 14 {
		return false
	}
	sum := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
		weight := 1
		if i%2 == 0 {
			weight = 3
		}
		sum += int(s[i]-'0') * weight
	}
	return sum%10 == 0
}

func checkLine(f *faults, path string, l *Line) {
	f.quantity(path, "snapshot", l.Snapshot)
	f.quantity(path, "movements", l.Movements)
	f.quantity(path, "expected", l.Expected)
	f.quantity(path, "observed", l.Observed)
	f.quantity(path, "settled", l.Settled)
	f.quantity(path, "counted", l.Counted)
	f.quantity(path, "variance", l.Variance)
	f.quantity(path, "low", l.Low)
	f.quantity(path, "high", l.High)
	f.number(path+"/unit_cost", int64(l.Cost), 0, stocktake.MaxNumber)
	checkExpected(f, path, l.Snapshot, l.Movements, l.Expected)
	checkObserved(f, path, l.Rounds, l.Breakdown, l.Observed, l.Counters)
	if v, err := l.Observed.Add(l.Settled); err != nil || v != l.Counted {
		f.add(path+"/counted", CountedWrong.New(l.Observed, l.Settled, l.Counted))
	}
	if v, err := l.Counted.Sub(l.Expected); err != nil || v != l.Variance {
		f.add(path+"/variance", VarianceWrong.New(l.Counted, l.Expected, l.Variance))
	}
	if l.Low > l.Variance || l.High < l.Variance || (l.Exact && l.Low != l.High) {
		f.add(path+"/low", BandWrong.New(l.Variance, l.Low, l.High))
	}
	checkValue(f, path, l.Variance, l.Cost, l.Value)
	f.word(path+"/status", l.Status)
	f.code(path+"/code", l.Code)
	f.text(path+"/reason", l.Reason, 0, maxText)
	checkDecisions(f, path+"/decisions", l.Decisions)
}

func checkNotCounted(f *faults, path string, n *NotCounted) {
	f.quantity(path, "snapshot", n.Snapshot)
	f.quantity(path, "movements", n.Movements)
	f.quantity(path, "expected", n.Expected)
	f.number(path+"/unit_cost", int64(n.Cost), 0, stocktake.MaxNumber)
	checkExpected(f, path, n.Snapshot, n.Movements, n.Expected)
	checkValue(f, path, n.Expected, n.Cost, n.Value)
}

func checkTally(f *faults, path string, t *Tally) {
	f.quantity(path, "observed", t.Observed)
	checkObserved(f, path, t.Rounds, t.Breakdown, t.Observed, t.Counters)
}

func checkExpected(f *faults, path string, snapshot, movements, expected stocktake.Quantity) {
	if v, err := snapshot.Add(movements); err != nil || v != expected {
		f.add(path+"/expected", ExpectedWrong.New(snapshot, movements, expected))
	}
}

func checkValue(f *faults, path string, q stocktake.Quantity, c stocktake.Cost, value stocktake.Fils) {
	f.number(path+"/value", int64(value), -stocktake.MaxNumber, stocktake.MaxNumber)
	v, err := stocktake.Value(q, c)
	if err != nil {
		f.err(path+"/value", err)
		return
	}
	if v != value {
		f.add(path+"/value", ValueWrong.New(q, c, v, value))
	}
}

func checkObserved(f *faults, path string, rounds []Round, parts []Part, observed stocktake.Quantity,
	counters []stocktake.PersonID,
) {
	for i, r := range rounds {
		p := at(path+"/rounds", i)
		f.number(p+"/round", int64(r.Round), 1, maxRound)
		f.number(p+"/quantity", int64(r.Quantity), -stocktake.MaxNumber, stocktake.MaxNumber)
		if i > 0 && rounds[i-1].Round >= r.Round {
			f.add(p, ListUnsorted.New())
		}
	}
	var sum stocktake.Quantity
	exact := true
	for i, part := range parts {
		p := at(path+"/breakdown", i)
		f.text(p+"/lot", part.Lot, 0, 4<<10)
		f.wrong(part.Expiry == "" || isDate(part.Expiry), p+"/expiry")
		f.wrong(slices.Contains([]string{Saleable, Damaged, Expired, NearExpiry}, part.Condition), p+"/condition")
		f.number(p+"/quantity", int64(part.Quantity), -stocktake.MaxNumber, stocktake.MaxNumber)
		if i > 0 && parts[i-1].compare(part) >= 0 {
			f.add(p, ListUnsorted.New())
		}
		next, err := sum.Add(part.Quantity)
		sum, exact = next, exact && err == nil
	}
	if !exact || sum != observed {
		f.add(path+"/observed", ObservedWrong.New(sum, observed))
	}
	checkIDs(f, "person", path+"/counters", counters)
}

func isDate(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// quantity checks that q stays within ±(2⁵³−1).
func (f *faults) quantity(path, name string, q stocktake.Quantity) {
	if int64(q) < -stocktake.MaxNumber || int64(q) > stocktake.MaxNumber {
		f.wrong(false, path+"/"+name)
	}
}
