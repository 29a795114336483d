package account_test

import (
	"errors"
	"slices"
	"sync"
	"testing"

	"jard/internal/account"
	"jard/internal/stocktake"
)

func TestFirstAdministrator(t *testing.T) {
	s := open(t)
	s.administrator(t, rawda)
	_, err := s.FirstAdministrator(t.Context(), rawda, account.NewPerson{ID: "two", Name: stocktake.Name{English: "Two"}, Password: password})
	want(t, err, account.AdministratorExists)
	_, err = s.FirstAdministrator(t.Context(), adailiya, account.NewPerson{ID: "one", Name: stocktake.Name{English: "One"}})
	wantKey(t, err, "password-length")
	_, err = s.FirstAdministrator(t.Context(), "", account.NewPerson{ID: "one", Name: stocktake.Name{English: "One"}, Password: password})
	wantKey(t, err, "id-empty")
}

func TestOwnRolesAndLastAdministrator(t *testing.T) {
	s := open(t)
	ctx := t.Context()
	admin := s.administrator(t, rawda)
	both := []stocktake.Role{stocktake.SocietyAdministrator, stocktake.Manager}

	want(t, s.SetRoles(ctx, admin, "admin", both), account.OwnRoles)
	want(t, s.Disable(ctx, admin, "admin", "leaving"), account.LastAdministrator)

	// An administrator who could not sign in would be none.
	_, err := s.AddPerson(ctx, admin, account.NewPerson{ID: "mute", Name: stocktake.Name{English: "Mute"}, Roles: both})
	must(t, err)
	want(t, s.Disable(ctx, admin, "admin", "leaving"), account.LastAdministrator)

	second := s.add(t, admin, "second", both...)
	must(t, s.Disable(ctx, admin, "admin", "leaving"))
	want(t, s.Disable(ctx, admin, "second", "too late"), stocktake.NotAllowed)
	want(t, s.Disable(ctx, second, "second", "leaving"), account.LastAdministrator)
}

func TestAdministratorsCannotRemoveEachOtherAtOnce(t *testing.T) {
	for range 20 {
		s := open(t)
		admin := s.administrator(t, rawda)
		second := s.add(t, admin, "second", stocktake.SocietyAdministrator)
		var wait sync.WaitGroup
		wait.Go(func() { _ = s.SetRoles(t.Context(), admin, "second", nil) })
		wait.Go(func() { _ = s.SetRoles(t.Context(), second, "admin", nil) })
		wait.Wait()
		roll, err := s.memory.People(t.Context(), rawda)
		must(t, err)
		if !slices.ContainsFunc(roll.People, func(a account.Account) bool { return slices.Contains(a.Roles, stocktake.SocietyAdministrator) }) {
			t.Fatal("nobody administers the society")
		}
	}
}

func TestTwoSocietiesWithTheSameIDs(t *testing.T) {
	s := open(t)
	ctx := t.Context()
	here, there := s.administrator(t, rawda), s.administrator(t, adailiya)
	s.add(t, here, "fahad", stocktake.Counter)
	_, err := s.AddPerson(ctx, there, account.NewPerson{ID: "fahad", Name: stocktake.Name{English: "Another"},
		Roles: []stocktake.Role{stocktake.Manager}, Password: "something else"})
	must(t, err)

	token := s.signIn(t, stocktake.Person{Society: rawda, ID: "fahad"})
	_, err = s.SignIn(ctx, adailiya, "fahad", password, remote)
	want(t, err, account.SignInWrong)
	p, err := s.PersonByToken(ctx, token)
	must(t, err)
	if p.Society != rawda || !p.Is(stocktake.Counter) || p.Is(stocktake.Manager) {
		t.Fatalf("got %+v", p)
	}
	must(t, s.Disable(ctx, there, "fahad", "left"))
	_, err = s.PersonByToken(ctx, token)
	must(t, err)

	d, _ := s.enrol(t, here)
	_, err = s.Revoke(ctx, there, d.ID, "not ours")
	want(t, err, stocktake.Missing)
	want(t, s.Rename(ctx, there, "nobody", stocktake.Name{English: "X"}), stocktake.Missing)
	counters, err := s.Counters(ctx, adailiya)
	must(t, err)
	if len(counters) != 0 {
		t.Fatalf("the other society's counters are seen: %v", counters)
	}
}

func TestWhichRolesASocietyGives(t *testing.T) {
	s := open(t)
	ctx := t.Context()
	admin, mosa := s.administrator(t, rawda), s.administrator(t, ministry)
	add := func(by stocktake.Person, roles ...stocktake.Role) error {
		_, err := s.AddPerson(ctx, by, account.NewPerson{ID: "p", Name: stocktake.Name{English: "P"}, Roles: roles})
		return err
	}
	wantKey(t, add(admin, stocktake.MinistryOfficer), "role-elsewhere")
	wantKey(t, add(mosa, stocktake.Counter), "role-elsewhere")
	wantKey(t, add(admin, "king"), "role-unknown")
	wantKey(t, add(admin, stocktake.Integrator, stocktake.Manager), "integrator-alone")
	must(t, add(mosa, stocktake.MinistryOfficer))
	must(t, add(admin, stocktake.Counter, stocktake.Counter))
	want(t, add(admin), account.PersonExists)
}

