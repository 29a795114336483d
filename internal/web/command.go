package web

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// written is the answer to a command: the entry that now records it.
type written struct {
	Session    stocktake.SessionID `json:"session"`
	Offset     uint64              `json:"offset"`
	RecordedAt time.Time           `json:"recorded_at"`
	Kind       count.Kind          `json:"kind"`
	Hash       stocktake.Hash      `json:"hash"`
}

func writtenOf(session stocktake.SessionID, e count.Entry) written {
	return written{Session: session, Offset: e.Offset, RecordedAt: e.RecordedAt, Kind: e.Kind, Hash: e.Hash}
}

// command serves one of the domain's commands on a session: its body is the command's own type, bounded by check.go.
func command[T any](a *api, run func(context.Context, stocktake.Person, stocktake.SessionID, T) (count.Entry, error)) echo.HandlerFunc {
	return a.by(func(c echo.Context, by stocktake.Person) error {
		id, err := param(c, "session")
		if err != nil {
			return err
		}
		var body T
		if err := a.read(c, &body); err != nil {
			return err
		}
		e, err := run(c.Request().Context(), by, stocktake.SessionID(id), body)
		if err != nil {
			return err
		}
		return c.JSON(http.StatusOK, writtenOf(stocktake.SessionID(id), e))
	})
}

// issue opens a session. Its id is made here where none is given, because the answer must name it.
func (a *api) issue(c echo.Context, by stocktake.Person) error {
	var b planBody
	if err := a.read(c, &b); err != nil {
		return err
	}
	if b.Session == "" {
		b.Session = stocktake.SessionID(stocktake.RandomID())
	}
	e, err := a.Sessions.Issue(c.Request().Context(), by, count.Plan{
		Session: b.Session, Name: b.Name, Site: b.Site, Kind: b.Kind, Blind: b.Blind == nil || *b.Blind, Double: b.Double, Due: b.Due.Time, Scope: b.Scope,
		Tolerance: b.Tolerance, Exceptions: b.Exceptions, Rules: b.Rules, Tiers: b.Tiers, Committee: b.Committee, Witness: b.Witness,
	})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, writtenOf(b.Session, e))
}

func (a *api) seal(c echo.Context, by stocktake.Person) error {
	id, err := param(c, "session")
	if err != nil {
		return err
	}
	var b sealBody
	if err := a.read(c, &b); err != nil {
		return err
	}
	if a.Issuer == nil {
		return NotOffered.New()
	}
	e, err := a.Sessions.Seal(c.Request().Context(), by, stocktake.SessionID(id), b.Head, a.Issuer)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, writtenOf(stocktake.SessionID(id), e))
}
