package link

import (
	"encoding/json"
	"errors"
	"io"
	"strings"

	"jard/internal/stocktake"
)

// jsonSource gives the objects of a JSON file as records: one array of them, or one after the other. Keys are the fields'
// own names, or any header that is known for them; each value is a text, a number, true, false or null. A record's line is
// the object's place, counted from 1.
type jsonSource struct {
	d     *json.Decoder
	in    *allowance
	max   int // bytes of an object
	kind  Kind
	index map[string]int
	begun bool
	array bool
	at    int
}

// allowance is a reader that gives so many bytes and no more: what is asked for beyond is of an object that is too long.
type allowance struct {
	in    io.Reader
	given int64
	most  int64

	keeping bool // what was given is wanted again
	kept    []byte
	from    int64 // where kept begins
}

// again gives what was given from one place to another, and lets go of what lies before.
func (a *allowance) again(from, to int64) string {
	s := string(a.kept[from-a.from : to-a.from])
	a.kept = append(a.kept[:0], a.kept[to-a.from:]...)
	a.from = to
	return s
}

func (a *allowance) Read(p []byte) (int, error) {
	if a.given >= a.most {
		return 0, errAllowance
	}
	n, err := a.in.Read(p[:min(int64(len(p)), a.most-a.given)])
	a.given += int64(n)
	if a.keeping {
		a.kept = append(a.kept, p[:n]...)
	}
	return n, err
}

var errAllowance = errors.New("the object is too long")

func newJSON(in io.Reader, kind Kind, most int) *jsonSource {
	a := &allowance{in: in, most: int64(most)}
	s := &jsonSource{d: json.NewDecoder(a), in: a, max: most, kind: kind, index: make(map[string]int)}
	s.d.UseNumber()
	return s
}

// Close has nothing to close.
func (s *jsonSource) Close() error { return nil }

func (s *jsonSource) next(r *record) error {
	r.cells, r.fault, r.line = r.cells[:0], nil, s.at+1
	s.in.most = s.d.InputOffset() + int64(s.max)
	token, err := s.d.Token()
	if err == nil && !s.begun {
		s.begun = true
		if token == json.Delim('[') {
			s.array = true
			token, err = s.d.Token()
		}
	}
	switch {
	case errors.Is(err, io.EOF) && !s.array:
		return io.EOF
	case err != nil:
		return s.broken(err)
	case token == json.Delim(']') && s.array:
		if _, err := s.d.Token(); !errors.Is(err, io.EOF) {
			return s.broken(err)
		}
		return io.EOF
	case token != json.Delim('{'):
		return s.broken(nil)
	}
	s.at++
	began := s.d.InputOffset() - 1
	for range fieldsOf[s.kind] {
		r.cells = append(r.cells, cell{})
	}
	given := make(map[int]bool)
	for s.d.More() {
		if err := s.member(r, given); err != nil {
			return err
		}
	}
	if _, err := s.d.Token(); err != nil { // }
		return s.broken(err)
	}
	if s.in.keeping {
		r.raw = s.in.again(began, s.d.InputOffset())
	}
	return nil
}

// member reads one key with its value.
func (s *jsonSource) member(r *record, given map[int]bool) error {
	token, err := s.d.Token()
	if err != nil {
		return s.broken(err)
	}
	name, _ := token.(string)
	var raw json.RawMessage
	if err := s.d.Decode(&raw); err != nil {
		return s.broken(err)
	}
	column := s.column(name)
	switch {
	case r.fault != nil:
		return nil
	case column < 0:
		r.fault = keyUnknown.New(shorten(name))
		return nil
	case given[column]:
		r.fault = keyTwice.New(shorten(name))
		return nil
	}
	given[column] = true
	switch text := string(raw); {
	case raw[0] == '"':
		if err := json.Unmarshal(raw, &text); err != nil {
			return s.broken(err)
		}
		r.cells[column].text = text
	case raw[0] == '{' || raw[0] == '[':
		r.fault = valueNested.New(shorten(name))
	case text == "null":
	case raw[0] == 't' || raw[0] == 'f':
		r.cells[column].text = text
	default:
		r.cells[column] = cell{text: text, number: true, lossy: strings.ContainsAny(text, "eE")}
	}
	return nil
}

func (s *jsonSource) column(name string) int {
	if at, ok := s.index[name]; ok {
		return at
	}
	at := -1
	if field, _, ok := recognise(s.kind, name); ok {
		for n, f := range fieldsOf[s.kind] {
			if f == field {
				at = n
			}
		}
	}
	if len(s.index) < 1000 {
		s.index[name] = at
	}
	return at
}

func (s *jsonSource) broken(err error) error {
	if errors.Is(err, errAllowance) {
		return objectTooLong.Wrap(err, s.at+1, s.max)
	}
	return jsonBroken.Wrap(noEOF(err), s.at+1)
}

// fieldNames are the header of a JSON file.
func fieldNames(kind Kind) []string {
	names := make([]string, 0, len(fieldsOf[kind]))
	for _, f := range fieldsOf[kind] {
		names = append(names, string(f))
	}
	return names
}

var (
	jsonBroken = stocktake.NewReason(stocktake.Invalid, "json-broken",
		"The JSON cannot be read at object %d. Send an array of objects, or one object a line, in UTF-8.",
		"تعذّرت قراءة JSON عند الكائن %d. أرسل مصفوفة كائنات أو كائنًا في كل سطر بترميز UTF-8.")
	objectTooLong = stocktake.NewReason(stocktake.Invalid, "json-object-too-long",
		"Object %d of the JSON is longer than %d bytes. Send one object for each row.",
		"الكائن %d في JSON أطول من %d بايت. أرسل كائنًا واحدًا لكل صف.")
	keyUnknown = stocktake.NewReason(stocktake.Invalid, "key-unknown",
		"%q is no field of these objects. Mend its name or leave it out.",
		"%q ليس حقلًا في هذه الكائنات. صحّح اسمه أو احذفه.")
	keyTwice = stocktake.NewReason(stocktake.Invalid, "key-twice",
		"The object gives %q twice. Keep one.",
		"الكائن يذكر %q مرتين. أبقِ واحدًا.")
	valueNested = stocktake.NewReason(stocktake.Invalid, "value-nested",
		"%q holds a list or an object. Send a text or a number; what has several barcodes is several objects.",
		"الحقل %q فيه قائمة أو كائن. أرسل نصًا أو عددًا، وما له عدة باركودات يُرسل في عدة كائنات.")
)
