package count

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"

	"jard/internal/stocktake"
)

// write appends a person's decision to a session's log.
func (s *Service) write(ctx context.Context, by stocktake.Person, session stocktake.SessionID, kind Kind, body any) (Entry, error) {
	return s.writeAs(ctx, by.Society, Author{Person: by.ID, Roles: by.Roles}, session, kind, body)
}

func (s *Service) writeAs(ctx context.Context, society stocktake.SocietyID, as Author, session stocktake.SessionID, kind Kind, body any) (Entry, error) {
	b, err := json.Marshal(body)
	if err != nil {
		return Entry{}, err
	}
	return s.log.Write(ctx, Draft{Society: society, Session: session, Author: as, Kind: kind, Body: b})
}

// decide checks a command against the session as it stands, then appends it. No lock is held in between, and none is
// needed: a decision names the digest of what it saw, and lapses by itself when that has changed.
func (s *Service) decide(ctx context.Context, by stocktake.Person, session stocktake.SessionID, kind Kind, body any, check func(*View) error) (Entry, error) {
	return s.decideAs(ctx, by, planners, session, kind, body, check)
}

// decideAs is decide for whoever holds one of the roles. The check may fill in the body.
func (s *Service) decideAs(ctx context.Context, by stocktake.Person, roles []stocktake.Role, session stocktake.SessionID, kind Kind, body any, check func(*View) error) (Entry, error) {
	if err := may(by, roles...); err != nil {
		return Entry{}, err
	}
	v, err := s.view(ctx, by.Society, session)
	if err != nil {
		return Entry{}, err
	}
	if v.State == StateSealed || v.State == StateCancelled {
		return Entry{}, LogClosed.New(string(session))
	}
	if err := check(v); err != nil {
		return Entry{}, err
	}
	return s.write(ctx, by, session, kind, body)
}

// Issue opens a session: the plan is completed with the documents now published for its site and logged. Its own tolerances and tiers are no
// laxer than the society's policy, its movement rules no narrower than the usual ones, unless a manager issues it.
func (s *Service) Issue(ctx context.Context, by stocktake.Person, p Plan) (Entry, error) {
	return s.issue(ctx, by, Author{Person: by.ID, Roles: by.Roles}, by.Is(stocktake.Manager), p)
}

// issue is Issue in an author's name: a person's, or the server's where a count plan asked for it.
func (s *Service) issue(ctx context.Context, by stocktake.Person, as Author, free bool, p Plan) (Entry, error) {
	if err := may(by, planners...); err != nil {
		return Entry{}, err
	}
	if p.Session == "" {
		p.Session = stocktake.SessionID(stocktake.RandomID())
	}
	if err := stocktake.CheckID("site", string(p.Site)); err != nil {
		return Entry{}, err
	}
	var err error
	for _, doc := range []struct {
		name string
		hash *stocktake.Hash
	}{{"site/" + string(p.Site), &p.SiteDocument}, {"catalogue", &p.Catalogue}, {"snapshot/" + string(p.Site), &p.Snapshot}} {
		if *doc.hash, _, err = s.docs.Published(ctx, by.Society, doc.name); err != nil {
			return Entry{}, err
		}
	}
	p.Policy, p.Basis, p.Reason = PolicyVersion, nil, "" // corrections are issued by Correct
	if err := s.adopt(ctx, by, free, &p); err != nil {
		return Entry{}, err
	}
	var site stocktake.Site
	if err := s.decode(ctx, by.Society, p.SiteDocument, &site); err != nil {
		return Entry{}, err
	}
	if err := p.Check(&site); err != nil {
		return Entry{}, err
	}
	return s.issueAlone(ctx, by.Society, as, p, &site)
}

// ExtendScope adds sections, locations or items to a running session.
func (s *Service) ExtendScope(ctx context.Context, by stocktake.Person, session stocktake.SessionID, more Scope) (Entry, error) {
	s.issuing.Lock()
	defer s.issuing.Unlock()
	return s.decide(ctx, by, session, ScopeExtended, more, func(v *View) error {
		if err := more.check(v.Material.Site); err != nil {
			return err
		}
		wider := v.Plan
		wider.Scope = wider.Scope.clone()
		wider.Scope.extend(more)
		return s.unheld(ctx, by.Society, &wider, v.Material.Site)
	})
}

