package web

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"jard/internal/account"
)

// The console's cookies. The session's holds the sign-in token that account keeps the hash of and ends on its side; the
// others hold what somebody likes to see.
const (
	sessionCookie = "jard"
	secureSession = "__Host-jard" // its name under TLS: no other host can set it
	langCookie    = "lang"
	themeCookie   = "theme"
	digitsCookie  = "digits"
	societyCookie = "society" // whom to sign in at
)

// Token is the sign-in token of a request to the console, for whoever serves people beside it; empty without one.
func Token(r *http.Request) account.Secret {
	c, err := r.Cookie(sessionName(r))
	if err != nil {
		return ""
	}
	return account.Secret(c.Value)
}

func sessionName(r *http.Request) string {
	if r.TLS != nil {
		return secureSession
	}
	return sessionCookie
}

// setSession keeps a sign-in on the browser; an empty token takes it away.
func (v *visit) setSession(token account.Secret, until time.Time) {
	r := v.Request()
	c := &http.Cookie{Name: sessionName(r), Value: string(token), Path: "/", HttpOnly: true, Secure: r.TLS != nil,
		SameSite: http.SameSiteStrictMode, Expires: until}
	if token == "" {
		c.MaxAge = -1
	}
	http.SetCookie(v.Response(), c)
}

// prefer keeps what somebody likes to see.
func (v *visit) prefer(name, value string) {
	http.SetCookie(v.Response(), &http.Cookie{Name: name, Value: value, Path: "/", HttpOnly: true, Secure: v.Request().TLS != nil,
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
