package main

import (
	"bytes"
	"crypto/x509"
	_ "embed"
	"encoding/pem"
	"html/template"
	"net/http"
	"os"

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

// helpHandler serves the page for the authority that ends a chain of certificates. Address is the server's own, and help the
// page's.
func helpHandler(root *x509.Certificate, address, help string) (http.Handler, error) {
	code, err := label.QR(help)
	if err != nil {
		return nil, err
	}
	const module, height = 1400, 1 // micrometres; height is for bars
	picture := []byte(code.SVG(module, height))
	var page bytes.Buffer
	err = helpTemplate.Execute(&page, map[string]string{
		"Address": address + "/app/", "Help": help, "Fingerprint": fingerprint(root), "Until": root.NotAfter.Format("2006-01-02"),
	})
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	file := func(path, kind string, content []byte) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			h := w.Header()
			h.Set("Content-Type", kind)
			h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
			h.Set("X-Content-Type-Options", "nosniff")
			h.Set("Cache-Control", "no-store")
			_, _ = w.Write(content)
		})
	}
	file("/{$}", "text/html; charset=utf-8", page.Bytes())
	file("/help.css", "text/css; charset=utf-8", helpStyle)
	file("/qr.svg", "image/svg+xml", picture)
	file("/jard-authority.crt", "application/x-x509-ca-cert", root.Raw)
	return mux, nil
}

// lastCertificate is the authority's in a file of a chain.
func lastCertificate(path string) (*x509.Certificate, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var last *x509.Certificate
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if last, err = x509.ParseCertificate(block.Bytes); err != nil {
			return nil, badCertificate.Wrap(err)
		}
	}
	if last == nil || !last.IsCA {
		return nil, noAuthority.New(path)
	}
	return last, nil
}

// openHelp listens for handhelds that do not trust the authority yet.
func openHelp(listen string, root *x509.Certificate, address, lan string) (server, string, error) {
	l, err := listenOn(listen)
	if err != nil {
		return server{}, "", err
	}
	help := reachable("http://"+l.Addr().String(), lan) + "/"
	h, err := helpHandler(root, address, help)
	if err != nil {
		_ = l.Close()
	}
	return server{l, h}, help, err
}

var noAuthority = stocktake.NewReason(stocktake.Invalid, "no-authority",
	"%s does not end with the certificate of an authority, so there is nothing to help with. Give the file that tls init made.",
	"الملف %s لا ينتهي بشهادة جهة مصدّقة، فلا شيء للمساعدة فيه. حدّد الملف الذي أنشأه tls init.")