// Assign gives tasks and takes tasks back.
func (s *Service) Assign(ctx context.Context, by stocktake.Person, session stocktake.SessionID, a Assignment) (Entry, error) {
	return s.decide(ctx, by, session, Assigned, a, func(v *View) error {
		if v.Closing && len(a.Tasks) > 0 {
			return NoMoreTasks.New()
		}
		for _, id := range a.Withdraw {
			if !slices.ContainsFunc(v.Tasks, func(t TaskState) bool { return t.ID == id }) {
				return stocktake.NoSuch("task", id)
			}
			if slices.ContainsFunc(v.Tasks, func(t TaskState) bool { return t.ID == id && t.Test }) {
				return TestTheirs.New(id)
			}
		}
		if err := v.checkDouble(a); err != nil {
			return err
		}
		return v.checkTasks(a.Tasks, v.Rounds)
	})
}

// OrderRecount asks for a further round. A task that names a person must name one who has not counted there.
func (s *Service) OrderRecount(ctx context.Context, by stocktake.Person, session stocktake.SessionID, r Recount) (Entry, error) {
	return s.decide(ctx, by, session, RecountOrdered, r, func(v *View) error {
		if v.Closing {
			return NoMoreTasks.New()
		}
		if r.Round < 2 || r.Round > v.Rounds+1 || r.Round > MaxRounds || len(r.Tasks) == 0 {
			return RecountRound.New(r.Round, v.Rounds+1)
		}
		if err := v.checkTasks(r.Tasks, r.Round); err != nil {
			return err
		}
		if err := r.checkDue(s.clock()); err != nil {
			return err
		}
		for _, t := range r.Tasks {
			if t.Round != r.Round {
				return RecountRound.New(t.Round, r.Round)
			}
			if open := v.openTask(t); open != "" {
				return RecountOpen.New(string(t.Location), open)
			}
			if t.Person != "" && v.hasCounted(t) {
				return RecounterCounted.New(string(t.Person), string(t.Location))
			}
		}
		return nil
	})
}

func (v *View) checkTasks(tasks []Task, rounds int) error {
	if len(tasks) > MaxTasks {
		return tooMany.New(len(tasks), MaxTasks)
	}
	taken := maps.Clone(v.taskIDs)
	known := make(map[stocktake.LocationID]bool, len(v.Locations))
	for _, l := range v.Locations {
		known[l.Location] = true
	}
	for _, t := range tasks {
		if err := stocktake.CheckID("task", t.ID); err != nil {
			return err
		}
		switch {
		case taken[t.ID]:
			return TaskExists.New(t.ID)
		case !known[t.Location]:
			return stocktake.NoSuch("location", t.Location)
		case t.Round < 1 || t.Round > rounds:
			return RecountRound.New(t.Round, rounds)
		case len(t.Items) > MaxScope:
			return tooMany.New(len(t.Items), MaxScope)
		case v.Signs(t.Person):
			return SignerTask.New(string(t.Person))
		}
		taken[t.ID] = true
	}
	return nil
}

// openTask is the id of a recount already out for some of what a task asks for; empty when there is none.
func (v *View) openTask(t Task) string {
	for n := range v.Tasks {
		x := &v.Tasks[n]
		if x.Done || x.Test || x.Round < 2 || x.Location != t.Location {
			continue
		}
		if len(t.Items) == 0 || slices.ContainsFunc(t.Items, x.asks) {
			return x.ID
		}
	}
	return ""
}

// hasCounted reports whether the task's person counted what it asks for in an earlier round, or tested it.
func (v *View) hasCounted(t Task) bool {
	section := v.Material.index[t.Location].Section
	for _, item := range t.Items {
		k := lineKey{section, item}
		first, met := v.history.met(k, t.Person)
		if _, tested := v.history.tested(k, t.Person); tested || met && first < t.Round {
			return true
		}
	}
	return slices.ContainsFunc(v.passesAt(t.Location), func(p *Pass) bool {
		return p.Person == t.Person && (p.Round < t.Round || p.Test && len(t.Items) == 0)
	})
}

