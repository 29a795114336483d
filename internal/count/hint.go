package count

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"jard/internal/stocktake"
)

// HintKind says what a variance is likely to come from.
type HintKind string

// The kinds of hint.
const (
	HintPack     HintKind = "pack"     // packs were counted as pieces, or pieces as packs
	HintSwap     HintKind = "swap"     // one item was counted as another
	HintTransfer HintKind = "transfer" // goods went from section to section, and the books do not know
	HintSection  HintKind = "section"  // it was found where the books hold none
	HintUnit     HintKind = "unit"     // one figure is in another unit
)

// Hint is a likely explanation of a line's variance with its evidence. It is worked out from what a view shows when somebody asks, and
// nothing is ever done because of it.
type Hint struct {
	Section  stocktake.SectionID `json:"section"`
	Item     stocktake.ItemID    `json:"item"`
	Kind     HintKind            `json:"kind"`
	Other    *LineRef            `json:"other,omitempty"`    // the line on which it rests besides
	Pack     stocktake.Quantity  `json:"pack,omitempty"`     // of which the variance is a multiple, less one
	Times    int64               `json:"times,omitempty"`    // how many of them; 1000 for a unit a thousand times smaller
	Quantity stocktake.Quantity  `json:"quantity,omitempty"` // found there, or carried
	Text     stocktake.Name      `json:"text"`
}

// Hints explains the lines that wait, in their order: one pass over all lines, and a sort of those that are off by the same.
func (v *View) Hints() []Hint {
	h := hinter{View: v, swaps: map[swapKey][]*Line{}, items: map[stocktake.ItemID][]*Line{}, partner: map[*Line]*Line{}, sections: map[stocktake.SectionID]stocktake.Name{}}
	for _, s := range v.Material.Site.Sections {
		h.sections[s.ID] = s.Name
	}
	wanted := map[stocktake.ItemID]bool{}
	for _, l := range v.Lines {
		if l.Waits() {
			wanted[l.Item] = true
		}
		if l.off() != 0 && l.Status != LineApproved {
			k := swapKey{l.Section, l.off().Abs(), v.Material.Items[l.Item].Unit}
			h.swaps[k] = append(h.swaps[k], l)
		}
	}
	for _, l := range v.Lines {
		if wanted[l.Item] {
			h.items[l.Item] = append(h.items[l.Item], l)
		}
	}
	for _, list := range h.swaps {
		h.pair(list)
	}
	for _, l := range v.Lines {
		if l.Waits() {
			h.explain(l)
		}
	}
	return h.list
}

// HintsOf explains one line.
func (v *View) HintsOf(section stocktake.SectionID, item stocktake.ItemID) []Hint {
	return slices.DeleteFunc(v.Hints(), func(h Hint) bool { return h.Section != section || h.Item != item })
}

// Hints is View.Hints for whoever may see the session's figures.
func (s *Service) Hints(ctx context.Context, by stocktake.Person, session stocktake.SessionID) ([]Hint, error) {
	v, err := s.View(ctx, by, session)
	if err != nil {
		return nil, err
	}
	return v.Hints(), nil
}

// hinter gathers what hints rest on.
type hinter struct {
	*View
	swaps    map[swapKey][]*Line
	items    map[stocktake.ItemID][]*Line
	partner  map[*Line]*Line
	sections map[stocktake.SectionID]stocktake.Name
	list     []Hint
}

// swapKey is what two lines share of which one may have been counted as the other.
type swapKey struct {
	section stocktake.SectionID
	off     stocktake.Quantity
	unit    stocktake.Unit
}

// off is the variance; zero where there is none.
func (l *Line) off() stocktake.Quantity {
	if l.Variance == nil {
		return 0
	}
	return l.Variance.Quantity
}

func (h *hinter) add(l *Line, x Hint, english, arabic string, args ...said) {
	x.Section, x.Item = l.Section, l.Item
	var en, ar []any
	for _, a := range args {
		en, ar = append(en, "\u2068"+a.English+"\u2069"), append(ar, "\u2068"+cmp.Or(a.Arabic, a.English)+"\u2069")
	}
	x.Text = stocktake.Name{English: fmt.Sprintf(english, en...), Arabic: fmt.Sprintf(arabic, ar...)}
	h.list = append(h.list, x)
}

