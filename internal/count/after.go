package count

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"jard/internal/stocktake"
)

// AfterSeal is what came of a session after its seal, and what its figures would be in a correction issued now. Nothing is written to find out.
type AfterSeal struct {
	Session    stocktake.SessionID `json:"session"`
	Sealed     time.Time           `json:"sealed_at"`
	Series     uint64              `json:"series"` // of its result
	Number     uint64              `json:"number"`
	Correction *Corrected          `json:"correction,omitempty"` // an open or sealed one; then the rest is empty: it is to be seen there
	Late       []LateGroup         `json:"late"`
	LateEvents int                 `json:"late_events"`
	LateHeld   int                 `json:"late_held"` // of these, waiting for a person's word in a correction
	Movements  []LateMovement      `json:"movements"` // that take part in a line's figures; others came too, and change none
	Changes    []Change            `json:"changes"`
	AsOf       time.Time           `json:"as_of"`

	View *View `json:"-"` // of the sealed session
}

// Nothing reports whether nothing came that a correction would hold.
func (a *AfterSeal) Nothing() bool {
	return a.LateEvents == 0 && len(a.Movements) == 0 && len(a.Changes) == 0
}

// Corrected is the correction of a session.
type Corrected struct {
	Session stocktake.SessionID `json:"session"`
	Name    stocktake.Name      `json:"name"`
	State   LogState            `json:"state"`
	More    int                 `json:"more"` // late events that it has not taken in
	Series  uint64              `json:"series,omitempty"`
	Number  uint64              `json:"number,omitempty"`
}

// LateGroup is what one person told of one location after the seal. What cannot be placed names neither.
type LateGroup struct {
	Location stocktake.LocationID `json:"location,omitempty"`
	Person   stocktake.PersonID   `json:"person,omitempty"`
	Events   int                  `json:"events"`
	Held     int                  `json:"held"`
	Last     time.Time            `json:"last"` // when the server had the last of them
}

// LateMovement is a movement that the feed brought after the seal, beside a line of whose figures it is a part.
type LateMovement struct {
	Section stocktake.SectionID `json:"section"`
	Item    stocktake.ItemID    `json:"item"`
	Booked
}

// Change is a line whose figures would be others. Was or Is is nil where there was no such line, or would be none.
type Change struct {
	Section stocktake.SectionID `json:"section"`
	Item    stocktake.ItemID    `json:"item"`
	Was     *Line               `json:"was,omitempty"`
	Is      *Line               `json:"is,omitempty"`
}

// After tells what came of a sealed session since, for those who may see its figures.
func (s *Service) After(ctx context.Context, by stocktake.Person, session stocktake.SessionID) (*AfterSeal, error) {
	if err := may(by, readers...); err != nil {
		return nil, err
	}
	p, v, err := s.correction(ctx, by.Society, session)
	if err != nil {
		return nil, err
	}
	head := Head{Session: session, State: LogSealed, Offset: p.Basis.Offset}
	seal, at, err := s.sealOf(ctx, by.Society, head)
	if err != nil {
		return nil, err
	}
	a := &AfterSeal{Session: session, Sealed: at, Series: seal.Series, Number: seal.Number, AsOf: s.clock().UTC(), View: v, Late: []LateGroup{}, Movements: []LateMovement{}, Changes: []Change{}}
	if a.Correction, err = s.CorrectionOf(ctx, by, session); err != nil || a.Correction != nil {
		return a, err
	}
	f := NewFold(by.Society, p.Session)
	body, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	if err := f.Apply(Entry{Offset: 1, RecordedAt: a.AsOf, Author: Author{Person: by.ID, Roles: by.Roles}, Kind: Issued, Body: body}); err != nil {
		return nil, err
	}
	if err := s.supply(ctx, by.Society, f); err != nil {
		return nil, err
	}
	if err := s.inherit(ctx, by.Society, f, p.Basis); err != nil {
		return nil, err
	}
	if err := s.hear(ctx, by.Society, f); err != nil {
		return nil, err
	}
	is := f.View()
	a.Changes = append(a.Changes, changes(v, is)...)
	a.Movements = append(a.Movements, f.lateMovements(seal.Movements)...)
	return a, s.lateGroups(ctx, by.Society, a, v.LateTaken, is)
}

