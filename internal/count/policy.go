package count

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"jard/internal/reconcile"
	"jard/internal/stocktake"
)

// PolicyName is what a society's policy is published under.
const PolicyName = "policy"

// Policy is how a society judges variances: a document with versions. A session is issued under the one that is current then and keeps
// it; what is published later changes nothing in it.
type Policy struct {
	Number      int                `json:"number"` // 1, 2, 3 …
	Name        stocktake.Name     `json:"name"`
	PublishedBy stocktake.PersonID `json:"published_by"`
	PublishedAt time.Time          `json:"published_at"`
	Previous    stocktake.Hash     `json:"previous,omitzero"` // the version before

	Tolerance  reconcile.Tolerance `json:"tolerance"`            // of what nothing below is about
	Classes    []ClassTolerance    `json:"classes,omitempty"`    // instead, for items of a class
	Exceptions []Exception         `json:"exceptions,omitempty"` // instead of both, for a category or single items
	Tiers      []Tier              `json:"tiers"`
	Codes      []ReasonCode        `json:"codes,omitempty"`
	AskAlways  bool                `json:"ask_always,omitempty"` // also a line inside its tolerance waits for an approver, unless its variance is zero
}

// ClassTolerance is the tolerance of items of one class.
type ClassTolerance struct {
	Class     Class               `json:"class"`
	Tolerance reconcile.Tolerance `json:"tolerance"`
}

// Side says which variances something is for.
type Side string

// The sides.
const (
	Both      Side = ""
	Shortages Side = "shortage"
	Surpluses Side = "surplus"
)

func (s Side) check() error {
	switch s {
	case Both, Shortages, Surpluses:
		return nil
	}
	return signUnknown.New(string(s))
}

// ReasonCode explains a variance in one of a few words, so that variances can be added up by reason.
type ReasonCode struct {
	Key   string         `json:"key"`
	Name  stocktake.Name `json:"name"`
	Sign  Side           `json:"sign,omitempty"`  // which variances it explains
	Note  bool           `json:"note,omitempty"`  // only with a reason in words
	Photo bool           `json:"photo,omitempty"` // only where a walk's observation of the line carries a photo
}

// Explains reports whether the code can be the reason of a line's variance. One of zero is explained only by a code for both.
func (c *ReasonCode) Explains(l *Line) bool {
	switch {
	case l.Variance == nil:
		return false
	case c.Sign == Shortages:
		return l.Variance.Quantity < 0
	case c.Sign == Surpluses:
		return l.Variance.Quantity > 0
	}
	return true
}

// Code finds a reason code; nil where the policy has none of that key, or there is no policy.
func (p *Policy) Code(key string) *ReasonCode {
	if p == nil {
		return nil
	}
	if n := slices.IndexFunc(p.Codes, func(c ReasonCode) bool { return c.Key == key }); n >= 0 {
		return &p.Codes[n]
	}
	return nil
}

// called is what people call a code.
func (p *Policy) called(code string) stocktake.Name {
	n := stocktake.Name{Arabic: code, English: code}
	if c := p.Code(code); c != nil {
		n = stocktake.Name{Arabic: cmp.Or(c.Name.Arabic, c.Name.English), English: cmp.Or(c.Name.English, c.Name.Arabic)}
	}
	return n
}

// faultOf says why a line cannot be decided on with a code and a note; nil where it can. No code needs no policy.
func (p *Policy) faultOf(code, note string, l *Line) *stocktake.Reason {
	if code == "" {
		return nil
	}
	c := p.Code(code)
	switch {
	case c == nil:
		return CodeUnknown
	case !c.Explains(l):
		return CodeSign
	case c.Note && note == "":
		return CodeNote
	case c.Photo && !l.Photo:
		return CodePhoto
	}
	return nil
}

// MaxCodes bounds the reason codes of a policy.
const MaxCodes = 100

// Check refuses a policy that contradicts itself, or under which some variance could be approved by nobody.
func (p *Policy) Check() error {
	if err := p.Name.Check("policy"); err != nil {
		return err
	}
	if err := p.Tolerance.Check(); err != nil {
		return err
	}
	for n, c := range p.Classes {
		if c.Class != ClassA && c.Class != ClassB && c.Class != ClassC || slices.ContainsFunc(p.Classes[:n], func(x ClassTolerance) bool { return x.Class == c.Class }) {
			return policyClass.New(string(c.Class))
		}
		if err := c.Tolerance.Check(); err != nil {
			return err
		}
	}
	if err := checkExceptions(p.Exceptions); err != nil {
		return err
	}
	if err := checkTiers(p.Tiers); err != nil {
		return err
	}
	if len(p.Codes) > MaxCodes {
		return tooMany.New(len(p.Codes), MaxCodes)
	}
	for n := range p.Codes {
		c := &p.Codes[n]
		if err := stocktake.CheckID("reason code", c.Key); err != nil {
			return err
		}
		if err := c.Name.Check("reason code"); err != nil {
			return err
		}
		if err := c.Sign.check(); err != nil {
			return err
		}
		if slices.ContainsFunc(p.Codes[:n], func(x ReasonCode) bool { return x.Key == c.Key }) {
			return codeTwice.New(c.Key)
		}
	}
	return nil
}

