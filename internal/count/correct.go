package count

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"jard/internal/stocktake"
)

// Correction says how a correction is to be called, and why it is issued. Without an id or a name it gets one.
type Correction struct {
	Session stocktake.SessionID
	Name    stocktake.Name
	Reason  string
}

// Correct issues a correction of a sealed session: a session that begins with all that was observed and decided in that one, and with what
// handhelds have given of it since, under the same plan. Nothing of the sealed session is changed; the correction's result names its result and
// replaces it. One correction at a time: what a sealed correction replaced is corrected by correcting that one.
func (s *Service) Correct(ctx context.Context, by stocktake.Person, sealed stocktake.SessionID, c Correction) (Plan, Entry, error) {
	if err := may(by, planners...); err != nil {
		return Plan{}, Entry{}, err
	}
	if err := checkReason(c.Reason); err != nil {
		return Plan{}, Entry{}, err
	}
	p, v, err := s.correction(ctx, by.Society, sealed)
	if err != nil {
		return Plan{}, Entry{}, err
	}
	if p.Reason = c.Reason; c.Session != "" {
		p.Session = c.Session
	}
	if c.Name != (stocktake.Name{}) {
		p.Name = c.Name
	}
	// All else is the sealed plan's: rules that came since must not keep its result from being corrected.
	if err := p.checkCalled(); err != nil {
		return Plan{}, Entry{}, err
	}
	e, err := s.issueAlone(ctx, by.Society, Author{Person: by.ID, Roles: by.Roles}, p, v.Material.Site)
	return p, e, err
}

// correction is the plan by which a sealed session is corrected, and that session's state. Whatever decides what figures mean is as it was.
func (s *Service) correction(ctx context.Context, society stocktake.SocietyID, sealed stocktake.SessionID) (Plan, *View, error) {
	head, err := s.log.Head(ctx, society, sealed)
	if err != nil {
		return Plan{}, nil, err
	}
	if head.State != LogSealed {
		return Plan{}, nil, CorrectsUnsealed.New(string(sealed))
	}
	v, err := s.view(ctx, society, sealed)
	if err != nil {
		return Plan{}, nil, err
	}
	seen, err := s.lately(ctx, society)
	if err != nil {
		return Plan{}, nil, err
	}
	p := v.Plan
	p.Scope = p.Scope.clone()
	p.Session, p.Name, p.Planned, p.Due = stocktake.SessionID(stocktake.RandomID()), correctionName(v.Plan.Name), nil, time.Time{}
	p.Basis = &Basis{Session: sealed, Offset: head.Offset, Hash: head.Hash}
	if more, through := seen.behind(v.LateTaken, append(slices.Clone(v.Corrected), sealed)); more > 0 {
		p.Basis.Late = &through
	}
	return p, v, nil
}

// correctionName calls a correction by what it corrects, as far as there is room.
func correctionName(of stocktake.Name) stocktake.Name {
	n := stocktake.Name{}
	if of.Arabic != "" {
		n.Arabic = "تصحيح: " + of.Arabic
	}
	if of.English != "" {
		n.English = "Correction: " + of.English
	}
	if n.Check("session") != nil {
		return of
	}
	return n
}

// TakeLate takes in what handhelds have given of the corrected sessions since the correction was issued, or last took such in.
func (s *Service) TakeLate(ctx context.Context, by stocktake.Person, session stocktake.SessionID) (Entry, error) {
	if err := may(by, planners...); err != nil {
		return Entry{}, err
	}
	seen, err := s.lately(ctx, by.Society)
	if err != nil {
		return Entry{}, err
	}
	var take Late
	return s.decide(ctx, by, session, LateTaken, &take, func(v *View) error {
		more, through := seen.behind(v.LateTaken, v.Corrected)
		if more == 0 {
			return NothingLate.New(v.Plan.Name)
		}
		take = through
		return nil
	})
}

// uncorrected refuses a second correction of one session.
func (s *Service) uncorrected(ctx context.Context, society stocktake.SocietyID, sealed stocktake.SessionID) error {
	all, err := s.corrections(ctx, society)
	if err != nil {
		return err
	}
	if h, ok := all[sealed]; ok {
		if h.State == LogOpen {
			return CorrectionOpen.New(string(h.Session))
		}
		return CorrectedAlready.New(string(h.Session))
	}
	return nil
}

// corrections finds by what each session is corrected; a cancelled correction is none.
func (s *Service) corrections(ctx context.Context, society stocktake.SocietyID) (map[stocktake.SessionID]Head, error) {
	heads, err := s.log.Heads(ctx, society)
	if err != nil {
		return nil, err
	}
	all := map[stocktake.SessionID]Head{}
	for _, h := range heads {
		if h.State == LogCancelled {
			continue
		}
		basis, err := s.basisOf(ctx, society, h.Session)
		if err != nil {
			return nil, err
		}
		if basis != "" {
			all[basis] = h
		}
	}
	return all, nil
}

