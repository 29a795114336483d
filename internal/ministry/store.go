package ministry

import (
	"context"
	"time"

	"jard/internal/result"
	"jard/internal/stocktake"
)

// Outbox is what a society's side keeps. Each verb is one durable transaction: when it returns without an error its
// effect has been fsynced, and when it fails nothing was written. count.Log.Seal feeds it: the seal stores the result,
// advances the chain and queues the delivery in its own transaction.
type Outbox interface {
	// Chain says where the society's chain of documents stands: result.Start() for a society that has sealed nothing. The
	// next document takes Head.Next() and names Head.Hash as the one before it; for the first of the first series that is
	// the zero hash. Locked is set by a restore, for every society in the store, or when a device of this society shows
	// that the store has lost something; it is cleared by Adopt or OpenSeries only.
	Chain(ctx context.Context, society stocktake.SocietyID) (Chain, error)

	// Result gives one stored document with all its parts; stocktake.Missing when there is none at that place.
	Result(ctx context.Context, society stocktake.SocietyID, at result.Ref) (Stored, error)

	// Results lists the society's stored documents in order of place, from the first place at or after from, at most limit,
	// without Signed's two parts.
	Results(ctx context.Context, society stocktake.SocietyID, from result.Ref, limit int) ([]Stored, error)

	// Due lists deliveries whose Next is at or before now, of societies whose Identity has a Ministry, in order of society
	// and place, at most limit. One just sealed is due at once.
	Due(ctx context.Context, now time.Time, limit int) ([]Delivery, error)

	// Delivered stores the receipt and ends the delivery; repeated, it has no effect but to store the receipt.
	// stocktake.Missing when no document is at that place.
	Delivered(ctx context.Context, society stocktake.SocietyID, at result.Ref, r Answer) error

	// Postponed replaces the state of a delivery, and the stored answer where p.Answer is not nil (a result that the
	// ministry holds until its predecessor arrives). It has no effect on a delivery that has ended.
	Postponed(ctx context.Context, p Postponement) error

	// Adopt stores documents that the ministry holds and this store has lost, with their receipts, as already delivered,
	// advances the chain to the last of them, replaces the Keys of the society's Identity where Keys is not nil, and with
	// Unlock set unlocks signing. count.ChainMoved when the chain does not stand at IfHead any more. Documents are in order
	// of place, all after IfHead, numbers and series possibly left out; the caller has verified them. With none, the chain
	// stays where it stands.
	Adopt(ctx context.Context, a Adoption) error

	// OpenSeries moves the chain to number 0 of a series, keeping the hash where it stands as the one to cite, and unlocks
	// signing. stocktake.Conflict (SeriesUsed) unless the series is greater than the one where the chain stands.
	OpenSeries(ctx context.Context, society stocktake.SocietyID, series uint64) (Chain, error)

	// PutKeyChange stores a change of key as the next document of the chain, adds the new key's period to the society's
	// Identity, advances the chain and queues the delivery, in one transaction, under the conditions of count.Log.Seal:
	// count.ChainMoved if k.Previous, Series and Number do not follow the chain's head, count.SigningLocked while locked.
	PutKeyChange(ctx context.Context, k KeySealing) error

	// Identity is what the society signs with and whom it reports to; stocktake.Missing before its first key.
	Identity(ctx context.Context, society stocktake.SocietyID) (Identity, error)

	// Identities lists all, by society.
	Identities(ctx context.Context) ([]Identity, error)

	// PutIdentity stores or replaces an identity whole.
	PutIdentity(ctx context.Context, i Identity) error
}

// Chain is a head, and whether signing is locked there.
type Chain struct {
	result.Head
	Locked bool `json:"locked,omitempty"`
}

// Kind says what a document of a chain is.
type Kind string

// The kinds of document. count.Log.Seal stores results; corrections are results too.
const (
	KindResult    Kind = "result"
	KindKeyChange Kind = "key-change"
)

// Stored is one document of a society's chain.
type Stored struct {
	At       result.Ref          `json:"at"`
	Kind     Kind                `json:"kind"`
	Hash     stocktake.Hash      `json:"hash"`
	Previous stocktake.Hash      `json:"previous"`
	Session  stocktake.SessionID `json:"session,omitempty"` // of a result
	Signed   result.Signed       `json:"-"`

	// What the ministry answered last; nil before it has.
	Answer *Answer `json:"answer,omitempty"`
	// The state of the delivery; nil once it has ended.
	Delivery *Delivery `json:"delivery,omitempty"`
}

// Answer is a receipt as received: canonical bytes and the ministry's signature, with its verdict at hand.
type Answer struct {
	Verdict Verdict       `json:"verdict"`
	Number  uint64        `json:"number"` // the receipt's
	Signed  result.Signed `json:"signed"`
}

