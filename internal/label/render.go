package label

import (
	"bytes"
	"fmt"
	"html"
	"image"
	"image/color"
	"image/png"
	"strings"

	"jard/internal/stocktake"
)

// The module widths in micrometres that Fit chooses from: whole dots of a printer of 300 per inch, so that every bar
// comes out as wide as it should.
var modules = []int{508, 423, 339, 254}

// Usual is the module width in micrometres of bars that have room: 4 dots of 300 per inch, EAN's nominal size.
const Usual = 339

// Fit gives the widest module in micrometres, at most largest, with which the symbol is no wider than room (micrometres,
// quiet zones included). Where not even the finest fits it reports false: take another symbology or a larger label.
func (s Symbol) Fit(room, largest int) (module int, ok bool) {
	for _, m := range modules {
		if m <= largest && s.Width()*m <= room {
			return m, true
		}
	}
	return 0, false
}

// SVG draws the symbol at its true size: module is a module's width in micrometres, height that of bars (QR is square and
// ignores it). It uses no style of its own, so a strict content policy allows it inline, and is an image named by its
// text to a screen reader.
func (s Symbol) SVG(module, height int) string {
	_, _, vertical := s.quiet()
	tall := s.rows + 2*vertical
	if s.Bars() {
		tall = max(1, height/module)
	}
	var path strings.Builder
	for _, b := range s.boxes(tall) {
		fmt.Fprintf(&path, "M%d %dh%dv%dh-%dz", b.Min.X, b.Min.Y, b.Dx(), b.Dy(), b.Dx())
	}
	return fmt.Sprintf(`<svg role="img" aria-label="%s %s" width="%s" height="%s" viewBox="0 0 %d %d"`+
		` shape-rendering="crispEdges"><path fill="#fff" d="M0 0h%dv%dh-%dz"/><path fill="#000" d="%s"/></svg>`,
		s.Kind, html.EscapeString(s.Text), millimetres(s.Width()*module), millimetres(tall*module), s.Width(), tall,
		s.Width(), tall, s.Width(), path.String())
}

// millimetres writes micrometres as an SVG length.
func millimetres(micrometres int) string {
	return fmt.Sprintf("%d.%03dmm", micrometres/1000, micrometres%1000)
}

// PNG draws the symbol with so many pixels a module, and bars so many modules high. Both are 1 at least.
func (s Symbol) PNG(pixels, height int) ([]byte, error) {
	pixels = max(1, pixels)
	_, _, vertical := s.quiet()
	tall := s.rows + 2*vertical
	if s.Bars() {
		tall = max(1, height)
	}
	picture := image.NewPaletted(image.Rect(0, 0, s.Width()*pixels, tall*pixels), color.Palette{color.White, color.Black})
	for _, b := range s.boxes(tall) {
		for y := b.Min.Y * pixels; y < b.Max.Y*pixels; y++ {
			for x := b.Min.X * pixels; x < b.Max.X*pixels; x++ {
				picture.SetColorIndex(x, y, 1)
			}
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		return nil, stocktake.Broken.Wrap(err)
	}
	return out.Bytes(), nil
}

// Terminal draws a QR code as lines of half blocks, two rows of squares a line, black on white whatever the terminal's own
// colours are, with a line feed behind each.
func Terminal(s Symbol) string {
	const paper, end = "\x1b[38;5;16;48;5;231m", "\x1b[0m\n"
	_, _, quiet := s.quiet()
	var out strings.Builder
	for y := -quiet; y < s.rows+quiet; y += 2 {
		out.WriteString(paper)
		for x := -quiet; x < s.columns+quiet; x++ {
			switch upper, lower := s.Dark(x, y), s.Dark(x, y+1); {
			case upper && lower:
				out.WriteRune('█')
			case upper:
				out.WriteRune('▀')
			case lower:
				out.WriteRune('▄')
			default:
				out.WriteRune(' ')
			}
		}
		out.WriteString(end)
	}
	return out.String()
}
