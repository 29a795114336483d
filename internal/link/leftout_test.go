package link_test

import (
	"slices"
	"testing"
	"time"

	"jard/internal/link"
	"jard/internal/stocktake"
)

// A delivery with a row left out is not whole, whatever it says of itself.
func TestLeftOutRowHoldsBackWhatIsSaidOfCompleteness(t *testing.T) {
	im, db := linked(t)
	said := link.Coverage{Claim: link.Claim{After: 0, Through: 9}, Watermark: stocktake.Watermark{Since: asOf.Add(-time.Hour), Through: asOf}}
	text := oneSale + "2,gift,200,-1,2026-11-24 08:30\n"
	for _, dry := range []bool{true, false} {
		r, err := im.ImportMovements(t.Context(), machine, file(text), "m1", said, link.Mapping{}, link.Options{Quarantine: true, DryRun: dry})
		if err != nil || r.Taken.New != 1 || r.Watermark != nil || !r.Withheld {
			t.Errorf("%v %+v", err, r)
		}
	}
	if s, err := db.Feed(t.Context(), "s1", "m1"); err != nil || s.Movements != 1 || !s.Watermark.Through.IsZero() || len(s.Covered) > 0 {
		t.Errorf("%v %+v", err, s)
	}
	r, err := im.ImportMovements(t.Context(), machine, file(oneSale+"2,sale,200,-1,2026-11-24 08:30\n"), "m1", said, link.Mapping{}, link.Options{Quarantine: true})
	if err != nil || r.Withheld || r.Watermark == nil {
		t.Errorf("mended: %v %+v", err, r)
	}
	if s, err := db.Feed(t.Context(), "s1", "m1"); err != nil || !s.Watermark.Through.Equal(asOf) || !slices.Equal(s.Covered, []link.Claim{said.Claim}) {
		t.Errorf("mended: %v %+v", err, s)
	}
}

// Where the kind says the sign, a quantity has none: a write-off of −3 is no find of 3.
func TestSignBesideAKindThatSaysIt(t *testing.T) {
	im, db := linked(t)
	text := "id,kind,item,quantity,booked,voids\n1,write-off,200,-3,2026-11-24 08:00,\n2,sale,200,-1,2026-11-24 08:00,1\n3,write-off,200,3,2026-11-24 08:00,\n"
	r, err := im.ImportMovements(t.Context(), machine, file(text), "m1", link.Coverage{}, link.Mapping{Signs: "kind"}, link.Options{Quarantine: true})
	if err != nil || !slices.Equal(told(r), []string{"2 quantity quarantined movement-signed", "3 quantity quarantined movement-signed"}) {
		t.Errorf("%v %q", err, told(r))
	}
	if got := written(t, db); !slices.Equal(got, []string{"3 write-off 200 -3 24T05:00:00 0 /"}) {
		t.Errorf("%q", got)
	}
}

// A mapping may give one instant for all rows, also one whose day and month are in doubt.
func TestBookedByTheMapping(t *testing.T) {
	im, db := linked(t)
	text := "id,kind,item,quantity\n1,sale,200,-1\n"
	at := func(s string) link.Mapping { return link.Mapping{Defaults: map[link.Field]string{link.FieldBooked: s}} }
	r, err := im.ImportMovements(t.Context(), machine, file(text), "m1", link.Coverage{}, at("05/06/2026 08:00"), link.Options{})
	if key(err) != "file-refused" || !slices.Equal(told(r), []string{"2  refused moment-doubtful"}) {
		t.Errorf("%v %+v", err, r)
	}
	if _, err := im.ImportMovements(t.Context(), machine, file(text), "m1", link.Coverage{}, at("24/11/2026 08:00"), link.Options{}); err != nil {
		t.Error(err)
	}
	if got := written(t, db); !slices.Equal(got, []string{"1 sale 200 -1 24T05:00:00 0 /"}) {
		t.Errorf("%q", got)
	}
}
