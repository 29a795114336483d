package handheld_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"jard/internal/count"
	"jard/internal/gs1"
	"jard/internal/handheld"
	"jard/internal/stocktake"
	"jard/internal/wire"
)

var update = flag.Bool("update", false, "write the golden packs and the golden chunk anew")

// golden is wire's: packs and a chunk as they are sent. The app's tests read the same files.
func golden(name string) string { return filepath.Join("..", "wire", "testdata", "pack", name) }

// goldenPack has a value in every field; the session "blind" has none in those that may be absent.
func goldenPack(session stocktake.SessionID, catalogue stocktake.Catalogue) handheld.Pack {
	p := handheld.Pack{
		Session: session,
		Site: stocktake.Site{
			ID: "salwa-1", Name: stocktake.Name{Arabic: "سوق سلوى المركزي", English: "Salwa central market"}, Kind: stocktake.CentralMarket,
			Sections:  []stocktake.Section{{ID: "dairy", Name: stocktake.Name{Arabic: "الألبان", English: "Dairy"}, Custodian: stocktake.Name{Arabic: "ناصر", English: "Nasser"}}},
			Locations: []stocktake.Location{{ID: "D01-01", Name: stocktake.Name{Arabic: "ممر 1 رف 1", English: "Aisle 1 shelf 1"}, Section: "dairy", Kind: stocktake.Floor}},
		},
		Plan:      handheld.Plan{Kind: "full", Blind: session == "blind", Name: stocktake.Name{Arabic: "جرد الليل", English: "Night count"}},
		Catalogue: catalogue,
		Schemes:   []string{"prefix=22,item=5,value=5,kind=price,decimals=3", "prefix=21,item=5,value=4,kind=weight,decimals=3,verifier=1"},
	}
	if session == "open" {
		p.Site.Locations[0].Shared = true
		p.Site.Sections = append(p.Site.Sections, stocktake.Section{ID: "store", Name: stocktake.Name{English: "Back store"}}) // nobody's
		p.Site.Locations = append(p.Site.Locations, stocktake.Location{ID: "S01", Section: "store", Kind: stocktake.Cold})     // unnamed
		p.Plan.Due = time.Date(2026, 11, 26, 22, 0, 0, 0, time.UTC)
		p.Plan.Scope = handheld.Scope{Sections: []stocktake.SectionID{"dairy"}, Locations: []stocktake.LocationID{"S01"}, Items: []stocktake.ItemID{"milk-1l", "labneh"}}
		p.Book = []handheld.BookQuantity{{Section: "dairy", Item: "milk-1l", Quantity: 240000}, {Section: "dairy", Item: "labneh", Quantity: -1250}}
	}
	return p
}

// goldenItems: the first has a value in every field, the last none in those that may be absent.
func goldenItems() []stocktake.Item {
	return []stocktake.Item{
		{ID: "labneh", Name: stocktake.Name{Arabic: "لبنة سائبة", English: "Labneh, loose"}, Unit: stocktake.Kilogram, Category: "dairy", Lots: true, Supply: true, Price: 1250,
			Barcodes: []stocktake.Barcode{{Code: "40001", Pack: 1000, Kind: stocktake.VariableMeasure}}},
		{ID: "milk-1l", Name: stocktake.Name{Arabic: "حليب كامل الدسم 1 لتر", English: "Full cream milk 1 l"}, Unit: stocktake.Piece,
			Barcodes: []stocktake.Barcode{{Code: "6291003012341", Pack: 1000, Kind: stocktake.GTIN}, {Code: "16291003012348", Pack: 12000, Kind: stocktake.GTIN}, {Code: "M/7", Pack: 6000}}},
		{ID: "zaatar", Name: stocktake.Name{Arabic: "زعتر"}, Unit: stocktake.Piece},
	}
}

// TestGoldenPack: packs and a chunk are sent as the golden files have them.
func TestGoldenPack(t *testing.T) {
	head, parts, err := stocktake.NewCatalogue(goldenItems())
	if err != nil {
		t.Fatal(err)
	}
	var catalogue stocktake.Catalogue
	w := start(t, func(c *handheld.Config) {
		c.Store = sameHistory{c.Store}
		c.Accounts = namedPeople{c.Accounts}
		c.Sessions = goldenSessions{c.Sessions, &catalogue}
	})
	w.check(json.Unmarshal(head.Bytes, &catalogue))
	w.check(w.db.PutDocuments(context.Background(), "salwa", parts...))
	sent := map[string]string{}
	for _, session := range []stocktake.SessionID{"open", "blind"} {
		sent[string(session)+".json"] = w.join("t-d1", session, epochOf("golden"))
	}
	_, sent["chunk.json"], _ = w.call("GET", "/chunks/"+catalogue.Chunks[0].String(), "t-d1", nil)
	for name, body := range sent {
		if *update {
			w.check(os.WriteFile(golden(name), []byte(body), 0o644))
		}
		if want, err := os.ReadFile(golden(name)); err != nil || string(want) != body {
			t.Errorf("%s is sent as\n%s, want\n%s", name, body, want)
		}
	}
}

