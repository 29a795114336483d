package gs1_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"strconv"
	"strings"
	"testing"

	"jard/internal/gs1"
)

var update = flag.Bool("update", false, "write the tables of the handheld's twin")

const (
	twinTables       = "../../scanner-app/src/gs1/tables.json"
	twinAssociations = "../../scanner-app/src/gs1/association.json"
)

// The handheld's decoder reads the dictionary from a file: exactly what this package holds, written by
//
//	go test ./internal/gs1 -run TestTwinTables -update
func TestTwinTables(t *testing.T) {
	tables := gs1.TwinTables()
	for name, want := range map[string][]byte{twinTables: inLines(t, tables), twinAssociations: associationsInLines(t, tables)} {
		if *update {
			if err := os.WriteFile(name, want, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Error(name + " is not what the dictionary holds: run this test with -update")
		}
	}
}

// associationsInLines writes what goes with what in a file of its own: the app does not load it.
func associationsInLines(t *testing.T, tables gs1.Tables) []byte {
	t.Helper()
	var rows []any
	for _, r := range tables.Associations {
		rows = append(rows, r)
	}
	var b bytes.Buffer
	b.WriteString("{\n")
	inRows(t, &b, "associations", rows, "")
	b.WriteString("}\n")
	return b.Bytes()
}

// inRows writes a named list one row a line, everything but ASCII escaped: several keys are combining marks.
func inRows(t *testing.T, b *bytes.Buffer, name string, values []any, end string) {
	t.Helper()
	b.WriteString(`"` + name + "\": [\n")
	for i, v := range values {
		var line bytes.Buffer
		e := json.NewEncoder(&line)
		e.SetEscapeHTML(false)
		if err := e.Encode(v); err != nil {
			t.Fatal(err)
		}
		for _, r := range strings.TrimSpace(line.String()) {
			if r < 0x80 {
				b.WriteRune(r)
			} else {
				b.WriteString(`\u` + strconv.FormatInt(0x10000|int64(r), 16)[1:])
			}
		}
		if i < len(values)-1 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
	}
	b.WriteString("]" + end + "\n")
}

// inLines writes the tables that the app loads.
func inLines(t *testing.T, tables gs1.Tables) []byte {
	t.Helper()
	var b bytes.Buffer
	var identifiers, keys []any
	for _, r := range tables.Identifiers {
		identifiers = append(identifiers, r)
	}
	for _, k := range tables.ArabicKeys {
		keys = append(keys, k)
	}
	links, err := json.Marshal(tables.LinkKeys)
	if err != nil {
		t.Fatal(err)
	}
	b.WriteString("{\n")
	inRows(t, &b, "identifiers", identifiers, ",")
	b.WriteString(`"linkKeys": ` + string(links) + ",\n")
	inRows(t, &b, "arabicKeys", keys, "")
	b.WriteString("}\n")
	return b.Bytes()
}
