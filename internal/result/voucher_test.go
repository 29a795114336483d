package result_test

import (
	"fmt"
	"testing"
	"time"

	"jard/internal/result"
	"jard/internal/result/resulttest"
	"jard/internal/stocktake"
)

// settled is a document whose lines are all approved but the first that has a variance, which is rejected.
func settled(t *testing.T) (*result.Document, stocktake.ItemID) {
	t.Helper()
	d := resulttest.Document(3, "rumaithiya", result.Start(), 40)
	var rejected stocktake.ItemID
	for i := range d.Lines {
		d.Lines[i].Status = "approved"
		if d.Lines[i].Variance != 0 && rejected == "" {
			d.Lines[i].Status, rejected = "rejected", d.Lines[i].Item
		}
	}
	return d, rejected
}

func TestVouchersHoldDifferences(t *testing.T) {
	d, rejected := settled(t)
	list, err := d.Vouchers()
	if err != nil || len(list) != 2 || list[0].Number != "1/1-shortage" || list[1].Number != "1/1-surplus" {
		t.Fatalf("%v, %v", list, err)
	}
	want, got := map[stocktake.ItemID]stocktake.Quantity{}, 0
	for _, l := range d.Lines {
		want[l.Item] = l.Variance
	}
	for n, v := range list {
		var sum stocktake.Fils
		for _, l := range v.Lines {
			if l.Item == rejected || l.Quantity == 0 || l.Quantity != want[l.Item] || (l.Quantity > 0) != (n == 1) {
				t.Errorf("%s has %+v", v.Number, l)
			}
			sum += l.Value
			got++
		}
		if sum != v.Value || len(v.Lines) == 0 {
			t.Errorf("%s is worth %d, its %d lines %d", v.Number, v.Value, len(v.Lines), sum)
		}
	}
	if got < 5 {
		t.Fatalf("only %d lines", got)
	}
}

func TestPostingsAreReadBack(t *testing.T) {
	d, _ := settled(t)
	vouchers, err := d.Vouchers()
	if err != nil {
		t.Fatal(err)
	}
	lines := append(vouchers[0].Lines[:2:2], vouchers[1].Lines[:2]...)
	n := 0
	post := func(l result.VoucherLine, q stocktake.Quantity, posts string) stocktake.Movement {
		n++
		return stocktake.Movement{ID: stocktake.MovementID(fmt.Sprint("m", n)), Kind: stocktake.WriteOff, Item: l.Item, Section: l.Section,
			Quantity: q, Booked: time.Unix(int64(n), 0), Posts: posts}
	}
	again, back := post(lines[3], lines[3].Quantity, "1/1"), post(lines[1], -lines[1].Quantity, "")
	first := post(lines[1], lines[1].Quantity, "1/1-shortage")
	back.Voids = first.ID
	moved := []stocktake.Movement{
		post(lines[0], lines[0].Quantity-1000, "1/1-shortage"), first, back, // another quantity; posted and taken back
		post(lines[2], 1, "1/1-surplus"), post(lines[2], lines[2].Quantity-1, "1/1-surplus"), // in two parts
		again, post(lines[3], lines[3].Quantity, "1/1-surplus"),
		post(lines[2], 5000, ""), post(lines[2], 5000, "1/11"), // of something else
		post(result.VoucherLine{Item: "stranger", Section: "dairy"}, 3000, "1/1-surplus"),
	}
	list, err := d.Postings(moved)
	if err != nil {
		t.Fatal(err)
	}
	states := map[stocktake.ItemID]result.PostingState{}
	for _, p := range list {
		states[p.Item] = p.State
	}
	for item, want := range map[stocktake.ItemID]result.PostingState{
		lines[0].Item: result.PostingDiffers, lines[1].Item: result.PostingMissing, lines[2].Item: result.PostingExact,
		lines[3].Item: result.PostingAgain, "stranger": result.PostingUntold, vouchers[1].Lines[2].Item: result.PostingMissing,
	} {
		if states[item] != want {
			t.Errorf("%s is %s, want %s", item, states[item], want)
		}
	}
	if len(list) != len(vouchers[0].Lines)+len(vouchers[1].Lines)+1 {
		t.Errorf("%d postings", len(list))
	}
}

// Books that name no section post each line's own quantity, and a shortage posted as a surplus is posted under the wrong voucher.
func TestPostingsFindTheirLine(t *testing.T) {
	d, _ := settled(t)
	vouchers, err := d.Vouchers()
	if err != nil {
		t.Fatal(err)
	}
	short, over := vouchers[0].Lines[0], vouchers[1].Lines[0]
	for i := range d.Lines { // one item, short here and over there
		if d.Lines[i].Item == over.Item {
			d.Lines[i].Item, d.Lines[i].Section = short.Item, "elsewhere"
		}
	}
	post := func(id stocktake.MovementID, q stocktake.Quantity, section stocktake.SectionID, posts string) stocktake.Movement {
		return stocktake.Movement{ID: id, Kind: stocktake.WriteOff, Item: short.Item, Section: section, Quantity: q, Posts: posts}
	}
	states := func(moved ...stocktake.Movement) (list [3]result.PostingState) {
		all, err := d.Postings(moved)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range all {
			switch {
			case p.Item != short.Item:
			case p.State == result.PostingUntold:
				list[2] = p.State
			case p.Quantity < 0:
				list[0] = p.State
			default:
				list[1] = p.State
			}
		}
		return list
	}
	both := [3]result.PostingState{result.PostingExact, result.PostingExact}
	if got := states(post("a", over.Quantity, "", "1/1"), post("b", short.Quantity, "", "1/1")); got != both {
		t.Errorf("without a section: %v", got)
	}
	if got := states(post("a", short.Quantity, short.Section, "1/1-surplus")); got != [3]result.PostingState{result.PostingMissing, result.PostingMissing, result.PostingUntold} {
		t.Errorf("under the wrong voucher: %v", got)
	}
}
