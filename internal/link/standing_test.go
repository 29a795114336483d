package link_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"jard/internal/link"
	"jard/internal/stocktake"
)

// books takes files of book stock for the site m1, and looks at what is in use.
type books struct {
	*testing.T
	im *link.Importer
}

func (b books) deliver(by stocktake.Person, text string, asOf time.Time, position string, o link.Options) (*link.BookResult, error) {
	got, err := b.im.Deliver(b.Context(), by, link.Parcel{Kind: link.BookFile, Site: "m1", File: file(text), AsOf: asOf, Position: position, Options: o})
	r, _ := got.(*link.BookResult)
	return r, err
}

func (b books) troubles() (keys string) {
	b.Helper()
	h, err := b.im.Health(b.Context(), machine)
	if err != nil {
		b.Fatal(err)
	}
	for _, d := range h.Troubles {
		keys += d.Reason.Key
		if !d.Mended.IsZero() {
			keys += " mended"
		}
	}
	return keys
}

// Books come in any order, and more than once: the newest stays in use.
func TestBooksInAnyOrder(t *testing.T) {
	im, db := linked(t)
	b := books{t, im}
	inUse := func() stocktake.Hash {
		hash, _, err := db.Published(t.Context(), "s1", link.SnapshotName("m1"))
		if err != nil {
			t.Fatal(err)
		}
		return hash
	}
	early, late := asOf.Add(-2*time.Hour), asOf.Add(-time.Hour)
	a, err := b.deliver(machine, bookText, early, "9", link.Options{})
	if err != nil || !a.Published {
		t.Fatalf("%v %+v", err, a)
	}
	r, err := b.deliver(machine, bookText, late, "12", link.Options{})
	if err != nil || !r.Published || inUse() != r.Document {
		t.Fatalf("%v %+v", err, r)
	}
	newest := r.Document
	for _, dry := range []bool{true, false} {
		r, err = b.deliver(machine, bookText, early, "9", link.Options{DryRun: dry})
		if err != nil || !r.Older || !r.Unchanged || r.Published || r.Document != a.Document || !r.InUse.Equal(late) || r.Faults.Warned != 1 || inUse() != newest || b.troubles() != "" {
			t.Errorf("sent again: %v %+v, %s", err, r, b.troubles())
		}
	}
	r, err = b.deliver(machine, bookText+"01,200,1,1\n", early.Add(-24*time.Hour), "", link.Options{})
	if err != nil || !r.Older || r.Unchanged || r.Published || r.Faults.List[0].Err.Reason.Key != "book-older" || inUse() != newest || b.troubles() != "book-older" {
		t.Errorf("another one, of the day before: %v %+v, %s", err, r, b.troubles())
	}
	if r, err = b.deliver(machine, bookText, late, "11", link.Options{}); err != nil || !r.Older || inUse() != newest {
		t.Errorf("of the same instant and an earlier position: %v %+v", err, r)
	}
	r, err = b.deliver(machine, bookText+"01,200,1,1\n", late, "12", link.Options{})
	if err != nil || !r.Published || b.troubles() != "book-older mended" {
		t.Errorf("corrected, of the same instant: %v %+v, %s", err, r, b.troubles())
	}
	corrected := r.Document
	if r, err = b.deliver(machine, bookText, late, "12", link.Options{}); err != nil || !r.Older || inUse() != corrected {
		t.Errorf("what was corrected, sent again: %v %+v", err, r)
	}
	if _, err = b.deliver(machine, bookText, asOf.Add(2*time.Hour), "", link.Options{}); key(err) != "book-ahead" {
		t.Errorf("of the future: %v", err)
	}
	manager := person(stocktake.Manager)
	if r, err = b.deliver(manager, bookText, early, "9", link.Options{}); key(err) != "book-older" || r == nil || r.Published || inUse() != corrected {
		t.Errorf("an older one by a person: %v %+v", err, r)
	}
	if _, err = b.deliver(machine, bookText, early, "9", link.Options{ReplaceAll: true}); key(err) != "role-missing" {
		t.Errorf("confirmed by a machine: %v", err)
	}
	if r, err = b.deliver(manager, bookText, early, "9", link.Options{ReplaceAll: true}); err != nil || !r.Published || inUse() != a.Document {
		t.Errorf("confirmed by a person: %v %+v", err, r)
	}
}

// A book without much of what the one in use has is more likely part of an export. Lines at zero say what a line left out says.
func TestBookThatShrinks(t *testing.T) {
	im, _ := linked(t)
	b := books{t, im}
	items, all := "item,name\n", "section,item,qty,cost\n"
	zeros, stocked := "", ""
	for n := range 40 {
		items += fmt.Sprintf("%d,item %d\n", 500+n, n)
		line := fmt.Sprintf("01,%d,%d,1\n", 500+n, n%2)
		if all += line; n%2 == 0 {
			zeros += line
		} else {
			stocked += line
		}
	}
	if _, err := im.ImportItems(t.Context(), machine, file(items), link.Mapping{}, link.Options{Merge: true}); err != nil {
		t.Fatal(err)
	}
	const head = "section,item,qty,cost\n"
	take := func(by stocktake.Person, text string, hour int, o link.Options) (*link.BookResult, error) {
		return b.deliver(by, text, asOf.Add(time.Duration(hour-20)*time.Hour), "", o)
	}
	lines := func(n int) string { return strings.Join(strings.SplitAfter(stocked, "\n")[:n], "") }
	if _, err := take(machine, all, 1, link.Options{}); err != nil {
		t.Fatal(err)
	}
	if r, err := take(machine, head+stocked, 2, link.Options{}); err != nil || !r.Published {
		t.Errorf("without the lines at zero: %v", err)
	}
	if r, err := take(machine, head+lines(18), 3, link.Options{}); err != nil || !r.Published {
		t.Errorf("a tenth fewer: %v", err)
	}
	for _, o := range []link.Options{{DryRun: true}, {}} {
		if r, err := take(machine, head+lines(16)+zeros, 4, o); key(err) != "book-shrinks" || r == nil || r.Published || !strings.Contains(err.Error(), "16 lines") {
			t.Errorf("more: %v %+v", err, r)
		}
	}
	if got := b.troubles(); got != "book-shrinks" {
		t.Errorf("the troubles are %q", got)
	}
	if r, err := take(person(stocktake.FinancialController), head+lines(16), 4, link.Options{ReplaceAll: true}); err != nil || !r.Published || b.troubles() != "book-shrinks mended" {
		t.Errorf("confirmed: %v, %s", err, b.troubles())
	}
	c := newCaller(t, im, nil)
	path := link.APIBase + "sites/m1/book?as_of=" + url.QueryEscape(asOf.Format(time.RFC3339))
	if status, _, key := c.send(sending{"POST", path, "machine", "text/csv", strings.NewReader(head + lines(1)), 0}); status != http.StatusConflict || key != "book-shrinks" {
		t.Errorf("by the API: %d %s", status, key)
	}
	path = link.APIBase + "sites/m1/book?as_of=" + url.QueryEscape(asOf.Add(-1000*time.Hour).Format(time.RFC3339))
	if status, body, _ := c.send(sending{"POST", path, "machine", "text/csv", strings.NewReader(head + lines(1)), 0}); status != http.StatusOK || !strings.Contains(body, `"older":true`) || !strings.Contains(body, `"in_use":"2026-`) {
		t.Errorf("an older one by the API: %d %s", status, body)
	}
}
