package result

import (
	"cmp"
	"slices"
	"strings"

	"jard/internal/stocktake"
)

// Posted is what a correction says of one item in one section: how much of the results that it replaces was in the books, as far as its
// movement position tells. It says so of what its own lines do not hold, too: what was posted and turned out to be nothing is to be taken out of
// the books again. Shortage and surplus are what was posted of the one voucher and of the other, never netted: what a shortage put into the
// books is negative.
type Posted struct {
	Goods
	Shortage stocktake.Quantity `json:"shortage"`
	Surplus  stocktake.Quantity `json:"surplus"`
	Cost     stocktake.Cost     `json:"unit_cost"`
}

// PostedFor adds up what a feed's movements posted of results, by section and item, without what their goods are called. What
// names no section, and fits no line of the result that it posts, stands under none: so it is taken back, for nobody can say more of it. What fits no line
// is of the voucher that last asked for a quantity of its sign there, in that result or an earlier one; where none did, a shortage if negative.
func PostedFor(results []*Document, moved []stocktake.Movement) ([]Posted, error) {
	type sign struct {
		section  stocktake.SectionID
		item     stocktake.ItemID
		negative bool
	}
	all, asked := map[[2]string]*Posted{}, map[sign]bool{} // whether a surplus' voucher asked for it
	for _, d := range results {
		list, err := d.Postings(moved)
		if err != nil {
			return nil, err
		}
		for _, p := range list { // the vouchers' lines come first
			surplus := strings.HasSuffix(p.Voucher, Surplus)
			if p.Voucher != "" {
				asked[sign{p.Section, p.Item, p.Quantity < 0}] = surplus
			} else if of, ok := asked[sign{p.Section, p.Item, p.Posted < 0}]; ok {
				surplus = of
			} else {
				surplus = p.Posted > 0
			}
			if p.Posted == 0 {
				continue
			}
			k := [2]string{string(p.Section), string(p.Item)}
			if all[k] == nil {
				all[k] = &Posted{Goods: Goods{Section: p.Section, Item: p.Item}}
			}
			sum := &all[k].Shortage
			if surplus {
				sum = &all[k].Surplus
			}
			if *sum, err = sum.Add(p.Posted); err != nil {
				return nil, err
			}
		}
	}
	list := make([]Posted, 0, len(all))
	for _, p := range all {
		if p.Shortage != 0 || p.Surplus != 0 {
			list = append(list, *p)
		}
	}
	slices.SortFunc(list, func(a, b Posted) int { return a.Compare(&b.Goods) })
	return list, nil
}

// postedOf finds what was posted of an item in a section; nil where nothing was.
func (d *Document) postedOf(g *Goods) *Posted {
	n, ok := slices.BinarySearchFunc(d.Posted, g, func(p Posted, g *Goods) int { return p.Compare(g) })
	if !ok {
		return nil
	}
	return &d.Posted[n]
}

// lineOf finds the line of an item in a section; nil where there is none.
func (d *Document) lineOf(g *Goods) *Line {
	n, ok := slices.BinarySearchFunc(d.Lines, g, func(l Line, g *Goods) int { return l.Compare(g) })
	if !ok {
		return nil
	}
	return &d.Lines[n]
}

// Unposted counts the lines of an earlier result's vouchers that this correction found in the books otherwise than they say.
func (d *Document) Unposted(before *Document) (n int, err error) {
	vouchers, err := before.Vouchers()
	if err != nil {
		return 0, err
	}
	for i, v := range vouchers {
		for _, l := range v.Lines {
			var posted stocktake.Quantity
			if p := d.postedOf(&Goods{Section: l.Section, Item: l.Item}); p != nil {
				posted = []stocktake.Quantity{p.Shortage, p.Surplus}[i]
			}
			if p := before.postedOf(&Goods{Section: l.Section, Item: l.Item}); p != nil { // what the one before had found there already
				posted -= []stocktake.Quantity{p.Shortage, p.Surplus}[i]
			}
			if posted != l.Quantity {
				n++
			}
		}
	}
	return n, nil
}

func checkPosted(f *faults, d *Document) {
	f.wrong(len(d.Posted) == 0 || d.Type == Correction, "/posted")
	for i := range d.Posted {
		p, path := &d.Posted[i], at("/posted", i)
		goods := p.Goods
		if goods.Section == "" {
			goods.Section = "none" // see PostedFor
		}
		checkGoods(f, path, &goods)
		f.quantity(path, "shortage", p.Shortage)
		f.quantity(path, "surplus", p.Surplus)
		f.wrong(p.Shortage != 0 || p.Surplus != 0, path+"/shortage")
		f.number(path+"/unit_cost", int64(p.Cost), 0, stocktake.MaxNumber)
		if i > 0 && d.Posted[i-1].Compare(&p.Goods) >= 0 {
			f.add(path, ListUnsorted.New())
		}
		if l := d.lineOf(&p.Goods); l != nil {
			f.wrong(l.Cost == p.Cost, path+"/unit_cost")
		}
	}
	if len(d.Posted) > 0 && len(f.list) == 0 {
		_, err := d.Vouchers() // what is left to post must be a number
		f.err("/posted", err)
	}
}

// left is what a line's vouchers still have to bring into the books: its shortage and its surplus, less what was posted of either.
func (d *Document) left(g *Goods, l *Line) (shortage, surplus stocktake.Quantity, err error) {
	if l != nil && (l.Status == "approved" || l.Status == "within") {
		shortage, surplus = min(l.Variance, 0), max(l.Variance, 0)
	}
	if p := d.postedOf(g); p != nil {
		if shortage, err = shortage.Sub(p.Shortage); err == nil {
			surplus, err = surplus.Sub(p.Surplus)
		}
	}
	return shortage, surplus, err
}

func compareVoucherLines(a, b VoucherLine) int {
	return cmp.Or(cmp.Compare(a.Section, b.Section), cmp.Compare(a.Item, b.Item))
}
