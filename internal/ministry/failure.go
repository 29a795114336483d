package ministry

import (
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"jard/internal/stocktake"
)

// failure is the body of every answer that is no success.
type failure struct {
	Error failureBody `json:"error"`
}

type failureBody struct {
	Code    stocktake.Code `json:"code"`
	Key     string         `json:"key"`
	English string         `json:"en"`
	Arabic  string         `json:"ar"`
}

var statuses = map[stocktake.Code]int{
	stocktake.Invalid:         http.StatusBadRequest,
	stocktake.Unauthenticated: http.StatusUnauthorized,
	stocktake.Forbidden:       http.StatusForbidden,
	stocktake.NotFound:        http.StatusNotFound,
	stocktake.Conflict:        http.StatusConflict,
	stocktake.TooMany:         http.StatusTooManyRequests,
	stocktake.Unavailable:     http.StatusServiceUnavailable,
	stocktake.Internal:        http.StatusInternalServerError,
}

// fail answers an error. What has no reason of its own is logged and not shown.
func (h *handler) fail(w http.ResponseWriter, r *http.Request, err error) {
	e := stocktake.Fault(err)
	status := statuses[e.Reason.Code]
	if errors.Is(err, BodyTooLarge) {
		status = http.StatusRequestEntityTooLarge
	}
	if fast, ok := errors.AsType[*tooFastError](err); ok {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(fast.wait.Seconds()))))
	}
	if e.Reason.Code == stocktake.Internal {
		h.log.Error("ministry request failed", "method", r.Method, "path", r.URL.Path, "error", err)
	}
	_ = writeJSON(w, status, failure{failureBody{Code: e.Reason.Code, Key: e.Reason.Key, English: e.English(), Arabic: e.Arabic()}})
}

// Rejection is the ministry's refusal to take something in at all, in its own words.
type Rejection struct {
	Status int
	Fault  *stocktake.Error
}

// Error is the fault's, with the status.
func (r *Rejection) Error() string {
	return "ministry answered " + strconv.Itoa(r.Status) + ": " + r.Fault.Error()
}

// Unwrap gives the fault.
func (r *Rejection) Unwrap() error { return r.Fault }

// Is matches the reason with the same key: a reason means the same on both sides.
func (r *Rejection) Is(target error) bool {
	reason, ok := target.(*stocktake.Reason)
	return ok && reason.Key == r.Fault.Reason.Key
}

// readFailure is the error that an answer of the ministry stands for.
func readFailure(status int, body []byte) error {
	var f failure
	err := json.Unmarshal(body, &f)
	switch {
	case err == nil && statuses[f.Error.Code] != 0 && f.Error.Key != "" && f.Error.English != "" && f.Error.Arabic != "":
	case status >= 500 || status == http.StatusTooManyRequests: // something before the ministry: a proxy
		return &Rejection{Status: status, Fault: Unreachable.New()}
	default:
		return &Rejection{Status: status, Fault: NoMinistry.New(status)}
	}
	return &Rejection{Status: status, Fault: (&stocktake.Reason{
		Code: f.Error.Code, Key: f.Error.Key,
		English: strings.ReplaceAll(f.Error.English, "%", "%%"), Arabic: strings.ReplaceAll(f.Error.Arabic, "%", "%%"),
	}).New()}
}

// tooFastError is TooFast with when to come again.
type tooFastError struct {
	fault *stocktake.Error
	wait  time.Duration
}

// Error is the fault's.
func (e *tooFastError) Error() string { return e.fault.Error() }

// Unwrap gives the fault.
func (e *tooFastError) Unwrap() error { return e.fault }

func tooFast(wait time.Duration) error { return &tooFastError{fault: TooFast.New(), wait: wait} }

// Reasons of the exchange itself.
var (
	TooFast = stocktake.NewReason(stocktake.TooMany, "too-fast",
		"Too many requests from this address. Wait, then try again.",
		"طلبات كثيرة من هذا العنوان. انتظر ثم أعد المحاولة.")
	BodyTooLarge = stocktake.NewReason(stocktake.Invalid, "body-too-large",
		"The request is larger than %d bytes. Count the site in several sessions.",
		"الطلب أكبر من %d بايت. اجرد الموقع في عدة جلسات.")
	BodyBroken = stocktake.NewReason(stocktake.Unavailable, "body-broken",
		"The request broke off. Send it again.",
		"انقطع الطلب. أعد إرساله.")
	Unreachable = stocktake.NewReason(stocktake.Unavailable, "ministry-unreachable",
		"The ministry does not answer. The result is kept and sent again by itself.",
		"الوزارة لا تستجيب. النتيجة محفوظة وستُرسل من جديد تلقائيًا.")
	NoMinistry = stocktake.NewReason(stocktake.Unavailable, "no-ministry",
		"What answers at the ministry's address (status %d) is no ministry's server. Check the address.",
		"ما يستجيب على عنوان الوزارة (الحالة %d) ليس خادم وزارة. تحقّق من العنوان.")
)
