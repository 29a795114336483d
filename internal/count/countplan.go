package count

import (
	"slices"
	"strconv"
	"time"

	"jard/internal/reconcile"
	"jard/internal/stocktake"
)

// PlanKind says what a count plan is for.
type PlanKind string

// The kinds of count plan.
const (
	PlanAnnual   PlanKind = "annual"   // the whole site, or the sections named
	PlanCycle    PlanKind = "cycle"    // each time the items that are due by their class, and a random few
	PlanSurprise PlanKind = "surprise" // known to nobody but its planner and those whom it names, until it is issued
	PlanSpot     PlanKind = "spot"     // a list of items or locations
)

// CountPlan says what of a site is counted when, before there is a session. Each of its occurrences is issued as a session of its own.
type CountPlan struct {
	ID         string           `json:"id"`
	Version    int              `json:"version"` // 1, 2, 3 …: what a change must name, so that none is lost
	Name       stocktake.Name   `json:"name"`
	Kind       PlanKind         `json:"kind"`
	Site       stocktake.SiteID `json:"site"`
	Scope      Scope            `json:"scope"`
	Cycle      *Frequency       `json:"cycle,omitempty"` // of a cycle plan only
	Recurrence Recurrence       `json:"recurrence"`
	Minutes    int              `json:"minutes"`   // how long the counting window is, from the time of day on
	Automatic  bool             `json:"automatic"` // issued at its time by the server

	Open       bool                 `json:"open,omitempty"` // counters see the books
	Tolerance  reconcile.Tolerance  `json:"tolerance"`
	Exceptions []Exception          `json:"exceptions,omitempty"`
	Tiers      []Tier               `json:"tiers,omitempty"` // with none, tolerance and tiers are those of the policy that is current at issue
	Rules      *reconcile.Rules     `json:"rules,omitempty"`
	Committee  []stocktake.PersonID `json:"committee,omitempty"`
	Witness    stocktake.PersonID   `json:"witness,omitempty"`
	KnownTo    []stocktake.PersonID `json:"known_to,omitempty"` // of a surprise plan only, beside its planner

	Planner stocktake.Person `json:"planner"`          // who saved it last, with the roles held then: the server issues it as long as they may plan
	Orphan  bool             `json:"orphan,omitempty"` // of a secret one, told and never kept: none of those who knew of it plans any more, so managers do
	EndedAt time.Time        `json:"ended_at,omitzero"`

	// Allowed is the policy beside which the manager who saved the plan let it ask less (zero: there was none); nil where it asks no less.
	// The word holds as long as that policy is the current one.
	Allowed *stocktake.Hash `json:"allowed,omitempty"`

	Earlier []Era        `json:"earlier,omitempty"` // when it was, before its times were changed
	History []PlanChange `json:"history"`
}

// Era is a plan's times as they held until an instant: a change of its times takes nothing back of what was missed under them.
type Era struct {
	Recurrence Recurrence `json:"recurrence"`
	Minutes    int        `json:"minutes"`
	Until      time.Time  `json:"until"`
}

// PlanChange is one version of a plan: who made it, when, and of what document it is a part.
type PlanChange struct {
	Version int                `json:"version"`
	By      stocktake.PersonID `json:"by"`
	At      time.Time          `json:"at"`
	Reason  string             `json:"reason,omitempty"`
}

// Planned is where a session comes from: its plan, which of its occurrences, and how what is counted was chosen.
type Planned struct {
	Plan      string             `json:"plan"`
	Version   int                `json:"version,omitempty"` // of the plan
	Planner   stocktake.PersonID `json:"planner,omitempty"` // whose plan it was then
	At        time.Time          `json:"at"`
	Automatic bool               `json:"automatic,omitempty"` // the server issued it: nobody did
	Seed      uint64             `json:"seed,omitempty"`      // by which the random items were drawn
	Due       int                `json:"due,omitempty"`       // items that were due
	Random    int                `json:"random,omitempty"`    // … and those that were drawn besides
}

// Bounds of count plans.
const (
	MaxCountPlans = 500
	maxHistory    = 200
	maxMinutes    = 7 * 24 * 60
	maxKnown      = 50
)

// Secret reports whether the plan is kept from people until its occurrences are issued.
func (p *CountPlan) Secret() bool { return p.Kind == PlanSurprise }

// KnownBy reports whether somebody may know of the plan at all.
func (p *CountPlan) KnownBy(person stocktake.PersonID) bool {
	return !p.Secret() || p.Planner.ID == person || slices.Contains(p.KnownTo, person)
}

// sessionKind is the kind of the sessions that come of it.
func (p *CountPlan) sessionKind() SessionKind {
	switch {
	case p.Kind == PlanCycle:
		return Cycle
	case p.Kind == PlanSurprise:
		return Surprise
	case p.Kind == PlanSpot:
		return Spot
	case len(p.Scope.Sections)+len(p.Scope.Locations)+len(p.Scope.Items) > 0:
		return Partial
	}
	return Full
}

