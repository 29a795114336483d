package web

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"jard/internal/account"
	"jard/internal/count"
	"jard/internal/reconcile"
	"jard/internal/stocktake"
)

// The steps of issuing a session, each with its fields. What was typed in other steps travels along, hidden.
var issueSteps = []string{"place", "scope", "rules", "people", "review"}

var issueFields = map[string][]string{
	"place":  {"site", "kind", "name-ar", "name-en", "due"},
	"scope":  {"where", "sections", "picked", "locations", "what", "categories", "items"},
	"rules":  {"blind", "double", "by", "tolerance-quantity", "tolerance-percent", "tolerance-value", "tier-supervisor", "tier-manager", "tier-financial-controller", "limit-supervisor", "limit-manager", "limit-financial-controller"},
	"people": {"committee", "witness"},
}

// issuePage is one step of issuing a session.
type issuePage struct {
	Step       string
	Number     int
	Steps      []string
	Hidden     url.Values
	Sites      []option
	Kinds      []option
	Site       stocktake.Site
	Sections   []option
	Categories []option
	Tiers      []tierChoice
	Policy     *count.PublishedPolicy // the current one; nil where there is none
	Picker     picker
	Committee  []option
	Witnesses  []option
	Plan       count.Plan // to be reviewed
	Places     places     // in its scope
	Items      int        // in its scope; 0: all
	Names      map[stocktake.PersonID]stocktake.Name
}

// tierChoice is what one role may approve.
type tierChoice struct {
	Role    stocktake.Role
	Choices []option
}

// tierRoles are those that may approve, lowest first.
var tierRoles = []stocktake.Role{stocktake.Supervisor, stocktake.Manager, stocktake.FinancialController}

// issuing gathers what a new session is made of while it is filled in.
type issuing struct {
	*visit
	f      *form
	sites  []stocktake.Site
	site   stocktake.Site
	items  []stocktake.Item
	people []account.Profile
	policy *count.PublishedPolicy
}

func (k *console) issuing(v *visit, f *form) (*issuing, error) {
	if k.Places == nil {
		return nil, NotOffered.New()
	}
	ctx := v.Request().Context()
	w := &issuing{visit: v, f: f}
	var err error
	if w.sites, err = k.Places.Sites(ctx, v.by); err != nil {
		return nil, err
	}
	if w.items, err = k.Places.Items(ctx, v.by); err != nil {
		return nil, err
	}
	if w.people, err = k.Accounts.People(ctx, v.by); err != nil {
		return nil, err
	}
	if w.policy, err = k.Sessions.Policy(ctx, v.by); err != nil {
		return nil, err
	}
	if w.policy != nil && f.Get("by") == "" {
		f.Values.Set("by", "policy")
	}
	w.settle()
	return w, nil
}

// settle finds the site that was chosen; one alone needs no choice.
func (w *issuing) settle() {
	if w.f.Get("site") == "" && len(w.sites) == 1 {
		w.f.Values.Set("site", string(w.sites[0].ID))
	}
	for _, s := range w.sites {
		if string(s.ID) == w.f.Get("site") {
			w.site = s
		}
	}
}

func (k *console) showNewSession(v *visit) error {
	f := v.newForm(append(usualOwn(), "kind", string(count.Full), "where", "whole", "what", "all", "blind", "yes")...)
	w, err := k.issuing(v, f)
	if err != nil {
		return err
	}
	w.offerPolicy()
	return v.show("session-new", frame{Title: "sessions.new", Nav: "sessions", Form: f, Data: w.page("place", count.Plan{})})
}

func (k *console) newSession(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	w, err := k.issuing(v, f)
	if err != nil {
		return err
	}
	step := f.Get("step")
	at := slices.Index(issueSteps, step)
	if at < 0 {
		return FormMalformed.New()
	}
	if picks(f, &w.site) {
		return v.show("session-new", frame{Title: "sessions.new", Nav: "sessions", Form: f, Data: w.page(step, count.Plan{})})
	}
	plan := w.plan()
	switch f.Get("do") {
	case "back":
		at = max(at-1, 0)
	case "issue":
		if bad := w.firstBad(len(issueSteps)); bad >= 0 {
			return v.again("session-new", frame{Title: "sessions.new", Nav: "sessions", Form: f, Data: w.page(issueSteps[bad], plan)})
		}
		plan.Session = stocktake.SessionID(stocktake.RandomID())
		_, err := k.Sessions.Issue(v.Request().Context(), v.by, plan)
		if err == nil {
			return v.done("/sessions/"+url.PathEscape(string(plan.Session))+"/assign", "done.session-issued")
		}
		if err := f.blame(err); err != nil {
			return err
		}
		return v.again("session-new", frame{Title: "sessions.new", Nav: "sessions", Form: f, Data: w.page("review", plan)})
	default:
		if bad := w.firstBad(at + 1); bad >= 0 {
			return v.again("session-new", frame{Title: "sessions.new", Nav: "sessions", Form: f, Data: w.page(issueSteps[bad], plan)})
		}
		at = min(at+1, len(issueSteps)-1)
	}
	f.Faults = map[string]string{} // a step just come to is not blamed for what nobody has filled in yet
	return v.show("session-new", frame{Title: "sessions.new", Nav: "sessions", Form: f, Data: w.page(issueSteps[at], plan)})
}

