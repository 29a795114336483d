package web_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"jard/internal/web"
)

// TestEveryTextAndListIsBounded fills each text and each list of each body beyond all measure and expects a fault there.
func TestEveryTextAndListIsBounded(t *testing.T) {
	for _, body := range web.Bodies {
		root := reflect.TypeOf(body)
		probes := 0
		walk(root, nil, func(steps []int, list bool) {
			probes++
			v := reflect.New(root)
			at := v.Elem()
			for _, step := range steps {
				if at.Kind() == reflect.Slice {
					at.Set(reflect.MakeSlice(at.Type(), 1, 1))
					at = at.Index(0)
				} else {
					at = at.Field(step)
				}
			}
			if list {
				at.Set(reflect.MakeSlice(at.Type(), 100_001, 100_001))
			} else {
				at.SetString(strings.Repeat("x", 20_000))
			}
			faults, err := web.CheckFields(v.Interface())
			must(t, err)
			for path, key := range faults {
				if key == "max" {
					_ = path
					return
				}
			}
			t.Errorf("%s %v has no limit: %v", root, steps, faults)
		})
		if probes == 0 && root.NumField() > 0 && root.Name() != "daysBody" && root.Name() != "sealBody" && root.Name() != "occurrenceBody" { // a number, a hash, an instant
			t.Errorf("%s: nothing to bound?", root)
		}
	}
}

func walk(t reflect.Type, steps []int, visit func([]int, bool)) {
	switch t.Kind() {
	case reflect.String:
		visit(steps, false)
	case reflect.Slice:
		visit(steps, true)
		walk(t.Elem(), append(steps[:len(steps):len(steps)], 0), visit)
	case reflect.Struct:
		if t == reflect.TypeFor[time.Time]() || t.Name() == "moment" {
			return
		}
		for i := range t.NumField() {
			walk(t.Field(i).Type, append(steps[:len(steps):len(steps)], i), visit)
		}
	}
}
