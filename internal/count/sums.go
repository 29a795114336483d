package count

import "slices"

// sums is what a view adds up over its lines. It is kept from one view to the next, since most lines are.
type sums struct {
	totals     LineTotals // without what is of locations
	kept       [lineBlocks]blocked
	recounting int
	open       int // lines that what is heard of clocks may change: see Line.open
}

// blocked is the lines that keep a session open for one reason.
type blocked struct {
	count int
	first *Line
	gone  bool // the first was taken out, and what is first now is to be looked for
}

// The places of the reasons in sums.
const (
	lineCounting = iota
	lineOverflow
	lineUnsettled
	lineWaiting
	lineTested
	lineBlocks
)

var lineBlockKeys = [lineBlocks]string{BlockCounting, BlockOverflow, BlockUnsettled, BlockWaiting, BlockTest}

// blocks gives the reason for which a line keeps the session open.
func (l *Line) blocks() (reason int, ok bool) {
	switch {
	case l.Status == LineCounting, l.Status == LineRecounting:
		return lineCounting, true
	case l.Status == LineOverflow:
		return lineOverflow, true
	case l.Status == LineWithin && l.TestDiffers:
		return lineTested, true
	case l.Status == LineWithin && l.Unsettled() && !l.Asked:
		return lineUnsettled, true
	}
	return lineWaiting, l.Waits()
}

// sum adds up lines.
func sum(lines []*Line) (s sums) {
	for _, l := range lines {
		s.add(l)
	}
	return s
}

func (s *sums) add(l *Line) {
	s.count(l, 1)
	reason, blocks := l.blocks()
	if !blocks {
		return
	}
	b := &s.kept[reason]
	if b.count++; b.count == 1 || l.compare(lineKey{b.first.Section, b.first.Item}) <= 0 {
		b.first, b.gone = l, false
	}
}

// remove takes a line out that was added.
func (s *sums) remove(l *Line) {
	s.count(l, -1)
	if reason, blocks := l.blocks(); blocks {
		b := &s.kept[reason]
		b.count--
		b.gone = b.gone || b.first == l
	}
}

// firsts looks for the first lines that were taken out.
func (s *sums) firsts(lines []*Line) {
	for reason := range s.kept {
		b := &s.kept[reason]
		if b.count == 0 || !b.gone {
			continue
		}
		for _, l := range lines {
			if r, blocks := l.blocks(); blocks && r == reason {
				b.first, b.gone = l, false
				break
			}
		}
	}
}

func (s *sums) count(l *Line, n int) {
	t := &s.totals
	t.Lines += n
	switch l.Status {
	case LineNotCounted:
		t.NotCounted += n
	case LineCounting:
		t.Counting += n
	case LineRecounting:
		t.Counting += n
		s.recounting += n
	case LineDisputed:
		t.Disputed += n
	case LineWithin:
		t.Within += n
	case LineApproved:
		t.Approved += n
	}
	if l.Waits() {
		t.Waiting += n
	}
	if l.open {
		s.open += n
	}
	if l.Variance == nil {
		return
	}
	// Totals add rounded lines. They stay exact: a society's whole stock is far below 2⁵³ fils.
	value := l.Variance.Value
	if n < 0 {
		value = -value
	}
	switch {
	case l.Variance.Quantity < 0:
		t.ShortageLines += n
		t.Shortage += value
	case l.Variance.Quantity > 0:
		t.SurplusLines += n
		t.Surplus += value
	}
}

// blockers lists the reasons, in the order of the first lines.
func (s *sums) blockers() (list []Blocker) {
	reasons := []int{lineCounting, lineOverflow, lineUnsettled, lineWaiting, lineTested}
	reasons = slices.DeleteFunc(reasons, func(reason int) bool { return s.kept[reason].count == 0 })
	slices.SortFunc(reasons, func(a, b int) int {
		l := s.kept[b].first
		return s.kept[a].first.compare(lineKey{l.Section, l.Item})
	})
	for _, reason := range reasons {
		b := &s.kept[reason]
		list = append(list, Blocker{Key: lineBlockKeys[reason], Count: b.count, Example: string(b.first.Section) + " / " + string(b.first.Item)})
	}
	return list
}
