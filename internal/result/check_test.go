package result_test

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"jard/internal/result"
	"jard/internal/result/resulttest"
	"jard/internal/stocktake"
)

// TestCheckNamesFaults breaks one thing at a time and wants it named, with its place.
func TestCheckNamesFaults(t *testing.T) {
	for name, c := range map[string]struct {
		breakIt func(*result.Document)
		want    []string // key@path
	}{
		"schema":      {func(d *result.Document) { d.Schema = "x" }, []string{"schema-unknown@/schema"}},
		"society":     {func(d *result.Document) { d.Society = "" }, []string{"id-empty@/society"}},
		"place":       {func(d *result.Document) { d.Series = 0 }, []string{"place-malformed@/number"}},
		"no previous": {func(d *result.Document) { d.Number = 2 }, []string{"field-wrong@/previous"}},
		"correction":  {func(d *result.Document) { d.Type = result.Correction }, []string{"correction-wrong@/corrects"}},
		"type":        {func(d *result.Document) { d.Type = "x" }, []string{"correction-wrong@/corrects", "field-wrong@/type"}},
		"kind":        {func(d *result.Document) { d.Session.Kind = "annual" }, []string{"field-wrong@/session/kind"}},
		"sealed first": {func(d *result.Document) {
			d.Session.SealedAt, d.Session.IssuedAt = d.Session.IssuedAt, d.Session.SealedAt
		}, []string{"field-wrong@/session/sealed_at"}},
		"scope":             {func(d *result.Document) { slices.Reverse(d.Session.Scope.Sections) }, []string{"list-unsorted@/session/scope/sections/1"}},
		"nobody":            {func(d *result.Document) { d.Approvals = nil }, []string{"field-wrong@/approvals"}},
		"role":              {func(d *result.Document) { d.Approvals[0].Roles[0] = "king" }, []string{"role-unknown@/approvals/0/roles/0"}},
		"signed by another": {func(d *result.Document) { sign(d); d.Witness.Decisions[0].Person = "p-head" }, []string{"field-wrong@/witness/decisions/0/person"}},
		"lies nowhere": {func(d *result.Document) {
			lie(d)
			d.Stagnant.Lines = []result.LineKey{{Section: "dairy", Item: "none"}}
		}, []string{"field-wrong@/stagnant/lines/0"}},
		"lies backwards":   {func(d *result.Document) { lie(d); d.Stagnant.Until = d.Stagnant.Since }, []string{"field-wrong@/stagnant/until"}},
		"no duty":          {func(d *result.Document) { lie(d); d.Duties[0].Rule = "" }, []string{"field-wrong@/duties/0/rule"}},
		"own aside":        {func(d *result.Document) { sign(d); d.Committee[1].Decisions[0].Person = "p-member" }, []string{"field-wrong@/committee/1/decisions/0/person"}},
		"signed otherwise": {func(d *result.Document) { sign(d); d.Witness.Decisions[0].Verdict = "seal" }, []string{"field-wrong@/witness/decisions/0/verdict"}},
		"refused, why":     {func(d *result.Document) { sign(d); d.Committee[0].Decisions[0].Reason = "" }, []string{"field-wrong@/committee/0/decisions/0/reason"}},
		"no reason":        {func(d *result.Document) { d.SetAside[0].Reason = "" }, []string{"field-wrong@/set_aside/0/reason"}},
		"expected":         {func(d *result.Document) { d.Lines[1].Snapshot++ }, []string{"expected-wrong@/lines/1/expected"}},
		"sections": {func(d *result.Document) {
			d.Sections = []result.Called[stocktake.SectionID]{{ID: "b"}, {ID: "a", Name: stocktake.Name{Arabic: strings.Repeat("x", 1000)}}}
		}, []string{"list-unsorted@/sections/1", "field-wrong@/sections/1/name/ar"}},
		"people": {func(d *result.Document) {
			d.People = []result.Called[stocktake.PersonID]{{ID: "b"}, {ID: "", Name: stocktake.Name{English: strings.Repeat("x", 1000)}}}
		}, []string{"id-empty@/people/1/id", "list-unsorted@/people/1", "field-wrong@/people/1/name/en"}},
		"observed": {func(d *result.Document) { d.Lines[1].Breakdown[0].Quantity++ }, []string{"observed-wrong@/lines/1/observed", "custodies-wrong"}},
		"settled":  {func(d *result.Document) { d.Lines[1].Settled++ }, []string{"counted-wrong@/lines/1/counted"}},
		"variance": {func(d *result.Document) {
			d.Lines[1].Counted++
			d.Lines[1].Settled++
			d.Lines[1].Cost = 0
			d.Lines[1].Value = 0
		},
			[]string{"variance-wrong@/lines/1/variance", "total-wrong@/totals/", "total-value-wrong@/totals/", "custodies-wrong@/totals/"}},
		"value":                  {func(d *result.Document) { d.Lines[1].Value++ }, []string{"value-wrong@/lines/1/value", "total-wrong@/totals/", "total-value-wrong@/totals/", "custodies-wrong@/totals/"}},
		"band":                   {func(d *result.Document) { d.Lines[1].Exact, d.Lines[1].Low = false, d.Lines[1].Variance+1 }, []string{"band-wrong@/lines/1/low", "total-wrong@/totals/exact"}},
		"exact":                  {func(d *result.Document) { d.Lines[1].Exact, d.Lines[1].Low = true, d.Lines[1].Variance-1 }, []string{"band-wrong@/lines/1/low", "total-wrong@/totals/exact"}},
		"order":                  {func(d *result.Document) { d.Lines[0], d.Lines[1] = d.Lines[1], d.Lines[0] }, []string{"lines-unsorted@/lines/1"}},
		"twice":                  {func(d *result.Document) { d.Lines[1].Goods = d.Lines[0].Goods }, []string{"line-twice@/lines/1", "lines-unsorted", "custodies-wrong", "total-wrong", "total-value-wrong"}},
		"twice, in another list": {func(d *result.Document) { d.TallyOnly[0].Goods = d.Lines[0].Goods }, []string{"line-twice@/tally_only/0"}},
		"gtin":                   {func(d *result.Document) { d.Lines[1].GTIN = "04006381333930" }, []string{"gtin-wrong@/lines/1/gtin14"}},
		"unit":                   {func(d *result.Document) { d.Lines[1].Unit = "box" }, []string{"field-wrong@/lines/1/unit"}},
		"rounds":                 {func(d *result.Document) { d.Lines[1].Rounds[1].Round = 1 }, []string{"list-unsorted@/lines/1/rounds/1"}},
		"condition":              {func(d *result.Document) { d.Lines[1].Breakdown[0].Condition = "eaten" }, []string{"field-wrong@/lines/1/breakdown/0/condition", "list-unsorted", "custodies-wrong"}},
		"expiry":                 {func(d *result.Document) { d.Lines[1].Breakdown[2].Expiry = "2026-02-30" }, []string{"field-wrong@/lines/1/breakdown/2/expiry"}},
		"status":                 {func(d *result.Document) { d.Lines[1].Status = "Approved!" }, []string{"field-wrong@/lines/1/status"}},
		"netted":                 {func(d *result.Document) { d.Totals.Shortage.Value += d.Totals.Surplus.Value }, []string{"total-value-wrong@/totals/shortage/value"}},
		"line count":             {func(d *result.Document) { d.Totals.Lines-- }, []string{"total-wrong@/totals/lines"}},
		"conditions":             {func(d *result.Document) { d.Totals.Conditions = d.Totals.Conditions[1:] }, []string{"custodies-wrong@/totals/conditions"}},
		"not counted":            {func(d *result.Document) { d.NotCounted[0].Value++; d.Totals.NotCounted.Value++ }, []string{"value-wrong@/not_counted/0/value"}},
		"out of range":           {func(d *result.Document) { d.Lines[1].Low = math.MinInt64 }, []string{"field-wrong@/lines/1/low", "band-wrong@/lines/1/low", "total-wrong@/totals/exact"}},
		"text":                   {func(d *result.Document) { d.Lines[1].Reason = strings.Repeat("x", 1001) }, []string{"field-wrong@/lines/1/reason"}},
	} {
		t.Run(name, func(t *testing.T) {
			d := resulttest.Document(3, "rumaithiya", result.Start(), 30)
			if faults := result.Check(d); len(faults) > 0 {
				t.Fatal(faults)
			}
			c.breakIt(d)
			faults := result.Check(d)
			for _, f := range faults {
				if f.English == "" || f.Arabic == "" {
					t.Errorf("%s has no text", f.Key)
				}
				if !slices.ContainsFunc(c.want, func(w string) bool { return strings.HasPrefix(f.Key+"@"+f.Path, w) }) {
					t.Errorf("besides: %s@%s %s", f.Key, f.Path, f.English)
				}
			}
			if !slices.ContainsFunc(faults, func(f result.Fault) bool { return f.Key+"@"+f.Path == c.want[0] }) {
				t.Errorf("not named: %s in %v", c.want[0], faults)
			}
		})
	}
}

