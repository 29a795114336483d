package web

import (
	"slices"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// disputesPage lists what finished walks differ over, and what was chosen.
type disputesPage struct {
	*seen
	Open    piece[count.Dispute]
	Settled []count.Settled
}

// Shows reports whether the open dispute of a key is on the page.
func (p disputesPage) Shows(key string) bool {
	return slices.ContainsFunc(p.Open.List, func(d count.Dispute) bool { return string(d.Digest) == key })
}

// Pass finds a pass.
func (s *seen) Pass(id stocktake.PassID) *count.Pass {
	for _, p := range s.Passes {
		if p.ID == id {
			return p
		}
	}
	return &count.Pass{ID: id}
}

func (k *console) disputes(v *visit) (frame, error) {
	s, err := v.see("/disputes")
	if err != nil {
		return frame{}, err
	}
	return sessionFrame("dispute.title", disputesPage{seen: s, Open: pieceOf(v, s.Disputes), Settled: s.Settled}), nil
}

func (k *console) showDisputes(v *visit) error {
	f, err := k.disputes(v)
	if err != nil {
		return err
	}
	return v.show("disputes", f)
}

func (k *console) settleDispute(v *visit) error {
	return v.decide("disputes", k.disputes, func(f *form, id stocktake.SessionID) (string, string, error) {
		c := count.Choice{
			Location: stocktake.LocationID(f.Get("location")), Item: stocktake.ItemID(f.Get("item")), Pass: stocktake.PassID(f.Get("pass")),
			Digest: count.Digest(f.Get("digest")), TakeBack: f.Get("do") == "take-back", Reason: f.Get("reason"),
		}
		if c.Pass == "" && !c.TakeBack {
			return "", "", ChooseSide.New()
		}
		_, err := k.Sessions.ChooseDispute(v.Request().Context(), v.by, id, c)
		if c.TakeBack {
			return "/disputes", "done.taken-back", err
		}
		return "/disputes", "done.dispute-settled", err
	})
}
