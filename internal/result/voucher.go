package result

import (
	"cmp"
	"slices"
	"time"

	"jard/internal/stocktake"
)

// Voucher is what a co-op's ERP is told to post of a result: each line's difference, never what was counted. Shortage and surplus
// are two vouchers and never netted.
type Voucher struct {
	Number string           `json:"number"` // "1/17-shortage": what the movements that post it name; "1/17" is understood as well
	Kind   string           `json:"kind"`   // shortage or surplus
	Site   stocktake.SiteID `json:"site"`
	Sealed Instant          `json:"sealed_at"`
	Value  stocktake.Fils   `json:"value"`
	Lines  []VoucherLine    `json:"lines"`
}

// VoucherLine is one difference to post. Quantity is signed: what is missing is negative.
type VoucherLine struct {
	Section  stocktake.SectionID `json:"section"`
	Item     stocktake.ItemID    `json:"item"`
	Name     stocktake.Name      `json:"name"`
	GTIN     string              `json:"gtin14,omitempty"`
	Unit     stocktake.Unit      `json:"unit"`
	Quantity stocktake.Quantity  `json:"quantity"`
	Cost     stocktake.Cost      `json:"unit_cost"`
	Value    stocktake.Fils      `json:"value"`
	Code     string              `json:"code,omitempty"` // of the policy's reason codes
	Reason   string              `json:"reason,omitempty"`
}

// The kinds of voucher.
const (
	Shortage = "shortage"
	Surplus  = "surplus"
)

// Vouchers are the shortage and the surplus of a result, in this order, each with the lines that were approved or lie within the
// tolerance and whose variance is not zero. Those of a correction hold what is left to post: each line's shortage or surplus less what was posted
// of the results that it replaces, so that a shortage's voucher takes back with a positive quantity what had been posted too much. A voucher may
// have no lines.
func (d *Document) Vouchers() ([]Voucher, error) {
	list := make([]Voucher, 0, 2)
	for _, kind := range []string{Shortage, Surplus} {
		list = append(list, Voucher{Number: d.Ref().String() + "-" + kind, Kind: kind, Site: d.Session.Site, Sealed: d.Session.SealedAt, Lines: []VoucherLine{}})
	}
	add := func(g *Goods, l *Line, cost stocktake.Cost) error {
		shortage, surplus, err := d.left(g, l)
		if err != nil {
			return err
		}
		for n, quantity := range []stocktake.Quantity{shortage, surplus} {
			if quantity == 0 {
				continue
			}
			x := VoucherLine{Section: g.Section, Item: g.Item, Name: g.Name, GTIN: g.GTIN, Unit: g.Unit, Quantity: quantity, Cost: cost}
			if l != nil && (quantity < 0) == (l.Variance < 0) && (n == 0) == (l.Variance < 0) { // they explain the difference, not what is taken back
				x.Code, x.Reason = l.Code, l.Reason
			}
			if x.Value, err = stocktake.Value(quantity, cost); err != nil {
				return err
			}
			v := &list[n]
			if v.Value, err = v.Value.Add(x.Value); err != nil {
				return err
			}
			v.Lines = append(v.Lines, x)
		}
		return nil
	}
	for i := range d.Lines {
		l := &d.Lines[i]
		if err := add(&l.Goods, l, l.Cost); err != nil {
			return nil, err
		}
	}
	for i := range d.Posted {
		if p := &d.Posted[i]; d.lineOf(&p.Goods) == nil {
			if err := add(&p.Goods, nil, p.Cost); err != nil {
				return nil, err
			}
		}
	}
	for n := range list {
		slices.SortStableFunc(list[n].Lines, compareVoucherLines)
	}
	return list, nil
}

// PostingState says how a line of a voucher stands in the books.
type PostingState string

// The states of a posting.
const (
	PostingMissing PostingState = "missing"
	PostingExact   PostingState = "posted"
	PostingDiffers PostingState = "differs"
	PostingAgain   PostingState = "again"  // posted more than once
	PostingUntold  PostingState = "untold" // posted under the voucher, which has no such line
)

// Posting is a line of a voucher beside what the feed says was posted for it.
type Posting struct {
	VoucherLine
	Voucher string                 `json:"voucher,omitempty"` // empty where no voucher has the line
	State   PostingState           `json:"state"`
	Posted  stocktake.Quantity     `json:"posted"`
	By      []stocktake.MovementID `json:"movements,omitempty"`
	At      time.Time              `json:"posted_at,omitzero"` // when the last of them was booked
}