// TestTotalsAreSaidInDinars: whoever reads why a document was refused is told amounts as people write them.
func TestTotalsAreSaidInDinars(t *testing.T) {
	d := resulttest.Document(3, "rumaithiya", result.Start(), 30)
	want := (-d.Totals.Shortage.Value).String()
	d.Totals.Shortage.Value -= 1500
	stated := (-d.Totals.Shortage.Value).String()
	faults := result.Check(d)
	if len(faults) != 1 || faults[0].Arabic != "مجموع العجز المذكور "+stated+" د.ك، ومجموع البنود "+want+" د.ك." ||
		faults[0].English != "The shortage is given as KD "+stated+" in all, but the lines add up to KD "+want+"." {
		t.Errorf("%+v", faults)
	}
}

// TestEveryFaultIsNamed: a document wrong in many places gets them all at once, and a flood is cut with its number.
func TestEveryFaultIsNamed(t *testing.T) {
	d := resulttest.Document(3, "rumaithiya", result.Start(), 30)
	d.Software, d.Policy = "", ""
	for i := range d.Lines {
		d.Lines[i].Variance++
	}
	if faults := result.Check(d); len(faults) < len(d.Lines)+2 {
		t.Errorf("%d faults of at least %d", len(faults), len(d.Lines)+2)
	}
	d = resulttest.Document(3, "rumaithiya", result.Start(), 3000)
	for i := range d.Lines {
		d.Lines[i].Status = ""
	}
	faults := result.Check(d)
	if len(faults) != result.MaxFaults+1 || faults[result.MaxFaults].Key != "faults-omitted" {
		t.Errorf("%d faults, the last %v", len(faults), faults[len(faults)-1])
	}
}

