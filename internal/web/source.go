package web

import (
	"context"
	"time"

	"jard/internal/account"
	"jard/internal/count"
	"jard/internal/stocktake"
)

// Accounts is what the API needs of people and devices. *account.Service is it.
type Accounts interface {
	SignIn(ctx context.Context, society stocktake.SocietyID, person stocktake.PersonID, password account.Secret, remote string) (account.Grant, error)
	SignOut(ctx context.Context, token account.Secret) error
	PersonByToken(ctx context.Context, token account.Secret) (stocktake.Person, error)
	Me(ctx context.Context, by stocktake.Person) (account.Profile, error)
	SignOutEverywhere(ctx context.Context, by stocktake.Person) error
	Prove(ctx context.Context, by stocktake.Person, password account.Secret, remote string) error
	ChangePassword(ctx context.Context, by stocktake.Person, old, password account.Secret, remote string) error

	People(ctx context.Context, by stocktake.Person) ([]account.Profile, error)
	AddPerson(ctx context.Context, by stocktake.Person, p account.NewPerson) (account.Profile, error)
	Rename(ctx context.Context, by stocktake.Person, person stocktake.PersonID, name stocktake.Name) error
	SetRoles(ctx context.Context, by stocktake.Person, person stocktake.PersonID, roles []stocktake.Role) error
	SetPassword(ctx context.Context, by stocktake.Person, person stocktake.PersonID, password account.Secret) error
	SetPIN(ctx context.Context, by stocktake.Person, person stocktake.PersonID, pin account.Secret) error
	Disable(ctx context.Context, by stocktake.Person, person stocktake.PersonID, reason string) error
	Enable(ctx context.Context, by stocktake.Person, person stocktake.PersonID) error
	IssueKey(ctx context.Context, by stocktake.Person, person stocktake.PersonID, days int) (account.Grant, error)

	Counters(ctx context.Context, society stocktake.SocietyID) ([]account.PersonInfo, error)
	Devices(ctx context.Context, by stocktake.Person) ([]account.Device, error)
	CodeFor() time.Duration // how long a new code lives
	NewEnrolment(ctx context.Context, by stocktake.Person, name string) (account.Code, error)
	Revoke(ctx context.Context, by stocktake.Person, device stocktake.DeviceID, reason string) (account.Device, error)
	Trail(ctx context.Context, by stocktake.Person, from uint64, limit int) ([]account.Act, error)
}

