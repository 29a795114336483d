package ministry

import (
	"context"
	"errors"
	"log/slog"

	"jard/internal/result"
	"jard/internal/stocktake"
)

// Desk is the ministry's side: it verifies what societies send and signs numbered receipts.
type Desk struct {
	inbox Inbox
	key   result.Key
	clock Clock
	log   *slog.Logger
	slots chan struct{}
}

// examinations is how many documents are verified at once: a large one takes a second and some hundred megabytes.
const examinations = 2

// NewDesk takes the ministry's own signing key (result.LoadOrCreateKey).
func NewDesk(inbox Inbox, key result.Key, clock Clock, log *slog.Logger) *Desk {
	return &Desk{inbox: inbox, key: key, clock: clock, log: log, slots: make(chan struct{}, examinations)}
}

// Key is what societies verify receipts with.
func (d *Desk) Key() result.PublicKey { return d.key.Public() }

// Arrival is a document as it came, with the place that its sender says it has.
type Arrival struct {
	Society stocktake.SocietyID
	At      result.Ref
	Kind    Kind
	Signed  result.Signed
}

// Receive verifies a document and files it. A document whose signature does not hold, or that does not itself say that
// it has this place, is an error and takes no place; any other gets a receipt, the same one however often it is sent,
// unless it is held: then it is judged again.
func (d *Desk) Receive(ctx context.Context, a Arrival) (Answer, error) {
	return d.receive(ctx, a, func(ctx context.Context, e *examined) (Answer, error) {
		filed, err := d.inbox.File(ctx, e.filing, func(st Standing) (Decision, error) { return d.decide(e, st) })
		if err != nil {
			return Answer{}, err
		}
		d.log.Info("document filed", "society", a.Society, "place", a.At.String(), "verdict", string(filed.Answer.Verdict),
			"receipt", filed.Answer.Number)
		return filed.Answer, nil
	})
}

// Try is Receive without keeping anything: the answer's receipt has number 0 and no signature.
func (d *Desk) Try(ctx context.Context, a Arrival) (Answer, error) {
	return d.receive(ctx, a, func(ctx context.Context, e *examined) (Answer, error) {
		st, err := d.inbox.Consider(ctx, e.filing)
		if err != nil {
			return Answer{}, err
		}
		verdict, faults, err := e.judge(st)
		if err != nil {
			return Answer{}, err
		}
		receipt := d.receipt(e, verdict, faults)
		b, err := result.Canonical(&receipt)
		return Answer{Verdict: verdict, Signed: result.Signed{Document: b}}, err
	})
}

func (d *Desk) receive(ctx context.Context, a Arrival, then func(context.Context, *examined) (Answer, error)) (Answer, error) {
	select { // the signature of a large document takes time too
	case d.slots <- struct{}{}:
		defer func() { <-d.slots }()
	case <-ctx.Done():
		return Answer{}, Busy.Wrap(ctx.Err())
	}
	e, err := d.authenticate(ctx, a)
	if err != nil {
		return Answer{}, err
	}
	st, err := d.inbox.Consider(ctx, e.filing)
	if err != nil {
		return Answer{}, err
	}
	if st.Filed != nil && st.Filed.Answer.Verdict != Held { // sent again: no need to read it
		return st.Filed.Answer, nil
	}
	e.examine(a)
	return then(ctx, e)
}

