package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"jard/internal/count"
	"jard/internal/result"
	"jard/internal/stocktake"
)

// afterPage is what came of a session after its seal, what a correction would change, and how it is issued.
type afterPage struct {
	*seen
	After    *count.AfterSeal // nil while the session is not sealed
	Changes  piece[count.Change]
	Moved    []count.LateMovement // the first of them
	Result   string               // the path of its result; empty where this server keeps none
	States   map[result.PostingState]int
	Postings bool // this server reads feeds
}

// movedShown bounds how many late movements the page lists.
const movedShown = 200

func (k *console) after(v *visit) (frame, error) {
	s, err := v.see("/after")
	if err != nil {
		return frame{}, err
	}
	p := afterPage{seen: s}
	if s.State == count.StateSealed {
		if p.After, err = k.Sessions.After(v.Request().Context(), v.by, s.ID); err != nil {
			return frame{}, err
		}
		p.Changes = pieceOf(v, p.After.Changes)
		p.Moved = p.After.Movements[:min(len(p.After.Movements), movedShown)]
		ref := result.Ref{Series: p.After.Series, Number: p.After.Number}
		if x, err := k.adjustmentsOf(v.Request().Context(), v.by, ref); err == nil {
			p.Result, p.States, p.Postings = "/results/"+ref.String(), x.States, x.Postings != nil
		} else if !errors.Is(err, NotOffered) && !errors.Is(err, stocktake.Missing) {
			return frame{}, err
		}
	}
	return sessionFrame("after.title", p), nil
}

// Amiss reports whether something was posted otherwise than its voucher says.
func (p afterPage) Amiss() bool {
	return p.States[result.PostingDiffers]+p.States[result.PostingAgain]+p.States[result.PostingUntold] > 0
}

func (k *console) showAfter(v *visit) error {
	f, err := k.after(v)
	if err != nil {
		return err
	}
	return v.show("after", f)
}

func (k *console) correct(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	id, err := param(v.Context, "session")
	if err != nil {
		return err
	}
	ctx, sealed := v.Request().Context(), stocktake.SessionID(id)
	if f.Get("do") == "take" {
		c, err := k.Sessions.CorrectionOf(ctx, v.by, sealed)
		if err == nil && c == nil {
			err = stocktake.NoSuch("session", id)
		}
		if err == nil {
			if _, err = k.Sessions.TakeLate(ctx, v.by, c.Session); err == nil {
				return v.done("/sessions/"+url.PathEscape(string(c.Session)), "done.late-taken")
			}
		}
		return v.refuse("after", f, err, k.after)
	}
	p, _, err := k.Sessions.Correct(ctx, v.by, sealed, count.Correction{Reason: f.Get("reason")})
	if err == nil && f.good() {
		return v.done("/sessions/"+url.PathEscape(string(p.Session)), "done.correction")
	}
	return v.refuse("after", f, err, k.after)
}

// afterSeal serves what came of a sealed session since.
func (a *api) afterSeal(c echo.Context, by stocktake.Person) error {
	id, err := param(c, "session")
	if err != nil {
		return err
	}
	x, err := a.Sessions.After(c.Request().Context(), by, stocktake.SessionID(id))
	if err != nil {
		return err
	}
	answer := afterAnswer{AfterSeal: x}
	switch d, err := a.adjustmentsOf(c.Request().Context(), by, result.Ref{Series: x.Series, Number: x.Number}); {
	case err == nil && d.Postings != nil:
		answer.Postings = d.States
	case err != nil && !errors.Is(err, NotOffered) && !errors.Is(err, stocktake.Missing):
		return err
	}
	return c.JSON(http.StatusOK, answer)
}

// afterAnswer is what came after a seal, with how many lines of the result's vouchers stand how in the books; absent where this server
// cannot tell.
type afterAnswer struct {
	*count.AfterSeal
	Postings map[result.PostingState]int `json:"postings,omitempty"`
}

// correction issues a correction of a sealed session.
func (a *api) correction(c echo.Context, by stocktake.Person) error {
	id, err := param(c, "session")
	if err != nil {
		return err
	}
	var b correctionBody
	if err := a.read(c, &b); err != nil {
		return err
	}
	p, e, err := a.Sessions.Correct(c.Request().Context(), by, stocktake.SessionID(id), count.Correction{Session: b.Session, Name: b.Name, Reason: b.Reason})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, writtenOf(p.Session, e))
}

func (a *api) takeLate(ctx context.Context, by stocktake.Person, session stocktake.SessionID, _ emptyBody) (count.Entry, error) {
	return a.Sessions.TakeLate(ctx, by, session)
}
