package ministry_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"jard/internal/ministry"
	"jard/internal/result"
)

func TestPublicEndpoints(t *testing.T) {
	w := newWorld(t)
	get := func(path string) (int, []byte) {
		return w.do(must(http.NewRequestWithContext(w.ctx, http.MethodGet, w.http.URL+path, nil)))
	}
	status, body := get("/api/ministry/key")
	var key struct{ Key, Fingerprint string }
	if err := json.Unmarshal(body, &key); err != nil || status != http.StatusOK || key.Key != w.key.Public().String() ||
		key.Fingerprint != w.key.Public().Fingerprint() {
		t.Errorf("%d %s", status, body)
	}
	if status, body := get("/api/ministry/schema"); status != http.StatusOK || string(body) != string(result.SchemaJSON) {
		t.Errorf("schema: %d", status)
	}
	for path, want := range map[string]int{
		"/api/ministry/results/x/0/1": http.StatusNotFound, "/api/ministry/results/x/1/-1": http.StatusNotFound,
		"/api/ministry/results/x/1/99999999999999999999": http.StatusNotFound, "/api/ministry/results/x/1/1": http.StatusUnauthorized,
		"/api/ministry/results/x/head": http.StatusUnauthorized, "/api/ministry/enrol": http.StatusMethodNotAllowed,
	} {
		if status, body := get(path); status != want {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
}

// TestGuessingCodesIsSlow: an address has a few tries, then waits; another is not held up.
func TestGuessingCodesIsSlow(t *testing.T) {
	w := newWorld(t)
	h := ministry.Handler(w.desk, ministry.Limits{})
	try := func(address string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPost, "/api/ministry/enrol", strings.NewReader("{}"))
		r.Header.Set(ministry.SignatureHeader, "x..y")
		r.RemoteAddr = address + ":1234"
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		return rec
	}
	for range 10 {
		if rec := try("192.0.2.1"); rec.Code == http.StatusTooManyRequests {
			t.Fatal("too early")
		}
	}
	rec := try("192.0.2.1")
	seconds, err := strconv.Atoi(rec.Header().Get("Retry-After"))
	if rec.Code != http.StatusTooManyRequests || err != nil || seconds < 1 || seconds > 30 || !strings.Contains(rec.Body.String(), `"too-fast"`) {
		t.Errorf("%d %q %s", rec.Code, rec.Header().Get("Retry-After"), rec.Body)
	}
	if rec := try("192.0.2.2"); rec.Code == http.StatusTooManyRequests {
		t.Error("another address waits too")
	}
	w.clock.move(time.Duration(seconds) * time.Second)
	if rec := try("192.0.2.1"); rec.Code == http.StatusTooManyRequests {
		t.Error("the wait was not enough")
	}
}
