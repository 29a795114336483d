package count

import (
	"context"
	"maps"
	"slices"

	"jard/internal/reconcile"
	"jard/internal/stocktake"
)

// A plan's own tolerances and tiers stand in place of the policy's, and its movement rules in place of the usual ones. They may only ask more of
// people than these do: otherwise whoever issues a session would decide how much may be missing in it and who looks. Only a manager lets more
// pass, as it is a manager who publishes policies.

// checkStricter refuses a plan's own tiers or tolerances where they let pass what the policy does not (nil: there is none), and movement rules by
// which a figure looks surer than by the usual ones.
func (s *Service) checkStricter(ctx context.Context, by stocktake.Person, plan *Plan, p *PublishedPolicy) error {
	if plan.Rules != nil {
		usual := reconcile.DefaultRules()
		if part := plan.Rules.Narrower(&usual); part != "" {
			return PlanRules.New(part)
		}
	}
	if p == nil {
		return nil
	}
	if err := strictTiers(plan.Tiers, p.Tiers); err != nil {
		return err
	}
	if !plan.judgesItself() {
		return nil
	}
	items, err := s.items(ctx, by.Society, plan.Catalogue)
	if err != nil {
		return err
	}
	var classes Classes
	if len(p.Classes) > 0 {
		if classes, err = s.Classes(ctx, by, plan.Site); err != nil {
			return err
		}
	}
	own, policy := tolerancesOf(&plan.Tolerance, nil, plan.Exceptions), tolerancesOf(&p.Tolerance, p.Classes, p.Exceptions)
	if !own.usual.Within(*policy.usual) {
		return PlanTolerant.New(usualItems)
	}
	for _, id := range slices.Sorted(maps.Keys(items)) {
		i := items[id]
		if !own.of(id, i.Category, "").Within(*policy.of(id, i.Category, classes.Of(id))) {
			return PlanTolerant.New(i.Name)
		}
	}
	for _, x := range slices.Concat(plan.Exceptions, p.Exceptions) { // what they name beside the catalogue
		for _, id := range x.Items {
			if _, known := items[id]; !known && !own.of(id, "", "").Within(*policy.of(id, "", classes.Of(id))) {
				return PlanTolerant.New(stocktake.Name{Arabic: string(id), English: string(id)})
			}
		}
	}
	return nil
}

// judgesItself reports whether a plan has tolerances of its own.
func (p *Plan) judgesItself() bool {
	return p.Tolerance != (reconcile.Tolerance{}) || len(p.Exceptions) > 0
}

// strictTiers refuses tiers by which some role approves more, of one sign, than by the policy's.
func strictTiers(tiers, policy []Tier) error {
	for _, t := range tiers {
		for _, sign := range []Side{Shortages, Surpluses} {
			if t.Sign != Both && t.Sign != sign {
				continue
			}
			if !slices.ContainsFunc(policy, func(x Tier) bool {
				return x.Role == t.Role && (x.Sign == Both || x.Sign == sign) && (x.UpTo == nil || t.UpTo != nil && *t.UpTo <= *x.UpTo)
			}) {
				return PlanLoose.New([]stocktake.Role{t.Role})
			}
		}
	}
	return nil
}

// usualItems stands for what no exception and no class is about.
var usualItems = stocktake.Name{Arabic: "الأصناف عامة", English: "items in general"}

// Reasons for which a plan that asks less than the policy is refused.
var (
	PlanTolerant = stocktake.NewReason(stocktake.Forbidden, "plan-tolerant",
		"The tolerance of this plan for %s lets more pass than the society's policy. Set it as strict as the policy or stricter, leave it to the policy, or have a manager issue or plan it.",
		"حد السماح في هذه الخطة بشأن %s أوسع مما تسمح به سياسة الجمعية. اجعله مساويًا للسياسة أو أشدّ أو اتركه للسياسة أو اطلب من المدير إصدارها أو تخطيطها.")
	PlanLoose = stocktake.NewReason(stocktake.Forbidden, "plan-loose",
		"By this plan's tiers the %s approves more than by the society's policy. Set at most what the policy says, leave the tiers to the policy, or have a manager issue or plan it.",
		"مستويات الاعتماد في هذه الخطة تتيح للدور «%s» اعتماد أكثر مما تسمح به سياسة الجمعية. لا تتجاوز ما في السياسة أو اترك المستويات للسياسة أو اطلب من المدير إصدارها أو تخطيطها.")
	PlanRules = stocktake.NewReason(stocktake.Forbidden, "plan-rules",
		"By this plan's movement rules (%s) less time or fewer places are reckoned with than usual, so that figures would look surer than they are. Set at least the usual, leave the rules out, or have a manager issue or plan it.",
		"قواعد الحركة في هذه الخطة (%s) تحسب وقتًا أقصر أو مواقع أقل من المعتاد فتبدو الأرقام أوثق مما هي. لا تقل عن المعتاد أو اترك القواعد أو اطلب من المدير إصدارها أو تخطيطها.")
)