// passesAt are the passes over a location.
func (v *View) passesAt(id stocktake.LocationID) []*Pass {
	find := func(bound int) int {
		n, _ := slices.BinarySearchFunc(v.Passes, id, func(p *Pass, id stocktake.LocationID) int { return cmp.Or(cmp.Compare(p.Location, id), bound) })
		return n
	}
	return v.Passes[find(1):find(-1)]
}

// CompletePass closes a pass that its counter left open, or accepts as it stands one whose totals do not fit or that was
// abandoned.
func (s *Service) CompletePass(ctx context.Context, by stocktake.Person, session stocktake.SessionID, d PassDecision) (Entry, error) {
	return s.decide(ctx, by, session, PassCompleted, d, func(v *View) error {
		return v.checkPass(by, d, PassIsOpen, PassHasGap, PassIsAbandoned)
	})
}

// AbandonPass gives a pass up: it counts only together with the pass that continues it.
func (s *Service) AbandonPass(ctx context.Context, by stocktake.Person, session stocktake.SessionID, d PassDecision) (Entry, error) {
	return s.decide(ctx, by, session, PassAbandoned, d, func(v *View) error {
		return v.checkPass(by, d, PassIsOpen, PassHasGap, PassIsClosed, PassIsCompleted)
	})
}

func (v *View) checkPass(by stocktake.Person, d PassDecision, from ...PassStatus) error {
	if err := checkReason(d.Reason); err != nil {
		return err
	}
	n := slices.IndexFunc(v.Passes, func(p *Pass) bool { return p.ID == d.Pass })
	switch {
	case n < 0:
		return stocktake.NoSuch("pass", d.Pass)
	case v.Passes[n].Person == by.ID:
		return OwnPass.New(string(d.Pass))
	case !slices.Contains(from, v.Passes[n].Status), d.Digest != v.Passes[n].Digest:
		return ChangedSince.New(string(d.Pass))
	}
	return nil
}

// ChooseDispute settles a dispute by naming the pass that is right.
func (s *Service) ChooseDispute(ctx context.Context, by stocktake.Person, session stocktake.SessionID, c Choice) (Entry, error) {
	return s.decide(ctx, by, session, DisputeChosen, c, func(v *View) error {
		if err := checkReason(c.Reason); err != nil {
			return err
		}
		name := string(c.Location) + " / " + string(c.Item)
		list := slices.Clone(v.Disputes)
		for _, s := range v.Settled {
			list = append(list, s.Dispute)
		}
		n := slices.IndexFunc(list, func(d Dispute) bool { return d.Location == c.Location && d.Item == c.Item })
		if n < 0 || list[n].Digest != c.Digest {
			return ChangedSince.New(name)
		}
		if c.TakeBack && n < len(v.Disputes) {
			return NothingToTakeBack.New(name)
		}
		named := c.TakeBack
		for _, side := range list[n].Competitors {
			named = named || side.Pass == c.Pass
			if slices.Contains(side.Persons, by.ID) {
				return ApproverCounted.New(v.called(c.Item))
			}
		}
		if !named {
			return stocktake.NoSuch("pass", c.Pass)
		}
		return nil
	})
}

// ResolveCode says which item an unknown code means, or sets it aside. History re-folds.
func (s *Service) ResolveCode(ctx context.Context, by stocktake.Person, session stocktake.SessionID, r Resolution) (Entry, error) {
	return s.decide(ctx, by, session, CodeResolved, r, func(v *View) error {
		n := slices.IndexFunc(v.Unknown, func(u Unknown) bool { return u.Code == r.Code })
		resolved := slices.ContainsFunc(v.Resolved, func(x Resolved) bool { return x.Code == r.Code })
		switch {
		case n < 0 && !resolved:
			return stocktake.NoSuch("unknown code", r.Code)
		case r.TakeBack && !resolved && v.Unknown[n].SetAside+v.Unknown[n].Lapsed == "":
			return NothingToTakeBack.New(r.Code)
		case r.SetAside && (n < 0 || r.Digest != v.Unknown[n].Digest):
			return ChangedSince.New(r.Code)
		case r.SetAside, r.TakeBack:
			return checkReason(r.Reason)
		}
		if _, ok := v.Material.Items[r.Item]; !ok {
			return stocktake.NoSuch("item", r.Item)
		}
		if r.Pack <= 0 || r.Pack > stocktake.MaxObserved {
			return EventField.New("pack")
		}
		return nil
	})
}

