package result_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"jard/internal/result"
	"jard/internal/stocktake"
)

// correct makes the next document, which replaces those before it in full with other figures.
func correct(t *testing.T, before []*result.Document, moved []stocktake.Movement, r *rand.Rand) *result.Document {
	t.Helper()
	last := before[len(before)-1]
	b, err := last.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	d, err := result.Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	d.Number, d.Previous, d.Type = last.Number+1, stocktake.HashOf(b), result.Correction
	d.Corrects = &result.Corrects{Series: last.Series, Number: last.Number, Hash: stocktake.HashOf(b), Session: last.Session.ID, Reason: "تأخر جهاز"}
	for i := range d.Lines {
		if l := &d.Lines[i]; r.IntN(2) == 0 {
			l.Snapshot += stocktake.Quantity(r.Int64N(200_000) - 100_000)
			if *l, err = result.NewLine(*l); err != nil {
				t.Fatal(err)
			}
			l.Low, l.High = min(l.Low, l.Variance), max(l.High, l.Variance)
		}
	}
	if d.Posted, err = result.PostedFor(before, moved); err != nil {
		t.Fatal(err)
	}
	for n := range d.Posted {
		p := &d.Posted[n]
		p.Unit = stocktake.Piece
		for i := range d.Lines {
			if d.Lines[i].Compare(&p.Goods) == 0 {
				p.Goods, p.Cost = d.Lines[i].Goods, d.Lines[i].Cost
			}
		}
	}
	if err := d.Total(); err != nil {
		t.Fatal(err)
	}
	if faults := result.Check(d); len(faults) > 0 {
		t.Fatal(faults)
	}
	return d
}

// However wrongly vouchers are posted, those of the next correction leave the books with each line's difference: its shortage in the one account, its
// surplus in the other. Posted exactly, they leave the correction after that nothing to post.
func TestVouchersOfCorrectionsPostWhatIsLeft(t *testing.T) {
	for seed := range uint64(100) {
		r := rand.New(rand.NewPCG(seed, 3))
		first, _ := settled(t)
		chain := []*result.Document{first}
		var moved []stocktake.Movement
		post := func(d *result.Document, wrong bool) {
			vouchers, err := d.Vouchers()
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range vouchers {
				for _, l := range v.Lines {
					m := stocktake.Movement{ID: stocktake.MovementID(fmt.Sprint("p", len(moved))), Item: l.Item, Section: l.Section, Quantity: l.Quantity, Posts: v.Number}
					switch n := r.IntN(8); {
					case !wrong:
					case n == 0:
						continue // never
					case n == 1:
						m.Quantity = -m.Quantity
					case n == 2:
						m.Quantity += 1000
					case n == 3: // twice
						moved = append(moved, m)
						m.ID += "-again"
					case n == 5: // as who posts numbers or writes vouchers
						m.Posts = d.Ref().String() + []string{"-2", "-Shortage"}[r.IntN(2)]
					case n == 4: // and taken back
						moved = append(moved, stocktake.Movement{ID: m.ID + "-void", Item: m.Item, Section: m.Section, Quantity: -m.Quantity, Voids: m.ID})
					}
					moved = append(moved, m)
				}
			}
			if wrong {
				moved = append(moved, stocktake.Movement{ID: stocktake.MovementID(fmt.Sprint("p", len(moved))), Item: "never-counted", Section: "dairy", Quantity: -3000, Posts: d.Ref().String()},
					stocktake.Movement{ID: stocktake.MovementID(fmt.Sprint("p", len(moved), "-nowhere")), Item: "nowhere", Quantity: -4000, Posts: d.Ref().String()})
			}
		}
		post(first, true)
		for range 2 {
			next := correct(t, chain, moved, r)
			chain = append(chain, next)
			post(next, len(chain) == 2)
		}
		last := chain[len(chain)-1]
		books := map[string][2]stocktake.Quantity{}
		all, err := result.PostedFor(chain, moved)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range all {
			books[string(p.Section)+"/"+string(p.Item)] = [2]stocktake.Quantity{p.Shortage, p.Surplus}
		}
		for i := range last.Lines {
			l := &last.Lines[i]
			want := [2]stocktake.Quantity{min(l.Variance, 0), max(l.Variance, 0)}
			if l.Status != "approved" && l.Status != "within" {
				want = [2]stocktake.Quantity{}
			}
			k := string(l.Section) + "/" + string(l.Item)
			if books[k] != want {
				t.Fatalf("seed %d: %s is in the books with %v, and off by %v", seed, k, books[k], want)
			}
			delete(books, k)
		}
		if len(books) > 0 {
			t.Fatalf("seed %d: in the books all the same: %v", seed, books)
		}
		nothing := correct(t, chain, moved, rand.New(rand.NewPCG(0, 0)))
		nothing.Lines = last.Lines
		vouchers, err := nothing.Vouchers()
		if err != nil || len(vouchers[0].Lines)+len(vouchers[1].Lines) > 0 {
			t.Fatalf("seed %d: left to post: %+v, %v", seed, vouchers, err)
		}
	}
}

