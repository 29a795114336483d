package ministry

import (
	"context"

	"jard/internal/result"
	"jard/internal/stocktake"
)

// Proof is one thing that was verified when a document was opened, and what was wrong with it; nothing when it holds.
// Skipped says that what stands before it made it impossible to tell.
type Proof struct {
	Of      ProofOf
	Faults  []result.Fault
	Skipped bool
}

// ProofOf names what is verified.
type ProofOf string

// The proofs, in the order in which they are made.
const (
	ProofHash      ProofOf = "hash"      // the bytes kept have the hash that they are filed under
	ProofSignature ProofOf = "signature" // the society's key in force at that place signed these bytes
	ProofPlace     ProofOf = "place"     // the document itself names this society, number and predecessor
	ProofForm      ProofOf = "form"      // canonical, of a known schema
	ProofSums      ProofOf = "sums"      // every line and total adds up
	ProofShown     ProofOf = "shown"     // what lists and roll-ups show of it is what it says
	ProofLink      ProofOf = "link"      // the document before it is here, whole and signed, with the hash that it names
	ProofReceipt   ProofOf = "receipt"   // the ministry's own signature stands under the verdict
)

// Opened is a document as an officer sees it, verified on the spot.
type Opened struct {
	Member   Member
	Filing   Filing // with Signed
	Key      result.PublicKey
	Document *result.Document  // nil where it cannot be read, or is a change of key
	Change   *result.KeyChange // of a change of key
	Receipt  *Receipt          // nil where it does not verify
	Proofs   []Proof
}

// Sound reports whether every proof was made and holds.
func (o *Opened) Sound() bool {
	for _, p := range o.Proofs {
		if p.Skipped || len(p.Faults) > 0 {
			return false
		}
	}
	return true
}

// Open reads a document from the store and verifies it again, with the one before it and its receipt.
func (d *Desk) Open(ctx context.Context, by stocktake.Person, society stocktake.SocietyID, hash stocktake.Hash) (*Opened, error) {
	if err := officer(by); err != nil {
		return nil, err
	}
	select { // verifying takes as much as receiving
	case d.slots <- struct{}{}:
		defer func() { <-d.slots }()
	case <-ctx.Done():
		return nil, Busy.Wrap(ctx.Err())
	}
	member, err := d.inbox.Member(ctx, society)
	if err != nil {
		return nil, err
	}
	f, err := d.inbox.Filing(ctx, society, hash)
	if err != nil {
		return nil, err
	}
	o := &Opened{Member: member, Filing: f}
	o.proveItself()
	if err := d.proveLink(ctx, o); err != nil {
		return nil, err
	}
	receipt, answer, err := readAnswer(f.Answer.Signed, d.Key(), society, f.At, f.Hash)
	if err == nil && (answer.Verdict != f.Answer.Verdict || answer.Number != f.Answer.Number || receipt.Kind != f.Kind) {
		err = ShownWrong.New()
	}
	if o.prove(ProofReceipt, err) {
		o.Receipt = receipt
	}
	return o, nil
}

// prove notes a proof and reports whether it holds.
func (o *Opened) prove(of ProofOf, err error) bool {
	p := Proof{Of: of}
	if err != nil {
		p.Faults = []result.Fault{result.NewFault("", stocktake.Fault(err))}
	}
	o.Proofs = append(o.Proofs, p)
	return err == nil
}

func (o *Opened) skip(of ...ProofOf) {
	for _, p := range of {
		o.Proofs = append(o.Proofs, Proof{Of: p, Skipped: true})
	}
}

