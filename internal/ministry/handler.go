package ministry

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"jard/internal/result"
	"jard/internal/stocktake"
)

// SignatureHeader carries the detached signature of a request's body; the two of a change of key are joined by a comma.
const SignatureHeader = "Jard-Signature"

// Limits bounds what one network address may ask for. The zero value is DefaultLimits.
type Limits struct {
	Requests, RequestBurst     float64 // per second
	Enrolments, EnrolmentBurst float64 // per second
}

// DefaultLimits lets a server that was cut off for a week catch up, and nobody guess at codes.
var DefaultLimits = Limits{Requests: 5, RequestBurst: 100, Enrolments: 1.0 / 30, EnrolmentBurst: 10}

const (
	maxSmallBody = 64 << 10
	// readLimit is how long a body may take to arrive.
	readLimit = 5 * time.Minute
)

// handler serves the ministry's side of the exchange.
type handler struct {
	desk       *Desk
	log        *slog.Logger
	requests   *limiter
	enrolments *limiter
}

// Handler serves /api/ministry/. It keeps no state besides its rate limits.
func Handler(d *Desk, limits Limits) http.Handler {
	if limits == (Limits{}) {
		limits = DefaultLimits
	}
	h := &handler{
		desk: d, log: d.log,
		requests:   newLimiter(d.clock, limits.Requests, limits.RequestBurst),
		enrolments: newLimiter(d.clock, limits.Enrolments, limits.EnrolmentBurst),
	}
	mux := http.NewServeMux()
	handle := func(pattern string, f func(http.ResponseWriter, *http.Request) error) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { h.serve(w, r, f) })
	}
	handle("GET /api/ministry/key", h.getKey)
	handle("GET /api/ministry/schema", h.getSchema)
	handle("POST /api/ministry/enrol", h.enrol)
	handle("PUT /api/ministry/keys/{society}", h.putKey)
	handle("PUT /api/ministry/results/{society}/{series}/{number}", h.putResult)
	handle("GET /api/ministry/results/{society}/{series}/{number}", h.getResult)
	handle("GET /api/ministry/results/{society}/head", h.getHead)
	return mux
}

func (h *handler) serve(w http.ResponseWriter, r *http.Request, f func(http.ResponseWriter, *http.Request) error) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if wait, ok := h.requests.take(address(r)); !ok {
		h.fail(w, r, tooFast(wait))
		return
	}
	if err := f(w, r); err != nil {
		h.fail(w, r, err)
	}
}

// address is who a request comes from. Behind a proxy the server that mounts the handler sets RemoteAddr.
func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

func (h *handler) getKey(w http.ResponseWriter, _ *http.Request) error {
	k := h.desk.Key()
	return writeJSON(w, http.StatusOK, map[string]string{"key": k.String(), "fingerprint": k.Fingerprint()})
}

func (h *handler) getSchema(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "application/schema+json")
	_, _ = w.Write(result.SchemaJSON)
	return nil
}

func (h *handler) enrol(w http.ResponseWriter, r *http.Request) error {
	if wait, ok := h.enrolments.take(address(r)); !ok {
		return tooFast(wait)
	}
	s, err := readBody(w, r, maxSmallBody)
	if err != nil {
		return err
	}
	statement, err := h.desk.Admit(r.Context(), s)
	if err != nil {
		return err
	}
	return writeSigned(w, appendSigned(nil, statement))
}

func (h *handler) putResult(w http.ResponseWriter, r *http.Request) error {
	at, err := placeOf(r)
	if err != nil {
		return err
	}
	s, err := readBody(w, r, result.MaxDocument)
	if err != nil {
		return err
	}
	return h.receive(w, r, Arrival{Society: stocktake.SocietyID(r.PathValue("society")), At: at, Kind: KindResult, Signed: s})
}