// ResolveQuarantine lets a held event count, or sets it aside.
func (s *Service) ResolveQuarantine(ctx context.Context, by stocktake.Person, session stocktake.SessionID, r Release) (Entry, error) {
	return s.decide(ctx, by, session, QuarantineResolved, &r, func(v *View) error {
		if err := checkReason(r.Reason); err != nil {
			return err
		}
		list := slices.Concat(v.Accepted, v.Held) // what was let count may be held for another cause since
		n := slices.IndexFunc(list, func(h Held) bool { return h.Key == r.Key })
		if same := slices.IndexFunc(list, func(h Held) bool { return h.Key == r.Key && h.Digest == r.Digest }); same >= 0 {
			n = same
		}
		switch {
		case n < 0:
			return stocktake.NoSuch("held event", r.Key)
		case list[n].Digest != r.Digest:
			return ChangedSince.New(r.Key)
		case r.TakeBack && list[n].SetAside+list[n].Accepted == "":
			return NothingToTakeBack.New(r.Key)
		case r.Accept && !r.TakeBack && !list[n].Readable:
			return HeldUnreadable.New(r.Key)
		case r.Accept && r.TakeBack:
			return EventField.New("accept, take_back")
		}
		r.Fault = list[n].Reason
		return nil
	})
}

// SignRestZero signs lines that were met nowhere as zero.
func (s *Service) SignRestZero(ctx context.Context, by stocktake.Person, session stocktake.SessionID, r Rest) (Entry, error) {
	return s.decide(ctx, by, session, RestZero, r, func(v *View) error {
		if len(r.Lines) == 0 || len(r.Lines) > MaxLines {
			return tooMany.New(len(r.Lines), MaxLines)
		}
		if err := checkReason(r.Reason); err != nil {
			return err
		}
		for _, ref := range r.Lines {
			l := v.Line(ref.Section, ref.Item)
			if !r.TakeBack && slices.ContainsFunc(v.Locations, func(x LocationState) bool { return x.Section == ref.Section && x.SetAside != "" }) {
				return SectionAside.New(string(ref.Section))
			}
			if l == nil || l.Digest != ref.Digest || (!r.TakeBack && l.Status != LineNotCounted) || (r.TakeBack && !l.RestZero) {
				return ChangedSince.New(string(ref.Section) + " / " + string(ref.Item))
			}
		}
		return nil
	})
}

// AsideLocation leaves a location out of the count that nobody can walk, or takes that back.
func (s *Service) AsideLocation(ctx context.Context, by stocktake.Person, session stocktake.SessionID, a LocationAside) (Entry, error) {
	return s.decide(ctx, by, session, LocationSetAside, a, func(v *View) error {
		if err := checkReason(a.Reason); err != nil {
			return err
		}
		n := slices.IndexFunc(v.Locations, func(l LocationState) bool { return l.Location == a.Location && l.InScope })
		if n < 0 {
			return stocktake.NoSuch("location in scope", a.Location)
		}
		switch l := &v.Locations[n]; {
		case a.TakeBack && l.SetAside+l.Lapsed == "":
			return NothingToTakeBack.New(string(a.Location))
		case a.TakeBack:
		case !l.uncounted:
			return LocationWalked.New(string(a.Location))
		case a.Digest != l.Digest:
			return ChangedSince.New(string(a.Location))
		}
		return nil
	})
}

// DecideLines approves, rejects or returns the lines of a sheet. All of them or none.
func (s *Service) DecideLines(ctx context.Context, by stocktake.Person, session stocktake.SessionID, d LinesVerdict) (Entry, error) {
	return s.decideAs(ctx, by, readers, session, LinesDecided, d, func(v *View) error { return v.checkVerdict(by, d) })
}

