package ministry

import (
	"context"
	"errors"
	"strconv"
	"time"

	"jard/internal/result"
	"jard/internal/stocktake"
)

// CodeLife is how long an enrolment code is good.
const CodeLife = 7 * 24 * time.Hour

// NewEnrolmentCode lets a society enrol one key: its first, or, with the key lost, a new one. The code is shown once.
func (d *Desk) NewEnrolmentCode(ctx context.Context, society stocktake.SocietyID, name stocktake.Name,
	governorate stocktake.Governorate,
) (string, error) {
	if err := stocktake.CheckID("society", string(society)); err != nil {
		return "", err
	}
	if society == "." || society == ".." { // an address would lose them
		return "", stocktake.NoSuch("society", society)
	}
	if err := name.Check("society"); err != nil {
		return "", err
	}
	if err := governorate.Check(); err != nil {
		return "", err
	}
	code := newCode(d.Key())
	secret, _, err := readCode(code)
	if err != nil {
		return "", err
	}
	now := d.clock.Now().UTC()
	err = d.inbox.PutEnrolmentCode(ctx, EnrolmentCode{
		Hash: hashCode(secret), Society: society, Name: name, Governorate: governorate, IssuedAt: now, ExpiresAt: now.Add(CodeLife),
	})
	if err != nil {
		return "", err
	}
	return code, nil
}

// Societies lists the members.
func (d *Desk) Societies(ctx context.Context) ([]Member, error) { return d.inbox.Members(ctx) }

// Results lists a society's filings by place, from a place on.
func (d *Desk) Results(ctx context.Context, society stocktake.SocietyID, from result.Ref, limit int) ([]Filing, error) {
	return d.inbox.Filings(ctx, society, from, limit)
}

// Finding is something that a verification or an officer's look found wrong.
type Finding struct {
	Society stocktake.SocietyID `json:"society,omitempty"`
	Place   string              `json:"place"` // series/number, or a receipt's number
	Hash    stocktake.Hash      `json:"hash,omitzero"`
	result.Fault
}

// VerifyChain reads all that a society has filed and verifies it again: signatures by the keys in force, canonical
// form, arithmetic, links, and the receipts against this ministry's key. Documents that were refused when they came
// are verified by signature, place and receipt only: their faults are in the receipt. It calls each with every finding
// and gives the number of documents.
func (d *Desk) VerifyChain(ctx context.Context, society stocktake.SocietyID, each func(Finding)) (int, error) {
	member, err := d.inbox.Member(ctx, society)
	if err != nil {
		return 0, err
	}
	verified := 0
	err = d.filings(ctx, society, func(f Filing) error {
		full, err := d.inbox.Filing(ctx, society, f.Hash)
		if err != nil {
			return err
		}
		verified++
		found := func(path string, e *stocktake.Error) {
			each(Finding{Society: society, Place: f.At.String(), Hash: f.Hash, Fault: result.NewFault(path, e)})
		}
		if full.Signed.Hash() != f.Hash {
			found("", result.SignatureWrong.New())
			return nil
		}
		if _, _, err := readAnswer(full.Answer.Signed, d.Key(), society, f.At, f.Hash); err != nil {
			found("/receipt", stocktake.Fault(err))
		}
		e, err := d.reexamine(member, full)
		if err != nil {
			found("", stocktake.Fault(err))
			return nil
		}
		if !sameSummary(f.Summary, e.filing.Summary) {
			found("", ShownWrong.New())
		}
		if f.Answer.Verdict == Refused {
			return nil
		}
		for _, fault := range e.faults {
			each(Finding{Society: society, Place: f.At.String(), Hash: f.Hash, Fault: fault})
		}
		return nil
	})
	if err != nil {
		return verified, err
	}
	alarms, err := d.Alarms(ctx, society)
	for _, a := range alarms {
		each(a)
	}
	return verified, err
}

// reexamine is authenticate and examine for what is stored.
func (d *Desk) reexamine(member Member, f Filing) (*examined, error) {
	e := &examined{filing: f}
	key, ok := result.KeyAt(member.Keys, f.At)
	if !ok {
		return nil, result.SignatureWrong.New()
	}
	var err error
	if f.Kind == KindKeyChange {
		e.change, err = result.VerifyKeyChange(f.Signed, key)
	} else {
		err = key.Verify(f.Signed.Document, f.Signed.Signature)
	}
	if err != nil {
		return nil, err
	}
	link, err := result.ReadLink(f.Signed.Document)
	if err != nil {
		return nil, err
	}
	if link.Society != f.Society || link.Ref() != f.At || link.Previous != f.Previous {
		return nil, PlaceMismatch.New(string(link.Society), link.Ref().String())
	}
	e.examine(Arrival{Society: f.Society, At: f.At, Kind: f.Kind, Signed: f.Signed})
	return e, nil
}

