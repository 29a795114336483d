package storetest

import (
	"errors"
	"fmt"
	"reflect"
	"time"

	"jard/internal/account"
	"jard/internal/stocktake"
)

// directories are the guarantees of account.Directory.
var directories = []guarantee{
	{"SavePerson holds its preconditions and writes its trail", savedPerson},
	{"People lists everybody by id, with the version of the roll", rolled},
	{"Expel ends sign-ins and withdraws codes, of that person alone", expelled},
	{"a sign-in removes expired and surplus ones", signIns},
	{"a code becomes one device, once and in time", enrolments},
	{"of many redemptions of one code one succeeds", redeemedOnce},
	{"a device is revoked once, and stays known", revoked},
	{"who signed in on a device is kept for good, from the first time", deviceSignIns},
	{"Trail gives acts from an offset, up to a limit", trailed},
	{"people and devices stay in their society", directoriesApart},
}

var morning = time.Date(2026, 1, 1, 9, 0, 0, 123456000, time.UTC)

func secretOf(text string) stocktake.Hash { return stocktake.HashOf([]byte(text)) }

// desk is a store whose directory is under test.
type desk struct{ *trial }

func (d *desk) refused(err, want error) {
	d.Helper()
	if !errors.Is(err, want) {
		d.Errorf("answers %v, want %v", err, want)
	}
}

// same compares what was read with what it must be, instants and all.
func (d *desk) same(got, want any) {
	d.Helper()
	if !reflect.DeepEqual(got, want) {
		d.Errorf("got  %#v\nwant %#v", got, want)
	}
}

func (d *desk) trailIs(society stocktake.SocietyID, kinds ...account.ActKind) {
	d.Helper()
	acts, err := d.Trail(d.Context(), society, 1, 1000)
	d.ok(err)
	var got []account.ActKind
	for n, a := range acts {
		got = append(got, a.Kind)
		if a.Offset != uint64(n)+1 {
			d.Errorf("act %d has offset %d", n+1, a.Offset)
		}
	}
	d.same(got, kinds)
}

func change(society stocktake.SocietyID, id stocktake.PersonID) account.PersonChange {
	return account.PersonChange{
		Account: account.Account{
			Society: society, ID: id, Name: stocktake.Name{Arabic: "أمل", English: "Amal"},
			Roles: []stocktake.Role{stocktake.Counter}, Password: "$argon2id$x", PIN: "$argon2id$y",
			CreatedAt: morning, ChangedAt: morning,
		},
		Act: account.Act{At: morning, By: "root", Kind: account.PersonAdded, Person: id, Roles: []stocktake.Role{stocktake.Counter}},
	}
}

func (d *desk) person(society stocktake.SocietyID, id stocktake.PersonID) account.Account {
	d.Helper()
	a, err := d.SavePerson(d.Context(), change(society, id))
	d.ok(err)
	return a
}

func signIn(society stocktake.SocietyID, id stocktake.PersonID, token string, at time.Time) account.SignIn {
	return account.SignIn{Token: secretOf(token), Society: society, Person: id, At: at, ExpiresAt: at.Add(time.Hour)}
}

func (d *desk) signIn(s account.SignIn) {
	d.Helper()
	a, err := d.Person(d.Context(), s.Society, s.Person)
	d.ok(err)
	d.ok(d.PutSignIn(d.Context(), s, a.Version, account.Act{At: s.At, By: s.Person, Kind: account.PersonSignedIn}))
}

func (d *desk) signedInBy(token string) bool {
	d.Helper()
	_, _, err := d.SignInByToken(d.Context(), secretOf(token))
	if err != nil {
		d.refused(err, stocktake.Missing)
	}
	return err == nil
}

func enrolment(society stocktake.SocietyID, code string, at time.Time) account.Enrolment {
	return account.Enrolment{Code: secretOf(code), Society: society, Name: "Shelf 1", By: "amal", At: at, ExpiresAt: at.Add(time.Hour)}
}

func (d *desk) putCode(e account.Enrolment) {
	d.Helper()
	d.ok(d.PutEnrolment(d.Context(), e, account.Act{At: e.At, By: e.By, Kind: account.CodeIssued}))
}

func redemption(code string, device stocktake.DeviceID) account.Redemption {
	return account.Redemption{
		Code: secretOf(code), At: morning.Add(time.Minute), Device: device, Name: "TC26", Token: secretOf("token of " + string(device)),
	}
}

func (d *desk) enrol(society stocktake.SocietyID, device stocktake.DeviceID) account.Device {
	d.Helper()
	code := fmt.Sprintf("code of %s in %s", device, society)
	d.putCode(enrolment(society, code, morning))
	r := redemption(code, device)
	r.Token = secretOf(fmt.Sprintf("token of %s in %s", device, society))
	enrolled, err := d.Redeem(d.Context(), r)
	d.ok(err)
	return enrolled
}

