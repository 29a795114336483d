package reconcile_test

import (
	"strings"
	"testing"
	"time"

	"jard/internal/reconcile"
)

// The property sees each rule break: with any one of them left out, some shop's truth falls outside its band.
func TestBrokenRulesAreSeen(t *testing.T) {
	lines := func(change func(*reconcile.Line)) func(*told) {
		return func(t *told) {
			for _, l := range t.lines {
				change(l)
			}
		}
	}
	for name, twist := range map[string]func(*told){
		"a sale moves when it is booked":          func(t *told) { t.rules.Sale.Early = 0 },
		"a customer pays at once":                 func(t *told) { t.rules.Sale.Early /= 2 },
		"a return is put back at once":            func(t *told) { t.rules.Return.Late = 0 },
		"a receipt is put away after its booking": func(t *told) { t.rules.Receipt.Early = 0 },
		"… before it":                             func(t *told) { t.rules.Receipt.Late = 0 },
		"a transfer is booked at once":            func(t *told) { t.rules.Transfer.Early = 0 },
		"… when it leaves":                        func(t *told) { t.rules.Transfer.Late = 0 },
		"a write-off is booked at once":           func(t *told) { t.rules.WriteOff.Early = 0 },
		"… when it happens":                       func(t *told) { t.rules.WriteOff.Late = 0 },
		"the feed's clocks are right":             func(t *told) { t.rules.Clock = 0 },
		"the book has what is booked":             func(t *told) { t.rules.Posting = 0 },
		"the snapshot's position says nothing":    func(t *told) { t.snapshot.Position, t.rules.Posting = "", 0 },
		"voids come with their sales":             func(t *told) { t.rules.Voiding = 0 },
		"the watermark is ahead of the feed":      func(t *told) { t.watermark.Through = time.UnixMilli(forever) },
		"the feed has always been":                func(t *told) { t.watermark.Since = time.Time{} },
		"a void is a return":                      lines(func(l *reconcile.Line) { voids(l, 0) }),
		"a void's sale has not come":              lines(func(l *reconcile.Line) { voids(l, reconcile.Missing) }),
		"what is posted has moved": lines(func(l *reconcile.Line) {
			for i := range l.Movements {
				l.Movements[i].Posts = false
			}
		}),
		"what names no section is here": lines(loose),
		"nobody carries anything":       lines(func(l *reconcile.Line) { l.Moves = nil }),
		"other places do not matter":    lines(func(l *reconcile.Line) { l.Around = reconcile.Span{} }),
		"empty homes do not matter": lines(func(l *reconcile.Line) {
			for i := range l.Places {
				l.Places[i].Holds = l.Places[i].Quantity != 0
			}
		}),
		"a count is one instant": lines(func(l *reconcile.Line) {
			for i := range l.Places {
				l.Places[i].Span.From = l.Places[i].Span.To
			}
		}),
		"all is counted at the end": lines(func(l *reconcile.Line) {
			var end reconcile.Instant
			for i := range l.Places {
				end = max(end, l.Places[i].Span.To)
			}
			for i := range l.Places {
				l.Places[i].Span = reconcile.Span{From: end, To: end}
			}
		}),
		"the feed names every place": lines(func(l *reconcile.Line) {
			for i := range l.Movements {
				if m := &l.Movements[i]; m.Place == 0 && len(l.Places) > 0 {
					m.Place = 1
				}
			}
		}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var n tried
			for i := range uint64(150_000) {
				s, asOf := wildShop(2, i)
				for _, through := range []int64{forever, between(s.r, s.habits.begin, s.habits.end+10*hour)} {
					if fault := s.check(s.tell(asOf, through, twist), &n); strings.Contains(fault, "the truth is") {
						t.Logf("seen by shop %d", i)
						return
					}
				}
			}
			t.Error("no shop tells it from the truth")
		})
	}
}

// voids makes all voids of a line take back something else.
func voids(l *reconcile.Line, of int32) {
	for i := range l.Movements {
		if m := &l.Movements[i]; m.Voids != 0 {
			m.Voids = of
			if of == 0 {
				m.Kind = reconcile.Return
			}
		}
	}
}

func loose(l *reconcile.Line) {
	for i := range l.Movements {
		l.Movements[i].Loose = false
	}
}
