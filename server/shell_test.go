package main

import (
	"bytes"
	"testing"
)

// shell gives commands as a person does, in this process: each must end with the status that is wanted. It answers with what
// was written.
func shell(t *testing.T) func(want int, args ...string) string {
	return func(want int, args ...string) string {
		t.Helper()
		var out bytes.Buffer
		if code := run(t.Context(), args, &streams{Out: &out, Err: &out}); code != want {
			t.Fatalf("%v: status %d\n%s", args, code, &out)
		}
		return out.String()
	}
}
