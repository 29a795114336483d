package account

import (
	"context"
	"maps"

	"jard/internal/stocktake"
)

// Device gives the device whose token it is, a revoked one too: it may still hand over what it holds. Anything else is
// DeviceUnknown. See Config.Stale for how soon a revocation is seen with replicas.
func (s *Service) Device(ctx context.Context, token string) (Device, error) {
	hash, ok := hashToken(deviceToken, Secret(token))
	if !ok {
		return Device{}, DeviceUnknown.New()
	}
	d, err := s.devices.get(hash, s.now(), func() (Device, error) { return s.directory.DeviceByToken(ctx, hash) })
	if err != nil && stocktake.CodeOf(err) == stocktake.NotFound {
		return Device{}, DeviceUnknown.New()
	}
	return d, err
}

// DeviceToken gives a device by its id and the hash of its token, which proves that a file was made by the device itself. Nobody
// outside may see the hash.
func (s *Service) DeviceToken(ctx context.Context, society stocktake.SocietyID, id stocktake.DeviceID) (Device, stocktake.Hash, error) {
	return s.directory.DeviceToken(ctx, society, id)
}

// Devices lists the society's devices, revoked ones too.
func (s *Service) Devices(ctx context.Context, by stocktake.Person) ([]Device, error) {
	if err := holds(by, stocktake.SocietyAdministrator, stocktake.Supervisor, stocktake.Manager,
		stocktake.AdministrativeController); err != nil {
		return nil, err
	}
	return s.directory.Devices(ctx, by.Society)
}

// Revoke takes a device out of use: lost, broken or handed back. What it still holds goes to quarantine.
func (s *Service) Revoke(ctx context.Context, by stocktake.Person, id stocktake.DeviceID, reason string) (Device, error) {
	if _, err := s.administrator(ctx, by); err != nil {
		return Device{}, err
	}
	if err := checkReason(reason); err != nil {
		return Device{}, err
	}
	d, err := s.directory.RevokeDevice(ctx, by.Society, Act{At: s.now(), By: by.ID, Kind: DeviceDismissed, Device: id, Note: reason})
	s.devices.forget(func(_ stocktake.Hash, known Device) bool { return known.Society == by.Society && known.ID == id })
	return d, err
}

// SignInOnDevice lets a counter work on a device: from now on passes of the device may name them.
func (s *Service) SignInOnDevice(ctx context.Context, d Device, id stocktake.PersonID, pin string) (PersonInfo, error) {
	if d.Revoked {
		return PersonInfo{}, DeviceRevoked.New()
	}
	folded, ok := readPIN(Secret(pin))
	if !ok {
		return PersonInfo{}, pinShape.New()
	}
	if stocktake.CheckID("person", string(id)) != nil {
		return PersonInfo{}, PINWrong.New()
	}
	device := string(d.Society) + "\x00" + string(d.ID)
	try := attempt{
		{of: s.deviceGuesses, key: device},
		{of: s.pinGuesses, key: device + "\x00" + string(id), clear: true},
	}
	a, err := s.prove(ctx, try, d.Society, id, folded, pinOf, PINWrong)
	if err != nil {
		return PersonInfo{}, err
	}
	try.succeeded()
	if !a.holds(stocktake.Counter) {
		return PersonInfo{}, stocktake.NotAllowed.New(stocktake.Counter)
	}
	err = s.directory.RecordDeviceSignIn(ctx, DeviceSignIn{Society: d.Society, Device: d.ID, Person: id, At: s.now()}, a.Version)
	key := deviceKey{d.Society, d.ID}
	s.onBoard.forget(func(k deviceKey, _ map[stocktake.PersonID]bool) bool { return k == key })
	if err != nil {
		return PersonInfo{}, err
	}
	return PersonInfo{ID: a.ID, Name: a.Name}, nil
}

// SignedIn is everybody who ever signed in on the device. Leaving the society or losing a role takes nobody out of it:
// what they had counted before was theirs to count. The map is the caller's.
func (s *Service) SignedIn(ctx context.Context, society stocktake.SocietyID, device stocktake.DeviceID) (map[stocktake.PersonID]bool, error) {
	load := func() (map[stocktake.PersonID]bool, error) {
		list, err := s.directory.SignedIn(ctx, society, device)
		if err != nil {
			return nil, err
		}
		people := make(map[stocktake.PersonID]bool, len(list))
		for _, in := range list {
			people[in.Person] = true
		}
		return people, nil
	}
	if !s.sole {
		return load()
	}
	people, err := s.onBoard.get(deviceKey{society, device}, s.now(), load)
	return maps.Clone(people), err
}
