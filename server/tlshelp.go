package main

import (
	"bytes"
	"crypto/x509"
	_ "embed"
	"encoding/pem"
	"html/template"
	"net"
	"net/http"
	"os"
	"strings"

	"jard/internal/label"
	"jard/internal/stocktake"
)

// The page that helps to install the authority on a handheld is served in the clear, on a port of its own: a handheld that
// does not trust the authority yet cannot read it otherwise. It holds nothing but what everybody may know.

//go:embed tlshelp.html
var helpPage string

//go:embed tlshelp.css
var helpStyle []byte

var helpTemplate = template.Must(template.New("help").Parse(helpPage))

// helpHandler serves the page for the authority that ends a chain of certificates. Who asks for it by a name that the
// server's certificate is for is told to go on by that name, everybody else by the first of them. Both ports are numbers.
func helpHandler(leaf, root *x509.Certificate, port, helpPort string) http.Handler {
	// place is where the one who asks finds the server and this page.
	place := func(r *http.Request) (address, help string) {
		host := r.Host
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
		host = strings.Trim(host, "[]")
		if leaf.VerifyHostname(host) != nil {
			host = certified(leaf)[0]
		}
		return "https://" + net.JoinHostPort(host, port), "http://" + net.JoinHostPort(host, helpPort) + "/"
	}
	mux := http.NewServeMux()
	file := func(path, kind string, content func(r *http.Request) ([]byte, error)) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			body, err := content(r)
			if err != nil {
				http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
				return
			}
			h := w.Header()
			h.Set("Content-Type", kind)
			h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
			h.Set("X-Content-Type-Options", "nosniff")
			h.Set("Cache-Control", "no-store")
			_, _ = w.Write(body)
		})
	}
	same := func(content []byte) func(*http.Request) ([]byte, error) {
		return func(*http.Request) ([]byte, error) { return content, nil }
	}
	file("/{$}", "text/html; charset=utf-8", func(r *http.Request) ([]byte, error) {
		address, help := place(r)
		var page bytes.Buffer
		err := helpTemplate.Execute(&page, map[string]string{
			"Address": address + "/app/", "Help": help, "Fingerprint": fingerprint(root), "Until": root.NotAfter.Format("2006-01-02"),
		})
		return page.Bytes(), err
	})
	file("/qr.svg", "image/svg+xml", func(r *http.Request) ([]byte, error) {
		_, help := place(r)
		code, err := label.QR(help)
		if err != nil {
			return nil, err
		}
		const module, height = 1400, 1 // micrometres; height is for bars
		return []byte(code.SVG(module, height)), nil
	})
	file("/help.css", "text/css; charset=utf-8", same(helpStyle))
	file("/jard-authority.crt", "application/x-x509-ca-cert", same(root.Raw))
	return mux
}

// endsOf are the first and the last certificate in a file of a chain: the server's and the authority's.
func endsOf(path string) (leaf, root *x509.Certificate, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if root, err = x509.ParseCertificate(block.Bytes); err != nil {
			return nil, nil, badCertificate.Wrap(err)
		}
		if leaf == nil {
			leaf = root
		}
	}
	if root == nil || !root.IsCA {
		return nil, nil, noAuthority.New(path)
	}
	return leaf, root, nil
}

// openHelp listens for handhelds that do not trust the authority yet. Address is the server's own listener, and name what is
// printed of one on every address.
func openHelp(listen string, leaf, root *x509.Certificate, address net.Addr, name string) (server, string, error) {
	l, err := listenOn(listen)
	if err != nil {
		return server{}, "", err
	}
	port := func(a net.Addr) string {
		_, p, _ := net.SplitHostPort(a.String()) // of a listener: well formed
		return p
	}
	help := reachable("http://"+l.Addr().String(), []string{name})[0] + "/"
	return server{l, helpHandler(leaf, root, port(address), port(l.Addr()))}, help, nil
}

var noAuthority = stocktake.NewReason(stocktake.Invalid, "no-authority",
	"%s does not end with the certificate of an authority, so there is nothing to help with. Give the file that tls init made.",
	"الملف %s لا ينتهي بشهادة جهة مصدّقة، فلا شيء للمساعدة فيه. حدّد الملف الذي أنشأه tls init.")
