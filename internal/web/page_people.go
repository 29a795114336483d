package web

import (
	"net/url"
	"slices"

	"jard/internal/account"
	"jard/internal/stocktake"
)

// Who may come to the pages about people and devices: those to whom account shows them.
var (
	peopleReaders = []stocktake.Role{stocktake.SocietyAdministrator, stocktake.Supervisor, stocktake.Manager,
		stocktake.FinancialController, stocktake.AdministrativeController}
	administrators = []stocktake.Role{stocktake.SocietyAdministrator}
	trailReaders   = []stocktake.Role{stocktake.SocietyAdministrator, stocktake.FinancialController, stocktake.AdministrativeController}
)

// given are the roles that a society gives to its people, in the order in which they are offered.
var given = []stocktake.Role{
	stocktake.Counter, stocktake.Supervisor, stocktake.Manager, stocktake.FinancialController, stocktake.AdministrativeController,
	stocktake.CommitteeMember, stocktake.Witness, stocktake.SocietyAdministrator, stocktake.Integrator,
}

func (k *console) peoplePages() []route {
	return []route{
		{path: "/people", roles: peopleReaders, get: k.showPeople},
		{path: "/people/new", roles: administrators, get: k.showNewPerson, post: k.addNewPerson},
		{path: "/people/:person", roles: administrators, get: k.showPerson, post: k.changePerson},
		{path: "/trail", roles: trailReaders, get: k.showTrail},
	}
}

func (k *console) showPeople(v *visit) error {
	list, err := k.Accounts.People(v.Request().Context(), v.by)
	if err != nil {
		return err
	}
	slices.SortStableFunc(list, func(a, b account.Profile) int {
		switch {
		case a.Disabled == b.Disabled:
			return 0
		case a.Disabled:
			return 1
		}
		return -1
	})
	return v.show("people", frame{Title: "people.title", Nav: "people", Data: list})
}

// personPage is one person, or a new one, with the roles on offer.
type personPage struct {
	Person account.Profile
	Roles  []option
	Self   bool
	Do     string // the form that the faults are of
}

func (v *visit) roleOptions() []option {
	given := given
	if v.k.ministry != nil {
		given = []stocktake.Role{stocktake.MinistryOfficer, stocktake.SocietyAdministrator}
	}
	list := make([]option, 0, len(given))
	for _, r := range given {
		list = append(list, option{Value: string(r), Text: v.tongue.t("role." + string(r)), Hint: v.tongue.t("role-hint." + string(r))})
	}
	return list
}

func (k *console) showNewPerson(v *visit) error {
	return v.show("person-new", frame{Title: "person.new", Nav: "people", Data: personPage{Roles: v.roleOptions()}})
}

func (k *console) addNewPerson(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	p := account.NewPerson{ID: stocktake.PersonID(f.need("id")), Name: nameIn(f, "name"), Roles: rolesIn(f),
		Password: account.Secret(f.Values.Get("password")), PIN: account.Secret(f.Values.Get("pin"))}
	if p.Name == (stocktake.Name{}) {
		f.wrong("name-ar", FieldMissing.New())
	}
	blame := func(err error) error {
		return f.blame(err, "person-exists", "id", "id-empty", "id", "id-too-long", "id", "id-characters", "id", "name-empty", "name-ar", "name-too-long", "name-ar",
			"password-length", "password", "password-weak", "password", "pin-shape", "pin", "pin-weak", "pin", "role-elsewhere", "roles", "integrator-alone", "roles")
	}
	for _, err := range p.Faults() {
		if err := blame(err); err != nil {
			return err
		}
	}
	if f.good() {
		_, err := k.Accounts.AddPerson(v.Request().Context(), v.by, p)
		if err == nil {
			return v.done("/people/"+url.PathEscape(string(p.ID)), "done.person-added")
		}
		if err := blame(err); err != nil {
			return err
		}
	}
	return v.again("person-new", frame{Title: "person.new", Nav: "people", Form: f, Data: personPage{Roles: v.roleOptions()}})
}

func nameIn(f *form, name string) stocktake.Name {
	return stocktake.Name{Arabic: f.Get(name + "-ar"), English: f.Get(name + "-en")}
}

func rolesIn(f *form) []stocktake.Role {
	var roles []stocktake.Role
	for _, r := range f.All("roles") {
		roles = append(roles, stocktake.Role(r))
	}
	return roles
}

func (k *console) personPage(v *visit) (personPage, error) {
	id, err := param(v, "person")
	if err != nil {
		return personPage{}, err
	}
	list, err := k.Accounts.People(v.Request().Context(), v.by)
	if err != nil {
		return personPage{}, err
	}
	n := slices.IndexFunc(list, func(p account.Profile) bool { return string(p.ID) == id })
	if n < 0 {
		return personPage{}, stocktake.NoSuch("person", id)
	}
	return personPage{Person: list[n], Roles: v.roleOptions(), Self: list[n].ID == v.by.ID}, nil
}

