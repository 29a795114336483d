package account_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"

	"jard/internal/account"
	"jard/internal/stocktake"
)

const (
	rawda    stocktake.SocietyID = "rawda"
	adailiya stocktake.SocietyID = "adailiya"
	ministry stocktake.SocietyID = "mosa"

	password = account.Secret("dates and coffee")
	pin      = account.Secret("8264")
	remote   = "192.0.2.7"
)

// shop is a Service over memory, with a clock of its own and cheap hashing whose work is counted.
type shop struct {
	*account.Service
	memory *memory
	clock  *clock
	work   atomic.Int64 // derivations × memory × time
}

func open(t *testing.T, edit ...func(*account.Config)) *shop {
	t.Helper()
	s := &shop{memory: newMemory(), clock: &clock{at: time.Date(2026, 12, 20, 6, 0, 0, 0, time.UTC)}}
	c := account.Config{
		Directory: s.memory, Ministry: ministry, Now: s.clock.now, Sole: true,
		Cost: account.Cost{Memory: 8, Time: 1, Threads: 1},
		Derive: func(secret, salt []byte, time, memory uint32, threads uint8, keyLen uint32) []byte {
			s.work.Add(int64(time) * int64(memory))
			return argon2.IDKey(secret, salt, time, memory, threads, keyLen)
		},
	}
	for _, f := range edit {
		f(&c)
	}
	var err error
	if s.Service, err = account.New(c); err != nil {
		t.Fatal(err)
	}
	return s
}

// administrator founds a society and gives the person who administers it.
func (s *shop) administrator(t *testing.T, society stocktake.SocietyID) stocktake.Person {
	t.Helper()
	_, err := s.FirstAdministrator(t.Context(), society, account.NewPerson{ID: "admin", Name: stocktake.Name{Arabic: "المسؤول"},
		Password: password})
	must(t, err)
	return stocktake.Person{Society: society, ID: "admin", Roles: []stocktake.Role{stocktake.SocietyAdministrator}}
}

func (s *shop) add(t *testing.T, by stocktake.Person, id stocktake.PersonID, roles ...stocktake.Role) stocktake.Person {
	t.Helper()
	_, err := s.AddPerson(t.Context(), by, account.NewPerson{ID: id, Name: stocktake.Name{English: string(id)}, Roles: roles,
		Password: password, PIN: pin})
	must(t, err)
	return stocktake.Person{Society: by.Society, ID: id, Roles: roles}
}

func (s *shop) signIn(t *testing.T, p stocktake.Person) account.Secret {
	t.Helper()
	grant, err := s.SignIn(t.Context(), p.Society, p.ID, password, remote)
	must(t, err)
	return grant.Token
}

