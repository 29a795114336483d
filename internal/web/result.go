package web

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"jard/internal/result"
	"jard/internal/stocktake"
)

// Results is what the API needs of a society's sealed documents. Both verbs judge by themselves whether the person may
// see them. The server fills it in from the society's outbox.
type Results interface {
	// Results lists documents of the person's society by place, from the first at or after from, at most limit.
	Results(ctx context.Context, by stocktake.Person, from result.Ref, limit int) ([]ResultInfo, error)
	// Result gives one with its bytes; stocktake.Missing when there is none at that place.
	Result(ctx context.Context, by stocktake.Person, at result.Ref) (ResultDocument, error)
}

// ResultInfo is a sealed document's place in the society's chain and where it stands with the ministry.
type ResultInfo struct {
	Series   uint64              `json:"series"`
	Number   uint64              `json:"number"`
	Kind     string              `json:"kind"` // result or key-change
	Hash     stocktake.Hash      `json:"hash"`
	Previous stocktake.Hash      `json:"previous"`
	Session  stocktake.SessionID `json:"session,omitempty"`

	Verdict  string        `json:"verdict,omitempty"`  // the ministry's: accepted, refused or held
	Answer   uint64        `json:"receipt,omitempty"`  // the number of its receipt
	Delivery *DeliveryInfo `json:"delivery,omitempty"` // absent once delivered
}

// DeliveryInfo is how the sending of a document stands.
type DeliveryInfo struct {
	Attempts int       `json:"attempts"`
	Next     time.Time `json:"next"`
	Cause    string    `json:"cause,omitempty"`
}

// ResultDocument is a sealed document with its bytes, and the ministry's receipt where there is one.
type ResultDocument struct {
	ResultInfo
	Signed  result.Signed  `json:"-"`
	Receipt *result.Signed `json:"-"`
	Said    *ReceiptInfo   `json:"-"` // what the receipt says; nil where it does not verify
}

// ReceiptInfo is the ministry's answer to a document, verified with the ministry's key when it was read.
type ReceiptInfo struct {
	Number     uint64
	Verdict    string // accepted, refused or held
	ReceivedAt time.Time
	Document   stocktake.Hash
	Faults     []result.Fault
	Ministry   string // its address
	Key        string // the fingerprint of its key
}

// resultReaders are whom the pages of books and variances are offered to. Whether they may see them the core judges.
var resultReaders = []stocktake.Role{
	stocktake.Supervisor, stocktake.Manager, stocktake.FinancialController, stocktake.AdministrativeController,
	stocktake.CommitteeMember, stocktake.Witness,
}

// keeps refuses everybody where this server keeps no results.
func (a *api) keeps() error {
	if a.Results == nil {
		return NotOffered.New()
	}
	return nil
}

// results serves the society's chain, by place: ?series=1&number=1&limit=100.
func (a *api) results(c echo.Context, by stocktake.Person) error {
	if err := a.keeps(); err != nil {
		return err
	}
	if err := only(c, "series", "number", "limit"); err != nil {
		return err
	}
	series, err := number(c, "series", 0, stocktake.MaxNumber)
	if err != nil {
		return err
	}
	n, err := number(c, "number", 0, stocktake.MaxNumber)
	if err != nil {
		return err
	}
	limit, err := number(c, "limit", 100, 100)
	if err != nil {
		return err
	}
	list, err := a.Results.Results(c.Request().Context(), by, result.Ref{Series: series, Number: n}, int(max(limit, 1)))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, struct {
		List []ResultInfo `json:"list"`
	}{some(list)})
}

func (a *api) oneResult(c echo.Context, by stocktake.Person) (ResultDocument, error) {
	if err := a.keeps(); err != nil {
		return ResultDocument{}, err
	}
	series, err := pathNumber(c, "series")
	if err != nil {
		return ResultDocument{}, err
	}
	n, err := pathNumber(c, "number")
	if err != nil {
		return ResultDocument{}, err
	}
	return a.Results.Result(c.Request().Context(), by, result.Ref{Series: series, Number: n})
}

func (a *api) result(c echo.Context, by stocktake.Person) error {
	d, err := a.oneResult(c, by)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, d.ResultInfo)
}

// signatureHeader carries a document's detached signature beside its bytes. A change of key has two.
const signatureHeader = "Jard-Signature"

// document serves the sealed bytes as they are: whoever verifies them hashes exactly these.
func (a *api) document(c echo.Context, by stocktake.Person) error {
	d, err := a.oneResult(c, by)
	if err != nil {
		return err
	}
	return signed(c, d.Signed)
}

func (a *api) receipt(c echo.Context, by stocktake.Person) error {
	d, err := a.oneResult(c, by)
	if err != nil {
		return err
	}
	if d.Receipt == nil {
		return ReceiptAwaited.New()
	}
	return signed(c, *d.Receipt)
}