// Verdict is what the ministry says of a document.
type Verdict string

// The verdicts. Held: all is well but its predecessor (or what it corrects) has not arrived.
const (
	Accepted Verdict = "accepted"
	Refused  Verdict = "refused"
	Held     Verdict = "held"
)

// Delivery is a document on its way.
type Delivery struct {
	Society  stocktake.SocietyID `json:"society"`
	At       result.Ref          `json:"at"`
	Attempts int                 `json:"attempts"`
	Next     time.Time           `json:"next"`
	Cause    string              `json:"cause,omitempty"` // why the last attempt failed: a reason's key
	// Blocking: the ministry was not reached, so the society's later documents wait behind this one.
	Blocking bool `json:"blocking,omitempty"`
}

// Postponement is the new state of a delivery.
type Postponement struct {
	Delivery
	Answer *Answer
}

// Adoption is what came back from the ministry after a restore.
type Adoption struct {
	Society   stocktake.SocietyID
	IfHead    result.Head
	Documents []Stored           // with Signed and Answer
	Keys      []result.KeyPeriod // all of the society's, in order of From
	Unlock    bool
}

// KeySealing is a change of key about to become durable.
type KeySealing struct {
	Society  stocktake.SocietyID
	At       result.Ref
	Previous stocktake.Hash
	Signed   result.Signed
	Key      result.KeyPeriod // the new key, from At.Next() on
}

// Identity is what a society signs with, and whom it reports to.
type Identity struct {
	Society  stocktake.SocietyID `json:"society"`
	Keys     []result.KeyPeriod  `json:"keys"` // its own public keys in order of From; private ones are files
	Ministry *Pin                `json:"ministry,omitempty"`
}

// Pin is the ministry that a society enrolled at.
type Pin struct {
	URL        string           `json:"url"`
	Key        result.PublicKey `json:"key"`
	EnrolledAt time.Time        `json:"enrolled_at"`
}

// Inbox is what the ministry's side keeps. Each verb is one durable transaction, as with Outbox. One store may be both.
type Inbox interface {
	// PutEnrolmentCode stores a one-time code under its hash.
	PutEnrolmentCode(ctx context.Context, c EnrolmentCode) error

	// EnrolmentCodes lists every code that was put, in any order.
	EnrolmentCodes(ctx context.Context) ([]EnrolmentCode, error)

	// Admit spends a code: it creates the code's society as a member, or gives the member one more key. CodeWrong when the
	// code is unknown, was issued for another society, has expired at a.At, or was spent on another key; the same code
	// with the same key again gives the member as it is and changes nothing, whatever a.From. KeyTooEarly when a.From is
	// not after the member's Head (once something is filed), or not after the From of the member's last key.
	Admit(ctx context.Context, a Admission) (Member, error)

	// Member gives one society's record; stocktake.Missing when it never enrolled.
	Member(ctx context.Context, society stocktake.SocietyID) (Member, error)

	// Members lists all, by society.
	Members(ctx context.Context) ([]Member, error)

	// Consider gives what File would hand to judge, and the filing that stands for this hash, if any; it writes nothing.
	Consider(ctx context.Context, f Filing) (Standing, error)

	// File takes in a document whose signature holds. When a filing of this society and hash stands with a verdict other
	// than Held, it is returned as it is and judge is not called. Otherwise judge is called with the standing, inside the
	// transaction (it may be called again, so it has no effect of its own), and what it decides is made durable:
	//   - no filing stood: f is kept with the verdict and the receipt; the member's Head moves to f if f.At is greater;
	//   - a held one stood: with the verdict Held again nothing is written and the standing one is returned; with another,
	//     the verdict and the receipt replace the old ones (the old receipt stays in the list of receipts).
	// A receipt written takes the next receipt number: it must be Standing.Receipts.Number+1. Unless refused, f.Corrects
	// sets CorrectedBy on the filing that it names, where there is one; Decision.Key is added to the member's keys.
	// Documents with one place and different hashes are all kept. stocktake.Missing when the society is no member.
	// f is given with Signed; the Filing returned comes without it, and with Answer.
	File(ctx context.Context, f Filing, judge func(Standing) (Decision, error)) (Filing, error)

	// Filing gives one filing with all its parts, by hash; stocktake.Missing when there is none.
	Filing(ctx context.Context, society stocktake.SocietyID, hash stocktake.Hash) (Filing, error)

	// Filings lists a society's filings in order of place, then of arrival, from the first at or after from, at most
	// limit places (all filings of a place are listed together), without Signed.
	Filings(ctx context.Context, society stocktake.SocietyID, from result.Ref, limit int) ([]Filing, error)

	// Receipts lists the receipts that this ministry has signed, by number from from on, at most limit.
	Receipts(ctx context.Context, from uint64, limit int) ([]Receipted, error)
}

