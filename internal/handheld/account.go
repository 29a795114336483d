package handheld

import (
	"context"

	"jard/internal/stocktake"
)

// Accounts is what the gateway needs to know of people and devices.
type Accounts interface {
	// Device gives the device of a token: stocktake.Unauthenticated when there is none. A revoked device is given, with
	// Revoked set. It is asked before every append, so it answers from memory, a few seconds old at most.
	Device(ctx context.Context, token string) (Device, error)

	// Enrol redeems a one-time code. Remote is the address that shows it.
	Enrol(ctx context.Context, code, name, remote string) (d Device, token string, err error)

	// SignInOnDevice checks a counter's PIN and records that the person signed in there.
	SignInOnDevice(ctx context.Context, d Device, person stocktake.PersonID, pin string) (Person, error)

	// SignedIn gives everybody who ever signed in on a device.
	SignedIn(ctx context.Context, society stocktake.SocietyID, device stocktake.DeviceID) (map[stocktake.PersonID]bool, error)

	// Counters lists who may sign in on a society's handhelds.
	Counters(ctx context.Context, society stocktake.SocietyID) ([]Person, error)
}

// Device is one enrolled handheld.
type Device struct {
	Society stocktake.SocietyID
	ID      stocktake.DeviceID
	Name    string
	Revoked bool
}

// Person is a counter, as a handheld may know one.
type Person struct {
	ID   stocktake.PersonID `json:"id"`
	Name stocktake.Name     `json:"name"`
}
