package boltdb_test

import (
	"testing"
	"time"

	"jard/internal/account"
	"jard/internal/stocktake"
)

func TestRevokeDevice(t *testing.T) {
	d := newDesk(t)
	for _, id := range []stocktake.DeviceID{"d2", "d10", "d1"} {
		d.enrol("c1", id)
	}
	d.enrol("c2", "d1")
	act := account.Act{At: noon.Add(time.Hour), By: "root", Kind: account.DeviceDismissed, Device: "d1", Note: "lost"}
	missing := act
	missing.Device = "d3"
	_, err := d.RevokeDevice(t.Context(), "c1", missing)
	d.refused(err, stocktake.Missing)
	_, err = d.RevokeDevice(t.Context(), "c3", act)
	d.refused(err, stocktake.Missing)

	want := account.Device{
		Society: "c1", ID: "d1", Name: "Shelf 1", EnrolledBy: "amal", EnrolledAt: noon.Add(time.Minute),
		Revoked: true, RevokedBy: "root", RevokedAt: act.At, Reason: "lost",
	}
	got, err := d.RevokeDevice(t.Context(), "c1", act)
	d.ok(err)
	d.same(got, want)
	again := act
	again.At, again.By, again.Note = noon.Add(2*time.Hour), "badr", "found"
	got, err = d.RevokeDevice(t.Context(), "c1", again)
	d.ok(err)
	d.same(got, want)
	acts, err := d.Trail(t.Context(), "c1", 7, 10)
	d.ok(err)
	act.Offset = 7
	d.same(acts, []account.Act{act})

	d.reopen()
	got, err = d.DeviceByToken(t.Context(), secretOf("token of d1 in c1"))
	d.ok(err)
	d.same(got, want)
	got, err = d.DeviceByToken(t.Context(), secretOf("token of d1 in c2"))
	d.ok(err)
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

func TestDeviceSignIns(t *testing.T) {
	d := newDesk(t)
	for _, id := range []stocktake.PersonID{"badr", "amal"} {
		d.person("c1", id)
	}
	d.person("c2", "amal")
	d.enrol("c1", "d1")
	d.enrol("c1", "d10")
	first := account.DeviceSignIn{Society: "c1", Device: "d1", Person: "badr", At: noon}
	for _, refusal := range []struct {
		s       account.DeviceSignIn
		version uint64
		want    error
	}{
		{account.DeviceSignIn{Society: "c1", Device: "d2", Person: "badr", At: noon}, 1, stocktake.Missing},
		{account.DeviceSignIn{Society: "c2", Device: "d1", Person: "amal", At: noon}, 1, stocktake.Missing},
		{account.DeviceSignIn{Society: "c1", Device: "d1", Person: "nobody", At: noon}, 0, account.Moved},
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
	again.At = noon.Add(time.Hour)
	d.ok(d.RecordDeviceSignIn(t.Context(), again, 1))
	second := account.DeviceSignIn{Society: "c1", Device: "d1", Person: "amal", At: noon.Add(time.Minute)}
	d.ok(d.RecordDeviceSignIn(t.Context(), second, 1))
	other := account.DeviceSignIn{Society: "c1", Device: "d10", Person: "badr", At: noon}
	d.ok(d.RecordDeviceSignIn(t.Context(), other, 1))

	_, err = d.RevokeDevice(t.Context(), "c1", account.Act{At: noon, Device: "d1", Kind: account.DeviceDismissed})
	d.ok(err)
	d.refused(d.RecordDeviceSignIn(t.Context(), second, 1), account.DeviceRevoked)
	d.reopen()
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

func TestTrail(t *testing.T) {
	d := newDesk(t)
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
func TestSocietiesApart(t *testing.T) {
	d := newDesk(t)
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
		_, err = d.RevokeDevice(t.Context(), society, account.Act{At: noon, Device: "d1"})
		d.refused(err, stocktake.Missing)
	}
	_, err := d.Person(t.Context(), "", "c1\x00amal")
	d.refused(err, stocktake.Missing)
}
