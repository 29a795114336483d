package main

import (
	"context"

	"jard/internal/account"
	"jard/internal/stocktake"
)

// The demo's societies. Passwords and PINs are printed at every start and are no secrets.
var (
	demoHome = stocktake.Society{
		ID: "rawda", Name: stocktake.Name{Arabic: "جمعية الروضة التعاونية", English: "Rawda Cooperative"}, Governorate: stocktake.Capital,
	}
	demoAdmin   = stocktake.Person{Society: demoHome.ID, ID: "admin", Roles: []stocktake.Role{stocktake.SocietyAdministrator}}
	demoSalem   = stocktake.Person{Society: demoHome.ID, ID: "salem", Roles: []stocktake.Role{stocktake.Supervisor}}
	demoMona    = stocktake.Person{Society: demoHome.ID, ID: "mona", Roles: []stocktake.Role{stocktake.Manager}}
	demoFaisal  = stocktake.Person{Society: demoHome.ID, ID: "faisal", Roles: []stocktake.Role{stocktake.FinancialController}}
	demoOfficer = stocktake.Person{Society: ministrySociety, ID: "badria", Roles: []stocktake.Role{stocktake.MinistryOfficer}}
)

// login is somebody of the demo with what they sign in with, which is no secret here.
type login struct {
	ID       stocktake.PersonID `json:"id"`
	Name     stocktake.Name     `json:"name"`
	Roles    []stocktake.Role   `json:"roles"`
	Password string             `json:"password,omitempty"`
	PIN      string             `json:"pin,omitempty"`
}

// demoStaff are the society's people, the administrator first.
var demoStaff = []login{
	{demoAdmin.ID, stocktake.Name{Arabic: "طلال الأنصاري", English: "Talal Al-Ansari"}, demoAdmin.Roles, "admin-jard-2026", ""},
	{demoSalem.ID, stocktake.Name{Arabic: "سالم العازمي", English: "Salem Al-Azmi"}, demoSalem.Roles, "salem-jard-2026", ""},
	{demoMona.ID, stocktake.Name{Arabic: "منى الخالد", English: "Mona Al-Khaled"}, demoMona.Roles, "mona-jard-2026", ""},
	{demoFaisal.ID, stocktake.Name{Arabic: "فيصل الرومي", English: "Faisal Al-Roumi"}, demoFaisal.Roles, "faisal-jard-2026", ""},
	{"hessa", stocktake.Name{Arabic: "حصة البدر", English: "Hessa Al-Bader"}, []stocktake.Role{stocktake.AdministrativeController}, "hessa-jard-2026", ""},
	{"jaber", stocktake.Name{Arabic: "جابر الحمد", English: "Jaber Al-Hamad"}, []stocktake.Role{stocktake.CommitteeMember}, "jaber-jard-2026", ""},
	{"latifa", stocktake.Name{Arabic: "لطيفة الفارس", English: "Latifa Al-Fares"}, []stocktake.Role{stocktake.Witness}, "latifa-jard-2026", ""},
	{"erp", stocktake.Name{Arabic: "نظام المخزون", English: "Stock system"}, []stocktake.Role{stocktake.Integrator}, "", ""},
	{"ali", stocktake.Name{Arabic: "علي حسن", English: "Ali Hassan"}, []stocktake.Role{stocktake.Counter}, "", "58213"},
	{"sara", stocktake.Name{Arabic: "سارة محمود", English: "Sara Mahmoud"}, []stocktake.Role{stocktake.Counter}, "", "66132"},
	{"omar", stocktake.Name{Arabic: "عمر يوسف", English: "Omar Youssef"}, []stocktake.Role{stocktake.Counter}, "", "74051"},
	{"dana", stocktake.Name{Arabic: "دانة إبراهيم", English: "Dana Ibrahim"}, []stocktake.Role{stocktake.Counter}, "", "81970"},
}

// demoMinistry are the ministry's people, the administrator first.
var demoMinistry = []login{
	{"admin", stocktake.Name{Arabic: "عبدالعزيز النصار", English: "Abdulaziz Al-Nassar"}, []stocktake.Role{stocktake.SocietyAdministrator}, "admin-jard-2026", ""},
	{demoOfficer.ID, stocktake.Name{Arabic: "بدرية السالم", English: "Badria Al-Salem"}, demoOfficer.Roles, "badria-jard-2026", ""},
}

// hireAll adds people of a society, one after the other: each is added to the roll as the one before left it.
func hireAll(ctx context.Context, accounts *account.Service, society stocktake.SocietyID, people []login) error {
	admin := stocktake.Person{Society: society, ID: people[0].ID, Roles: people[0].Roles}
	for n, l := range people {
		p := account.NewPerson{ID: l.ID, Name: l.Name, Roles: l.Roles, Password: account.Secret(l.Password), PIN: account.Secret(l.PIN)}
		var err error
		if n == 0 {
			_, err = accounts.FirstAdministrator(ctx, society, p)
		} else {
			_, err = accounts.AddPerson(ctx, admin, p)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
