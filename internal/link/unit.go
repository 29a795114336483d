package link

import (
	"strings"

	"jard/internal/stocktake"
)

// unitWord is what a word in a unit column means: a base unit, or a pack of the item's base unit.
type unitWord struct {
	base stocktake.Unit // "" for a pack
	pack int64          // pieces that the word itself says, 12 for a dozen; 0 when it says none
}

// packWord is how a mapping calls a unit that is a pack of the base unit.
const packWord = "pack"

// unitWords are the folded words of units. Grams and millilitres are left out on purpose: an item has one base unit,
// and a file that counts in grams must say so in its mapping or export kilograms.
var unitWords = func() map[string]unitWord {
	words := make(map[string]unitWord)
	add := func(w unitWord, names ...string) {
		for _, name := range names {
			words[stocktake.Fold(name)] = w
		}
	}
	add(unitWord{base: stocktake.Piece}, "piece", "pieces", "pc", "pcs", "pce", "ea", "each", "unit", "units", "no", "nos",
		"single", "حبة", "حبه", "حبات", "قطعة", "قطع", "وحدة", "عدد", "الحبة")
	add(unitWord{base: stocktake.Kilogram}, "kg", "kgs", "kilo", "kilogram", "kilograms", "kgm", "كيلو", "كيلوغرام",
		"كيلوجرام", "كيلو غرام", "كيلو جرام", "كغم", "كجم", "كغ", "كج", "ك")
	add(unitWord{base: stocktake.Litre}, "l", "lt", "ltr", "litre", "liter", "litres", "liters", "لتر", "ليتر")
	add(unitWord{base: stocktake.Metre}, "m", "mtr", "metre", "meter", "metres", "meters", "متر")
	add(unitWord{pack: 12}, "dozen", "doz", "dzn", "درزن", "دزينة", "دستة", "دزن")
	add(unitWord{}, packWord, "packs", "pk", "pkt", "packet", "carton", "cartons", "ctn", "crt", "car", "case", "cs", "box",
		"bx", "bundle", "bdl", "tray", "outer", "shrink", "pallet", "sack", "bag", "can", "tin", "bottle", "btl", "jar",
		"roll", "set", "كرتون", "كرتونة", "كراتين", "صندوق", "شدة", "شد", "باكيت", "باكت", "بكت", "ربطة", "علبة", "كيس",
		"شوال", "خيشة", "طبق", "صينية", "درع", "بالة", "رول", "لفة", "زجاجة", "قنينة", "غرشة", "قوطي", "طقم", "مغلف",
		"عبوة", "بندل", "طبلية")
	return words
}()

// unitReader reads unit words, the mapping's own first.
type unitReader map[string]unitWord

func newUnitReader(m Mapping) unitReader {
	own := make(unitReader, len(m.Units))
	for word, base := range m.Units {
		own[stocktake.Fold(word)] = unitWords[base]
	}
	return own
}

func (u unitReader) read(text string) (unitWord, bool) {
	if w, ok := unitWords[text]; ok && len(u) == 0 {
		return w, true // as the ERP writes it, mostly
	}
	folded := stocktake.Fold(text)
	if w, ok := u[folded]; ok {
		return w, true
	}
	w, ok := unitWords[folded]
	return w, ok
}

// readFlag reads yes and no.
func readFlag(text string) (yes, ok bool) {
	switch strings.TrimSpace(text) {
	case "✓", "✔", "☑":
		return true, true
	case "✗", "✘", "☐", "-", "–", "—":
		return false, true
	}
	switch stocktake.Fold(text) {
	case "yes", "y", "true", "t", "1", "x", "نعم", "صح", "صحيح", "تمويني", "تموينيه", "تموين", "مشترك", "مدعوم":
		return true, true
	case "no", "n", "false", "f", "0", "لا", "خطا":
		return false, true
	}
	return false, false
}

// totals reports whether a row without a key is the sum that a report ends with: its first words say so.
func totals(r *record) bool {
	for _, c := range r.cells {
		if foldHeader(c.text) != "" {
			return totalWord(c.text)
		}
	}
	return false
}

func totalWord(text string) bool {
	word := foldHeader(text)
	for _, w := range []string{"اجمالي", "مجموع", "total", "grandtotal", "subtotal"} {
		if strings.HasPrefix(word, w) {
			return true
		}
	}
	return false
}
