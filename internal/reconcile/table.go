package reconcile

import (
	"runtime"
	"sync"

	"jard/internal/stocktake"
)

// Table is many lines at once: a site's whole book with all that was observed and booked, in a few flat slices. What is added to a
// line need not come in its order, but costs less if it does.
type Table struct {
	lines     []head
	places    column[Place]
	movements column[Movement]
	moves     map[int32][]Move
}

// head is a line without what is many of it.
type head struct {
	book             stocktake.Quantity
	cost             stocktake.Cost
	around           Span
	elsewhere, first Reach
}

// NewTable makes a table for n lines, numbered from 0, with room for so many places and movements.
func NewTable(n, places, movements int) *Table {
	return &Table{
		lines:     make([]head, n),
		places:    column[Place]{rows: make([]Place, 0, places), line: make([]int32, 0, places)},
		movements: column[Movement]{rows: make([]Movement, 0, movements), line: make([]int32, 0, movements)},
	}
}

// Set says what is known of a line but its places, movements and moves.
func (t *Table) Set(line int32, l Line) {
	t.lines[line] = head{l.Book, l.Cost, l.Around, l.Elsewhere, l.First}
}

// Observe adds a place to a line. Places keep the order in which they are added to it: the first is what index plus one = 1 names.
func (t *Table) Observe(line int32, p Place) { t.places.add(line, p) }

// Book adds a movement to a line. Its Voids counts the movements of that line in the order in which they are added.
func (t *Table) Book(line int32, m Movement) { t.movements.add(line, m) }

// Move adds a recorded move to a line.
func (t *Table) Move(line int32, v Move) {
	if t.moves == nil {
		t.moves = map[int32][]Move{}
	}
	t.moves[line] = append(t.moves[line], v)
}

// Each computes all lines and hands each on with its number, from several goroutines at once but never two for one line. The
// variance is overwritten by the next.
func (b *Basis) Each(t *Table, yield func(line int32, v *Variance, err error)) {
	n := len(t.lines)
	t.places.settle(n)
	t.movements.settle(n)
	workers := min(runtime.GOMAXPROCS(0), n/1000+1)
	var wait sync.WaitGroup
	for w := range workers {
		wait.Go(func() {
			var l Line // one a worker: what is handed on would else be new memory for each line
			var v Variance
			var err error
			for i := int32(n * w / workers); i < int32(n*(w+1)/workers); i++ {
				h := &t.lines[i]
				l = Line{h.book, h.cost, t.places.of(i), h.around, t.movements.of(i), t.moves[i], h.elsewhere, h.first}
				v, err = b.Line(&l)
				yield(i, &v, err)
			}
		})
	}
	wait.Wait()
}

// column is rows that belong to lines: as they came, and once settled by line.
type column[T any] struct {
	rows []T
	line []int32
	from []uint32 // of each line's first row, and one more
	mess bool     // not by line
}

func (c *column[T]) add(line int32, row T) {
	if n := len(c.line); n > 0 && line < c.line[n-1] {
		c.mess = true
	}
	c.rows, c.line, c.from = append(c.rows, row), append(c.line, line), nil
}

// settle sorts the rows by line, those of one line in the order in which they came, by counting.
func (c *column[T]) settle(lines int) {
	if c.from != nil {
		return
	}
	c.from = make([]uint32, lines+1)
	for _, line := range c.line {
		c.from[line+1]++
	}
	for i := range lines {
		c.from[i+1] += c.from[i]
	}
	if !c.mess {
		return
	}
	sorted, order := make([]T, len(c.rows)), make([]int32, len(c.rows))
	next := make([]uint32, lines)
	copy(next, c.from)
	for n, line := range c.line {
		at := next[line]
		next[line]++
		sorted[at], order[at] = c.rows[n], line
	}
	c.rows, c.line, c.mess = sorted, order, false
}

func (c *column[T]) of(line int32) []T { return c.rows[c.from[line]:c.from[line+1]] }
