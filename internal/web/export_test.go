package web

import (
	"errors"
	"fmt"

	"jard/internal/stocktake"
)

// Bodies and CheckFields let tests look for what has no limit.
var Bodies = bodies

// CheckFields gives the paths of the fields that break a bound, with its key.
func CheckFields(v any) (map[string]string, error) {
	c, err := newChecker()
	if err != nil {
		return nil, err
	}
	faults := map[string]string{}
	if f, ok := errors.AsType[*fieldsError](c.fields(v)); ok {
		for _, x := range f.fields {
			faults[x.Field] = x.Key
		}
	}
	return faults, nil
}

// Plural lets tests ask for a plural form.
var Plural = plural

// ConsolePage is one page's address, and who may come.
type ConsolePage struct {
	Path      string
	Roles     []stocktake.Role
	Get, Post bool
}

// ConsolePages lists every page that needs a sign-in.
func ConsolePages() ([]ConsolePage, error) {
	var list []ConsolePage
	for _, r := range (&console{}).routes() {
		list = append(list, ConsolePage{r.path, r.roles, r.get != nil, r.post != nil})
	}
	return list, nil
}

// Isolated lets tests see what an Arabic sentence is made into.
var Isolated = isolated

// SecretFields are those whose text never comes back.
var SecretFields = secretFields

// ReadPages puts every page together in every tongue.
func ReadPages() error {
	k, err := newConsole(&api{})
	if err != nil {
		return err
	}
	for tongue, all := range k.pages {
		for name, page := range all {
			if _, err := page(); err != nil {
				return fmt.Errorf("%s in %s: %w", name, tongue, err)
			}
		}
	}
	return nil
}
