package stocktake_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"jard/internal/stocktake"
)

func items(n int) []stocktake.Item {
	list := make([]stocktake.Item, 0, n)
	for i := range n {
		list = append(list, stocktake.Item{
			ID: stocktake.ItemID(fmt.Sprintf("%06d", i)), Name: stocktake.Name{Arabic: "صنف"}, Unit: stocktake.Piece,
			Barcodes: []stocktake.Barcode{{Code: fmt.Sprintf("62710%07d", i), Pack: 1000}},
		})
	}
	return list
}

func TestCatalogueInChunks(t *testing.T) {
	all := items(2*stocktake.ChunkSize + 1)
	slices.Reverse(all) // whatever order they come in
	head, chunks, err := stocktake.NewCatalogue(all)
	if err != nil {
		t.Fatal(err)
	}
	if all[0].ID != "002000" {
		t.Error("the caller's list was sorted")
	}
	var c stocktake.Catalogue
	if err := json.Unmarshal(head.Bytes, &c); err != nil || c.Items != len(all) || len(c.Chunks) != len(chunks) {
		t.Fatalf("%+v, %v", c, err)
	}
	var back []stocktake.Item
	for n, d := range chunks {
		if d.Hash != c.Chunks[n] || d.Hash != stocktake.HashOf(d.Bytes) {
			t.Errorf("chunk %d is not the one that is listed", n)
		}
		part, err := stocktake.ReadItems(d)
		if err != nil {
			t.Fatal(err)
		}
		back = append(back, part...)
	}
	if !slices.IsSortedFunc(back, func(a, b stocktake.Item) int {
		if a.ID < b.ID {
			return -1
		}
		return 1
	}) || len(back) != len(all) {
		t.Error("items are lost or out of order")
	}
}

// A handheld that holds one catalogue fetches little of the next.
func TestCatalogueChangesInFewChunks(t *testing.T) {
	const size = 30_000
	before := items(size)
	held := map[stocktake.Hash]bool{}
	_, chunks, err := stocktake.NewCatalogue(before)
	if err != nil {
		t.Fatal(err)
	}
	for n, d := range chunks {
		held[d.Hash] = true
		part, err := stocktake.ReadItems(d)
		if err != nil {
			t.Fatal(err)
		}
		if len(part) > stocktake.ChunkSize || (len(part) < stocktake.ChunkSize/2 && n < len(chunks)-1) {
			t.Errorf("chunk %d has %d items", n, len(part))
		}
	}
	added := func(at, n int) []stocktake.Item { // between the item at that place and the next
		list := items(n)
		for i := range list {
			list[i].ID = stocktake.ItemID(fmt.Sprintf("%s-%06d", before[at].ID, i))
			list[i].Barcodes[0].Code = "9" + list[i].Barcodes[0].Code
		}
		return list
	}
	for name, c := range map[string]struct {
		edit func([]stocktake.Item) []stocktake.Item
		most int // chunks to be fetched
	}{
		"nothing":                {func(l []stocktake.Item) []stocktake.Item { return l }, 0},
		"one edited":             {func(l []stocktake.Item) []stocktake.Item { l[15_000].Name.English = "Edited"; return l }, 1},
		"one added at first":     {func(l []stocktake.Item) []stocktake.Item { return append(added(0, 1), l...) }, 2},
		"one removed":            {func(l []stocktake.Item) []stocktake.Item { return slices.Delete(l, 4_000, 4_001) }, 2},
		"ten edited, anywhere":   {func(l []stocktake.Item) []stocktake.Item { return edited(l, 10, 1) }, 10},
		"1% edited, in ranges":   {func(l []stocktake.Item) []stocktake.Item { return edited(l, 3, size/300) }, 6},
		"1% added, as a range":   {func(l []stocktake.Item) []stocktake.Item { return append(l, added(20_000, size/100)...) }, 6},
		"1% removed, as a range": {func(l []stocktake.Item) []stocktake.Item { return slices.Delete(l, 6_000, 6_000+size/100) }, 6},
	} {
		_, chunks, err := stocktake.NewCatalogue(c.edit(slices.Clone(before)))
		if err != nil {
			t.Fatal(err)
		}
		fetched := 0
		for _, d := range chunks {
			if !held[d.Hash] {
				fetched++
			}
		}
		t.Logf("%s: %d of %d chunks", name, fetched, len(chunks))
		if fetched > c.most || (fetched == 0) != (c.most == 0) {
			t.Errorf("%s: %d of %d chunks are fetched anew, %d at most", name, fetched, len(chunks), c.most)
		}
	}
}

// edited changes so many ranges of so many items.
func edited(l []stocktake.Item, ranges, length int) []stocktake.Item {
	dice := rand.New(rand.NewPCG(4, 1))
	for range ranges {
		from := dice.IntN(len(l) - length)
		for n := range length {
			l[from+n].Name.English = "Edited"
		}
	}
	return l
}

func TestCatalogueRefused(t *testing.T) {
	for want, edit := range map[string]func([]stocktake.Item){
		"id-repeated":   func(l []stocktake.Item) { l[1].ID = l[0].ID },
		"code-taken":    func(l []stocktake.Item) { l[1].Barcodes[0].Code = l[0].Barcodes[0].Code },
		"id-empty":      func(l []stocktake.Item) { l[1].ID = "" },
		"name-empty":    func(l []stocktake.Item) { l[1].Name = stocktake.Name{} },
		"unit-unknown":  func(l []stocktake.Item) { l[1].Unit = "barrel" },
		"price-range":   func(l []stocktake.Item) { l[1].Price = -1 },
		"pack-range":    func(l []stocktake.Item) { l[1].Barcodes[0].Pack = 0 },
		"id-characters": func(l []stocktake.Item) { l[1].Barcodes[0].Code = "1\x1d2" },
	} {
		list := items(3)
		edit(list)
		if _, _, err := stocktake.NewCatalogue(list); err == nil || stocktake.Fault(err).Reason.Key != want {
			t.Errorf("%s: %v", want, err)
		}
	}
	list := items(1)
	list[0].Barcodes[0].Pack = stocktake.MaxObserved + 1
	if _, _, err := stocktake.NewCatalogue(list); err == nil {
		t.Error("a pack above what can be observed is taken")
	}
	// One item may bear a code once.
	list = items(1)
	list[0].Barcodes = append(list[0].Barcodes, list[0].Barcodes[0])
	if _, _, err := stocktake.NewCatalogue(list); err == nil {
		t.Error("a code stands twice")
	}
}

func TestEmptyCatalogue(t *testing.T) {
	head, chunks, err := stocktake.NewCatalogue(nil)
	if err != nil || len(chunks) != 0 || string(head.Bytes) != `{"items":0,"chunks":[]}` {
		t.Errorf("%s, %v", head.Bytes, err)
	}
}
