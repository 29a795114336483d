package web

import (
	"errors"

	"jard/internal/count"
	"jard/internal/result"
	"jard/internal/stocktake"
)

// sealPage is what stands between now and the seal, each with where to settle it, and then the seal.
type sealPage struct {
	*seen
	Blocks []block
	Ready  bool
	// What closing would cut short.
	Unwalked int            // locations
	Walking  int            // walks that are still open
	Shown    stocktake.Hash // what the seal's button says was seen of the session
	Devices  map[stocktake.DeviceID]string
	tongue   *tongue
	there    map[stocktake.DeviceID]Contact
	Result   *ResultInfo // of a sealed session
}

func (k *console) sealing(v *visit) (frame, error) {
	s, err := v.see("/seal")
	if err != nil {
		return frame{}, err
	}
	p := sealPage{seen: s, tongue: v.tongue, Ready: len(s.Blockers) == 0 && !s.Over(), Shown: s.Seen}
	if p.Devices, err = v.deviceNames(); err != nil {
		return frame{}, err
	}
	if k.Presence != nil {
		p.there = k.Presence.Present(v.by.Society)
	}
	for n := range s.Locations {
		if l := &s.Locations[n]; l.InScope && l.Uncounted() && l.SetAside == "" {
			p.Unwalked++
		}
	}
	for _, x := range s.Passes {
		if x.Status == count.PassIsOpen {
			p.Walking++
		}
	}
	p.Blocks = s.blocks(v.tongue, p.Devices)
	if s.State == count.StateSealed && k.Results != nil {
		if p.Result, err = v.resultOf(s.ID); err != nil {
			return frame{}, err
		}
	}
	return sessionFrame("seal.title", p), nil
}

// Unfinished reports whether closing now would cut counting short.
func (p sealPage) Unfinished() bool { return p.Unwalked+p.Walking > 0 }

// Digest binds a write-off to a stream as it is shown.
func (p sealPage) Digest(s count.StreamState) count.Digest {
	return count.StreamsDigest(p.Streams, s.Stream)
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
			if f.Get("unfinished") != "" && f.Get("sure") == "" {
				return "", "", CloseUnsure.New()
			}
			_, err := k.Sessions.BeginClosing(ctx, v.by, id, why)
			return "/seal", "done.closing", err
		case "reopen":
			_, err := k.Sessions.Reopen(ctx, v.by, id, why)
			return "/seal", "done.reopened", err
		case "write-off":
			w := count.WriteOff{Device: stocktake.DeviceID(f.Get("device")), Epoch: f.Get("epoch"), Digest: count.Digest(f.Get("digest")), Reason: why.Reason}
			_, err := k.Sessions.WriteOffStream(ctx, v.by, id, w)
			return "/seal", "done.stream-written-off", err
		case "seal":
			if k.Issuer == nil {
				return "", "", NotOffered.New()
			}
			var head stocktake.Hash
			if err := head.UnmarshalText([]byte(f.Get("shown"))); err != nil {
				return "", "", count.ChangedSince.New(string(id))
			}
			_, err := k.Sessions.Seal(ctx, v.by, id, head, k.Issuer)
			if errors.Is(err, count.SealBlocked) { // by ids; the page says it in words
				err = SealStill.Wrap(err)
			}
			return "/seal", "done.sealed", err
		}
		return "", "", FormMalformed.New()
	})
}
