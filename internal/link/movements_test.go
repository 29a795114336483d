package link_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"jard/internal/boltdb"
	"jard/internal/link"
	"jard/internal/stocktake"
)

// linked gives an importer on a store with a catalogue and the site m1 published. It is asOf, 09:00 in Kuwait.
func linked(t *testing.T) (*link.Importer, *boltdb.DB) {
	t.Helper()
	db := openStore(t)
	im := link.NewImporter(db, link.Limits{})
	im.Clock = func() time.Time { return asOf }
	by := person(stocktake.SocietyAdministrator)
	if _, err := im.ImportItems(t.Context(), by, file(itemsText), link.Mapping{}, link.Options{}); err != nil {
		t.Fatal(err)
	}
	if _, err := im.ImportPlaces(t.Context(), by, file(placesText), plan, link.Mapping{}, link.Options{}); err != nil {
		t.Fatal(err)
	}
	return im, db
}

var machine = person(stocktake.Integrator)

// told writes the faults as "line column reason severity".
func told(r *link.MovementsResult) (list []string) {
	for _, f := range r.Faults.List {
		list = append(list, fmt.Sprintf("%d %s %s %s", f.Line, f.Column, f.Severity, f.Err.Reason.Key))
	}
	return list
}

// written are the movements of a site's log, each as a line.
func written(t *testing.T, db *boltdb.DB) (list []string) {
	t.Helper()
	entries, err := db.Moved(t.Context(), "s1", "m1", 1, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if m := e.Movement; e.Kind == link.Booked {
			list = append(list, strings.TrimRight(fmt.Sprintf("%s %s %s %s %s %d %s/%s %s %s", m.ID, m.Kind, m.Item, m.Quantity, m.Booked.Format("02T15:04:05.999"),
				m.Position, m.Section, m.Location, m.Voids, m.Posts), " "))
		}
	}
	return list
}

