package web

import (
	"errors"
	"fmt"

	"jard/internal/count"
	"jard/internal/result"
	"jard/internal/stocktake"
)

// sealPage is what stands between now and the seal, each with where to settle it, and then the seal.
type sealPage struct {
	*seen
	Blocks  []block
	Ready   bool
	Shown   stocktake.Hash // of what the seal's button says, and the log behind it
	Devices map[stocktake.DeviceID]string
	tongue  *tongue
	there   map[stocktake.DeviceID]Contact
	Result  *ResultInfo // of a sealed session
}

func (k *console) sealing(v *visit) (frame, error) {
	s, err := v.see("/seal")
	if err != nil {
		return frame{}, err
	}
	p := sealPage{seen: s, tongue: v.tongue, Ready: len(s.Blockers) == 0 && !s.Over(), Shown: sealedAs(s.View), Devices: v.deviceNames()}
	if k.Presence != nil {
		p.there = k.Presence.Present(v.by.Society)
	}
	p.Blocks = s.blocks(v.tongue, p.Devices)
	if s.State == count.StateSealed && k.Results != nil {
		if p.Result, err = v.resultOf(s.ID); err != nil {
			return frame{}, err
		}
	}
	return sessionFrame("seal.title", p), nil
}

// Heard is the last that was heard of a device.
func (p sealPage) Heard(id stocktake.DeviceID) Contact { return p.there[id] }

// resultOf finds the document of a sealed session among the society's, the last first.
func (v *visit) resultOf(session stocktake.SessionID) (*ResultInfo, error) {
	var found *ResultInfo
	at := result.Ref{}
	for {
		list, err := v.k.Results.Results(v.Request().Context(), v.by, at, 100)
		if err != nil {
			return nil, err
		}
		for n := range list {
			if list[n].Session == session {
				found = &list[n]
			}
		}
		if len(list) < 100 {
			return found, nil
		}
		at = result.Ref{Series: list[99].Series, Number: list[99].Number + 1}
	}
}

// sealedAs names what would be sealed: whoever seals has seen these figures, not those of a moment later.
func sealedAs(v *count.View) stocktake.Hash {
	return stocktake.HashOf(fmt.Appendf(nil, "%s %+v", v.Head, v.Totals))
}

func (k *console) showSeal(v *visit) error {
	f, err := k.sealing(v)
	if err != nil {
		return err
	}
	return v.show("seal", f)
}

func (k *console) sealOrClose(v *visit) error {
	return v.decide("seal", k.sealing, func(f *form, id stocktake.SessionID) (string, string, error) {
		ctx, why := v.Request().Context(), count.Because{Reason: f.Get("reason")}
		switch f.Get("do") {
		case "close":
			_, err := k.Sessions.BeginClosing(ctx, v.by, id, why)
			return "/seal", "done.closing", err
		case "reopen":
			_, err := k.Sessions.Reopen(ctx, v.by, id, why)
			return "/seal", "done.reopened", err
		case "write-off":
			w := count.WriteOff{Device: stocktake.DeviceID(f.Get("device")), Epoch: f.Get("epoch"), Reason: why.Reason}
			_, err := k.Sessions.WriteOffStream(ctx, v.by, id, w)
			return "/seal", "done.stream-written-off", err
		case "seal":
			if k.Issuer == nil {
				return "", "", NotOffered.New()
			}
			view, err := k.Sessions.View(ctx, v.by, id)
			if err != nil {
				return "", "", err
			}
			if sealedAs(view).String() != f.Get("shown") {
				return "", "", count.ChangedSince.New(v.tongue.name(view.Plan.Name))
			}
			_, err = k.Sessions.Seal(ctx, v.by, id, k.Issuer)
			if errors.Is(err, count.SealBlocked) { // by ids; the page says it in words
				err = SealStill.Wrap(err)
			}
			return "/seal", "done.sealed", err
		}
		return "", "", FormMalformed.New()
	})
}