func TestIntegratorHasAKey(t *testing.T) {
	s := open(t)
	ctx := t.Context()
	admin := s.administrator(t, rawda)
	_, err := s.AddPerson(ctx, admin, account.NewPerson{ID: "erp", Name: stocktake.Name{English: "ERP"},
		Roles: []stocktake.Role{stocktake.Integrator}, Password: password})
	wantKey(t, err, "integrator-alone")
	_, err = s.AddPerson(ctx, admin, account.NewPerson{ID: "erp", Name: stocktake.Name{English: "ERP"},
		Roles: []stocktake.Role{stocktake.Integrator}})
	must(t, err)
	wantKey(t, s.SetPassword(ctx, admin, "erp", password), "integrator-alone")
	wantKey(t, s.SetPIN(ctx, admin, "erp", pin), "integrator-alone")
	_, err = s.IssueKey(ctx, admin, "admin", 30)
	wantKey(t, err, "integrator-only")
	_, err = s.IssueKey(ctx, admin, "erp", account.MaxKeyDays+1)
	wantKey(t, err, "key-life")

	key, err := s.IssueKey(ctx, admin, "erp", 30)
	must(t, err)
	s.clock.pass(30*24*hour - 1)
	p, err := s.PersonByToken(ctx, key.Token)
	must(t, err)
	if !p.Is(stocktake.Integrator) || p.Society != rawda {
		t.Fatalf("got %+v", p)
	}
	// A machine that becomes a person loses its keys.
	must(t, s.SetRoles(ctx, admin, "erp", []stocktake.Role{stocktake.Manager}))
	_, err = s.PersonByToken(ctx, key.Token)
	want(t, err, account.SignInFirst)
}

func TestResetAdministrator(t *testing.T) {
	s := open(t)
	ctx := t.Context()
	admin := s.administrator(t, rawda)
	s.add(t, admin, "counter", stocktake.Counter)
	token := s.signIn(t, admin)
	must(t, s.ResetAdministrator(ctx, rawda, "admin", "a new password"))
	_, err := s.PersonByToken(ctx, token)
	want(t, err, account.SignInFirst)
	_, err = s.SignIn(ctx, rawda, "admin", "a new password", remote)
	must(t, err)
	want(t, s.ResetAdministrator(ctx, rawda, "counter", "a new password"), stocktake.NotAllowed)
	want(t, s.ResetAdministrator(ctx, rawda, "nobody", "a new password"), stocktake.Missing)
}

func TestTrail(t *testing.T) {
	s := open(t)
	ctx := t.Context()
	admin := s.administrator(t, rawda)
	s.add(t, admin, "fahad", stocktake.Counter)
	must(t, s.SetRoles(ctx, admin, "fahad", []stocktake.Role{stocktake.Supervisor}))
	must(t, s.SetPIN(ctx, admin, "fahad", "90210"))
	s.signIn(t, admin)
	d, _ := s.enrol(t, admin)
	_, err := s.Revoke(ctx, admin, d.ID, "lost")
	must(t, err)
	_, err = s.Revoke(ctx, admin, d.ID, "lost again")
	must(t, err)
	must(t, s.Disable(ctx, admin, "fahad", "left"))
	acts, err := s.Trail(ctx, admin, 1, 0)
	must(t, err)
	var kinds []account.ActKind
	for i, a := range acts {
		kinds = append(kinds, a.Kind)
		if a.Offset != uint64(i)+1 || a.At.IsZero() {
			t.Errorf("act %+v", a)
		}
	}
	if !slices.Equal(kinds, []account.ActKind{account.PersonAdded, account.PersonAdded, account.RolesSet, account.PINSet,
		account.PersonSignedIn, account.CodeIssued, account.Enrolled, account.DeviceDismissed, account.PersonDisabled}) {
		t.Fatalf("got %v", kinds)
	}
	if acts[0].By != "" || acts[2].By != "admin" || !slices.Equal(acts[2].Roles, []stocktake.Role{stocktake.Supervisor}) {
		t.Fatalf("got %+v", acts)
	}
}

func TestCountersAndPeople(t *testing.T) {
	s := open(t)
	ctx := t.Context()
	admin := s.administrator(t, rawda)
	s.add(t, admin, "b", stocktake.Counter)
	s.add(t, admin, "a", stocktake.Counter, stocktake.Supervisor)
	s.add(t, admin, "c", stocktake.Counter)
	must(t, s.Disable(ctx, admin, "c", "left"))
	counters, err := s.Counters(ctx, rawda)
	must(t, err)
	if len(counters) != 2 || counters[0].ID != "a" || counters[1].ID != "b" || counters[0].Name.English != "a" {
		t.Fatalf("got %v", counters)
	}
	people, err := s.People(ctx, admin)
	must(t, err)
	if len(people) != 4 || !people[3].Disabled || !people[3].HasPIN {
		t.Fatalf("got %+v", people)
	}
	must(t, s.Enable(ctx, admin, "c"))
	me, err := s.Me(ctx, admin)
	must(t, err)
	if me.ID != "admin" || me.HasPIN {
		t.Fatalf("got %+v", me)
	}
}

func TestStoreFailureIsNotMistakenForAWrongPassword(t *testing.T) {
	s := open(t)
	s.administrator(t, rawda)
	s.memory.broken = errors.New("disk full")
	for range 50 {
		_, err := s.SignIn(t.Context(), rawda, "admin", password, remote)
		if !errors.Is(err, s.memory.broken) {
			t.Fatal(err)
		}
	}
	s.memory.broken = nil
	s.signIn(t, stocktake.Person{Society: rawda, ID: "admin"})
}
