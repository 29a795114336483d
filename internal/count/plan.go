package count

import (
	"slices"
	"time"

	"jard/internal/reconcile"
	"jard/internal/stocktake"
)

// SessionKind says why stock is counted.
type SessionKind string

// The kinds of session.
const (
	Full     SessionKind = "full"
	Partial  SessionKind = "partial"
	Cycle    SessionKind = "cycle"
	Spot     SessionKind = "spot"
	Surprise SessionKind = "surprise"
)

// PolicyVersion names the rules that a fold applies beyond the plan's own figures. A session keeps the version that it
// was issued under. Since 2 the seal waits for the signatures of the committee and the witness, none of whom counts.
const PolicyVersion = "2"

// policyPaper is the version under which the record was signed on paper, after the seal.
const policyPaper = "1"

// Plan is the body of the entry that issues a session: all that the fold needs besides the log, or its hash.
type Plan struct {
	Session    stocktake.SessionID  `json:"session"`
	Name       stocktake.Name       `json:"name"`
	Site       stocktake.SiteID     `json:"site"`
	Kind       SessionKind          `json:"kind"`
	Blind      bool                 `json:"blind"`
	Double     bool                 `json:"double,omitempty"` // two people count every location, independently
	Due        time.Time            `json:"due,omitzero"`
	Scope      Scope                `json:"scope"`
	Tolerance  reconcile.Tolerance  `json:"tolerance"`
	Exceptions []Exception          `json:"exceptions,omitempty"` // to the tolerance
	Tiers      []Tier               `json:"tiers"`
	Rules      *reconcile.Rules     `json:"rules,omitempty"` // how the site's goods move beside its books; absent: the usual ones
	Committee  []stocktake.PersonID `json:"committee,omitempty"`
	Witness    stocktake.PersonID   `json:"witness,omitempty"`

	SiteDocument stocktake.Hash `json:"site_document"`
	Catalogue    stocktake.Hash `json:"catalogue"`
	Snapshot     stocktake.Hash `json:"snapshot"`
	Policy       string         `json:"policy"`

	// Planned is the occurrence of a count plan that the session was issued for; nil where a person issued it by themselves.
	Planned *Planned `json:"planned,omitempty"`

	// PolicyDocument is the society's policy that was current at issue: zero where it had none. Tolerance, Exceptions and Tiers are
	// its own where nobody set others for this session. Classes are those that its class tolerances go by; zero where none do.
	PolicyDocument stocktake.Hash `json:"policy_document,omitzero"`
	Classes        stocktake.Hash `json:"classes,omitzero"`

	// Basis is what a correction goes on from, and Reason why it was issued; both are of corrections alone: see Service.Correct.
	Basis  *Basis `json:"basis,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// Scope is what a session counts: sections whole, single locations besides, and of these only the items listed, if any
// are. With neither sections nor locations it is the whole site.
type Scope struct {
	Sections  []stocktake.SectionID  `json:"sections,omitempty"`
	Locations []stocktake.LocationID `json:"locations,omitempty"`
	Items     []stocktake.ItemID     `json:"items,omitempty"`
}

// Tier lets a role approve lines whose variance is worth up to UpTo fils; without UpTo, any. It may be for shortages only, or for
// surpluses.
type Tier struct {
	Role stocktake.Role  `json:"role"`
	UpTo *stocktake.Fils `json:"up_to,omitempty"`
	Sign Side            `json:"sign,omitempty"`
}

// Exception is the tolerance of a category of items, or of single ones. Of an item's own and its category's the own one holds; of two
// about the same the first.
type Exception struct {
	Category  string              `json:"category,omitempty"`
	Items     []stocktake.ItemID  `json:"items,omitempty"`
	Tolerance reconcile.Tolerance `json:"tolerance"`
}

// MaxScope bounds the names in a scope, and MaxTasks those of one assignment.
const (
	MaxScope = 100_000
	MaxTasks = 20_000
)

// checkCalled refuses a plan whose session cannot be called that.
func (p *Plan) checkCalled() error {
	if err := stocktake.CheckID("session", string(p.Session)); err != nil {
		return err
	}
	return p.Name.Check("session")
}

// Check refuses a plan that contradicts itself or names what its site does not have.
func (p *Plan) Check(site *stocktake.Site) error {
	if err := p.checkCalled(); err != nil {
		return err
	}
	switch p.Kind {
	case Full, Partial, Cycle, Spot, Surprise:
	default:
		return planKind.New(string(p.Kind))
	}
	if p.Site != site.ID {
		return stocktake.NoSuch("site", p.Site)
	}
	if err := p.Tolerance.Check(); err != nil {
		return err
	}
	if err := checkExceptions(p.Exceptions); err != nil {
		return err
	}
	if p.Rules != nil {
		if err := p.Rules.Check(); err != nil {
			return err
		}
	}
	if err := checkTiers(p.Tiers); err != nil {
		return err
	}
	for _, person := range append(slices.Clone(p.Committee), p.Witness) {
		if person == "" {
			continue
		}
		if err := stocktake.CheckID("person", string(person)); err != nil {
			return err
		}
	}
	if p.Witness != "" && slices.Contains(p.Committee, p.Witness) {
		return BothCapacities.New(string(p.Witness))
	}
	if len(p.Committee) > 50 {
		return tooMany.New(len(p.Committee), 50)
	}
	return p.Scope.check(site)
}

func checkExceptions(list []Exception) error {
	n := 0
	for _, x := range list {
		if n += 1 + len(x.Items); n > MaxScope {
			return tooMany.New(n, MaxScope)
		}
		if (x.Category == "") == (len(x.Items) == 0) || len(x.Category) > stocktake.MaxName {
			return planException.New()
		}
		for _, id := range x.Items {
			if err := stocktake.CheckID("item", string(id)); err != nil {
				return err
			}
		}
		if err := x.Tolerance.Check(); err != nil {
			return err
		}
	}
	return nil
}

// tolerances finds the tolerance of an item.
type tolerances struct {
	usual    *reconcile.Tolerance
	class    map[Class]*reconcile.Tolerance
	category map[string]*reconcile.Tolerance
	item     map[stocktake.ItemID]*reconcile.Tolerance
}

func (f *Fold) tolerances() *tolerances {
	var classes []ClassTolerance
	if f.material.Classes != nil && f.material.Policy != nil {
		classes = f.material.Policy.Classes
	}
	return tolerancesOf(&f.plan.Tolerance, classes, f.plan.Exceptions)
}

func tolerancesOf(usual *reconcile.Tolerance, classes []ClassTolerance, exceptions []Exception) *tolerances {
	t := &tolerances{usual, map[Class]*reconcile.Tolerance{}, map[string]*reconcile.Tolerance{}, map[stocktake.ItemID]*reconcile.Tolerance{}}
	for n := range classes {
		t.class[classes[n].Class] = &classes[n].Tolerance
	}
	for n := len(exceptions) - 1; n >= 0; n-- {
		x := &exceptions[n]
		if x.Category != "" {
			t.category[x.Category] = &x.Tolerance
		}
		for _, id := range x.Items {
			t.item[id] = &x.Tolerance
		}
	}
	return t
}

func (t *tolerances) of(id stocktake.ItemID, category string, class Class) *reconcile.Tolerance {
	if x := t.item[id]; x != nil {
		return x
	}
	if x := t.category[category]; x != nil {
		return x
	}
	if x := t.class[class]; x != nil {
		return x
	}
	return t.usual
}

// rules are those by which movements are placed beside observations.
func (p *Plan) rules() reconcile.Rules {
	if p.Rules != nil {
		return *p.Rules
	}
	return reconcile.DefaultRules()
}

func (s *Scope) check(site *stocktake.Site) error {
	if n := len(s.Sections) + len(s.Locations) + len(s.Items); n > MaxScope {
		return tooMany.New(n, MaxScope)
	}
	for _, id := range s.Sections {
		if !slices.ContainsFunc(site.Sections, func(x stocktake.Section) bool { return x.ID == id }) {
			return stocktake.NoSuch("section", id)
		}
	}
	if len(s.Locations) > 0 {
		known := make(map[stocktake.LocationID]bool, len(site.Locations))
		for _, location := range site.Locations {
			known[location.ID] = true
		}
		for _, id := range s.Locations {
			if !known[id] {
				return stocktake.NoSuch("location", id)
			}
		}
	}
	for _, id := range s.Items {
		if err := stocktake.CheckID("item", string(id)); err != nil {
			return err
		}
	}
	return nil
}

// extend adds what another scope names. Extending a whole site, or a scope without an item list, cannot narrow it.
func (s *Scope) extend(more Scope) {
	if len(s.Sections) > 0 || len(s.Locations) > 0 {
		s.Sections = append(s.Sections, more.Sections...)
		s.Locations = append(s.Locations, more.Locations...)
	}
	if len(s.Items) > 0 {
		s.Items = append(s.Items, more.Items...)
	}
}

var (
	planKind = stocktake.NewReason(stocktake.Invalid, "session-kind",
		"%q is no kind of session: use full, partial, cycle, spot or surprise.",
		"القيمة %q ليست نوع جلسة: استخدم full أو partial أو cycle أو spot أو surprise.")
	planTiers = stocktake.NewReason(stocktake.Invalid, "session-tiers",
		"Say who approves up to which value, and who whatever it is worth: of shortages and of surpluses at least one tier without a limit, none negative.",
		"حدّد من يعتمد وإلى أي قيمة ومن يعتمد مهما بلغت القيمة: مستوى واحد على الأقل بلا حد للعجز ومثله للزيادة، ولا يكون سالبًا.")
	planException = stocktake.NewReason(stocktake.Invalid, "session-exception",
		"An exception to the tolerance is for a category or for items: name one of the two.",
		"استثناء حد السماح يكون لفئة أو لأصناف: اذكر أحدهما.")
	tooMany = stocktake.NewReason(stocktake.Invalid, "too-many",
		"%d are named; at most %d are taken at once. Split them.",
		"عدد المذكور %d والحد الأقصى في المرة الواحدة %d. قسّمها.")
)
