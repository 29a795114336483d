package web

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"jard/internal/account"
	"jard/internal/stocktake"
)

// statuses is the one table from codes to HTTP. What it lacks is 500.
var statuses = map[stocktake.Code]int{
	stocktake.Invalid:         http.StatusBadRequest,
	stocktake.Unauthenticated: http.StatusUnauthorized,
	stocktake.Forbidden:       http.StatusForbidden,
	stocktake.NotFound:        http.StatusNotFound,
	stocktake.Conflict:        http.StatusConflict,
	stocktake.TooMany:         http.StatusTooManyRequests,
	stocktake.Unavailable:     http.StatusServiceUnavailable,
	stocktake.Internal:        http.StatusInternalServerError,
}

// finer are the reasons for which HTTP has a status of its own.
var finer = map[*stocktake.Reason]int{
	MethodUnknown: http.StatusMethodNotAllowed,
	BodyType:      http.StatusUnsupportedMediaType,
	BodyTooLarge:  http.StatusRequestEntityTooLarge,
}

// refusal is the form of every error answer.
type refusal struct {
	Error  refusalError `json:"error"`
	Report any          `json:"report,omitempty"` // of a refused import
}

type refusalError struct {
	Code    stocktake.Code `json:"code"`
	Key     string         `json:"key"`
	English string         `json:"en"`
	Arabic  string         `json:"ar"`
	Fields  []fieldFault   `json:"fields,omitempty"`
	Request string         `json:"request,omitempty"` // its id, where an administrator is to be told
}

// fieldFault is one field that is wrong, by its path in the JSON.
type fieldFault struct {
	Field   string `json:"field"`
	Key     string `json:"key"`
	English string `json:"en"`
	Arabic  string `json:"ar"`
}

// fieldsError carries the faults of a body's fields beside the error.
type fieldsError struct {
	error
	fields []fieldFault
}

func (f *fieldsError) Unwrap() error { return f.error }

// reportError carries the report of a refused import beside the error.
type reportError struct {
	error
	report any
}

func (r *reportError) Unwrap() error { return r.error }

// fail is where every error of a request ends: it is answered, and logged only when it is the server's own fault, for
// nobody else will hear of it.
func (a *api) fail(err error, c echo.Context) {
	e := reasonOf(err)
	if e.Reason.Code == stocktake.Internal {
		a.Logger.ErrorContext(c.Request().Context(), "request failed", slog.String("request", requestID(c)),
			slog.String("method", c.Request().Method), slog.String("route", c.Path()), slog.Any("error", err))
	}
	if c.Response().Committed {
		return // the answer is under way: all that can be done is to break it off
	}
	status, ok := finer[e.Reason]
	if !ok {
		if status, ok = statuses[e.Reason.Code]; !ok {
			status = http.StatusInternalServerError
		}
	}
	if e.Reason.Code == stocktake.TooMany {
		c.Response().Header().Set(echo.HeaderRetryAfter, strconv.Itoa(retryAfter(e)))
	}
	if forPeople(c.Request()) {
		if err := a.console.failPage(c, e, status); err != nil {
			a.Logger.ErrorContext(c.Request().Context(), "error page failed", slog.String("request", requestID(c)), slog.Any("error", err))
		}
		return
	}
	r := refusal{Error: refusalError{Code: e.Reason.Code, Key: e.Reason.Key, English: e.English(), Arabic: e.Arabic()}}
	if f, ok := errors.AsType[*fieldsError](err); ok {
		r.Error.Fields = f.fields
	}
	if f, ok := errors.AsType[*reportError](err); ok {
		r.Report = f.report
	}
	switch e.Reason.Code {
	case stocktake.Internal:
		r.Error.Request = requestID(c)
	case stocktake.Unauthenticated:
		c.Response().Header().Set(echo.HeaderWWWAuthenticate, "Bearer")
	}
	body, err := json.Marshal(r)
	if err != nil {
		body, _ = json.Marshal(refusal{Error: r.Error}) // the report is not ours to trust
	}
	if c.Request().Method == http.MethodHead {
		body = nil
	}
	_ = c.Blob(status, echo.MIMEApplicationJSON, body) // the client is gone: there is nobody to tell
}

func retryAfter(e *stocktake.Error) int {
	if d, ok := account.RetryAfter(e); ok {
		return int(math.Ceil(d.Seconds()))
	}
	if e.Reason == TooFast && len(e.Args) == 1 {
		if n, ok := e.Args[0].(int); ok {
			return n
		}
	}
	return int((5 * time.Second).Seconds())
}

// reasonOf finds the reason in whatever a handler, echo or the store returned.
func reasonOf(err error) *stocktake.Error {
	if e, ok := errors.AsType[*stocktake.Error](err); ok {
		return e
	}
	if e, ok := errors.AsType[*echo.HTTPError](err); ok {
		switch e.Code {
		case http.StatusNotFound:
			return RouteUnknown.New()
		case http.StatusMethodNotAllowed:
			return MethodUnknown.New()
		}
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return TimedOut.Wrap(err)
	}
	return stocktake.Broken.Wrap(err)
}
