package count

import (
	"context"
	"time"

	"jard/internal/reconcile"
	"jard/internal/stocktake"
)

// Outlook is what is to be expected of a plan's next count: how much work it is, when the site is quiet, and what would make its lines
// exact. Each figure says what it was taken from.
type Outlook struct {
	At        time.Time  `json:"at"` // the count that it is about
	Until     time.Time  `json:"until"`
	Sessions  int        `json:"sessions"` // sealed ones of the site, that pace and places were taken from
	Workload  Workload   `json:"workload"`
	Due       int        `json:"due,omitempty"`    // of a cycle: items due,
	Random    int        `json:"random,omitempty"` // drawn besides,
	Left      int        `json:"left,omitempty"`   // and left for the next time
	Hours     Hours      `json:"hours"`
	Planned   Quiet      `json:"planned"`    // the plan's own window
	Quietest  Quiet      `json:"quietest"`   // what is recommended
	Practices []Practice `json:"practices"`  // none without a feed
	TwoPlaces int        `json:"two_places"` // of 1,000 items, those that stood at more places than one
}

// Outlook looks ahead for a plan as it is saved, or as it might be.
func (s *Service) Outlook(ctx context.Context, by stocktake.Person, p CountPlan) (o Outlook, err error) {
	if err := may(by, readers...); err != nil {
		return o, err
	}
	if p.ID != "" {
		if _, err := s.CountPlan(ctx, by, p.ID); err != nil {
			return o, err
		}
	}
	if err := p.Recurrence.check(); err != nil {
		return o, err
	}
	site, book, err := s.books(ctx, by.Society, p.Site)
	if err != nil {
		return o, err
	}
	list, err := s.pasts(ctx, by.Society, p.Site)
	if err != nil {
		return o, err
	}
	now := s.clock()
	first, _ := p.Recurrence.first()
	if o.At = first.UTC(); o.At.Before(now) {
		if next := p.Recurrence.Times(now, now.AddDate(3, 0, 0)); len(next) > 0 {
			o.At = next[0]
		}
	}
	window := time.Duration(p.Minutes) * time.Minute
	o.Until, o.Sessions = o.At.Add(window), len(list)
	scope := p.Scope.clone()
	if p.Cycle != nil {
		chosen, _, err := s.chosen(ctx, by, &p, now)
		if err != nil {
			return o, err
		}
		o.Due, o.Random, o.Left, scope.Items = chosen.Due, chosen.Random, chosen.Left, chosen.Items
	}
	if p.Cycle != nil && len(scope.Items) == 0 {
		o.Workload = Workload{}
	} else {
		o.Workload = Reckon(&scope, site, book, list, o.At, window)
	}
	return o, s.listen(ctx, by.Society, &p, &scope, site, book, list, &o)
}

// listen adds what the site's feed tells.
func (s *Service) listen(ctx context.Context, society stocktake.SocietyID, p *CountPlan, scope *Scope, site *stocktake.Site, book *stocktake.Snapshot, list []Past, o *Outlook) error {
	now := s.clock()
	heard, err := s.recent(ctx, society, p.Site, now.AddDate(0, 0, -hoursDays))
	if err != nil || len(heard) == 0 {
		return err
	}
	oldest := heard[0].at
	for n := range heard {
		oldest = min(oldest, heard[n].at)
	}
	days := min(max(int((now.UnixMilli()-oldest+12*3600_000)/(24*3600_000)), 1), hoursDays)
	if o.Hours = hoursOf(heard, days); days < leastDays {
		return nil // a day is no week: nothing is recommended
	}
	hour := o.At.In(Kuwait).Hour()
	o.Planned, o.Quietest = o.Hours.At(hour, p.Minutes), o.Hours.Quietest(p.Minutes)
	rules := reconcile.DefaultRules()
	if p.Rules != nil {
		rules = *p.Rules
	}
	held, only, items := scope.held(site), map[stocktake.ItemID]bool{}, map[stocktake.ItemID]int{}
	for _, id := range scope.Items {
		only[id] = true
	}
	for _, l := range book.Lines {
		if held[l.Section] && l.Quantity != 0 && (len(only) == 0 || only[l.Item]) {
			items[l.Item]++
		}
	}
	found, places := 0, 0
	for n := range list {
		found, places = found+list[n].Lines, places+list[n].Places
	}
	spread := 0.0
	if found > 0 {
		spread = min(float64(places-found)/float64(found), 1)
	}
	o.TwoPlaces = int(1000 * spread)
	o.Practices = practices(hour, p.Minutes, o.Quietest.Hour)
	for n := range o.Practices {
		o.Practices[n].replay(heard, &rules, items, now, min(days, practiceDays), spread)
	}
	return nil
}
