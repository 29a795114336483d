package ministry

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"jard/internal/result"
	"jard/internal/stocktake"
)

// client speaks to one ministry. Every answer but a failure is signed, and verified before it is believed.
type client struct {
	http *http.Client
	base *url.URL
	key  result.PublicKey
}

const (
	maxAnswer = 4 << 20
	// requestLimit is how long a small exchange may take, sendLimit one with a document in it.
	requestLimit = 30 * time.Second
	sendLimit    = 5 * time.Minute
)

// newClient reads a ministry's address, as in https://jard.example.
func newClient(h *http.Client, address string, key result.PublicKey) (*client, error) {
	base, err := url.Parse(strings.TrimRight(address, "/"))
	if err != nil || (base.Scheme != "https" && base.Scheme != "http") || base.Host == "" || base.RawQuery != "" || base.User != nil {
		return nil, AddressWrong.New(address)
	}
	direct := *h
	direct.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client{http: &direct, base: base, key: key}, nil
}

// fetchKey asks for the ministry's public key. It proves nothing: the caller holds it against a pin.
func (c *client) fetchKey(ctx context.Context) (result.PublicKey, error) {
	body, err := c.do(ctx, http.MethodGet, c.path("key"), nil, nil, maxAnswer, requestLimit)
	if err != nil {
		return result.PublicKey{}, err
	}
	var answer struct {
		Key result.PublicKey `json:"key"`
	}
	if err := json.Unmarshal(body, &answer); err != nil || answer.Key.IsZero() {
		return result.PublicKey{}, NoMinistry.Wrap(err, http.StatusOK)
	}
	return answer.Key, nil
}

// enrol sends an enrolment and gives the statement that answers it.
func (c *client) enrol(ctx context.Context, s result.Signed) (*Statement, error) {
	body, err := c.do(ctx, http.MethodPost, c.path("enrol"), &s, nil, maxAnswer, requestLimit)
	if err != nil {
		return nil, err
	}
	return c.statement(body, stocktake.HashOf(s.Signature))
}

// deliver sends a document to its place and gives the receipt.
func (c *client) deliver(ctx context.Context, society stocktake.SocietyID, d Stored) (*Receipt, Answer, error) {
	u := c.path("results", string(society), fmt.Sprint(d.At.Series), fmt.Sprint(d.At.Number))
	if d.Kind == KindKeyChange {
		u = c.path("keys", string(society))
	}
	body, err := c.do(ctx, http.MethodPut, u, &d.Signed, nil, maxAnswer, sendLimit)
	if err != nil {
		return nil, Answer{}, err
	}
	s, err := readSigned(body)
	if err != nil {
		return nil, Answer{}, ReceiptWrong.Wrap(err)
	}
	return readAnswer(s, c.key, society, d.At, d.Hash)
}

// head asks where the society's chain stands, and what is filed after a place.
func (c *client) head(ctx context.Context, society stocktake.SocietyID, k result.Key, since result.Ref, now time.Time) (*Statement, error) {
	u := c.path("results", string(society), "head")
	u.RawQuery = url.Values{"after": {since.String()}}.Encode()
	var signature []byte
	body, err := c.do(ctx, http.MethodGet, u, nil, func(r *http.Request) { signature = signRequest(r, society, k, c.key, now) },
		maxAnswer, requestLimit)
	if err != nil {
		return nil, err
	}
	statement, err := c.statement(body, stocktake.HashOf(signature))
	if err == nil && statement.Society != society {
		return nil, ReceiptWrong.New()
	}
	return statement, err
}

// fetch asks for one of the society's documents with its receipt. The receipt is verified, the document's own
// signature is not.
func (c *client) fetch(ctx context.Context, society stocktake.SocietyID, k result.Key, l Listed, now time.Time) (Stored, error) {
	u := c.path("results", string(society), fmt.Sprint(l.Place.Series), fmt.Sprint(l.Place.Number))
	body, err := c.do(ctx, http.MethodGet, u, nil, func(r *http.Request) { signRequest(r, society, k, c.key, now) },
		result.MaxDocument+maxAnswer, sendLimit)
	if err != nil {
		return Stored{}, err
	}
	var filed filedJSON
	if err := json.Unmarshal(body, &filed); err != nil {
		return Stored{}, ReceiptWrong.Wrap(err)
	}
	d := Stored{At: l.Place, Kind: l.Kind, Hash: l.Document, Previous: l.Previous, Signed: filed.signed()}
	if d.Signed.Hash() != d.Hash {
		return Stored{}, ReceiptWrong.New()
	}
	_, answer, err := readAnswer(filed.Receipt.signed(), c.key, society, d.At, d.Hash)
	d.Answer = &answer
	return d, err
}

func (c *client) statement(body []byte, request stocktake.Hash) (*Statement, error) {
	s, err := readSigned(body)
	if err != nil {
		return nil, ReceiptWrong.Wrap(err)
	}
	if err := c.key.Verify(s.Document, s.Signature); err != nil {
		return nil, ReceiptWrong.Wrap(err)
	}
	statement := new(Statement)
	if err := result.ReadCanonical(s.Document, statement); err != nil {
		return nil, ReceiptWrong.Wrap(err)
	}
	if statement.Schema != StatementSchema || statement.Request != request {
		return nil, ReceiptWrong.New()
	}
	return statement, nil
}

func (c *client) path(parts ...string) *url.URL {
	for i := range parts {
		parts[i] = url.PathEscape(parts[i])
	}
	return c.base.JoinPath(append([]string{"api", "ministry"}, parts...)...)
}

// do sends one request and gives the body of a successful answer. Redirects are not followed: a signed request is meant
// for one address.
func (c *client) do(ctx context.Context, method string, u *url.URL, send *result.Signed, sign func(*http.Request),
	most int64, limit time.Duration,
) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, u.String(), nil)
	if err != nil {
		return nil, AddressWrong.Wrap(err, u.String())
	}
	if send != nil {
		r.Body = io.NopCloser(bytes.NewReader(send.Document))
		r.ContentLength = int64(len(send.Document))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set(SignatureHeader, strings.Replace(string(send.Signature), "\n", ",", 1))
	}
	if sign != nil {
		sign(r)
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return nil, Unreachable.Wrap(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(answer.Body, most+1))
	switch {
	case err != nil:
		return nil, Unreachable.Wrap(err)
	case answer.StatusCode != http.StatusOK:
		return nil, readFailure(answer.StatusCode, body)
	case int64(len(body)) > most:
		return nil, ReceiptWrong.Wrap(errors.New("answer is too large"))
	}
	return body, nil
}

// AddressWrong says that a text is no ministry's address.
var AddressWrong = stocktake.NewReason(stocktake.Invalid, "ministry-address-wrong",
	"%q is no address of a ministry: write it as in https://jard.example.",
	"القيمة %q ليست عنوان وزارة: اكتبه مثل https://jard.example.")