// firstBad is the first of the first n steps in which something is wrong; −1 where nothing is.
func (w *issuing) firstBad(n int) int {
	for i := range min(n, len(issueSteps)) {
		if len(w.faultsOf(issueSteps[i])) > 0 {
			return i
		}
	}
	return -1
}

func (w *issuing) faultsOf(step string) map[string]string {
	found := map[string]string{}
	for _, name := range issueFields[step] {
		if s := w.f.Faults[name]; s != "" {
			found[name] = s
		}
	}
	return found
}

// usualName is what a session is called that nobody has named: site and day.
func (w *issuing) usualName() stocktake.Name {
	day := w.k.Now().In(kuwait).Format("2006-01-02")
	return stocktake.Name{Arabic: "جرد " + w.site.Name.String() + " " + day,
		English: "Count of " + (&tongue{lang: "en"}).name(w.site.Name) + " " + day}
}

// page is what a step shows.
func (w *issuing) page(step string, plan count.Plan) issuePage {
	t := w.tongue
	p := issuePage{Step: step, Number: slices.Index(issueSteps, step) + 1, Steps: issueSteps, Hidden: url.Values{}, Site: w.site, Plan: plan, Policy: w.policy,
		Names: map[stocktake.PersonID]stocktake.Name{}}
	for other, fields := range issueFields {
		if other == step {
			continue
		}
		for _, name := range fields {
			if values, ok := w.f.Values[name]; ok {
				p.Hidden[name] = values
			}
		}
	}
	for _, s := range w.sites {
		p.Sites = append(p.Sites, option{Value: string(s.ID), Text: t.name(s.Name), Hint: t.t("site.locations", len(s.Locations))})
	}
	for _, kind := range []count.SessionKind{count.Full, count.Partial, count.Cycle, count.Spot, count.Surprise} {
		p.Kinds = append(p.Kinds, option{Value: string(kind), Text: t.t("session-kind." + string(kind))})
	}
	in := map[stocktake.SectionID]int{}
	for _, l := range w.site.Locations {
		in[l.Section]++
	}
	for _, s := range w.site.Sections {
		p.Sections = append(p.Sections, option{Value: string(s.ID), Text: t.name(s.Name), Hint: t.t("site.locations", in[s.ID])})
	}
	categories := map[string]int{}
	for i := range w.items {
		if c := w.items[i].Category; c != "" {
			categories[c]++
		}
	}
	for _, c := range sortedKeys(categories) {
		p.Categories = append(p.Categories, option{Value: c, Text: c, Hint: t.t("site.items", categories[c])})
	}
	p.Tiers = t.tierChoices()
	p.Witnesses = append(p.Witnesses, option{Text: t.t("issue.no-witness")})
	for _, x := range w.people {
		p.Names[x.ID] = x.Name
		o := option{Value: string(x.ID), Text: t.name(x.Name)}
		switch {
		case x.Disabled:
		case slices.Contains(x.Roles, stocktake.Witness):
			p.Witnesses = append(p.Witnesses, o)
		}
	}
	p.Committee = w.committee()
	if step == "scope" {
		p.Picker = newPicker(w.f, &w.site)
	}
	if step == "review" {
		p.Places = scopePlaces(&plan.Scope, &w.site)
	}
	p.Items = len(plan.Scope.Items)
	return p
}

// mayServe are the roles of those who may sit on a committee, the usual first. Who only counts is not of them: they would sign for their
// own count.
var mayServe = []stocktake.Role{
	stocktake.CommitteeMember, stocktake.AdministrativeController, stocktake.FinancialController, stocktake.Manager, stocktake.Supervisor,
}

// committee offers those who may serve with their roles: members first, then by name.
func (w *issuing) committee() []option {
	type member struct {
		option
		rank int
	}
	var list []member
	for _, x := range w.people {
		rank := slices.IndexFunc(mayServe, func(r stocktake.Role) bool { return slices.Contains(x.Roles, r) })
		if x.Disabled || rank < 0 || slices.Contains(x.Roles, stocktake.Witness) {
			continue
		}
		var roles []any
		for _, r := range x.Roles {
			roles = append(roles, w.tongue.t("role."+string(r)))
		}
		list = append(list, member{option{Value: string(x.ID), Text: w.tongue.name(named(x.Name, string(x.ID))), Hint: w.tongue.list(roles)}, min(rank, 1)})
	}
	slices.SortStableFunc(list, func(a, b member) int {
		if a.rank != b.rank {
			return a.rank - b.rank
		}
		return strings.Compare(a.Text, b.Text)
	})
	options := make([]option, len(list))
	for n := range list {
		options[n] = list[n].option
	}
	return options
}

