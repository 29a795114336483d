package link

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"jard/internal/account"
	"jard/internal/stocktake"
)

// APIBase is where the push API is mounted, and DocsBase where it is described.
const (
	APIBase  = "/api/v1/link/"
	DocsBase = "/api/docs"
)

// Accounts tells whose key it is that a request shows.
type Accounts interface {
	// PersonByToken gives the person whose token it is, with the roles held now.
	PersonByToken(ctx context.Context, token account.Secret) (stocktake.Person, error)
}

// APIConfig is what the push API needs. Importer, Accounts and Logger must be set.
type APIConfig struct {
	Importer *Importer
	Accounts Accounts
	Logger   *slog.Logger
	Version  string // of this server, for the description
	TempDir  string // where a large file waits while it is read; the system's

	Bytes   int64         // of a file; 256 MiB
	Files   int           // read at a time, and received at a time of one society; 2
	Wait    time.Duration // for a place among them; 10 seconds
	Grace   time.Duration // that a body has before it must have come at 16 KiB a second; 30 seconds
	Timeout time.Duration // of a request with a file; 10 minutes

	Rate  float64 // requests per second of one integrator; 10
	Burst int     // … and at once; 60

	Now func() time.Time // time.Now
}

type api struct {
	APIConfig
	limiter   *limiter // of integrators
	strangers *limiter // of addresses, charged by requests that show no valid key: one vendor sends for many societies
	places    chan struct{}
	crowd     *crowd
}

// NewAPI gives what answers under APIBase and DocsBase. The http.Server must have its timeouts set; the API lengthens them
// for files.
func NewAPI(c APIConfig) (http.Handler, error) {
	if c.Importer == nil || c.Accounts == nil || c.Logger == nil {
		return nil, errors.New("link: an importer, accounts and a logger are needed")
	}
	if c.Bytes <= 0 {
		c.Bytes = 256 << 20
	}
	if c.Files <= 0 {
		c.Files = 2
	}
	if c.Wait <= 0 {
		c.Wait = 10 * time.Second
	}
	if c.Grace <= 0 {
		c.Grace = 30 * time.Second
	}
	if c.Timeout <= 0 {
		c.Timeout = 10 * time.Minute
	}
	if c.Rate <= 0 || c.Burst <= 0 {
		c.Rate, c.Burst = 10, 60
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	a := &api{APIConfig: c, limiter: newLimiter(c.Rate, c.Burst), strangers: newLimiter(c.Rate, c.Burst), places: make(chan struct{}, c.Files), crowd: newCrowd(c.Files)}
	docs, err := newDocs(c.Version)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	for path, verbs := range map[string]map[string]verb{
		"items":                   {http.MethodPost: a.items},
		"sites/{site}/book":       {http.MethodPost: a.book},
		"sites/{site}/movements":  {http.MethodPost: a.movements},
		"sites/{site}/watermark":  {http.MethodPost: a.watermark},
		"sites/{site}/feed":       {http.MethodGet: a.feed},
		"sites/{site}/conflicts":  {http.MethodGet: a.conflicts},
		"sites/{site}/quarantine": {http.MethodGet: a.quarantine, http.MethodPost: a.resolve},
		"health":                  {http.MethodGet: a.health},
	} {
		mux.Handle(APIBase+path, a.route(verbs))
	}
	mux.Handle(DocsBase, docs)
	mux.Handle(DocsBase+"/", docs)
	mux.Handle("/", a.route(nil))
	return mux, nil
}

// verb is one method of one path: what it gives is sent as JSON, beside an error too.
type verb func(w http.ResponseWriter, r *http.Request, by stocktake.Person) (any, error)

// route guards a path: who asks, how fast, and what becomes of errors.
func (a *api) route(verbs map[string]verb) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("Referrer-Policy", "no-referrer")
		body, err := a.serve(w, r, verbs)
		if err != nil {
			a.fail(w, r, body, err)
			return
		}
		a.send(w, http.StatusOK, body)
	})
}

func (a *api) serve(w http.ResponseWriter, r *http.Request, verbs map[string]verb) (body any, err error) {
	defer func() {
		switch p := recover(); p {
		case nil:
		case http.ErrAbortHandler:
			panic(p) // net/http's own way of breaking off
		default:
			err = stocktake.Broken.Wrap(fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
		}
	}()
	if verbs == nil {
		return nil, routeUnknown.New()
	}
	address, _, _ := net.SplitHostPort(r.RemoteAddr)
	address = "address " + network(address)
	if wait := a.strangers.look(address, a.Now()); wait > 0 {
		return nil, tooFast.New(seconds(wait))
	}
	do, ok := verbs[r.Method]
	if !ok {
		return nil, methodUnknown.New()
	}
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		a.strangers.take(address, a.Now())
		return nil, keyMissing.New()
	}
	by, err := a.Accounts.PersonByToken(r.Context(), account.Secret(token))
	if err != nil {
		if stocktake.CodeOf(err) == stocktake.Unauthenticated {
			a.strangers.take(address, a.Now())
			err = keyRefused.Wrap(err)
		}
		return nil, err
	}
	if wait := a.limiter.take("person "+string(by.Society)+"\x00"+string(by.ID), a.Now()); wait > 0 {
		return nil, tooFast.New(seconds(wait))
	}
	return do(w, r, by)
}

func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }

