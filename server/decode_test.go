package main

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"
)

// The command says what the decoder says: the golden cases that need no other clock, all of one set of options at once.
func TestDecodeSaysWhatTheGoldenCasesSay(t *testing.T) {
	data, err := os.ReadFile("../internal/gs1/testdata/scans.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Name, Raw, FNC1, Now string
		Schemes              []string
		UnitPrice            json.Number `json:"unit_price"`
		Want                 map[string]any
	}
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	type options struct{ schemes, fnc1, price string }
	batches := map[options][]int{}
	for n, c := range cases {
		if c.Now == "" && !strings.Contains(c.Name, "fifty") && !strings.Contains(c.Name, "forty") {
			o := options{strings.Join(c.Schemes, " "), c.FNC1, c.UnitPrice.String()}
			batches[o] = append(batches[o], n)
		}
	}
	told := 0
	for o, batch := range batches {
		cmd := decodeCmd{Scheme: strings.Fields(o.schemes), FNC1: o.fnc1}
		if o.price != "" {
			cmd.UnitPrice = []string{o.price}
		}
		var in, out bytes.Buffer
		for _, n := range batch {
			line, err := json.Marshal(cases[n].Raw)
			if err != nil {
				t.Fatal(err)
			}
			in.Write(append(line, '\n'))
		}
		if err := cmd.Run(&streams{In: &in, Out: &out}); err != nil {
			t.Fatal(err)
		}
		answers := json.NewDecoder(&out)
		for _, n := range batch {
			var got map[string]any
			if err := answers.Decode(&got); err != nil {
				t.Fatalf("%s: %v", cases[n].Name, err)
			}
			if told++; !reflect.DeepEqual(got, cases[n].Want) {
				t.Errorf("%s: %.120q is %v, want %v", cases[n].Name, cases[n].Raw, got, cases[n].Want)
			}
		}
	}
	if told < 250 {
		t.Errorf("%d cases were told", told)
	}
}

func TestDecodeWeighsByTheItem(t *testing.T) {
	label := "2240001017500" // 22, item 40001, 1,750 fils
	for given, want := range map[string]string{
		"40001=1250": `"weight_g":1400`, "1000": `"weight_g":1750`, "40002=1250": `"price_fils":1750}`, "40001=700 1250": `"weight_g":2500`,
	} {
		var out bytes.Buffer
		cmd := decodeCmd{Scheme: []string{"prefix=22,item=5,value=5,kind=price,decimals=3"}, UnitPrice: strings.Fields(given)}
		if err := cmd.Run(&streams{In: strings.NewReader(label + "\n"), Out: &out}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s: %s", given, out.String())
		}
	}
	for _, gtin := range []string{"6271100010013", "06271100010013"} { // as people write it, and as scans give it
		var out bytes.Buffer
		cmd := decodeCmd{UnitPrice: []string{gtin + "=1250", "1"}}
		if err := cmd.Run(&streams{In: strings.NewReader("]C1010627110001001339231750\n"), Out: &out}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String(), `"weight_g":1400`) {
			t.Errorf("%s: %s", gtin, out.String())
		}
	}
	for _, given := range []string{"x", "=5", "0", "-1", "1250 1000", "a=b", "1000000001", "abcde=5", "6271100010014=5", "6271100010013=5 06271100010013=6"} {
		cmd := decodeCmd{UnitPrice: strings.Fields(given)}
		if err := cmd.Run(&streams{In: strings.NewReader(""), Out: new(bytes.Buffer)}); err == nil {
			t.Errorf("%q was taken for a unit price", given)
		}
	}
}
