package ministry

import (
	"context"

	"jard/internal/result"
	"jard/internal/stocktake"
)

// VerifyOutbox verifies a society's own chain again, from the first document on: signatures by the keys in force, links,
// canonical form and arithmetic, and what receipts there are against the pinned ministry. It calls each with every
// finding and gives the number of documents.
func VerifyOutbox(ctx context.Context, box Outbox, society stocktake.SocietyID, each func(Finding)) (int, error) {
	identity, err := box.Identity(ctx, society)
	if err != nil {
		return 0, err
	}
	chain := result.Chain{Society: society, Keys: identity.Keys}
	verified := 0
	for from := result.Start().Next(); ; {
		page, err := box.Results(ctx, society, from, pageSize)
		if err != nil || len(page) == 0 {
			return verified, err
		}
		for _, listed := range page {
			d, err := box.Result(ctx, society, listed.At)
			if err != nil {
				return verified, err
			}
			verified++
			found := func(f result.Fault) {
				each(Finding{Society: society, Place: d.At.String(), Hash: d.Hash, Fault: f})
			}
			if d.Signed.Hash() != d.Hash {
				found(result.NewFault("", result.SignatureWrong.New()))
			}
			for _, f := range chain.Next(d.Signed) {
				found(f)
			}
			if d.Answer == nil || identity.Ministry == nil {
				continue
			}
			if _, _, err := readAnswer(d.Answer.Signed, identity.Ministry.Key, society, d.At, d.Hash); err != nil {
				found(result.NewFault("/receipt", stocktake.Fault(err)))
			}
		}
		from = page[len(page)-1].At.Next()
	}
}