// authenticate holds the signature against the key in force at the place, and the place against what the document
// says of itself: the address of a request is not signed.
func (d *Desk) authenticate(ctx context.Context, a Arrival) (*examined, error) {
	if err := a.At.Check(); err != nil {
		return nil, err
	}
	member, err := d.inbox.Member(ctx, a.Society)
	if errors.Is(err, stocktake.Missing) {
		return nil, NotEnrolled.Wrap(err, string(a.Society))
	}
	if err != nil {
		return nil, err
	}
	e := &examined{filing: Filing{
		Society: a.Society, At: a.At, Kind: a.Kind, Hash: a.Signed.Hash(), ReceivedAt: d.clock.Now().UTC(), Signed: a.Signed,
	}}
	key, ok := result.KeyAt(member.Keys, a.At)
	if !ok {
		return nil, result.SignatureWrong.New()
	}
	e.key = key
	if a.Kind == KindKeyChange {
		e.change, err = result.VerifyKeyChange(a.Signed, key)
	} else {
		err = key.Verify(a.Signed.Document, a.Signed.Signature)
	}
	if err != nil {
		return nil, err
	}
	link, err := result.ReadLink(a.Signed.Document)
	if err != nil {
		return nil, err
	}
	if link.Society != a.Society || link.Ref() != a.At {
		return nil, PlaceMismatch.New(string(link.Society), link.Ref().String())
	}
	if (link.Schema == result.KeyChangeSchema) != (a.Kind == KindKeyChange) {
		return nil, KindMismatch.New()
	}
	e.filing.Previous = link.Previous
	return e, nil
}

// examine reads the document and names what is wrong with it by itself.
func (e *examined) examine(a Arrival) {
	if e.change != nil {
		e.faults = e.change.Check()
		return
	}
	doc, err := result.Parse(a.Signed.Document)
	if err != nil {
		e.faults = []result.Fault{result.NewFault("", stocktake.Fault(err))}
		return
	}
	e.faults = result.Check(doc)
	e.filing.Session, e.filing.Site = doc.Session.ID, doc.Session.Site
	e.filing.SealedAt, e.filing.Summary = doc.Session.SealedAt.Time(), summarise(doc)
	if doc.Corrects != nil {
		e.corrects = doc.Corrects
		e.filing.Corrects = doc.Corrects.Hash
	}
}

func (d *Desk) decide(e *examined, st Standing) (Decision, error) {
	verdict, faults, err := e.judge(st)
	if err != nil {
		return Decision{}, err
	}
	receipt := d.receipt(e, verdict, faults)
	receipt.Number, receipt.Previous = st.Receipts.Number+1, st.Receipts.Hash
	answer, err := receipt.sign(d.key)
	if err != nil {
		return Decision{}, err
	}
	decision := Decision{Answer: answer}
	if e.change != nil && verdict == Accepted {
		period := e.change.Period()
		decision.Key = &period
	}
	return decision, nil
}

func (d *Desk) receipt(e *examined, verdict Verdict, faults []result.Fault) Receipt {
	return Receipt{
		Schema: ReceiptSchema, Society: e.filing.Society, Place: e.filing.At, Kind: e.filing.Kind, Document: e.filing.Hash,
		Verdict: verdict, Faults: faults, ReceivedAt: result.At(e.filing.ReceivedAt),
	}
}

// Reasons for which a document takes no place.
var (
	NotEnrolled = stocktake.NewReason(stocktake.Forbidden, "society-not-enrolled",
		"Society %q is not enrolled here. Ask the ministry for an enrolment code.",
		"الجمعية %q غير مسجلة هنا. اطلب من الوزارة رمز تسجيل.")
	PlaceMismatch = stocktake.NewReason(stocktake.Invalid, "place-mismatch",
		"The document itself says that it is of society %q and number %s. Send it to that address.",
		"المستند نفسه يذكر أنه للجمعية %q وبالرقم %s. أرسله إلى ذلك العنوان.")
	KindMismatch = stocktake.NewReason(stocktake.Invalid, "kind-mismatch",
		"Results and changes of key have addresses of their own. Send the document to the other one.",
		"للنتائج ولتغيير المفاتيح عنوانان مختلفان. أرسل المستند إلى العنوان الآخر.")
	Busy = stocktake.NewReason(stocktake.Unavailable, "ministry-busy",
		"The ministry is verifying other results. The document will be sent again.",
		"الوزارة تتحقق من نتائج أخرى. سيُعاد إرسال المستند.")
)
