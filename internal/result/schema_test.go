package result_test

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"jard/internal/result"
	"jard/internal/result/resulttest"
	"jard/internal/stocktake"
)

func compileSchema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(result.SchemaJSON))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("urn:jard:schema:result:1", document); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("urn:jard:schema:result:1")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func validate(t testing.TB, schema *jsonschema.Schema, d *result.Document) error {
	t.Helper()
	b, err := d.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return schema.Validate(v)
}

// sign has everybody say something of their signature.
func sign(d *result.Document) {
	said := func(who stocktake.PersonID, verdict, reason string) result.Decision {
		return result.Decision{Person: who, Roles: []stocktake.Role{stocktake.CommitteeMember}, Verdict: verdict, Reason: reason, At: d.Session.SealedAt}
	}
	d.Committee[0].Decisions = []result.Decision{said("p-head", result.VerdictRefuse, "the store was open"), said("p-head", result.VerdictSign, "")}
	d.Committee[1].Decisions = []result.Decision{said("p-super", result.VerdictSetAside, "ill")}
	d.Witness.Decisions = []result.Decision{said("p-witness", result.VerdictSign, "seen")}
}

// lie has something lie on the shelves, and somebody do two things that are two people's.
func lie(d *result.Document) {
	key := result.LineKey{Section: d.Lines[0].Section, Item: d.Lines[0].Item}
	d.Duties = []result.Duty{
		{Rule: "approver-counted", Person: "p-super", Roles: []stocktake.Role{stocktake.Counter, stocktake.Supervisor}, Lines: []result.LineKey{key}},
		{Rule: "ruled-own", Person: "p-super", Stands: true, About: []string{"6271"}},
	}
	d.Stagnant = &result.Stagnant{Since: result.At(d.Session.IssuedAt.Time().AddDate(0, 0, -180)), Until: d.Session.IssuedAt}
	if d.Lines[0].Counted > 0 {
		d.Stagnant.Lines = []result.LineKey{key}
	}
}

func TestSchemaAcceptsDocuments(t *testing.T) {
	schema := compileSchema(t)
	for seed := range uint64(10) {
		d := resulttest.Document(seed, "rumaithiya", result.Start(), int(seed)*4)
		if seed%2 == 1 {
			d.Type, d.Series = result.Correction, 2
			d.Corrects = &result.Corrects{Series: 1, Number: 3, Hash: d.Catalogue, Session: "s"}
		}
		kinds := []string{result.AsideStream, result.AsideQuarantine, result.AsideCode, result.AsidePass, result.AsideLocation}
		d.SetAside[0].Kind = kinds[seed%5]
		if seed > 4 {
			d.Sections = []result.Called[stocktake.SectionID]{{ID: "canned", Name: stocktake.Name{Arabic: "معلبات"}}, {ID: "dairy"}}
			d.PolicyDoc, d.Codes = d.Catalogue, []result.Called[string]{{ID: "expired", Name: stocktake.Name{Arabic: "منتهي الصلاحية"}}}
			d.Lines[0].Code, d.Lines[0].Decisions[0].Code = "expired", "expired"
			d.People = []result.Called[stocktake.PersonID]{{ID: "p-1", Name: stocktake.Name{Arabic: "سارة"}}, {ID: "p-2"}}
			sign(d)
			lie(d)
		}
		if faults := result.Check(d); len(faults) > 0 {
			t.Fatal(faults)
		}
		if err := validate(t, schema, d); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
	d := resulttest.Document(1, "rumaithiya", result.Start(), 4)
	d.Corrects = &result.Corrects{Series: 1, Number: 3, Hash: d.Catalogue, Session: "s"}
	if validate(t, schema, d) == nil {
		t.Error("the schema accepts an original that corrects")
	}
}

// TestCheckIsNoLooserThanSchema: whatever Check accepts of documents with fields changed at random, the schema accepts.
func TestCheckIsNoLooserThanSchema(t *testing.T) {
	schema := compileSchema(t)
	r := rand.New(rand.NewPCG(11, 1))
	refused := 0
	for range 300 {
		d := resulttest.Document(r.Uint64N(50), "rumaithiya", result.Start(), 12)
		if r.IntN(4) == 0 {
			lie(d)
		}
		scramble(r, reflect.ValueOf(d).Elem())
		accepted := len(result.Check(d)) == 0
		err := validate(t, schema, d)
		if accepted && err != nil {
			t.Fatalf("Check accepts what the schema refuses: %v", err)
		}
		if err != nil {
			refused++
		}
	}
	if refused < 40 {
		t.Errorf("only %d changes were against the schema: the test shows little", refused)
	}
}

// scramble changes one field somewhere below v.
func scramble(r *rand.Rand, v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[result.Instant]() {
			v.SetZero()
			return
		}
		scramble(r, v.Field(r.IntN(v.NumField())))
	case reflect.Pointer:
		if v.IsNil() || r.IntN(3) == 0 {
			v.Set(reflect.New(v.Type().Elem()))
			return
		}
		scramble(r, v.Elem())
	case reflect.Slice:
		if v.Len() == 0 || r.IntN(8) == 0 {
			v.Set(reflect.Append(v, reflect.Zero(v.Type().Elem())))
			return
		}
		scramble(r, v.Index(r.IntN(v.Len())))
	case reflect.String:
		v.SetString([]string{"", "x", "approved", "-", strings.Repeat("ع", 3000), "\x00", "full"}[r.IntN(7)])
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Int, reflect.Int64:
		v.SetInt([]int64{0, 1, -1, 100, stocktake.MaxNumber, -stocktake.MaxNumber}[r.IntN(6)])
	case reflect.Uint64:
		v.SetUint([]uint64{0, 1, stocktake.MaxNumber}[r.IntN(3)])
	case reflect.Array: // a hash
		v.SetZero()
	}
}

