package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestTLSInit(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "tls")
	var out bytes.Buffer
	if code := run(t.Context(), []string{"tls", "init", "--dir", dir, "--host", "stock.example.coop", "--host", "192.168.9.20"}, &streams{Out: &out, Err: &out}); code != 0 {
		t.Fatal(out.String())
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 4 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, f := range files {
		if info, err := f.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, %v", f.Name(), info.Mode(), err)
		}
	}
	_, root, err := endsOf(filepath.Join(dir, serverCert))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), fingerprint(root)) || !root.IsCA || !root.MaxPathLenZero || root.NotAfter.Before(time.Now().AddDate(4, 11, 0)) {
		t.Errorf("the authority is %+v", root.Subject)
	}
	leaf := readLeaf(t, dir)
	if life := leaf.NotAfter.Sub(leaf.NotBefore); life > leafLife || leaf.IsCA || leaf.VerifyHostname("stock.example.coop") != nil || leaf.VerifyHostname("192.168.9.20") != nil {
		t.Errorf("the certificate lives %v, for %v and %v", life, leaf.DNSNames, leaf.IPAddresses)
	}
	// Once more: the authority stays, the certificate is new and for the same names.
	if code := run(t.Context(), []string{"tls", "init", "--dir", dir}, &streams{Out: &out, Err: &out}); code != 0 {
		t.Fatal(out.String())
	}
	if _, again, err := endsOf(filepath.Join(dir, serverCert)); err != nil || !again.Equal(root) || readLeaf(t, dir).Equal(leaf) {
		t.Errorf("renewed to %v, %v", again.Subject, err)
	}
	if leaf = readLeaf(t, dir); leaf.VerifyHostname("stock.example.coop") != nil || leaf.VerifyHostname("192.168.9.20") != nil {
		t.Errorf("renewed for %v and %v", leaf.DNSNames, leaf.IPAddresses)
	}
	// A name that the authority is not good for is refused, and nothing is replaced.
	leaf = readLeaf(t, dir)
	out.Reset()
	if code := run(t.Context(), []string{"tls", "init", "--dir", dir, "--host", "another.example"}, &streams{Out: &out, Err: &out}); code != 1 || !strings.Contains(out.String(), "--new-authority") {
		t.Errorf("status %d: %s", code, &out)
	}
	if !readLeaf(t, dir).Equal(leaf) {
		t.Error("the certificate was replaced all the same")
	}
}

func readLeaf(t *testing.T, dir string) *x509.Certificate {
	t.Helper()
	pair, err := tls.LoadX509KeyPair(filepath.Join(dir, serverCert), filepath.Join(dir, serverKey))
	if err != nil {
		t.Fatal(err)
	}
	return pair.Leaf
}

