package label

import (
	"image/color"
	"strings"
	"unicode/utf8"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/code128"
	"github.com/boombuler/barcode/ean"
	"github.com/boombuler/barcode/qr"
	"github.com/boombuler/barcode/twooffive"

	"jard/internal/gs1"
	"jard/internal/stocktake"
)

const (
	// widest is the width in modules, quiet zones included, of the widest bars that For chooses: 58 mm at the finest
	// module that is printed, which any label stock here has room for.
	widest = 228
	// longest128 and longestQR bound a symbol's text in characters and bytes; bars of 80 characters are a metre of beam
	// already, and a QR beyond 1,000 bytes has squares too fine for a shop's imagers.
	longest128 = 80
	longestQR  = 1000
)

// For draws code as a reader should send it back, unchanged, in the narrowest symbology that does so: EAN, UPC or ITF-14
// where length and check digit allow, GS1-128 where it holds separators, else Code 128, else (letters that bars cannot
// hold, or too many) QR.
func For(code string) (Symbol, error) {
	if gs1.ValidGTIN(code) {
		switch len(code) {
		case 8:
			return Draw(EAN8, code)
		case 12:
			return Draw(UPCA, code)
		case 13:
			return Draw(EAN13, code)
		default:
			return Draw(ITF14, code)
		}
	}
	if strings.ContainsRune(code, separator) {
		return Draw(GS1128, code)
	}
	if ascii(code) && len(code) <= longest128 {
		if s, err := Draw(Code128, code); err != nil || s.Width() <= widest {
			return s, err
		}
	}
	return Draw(QRCode, code)
}

// QR draws text as a QR code of error correction level M.
func QR(text string) (Symbol, error) { return Draw(QRCode, text) }

// Draw draws code in the symbology asked for. For GS1-128 the code is an element string, either as readers send it,
// with GS (0x1D) between elements, or in brackets, as people write it. The error says what is wrong with the code.
func Draw(kind Symbology, code string) (Symbol, error) {
	if code == "" {
		return Symbol{}, Empty.New()
	}
	switch kind {
	case EAN13, EAN8, UPCA, ITF14:
		return drawNumber(kind, code)
	case Code128:
		return draw128(code)
	case GS1128:
		return drawElements(code)
	case QRCode:
		return drawQR(code)
	}
	return Symbol{}, SymbologyUnknown.New(string(kind))
}

func drawNumber(kind Symbology, code string) (Symbol, error) {
	length := map[Symbology]int{EAN13: 13, EAN8: 8, UPCA: 12, ITF14: 14}[kind]
	if strings.Trim(code, "0123456789") != "" {
		return Symbol{}, Digits.New(string(kind), code)
	}
	if len(code) != length {
		return Symbol{}, Length.New(string(kind), length, code, len(code))
	}
	if check, _ := gs1.CheckDigit(code[:length-1]); check != code[length-1] {
		return Symbol{}, CheckDigit.New(code, check)
	}
	var drawn barcode.Barcode
	var err error
	switch kind {
	case UPCA: // the bars of UPC-A are those of EAN-13 behind a zero
		drawn, err = ean.Encode("0" + code)
	case ITF14:
		drawn, err = twooffive.Encode(code, true)
	default:
		drawn, err = ean.Encode(code)
	}
	return finish(kind, code, code, drawn, err)
}

func draw128(code string) (Symbol, error) {
	if err := typed(code); err != nil {
		return Symbol{}, err
	}
	place := 0
	for _, r := range code {
		place++
		if r >= utf8.RuneSelf {
			return Symbol{}, Character.New(r, place, code)
		}
	}
	if len(code) > longest128 {
		return Symbol{}, TooLong.New(code, len(code), string(Code128), longest128)
	}
	drawn, err := code128.Encode(code)
	return finish(Code128, code, code, drawn, err)
}

func drawQR(code string) (Symbol, error) {
	if err := typed(code); err != nil {
		return Symbol{}, err
	}
	if len(code) > longestQR {
		return Symbol{}, TooLong.New(string([]rune(code)[:40])+"…", utf8.RuneCountInString(code), string(QRCode), stocktake.Letters(longestQR))
	}
	mode := qr.Unicode
	if ascii(code) {
		mode = qr.Auto
	}
	drawn, err := qr.Encode(code, qr.M, mode)
	return finish(QRCode, code, code, drawn, err)
}

// typed refuses what a keyboard wedge would send as a key of its own: Enter and Tab end a scan.
func typed(code string) error {
	if !utf8.ValidString(code) {
		return Control.New(code, len(strings.ToValidUTF8(code, "")))
	}
	place := 0
	for _, r := range code {
		place++
		if r < ' ' || r == 0x7f {
			return Control.New(code, place)
		}
	}
	return nil
}

func ascii(code string) bool {
	return strings.IndexFunc(code, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
}

// finish copies the modules out of the library's picture.
func finish(kind Symbology, text, raw string, drawn barcode.Barcode, err error) (Symbol, error) {
	if err != nil { // all that these encoders refuse was refused above, with its place
		return Symbol{}, stocktake.Broken.Wrap(err)
	}
	size := drawn.Bounds().Size()
	s := Symbol{Kind: kind, Text: text, Raw: raw, columns: size.X, rows: size.Y, dark: make([]bool, size.X*size.Y)}
	for y := range size.Y {
		for x := range size.X {
			s.dark[y*size.X+x] = color.Gray16Model.Convert(drawn.At(x, y)).(color.Gray16).Y == 0
		}
	}
	return s, nil
}
