package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"jard/internal/count"
	"jard/internal/reconcile"
	"jard/internal/stocktake"
)

// planForm is the form of a count plan: first the site and the kind, then the rest.
type planForm struct {
	Plan      string // its id; empty for a new one
	Site      stocktake.Site
	Kind      count.PlanKind
	Sites     []option
	Kinds     []option
	Units     []option
	Sections  []option
	Committee []option
	Witnesses []option
	Knowers   []option
	Policy    *count.PublishedPolicy
	Tiers     []tierChoice
	Kept      keptTiers // that this form cannot show
}

// keptTiers are tiers that stay as they are.
type keptTiers struct{ Tiers []count.Tier }

var planKinds = []count.PlanKind{count.PlanAnnual, count.PlanCycle, count.PlanSurprise, count.PlanSpot}

var recurrenceUnits = []count.RecurrenceUnit{count.Once, count.EveryDay, count.EveryWeek, count.EveryMon, count.EveryYear}

// planForm gathers what a plan's form offers.
func (k *console) planForm(v *visit, f *form, plan string) (planForm, *issuing, error) {
	w, err := k.issuing(v, f)
	if err != nil {
		return planForm{}, nil, err
	}
	t := v.tongue
	p := planForm{Plan: plan, Site: w.site, Kind: count.PlanKind(f.Get("kind")), Policy: w.policy, Tiers: t.tierChoices()}
	if !slices.Contains(planKinds, p.Kind) {
		p.Kind = ""
	}
	for _, s := range w.sites {
		p.Sites = append(p.Sites, option{Value: string(s.ID), Text: t.name(s.Name)})
	}
	for _, kind := range planKinds {
		p.Kinds = append(p.Kinds, option{Value: string(kind), Text: t.t("plan-kind." + string(kind)), Hint: t.t("plan-kind-hint." + string(kind))})
	}
	for _, unit := range recurrenceUnits {
		p.Units = append(p.Units, option{Value: string(unit), Text: t.t("recurrence." + string(unit))})
	}
	for _, s := range w.site.Sections {
		p.Sections = append(p.Sections, option{Value: string(s.ID), Text: t.name(named(s.Name, string(s.ID)))})
	}
	p.Committee = w.committee()
	p.Witnesses = append(p.Witnesses, option{Text: t.t("issue.no-witness")})
	for _, x := range w.people {
		o := option{Value: string(x.ID), Text: t.name(named(x.Name, string(x.ID)))}
		if x.Disabled {
			continue
		}
		if slices.Contains(x.Roles, stocktake.Witness) {
			p.Witnesses = append(p.Witnesses, o)
		}
		if x.ID != v.by.ID && slices.ContainsFunc(x.Roles, func(r stocktake.Role) bool { return slices.Contains(resultReaders, r) }) {
			p.Knowers = append(p.Knowers, o)
		}
	}
	return p, w, nil
}

func (k *console) showNewPlan(v *visit) error {
	usual := count.UsualFrequency()
	f := v.newForm(append(usualOwn(), "site", v.QueryParam("site"), "kind", v.QueryParam("kind"), "unit", string(count.Once), "every", "1", "time", "22:00", "hours", "6", "by", "policy",
		"blind", "yes", "a", strconv.Itoa(usual.A), "b", strconv.Itoa(usual.B), "c", strconv.Itoa(usual.C), "random", strconv.Itoa(usual.Random))...)
	if at := v.QueryParam("start"); at != "" {
		f.Values.Set("start", at)
	}
	p, _, err := k.planForm(v, f, "")
	if err != nil {
		return err
	}
	return v.show("plan-edit", frame{Title: "plans.new", Nav: "plans", Form: f, Data: p})
}

func (k *console) newPlan(v *visit) error { return k.savePlanForm(v, "") }

