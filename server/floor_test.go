package main

import (
	"net/http"
	"testing"
)

// What is mounted answers: the console, the handheld app, and the live feed to whom the console's cookie names, and to
// nobody else.
func TestMounted(t *testing.T) {
	t.Parallel()
	d, _ := runDemo(t, smallDemo(t))
	salem, err := newClient(t.Context(), d.Society, string(demoHome.ID), string(demoSalem.ID), demoStaff[1].Password)
	if err != nil {
		t.Fatal(err)
	}
	get := func(path, token string, upgrade bool) *http.Response {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, d.Society+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if token != "" {
			r.AddCookie(&http.Cookie{Name: "jard", Value: token})
		}
		if upgrade {
			for k, v := range map[string]string{
				"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Origin": d.Society,
			} {
				r.Header.Set(k, v)
			}
		}
		answer, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = answer.Body.Close() })
		return answer
	}
	for _, x := range []struct {
		path, token string
		upgrade     bool
		status      int
	}{
		{"/live/sessions/" + demoSession, salem.token, true, http.StatusSwitchingProtocols},
		{"/live/sessions/" + demoSession, "", true, http.StatusUnauthorized},
		{"/live/sessions/" + demoSession, salem.token, false, http.StatusNotFound},
		{"/app/", "", false, http.StatusOK},
		{"/app/worker.json", "", false, http.StatusOK},
		{"/static/tokens.css", "", false, http.StatusOK},
		{"/", salem.token, false, http.StatusOK},
		{"/", "", false, http.StatusSeeOther},
	} {
		if answer := get(x.path, x.token, x.upgrade); answer.StatusCode != x.status {
			t.Errorf("%s: %d, want %d", x.path, answer.StatusCode, x.status)
		}
	}
	if cache := get("/app/worker.json", "", false).Header.Get("Cache-Control"); cache != "no-cache" {
		t.Errorf("which worker the server has is kept: %q", cache)
	}
}
