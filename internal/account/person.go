package account

import (
	"context"
	"slices"
	"time"

	"jard/internal/stocktake"
)

// NewPerson is somebody to be added. Password and PIN may be empty and set later; without them the person cannot sign
// in on the console or on a handheld.
type NewPerson struct {
	ID       stocktake.PersonID
	Name     stocktake.Name
	Roles    []stocktake.Role
	Password Secret
	PIN      Secret
}

// PersonInfo is what others need to know of a person: who it is and what to call them.
type PersonInfo struct {
	ID   stocktake.PersonID `json:"id"`
	Name stocktake.Name     `json:"name"`
}

// Profile is an account without its secrets.
type Profile struct {
	ID          stocktake.PersonID `json:"id"`
	Name        stocktake.Name     `json:"name"`
	Roles       []stocktake.Role   `json:"roles"`
	HasPassword bool               `json:"has_password"`
	HasPIN      bool               `json:"has_pin"`
	Disabled    bool               `json:"disabled"`
	CreatedAt   time.Time          `json:"created_at"`
	ChangedAt   time.Time          `json:"changed_at"`
}

func (a *Account) profile() Profile {
	return Profile{ID: a.ID, Name: a.Name, Roles: append([]stocktake.Role{}, a.Roles...), HasPassword: a.Password != "",
		HasPIN: a.PIN != "", Disabled: a.Disabled, CreatedAt: a.CreatedAt, ChangedAt: a.ChangedAt}
}

func (a *Account) person() stocktake.Person {
	return stocktake.Person{Society: a.Society, ID: a.ID, Roles: slices.Clone(a.Roles)}
}

func (a *Account) holds(role stocktake.Role) bool {
	return !a.Disabled && slices.Contains(a.Roles, role)
}

func (a *Account) administers() bool { return a.holds(stocktake.SocietyAdministrator) }

func (r *Roll) find(id stocktake.PersonID) *Account {
	for i := range r.People {
		if r.People[i].ID == id {
			return &r.People[i]
		}
	}
	return nil
}

// othersAdminister reports whether somebody else than id is an administrator who can sign in.
func (r *Roll) othersAdminister(id stocktake.PersonID) bool {
	return slices.ContainsFunc(r.People, func(a Account) bool { return a.ID != id && a.administers() && a.Password != "" })
}

// AddPerson adds somebody to the society of by.
func (s *Service) AddPerson(ctx context.Context, by stocktake.Person, p NewPerson) (Profile, error) {
	roll, err := s.administrator(ctx, by)
	if err != nil {
		return Profile{}, err
	}
	if roll.find(p.ID) != nil {
		return Profile{}, PersonExists.New(string(p.ID))
	}
	return s.create(ctx, by.Society, p, &roll.Version, by.ID)
}

// FirstAdministrator adds the person with whom a society begins. It is the operator's verb: the program's own command
// line calls it, no transport does. It is refused as soon as the society has an administrator who can sign in.
func (s *Service) FirstAdministrator(ctx context.Context, society stocktake.SocietyID, p NewPerson) (Profile, error) {
	if err := stocktake.CheckID("society", string(society)); err != nil {
		return Profile{}, err
	}
	roll, err := s.directory.People(ctx, society)
	if err != nil {
		return Profile{}, err
	}
	if roll.othersAdminister("") {
		return Profile{}, AdministratorExists.New(string(society))
	}
	if p.Password == "" {
		return Profile{}, passwordLength.New(minPassword, stocktake.Letters(maxPassword))
	}
	if !slices.Contains(p.Roles, stocktake.SocietyAdministrator) {
		p.Roles = append(slices.Clone(p.Roles), stocktake.SocietyAdministrator)
	}
	return s.create(ctx, society, p, &roll.Version, "")
}

// ResetAdministrator gives an administrator who has lost the way in a new password, and enables the account. It is the
// operator's verb, like FirstAdministrator, and the trail shows it.
func (s *Service) ResetAdministrator(ctx context.Context, society stocktake.SocietyID, id stocktake.PersonID, password Secret) error {
	roll, err := s.directory.People(ctx, society)
	if err != nil {
		return err
	}
	a := roll.find(id)
	if a == nil {
		return stocktake.NoSuch("person", id)
	}
	if !slices.Contains(a.Roles, stocktake.SocietyAdministrator) {
		return stocktake.NotAllowed.New(stocktake.SocietyAdministrator)
	}
	if a.Password, err = s.makePassword(ctx, id, password); err != nil {
		return err
	}
	a.Disabled = false
	return s.save(ctx, *a, &roll.Version, true, Act{Kind: PasswordSet})
}

