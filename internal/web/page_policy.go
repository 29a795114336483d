package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"jard/internal/count"
	"jard/internal/reconcile"
	"jard/internal/stocktake"
)

// policyReaders are those to whom count shows policies.
var policyReaders = []stocktake.Role{stocktake.SocietyAdministrator, stocktake.Manager, stocktake.Supervisor, stocktake.FinancialController,
	stocktake.AdministrativeController, stocktake.CommitteeMember, stocktake.Witness}

func (k *console) policyPages() []route {
	return []route{{path: "/policy", roles: policyReaders, get: k.showPolicy, post: k.publishPolicy}}
}

// maxVersions is how many versions of the policy are listed.
const maxVersions = 100

// policyPage is a version of the society's policy, all others, and a form for the next.
type policyPage struct {
	Shown    *count.PublishedPolicy // nil where none was ever published
	Current  *count.PublishedPolicy
	Versions []count.PublishedPolicy
	May      bool // publish the next
	Next     int

	// The rows of the form: what was typed, and some empty ones.
	Classes                  []count.Class
	Exceptions, Tiers, Codes []int
	Roles, Signs             []option
	Categories               []string

	people map[stocktake.PersonID]stocktake.Name
}

// Person is what somebody is called; the id where nobody knows.
func (p policyPage) Person(id stocktake.PersonID) stocktake.Name {
	return named(p.people[id], string(id))
}

func (k *console) policyPage(v *visit) (policyPage, error) {
	ctx := v.Request().Context()
	p := policyPage{May: count.MayPublishPolicy(v.by), Next: 1, Classes: []count.Class{count.ClassA, count.ClassB, count.ClassC},
		people: map[stocktake.PersonID]stocktake.Name{}}
	var err error
	if p.Versions, err = k.Sessions.Policies(ctx, v.by, maxVersions); err != nil {
		return p, err
	}
	if len(p.Versions) > 0 {
		p.Current, p.Shown = &p.Versions[0], &p.Versions[0]
		p.Next = p.Current.Number + 1
	}
	if asked := v.QueryParam("version"); asked != "" {
		n := slices.IndexFunc(p.Versions, func(x count.PublishedPolicy) bool { return strconv.Itoa(x.Number) == asked })
		if n < 0 {
			return p, stocktake.NoSuch("policy", asked)
		}
		p.Shown = &p.Versions[n]
	}
	profiles, err := k.Accounts.People(ctx, v.by)
	if err != nil && !errors.Is(err, stocktake.NotAllowed) { // not everybody who sees policies sees people: ids will do
		return p, err
	}
	for _, x := range profiles {
		p.people[x.ID] = x.Name
	}
	p.Roles = []option{{Text: "—"}}
	for _, r := range tierRoles {
		p.Roles = append(p.Roles, option{Value: string(r), Text: v.tongue.t("role." + string(r))})
	}
	for _, s := range []count.Side{count.Both, count.Shortages, count.Surpluses} {
		p.Signs = append(p.Signs, option{Value: string(s), Text: v.tongue.t("sign." + signKey(s))})
	}
	if p.May && k.Places != nil {
		items, err := k.Places.Items(ctx, v.by)
		if err != nil && !errors.Is(err, stocktake.NotAllowed) && !errors.Is(err, stocktake.Missing) {
			return p, err
		}
		categories := map[string]int{}
		for i := range items {
			if c := items[i].Category; c != "" {
				categories[c]++
			}
		}
		p.Categories = sortedKeys(categories)
	}
	return p, nil
}

// signKey names a sign in keys of texts.
func signKey(s count.Side) string {
	if s == count.Both {
		return "both"
	}
	return string(s)
}

func textsOf[T ~string](list []T) []string {
	texts := make([]string, len(list))
	for n, x := range list {
		texts[n] = string(x)
	}
	return texts
}