// A shortage that a correction takes back in part was posted under the correction after it, which asks for nothing there: it is no surplus. Its
// line says why of the difference, never of what is taken back.
func TestWhatIsTakenBackIsOfItsVoucher(t *testing.T) {
	first, _ := settled(t)
	vouchers, err := first.Vouchers()
	if err != nil {
		t.Fatal(err)
	}
	short := vouchers[0].Lines[0]
	moved := []stocktake.Movement{{ID: "p1", Item: short.Item, Section: short.Section, Quantity: short.Quantity - 5000, Posts: "1/1"}}
	none := rand.New(rand.NewPCG(0, 0))
	lines := first.Lines
	next := func(before ...*result.Document) *result.Document {
		d := correct(t, before, moved, none)
		d.Lines = lines
		return d
	}
	left := func(d *result.Document) (list []result.VoucherLine) {
		vouchers, err := d.Vouchers()
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range vouchers {
			for _, l := range v.Lines {
				if l.Item == short.Item && l.Section == short.Section {
					list = append(list, l)
				}
			}
		}
		return list
	}
	for n := range lines {
		lines[n].Code = "broken"
	}
	second := next(first)
	if l := left(second); len(l) != 1 || l[0].Quantity != 5000 || l[0].Code != "" {
		t.Fatalf("taken back: %+v", l)
	}
	moved = append(moved, stocktake.Movement{ID: "p2", Item: short.Item, Section: short.Section, Quantity: 5000, Posts: "1/2"})
	third := next(first, second)
	if l := left(third); len(l) != 0 {
		t.Fatalf("left of it: %+v", l)
	}
	moved[1].Posts = "1/3" // whose vouchers hold none of it
	if l := left(next(first, second, third)); len(l) != 0 {
		t.Fatalf("posted under another: %+v", l)
	}
}

// What a correction found in the books, and was taken out of them after its seal, stands behind its vouchers: they alone would be exact.
func TestPostingTakenBackAfterTheCorrection(t *testing.T) {
	first, _ := settled(t)
	vouchers, err := first.Vouchers()
	if err != nil {
		t.Fatal(err)
	}
	short := vouchers[0].Lines[0]
	before := []stocktake.Movement{
		{ID: "p1", Item: short.Item, Section: short.Section, Quantity: short.Quantity - 2000, Posts: "1/1"},
		{ID: "o1", Item: short.Item, Section: short.Section, Quantity: -9000, Posts: "7/7"}, // another session's
	}
	none := rand.New(rand.NewPCG(0, 0))
	second := correct(t, []*result.Document{first}, before, none)
	second.Lines = first.Lines
	moved := []stocktake.Movement{
		{ID: "v1", Item: short.Item, Section: short.Section, Quantity: -before[0].Quantity, Voids: "p1"},
		{ID: "v2", Item: short.Item, Section: short.Section, Quantity: 9000, Voids: "o1"},
		{ID: "p2", Item: short.Item, Section: short.Section, Quantity: 2000, Posts: "1/2"},
	}
	list, err := second.PostingsSince(append(before, moved...), moved, []*result.Document{first})
	if err != nil {
		t.Fatal(err)
	}
	var told []result.Posting
	for _, p := range list {
		if p.Item == short.Item && p.Section == short.Section {
			told = append(told, p)
		}
	}
	if len(told) != 2 || told[0].State != result.PostingExact || told[1].State != result.PostingUntold || told[1].Posted != -before[0].Quantity {
		t.Fatalf("%+v", told)
	}
}

func TestPostedIsChecked(t *testing.T) {
	first, _ := settled(t)
	goods, schema := first.Lines[0].Goods, compileSchema(t)
	for name, edit := range map[string]func(*result.Document){
		"of an original":       func(d *result.Document) { d.Type, d.Corrects = result.Original, nil },
		"of nothing":           func(d *result.Document) { d.Posted[0].Shortage = 0 },
		"twice":                func(d *result.Document) { d.Posted = append(d.Posted, d.Posted[0]) },
		"at another cost":      func(d *result.Document) { d.Posted[0].Cost++ },
		"beyond what is a sum": func(d *result.Document) { d.Posted[0].Shortage = stocktake.MaxNumber + 1 },
		"of no item":           func(d *result.Document) { d.Posted[0].Item = "" },
	} {
		d := correct(t, []*result.Document{first}, nil, rand.New(rand.NewPCG(1, 1)))
		d.Posted = result.List[result.Posted]{{Goods: goods, Shortage: -1000, Cost: first.Lines[0].Cost}}
		if faults := result.Check(d); len(faults) > 0 {
			t.Fatal(faults)
		}
		if err := validate(t, schema, d); err != nil {
			t.Fatal(err)
		}
		if edit(d); len(result.Check(d)) == 0 {
			t.Errorf("%s: no fault", name)
		}
	}
}

// Whatever the one predicate takes for a posting of a result is told of it: nothing of it is out of the lines and in no list, or it would be
// ordered twice.
func TestNothingPostedVanishes(t *testing.T) {
	d, _ := settled(t)
	l := d.Lines[0]
	for _, name := range []string{"", "-shortage", "-surplus", "-Shortage", "-2"} {
		for _, item := range []stocktake.ItemID{l.Item, "nowhere"} {
			for _, section := range []stocktake.SectionID{l.Section, ""} {
				m := stocktake.Movement{ID: "p", Item: item, Section: section, Quantity: -7000, Posts: d.Ref().String() + name}
				list, err := result.PostedFor([]*result.Document{d}, []stocktake.Movement{m})
				if err != nil || len(list) != 1 || list[0].Shortage+list[0].Surplus != -7000 {
					t.Errorf("%s of %s in %q: %+v, %v", m.Posts, item, section, list, err)
				}
			}
		}
	}
	if m := (&stocktake.Movement{Posts: d.Ref().String() + "0"}); d.Posts(m) {
		t.Errorf("%s posts %s", m.Posts, d.Ref())
	}
}
