// Package stocktake holds the words of stocktaking that every other package speaks: typed ids, quantities and money,
// places, items, book snapshots, roles and errors. It holds little code: what a word is, how it is checked and how its
// canonical bytes are made.
//
// It may import gs1 (a barcode's shape), the Unicode tables of golang.org/x/text and the standard library, nothing else
// of this module, and does no I/O.
package stocktake