// rows lays out the rows of the form's tables: those filled in, and more to fill.
func (p *policyPage) rows(f *form) {
	upTo := func(field string, more int) []int {
		n := 0
		for i := range count.MaxCodes {
			if f.Get(field+strconv.Itoa(i)) != "" {
				n = i + 1
			}
		}
		list := make([]int, min(n+more, count.MaxCodes))
		for i := range list {
			list[i] = i
		}
		return list
	}
	p.Exceptions, p.Tiers, p.Codes = upTo("exception-of-", 2), upTo("tier-role-", 1), upTo("code-key-", 2)
}

// fill puts a policy into the form's fields.
func (f *form) fill(p *count.Policy) {
	set := f.Values.Set
	tolerance := func(name string, t reconcile.Tolerance) {
		if t.Quantity != nil {
			set(name+"-quantity", t.Quantity.String())
		}
		if t.Percent != nil {
			set(name+"-percent", stocktake.Quantity(*t.Percent*10).String())
		}
		if t.Value != nil {
			set(name+"-value", stocktake.Quantity(*t.Value).String())
		}
	}
	set("name-ar", p.Name.Arabic)
	set("name-en", p.Name.English)
	if p.AskAlways {
		set("ask", "yes")
	}
	tolerance("usual", p.Tolerance)
	for _, c := range p.Classes {
		tolerance("class-"+string(c.Class), c.Tolerance)
	}
	for n, x := range p.Exceptions {
		row := strconv.Itoa(n)
		if x.Category != "" {
			set("exception-kind-"+row, "category")
			set("exception-of-"+row, x.Category)
		} else {
			set("exception-kind-"+row, "items")
			set("exception-of-"+row, strings.Join(textsOf(x.Items), " "))
		}
		tolerance("exception-"+row, x.Tolerance)
	}
	for n, t := range p.Tiers {
		row := strconv.Itoa(n)
		set("tier-role-"+row, string(t.Role))
		set("tier-sign-"+row, string(t.Sign))
		if t.UpTo != nil {
			set("tier-limit-"+row, stocktake.Quantity(*t.UpTo).String())
		}
	}
	for n, c := range p.Codes {
		row := strconv.Itoa(n)
		set("code-key-"+row, c.Key)
		set("code-ar-"+row, c.Name.Arabic)
		set("code-en-"+row, c.Name.English)
		set("code-sign-"+row, string(c.Sign))
		if c.Note {
			set("code-note-"+row, "yes")
		}
		if c.Photo {
			set("code-photo-"+row, "yes")
		}
	}
}

// policy reads the form's fields and notes what is wrong with each.
func (f *form) policy() count.Policy {
	tolerance := func(name string) reconcile.Tolerance {
		return reconcile.Tolerance{Quantity: readAmount[stocktake.Quantity](f, name+"-quantity", 1),
			Percent: readAmount[int64](f, name+"-percent", 10), Value: readAmount[stocktake.Fils](f, name+"-value", 1)}
	}
	p := count.Policy{Name: nameIn(f, "name"), AskAlways: f.Get("ask") == "yes", Tolerance: tolerance("usual")}
	p.Number, _ = strconv.Atoi(f.Get("number")) // what is no number is not the next one
	if p.Name == (stocktake.Name{}) {
		f.wrong("name-ar", FieldMissing.New())
	}
	for _, c := range []count.Class{count.ClassA, count.ClassB, count.ClassC} {
		if t := tolerance("class-" + string(c)); t != (reconcile.Tolerance{}) {
			p.Classes = append(p.Classes, count.ClassTolerance{Class: c, Tolerance: t})
		}
	}
	for n := range count.MaxCodes {
		row := strconv.Itoa(n)
		if of := f.Get("exception-of-" + row); of != "" {
			x := count.Exception{Tolerance: tolerance("exception-" + row)}
			if f.Get("exception-kind-"+row) == "items" {
				for _, id := range listed(of) {
					x.Items = append(x.Items, stocktake.ItemID(latin(id)))
				}
			} else {
				x.Category = of
			}
			p.Exceptions = append(p.Exceptions, x)
		}
		if role := f.Get("tier-role-" + row); role != "" {
			p.Tiers = append(p.Tiers, count.Tier{Role: stocktake.Role(role), Sign: count.Side(f.Get("tier-sign-" + row)),
				UpTo: readAmount[stocktake.Fils](f, "tier-limit-"+row, 1)})
		}
		if key := f.Get("code-key-" + row); key != "" {
			p.Codes = append(p.Codes, count.ReasonCode{Key: key, Name: stocktake.Name{Arabic: f.Get("code-ar-" + row), English: f.Get("code-en-" + row)},
				Sign: count.Side(f.Get("code-sign-" + row)), Note: f.Get("code-note-"+row) == "yes", Photo: f.Get("code-photo-"+row) == "yes"})
		}
	}
	return p
}

