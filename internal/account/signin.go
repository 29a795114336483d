package account

import (
	"context"
	"slices"
	"strconv"
	"time"

	"jard/internal/stocktake"
)

// Grant is a token just given to a person. It is not kept: this is the only time that it is seen.
type Grant struct {
	Token     Secret
	Person    stocktake.Person
	Name      stocktake.Name
	ExpiresAt time.Time
}

// signedIn is what a person's token stands for.
type signedIn struct {
	person    stocktake.Person
	expiresAt time.Time
}

// SignIn gives a person a token for a password. Remote is the address that the attempt comes from.
func (s *Service) SignIn(ctx context.Context, society stocktake.SocietyID, id stocktake.PersonID, password Secret, remote string) (Grant, error) {
	if stocktake.CheckID("society", string(society)) != nil || stocktake.CheckID("person", string(id)) != nil ||
		len(password) > maxPassword {
		return Grant{}, SignInWrong.New() // no account has such a name: nothing is given away by saying so at once
	}
	try := s.passwordAttempt(society, id, remote)
	a, err := s.prove(ctx, try, society, id, password, passwordOf, SignInWrong)
	if err != nil {
		return Grant{}, err
	}
	try.succeeded()
	return s.grant(ctx, &a, s.signInFor, Act{By: id, Kind: PersonSignedIn, Note: remoteKey(remote)})
}

func (s *Service) passwordAttempt(society stocktake.SocietyID, id stocktake.PersonID, remote string) attempt {
	return attempt{
		{of: s.remoteGuesses, key: remoteKey(remote)},
		{of: s.accountGuesses, key: string(society) + "\x00" + string(id), clear: true},
	}
}

// MaxKeyDays is the longest life of an integrator's key.
const MaxKeyDays = 400

// IssueKey gives an integrator, a machine, a token that lives for days in place of a password. Issuing another leaves
// the earlier ones; Disable ends them all.
func (s *Service) IssueKey(ctx context.Context, by stocktake.Person, id stocktake.PersonID, days int) (Grant, error) {
	a, _, err := s.change(ctx, by, id)
	if err != nil {
		return Grant{}, err
	}
	if !slices.Contains(a.Roles, stocktake.Integrator) {
		return Grant{}, notMachine.New(string(id))
	}
	if a.Disabled {
		return Grant{}, PersonDisabledAlready.New(string(id))
	}
	if days < 1 || days > MaxKeyDays {
		return Grant{}, keyLife.New(MaxKeyDays)
	}
	return s.grant(ctx, a, time.Duration(days)*24*time.Hour, Act{By: by.ID, Kind: KeyIssued, Note: strconv.Itoa(days)})
}

func (s *Service) grant(ctx context.Context, a *Account, life time.Duration, act Act) (Grant, error) {
	token, err := s.token(personToken)
	if err != nil {
		return Grant{}, err
	}
	hash, _ := hashToken(personToken, token)
	now := s.now()
	act.At, act.Person = now, a.ID
	in := SignIn{Token: hash, Society: a.Society, Person: a.ID, At: now, ExpiresAt: now.Add(life)}
	if err := s.directory.PutSignIn(ctx, in, a.Version, act); err != nil {
		return Grant{}, err
	}
	return Grant{Token: token, Person: a.person(), Name: a.Name, ExpiresAt: in.ExpiresAt}, nil
}

// PersonByToken gives the person whose token it is, with the roles held now (see Config.Stale for what now means with
// replicas). Anything but a live token of somebody who is not disabled is SignInFirst.
func (s *Service) PersonByToken(ctx context.Context, token Secret) (stocktake.Person, error) {
	hash, ok := hashToken(personToken, token)
	if !ok {
		return stocktake.Person{}, SignInFirst.New()
	}
	now := s.now()
	in, err := s.persons.get(hash, now, func() (signedIn, error) {
		in, a, err := s.directory.SignInByToken(ctx, hash)
		if err != nil {
			return signedIn{}, err
		}
		if a.Disabled {
			return signedIn{}, SignInFirst.New()
		}
		return signedIn{person: a.person(), expiresAt: in.ExpiresAt}, nil
	})
	if stocktake.CodeOf(err) == stocktake.NotFound && err != nil || err == nil && !now.Before(in.expiresAt) {
		return stocktake.Person{}, SignInFirst.New()
	}
	if err != nil {
		return stocktake.Person{}, err
	}
	in.person.Roles = slices.Clone(in.person.Roles)
	return in.person, nil
}

// SignOut ends one token. What is no token, or has ended, has no effect.
func (s *Service) SignOut(ctx context.Context, token Secret) error {
	hash, ok := hashToken(personToken, token)
	if !ok {
		return nil
	}
	err := s.directory.EndSignIn(ctx, hash)
	s.persons.forget(func(key stocktake.Hash, _ signedIn) bool { return key == hash })
	return err
}

// SignOutEverywhere ends every token of by, this one too, and the enrolment codes that they have out.
func (s *Service) SignOutEverywhere(ctx context.Context, by stocktake.Person) error {
	a, err := s.directory.Person(ctx, by.Society, by.ID)
	if err != nil {
		return err
	}
	return s.save(ctx, a, nil, true, Act{By: by.ID, Kind: PersonSignedOut})
}
