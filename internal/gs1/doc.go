// Package gs1 says what a scan says: the text that a barcode reader typed goes in, the trade item number, lot, dates,
// weight, price or count that it carries come out, or the precise reason why they cannot be trusted.
//
// It reads plain EAN, UPC and ITF numbers, GS1 element strings, GS1 Digital Links and the variable-measure labels of
// shop scales. It knows no catalogue: whether a code belongs to an item, and what an in-house code means, is for the
// caller, who compares Normalize(raw) with the codes of its catalogue before it asks a Decoder.
//
// The package is pure. It imports the standard library only, does no I/O, keeps no state and never panics, whatever
// the bytes. testdata/scans.json states its behaviour case by case; the handheld's decoder is held to the same file.
package gs1