func (k *console) showPolicy(v *visit) error {
	p, err := k.policyPage(v)
	if err != nil {
		return err
	}
	f := v.newForm("number", strconv.Itoa(p.Next))
	if p.Current != nil {
		f.fill(&p.Current.Policy)
	} else {
		most := stocktake.Fils(20_000)
		f.fill(&count.Policy{Codes: count.UsualCodes(), Tiers: []count.Tier{{Role: stocktake.Supervisor, UpTo: &most}, {Role: stocktake.Manager}}})
	}
	p.rows(f)
	return v.show("policy", frame{Title: "policy.title", Nav: "policy", Form: f, Data: p})
}

func (k *console) publishPolicy(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	policy := f.policy()
	if f.good() {
		_, err = k.Sessions.PublishPolicy(v.Request().Context(), v.by, policy)
		if err == nil {
			return v.done("/policy", "done.policy-published")
		}
		if err := f.blame(err); err != nil {
			return err
		}
	} else {
		f.Fault = v.tongue.t("policy.look")
	}
	p, err := k.policyPage(v)
	if err != nil {
		return err
	}
	p.rows(f)
	return v.again("policy", frame{Title: "policy.title", Nav: "policy", Form: f, Data: p})
}

// policies answers the society's current policy and all versions.
func (a *api) policies(c echo.Context, by stocktake.Person) error {
	list, err := a.Sessions.Policies(c.Request().Context(), by, maxVersions)
	if err != nil {
		return err
	}
	answer := struct {
		Current  *count.PublishedPolicy  `json:"current"`
		Versions []count.PublishedPolicy `json:"versions"`
	}{Versions: list}
	if len(list) > 0 {
		answer.Current = &list[0]
	} else {
		answer.Versions = []count.PublishedPolicy{}
	}
	return c.JSON(http.StatusOK, answer)
}

// putPolicy publishes the next version of the society's policy.
func (a *api) putPolicy(c echo.Context, by stocktake.Person) error {
	var p count.Policy
	if err := a.read(c, &p); err != nil {
		return err
	}
	made, err := a.Sessions.PublishPolicy(c.Request().Context(), by, p)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, made)
}

// noCode is the choice of giving none.
func noCode(g *tongue) []option { return []option{{Text: g.t("sheet.code-none")}} }

// codeOptions are the reason codes that fit all of some lines, with what they ask for.
func codeOptions(g *tongue, p *count.Policy, lines []sheetRow) []option {
	if p == nil {
		return nil
	}
	var list []option
	for i := range p.Codes {
		c := &p.Codes[i]
		fits := !slices.ContainsFunc(lines, func(l sheetRow) bool { return !c.Explains(l.Line) || c.Photo && !l.Photo })
		if !fits {
			continue
		}
		text := g.name(c.Name)
		if c.Note {
			text += " " + g.t("sheet.code-with-note")
		}
		list = append(list, option{Value: c.Key, Text: text})
	}
	if len(list) == 0 {
		return nil
	}
	return slices.Concat(noCode(g), list)
}
