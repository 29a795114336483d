package count

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"jard/internal/stocktake"
)

// PlansName is what a society's count plans are published under.
const PlansName = "plans"

// Plans are all count plans of a society: a document, of which each change makes another that names the one before.
type Plans struct {
	Plans    []CountPlan    `json:"plans"`
	Previous stocktake.Hash `json:"previous,omitzero"`
}

func (s *Service) plans(ctx context.Context, society stocktake.SocietyID) (p Plans, hash stocktake.Hash, err error) {
	if hash, _, err = s.docs.Published(ctx, society, PlansName); err != nil {
		if errors.Is(err, stocktake.Missing) {
			err = nil
		}
		return p, hash, err
	}
	return p, hash, s.decode(ctx, society, hash, &p)
}

// CountPlans lists the plans that the asker may know of, by name.
func (s *Service) CountPlans(ctx context.Context, by stocktake.Person) ([]CountPlan, error) {
	if err := may(by, readers...); err != nil {
		return nil, err
	}
	all, _, err := s.plans(ctx, by.Society)
	if err != nil {
		return nil, err
	}
	list := slices.DeleteFunc(all.Plans, func(p CountPlan) bool { return !s.knows(ctx, by, &p) })
	for n := range list {
		list[n].Orphan = s.orphaned(ctx, by.Society, &list[n])
	}
	slices.SortFunc(list, func(a, b CountPlan) int {
		return cmp.Or(cmp.Compare(a.Name.String(), b.Name.String()), cmp.Compare(a.ID, b.ID))
	})
	return list, nil
}

// CountPlan gives one plan. One that the asker may not know of is missing, like one that never was.
func (s *Service) CountPlan(ctx context.Context, by stocktake.Person, id string) (CountPlan, error) {
	list, err := s.CountPlans(ctx, by)
	if err != nil {
		return CountPlan{}, err
	}
	n := slices.IndexFunc(list, func(p CountPlan) bool { return p.ID == id })
	if n < 0 {
		return CountPlan{}, stocktake.NoSuch("plan", id)
	}
	return list[n], nil
}

// SavePlan makes a plan, or another version of the one whose id it bears: Version names the one that was looked at, else
// PlanChanged. What the server keeps of a plan (planner, eras, history) is not the caller's to set: whoever saves it is its planner now. What
// it sets of its own is held against the policy, unless a manager saves it, now and again when it is issued.
func (s *Service) SavePlan(ctx context.Context, by stocktake.Person, p CountPlan) (CountPlan, error) {
	return s.changePlan(ctx, by, p.ID, p.Version, "", func(was *CountPlan) (CountPlan, error) {
		p.Planner, p.Earlier, p.History, p.EndedAt = stocktake.Person{Society: by.Society, ID: by.ID, Roles: by.Roles}, nil, nil, time.Time{}
		p.Allowed = nil
		if was == nil {
			p.ID = stocktake.RandomID()
		} else {
			if !was.EndedAt.IsZero() {
				return p, PlanEnded.New()
			}
			p.Earlier, p.History = was.Earlier, was.History
			if was.Recurrence != p.Recurrence || was.Minutes != p.Minutes {
				p.Earlier = append(slices.Clone(p.Earlier), Era{was.Recurrence, was.Minutes, s.clock().UTC()})
			}
		}
		var site stocktake.Site
		hash, _, err := s.docs.Published(ctx, by.Society, "site/"+string(p.Site))
		if err != nil {
			return p, err
		}
		if err := s.decode(ctx, by.Society, hash, &site); err != nil {
			return p, err
		}
		if err := p.Check(&site); err != nil {
			return p, err
		}
		if was != nil && p.Secret() && was.Secret() && was.Planner.ID != by.ID && !slices.Contains(p.KnownTo, was.Planner.ID) {
			p.KnownTo = append(slices.Clone(p.KnownTo), was.Planner.ID) // who knows of it goes on knowing, beyond the bound if need be: nobody typed it
		}
		return p, s.checkPlanned(ctx, by, &p)
	})
}

