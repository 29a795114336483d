package web

import (
	"slices"
	"time"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// dutiesPage is what one person did in a session that two should have: on the screen, and as it is printed.
type dutiesPage struct {
	*seen
	Conflicts []dutyShown
	At        time.Time
}

// dutyShown is a conflict of duty in people's words.
type dutyShown struct {
	count.DutyConflict
	First []count.LineRef // of its lines, so many as are named one by one
	What  string          // what else it is about
}

// firstLines is how many lines a conflict names one by one.
const firstLines = 10

// dutyConflicts are those of the session, found once for a page.
func (s *seen) dutyConflicts() []count.DutyConflict {
	if s.duties == nil {
		s.duties = s.DutyConflicts()
	}
	return s.duties
}

func (v *visit) duties() (*dutiesPage, error) {
	s, err := v.see("/duties")
	if err != nil {
		return nil, err
	}
	devices, err := v.deviceNames()
	if err != nil {
		return nil, err
	}
	p := &dutiesPage{seen: s, At: s.now}
	for _, c := range s.dutyConflicts() {
		said := make([]any, 0, len(c.About))
		for _, about := range c.About {
			said = append(said, s.aboutDuty(about, devices))
		}
		p.Conflicts = append(p.Conflicts, dutyShown{c, c.Lines[:min(len(c.Lines), firstLines)], v.tongue.list(said)})
	}
	return p, nil
}

// aboutDuty is what people call what a conflict is about: a walk, a location, a device or a person; a code is called by itself.
func (s *seen) aboutDuty(id string, devices map[stocktake.DeviceID]string) any {
	if slices.ContainsFunc(s.Passes, func(p *count.Pass) bool { return string(p.ID) == id }) {
		return s.aboutPass(id)[0]
	}
	if name, ok := s.people[stocktake.PersonID(id)]; ok {
		return name
	}
	if x, ok := s.places[stocktake.LocationID(id)]; ok {
		return named(x.Name, id)
	}
	if name := devices[stocktake.DeviceID(id)]; name != "" {
		return name
	}
	return id
}

func (k *console) showDuties(v *visit) error {
	p, err := v.duties()
	if err != nil {
		return err
	}
	return v.show("duties", sessionFrame("duty.title", p))
}

func (k *console) printDuties(v *visit) error {
	p, err := v.duties()
	if err != nil {
		return err
	}
	return v.show("duty-sheet", frame{Title: "duty.title", Nav: "sessions", Data: p})
}
