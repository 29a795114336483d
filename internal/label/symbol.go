package label

import "image"

// Symbology names how a code becomes bars or squares.
type Symbology string

// The symbologies.
const (
	EAN13   Symbology = "EAN-13"
	EAN8    Symbology = "EAN-8"
	UPCA    Symbology = "UPC-A"
	ITF14   Symbology = "ITF-14"
	Code128 Symbology = "Code 128"
	GS1128  Symbology = "GS1-128"
	QRCode  Symbology = "QR"
)

// Symbol is one drawn code. The zero Symbol is empty; Draw, For and QR make others.
type Symbol struct {
	Kind Symbology
	// Text is what people read beside the symbol: the code, and the elements of GS1-128 in brackets.
	Text string
	// Raw is what a reader sends for it, GS characters (0x1D) between elements included, without AIM identifier.
	Raw string

	dark          []bool // row after row, without quiet zones
	columns, rows int    // rows is 1 for bars
}

// quiet is the light margin in modules that the symbology asks for: at the left, at the right, above and below.
func (s Symbol) quiet() (left, right, vertical int) {
	switch s.Kind {
	case EAN13:
		return 11, 7, 0
	case EAN8:
		return 7, 7, 0
	case UPCA:
		return 9, 9, 0
	case QRCode:
		return 4, 4, 4
	default:
		return 10, 10, 0
	}
}

// Width is the symbol's width in modules, quiet zones included.
func (s Symbol) Width() int {
	left, right, _ := s.quiet()
	return left + s.columns + right
}

// Bars reports whether the symbol is linear, and so may have any height.
func (s Symbol) Bars() bool { return s.rows == 1 }

// Dark reports whether the module at column x of row y, counted from 0 inside the quiet zones, is dark. Outside the symbol
// all is light.
func (s Symbol) Dark(x, y int) bool {
	return x >= 0 && y >= 0 && x < s.columns && y < s.rows && s.dark[y*s.columns+x]
}

// Size gives columns and rows in modules without quiet zones; bars have one row.
func (s Symbol) Size() (columns, rows int) { return s.columns, s.rows }

// boxes are the dark rectangles in modules for a symbol of the given height, quiet zones included.
func (s Symbol) boxes(height int) []image.Rectangle {
	left, _, top := s.quiet()
	var boxes []image.Rectangle
	for y := range s.rows {
		for x := 0; x < s.columns; x++ {
			if !s.Dark(x, y) {
				continue
			}
			from := x
			for s.Dark(x+1, y) {
				x++
			}
			box := image.Rect(left+from, top+y, left+x+1, top+y+1)
			if s.Bars() {
				box.Min.Y, box.Max.Y = 0, height
			}
			boxes = append(boxes, box)
		}
	}
	if s.Kind == ITF14 { // bearer bars: a beam that leaves the symbol sideways reads nothing, not a shorter number
		boxes = append(boxes, image.Rect(0, 0, s.Width(), bearer), image.Rect(0, height-bearer, s.Width(), height))
	}
	return boxes
}

// bearer is the thickness in modules of the bars above and below ITF-14.
const bearer = 2
