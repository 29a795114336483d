package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"jard/internal/stocktake"
)

// maxUnsent bounds what is carried of a form that could not be taken in, in bytes of its encoded fields.
const maxUnsent = 256 << 10

// secretFields are the fields whose text never comes back to a page.
var secretFields = []string{"password", "pin", "old", "new", "repeat"}

// unsent is what was typed into a form that could not be taken in. The page that says so carries it, so that it can be sent
// again from there as it was, but for its secrets; the server keeps nothing.
type unsent struct {
	To     string // the form's address
	Fields url.Values
	Lost   bool // it was too large to carry, or held a file
}

// unsent reads the form of a request that failed; nil where there was none. What another site's page has sent is not
// carried: a person would send it on in their own name.
func (k *console) unsent(v *visit) *unsent {
	r := v.Request()
	if r.Method != http.MethodPost || k.cross.Check(r) != nil {
		return nil
	}
	u := &unsent{To: inside(r.URL.RequestURI())}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		u.Lost = true
		return u
	}
	if r.PostForm == nil {
		r.Body = http.MaxBytesReader(v.Response(), r.Body, maxUnsent)
	}
	if r.ParseForm() != nil {
		u.Lost = true
		return u
	}
	u.take(r.PostForm)
	return u
}

func (u *unsent) take(typed url.Values) {
	u.Fields = url.Values{}
	for name, values := range typed {
		if !slices.Contains(secretFields, name) {
			u.Fields[name] = values
		}
	}
	if len(u.Fields.Encode()) > maxUnsent {
		u.Fields, u.Lost = nil, true
	}
}

// Any reports whether there is anything to send again.
func (u *unsent) Any() bool { return u != nil && !u.Lost && len(u.Fields) > 0 }

// Reason is what was given as the reason, for people to recognise what it was.
func (u *unsent) Reason() string { return u.Fields.Get("reason") }

// Packed is all of it in one field of the sign-in form.
func (u *unsent) Packed() string { return u.Fields.Encode() }

// unpacked is what the sign-in form carried; nil where it carried nothing.
func unpacked(to, packed string) *unsent {
	fields, err := url.ParseQuery(packed)
	if err != nil || len(fields) == 0 {
		return nil
	}
	u := &unsent{To: inside(to)}
	u.take(fields)
	return u
}

// unclear reports whether a request that failed so may have been done all the same.
func unclear(e *stocktake.Error) bool {
	return e.Reason.Code == stocktake.Internal || e.Reason == TimedOut || e.Reason.Key == "wait-ended" || e.Reason.Key == "store-uncertain"
}
