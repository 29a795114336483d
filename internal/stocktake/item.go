package stocktake

import "jard/internal/gs1"

// Unit is the base unit that an item's quantities are thousandths of.
type Unit string

// The base units.
const (
	Piece    Unit = "piece"
	Kilogram Unit = "kg"
	Litre    Unit = "litre"
	Metre    Unit = "metre"
)

// Item is an article of the catalogue. It carries no book quantity and no cost: the catalogue is what handhelds get.
type Item struct {
	ID       ItemID    `json:"id"`
	Name     Name      `json:"name"`
	Unit     Unit      `json:"unit"`
	Category string    `json:"category,omitempty"`
	Barcodes []Barcode `json:"barcodes,omitempty"`
	Lots     bool      `json:"lots,omitempty"`   // lot and expiry are asked for
	Supply   bool      `json:"supply,omitempty"` // subsidised goods, another regulator's
	// Price is what a base unit is sold for, as its shelf label says; 0 where nobody said. It turns the price on a scale's
	// label into a weight.
	Price Fils `json:"price,omitempty"`
}

// Barcode is a code that identifies an item, with the quantity of the item in one pack that bears it (thousandths of
// the base unit; a single piece is 1000, a case of twelve 12000). Kind says how much the code proves of itself.
type Barcode struct {
	Code string      `json:"code"`
	Pack Quantity    `json:"pack"`
	Kind BarcodeKind `json:"kind,omitempty"`
}

// BarcodeKind is gtin (its check digit holds), local (an in-house code of any length, no check digit) or variable (the
// item part of a declared variable-measure scheme).
type BarcodeKind string

// The kinds of barcode.
const (
	GTIN            BarcodeKind = "gtin"
	LocalCode       BarcodeKind = "local"
	VariableMeasure BarcodeKind = "variable"
)

// MaxPrice bounds the price of a base unit: a million dinars.
const MaxPrice Fils = gs1.MaxUnitPrice

// Check refuses an item with a malformed id, no name, an unknown unit, a price out of range, or a barcode that is empty,
// too long or without a pack quantity.
func (i *Item) Check() error {
	if err := CheckID("item", string(i.ID)); err != nil {
		return err
	}
	if err := i.Name.Check("item"); err != nil {
		return err
	}
	switch i.Unit {
	case Piece, Kilogram, Litre, Metre:
	default:
		return unitUnknown.New(string(i.Unit))
	}
	if i.Price < 0 || i.Price > MaxPrice {
		return priceRange.New(i.Price.String())
	}
	for _, b := range i.Barcodes {
		if err := CheckID("barcode", b.Code); err != nil {
			return err
		}
		if b.Pack <= 0 || b.Pack > MaxObserved {
			return packRange.New(b.Code)
		}
	}
	return nil
}