// SetRoles replaces the roles of somebody else.
func (s *Service) SetRoles(ctx context.Context, by stocktake.Person, id stocktake.PersonID, roles []stocktake.Role) error {
	a, roll, err := s.change(ctx, by, id)
	if err != nil {
		return err
	}
	if id == by.ID {
		return OwnRoles.New()
	}
	if roles, err = s.checkRoles(by.Society, roles); err != nil {
		return err
	}
	machine := slices.Contains(roles, stocktake.Integrator)
	if machine && (a.Password != "" || a.PIN != "") {
		return machineAlone.New()
	}
	lost := a.administers() && !slices.Contains(roles, stocktake.SocietyAdministrator)
	if lost && !roll.othersAdminister(id) {
		return LastAdministrator.New(string(id))
	}
	// A key is good for a year because of what an integrator may not do; it must not outlive that.
	wasMachine := slices.Contains(a.Roles, stocktake.Integrator)
	a.Roles = roles
	return s.save(ctx, *a, &roll.Version, lost || machine != wasMachine, Act{By: by.ID, Kind: RolesSet})
}

// Rename changes what a person is called.
func (s *Service) Rename(ctx context.Context, by stocktake.Person, id stocktake.PersonID, name stocktake.Name) error {
	a, roll, err := s.change(ctx, by, id)
	if err != nil {
		return err
	}
	if err := name.Check("person"); err != nil {
		return err
	}
	a.Name = name
	return s.save(ctx, *a, &roll.Version, false, Act{By: by.ID, Kind: PersonRenamed})
}

// Disable keeps a person from signing in and ends what they have open. What they did stays theirs. The last
// administrator who can sign in cannot be disabled.
func (s *Service) Disable(ctx context.Context, by stocktake.Person, id stocktake.PersonID, reason string) error {
	a, roll, err := s.change(ctx, by, id)
	if err != nil {
		return err
	}
	if err := checkReason(reason); err != nil {
		return err
	}
	if a.Disabled {
		return nil
	}
	if a.administers() && !roll.othersAdminister(id) {
		return LastAdministrator.New(string(id))
	}
	a.Disabled = true
	return s.save(ctx, *a, &roll.Version, true, Act{By: by.ID, Kind: PersonDisabled, Note: reason})
}

// Enable lets a disabled person sign in again, with the password and PIN of before.
func (s *Service) Enable(ctx context.Context, by stocktake.Person, id stocktake.PersonID) error {
	a, roll, err := s.change(ctx, by, id)
	if err != nil || !a.Disabled {
		return err
	}
	a.Disabled = false
	return s.save(ctx, *a, &roll.Version, false, Act{By: by.ID, Kind: PersonEnabled})
}

// People lists everybody of the society, for those who plan, watch or control the work.
func (s *Service) People(ctx context.Context, by stocktake.Person) ([]Profile, error) {
	if err := holds(by, stocktake.SocietyAdministrator, stocktake.Supervisor, stocktake.Manager,
		stocktake.FinancialController, stocktake.AdministrativeController); err != nil {
		return nil, err
	}
	roll, err := s.directory.People(ctx, by.Society)
	if err != nil {
		return nil, err
	}
	profiles := make([]Profile, len(roll.People))
	for i := range roll.People {
		profiles[i] = roll.People[i].profile()
	}
	return profiles, nil
}

// Me is the profile of by themselves.
func (s *Service) Me(ctx context.Context, by stocktake.Person) (Profile, error) {
	a, err := s.directory.Person(ctx, by.Society, by.ID)
	if err != nil {
		return Profile{}, err
	}
	return a.profile(), nil
}

// Counters lists those who may count. The gateway puts them into packs, so that they can be picked on a handheld.
func (s *Service) Counters(ctx context.Context, society stocktake.SocietyID) ([]PersonInfo, error) {
	roll, err := s.directory.People(ctx, society)
	if err != nil {
		return nil, err
	}
	counters := []PersonInfo{}
	for i := range roll.People {
		if a := &roll.People[i]; a.holds(stocktake.Counter) {
			counters = append(counters, PersonInfo{ID: a.ID, Name: a.Name})
		}
	}
	return counters, nil
}

