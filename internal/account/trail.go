package account

import (
	"context"

	"jard/internal/stocktake"
)

// MaxTrail is how many acts one call gives at most.
const MaxTrail = 500

// Trail shows what was done to people and devices, oldest first, from an offset on (1 is the first).
func (s *Service) Trail(ctx context.Context, by stocktake.Person, from uint64, limit int) ([]Act, error) {
	if err := holds(by, stocktake.SocietyAdministrator, stocktake.FinancialController,
		stocktake.AdministrativeController); err != nil {
		return nil, err
	}
	if limit <= 0 || limit > MaxTrail {
		limit = MaxTrail
	}
	return s.directory.Trail(ctx, by.Society, max(from, 1), limit)
}