// checkPlanned holds what a count plan sets of its own against the policy as it is. What cannot be known before there are books is held against
// it at issue. A manager's plan may ask less: then it notes beside which policy.
func (s *Service) checkPlanned(ctx context.Context, by stocktake.Person, p *CountPlan) error {
	policy, err := s.policy(ctx, by.Society)
	if err != nil {
		return err
	}
	session := p.session("check", time.Time{})
	if session.Catalogue, _, err = s.docs.Published(ctx, by.Society, "catalogue"); err == nil || errors.Is(err, stocktake.Missing) {
		err = s.checkStricter(ctx, by, &session, policy)
	}
	unknown := errors.Is(err, stocktake.Missing)
	if by.Is(stocktake.Manager) && (unknown || errors.Is(err, PlanTolerant) || errors.Is(err, PlanLoose) || errors.Is(err, PlanRules)) {
		p.Allowed = new(stocktake.Hash)
		if policy != nil {
			*p.Allowed = policy.Hash
		}
		return nil
	}
	if unknown {
		return nil
	}
	return err
}

// allowed reports whether a manager's word that a plan may ask less holds: it was given beside the policy that is current.
func (s *Service) allowed(ctx context.Context, society stocktake.SocietyID, p *CountPlan) (bool, error) {
	if p.Allowed == nil {
		return false, nil
	}
	policy, err := s.policy(ctx, society)
	if err != nil || policy == nil {
		return err == nil && p.Allowed.IsZero(), err
	}
	return policy.Hash == *p.Allowed, nil
}

// EndPlan ends a plan: nothing is issued of it any more. What was stays.
func (s *Service) EndPlan(ctx context.Context, by stocktake.Person, id string, version int, reason string) (CountPlan, error) {
	if err := checkReason(reason); err != nil {
		return CountPlan{}, err
	}
	return s.changePlan(ctx, by, id, version, reason, func(was *CountPlan) (CountPlan, error) {
		if was == nil {
			return CountPlan{}, stocktake.NoSuch("plan", id)
		}
		if !was.EndedAt.IsZero() {
			return CountPlan{}, PlanEnded.New()
		}
		p := *was
		p.EndedAt = s.clock().UTC()
		return p, nil
	})
}

// changePlan makes the next version of a plan and publishes all. One process owns the store, so its lock keeps changes apart.
func (s *Service) changePlan(ctx context.Context, by stocktake.Person, id string, version int, reason string, change func(was *CountPlan) (CountPlan, error)) (CountPlan, error) {
	if err := may(by, planners...); err != nil {
		return CountPlan{}, err
	}
	s.planning.Lock()
	defer s.planning.Unlock()
	all, hash, err := s.plans(ctx, by.Society)
	if err != nil {
		return CountPlan{}, err
	}
	var was *CountPlan
	n := slices.IndexFunc(all.Plans, func(x CountPlan) bool { return x.ID == id && s.knows(ctx, by, &x) })
	switch {
	case id != "" && n < 0:
		return CountPlan{}, stocktake.NoSuch("plan", id)
	case id == "" && len(all.Plans) >= MaxCountPlans:
		return CountPlan{}, tooMany.New(len(all.Plans)+1, MaxCountPlans)
	case n >= 0:
		if was = &all.Plans[n]; was.Version != version {
			return CountPlan{}, PlanChanged.New(was.Name)
		}
	}
	p, err := change(was)
	if err != nil {
		return CountPlan{}, err
	}
	p.Version, p.Orphan = 1, false
	if was != nil {
		p.Version = was.Version + 1
	}
	p.History = append(slices.Clone(p.History), PlanChange{p.Version, by.ID, s.clock().UTC(), reason})
	p.History = p.History[max(len(p.History)-maxHistory, 0):]
	if was != nil {
		all.Plans[n] = p
	} else {
		all.Plans = append(all.Plans, p)
	}
	all.Previous = hash
	doc, err := stocktake.NewDocument(all)
	if err != nil {
		return CountPlan{}, err
	}
	return p, s.docs.Publish(ctx, by.Society, PlansName, doc)
}

// Calendar lists the occurrences that begin in [from, to), by time. Of a plan that the asker may not know of, only those that were issued
// are listed: of these everybody knows.
func (s *Service) Calendar(ctx context.Context, by stocktake.Person, from, to time.Time) ([]Occurrence, error) {
	if err := may(by, readers...); err != nil {
		return nil, err
	}
	all, _, err := s.plans(ctx, by.Society)
	if err != nil {
		return nil, err
	}
	outcomes, err := s.outcomes(ctx, by.Society)
	if err != nil {
		return nil, err
	}
	var list []Occurrence
	for n := range all.Plans {
		p := &all.Plans[n]
		known := s.knows(ctx, by, p)
		for _, o := range p.Occurrences(from, to, s.clock(), outcomes[p.ID]) {
			if known || o.Session != "" {
				list = append(list, o)
			}
		}
	}
	slices.SortFunc(list, func(a, b Occurrence) int { return a.compare(b) })
	return list, nil
}

