package ministry

import (
	"context"
	"encoding/json"
	"errors"

	"jard/internal/result"
	"jard/internal/stocktake"
)

// VerifyOutbox verifies a society's own chain again, from the first document on: signatures by the keys in force, links,
// canonical form and arithmetic, what receipts there are against the pinned ministry, and that the chain ends where the
// next document would go on from. It calls each with every finding and gives the number of documents. Of a society
// without keys no document is signed by any.
func VerifyOutbox(ctx context.Context, box Outbox, society stocktake.SocietyID, each func(Finding)) (int, error) {
	identity, err := box.Identity(ctx, society)
	if err != nil && !errors.Is(err, stocktake.Missing) {
		return 0, err
	}
	chain := result.Chain{Society: society, Keys: identity.Keys}
	verified := 0
	last := result.Start()
	for from := result.Start().Next(); ; {
		stands, err := box.Chain(ctx, society) // before the page: what is sealed meanwhile is on it
		if err != nil {
			return verified, err
		}
		page, err := box.Results(ctx, society, from, pageSize)
		if err != nil {
			return verified, err
		}
		if len(page) == 0 {
			newSeries := stands.Number == 0 && stands.Series > last.Series
			if stands.Hash != last.Hash || stands.Ref != last.Ref && !newSeries {
				each(Finding{Society: society, Place: stands.Ref.String(), Hash: stands.Hash, Fault: result.NewFault("", ShownWrong.New())})
			}
			return verified, nil
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
			last = result.Head{Ref: d.At, Hash: d.Hash}
			if !d.shows() {
				found(result.NewFault("", ShownWrong.New()))
			}
			if _, err := d.verifyAnswer(society, identity.Ministry); err != nil {
				found(result.NewFault("/receipt", stocktake.Fault(err)))
			}
		}
		from = page[len(page)-1].At.Next()
	}
}

// shows reports whether what lists show of a document is what the document says.
func (s *Stored) shows() bool {
	link, err := result.ReadLink(s.Signed.Document)
	if err != nil {
		return false
	}
	var of struct {
		Session struct {
			ID stocktake.SessionID `json:"id"`
		} `json:"session"`
	}
	kind := KindResult
	if link.Schema == result.KeyChangeSchema {
		kind = KindKeyChange
	} else if err := json.Unmarshal(s.Signed.Document, &of); err != nil {
		return false
	}
	return link.Ref() == s.At && link.Previous == s.Previous && kind == s.Kind && of.Session.ID == s.Session
}

// verifyAnswer holds a receipt against its document, the pinned ministry, and what lists show of it, and gives what it says.
// Without one a delivery must be under way that brings it.
func (s *Stored) verifyAnswer(society stocktake.SocietyID, pin *Pin) (*Receipt, error) {
	switch {
	case s.Answer == nil && s.Delivery == nil:
		return nil, ReceiptMissing.New()
	case s.Answer == nil, pin == nil:
		return nil, nil
	}
	receipt, signed, err := readAnswer(s.Answer.Signed, pin.Key, society, s.At, s.Hash)
	if err != nil {
		return nil, err
	}
	if signed.Number != s.Answer.Number || signed.Verdict != s.Answer.Verdict {
		return nil, ShownWrong.New()
	}
	return receipt, nil
}

// Findings of verification that no document shows by itself.
var (
	ShownWrong = stocktake.NewReason(stocktake.Internal, "shown-wrong",
		"What is kept beside the signed bytes is not what they say. Keep this store as evidence and restore a backup beside it.",
		"المحفوظ إلى جانب المستند الموقّع يخالف ما فيه. احفظ هذا المخزن دليلًا واستعد نسخة احتياطية إلى جانبه.")
	ReceiptMissing = stocktake.NewReason(stocktake.Internal, "receipt-missing",
		"The document has no receipt, and no delivery is under way that would bring one. Keep this store as evidence.",
		"لا إشعار استلام للمستند ولا إرسال جارٍ يأتي به. احفظ هذا المخزن دليلًا.")
)
