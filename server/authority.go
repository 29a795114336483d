package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"jard/internal/stocktake"
)

// A co-op's server has no public name, so no public authority certifies it, and browsers keep apps offline over TLS only.
// So the society has an authority of its own, which handhelds are told to trust once. Its certificate says itself that it
// is good for private addresses and the names it was made for and for nothing else: whoever steals its key cannot pose as
// anybody's bank.

// How long certificates live. Browsers refuse server certificates that live longer than 398 days.
const (
	authorityYears = 5
	leafLife       = 397 * 24 * time.Hour
)

// The files of a directory of certificates.
const (
	authorityCert = "authority.pem"
	authorityKey  = "authority.key"
	serverCert    = "server.pem"
	serverKey     = "server.key"
)

// private are the networks that a local authority may certify addresses in.
var private = []string{"127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "::1/128", "fc00::/7", "fe80::/10"}

// hosts are names and addresses of a server.
type hosts struct {
	names     []string
	addresses []net.IP
}

// localHosts are those of this machine, and what is given besides.
func localHosts(extra []string) (hosts, error) {
	h := hosts{names: []string{"localhost"}, addresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}}
	if name, err := os.Hostname(); err == nil && hostName(name) {
		h.names = append(h.names, strings.ToLower(name))
		if !strings.Contains(name, ".") {
			h.names = append(h.names, strings.ToLower(name)+".local")
		}
	}
	all, err := net.InterfaceAddrs()
	if err != nil {
		return h, err
	}
	for _, a := range all {
		if n, ok := a.(*net.IPNet); ok && n.IP.IsPrivate() {
			h.addresses = append(h.addresses, n.IP)
		}
	}
	for _, x := range extra {
		if ip := net.ParseIP(x); ip != nil {
			if !slices.ContainsFunc(h.addresses, ip.Equal) {
				h.addresses = append(h.addresses, ip)
			}
		} else if hostName(x) {
			h.names = append(h.names, strings.ToLower(x))
		} else {
			return h, hostMalformed.New(x)
		}
	}
	slices.Sort(h.names)
	h.names = slices.Compact(h.names)
	return h, nil
}

// hostName reports whether a name can stand in a certificate.
func hostName(s string) bool {
	return s != "" && len(s) <= 253 && !strings.HasPrefix(s, ".") && strings.Trim(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz0123456789.-") == ""
}

// lan is the first address that others reach this machine at; empty where there is none.
func (h hosts) lan() string {
	for _, ip := range h.addresses {
		if !ip.IsLoopback() && ip.To4() != nil {
			return ip.String()
		}
	}
	return ""
}

// authority is a key that certifies.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// newAuthority makes an authority for these hosts and private networks.
func newAuthority(h hosts, now time.Time) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	c := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: "Jard local authority " + now.Format(time.DateOnly), Organization: []string{"Jard"}},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(authorityYears, 0, 0), KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, BasicConstraintsValid: true, IsCA: true, MaxPathLenZero: true,
		PermittedDNSDomainsCritical: true, PermittedDNSDomains: h.names,
	}
	for _, n := range private {
		_, network, err := net.ParseCIDR(n)
		if err != nil {
			return nil, err
		}
		c.PermittedIPRanges = append(c.PermittedIPRanges, network)
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		return nil, err
	}
	c, err = x509.ParseCertificate(der)
	return &authority{c, key}, err
}

// issue makes a key and certifies it for hosts. It refuses hosts that the authority is not good for, as every browser
// would.
func (a *authority) issue(h hosts, now time.Time) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	c := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: h.names[0], Organization: []string{"Jard"}},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(leafLife - time.Hour), KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, DNSNames: h.names, IPAddresses: h.addresses,
	}
	if c.NotAfter.After(a.cert.NotAfter) {
		c.NotAfter = a.cert.NotAfter
	}
	der, err := x509.CreateCertificate(rand.Reader, c, a.cert, key.Public(), a.key)
	if err != nil {
		return nil, nil, err
	}
	if c, err = x509.ParseCertificate(der); err != nil {
		return nil, nil, err
	}
	roots := x509.NewCertPool()
	roots.AddCert(a.cert)
	if _, err := c.Verify(x509.VerifyOptions{Roots: roots, CurrentTime: now}); err != nil {
		return nil, nil, authorityNarrow.Wrap(err)
	}
	return c, key, nil
}

// fingerprint is what people compare: SHA-256 of the certificate in groups of two digits.
func fingerprint(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	return strings.ReplaceAll(fmt.Sprintf("% X", sum[:]), " ", ":")
}

func serial() *big.Int {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[0] &= 0x7f
	return new(big.Int).SetBytes(b[:])
}

// loadAuthority reads an authority; os.ErrNotExist where the directory has none.
func loadAuthority(dir string) (*authority, error) {
	text, err := os.ReadFile(filepath.Join(dir, authorityCert))
	if err != nil {
		return nil, err
	}
	secret, err := os.ReadFile(filepath.Join(dir, authorityKey))
	if err != nil {
		return nil, err
	}
	certBlock, _ := pem.Decode(text)
	keyBlock, _ := pem.Decode(secret)
	if certBlock == nil || keyBlock == nil {
		return nil, authorityUnreadable.New(dir)
	}
	c, err := x509.ParseCertificate(certBlock.Bytes)
	if err != nil {
		return nil, authorityUnreadable.Wrap(err, dir)
	}
	key, err := x509.ParsePKCS8PrivateKey(keyBlock.Bytes)
	if err != nil {
		return nil, authorityUnreadable.Wrap(err, dir)
	}
	signer, ok := key.(*ecdsa.PrivateKey)
	if !ok || !signer.PublicKey.Equal(c.PublicKey) {
		return nil, authorityUnreadable.New(dir)
	}
	return &authority{c, signer}, nil
}

// savePair writes a certificate, with those that follow it in its chain, and its key. Each file appears whole or not at
// all, for its owner only; the key first, so that a certificate never stands beside another's key for longer than a blink.
func savePair(certPath, keyPath string, key *ecdsa.PrivateKey, chain ...*x509.Certificate) error {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	var text []byte
	for _, c := range chain {
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
	}
	return errors.Join(
		replaceFile(keyPath, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
		replaceFile(certPath, text),
	)
}

// replaceFile puts content in a file's place at once.
func replaceFile(path string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".") // 0600
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

var (
	hostMalformed = stocktake.NewReason(stocktake.Invalid, "host-malformed",
		"%q is neither a host name nor an address. Write it as in stock.coop.local or 192.168.1.20.",
		"القيمة %q ليست اسم مضيف ولا عنوانًا. اكتبها مثل stock.coop.local أو 192.168.1.20.")
	authorityNarrow = stocktake.NewReason(stocktake.Conflict, "authority-narrow",
		"The authority was not made for one of these names, or is not valid now. Make a new one with --new-authority; handhelds must then be told to trust it.",
		"لم تُنشأ الجهة المصدّقة لأحد هذه الأسماء أو أنها غير صالحة الآن. أنشئ واحدة جديدة عبر --new-authority ثم عرّف الأجهزة بها.")
	authorityUnreadable = stocktake.NewReason(stocktake.Invalid, "authority-unreadable",
		"The authority in %s cannot be read. Restore its two files, or make a new one with --new-authority.",
		"تعذّرت قراءة الجهة المصدّقة في %s. استعد ملفيها أو أنشئ واحدة جديدة عبر --new-authority.")
)