func (a *api) send(w http.ResponseWriter, status int, body any) {
	text, err := json.Marshal(body)
	if err != nil {
		a.Logger.Error("answer cannot be written", "error", err)
		status, text = http.StatusInternalServerError, []byte("{}")
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(text) // whoever asked has gone: there is nobody to tell
}

// statuses is the one table from codes to HTTP; finer are the reasons for which HTTP has a status of its own.
var (
	statuses = map[stocktake.Code]int{
		stocktake.Invalid: http.StatusBadRequest, stocktake.Unauthenticated: http.StatusUnauthorized, stocktake.Forbidden: http.StatusForbidden,
		stocktake.NotFound: http.StatusNotFound, stocktake.Conflict: http.StatusConflict, stocktake.TooMany: http.StatusTooManyRequests,
		stocktake.Unavailable: http.StatusServiceUnavailable,
	}
	finer = map[*stocktake.Reason]int{
		methodUnknown: http.StatusMethodNotAllowed, bodyType: http.StatusUnsupportedMediaType, fileTooLarge: http.StatusRequestEntityTooLarge,
	}
)

// refused is the form of every error answer.
type refused struct {
	Error struct {
		Code stocktake.Code `json:"code"`
		Told
	} `json:"error"`
	Report any `json:"report,omitempty"` // of a file that was read
}

func (a *api) fail(w http.ResponseWriter, r *http.Request, report any, err error) {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		err = timedOut.Wrap(err)
	}
	e := stocktake.Fault(err)
	status, ok := finer[e.Reason]
	if !ok {
		if status, ok = statuses[e.Reason.Code]; !ok {
			status = http.StatusInternalServerError
			a.Logger.ErrorContext(r.Context(), "request failed", slog.String("method", r.Method), slog.String("route", r.Pattern), slog.Any("error", err))
		}
	}
	switch status {
	case http.StatusTooManyRequests:
		wait := 1
		if n, ok := e.Args[0].(int); ok {
			wait = n
		}
		w.Header().Set("Retry-After", strconv.Itoa(wait))
	case http.StatusServiceUnavailable:
		w.Header().Set("Retry-After", "10")
	case http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	var body refused
	body.Error.Code, body.Error.Told, body.Report = e.Reason.Code, tell(e), report
	a.send(w, status, body)
}

var (
	routeUnknown = stocktake.NewReason(stocktake.NotFound, "route-unknown",
		"There is nothing at this address. Check it.",
		"لا يوجد شيء في هذا العنوان. تحقّق منه.")
	methodUnknown = stocktake.NewReason(stocktake.Invalid, "method-unknown",
		"This address does not take this method. Check the request.",
		"هذا العنوان لا يقبل هذه الطريقة. تحقّق من الطلب.")
	bodyType = stocktake.NewReason(stocktake.Invalid, "body-type",
		"The request body must be one of: %s.",
		"يجب أن يكون محتوى الطلب من أحد الأنواع: %s.")
	parameterWrong = stocktake.NewReason(stocktake.Invalid, "query-wrong",
		"The parameter %q is not what is expected here. Correct it.",
		"المعامل %q ليس كما هو متوقع هنا. صحّحه.")
	keyMissing = stocktake.NewReason(stocktake.Unauthenticated, "link-key-missing",
		"The request has no key. Send it in the header Authorization: Bearer KEY. The society's administrator issues keys with jard user key.",
		"الطلب بلا مفتاح. أرسله في الترويسة Authorization: Bearer KEY. يصدر المفاتيحَ مسؤولُ النظام في الجمعية بالأمر jard user key.")
	keyRefused = stocktake.NewReason(stocktake.Unauthenticated, "link-key-refused",
		"The key is wrong, has ended or was revoked. Ask the society's administrator for another (jard user key).",
		"المفتاح غير صحيح أو منتهٍ أو أُلغي. اطلب غيره من مسؤول النظام في الجمعية (jard user key).")
	bodyBroken = stocktake.NewReason(stocktake.Invalid, "body-broken",
		"The body must be one JSON object with no fields but these: %s. Mend it.",
		"يجب أن يكون المحتوى كائن JSON واحدًا ليس فيه إلا هذه الحقول: %s. صحّحه.")
	instantWrong = stocktake.NewReason(stocktake.Invalid, "instant-wrong",
		"%s is %q. An instant needs a date, a time and a zone: write it as 2026-11-24T10:20:00+03:00.",
		"قيمة %s هي %q. تحتاج اللحظة إلى تاريخ ووقت ومنطقة زمنية: اكتبها بصيغة 2026-11-24T10:20:00+03:00.")
	tooFast = stocktake.NewReason(stocktake.TooMany, "too-fast",
		"Too many requests. Wait %d s, then go on.",
		"طلبات كثيرة. انتظر قليلًا (%d ث) ثم تابع.")
	timedOut = stocktake.NewReason(stocktake.Unavailable, "timed-out",
		"The server took too long. Send it again: what was taken already has no effect.",
		"استغرق الخادم وقتًا طويلًا. أعد الإرسال: ما سبق قبوله لا يتكرر أثره.")
	filesBusy = stocktake.NewReason(stocktake.Unavailable, "import-busy",
		"Other files are being read. Send it again in a few seconds.",
		"تُقرأ ملفات أخرى الآن. أعد الإرسال بعد ثوانٍ.")
)