// basisOf is the session that one corrects; empty for most. It never changes, and is read once.
func (s *Service) basisOf(ctx context.Context, society stocktake.SocietyID, session stocktake.SessionID) (stocktake.SessionID, error) {
	k := sessionKey{society, session}
	s.mu.Lock()
	basis, known := s.bases[k]
	s.mu.Unlock()
	if known {
		return basis, nil
	}
	first, err := s.log.Read(ctx, society, session, 1, 1)
	if err != nil || len(first) == 0 {
		return "", err
	}
	var p Plan
	if json.Unmarshal(first[0].Body, &p) == nil && p.Basis != nil { // one that is damaged says nothing
		basis = p.Basis.Session
	}
	s.mu.Lock()
	s.bases[k] = basis
	s.mu.Unlock()
	return basis, nil
}

// inherit hands a fold the facts of a basis: of the sessions that this one corrects itself first.
func (s *Service) inherit(ctx context.Context, society stocktake.SocietyID, f *Fold, b *Basis) error {
	if b == nil {
		return nil
	}
	for from := uint64(1); from <= b.Offset; {
		entries, err := s.log.Read(ctx, society, b.Session, from, readPage)
		if err != nil {
			return err
		}
		if len(entries) == 0 {
			return fmt.Errorf("log %s ends at %d; the correction %s goes on from its entry %d", b.Session, from-1, f.session, b.Offset)
		}
		for n := range entries {
			e := &entries[n]
			if e.Offset > b.Offset {
				break
			}
			if e.Offset == b.Offset && e.Hash != b.Hash {
				return BasisBroken.New(string(b.Session), b.Offset, e.Hash.String(), b.Hash.String())
			}
			if e.Kind == Issued {
				var p Plan
				if err := json.Unmarshal(e.Body, &p); err != nil {
					return fmt.Errorf("decode plan of %s: %w", b.Session, err)
				}
				if err := s.inherit(ctx, society, f, p.Basis); err != nil {
					return err
				}
			}
			if err := f.Inherit(b.Session, *e); err != nil {
				return err
			}
			if e.Kind == LateTaken {
				if err := s.takeIn(ctx, society, f, e); err != nil {
					return err
				}
			}
		}
		from += uint64(len(entries))
	}
	if b.Late != nil {
		return s.take(ctx, society, f, *b.Late)
	}
	return nil
}

// takeIn hands a fold what an entry of its log, or of its basis', says was taken in of the late log.
func (s *Service) takeIn(ctx context.Context, society stocktake.SocietyID, f *Fold, e *Entry) error {
	var l Late
	if err := json.Unmarshal(e.Body, &l); err != nil {
		return fmt.Errorf("decode %s: %w", e.Kind, err)
	}
	return s.take(ctx, society, f, l)
}

// take hands a fold the late log up to a position, page by page.
func (s *Service) take(ctx context.Context, society stocktake.SocietyID, f *Fold, l Late) error {
	return f.TakeLate(func(from uint64, visit func(*Entry) error) error {
		for from <= l.Through {
			entries, err := s.log.Read(ctx, society, LateLog, from, int(min(readPage, l.Through-from+1)))
			if err != nil {
				return err
			}
			if len(entries) == 0 {
				return fmt.Errorf("late log ends at %d; %s takes it in up to %d", from-1, f.session, l.Through)
			}
			for n := range entries {
				e := &entries[n]
				if e.Offset == l.Through && e.Hash != l.Hash {
					return BasisBroken.New(string(LateLog), l.Through, e.Hash.String(), l.Hash.String())
				}
				if err := visit(e); err != nil {
					return err
				}
			}
			from += uint64(len(entries))
		}
		return nil
	}, l.Through)
}

// Reasons for which a correction is refused, or cannot be read.
var (
	CorrectsUnsealed = stocktake.NewReason(stocktake.Conflict, "corrects-unsealed",
		"Session %q is not sealed: only a sealed result is corrected. Change what is open in the session itself.",
		"الجلسة %q غير مختومة: لا تُصحَّح إلا نتيجة مختومة. عدّل ما هو مفتوح في الجلسة نفسها.")
	CorrectionOpen = stocktake.NewReason(stocktake.Conflict, "correction-open",
		"A correction of this session is open already: %q. Go on with it, or cancel it first.",
		"يوجد تصحيح مفتوح لهذه الجلسة: %q. تابعه أو ألغه أولًا.")
	CorrectedAlready = stocktake.NewReason(stocktake.Conflict, "corrected-already",
		"This session's result was replaced by that of its correction %q. Correct that one.",
		"حلّت نتيجة التصحيح %q محل نتيجة هذه الجلسة. صحّح تلك.")
	NothingLate = stocktake.NewReason(stocktake.Conflict, "nothing-late",
		"Handhelds have given nothing more of what “%s” corrects.",
		"لم ترسل الأجهزة شيئًا بعد ذلك مما يصححه «%s».")
	LateUntaken = stocktake.NewReason(stocktake.Conflict, "late-untaken",
		"Handhelds have given %d more events of what this session corrects. Take them in first, on the page of the session that it corrects.",
		"أرسلت الأجهزة %d من الأحداث الأخرى عما تصححه هذه الجلسة. خذها أولًا، من صفحة الجلسة المصحَّحة.")
	BasisBroken = stocktake.NewReason(stocktake.Internal, "basis-broken",
		"Entry %[2]d of log %[1]q has the hash %[3]s; the correction was issued on %[4]s. A log was changed after the fact: verify the store, and restore it.",
		"بصمة القيد %[2]d في السجل %[1]q هي %[3]s، بينما صدر التصحيح على %[4]s. تغيّر سجل بعد إغلاقه: تحقق من المخزن ثم استعده.")
)
