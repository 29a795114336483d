package wire

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"

	"jard/internal/stocktake"
)

// object is a header being read, field by field. The first field that is wrong is kept; reading goes on to no harm.
// Names are matched exactly, which encoding/json does not do for structs, so that Go and TypeScript agree.
type object struct {
	frame  string
	fields map[string]json.RawMessage
	err    error
}

func parseObject(line []byte) (*object, error) {
	if len(line) < 2 || line[0] != '{' || line[len(line)-1] != '}' || !utf8.Valid(line) {
		return nil, Unreadable.New()
	}
	o := new(object)
	if err := json.Unmarshal(line, &o.fields); err != nil {
		return nil, Unreadable.Wrap(err)
	}
	return o, nil
}

func (o *object) fail(field string) {
	if o.err == nil {
		o.err = BadField.New(field, o.frame)
	}
}

// inherit takes over a nested object's error, named after the field that holds it.
func (o *object) inherit(child *object, field string) {
	if child.err != nil {
		o.fail(field)
	}
}

func isNull(raw json.RawMessage) bool { return string(raw) == "null" }

// number reads plain digits: no sign, fraction or exponent.
func (o *object) number(field string, least, most uint64) uint64 {
	n, ok := digits(o.fields[field])
	if !ok || n < least || n > most {
		o.fail(field)
		return 0
	}
	return n
}

// digits reads a JSON integer of at most 2⁵³−1 that has no sign, no fraction and no leading zero.
func digits(b []byte) (uint64, bool) {
	if len(b) == 0 || len(b) > 16 || (b[0] == '0' && len(b) > 1) {
		return 0, false
	}
	var n uint64
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + uint64(c-'0')
	}
	return n, n <= stocktake.MaxNumber
}

func (o *object) text(field string, least, most int) string {
	s, ok := text(o.fields[field])
	if !ok || len(s) < least || len(s) > most {
		o.fail(field)
		return ""
	}
	return s
}

func text(raw json.RawMessage) (string, bool) {
	if len(raw) < 2 || raw[0] != '"' {
		return "", false
	}
	if inner := raw[1 : len(raw)-1]; bytes.IndexByte(inner, '\\') < 0 {
		return string(inner), true
	}
	var s string
	err := json.Unmarshal(raw, &s)
	return s, err == nil
}

func (o *object) optionalText(field string, most int) string {
	if raw, ok := o.fields[field]; !ok || isNull(raw) {
		return ""
	}
	return o.text(field, 0, most)
}

func (o *object) id(field string) string {
	s := o.text(field, 1, stocktake.MaxID)
	if s != "" && stocktake.CheckID(field, s) != nil {
		o.fail(field)
		return ""
	}
	return s
}

func (o *object) element(field string, raw json.RawMessage, most int) string {
	s, ok := text(raw)
	if !ok || len(s) > most || stocktake.CheckID(field, s) != nil {
		o.fail(field)
		return ""
	}
	return s
}

// epoch reads 22 characters of URL-safe base64; an absent optional one is empty.
func (o *object) epoch(field string, required bool) string {
	if raw, ok := o.fields[field]; !required && (!ok || isNull(raw)) {
		return ""
	}
	s := o.text(field, EpochLength, EpochLength)
	if s != "" && !IsEpoch(s) {
		o.fail(field)
		return ""
	}
	return s
}

// IsEpoch reports whether s has the form of an epoch.
func IsEpoch(s string) bool {
	if len(s) != EpochLength {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

func (o *object) hash(field string) stocktake.Hash {
	var h stocktake.Hash
	raw := o.fields[field]
	if len(raw) != 2+hashDigits || raw[0] != '"' || !readHash(raw[1:1+hashDigits], &h) {
		o.fail(field)
	}
	return h
}

func (o *object) flag(field string) bool {
	switch raw, ok := o.fields[field]; {
	case !ok, string(raw) == "false", string(raw) == "null":
		return false
	case string(raw) == "true":
		return true
	}
	o.fail(field)
	return false
}

func (o *object) list(field string, most int) []json.RawMessage {
	raw, ok := o.fields[field]
	if !ok || isNull(raw) {
		return nil
	}
	var elements []json.RawMessage
	if err := json.Unmarshal(raw, &elements); err != nil || len(elements) > most {
		o.fail(field)
		return nil
	}
	return elements
}

// child reads a nested object; where it is none, the error is kept and an empty one returned.
func (o *object) child(field string) *object {
	raw := bytes.TrimSpace(o.fields[field])
	c, err := parseObject(raw)
	if err != nil {
		o.fail(field)
		return &object{}
	}
	c.frame = o.frame
	return c
}

func (o *object) mark(field string) Mark {
	c := o.child(field)
	m := Mark{Epoch: c.epoch("epoch", true), Acked: c.number("acked", 0, stocktake.MaxNumber), Digest: c.hash("digest"), Fenced: c.flag("fenced")}
	o.inherit(c, field)
	return m
}
