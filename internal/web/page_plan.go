package web

import (
	"net/url"
	"slices"

	"jard/internal/account"
	"jard/internal/count"
	"jard/internal/stocktake"
)

// planPage is a session's plan, and what may still be done to it.
type planPage struct {
	ID         stocktake.SessionID
	View       *count.View
	Over       bool
	Names      map[stocktake.PersonID]stocktake.Name
	Sections   []option // not in the scope yet
	Narrow     bool     // the scope names places, so that more can be added
	Listed     bool     // the scope names items
	Locations  int
	Do         string
	MayPlan    bool
	MayCancel  bool
	SectionsIn []stocktake.Name
}

// lookAt is the view of the session that the address names.
func (v *visit) lookAt() (stocktake.SessionID, *count.View, error) {
	id, err := param(v, "session")
	if err != nil {
		return "", nil, err
	}
	view, err := v.k.Sessions.View(v.Request().Context(), v.by, stocktake.SessionID(id))
	return stocktake.SessionID(id), view, err
}

// peopleIfSeen are the society's people for those who may see the roll, nobody for others.
func (v *visit) peopleIfSeen() ([]account.Profile, error) {
	if !v.by.Is(peopleReaders...) {
		return nil, nil
	}
	return v.k.Accounts.People(v.Request().Context(), v.by)
}

func (k *console) planPage(v *visit) (planPage, error) {
	id, view, err := v.lookAt()
	if err != nil {
		return planPage{}, err
	}
	scope := view.Plan.Scope
	p := planPage{ID: id, View: view, Over: view.State == count.StateSealed || view.State == count.StateCancelled,
		Names: map[stocktake.PersonID]stocktake.Name{}, Narrow: len(scope.Sections)+len(scope.Locations) > 0, Listed: len(scope.Items) > 0,
		Locations: scopeLocations(scope, view.Material.Site), MayPlan: v.by.Is(planners...), MayCancel: v.by.Is(stocktake.Manager)}
	people, err := v.peopleIfSeen()
	if err != nil {
		return planPage{}, err
	}
	for _, x := range people {
		p.Names[x.ID] = x.Name
	}
	for _, s := range view.Material.Site.Sections {
		if slices.Contains(scope.Sections, s.ID) {
			p.SectionsIn = append(p.SectionsIn, s.Name)
		} else {
			p.Sections = append(p.Sections, option{Value: string(s.ID), Text: v.tongue.name(s.Name)})
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
		more.Locations = readLocations(f, "locations", p.View.Material.Site)
		if f.Get("items") != "" {
			items := make([]stocktake.Item, 0, len(p.View.Material.Items))
			for _, i := range p.View.Material.Items {
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
