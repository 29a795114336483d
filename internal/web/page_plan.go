package web

import (
	"encoding/json"
	"net/url"
	"slices"
	"time"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// planPage is a session's plan, and what may still be done to it.
type planPage struct {
	*seen
	Sections  []option // not in the scope yet
	Narrow    bool     // the scope names places, so that more can be added
	Listed    bool     // the scope names items
	Places    places   // in the scope
	Do        string
	MayCancel bool
	Ended     *ended // of a cancelled session
}

// ended is who cancelled a session, when and why.
type ended struct {
	By     stocktake.Name
	At     time.Time
	Reason string
}

// ended reads it from the last entry of the log, which grows no more.
func (k *console) ended(v *visit, s *seen) (*ended, error) {
	if s.State != count.StateCancelled {
		return nil, nil
	}
	last, err := k.Sessions.Log(v.Request().Context(), v.by, s.ID, s.Offset, 1)
	if err != nil || len(last) == 0 {
		return nil, err
	}
	var why count.Because
	if err := json.Unmarshal(last[0].Body, &why); err != nil {
		return nil, err
	}
	return &ended{s.Person(last[0].Author.Person), last[0].RecordedAt, why.Reason}, nil
}

func (k *console) planPage(v *visit) (planPage, error) {
	s, err := v.see("/plan")
	if err != nil {
		return planPage{}, err
	}
	scope := s.Plan.Scope
	p := planPage{seen: s, Narrow: len(scope.Sections)+len(scope.Locations) > 0, Listed: len(scope.Items) > 0,
		Places: scopePlaces(&scope, s.Material.Site), MayCancel: v.by.Is(stocktake.Manager)}
	if p.Ended, err = k.ended(v, s); err != nil {
		return planPage{}, err
	}
	for _, x := range s.Material.Site.Sections {
		if !slices.Contains(scope.Sections, x.ID) {
			p.Sections = append(p.Sections, option{Value: string(x.ID), Text: v.tongue.name(s.Section(x.ID))})
		}
	}
	return p, nil
}

func (k *console) showPlan(v *visit) error {
	p, err := k.planPage(v)
	if err != nil {
		return err
	}
	return v.show("plan", frame{Title: "plan.title", Nav: "sessions", Data: p})
}

// changePlan extends the scope, reopens a session that is closing, or cancels it.
func (k *console) changePlan(v *visit) error {
	p, err := k.planPage(v)
	if err != nil {
		return err
	}
	f, err := v.form()
	if err != nil {
		return err
	}
	ctx, done := v.Request().Context(), ""
	p.Do = f.Get("do")
	switch p.Do {
	case "extend":
		var more count.Scope
		for _, id := range f.All("sections") {
			more.Sections = append(more.Sections, stocktake.SectionID(id))
		}
		more.Locations = readLocations(f, "locations", p.Material.Site)
		if f.Get("items") != "" {
			items := make([]stocktake.Item, 0, len(p.Material.Items))
			for _, i := range p.Material.Items {
				items = append(items, i)
			}
			more.Items = readItems(f, "items", items)
		}
		if len(more.Sections)+len(more.Locations)+len(more.Items) == 0 && f.good() {
			f.Fault = v.tongue.say(ChooseOne.New())
		}
		if f.good() {
			done = "done.scope-extended"
			_, err = k.Sessions.ExtendScope(ctx, v.by, p.ID, more)
		}
	case "reopen":
		if reason := f.need("reopen-reason"); reason != "" {
			done = "done.session-reopened"
			_, err = k.Sessions.Reopen(ctx, v.by, p.ID, count.Because{Reason: reason})
		}
	case "cancel":
		if reason := f.need("cancel-reason"); reason != "" {
			done = "done.session-cancelled"
			_, err = k.Sessions.Cancel(ctx, v.by, p.ID, count.Because{Reason: reason})
		}
	default:
		return FormMalformed.New()
	}
	if err != nil {
		if err := f.blame(err, "reason-needed", p.Do+"-reason"); err != nil {
			return err
		}
	}
	if f.good() {
		return v.done("/sessions/"+url.PathEscape(string(p.ID))+"/plan", done)
	}
	return v.again("plan", frame{Title: "plan.title", Nav: "sessions", Data: p, Form: f})
}