func (h *hinter) explain(l *Line) {
	off := l.off()
	if off == 0 {
		return
	}
	h.packed(l, off)
	if p := h.partner[l]; p != nil {
		h.add(l, Hint{Kind: HintSwap, Other: p.ref(), Quantity: p.off()},
			"%s in the same section is off by the opposite: %s here, %s there. Was one counted as the other?",
			"البند %s في القسم نفسه بفرق معاكس مساوٍ: هنا %s وهناك %s. لعل أحدهما عُدّ مكان الآخر.",
			said(h.called(p.Item)), sideOf(off), sideOf(p.off()))
	}
	for _, o := range h.items[l.Item] {
		switch {
		case o == l:
		case off < 0 && o.Book == 0 && o.Counted > 0:
			h.add(l, Hint{Kind: HintSection, Other: o.ref(), Quantity: o.Counted},
				"%s of it were found in section %s, where the books hold none. Do they belong here?",
				"عُثر على %s منه في القسم %s ولا رصيد دفتري له هناك. لعله من هذا القسم.", figure(o.Counted), h.section(o.Section))
		case off > 0 && l.Book == 0 && o.off() < 0:
			h.add(l, Hint{Kind: HintSection, Other: o.ref(), Quantity: o.off()},
				"The books hold none of it here; section %s, which holds it, has a %s. Was it counted in the wrong section?",
				"لا رصيد دفتري له هنا، وفي القسم %s الذي له رصيد فيه %s. لعله عُدّ في غير قسمه.", h.section(o.Section), sideOf(o.off()))
		case o.off() == -off && o.Status != LineApproved:
			h.add(l, Hint{Kind: HintTransfer, Other: o.ref(), Quantity: o.off()},
				"Section %s is off by the opposite in the same item: %s here, %s there. Was a transfer between them never booked?",
				"القسم %s بفرق معاكس مساوٍ في الصنف نفسه: هنا %s وهناك %s. لعل نقلًا بينهما لم يُقيَّد.", h.section(o.Section), sideOf(off), sideOf(o.off()))
		}
	}
	if q := l.Variance.Unbooked; q != 0 {
		h.add(l, Hint{Kind: HintTransfer, Quantity: q},
			"%s of it were carried between this section and another during the count, and the feed has brought no transfer of that.",
			"نُقل %s منه بين هذا القسم وقسم آخر أثناء الجرد، ولم يصل من النظام قيد نقل بذلك.", figure(q.Abs()))
	}
}

// packed looks whether packs were counted as single units or the other way, or a figure is in a unit a thousand times smaller.
func (h *hinter) packed(l *Line, off stocktake.Quantity) {
	const one = 1000
	item := h.Material.Items[l.Item]
	kind := HintPack
	if item.Unit != stocktake.Piece {
		kind = HintUnit
	}
	var packs []stocktake.Quantity
	for _, b := range item.Barcodes {
		if b.Pack > 2*one || kind == HintUnit && b.Pack > one { // everything is a multiple of a pair less one
			packs = append(packs, b.Pack)
		}
	}
	slices.SortFunc(packs, func(a, b stocktake.Quantity) int { return cmp.Compare(b, a) })
	for _, pack := range packs {
		more := pack - one
		if off.Abs()%more != 0 {
			continue
		}
		n := int64(off.Abs() / more)
		formula := said{English: fmt.Sprintf("%s = %d × (%s − 1)", off.Abs(), n, pack)}
		x := Hint{Kind: kind, Pack: pack, Times: n}
		switch {
		case off < 0 && n*one <= int64(l.Counted):
			h.add(l, x, "%s: as if a pack of %s had been counted as 1, %s times. Counted %s, expected %s.",
				"%s: كأن عبوة سعتها %s عُدّت 1، وتكرر ذلك %s مرة. المعدود %s والمتوقع %s.",
				formula, figure(pack), times(n), figure(l.Brought()), figure(l.Expected()))
			return
		case off > 0 && n*int64(pack) <= int64(l.Counted):
			h.add(l, x, "%s: as if 1 had been counted as a pack of %s, %s times. Counted %s, expected %s.",
				"%s: كأن 1 عُدّ عبوة سعتها %s، وتكرر ذلك %s مرة. المعدود %s والمتوقع %s.",
				formula, figure(pack), times(n), figure(l.Brought()), figure(l.Expected()))
			return
		}
	}
	a, b := min(l.Brought(), l.Expected()), max(l.Brought(), l.Expected())
	if a > 0 && a <= stocktake.MaxNumber/(1000*1000) && (a*1000-b).Abs() <= b/50 {
		h.add(l, Hint{Kind: HintUnit, Times: 1000}, "Counted %s and expected %s are a thousandfold apart. Is one of them in a smaller unit?",
			"بين المعدود %s والمتوقع %s ألف ضعف. لعل أحدهما بوحدة أصغر.", figure(l.Brought()), figure(l.Expected()))
	}
}