// outcomes tells of the sessions that were issued for plans, by plan and by the second of their occurrence.
func (s *Service) outcomes(ctx context.Context, society stocktake.SocietyID) (map[string]map[int64]Outcome, error) {
	heads, err := s.log.Heads(ctx, society)
	if err != nil {
		return nil, err
	}
	all := map[string]map[int64]Outcome{}
	for _, h := range heads {
		o, err := s.outcome(ctx, society, h)
		if err != nil {
			return nil, err
		}
		if o == nil {
			continue
		}
		of := all[o.Planned.Plan]
		if of == nil {
			of = map[int64]Outcome{}
			all[o.Planned.Plan] = of
		}
		at := o.Planned.At.Unix()
		had := of[at]
		if h.State == LogCancelled {
			had.Cancelled++
			if had.Session == "" {
				had.Session, had.State, had.Planned = o.Session, o.State, o.Planned
			}
			of[at] = had
			continue
		}
		o.Cancelled = had.Cancelled
		of[at] = *o
	}
	return all, nil
}

func (s *Service) outcome(ctx context.Context, society stocktake.SocietyID, h Head) (*Outcome, error) {
	first, err := s.log.Read(ctx, society, h.Session, 1, 1)
	if err != nil {
		if ctx.Err() != nil || stocktake.CodeOf(err) == stocktake.Unavailable {
			return nil, err
		}
		return nil, nil // damaged: it hides no other
	}
	var p struct {
		Planned *Planned `json:"planned"`
	}
	if len(first) == 0 || json.Unmarshal(first[0].Body, &p) != nil || p.Planned == nil {
		return nil, nil
	}
	o := &Outcome{Planned: *p.Planned, Session: h.Session, State: h.State}
	if h.State == LogSealed {
		last, err := s.log.Read(ctx, society, h.Session, h.Offset, 1)
		if err != nil {
			return nil, err
		}
		if len(last) == 0 {
			return nil, fmt.Errorf("log %s has a head and no last entry", h.Session)
		}
		o.Sealed = last[0].RecordedAt
	}
	return o, nil
}

// IssueOccurrence issues the session of one occurrence of a plan. Twice is refused, whoever asks.
func (s *Service) IssueOccurrence(ctx context.Context, by stocktake.Person, plan string, at time.Time) (stocktake.SessionID, error) {
	if err := may(by, planners...); err != nil {
		return "", err
	}
	p, err := s.CountPlan(ctx, by, plan)
	if err != nil {
		return "", err
	}
	outcomes, err := s.outcomes(ctx, by.Society)
	if err != nil {
		return "", err
	}
	list := p.Occurrences(at, at.Add(time.Second), s.clock(), outcomes[p.ID])
	if len(list) == 0 || !list[0].At.Equal(at) {
		return "", NoOccurrence.New(at.In(Kuwait).Format("2006-01-02 15:04"))
	}
	if list[0].Session != "" {
		return "", OccurrenceTaken.New(string(list[0].Session))
	}
	return s.issueOccurrence(ctx, by, &p, list[0], outcomes[p.ID][at.Unix()].Cancelled, false)
}

func (s *Service) issueOccurrence(ctx context.Context, by stocktake.Person, p *CountPlan, o Occurrence, cancelled int, automatic bool) (stocktake.SessionID, error) {
	id := sessionOf(p.ID, o.At, cancelled)
	plan := p.session(id, o.Until)
	if !plan.Due.After(s.clock()) {
		plan.Due = time.Time{} // its window is over: nobody can still make it
	}
	plan.Planned = &Planned{Plan: p.ID, Version: p.Version, Planner: p.Planner.ID, At: o.At, Automatic: automatic}
	if p.Cycle != nil {
		chosen, seed, err := s.chosen(ctx, by, p, s.clock())
		if err != nil {
			return "", err
		}
		if len(chosen.Items) == 0 {
			return "", NothingDue.New(p.Name)
		}
		plan.Scope.Items = chosen.Items
		plan.Planned.Seed, plan.Planned.Due, plan.Planned.Random = seed, chosen.Due, chosen.Random
	}
	if len(plan.Tiers) == 0 {
		policy, err := s.policy(ctx, by.Society)
		if err != nil {
			return "", err
		}
		if policy == nil {
			plan.Tiers = usualTiers()
		}
	}
	as := Author{Person: by.ID, Roles: by.Roles}
	if automatic {
		as = Author{} // nobody did: the server does, on behalf of the plan, which says whose it is
	}
	free, err := s.allowed(ctx, by.Society, p)
	if err != nil {
		return "", err
	}
	_, err = s.issue(ctx, by, as, free || !automatic && by.Is(stocktake.Manager), plan)
	if errors.Is(err, SessionExists) {
		return "", OccurrenceTaken.New(string(id))
	}
	return id, err
}