func (k *console) showEditPlan(v *visit) error {
	plan, err := k.planAt(v, v.by)
	if err != nil {
		return err
	}
	f := v.newForm("site", string(plan.Site), "kind", string(plan.Kind), "version", strconv.Itoa(plan.Version), "name-ar", plan.Name.Arabic, "name-en", plan.Name.English,
		"unit", string(plan.Recurrence.Unit), "every", strconv.Itoa(max(plan.Recurrence.Every, 1)), "start", plan.Recurrence.Start, "end", plan.Recurrence.End,
		"time", plan.Recurrence.Time, "hours", hoursText(plan.Minutes), "blind", map[bool]string{true: "no", false: "yes"}[plan.Open], "witness", string(plan.Witness),
		"items", joined(plan.Scope.Items), "locations", joined(plan.Scope.Locations))
	f.Values["sections"], f.Values["committee"], f.Values["known"] = texts(plan.Scope.Sections), texts(plan.Committee), texts(plan.KnownTo)
	if plan.Automatic {
		f.Values.Set("automatic", "yes")
	}
	if c := plan.Cycle; c != nil {
		for name, n := range map[string]int{"a": c.A, "b": c.B, "c": c.C, "random": c.Random, "most": c.Most} {
			if n > 0 || name != "most" {
				f.Values.Set(name, strconv.Itoa(n))
			}
		}
	}
	fillOwn(f, &plan)
	p, _, err := k.planForm(v, f, plan.ID)
	if err != nil {
		return err
	}
	p.keep(&plan)
	return v.show("plan-edit", frame{Title: "plans.edit", Nav: "plans", Form: f, Data: p})
}

func (k *console) editPlan(v *visit) error {
	plan, err := k.planAt(v, v.by)
	if err != nil {
		return err
	}
	return k.savePlanForm(v, plan.ID)
}

func (k *console) savePlanForm(v *visit, id string) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	p, w, err := k.planForm(v, f, id)
	if err != nil {
		return err
	}
	plan := w.countPlan(id)
	if id != "" { // what the form does not show stays as it was
		was, err := k.planAt(v, v.by)
		if err != nil {
			return err
		}
		plan.Rules = was.Rules
		if p.keep(&was); f.Get("by") == "own" {
			plan.Exceptions = was.Exceptions
			if len(p.Kept.Tiers) > 0 {
				plan.Tiers = p.Kept.Tiers
			}
			if f.Get("tolerance-quantity")+f.Get("tolerance-percent")+f.Get("tolerance-value") == "" && was.Tolerance == (reconcile.Tolerance{}) {
				plan.Tolerance = was.Tolerance // which is the policy's
			}
		}
	}
	if f.good() {
		saved, err := k.Sessions.SavePlan(v.Request().Context(), v.by, plan)
		if err == nil {
			return v.done("/plans/"+url.PathEscape(saved.ID), "done.plan-saved")
		}
		if err := f.blame(err, "count-plan-frequency", "a", "count-plan-window", "hours", "recurrence-wrong", "start", "count-plan-spot-list", "items", "plan-tolerant", "tolerance-quantity", "plan-loose", p.looseField(err), "session-tiers", "tier-supervisor"); err != nil {
			return err
		}
	}
	title := "plans.new"
	if id != "" {
		title = "plans.edit"
	}
	return v.again("plan-edit", frame{Title: title, Nav: "plans", Form: f, Data: p})
}

// looseField is the field of the role that a plan's tiers let approve too much; none where the form shows none for it.
func (p *planForm) looseField(err error) string {
	if e := stocktake.Fault(err); e.Reason == count.PlanLoose && len(p.Kept.Tiers) == 0 {
		if list, ok := e.Args[0].([]stocktake.Role); ok && len(list) == 1 && slices.Contains(tierRoles, list[0]) {
			return "tier-" + string(list[0])
		}
	}
	return ""
}

// keep notes the tiers of a plan that the form cannot show: those of one sign, and a role's second.
func (p *planForm) keep(plan *count.CountPlan) {
	for n, t := range plan.Tiers {
		if t.Sign != count.Both || !slices.Contains(tierRoles, t.Role) || slices.ContainsFunc(plan.Tiers[:n], func(x count.Tier) bool { return x.Role == t.Role }) {
			p.Kept.Tiers = plan.Tiers
		}
	}
}

