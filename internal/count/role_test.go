package count_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// roles are all there are, and none at all.
var roles = []stocktake.Role{
	"", stocktake.Counter, stocktake.Supervisor, stocktake.Manager, stocktake.FinancialController,
	stocktake.AdministrativeController, stocktake.CommitteeMember, stocktake.Witness, stocktake.SocietyAdministrator,
	stocktake.MinistryOfficer, stocktake.Integrator,
}

var (
	runners = []stocktake.Role{stocktake.Supervisor, stocktake.Manager}
	lookers = []stocktake.Role{
		stocktake.Supervisor, stocktake.Manager, stocktake.FinancialController, stocktake.AdministrativeController,
		stocktake.CommitteeMember, stocktake.Witness,
	}
)

// Every command is denied to every role that is not named for it here.
func TestCommandsByRole(t *testing.T) {
	f := openFloor(t)
	f.issue(mona, session)
	empty := coldPlan("s-empty")
	empty.Scope.Sections = []stocktake.SectionID{"dry"}
	_, err := f.svc.Issue(t.Context(), mona, empty)
	f.check(err)
	f.device(society, "d1").push(walkOf(session, "p1", "ali", 3)...)
	ice := []count.LineRef{{Section: "cold", Item: "ice", Digest: f.view(mona, session).Line("cold", "ice").Digest}}
	// What the commands say does not matter here: whoever may speak is answered about the matter, anybody else about
	// their role.
	for name, c := range map[string]struct {
		may []stocktake.Role
		run func(context.Context, stocktake.Person) error
	}{
		"issue": {runners, func(ctx context.Context, p stocktake.Person) error {
			_, err := f.svc.Issue(ctx, p, coldPlan("s-"+stocktake.SessionID(stocktake.RandomID())))
			return err
		}},
		"extend scope": {runners, func(ctx context.Context, p stocktake.Person) error {
			_, err := f.svc.ExtendScope(ctx, p, session, count.Scope{})
			return err
		}},
		"assign": {runners, func(ctx context.Context, p stocktake.Person) error {
			_, err := f.svc.Assign(ctx, p, session, count.Assignment{})
			return err
		}},
		"order recount": {runners, func(ctx context.Context, p stocktake.Person) error {
			_, err := f.svc.OrderRecount(ctx, p, session, count.Recount{})
			return err
		}},
		"complete pass": {runners, func(ctx context.Context, p stocktake.Person) error {
			_, err := f.svc.CompletePass(ctx, p, session, count.PassDecision{})
			return err
		}},
		"abandon pass": {runners, func(ctx context.Context, p stocktake.Person) error {
			_, err := f.svc.AbandonPass(ctx, p, session, count.PassDecision{})
			return err
		}},
		"choose": {runners, func(ctx context.Context, p stocktake.Person) error {
			_, err := f.svc.ChooseDispute(ctx, p, session, count.Choice{})
			return err
		}},
		"resolve code": {runners, func(ctx context.Context, p stocktake.Person) error {
			_, err := f.svc.ResolveCode(ctx, p, session, count.Resolution{})
			return err
		}},
		"resolve quarantine": {runners, func(ctx context.Context, p stocktake.Person) error {
			_, err := f.svc.ResolveQuarantine(ctx, p, session, count.Release{})
			return err
		}},
		"sign rest zero": {runners, func(ctx context.Context, p stocktake.Person) error {
			_, err := f.svc.SignRestZero(ctx, p, session, count.Rest{})
			return err
		}},
		"set a location aside": {runners, func(ctx context.Context, p stocktake.Person) error {
			_, err := f.svc.AsideLocation(ctx, p, session, count.LocationAside{})
			return err
		}},
		"decide lines": { // those of the plan's tiers
			[]stocktake.Role{stocktake.Supervisor, stocktake.Manager, stocktake.FinancialController},
			func(ctx context.Context, p stocktake.Person) error {
				_, err := f.svc.DecideLines(ctx, p, session, count.LinesVerdict{Verdict: count.Approve, Lines: ice})
				return err
			},
		},
		"comment": {lookers, func(ctx context.Context, p stocktake.Person) error {
			_, err := f.svc.CommentLine(ctx, p, session, count.Remark{Section: "cold", Item: "ice", Text: "x"})
			return err
		}},
		"write off stream": {runners, func(ctx context.Context, p stocktake.Person) error {
			_, err := f.svc.WriteOffStream(ctx, p, session, count.WriteOff{})
			return err
		}},
		"begin closing": {runners, func(ctx context.Context, p stocktake.Person) error {
			_, err := f.svc.BeginClosing(ctx, p, session, count.Because{})
			return err
		}},
		"reopen": {runners, func(ctx context.Context, p stocktake.Person) error {
			_, err := f.svc.Reopen(ctx, p, session, count.Because{})
			return err
		}},
		"cancel": {[]stocktake.Role{stocktake.Manager}, func(ctx context.Context, p stocktake.Person) error {
			id := "s-" + stocktake.SessionID(stocktake.RandomID())
			one := coldPlan(id)
			one.Scope = count.Scope{Sections: []stocktake.SectionID{"dairy"}, Items: []stocktake.ItemID{stocktake.ItemID(id)}}
			_, err := f.svc.Issue(t.Context(), mona, one)
			f.check(err)
			_, err = f.svc.Cancel(ctx, p, id, count.Because{Reason: "a drill"})
			return err
		}},
		"seal": {runners, func(ctx context.Context, p stocktake.Person) error {
			_, err := f.svc.Seal(ctx, p, "s-empty", stocktake.Hash{}, &issuer{before: func() { t.Error("a result was made for a blocked session") }})
			return err
		}},
		"view": {lookers, func(ctx context.Context, p stocktake.Person) error {
			_, err := f.svc.View(ctx, p, session)
			return err
		}},
		"log": {lookers, func(ctx context.Context, p stocktake.Person) error {
			_, err := f.svc.Log(ctx, p, session, 1, 10)
			return err
		}},
		"sessions": {append([]stocktake.Role{stocktake.Counter}, lookers...), func(ctx context.Context, p stocktake.Person) error {
			_, err := f.svc.Sessions(ctx, p)
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, role := range roles {
				var held []stocktake.Role
				if role != "" {
					held = append(held, role)
				}
				err := c.run(t.Context(), person("zaid", held...))
				if allowed := !errors.Is(err, stocktake.NotAllowed); allowed != slices.Contains(c.may, role) {
					t.Errorf("role %q: allowed %v (%v)", role, allowed, err)
				}
				for _, nobody := range []stocktake.Person{{ID: "zaid", Roles: held}, {Society: society, Roles: held}} {
					if err := c.run(t.Context(), nobody); err == nil {
						t.Errorf("role %q: allowed without a society or a name", role)
					}
				}
			}
		})
	}
}