// plan reads all steps at once and notes what is wrong with each field.
func (w *issuing) plan() count.Plan {
	f := w.f
	p := count.Plan{Site: stocktake.SiteID(f.Get("site")), Kind: count.SessionKind(f.Get("kind")), Name: nameIn(f, "name"), Blind: f.Get("blind") != "no", Double: f.Get("double") == "yes",
		Witness: stocktake.PersonID(f.Get("witness"))}
	if f.Get("site") == "" {
		f.wrong("site", ChooseOne.New())
	} else if w.site.ID == "" {
		f.wrong("site", stocktake.NoSuch("site", f.Get("site")))
	}
	if p.Name == (stocktake.Name{}) {
		p.Name = w.usualName()
	}
	if s := f.Get("due"); s != "" {
		at, err := time.ParseInLocation("2006-01-02T15:04", latin(s), kuwait)
		if err != nil || !at.After(w.k.Now()) {
			f.wrong("due", DuePast.New())
		}
		p.Due = at.UTC()
	}
	p.Scope = readScope(f, &w.site, w.items)
	for _, id := range f.All("committee") {
		p.Committee = append(p.Committee, stocktake.PersonID(id))
	}
	p.Tolerance, p.Tiers = w.own(w.policy != nil)
	if own := w.policy == nil || f.Get("by") != "policy"; own && len(p.Tiers) == 0 && len(w.faultsOf("rules")) == 0 {
		f.wrong("tier-supervisor", TiersMissing.New())
	}
	return p
}

// own reads the tolerance and the tiers that a plan sets itself: none where it leaves them to others, which it may.
func (w *issuing) own(mayLeave bool) (tolerance reconcile.Tolerance, tiers []count.Tier) {
	f := w.f
	if mayLeave && f.Get("by") == "policy" {
		return tolerance, nil
	}
	tolerance.Quantity = readAmount[stocktake.Quantity](f, "tolerance-quantity", 1)
	tolerance.Percent = readAmount[int64](f, "tolerance-percent", 10)
	tolerance.Value = readAmount[stocktake.Fils](f, "tolerance-value", 1)
	if mayLeave && tolerance == (reconcile.Tolerance{}) {
		tolerance.Quantity = new(stocktake.Quantity) // nothing set is none here, and not what others would set
	}
	for _, role := range tierRoles {
		switch f.Get("tier-" + string(role)) {
		case "any":
			tiers = append(tiers, count.Tier{Role: role})
		case "limit":
			if f.need("limit-"+string(role)) != "" {
				if upTo := readAmount[stocktake.Fils](f, "limit-"+string(role), 1); upTo != nil {
					tiers = append(tiers, count.Tier{Role: role, UpTo: upTo})
				}
			}
		}
	}
	return tolerance, tiers
}

// usualOwn are the fields of own as they are offered first.
func usualOwn() []string {
	return []string{"tier-supervisor", "limit", "limit-supervisor", "20", "tier-manager", "limit", "limit-manager", "500", "tier-financial-controller", "any"}
}

// offerPolicy offers the society's limits first, where it has a policy: of a role with several, which each hold for one side, the least.
func (w *issuing) offerPolicy() {
	if w.policy == nil {
		return
	}
	for _, role := range tierRoles {
		w.f.Values.Set("tier-"+string(role), "none")
		w.f.Values.Del("limit-" + string(role))
	}
	for _, t := range slices.Backward(sortedTiers(w.policy.Tiers)) {
		if t.UpTo == nil {
			w.f.Values.Set("tier-"+string(t.Role), "any")
			continue
		}
		w.f.Values.Set("tier-"+string(t.Role), "limit")
		w.f.Values.Set("limit-"+string(t.Role), t.UpTo.String())
	}
}

// tierChoices are what each role may be given.
func (g *tongue) tierChoices() (list []tierChoice) {
	for _, role := range tierRoles {
		list = append(list, tierChoice{role, []option{{Value: "none", Text: g.t("tier.none")}, {Value: "limit", Text: g.t("tier.limit")}, {Value: "any", Text: g.t("tier.any")}}})
	}
	return list
}

// readAmount reads a number that may be left out, in thousandths of what is typed, divided by part: exact or wrong.
func readAmount[T ~int64](f *form, name string, part int64) *T {
	s := latin(f.Get(name))
	if s == "" {
		return nil
	}
	n, err := stocktake.ParseThousandths(s)
	if err != nil || n < 0 || n%part != 0 {
		f.wrong(name, AmountWrong.New())
		return nil
	}
	v := T(n / part)
	return &v
}
