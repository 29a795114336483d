package storetest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"jard/internal/account"
	"jard/internal/stocktake"
)

func revoked(t *trial) {
	d := &desk{t}
	for _, id := range []stocktake.DeviceID{"d2", "d10", "d1"} {
		d.enrol("c1", id)
	}
	d.enrol("c2", "d1")
	act := account.Act{At: morning.Add(time.Hour), By: "root", Kind: account.DeviceDismissed, Device: "d1", Note: "lost"}
	missing := act
	missing.Device = "d3"
	_, err := d.RevokeDevice(t.Context(), "c1", missing)
	d.refused(err, stocktake.Missing)
	_, err = d.RevokeDevice(t.Context(), "c3", act)
	d.refused(err, stocktake.Missing)

	want := account.Device{
		Society: "c1", ID: "d1", Name: "Shelf 1", EnrolledBy: "amal", EnrolledAt: morning.Add(time.Minute),
		Revoked: true, RevokedBy: "root", RevokedAt: act.At, Reason: "lost",
	}
	got, err := d.RevokeDevice(t.Context(), "c1", act)
	d.ok(err)
	d.same(got, want)
	again := act
	again.At, again.By, again.Note = morning.Add(2*time.Hour), "badr", "found"
	got, err = d.RevokeDevice(t.Context(), "c1", again)
	d.ok(err)
	d.same(got, want)
	acts, err := d.Trail(t.Context(), "c1", 7, 10)
	d.ok(err)
	act.Offset = 7
	d.same(acts, []account.Act{act})

	d.again()
	got, err = d.DeviceByToken(t.Context(), secretOf("token of d1 in c1"))
	d.ok(err)
	d.same(got, want)
	got, err = d.DeviceByToken(t.Context(), secretOf("token of d1 in c2"))
	d.ok(err)
	for _, c := range []stocktake.SocietyID{"c1", "c2"} { // one id in two societies is two devices
		held, token, err := d.DeviceToken(t.Context(), c, "d1")
		d.ok(err)
		d.same(token, secretOf("token of d1 in "+string(c)))
		if held.Society != c || held.Revoked != (c == "c1") {
			t.Errorf("by its id the device is %+v", held)
		}
	}
	_, _, err = d.DeviceToken(t.Context(), "c2", "d2")
	d.refused(err, stocktake.Missing)
	if got.Society != "c2" || got.Revoked {
		t.Errorf("the other society's device became %+v", got)
	}
	devices, err := d.Devices(t.Context(), "c1")
	d.ok(err)
	var ids []stocktake.DeviceID
	for _, o := range devices {
		ids = append(ids, o.ID)
	}
	d.same(ids, []stocktake.DeviceID{"d1", "d10", "d2"})
}

func deviceSignIns(t *trial) {
	d := &desk{t}
	for _, id := range []stocktake.PersonID{"badr", "amal"} {
		d.person("c1", id)
	}
	d.person("c2", "amal")
	d.enrol("c1", "d1")
	d.enrol("c1", "d10")
	first := account.DeviceSignIn{Society: "c1", Device: "d1", Person: "badr", At: morning}
	for _, refusal := range []struct {
		s       account.DeviceSignIn
		version uint64
		want    error
	}{
		{account.DeviceSignIn{Society: "c1", Device: "d2", Person: "badr", At: morning}, 1, stocktake.Missing},
		{account.DeviceSignIn{Society: "c2", Device: "d1", Person: "amal", At: morning}, 1, stocktake.Missing},
		{account.DeviceSignIn{Society: "c1", Device: "d1", Person: "nobody", At: morning}, 0, account.Moved},
		{first, 2, account.Moved},
	} {
		d.refused(d.RecordDeviceSignIn(t.Context(), refusal.s, refusal.version), refusal.want)
	}
	list, err := d.SignedIn(t.Context(), "c1", "d1")
	d.ok(err)
	if len(list) != 0 {
		t.Errorf("refused, and yet there: %v", list)
	}
	d.ok(d.RecordDeviceSignIn(t.Context(), first, 1))
	again := first
	again.At = morning.Add(time.Hour)
	d.ok(d.RecordDeviceSignIn(t.Context(), again, 1))
	second := account.DeviceSignIn{Society: "c1", Device: "d1", Person: "amal", At: morning.Add(time.Minute)}
	d.ok(d.RecordDeviceSignIn(t.Context(), second, 1))
	other := account.DeviceSignIn{Society: "c1", Device: "d10", Person: "badr", At: morning}
	d.ok(d.RecordDeviceSignIn(t.Context(), other, 1))

	_, err = d.RevokeDevice(t.Context(), "c1", account.Act{At: morning, Device: "d1", Kind: account.DeviceDismissed})
	d.ok(err)
	d.refused(d.RecordDeviceSignIn(t.Context(), second, 1), account.DeviceRevoked)
	d.again()
	list, err = d.SignedIn(t.Context(), "c1", "d1")
	d.ok(err)
	d.same(list, []account.DeviceSignIn{second, first})
	for _, nowhere := range []struct {
		society stocktake.SocietyID
		device  stocktake.DeviceID
	}{{"c1", "d2"}, {"c2", "d1"}, {"c1", ""}, {"c1\x00d1", ""}} {
		list, err = d.SignedIn(t.Context(), nowhere.society, nowhere.device)
		d.ok(err)
		if len(list) != 0 {
			t.Errorf("%q shows %v", nowhere, list)
		}
	}
}

