package reconcile_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"jard/internal/reconcile"
	"jard/internal/stocktake"
)

var noon = time.UnixMilli(day0 + 12*hour).UTC()

const day0 = int64(1_768_435_200_000) // 2026-01-15, midnight

// wild is a shop in which everything happens, and within hours of the count.
func wild(r *rand.Rand) (habits, reconcile.Rules) {
	rules := reconcile.DefaultRules()
	if r.IntN(2) == 0 {
		some := func(most int64) reconcile.Seconds { return reconcile.Seconds(r.Int64N(most) * int64(r.IntN(2))) }
		rules.Sale.Early, rules.Return.Late, rules.Receipt.Early = some(5400), some(4*3600), some(6*3600)
		rules.Receipt.Late, rules.Transfer.Early, rules.Transfer.Late = some(6*3600), some(3600), some(7200)
		rules.WriteOff.Early, rules.WriteOff.Late = some(3600), some(3600)
		rules.Clock, rules.Posting, rules.Voiding = some(300), some(6*3600), some(6*3600)
	}
	if r.IntN(8) == 0 { // only voids come late
		rules.Sale.Early, rules.Receipt.Early, rules.Transfer.Early, rules.WriteOff.Early = 0, 0, 0, 0
	}
	or := func(list ...float64) float64 { return list[r.IntN(len(list))] }
	h := habits{
		begin: day0, end: day0 + 24*hour,
		sales: or(0, 1, 3, 8), returns: or(0, 0, 0.5), receipts: or(0, 0, 0.7), transfers: or(0, 0, 0.4, 1.5), writeOffs: or(0, 0, 0.3),
		moves: or(0, 0, 1), crossings: or(0, 0.7), void: or(0, 0.1, 0.4), partVoid: 0.3, splitting: or(0, 0.3), missing: 0.2, posting: 0.3,
		names: or(0, 0, 0.5, 1), sectionless: or(0, 0, 0.5, 1), positions: or(0, 1), sections: 3, spots: 4, stock: 12, lost: 0.4, short: 0.12, late: or(0, 0.2),
	}
	return h, rules
}

// wildShop plays and counts one.
func wildShop(seed, n uint64) (s *shop, asOf int64) {
	r := rand.New(rand.NewPCG(seed, n))
	h, rules := wild(r)
	s = play(r, h, rules, handhelds(r, 3, h.begin, h.end))
	begin := between(r, h.begin, h.end-6*hour)
	c := counting{begin: begin, end: begin + 1 + r.Int64N(6*hour), shortest: minute, longest: minute + r.Int64N(hour) + 1, allHere: 0.7, again: 0.3}
	s.count(c)
	switch r.IntN(4) {
	case 0:
		return s, between(r, h.begin-2*hour, h.end+2*hour)
	case 1:
		return s, begin
	}
	return s, begin - r.Int64N(6*hour)
}

// tried counts what a property has met, so that one which meets nothing fails.
type tried struct {
	lines, exact, provisional, pairs, agreed int
	width                                    stocktake.Quantity
}

// check says what is wrong with the lines of a shop; "" when nothing is.
func (s *shop) check(told *told, n *tried) string {
	for section, l := range told.lines {
		v, err := told.basis.Line(l)
		if err != nil {
			return err.Error()
		}
		n.lines++
		if v.Provisional&^reconcile.ClockOpen != 0 {
			n.provisional++
			if told.whole {
				return "provisional with a complete feed"
			}
			continue
		}
		truth := s.truth(told, section)
		if v.Exact {
			n.exact++
		}
		n.width += v.High - v.Low
		switch {
		case truth < v.Low || truth > v.High:
			return fmt.Sprintf("section %d: the truth is %s, the band from %s to %s, V %s", section, truth, v.Low, v.High, v.Quantity)
		case v.Low > v.Quantity || v.High < v.Quantity:
			return fmt.Sprintf("section %d: V is %s, the band from %s to %s", section, v.Quantity, v.Low, v.High)
		case v.Exact != (v.Low == v.High):
			return fmt.Sprintf("section %d: exact is %v, the band from %s to %s", section, v.Exact, v.Low, v.High)
		case v.Counted-v.Expected != v.Quantity:
			return fmt.Sprintf("section %d: %s counted, %s expected, V %s", section, v.Counted, v.Expected, v.Quantity)
		}
		var unbooked stocktake.Quantity
		for _, m := range s.moves {
			switch {
			case !m.unbooked:
			case m.from.section == section:
				unbooked -= m.quantity
			case m.to.section == section:
				unbooked += m.quantity
			}
		}
		if told.whole && v.Unbooked != unbooked {
			return fmt.Sprintf("section %d: %s moved without a transfer; the line says %s", section, unbooked, v.Unbooked)
		}
		if told.whole {
			if fault := s.checkChanges(told, section, n); fault != "" {
				return fault
			}
		}
	}
	return ""
}

