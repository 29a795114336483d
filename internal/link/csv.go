package link

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"jard/internal/stocktake"
)

// cell is one value of a record.
type cell struct {
	text   string
	line   int32 // where it begins, when that is not the record's own line
	number bool  // a spreadsheet's number: a point is its decimal mark, whatever the country
	lossy  bool  // a number beyond the 15 digits that a spreadsheet keeps
}

// record is one row of a file.
type record struct {
	line  int
	cells []cell
	raw   string           // as it came, where rows are kept
	fault *stocktake.Error // the row could not be cut into cells
}

// source gives a file's records, io.EOF after the last. The record is overwritten by the next call; the texts stay.
type source interface {
	next(*record) error
	Close() error
}

const (
	maxQuotedLines   = 100       // a quoted cell longer than this has lost its closing quote
	maxUnclosed      = 1000      // so many lost quotes, and quotes mean nothing in this file
	firstBuffer      = 4 << 10   // most of what tills push is smaller
	usualBuffer      = 256 << 10 // what a file gets as it turns out to be longer
	byteCarriageLine = '\r'
)

// csvSource cuts delimited text into records. Unlike encoding/csv it goes on after a lost quote: the line is reported
// and the next one is read as if nothing had happened, so that one bad line hides no other.
type csvSource struct {
	in        io.Reader
	buf       []byte
	at        int // of the next record in buf
	ended     bool
	line      int // of the next record
	delimiter byte
	newline   byte
	max       int // bytes of a record
	unclosed  int
	keeping   bool // rows are wanted as they came, too
}

func newCSV(in io.Reader, delimiter byte, max int) *csvSource {
	return &csvSource{in: in, line: 1, delimiter: delimiter, newline: '\n', max: max}
}

// Close has nothing to close.
func (s *csvSource) Close() error { return nil }

// fill reads more; io.EOF when there is no more.
func (s *csvSource) fill() error {
	if s.ended {
		return io.EOF
	}
	full := len(s.buf) == cap(s.buf)
	if s.at > 0 {
		s.buf = s.buf[:copy(s.buf, s.buf[s.at:])]
		s.at = 0
	}
	if len(s.buf) == cap(s.buf) || full && cap(s.buf) < usualBuffer {
		grown := make([]byte, len(s.buf), max(firstBuffer, 2*cap(s.buf)))
		copy(grown, s.buf)
		s.buf = grown
	}
	n, err := s.in.Read(s.buf[len(s.buf):cap(s.buf)])
	s.buf = s.buf[:len(s.buf)+n]
	if errors.Is(err, io.EOF) {
		s.ended = true
		return nil
	}
	return err
}

// physical gives the length of the line that begins at buf[at+from], without its end, and with it.
func (s *csvSource) physical(from int) (length, whole int, err error) {
	seen := from
	for {
		rest := s.buf[s.at+from:]
		if i := bytes.IndexByte(rest[seen-from:], s.newline); i >= 0 {
			i += seen - from
			return i, i + 1, nil
		}
		seen = from + len(rest)
		if seen > s.max {
			return len(rest), len(rest), nil
		}
		if s.ended {
			return len(rest), len(rest), nil
		}
		if err := s.fill(); err != nil {
			return 0, 0, err
		}
	}
}

func (s *csvSource) next(r *record) error {
	for s.at == len(s.buf) {
		if err := s.fill(); err != nil {
			return err
		}
		if s.ended && s.at == len(s.buf) {
			return io.EOF
		}
	}
	if s.line == 1 {
		if err := s.oldMacintosh(); err != nil {
			return err
		}
	}
	r.cells, r.fault, r.line = r.cells[:0], nil, s.line
	length, whole, err := s.physical(0)
	if err != nil {
		return err
	}
	if length > s.max {
		return s.skipLong(r)
	}
	text := s.buf[s.at : s.at+length]
	if bytes.IndexByte(text, '"') >= 0 && s.unclosed < maxUnclosed {
		return s.quoted(r, length, whole)
	}
	r.raw = string(trimCR(text))
	s.split(r, r.raw)
	s.at += whole
	s.line++
	return nil
}

