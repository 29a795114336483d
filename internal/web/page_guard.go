package web

import (
	"net"
	"net/http"
	"net/netip"
	"strings"

	"github.com/labstack/echo/v4"
)

// policy lets a page load what this server serves and nothing else; no script or style stands in a page itself.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'; worker-src 'self'"

// overTLS reports whether the browser speaks TLS, to this server, to a proxy that the server was told of (server/proxy.go
// then sets TLS), or to one on its machine that says so. Whoever lies about it gets cookies that their own browser does not
// send back.
func overTLS(r *http.Request) bool {
	if r.TLS != nil {
		return true
	}
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && peer.Addr().Unmap().IsLoopback() && r.Header.Get(echo.HeaderXForwardedProto) == "https"
}

// guard sets the headers that every answer to a browser has.
func guard(c echo.Context) {
	h := c.Response().Header()
	h.Set(echo.HeaderContentSecurityPolicy, policy)
	h.Set(echo.HeaderXContentTypeOptions, "nosniff")
	h.Set(echo.HeaderXFrameOptions, "DENY")
	h.Set(echo.HeaderReferrerPolicy, "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
	insist(c.Request(), h)
}

// insist has browsers speak nothing but TLS to a name that is served over it. An address, or localhost, is also what
// something else on the machine is found at, in the clear.
func insist(r *http.Request, h http.Header) {
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil || host == "localhost" || strings.HasSuffix(host, ".localhost") || !overTLS(r) {
		return
	}
	h.Set(echo.HeaderStrictTransportSecurity, "max-age=31536000")
}

// guardPages is guard for pages: they are about stock and people, and never to be kept.
func (k *console) guardPages(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		guard(c)
		c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
		return next(c)
	}
}

// guardFiles is guard for files, which say themselves how long they keep. The app alone may ask for the camera, and reads
// its pictures with WebAssembly.
func (k *console) guardFiles(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		guard(c)
		if strings.HasPrefix(c.Request().URL.Path, "/app/") {
			c.Response().Header().Set("Permissions-Policy", "camera=(self), microphone=(), geolocation=()")
			c.Response().Header().Set(echo.HeaderContentSecurityPolicy, strings.Replace(policy, "script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'", 1))
		}
		return next(c)
	}
}

// sameOrigin refuses what another site's page has sent in a signed-in person's name.
func (k *console) sameOrigin(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if err := k.cross.Check(c.Request()); err != nil {
			return CrossOrigin.Wrap(err)
		}
		return next(c)
	}
}

// forPeople reports whether the request is a person's, who is answered with a page.
func forPeople(r *http.Request) bool {
	return !strings.HasPrefix(r.URL.Path, "/api/") && r.URL.Path != "/api"
}