func (v *View) checkVerdict(by stocktake.Person, d LinesVerdict) error {
	switch d.Verdict {
	case Approve:
	case Reject, Return:
		if err := checkReason(d.Reason); err != nil {
			return err
		}
	default:
		return VerdictUnknown.New(string(d.Verdict))
	}
	if len(d.Reason) > MaxReason {
		return reasonNeeded()
	}
	if len(d.Lines) == 0 || len(d.Lines) > MaxLines {
		return tooMany.New(len(d.Lines), MaxLines)
	}
	policy := v.Material.Policy
	if !slices.ContainsFunc(v.Plan.Tiers, func(t Tier) bool { return by.Is(t.Role) }) {
		roles := make([]stocktake.Role, 0, len(v.Plan.Tiers))
		for _, t := range v.Plan.Tiers {
			roles = append(roles, t.Role)
		}
		return stocktake.NotAllowed.New(roles)
	}
	for _, ref := range d.Lines {
		name := string(ref.Section) + " / " + string(ref.Item)
		l := v.Line(ref.Section, ref.Item)
		switch {
		case l == nil:
			return stocktake.NoSuch("line", name)
		case v.history.didCount(lineKey{l.Section, l.Item}, by.ID):
			return ApproverCounted.New(v.called(l.Item))
		case l.Digest != ref.Digest:
			return ChangedSince.New(name)
		}
		if err := v.Bars(by, d.Verdict, l); err != nil {
			return err
		}
		if d.Verdict == Approve && l.needsReason() && d.Reason == "" {
			return reasonNeeded()
		}
		if fault := policy.faultOf(d.Code, d.Reason, l); fault != nil {
			return fault.New(policy.called(d.Code), v.called(l.Item))
		}
	}
	return nil
}

// Bars says why a person may not give a line a verdict: four eyes, their tier, or that there is nothing to decide; nil when they may.
func (v *View) Bars(by stocktake.Person, verdict Verdict, l *Line) error {
	switch {
	case v.history.didCount(lineKey{l.Section, l.Item}, by.ID):
		return ApproverCounted.New(v.called(l.Item))
	case l.Variance == nil:
		return NotDecidable.New(v.called(l.Item))
	case slices.Contains(l.Settlers, by.ID):
		return ApproverSettled.New(v.called(l.Item))
	case verdict == Approve && !v.Plan.allows(by.Roles, l):
		if l.CostUnknown {
			return ApproverCost.New(v.called(l.Item))
		}
		return ApproverTier.New(l.Variance.Value.Abs().String())
	}
	return nil
}

// WriteOffStream ends the waiting for a device that will not come back.
func (s *Service) WriteOffStream(ctx context.Context, by stocktake.Person, session stocktake.SessionID, w WriteOff) (Entry, error) {
	return s.decide(ctx, by, session, StreamWrittenOff, w, func(v *View) error {
		if err := checkReason(w.Reason); err != nil {
			return err
		}
		if !slices.ContainsFunc(v.Streams, func(x StreamState) bool { return x.Device == w.Device && (w.Epoch == "" || x.Epoch == w.Epoch) }) {
			return stocktake.NoSuch("stream", string(w.Device)+" "+w.Epoch)
		}
		if w.Digest != StreamsDigest(v.Streams, Stream{w.Device, w.Epoch}) {
			return ChangedSince.New(string(w.Device))
		}
		return nil
	})
}

// BeginClosing tells every handheld to stop observing this session and to give what it holds.
func (s *Service) BeginClosing(ctx context.Context, by stocktake.Person, session stocktake.SessionID, b Because) (Entry, error) {
	return s.decide(ctx, by, session, Closing, b, func(*View) error { return nil })
}

// Reopen ends a closing that was begun too early: handhelds count again, and the next closing awaits every stream anew.
func (s *Service) Reopen(ctx context.Context, by stocktake.Person, session stocktake.SessionID, b Because) (Entry, error) {
	return s.decide(ctx, by, session, Reopened, b, func(v *View) error {
		if !v.Closing {
			return NotClosing.New(string(session))
		}
		return checkReason(b.Reason)
	})
}

