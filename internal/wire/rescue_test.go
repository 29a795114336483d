package wire_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"runtime"
	"strings"
	"testing"

	"jard/internal/stocktake"
	"jard/internal/wire"
)

// saved is the file that scanner-app's test makes of a database.
func saved(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestARescueFileIsRead(t *testing.T) {
	r, err := wire.ParseRescue(saved(t, "rescue.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	if r.Society != "rawda" || r.Device != "d1" || r.Name != "TC26-1" || len(r.Epoch) != 22 || r.First != 1 || r.Last() != 4 {
		t.Errorf("read as %s %s %s, %d to %d", r.Society, r.Device, r.Name, r.First, r.Last())
	}
	if len(r.Events) != 4 || len(r.Earlier) != 10 {
		t.Errorf("%d events, %d earlier", len(r.Events), len(r.Earlier))
	}
	if d, ok := r.Digest(4); !ok || d != wire.DigestAfter(stocktake.Hash{}, r.Events) {
		t.Errorf("the digest after the last is %s, %v", d, ok)
	}
	if d, ok := r.Digest(0); !ok || !d.IsZero() {
		t.Errorf("the digest before the first is %s, %v", d, ok)
	}
	if _, ok := r.Digest(5); ok {
		t.Error("there is a digest beyond the last event")
	}
	if !r.Proves(stocktake.HashOf([]byte("t-d1"))) || r.Proves(stocktake.HashOf([]byte("t-d2"))) || r.Proves(stocktake.Hash{}) {
		t.Error("it proves another token than its device's")
	}
}

func TestTheCodesCarryTheSame(t *testing.T) {
	codes := saved(t, "rescue-codes.txt")
	r, err := wire.ParseRescue(codes)
	if err != nil || len(r.Events) != 1 || r.First != 4 || r.Prev.IsZero() || !r.Proves(stocktake.HashOf([]byte("t-d1"))) {
		t.Fatalf("%+v, %v", r, err)
	}
	whole := strings.TrimSpace(string(codes))
	head, data := whole[:strings.LastIndex(whole, ".")+1], whole[strings.LastIndex(whole, ".")+1:]
	head = strings.TrimSuffix(head, ".1.1.")
	half := len(data) / 2
	one, two := head+".1.2."+data[:half], head+".2.2."+data[half:]
	for _, text := range []string{one + "\n" + two, two + "\r\n]Q1" + one + "\r\n\r\n", "]Q1" + one + "\n]Q1" + two, one + "\n" + one + "\n" + two} {
		if again, err := wire.ParseRescue([]byte(text)); err != nil || !bytes.Equal(again.Events[0], r.Events[0]) {
			t.Errorf("%.40q: %v", text, err)
		}
	}
	for text, want := range map[string]*stocktake.Reason{
		two: wire.RescueMissing, one + "\n" + strings.Replace(two, head, "JARD1.00000000", 1): wire.RescueMixed,
		one + "\nhello": wire.RescueCode, one + "\n" + head + ".3.2.AAAA": wire.RescueCode, head + ".1.1." + data[:half]: wire.RescueChanged,
		"JARD1.x.1.1.AAAA": wire.RescueChanged, head + ".1.1." + data + "!": wire.RescueChanged,
	} {
		if _, err := wire.ParseRescue([]byte(text)); !errors.Is(err, want) {
			t.Errorf("%.60q: %v", text, err)
		}
	}
}

// Mail and editors change the ends of lines, and nothing else may have changed.
func TestWhatCarriesTextMayChangeTheEndsOfLines(t *testing.T) {
	b := saved(t, "rescue.jsonl")
	for name, changed := range map[string][]byte{
		"CRLF": bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n")), "no end": bytes.TrimSpace(b), "a mark": append([]byte("\ufeff"), b...),
		"more ends": append(bytes.Clone(b), '\n', '\n'),
	} {
		if r, err := wire.ParseRescue(changed); err != nil || !r.Proves(stocktake.HashOf([]byte("t-d1"))) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestADamagedRescueFileIsRefusedWithItsLine(t *testing.T) {
	b := saved(t, "rescue.jsonl")
	lines := bytes.Split(bytes.TrimSpace(b), []byte("\n"))
	without := func(n int) []byte {
		return bytes.Join(append(append([][]byte{}, lines[:n]...), lines[n+1:]...), []byte("\n"))
	}
	replaced := func(n int, from, to string) []byte {
		all := append([][]byte{}, lines...)
		if all[n] = bytes.Replace(all[n], []byte(from), []byte(to), 1); bytes.Equal(all[n], lines[n]) {
			t.Fatalf("line %d has no %q", n+1, from)
		}
		return bytes.Join(all, []byte("\n"))
	}
	earlier := func(event string) []byte {
		text, _ := json.Marshal(map[string]string{"event": event})
		all := append([][]byte{}, lines...)
		all[6] = text
		return bytes.Join(all, []byte("\n"))
	}
	photo := func(line string) []byte { // in the place of the last earlier event
		all := append([][]byte{}, lines...)
		all[0] = bytes.Replace(all[0], []byte(`"earlier":10,"photos":0`), []byte(`"earlier":9,"photos":1`), 1)
		all[14] = []byte(line)
		return bytes.Join(all, []byte("\n"))
	}
	swapped := append([][]byte{}, lines...)
	swapped[1], swapped[2] = swapped[2], swapped[1]
	for _, c := range []struct {
		name string
		file []byte
		want *stocktake.Reason
		args []any
	}{
		{"nothing", nil, wire.RescueUnknown, nil},
		{"another file", []byte("item,name\n1,milk\n"), wire.RescueUnknown, nil},
		{"a picture", []byte("\x89PNG\r\n\x1a\n"), wire.RescueUnknown, nil},
		{"a later version", replaced(0, `"v":1`, `"v":2`), wire.RescueVersion, []any{2}},
		{"cut in the middle", b[:len(b)/2], wire.RescueCut, nil},
		{"a line less", without(3), wire.RescueCut, []any{15, 16}},
		{"the last line less", without(15), wire.RescueCut, []any{15, 16}},
		{"a line torn", replaced(3, `"event"`, `"event`), wire.RescueDamaged, []any{4}},
		{"an amount changed", replaced(4, `\"amount\":5000`, `\"amount\":6000`), wire.RescueChain, []any{uint64(4), 5}},
		{"two lines changed about", bytes.Join(swapped, []byte("\n")), wire.RescueDamaged, []any{2}},
		{"an earlier event changed", replaced(6, `\"`, `\" `), wire.RescueChanged, nil},
		{"the device changed", replaced(0, `"d1"`, `"d2"`), wire.RescueChanged, nil},
		{"no device", replaced(0, `"d1"`, `""`), wire.RescueDamaged, []any{1}},
		{"first without what is before", replaced(0, `"first":1`, `"first":2`), wire.RescueDamaged, []any{1}},
		{"more events than there are", replaced(0, `"events":4`, `"events":400000000`), wire.RescueDamaged, []any{1}},
		{"an event that is lines", replaced(1, `{\"v\"`, `\n{\"v\"`), wire.RescueDamaged, []any{2}},
		{"an earlier event that is nothing", earlier(""), wire.RescueDamaged, []any{7}},
		{"an earlier event that is lines", earlier("a\nb"), wire.RescueDamaged, []any{7}},
		{"an event that no push carries", earlier(strings.Repeat("x", wire.ServerLimits.Bytes+1)), wire.RescueDamaged, []any{7}},
		{"a photo under another hash", photo(`{"photo":"` + strings.Repeat("00", 32) + `","jpeg":"AAAA"}`), wire.RescueDamaged, []any{15}},
		{"a photo that is none", photo(`{"photo":"` + stocktake.HashOf(nil).String() + `"}`), wire.RescueDamaged, []any{15}},
		{"too large", bytes.Repeat([]byte("x"), wire.MaxRescue+1), wire.RescueTooLarge, nil},
	} {
		_, err := wire.ParseRescue(c.file)
		e, ok := errors.AsType[*stocktake.Error](err)
		if !ok || e.Reason != c.want {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if c.args != nil && !alike(e.Args, c.args) {
			t.Errorf("%s: %v, want %v", c.name, e.Args, c.args)
		}
	}
}

func alike(a, b []any) bool {
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return bytes.Equal(x, y)
}

// A file of nothing but line feeds is refused before anything grows with their number.
func TestAFileOfManyLinesCostsNoMoreThanItself(t *testing.T) {
	const size = 4 << 20
	many := append(bytes.Repeat([]byte("\n"), size), 'x')
	head, _, _ := bytes.Cut(saved(t, "rescue.jsonl"), []byte("\n"))
	for want, b := range map[*stocktake.Reason][]byte{wire.RescueUnknown: many, wire.RescueCut: append(bytes.Clone(head), many...)} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := wire.ParseRescue(b)
		runtime.ReadMemStats(&after)
		if grown := after.TotalAlloc - before.TotalAlloc; !errors.Is(err, want) || grown > 3*size {
			t.Errorf("%v, after %d MB", err, grown>>20)
		}
	}
}

// What proves nothing is read all the same, and says so.
func TestAFileWithoutProofProvesNothing(t *testing.T) {
	b := saved(t, "rescue.jsonl")
	at := bytes.LastIndex(b, []byte(`"mac":"`))
	for _, end := range []string{`"mac":""}`, `"mac":"zz"}`, `"other":1}`, `"mac":"` + strings.Repeat("00", 32) + `"}`} {
		r, err := wire.ParseRescue(append(bytes.Clone(b[:at]), end...))
		if err != nil || r.Proves(stocktake.HashOf([]byte("t-d1"))) {
			t.Errorf("%s: %v", end, err)
		}
	}
}

func FuzzParseRescue(f *testing.F) {
	for _, name := range []string{"rescue.jsonl", "rescue-codes.txt"} {
		b, err := os.ReadFile("testdata/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := wire.ParseRescue(b)
		if err != nil {
			if stocktake.CodeOf(err) != stocktake.Invalid {
				t.Fatal(err)
			}
			return
		}
		if d, ok := r.Digest(r.Last()); !ok || d != wire.DigestAfter(r.Prev, r.Events) {
			t.Fatal("it has no digest at its end")
		}
	})
}
