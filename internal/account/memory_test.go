package account_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"jard/internal/account"
	"jard/internal/stocktake"
)

type personKey struct {
	society stocktake.SocietyID
	id      stocktake.PersonID
}

type boardKey struct {
	society stocktake.SocietyID
	device  stocktake.DeviceID
}

// memory is the plainest Directory: maps under one lock. Tests of Service run on it; what it must do is written at the
// interface.
type memory struct {
	mu      sync.Mutex
	people  map[personKey]account.Account
	rolls   map[stocktake.SocietyID]uint64
	signIns map[stocktake.Hash]account.SignIn
	codes   map[stocktake.Hash]account.Enrolment
	devices map[boardKey]account.Device
	tokens  map[stocktake.Hash]boardKey
	board   map[boardKey][]account.DeviceSignIn
	trail   map[stocktake.SocietyID][]account.Act

	reads  int   // how often a token was looked up
	broken error // what every verb answers while set
}

func newMemory() *memory {
	return &memory{
		people: map[personKey]account.Account{}, rolls: map[stocktake.SocietyID]uint64{},
		signIns: map[stocktake.Hash]account.SignIn{}, codes: map[stocktake.Hash]account.Enrolment{},
		devices: map[boardKey]account.Device{}, tokens: map[stocktake.Hash]boardKey{},
		board: map[boardKey][]account.DeviceSignIn{}, trail: map[stocktake.SocietyID][]account.Act{},
	}
}

func (m *memory) enter() (func(), error) {
	m.mu.Lock()
	return m.mu.Unlock, m.broken
}

func (m *memory) act(society stocktake.SocietyID, a account.Act) {
	a.Offset = uint64(len(m.trail[society])) + 1
	m.trail[society] = append(m.trail[society], a)
}

func (m *memory) SavePerson(_ context.Context, c account.PersonChange) (account.Account, error) {
	leave, err := m.enter()
	defer leave()
	if err != nil {
		return account.Account{}, err
	}
	a := c.Account
	key := personKey{a.Society, a.ID}
	held, ok := m.people[key]
	switch {
	case a.Version == 0 && ok:
		return account.Account{}, account.PersonExists.New(string(a.ID))
	case a.Version != 0 && (!ok || held.Version != a.Version), c.IfRoll != nil && *c.IfRoll != m.rolls[a.Society]:
		return account.Account{}, account.Moved.New()
	}
	a.Version++
	a.Roles = slices.Clone(a.Roles)
	m.people[key] = a
	m.rolls[a.Society]++
	if c.Expel {
		for h, s := range m.signIns {
			if s.Society == a.Society && s.Person == a.ID {
				delete(m.signIns, h)
			}
		}
		for h, e := range m.codes {
			if e.Society == a.Society && e.By == a.ID {
				delete(m.codes, h)
			}
		}
	}
	m.act(a.Society, c.Act)
	return a, nil
}

func (m *memory) Person(_ context.Context, society stocktake.SocietyID, id stocktake.PersonID) (account.Account, error) {
	leave, err := m.enter()
	defer leave()
	if err != nil {
		return account.Account{}, err
	}
	if a, ok := m.people[personKey{society, id}]; ok {
		return a, nil
	}
	return account.Account{}, stocktake.NoSuch("person", id)
}

