package count

import (
	"context"
	"errors"
	"slices"
	"time"

	"jard/internal/stocktake"
)

// Issuing is what became of an occurrence that was to be issued by itself.
type Issuing struct {
	Plan    CountPlan
	At      time.Time
	Session stocktake.SessionID
	Err     error
}

// IssueDue issues what plans ask to be issued by itself, as long as its window runs and nobody has cancelled it. It may be called as often as one likes. Who says
// whether a plan's planner may still act, and as what. What is refused is kept for its planners: see Refusals.
func (s *Service) IssueDue(ctx context.Context, society stocktake.SocietyID, who Who) ([]Issuing, error) {
	all, _, err := s.plans(ctx, society)
	if err != nil {
		return nil, err
	}
	now := s.clock()
	all.Plans = slices.DeleteFunc(all.Plans, func(p CountPlan) bool { return !p.Automatic || !p.EndedAt.IsZero() })
	if len(all.Plans) == 0 {
		return nil, nil
	}
	outcomes, err := s.outcomes(ctx, society)
	if err != nil {
		return nil, err
	}
	var done []Issuing
	for n := range all.Plans {
		p := &all.Plans[n]
		from := now.Add(-time.Duration(p.Minutes) * time.Minute)
		for _, o := range p.Occurrences(from, now.Add(time.Nanosecond), now, outcomes[p.ID]) {
			if o.State != OccurrencePlanned || outcomes[p.ID][o.At.Unix()].Cancelled > 0 {
				continue
			}
			x := Issuing{Plan: *p, At: o.At}
			var by stocktake.Person
			if by, x.Err = who(ctx, p.Planner); x.Err == nil {
				x.Session, x.Err = s.issueOccurrence(ctx, by, p, o, 0, true)
			}
			if !errors.Is(x.Err, OccurrenceTaken) {
				done = append(done, x)
			}
		}
	}
	return done, s.keepRefusals(ctx, society, done)
}

// RefusalsName is what is published of occurrences that could not be issued by themselves.
const RefusalsName = "plan-refusals"

// maxRefusals bounds them; the oldest occurrences go first.
const maxRefusals = 200

// Refusal says why an occurrence was not issued by itself, in the words that a person would have been told.
type Refusal struct {
	Plan  string         `json:"plan"`
	At    time.Time      `json:"at"`    // of the occurrence
	Since time.Time      `json:"since"` // when it was first refused for this reason
	Key   string         `json:"key"`   // the reason's
	Why   stocktake.Name `json:"why"`
}

// refusals is their document.
type refusals struct {
	List     []Refusal      `json:"list"`
	Previous stocktake.Hash `json:"previous,omitzero"`
}

func (s *Service) refusals(ctx context.Context, society stocktake.SocietyID) (r refusals, err error) {
	hash, _, err := s.docs.Published(ctx, society, RefusalsName)
	switch {
	case errors.Is(err, stocktake.Missing):
		return r, nil
	case err == nil:
		err = s.decode(ctx, society, hash, &r)
		r.Previous = hash
	}
	return r, err
}

// keepRefusals publishes what was refused now and was not so the last time: the same again and again writes nothing.
func (s *Service) keepRefusals(ctx context.Context, society stocktake.SocietyID, tried []Issuing) error {
	if !slices.ContainsFunc(tried, func(x Issuing) bool { return x.Err != nil }) {
		return nil // what was issued in the end is left out where they are listed
	}
	s.planning.Lock()
	defer s.planning.Unlock()
	all, err := s.refusals(ctx, society)
	if err != nil {
		return err
	}
	changed := false
	for n := range tried {
		x := &tried[n]
		if x.Err == nil || ctx.Err() != nil {
			continue
		}
		fault := stocktake.Fault(x.Err)
		r := Refusal{x.Plan.ID, x.At, s.clock().UTC(), fault.Reason.Key, stocktake.Name{Arabic: fault.Arabic(), English: fault.English()}}
		at := slices.IndexFunc(all.List, func(o Refusal) bool { return o.Plan == r.Plan && o.At.Equal(r.At) })
		switch {
		case at < 0:
			all.List = append(all.List, r)
		case all.List[at].Why == r.Why:
			continue
		default:
			all.List[at] = r
		}
		changed = true
	}
	if !changed {
		return nil
	}
	slices.SortStableFunc(all.List, func(a, b Refusal) int { return a.At.Compare(b.At) }) // not by when each was first refused: one that goes on being refused would come and go
	all.List = all.List[max(len(all.List)-maxRefusals, 0):]
	doc, err := stocktake.NewDocument(all)
	if err != nil {
		return err
	}
	return s.docs.Publish(ctx, society, RefusalsName, doc)
}

// Refusals lists the occurrences that were to be issued by themselves and were not, newest first, of plans that the asker may know of; not
// those that were issued since, or that are too long ago to be issued.
func (s *Service) Refusals(ctx context.Context, by stocktake.Person) ([]Refusal, error) {
	plans, err := s.CountPlans(ctx, by)
	if err != nil {
		return nil, err
	}
	all, err := s.refusals(ctx, by.Society)
	if err != nil || len(all.List) == 0 {
		return nil, err
	}
	outcomes, err := s.outcomes(ctx, by.Society)
	if err != nil {
		return nil, err
	}
	now := s.clock()
	var list []Refusal
	for _, r := range all.List {
		n := slices.IndexFunc(plans, func(p CountPlan) bool { return p.ID == r.Plan && p.EndedAt.IsZero() })
		o := outcomes[r.Plan][r.At.Unix()]
		if n < 0 || o.Session != "" && o.State != LogCancelled || now.Sub(r.At) > issueUntil {
			continue
		}
		list = append(list, r)
	}
	slices.SortStableFunc(list, func(a, b Refusal) int { return b.At.Compare(a.At) })
	return list, nil
}

// Who says who a person is now: what they were when they planned may have been taken from them.
type Who func(ctx context.Context, by stocktake.Person) (stocktake.Person, error)

// Ask tells the service whom to ask. Without it every planner is taken to be there still.
func (s *Service) Ask(who Who) { s.who = who }

// knows reports whether somebody may know of a plan: of a secret one its planner and those whom it names; and where none of these can do
// anything with it any more, the managers. Else it would be dead for ever, and nobody would know that a count is not made.
func (s *Service) knows(ctx context.Context, by stocktake.Person, p *CountPlan) bool {
	return p.KnownBy(by.ID) || by.Is(stocktake.Manager) && s.orphaned(ctx, by.Society, p)
}

// orphaned reports whether nobody who knows of a secret plan plans any more. Where that cannot be found out now somebody does.
func (s *Service) orphaned(ctx context.Context, society stocktake.SocietyID, p *CountPlan) bool {
	if s.who == nil || !p.Secret() || !p.EndedAt.IsZero() {
		return false
	}
	for _, id := range append([]stocktake.PersonID{p.Planner.ID}, p.KnownTo...) {
		now, err := s.who(ctx, stocktake.Person{Society: society, ID: id})
		if err != nil && !errors.Is(err, stocktake.Missing) || err == nil && now.Is(planners...) {
			return false
		}
	}
	return true
}
