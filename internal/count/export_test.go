package count

import "jard/internal/stocktake"

// CountedBy lists who may not approve a line because they counted it, in whatever way.
func (v *View) CountedBy(section stocktake.SectionID, item stocktake.ItemID) []stocktake.PersonID {
	return v.history.counted(lineKey{section, item})
}

// InMemory is how many sessions' folds the service holds.
func (s *Service) InMemory() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.live)
}
