package count

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"jard/internal/stocktake"
)

// Overlap is what two scopes of one site both hold: sections, and in them items.
type Overlap struct {
	Sections []stocktake.SectionID `json:"sections"`
	Items    []stocktake.ItemID    `json:"items,omitempty"` // absent: all of them
}

// Overlap gives what both scopes hold of a site; nil where they share no section or no item. A scope holds the sections of its
// locations: a count of one shelf and another of its neighbour would both tell of the section's lines.
func (s *Scope) Overlap(other Scope, site *stocktake.Site) *Overlap {
	mine, theirs := s.held(site), other.held(site)
	o := &Overlap{}
	for _, section := range site.Sections {
		if mine[section.ID] && theirs[section.ID] {
			o.Sections = append(o.Sections, section.ID)
		}
	}
	if len(o.Sections) == 0 {
		return nil
	}
	switch {
	case len(s.Items) == 0:
		o.Items = slices.Clone(other.Items)
	case len(other.Items) == 0:
		o.Items = slices.Clone(s.Items)
	default:
		in := make(map[stocktake.ItemID]bool, len(other.Items))
		for _, id := range other.Items {
			in[id] = true
		}
		for _, id := range s.Items {
			if in[id] {
				o.Items = append(o.Items, id)
			}
		}
		if len(o.Items) == 0 {
			return nil
		}
	}
	slices.Sort(o.Items)
	o.Items = slices.Compact(o.Items)
	return o
}

func (s *Scope) clone() Scope {
	return Scope{slices.Clone(s.Sections), slices.Clone(s.Locations), slices.Clone(s.Items)}
}

func (s *Scope) held(site *stocktake.Site) map[stocktake.SectionID]bool {
	held := make(map[stocktake.SectionID]bool, len(site.Sections))
	if len(s.Sections)+len(s.Locations) == 0 {
		for _, section := range site.Sections {
			held[section.ID] = true
		}
		return held
	}
	for _, id := range s.Sections {
		held[id] = true
	}
	at := make(map[stocktake.LocationID]stocktake.SectionID, len(site.Locations))
	if len(s.Locations) > 0 {
		for _, l := range site.Locations {
			at[l.ID] = l.Section
		}
	}
	for _, id := range s.Locations {
		held[at[id]] = true
	}
	return held
}

// issueAlone writes a checked plan unless an open session of its site holds some of the same. One at a time: of two that
// are issued at once the second sees the first, since one process owns the store.
func (s *Service) issueAlone(ctx context.Context, society stocktake.SocietyID, as Author, p Plan, site *stocktake.Site) (Entry, error) {
	s.issuing.Lock()
	defer s.issuing.Unlock()
	if p.Basis != nil {
		if err := s.uncorrected(ctx, society, p.Basis.Session); err != nil {
			return Entry{}, err
		}
	}
	if err := s.unheld(ctx, society, &p, site); err != nil {
		return Entry{}, err
	}
	return s.writeAs(ctx, society, as, p.Session, Issued, p)
}

// unheld refuses a plan of which another open session holds a section and item, whether either corrects a sealed one or not: both would
// send people to the same shelves.
func (s *Service) unheld(ctx context.Context, society stocktake.SocietyID, p *Plan, site *stocktake.Site) error {
	open, err := s.openPlans(ctx, society)
	if err != nil {
		return err
	}
	for n := range open {
		x := &open[n]
		if x.Session == p.Session || x.Site != p.Site {
			continue
		}
		if o := p.Scope.Overlap(x.Scope, site); o != nil {
			return o.refuse(x, site)
		}
	}
	return nil
}

// openPlans gives the plans of a society's open sessions with what their scopes were extended by. Of a session that cannot be
// folded, its log's first entry speaks; one that has not even that can say nothing.
func (s *Service) openPlans(ctx context.Context, society stocktake.SocietyID) ([]Plan, error) {
	heads, err := s.log.Heads(ctx, society)
	if err != nil {
		return nil, err
	}
	var plans []Plan
	for _, h := range heads {
		if h.State != LogOpen {
			continue
		}
		var p Plan
		err := s.on(ctx, society, h.Session, func(f *Fold) {
			p = f.plan
			p.Scope = p.Scope.clone()
		})
		if err != nil {
			if ctx.Err() != nil || stocktake.CodeOf(err) == stocktake.Unavailable {
				return nil, err
			}
			first, readErr := s.log.Read(ctx, society, h.Session, 1, 1)
			if readErr != nil || len(first) == 0 || json.Unmarshal(first[0].Body, &p) != nil {
				continue
			}
		}
		plans = append(plans, p)
	}
	return plans, nil
}

// refuse says which session holds what.
func (o *Overlap) refuse(other *Plan, site *stocktake.Site) error {
	var arabic, english []string
	for n, id := range o.Sections {
		if n == 3 {
			arabic, english = append(arabic, "…"), append(english, "…")
			break
		}
		i := slices.IndexFunc(site.Sections, func(x stocktake.Section) bool { return x.ID == id })
		name := site.Sections[i].Name
		arabic, english = append(arabic, name.String()), append(english, inEnglish(name))
	}
	sections := stocktake.Name{Arabic: strings.Join(arabic, "، "), English: strings.Join(english, ", ")}
	if len(o.Items) == 0 {
		return SessionOverlap.New(other.Name, string(other.Session), sections)
	}
	shown := make([]string, 0, 4)
	for n, id := range o.Items {
		if n == 3 {
			shown = append(shown, "…")
			break
		}
		shown = append(shown, string(id))
	}
	return SessionOverlapItems.New(other.Name, string(other.Session), len(o.Items), sections, strings.Join(shown, " · "))
}

func inEnglish(n stocktake.Name) string {
	if n.English != "" {
		return n.English
	}
	return n.Arabic
}

// Reasons for which a scope is refused: an open session holds some of it.
var (
	SessionOverlap = stocktake.NewReason(stocktake.Conflict, "session-overlap",
		"“%s” (%s) is still open and counts %s too. Seal or cancel it first, or leave these sections out.",
		"الجلسة «%s» (%s) ما زالت مفتوحة وتعدّ أيضًا: %s. اختمها أو ألغها أولًا، أو استبعد هذه الأقسام.")
	SessionOverlapItems = stocktake.NewReason(stocktake.Conflict, "session-overlap-items",
		"“%s” (%s) is still open and counts %d of these items in %s too: %s. Seal or cancel it first, or leave these items out.",
		"الجلسة «%s» (%s) ما زالت مفتوحة وتعدّ أيضًا %d من هذه الأصناف في %s: %s. اختمها أو ألغها أولًا، أو استبعد هذه الأصناف.")
)