// personForm is a form about a person with what is known of them.
func (v *visit) personForm(p account.Profile) *form {
	f := v.newForm("name-ar", p.Name.Arabic, "name-en", p.Name.English)
	for _, r := range p.Roles {
		f.Values.Add("roles", string(r))
	}
	return f
}

func (k *console) showPerson(v *visit) error {
	p, err := k.personPage(v)
	if err != nil {
		return err
	}
	return v.show("person", frame{Title: "people.title", Nav: "people", Data: p, Form: v.personForm(p.Person)})
}

func (k *console) changePerson(v *visit) error {
	p, err := k.personPage(v)
	if err != nil {
		return err
	}
	f, err := v.form()
	if err != nil {
		return err
	}
	ctx, id := v.Request().Context(), p.Person.ID
	p.Do = f.Get("do")
	done := ""
	switch p.Do {
	case "name":
		if nameIn(f, "name") == (stocktake.Name{}) {
			f.wrong("name-ar", FieldMissing.New())
			break
		}
		done, err = "done.person-renamed", k.Accounts.Rename(ctx, v.by, id, nameIn(f, "name"))
	case "roles":
		done, err = "done.roles-set", k.Accounts.SetRoles(ctx, v.by, id, rolesIn(f))
	case "password":
		done, err = "done.password-set", k.Accounts.SetPassword(ctx, v.by, id, account.Secret(f.Values.Get("password")))
	case "pin":
		done, err = "done.pin-set", k.Accounts.SetPIN(ctx, v.by, id, account.Secret(f.Values.Get("pin")))
	case "disable":
		if f.need("reason") != "" {
			done, err = "done.person-disabled", k.Accounts.Disable(ctx, v.by, id, f.Get("reason"))
		}
	case "enable":
		done, err = "done.person-enabled", k.Accounts.Enable(ctx, v.by, id)
	default:
		return FormMalformed.New()
	}
	if err != nil {
		if err := f.blame(err, "name-too-long", "name-ar", "password-length", "password", "password-weak", "password", "pin-shape", "pin", "pin-weak", "pin", "role-elsewhere", "roles",
			"integrator-alone", p.Do, "own-roles", "roles", "last-administrator", p.Do, "reason-missing", "reason"); err != nil {
			return err
		}
	}
	if f.good() {
		return v.done("/people/"+url.PathEscape(string(id)), done)
	}
	known := v.personForm(p.Person)
	for _, name := range []string{"name-ar", "name-en", "roles"} {
		if _, typed := f.Values[name]; !typed && p.Do != "roles" {
			f.Values[name] = known.Values[name]
		}
	}
	return v.again("person", frame{Title: "people.title", Nav: "people", Data: p, Form: f})
}

// trailPage is a stretch of the trail, the newest acts first, with who is who.
type trailPage struct {
	Acts  []account.Act
	Names map[stocktake.PersonID]stocktake.Name
	Older uint64 // where the stretch before it ends; 0 at the beginning
}

const trailStretch = 100

func (k *console) showTrail(v *visit) error {
	ctx := v.Request().Context()
	upTo, err := number(v, "up-to", 0, 1<<62)
	if err != nil {
		return err
	}
	var acts []account.Act
	from := uint64(1)
	if upTo > trailStretch {
		from = upTo - trailStretch + 1
	}
	for { // oldest first is how it is read; of the newest only the last ones are kept
		list, err := k.Accounts.Trail(ctx, v.by, from, account.MaxTrail)
		if err != nil {
			return err
		}
		for _, act := range list {
			if upTo == 0 || act.Offset <= upTo {
				acts = append(acts, act)
			}
		}
		if len(acts) > trailStretch {
			acts = slices.Clone(acts[len(acts)-trailStretch:])
		}
		if len(list) < account.MaxTrail || upTo > 0 {
			break
		}
		from = list[len(list)-1].Offset + 1
	}
	slices.Reverse(acts)
	p := trailPage{Acts: acts, Names: map[stocktake.PersonID]stocktake.Name{}}
	if n := len(acts); n > 0 && acts[n-1].Offset > 1 {
		p.Older = acts[n-1].Offset - 1
	}
	people, err := k.Accounts.People(ctx, v.by)
	if err != nil {
		return err
	}
	for _, x := range people {
		p.Names[x.ID] = x.Name
	}
	return v.show("trail", frame{Title: "trail.title", Nav: "trail", Data: p})
}