// proveItself makes the proofs that the document and its society's keys suffice for.
func (o *Opened) proveItself() {
	f := &o.Filing
	var err error
	if f.Signed.Hash() != f.Hash {
		err = result.SignatureWrong.New()
	}
	o.prove(ProofHash, err)
	key, known := result.KeyAt(o.Member.Keys, f.At)
	switch {
	case !known:
		err = result.SignatureWrong.New()
	case f.Kind == KindKeyChange:
		o.Key = key
		o.Change, err = result.VerifyKeyChange(f.Signed, key)
	default:
		o.Key = key
		err = key.Verify(f.Signed.Document, f.Signed.Signature)
	}
	o.prove(ProofSignature, err)

	link, err := result.ReadLink(f.Signed.Document)
	if err == nil && (link.Society != f.Society || link.Ref() != f.At || link.Previous != f.Previous) {
		err = PlaceMismatch.New(string(link.Society), link.Ref().String())
	}
	o.prove(ProofPlace, err)

	if f.Kind == KindKeyChange {
		if o.Change == nil {
			o.skip(ProofForm, ProofSums)
			return
		}
		o.Proofs = append(o.Proofs, Proof{Of: ProofForm, Faults: o.Change.Check()})
		return
	}
	doc, err := result.Parse(f.Signed.Document)
	if !o.prove(ProofForm, err) {
		o.skip(ProofSums, ProofShown)
		return
	}
	o.Document = doc
	o.Proofs = append(o.Proofs, Proof{Of: ProofSums, Faults: result.Check(doc)})
	err = nil
	if doc.Session.ID != f.Session || doc.Session.Site != f.Site || !doc.Session.SealedAt.Time().Equal(f.SealedAt) ||
		!sameSummary(f.Summary, summarise(doc)) {
		err = ShownWrong.New()
	}
	o.prove(ProofShown, err)
}

// proveLink reads the document before this one and holds it against the hash that this one names.
func (d *Desk) proveLink(ctx context.Context, o *Opened) error {
	st, err := d.inbox.Consider(ctx, o.Filing)
	if err != nil {
		return err
	}
	switch linked(o.Filing, st) {
	case linkBroken:
		o.prove(ProofLink, result.ChainWrong.New())
		return nil
	case linkAwaited:
		o.prove(ProofLink, PredecessorMissing.New(o.Filing.At.String()))
		return nil
	}
	for _, before := range st.Before {
		if before.Hash != o.Filing.Previous {
			continue
		}
		full, err := d.inbox.Filing(ctx, o.Filing.Society, before.Hash)
		if err != nil {
			return err
		}
		if full.Signed.Hash() != before.Hash {
			err = result.ChainWrong.New()
		} else {
			_, err = d.reexamine(o.Member, full)
		}
		o.prove(ProofLink, err)
		return nil
	}
	o.prove(ProofLink, nil) // the first of its chain has none before it
	return nil
}

// Filed is one society with all that it has filed.
type Filed struct {
	Member   Member
	Filings  []Filing // by place; Summary is there for results that could be read
	Findings []Finding
}

// Filed lists what a society has filed, with what an officer has to look into.
func (d *Desk) Filed(ctx context.Context, by stocktake.Person, society stocktake.SocietyID) (Filed, error) {
	if err := officer(by); err != nil {
		return Filed{}, err
	}
	m, err := d.inbox.Member(ctx, society)
	if err != nil {
		return Filed{}, err
	}
	filings, err := d.summarised(ctx, society)
	if err != nil {
		return Filed{}, err
	}
	findings, err := d.Alarms(ctx, society)
	return Filed{Member: m, Filings: filings, Findings: findings}, err
}

// Reverify is VerifyChain for an officer: all that the society has filed, with every signature, link and sum. Findings
// are bounded; more says how many are left out.
func (d *Desk) Reverify(ctx context.Context, by stocktake.Person, society stocktake.SocietyID) (documents int, findings []Finding, more int, err error) {
	if err := officer(by); err != nil {
		return 0, nil, 0, err
	}
	documents, err = d.VerifyChain(ctx, society, func(f Finding) {
		if len(findings) >= result.MaxFaults {
			more++
			return
		}
		findings = append(findings, f)
	})
	return documents, findings, more, err
}