// fillOwn shows what a plan sets itself.
func fillOwn(f *form, plan *count.CountPlan) {
	f.Values.Set("by", "policy")
	if plan.Tolerance != (reconcile.Tolerance{}) || len(plan.Exceptions)+len(plan.Tiers) > 0 {
		f.Values.Set("by", "own")
	}
	for name, fields := 0, usualOwn(); name < len(fields); name += 2 {
		f.Values.Set(fields[name], fields[name+1])
	}
	set := func(name string, thousandths int64) { f.Values.Set(name, stocktake.Quantity(thousandths).String()) }
	if q := plan.Tolerance.Quantity; q != nil {
		set("tolerance-quantity", int64(*q))
	}
	if n := plan.Tolerance.Percent; n != nil {
		set("tolerance-percent", 10**n)
	}
	if n := plan.Tolerance.Value; n != nil {
		set("tolerance-value", int64(*n))
	}
	if f.Get("by") == "policy" {
		return
	}
	for _, role := range tierRoles {
		f.Values.Set("tier-"+string(role), "none")
		f.Values.Del("limit-" + string(role))
	}
	for _, t := range plan.Tiers {
		f.Values.Set("tier-"+string(t.Role), "any")
		if t.UpTo != nil {
			f.Values.Set("tier-"+string(t.Role), "limit")
			set("limit-"+string(t.Role), int64(*t.UpTo))
		}
	}
}

// countPlan reads the form and notes what is wrong with each field.
func (w *issuing) countPlan(id string) count.CountPlan {
	f := w.f
	p := count.CountPlan{ID: id, Name: nameIn(f, "name"), Kind: count.PlanKind(f.Get("kind")), Site: w.site.ID, Automatic: f.Has("automatic", "yes"), Open: f.Get("blind") == "no",
		Witness:    stocktake.PersonID(f.Get("witness")),
		Recurrence: count.Recurrence{Unit: count.RecurrenceUnit(f.Get("unit")), Every: wholeIn(f, "every", 366), Start: latin(f.Get("start")), End: latin(f.Get("end")), Time: latin(f.Get("time"))},
	}
	p.Version = wholeIn(f, "version", 1<<30)
	p.Tolerance, p.Tiers = w.own(true)
	if w.site.ID == "" {
		f.wrong("site", ChooseOne.New())
	}
	if p.Name == (stocktake.Name{}) {
		f.need("name-ar")
	}
	f.need("start")
	f.need("time")
	if hours := readAmount[int64](f, "hours", 1); f.need("hours") != "" && hours != nil {
		p.Minutes = int(min(*hours, 1_000_000) * 60 / 1000)
	}
	for _, s := range f.All("sections") {
		p.Scope.Sections = append(p.Scope.Sections, stocktake.SectionID(s))
	}
	switch p.Kind {
	case count.PlanCycle:
		p.Cycle = &count.Frequency{A: wholeIn(f, "a", 52), B: wholeIn(f, "b", 52), C: wholeIn(f, "c", 52), Random: wholeIn(f, "random", 50), Most: wholeIn(f, "most", count.MaxScope)}
	case count.PlanSpot, count.PlanSurprise:
		p.Scope.Locations = readLocations(f, "locations", &w.site)
		p.Scope.Items = readItems(f, "items", w.items)
	}
	if p.Kind == count.PlanSurprise {
		for _, x := range f.All("known") {
			p.KnownTo = append(p.KnownTo, stocktake.PersonID(x))
		}
	}
	for _, x := range f.All("committee") {
		p.Committee = append(p.Committee, stocktake.PersonID(x))
	}
	return p
}

// wholeIn reads a whole number of at most most; nothing is 0.
func wholeIn(f *form, name string, most int) int {
	s := latin(f.Get(name))
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > most {
		f.wrong(name, WholeWrong.New(most))
		return 0
	}
	return n
}

// hoursText is minutes as hours with at most three decimals.
func hoursText(minutes int) string {
	return stocktake.Quantity((minutes*1000 + 30) / 60).String()
}

func texts[T ~string](list []T) []string {
	out := make([]string, len(list))
	for n, x := range list {
		out[n] = string(x)
	}
	return out
}

func joined[T ~string](list []T) string { return strings.Join(texts(list), "\n") }

// WholeWrong refuses what is no whole number.
var WholeWrong = stocktake.NewReason(stocktake.Invalid, "whole-wrong",
	"Write a whole number from 0 to %d.",
	"اكتب عددًا صحيحًا من 0 إلى %d.")