func (s *shop) enrol(t *testing.T, by stocktake.Person) (account.Device, string) {
	t.Helper()
	code, err := s.NewEnrolment(t.Context(), by, "TC26-7")
	must(t, err)
	d, token, err := s.Enrol(t.Context(), string(code.Secret), "", remote)
	must(t, err)
	return d, token
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func want(t *testing.T, err error, reason *stocktake.Reason) {
	t.Helper()
	if !errors.Is(err, reason) {
		t.Fatalf("got %v, want %s", err, reason.Key)
	}
}

func wantKey(t *testing.T, err error, key string) {
	t.Helper()
	e, ok := errors.AsType[*stocktake.Error](err)
	if !ok || e.Reason.Key != key {
		t.Fatalf("got %v, want %s", err, key)
	}
}

var everyRole = []stocktake.Role{
	stocktake.Counter, stocktake.Supervisor, stocktake.Manager, stocktake.FinancialController,
	stocktake.AdministrativeController, stocktake.CommitteeMember, stocktake.Witness, stocktake.SocietyAdministrator,
	stocktake.MinistryOfficer, stocktake.Integrator, "no-role",
}

func TestRolesDeniedByDefault(t *testing.T) {
	const (
		a = stocktake.SocietyAdministrator
		s = stocktake.Supervisor
		m = stocktake.Manager
		f = stocktake.FinancialController
		c = stocktake.AdministrativeController
	)
	verbs := []struct {
		name    string
		allowed []stocktake.Role
		call    func(context.Context, *shop, stocktake.Person) error
	}{
		{"AddPerson", []stocktake.Role{a}, func(ctx context.Context, s *shop, by stocktake.Person) error {
			_, err := s.AddPerson(ctx, by, account.NewPerson{ID: "new", Name: stocktake.Name{English: "New"}})
			return err
		}},
		{"SetRoles", []stocktake.Role{a}, func(ctx context.Context, s *shop, by stocktake.Person) error {
			return s.SetRoles(ctx, by, "other", []stocktake.Role{stocktake.Counter})
		}},
		{"Rename", []stocktake.Role{a}, func(ctx context.Context, s *shop, by stocktake.Person) error {
			return s.Rename(ctx, by, "other", stocktake.Name{English: "Other"})
		}},
		{"SetPassword", []stocktake.Role{a}, func(ctx context.Context, s *shop, by stocktake.Person) error {
			return s.SetPassword(ctx, by, "other", "another password")
		}},
		{"SetPIN", []stocktake.Role{a}, func(ctx context.Context, s *shop, by stocktake.Person) error {
			return s.SetPIN(ctx, by, "other", "90210")
		}},
		{"Disable", []stocktake.Role{a}, func(ctx context.Context, s *shop, by stocktake.Person) error {
			return s.Disable(ctx, by, "other", "left")
		}},
		{"Enable", []stocktake.Role{a}, func(ctx context.Context, s *shop, by stocktake.Person) error {
			return s.Enable(ctx, by, "other")
		}},
		{"IssueKey", []stocktake.Role{a}, func(ctx context.Context, s *shop, by stocktake.Person) error {
			_, err := s.IssueKey(ctx, by, "erp", 30)
			return err
		}},
		{"NewEnrolment", []stocktake.Role{a}, func(ctx context.Context, s *shop, by stocktake.Person) error {
			_, err := s.NewEnrolment(ctx, by, "")
			return err
		}},
		{"Revoke", []stocktake.Role{a}, func(ctx context.Context, s *shop, by stocktake.Person) error {
			devices, err := s.memory.Devices(ctx, rawda)
			if err != nil {
				return err
			}
			_, err = s.Revoke(ctx, by, devices[0].ID, "lost")
			return err
		}},
		{"People", []stocktake.Role{a, s, m, f, c}, func(ctx context.Context, s *shop, by stocktake.Person) error {
			_, err := s.People(ctx, by)
			return err
		}},
		{"Devices", []stocktake.Role{a, s, m, c}, func(ctx context.Context, s *shop, by stocktake.Person) error {
			_, err := s.Devices(ctx, by)
			return err
		}},
		{"Trail", []stocktake.Role{a, f, c}, func(ctx context.Context, s *shop, by stocktake.Person) error {
			_, err := s.Trail(ctx, by, 1, 10)
			return err
		}},
	}
	for _, verb := range verbs {
		for _, role := range append(everyRole, "") {
			t.Run(verb.name+"/"+string(role), func(t *testing.T) {
				shop := open(t)
				admin := shop.administrator(t, rawda)
				shop.add(t, admin, "other", stocktake.Supervisor)
				_, err := shop.AddPerson(t.Context(), admin, account.NewPerson{ID: "erp", Name: stocktake.Name{English: "ERP"},
					Roles: []stocktake.Role{stocktake.Integrator}})
				must(t, err)
				shop.enrol(t, admin)

				by := stocktake.Person{Society: rawda, ID: "me"}
				if role != "" {
					by.Roles = []stocktake.Role{role}
				}
				shop.memory.people[personKey{rawda, "me"}] = account.Account{Society: rawda, ID: "me", Roles: by.Roles, Version: 1}
				err = verb.call(t.Context(), shop, by)
				if by.Is(verb.allowed...) {
					must(t, err)
				} else {
					want(t, err, stocktake.NotAllowed)
				}
			})
		}
	}
}

func TestStaleAdministratorIsRefused(t *testing.T) {
	s := open(t)
	admin := s.administrator(t, rawda)
	second := s.add(t, admin, "second", stocktake.SocietyAdministrator)
	must(t, s.SetRoles(t.Context(), admin, "second", nil))
	_, err := s.AddPerson(t.Context(), second, account.NewPerson{ID: "x", Name: stocktake.Name{English: "X"}})
	want(t, err, stocktake.NotAllowed)
	stranger := stocktake.Person{Society: adailiya, ID: "admin", Roles: admin.Roles}
	want(t, s.Disable(t.Context(), stranger, "second", "why not"), stocktake.NotAllowed)
}