// Sessions is what the API needs of count sessions. *count.Service is it.
type Sessions interface {
	Sessions(ctx context.Context, by stocktake.Person) ([]count.SessionInfo, error)
	View(ctx context.Context, by stocktake.Person, session stocktake.SessionID) (*count.View, error)
	Log(ctx context.Context, by stocktake.Person, session stocktake.SessionID, from uint64, limit int) ([]count.Entry, error)
	Story(ctx context.Context, by stocktake.Person, session stocktake.SessionID, section stocktake.SectionID, item stocktake.ItemID) ([]count.Booked, error)

	Hints(ctx context.Context, by stocktake.Person, session stocktake.SessionID) ([]count.Hint, error)
	Policy(ctx context.Context, by stocktake.Person) (*count.PublishedPolicy, error)
	Policies(ctx context.Context, by stocktake.Person, limit int) ([]count.PublishedPolicy, error)
	PublishPolicy(ctx context.Context, by stocktake.Person, p count.Policy) (*count.PublishedPolicy, error)

	Issue(ctx context.Context, by stocktake.Person, p count.Plan) (count.Entry, error)
	CountPlans(ctx context.Context, by stocktake.Person) ([]count.CountPlan, error)
	CountPlan(ctx context.Context, by stocktake.Person, id string) (count.CountPlan, error)
	SavePlan(ctx context.Context, by stocktake.Person, p count.CountPlan) (count.CountPlan, error)
	EndPlan(ctx context.Context, by stocktake.Person, id string, version int, reason string) (count.CountPlan, error)
	Refusals(ctx context.Context, by stocktake.Person) ([]count.Refusal, error)
	Calendar(ctx context.Context, by stocktake.Person, from, to time.Time) ([]count.Occurrence, error)
	IssueOccurrence(ctx context.Context, by stocktake.Person, plan string, at time.Time) (stocktake.SessionID, error)
	Outlook(ctx context.Context, by stocktake.Person, p count.CountPlan) (count.Outlook, error)

	ExtendScope(ctx context.Context, by stocktake.Person, session stocktake.SessionID, more count.Scope) (count.Entry, error)
	Assign(ctx context.Context, by stocktake.Person, session stocktake.SessionID, a count.Assignment) (count.Entry, error)
	OrderRecount(ctx context.Context, by stocktake.Person, session stocktake.SessionID, r count.Recount) (count.Entry, error)
	OrderWanted(ctx context.Context, by stocktake.Person, session stocktake.SessionID, w count.Want, people []stocktake.PersonID) (count.Entry, error)
	OrderTest(ctx context.Context, by stocktake.Person, session stocktake.SessionID, w count.TestWant, people []stocktake.PersonID) (count.Entry, error)
	CompletePass(ctx context.Context, by stocktake.Person, session stocktake.SessionID, d count.PassDecision) (count.Entry, error)
	AbandonPass(ctx context.Context, by stocktake.Person, session stocktake.SessionID, d count.PassDecision) (count.Entry, error)
	ChooseDispute(ctx context.Context, by stocktake.Person, session stocktake.SessionID, c count.Choice) (count.Entry, error)
	ResolveCode(ctx context.Context, by stocktake.Person, session stocktake.SessionID, r count.Resolution) (count.Entry, error)
	ResolveQuarantine(ctx context.Context, by stocktake.Person, session stocktake.SessionID, r count.Release) (count.Entry, error)
	SignRestZero(ctx context.Context, by stocktake.Person, session stocktake.SessionID, r count.Rest) (count.Entry, error)
	AsideLocation(ctx context.Context, by stocktake.Person, session stocktake.SessionID, a count.LocationAside) (count.Entry, error)
	DecideLines(ctx context.Context, by stocktake.Person, session stocktake.SessionID, d count.LinesVerdict) (count.Entry, error)
	CommentLine(ctx context.Context, by stocktake.Person, session stocktake.SessionID, r count.Remark) (count.Entry, error)
	WriteOffStream(ctx context.Context, by stocktake.Person, session stocktake.SessionID, w count.WriteOff) (count.Entry, error)
	BeginClosing(ctx context.Context, by stocktake.Person, session stocktake.SessionID, b count.Because) (count.Entry, error)
	Reopen(ctx context.Context, by stocktake.Person, session stocktake.SessionID, b count.Because) (count.Entry, error)
	Cancel(ctx context.Context, by stocktake.Person, session stocktake.SessionID, b count.Because) (count.Entry, error)
	Sign(ctx context.Context, by stocktake.Person, session stocktake.SessionID, g count.Signature, prove func(context.Context) error) (count.Entry, error)
	RefuseSignature(ctx context.Context, by stocktake.Person, session stocktake.SessionID, g count.Signature, prove func(context.Context) error) (count.Entry, error)
	AsideSignature(ctx context.Context, by stocktake.Person, session stocktake.SessionID, a count.SignatureAside) (count.Entry, error)
	Seal(ctx context.Context, by stocktake.Person, session stocktake.SessionID, head stocktake.Hash, issuer count.Issuer) (count.Entry, error)

	After(ctx context.Context, by stocktake.Person, session stocktake.SessionID) (*count.AfterSeal, error)
	LateSessions(ctx context.Context, by stocktake.Person) ([]count.LateSession, error)
	CorrectionOf(ctx context.Context, by stocktake.Person, session stocktake.SessionID) (*count.Corrected, error)
	Correct(ctx context.Context, by stocktake.Person, session stocktake.SessionID, c count.Correction) (count.Plan, count.Entry, error)
	TakeLate(ctx context.Context, by stocktake.Person, session stocktake.SessionID) (count.Entry, error)
}

var (
	_ Accounts = (*account.Service)(nil)
	_ Sessions = (*count.Service)(nil)
)
