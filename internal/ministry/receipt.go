package ministry

import (
	"jard/internal/result"
	"jard/internal/stocktake"
)

// ReceiptSchema is the id of the form that Receipt describes.
const ReceiptSchema = "jard.receipt/1"

// Receipt is the ministry's signed answer to a document: numbered from 1 through all societies, each naming the hash of
// the receipt before it, so that none can be taken back unseen. Faults says why a document is refused or held; it is
// empty when it is accepted.
type Receipt struct {
	Schema     string                    `json:"schema"`
	Number     uint64                    `json:"number"`
	Previous   stocktake.Hash            `json:"previous"`
	Society    stocktake.SocietyID       `json:"society"`
	Place      result.Ref                `json:"place"`
	Kind       Kind                      `json:"kind"`
	Document   stocktake.Hash            `json:"document"`
	Verdict    Verdict                   `json:"verdict"`
	Faults     result.List[result.Fault] `json:"faults"`
	ReceivedAt result.Instant            `json:"received_at"`
}

// sign makes the answer that is stored and sent.
func (r *Receipt) sign(k result.Key) (Answer, error) {
	b, err := result.Canonical(r)
	if err != nil {
		return Answer{}, err
	}
	return Answer{Verdict: r.Verdict, Number: r.Number, Signed: result.Signed{Document: b, Signature: k.Sign(b)}}, nil
}

// ReadReceipt verifies a receipt with the ministry's key and reads it.
func ReadReceipt(s result.Signed, ministry result.PublicKey) (*Receipt, error) {
	if err := ministry.Verify(s.Document, s.Signature); err != nil {
		return nil, ReceiptWrong.Wrap(err)
	}
	r := new(Receipt)
	if err := result.ReadCanonical(s.Document, r); err != nil {
		return nil, ReceiptWrong.Wrap(err)
	}
	if r.Schema != ReceiptSchema || r.Number == 0 {
		return nil, ReceiptWrong.New()
	}
	return r, nil
}

// readAnswer is ReadReceipt for one certain document: a receipt for another is none.
func readAnswer(s result.Signed, ministry result.PublicKey, society stocktake.SocietyID, at result.Ref,
	document stocktake.Hash,
) (*Receipt, Answer, error) {
	r, err := ReadReceipt(s, ministry)
	if err != nil {
		return nil, Answer{}, err
	}
	if r.Society != society || r.Place != at || r.Document != document {
		return nil, Answer{}, ReceiptWrong.New()
	}
	return r, Answer{Verdict: r.Verdict, Number: r.Number, Signed: s}, nil
}

// ReceiptWrong says that an answer is not what the enrolled ministry signed.
var ReceiptWrong = stocktake.NewReason(stocktake.Unavailable, "receipt-wrong",
	"The answer is not signed by the ministry that this society enrolled at. Check the address; if the ministry changed its key, enrol again with a new code.",
	"الرد غير موقّع من الوزارة التي سُجّلت الجمعية لديها. تحقّق من العنوان، وإن غيّرت الوزارة مفتاحها فسجّل من جديد برمز جديد.")
