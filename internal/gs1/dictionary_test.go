package gs1_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"jard/internal/gs1"
)

// assigned are the application identifiers of the General Specifications; "310-316x0-5" is a family of measures with
// the places of its decimal point.
const assigned = `00 01 02 03 10-13 15-17 20-22 235 240-243 250 251 253-255 30 37
310-316x0-5 320-337x0-5 340-357x0-5 360-369x0-5 390-393x0-9 394x0-3 395x0-5
400-403 410-417 420-427 4300-4309 4310-4326 4330-4333
7001-7011 7020-7023 7030-7041 710-717 7230-7242 7250-7259
8001-8014 8017-8020 8026 8030 8110-8112 8200 90-99`

func assignedCodes(t *testing.T) map[string]bool {
	codes := make(map[string]bool)
	for entry := range strings.FieldsSeq(assigned) {
		span, points, measured := strings.Cut(entry, "x")
		from, to, isSpan := strings.Cut(span, "-")
		if !isSpan {
			to = from
		}
		first, err1 := strconv.Atoi(from)
		last, err2 := strconv.Atoi(to)
		if err1 != nil || err2 != nil || len(from) != len(to) {
			t.Fatal("bad entry ", entry)
		}
		for n := first; n <= last; n++ {
			code := fmt.Sprintf("%0*d", len(from), n)
			if !measured {
				codes[code] = true
				continue
			}
			for point := points[0]; point <= points[2]; point++ {
				codes[code+string(point)] = true
			}
		}
	}
	return codes
}

// Every four digits begin with exactly one assigned identifier, or with none and are refused.
func TestEveryIdentifier(t *testing.T) {
	codes := assignedCodes(t)
	var d gs1.Decoder
	met := make(map[string]bool)
	for n := range 10_000 {
		four := fmt.Sprintf("%04d", n)
		var code string
		for length := 2; length <= 4; length++ {
			if codes[four[:length]] {
				if code != "" {
					t.Fatalf("%s begins with %s and %s", four, code, four[:length])
				}
				code = four[:length]
			}
		}
		// A space is in no character set, so an identifier that is known complains about it by name.
		got := d.Decode("]C1" + code + " 1")
		if code == "" {
			got = d.Decode("]C1" + four + " 1")
			if got.Error != "unknown-ai at 4" {
				t.Errorf("%s: got %+v", four, got)
			}
			continue
		}
		met[code] = true
		if want := fmt.Sprintf("bad-character (%s) at %d", code, 4+len(code)); got.Error != want {
			t.Errorf("%s: got %q, want %q", code, got.Error, want)
		}
	}
	if len(met) != len(codes) {
		t.Errorf("met %d of %d identifiers", len(met), len(codes))
	}
}

// The lengths that need no separator are fixed for all time by their first two digits (General Specifications, figure
// 7.8.5-2), so that readers need no dictionary to find the end of an element; every other identifier needs one.
func TestPredefinedLengths(t *testing.T) {
	predefined := map[string]int{"00": 20, "01": 16, "02": 16, "03": 16, "11": 8, "12": 8, "13": 8, "15": 8, "16": 8, "17": 8,
		"20": 4, "31": 10, "32": 10, "33": 10, "34": 10, "35": 10, "36": 10, "41": 16}
	var d gs1.Decoder
	for code := range assignedCodes(t) {
		length, fixed := predefined[code[:2]]
		if !fixed {
			length = 96 // longer than any value
		}
		body := code + strings.Repeat("0", length-len(code))
		if fixed && code[0] == '1' { // a day
			body = code + "261231"
		}
		got := d.Decode("]C1" + body + "99A")
		if fixed && got.Kind == gs1.Invalid {
			t.Errorf("%s is of predefined length, got %s", code, got.Error)
		}
		if !fixed && got.Kind != gs1.Invalid {
			t.Errorf("%s swallowed %d characters: %+v", code, len(body), got)
		}
	}
}
