package main

import (
	"context"

	"jard/internal/account"
	"jard/internal/boltdb"
	"jard/internal/count"
	"jard/internal/handheld"
	"jard/internal/stocktake"
	"jard/internal/web"
	"jard/internal/wire"
)

// The gateway declares what it needs in its own words; these adapters say it in the core's.

// gatewayAccounts serves handheld.Accounts.
type gatewayAccounts struct{ *account.Service }

// Device gives the device of a token.
func (a gatewayAccounts) Device(ctx context.Context, token string) (handheld.Device, error) {
	d, err := a.Service.Device(ctx, token)
	return gatewayDevice(d), err
}

// Enrol redeems a one-time code.
func (a gatewayAccounts) Enrol(ctx context.Context, code, name, remote string) (handheld.Device, string, error) {
	d, token, err := a.Service.Enrol(ctx, code, name, remote)
	return gatewayDevice(d), token, err
}

// SignInOnDevice checks a counter's PIN.
func (a gatewayAccounts) SignInOnDevice(ctx context.Context, d handheld.Device, person stocktake.PersonID, pin string) (handheld.Person, error) {
	p, err := a.Service.SignInOnDevice(ctx, account.Device{Society: d.Society, ID: d.ID, Name: d.Name, Revoked: d.Revoked}, person, pin)
	return handheld.Person{ID: p.ID, Name: p.Name}, err
}

// Counters lists who may sign in on handhelds.
func (a gatewayAccounts) Counters(ctx context.Context, society stocktake.SocietyID) ([]handheld.Person, error) {
	people, err := a.Service.Counters(ctx, society)
	list := make([]handheld.Person, 0, len(people))
	for _, p := range people {
		list = append(list, handheld.Person{ID: p.ID, Name: p.Name})
	}
	return list, err
}

func gatewayDevice(d account.Device) handheld.Device {
	return handheld.Device{Society: d.Society, ID: d.ID, Name: d.Name, Revoked: d.Revoked}
}

// gatewaySessions serves handheld.Sessions.
type gatewaySessions struct {
	*count.Service
	db *boltdb.DB
}

// Open lists the sessions that a device may join.
func (g gatewaySessions) Open(ctx context.Context, society stocktake.SocietyID) ([]handheld.SessionInfo, error) {
	open, err := g.Service.Open(ctx, society)
	list := make([]handheld.SessionInfo, 0, len(open))
	for _, i := range open {
		list = append(list, handheld.SessionInfo{
			Session: i.Session, Site: i.Site, Name: i.Name, State: wire.SessionState(i.State), Blind: i.Blind, Round: i.Round,
		})
	}
	return list, err
}

// PackFor gives what a device needs to count a session.
func (g gatewaySessions) PackFor(ctx context.Context, society stocktake.SocietyID, session stocktake.SessionID) (handheld.Pack, error) {
	p, err := g.Pack(ctx, society, session)
	if err != nil {
		return handheld.Pack{}, err
	}
	home, err := g.db.Society(ctx, society)
	if err != nil {
		return handheld.Pack{}, err
	}
	pack := handheld.Pack{
		Session: session, Site: *p.Site, Catalogue: p.Catalogue, Schemes: home.Schemes,
		Plan: handheld.Plan{Kind: string(p.Plan.Kind), Blind: p.Plan.Blind, Name: p.Plan.Name, Due: p.Plan.Due, Scope: handheld.Scope(p.Plan.Scope)},
	}
	for _, l := range p.Book {
		pack.Book = append(pack.Book, handheld.BookQuantity{Section: l.Section, Item: l.Item, Quantity: l.Quantity})
	}
	return pack, nil
}

// Tasks gives a session's state and tasks.
func (g gatewaySessions) Tasks(ctx context.Context, society stocktake.SocietyID, session stocktake.SessionID) (handheld.Tasks, error) {
	t, err := g.Service.Tasks(ctx, society, session)
	tasks := handheld.Tasks{Cursor: t.Cursor, State: wire.SessionState(t.State), Round: t.Round, Tasks: make([]wire.Task, 0, len(t.Tasks))}
	for _, x := range t.Tasks {
		task := wire.Task{Assignment: x.ID, Round: x.Round, Location: x.Location, Items: x.Items, Person: x.Person}
		if !x.Due.IsZero() {
			task.Due = x.Due.UnixMilli()
		}
		tasks.Tasks = append(tasks.Tasks, task)
	}
	return tasks, err
}

// Fence ends a stream.
func (g gatewaySessions) Fence(ctx context.Context, society stocktake.SocietyID, stream count.Stream, why handheld.Fencing) error {
	var lost *count.Lost
	if why.Why == handheld.Gap {
		lost = &count.Lost{Device: why.Device, Epoch: why.Epoch, From: why.From, To: why.To}
	}
	return g.Service.Fence(ctx, society, stream, lost)
}

// Watch tells of changes to tasks.
func (g gatewaySessions) Watch(f func(stocktake.SocietyID, stocktake.SessionID)) (stop func()) {
	return g.Changed(f)
}

// gatewayStore serves handheld.Store.
type gatewayStore struct{ *boltdb.DB }

// RenewIncarnation gives the store's history a new name.
func (s gatewayStore) RenewIncarnation(ctx context.Context, society stocktake.SocietyID, why string) (string, error) {
	if err := s.DB.RenewIncarnation(ctx, society, why); err != nil {
		return "", err
	}
	return s.Incarnation(ctx)
}

// presence serves web.Presence.
type presence struct{ *handheld.Gateway }

// Present gives what was last heard of a society's devices.
func (p presence) Present(society stocktake.SocietyID) map[stocktake.DeviceID]web.Contact {
	there := map[stocktake.DeviceID]web.Contact{}
	for id, c := range p.Gateway.Present(society) {
		there[id] = web.Contact(c)
	}
	return there
}
