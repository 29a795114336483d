package web

import (
	"errors"
	"html/template"
	"slices"
	"time"

	"jard/internal/account"
	"jard/internal/label"
	"jard/internal/stocktake"
)

// Presence says which devices are there. The server fills it in from the gateway.
type Presence interface {
	// Present gives what is known of a society's devices since the server began: nothing for one that was not heard of.
	Present(society stocktake.SocietyID) map[stocktake.DeviceID]Contact
}

// Contact is the last that was heard of a device.
type Contact struct {
	Online bool
	Seen   time.Time
}

var deviceReaders = []stocktake.Role{stocktake.SocietyAdministrator, stocktake.Supervisor, stocktake.Manager, stocktake.AdministrativeController}

func (k *console) devicePages() []route {
	return []route{
		{path: "/devices", roles: deviceReaders, get: k.showDevices},
		{path: "/devices/pair", roles: administrators, get: k.showPairing, post: k.pair},
		{path: "/devices/:device", roles: administrators, get: k.showDevice, post: k.revokeDevice},
	}
}

// deviceRow is a device with what was last heard of it.
type deviceRow struct {
	account.Device
	Contact
	By        stocktake.Name // who paired it
	RevokedBy stocktake.Name
}

func (k *console) deviceRows(v *visit) ([]deviceRow, error) {
	list, err := k.Accounts.Devices(v.Request().Context(), v.by)
	if err != nil {
		return nil, err
	}
	var there map[stocktake.DeviceID]Contact
	if k.Presence != nil {
		there = k.Presence.Present(v.by.Society)
	}
	people, err := v.roll()
	if err != nil {
		return nil, err
	}
	rows := make([]deviceRow, 0, len(list))
	for _, d := range list {
		rows = append(rows, deviceRow{d, there[d.ID], people.name(d.EnrolledBy), people.name(d.RevokedBy)})
	}
	rank := func(d deviceRow) int {
		switch {
		case d.Revoked:
			return 2
		case d.Online:
			return 0
		}
		return 1
	}
	slices.SortStableFunc(rows, func(a, b deviceRow) int { return rank(a) - rank(b) })
	return rows, nil
}

// deviceNames are what handhelds are called; whoever may not see them gets none, and sees ids.
func (v *visit) deviceNames() (map[stocktake.DeviceID]string, error) {
	list, err := v.k.Accounts.Devices(v.Request().Context(), v.by)
	if err != nil && !errors.Is(err, stocktake.NotAllowed) {
		return nil, err
	}
	names := make(map[stocktake.DeviceID]string, len(list))
	for _, d := range list {
		names[d.ID] = d.Name
	}
	return names, nil
}

func (k *console) showDevices(v *visit) error {
	rows, err := k.deviceRows(v)
	if err != nil {
		return err
	}
	administrators, err := v.peopleWho(stocktake.SocietyAdministrator)
	if err != nil {
		return err
	}
	return v.show("devices", frame{Title: "devices.title", Nav: "devices", Data: devicesPage{rows, administrators}})
}

// devicesPage lists the handhelds, and says who pairs more.
type devicesPage struct {
	Rows           []deviceRow
	Administrators []option
}

// pairing is a code just made: this is the only time that it is shown. Before, it says how long one lives.
type pairing struct {
	Code  string
	For   time.Duration
	Until time.Time
	Link  string
	QR    template.HTML
}

func (k *console) showPairing(v *visit) error {
	return v.show("pair", frame{Title: "devices.pair", Nav: "devices", Data: pairing{For: k.Accounts.CodeFor()}})
}

// pair makes a one-time code. It stands in the link's fragment, which no browser sends to any server.
func (k *console) pair(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	code, err := k.Accounts.NewEnrolment(v.Request().Context(), v.by, f.Get("name"))
	if err != nil {
		if err := f.blame(err, "device-name", "name"); err != nil {
			return err
		}
		return v.again("pair", frame{Title: "devices.pair", Nav: "devices", Form: f, Data: pairing{For: k.Accounts.CodeFor()}})
	}
	p := pairing{Code: string(code.Secret), For: k.Accounts.CodeFor(), Until: code.ExpiresAt, Link: v.base() + "/app/#pair=" + string(code.Secret)}
	symbol, err := label.QR(p.Link)
	if err != nil {
		return err
	}
	p.QR = template.HTML(symbol.SVG(1300, 0))
	return v.show("pair", frame{Title: "devices.pair", Nav: "devices", Form: f, Data: p})
}

// base is the address under which the browser sees this server.
func (v *visit) base() string {
	scheme := "http"
	if overTLS(v.Request()) {
		scheme = "https"
	}
	return scheme + "://" + v.Request().Host
}

func (k *console) device(v *visit) (deviceRow, error) {
	id, err := param(v, "device")
	if err != nil {
		return deviceRow{}, err
	}
	rows, err := k.deviceRows(v)
	if err != nil {
		return deviceRow{}, err
	}
	n := slices.IndexFunc(rows, func(d deviceRow) bool { return string(d.ID) == id })
	if n < 0 {
		return deviceRow{}, stocktake.NoSuch("device", id)
	}
	return rows[n], nil
}

func (k *console) showDevice(v *visit) error {
	d, err := k.device(v)
	if err != nil {
		return err
	}
	return v.show("device", frame{Title: "devices.title", Nav: "devices", Data: d})
}

func (k *console) revokeDevice(v *visit) error {
	d, err := k.device(v)
	if err != nil {
		return err
	}
	f, err := v.form()
	if err != nil {
		return err
	}
	if f.need("reason") != "" {
		_, err := k.Accounts.Revoke(v.Request().Context(), v.by, d.ID, f.Get("reason"))
		if err == nil {
			return v.done("/devices", "done.device-revoked")
		}
		if err := f.blame(err, "reason-missing", "reason"); err != nil {
			return err
		}
	}
	return v.again("device", frame{Title: "devices.title", Nav: "devices", Form: f, Data: d})
}