// checkTiers refuses tiers that leave some shortage or surplus to nobody: one of each sign has no limit.
func checkTiers(tiers []Tier) error {
	if _, some := unreached(tiers); some {
		return planTiers.New()
	}
	for _, t := range tiers {
		if err := t.Role.Check(); err != nil {
			return err
		}
		if err := t.Sign.check(); err != nil {
			return err
		}
		if t.UpTo != nil && *t.UpTo < 0 {
			return planTiers.New()
		}
	}
	return nil
}

// Unreached gives the value in fils above which the policy leaves a shortage or a surplus to nobody, if it leaves any. None published now does; one
// of before tiers had to reach every value may.
func (p *Policy) Unreached() (above stocktake.Fils, some bool) { return unreached(p.Tiers) }

func unreached(tiers []Tier) (stocktake.Fils, bool) {
	for _, sign := range []Side{Shortages, Surpluses} {
		var above stocktake.Fils
		reached := false
		for _, t := range tiers {
			switch {
			case t.Sign != Both && t.Sign != sign:
			case t.UpTo == nil:
				reached = true
			default:
				above = max(above, *t.UpTo)
			}
		}
		if !reached {
			return above, true
		}
	}
	return 0, false
}

// Holds reports whether a tier is for variances of the line's sign, whatever they are worth. A variance of zero is of either.
func (t *Tier) Holds(l *Line) bool {
	switch {
	case l.Variance == nil:
		return true
	case t.Sign == Shortages:
		return l.Variance.Quantity <= 0
	case t.Sign == Surpluses:
		return l.Variance.Quantity >= 0
	}
	return true
}

// PublishedPolicy is a version with the hash that names it.
type PublishedPolicy struct {
	Hash stocktake.Hash `json:"hash"`
	Policy
}

// Version names the policy as people do.
func (p *PublishedPolicy) Version() string { return strconv.Itoa(p.Number) }

// Policy gives the society's current policy; nil where none was ever published.
func (s *Service) Policy(ctx context.Context, by stocktake.Person) (*PublishedPolicy, error) {
	if err := may(by, policyReaders...); err != nil {
		return nil, err
	}
	return s.policy(ctx, by.Society)
}

// Policies lists the versions of the society's policy, newest first; at most limit.
func (s *Service) Policies(ctx context.Context, by stocktake.Person, limit int) ([]PublishedPolicy, error) {
	current, err := s.Policy(ctx, by)
	var list []PublishedPolicy
	for err == nil && current != nil && len(list) < limit {
		list = append(list, *current)
		if current.Previous.IsZero() {
			break
		}
		current, err = s.policyAt(ctx, by.Society, current.Previous)
	}
	return list, err
}

// PublishPolicy makes a policy the society's current one, for sessions issued from now on. Its number must be the next: so nobody
// replaces a version that they have not seen.
func (s *Service) PublishPolicy(ctx context.Context, by stocktake.Person, p Policy) (*PublishedPolicy, error) {
	if err := may(by, policyMakers...); err != nil {
		return nil, err
	}
	s.publishing.Lock()
	defer s.publishing.Unlock()
	current, err := s.policy(ctx, by.Society)
	if err != nil {
		return nil, err
	}
	next := 1
	p.Previous = stocktake.Hash{}
	if current != nil {
		next, p.Previous = current.Number+1, current.Hash
	}
	if p.Number != next {
		return nil, PolicyMoved.New(next-1, next)
	}
	p.PublishedBy, p.PublishedAt = by.ID, s.clock().UTC()
	if err := p.Check(); err != nil {
		return nil, err
	}
	doc, err := stocktake.NewDocument(p)
	if err != nil {
		return nil, err
	}
	if err := s.docs.Publish(ctx, by.Society, PolicyName, doc); err != nil {
		return nil, err
	}
	return &PublishedPolicy{doc.Hash, p}, nil
}

func (s *Service) policy(ctx context.Context, society stocktake.SocietyID) (*PublishedPolicy, error) {
	hash, _, err := s.docs.Published(ctx, society, PolicyName)
	if errors.Is(err, stocktake.Missing) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return s.policyAt(ctx, society, hash)
}

func (s *Service) policyAt(ctx context.Context, society stocktake.SocietyID, hash stocktake.Hash) (*PublishedPolicy, error) {
	p := &PublishedPolicy{Hash: hash}
	if err := s.decode(ctx, society, hash, &p.Policy); err != nil {
		return nil, err
	}
	return p, nil
}

