package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/labstack/echo/v4"

	"jard/internal/stocktake"
)

const requestKey = "request"

func requestID(c echo.Context) string {
	id, _ := c.Get(requestKey).(string)
	return id
}

// identify gives the request an id of its own. What a client sends is not believed: it would end up in the log.
func (a *api) identify(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		id := stocktake.RandomID()
		c.Set(requestKey, id)
		c.Response().Header().Set(echo.HeaderXRequestID, id)
		return next(c)
	}
}

// account logs each request, for who debugs, once it is answered: by route, never by address, whose parameters are
// people's business. What failed through the server's own fault is logged as an error by fail.
func (a *api) account(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		began := a.Now()
		if err := next(c); err != nil {
			a.fail(err, c)
		}
		r := c.Request()
		p, _ := c.Get(personKey).(stocktake.Person)
		a.Logger.LogAttrs(r.Context(), slog.LevelDebug, "request", slog.String("request", requestID(c)), slog.String("method", r.Method),
			slog.String("route", c.Path()), slog.Int("status", c.Response().Status), slog.Duration("took", a.Now().Sub(began)),
			slog.String("society", string(p.Society)), slog.String("person", string(p.ID)))
		return nil
	}
}

// survive turns a panic into an internal error with its stack, which fail logs.
func (a *api) survive(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			switch r := recover(); r {
			case nil:
			case http.ErrAbortHandler:
				panic(r) // net/http's own way of breaking off
			default:
				err = stocktake.Broken.Wrap(fmt.Errorf("panic: %v\n%s", r, debug.Stack()))
			}
		}()
		return next(c)
	}
}

// harden sets the headers of an answer that is data for a program, about stock, and never to be kept.
func (a *api) harden(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set(echo.HeaderCacheControl, "no-store")
		h.Set(echo.HeaderXContentTypeOptions, "nosniff")
		h.Set(echo.HeaderContentSecurityPolicy, "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
		h.Set(echo.HeaderXFrameOptions, "DENY")
		h.Set(echo.HeaderReferrerPolicy, "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
		insist(c.Request(), h)
		return next(c)
	}
}

// slow bounds the requests of one address.
func (a *api) slow(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if wait := a.limiter.take(c.RealIP(), a.Now()); wait > 0 {
			return TooFast.New(int((wait + time.Second - 1) / time.Second))
		}
		return next(c)
	}
}

func withDeadline(c echo.Context, end time.Time, next echo.HandlerFunc) error {
	outer := c.Request().Context()
	ctx, cancel := context.WithDeadline(outer, end)
	defer cancel()
	c.SetRequest(c.Request().WithContext(ctx))
	// The answer to an error, or a panic, is made after this, and may ask the store.
	defer func() { c.SetRequest(c.Request().WithContext(outer)) }()
	return next(c)
}
