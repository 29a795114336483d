package link_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"jard/internal/link"
	"jard/internal/stocktake"
)

func person(roles ...stocktake.Role) stocktake.Person {
	return stocktake.Person{Society: "s1", ID: "p1", Roles: roles}
}

const (
	itemsText  = "item,name,unit,barcode,pack\n100,أرز,kg,6291100010011,1\n200,تونة,piece,4006381333931,1\n"
	placesText = "رقم القسم,اسم القسم,صاحب العهدة,الموقع,نوع الموقع,مشترك\n01,أغذية,سالم,A-1,صالة العرض,نعم\n01,,,A-2,,\n02,Cold,,C-1,ثلاجة,لا\n"
	bookText   = "section,item,qty,cost\n01,100,12.5,0.250\n02,200,-1,1.5\n"
)

var plan = stocktake.Site{ID: "m1", Name: stocktake.Name{Arabic: "السوق"}, Kind: stocktake.CentralMarket}

// settled gives an importer with a catalogue and a site published.
func settled(t *testing.T) (*link.Importer, *shelf) {
	t.Helper()
	s := newShelf()
	im := link.NewImporter(s, link.Limits{})
	if _, err := im.ImportItems(t.Context(), person(stocktake.Supervisor), file(itemsText), link.Mapping{}, link.Options{}); err != nil {
		t.Fatal(err)
	}
	r, err := im.ImportPlaces(t.Context(), person(stocktake.Manager), file(placesText), plan, link.Mapping{}, link.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Stats.Locations != 3 || r.Stats.Shared != 1 || r.Stats.LocationKinds[stocktake.Cold] != 1 || r.Stats.NoCustodian != 1 ||
		r.Site.Sections[0].Custodian.Arabic != "سالم" || r.Site.Locations[1].Name.English != "A-2" {
		t.Errorf("%+v %+v", r.Stats, r.Site)
	}
	return im, s
}

func TestImportIsIdempotent(t *testing.T) {
	im, s := settled(t)
	im.Clock = func() time.Time { return asOf.Add(time.Hour) }
	by := person(stocktake.SocietyAdministrator)
	before := s.published
	r, err := im.ImportItems(t.Context(), by, file(itemsText), link.Mapping{}, link.Options{})
	if err != nil || !r.Unchanged || r.Published || r.Change.Same != 2 {
		t.Errorf("%v %+v", err, r)
	}
	p, err := im.ImportPlaces(t.Context(), by, file(placesText), plan, link.Mapping{}, link.Options{})
	if err != nil || !p.Unchanged || p.Change.Same != 5 {
		t.Errorf("%v %+v", err, p)
	}
	b, err := im.ImportBook(t.Context(), by, file(bookText), "m1", asOf, "9", link.Mapping{}, link.Options{})
	if err != nil || !b.Published {
		t.Fatalf("%v %+v", err, b)
	}
	again, err := im.ImportBook(t.Context(), by, file(bookText), "m1", asOf, "9", link.Mapping{}, link.Options{})
	if err != nil || !again.Unchanged || again.Published || again.Document != b.Document {
		t.Errorf("%v %+v", err, again)
	}
	later, err := im.ImportBook(t.Context(), by, file(bookText), "m1", asOf.Add(time.Hour), "9", link.Mapping{}, link.Options{})
	if err != nil || !later.Published || later.Content != b.Content || later.Previous != b.Document {
		t.Errorf("%v %+v", err, later)
	}
	if s.published != before+2 {
		t.Errorf("published %d times", s.published-before)
	}
	d, err := s.Document(t.Context(), "s1", later.Document)
	if err != nil {
		t.Fatal(err)
	}
	snapshot, err := stocktake.ReadSnapshot(d)
	if err != nil || len(snapshot.Lines) != 2 || snapshot.Position != "9" || snapshot.Lines[0].Quantity != 12500 {
		t.Errorf("%v %+v", err, snapshot)
	}
}

func TestImportDryRun(t *testing.T) {
	s := newShelf()
	im := link.NewImporter(s, link.Limits{})
	r, err := im.ImportItems(t.Context(), person(stocktake.Manager), file(itemsText), link.Mapping{}, link.Options{DryRun: true, SaveMapping: true})
	if err != nil || r.Published || r.Change.Added != 2 || r.Document.IsZero() || s.published != 0 {
		t.Errorf("%v %+v", err, r)
	}
}

// A file that would empty much of the catalogue needs its sender's word.
func TestImportThatShrinksTheCatalogue(t *testing.T) {
	s := newShelf()
	im := link.NewImporter(s, link.Limits{})
	by := person(stocktake.Manager)
	catalogue := func(items int) link.File {
		text := "item,name\n"
		for n := range items {
			text += fmt.Sprintf("%d,item %d\n", 100+n, n)
		}
		return file(text)
	}
	take := func(items int, o link.Options) (*link.ItemsResult, error) {
		return im.ImportItems(t.Context(), by, catalogue(items), link.Mapping{}, o)
	}
	if _, err := take(20, link.Options{}); err != nil {
		t.Fatal(err)
	}
	if r, err := take(18, link.Options{}); err != nil || r.Change.Removed != 2 { // a tenth
		t.Fatalf("%v %+v", err, r)
	}
	before := s.published
	for _, o := range []link.Options{{}, {DryRun: true}} {
		r, err := take(16, o)
		if key(err) != "catalogue-shrinks" || r == nil || r.Change.Removed != 2 || r.Published {
			t.Fatalf("%v %+v", err, r)
		}
		for _, said := range []string{"has 16 items", "remove 2 of its 18"} {
			if !strings.Contains(err.Error(), said) {
				t.Errorf("%q does not say %q", err, said)
			}
		}
	}
	if r, err := take(1, link.Options{Merge: true}); err != nil || !r.Unchanged || s.published != before {
		t.Fatalf("%v %+v", err, r)
	}
	if r, err := take(1, link.Options{ReplaceAll: true}); err != nil || !r.Published || r.Change.Removed != 17 {
		t.Fatalf("%v %+v", err, r)
	}
}

func TestImportMerge(t *testing.T) {
	im, _ := settled(t)
	by := person(stocktake.Supervisor)
	merge := link.Options{Merge: true}
	r, err := im.ImportItems(t.Context(), by, file("item,barcode\n200,4711\n300,4712\n"), link.Mapping{}, merge)
	if key(err) != "file-refused" {
		t.Fatal(err)
	}
	sameFaults(t, &r.Report, "2 barcode/2 warned code-length", "3 barcode/2 warned code-length", "3 / refused cell-empty")
	r, err = im.ImportItems(t.Context(), by, file("item,name,barcode\n200,Tuna,4711\n300,Water,4712\n"), link.Mapping{}, merge)
	if err != nil || r.Change != (link.Change{Added: 1, Changed: 1, Same: 1}) {
		t.Fatalf("%v %+v", err, r.Change)
	}
	if got := flat(r.Items[0]); got != "200|تونة|Tuna|piece||4006381333931:1:gtin|4711:1:local" {
		t.Error(got)
	}
	r, err = im.ImportItems(t.Context(), by, file("item,name,barcode\n200,Tuna,4711\n"), link.Mapping{}, merge)
	if err != nil || !r.Unchanged {
		t.Errorf("%v %+v", err, r)
	}
	r, err = im.ImportItems(t.Context(), by, file("item,name,barcode\n300,Water,4711\n"), link.Mapping{}, merge)
	if err == nil || key(err) != "file-refused" {
		t.Fatal(err)
	}
	sameFaults(t, &r.Report, "2 barcode/3 warned code-length", "2 barcode/3 refused code-of-two-items")
	p, err := im.ImportPlaces(t.Context(), by, file("section,location\n03,X-1\n01,A-1\n"), plan, link.Mapping{}, merge)
	if err != nil || len(p.Site.Locations) != 4 || len(p.Site.Sections) != 3 || p.Change.Removed != 0 {
		t.Errorf("%v %+v", err, p)
	}
	full, err := im.ImportItems(t.Context(), by, file("item,name\n100,Rice\n"), link.Mapping{}, link.Options{ReplaceAll: true})
	if err != nil || full.Change != (link.Change{Changed: 1, Removed: 2}) {
		t.Errorf("%v %+v", err, full.Change)
	}
}

func TestImportRoles(t *testing.T) {
	im, s := settled(t)
	before := s.published
	may := map[string][]stocktake.Role{
		"places": {stocktake.SocietyAdministrator, stocktake.Supervisor, stocktake.Manager},
		"items":  {stocktake.SocietyAdministrator, stocktake.Supervisor, stocktake.Manager, stocktake.Integrator},
		"book":   {stocktake.Integrator, stocktake.FinancialController, stocktake.SocietyAdministrator, stocktake.Manager},
	}
	for _, role := range []stocktake.Role{stocktake.Counter, stocktake.Supervisor, stocktake.Manager, stocktake.FinancialController,
		stocktake.AdministrativeController, stocktake.CommitteeMember, stocktake.Witness, stocktake.SocietyAdministrator,
		stocktake.MinistryOfficer, stocktake.Integrator} {
		by, dry := person(role), link.Options{DryRun: true}
		for kind, call := range map[string]func() error{
			"items": func() error {
				_, err := im.ImportItems(t.Context(), by, file(itemsText), link.Mapping{}, dry)
				return err
			},
			"places": func() error {
				_, err := im.ImportPlaces(t.Context(), by, file(placesText), plan, link.Mapping{}, dry)
				return err
			},
			"book": func() error {
				_, err := im.ImportBook(t.Context(), by, file(bookText), "m1", asOf, "", link.Mapping{}, dry)
				return err
			},
		} {
			roles := may[kind]
			if err := call(); (err == nil) != by.Is(roles...) || (err != nil && !errors.Is(err, stocktake.NotAllowed)) {
				t.Errorf("%s by %s: %v", kind, role, err)
			}
		}
	}
	if s.published != before {
		t.Error("something was published")
	}
}

func TestImportBookNeedsItsSiteAndItems(t *testing.T) {
	im := link.NewImporter(newShelf(), link.Limits{})
	by := person(stocktake.Manager)
	_, err := im.ImportBook(t.Context(), by, file(bookText), "m1", asOf, "", link.Mapping{}, link.Options{})
	if !errors.Is(err, stocktake.Missing) {
		t.Error(err)
	}
	if _, err := im.ImportPlaces(t.Context(), by, file(placesText), plan, link.Mapping{}, link.Options{}); err != nil {
		t.Fatal(err)
	}
	_, err = im.ImportBook(t.Context(), by, file(bookText), "m1", asOf, "", link.Mapping{}, link.Options{})
	if key(err) != "catalogue-first" {
		t.Error(err)
	}
	_, err = im.ImportBook(t.Context(), by, file(bookText), "m1", time.Time{}, "", link.Mapping{}, link.Options{})
	if err == nil {
		t.Error("a book without an instant was taken")
	}
}

func TestMappingIsSaved(t *testing.T) {
	im, _ := settled(t)
	by := person(stocktake.Manager)
	if _, err := im.Mapping(t.Context(), by, link.ItemsFile); !errors.Is(err, stocktake.Missing) {
		t.Error(err)
	}
	odd := "Kolom1;Kolom2;Kolom3\n7;Tea;6291100010011\n"
	m := link.Mapping{Columns: map[link.Field]string{link.FieldItem: "Kolom1", link.FieldName: "Kolom2", link.FieldBarcode: "kolom3"},
		Codes: link.Codes{BadCheckDigit: link.Refuse}}
	r, err := im.ImportItems(t.Context(), by, file(odd), m, link.Options{SaveMapping: true, ReplaceAll: true})
	if err != nil || r.Source != "given" {
		t.Fatalf("%v %+v", err, r)
	}
	r, err = im.ImportItems(t.Context(), by, file(strings.Replace(odd, "10011", "10012", 1)), link.Mapping{}, link.Options{})
	if key(err) != "file-refused" || r.Source != "saved" {
		t.Fatalf("%v %+v", err, r)
	}
	r, err = im.ImportItems(t.Context(), by, file(itemsText), link.Mapping{}, link.Options{ReplaceAll: true})
	if err != nil || r.Source != "guessed" {
		t.Fatalf("%v %+v", err, r)
	}
	if err := im.SaveMapping(t.Context(), by, link.Mapping{Kind: link.ItemsFile, Decimal: "x"}); key(err) != "mapping-wrong" {
		t.Error(err)
	}
}

func TestLimits(t *testing.T) {
	for name, c := range map[string]struct {
		limits link.Limits
		key    string
	}{
		"bytes": {link.Limits{Bytes: 10}, "file-too-large"},
		"rows":  {link.Limits{Rows: 1}, "rows-too-many"},
	} {
		if _, err := link.ReadItems(t.Context(), file(itemsText), link.Mapping{}, c.limits, nil); key(err) != c.key {
			t.Errorf("%s: %v", name, err)
		}
	}
	over := file(strings.Repeat("x", 1<<20+1))
	if _, err := link.ReadItems(t.Context(), over, link.Mapping{}, link.Limits{Bytes: 1 << 20}, nil); err == nil || !strings.Contains(err.Error(), "has 2 MB; at most 1 MB") {
		t.Errorf("a file of one byte too many: %v", err)
	}
	long := "item,name\n1," + strings.Repeat("x", 5000) + "\n2,B\n3,C," + strings.Repeat(",", 50) + "\n4,D\n"
	r, err := link.ReadItems(t.Context(), file(long), link.Mapping{}, link.Limits{Line: 1000, Columns: 20}, nil)
	if err != nil {
		t.Fatal(err)
	}
	sameFaults(t, &r.Report, "2 item/1 refused line-too-long", "4 / refused columns-too-many")
}

// TestWhatWasSeenIsApplied: of two who looked at the same catalogue the second is told that it has changed meanwhile, with
// what their file comes to now.
func TestWhatWasSeenIsApplied(t *testing.T) {
	im, _ := settled(t)
	by := person(stocktake.SocietyAdministrator)
	more := func(item string) string { return itemsText + item + ",شاي,piece,,\n" }
	look := func(text string) *link.ItemsResult {
		r, err := im.ImportItems(t.Context(), by, file(text), link.Mapping{}, link.Options{DryRun: true, Merge: true})
		if err != nil || r.Basis.IsZero() {
			t.Fatalf("%v %+v", err, r)
		}
		return r
	}
	apply := func(text string, basis stocktake.Hash) (*link.ItemsResult, error) {
		return im.ImportItems(t.Context(), by, file(text), link.Mapping{}, link.Options{Merge: true, Basis: &basis})
	}
	mine, theirs := look(more("300")), look(more("301"))
	if r, err := apply(more("300"), mine.Basis); err != nil || !r.Published {
		t.Fatalf("the first: %v %+v", err, r)
	}
	r, err := apply(more("301"), theirs.Basis)
	if err == nil || stocktake.Fault(err).Reason.Key != "published-changed" || r == nil || r.Published || r.Change.Same != 3 || r.Change.Added != 1 {
		t.Fatalf("the second: %v %+v", err, r)
	}
	if again, err := apply(more("300"), mine.Basis); err != nil || !again.Unchanged {
		t.Errorf("what is published already: %v %+v", err, again)
	}
	if r, err := apply(more("301"), r.Basis); err != nil || !r.Published {
		t.Errorf("after the second look: %v %+v", err, r)
	}

	book := func(o link.Options) (*link.BookResult, error) {
		return im.ImportBook(t.Context(), by, file(bookText), "m1", asOf, "9", link.Mapping{}, o)
	}
	seen, err := book(link.Options{DryRun: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := im.AttachCode(t.Context(), by, "300", "4711", 1000); err != nil {
		t.Fatal(err)
	}
	if r, err := book(link.Options{Basis: &seen.Basis}); err == nil || stocktake.Fault(err).Reason.Key != "published-changed" || r.Published {
		t.Errorf("a book seen against another catalogue: %v %+v", err, r)
	}
}

// millionLines makes a book of a million lines over 40,000 items and 25 sections. Line bad is damaged.
func millionLines(bad int) (link.File, link.Book) {
	const items, sections = 40_000, 25
	b := link.Book{Site: stocktake.Site{ID: "m1"}, AsOf: asOf}
	for i := range sections {
		b.Site.Sections = append(b.Site.Sections, stocktake.Section{ID: stocktake.SectionID(fmt.Sprintf("S%02d", i))})
	}
	for i := range items {
		b.Items = append(b.Items, stocktake.Item{ID: stocktake.ItemID(fmt.Sprintf("%06d", i))})
	}
	var text bytes.Buffer
	text.WriteString("section,item,quantity,cost\n")
	for n := range items * sections {
		if n+2 == bad {
			text.WriteString("S00,000000,6.29E+12,x\n")
			continue
		}
		fmt.Fprintf(&text, "S%02d,%06d,%d.%03d,%d.%06d\n", n/items, n%items, n%97, n%1000, n%7, n%999983)
	}
	return bytesFile("million.csv", text.Bytes()), b
}

func TestMillionLinesWithOneBadOne(t *testing.T) {
	if testing.Short() {
		t.Skip("a million lines")
	}
	f, b := millionLines(777_777)
	calls, last := 0, int64(0)
	start := time.Now()
	r, err := link.ReadBook(t.Context(), f, b, link.Mapping{}, link.Limits{}, func(done, total int64) {
		if calls++; done < last || total != f.Size {
			t.Errorf("progress %d of %d after %d", done, total, last)
		}
		last = done
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d lines, %d bytes in %v", r.Rows, f.Size, time.Since(start))
	sameFaults(t, &r.Report, "777777 quantity/3 refused number-wrong", "777777 cost/4 refused number-wrong")
	if r.Rows != 1_000_000 || calls < 20 || last != f.Size {
		t.Errorf("%d rows, %d calls, at %d of %d", r.Rows, calls, last, f.Size)
	}
}

func TestImportIsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := link.ReadItems(ctx, file(itemsText), link.Mapping{}, link.Limits{}, nil)
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func BenchmarkBookMillion(b *testing.B) {
	f, book := millionLines(0)
	b.SetBytes(f.Size)
	b.ReportAllocs()
	for b.Loop() {
		r, err := link.ReadBook(b.Context(), f, book, link.Mapping{}, link.Limits{}, nil)
		if err != nil || r.Faults.Refused > 0 {
			b.Fatal(err, r.Faults.Refused)
		}
	}
}

func BenchmarkBookMillionSnapshot(b *testing.B) {
	f, book := millionLines(0)
	r, err := link.ReadBook(b.Context(), f, book, link.Mapping{}, link.Limits{}, nil)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := stocktake.NewSnapshot(r.Snapshot); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkItems(b *testing.B) {
	var text bytes.Buffer
	text.WriteString("رقم الصنف;اسم الصنف;الوحدة;الباركود;التعبئة\n")
	for n := range 200_000 {
		fmt.Fprintf(&text, "%06d;صنف رقم %d;حبة;L%07d;1\n", n, n, n)
	}
	f := bytesFile("", text.Bytes())
	b.SetBytes(f.Size)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := link.ReadItems(b.Context(), f, link.Mapping{}, link.Limits{}, nil); err != nil {
			b.Fatal(err)
		}
	}
}

// TestMessagesNameFieldsAsPeopleDo: nobody on the console is told of a field, a unit or an option by its name in the code.
func TestMessagesNameFieldsAsPeopleDo(t *testing.T) {
	r, err := link.ReadItems(t.Context(), file("item,name,unit,barcode\n1,A,kg,\n1,A,piece,\n2,,kg,\n,C,kg,\n3,D,zorb,\n"), link.Mapping{}, link.Limits{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	code := regexp.MustCompile(`\b(item|name|kg|piece|mapping|units|decimal|merge)\b|--|الإعدادات|بايت`)
	for _, f := range r.Faults.List {
		if ar := f.Err.Arabic(); code.MatchString(ar) {
			t.Errorf("%s", ar)
		}
	}
	if len(r.Faults.List) < 4 {
		t.Errorf("only %d faults: %+v", len(r.Faults.List), r.Faults.List)
	}
}