// VerifyReceipts verifies the ministry's own chain of receipts, from the first on, and gives their number.
func (d *Desk) VerifyReceipts(ctx context.Context, each func(Finding)) (uint64, error) {
	var head ReceiptHead
	for {
		page, err := d.inbox.Receipts(ctx, head.Number+1, pageSize)
		if err != nil || len(page) == 0 {
			return head.Number, err
		}
		for _, r := range page {
			receipt, err := ReadReceipt(r.Answer.Signed, d.Key())
			switch {
			case err != nil:
				each(Finding{Society: r.Society, Place: receiptPlace(r.Answer.Number), Fault: result.NewFault("", stocktake.Fault(err))})
			case receipt.Number != head.Number+1 || receipt.Previous != head.Hash || receipt.Society != r.Society ||
				receipt.Document != r.Document || receipt.Verdict != r.Answer.Verdict:
				each(Finding{
					Society: r.Society, Place: receiptPlace(r.Answer.Number), Fault: result.NewFault("/previous", result.ChainWrong.New()),
				})
			}
			head = ReceiptHead{Number: r.Answer.Number, Hash: r.Answer.Signed.Hash()}
		}
	}
}

func receiptPlace(n uint64) string { return "receipt " + strconv.FormatUint(n, 10) }

const pageSize = 200

// filings calls f with every filing of a society, by place.
func (d *Desk) filings(ctx context.Context, society stocktake.SocietyID, f func(Filing) error) error {
	from := result.Start().Next()
	for {
		page, err := d.inbox.Filings(ctx, society, from, pageSize)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, filing := range page {
			if err := f(filing); err != nil {
				return err
			}
		}
		from = page[len(page)-1].At.Next()
	}
}

// Alarms is what an officer has to look into, computed from what is filed: two documents with one number, numbers that
// are missing, broken links, new series, and two first results of one session.
func (d *Desk) Alarms(ctx context.Context, society stocktake.SocietyID) ([]Finding, error) {
	var found []Finding
	var before *Filing
	hashes := map[stocktake.Hash]bool{}
	sessions := map[stocktake.SessionID]Filing{}
	err := d.filings(ctx, society, func(f Filing) error {
		alarm := func(e *stocktake.Error) {
			found = append(found, Finding{Society: society, Place: f.At.String(), Hash: f.Hash, Fault: result.NewFault("", e)})
		}
		last := result.Start().Ref
		if before != nil {
			last = before.At
		}
		switch {
		case before != nil && f.At == last:
			alarm(NumberTaken.New(f.At.String(), before.Hash.String()))
		case f.At.Series == last.Series && f.At.Number > last.Number+1:
			alarm(NumbersMissing.New(last.Next().String(), result.Ref{Series: f.At.Series, Number: f.At.Number - 1}.String()))
		case f.At.Series > last.Series:
			alarm(SeriesOpened.New(f.At.Series, last.String()))
			if f.At.Number > 1 {
				alarm(NumbersMissing.New(result.Ref{Series: f.At.Series, Number: 1}.String(), result.Ref{Series: f.At.Series, Number: f.At.Number - 1}.String()))
			}
		}
		if f.At.Number > 1 && before != nil && (last.Next() == f.At || last == f.At) && !hashes[f.Previous] {
			alarm(result.ChainWrong.New())
		}
		if f.Corrects.IsZero() && f.Session != "" && (before == nil || f.At != last) {
			if first, ok := sessions[f.Session]; ok {
				alarm(SessionTwice.New(string(f.Session), first.At.String()))
			} else {
				sessions[f.Session] = f
			}
		}
		hashes[f.Hash] = true
		before = &f
		return nil
	})
	if errors.Is(err, stocktake.Missing) {
		err = NotEnrolled.Wrap(err, string(society))
	}
	return found, err
}

// What an officer looks into.
var (
	NumbersMissing = stocktake.NewReason(stocktake.Conflict, "numbers-missing",
		"Documents %s to %s have not arrived. Ask the society for them.",
		"لم تصل المستندات من %s إلى %s. اطلبها من الجمعية.")
	SeriesOpened = stocktake.NewReason(stocktake.Conflict, "series-opened",
		"The society opened series %d after %s. Ask which restore made it necessary.",
		"فتحت الجمعية السلسلة %d بعد %s. اسأل عن الاستعادة التي اقتضت ذلك.")
	SessionTwice = stocktake.NewReason(stocktake.Conflict, "session-twice",
		"Session %q has a first result already, %s, and this one does not say that it corrects it. Ask the society.",
		"للجلسة %q نتيجة أصلية سابقة هي %s، وهذه لا تذكر أنها تصحيح لها. اسأل الجمعية.")
)
