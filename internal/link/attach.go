package link

import (
	"context"
	"slices"

	"jard/internal/gs1"
	"jard/internal/stocktake"
)

// AttachCode adds one code to an item of the published catalogue, with the quantity of the item in a pack that bears it
// (thousandths of the base unit). A code that the item has already has its pack set; one that another item has is refused.
// Sessions that were issued before keep the catalogue they were issued with.
func (im *Importer) AttachCode(ctx context.Context, by stocktake.Person, item stocktake.ItemID, code string, pack stocktake.Quantity) error {
	if !by.Is(itemRoles...) {
		return stocktake.NotAllowed.New(itemRoles)
	}
	if err := stocktake.CheckID("society", string(by.Society)); err != nil {
		return err
	}
	im.apply.Lock()
	defer im.apply.Unlock()
	items, ok, err := publishedItems(ctx, im.feed, by.Society)
	if err != nil {
		return err
	}
	n := slices.IndexFunc(items, func(i stocktake.Item) bool { return i.ID == item })
	if !ok || n < 0 {
		return stocktake.NoSuch("item", item)
	}
	b := stocktake.Barcode{Code: code, Pack: pack, Kind: stocktake.LocalCode}
	if gs1.ValidGTIN(code) && !restricted(code) {
		b.Kind = stocktake.GTIN
	}
	for i := range items {
		for _, had := range items[i].Barcodes {
			if i != n && codeKey(had.Code) == codeKey(code) {
				return codeTaken.New(code, string(items[i].ID), 0)
			}
		}
	}
	codes := slices.DeleteFunc(slices.Clone(items[n].Barcodes), func(had stocktake.Barcode) bool { return codeKey(had.Code) == codeKey(code) })
	items[n].Barcodes = append(codes, b)
	head, chunks, err := stocktake.NewCatalogue(items)
	if err != nil {
		return err
	}
	return im.feed.Publish(ctx, by.Society, CatalogueName, head, chunks...)
}
