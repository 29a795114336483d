package web

import (
	"cmp"
	"slices"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// passesPage lists walks, those first that wait for somebody, and locations that nobody has walked.
type passesPage struct {
	*seen
	List     piece[*count.Pass]
	Left     []count.LocationState // in scope, set aside or not walked
	Location stocktake.LocationID
	Status   string
	Statuses []option
	More     string
}

// passStatuses in the order in which they want something.
var passStatuses = []count.PassStatus{
	count.PassHasGap, count.PassIsOpen, count.PassIsAbandoned, count.PassIsCompleted, count.PassIsClosed, count.PassIsSuperseded,
}

func (k *console) passes(v *visit) (frame, error) {
	s, err := v.see("/passes")
	if err != nil {
		return frame{}, err
	}
	p := passesPage{seen: s, Location: stocktake.LocationID(v.QueryParam("location")), Status: v.QueryParam("status")}
	p.Statuses = []option{{Value: "", Text: v.tongue.t("board.all-statuses")}}
	for _, x := range passStatuses {
		p.Statuses = append(p.Statuses, option{Value: string(x), Text: v.tongue.t("pass.status-" + string(x))})
	}
	var list []*count.Pass
	for _, x := range s.Passes {
		if (p.Location == "" || x.Location == p.Location) && (p.Status == "" || string(x.Status) == p.Status) {
			list = append(list, x)
		}
	}
	slices.SortStableFunc(list, func(a, b *count.Pass) int {
		return cmp.Compare(slices.Index(passStatuses, a.Status), slices.Index(passStatuses, b.Status))
	})
	p.List = pieceOf(v, list)
	p.More = "location=" + seg(p.Location) + "&status=" + seg(p.Status)
	for _, l := range s.Locations {
		if l.InScope && (l.Uncounted() || l.SetAside != "") && (p.Location == "" || l.Location == p.Location) {
			p.Left = append(p.Left, l)
		}
	}
	return sessionFrame("pass.title", p), nil
}

func (k *console) showPasses(v *visit) error {
	f, err := k.passes(v)
	if err != nil {
		return err
	}
	return v.show("passes", f)
}

func (k *console) settlePass(v *visit) error {
	return v.decide("passes", k.passes, func(f *form, id stocktake.SessionID) (string, string, error) {
		ctx := v.Request().Context()
		d := count.PassDecision{Pass: stocktake.PassID(f.Get("key")), Digest: count.Digest(f.Get("digest")), Reason: f.Get("reason")}
		switch f.Get("do") {
		case "complete":
			_, err := k.Sessions.CompletePass(ctx, v.by, id, d)
			return "/passes", "done.pass-completed", err
		case "abandon":
			_, err := k.Sessions.AbandonPass(ctx, v.by, id, d)
			return "/passes", "done.pass-abandoned", err
		}
		a := count.LocationAside{Location: stocktake.LocationID(f.Get("key")), Digest: d.Digest, TakeBack: f.Get("do") == "take-back", Reason: d.Reason}
		_, err := k.Sessions.AsideLocation(ctx, v.by, id, a)
		if a.TakeBack {
			return "/passes", "done.taken-back", err
		}
		return "/passes", "done.location-aside", err
	})
}