func (h *handler) putKey(w http.ResponseWriter, r *http.Request) error {
	s, err := readBody(w, r, maxSmallBody)
	if err != nil {
		return err
	}
	link, err := result.ReadLink(s.Document)
	if err != nil {
		return err
	}
	return h.receive(w, r, Arrival{Society: stocktake.SocietyID(r.PathValue("society")), At: link.Ref(), Kind: KindKeyChange, Signed: s})
}

func (h *handler) receive(w http.ResponseWriter, r *http.Request, a Arrival) error {
	take := h.desk.Receive
	if r.URL.Query().Get("dryRun") == "1" {
		take = h.desk.Try
	}
	answer, err := take(r.Context(), a)
	if err != nil {
		return err
	}
	return writeSigned(w, appendSigned(nil, answer.Signed))
}

func (h *handler) getResult(w http.ResponseWriter, r *http.Request) error {
	at, err := placeOf(r)
	if err != nil {
		return err
	}
	m, _, err := h.member(r)
	if err != nil {
		return err
	}
	list, err := h.desk.inbox.Filings(r.Context(), m.Society, at, 1)
	if err != nil {
		return err
	}
	if len(list) == 0 || list[0].At != at {
		return stocktake.NoSuch("result", at.String())
	}
	f, err := h.desk.inbox.Filing(r.Context(), m.Society, list[0].Hash)
	if err != nil {
		return err
	}
	return writeSigned(w, appendFiled(nil, f))
}

func (h *handler) getHead(w http.ResponseWriter, r *http.Request) error {
	since := result.Start().Ref
	if after := r.URL.Query().Get("after"); after != "" {
		series, number, _ := strings.Cut(after, "/")
		var err error
		if since, err = parsePlace(series, number, 0); err != nil {
			return err
		}
	}
	m, request, err := h.member(r)
	if err != nil {
		return err
	}
	s, err := h.desk.State(r.Context(), m, since, request)
	if err != nil {
		return err
	}
	return writeSigned(w, appendSigned(nil, s))
}

// member is the society of the path, where the request is signed by it. One that is not enrolled gets the same answer
// as one with a wrong signature: nobody learns who is.
func (h *handler) member(r *http.Request) (Member, stocktake.Hash, error) {
	m, err := h.desk.inbox.Member(r.Context(), stocktake.SocietyID(r.PathValue("society")))
	if errors.Is(err, stocktake.Missing) {
		return Member{}, stocktake.Hash{}, RequestUnsigned.Wrap(err)
	}
	if err != nil {
		return Member{}, stocktake.Hash{}, err
	}
	request, err := verifyRequest(r, m, h.desk.Key(), h.desk.clock.Now())
	return m, request, err
}

func placeOf(r *http.Request) (result.Ref, error) {
	return parsePlace(r.PathValue("series"), r.PathValue("number"), 1)
}

func parsePlace(series, number string, least uint64) (result.Ref, error) {
	s, err := strconv.ParseUint(series, 10, 53)
	n, err2 := strconv.ParseUint(number, 10, 53)
	if err != nil || err2 != nil || s < 1 || n < least {
		return result.Ref{}, stocktake.NoSuch("place", series+"/"+number)
	}
	return result.Ref{Series: s, Number: n}, nil
}

func readBody(w http.ResponseWriter, r *http.Request, most int64) (result.Signed, error) {
	signature := r.Header.Get(SignatureHeader)
	if signature == "" {
		return result.Signed{}, result.SignatureWrong.New()
	}
	// A server's own limits are for small requests; a test's recorder has none to change.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(readLimit))
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return result.Signed{}, BodyTooLarge.Wrap(err, tooLarge.Limit)
	}
	if err != nil {
		return result.Signed{}, BodyBroken.Wrap(err)
	}
	return result.Signed{Document: b, Signature: []byte(strings.Replace(signature, ",", "\n", 1))}, nil
}

func writeSigned(w http.ResponseWriter, b []byte) error {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(b) // the caller has gone: it will ask again
	return nil
}

func writeJSON(w http.ResponseWriter, status int, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(b)
	return nil
}
