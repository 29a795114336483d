package boltdb_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"jard/internal/account"
	"jard/internal/boltdb"
	"jard/internal/stocktake"
)

var noon = time.Date(2026, 1, 1, 12, 0, 0, 123456000, time.UTC)

func secretOf(text string) stocktake.Hash { return stocktake.HashOf([]byte(text)) }

// desk is a store whose directory is under test.
type desk struct {
	*testing.T
	*boltdb.DB
	path string
}

func newDesk(t *testing.T) *desk {
	path := filepath.Join(t.TempDir(), "jard.db")
	return &desk{T: t, DB: mustOpen(t, path), path: path}
}

func (d *desk) reopen() {
	d.Helper()
	d.ok(d.Close())
	d.DB = mustOpen(d.T, d.path)
}

func (d *desk) ok(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

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
			CreatedAt: noon, ChangedAt: noon,
		},
		Act: account.Act{At: noon, By: "root", Kind: account.PersonAdded, Person: id, Roles: []stocktake.Role{stocktake.Counter}},
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
		Code: secretOf(code), At: noon.Add(time.Minute), Device: device, Name: "TC26", Token: secretOf("token of " + string(device)),
	}
}

func (d *desk) enrol(society stocktake.SocietyID, device stocktake.DeviceID) account.Device {
	d.Helper()
	code := fmt.Sprintf("code of %s in %s", device, society)
	d.putCode(enrolment(society, code, noon))
	r := redemption(code, device)
	r.Token = secretOf(fmt.Sprintf("token of %s in %s", device, society))
	enrolled, err := d.Redeem(d.Context(), r)
	d.ok(err)
	return enrolled
}

func TestSavePerson(t *testing.T) {
	d := newDesk(t)
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
	d.reopen()
	got, err := d.Person(t.Context(), "c1", "amal")
	d.ok(err)
	d.same(got, saved)
	acts, err := d.Trail(t.Context(), "c1", 1, 1)
	d.ok(err)
	act := change("c1", "amal").Act
	act.Offset = 1
	d.same(acts, []account.Act{act})
}

func TestRoll(t *testing.T) {
	d := newDesk(t)
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
		d.reopen()
	}
}