// change opens somebody's account for a change by an administrator.
func (s *Service) change(ctx context.Context, by stocktake.Person, id stocktake.PersonID) (*Account, Roll, error) {
	roll, err := s.administrator(ctx, by)
	if err != nil {
		return nil, Roll{}, err
	}
	a := roll.find(id)
	if a == nil {
		return nil, Roll{}, stocktake.NoSuch("person", id)
	}
	return a, roll, nil
}

// Faults are all that is wrong with what was said of a new person, whatever the society: a form names them at once.
func (p NewPerson) Faults() []error {
	faults := []error{stocktake.CheckID("person", string(p.ID)), p.Name.Check("person")}
	if slices.Contains(p.Roles, stocktake.Integrator) && (p.Password != "" || p.PIN != "" || len(p.Roles) > 1) {
		faults = append(faults, machineAlone.New())
	}
	if p.Password != "" {
		faults = append(faults, checkPassword(p.ID, p.Password))
	}
	if p.PIN != "" {
		faults = append(faults, checkPIN(p.PIN))
	}
	return slices.DeleteFunc(faults, func(err error) bool { return err == nil })
}

func (s *Service) create(ctx context.Context, society stocktake.SocietyID, p NewPerson, ifRoll *uint64, by stocktake.PersonID) (Profile, error) {
	if faults := p.Faults(); len(faults) > 0 {
		return Profile{}, faults[0]
	}
	roles, err := s.checkRoles(society, p.Roles)
	if err != nil {
		return Profile{}, err
	}
	a := Account{Society: society, ID: p.ID, Name: p.Name, Roles: roles, CreatedAt: s.now()}
	if p.Password != "" {
		if a.Password, err = s.makePassword(ctx, p.ID, p.Password); err != nil {
			return Profile{}, err
		}
	}
	if p.PIN != "" {
		if a.PIN, err = s.makePIN(ctx, p.PIN); err != nil {
			return Profile{}, err
		}
	}
	a.ChangedAt = a.CreatedAt
	if _, err := s.directory.SavePerson(ctx, PersonChange{Account: a, IfRoll: ifRoll, Act: Act{At: a.CreatedAt, By: by,
		Kind: PersonAdded, Person: a.ID, Roles: roles}}); err != nil {
		return Profile{}, err
	}
	return a.profile(), nil
}

// save stores a changed account and forgets what was remembered of it, even when the store fails: then nobody knows
// what it holds.
func (s *Service) save(ctx context.Context, a Account, ifRoll *uint64, expel bool, act Act) error {
	a.ChangedAt = s.now()
	act.At, act.Person = a.ChangedAt, a.ID
	if act.Kind == RolesSet {
		act.Roles = a.Roles
	}
	_, err := s.directory.SavePerson(ctx, PersonChange{Account: a, IfRoll: ifRoll, Expel: expel, Act: act})
	s.persons.forget(func(_ stocktake.Hash, in signedIn) bool {
		return in.person.Society == a.Society && in.person.ID == a.ID
	})
	return err
}

// ministryRoles are the ones that the ministry's own people hold.
var ministryRoles = []stocktake.Role{stocktake.SocietyAdministrator, stocktake.MinistryOfficer, stocktake.Integrator}

// checkRoles gives the roles sorted and without repetition, or says why somebody of the society cannot hold them.
func (s *Service) checkRoles(society stocktake.SocietyID, roles []stocktake.Role) ([]stocktake.Role, error) {
	roles = slices.Clone(roles)
	slices.Sort(roles)
	roles = slices.Compact(roles)
	atMinistry := s.ministry != "" && society == s.ministry
	for _, r := range roles {
		if err := r.Check(); err != nil {
			return nil, err
		}
		if atMinistry && !slices.Contains(ministryRoles, r) || !atMinistry && r == stocktake.MinistryOfficer {
			return nil, roleElsewhere.New(string(r))
		}
	}
	if len(roles) > 1 && slices.Contains(roles, stocktake.Integrator) {
		return nil, machineAlone.New()
	}
	return roles, nil
}

const maxReason = 500

func checkReason(reason string) error {
	if reason == "" || len(reason) > maxReason {
		return reasonMissing.New(stocktake.Letters(maxReason))
	}
	return nil
}