// Whoever steals the authority's key cannot use it for the rest of the world.
func TestAuthorityIsConstrained(t *testing.T) {
	now := time.Now()
	a, err := newAuthority(hosts{names: []string{"localhost", "stock.local"}}, now)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(a.cert)
	for _, x := range []struct {
		name string
		ip   net.IP
		good bool
	}{
		{name: "stock.local", good: true},
		{name: "localhost", good: true},
		{ip: net.IPv4(10, 1, 2, 3), good: true},
		{ip: net.IPv4(192, 168, 0, 9), good: true},
		{name: "bank.example.com"},
		{name: "local"},
		{ip: net.IPv4(8, 8, 8, 8)},
		{ip: net.ParseIP("2001:db8::1")},
	} {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		c := &x509.Certificate{SerialNumber: serial(), NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
		if x.name != "" {
			c.DNSNames = []string{x.name}
		} else {
			c.IPAddresses = []net.IP{x.ip}
		}
		der, err := x509.CreateCertificate(rand.Reader, c, a.cert, key.Public(), a.key)
		if err != nil {
			t.Fatal(err)
		}
		if c, err = x509.ParseCertificate(der); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Verify(x509.VerifyOptions{Roots: roots}); (err == nil) != x.good {
			t.Errorf("%s%v: %v", x.name, x.ip, err)
		}
	}
	// It may sign no further authority either.
	if _, _, err := a.issue(hosts{names: []string{"bank.example.com"}}, now); !errors.Is(err, authorityNarrow) {
		t.Errorf("it issues for anybody: %v", err)
	}
}

// A client that trusts the authority, and one that does not, speak to the real listener. A renewed certificate is taken up.
func TestServesOverTLS(t *testing.T) {
	dir := t.TempDir()
	a, _, _, err := initTLS(dir, nil, false, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	f := listenFlags{Listen: "127.0.0.1:0", TLSCert: filepath.Join(dir, serverCert), TLSKey: filepath.Join(dir, serverKey)}
	l, err := f.listen()
	if err != nil {
		t.Fatal(err)
	}
	h := &http.Server{Handler: http.NotFoundHandler(), ReadHeaderTimeout: time.Minute}
	go func() { _ = h.Serve(l) }()
	defer func() { _ = h.Close() }()
	roots := x509.NewCertPool()
	roots.AddCert(a.cert)
	knows := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
	answer, err := knows.Get(f.url(l))
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer, err := http.Get(f.url(l)); err == nil {
		_ = answer.Body.Close()
		t.Error("a client that knows no authority trusts it")
	}
	r, err := newRenewing(f.TLSCert, f.TLSKey)
	if err != nil {
		t.Fatal(err)
	}
	before, _ := r.get(nil)
	if _, _, _, err := initTLS(dir, nil, false, time.Now()); err != nil {
		t.Fatal(err)
	}
	later := time.Now().Add(time.Hour)
	if err := os.Chtimes(f.TLSCert, later, later); err != nil {
		t.Fatal(err)
	}
	if now, _ := r.get(nil); now != before {
		t.Error("the file is looked at more than once a minute")
	}
	r.looked = r.looked.Add(-lookEvery)
	if now, _ := r.get(nil); now == before || bytes.Equal(now.Certificate[0], before.Certificate[0]) {
		t.Error("the renewed certificate is not taken up")
	}
	if err := os.WriteFile(f.TLSCert, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	r.looked = r.looked.Add(-lookEvery)
	if now, err := r.get(nil); err != nil || now == nil {
		t.Errorf("a torn file ends the service: %v", err)
	}
}

func TestHelpPage(t *testing.T) {
	now := time.Now()
	h0 := hosts{names: []string{"localhost", "stock.local"}, addresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv4(192, 168, 1, 9)}}
	a, err := newAuthority(h0, now)
	if err != nil {
		t.Fatal(err)
	}
	leaf, _, err := a.issue(h0, now)
	if err != nil {
		t.Fatal(err)
	}
	h := helpHandler(leaf, a.cert, "8420", "8422")
	from := func(host, path string) (int, http.Header, string) {
		w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, path, nil)
		r.Host = host
		h.ServeHTTP(w, r)
		body, _ := io.ReadAll(w.Body)
		return w.Code, w.Header(), string(body)
	}
	get := func(path string) (int, http.Header, string) { return from("192.168.1.9:8422", path) }
	// It goes on by the name that it was asked by, where the certificate is for that; nobody can have it show another.
	codes := map[string]bool{}
	for host, want := range map[string]string{
		"stock.local:8422": "stock.local", "stock.local": "stock.local", "192.168.1.9:8422": "192.168.1.9", "bank.example:8422": "192.168.1.9", "[::1]:8422": "192.168.1.9",
		"\"><b>:1": "192.168.1.9", "": "192.168.1.9",
	} {
		_, _, page := from(host, "/")
		if !strings.Contains(page, "https://"+want+":8420/app/") || !strings.Contains(page, "http://"+want+":8422/") || strings.Contains(page, "bank") {
			t.Errorf("asked by %q it does not go on by %s", host, want)
		}
		_, _, svg := from(host, "/qr.svg")
		codes[svg] = true
	}
	if len(codes) != 2 {
		t.Errorf("%d codes for two addresses", len(codes))
	}
	status, header, page := get("/")
	if status != http.StatusOK || !strings.Contains(header.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Errorf("%d, %v", status, header)
	}
	for _, part := range []string{fingerprint(a.cert), "https://192.168.1.9:8420/app/", "شهادة CA", "CA certificate", `dir="rtl"`} {
		if !strings.Contains(page, part) {
			t.Errorf("the page lacks %q", part)
		}
	}
	if strings.Contains(page, "<style") || strings.Contains(page, "style=") || strings.Contains(page, "<script") {
		t.Error("the page breaks its own content policy")
	}
	if _, header, body := get("/jard-authority.crt"); body != string(a.cert.Raw) || header.Get("Content-Type") != "application/x-x509-ca-cert" {
		t.Error("the certificate that is handed out is not the authority's")
	}
	if _, _, svg := get("/qr.svg"); !strings.HasPrefix(svg, "<svg") {
		t.Errorf("the code is %.40s", svg)
	}
	if status, _, _ := get("/authority.key"); status != http.StatusNotFound {
		t.Error("something else is served")
	}
}

// What is printed of a listener on every address are the names that its certificate is for.
func TestReachable(t *testing.T) {
	c := &x509.Certificate{
		DNSNames:    []string{"localhost", "stock.local"},
		IPAddresses: []net.IP{net.IPv6loopback, net.ParseIP("fd00::2"), net.IPv4(192, 168, 1, 20), net.IPv4(192, 168, 1, 20)},
	}
	for _, x := range []struct {
		address string
		names   []string
		want    string
	}{
		{"https://[::]:8420", certified(c), "https://192.168.1.20:8420 https://stock.local:8420 https://[fd00::2]:8420"},
		{"https://0.0.0.0:8420", certified(c), "https://192.168.1.20:8420 https://stock.local:8420 https://[fd00::2]:8420"},
		{"https://10.0.0.7:8420", certified(c), "https://10.0.0.7:8420"},
		{"https://[::]:8420", certified(&x509.Certificate{DNSNames: []string{"localhost"}}), "https://localhost:8420"},
	} {
		if got := strings.Join(reachable(x.address, x.names), " "); got != x.want {
			t.Errorf("%s is reached at %s, want %s", x.address, got, x.want)
		}
	}
}