// oldMacintosh takes a lone carriage return for the end of lines where the file's beginning has no line feed.
func (s *csvSource) oldMacintosh() error {
	for len(s.buf) < 4096 && !s.ended {
		if err := s.fill(); err != nil && !errors.Is(err, io.EOF) {
			return err
		}
	}
	if bytes.IndexByte(s.buf, '\n') < 0 && bytes.IndexByte(s.buf, byteCarriageLine) >= 0 {
		s.newline = byteCarriageLine
	}
	return nil
}

func (s *csvSource) split(r *record, text string) {
	for {
		i := strings.IndexByte(text, s.delimiter)
		if i < 0 {
			r.cells = append(r.cells, cell{text: text})
			return
		}
		r.cells = append(r.cells, cell{text: text[:i]})
		text = text[i+1:]
	}
}

// quoted cuts a record that has a quote in its first line. A cell that begins with a quote runs to the next single
// one, over line ends; a quote anywhere else is itself (a 32" screen).
func (s *csvSource) quoted(r *record, length, whole int) error {
	firstLength, firstWhole := length, whole
	pos, lines := 0, 0
	for {
		if pos >= length || s.buf[s.at+pos] != '"' {
			end := pos
			for end < length && s.buf[s.at+end] != s.delimiter {
				end++
			}
			field := s.buf[s.at+pos : s.at+end]
			if end == length {
				field = trimCR(field)
			}
			r.cells = append(r.cells, s.cell(string(field), lines))
			if end == length {
				break
			}
			pos = end + 1
			continue
		}
		began := lines
		var text []byte
		pos++
		for {
			i := bytes.IndexByte(s.buf[s.at+pos:s.at+length], '"')
			if i < 0 {
				text = append(text, s.buf[s.at+pos:s.at+length]...)
				if lines-began >= maxQuotedLines || whole >= s.max || (whole == length && s.ended && s.at+whole == len(s.buf)) {
					return s.lost(r, firstLength, firstWhole)
				}
				if whole > length {
					text = append(text, '\n')
				}
				l, w, err := s.physical(whole)
				if err != nil {
					return err
				}
				if w == 0 {
					return s.lost(r, firstLength, firstWhole)
				}
				lines++
				pos = whole
				length, whole = whole+l, whole+w
				continue
			}
			text = append(text, s.buf[s.at+pos:s.at+pos+i]...)
			pos += i + 1
			if pos < length && s.buf[s.at+pos] == '"' {
				text = append(text, '"')
				pos++
				continue
			}
			break
		}
		tail := pos
		for tail < length && s.buf[s.at+tail] != s.delimiter {
			tail++
		}
		rest := bytes.TrimRight(s.buf[s.at+pos:s.at+tail], " \r\t")
		if len(rest) > 0 && lines > began {
			return s.lost(r, firstLength, firstWhole) // it closed in the middle of another line's cell
		}
		r.cells = append(r.cells, s.cell(string(append(text, rest...)), began))
		if tail == length {
			break
		}
		pos = tail + 1
	}
	if s.keeping {
		r.raw = string(trimCR(s.buf[s.at : s.at+length]))
	}
	s.at += whole
	s.line += lines + 1
	return nil
}

func (s *csvSource) cell(text string, lines int) cell {
	if lines == 0 {
		return cell{text: text}
	}
	return cell{text: text, line: int32(s.line + lines)}
}

// lost gives up on the quotes of one line and goes on after it.
func (s *csvSource) lost(r *record, length, whole int) error {
	s.unclosed++
	r.cells, r.raw = r.cells[:0], string(trimCR(s.buf[s.at:s.at+length]))
	s.split(r, r.raw)
	r.fault = quoteUnclosed.New()
	s.at += whole
	s.line++
	return nil
}

// skipLong passes over a line that is longer than any record may be.
func (s *csvSource) skipLong(r *record) error {
	r.raw = string(s.buf[s.at : s.at+min(len(s.buf)-s.at, MaxRaw+1)]) // longer than can be kept, and known to be
	r.cells = append(r.cells, cell{text: r.raw[:200]})
	r.fault = lineTooLong.New(s.max)
	for {
		if i := bytes.IndexByte(s.buf[s.at:], s.newline); i >= 0 {
			s.at += i + 1
			break
		}
		s.at = len(s.buf)
		if s.ended {
			break
		}
		if err := s.fill(); err != nil {
			return err
		}
	}
	s.line++
	return nil
}

func trimCR(b []byte) []byte { return bytes.TrimSuffix(b, []byte{'\r'}) }
