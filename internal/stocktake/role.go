package stocktake

// Role is what a person (or a machine) may be. A person may hold several.
type Role string

// The roles of design.md section 2.
const (
	Counter                  Role = "counter"
	Supervisor               Role = "supervisor"
	Manager                  Role = "manager"
	FinancialController      Role = "financial-controller"
	AdministrativeController Role = "administrative-controller"
	CommitteeMember          Role = "committee-member"
	Witness                  Role = "witness"
	SocietyAdministrator     Role = "society-administrator"
	MinistryOfficer          Role = "ministry-officer"
	Integrator               Role = "integrator"
)

// Check refuses a role that is none of the above.
func (r Role) Check() error {
	switch r {
	case Counter, Supervisor, Manager, FinancialController, AdministrativeController, CommitteeMember, Witness,
		SocietyAdministrator, MinistryOfficer, Integrator:
		return nil
	}
	return roleUnknown.New(string(r))
}

// Person is somebody who acts, with the roles held at that moment. Commands of the domain take it, and log it whole,
// so that what somebody was allowed to do can be judged years later.
type Person struct {
	Society SocietyID `json:"society"`
	ID      PersonID  `json:"id"`
	Roles   []Role    `json:"roles"`
}

// Is reports whether the person holds any of the roles.
func (p Person) Is(roles ...Role) bool {
	for _, held := range p.Roles {
		for _, r := range roles {
			if held == r {
				return true
			}
		}
	}
	return false
}
