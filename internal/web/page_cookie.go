package web

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"jard/internal/account"
	"jard/internal/stocktake"
)

// The console's cookies. The session's holds the sign-in token that account keeps the hash of and ends on its side; the
// others hold what somebody likes to see. A browser gives a host's cookies to all its ports: the ministry's has another
// name, or signing in there would end the sign-in at a society's server on the same machine, and show it the token.
const (
	sessionCookie  = "jard"
	ministryCookie = "jard-ministry"
	hostPrefix     = "__Host-" // under TLS: no other host can set it
	langCookie     = "lang"
	themeCookie    = "theme"
	digitsCookie   = "digits"
	societyCookie  = "society" // whom to sign in at
)

// Token is the sign-in token of a request to a society's console, for whoever serves people beside it; empty without one.
func Token(r *http.Request) account.Secret { return tokenIn(r, sessionCookie) }

func (k *console) token(r *http.Request) account.Secret { return tokenIn(r, k.sessionCookie()) }

func (k *console) sessionCookie() string {
	if k.ministry != nil {
		return ministryCookie
	}
	return sessionCookie
}

func tokenIn(r *http.Request, cookie string) account.Secret {
	c, err := r.Cookie(guarded(r, cookie))
	if err != nil {
		return ""
	}
	return account.Secret(c.Value)
}

func guarded(r *http.Request, cookie string) string {
	if overTLS(r) {
		return hostPrefix + cookie
	}
	return cookie
}

// setSession keeps a sign-in on the browser; an empty token takes it away.
func (v *visit) setSession(token account.Secret, until time.Time) {
	r := v.Request()
	c := &http.Cookie{Name: guarded(r, v.k.sessionCookie()), Value: string(token), Path: "/", HttpOnly: true, Secure: overTLS(r),
		SameSite: http.SameSiteStrictMode, Expires: until}
	if token == "" {
		c.MaxAge = -1
	}
	http.SetCookie(v.Response(), c)
}

// wasLast reports whether it was this person who last signed in on the browser.
func (v *visit) wasLast(by stocktake.Person) bool {
	c, err := v.Cookie(v.k.sessionCookie() + "-last")
	return err == nil && c.Value == lastOne(by)
}

func (v *visit) setLast(by stocktake.Person) {
	http.SetCookie(v.Response(), &http.Cookie{Name: v.k.sessionCookie() + "-last", Value: lastOne(by), Path: "/", HttpOnly: true,
		Secure: overTLS(v.Request()), SameSite: http.SameSiteStrictMode, MaxAge: int((30 * 24 * time.Hour).Seconds())})
}

// lastOne names a person in a cookie, whatever letters an id has.
func lastOne(by stocktake.Person) string {
	return stocktake.HashOf([]byte(string(by.Society) + "\x00" + string(by.ID))).String()
}

// prefer keeps what somebody likes to see.
func (v *visit) prefer(name, value string) {
	http.SetCookie(v.Response(), &http.Cookie{Name: name, Value: value, Path: "/", HttpOnly: true, Secure: overTLS(v.Request()),
		SameSite: http.SameSiteLaxMode, MaxAge: int((400 * 24 * time.Hour).Seconds())})
}

func preferred(r *http.Request, name string, known ...string) string {
	if c, err := r.Cookie(name); err == nil {
		for _, k := range known {
			if c.Value == k {
				return k
			}
		}
	}
	return ""
}

// inside is an address of this console, or the home page where it is none: nobody is sent elsewhere from here.
func inside(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "//") ||
		strings.ContainsAny(address, "\\\r\n\t") {
		return "/"
	}
	return (&url.URL{Path: u.Path, RawPath: u.RawPath, RawQuery: u.RawQuery}).String()
}