// The same movements as ERPs export them.
func TestMovementFiles(t *testing.T) {
	book := excelize.NewFile()
	for n, row := range [][]any{
		{"رقم الحركة", "نوع الحركة", "رقم الصنف", "الكمية", "تاريخ الحركة", "الوقت", "القسم"},
		{"1", "بيع", "200", -2, time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), 0.34375, "01"},
		{"2", "مرتجع", "100", 0.25, time.Date(2026, 11, 24, 8, 30, 5, 0, time.UTC), nil, "Cold"},
	} {
		if err := book.SetSheetRow("Sheet1", fmt.Sprintf("A%d", n+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	var sheet bytes.Buffer
	if err := book.Write(&sheet); err != nil {
		t.Fatal(err)
	}
	want := []string{"1 sale 200 -2 24T05:15:00 0 01/", "2 return 100 0.25 24T05:30:05 0 02/"}
	for name, c := range map[string]struct {
		bytes   []byte
		mapping link.Mapping
		want    []string
	}{
		"xlsx": {sheet.Bytes(), link.Mapping{}, want},
		"arabic, semicolons, day first": {windows1256("رقم الحركة;نوع الحركة;رقم الصنف;الكمية;تاريخ الحركة;القسم\n1;بيع;200;-2;24/11/2026 8:15;01\n2;مرتجع;100;0,25;24/11/2026 08:30:05 ص;Cold\n"),
			link.Mapping{}, want},
		"english, month first, a barcode": {[]byte("Transaction No,Type,EAN,Qty,Date,Time,Section\n1,POS,4006381333931,-2,11/24/2026,08:15,01\n2,Refund,6291100010011,0.25,11/24/2026,8:30:05 AM,Cold\n"),
			link.Mapping{}, want},
		"quantities without a sign": {[]byte("id,kind,item,qty,booked,section\n1,sale,200,2,2026-11-24T08:15:00+03:00,01\n2,return,100,0.25,2026-11-24T05:30:05Z,02\n"),
			link.Mapping{Signs: "kind"}, want},
		"words of the mapping": {[]byte("id,kind,item,qty,booked,section\n1,Z1,200,2,20261124081500,01\n2,Z2,100,0.25,2026-11-24 08:30:05,02\n"),
			link.Mapping{Signs: "kind", Kinds: map[string]string{"Z1": "sale", "z2": "return"}}, want},
		"json": {[]byte(` [{"id":1,"kind":"sale","item":"200","quantity":-2,"booked":"2026-11-24T08:15:00+03:00","section":"01"},
			{"id":"2","kind":"return","item":100,"quantity":"0.250","booked":"2026-11-24T05:30:05Z","section":"02","voids":null}]`), link.Mapping{}, want},
		"an object a line": {[]byte("{\"id\":1,\"kind\":\"sale\",\"item\":\"200\",\"quantity\":-2,\"booked\":\"2026-11-24 08:15\",\"section\":\"01\"}\n" +
			"{\"movement\":\"2\",\"movement_kind\":\"return\",\"item\":100,\"quantity\":0.25,\"booked\":\"2026-11-24T05:30:05Z\",\"section\":\"02\"}\n"), link.Mapping{}, want},
		"all that a row may say": {[]byte("id,kind,item,qty,booked,position,section,location,voids,posts\n" +
			"v,sale,200,1,2026-11-24 08:15,12,,C-1,1,\np,write-off,200,-1,2026-11-24 08:16,13,,,,1/17\nt,تحويل صادر,100,-5,2026-11-24 08:17:00.25,,,A-2,,\n"), link.Mapping{},
			[]string{"v sale 200 1 24T05:15:00 12 02/C-1 1", "p write-off 200 -1 24T05:16:00 13 /  1/17", "t transfer 100 -5 24T05:17:00.25 0 01/A-2"}},
		"a void without a sign": {[]byte("id,kind,item,qty,booked,voids\nv,sale,200,1,2026-11-24 08:15,1\n"), link.Mapping{Signs: "kind"}, []string{"v sale 200 1 24T05:15:00 0 / 1"}},
	} {
		t.Run(name, func(t *testing.T) {
			im, db := linked(t)
			for _, dry := range []bool{true, false} {
				r, err := im.ImportMovements(t.Context(), machine, bytesFile(name, c.bytes), "m1", link.Coverage{}, c.mapping, link.Options{DryRun: dry})
				if err != nil || r.Taken.New != len(c.want) || len(r.Faults.List) > 0 || r.Published == dry {
					t.Fatalf("%v %+v", err, r)
				}
				if dry && written(t, db) != nil {
					t.Fatal("a dry run has written")
				}
			}
			if got := written(t, db); !slices.Equal(got, c.want) {
				t.Errorf("%q", got)
			}
			r, err := im.ImportMovements(t.Context(), machine, bytesFile(name, c.bytes), "m1", link.Coverage{}, c.mapping, link.Options{})
			if err != nil || !r.Unchanged || r.Taken.Same != len(c.want) || r.Published {
				t.Errorf("sent again: %v %+v", err, r)
			}
		})
	}
}

const dirty = "id,kind,item,barcode,quantity,booked,position,section,location\n" +
	"1,sale,200,,-1,2026-11-24 08:00,,,\n" + // 2: good
	"2,gift,200,,-1,2026-11-24 08:00,,,\n" +
	"3,sale,200,,1,2026-11-24 08:00,,,\n" +
	",sale,200,,-1,2026-11-24 08:00,,,\n" +
	"5,sale,,999,-1,2026-11-24 08:00,,,\n" +
	"6,sale,200,,0,2026-11-24 08:00,,,\n" +
	"7,sale,200,,-1,2026-11-24,,,\n" +
	"8,sale,200,,-1,2026-11-24 15:00,,,\n" +
	"9,sale,200,,-1,yesterday,,,\n" +
	"10,sale,200,,-1,2026-11-24 08:00,x,,\n" +
	"11,sale,200,,-1,2026-11-24 08:00,,77,\n" +
	"12,sale,200,,-1,2026-11-24 08:00,,,Z-9\n" +
	"13,sale,200,,-1,2026-11-24 08:00,,01,C-1\n" +
	"1,sale,200,,-2,2026-11-24 08:00,,,\n" +
	"1,sale,200,,-1,2026-11-24 08:00,,,\n" + // 16: stands twice
	"14,sale,new,,-1,2026-11-24 08:00,,,\n" + // 17: taken, and told
	"15,sale,200,,-1,05/06/2026 08:00,,,\n" +
	"16,sale,200,,\"-1\n"

func TestMovementFaults(t *testing.T) {
	im, db := linked(t)
	want := []string{
		"3 kind refused movement-kind-word", "4 quantity refused movement-signs", "5 id refused cell-empty", "6 barcode refused barcode-unknown",
		"7 quantity refused movement-of-nothing", "8 booked refused moment-without-time", "9 booked refused moment-in-future", "10 booked refused moment-wrong",
		"11 position refused position-wrong", "12 section refused section-not-in-site", "13 location refused location-not-in-site",
		"14 location refused location-of-other-section", "15 id refused movement-two-contents", "17 item warned movement-item-unknown",
		"18 booked refused moment-doubtful", "19 id refused quote-unclosed",
	}
	coverage := link.Coverage{Watermark: stocktake.Watermark{Since: asOf.Add(-time.Hour), Through: asOf}}
	for _, dry := range []bool{true, false} {
		r, err := im.ImportMovements(t.Context(), machine, file(dirty), "m1", coverage, link.Mapping{}, link.Options{DryRun: dry})
		if key(err) != "file-refused" || !slices.Equal(told(r), want) || r.Faults.Refused != 15 {
			t.Errorf("%v\n%q", err, told(r))
		}
	}
	if state, err := db.Feed(t.Context(), "s1", "m1"); err != nil || state.Offset != 0 || !state.ReceivedAt.IsZero() {
		t.Errorf("something of it was taken: %+v %v", state, err)
	}

	// By choice the good rows are taken, and every bad one is listed.
	r, err := im.ImportMovements(t.Context(), machine, file(dirty), "m1", coverage, link.Mapping{}, link.Options{Quarantine: true})
	if err != nil || r.Faults.Refused != 0 || r.Faults.Quarantined != 15 || r.Taken.New != 2 || r.Stats.Repeated != 1 || r.Stats.Unknown != 1 {
		t.Errorf("%v %+v", err, r)
	}
	if got := written(t, db); !slices.Equal(got, []string{"1 sale 200 -1 24T05:00:00 0 /", "14 sale new -1 24T05:00:00 0 /"}) {
		t.Errorf("%q", got)
	}
	for i, f := range told(r) {
		if f != strings.Replace(want[i], "refused", "quarantined", 1) {
			t.Errorf("%q", f)
		}
	}
	// A file that is not what it should be has no good rows.
	if r, err := im.ImportMovements(t.Context(), machine, file("id,item\n1,200\n"), "m1", link.Coverage{}, link.Mapping{}, link.Options{Quarantine: true}); key(err) != "file-refused" || r.Faults.Refused != 3 {
		t.Errorf("%v %+v", err, r)
	}
}

func TestMovementJSONFaults(t *testing.T) {
	im, db := linked(t)
	good := `{"id":"1","kind":"sale","item":"200","quantity":-1,"booked":"2026-11-24T05:00:00Z"}`
	for text, want := range map[string]string{
		`[` + good + `,{"id":"2","secton":"01"}]`:                                  "2 movement refused key-unknown",
		`[{"id":"2","id":"3"}]`:                                                    "1 movement refused key-twice",
		`[{"id":"2","item":["200"]}]`:                                              "1 movement refused value-nested",
		`[{"id":"2","movement":"3"}]`:                                              "1 movement refused key-twice",
		strings.Replace("["+good+"]", "-1", "-1e2", 1):                             "1 quantity refused number-wrong",
		strings.Replace("["+good+"]", "-1", "-1.0005", 1):                          "1 quantity refused number-too-fine",
		strings.Replace("["+good+"]", `"2026-11-24T05:00:00Z"`, "5", 1):            "1 booked refused moment-wrong",
		strings.Replace("["+good+"]", `"200"`, `"`+strings.Repeat("9", 65)+`"`, 1): "1 item refused id-malformed",
	} {
		r, err := im.ImportMovements(t.Context(), machine, file(text), "m1", link.Coverage{}, link.Mapping{}, link.Options{})
		if key(err) != "file-refused" || !slices.Equal(told(r), []string{want}) {
			t.Errorf("%s: %v %q", text, err, told(r))
		}
	}
	for text, want := range map[string]string{
		`[` + good: "json-broken", `[` + good + `,5]`: "json-broken", `[` + good + `] x`: "json-broken", good + `,` + good: "json-broken",
		"[{\"id\":\"\xff\"}]": "json-broken", `[]`: "file-empty", `{"id":`: "json-broken",
	} {
		if _, err := im.ImportMovements(t.Context(), machine, file(text), "m1", link.Coverage{}, link.Mapping{}, link.Options{Quarantine: true}); key(err) != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	if got := written(t, db); got != nil {
		t.Errorf("%q", got)
	}
}

func TestMovementConflicts(t *testing.T) {
	im, db := linked(t)
	send := func(text string, o link.Options) *link.MovementsResult {
		t.Helper()
		r, err := im.ImportMovements(t.Context(), machine, file("id,kind,item,quantity,booked\n"+text), "m1", link.Coverage{}, link.Mapping{}, o)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	send("1,sale,200,-1,2026-11-24 08:00\n2,sale,200,-1,2026-11-24 08:01\n", link.Options{})
	for _, o := range []link.Options{{DryRun: true}, {}, {}} {
		r := send("3,sale,200,-1,2026-11-24 08:02\n1,sale,200,-9,2026-11-24 08:00\n", o)
		if !slices.Equal(told(r), []string{"3  conflict movement-conflict"}) || r.Faults.Conflicts != 1 || r.Taken.New+r.Taken.Same != 1 {
			t.Errorf("%q %+v", told(r), r.Taken)
		}
		if text := r.Faults.List[0].Err.English(); !strings.Contains(text, `-1 of item "200" on 2026-11-24 08:00:00 (entry 1)`) {
			t.Error(text)
		}
	}
	list, err := im.Conflicts(t.Context(), machine, "m1", 1, 10)
	if err != nil || len(list) != 1 || list[0].Movement.Quantity != -9000 || list[0].Against != 1 {
		t.Errorf("%v %+v", err, list)
	}
	if got := written(t, db); len(got) != 3 {
		t.Errorf("%q", got)
	}
}

// More rows than one transaction takes: the watermark comes with the last.
func TestMovementsOfManyTransfers(t *testing.T) {
	im, db := linked(t)
	var b strings.Builder
	b.WriteString("id,kind,item,quantity,booked\n")
	for n := range 2*link.MaxTransfer + 5 {
		fmt.Fprintf(&b, "%d,sale,200,-1,2026-11-24 08:00\n", n)
	}
	coverage := link.Coverage{Claim: link.Claim{After: 3, Through: 9}, Watermark: stocktake.Watermark{Through: asOf}}
	if _, err := im.ImportMovements(t.Context(), machine, file(b.String()), "m1", coverage, link.Mapping{}, link.Options{}); key(err) != "watermark-beginning" {
		t.Fatal(err)
	}
	if state, err := db.Feed(t.Context(), "s1", "m1"); err != nil || state.Offset != 0 {
		t.Fatalf("half of it was taken: %+v %v", state, err)
	}
	coverage.Watermark.Since = asOf.Add(-time.Hour)
	r, err := im.ImportMovements(t.Context(), machine, file(b.String()), "m1", coverage, link.Mapping{}, link.Options{})
	if err != nil || r.Taken.New != 2*link.MaxTransfer+5 || r.Watermark == nil || !r.Watermark.Through.Equal(asOf) {
		t.Fatalf("%v %+v", err, r)
	}
	state, err := db.Feed(t.Context(), "s1", "m1")
	if err != nil || state.Movements != 2*link.MaxTransfer+5 || state.Offset != state.Movements+1 || state.Covered[0] != coverage.Claim {
		t.Errorf("%v %+v", err, state)
	}
}

func TestWatermarkImport(t *testing.T) {
	im, _ := linked(t)
	send := func(c link.Coverage) (link.Taken, string) {
		taken, err := im.ImportWatermark(t.Context(), machine, "m1", c, false)
		return taken, key(err)
	}
	span := func(since, through int) link.Coverage {
		c := link.Coverage{Watermark: stocktake.Watermark{Through: asOf.Add(time.Duration(through) * time.Minute)}}
		if since != 0 {
			c.Watermark.Since = asOf.Add(time.Duration(since) * time.Minute)
		}
		return c
	}
	for _, c := range []struct {
		say  link.Coverage
		want string
	}{
		{link.Coverage{}, "watermark-backwards"}, {span(0, -5), "watermark-beginning"}, {span(-60, 3), "watermark-ahead"},
		{span(-60, -5), ""}, {span(0, -10), ""}, {span(-5, -50), "watermark-backwards"}, {span(0, -1), ""},
		{link.Coverage{Claim: link.Claim{After: 9, Through: 3}}, "claim-backwards"}, {link.Coverage{Claim: link.Claim{After: 3, Through: 9}}, ""},
	} {
		if _, got := send(c.say); got != c.want {
			t.Errorf("%+v: %q, want %q", c.say, got, c.want)
		}
	}
	state, err := im.Feed(t.Context(), machine, "m1")
	if err != nil || !state.Watermark.Through.Equal(asOf.Add(-time.Minute)) || !state.Watermark.Since.Equal(asOf.Add(-time.Hour)) || state.Position != 9 {
		t.Errorf("%v %+v", err, state)
	}
	if lag, ok := state.Lag(asOf); !ok || lag != time.Minute {
		t.Errorf("%v %v", lag, ok)
	}
}

func TestMovementsNeedTheRightToSend(t *testing.T) {
	im, _ := linked(t)
	f := file("id,kind,item,quantity,booked\n1,sale,200,-1,2026-11-24 08:00\n")
	for _, role := range []stocktake.Role{stocktake.Counter, stocktake.Supervisor, stocktake.Witness, stocktake.CommitteeMember} {
		by := person(role)
		_, moved := im.ImportMovements(t.Context(), by, f, "m1", link.Coverage{}, link.Mapping{}, link.Options{})
		_, marked := im.ImportWatermark(t.Context(), by, "m1", link.Coverage{}, false)
		_, seen := im.Feed(t.Context(), by, "m1")
		_, listed := im.Conflicts(t.Context(), by, "m1", 1, 1)
		for _, err := range []error{moved, marked, seen, listed} {
			if !errors.Is(err, stocktake.NotAllowed) {
				t.Errorf("%s: %v", role, err)
			}
		}
	}
	if _, err := im.ImportMovements(t.Context(), machine, f, "m2", link.Coverage{}, link.Mapping{}, link.Options{}); !errors.Is(err, stocktake.Missing) {
		t.Errorf("a site that nobody knows: %v", err)
	}
	// An integrator sends items, and cannot confirm that some are gone, nor attach codes.
	if _, err := im.ImportItems(t.Context(), machine, file(itemsText+"300,ماء,piece,,\n"), link.Mapping{}, link.Options{}); err != nil {
		t.Error(err)
	}
	if _, err := im.ImportItems(t.Context(), machine, file("item,name\n100,x\n"), link.Mapping{}, link.Options{ReplaceAll: true}); key(err) != "replace-by-machine" {
		t.Error(err)
	}
	if err := im.AttachCode(t.Context(), machine, "100", "4711", 1000); !errors.Is(err, stocktake.NotAllowed) {
		t.Error(err)
	}
	for _, err := range []error{
		func() error {
			_, err := im.ImportItems(t.Context(), machine, file(itemsText), link.Mapping{}, link.Options{Quarantine: true})
			return err
		}(),
		func() error {
			_, err := im.ImportBook(t.Context(), machine, file(bookText), "m1", asOf, "", link.Mapping{}, link.Options{Quarantine: true})
			return err
		}(),
	} {
		if key(err) != "quarantine-movements-only" {
			t.Error(err)
		}
	}
}
