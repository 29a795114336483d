package count

import (
	"cmp"
	"maps"
	"slices"

	"jard/internal/reconcile"
	"jard/internal/stocktake"
)

// late is what the feed has brought since the last view was made, while nothing else has changed: what lines it can touch.
type late struct {
	base   *View // the last view; nil: it tells nothing of the next
	items  map[stocktake.ItemID]bool
	passed bool // the watermark has moved on
}

// await begins to note what comes after a view.
func (f *Fold) await(v *View) { f.view, f.late = v, late{base: v, items: map[stocktake.ItemID]bool{}} }

// outdate says that something has changed of which all lines may tell.
func (f *Fold) outdate() { f.view, f.late = nil, late{} }

// heardWatermark notes that the feed is complete further on. Where it says otherwise than before, everything is looked at again.
func (f *Fold) heardWatermark(w stocktake.Watermark) {
	old := f.feed.Watermark
	if !w.Since.Equal(old.Since) || w.Through.Before(old.Through) {
		f.outdate()
	}
	f.late.passed = true
}

// few items are folded anew by themselves, whatever part of all lines they are.
const few = 8

// refold makes a view out of the last one and of what the feed has brought since. A movement touches the lines of its item, and a
// watermark those that waited for it; nil where more has to be looked at: where movements settle disputes, or for too many lines.
func (f *Fold) refold() *View {
	base := f.late.base
	if base == nil || !f.scene.fed {
		return nil
	}
	items := maps.Clone(f.late.items)
	if f.late.passed {
		f.scene.basis = reconcile.NewBasis(f.plan.rules(), f.material.Snapshot, f.feed.Watermark)
		f.reached(base, items)
	}
	if len(items) > few+len(base.Lines)/8 || disputed(base, items) {
		return nil
	}
	for _, sec := range f.scene.sections {
		sec.disputes, sec.settled = nil, nil
	}
	v := *base
	v.Feed, v.Lines = f.feed.FeedState, slices.Clone(base.Lines)
	for item := range items {
		f.refoldItem(&v, item)
	}
	for _, sec := range f.scene.sections {
		if len(sec.disputes)+len(sec.settled) > 0 {
			return nil
		}
	}
	v.Totals, v.Blockers = LineTotals{}, nil
	v.total()
	v.block()
	v.State, v.Seen = f.state(&v), v.seen()
	return &v
}

// disputed reports whether any of the items is in dispute, or was.
func disputed(v *View, items map[stocktake.ItemID]bool) bool {
	return slices.ContainsFunc(v.Disputes, func(d Dispute) bool { return items[d.Item] }) ||
		slices.ContainsFunc(v.Settled, func(s Settled) bool { return items[s.Item] })
}

// reached adds the items of which a line waited for the watermark.
func (f *Fold) reached(v *View, items map[stocktake.ItemID]bool) {
	through := reconcile.At(f.feed.Watermark.Through)
	for _, l := range v.Lines {
		if l.Variance != nil && l.Variance.Provisional&reconcile.FeedBehind != 0 && l.until <= through {
			items[l.Item] = true
		}
	}
	for item := range f.scene.moves { // of which the feed may now turn out to have nothing
		items[item] = true
	}
}

// refoldItem folds the lines of one item anew, those with which a movement begins too.
func (f *Fold) refoldItem(v *View, item stocktake.ItemID) {
	f.shareItem(item, v.history)
	since := map[lineKey]bool{}
	f.bookedSince(item, since)
	for id, sec := range f.scene.sections {
		k := lineKey{id, item}
		n, there := slices.BinarySearchFunc(v.Lines, k, (*Line).compare)
		if !there && (!since[k] || !sec.inScope || !f.itemInScope(item)) {
			continue
		}
		l := f.line(f.bookLine(k), sec, v.history.observers[k], v.history)
		if there {
			v.Lines[n] = l
		} else {
			v.Lines = slices.Insert(v.Lines, n, l)
		}
	}
}

func (l *Line) compare(k lineKey) int {
	return cmp.Or(cmp.Compare(l.Section, k.section), cmp.Compare(l.Item, k.item))
}

// books lists the snapshot's lines of an item.
func (f *Fold) books(item stocktake.ItemID) []int32 {
	m, lines := f.material, f.material.Snapshot.Lines
	if m.byItem == nil {
		m.byItem = make([]int32, len(lines))
		for n := range m.byItem {
			m.byItem[n] = int32(n)
		}
		slices.SortFunc(m.byItem, func(a, b int32) int { return cmp.Compare(lines[a].Item, lines[b].Item) })
	}
	n, _ := slices.BinarySearchFunc(m.byItem, item, func(n int32, item stocktake.ItemID) int { return cmp.Compare(lines[n].Item, item) })
	end := n
	for end < len(m.byItem) && lines[m.byItem[end]].Item == item {
		end++
	}
	return m.byItem[n:end]
}

// bookLine is what the snapshot says of a line.
func (f *Fold) bookLine(k lineKey) stocktake.BookLine {
	for _, n := range f.books(k.item) {
		if line := f.material.Snapshot.Lines[n]; line.Section == k.section {
			return line
		}
	}
	return stocktake.BookLine{Section: k.section, Item: k.item}
}