func (m *memory) People(_ context.Context, society stocktake.SocietyID) (account.Roll, error) {
	leave, err := m.enter()
	defer leave()
	roll := account.Roll{Version: m.rolls[society]}
	for key, a := range m.people {
		if key.society == society {
			roll.People = append(roll.People, a)
		}
	}
	slices.SortFunc(roll.People, func(a, b account.Account) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return roll, err
}

func (m *memory) PutSignIn(_ context.Context, s account.SignIn, ifVersion uint64, a account.Act) error {
	leave, err := m.enter()
	defer leave()
	if err != nil {
		return err
	}
	if held, ok := m.people[personKey{s.Society, s.Person}]; !ok || held.Version != ifVersion {
		return account.Moved.New()
	}
	var others []account.SignIn
	for h, o := range m.signIns {
		switch {
		case o.Society != s.Society || o.Person != s.Person:
		case !o.ExpiresAt.After(s.At):
			delete(m.signIns, h)
		default:
			others = append(others, o)
		}
	}
	slices.SortFunc(others, func(a, b account.SignIn) int { return b.At.Compare(a.At) })
	for i := account.MaxSignIns - 1; i < len(others); i++ {
		delete(m.signIns, others[i].Token)
	}
	m.signIns[s.Token] = s
	m.act(s.Society, a)
	return nil
}

func (m *memory) SignInByToken(_ context.Context, token stocktake.Hash) (account.SignIn, account.Account, error) {
	leave, err := m.enter()
	defer leave()
	m.reads++
	if err != nil {
		return account.SignIn{}, account.Account{}, err
	}
	s, ok := m.signIns[token]
	if !ok {
		return account.SignIn{}, account.Account{}, stocktake.NoSuch("sign-in", "")
	}
	return s, m.people[personKey{s.Society, s.Person}], nil
}

func (m *memory) EndSignIn(_ context.Context, token stocktake.Hash) error {
	leave, err := m.enter()
	defer leave()
	if err == nil {
		delete(m.signIns, token)
	}
	return err
}

func (m *memory) PutEnrolment(_ context.Context, e account.Enrolment, a account.Act) error {
	leave, err := m.enter()
	defer leave()
	if err != nil {
		return err
	}
	if _, ok := m.codes[e.Code]; ok {
		return account.CodeTaken.New()
	}
	for h, o := range m.codes {
		if o.Society == e.Society && !o.ExpiresAt.After(a.At) {
			delete(m.codes, h)
		}
	}
	m.codes[e.Code] = e
	m.act(e.Society, a)
	return nil
}

func (m *memory) Redeem(_ context.Context, r account.Redemption) (account.Device, error) {
	leave, err := m.enter()
	defer leave()
	if err != nil {
		return account.Device{}, err
	}
	e, ok := m.codes[r.Code]
	if !ok || !e.ExpiresAt.After(r.At) {
		return account.Device{}, account.CodeUnknown.New()
	}
	key := boardKey{e.Society, r.Device}
	if _, ok := m.devices[key]; ok {
		return account.Device{}, account.DeviceExists.New(string(r.Device))
	}
	delete(m.codes, r.Code)
	d := account.Device{Society: e.Society, ID: r.Device, Name: e.Name, EnrolledBy: e.By, EnrolledAt: r.At}
	if d.Name == "" {
		d.Name = r.Name
	}
	m.devices[key] = d
	m.tokens[r.Token] = key
	m.act(e.Society, account.Act{At: r.At, Kind: account.Enrolled, Person: e.By, Device: r.Device})
	return d, nil
}

func (m *memory) DeviceByToken(_ context.Context, token stocktake.Hash) (account.Device, error) {
	leave, err := m.enter()
	defer leave()
	m.reads++
	if err != nil {
		return account.Device{}, err
	}
	if key, ok := m.tokens[token]; ok {
		return m.devices[key], nil
	}
	return account.Device{}, stocktake.NoSuch("device", "")
}

func (m *memory) DeviceToken(_ context.Context, society stocktake.SocietyID, id stocktake.DeviceID) (account.Device, stocktake.Hash, error) {
	leave, err := m.enter()
	defer leave()
	if err != nil {
		return account.Device{}, stocktake.Hash{}, err
	}
	for token, key := range m.tokens {
		if d := m.devices[key]; d.Society == society && d.ID == id {
			return d, token, nil
		}
	}
	return account.Device{}, stocktake.Hash{}, stocktake.NoSuch("device", id)
}

func (m *memory) Devices(_ context.Context, society stocktake.SocietyID) ([]account.Device, error) {
	leave, err := m.enter()
	defer leave()
	list := []account.Device{}
	for key, d := range m.devices {
		if key.society == society {
			list = append(list, d)
		}
	}
	slices.SortFunc(list, func(a, b account.Device) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return list, err
}

func (m *memory) RevokeDevice(_ context.Context, society stocktake.SocietyID, a account.Act) (account.Device, error) {
	leave, err := m.enter()
	defer leave()
	if err != nil {
		return account.Device{}, err
	}
	key := boardKey{society, a.Device}
	d, ok := m.devices[key]
	if !ok {
		return account.Device{}, stocktake.NoSuch("device", a.Device)
	}
	if !d.Revoked {
		d.Revoked, d.RevokedBy, d.RevokedAt, d.Reason = true, a.By, a.At, a.Note
		m.devices[key] = d
		m.act(society, a)
	}
	return d, nil
}

func (m *memory) RecordDeviceSignIn(_ context.Context, s account.DeviceSignIn, ifVersion uint64) error {
	leave, err := m.enter()
	defer leave()
	if err != nil {
		return err
	}
	key := boardKey{s.Society, s.Device}
	d, ok := m.devices[key]
	switch held, there := m.people[personKey{s.Society, s.Person}]; {
	case !ok:
		return stocktake.NoSuch("device", s.Device)
	case d.Revoked:
		return account.DeviceRevoked.New()
	case !there || held.Version != ifVersion:
		return account.Moved.New()
	}
	if !slices.ContainsFunc(m.board[key], func(o account.DeviceSignIn) bool { return o.Person == s.Person }) {
		m.board[key] = append(m.board[key], s)
	}
	return nil
}

func (m *memory) SignedIn(_ context.Context, society stocktake.SocietyID, device stocktake.DeviceID) ([]account.DeviceSignIn, error) {
	leave, err := m.enter()
	defer leave()
	m.reads++
	list := slices.Clone(m.board[boardKey{society, device}])
	slices.SortFunc(list, func(a, b account.DeviceSignIn) int { return strings.Compare(string(a.Person), string(b.Person)) })
	return list, err
}

func (m *memory) Trail(_ context.Context, society stocktake.SocietyID, from uint64, limit int) ([]account.Act, error) {
	leave, err := m.enter()
	defer leave()
	acts := m.trail[society]
	if from > uint64(len(acts)) {
		return nil, err
	}
	acts = acts[from-1:]
	return slices.Clone(acts[:min(limit, len(acts))]), err
}

// clock is a time that moves only when told.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}