// adopt has a plan that is being issued name the current policy and take from it what it does not set itself: tolerances as a whole, and
// tiers as a whole. What it does set must be as strict, unless it is a manager's word.
func (s *Service) adopt(ctx context.Context, by stocktake.Person, free bool, plan *Plan) error {
	plan.PolicyDocument, plan.Classes = stocktake.Hash{}, stocktake.Hash{}
	p, err := s.policy(ctx, by.Society)
	if err != nil {
		return err
	}
	if !free {
		if err := s.checkStricter(ctx, by, plan, p); err != nil {
			return err
		}
	}
	if p == nil {
		return nil
	}
	plan.PolicyDocument = p.Hash
	if len(plan.Tiers) == 0 {
		if above, some := p.Unreached(); some {
			return PolicyUnreached.New(p.Number, above) // of before tiers had to reach every value
		}
		plan.Tiers = p.Tiers
	}
	if plan.judgesItself() {
		return nil
	}
	plan.Tolerance, plan.Exceptions = p.Tolerance, p.Exceptions
	if len(p.Classes) == 0 {
		return nil
	}
	classes, err := s.Classes(ctx, by, plan.Site)
	if err != nil {
		return err
	}
	doc, err := stocktake.NewDocument(classes)
	if err != nil {
		return err
	}
	plan.Classes = doc.Hash
	return s.docs.PutDocuments(ctx, by.Society, doc)
}

// policyMakers publish policies; policyReaders see them: it is no counter's business how far they may be off.
var (
	policyMakers  = []stocktake.Role{stocktake.SocietyAdministrator, stocktake.Manager}
	policyReaders = append(slices.Clone(readers), stocktake.SocietyAdministrator)
)

// MayPublishPolicy reports whether a person may publish policies.
func MayPublishPolicy(by stocktake.Person) bool { return may(by, policyMakers...) == nil }

// Reasons of policies.
var (
	PolicyMoved = stocktake.NewReason(stocktake.Conflict, "policy-moved",
		"The current policy is version %d, so the next one is %d. Look at it, then publish yours.",
		"السياسة الحالية هي النسخة %d فتكون التالية %d. راجعها ثم انشر نسختك.")
	PolicyUnreached = stocktake.NewReason(stocktake.Conflict, "policy-unreached",
		"Version %d of the society's policy leaves variances above %s KD to nobody, so nothing can be issued by its tiers. A manager publishes a new version in which somebody approves whatever it is worth.",
		"النسخة %d من سياسة الجمعية لا تسند ما تزيد قيمته على %s د.ك إلى أحد فلا يُصدر شيء بمستوياتها. ينشر المدير نسخة جديدة فيها من يعتمد مهما بلغت القيمة.")
	CodeUnknown = stocktake.NewReason(stocktake.Invalid, "code-unknown",
		"The session's policy has no reason code %q for %s: choose one of those that it lists.",
		"لا يوجد رمز سبب %q في سياسة الجلسة بشأن %s: اختر أحد الرموز المدرجة فيها.")
	CodeSign = stocktake.NewReason(stocktake.Invalid, "code-sign",
		"The reason “%s” does not explain the variance of %s: some reasons are for shortages only, some for surpluses only. Choose another, or decide on that line apart.",
		"السبب «%s» لا يفسر فرق %s: بعض الأسباب للعجز فقط وبعضها للزيادة فقط. اختر سببًا آخر أو بُتّ في البند وحده.")
	CodeNote = stocktake.NewReason(stocktake.Invalid, "code-note",
		"The reason “%s” needs a note in words for %s: write what happened.",
		"السبب «%s» يتطلب ملاحظة مكتوبة بشأن %s: اكتب ما حدث.")
	CodePhoto = stocktake.NewReason(stocktake.Invalid, "code-photo",
		"The reason “%s” needs a photo, and no walk has one of %s: have it photographed, or choose another reason.",
		"السبب «%s» يتطلب صورة ولا توجد صورة في أي جولة لـ %s: اطلب تصويره أو اختر سببًا آخر.")
	signUnknown = stocktake.NewReason(stocktake.Invalid, "sign-unknown",
		"%q is no sign: use shortage, surplus, or nothing for both.",
		"القيمة %q ليست إشارة: استخدم shortage أو surplus أو اتركها فارغة لكليهما.")
	policyClass = stocktake.NewReason(stocktake.Invalid, "policy-class",
		"The classes are A, B and C, each with one tolerance: mend %q.",
		"الفئات هي A وB وC ولكل منها حد سماح واحد: صحّح %q.")
	codeTwice = stocktake.NewReason(stocktake.Invalid, "code-twice",
		"There are two reason codes %q: give each its own key.",
		"يوجد رمزا سبب بالمفتاح %q: اجعل لكل منهما مفتاحًا خاصًا.")
)
