package main

import (
	"context"
	"time"

	"jard/internal/count"
	"jard/internal/stocktake"
	"jard/server/market"
)

// plan writes a count plan of the demo and gives the occurrence at an instant.
func (b *builder) plan(ctx context.Context, sessions *count.Service, by stocktake.Person, p count.CountPlan, at time.Time) (*count.Planned, error) {
	at = at.In(count.Kuwait).Truncate(time.Minute)
	p.Recurrence.Start, p.Recurrence.Time = at.Format(time.DateOnly), at.Format("15:04")
	p, err := sessions.SavePlan(ctx, by, p)
	return &count.Planned{Plan: p.ID, At: at.UTC()}, err
}

// planSupply plans the count of the supply goods, every month since the spring's.
func (b *builder) planSupply(ctx context.Context, sessions *count.Service, at time.Time) (*count.Planned, error) {
	return b.plan(ctx, sessions, demoSalem, count.CountPlan{
		Name: stocktake.Name{Arabic: "جرد مواد التموين", English: "Count of the supply goods"}, Kind: count.PlanAnnual, Site: b.made.Warehouse.ID,
		Scope: count.Scope{Sections: []stocktake.SectionID{market.Supply}}, Recurrence: count.Recurrence{Unit: count.EveryMon}, Minutes: 4 * 60,
		Committee: []stocktake.PersonID{"jaber"}, Witness: "latifa",
	}, at)
}

// planAnnual plans the count that is out now.
func (b *builder) planAnnual(ctx context.Context, sessions *count.Service, p count.Plan) (*count.Planned, error) {
	return b.plan(ctx, sessions, demoMona, count.CountPlan{
		Name: p.Name, Kind: count.PlanAnnual, Site: p.Site, Recurrence: count.Recurrence{Unit: count.EveryYear}, Minutes: 20 * 60,
		Tolerance: p.Tolerance, Tiers: p.Tiers, Rules: p.Rules, Committee: p.Committee, Witness: p.Witness,
	}, b.MadeAt)
}

// planAhead plans what is to come: a cycle in the nights of the week, and a surprise that only the manager knows of.
func (b *builder) planAhead(ctx context.Context, sessions *count.Service) error {
	midnight := b.MadeAt.In(count.Kuwait).Truncate(time.Hour)
	midnight = midnight.Add(-time.Duration(midnight.Hour()) * time.Hour)
	usual := count.UsualFrequency()
	usual.Most = 400
	if _, err := b.plan(ctx, sessions, demoMona, count.CountPlan{
		Name: stocktake.Name{Arabic: "الجرد الجزئي الدوري للسوق المركزي", English: "Cycle count of the central market"}, Kind: count.PlanCycle, Site: b.made.Central.ID,
		Cycle: &usual, Recurrence: count.Recurrence{Unit: count.EveryWeek}, Minutes: 6 * 60, Rules: demoRules(), Committee: []stocktake.PersonID{"jaber"},
	}, midnight.AddDate(0, 0, 2).Add(10*time.Hour)); err != nil {
		return err
	}
	_, err := b.plan(ctx, sessions, demoMona, count.CountPlan{
		Name: stocktake.Name{Arabic: "جرد مفاجئ للمبردات", English: "Surprise count of the chilled goods"}, Kind: count.PlanSurprise, Site: b.made.Central.ID,
		Scope: count.Scope{Sections: []stocktake.SectionID{"chilled"}}, Recurrence: count.Recurrence{Unit: count.Once}, Minutes: 3 * 60, Automatic: true,
	}, midnight.AddDate(0, 0, 5).Add(21*time.Hour))
	return err
}
