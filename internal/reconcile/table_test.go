package reconcile_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"jard/internal/reconcile"
	"jard/internal/stocktake"
)

// A table says of each line what the line says by itself, in whatever order its parts are added.
func TestTableIsItsLines(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var lines []*reconcile.Line
	var want []string
	snapshot := stocktake.Snapshot{AsOf: noon, Position: "1010"}
	basis := reconcile.NewBasis(reconcile.DefaultRules(), &snapshot, stocktake.Watermark{Site: "s", Through: noon})
	for n := range uint64(3000) {
		s, asOf := wildShop(9, n)
		for _, l := range s.tell(asOf, forever, nil).lines {
			v, err := basis.Line(l)
			lines, want = append(lines, l), append(want, fmt.Sprint(v, err))
		}
	}
	for _, sorted := range []bool{true, false} {
		table := reconcile.NewTable(len(lines), 0, 0)
		type step struct{ line, kind, n int }
		var steps []step
		for i, l := range lines {
			table.Set(int32(i), *l)
			for n := range l.Places {
				steps = append(steps, step{i, 0, n})
			}
			for n := range l.Movements {
				steps = append(steps, step{i, 1, n})
			}
			for n := range l.Moves {
				steps = append(steps, step{i, 2, n})
			}
		}
		if !sorted { // lines by turns, each in its order
			turn := make([]int, len(steps))
			for i := range turn {
				turn[i] = steps[i].line
			}
			r.Shuffle(len(turn), func(i, j int) { turn[i], turn[j] = turn[j], turn[i] })
			next := map[int][]step{}
			for _, s := range steps {
				next[s.line] = append(next[s.line], s)
			}
			for i, line := range turn {
				steps[i], next[line] = next[line][0], next[line][1:]
			}
		}
		for _, s := range steps {
			switch l := lines[s.line]; s.kind {
			case 0:
				table.Observe(int32(s.line), l.Places[s.n])
			case 1:
				table.Book(int32(s.line), l.Movements[s.n])
			case 2:
				table.Move(int32(s.line), l.Moves[s.n])
			}
		}
		got := make([]string, len(lines))
		basis.Each(table, func(line int32, v *reconcile.Variance, err error) { got[line] = fmt.Sprint(*v, err) })
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("sorted %v, line %d: %s; want %s", sorted, i, got[i], want[i])
			}
		}
	}
}

// million is a table like a great site's: a million lines, two million observations, three million movements.
func million(sorted bool) (*reconcile.Basis, *reconcile.Table) {
	const lines = 1_000_000
	r := rand.New(rand.NewPCG(1, 2))
	snapshot := stocktake.Snapshot{AsOf: noon, Position: "1500000"}
	basis := reconcile.NewBasis(reconcile.DefaultRules(), &snapshot, stocktake.Watermark{Site: "s", Through: noon.AddDate(0, 0, 2)})
	table := reconcile.NewTable(lines, 2*lines, 3*lines)
	start := reconcile.At(noon)
	line := func(i, of int) int32 {
		if sorted {
			return int32(i * (lines / 1000) / (of / 1000))
		}
		return int32(r.IntN(lines))
	}
	for i := range int32(lines) {
		table.Set(i, reconcile.Line{Book: stocktake.Quantity(r.IntN(100_000)), Cost: 250_000})
	}
	for i := range 2 * lines {
		at := start + reconcile.Instant(r.IntN(10*3600_000))
		table.Observe(line(i, 2*lines), reconcile.Place{Quantity: stocktake.Quantity(r.IntN(50_000)), Kind: 1 << (i % 2), Holds: true, Span: reconcile.Span{From: at, To: at + 30_000}})
	}
	for i := range 3 * lines {
		table.Book(line(i, 3*lines), reconcile.Movement{Booked: start + reconcile.Instant(r.IntN(24*3600_000)-12*3600_000), Quantity: -1000,
			Position: stocktake.Position(i), Kind: reconcile.Kind(max(r.IntN(60)-55, 0))})
	}
	return basis, table
}

// BenchmarkMillion is the reconciliation of a million lines in memory: by line, as tallies kept up to date are, and from any order,
// which is put right first.
func BenchmarkMillion(b *testing.B) {
	exact := make([]bool, 1_000_000)
	each := func(basis *reconcile.Basis, table *reconcile.Table) {
		basis.Each(table, func(line int32, v *reconcile.Variance, err error) {
			if err != nil {
				b.Error(err)
			}
			exact[line] = v.Exact
		})
	}
	b.Run("by line", func(b *testing.B) {
		basis, table := million(true)
		for b.Loop() {
			each(basis, table)
		}
	})
	b.Run("from any order", func(b *testing.B) {
		for range b.N {
			b.StopTimer()
			basis, table := million(false)
			b.StartTimer()
			each(basis, table)
		}
	})
}

// A line costs no memory where nothing was moved or voided, and time in proportion to its movements.
func BenchmarkLine(b *testing.B) {
	for _, n := range []int{3, 30, 300} {
		b.Run(fmt.Sprint(n, " movements"), func(b *testing.B) {
			l := busyLine(n)
			basis := reconcile.NewBasis(reconcile.DefaultRules(), &stocktake.Snapshot{AsOf: noon, Position: "5"}, stocktake.Watermark{})
			b.ReportAllocs()
			for range b.N {
				if _, err := basis.Line(l); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func busyLine(n int) *reconcile.Line {
	at := reconcile.At(noon)
	l := &reconcile.Line{Book: 100_000, Places: []reconcile.Place{
		{Span: reconcile.Span{From: at, To: at + 1000}, Quantity: 4000, Kind: 1, Holds: true},
		{Span: reconcile.Span{From: at + 60_000, To: at + 61_000}, Quantity: 9000, Kind: 2, Holds: true},
	}}
	for i := range n {
		l.Movements = append(l.Movements, reconcile.Movement{Booked: at + reconcile.Instant(i-n/2)*60_000, Quantity: -1000, Position: stocktake.Position(i + 1)})
	}
	return l
}

func TestLineCostsNoMemory(t *testing.T) {
	l := busyLine(50)
	basis := closed()
	if n := testing.AllocsPerRun(100, func() { _, _ = basis.Line(l) }); n > 0 {
		t.Errorf("%v allocations a line", n)
	}
}
