// Package link takes in what societies send: the catalogue of items with their barcodes and packs, the plan of a site
// and its book stock, from files as ERPs export them (CSV and XLSX in whatever encoding, language and number format).
// A file is read whole, every fault in it is reported at once by line and column, and either all of it is published
// or nothing is.
//
// It may import the core (stocktake, gs1, count) and golang.org/x/text; the store is whatever satisfies Feed. It
// knows no transport, no other adapter and no engine. DESIGN.md says how files are sniffed and what was decided.
package link