// CorrectionOf finds the open or sealed correction of a session; nil where there is none.
func (s *Service) CorrectionOf(ctx context.Context, by stocktake.Person, session stocktake.SessionID) (*Corrected, error) {
	if err := may(by, readers...); err != nil {
		return nil, err
	}
	all, err := s.corrections(ctx, by.Society)
	if err != nil {
		return nil, err
	}
	h, ok := all[session]
	if !ok {
		return nil, nil
	}
	i, err := s.info(ctx, by.Society, h)
	if err != nil {
		return nil, err
	}
	c := &Corrected{Session: h.Session, Name: i.Name, State: h.State}
	if h.State == LogSealed {
		seal, _, err := s.sealOf(ctx, by.Society, h)
		c.Series, c.Number = seal.Series, seal.Number
		return c, err
	}
	seen, err := s.lately(ctx, by.Society)
	if err != nil {
		return nil, err
	}
	err = s.on(ctx, by.Society, h.Session, func(f *Fold) { c.More, _ = seen.behind(f.Taken(), f.Corrected()) })
	return c, err
}

// sealOf reads the entry that sealed a session, and when.
func (s *Service) sealOf(ctx context.Context, society stocktake.SocietyID, h Head) (seal Seal, at time.Time, err error) {
	last, err := s.log.Read(ctx, society, h.Session, h.Offset, 1)
	if err != nil {
		return seal, at, err
	}
	if len(last) != 1 || last[0].Kind != Sealed {
		return seal, at, fmt.Errorf("log %s does not end with a seal", h.Session)
	}
	if err := json.Unmarshal(last[0].Body, &seal); err != nil {
		return seal, at, fmt.Errorf("decode seal of %s: %w", h.Session, err)
	}
	return seal, last[0].RecordedAt, nil
}

// changes lists the lines that are otherwise in a later view.
func changes(was, is *View) (list []Change) {
	for _, l := range was.Lines {
		if n := is.Line(l.Section, l.Item); n == nil || n.Digest != l.Digest {
			list = append(list, Change{l.Section, l.Item, l, n})
		}
	}
	for _, l := range is.Lines {
		if was.Line(l.Section, l.Item) == nil {
			list = append(list, Change{l.Section, l.Item, nil, l})
		}
	}
	slices.SortFunc(list, func(a, b Change) int { return cmp.Or(cmp.Compare(a.Section, b.Section), cmp.Compare(a.Item, b.Item)) })
	return list
}

// lateMovements lists the movements behind a position of the site's log that are a part of some line's figures.
func (f *Fold) lateMovements(behind uint64) (list []LateMovement) {
	v := f.View()
	for _, l := range v.Lines {
		if !slices.ContainsFunc(f.feed.items[l.Item], func(b booked) bool { return b.offset > behind }) {
			continue
		}
		for _, b := range f.Story(l.Section, l.Item) {
			if b.Offset > behind && (b.Low != 0 || b.Taken != 0 || b.High != 0) {
				list = append(list, LateMovement{l.Section, l.Item, b})
			}
		}
	}
	return list
}

// lateGroups says who told what after the seal, and what of it would be held.
func (s *Service) lateGroups(ctx context.Context, society stocktake.SocietyID, a *AfterSeal, taken uint64, is *View) error {
	type who struct {
		location stocktake.LocationID
		person   stocktake.PersonID
	}
	passes, held := map[stocktake.PassID]*Pass{}, map[uint64]bool{}
	for _, p := range is.Passes {
		passes[p.ID] = p
	}
	for n := range is.Held {
		if h := &is.Held[n]; h.Log == LateLog {
			held[h.Offset] = true
		}
	}
	groups := map[who]*LateGroup{}
	for from := taken + 1; from <= is.LateTaken; {
		entries, err := s.log.Read(ctx, society, LateLog, from, readPage)
		if err != nil || len(entries) == 0 {
			return err
		}
		from += uint64(len(entries))
		for n := range entries {
			e := &entries[n]
			event, _, _ := ParseEvent(e.Body)
			if e.Offset > is.LateTaken || e.Kind == Clocked || event == nil || !slices.Contains(is.Corrected, event.Session) {
				continue
			}
			of := who{cmp.Or(event.Location, event.From), event.Person}
			if p := passes[event.Pass]; p != nil {
				of = who{p.Location, p.Person}
			}
			g := groups[of]
			if g == nil {
				g = &LateGroup{Location: of.location, Person: of.person}
				groups[of] = g
			}
			g.Events, g.Last = g.Events+1, e.RecordedAt
			a.LateEvents++
			if held[e.Offset] {
				g.Held++
				a.LateHeld++
			}
		}
	}
	for _, g := range groups {
		a.Late = append(a.Late, *g)
	}
	slices.SortFunc(a.Late, func(x, y LateGroup) int {
		return cmp.Or(cmp.Compare(x.Location, y.Location), cmp.Compare(x.Person, y.Person))
	})
	return nil
}
