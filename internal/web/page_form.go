package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"jard/internal/stocktake"
)

// maxForm bounds a form that carries no file.
const maxForm = 1 << 20

// form is what was typed into a page's form and what is wrong with it, in the user's language. It is shown again until
// nothing is.
type form struct {
	Values url.Values
	Faults map[string]string // by field
	Fault  string            // of the form as a whole
	tongue *tongue
}

// newForm is a form that nobody has filled in; pairs are fields with what stands in them to begin with.
func (v *visit) newForm(pairs ...string) *form {
	f := &form{Values: url.Values{}, Faults: map[string]string{}, tongue: v.tongue}
	for i := 0; i+1 < len(pairs); i += 2 {
		f.Values.Set(pairs[i], pairs[i+1])
	}
	return f
}

// form reads the form of a POST.
func (v *visit) form() (*form, error) { return v.formUpTo(maxForm) }

// formUpTo reads a form of at most so many bytes.
func (v *visit) formUpTo(most int64) (*form, error) {
	r := v.Request()
	r.Body = http.MaxBytesReader(v.Response(), r.Body, most)
	if err := r.ParseForm(); err != nil {
		if e, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return nil, BodyTooLarge.New(e.Limit)
		}
		return nil, FormMalformed.Wrap(err)
	}
	return &form{Values: r.PostForm, Faults: map[string]string{}, tongue: v.tongue}, nil
}

// Get is what stands in a field, without space around it.
func (f *form) Get(name string) string { return strings.TrimSpace(f.Values.Get(name)) }

// All is what stands in a field that may be there several times.
func (f *form) All(name string) []string { return f.Values[name] }

// Has reports whether a field holds a value among its several.
func (f *form) Has(name, value string) bool { return slices.Contains(f.Values[name], value) }

// need gives a field that must be filled in.
func (f *form) need(name string) string {
	s := f.Get(name)
	if s == "" {
		f.wrong(name, FieldMissing.New())
	}
	return s
}

// wrong notes what is wrong with a field. The first fault of a field stands.
func (f *form) wrong(name string, err *stocktake.Error) {
	if f.Faults[name] == "" {
		f.Faults[name] = f.tongue.say(err)
	}
}

// good reports whether nothing is wrong.
func (f *form) good() bool { return len(f.Faults) == 0 && f.Fault == "" }

// blame puts an error of the core where it belongs: beside the field that its reason is about (pairs of reason key and
// field), or above the form. An error that is not the user's to mend is given back.
func (f *form) blame(err error, pairs ...string) error {
	e, ok := errors.AsType[*stocktake.Error](err)
	if !ok || e.Reason.Code == stocktake.Internal || e.Reason.Code == stocktake.Unauthenticated && e.Reason.Key == "sign-in-first" {
		return err
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i] == e.Reason.Key && pairs[i+1] != "" {
			f.wrong(pairs[i+1], e)
			return nil
		}
	}
	f.Fault = f.tongue.say(e)
	return nil
}

// field is one field as a template shows it.
type field struct {
	Form                                                 *form
	Name, Label, Hint, Type, Dir, Auto, Mode, Min, Place string
	Required, Multiple                                   bool
	Depends                                              bool // on another field, whether it is required
	Options                                              []option
}

// option is one of a field's choices.
type option struct {
	Value, Text string
	Hint        string
}

// Field describes a field for the templates input, choice and area. The label is a key; more are "name=value" or a bare
// word: type, hint (a key), dir, auto (autocomplete), mode (inputmode), min, place (shown while the field is empty), required,
// depends (neither required nor optional in itself), multiple.
func (f *form) Field(name, label string, more ...string) (field, error) {
	x := field{Form: f, Name: name, Label: f.tongue.t(label), Type: "text"}
	for _, m := range more {
		key, value, _ := strings.Cut(m, "=")
		switch key {
		case "type":
			x.Type = value
		case "hint":
			x.Hint = f.tongue.t(value)
		case "dir":
			x.Dir = value
		case "auto":
			x.Auto = value
		case "mode":
			x.Mode = value
		case "min":
			x.Min = value
		case "place":
			x.Place = value
		case "required":
			x.Required = true
		case "depends":
			x.Depends = true
		case "multiple":
			x.Multiple = true
		default:
			return x, fmt.Errorf("form: field %s: %q says nothing", name, m)
		}
	}
	return x, nil
}

// Choice describes a field with choices.
func (f *form) Choice(name, label string, options []option, more ...string) (field, error) {
	x, err := f.Field(name, label, more...)
	x.Options = options
	return x, err
}

// Value is what stands in the field; a password never comes back.
func (x field) Value() string {
	if x.Type == "password" {
		return ""
	}
	return x.Form.Values.Get(x.Name)
}

// Fault is what is wrong with it.
func (x field) Fault() string { return x.Form.Faults[x.Name] }

// Has reports whether a choice is chosen.
func (x field) Has(value string) bool { return x.Form.Has(x.Name, value) }

// Described names the elements that explain the field.
func (x field) Described() string {
	var ids []string
	if x.Hint != "" {
		ids = append(ids, x.Name+"-hint")
	}
	if x.Fault() != "" {
		ids = append(ids, x.Name+"-fault")
	}
	return strings.Join(ids, " ")
}
