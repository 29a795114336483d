package web

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"time"

	"jard/internal/stocktake"
)

// kuwait is the time that people are shown. It has no summer time.
var kuwait = time.FixedZone("Asia/Kuwait", 3*60*60)

// decimal groups the digits of a decimal number, gives it a true minus sign, and the digits that the user reads.
func (g *tongue) decimal(s string) string {
	body, negative := strings.CutPrefix(s, "-")
	integer, fraction, point := strings.Cut(body, ".")
	var b strings.Builder
	if negative {
		b.WriteString("−")
	}
	for i, r := range integer {
		if i > 0 && (len(integer)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(r)
	}
	if point {
		b.WriteString("." + fraction)
	}
	return g.digits(b.String())
}

// digits folds Latin digits and marks to Arabic-Indic ones where the user reads those.
func (g *tongue) digits(s string) string {
	if !g.indic {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9':
			return r - '0' + '٠'
		case r == '.':
			return '٫'
		case r == ',':
			return '٬'
		}
		return r
	}, s)
}

// measured is a quantity of something that is not told by the piece: it is written with all its decimals, so that a column of
// them lines up.
type measured stocktake.Quantity

// number marks up a number of any kind the console shows: isolated, left to right, tabular.
func (g *tongue) number(v any) template.HTML {
	var s string
	switch n := v.(type) {
	case stocktake.Quantity:
		s = n.String()
	case measured:
		s = stocktake.Fils(n).String() // thousandths too, and all three written
	case stocktake.Fils:
		s = n.String()
	case stocktake.Cost:
		s = dinars(n)
	default:
		i, ok := whole(v)
		if !ok {
			return template.HTML(template.HTMLEscapeString(fmt.Sprint(v)))
		}
		s = strconv.Itoa(i)
	}
	return template.HTML(`<bdi dir="ltr" class="number">` + g.decimal(s) + `</bdi>`)
}

// dinars is a unit cost as people speak of it: three decimals, and those beyond only where there are any.
func dinars(c stocktake.Cost) string {
	const million, decimals = 1_000_000, 3
	s := fmt.Sprintf("%d.%06d", c/million, c%million)
	end := len(s)
	for end > len(s)-decimals && s[end-1] == '0' {
		end--
	}
	return s[:end]
}

// code marks up an id, a barcode or a hash.
func (g *tongue) code(v any) template.HTML {
	return template.HTML(`<bdi dir="ltr" class="code">` + template.HTMLEscapeString(fmt.Sprint(v)) + `</bdi>`)
}

// moment marks up an instant in Kuwait's time; nothing for none.
func (g *tongue) moment(at time.Time) template.HTML {
	if at.IsZero() {
		return ""
	}
	local := at.In(kuwait)
	text := g.t("time.moment", strconv.Itoa(local.Day()), g.t("time.month-"+strconv.Itoa(int(local.Month()))), strconv.Itoa(local.Year()), local.Format("15:04"))
	return template.HTML(fmt.Sprintf(`<time datetime="%s">%s</time>`, at.UTC().Format(time.RFC3339), template.HTMLEscapeString(g.digits(text))))
}

// span says how long something is, in its greatest unit.
func (g *tongue) span(d time.Duration) string {
	switch d = d.Abs(); {
	case d < time.Minute:
		return g.t("time.seconds", int(d/time.Second))
	case d < time.Hour:
		return g.t("time.minutes", int(d/time.Minute))
	case d < 48*time.Hour:
		return g.t("time.hours", int(d/time.Hour))
	}
	return g.t("time.days", int(d/(24*time.Hour)))
}

// latin folds Arabic-Indic digits and marks, so that a number can be typed either way.
func latin(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '٠' && r <= '٩':
			return r - '٠' + '0'
		case r >= '۰' && r <= '۹':
			return r - '۰' + '0'
		case r == '٫':
			return '.'
		case r == '٬':
			return -1
		}
		return r
	}, strings.TrimSpace(s))
}
