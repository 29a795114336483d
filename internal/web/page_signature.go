package web

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"jard/internal/account"
	"jard/internal/count"
	"jard/internal/stocktake"
)

// signaturesPage is what the committee and the witness put their names to, and where each signature stands.
type signaturesPage struct {
	*seen
	Uncertain int // lines whose band is partly inside the tolerance, or that are not exact
	Mine      []count.Signatory
	Ready     bool // nothing but signatures stands between now and the seal
}

// Unsigned is how many signatures the seal waits for.
func (s *seen) Unsigned() (n int) {
	for i := range s.Signatories {
		if s.Signatories[i].Missing() && !s.Over() {
			n++
		}
	}
	return n
}

// Leaves reports whether who looks may have the seal not wait for somebody's signature.
func (p signaturesPage) Leaves(s count.Signatory) bool {
	return !p.Over() && p.Me.Is(stocktake.Manager) && s.Person != p.Me.ID
}

func (k *console) signatures(v *visit) (frame, error) {
	s, err := v.see("/signatures")
	if err != nil {
		return frame{}, err
	}
	p := signaturesPage{seen: s, Ready: s.Closing && !s.Over()}
	for _, b := range s.Blockers {
		p.Ready = p.Ready && b.Key == count.BlockUnsigned
	}
	for _, x := range s.Signatories {
		if x.Person == v.by.ID && !s.Over() && s.Closing {
			p.Mine = append(p.Mine, x)
		}
	}
	for _, l := range s.View.Lines {
		if l.Variance != nil && !l.Variance.Exact {
			p.Uncertain++
		}
	}
	return sessionFrame("signature.title", p), nil
}

func (k *console) showSignatures(v *visit) error {
	f, err := k.signatures(v)
	if err != nil {
		return err
	}
	return v.show("signatures", f)
}

func (k *console) signHere(v *visit) error {
	return v.decide("signatures", k.signatures, func(f *form, id stocktake.SessionID) (string, string, error) {
		ctx, capacity := v.Request().Context(), count.Capacity(f.Get("capacity"))
		g := count.Signature{Capacity: capacity, Digest: count.Digest(f.Get("digest")), Reason: f.Get("reason")}
		prove := k.proves(v.Context, v.by, account.Secret(f.Values.Get("password")))
		switch f.Get("do") {
		case "sign":
			_, err := k.Sessions.Sign(ctx, v.by, id, g, prove)
			return "/signatures", "done.signed", err
		case "refuse":
			_, err := k.Sessions.RefuseSignature(ctx, v.by, id, g, prove)
			return "/signatures", "done.signature-refused", err
		case "set-aside", "take-back":
			back := f.Get("do") == "take-back"
			_, err := k.Sessions.AsideSignature(ctx, v.by, id, count.SignatureAside{
				Person: stocktake.PersonID(f.Get("person")), Capacity: capacity, Digest: g.Digest, TakeBack: back, Reason: g.Reason,
			})
			if back {
				return "/signatures", "done.taken-back", err
			}
			return "/signatures", "done.signature-set-aside", err
		}
		return "", "", FormMalformed.New()
	})
}

// proves has accounts check the password that was typed beside a signature.
func (a *api) proves(c echo.Context, by stocktake.Person, password account.Secret) func(context.Context) error {
	return func(ctx context.Context) error { return a.Accounts.Prove(ctx, by, password, c.RealIP()) }
}

func (a *api) sign(c echo.Context, by stocktake.Person) error {
	return a.signs(c, by, a.Sessions.Sign)
}

func (a *api) refuseSignature(c echo.Context, by stocktake.Person) error {
	return a.signs(c, by, a.Sessions.RefuseSignature)
}

func (a *api) signs(c echo.Context, by stocktake.Person,
	run func(context.Context, stocktake.Person, stocktake.SessionID, count.Signature, func(context.Context) error) (count.Entry, error),
) error {
	id, err := param(c, "session")
	if err != nil {
		return err
	}
	var b signBody
	if err := a.read(c, &b); err != nil {
		return err
	}
	e, err := run(c.Request().Context(), by, stocktake.SessionID(id), count.Signature{Capacity: b.Capacity, Digest: b.Digest, Reason: b.Reason}, a.proves(c, by, b.Password))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, writtenOf(stocktake.SessionID(id), e))
}