// checkChanges holds two counts of one place against how much it can have changed between them.
func (s *shop) checkChanges(told *told, section int, n *tried) string {
	for _, p := range s.places {
		at := int(told.index[section][p]) - 1
		if at < 0 || len(p.findings) < 2 {
			continue
		}
		a, b := p.findings[0], p.findings[1]
		low, high := told.basis.Change(told.lines[section], at, a.span, b.span)
		n.pairs++
		if low == high {
			n.agreed++
		}
		if by := b.quantity - a.quantity; by < low || by > high {
			return fmt.Sprintf("section %d place %d: changed by %s, which is not from %s to %s", section, at, by, low, high)
		}
	}
	return ""
}

// lines is how many shops to try: a few in every run, and as many as JARD_SHOPS says by hand.
func shops(t testing.TB, few int) uint64 {
	if s := os.Getenv("JARD_SHOPS"); s != "" {
		n, err := strconv.ParseUint(s, 10, 32)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	return uint64(few)
}

// The true variance lies inside the band, always, and is V where the band is zero wide; whatever the counters' clocks did, and
// however late, unordered and silent the feed is.
func TestBandHoldsTheTruth(t *testing.T) {
	for _, seed := range []uint64{1, uint64(time.Now().UnixNano())} {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			var n tried
			for i := range shops(t, 8000) {
				s, asOf := wildShop(seed, i)
				for _, through := range []int64{forever, between(s.r, s.habits.begin, s.habits.end+10*hour)} {
					if fault := s.check(s.tell(asOf, through, nil), &n); fault != "" {
						t.Fatalf("seed %d, shop %d: %s\n%s", seed, i, fault, s)
					}
				}
			}
			t.Logf("seed %d: %d lines, %d of them exact and %d provisional; band %s wide in the mean; %d places counted twice, %d of them without doubt",
				seed, n.lines, n.exact, n.provisional, n.width/stocktake.Quantity(n.lines-n.provisional), n.pairs, n.agreed)
			if n.exact < n.lines/5 || n.exact > n.lines*4/5 || n.provisional < n.lines/20 || n.agreed < n.pairs/10 {
				t.Error("the shops do not try what they should")
			}
		})
	}
}

// String is a shop's story.
func (s *shop) String() string {
	text := ""
	at := func(ms int64) string { return time.Duration((ms - day0) * 1e6).String() }
	for n, p := range s.places {
		text += fmt.Sprintf("place %d: section %d %s home %v named %v start %s\n", n, p.section, p.kind, p.home, p.named, p.start)
		for _, c := range p.changes {
			text += fmt.Sprintf("  %s %+d\n", at(c.at), c.by)
		}
		for _, f := range p.findings {
			text += fmt.Sprintf("  found %s from %s to %s; pass %s to %s; taken as %s to %s\n", f.quantity, at(f.from), at(f.to), at(f.opened), at(f.closed),
				at(int64(f.span.From)), at(int64(f.span.To)))
		}
	}
	for n, b := range s.booked {
		text += fmt.Sprintf("movement %d %p: kind %d section %d loose %v %s at %s stamped %s posted %s position %d named %v voids %p\n", n, b, b.kind, b.section, b.loose, b.quantity,
			at(b.at), at(b.stamped), at(b.posted), b.position, b.place != nil, b.voids)
	}
	for _, m := range s.moves {
		text += fmt.Sprintf("move %s taken %s placed %s section %d to %d\n", m.quantity, at(m.taken), at(m.placed), m.from.section, m.to.section)
	}
	return text + fmt.Sprintf("rules %+v\n", s.rules)
}
