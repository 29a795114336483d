package stocktake_test

import (
	"encoding/json"
	"fmt"
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
	if err := json.Unmarshal(head.Bytes, &c); err != nil || c.Items != len(all) || len(c.Chunks) != 3 {
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
	// An edited item changes one chunk and the list.
	all[0].Name.English = "Edited"
	again, others, err := stocktake.NewCatalogue(all)
	if err != nil || again.Hash == head.Hash || others[0].Hash != chunks[0].Hash || others[1].Hash != chunks[1].Hash || others[2].Hash == chunks[2].Hash {
		t.Errorf("an edit changed other chunks, or none (%v)", err)
	}
}

func TestCatalogueRefused(t *testing.T) {
	for want, edit := range map[string]func([]stocktake.Item){
		"id-repeated":   func(l []stocktake.Item) { l[1].ID = l[0].ID },
		"code-taken":    func(l []stocktake.Item) { l[1].Barcodes[0].Code = l[0].Barcodes[0].Code },
		"id-empty":      func(l []stocktake.Item) { l[1].ID = "" },
		"name-empty":    func(l []stocktake.Item) { l[1].Name = stocktake.Name{} },
		"unit-unknown":  func(l []stocktake.Item) { l[1].Unit = "barrel" },
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