// EnrolmentCode lets one society enrol one key, once. The code itself is shown once and never stored.
type EnrolmentCode struct {
	Hash        stocktake.Hash        `json:"hash"`
	Society     stocktake.SocietyID   `json:"society"`
	Name        stocktake.Name        `json:"name"`
	Governorate stocktake.Governorate `json:"governorate"`
	IssuedAt    time.Time             `json:"issued_at"`
	ExpiresAt   time.Time             `json:"expires_at"`
	SpentOn     result.PublicKey      `json:"spent_on,omitzero"`
}

// Admission spends a code on a key.
type Admission struct {
	Code    stocktake.Hash
	Society stocktake.SocietyID
	Key     result.PublicKey
	From    result.Ref
	At      time.Time
}

// Member is a society that reports to this ministry. Head is the greatest place filed, whatever the verdict, with the
// hash of the first document that came for it; result.Start() before the first.
type Member struct {
	Society     stocktake.SocietyID   `json:"society"`
	Name        stocktake.Name        `json:"name"`
	Governorate stocktake.Governorate `json:"governorate"`
	Keys        []result.KeyPeriod    `json:"keys"` // in order of From
	EnrolledAt  time.Time             `json:"enrolled_at"`
	Head        result.Head           `json:"head"`
}

// Filing is a document that the ministry has taken in.
type Filing struct {
	Society  stocktake.SocietyID `json:"society"`
	At       result.Ref          `json:"at"`
	Kind     Kind                `json:"kind"`
	Hash     stocktake.Hash      `json:"hash"`
	Previous stocktake.Hash      `json:"previous"`
	Session  stocktake.SessionID `json:"session,omitempty"`
	Site     stocktake.SiteID    `json:"site,omitempty"`
	SealedAt time.Time           `json:"sealed_at,omitzero"`
	Summary  *Summary            `json:"summary,omitempty"` // of a result that could be read

	// Corrects is the hash of the document that this one replaces in full; CorrectedBy that of the one that replaces it.
	Corrects    stocktake.Hash `json:"corrects,omitzero"`
	CorrectedBy stocktake.Hash `json:"corrected_by,omitzero"`

	ReceivedAt time.Time     `json:"received_at"`
	Answer     Answer        `json:"answer"`
	Signed     result.Signed `json:"-"`
}

// Standing is what a document is judged against, read in the transaction that files it.
type Standing struct {
	Member   Member
	Receipts ReceiptHead
	// Filed is the filing that stands for the document's own hash; nil when it is new. Without Signed, as all below.
	Filed *Filing
	// Twins stand at the document's place with other hashes.
	Twins []Filing
	// Before stand at the place before it: number−1 of its series; for number 1, the filing of any earlier series whose
	// hash is the document's Previous.
	Before []Filing
	// First is the least place that the society has filed; zero when none.
	First result.Ref
	// Corrected is the filing that the document's Corrects names; nil when there is none.
	Corrected *Filing
}

// ReceiptHead is where the ministry's chain of receipts stands.
type ReceiptHead struct {
	Number uint64         `json:"number"` // of the last receipt; 0 before the first
	Hash   stocktake.Hash `json:"hash"`   // of its canonical bytes
}

// Decision is what judge makes of a document.
type Decision struct {
	Answer Answer
	Key    *result.KeyPeriod // the new key, of a change of key
}

// Receipted is one receipt and the document it is for.
type Receipted struct {
	Society  stocktake.SocietyID `json:"society"`
	Document stocktake.Hash      `json:"document"`
	Answer   Answer              `json:"answer"`
}

// Reasons that a store answers with. Those of count (ChainMoved, SigningLocked) and stocktake.Missing are answered too.
var (
	SeriesUsed = stocktake.NewReason(stocktake.Conflict, "series-used",
		"Series %d is not after the one in use, %d. Open the next one.",
		"السلسلة %d لا تلي السلسلة المستخدمة %d. افتح السلسلة التالية.")
	CodeWrong = stocktake.NewReason(stocktake.Forbidden, "enrolment-code-wrong",
		"The enrolment code is wrong, used or expired, or was issued for another society. Ask the ministry for a new one.",
		"رمز التسجيل خاطئ أو مستخدم أو منتهي الصلاحية أو صادر لجمعية أخرى. اطلب من الوزارة رمزًا جديدًا.")
	KeyTooEarly = stocktake.NewReason(stocktake.Conflict, "key-too-early",
		"The key would be valid from %s, but the ministry already has %s. Fetch the missing results, then enrol again.",
		"المفتاح المطلوب سارٍ من %s ولدى الوزارة ما هو أحدث: %s. اجلب النتائج الناقصة ثم أعد التسجيل.")
)
