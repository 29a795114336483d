package ministry

import (
	"context"
	"errors"

	"jard/internal/result"
	"jard/internal/stocktake"
)

// Admit enrols a society's key with a one-time code, and answers with a signed statement. The key is good from the
// place that the society names, or, where the ministry holds later documents than the society knows of, from after
// these: a lost key is replaced in this way.
func (d *Desk) Admit(ctx context.Context, s result.Signed) (result.Signed, error) {
	e := new(Enrolment)
	if err := result.ReadCanonical(s.Document, e); err != nil {
		return result.Signed{}, err
	}
	if e.Schema != EnrolmentSchema {
		return result.Signed{}, result.SchemaUnknown.New(e.Schema, EnrolmentSchema)
	}
	if err := e.Key.Verify(s.Document, s.Signature); err != nil {
		return result.Signed{}, err
	}
	if err := stocktake.CheckID("society", string(e.Society)); err != nil {
		return result.Signed{}, err
	}
	if err := e.From.Check(); err != nil {
		return result.Signed{}, err
	}
	from := e.From
	switch member, err := d.inbox.Member(ctx, e.Society); {
	case errors.Is(err, stocktake.Missing):
	case err != nil:
		return result.Signed{}, err
	default:
		from = after(from, member)
	}
	member, err := d.inbox.Admit(ctx, Admission{
		Code: hashCode(e.Code), Society: e.Society, Key: e.Key, From: from, At: d.clock.Now().UTC(),
	})
	if err != nil {
		return result.Signed{}, err
	}
	d.log.Info("society enrolled", "society", e.Society, "key", e.Key.Fingerprint())
	return d.state(member, nil, stocktake.HashOf(s.Signature))
}

// after is the first place at or after from that a new key of the member may sign.
func after(from result.Ref, m Member) result.Ref {
	if m.Head.Number > 0 && from.Compare(m.Head.Ref) <= 0 {
		from = m.Head.Next()
	}
	if n := len(m.Keys); n > 0 && from.Compare(m.Keys[n-1].From) <= 0 {
		from = m.Keys[n-1].From.Next()
	}
	return from
}

// State answers a signed request for where the society's chain stands, with the documents filed after a place.
func (d *Desk) State(ctx context.Context, m Member, since result.Ref, request stocktake.Hash) (result.Signed, error) {
	filings, err := d.inbox.Filings(ctx, m.Society, since.Next(), maxListed)
	if err != nil {
		return result.Signed{}, err
	}
	return d.state(m, filings, request)
}

func (d *Desk) state(m Member, filings []Filing, request stocktake.Hash) (result.Signed, error) {
	s := Statement{
		Schema: StatementSchema, Society: m.Society, Name: m.Name, Governorate: m.Governorate, Head: m.Head, Keys: m.Keys,
		Request: request, At: result.At(d.clock.Now()),
	}
	for _, f := range filings {
		s.Documents = append(s.Documents, Listed{Place: f.At, Kind: f.Kind, Document: f.Hash, Previous: f.Previous})
	}
	return seal(&s, d.key)
}
