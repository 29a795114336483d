package stocktake

import (
	"errors"
	"fmt"
	"strings"
)

// Code classes an error by what the caller can do about it. Codes are append-only: transports map them to statuses.
type Code string

// The codes.
const (
	Invalid         Code = "invalid"         // the input is wrong: mend it
	Unauthenticated Code = "unauthenticated" // sign in (again)
	Forbidden       Code = "forbidden"       // you may not: somebody else must
	NotFound        Code = "not_found"       // no such thing (or not yours to see)
	Conflict        Code = "conflict"        // the state has changed or does not allow it: look again
	TooMany         Code = "too_many"        // slow down, then try again
	Unavailable     Code = "unavailable"     // not now: try again later
	Internal        Code = "internal"        // a defect or a broken store: look into the log
)

// Reason is one precise cause of errors: a stable key for programs, and what to tell people in both languages. The
// texts may hold fmt verbs for the arguments of New; each says what to do, not only what is wrong. Roles and
// names among the arguments (a Role, a []Role, a Name) are said in the text's language.
type Reason struct {
	Code    Code
	Key     string
	English string
	Arabic  string
}

// NewReason declares a reason. It panics when a text is missing or the two take different numbers of arguments, so
// that an untranslated error cannot be built.
func NewReason(code Code, key, english, arabic string) *Reason {
	if key == "" || english == "" || arabic == "" || strings.Count(english, "%") != strings.Count(arabic, "%") {
		panic("stocktake: reason " + key + " is incomplete")
	}
	return &Reason{Code: code, Key: key, English: english, Arabic: arabic}
}

// Error lets errors.Is(err, reason) be written.
func (r *Reason) Error() string { return r.Key }

// New is an error for this reason. Args fill the verbs of both texts, in one order (use %[n]v to swap them).
func (r *Reason) New(args ...any) *Error { return &Error{Reason: r, Args: args} }

// Wrap is New with the error underneath, which is for logs and never shown.
func (r *Reason) Wrap(err error, args ...any) *Error { return &Error{Reason: r, Args: args, Err: err} }

// Error is what every package of Jard returns to a user: a reason and its arguments.
type Error struct {
	Reason *Reason
	Args   []any
	Err    error
}

// Error is the English text with the reason's key, and the cause beneath where there is one.
func (e *Error) Error() string {
	s := e.Reason.Key + ": " + e.English()
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// English is the text for an English reader.
func (e *Error) English() string {
	return fmt.Sprintf(e.Reason.English, say(e.Args, ", ", func(n Name) string { return n.English })...)
}

// Arabic is the text for an Arabic reader.
func (e *Error) Arabic() string {
	return fmt.Sprintf(e.Reason.Arabic, say(e.Args, "، ", func(n Name) string { return n.Arabic })...)
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is matches the reason.
func (e *Error) Is(target error) bool { return target == error(e.Reason) }

// CodeOf is the code of err: that of the first Error in its chain, else Internal.
func CodeOf(err error) Code {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Reason.Code
	}
	return Internal
}

// Fault is err as an Error: itself, or Broken around anything that has no reason of its own.
func Fault(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return Broken.Wrap(err)
}