// TestSchemaAndStructAgree walks both: the same members, required exactly where the struct always writes them.
func TestSchemaAndStructAgree(t *testing.T) {
	var root map[string]any
	if err := json.Unmarshal(result.SchemaJSON, &root); err != nil {
		t.Fatal(err)
	}
	agree(t, root, root, reflect.TypeFor[result.Document](), "")
}

func agree(t *testing.T, root, schema map[string]any, typ reflect.Type, path string) {
	for {
		ref, ok := schema["$ref"].(string)
		if !ok {
			break
		}
		schema = root["$defs"].(map[string]any)[strings.TrimPrefix(ref, "#/$defs/")].(map[string]any)
	}
	for typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	_, isText := reflect.New(typ).Interface().(interface{ UnmarshalText([]byte) error })
	want := map[reflect.Kind]string{
		reflect.Struct: "object", reflect.Slice: "array", reflect.String: "string", reflect.Bool: "boolean",
		reflect.Int: "integer", reflect.Int64: "integer", reflect.Uint64: "integer",
	}[typ.Kind()]
	if isText {
		want = "string"
	}
	_, closed := schema["enum"]
	_, fixed := schema["const"]
	if got, _ := schema["type"].(string); got != want && !(want == "string" && (closed || fixed)) {
		t.Errorf("%s: the schema says %q, the struct is %s", path, got, typ)
		return
	}
	switch {
	case want == "array":
		agree(t, root, schema["items"].(map[string]any), typ.Elem(), path+"/*")
	case want == "object":
		if schema["additionalProperties"] != false {
			t.Errorf("%s: the schema lets other members in", path)
		}
		properties := schema["properties"].(map[string]any)
		var required []string
		for _, r := range schema["required"].([]any) {
			required = append(required, r.(string))
		}
		for _, f := range reflect.VisibleFields(typ) {
			if f.Anonymous {
				continue
			}
			name, option, _ := strings.Cut(f.Tag.Get("json"), ",")
			property, ok := properties[name].(map[string]any)
			if !ok {
				t.Errorf("%s/%s: not in the schema", path, name)
				continue
			}
			if slices.Contains(required, name) != (option == "") {
				t.Errorf("%s/%s: required and %q do not agree", path, name, option)
			}
			agree(t, root, property, f.Type, path+"/"+name)
		}
		known := map[string]bool{}
		for _, f := range reflect.VisibleFields(typ) {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			known[name] = true
		}
		for name := range properties {
			if !known[name] {
				t.Errorf("%s/%s: not in the struct", path, name)
			}
		}
	}
}