func savedPerson(t *trial) {
	d := &desk{t}
	c := change("c1", "amal")
	saved, err := d.SavePerson(t.Context(), c)
	d.ok(err)
	want := c.Account
	want.Version = 1
	d.same(saved, want)
	_, err = d.SavePerson(t.Context(), c)
	d.refused(err, account.PersonExists)

	stale := c
	stale.Account.Version = 2
	_, err = d.SavePerson(t.Context(), stale)
	d.refused(err, account.Moved)
	_, err = d.SavePerson(t.Context(), account.PersonChange{Account: account.Account{Society: "c1", ID: "nobody", Version: 1}})
	d.refused(err, account.Moved)
	zero, one := uint64(0), uint64(1)
	c.Account.Version, c.IfRoll = 1, &zero
	_, err = d.SavePerson(t.Context(), c)
	d.refused(err, account.Moved)
	c.IfRoll, c.Account.Disabled, c.Act.Kind = &one, true, account.PersonDisabled
	saved, err = d.SavePerson(t.Context(), c)
	d.ok(err)
	if saved.Version != 2 {
		t.Errorf("version %d after the second save", saved.Version)
	}
	_, err = d.SavePerson(t.Context(), change("c1", "am\x00al"))
	if stocktake.CodeOf(err) != stocktake.Invalid {
		t.Errorf("a malformed id answers %v", err)
	}
	_, err = d.Person(t.Context(), "c1", "nobody")
	d.refused(err, stocktake.Missing)
	d.trailIs("c1", account.PersonAdded, account.PersonDisabled)
	d.again()
	got, err := d.Person(t.Context(), "c1", "amal")
	d.ok(err)
	d.same(got, saved)
	acts, err := d.Trail(t.Context(), "c1", 1, 1)
	d.ok(err)
	act := change("c1", "amal").Act
	act.Offset = 1
	d.same(acts, []account.Act{act})
}

func rolled(t *trial) {
	d := &desk{t}
	roll, err := d.People(t.Context(), "c1")
	d.ok(err)
	if roll.Version != 0 || len(roll.People) != 0 {
		t.Errorf("a society never heard of has %v", roll)
	}
	// In the order of the bytes, which is not that of the keys' lengths; and a society whose id begins with another's.
	for _, id := range []stocktake.PersonID{"b", "ab", "أمل", "a b", "a", "a!"} {
		d.person("c1", id)
	}
	d.person("c10", "other")
	for range 2 {
		roll, err = d.People(t.Context(), "c1")
		d.ok(err)
		var ids []stocktake.PersonID
		for _, a := range roll.People {
			ids = append(ids, a.ID)
		}
		d.same(ids, []stocktake.PersonID{"a", "a b", "a!", "ab", "b", "أمل"})
		if roll.Version != 6 {
			t.Errorf("the roll has version %d", roll.Version)
		}
		d.again()
	}
}

func expelled(t *trial) {
	d := &desk{t}
	for _, society := range []stocktake.SocietyID{"c1", "c2"} {
		for _, id := range []stocktake.PersonID{"amal", "badr"} {
			d.person(society, id)
			d.signIn(signIn(society, id, string(society)+string(id), morning))
			e := enrolment(society, "code "+string(society)+string(id), morning)
			e.By = id
			d.putCode(e)
		}
	}
	c := change("c1", "amal")
	c.Account.Version, c.Expel, c.Act.Kind = 1, true, account.PersonDisabled
	_, err := d.SavePerson(t.Context(), c)
	d.ok(err)
	for token, want := range map[string]bool{"c1amal": false, "c1badr": true, "c2amal": true, "c2badr": true} {
		if d.signedInBy(token) != want {
			t.Errorf("%s signed in: %v", token, !want)
		}
		_, err := d.Redeem(t.Context(), redemption("code "+token, "d1-"+stocktake.DeviceID(token)))
		if want {
			d.ok(err)
		} else {
			d.refused(err, account.CodeUnknown)
		}
	}
	d.putCode(enrolment("c1", "code c1amal", morning)) // a withdrawn code is free again
}

func signIns(t *trial) {
	d := &desk{t}
	a := d.person("c1", "amal")
	d.person("c1", "badr")
	act := account.Act{At: morning, Kind: account.PersonSignedIn}
	s := signIn("c1", "amal", "t0", morning)
	d.refused(d.PutSignIn(t.Context(), s, 2, act), account.Moved)
	d.refused(d.PutSignIn(t.Context(), signIn("c1", "nobody", "x", morning), 0, act), account.Moved)
	d.refused(d.PutSignIn(t.Context(), signIn("c2", "amal", "x", morning), 1, act), account.Moved)
	if d.signedInBy("t0") {
		t.Error("a refused sign-in stands")
	}
	d.trailIs("c1", account.PersonAdded, account.PersonAdded)
	d.signIn(s)
	d.signIn(signIn("c1", "badr", "b0", morning))
	got, of, err := d.SignInByToken(t.Context(), s.Token)
	d.ok(err)
	d.same(got, s)
	d.same(of, a)

	// The oldest ones above MaxSignIns go; those of others stay.
	for n := 1; n <= account.MaxSignIns+1; n++ {
		d.signIn(signIn("c1", "amal", fmt.Sprint("t", n), morning.Add(time.Duration(n)*time.Second)))
	}
	for n := range account.MaxSignIns + 2 {
		if want := n >= 2; d.signedInBy(fmt.Sprint("t", n)) != want {
			t.Errorf("sign-in %d there: %v", n, !want)
		}
	}
	// One that comes late, older than all: it stays, the oldest of the others goes.
	d.signIn(signIn("c1", "amal", "late", morning.Add(-time.Minute)))
	if !d.signedInBy("late") || d.signedInBy("t2") || !d.signedInBy("t3") {
		t.Error("a new sign-in did not take the place of the oldest other one")
	}
	// An expired one is given until another sign-in removes it; one that ends at this very instant is expired.
	d.signIn(signIn("c1", "amal", "next", morning.Add(time.Hour+5*time.Second)))
	for token, want := range map[string]bool{"t4": false, "t5": false, "t6": true, "b0": true, "next": true} {
		if d.signedInBy(token) != want {
			t.Errorf("%s there: %v", token, !want)
		}
	}
	d.ok(d.EndSignIn(t.Context(), secretOf("next")))
	d.ok(d.EndSignIn(t.Context(), secretOf("next")))
	d.ok(d.EndSignIn(t.Context(), secretOf("never")))
	d.again()
	if d.signedInBy("next") || !d.signedInBy("b0") {
		t.Error("sign-ins changed while the store was closed")
	}
}
