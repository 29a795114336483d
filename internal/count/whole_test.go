package count_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"jard/internal/count"
)

// whole is everything that a View shows, as text.
func whole(t testing.TB, v *count.View) string {
	t.Helper()
	b, err := json.MarshalIndent(parts(v), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func parts(v *count.View) map[string]any {
	barred := map[string]any{}
	for _, l := range v.Lines {
		barred[string(l.Section)+"/"+string(l.Item)] = v.CountedBy(l.Section, l.Item)
	}
	return map[string]any{
		"view": v, "lines": v.Lines, "passes": v.Passes, "locations": v.Locations, "disputes": v.Disputes, "unknown": v.Unknown,
		"held": v.Held, "moves": v.Moves, "settled": v.Settled, "resolved": v.Resolved, "accepted": v.Accepted, "streams": v.Streams, "tasks": v.Tasks, "asides": v.Asides, "draws": v.Draws, "untested": v.Untested, "signatories": v.Signatories, "duties": v.DutyConflicts(), "rounds": v.AllRounds(), "barred": barred,
	}
}

// settled is whole less what may depend on the order in which entries reached the log:
//   - the head and every offset: they are places in the log;
//   - the stream under which a held event is shown: the one that brought it first, so that people know where to look.
//
// Nothing else may depend on it. (Of two decisions about one thing the later stands, so decisions are never reordered.)
func settled(t testing.TB, v *count.View) string {
	t.Helper()
	b, err := json.Marshal(parts(v))
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var tree any
	if err := d.Decode(&tree); err != nil {
		t.Fatal(err)
	}
	strip(tree)
	b, err = json.MarshalIndent(tree, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func strip(tree any) {
	switch x := tree.(type) {
	case map[string]any:
		delete(x, "offset")
		delete(x, "head")
		if _, held := x["readable"]; held {
			delete(x, "stream")
		}
		for _, v := range x {
			strip(v)
		}
	case []any:
		for _, v := range x {
			strip(v)
		}
	}
}

// firstDifference shows where two texts part.
func firstDifference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for n := range min(len(x), len(y)) {
		if x[n] != y[n] {
			from := max(0, n-12)
			return fmt.Sprintf("%s\n- %s\n+ %s\n", strings.Join(x[from:n], "\n"),
				strings.Join(x[n:min(len(x), n+6)], "\n- "), strings.Join(y[n:min(len(y), n+6)], "\n+ "))
		}
	}
	return fmt.Sprintf("one has %d lines, the other %d", len(x), len(y))
}