// Posts reports whether a movement says that it posts this document's vouchers, or one of them.
func (d *Document) Posts(m *stocktake.Movement) bool { return m.PostsResult(d.Ref().String()) }

// postedTo finds the line that a movement posts, or takes back: of the voucher that it names, if it names one of the two, and of its section. One that
// names no section is for the line whose quantity it has, else for the first. It gives -1 where no line fits.
func (d *Document) postedTo(list []Posting, lines []int, m *stocktake.Movement, posts string) int {
	found, ref := -1, d.Ref().String()
	names := posts == ref+"-"+Shortage || posts == ref+"-"+Surplus || !d.Posts(&stocktake.Movement{Posts: posts}) // those of a result before it
	for _, n := range lines {
		p := &list[n]
		if m.Section != "" && p.Section != m.Section || p.Voucher != "" && names && posts != p.Voucher {
			continue
		}
		if m.Section != "" || p.Quantity == m.Quantity || p.Quantity == -m.Quantity && m.Voids != "" {
			return n
		}
		if found < 0 {
			found = n
		}
	}
	return found
}

// Postings sets the vouchers against the movements of the site's feed that post them, and those that take such back: each line of the
// vouchers in their order, then what was posted without a line. Movements of anything else have no effect.
func (d *Document) Postings(moved []stocktake.Movement) ([]Posting, error) {
	return d.PostingsSince(moved, moved, nil)
}

// PostingsSince is Postings for a correction, which reckons with what was posted before its seal of the results that it replaces (Posted). What was
// posted of those since then, or taken back, is in no line of its vouchers: it stands behind them, untold. Moved is what came since, and all also
// what came before, which that may take back.
func (d *Document) PostingsSince(all, moved []stocktake.Movement, replaced []*Document) ([]Posting, error) {
	vouchers, err := d.Vouchers()
	if err != nil {
		return nil, err
	}
	var list []Posting
	for _, v := range vouchers {
		for _, l := range v.Lines {
			list = append(list, Posting{VoucherLine: l, Voucher: v.Number, State: PostingMissing})
		}
	}
	told, posting := len(list), map[stocktake.MovementID]string{}
	for i := range all {
		m := &all[i]
		if d.Posts(m) || slices.ContainsFunc(replaced, func(r *Document) bool { return r.Posts(m) }) {
			posting[m.ID] = m.Posts
		}
	}
	lines := map[stocktake.ItemID][]int{}
	for n := range list {
		lines[list[n].Item] = append(lines[list[n].Item], n)
	}
	whole := make([]int, len(list)) // how often the whole of a line was posted
	for i := range moved {
		m := &moved[i]
		posts, ok := posting[m.ID]
		if !ok {
			if posts, ok = posting[m.Voids]; !ok {
				continue
			}
		}
		n := d.postedTo(list, lines[m.Item], m, posts)
		if n < 0 {
			n = len(list)
			list, whole = append(list, Posting{VoucherLine: VoucherLine{Section: m.Section, Item: m.Item}, State: PostingUntold}), append(whole, 0)
			lines[m.Item] = append(lines[m.Item], n)
		}
		p := &list[n]
		if p.Posted, err = p.Posted.Add(m.Quantity); err != nil {
			return nil, err
		}
		p.By = append(p.By, m.ID)
		if m.Booked.After(p.At) {
			p.At = m.Booked
		}
		switch m.Quantity {
		case p.Quantity:
			whole[n]++
		case -p.Quantity:
			whole[n]--
		}
	}
	for n := range list[:told] {
		switch p := &list[n]; {
		case p.Posted == p.Quantity:
			p.State = PostingExact
		case p.Posted == 0:
		case whole[n] > 1:
			p.State = PostingAgain
		default:
			p.State = PostingDiffers
		}
	}
	untold := slices.DeleteFunc(list[told:], func(p Posting) bool { return p.Posted == 0 }) // posted and taken back
	slices.SortFunc(untold, func(a, b Posting) int { return cmp.Or(cmp.Compare(a.Section, b.Section), cmp.Compare(a.Item, b.Item)) })
	return list[:told+len(untold)], nil
}