// Check refuses a plan that contradicts itself or names what its site does not have.
func (p *CountPlan) Check(site *stocktake.Site) error {
	if err := p.Name.Check("plan"); err != nil {
		return err
	}
	if p.Site != site.ID {
		return stocktake.NoSuch("site", p.Site)
	}
	if err := p.Scope.check(site); err != nil {
		return err
	}
	switch p.Kind {
	case PlanAnnual:
	case PlanCycle:
		if p.Cycle == nil {
			return PlanFrequency.New()
		}
		if err := p.Cycle.check(); err != nil {
			return err
		}
		if len(p.Scope.Locations)+len(p.Scope.Items) > 0 {
			return PlanCycleScope.New()
		}
	case PlanSurprise:
	case PlanSpot:
		if len(p.Scope.Items)+len(p.Scope.Locations) == 0 {
			return PlanSpotList.New()
		}
	default:
		return PlanKindUnknown.New(string(p.Kind))
	}
	if p.Kind != PlanCycle && p.Cycle != nil || !p.Secret() && len(p.KnownTo) > 0 {
		return PlanKindUnknown.New(string(p.Kind))
	}
	if err := p.Recurrence.check(); err != nil {
		return err
	}
	if p.Minutes < 1 || p.Minutes > maxMinutes {
		return PlanWindow.New(maxMinutes / 60)
	}
	if len(p.KnownTo) > maxKnown {
		return tooMany.New(len(p.KnownTo), maxKnown)
	}
	for _, person := range p.KnownTo {
		if err := stocktake.CheckID("person", string(person)); err != nil {
			return err
		}
	}
	s := p.session("check", time.Time{})
	if len(s.Tiers) == 0 {
		s.Tiers = usualTiers()
	}
	return s.Check(site)
}

// session is what is issued for an occurrence.
func (p *CountPlan) session(id stocktake.SessionID, due time.Time) Plan {
	return Plan{
		Session: id, Name: p.Name, Site: p.Site, Kind: p.sessionKind(), Blind: !p.Open, Due: due, Scope: p.Scope.clone(), Tolerance: p.Tolerance,
		Exceptions: p.Exceptions, Tiers: p.Tiers, Rules: p.Rules, Committee: p.Committee, Witness: p.Witness,
	}
}

// usualTiers are those of a society that has no policy and of a plan that says nothing.
func usualTiers() []Tier {
	upTo := func(dinars stocktake.Fils) *stocktake.Fils { d := 1000 * dinars; return &d }
	return []Tier{{Role: stocktake.Supervisor, UpTo: upTo(20)}, {Role: stocktake.Manager, UpTo: upTo(500)}, {Role: stocktake.FinancialController}}
}

// sessionOf is the id of the session of an occurrence: always the same one, so that the store itself refuses a second. After so many
// that were cancelled it is another.
func sessionOf(plan string, at time.Time, cancelled int) stocktake.SessionID {
	h := stocktake.HashOf([]byte(plan + "\x00" + strconv.FormatInt(at.Unix(), 10) + "\x00" + strconv.Itoa(cancelled)))
	return stocktake.SessionID("p" + h.String()[:20])
}

// Reasons for which a count plan is refused.
var (
	PlanKindUnknown = stocktake.NewReason(stocktake.Invalid, "count-plan-kind",
		"%q is no kind of count plan with these fields: use annual, cycle (with cycle), surprise (with known_to) or spot.",
		"القيمة %q ليست نوع خطة جرد مع هذه الحقول: استخدم annual أو cycle (مع cycle) أو surprise (مع known_to) أو spot.")
	PlanFrequency = stocktake.NewReason(stocktake.Invalid, "count-plan-frequency",
		"Say how often a year items of each class are counted: 0 to 52, at least one of them above 0; and the random share: 0 to 50 %.",
		"حدّد كم مرة في السنة تُجرد أصناف كل فئة: من 0 إلى 52 وواحدة منها على الأقل أكثر من 0، والنسبة العشوائية من 0 إلى 50%.")
	PlanCycleScope = stocktake.NewReason(stocktake.Invalid, "count-plan-cycle-scope",
		"A cycle plan chooses its items by itself: name sections only, or nothing for the whole site.",
		"خطة الجرد الجزئي الدوري تختار أصنافها بنفسها: حدّد أقسامًا فقط أو لا شيء للمقر كله.")
	PlanSpotList = stocktake.NewReason(stocktake.Invalid, "count-plan-spot-list",
		"A spot count needs a list of items or of locations.",
		"الجرد الموضعي يحتاج إلى قائمة أصناف أو مواقع.")
	PlanWindow = stocktake.NewReason(stocktake.Invalid, "count-plan-window",
		"The counting window is from one minute to %d hours long.",
		"مدة فترة العد من دقيقة واحدة إلى %d ساعة.")
)
