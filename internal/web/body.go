package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"

	"github.com/labstack/echo/v4"

	"jard/internal/stocktake"
)

// maxBody holds the largest decision: 50,000 lines, each with its section, item and digest.
const maxBody = 16 << 20

// read reads the body as one JSON object into v, strictly: no other content type, no field that v does not have, nothing
// after the object, every bound kept. An empty body is refused: {} says that nothing is to be said.
func (a *api) read(c echo.Context, v any) error {
	r := c.Request()
	kind, _, err := mime.ParseMediaType(r.Header.Get(echo.HeaderContentType))
	if err != nil || kind != echo.MIMEApplicationJSON {
		return BodyType.New(echo.MIMEApplicationJSON)
	}
	d := json.NewDecoder(http.MaxBytesReader(c.Response(), r.Body, maxBody))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return bodyError(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		if err == nil {
			return BodyMalformed.New("more than one value")
		}
		return bodyError(err)
	}
	return a.check.fields(v)
}

// bodyError says what is wrong with a body without echoing it: it may hold a password.
func bodyError(err error) error {
	if e, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return BodyTooLarge.New(e.Limit)
	}
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return BodyMalformed.New("field " + strconv.Quote(e.Field) + " is a " + firstWord(e.Value))
	}
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		return BodyMalformed.New("syntax error at byte " + strconv.FormatInt(e.Offset, 10))
	}
	if e, ok := errors.AsType[*stocktake.Error](err); ok {
		return e // a field's own decoder spoke
	}
	if field, ok := bytes.CutPrefix([]byte(err.Error()), []byte("json: unknown field ")); ok {
		return BodyMalformed.New("unknown field " + string(field[:min(len(field), 70)]))
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return BodyMalformed.New("it ends too early")
	}
	return BodyMalformed.Wrap(err, "it cannot be read")
}

// firstWord cuts "number 12.5" to "number": the value is not for an answer.
func firstWord(s string) string {
	word, _, _ := bytes.Cut([]byte(s), []byte(" "))
	return string(word)
}

// param is a part of the path, with its escapes undone: ids may hold any letter, and a slash.
func param(c echo.Context, name string) (string, error) {
	s := c.Param(name)
	if c.Request().URL.RawPath != "" {
		var err error
		if s, err = url.PathUnescape(s); err != nil {
			return "", QueryWrong.New(name)
		}
	}
	if err := stocktake.CheckID(name, s); err != nil {
		return "", err
	}
	return s, nil
}

// number is an unsigned query parameter, or what it is when absent.
func number(c echo.Context, name string, absent, most uint64) (uint64, error) {
	s := c.QueryParam(name)
	if s == "" {
		return absent, nil
	}
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil || n > most {
		return 0, QueryWrong.New(name)
	}
	return n, nil
}

// text is a query parameter of bounded length.
func text(c echo.Context, name string, most int) (string, error) {
	s := c.QueryParam(name)
	if len(s) > most {
		return "", QueryWrong.New(name)
	}
	return s, nil
}

// only refuses query parameters that nobody reads: a misspelt filter must not look like an answer.
func only(c echo.Context, names ...string) error {
	for name, values := range c.QueryParams() {
		known := len(values) == 1
		if known {
			known = false
			for _, n := range names {
				known = known || n == name
			}
		}
		if !known {
			return QueryWrong.New(name)
		}
	}
	return nil
}
