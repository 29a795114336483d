package result_test

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"strings"
	"testing"

	"jard/internal/result"
	"jard/internal/result/resulttest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestRFC8785 takes the example of RFC 8785, section 3.2.2 and .3, through Canonical.
func TestRFC8785(t *testing.T) {
	v := map[string]any{
		"numbers": []any{333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001},
		"string":  "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\u002f", "literals": []any{nil, true, false},
	}
	want := `{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],` +
		`"string":"€$\u000f\nA'B\"\\\\\"/"}`
	if got, err := result.Canonical(v); err != nil || string(got) != want {
		t.Errorf("got  %s (%v)\nwant %s", got, err, want)
	}
	v = map[string]any{"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7, "<&>": "\u2028"}
	want = "{\"\\r\":2,\"1\":4,\"<&>\":\"\u2028\",\"\u0080\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\ufb33\":3}"
	if got, err := result.Canonical(v); err != nil || string(got) != want {
		t.Errorf("got  %s (%v)\nwant %s", got, err, want)
	}
}

func TestGolden(t *testing.T) {
	d := resulttest.Document(42, "rumaithiya", result.Start(), 12)
	s := resulttest.Seal(d, rfcKey(t))
	for name, got := range map[string][]byte{"testdata/result.json": s.Document, "testdata/result.jws": s.Signature} {
		if *update {
			if err := os.WriteFile(name, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s has changed: documents sealed before would not be what they were", name)
		}
	}
}

func TestParseRoundTrip(t *testing.T) {
	for seed := range uint64(20) {
		b, err := resulttest.Document(seed, "rumaithiya", result.Start(), int(seed)*3).Canonical()
		if err != nil {
			t.Fatal(err)
		}
		d, err := result.Parse(b)
		if err != nil {
			t.Fatal(err)
		}
		again, err := d.Canonical()
		if err != nil || !bytes.Equal(b, again) {
			t.Fatalf("seed %d: not what was parsed (%v)", seed, err)
		}
		if faults := result.Check(d); len(faults) > 0 {
			t.Fatalf("seed %d: %v", seed, faults)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	b, err := resulttest.Document(1, "rumaithiya", result.Start(), 2).Canonical()
	if err != nil {
		t.Fatal(err)
	}
	good := string(b)
	replace := func(old, new string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("sample has no %q", old)
		}
		return strings.Replace(good, old, new, 1)
	}
	for name, c := range map[string]struct {
		bytes string
		want  error
	}{
		"white space":        {replace(`,`, `, `), result.DocumentNotCanonical},
		"trailing line end":  {good + "\n", result.DocumentNotCanonical},
		"trailing document":  {good + good, result.DocumentNotCanonical},
		"trailing nonsense":  {good + "x", result.DocumentNotCanonical},
		"duplicate key":      {replace(`"blind":true`, `"blind":true,"blind":true`), result.DocumentNotCanonical},
		"other case of key":  {replace(`"blind":true`, `"Blind":true`), result.DocumentNotCanonical},
		"unknown field":      {replace(`"blind":true`, `"blind":true,"blood":1`), result.DocumentUnreadable},
		"other order":        {replace(`"blind":true,"id"`, `"id":"x","blind":true,"id"`), result.DocumentNotCanonical},
		"null list":          {replace(`"items":[]`, `"items":null`), result.DocumentNotCanonical},
		"missing list":       {replace(`"items":[],`, ``), result.DocumentNotCanonical},
		"empty optional":     {replace(`,"lines":[`, `,"corrects":null,"lines":[`), result.DocumentNotCanonical},
		"fraction":           {replace(`"offset":4711`, `"offset":4711.0`), result.DocumentUnreadable},
		"exponent":           {replace(`"offset":4711`, `"offset":4711e0`), result.DocumentUnreadable},
		"escaped letter":     {replace(`"kind":"full"`, `"kind":"\u0066ull"`), result.DocumentNotCanonical},
		"instant with zone":  {replace(`.000Z`, `.000+00:00`), result.InstantMalformed},
		"instant, fraction":  {replace(`.000Z`, `Z`), result.InstantMalformed},
		"upper-case hash":    {replace(`"previous":"0000`, `"previous":"00AB`), result.DocumentNotCanonical},
		"no UTF-8":           {replace(`"kind":"full"`, "\"kind\":\"\xff\""), result.DocumentUnreadable},
		"byte order mark":    {"\ufeff" + good, result.DocumentUnreadable},
		"lone surrogate":     {replace(`"kind":"full"`, `"kind":"\ud800"`), result.DocumentNotCanonical},
		"empty":              {"", result.DocumentUnreadable},
		"null":               {"null", result.DocumentNotCanonical},
		"another schema":     {replace(`jard.result/1`, `jard.result/2`), result.SchemaUnknown},
		"cut":                {good[:len(good)-1], result.DocumentUnreadable},
		"number beyond 2⁵³":  {replace(`"offset":4711`, `"offset":9007199254740993`), result.DocumentNotCanonical},
		"number beyond 2⁶⁴":  {replace(`"offset":4711`, `"offset":47110000000000000000000`), result.DocumentUnreadable},
		"nested to no depth": {strings.Repeat("[", 100_000), result.DocumentUnreadable},
	} {
		if _, err := result.Parse([]byte(c.bytes)); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
	if _, err := result.Parse(make([]byte, result.MaxDocument+1)); !errors.Is(err, result.DocumentTooLarge) {
		t.Errorf("too large: %v", err)
	}
}

// FuzzParse: what is accepted is exactly what would be written, and Check survives it.
func FuzzParse(f *testing.F) {
	b, err := os.ReadFile("testdata/result.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	small, err := resulttest.Document(1, "rumaithiya", result.Start(), 1).Canonical()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(small)
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _ = result.ReadLink(b)
		d, err := result.Parse(b)
		if err != nil {
			return
		}
		again, err := d.Canonical()
		if err != nil || !bytes.Equal(b, again) {
			t.Fatalf("accepted %q but would write %q (%v)", b, again, err)
		}
		result.Check(d)
	})
}
