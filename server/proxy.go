package main

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"jard/internal/stocktake"
)

// proxyFlags name the reverse proxies that stand before the server.
type proxyFlags struct {
	Proxy []string `help:"Address or network of a reverse proxy whose X-Forwarded-For and X-Forwarded-Proto are believed, as in 10.0.0.5; a network must hold nothing but proxies, for its members are believed whatever they say; repeatable. Without it everybody behind a proxy counts as one." placeholder:"CIDR"`
}

// networks reads them.
func (f *proxyFlags) networks() ([]netip.Prefix, error) {
	list := make([]netip.Prefix, 0, len(f.Proxy))
	for _, text := range f.Proxy {
		p, err := netip.ParsePrefix(text)
		if a, single := netip.ParseAddr(text); single == nil {
			a = a.Unmap()
			p, err = netip.PrefixFrom(a, a.BitLen()), nil
		}
		if err != nil {
			return nil, badProxy.Wrap(err, text)
		}
		list = append(list, p.Masked())
	}
	return list, nil
}

// behind shows a handler, of a request that came through one of the proxies, whom it came from: limits count by that. The
// address is the last that no proxy of ours has: what stands before it anybody could have written.
func behind(proxies []netip.Prefix, h http.Handler) http.Handler {
	if len(proxies) == 0 {
		return h
	}
	ours := func(a netip.Addr) bool {
		for _, p := range proxies {
			if p.Contains(a) {
				return true
			}
		}
		return false
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		peer, err := netip.ParseAddrPort(r.RemoteAddr)
		if err != nil || !ours(peer.Addr().Unmap()) {
			h.ServeHTTP(w, r)
			return
		}
		r = r.WithContext(r.Context()) // a copy
		hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		for n := len(hops) - 1; n >= 0; n-- {
			a, err := netip.ParseAddr(strings.TrimSpace(hops[n]))
			if err != nil {
				break
			}
			r.RemoteAddr = net.JoinHostPort(a.Unmap().String(), "0")
			if !ours(a.Unmap()) {
				break
			}
		}
		if r.TLS == nil && r.Header.Get("X-Forwarded-Proto") == "https" {
			r.TLS = &tls.ConnectionState{} // the browser's, at the proxy
		}
		h.ServeHTTP(w, r)
	})
}

var badProxy = stocktake.NewReason(stocktake.Invalid, "proxy-malformed",
	"%q is no address or network of a proxy: write it as 10.0.0.5 or 10.0.0.0/24.",
	"القيمة %q ليست عنوان وكيل أو شبكته: اكتبها بصيغة 10.0.0.5 أو 10.0.0.0/24.")