// fewPairs is up to how many lines that are off by the same each is held against each other; of more only neighbours by name and by
// code, so that a night on which a thousand lines lack one piece costs no more than sorting them.
const fewPairs = 32

// pair finds lines that are off by the opposite of each other and alike.
func (h *hinter) pair(list []*Line) {
	if !slices.ContainsFunc(list, (*Line).Waits) || !slices.ContainsFunc(list, func(l *Line) bool { return l.off() < 0 }) ||
		!slices.ContainsFunc(list, func(l *Line) bool { return l.off() > 0 }) {
		return
	}
	names := make(map[*Line]string, len(list))
	for _, l := range list {
		n := h.Material.Items[l.Item].Name
		names[l] = stocktake.Fold(cmp.Or(n.Arabic, n.English))
	}
	try := func(window int) {
		for i, a := range list {
			for _, b := range list[i+1 : min(i+1+window, len(list))] {
				if a.off() == -b.off() && h.partner[a] == nil && h.partner[b] == nil && (alike(names[a], names[b]) || h.near(a.Item, b.Item)) {
					h.partner[a], h.partner[b] = b, a
				}
			}
		}
	}
	slices.SortFunc(list, func(a, b *Line) int { return cmp.Or(cmp.Compare(names[a], names[b]), cmp.Compare(a.Item, b.Item)) })
	if len(list) <= fewPairs {
		try(fewPairs)
		return
	}
	try(8)
	slices.SortFunc(list, func(a, b *Line) int {
		return cmp.Or(cmp.Compare(len(a.Item), len(b.Item)), cmp.Compare(a.Item, b.Item))
	})
	try(2)
}

// alike reports whether two folded names share most of what they say, by letters: a shared "1 L" is little.
func alike(a, b string) bool {
	length := func(s string) int { return len([]rune(strings.ReplaceAll(s, " ", ""))) }
	shared, theirs := 0, strings.Fields(b)
	for _, w := range strings.Fields(a) {
		if n := slices.Index(theirs, w); n >= 0 {
			shared += length(w)
			theirs = slices.Delete(theirs, n, n+1)
		}
	}
	return 3*shared >= 2*max(length(a), length(b)) && shared > 0
}

// near reports whether two items have ids or GTINs that follow each other.
func (h *hinter) near(a, b stocktake.ItemID) bool {
	follow := func(a, b string, drop uint64) bool {
		x, err := strconv.ParseUint(a, 10, 64)
		y, other := strconv.ParseUint(b, 10, 64)
		return err == nil && other == nil && len(a) == len(b) && max(x/drop, y/drop)-min(x/drop, y/drop) == 1
	}
	if follow(string(a), string(b), 1) {
		return true
	}
	for _, x := range h.Material.Items[a].Barcodes {
		for _, y := range h.Material.Items[b].Barcodes {
			if x.Kind == stocktake.GTIN && y.Kind == stocktake.GTIN && follow(x.Code, y.Code, 10) { // the last is the check digit
				return true
			}
		}
	}
	return false
}

func (l *Line) ref() *LineRef { return &LineRef{Section: l.Section, Item: l.Item} }

// said is a part of a hint's text in both languages; without Arabic it is the same in both.
type said stocktake.Name

func figure(q stocktake.Quantity) said { return said{English: q.String()} }
func times(n int64) said               { return said{English: strconv.FormatInt(n, 10)} }

func sideOf(q stocktake.Quantity) said {
	if q < 0 {
		return said{Arabic: "عجز " + q.Abs().String(), English: "shortage of " + q.Abs().String()}
	}
	return said{Arabic: "زيادة " + q.String(), English: "surplus of " + q.String()}
}

func (h *hinter) section(id stocktake.SectionID) said {
	n := h.sections[id]
	return said{Arabic: cmp.Or(n.Arabic, n.English, string(id)), English: cmp.Or(n.English, n.Arabic, string(id))}
}