// chosen is what a cycle would count at an instant, with the seed that it was drawn by: the same all day.
func (s *Service) chosen(ctx context.Context, by stocktake.Person, p *CountPlan, at time.Time) (Chosen, uint64, error) {
	day := at.In(Kuwait).Format(time.DateOnly)
	h := stocktake.HashOf([]byte(p.ID + "\x00" + day))
	seed := (uint64(h[0])<<40 | uint64(h[1])<<32 | uint64(h[2])<<24 | uint64(h[3])<<16 | uint64(h[4])<<8 | uint64(h[5])) + 1 // stays a whole number in JSON
	site, book, err := s.books(ctx, by.Society, p.Site)
	if err != nil {
		return Chosen{}, 0, err
	}
	counted, err := s.lastCounted(ctx, by.Society, p.Site)
	if err != nil {
		return Chosen{}, 0, err
	}
	if len(book.Lines) == 0 {
		return Chosen{}, seed, nil
	}
	classes, err := s.Classes(ctx, by, p.Site)
	if err != nil {
		return Chosen{}, 0, err
	}
	held := p.Scope.held(site)
	// An item that several sections hold is due when one of them is.
	candidates := map[stocktake.ItemID]Candidate{}
	for _, l := range book.Lines {
		if l.Quantity == 0 || !held[l.Section] {
			continue
		}
		c, had := candidates[l.Item]
		when := counted[lineKey{l.Section, l.Item}]
		if !had || when.Before(c.Counted) {
			candidates[l.Item] = Candidate{Item: l.Item, Class: classes.Of(l.Item), Counted: when}
		}
	}
	return p.Cycle.Choose(slices.Collect(maps.Values(candidates)), at, seed), seed, nil
}

// books gives a site as published, with its books; without books where there are none yet.
func (s *Service) books(ctx context.Context, society stocktake.SocietyID, id stocktake.SiteID) (*stocktake.Site, *stocktake.Snapshot, error) {
	site, book := new(stocktake.Site), new(stocktake.Snapshot)
	hash, _, err := s.docs.Published(ctx, society, "site/"+string(id))
	if err == nil {
		err = s.decode(ctx, society, hash, site)
	}
	if err != nil {
		return nil, nil, err
	}
	hash, _, err = s.docs.Published(ctx, society, "snapshot/"+string(id))
	if errors.Is(err, stocktake.Missing) {
		return site, book, nil
	}
	if err == nil {
		err = s.decode(ctx, society, hash, book)
	}
	return site, book, err
}

// Reasons for which what is done with a plan is refused.
var (
	PlanChanged = stocktake.NewReason(stocktake.Conflict, "count-plan-changed",
		"“%s” was changed since you looked. Look again, then change it.",
		"عُدّلت «%s» منذ اطلعت عليها. راجعها من جديد ثم عدّلها.")
	PlanEnded = stocktake.NewReason(stocktake.Conflict, "count-plan-ended",
		"This plan has ended. Make a new one.",
		"انتهت هذه الخطة. أنشئ خطة جديدة.")
	NoOccurrence = stocktake.NewReason(stocktake.NotFound, "no-occurrence",
		"The plan asks for no count on %s. Look at its calendar again.",
		"لا تتضمن الخطة جردًا في %s. راجع تقويمها من جديد.")
	OccurrenceTaken = stocktake.NewReason(stocktake.Conflict, "occurrence-issued",
		"This count has been issued already, as session %q.",
		"سبق إصدار هذا الجرد، وهو الجلسة %q.")
	NothingDue = stocktake.NewReason(stocktake.Conflict, "nothing-due",
		"No item of “%s” is due, so there is nothing to count.",
		"لا صنف مستحق للجرد في «%s»، فلا شيء يُعدّ.")
)
