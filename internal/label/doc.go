// Package label draws barcodes: EAN-13, EAN-8, UPC-A, ITF-14, Code 128, GS1-128 and QR, as SVG for paper and screens,
// as PNG, and QR as text for a terminal. It chooses the symbology for a code, and says precisely why a code cannot be
// drawn in one.
//
// It is a leaf: it knows symbols and sizes, nothing of items, locations, pages or HTTP. What people read below the bars
// is data here (Symbol.Text), to be set in the page's own type.
package label
