package link

import (
	"bytes"
	"crypto/sha256"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"jard/internal/stocktake"
)

// Encoding is how a CSV file's characters are written.
type Encoding string

// The encodings that are read.
const (
	UTF8        Encoding = "utf-8"
	Windows1256 Encoding = "windows-1256"
	UTF16LE     Encoding = "utf-16le"
	UTF16BE     Encoding = "utf-16be"
)

// content is what one pass over a file's bytes tells.
type content struct {
	hash     stocktake.Hash
	encoding Encoding
	bom      int // bytes to skip
	xlsx     bool
	json     bool
}

// inspect hashes a file and finds out what it is. The whole file is looked at: Arabic names may begin on line 40,000.
func inspect(f File) (content, error) {
	var c content
	head := make([]byte, 4096)
	n, err := f.Data.ReadAt(head[:min(int64(len(head)), f.Size)], 0)
	if err != nil && err != io.EOF {
		return c, fileUnreadable.Wrap(err)
	}
	head = head[:n]
	probe := new(utf8Probe)
	hash := sha256.New()
	if _, err := io.Copy(io.MultiWriter(hash, probe), f.reader()); err != nil {
		return c, fileUnreadable.Wrap(err)
	}
	hash.Sum(c.hash[:0])
	switch lower := bytes.ToLower(bytes.TrimSpace(head)); {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		c.xlsx = true
		return c, nil
	case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0")):
		return c, fileOldExcel.New()
	case bytes.HasPrefix(lower, []byte("<!doctype html")), bytes.HasPrefix(lower, []byte("<html")),
		bytes.HasPrefix(lower, []byte("<table")), bytes.HasPrefix(lower, []byte("<?xml")), bytes.HasPrefix(head, []byte("%PDF")):
		return c, fileNotTable.New()
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		c.encoding, c.bom = UTF8, 3
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		c.encoding, c.bom = UTF16LE, 2
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		c.encoding, c.bom = UTF16BE, 2
	default:
		c.encoding = guessEncoding(head, probe)
	}
	if (c.encoding == UTF8 || c.encoding == Windows1256) && looksJSON(head[c.bom:]) {
		if c.json, c.encoding = true, UTF8; probe.bad() > 0 {
			return c, jsonBroken.New(1)
		}
	}
	return c, nil
}

// looksJSON reports whether a file begins as a list of objects does, or as one object.
func looksJSON(head []byte) bool {
	head = bytes.TrimLeft(head, " \t\r\n")
	rest, list := bytes.CutPrefix(head, []byte{'['})
	rest = bytes.TrimLeft(rest, " \t\r\n")
	if list && len(rest) > 0 && rest[0] == ']' {
		return true
	}
	inner, object := bytes.CutPrefix(rest, []byte{'{'})
	inner = bytes.TrimLeft(inner, " \t\r\n")
	return object && len(inner) > 0 && (inner[0] == '"' || inner[0] == '}')
}

// guessEncoding decides without a mark. Latin letters and delimiters in UTF-16 are every other byte zero. Arabic in
// Windows-1256 is hardly ever valid UTF-8, so a file whose sequences are valid but for a few is damaged UTF-8: the
// damage is reported where it stands instead of turning every name into noise.
func guessEncoding(head []byte, probe *utf8Probe) Encoding {
	var even, odd int
	for i, b := range head {
		if b == 0 && i%2 == 0 {
			even++
		} else if b == 0 {
			odd++
		}
	}
	switch quarter := len(head) / 4; {
	case odd > quarter && even == 0:
		return UTF16LE
	case even > quarter && odd == 0:
		return UTF16BE
	case probe.bad() == 0 || probe.valid >= 10*probe.bad():
		return UTF8
	}
	return Windows1256
}

// utf8Probe counts the multi-byte characters and the bytes that belong to none.
type utf8Probe struct {
	valid, invalid int
	rest           []byte
}

func (p *utf8Probe) bad() int { return p.invalid + len(p.rest) }

// Write takes the next bytes.
func (p *utf8Probe) Write(b []byte) (int, error) {
	n := len(b)
	if len(p.rest) > 0 {
		b = append(p.rest, b...)
		p.rest = nil
	}
	for len(b) > 0 {
		if b[0] < utf8.RuneSelf {
			i := 1
			for i < len(b) && b[i] < utf8.RuneSelf {
				i++
			}
			b = b[i:]
			continue
		}
		if !utf8.FullRune(b) {
			p.rest = bytes.Clone(b)
			return n, nil
		}
		r, size := utf8.DecodeRune(b)
		if r == utf8.RuneError && size == 1 {
			p.invalid++
		} else {
			p.valid++
		}
		b = b[size:]
	}
	return n, nil
}

// decode gives the text of a reader as UTF-8. Bytes that are no UTF-8 in a UTF-8 file pass through: the cell that
// holds them is refused by name.
func decode(r io.Reader, e Encoding) io.Reader {
	switch e {
	case Windows1256:
		return transform.NewReader(r, charmap.Windows1256.NewDecoder())
	case UTF16LE:
		return transform.NewReader(r, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewDecoder())
	case UTF16BE:
		return transform.NewReader(r, unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewDecoder())
	}
	return r
}