func trailed(t *trial) {
	d := &desk{t}
	for _, id := range []stocktake.PersonID{"a", "b", "c", "d"} {
		d.person("c1", id)
	}
	d.person("c10", "e")
	for _, page := range []struct {
		from  uint64
		limit int
		want  []stocktake.PersonID
	}{
		{1, 100, []stocktake.PersonID{"a", "b", "c", "d"}},
		{2, 2, []stocktake.PersonID{"b", "c"}},
		{4, 2, []stocktake.PersonID{"d"}},
		{5, 2, nil},
		{1 << 63, 2, nil},
		{1, 0, nil},
	} {
		acts, err := d.Trail(t.Context(), "c1", page.from, page.limit)
		d.ok(err)
		var got []stocktake.PersonID
		for _, a := range acts {
			got = append(got, a.Person)
		}
		d.same(got, page.want)
	}
}

// Nothing of one society is seen through another, whatever name is asked for: keys are made of ids joined by NUL.
func directoriesApart(t *trial) {
	d := &desk{t}
	d.person("c1", "amal")
	d.enrol("c1", "d1")
	for _, society := range []stocktake.SocietyID{"c2", "c", "c1\x00", "c1\x00amal", ""} {
		roll, err := d.People(t.Context(), society)
		d.ok(err)
		devices, err := d.Devices(t.Context(), society)
		d.ok(err)
		acts, err := d.Trail(t.Context(), society, 1, 10)
		d.ok(err)
		if roll.Version != 0 || len(roll.People)+len(devices)+len(acts) != 0 {
			t.Errorf("%q shows %v, %v, %v", society, roll, devices, acts)
		}
		_, err = d.Person(t.Context(), society, "amal")
		d.refused(err, stocktake.Missing)
		_, err = d.RevokeDevice(t.Context(), society, account.Act{At: morning, Device: "d1"})
		d.refused(err, stocktake.Missing)
	}
	_, err := d.Person(t.Context(), "", "c1\x00amal")
	d.refused(err, stocktake.Missing)
}

func enrolments(t *trial) {
	d := &desk{t}
	d.putCode(enrolment("c1", "k1", morning))
	for _, society := range []stocktake.SocietyID{"c1", "c2"} {
		d.refused(d.PutEnrolment(t.Context(), enrolment(society, "k1", morning), account.Act{At: morning}), account.CodeTaken)
	}
	d.trailIs("c1", account.CodeIssued)
	d.trailIs("c2")
	late := redemption("k1", "d1")
	late.At = morning.Add(time.Hour)
	for _, r := range []account.Redemption{late, redemption("never", "d1")} {
		_, err := d.Redeem(t.Context(), r)
		d.refused(err, account.CodeUnknown)
	}
	got, err := d.Redeem(t.Context(), redemption("k1", "d1"))
	d.ok(err)
	want := account.Device{Society: "c1", ID: "d1", Name: "Shelf 1", EnrolledBy: "amal", EnrolledAt: morning.Add(time.Minute)}
	d.same(got, want)
	_, err = d.Redeem(t.Context(), redemption("k1", "d2"))
	d.refused(err, account.CodeUnknown)

	unnamed := enrolment("c1", "k2", morning)
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
	d.putCode(enrolment("c1", "old", morning))
	later := enrolment("c2", "new", morning.Add(time.Hour))
	d.putCode(later)
	d.refused(d.PutEnrolment(t.Context(), enrolment("c2", "old", later.At), account.Act{At: later.At}), account.CodeTaken)
	d.putCode(enrolment("c1", "newer", later.At))
	d.putCode(enrolment("c2", "old", later.At))
	d.again()
	device, err := d.DeviceByToken(t.Context(), redemption("k1", "d1").Token)
	d.ok(err)
	d.same(device, want)
	_, err = d.DeviceByToken(t.Context(), secretOf("never"))
	d.refused(err, stocktake.Missing)
}

func redeemedOnce(t *trial) {
	d := &desk{t}
	d.putCode(enrolment("c1", "k1", morning))
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
