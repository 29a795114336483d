package web

import "errors"

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