func TestExpel(t *testing.T) {
	d := newDesk(t)
	for _, society := range []stocktake.SocietyID{"c1", "c2"} {
		for _, id := range []stocktake.PersonID{"amal", "badr"} {
			d.person(society, id)
			d.signIn(signIn(society, id, string(society)+string(id), noon))
			e := enrolment(society, "code "+string(society)+string(id), noon)
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
	d.putCode(enrolment("c1", "code c1amal", noon)) // a withdrawn code is free again
}

func TestSignIns(t *testing.T) {
	d := newDesk(t)
	a := d.person("c1", "amal")
	d.person("c1", "badr")
	act := account.Act{At: noon, Kind: account.PersonSignedIn}
	s := signIn("c1", "amal", "t0", noon)
	d.refused(d.PutSignIn(t.Context(), s, 2, act), account.Moved)
	d.refused(d.PutSignIn(t.Context(), signIn("c1", "nobody", "x", noon), 0, act), account.Moved)
	d.refused(d.PutSignIn(t.Context(), signIn("c2", "amal", "x", noon), 1, act), account.Moved)
	if d.signedInBy("t0") {
		t.Error("a refused sign-in stands")
	}
	d.trailIs("c1", account.PersonAdded, account.PersonAdded)
	d.signIn(s)
	d.signIn(signIn("c1", "badr", "b0", noon))
	got, of, err := d.SignInByToken(t.Context(), s.Token)
	d.ok(err)
	d.same(got, s)
	d.same(of, a)

	// The oldest ones above MaxSignIns go; those of others stay.
	for n := 1; n <= account.MaxSignIns+1; n++ {
		d.signIn(signIn("c1", "amal", fmt.Sprint("t", n), noon.Add(time.Duration(n)*time.Second)))
	}
	for n := range account.MaxSignIns + 2 {
		if want := n >= 2; d.signedInBy(fmt.Sprint("t", n)) != want {
			t.Errorf("sign-in %d there: %v", n, !want)
		}
	}
	// One that comes late, older than all: it stays, the oldest of the others goes.
	d.signIn(signIn("c1", "amal", "late", noon.Add(-time.Minute)))
	if !d.signedInBy("late") || d.signedInBy("t2") || !d.signedInBy("t3") {
		t.Error("a new sign-in did not take the place of the oldest other one")
	}
	// An expired one is given until another sign-in removes it; one that ends at this very instant is expired.
	d.signIn(signIn("c1", "amal", "next", noon.Add(time.Hour+5*time.Second)))
	for token, want := range map[string]bool{"t4": false, "t5": false, "t6": true, "b0": true, "next": true} {
		if d.signedInBy(token) != want {
			t.Errorf("%s there: %v", token, !want)
		}
	}
	d.ok(d.EndSignIn(t.Context(), secretOf("next")))
	d.ok(d.EndSignIn(t.Context(), secretOf("next")))
	d.ok(d.EndSignIn(t.Context(), secretOf("never")))
	d.reopen()
	if d.signedInBy("next") || !d.signedInBy("b0") {
		t.Error("sign-ins changed while the store was closed")
	}
}

func TestEnrolments(t *testing.T) {
	d := newDesk(t)
	d.putCode(enrolment("c1", "k1", noon))
	for _, society := range []stocktake.SocietyID{"c1", "c2"} {
		d.refused(d.PutEnrolment(t.Context(), enrolment(society, "k1", noon), account.Act{At: noon}), account.CodeTaken)
	}
	d.trailIs("c1", account.CodeIssued)
	d.trailIs("c2")
	late := redemption("k1", "d1")
	late.At = noon.Add(time.Hour)
	for _, r := range []account.Redemption{late, redemption("never", "d1")} {
		_, err := d.Redeem(t.Context(), r)
		d.refused(err, account.CodeUnknown)
	}
	got, err := d.Redeem(t.Context(), redemption("k1", "d1"))
	d.ok(err)
	want := account.Device{Society: "c1", ID: "d1", Name: "Shelf 1", EnrolledBy: "amal", EnrolledAt: noon.Add(time.Minute)}
	d.same(got, want)
	_, err = d.Redeem(t.Context(), redemption("k1", "d2"))
	d.refused(err, account.CodeUnknown)

	unnamed := enrolment("c1", "k2", noon)
	unnamed.Name = ""
	d.putCode(unnamed)
	_, err = d.Redeem(t.Context(), redemption("k2", "d1"))
	d.refused(err, account.DeviceExists)
	got, err = d.Redeem(t.Context(), redemption("k2", "d2")) // the code has stayed
	d.ok(err)
	if got.Name != "TC26" {
		t.Errorf("an unnamed device is called %q", got.Name)
	}
	d.trailIs("c1", account.CodeIssued, account.Enrolled, account.CodeIssued, account.Enrolled)

	// A code of another society waits, expired or not, until its own society issues another.
	d.putCode(enrolment("c1", "old", noon))
	later := enrolment("c2", "new", noon.Add(time.Hour))
	d.putCode(later)
	d.refused(d.PutEnrolment(t.Context(), enrolment("c2", "old", later.At), account.Act{At: later.At}), account.CodeTaken)
	d.putCode(enrolment("c1", "newer", later.At))
	d.putCode(enrolment("c2", "old", later.At))
	d.reopen()
	device, err := d.DeviceByToken(t.Context(), redemption("k1", "d1").Token)
	d.ok(err)
	d.same(device, want)
	_, err = d.DeviceByToken(t.Context(), secretOf("never"))
	d.refused(err, stocktake.Missing)
}

func TestRedeemOnce(t *testing.T) {
	d := newDesk(t)
	d.putCode(enrolment("c1", "k1", noon))
	var won, lost atomic.Int32
	var group sync.WaitGroup
	for n := range 16 {
		group.Go(func() {
			switch _, err := d.Redeem(t.Context(), redemption("k1", stocktake.DeviceID(fmt.Sprint("d", n)))); {
			case err == nil:
				won.Add(1)
			case errors.Is(err, account.CodeUnknown):
				lost.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	group.Wait()
	devices, err := d.Devices(t.Context(), "c1")
	d.ok(err)
	if won.Load() != 1 || lost.Load() != 15 || len(devices) != 1 {
		t.Errorf("%d succeeded, %d were refused, %d devices", won.Load(), lost.Load(), len(devices))
	}
	d.trailIs("c1", account.CodeIssued, account.Enrolled)
}
