package main

import (
	"context"
	"log/slog"
	"time"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// issuing issues by itself what count plans ask to be issued so.
type issuing struct {
	societies interface {
		Societies(ctx context.Context) ([]stocktake.Society, error)
	}
	sessions *count.Service
	who      func(ctx context.Context, by stocktake.Person) (stocktake.Person, error)
	log      *slog.Logger
	told     map[string]string // what was last said of a plan's occurrence that cannot be issued
}

// issueEvery is how often plans are looked at.
const issueEvery = 30 * time.Second

// run looks at every beat until ctx ends. To look twice issues nothing twice.
func (i *issuing) run(ctx context.Context, beat <-chan time.Time) {
	for {
		i.round(ctx)
		select {
		case <-ctx.Done():
			return
		case <-beat:
		}
	}
}

func (i *issuing) round(ctx context.Context) {
	societies, err := i.societies.Societies(ctx)
	if err != nil && ctx.Err() == nil {
		i.log.Error("count plans not looked at", "error", err)
	}
	for _, s := range societies {
		list, err := i.sessions.IssueDue(ctx, s.ID, i.who)
		if err != nil && ctx.Err() == nil {
			i.log.Error("count plans not looked at", "society", s.ID, "error", err)
		}
		for n := range list {
			if list[n].Err == nil || ctx.Err() == nil { // what the end of the work refused, the plan did not
				i.tell(s.ID, &list[n])
			}
		}
	}
}

// tell logs each outcome once; its planners are told on their pages. A surprise's name is for nobody's eyes before it is issued.
func (i *issuing) tell(society stocktake.SocietyID, x *count.Issuing) {
	if x.Err == nil {
		i.log.Info("count issued by its plan", "society", society, "plan", x.Plan.ID, "session", x.Session)
		return
	}
	key, said := string(society)+"/"+x.Plan.ID+"/"+x.At.String(), x.Err.Error()
	if i.told[key] == said {
		return
	}
	if len(i.told) > 1000 {
		clear(i.told)
	}
	i.told[key] = said
	i.log.Warn("count not issued by its plan", "society", society, "plan", x.Plan.ID, "at", x.At, "error", x.Err)
}

// still is who somebody is now: what they were when they planned may have been taken from them.
func (n *node) still(ctx context.Context, by stocktake.Person) (stocktake.Person, error) {
	me, err := n.accounts.Me(ctx, by)
	if err != nil {
		return by, err
	}
	by.Roles = me.Roles
	if me.Disabled {
		by.Roles = nil
	}
	return by, nil
}