// TestGoldenPackIsWhole: a field that is added to what devices get has to be added to the golden files.
func TestGoldenPackIsWhole(t *testing.T) {
	filled(t, "pack", reflect.ValueOf(goldenPack("open", stocktake.Catalogue{Items: 3, Chunks: []stocktake.Hash{{1}}})), "Blind")
	filled(t, "item", reflect.ValueOf(goldenItems()[0]))
	for _, scheme := range goldenPack("open", stocktake.Catalogue{}).Schemes {
		if s, err := gs1.ParseScheme(scheme); err != nil || s.String() != scheme {
			t.Errorf("%s: %v, %v", scheme, s, err)
		}
	}
}

// filled reports fields without a value, of lists those of the first.
func filled(t *testing.T, path string, v reflect.Value, but ...string) {
	if v.IsZero() {
		t.Errorf("%s has no value in the golden files", path)
		return
	}
	switch v.Kind() {
	case reflect.Slice:
		filled(t, path+"[]", v.Index(0), but...)
	case reflect.Struct:
		for n := range v.NumField() {
			if f := v.Type().Field(n); f.IsExported() && !slices.Contains(but, f.Name) {
				filled(t, path+"."+f.Name, v.Field(n), but...)
			}
		}
	}
}

// TestProtocolNamesEveryField: PROTOCOL.md's tables list the fields that packs and items have, and say which may be absent.
func TestProtocolNamesEveryField(t *testing.T) {
	spec, err := os.ReadFile(filepath.Join("..", "wire", "PROTOCOL.md"))
	if err != nil {
		t.Fatal(err)
	}
	read := func(name string) (v any) {
		b, err := os.ReadFile(golden(name))
		if err == nil {
			err = json.Unmarshal(b, &v)
		}
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for call, sent := range map[string][]any{
		"### POST /join":         {read("open.json"), read("blind.json")},
		"### GET /chunks/{hash}": read("chunk.json").([]any),
	} {
		_, section, _ := bytes.Cut(spec, []byte(call+"\n"))
		section, _, _ = bytes.Cut(section, []byte("\n### "))
		said := map[string]bool{} // whether it is always there
		for row := range strings.Lines(string(section)) {
			cells := strings.Split(row, "|")
			if len(cells) < 4 {
				continue
			}
			for _, m := range regexp.MustCompile("`([^`]+)`(\\??)").FindAllStringSubmatch(cells[1], -1) {
				said[m[1]] = m[2] == ""
			}
		}
		if have := fields(sent); !maps.Equal(said, have) {
			t.Errorf("%s lists\n%v, sent is\n%v", call, said, have)
		}
	}
}

// fields are those of objects of one kind, as "site.locations[].id", and whether each is there wherever the object is that it belongs
// to. One that is an object itself is told only where it may be absent or empty. A name is one value, and so are the tasks.
func fields(objects []any) map[string]bool {
	number, empty := map[string]int{}, map[string]bool{} // of objects, by where they stand
	there, owner := map[string]int{}, map[string]string{}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		if list, ok := v.([]any); ok {
			for _, x := range list {
				walk(path, x)
			}
		}
		last := path[strings.LastIndexByte(path, '.')+1:]
		object, ok := v.(map[string]any)
		if !ok || last == "name" || last == "custodian" || last == "tasks" {
			return
		}
		number[path]++
		empty[path] = empty[path] || len(object) == 0
		for name, x := range object {
			field := strings.TrimPrefix(path+"."+name, ".")
			if _, list := x.([]any); list {
				field += "[]"
			}
			there[field]++
			owner[field] = path
			walk(field, x)
		}
	}
	walk("", objects)
	all := map[string]bool{}
	for field, n := range there {
		if always := n == number[owner[field]]; number[field] == 0 || !always || empty[field] {
			all[field] = always
		}
	}
	return all
}

// sameHistory is a store whose incarnation has always the same name.
type sameHistory struct{ handheld.Store }

func (sameHistory) Incarnation(context.Context) (string, error) { return "8mJx2VbTQ6iYdK1sPzR0fw", nil }

type namedPeople struct{ handheld.Accounts }

func (namedPeople) Counters(context.Context, stocktake.SocietyID) ([]handheld.Person, error) {
	return []handheld.Person{{ID: "fatima", Name: stocktake.Name{Arabic: "فاطمة", English: "Fatima"}}}, nil
}

// goldenSessions has the two golden sessions, which everybody may join.
type goldenSessions struct {
	handheld.Sessions
	catalogue *stocktake.Catalogue
}

func (g goldenSessions) PackFor(_ context.Context, _ stocktake.SocietyID, session stocktake.SessionID) (handheld.Pack, error) {
	return goldenPack(session, *g.catalogue), nil
}

func (goldenSessions) Tasks(_ context.Context, _ stocktake.SocietyID, session stocktake.SessionID) (handheld.Tasks, error) {
	return handheld.Tasks{Cursor: fmt.Sprintf("%x", len(session)), State: wire.StateOpen, Round: 1, Tasks: []wire.Task{
		{Assignment: "a1", Round: 1, Location: "D01-01", Person: "fatima"}, {Assignment: "a2", Round: 1, Location: "D01-01", Items: []stocktake.ItemID{"milk-1l"}},
	}}, nil
}

func (goldenSessions) Join(context.Context, stocktake.SocietyID, stocktake.SessionID, count.Stream, string) error {
	return nil
}
