package ministry_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"jard/internal/ministry"
	"jard/internal/result"
	"jard/internal/result/resulttest"
	"jard/internal/stocktake"
)

const rumaithiya stocktake.SocietyID = "الرميثية/1"

// clock is set by tests. After fires when the clock is moved past it.
type clock struct {
	mu    sync.Mutex
	now   time.Time
	waits []wait
}

type wait struct {
	at time.Time
	c  chan time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 1, 16, 8, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) After(d time.Duration) <-chan time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	w := wait{at: c.now.Add(d), c: make(chan time.Time, 1)}
	c.waits = append(c.waits, w)
	return w.c
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	kept := c.waits[:0]
	for _, w := range c.waits {
		if w.at.After(c.now) {
			kept = append(kept, w)
			continue
		}
		w.c <- c.now
	}
	c.waits = kept
}

// world is a ministry with its server.
type world struct {
	t     *testing.T
	ctx   context.Context
	clock *clock
	inbox *memory
	desk  *ministry.Desk
	key   result.Key
	down  atomic.Bool // the server breaks connections off
	lose  atomic.Bool // the server works and loses its answers
	puts  atomic.Int64
	http  *httptest.Server
	limit ministry.Limits
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, ctx: t.Context(), clock: newClock(), inbox: newMemory(), key: must(result.NewKey())}
	w.desk = ministry.NewDesk(w.inbox, w.key, w.clock, quiet())
	w.limit = ministry.Limits{Requests: 1000, RequestBurst: 100_000, Enrolments: 1000, EnrolmentBurst: 100_000}
	h := ministry.Handler(w.desk, w.limit)
	w.http = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if w.down.Load() {
			panic(http.ErrAbortHandler)
		}
		if r.Method == http.MethodPut {
			w.puts.Add(1)
		}
		if w.lose.Load() {
			h.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		}
		h.ServeHTTP(rw, r)
	}))
	t.Cleanup(w.http.Close)
	return w
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// society is one society's server.
type society struct {
	*world
	id      stocktake.SocietyID
	box     *memory
	dir     string
	signer  *ministry.Signer
	courier *ministry.Courier
	seed    uint64
}

func (w *world) society(id stocktake.SocietyID) *society {
	s := &society{world: w, id: id, dir: filepath.Join(w.t.TempDir(), "keys")}
	s.start(newMemory())
	return s
}

// start is a restart of the society's server on a store.
func (s *society) start(box *memory) {
	s.box = box
	s.signer = must(ministry.NewSigner(box, s.dir, s.clock))
	s.courier = ministry.NewCourier(box, s.signer, s.http.Client(), s.clock, func() float64 { return 1 }, quiet())
}

func (s *society) code() string {
	return must(s.desk.NewEnrolmentCode(s.ctx, s.id, stocktake.Name{Arabic: "جمعية الرميثية"}, stocktake.Hawalli))
}

func (s *society) enrol() *society {
	s.t.Helper()
	if _, err := s.signer.Enrol(s.ctx, s.http.Client(), s.id, s.http.URL, s.code()); err != nil {
		s.t.Fatal(err)
	}
	return s
}

// compose is what a seal composes, without sealing it.
func (s *society) compose(change func(*result.Document)) ministry.Stored {
	s.t.Helper()
	chain := must(s.box.Chain(s.ctx, s.id))
	s.seed++
	d := resulttest.Document(s.seed, s.id, chain.Head, 8)
	if change != nil {
		change(d)
	}
	b := must(d.Canonical())
	return ministry.Stored{
		At: d.Ref(), Kind: ministry.KindResult, Hash: stocktake.HashOf(b), Previous: d.Previous, Session: d.Session.ID,
		Signed: result.Signed{Document: b, Signature: must(s.signer.Sign(s.ctx, s.id, d.Ref(), b))},
	}
}

func (s *society) sealed(change func(*result.Document)) ministry.Stored {
	s.t.Helper()
	d := s.compose(change)
	if err := s.box.seal(s.id, d); err != nil {
		s.t.Fatal(err)
	}
	return d
}

func (s *society) round() time.Time {
	s.t.Helper()
	next, err := s.courier.Round(s.ctx)
	if err != nil {
		s.t.Fatal(err)
	}
	return next
}

// stored is what the society's store says of a document now.
func (s *society) stored(d ministry.Stored) ministry.Stored {
	return must(s.box.Result(s.ctx, s.id, d.At))
}

func (s *society) receipt(d ministry.Stored) *ministry.Receipt {
	s.t.Helper()
	stored := s.stored(d)
	if stored.Answer == nil {
		s.t.Fatalf("%s has no receipt; delivery %+v", d.At, stored.Delivery)
	}
	return must(ministry.ReadReceipt(stored.Answer.Signed, s.key.Public()))
}

func (s *society) want(d ministry.Stored, verdict ministry.Verdict, keys ...string) *ministry.Receipt {
	s.t.Helper()
	r := s.receipt(d)
	if r.Verdict != verdict {
		s.t.Fatalf("%s: verdict %s %v, want %s", d.At, r.Verdict, r.Faults, verdict)
	}
	for _, key := range keys {
		found := false
		for _, f := range r.Faults {
			found = found || f.Key == key && f.English != "" && f.Arabic != ""
		}
		if !found {
			s.t.Errorf("%s: fault %s is not named in %v", d.At, key, r.Faults)
		}
	}
	return r
}

// put sends bytes as a stranger would.
func (w *world) put(path string, s result.Signed) (status int, key string, body []byte) {
	w.t.Helper()
	r := must(http.NewRequestWithContext(w.ctx, http.MethodPut, w.http.URL+path, bytes.NewReader(s.Document)))
	r.Header.Set(ministry.SignatureHeader, string(s.Signature))
	status, body = w.do(r)
	var f struct{ Error struct{ Key, En, Ar string } }
	_ = json.Unmarshal(body, &f)
	if status != http.StatusOK && (f.Error.En == "" || f.Error.Ar == "") {
		w.t.Errorf("error without texts: %s", body)
	}
	return status, f.Error.Key, body
}

func (w *world) do(r *http.Request) (status int, body []byte) {
	w.t.Helper()
	answer, err := w.http.Client().Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	return answer.StatusCode, must(io.ReadAll(answer.Body))
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