// TestLineArithmetic holds NewLine against arithmetic on big numbers.
func TestLineArithmetic(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for range 20_000 {
		any := func() stocktake.Quantity {
			return stocktake.Quantity(r.Int64N(1<<r.IntN(40)+1) - r.Int64N(1<<r.IntN(40)+1))
		}
		in := result.Line{Snapshot: any(), Movements: any(), Settled: any(), Cost: stocktake.Cost(r.Int64N(1 << 20)), Exact: true}
		for range r.IntN(4) {
			in.Breakdown = append(in.Breakdown, result.Part{Lot: []string{"", "A", "B"}[r.IntN(3)], Quantity: any()})
		}
		l, err := result.NewLine(in)
		if err != nil {
			t.Fatal(err)
		}
		v := big.NewInt(int64(in.Settled))
		for _, p := range in.Breakdown {
			v.Add(v, big.NewInt(int64(p.Quantity)))
		}
		v.Sub(v, big.NewInt(int64(in.Snapshot)))
		v.Sub(v, big.NewInt(int64(in.Movements)))
		if v.Int64() != int64(l.Variance) || l.Low != l.Variance || l.High != l.Variance {
			t.Fatalf("variance %d of %+v, want %s", l.Variance, in, v)
		}
		v.Mul(v, big.NewInt(int64(in.Cost)))
		half := big.NewInt(500_000)
		if v.Sign() < 0 {
			half.Neg(half)
		}
		v.Quo(v.Add(v, half), big.NewInt(1_000_000)) // truncates: half away from zero
		if v.Int64() != int64(l.Value) {
			t.Fatalf("value %d of %+v, want %s", l.Value, in, v)
		}
	}
	for _, l := range []result.Line{
		{Snapshot: stocktake.MaxNumber, Movements: 1},
		{Settled: stocktake.MaxNumber, Breakdown: []result.Part{{Quantity: 1}}},
		{Settled: stocktake.MaxNumber, Snapshot: -1},
		{Breakdown: []result.Part{{Quantity: stocktake.MaxNumber}, {Quantity: 1}}},
		{Settled: stocktake.MaxNumber, Cost: stocktake.MaxNumber},
	} {
		if got, err := result.NewLine(l); err == nil {
			t.Errorf("overflow gave %+v", got)
		}
	}
}

// TestTotalsNeverNet: shortage and surplus stand apart, and each total is what its lines say.
func TestTotalsNeverNet(t *testing.T) {
	d := resulttest.Document(9, "rumaithiya", result.Start(), 200)
	var shortage, surplus stocktake.Fils
	for _, l := range d.Lines {
		if l.Variance < 0 {
			shortage += l.Value
		} else {
			surplus += l.Value
		}
	}
	if shortage >= 0 || surplus <= 0 || d.Totals.Shortage.Value != shortage || d.Totals.Surplus.Value != surplus {
		t.Errorf("shortage %d, surplus %d; totals %+v", shortage, surplus, d.Totals)
	}
	var lines int
	for _, c := range d.Totals.Custodies {
		lines += c.Lines
	}
	if len(d.Totals.Custodies) != 2 || lines != len(d.Lines) {
		t.Errorf("custodies %+v", d.Totals.Custodies)
	}
}

// TestWithinABandNothingMatches: of a line whose variance may be something else it is not said that it matches the books.
func TestWithinABandNothingMatches(t *testing.T) {
	for _, exact := range []bool{true, false} {
		d := resulttest.Document(9, "rumaithiya", result.Start(), 20)
		before := d.Totals.Matching
		l, err := result.NewLine(result.Line{Goods: d.Lines[0].Goods, Low: -1000, High: 1000, Exact: exact})
		if err != nil {
			t.Fatal(err)
		}
		d.Lines[0] = l
		if err := d.Total(); err != nil {
			t.Fatal(err)
		}
		if got := d.Totals.Matching == before+1; got != exact {
			t.Errorf("exact %t: %d lines match, %d did before", exact, d.Totals.Matching, before)
		}
	}
}
