package label_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"jard/internal/label"
	"jard/internal/stocktake"
)

// read decodes a picture with an independent reader (Debian's zbar-tools), where the machine has one: the patterns of
// TestModules hold everywhere.
func read(t *testing.T, symbology string, picture []byte) string {
	t.Helper()
	reader, err := exec.LookPath("zbarimg")
	if err != nil {
		t.Skip("zbarimg is not installed")
	}
	path := filepath.Join(t.TempDir(), "symbol.png")
	if err := os.WriteFile(path, picture, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(reader, "--quiet", "--raw", "-Sdisable", "-S"+symbology+".enable", path).Output()
	if err != nil {
		t.Fatalf("zbarimg read nothing: %v", err)
	}
	return strings.TrimSuffix(string(out), "\n")
}

// TestRoundTrip holds that what is drawn for a code is read back as that code.
func TestRoundTrip(t *testing.T) {
	for _, c := range []struct {
		code   string
		kind   label.Symbology
		reader string // how the reader calls it
		sent   string // what it sends, where that differs from the code
	}{
		{"6271100010013", label.EAN13, "ean13", ""},
		{"96385074", label.EAN8, "ean8", ""},
		{"036000291452", label.UPCA, "ean13", "0036000291452"},
		{"16271100010010", label.ITF14, "i25", ""},
		{"6271100010012", label.Code128, "code128", ""}, // a wrong check digit: an in-house code
		{"A-04-12", label.Code128, "code128", ""},
		{"12345", label.Code128, "code128", ""},
		{"ab~12\\34 x", label.Code128, "code128", ""},
		{"000123456789012345678901234567", label.Code128, "code128", ""},
		{"ABC DEF 1729", label.Code128, "code128", ""},
		{"رف-12", label.QRCode, "qrcode", ""},
		{"AISLE 4 / BAY 12 / SHELF 3 / BIN 77", label.QRCode, "qrcode", ""},
		{"0106271100010013" + "10LOT7\x1d17261231", label.GS1128, "code128", ""},
	} {
		s, err := label.For(c.code)
		if err != nil {
			t.Errorf("For(%q): %v", c.code, err)
			continue
		}
		if s.Kind != c.kind || s.Raw != c.code {
			t.Errorf("For(%q) is %s of %q, want %s", c.code, s.Kind, s.Raw, c.kind)
		}
		picture, err := s.PNG(3, 60)
		if err != nil {
			t.Fatal(err)
		}
		want := c.code
		if c.sent != "" {
			want = c.sent
		}
		t.Run(c.code, func(t *testing.T) {
			if got := read(t, c.reader, picture); got != want {
				t.Errorf("%s of %q reads %q", s.Kind, c.code, got)
			}
		})
	}
}

// TestBrackets holds that elements written in brackets get separators where they need them and nowhere else.
func TestBrackets(t *testing.T) {
	s, err := label.Draw(label.GS1128, "(01)06271100010013(10)L(7(17)261231")
	if err != nil {
		t.Fatal(err)
	}
	if want := "010627110001001310L(7\x1d17261231"; s.Raw != want {
		t.Errorf("raw is %q, want %q", s.Raw, want)
	}
	if want := "(01)06271100010013(10)L(7(17)261231"; s.Text != want {
		t.Errorf("text is %q, want %q", s.Text, want)
	}
}

// TestModules holds patterns that the standards print.
func TestModules(t *testing.T) {
	for _, c := range []struct {
		kind       label.Symbology
		code, want string
	}{
		{label.EAN13, "5901234123457", "10100010110100111011001100100110111101001110101010110011011011001000010101110010011101000100101"},
		{label.EAN8, "96385074", "1010001011010111101111010110111010101001110111001010001001011100101"},
		{label.UPCA, "036000291452", "10100011010111101010111100011010001101000110101010110110011101001100110101110010011101101100101"},
		{label.Code128, "Aa", "11010010000" + "10100011000" + "10010110000" + "11001000010" + "1100011101011"},
		{label.GS1128, "(10)12", "11010011100" + "11110101110" + "11001000100" + "10110011100" + "11101101000" + "1100011101011"},
	} {
		s, err := label.Draw(c.kind, c.code)
		if err != nil {
			t.Errorf("%s %s: %v", c.kind, c.code, err)
			continue
		}
		var got strings.Builder
		columns, _ := s.Size()
		for x := range columns {
			if s.Dark(x, 0) {
				got.WriteByte('1')
			} else {
				got.WriteByte('0')
			}
		}
		if got.String() != c.want {
			t.Errorf("%s %s is\n%s, want\n%s", c.kind, c.code, got.String(), c.want)
		}
	}
}

// TestCannot holds that each code that cannot be drawn is refused for its own reason, in both languages.
func TestCannot(t *testing.T) {
	for _, c := range []struct {
		kind   label.Symbology
		code   string
		reason *stocktake.Reason
		says   string
	}{
		{label.EAN13, "", label.Empty, ""},
		{label.EAN13, "627110001001x", label.Digits, "627110001001x"},
		{label.EAN13, "٦٢٧١١٠٠٠١٠٠١٢", label.Digits, ""},
		{label.EAN13, "62711", label.Length, "13"},
		{label.ITF14, "6271100010013", label.Length, "14"},
		{label.EAN13, "6271100010012", label.CheckDigit, "be 3"},
		{label.Code128, "رف", label.Character, "'ر'"},
		{label.Code128, "A\r", label.Control, "place 2"},
		{label.Code128, strings.Repeat("1", 81), label.TooLong, "80"},
		{label.QRCode, "A\tB", label.Control, "place 2"},
		{label.QRCode, "\xff", label.Control, ""},
		{label.QRCode, strings.Repeat("ش", 600), label.TooLong, "600 characters; QR holds at most 1000 characters (500 in Arabic)"},
		{label.GS1128, "(01)06271100010012", label.Elements, "bad-check-digit"},
		{label.GS1128, "hello", label.Elements, ""},
		{label.GS1128, "(99)" + strings.Repeat("A", 90), label.TooLong, "79"},
		{"Aztec", "1", label.SymbologyUnknown, "Aztec"},
	} {
		_, err := label.Draw(c.kind, c.code)
		if !errors.Is(err, c.reason) {
			t.Errorf("Draw(%s, %q): %v, want %s", c.kind, c.code, err, c.reason.Key)
			continue
		}
		fault := stocktake.Fault(err)
		if !strings.Contains(fault.English(), c.says) || strings.Contains(fault.English()+fault.Arabic(), "%!") {
			t.Errorf("Draw(%s, %q) says %q / %q", c.kind, c.code, fault.English(), fault.Arabic())
		}
	}
}

// TestSVG holds that the vector is true to size, valid, free of style, and has the same dark places as the picture.
func TestSVG(t *testing.T) {
	for _, code := range []string{"6271100010013", "16271100010010", "<A&B>", "رف-12"} {
		s, err := label.For(code)
		if err != nil {
			t.Fatal(err)
		}
		module, ok := s.Fit(64_000, label.Usual)
		if !ok {
			t.Fatalf("%q does not fit 64 mm", code)
		}
		var drawn struct {
			Width string `xml:"width,attr"`
			Label string `xml:"aria-label,attr"`
			Style string `xml:"style,attr"`
			Box   string `xml:"viewBox,attr"`
			Path  []struct {
				D string `xml:"d,attr"`
			} `xml:"path"`
		}
		if err := xml.Unmarshal([]byte(s.SVG(module, module*50)), &drawn); err != nil {
			t.Fatalf("%q: %v", code, err)
		}
		width, err := strconv.ParseFloat(strings.TrimSuffix(drawn.Width, "mm"), 64)
		if want := float64(s.Width()*module) / 1000; err != nil || width < want-0.0005 || width > want+0.0005 {
			t.Errorf("%q is %s wide, want %v mm", code, drawn.Width, want)
		}
		if drawn.Style != "" || !strings.HasSuffix(drawn.Label, code) {
			t.Errorf("%q: style %q, label %q", code, drawn.Style, drawn.Label)
		}
		picture, err := s.PNG(1, 50)
		if err != nil {
			t.Fatal(err)
		}
		pixels, err := png.Decode(bytes.NewReader(picture))
		if err != nil {
			t.Fatal(err)
		}
		if want := "0 0 " + strconv.Itoa(pixels.Bounds().Dx()) + " " + strconv.Itoa(pixels.Bounds().Dy()); drawn.Box != want {
			t.Errorf("%q: box %s, picture %s", code, drawn.Box, want)
		}
		if got := fill(t, drawn.Path[1].D, pixels.Bounds()); !bytes.Equal(got.Pix, grey(pixels).Pix) {
			t.Errorf("%q: vector and picture differ", code)
		}
	}
}

// fill paints the rectangles of a path.
func fill(t *testing.T, path string, bounds image.Rectangle) *image.Gray {
	t.Helper()
	out := image.NewGray(bounds)
	for i := range out.Pix {
		out.Pix[i] = 255
	}
	for box := range strings.SplitSeq(strings.TrimSuffix(path, "z"), "z") {
		f := strings.FieldsFunc(box, func(r rune) bool { return strings.ContainsRune("M hv", r) })
		n := make([]int, 4)
		for i := range n {
			v, err := strconv.Atoi(f[i])
			if err != nil {
				t.Fatalf("path %q: %v", box, err)
			}
			n[i] = v
		}
		for y := n[1]; y < n[1]+n[3]; y++ {
			for x := n[0]; x < n[0]+n[2]; x++ {
				out.SetGray(x, y, color.Gray{})
			}
		}
	}
	return out
}

func grey(picture image.Image) *image.Gray {
	out := image.NewGray(picture.Bounds())
	for y := range picture.Bounds().Dy() {
		for x := range picture.Bounds().Dx() {
			out.Set(x, y, picture.At(x, y))
		}
	}
	return out
}

// TestTerminal holds that the text, seen as a picture, is the code.
func TestTerminal(t *testing.T) {
	const link = "https://192.168.1.20:8420/app/#pair=K7QM-2F9D"
	s, err := label.QR(link)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(label.Terminal(s), "\n"), "\n")
	const scale = 4
	picture := image.NewGray(image.Rect(0, 0, s.Width()*scale, len(lines)*2*scale))
	for i := range picture.Pix {
		picture.Pix[i] = 255
	}
	for row, line := range lines {
		line = strings.TrimSuffix(line[strings.IndexByte(line, 'm')+1:], "\x1b[0m")
		squares := []rune(line)
		if len(squares) != s.Width() {
			t.Fatalf("line %d has %d squares, want %d", row, len(squares), s.Width())
		}
		for x, r := range squares {
			for y := range 2 * scale {
				for dx := range scale {
					if r == '█' || r == '▀' && y < scale || r == '▄' && y >= scale {
						picture.SetGray(x*scale+dx, row*2*scale+y, color.Gray{})
					}
				}
			}
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		t.Fatal(err)
	}
	if got := read(t, "qrcode", out.Bytes()); got != link {
		t.Errorf("terminal reads %q", got)
	}
}

// TestFit holds the sizes that labels rely on.
func TestFit(t *testing.T) {
	s, err := label.For("6271100010013")
	if err != nil {
		t.Fatal(err)
	}
	if m, ok := s.Fit(66_000, label.Usual); m != label.Usual || !ok {
		t.Errorf("EAN-13 on 66 mm: %d, %v", m, ok)
	}
	if m, ok := s.Fit(30_000, label.Usual); m != 254 || !ok {
		t.Errorf("EAN-13 on 30 mm: %d, %v", m, ok)
	}
	if _, ok := s.Fit(20_000, label.Usual); ok {
		t.Error("EAN-13 fits 20 mm")
	}
	for _, code := range []string{strings.Repeat("W", 15), strings.Repeat("1", 30)} {
		if s, err := label.For(code); err != nil || s.Width()*254 > 58_000 {
			t.Errorf("For(%q) is %d modules wide (%v): no room on a label", code, s.Width(), err)
		}
	}
}
