package web

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/labstack/echo/v4"

	"jard/internal/result"
	"jard/internal/stocktake"
)

// Ministry is what the pages of the ministry's officers need. Every verb judges by itself whether the person may. The
// server fills it in from the ministry's desk.
type Ministry interface {
	// Overview adds up the results that stand, sealed from from (included) to to (not); a zero end is open.
	Overview(ctx context.Context, by stocktake.Person, from, to time.Time) (Overview, error)
	// Filed lists what one society has filed, with what an officer has to look into.
	Filed(ctx context.Context, by stocktake.Person, society stocktake.SocietyID) (FiledSociety, error)
	// Open gives one document, verified on the spot.
	Open(ctx context.Context, by stocktake.Person, society stocktake.SocietyID, hash stocktake.Hash) (*OpenedDocument, error)
	// Reverify verifies all that a society has filed, and gives the number of documents with what is wrong.
	Reverify(ctx context.Context, by stocktake.Person, society stocktake.SocietyID) (documents int, findings []FiledFault, err error)
	// Troubles lists documents that are refused or held.
	Troubles(ctx context.Context, by stocktake.Person) ([]FiledDocument, error)
	// Codes lists the one-time codes that were issued, the newest first; IssueCode makes one, which is shown once.
	Codes(ctx context.Context, by stocktake.Person) ([]IssuedCode, error)
	IssueCode(ctx context.Context, by stocktake.Person, society stocktake.SocietyID, name stocktake.Name, governorate stocktake.Governorate) (string, error)
}

// Coverage says how far a figure reaches: With of Of societies are in it, whose newest results were sealed between Oldest
// and Newest.
type Coverage struct {
	With, Of       int
	Oldest, Newest time.Time
}

// Figures are sums over results that stand. Shortage is zero or negative; it is never netted against surplus.
type Figures struct {
	Results, Lines                int
	Shortage, Surplus, NotCounted result.Count
	Found                         Coverage

	Stock        stocktake.Fils
	StockSites   int
	StockCovered Coverage

	Refused, Held int
}

// Overview is the country, by governorate and society.
type Overview struct {
	At           time.Time
	Figures      Figures
	Governorates []GovernorateFigures
}

// GovernorateFigures is one governorate with its societies.
type GovernorateFigures struct {
	Governorate stocktake.Governorate
	Figures     Figures
	Societies   []SocietyFigures
}

// SocietyFigures is one society.
type SocietyFigures struct {
	Member  Member
	Figures Figures
}

// Member is a society that reports to the ministry, with its keys in order of their first place.
type Member struct {
	Society     stocktake.SocietyID
	Name        stocktake.Name
	Governorate stocktake.Governorate
	Keys        []result.KeyPeriod
	EnrolledAt  time.Time
	Head        result.Head
}

// FiledDocument is a document that the ministry has taken in. Totals is nil where it could not be read.
type FiledDocument struct {
	Member     Member
	At         result.Ref
	Kind       string // result or key-change
	Hash       stocktake.Hash
	Session    stocktake.SessionID
	Name       stocktake.Name
	Count      string // the session's kind
	SiteName   stocktake.Name
	SealedAt   time.Time
	ReceivedAt time.Time
	Verdict    string // accepted, refused or held
	Receipt    uint64

	Corrects, CorrectedBy stocktake.Hash

	Totals *result.Totals
	Faults []result.Fault
}

// FiledSociety is all that a society has filed.
type FiledSociety struct {
	Member    Member
	Documents []FiledDocument
	Findings  []FiledFault
}

// FiledFault is something wrong at a place of a society's chain.
type FiledFault struct {
	Place string
	Hash  stocktake.Hash
	result.Fault
}

// Proof is one thing that was verified: hash, signature, place, form, sums, shown, link or receipt. It holds when it was
// not skipped and names no faults.
type Proof struct {
	Of      string
	Faults  []result.Fault
	Skipped bool
}

// OpenedDocument is a document with what was verified of it when it was opened.
type OpenedDocument struct {
	FiledDocument
	Key      result.PublicKey
	Document *result.Document  // nil where it cannot be read, or is a change of key
	Change   *result.KeyChange // of a change of key
	Proofs   []Proof
	Sound    bool
}

// IssuedCode is a one-time code without the code.
type IssuedCode struct {
	Society     stocktake.SocietyID
	Name        stocktake.Name
	Governorate stocktake.Governorate
	IssuedAt    time.Time
	ExpiresAt   time.Time
	Spent       bool
}

// MinistryConfig is what the ministry's pages need. Accounts, Ministry, Society and Logger must be set.
type MinistryConfig struct {
	Accounts Accounts
	Ministry Ministry
	Society  stocktake.Society // the ministry's own, under which its people stand
	Logger   *slog.Logger

	Now func() time.Time // time.Now
}

// NewMinistry builds the pages of the ministry's officers: those of a console of their own, with the same sign-in, words
// and look as the societies'. There is no API beside them.
func NewMinistry(c MinistryConfig) (*echo.Echo, error) {
	if c.Accounts == nil || c.Ministry == nil || c.Society.ID == "" || c.Logger == nil {
		return nil, errors.New("web: accounts, a ministry with its society, and a logger are needed")
	}
	a, e, err := prepare(Config{
		Accounts: c.Accounts, Societies: oneSociety{c.Society}, Logger: c.Logger, Now: c.Now, ministry: c.Ministry,
	})
	if err != nil {
		return nil, err
	}
	a.console.mount(e)
	return e, nil
}

// oneSociety is a server that hosts one.
type oneSociety struct{ society stocktake.Society }

func (o oneSociety) Societies(context.Context) ([]stocktake.Society, error) {
	return []stocktake.Society{o.society}, nil
}
