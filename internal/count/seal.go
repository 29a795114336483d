package count

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"jard/internal/stocktake"
)

// Issuer makes the signed result of a session that may be sealed, as the next of its society's chain.
type Issuer interface {
	Issue(ctx context.Context, v *View, by stocktake.Person, at time.Time) (Issuance, error)
}

// Issuance is a signed result ready to be made durable with its seal.
type Issuance struct {
	Result    stocktake.Document
	Signature []byte
	Series    uint64
	Number    uint64
	Previous  stocktake.Hash
}

// Seal makes a session final: its state is checked, the result made and signed, and the seal entry, the result and its
// delivery become durable together. Seen is that of the view that was looked at: ChangedSince if anything arrived since that changes it.
func (s *Service) Seal(ctx context.Context, by stocktake.Person, session stocktake.SessionID, seen stocktake.Hash, issuer Issuer) (Entry, error) {
	if err := may(by, planners...); err != nil {
		return Entry{}, err
	}
	for attempt := 0; ; attempt++ {
		e, err := s.seal(ctx, by, session, seen, issuer)
		switch {
		case errors.Is(err, LogMoved):
			return Entry{}, ChangedSince.New(string(session))
		case attempt < 3 && errors.Is(err, ChainMoved): // another session took the number
		default:
			return e, err
		}
	}
}

func (s *Service) seal(ctx context.Context, by stocktake.Person, session stocktake.SessionID, seen stocktake.Hash, issuer Issuer) (Entry, error) {
	v, err := s.view(ctx, by.Society, session)
	if err != nil {
		return Entry{}, err
	}
	if v.State == StateSealed || v.State == StateCancelled {
		return Entry{}, LogClosed.New(string(session))
	}
	if v.Seen != seen {
		return Entry{}, ChangedSince.New(string(session))
	}
	if len(v.Blockers) > 0 {
		list := make([]string, 0, len(v.Blockers))
		for _, b := range v.Blockers {
			list = append(list, b.String())
		}
		return Entry{}, SealBlocked.New(strings.Join(list, "; "))
	}
	if v.Plan.Basis != nil { // what it says of the sessions that it corrects must be all that is known of them
		seen, err := s.lately(ctx, by.Society)
		if err != nil {
			return Entry{}, err
		}
		if more, _ := seen.behind(v.LateTaken, v.Corrected); more > 0 {
			return Entry{}, LateUntaken.New(more)
		}
	}
	sealed := v.sealedBy(by)
	if sealed.Stagnant, err = s.Stagnant(ctx, v); err != nil {
		return Entry{}, err
	}
	issued, err := issuer.Issue(ctx, sealed, by, s.clock().UTC())
	if err != nil {
		return Entry{}, err
	}
	body, err := json.Marshal(Seal{
		Result: issued.Result.Hash, Series: issued.Series, Number: issued.Number, Head: v.Head, Lines: v.Totals.Lines, NotCounted: v.Totals.NotCounted,
		Movements: v.Feed.Offset, MovementsHash: v.Feed.Hash, Late: v.LateTaken,
	})
	if err != nil {
		return Entry{}, err
	}
	return s.log.Seal(ctx, Sealing{
		Society: by.Society, Session: session, Author: Author{Person: by.ID, Roles: by.Roles}, Body: body, IfHead: v.Offset,
		Result: issued.Result, Signature: issued.Signature, Series: issued.Series, Number: issued.Number, Previous: issued.Previous,
	})
}

// SealBlocked names everything that keeps a session from being sealed.
var SealBlocked = stocktake.NewReason(stocktake.Conflict, "seal-blocked",
	"The session cannot be sealed yet: %s. Settle these first.",
	"لا يمكن ختم الجلسة بعد: %s. عالج هذه الأمور أولًا.")
