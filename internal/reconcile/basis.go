package reconcile

import "jard/internal/stocktake"

// Basis is what all lines of one reconciliation share: the site's rules, the instant and feed position of its book snapshot,
// and how far its feed is complete. It is read only, and may be used by many goroutines.
type Basis struct {
	windows  [kinds]window
	clock    Instant
	posting  Instant
	asOf     Instant
	position stocktake.Position
	since    Instant // the feed is complete from here
	through  Instant // … to here
	ahead    Instant // how long after the last observation the watermark must be
	behind   Instant // how long before the first observation the feed must begin
	back     Instant // how long after its void the goods of a sale may be back in their place
	voiding  Instant
}

// window is a Window in milliseconds, widened by the uncertainty of the feed's clocks.
type window struct {
	early, late Instant
	places      PlaceKind
	anywhere    bool
}

// NewBasis makes a basis of checked rules. The watermark's zero Since is the beginning of everything; with a zero Through every
// line is provisional.
func NewBasis(r Rules, snapshot *stocktake.Snapshot, w stocktake.Watermark) *Basis {
	b := &Basis{
		clock: r.Clock.instant(), posting: r.Posting.instant(), voiding: r.Voiding.instant(),
		asOf: At(snapshot.AsOf), position: stocktake.ReadPosition(snapshot.Position),
		since: past, through: past,
	}
	if !w.Since.IsZero() {
		b.since = At(w.Since)
	}
	if !w.Through.IsZero() {
		b.through = At(w.Through)
	}
	for k, from := range r.windows() {
		to := &b.windows[k]
		to.early, to.late, to.anywhere = from.Early.instant()+b.clock, from.Late.instant()+b.clock, from.Anywhere
		for _, p := range from.Places {
			to.places |= placeKind(p)
		}
		b.ahead, b.behind = max(b.ahead, to.early), max(b.behind, to.late)
	}
	b.ahead = max(b.ahead, b.voiding+b.clock)
	b.back = b.windows[Return].late
	return b
}

// Still is the basis where no feed of movements is: the book stands, and what moves is not known. No line is provisional for
// want of a feed.
func Still() *Basis { return &Basis{since: past, through: future} }

// holds says whether the snapshot's book includes a movement: least, taken, greatest.
func (b *Basis) holds(m *Movement) (low, mid, high int8) {
	if b.position > 0 && m.Position > 0 {
		if m.Position <= b.position {
			return 1, 1, 1
		}
		return 0, 0, 0
	}
	// Both instants are of clocks that may be off, either way.
	switch {
	case m.Booked < b.asOf-b.posting-2*b.clock:
		return 1, 1, 1
	case m.Booked > b.asOf+2*b.clock:
		return 0, 0, 0
	case m.Booked <= b.asOf:
		return 0, 1, 1
	}
	return 0, 0, 1
}

// span is when the goods of a movement moved.
func (w *window) span(booked Instant) Span { return Span{booked - w.early, booked + w.late} }

// class is the candidates of a movement, as far as they matter: it had taken effect everywhere before the first of them was
// looked at, or nowhere until the last had been, or it is undecided. Between the two either the candidates disagree, or
// the window meets one of their spans.
type class struct {
	all   Span    // from the first candidate's observation to the last's
	pivot Instant // when the likeliest of them was observed
	fits  bool    // a place of the movement's kind holds the item
	only  bool    // there is one candidate
}

// everywhen is the class of what was not observed.
var everywhen = Span{past, future}

func (p *Place) seen() Span {
	if p.Span.IsZero() {
		return everywhen
	}
	return p.Span
}

// class gathers the candidates for a kind of movement that names no location.
func (b *Basis) class(l *Line, k Kind) class {
	w := &b.windows[k]
	var c class
	var likeliest *Place
	n := 0
	for i := range l.Places {
		p := &l.Places[i]
		if !w.anywhere && (!p.Holds || w.places&p.Kind == 0) {
			continue
		}
		n++
		c.all = c.all.Join(p.seen())
		c.fits = c.fits || p.Holds
		if likeliest == nil || p.Quantity > likeliest.Quantity {
			likeliest = p
		}
	}
	if w.anywhere || !c.fits {
		c.all = l.whole()
		for i := range l.Places {
			if p := &l.Places[i]; likeliest == nil || p.Quantity > likeliest.Quantity {
				likeliest = p
			}
		}
	}
	c.only = n == 1 && !w.anywhere && c.fits
	if likeliest != nil {
		c.pivot = likeliest.seen().middle()
	} else {
		c.pivot = c.all.middle()
	}
	return c
}

// whole is when the section was observed, from first to last.
func (l *Line) whole() Span {
	s := l.Around
	for i := range l.Places {
		s = s.Join(l.Places[i].seen())
	}
	if s.IsZero() {
		return everywhen
	}
	return s
}

// last is when the last place of the line was observed.
func (l *Line) last() Instant {
	end := past
	for i := range l.Places {
		if p := &l.Places[i]; !p.Span.IsZero() {
			end = max(end, p.Span.To)
		}
	}
	if end == past {
		end = l.Around.To
	}
	return end
}

// had says whether what happened within a window had happened before a class was observed: least, taken, greatest. Booked
// is the instant that is taken for it.
func (c *class) had(window Span, booked Instant) (low, mid, high int8) {
	switch {
	case window.To < c.all.From:
		return 1, 1, 1
	case window.From > c.all.To:
		return 0, 0, 0
	case booked < c.pivot:
		return 0, 1, 1
	}
	return 0, 0, 1
}

// Until is how far the watermark must be that a line waits no more for the feed.
func (b *Basis) Until(l *Line) Instant { return max(l.whole().To+b.ahead, b.asOf+2*b.clock) }

// provisional says why a line may still change.
func (b *Basis) provisional(l *Line) Provisional {
	var p Provisional
	for i := range l.Places {
		if l.Places[i].Open {
			p |= ClockOpen
		}
	}
	seen := l.whole()
	if b.through < b.Until(l) {
		p |= FeedBehind
	}
	if b.since > past && b.since > min(seen.From-b.behind, b.asOf-b.posting-2*b.clock) {
		p |= FeedShort
	}
	return p
}
