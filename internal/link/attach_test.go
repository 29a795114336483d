package link_test

import (
	"errors"
	"testing"

	"jard/internal/stocktake"
)

func TestAttachCode(t *testing.T) {
	im, s := settled(t)
	by := person(stocktake.Supervisor)
	before := s.published
	if err := im.AttachCode(t.Context(), by, "200", "SHELF-77", 12_000); err != nil {
		t.Fatal(err)
	}
	if err := im.AttachCode(t.Context(), by, "200", "04006381333931", 6000); err != nil { // its own code, with a zero more
		t.Fatal(err)
	}
	if s.published != before+2 {
		t.Fatalf("published %d times", s.published-before)
	}
	// What was attached stays through a merge of the ERP's file, and is the item's: another cannot have it.
	for code, item := range map[string]stocktake.ItemID{"SHELF-77": "100", "4006381333931": "100", "6291100010011": "200"} {
		err := im.AttachCode(t.Context(), by, item, code, 1000)
		if e := stocktake.Fault(err); err == nil || e.Reason.Key != "code-of-two-items" {
			t.Errorf("%s to %s: %v", code, item, err)
		}
	}
	if err := im.AttachCode(t.Context(), by, "300", "X", 1000); !errors.Is(err, stocktake.Missing) {
		t.Errorf("to an item that is not there: %v", err)
	}
	for pack, code := range map[stocktake.Quantity]string{0: "Y", 1000: " ", -1: "Y"} {
		if err := im.AttachCode(t.Context(), by, "200", code, pack); stocktake.CodeOf(err) != stocktake.Invalid {
			t.Errorf("code %q with pack %d: %v", code, pack, err)
		}
	}
	if err := im.AttachCode(t.Context(), person(stocktake.Counter), "200", "Z", 1000); !errors.Is(err, stocktake.NotAllowed) {
		t.Errorf("by a counter: %v", err)
	}
	if s.published != before+2 {
		t.Error("something refused was published")
	}
}
