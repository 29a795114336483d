package main

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// TestProxiesAreBelievedByAddress: whoever is no proxy of ours is taken for what the connection says.
func TestProxiesAreBelievedByAddress(t *testing.T) {
	f := proxyFlags{Proxy: []string{"10.0.0.5", "192.168.0.0/16", "::1"}}
	networks, err := f.networks()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		from, forwarded, want string
		secure                bool
	}{
		{"203.0.113.9:1", "198.51.100.7", "203.0.113.9:1", false},              // no proxy of ours
		{"10.0.0.5:1", "198.51.100.7", "198.51.100.7:0", true},                 // through one
		{"10.0.0.5:1", "1.2.3.4, 198.51.100.7", "198.51.100.7:0", true},        // what comes first anybody wrote
		{"192.168.7.7:1", "198.51.100.7, 10.0.0.5", "198.51.100.7:0", true},    // through two
		{"[::1]:1", "2001:db8::7", "[2001:db8::7]:0", true},                    //
		{"10.0.0.5:1", "", "10.0.0.5:1", true},                                 // it says nothing
		{"10.0.0.5:1", "198.51.100.7, nonsense", "10.0.0.5:1", true},           // … or nothing to believe
		{"10.0.0.6:1", "198.51.100.7", "10.0.0.6:1", false},                    // its neighbour
		{"[::ffff:10.0.0.5]:1", "::ffff:198.51.100.7", "198.51.100.7:0", true}, //
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.from
		r.Header.Set("X-Forwarded-For", c.forwarded)
		r.Header.Set("X-Forwarded-Proto", "https")
		behind(networks, http.HandlerFunc(func(_ http.ResponseWriter, got *http.Request) {
			if got.RemoteAddr != c.want || (got.TLS != nil) != c.secure {
				t.Errorf("from %s for %q: %s, over TLS %v", c.from, c.forwarded, got.RemoteAddr, got.TLS != nil)
			}
		})).ServeHTTP(httptest.NewRecorder(), r)
		if r.RemoteAddr != c.from {
			t.Error("the server's own request was changed")
		}
	}
	for _, bad := range []string{"proxy.example", "10.0.0.0/33", ""} {
		if _, err := (&proxyFlags{Proxy: []string{bad}}).networks(); err == nil {
			t.Errorf("%q is taken for a proxy", bad)
		}
	}
}
