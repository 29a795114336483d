package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

type tlsCmd struct {
	Init tlsInitCmd `cmd:"" help:"Make a local authority and a certificate for this machine's names and addresses, or renew the certificate."`
}

type tlsInitCmd struct {
	Dir          string   `help:"Directory of the certificates." default:"var/tls" placeholder:"DIR"`
	Host         []string `help:"Another name or address that handhelds reach this machine by; repeatable. Name all of them when the authority is made; renewed, the certificate keeps those that it is for." placeholder:"HOST"`
	NewAuthority bool     `help:"Make a new authority though there is one. Every handheld must then be told to trust it."`
}

// Run makes what is missing and renews the certificate.
func (c *tlsInitCmd) Run(_ context.Context, s *streams) error {
	a, h, made, err := initTLS(c.Dir, c.Host, c.NewAuthority, time.Now())
	if err != nil {
		return err
	}
	what := "kept"
	if made {
		what = "made, valid until " + a.cert.NotAfter.Format(time.DateOnly)
	}
	addresses := make([]string, 0, len(h.addresses))
	for _, ip := range h.addresses {
		addresses = append(addresses, ip.String())
	}
	_, err = fmt.Fprintf(s.Out, `authority   %s
fingerprint %s
certificate for %s, %s; renew it within a year by this command, the server takes it up by itself

  %s serve --listen 0.0.0.0:8420 --tls-cert %s --tls-key %s --tls-help 0.0.0.0:8422

Keep %s off this machine, or under lock: who has it can pose as this server to your handhelds.
`, what, fingerprint(a.cert), strings.Join(h.names, ", "), strings.Join(addresses, ", "),
		called(), filepath.Join(c.Dir, serverCert), filepath.Join(c.Dir, serverKey), filepath.Join(c.Dir, authorityKey))
	return err
}

// initTLS makes the authority where there is none, and a new certificate of the server's. Where no names are given the one that
// it renews says them: handhelds go on reaching the server by those.
func initTLS(dir string, extra []string, anew bool, now time.Time) (a *authority, h hosts, made bool, err error) {
	if len(extra) == 0 && !anew {
		extra = namesOf(filepath.Join(dir, serverCert), filepath.Join(dir, serverKey))
	}
	if h, err = localHosts(extra); err != nil {
		return nil, h, false, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, h, false, dataUnusable.Wrap(err, dir)
	}
	a, err = loadAuthority(dir)
	if anew || errors.Is(err, os.ErrNotExist) {
		if a, err = newAuthority(h, now); err == nil {
			err = savePair(filepath.Join(dir, authorityCert), filepath.Join(dir, authorityKey), a.key, a.cert)
		}
		made = true
	}
	if err != nil {
		return nil, h, made, err
	}
	leaf, key, err := a.issue(h, now)
	if err != nil {
		return nil, h, made, err
	}
	return a, h, made, savePair(filepath.Join(dir, serverCert), filepath.Join(dir, serverKey), key, leaf, a.cert)
}

// namesOf are the names and the addresses that a certificate is for; none where there is no certificate.
func namesOf(cert, key string) []string {
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return nil
	}
	names := slices.Clone(pair.Leaf.DNSNames)
	for _, ip := range pair.Leaf.IPAddresses {
		names = append(names, ip.String())
	}
	return names
}

// renewing is a certificate that is read again when its file has changed: nobody restarts a server in the middle of a
// count to renew it.
type renewing struct {
	cert, key string

	mu     sync.Mutex
	pair   *tls.Certificate
	since  time.Time // of the file that was read
	looked time.Time
}

// lookEvery is how often the file is looked at, at most.
const lookEvery = time.Minute

// newRenewing reads the certificate, which must be usable at the start.
func newRenewing(cert, key string) (*renewing, error) {
	r := &renewing{cert: cert, key: key}
	return r, r.read(time.Now())
}

// get gives the certificate. One that cannot be read (it is being written) leaves the one before in use.
func (r *renewing) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now := time.Now(); now.Sub(r.looked) >= lookEvery {
		_ = r.read(now)
	}
	return r.pair, nil
}

func (r *renewing) read(now time.Time) error {
	r.looked = now
	info, err := os.Stat(r.cert)
	if err != nil {
		return err
	}
	if r.pair != nil && info.ModTime().Equal(r.since) {
		return nil
	}
	pair, err := tls.LoadX509KeyPair(r.cert, r.key)
	if err != nil {
		return err
	}
	r.pair, r.since = &pair, info.ModTime()
	return nil
}

// reachable are the addresses that others use, of a listener on every address: by the names that its certificate is for.
func reachable(address string, names []string) []string {
	u, err := url.Parse(address)
	if err != nil || (u.Hostname() != "::" && u.Hostname() != "0.0.0.0") || len(names) == 0 {
		return []string{address}
	}
	all := make([]string, 0, len(names))
	for _, name := range names {
		u.Host = net.JoinHostPort(name, u.Port())
		all = append(all, u.String())
	}
	return all
}

// certified are the names and addresses that a certificate is for: those that every network has first. This machine's own
// name for itself only where there is nothing else.
func certified(c *x509.Certificate) []string {
	var all, late []string
	for _, ip := range c.IPAddresses {
		switch {
		case ip.IsLoopback(), slices.Contains(all, ip.String()): // one that was given may be the machine's, too
		case ip.To4() != nil:
			all = append(all, ip.String())
		default:
			late = append(late, ip.String())
		}
	}
	for _, name := range c.DNSNames {
		if name != "localhost" && !strings.Contains(name, "*") {
			all = append(all, name)
		}
	}
	if all = append(all, late...); len(all) == 0 {
		all = []string{"localhost"}
	}
	return all
}
