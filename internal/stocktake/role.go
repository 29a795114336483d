package stocktake

import (
	"cmp"
	"strings"
)

// Role is what a person (or a machine) may be. A person may hold several.
type Role string

// The roles.
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

// roleNames are what people are told of a role.
var roleNames = map[Role]Name{
	Counter:                  {English: "counter", Arabic: "القائم بالعد"},
	Supervisor:               {English: "supervisor", Arabic: "المشرف"},
	Manager:                  {English: "manager", Arabic: "المدير العام"},
	FinancialController:      {English: "financial controller", Arabic: "المراقب المالي"},
	AdministrativeController: {English: "administrative controller", Arabic: "المراقب الإداري"},
	CommitteeMember:          {English: "committee member", Arabic: "عضو لجنة الجرد"},
	Witness:                  {English: "witness", Arabic: "الشاهد على الجرد"},
	SocietyAdministrator:     {English: "society administrator", Arabic: "مسؤول النظام في الجمعية"},
	MinistryOfficer:          {English: "ministry officer", Arabic: "موظف الوزارة"},
	Integrator:               {English: "integrator", Arabic: "نظام الربط"},
}

// say puts roles and names among an error's arguments into words of one language.
func say(args []any, separator string, in func(Name) string) []any {
	role := func(r Role) string { return cmp.Or(in(roleNames[r]), string(r)) }
	said := make([]any, len(args))
	for n, arg := range args {
		switch x := arg.(type) {
		case Name:
			said[n] = cmp.Or(in(x), x.String())
		case Role:
			said[n] = role(x)
		case []Role:
			words := make([]string, 0, len(x))
			for _, r := range x {
				words = append(words, role(r))
			}
			said[n] = strings.Join(words, separator)
		default:
			said[n] = arg
		}
	}
	return said
}

// Check refuses a role that is none of the above.
func (r Role) Check() error {
	if _, known := roleNames[r]; known {
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
