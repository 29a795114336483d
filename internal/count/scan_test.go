package count

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

const usualEvent = `{"v":1,"id":"VbR3xPq0Tt2m5yWc8KfLzA","kind":"observed","session":"2026-11","at":1767000000000,"mono":12,"offset":-7,"rtt":1,` +
	`"pass":"p","scanned_at":1767000000000,"raw":"6291003000000","code":"6291003000000","item":"i0000","pack":1000,"amount":3000,"entry":"scan"}`

// everyField is a usual event with each field that there is.
func everyField(tb testing.TB) string {
	e := Event{Offset: new(int64)}
	v := reflect.ValueOf(&e).Elem()
	for _, f := range v.Fields() {
		switch f.Kind() {
		case reflect.String:
			f.SetString("حليب")
		case reflect.Int, reflect.Int64:
			f.SetInt(7)
		case reflect.Bool:
			f.SetBool(true)
		}
	}
	b, err := json.Marshal(e)
	if err != nil {
		tb.Fatal(err)
	}
	return string(b)
}

// A field that the scanner does not know would be read all the same, slowly; this is where it is missed.
func TestScanKnowsEveryField(t *testing.T) {
	for _, body := range []string{usualEvent, everyField(t)} {
		if !scanEvent([]byte(body), new(eventRoom)) {
			t.Errorf("taken for unusual: %s", body)
		}
	}
}

// FuzzScan holds the scanner against encoding/json: whatever it reads, it reads the same.
func FuzzScan(f *testing.F) {
	f.Add(everyField(f))
	f.Add(usualEvent)
	for _, x := range [][2]string{
		{`"v":1`, `"v":01`}, {`"v":1`, `"v":1.0`}, {`"v":1`, `"v":1e0`}, {`"v":1`, `"v":-0`}, {`"v":1`, `"v":-`}, {`"v":1`, `"v":"1"`},
		{`"v":1`, `"v":null`}, {`"v":1`, `"v":1,"v":2`}, {`"v":1`, `"V":2`}, {`"v":1`, `"v":9223372036854775808`},
		{`"v":1`, `"v":999999999999999999`}, {`"v":1`, `"new":{"a":[1]},"v":1`}, {`"v":1`, ` "v" : 1 `}, {`"v":1,`, ``}, {`"v":1,`, `,`},
		{`scan"}`, `scan",}`}, {`scan"}`, `scan"}}`}, {`scan"}`, `scan"} `}, {`scan"}`, `scan`}, {`scan"}`, "sc\nan\"}"}, {`scan"}`, `sc\u001dan"}`},
		{`scan"}`, `sc\"an"}`}, {`scan"}`, `\ud800"}`}, {`scan"}`, "\x7f\u2028حليب\"}"}, {`"offset":-7`, `"offset":5,"offset":null`},
		{`"mono":12`, `"all_here":true,"undirected":false`}, {`"mono":12`, `"all_here":truefalse`}, {`"mono":12`, `"all_here":tru`},
		{`"mono":12`, `"mono":"12"`}, {`"raw":"6291003000000"`, `"raw":6`}, {`"id"`, `"\u0069d"`}, {`"id"`, `id`}, {`:1767`, `1767`},
	} {
		f.Add(strings.Replace(usualEvent, x[0], x[1], 1))
	}
	for _, s := range []string{"", "{", "}", "{}", "null", "[]", `{"v":1}`, `{"v":1`, `,"v":1}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		if !utf8.ValidString(body) {
			t.Skip("refused before")
		}
		var room eventRoom
		ok := scanEvent([]byte(body), &room)
		got := &room.Event
		if !ok {
			return
		}
		want := new(Event)
		if err := json.Unmarshal([]byte(body), want); err != nil {
			t.Fatalf("read %q, which is no event: %v", body, err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%q was read as %+v, and is %+v", body, got, want)
		}
	})
}

func BenchmarkScan(b *testing.B) {
	b.SetBytes(int64(len(usualEvent)))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := ParseEvent([]byte(usualEvent)); err != nil {
			b.Fatal(err)
		}
	}
}

func TestPlain(t *testing.T) {
	for at := range 20 {
		for c := range 256 {
			b := []byte("xxxx\xffxxxx xxxxxxxxxxx")
			b[at] = byte(c)
			if got, want := plain(b), c >= ' ' && c != '\\'; got != want {
				t.Errorf("byte %#x at %d: plain is %t", c, at, got)
			}
		}
	}
}