// Cancel ends a session without a result. What was counted stays in its log.
func (s *Service) Cancel(ctx context.Context, by stocktake.Person, session stocktake.SessionID, b Because) (Entry, error) {
	return s.decide(ctx, by, session, Cancelled, b, func(*View) error {
		if err := checkReason(b.Reason); err != nil {
			return err
		}
		return may(by, stocktake.Manager)
	})
}

// reasonNeeded tells people half of the bound, which is in bytes: so many Arabic letters it holds.
func reasonNeeded() error { return ReasonNeeded.New(stocktake.Letters(MaxReason)) }

func checkReason(reason string) error {
	if reason == "" || len(reason) > MaxReason {
		return reasonNeeded()
	}
	return nil
}

// Reasons for which a command is refused.
var (
	RecountRound = stocktake.NewReason(stocktake.Invalid, "recount-round",
		"Round %d does not fit: rounds go up to %d here, and a recount is never round 1.",
		"الجولة %d غير مناسبة: الجولات هنا حتى %d، ولا تكون إعادة العد في الجولة الأولى.")
	RecounterCounted = stocktake.NewReason(stocktake.Forbidden, "recounter-counted",
		"%s has counted at %s before and may not recount there: choose somebody else.",
		"سبق لـ %s أن عدّ في %s فلا يجوز له إعادة العد هناك: اختر شخصًا آخر.")
	RecountOpen = stocktake.NewReason(stocktake.Conflict, "recount-open",
		"A recount at %s is out already (task %s). Wait for it, or withdraw it.",
		"توجد إعادة عدّ جارية في %s (المهمة %s). انتظرها أو اسحبها.")
	NoMoreTasks = stocktake.NewReason(stocktake.Conflict, "no-more-tasks",
		"The session is closing and handhelds have stopped: settle a dispute by choosing the pass that is right.",
		"الجلسة في طور الإقفال وقد توقفت الأجهزة: احسم التعارض باختيار الجولة الصحيحة.")
	TaskExists = stocktake.NewReason(stocktake.Conflict, "task-exists",
		"There is a task %q already. Give the new one another id.",
		"توجد مهمة بالمعرّف %q. أعطِ المهمة الجديدة معرّفًا آخر.")
	ChangedSince = stocktake.NewReason(stocktake.Conflict, "changed-since",
		"%s has changed since you looked. Look again, then decide.",
		"تغيّر %s منذ اطلعت عليه. راجعه من جديد ثم قرر.")
	OwnPass = stocktake.NewReason(stocktake.Forbidden, "own-pass",
		"Pass %s is your own: another supervisor must rule on it.",
		"الجولة %s جولتك أنت: على مشرف آخر أن يبتّ فيها.")
	HeldUnreadable = stocktake.NewReason(stocktake.Invalid, "held-unreadable",
		"Held event %s cannot be read, so it cannot count: set it aside with a reason, or update the server.",
		"الحدث المحجوز %s غير قابل للقراءة فلا يمكن احتسابه: نحِّه مع ذكر السبب أو حدّث الخادم.")
	SectionAside = stocktake.NewReason(stocktake.Conflict, "section-aside",
		"A location of section %s is set aside, so nobody can say that there is none: its lines that were met nowhere stay not counted.",
		"أحد مواقع القسم %s مُنحّى فلا يمكن الجزم بعدم وجود الصنف: تبقى بنوده التي لم تُصادف غير معدودة.")
	LocationWalked = stocktake.NewReason(stocktake.Conflict, "location-walked",
		"Somebody walked %s or is walking it: it cannot be set aside. Abandon that pass first if it is worth nothing.",
		"الموقع %s عُدّ أو يُعدّ الآن فلا يمكن تنحيته. ألغِ تلك الجولة أولًا إن كانت بلا قيمة.")
	NothingToTakeBack = stocktake.NewReason(stocktake.Conflict, "nothing-to-take-back",
		"Nothing that could be taken back stands about %s. Look again.",
		"لا قرار قائم بشأن %s يمكن سحبه. راجعه من جديد.")
	VerdictUnknown = stocktake.NewReason(stocktake.Invalid, "verdict-unknown",
		"%q is no verdict: use approve, reject or return.",
		"القيمة %q ليست قرارًا: استخدم approve أو reject أو return.")
)
