package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"syscall"

	"jard/internal/stocktake"
)

// listenFlags say where a server listens and with which certificate.
type listenFlags struct {
	Listen  string `help:"Address to listen on. Handhelds elsewhere need TLS: give a certificate before you open this up." default:"127.0.0.1:8420" placeholder:"HOST:PORT"`
	TLSCert string `help:"Certificate chain in PEM." type:"existingfile" placeholder:"FILE"`
	TLSKey  string `help:"Private key of the certificate in PEM." type:"existingfile" placeholder:"FILE"`
}

// listen opens the address. Without a certificate it refuses every address but loopback: tokens and counts do not
// travel in the clear.
func (f *listenFlags) listen() (net.Listener, error) {
	host, _, err := net.SplitHostPort(f.Listen)
	if err != nil {
		return nil, badListen.Wrap(err, f.Listen)
	}
	if (f.TLSCert == "") != (f.TLSKey == "") {
		return nil, badCertificate.New()
	}
	if f.TLSCert == "" {
		if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			return nil, needsTLS.New(f.Listen)
		}
		return listenOn(f.Listen)
	}
	pair, err := newRenewing(f.TLSCert, f.TLSKey)
	if err != nil {
		return nil, badCertificate.Wrap(err)
	}
	l, err := listenOn(f.Listen)
	if err != nil {
		return nil, err
	}
	return tls.NewListener(l, &tls.Config{GetCertificate: pair.get, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}), nil
}

// listenOn opens a port, and says what to do where another program has it.
func listenOn(address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, listenTaken.New(address)
	}
	return l, err
}

// scheme is how the address is spoken to.
func (f *listenFlags) scheme() string {
	if f.TLSCert != "" {
		return "https"
	}
	return "http"
}

// dataFlags say where everything is kept.
type dataFlags struct {
	Data string `help:"Directory of the store and the keys." default:"var" placeholder:"DIR"`
}

func (f *dataFlags) store() string  { return filepath.Join(f.Data, "jard.db") }
func (f *dataFlags) keys() string   { return filepath.Join(f.Data, "keys") }
func (f *dataFlags) socket() string { return filepath.Join(f.Data, "operator.sock") }

var (
	badListen = stocktake.NewReason(stocktake.Invalid, "listen-malformed",
		"%q is no address to listen on: write host:port, as in 127.0.0.1:8420.",
		"القيمة %q ليست عنوان استماع: اكتبه بصيغة host:port مثل 127.0.0.1:8420.")
	listenTaken = stocktake.NewReason(stocktake.Unavailable, "listen-taken",
		"Another program listens on %s already. End it, or choose another address.",
		"برنامج آخر يستمع على %s. أنهِه أو اختر عنوانًا آخر.")
	badCertificate = stocktake.NewReason(stocktake.Invalid, "certificate-wrong",
		"The certificate cannot be used: give --tls-cert and --tls-key together, both in PEM.",
		"تعذّر استخدام الشهادة: حدّد --tls-cert و--tls-key معًا بصيغة PEM.")
	needsTLS = stocktake.NewReason(stocktake.Invalid, "listen-needs-tls",
		"Listening on %s needs a certificate: give --tls-cert and --tls-key, or listen on 127.0.0.1 behind a proxy that has one.",
		"الاستماع على %s يتطلب شهادة: حدّد --tls-cert و--tls-key، أو استمع على 127.0.0.1 خلف وكيل لديه شهادة.")
)

// addresses are those that others use: on every address, by the names that the certificate is for.
func (f *listenFlags) addresses(l net.Listener) ([]string, error) {
	if f.TLSCert == "" {
		return []string{f.url(l)}, nil
	}
	pair, err := tls.LoadX509KeyPair(f.TLSCert, f.TLSKey)
	if err != nil {
		return nil, badCertificate.Wrap(err)
	}
	return reachable(f.url(l), certified(pair.Leaf)), nil
}

// url is the address of a listener.
func (f *listenFlags) url(l net.Listener) string { return fmt.Sprintf("%s://%s", f.scheme(), l.Addr()) }
