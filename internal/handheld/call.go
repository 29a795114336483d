package handheld

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"jard/internal/stocktake"
	"jard/internal/wire"
)

// maxBody bounds the body of a call that carries no events.
const maxBody = 4 << 10

type call func(http.ResponseWriter, *http.Request) error

type deviceCall func(http.ResponseWriter, *http.Request, identity) error

// route mounts a call: every answer is uncached and typed unless the call says otherwise, every error has one shape.
func (g *Gateway) route(pattern string, f call) {
	method, path, _ := strings.Cut(pattern, " ")
	g.mux.HandleFunc(method+" "+wire.Base+path, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if err := f(w, r); err != nil {
			g.fail(w, r, err)
		}
	})
}

// deviceOrRevoked finds out who calls. A revoked device is let in: it may still push.
func (g *Gateway) deviceOrRevoked(f deviceCall) call {
	return func(w http.ResponseWriter, r *http.Request) error {
		t := bearer(r)
		if t == "" {
			return NoToken.New()
		}
		i, err := g.again(r.Context(), identity{token: t})
		if err != nil {
			return err
		}
		g.contacts.note(i.key(), g.now())
		return f(w, r, i)
	}
}

// device is deviceOrRevoked for the calls that a revoked device may not make.
func (g *Gateway) device(f deviceCall) call {
	return g.deviceOrRevoked(func(w http.ResponseWriter, r *http.Request, i identity) error {
		if i.Revoked {
			return Revoked.New()
		}
		return f(w, r, i)
	})
}

// bearer takes the device's token from the Authorization header or, where a browser opens a websocket and can set no
// header, from the subprotocols that it offers.
func bearer(r *http.Request) string {
	if scheme, t, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok && strings.EqualFold(scheme, "Bearer") {
		return strings.TrimSpace(t)
	}
	if r.Header.Get("Upgrade") == "" {
		return ""
	}
	for _, offered := range r.Header.Values("Sec-WebSocket-Protocol") {
		for name := range strings.SplitSeq(offered, ",") {
			if t, ok := strings.CutPrefix(strings.TrimSpace(name), wire.TokenPrefix); ok {
				return t
			}
		}
	}
	return ""
}

var statuses = map[stocktake.Code]int{
	stocktake.Invalid: http.StatusBadRequest, stocktake.Unauthenticated: http.StatusUnauthorized,
	stocktake.Forbidden: http.StatusForbidden, stocktake.NotFound: http.StatusNotFound, stocktake.Conflict: http.StatusConflict,
	stocktake.TooMany: http.StatusTooManyRequests, stocktake.Unavailable: http.StatusServiceUnavailable,
}

func (g *Gateway) fail(w http.ResponseWriter, r *http.Request, err error) {
	status, ok := statuses[stocktake.CodeOf(err)]
	if !ok {
		status = http.StatusInternalServerError
		g.log.ErrorContext(r.Context(), "handheld call failed", "path", r.Pattern, "error", err)
	}
	switch e := stocktake.Fault(err); {
	case e.Reason == TooOften:
		w.Header().Set("Retry-After", strconv.Itoa(e.Args[0].(int)))
	case status == http.StatusServiceUnavailable:
		w.Header().Set("Retry-After", strconv.Itoa(seconds(g.timing.Retry)))
	case status == http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", "Bearer")
	case e.Reason == TooLong:
		status = http.StatusRequestEntityTooLarge
	}
	body, _ := json.Marshal(map[string]*wire.Fault{"error": wire.NewFault(err)}) // texts only: cannot fail
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body) // whoever went away misses it
}

// read decodes a small JSON body: one object. Fields that the call does not know are ignored, so that a newer app can
// speak to an older server.
func (g *Gateway) read(w http.ResponseWriter, r *http.Request, v any) error {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return BadRequest.New("Content-Type: application/json")
	}
	body, err := g.body(w, r, maxBody)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(body, v); err != nil {
		return BadRequest.Wrap(err, "JSON")
	}
	return nil
}

// body reads a whole body within bounds of size and time. Where the deadline cannot be set, the server's own holds.
func (g *Gateway) body(w http.ResponseWriter, r *http.Request, most int) ([]byte, error) {
	control := http.NewResponseController(w)
	if control.SetReadDeadline(time.Now().Add(g.timing.Body)) == nil {
		defer func() { _ = control.SetReadDeadline(time.Time{}) }()
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, int64(most)))
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return nil, TooLong.New(most)
	}
	if err != nil { // too slow, or the network: that is no fault of what was asked
		return nil, NotWhole.Wrap(err)
	}
	return body, nil
}

func answer(w http.ResponseWriter, r *http.Request, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	write(w, r, body)
	return nil
}

// write sends a body, compressed where it is worth it and the other side reads it.
func write(w http.ResponseWriter, r *http.Request, body []byte) {
	if len(body) >= worthCompressing && takesGzip(r) {
		body = compress(body)
		w.Header().Set("Content-Encoding", "gzip")
	}
	w.Header().Add("Vary", "Accept-Encoding")
	_, _ = w.Write(body)
}
