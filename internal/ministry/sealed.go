package ministry

import (
	"context"
	"errors"

	"jard/internal/count"
	"jard/internal/result"
	"jard/internal/stocktake"
)

// Sealed shows a society's own people its sealed documents, and where each stands with the ministry.
type Sealed struct{ outbox Outbox }

// NewSealed reads from a society's outbox.
func NewSealed(outbox Outbox) *Sealed { return &Sealed{outbox: outbox} }

// Results lists the documents of the person's society in order of place, from the first at or after from, at most limit,
// without their bytes. stocktake.NotAllowed unless the person may see the books: a result is full of them.
func (s *Sealed) Results(ctx context.Context, by stocktake.Person, from result.Ref, limit int) ([]Stored, error) {
	if err := count.MayRead(by); err != nil {
		return nil, err
	}
	return s.outbox.Results(ctx, by.Society, from, limit)
}

// Read is a sealed document of one's own society with all its parts.
type Read struct {
	Stored
	Ministry *Pin     // whom the society reports to; nil before it is enrolled
	Receipt  *Receipt // what the ministry answered; nil before it has, or where the answer does not verify with its key
}

// Result gives one document with its bytes and its receipt, verified on the spot. stocktake.NotAllowed as for Results,
// stocktake.Missing when there is none at that place.
func (s *Sealed) Result(ctx context.Context, by stocktake.Person, at result.Ref) (Read, error) {
	if err := count.MayRead(by); err != nil {
		return Read{}, err
	}
	stored, err := s.outbox.Result(ctx, by.Society, at)
	if err != nil {
		return Read{}, err
	}
	r := Read{Stored: stored}
	switch i, err := s.outbox.Identity(ctx, by.Society); {
	case err == nil:
		r.Ministry = i.Ministry
	case !errors.Is(err, stocktake.Missing):
		return Read{}, err
	}
	r.Receipt, _ = r.verifyAnswer(by.Society, r.Ministry) // nil is what is said of one that does not verify
	return r, nil
}
